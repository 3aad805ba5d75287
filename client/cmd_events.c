#include "client/command.h"
#include "client/source.h"

struct events {
	struct source_options source;
	const char *actor, *target, *type, *since, *until, *text, *collection, *status;
	int64_t limit;
	bool json;
};

#define FILTER(field, argument, words)                                                        \
	{                                                                                     \
		.name = #field, .type = OPTION_STR, .offset = offsetof(struct events, field), \
		.arg = argument, .help = words                                                \
	}
static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, .offset = offsetof(struct events, source), .include = SOURCE_ROWS},
	FILTER(actor, "CODE", "who did it: CHN, EU …, or a name"),
	FILTER(target, "CODE", "to or with whom"),
	FILTER(type, "TYPE", "one of the sixteen: CONSULT, ACCUSE …"),
	FILTER(since, "DATE", "not before this day"),
	FILTER(until, "DATE", "not after this day"),
	FILTER(text, "WORDS", "words of the sentence"),
	FILTER(collection, "NAME", "of one collection only"),
	FILTER(status, "STATUS", "actual, planned, hypothetical, negated or habitual"),
	{.name = "limit",
	 .letter = 'n',
	 .type = OPTION_INT,
	 .offset = offsetof(struct events, limit),
	 .arg = "N",
	 .standard = "0",
	 .help = "at most so many; 0 is all"},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct events, json),
	 .help = "one JSON object a line instead of a table"},
	{.type = OPTION_END},
};

static const struct option_program PROGRAM = {
	.name = "demarche events",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "Who did what to whom: the events of all stored results, from a broker or from a "
		 "database file.",
	.more = "Examples:\n"
		"  demarche events --actor CHN --target USA --since 2020-01-01\n"
		"  demarche events --db out.db --type SANCTION --json\n",
	.rows = ROWS,
};

static void id(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	buf_printf(out, "E%ld", (long)row_int(row, "event")); /* as explain takes it */
}

static void who(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	row_actors(row, "source", false, out);
	if (json_array_size(json_object_get(row, "target")))
		buf_add_str(out, STR(" → "));
	row_actors(row, "target", false, out);
}

static void what(struct arena *a, const json_t *row, struct buf *out)
{
	(void)a;
	buf_add_str(out, row_str(row, "type"));
	if (!str_is(row_str(row, "status"), "actual"))
		buf_printf(out, " (%.*s)", STR_ARG(row_str(row, "status")));
}

static const struct row_column COLUMNS[] = {
	{"id", NULL, id},         {"date", "date", NULL},    {"what", NULL, what},
	{"cameo", "cameo", NULL}, {"who → whom", NULL, who}, {"~sentence", "text", NULL},
	{NULL, NULL, NULL},
};

static const struct row_list LIST = {"events", "events", COLUMNS, "no such events"};

int cmd_events(int argc, char **argv)
{
	struct events o = {0};
	struct err e;
	int operand, status = command_options(&PROGRAM, argc, argv, &o, &operand);

	if (status >= 0)
		return status;
	if (operand < argc) {
		err_set(&e, ERR_INVALID, "no operand expected, got \"%s\"", argv[operand]);
		return options_wrong(&PROGRAM, &e);
	}
	const struct row_filter filters[] = {
		{"actor", o.actor},   {"target", o.target},         {"type", o.type},
		{"since", o.since},   {"until", o.until},           {"text", o.text},
		{"status", o.status}, {"collection", o.collection}, {NULL, NULL},
	};
	status = rows_print(&LIST, &o.source, filters, (uint64_t)o.limit, o.json);
	return status;
}
