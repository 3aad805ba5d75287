#include "client/command.h"
#include "client/source.h"
#include "client/table.h"

struct stances {
	struct source_options source;
	const char *actor, *target, *type, *polarity, *since, *until, *text, *collection;
	int64_t limit;
	bool json;
};

#define FILTER(field, argument, words)                                                         \
	{                                                                                      \
		.name = #field, .type = OPTION_STR, .offset = offsetof(struct stances, field), \
		.arg = argument, .help = words                                                 \
	}
static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE,
	 .offset = offsetof(struct stances, source),
	 .include = SOURCE_ROWS},
	FILTER(actor, "CODE", "whose position: CHN, EU …, or a name"),
	FILTER(target, "CODE", "towards whom or what: a code, or words of the issue"),
	FILTER(polarity, "WORD", "support, oppose or neutral"),
	FILTER(type, "WORD", "the same as --polarity"),
	FILTER(since, "DATE", "of documents not before this day"),
	FILTER(until, "DATE", "of documents not after this day"),
	FILTER(text, "WORDS", "words of the sentence"),
	FILTER(collection, "NAME", "of one collection only"),
	{.name = "limit",
	 .letter = 'n',
	 .type = OPTION_INT,
	 .offset = offsetof(struct stances, limit),
	 .arg = "N",
	 .standard = "0",
	 .help = "at most so many; 0 is all"},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct stances, json),
	 .help = "one JSON object a line instead of a table"},
	{.type = OPTION_END},
};

static const struct option_program PROGRAM = {
	.name = "demarche stances",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "Who stands where on what: the stances of all stored results, from a broker or "
		 "from a database file.",
	.more = "Examples:\n"
		"  demarche stances --actor DEU --polarity oppose\n"
		"  demarche stances --db out.db --target RUS --json\n",
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
	struct str text = row_str(row, "target");

	(void)a;
	if (text.n > 60)
		buf_printf(out, "%.*s…", STR_ARG(text_fit(text, 57)));
	else
		buf_add_str(out, text);
}

static const struct row_column COLUMNS[] = {
	{"id", NULL, id},          {"date", "doc_date", NULL},
	{"who", NULL, holder},     {"position", NULL, strength},
	{"on what", NULL, target}, {"~sentence", "text", NULL},
	{NULL, NULL, NULL},
};

static const struct row_list LIST = {"stances", "stances", COLUMNS, "no such stances"};

int cmd_stances(int argc, char **argv)
{
	struct stances o = {0};
	struct err e;
	int operand, status = command_options(&PROGRAM, argc, argv, &o, &operand);

	if (status >= 0)
		return status;
	if (operand < argc) {
		err_set(&e, ERR_INVALID, "no operand expected, got \"%s\"", argv[operand]);
		return options_wrong(&PROGRAM, &e);
	}
	const struct row_filter filters[] = {
		{"actor", o.actor},
		{"target", o.target},
		{"polarity", o.polarity ? o.polarity : o.type},
		{"since", o.since},
		{"until", o.until},
		{"text", o.text},
		{"collection", o.collection},
		{NULL, NULL},
	};
	status = rows_print(&LIST, &o.source, filters, (uint64_t)o.limit, o.json);
	return status;
}
