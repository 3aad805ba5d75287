#include "client/command.h"
#include "client/filters.h"
#include "client/stance_views.h"
#include "client/table.h"

struct stances {
	struct source_options source;
	struct filter_options filter;
	const char *type, *polarity, *topic, *holders, *targets;
	int64_t least;
	int by;
	bool matrix, over_time, contradictions, csv;
};

#define AT(field) .offset = offsetof(struct stances, field)
#define PERIODS   "day|week|month|year"
static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, AT(source), .include = SOURCE_ROWS},
	{.type = OPTION_INCLUDE, AT(filter), .include = FILTER_ROWS},
	{.name = "polarity",
	 .type = OPTION_STR,
	 AT(polarity),
	 .arg = "WORD",
	 .help = "support, oppose or neutral"},
	{.name = "type",
	 .type = OPTION_STR,
	 AT(type),
	 .arg = "WORD",
	 .help = "the same as --polarity"},
	{.name = "topic",
	 .type = OPTION_STR,
	 AT(topic),
	 .arg = "WORD",
	 .help = "of the taxonomy: trade, security, alliances …"},
	{.name = "matrix",
	 .type = OPTION_BOOL,
	 AT(matrix),
	 .help = "count: holders in rows, targets in columns, the mean position in the cells"},
	{.name = "over-time",
	 .type = OPTION_BOOL,
	 AT(over_time),
	 .help = "count: each holder and target by day, week, month or year"},
	{.name = "contradictions",
	 .type = OPTION_BOOL,
	 AT(contradictions),
	 .help = "who said the opposite on a later day, with both sentences"},
	{.name = "by",
	 .type = OPTION_CHOICE,
	 AT(by),
	 .arg = PERIODS,
	 .standard = "month",
	 .help = "period of --over-time"},
	{.name = "holders",
	 .type = OPTION_STR,
	 AT(holders),
	 .arg = "code|name",
	 .help = "who counts as one: a country or organization, or a name (--contradictions: "
		 "name)"},
	{.name = "targets",
	 .type = OPTION_STR,
	 AT(targets),
	 .arg = "actor|name|topic|issue|any",
	 .help = "what counts as one target: an actor's code (--contradictions: name), a name, a "
		 "topic, an issue however it is put, or actors and issues"},
	{.name = "least",
	 .type = OPTION_INT,
	 AT(least),
	 .arg = "N",
	 .standard = "1",
	 .help = "holders and targets with at least so many stances"},
	{.name = "csv",
	 .type = OPTION_BOOL,
	 AT(csv),
	 .help = "--matrix, --over-time, --contradictions: one line a cell, period or pair"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_STANCES = {
	.name = "demarche stances",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "Who stands where on what: the stances of all stored results, from a broker or "
		 "from a database file.",
	.more = "Examples:\n"
		"  demarche stances --actor DEU --polarity oppose\n"
		"  demarche stances --db out.db --target RUS --json\n"
		"  demarche stances --db out.db --matrix --confidence 0.5\n"
		"  demarche stances --db out.db --over-time --by year --actor CHN --target RUS\n",
	.rows = ROWS,
};

static void id(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	buf_printf(out, "S%ld", (long)row_int(row, "stance")); /* as explain takes it */
}

static void holder(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	row_actors(row, "holder", false, out);
}

static void strength(struct arena *a, const json_t *row, struct buf *out)
{
	static const char *const SIGNS[] = {"", "+", "++", "+++", "-", "--", "---"};
	int64_t n = row_int(row, "strength");
	bool oppose = str_is(row_str(row, "polarity"), "oppose");

	(void)a;
	buf_add_str(out, row_str(row, "polarity"));
	if (!str_is(row_str(row, "polarity"), "neutral") && n >= 1 && n <= 3)
		buf_printf(out, " %s", SIGNS[n + (oppose ? 3 : 0)]);
}

static void target(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	text_add_short(out, row_str(row, "target"), 60);
}

static const struct row_column COLUMNS[] = {
	{"id", NULL, id},          {"date", "doc_date", NULL},
	{"who", NULL, holder},     {"position", NULL, strength},
	{"on what", NULL, target}, {"~sentence", "text", NULL},
	{NULL, NULL, NULL},
};

static const struct row_list LIST = {"stances", "stances", COLUMNS, "no such stances"};

static bool is_one_of(const char *word, const char *words)
{
	size_t n = strlen(word);

	for (const char *p = words; *p; p += strcspn(p, "|"), p += *p == '|')
		if (strcspn(p, "|") == n && memcmp(p, word, n) == 0)
			return true;
	return false;
}

static int check(const struct stances *o, struct err *e)
{
	int counts = o->matrix + o->over_time + o->contradictions;

	if (counts > 1)
		return err_set(e, ERR_INVALID,
			       "one of --matrix, --over-time and --contradictions at a time");
	if (o->holders && !is_one_of(o->holders, "code|name"))
		return err_set(e, ERR_INVALID, "--holders %s is neither code nor name", o->holders);
	if (o->targets && !is_one_of(o->targets, "actor|name|topic|issue|any"))
		return err_set(e, ERR_INVALID,
			       "--targets %s is not one of actor, name, topic, issue, any",
			       o->targets);
	if (o->csv && o->filter.json)
		return err_set(e, ERR_INVALID, "either --csv or --json");
	if (o->type && o->polarity)
		return err_set(e, ERR_INVALID, "--type and --polarity are the same: give one");
	if (!counts && (o->holders || o->targets || o->least > 1))
		return err_set(e, ERR_INVALID,
			       "--holders, --targets and --least are for --matrix, --over-time and "
			       "--contradictions");
	if (o->csv && !counts)
		return err_set(e, ERR_INVALID,
			       "--csv is for --matrix, --over-time and --contradictions; demarche "
			       "export --as csv writes the stances themselves");
	return 0;
}

static int print_view(const struct stances *o, const struct stance_view *which, struct err *e)
{
	static const char *const periods[] = {"day", "week", "month", "year"};
	struct stance_view v = *which;
	struct filters f;
	char least[24];
	const struct row_filter more[] = {
		{"polarity", o->polarity ? o->polarity : o->type},
		{"topic", o->topic},
		{"holders", o->holders          ? o->holders
			    : o->contradictions ? "name"
						: "code"},
		{"targets", o->targets          ? o->targets
			    : o->contradictions ? "name"
						: "actor"},
		{"period", o->over_time ? periods[o->by] : NULL},
		{"least", o->least > 1 ? least : NULL},
		{NULL, NULL},
	};

	snprintf(least, sizeof(least), "%d", (int)o->least);
	if (filters_fill(&f, &o->filter, more, e) < 0)
		return options_wrong(&PROGRAM_STANCES, e);
	v.filters = f.list;
	v.limit = (uint64_t)o->filter.limit;
	v.format = o->csv ? STANCE_CSV : o->filter.json ? STANCE_JSON : STANCE_TABLE;
	return stance_view_print(&v, &o->source);
}

int cmd_stances(int argc, char **argv)
{
	struct stances o = {0};
	struct filters f;
	struct err e;
	int status = command_options_alone(&PROGRAM_STANCES, argc, argv, &o);

	if (status >= 0)
		return status;
	if (check(&o, &e) < 0)
		return options_wrong(&PROGRAM_STANCES, &e);
	if (o.matrix)
		return print_view(&o, &STANCE_MATRIX, &e);
	if (o.over_time)
		return print_view(&o, &STANCE_TIMES, &e);
	if (o.contradictions)
		return print_view(&o, &STANCE_CONTRADICTIONS, &e);
	const struct row_filter more[] = {
		{"polarity", o.polarity ? o.polarity : o.type}, {"topic", o.topic}, {NULL, NULL}};
	if (filters_fill(&f, &o.filter, more, &e) < 0)
		return options_wrong(&PROGRAM_STANCES, &e);
	return rows_print(&LIST, &o.source, f.list, (uint64_t)o.filter.limit, o.filter.json);
}
