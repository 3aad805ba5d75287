#include "client/command.h"
#include "client/filters.h"

struct events {
	struct source_options source;
	struct filter_options filter;
	const char *type, *status, *cluster;
	int64_t reports;
	bool clusters, once;
};

#define AT(field) .offset = offsetof(struct events, field)
static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, AT(source), .include = SOURCE_ROWS},
	{.type = OPTION_INCLUDE, AT(filter), .include = FILTER_ROWS},
	{.name = "type",
	 .type = OPTION_STR,
	 AT(type),
	 .arg = "TYPE",
	 .help = "AGREE, CONSULT, SUPPORT, CONCEDE, COOPERATE, AID, RETREAT, REQUEST, ACCUSE, "
		 "REJECT, THREATEN, PROTEST, SANCTION, MOBILIZE, COERCE or ASSAULT"},
	{.name = "status",
	 .type = OPTION_STR,
	 AT(status),
	 .arg = "STATUS",
	 .help = "actual, planned, hypothetical, negated or habitual"},
	{.name = "clusters",
	 .type = OPTION_BOOL,
	 AT(clusters),
	 .help = "each reported event once, by its first report, with the number of reports"},
	{.name = "once",
	 .type = OPTION_BOOL,
	 AT(once),
	 .help = "without what a document tells again of an act that it told before"},
	{.name = "cluster",
	 .type = OPTION_STR,
	 AT(cluster),
	 .arg = "ID",
	 .help = "all reports of one event, as --clusters names it"},
	{.name = "reports",
	 .type = OPTION_INT,
	 AT(reports),
	 .arg = "N",
	 .standard = "0",
	 .max = 1000,
	 .help = "told by at least so many documents"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_EVENTS = {
	.name = "demarche events",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "Who did what to whom: the events of all stored results, from a broker or from a "
		 "database file.",
	.more = "Examples:\n"
		"  demarche events --actor CHN --target USA --since 2020-01-01\n"
		"  demarche events --db out.db --type SANCTION --json\n"
		"  demarche events --db out.db --clusters --reports 3\n",
	.rows = ROWS,
};

static void id(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	buf_printf(out, "E%ld", (long)row_int(row, "event")); /* as explain takes it */
}

static void who(struct arena *a, const json_t *row, struct buf *out)
{
	struct buf target = {0};

	(void)a;
	row_actors(row, "source", false, out);
	row_actors(row, "target", false, &target);
	if (target.n && str_eq(buf_str(out), buf_str(&target)))
		buf_add_str(out, STR(" with each other"));
	else if (target.n)
		buf_printf(out, " → %.*s", STR_ARG(buf_str(&target)));
	buf_free(&target);
}

static void what(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	buf_add_str(out, row_str(row, "type"));
	if (!str_is(row_str(row, "status"), "actual"))
		buf_printf(out, " (%.*s)", STR_ARG(row_str(row, "status")));
}

static const struct row_column COLUMNS[] = {
	{"id", NULL, id},
	{"date", "date", NULL},
	{"what", NULL, what},
	{"cameo", "cameo", NULL},
	{">reports", "reports", NULL},
	{"who → whom", NULL, who},
	{"~sentence", "text", NULL},
	{NULL, NULL, NULL},
};
static const struct row_column CLUSTER_COLUMNS[] = {
	{"!cluster", "cluster", NULL}, {">reports", "reports", NULL},
	{"from", "doc_date", NULL},    {"to", "last_date", NULL},
	{"first report", NULL, id},    {"who → whom", NULL, who},
	{"~sentence", "text", NULL},   {NULL, NULL, NULL},
};

static const struct row_list LIST = {"events", "events", COLUMNS, "no such events"};
static const struct row_list CLUSTERS = {"events", "clusters", CLUSTER_COLUMNS, "no such events"};

int cmd_events(int argc, char **argv)
{
	struct events o = {0};
	struct filters f;
	struct err e;
	char reports[24];
	int status = command_options_alone(&PROGRAM_EVENTS, argc, argv, &o);

	if (status >= 0)
		return status;
	snprintf(reports, sizeof(reports), "%d", (int)o.reports);
	const struct row_filter more[] = {
		{"type", o.type},
		{"status", o.status},
		{"cluster", o.cluster},
		{"repeats", o.once ? "no" : NULL},
		{"reports", o.reports ? reports : NULL},
		{NULL, NULL},
	};
	if (filters_fill(&f, &o.filter, more, &e) < 0)
		return options_wrong(&PROGRAM_EVENTS, &e);
	return rows_print(o.clusters ? &CLUSTERS : &LIST, &o.source, f.list,
			  (uint64_t)o.filter.limit, o.filter.json);
}
