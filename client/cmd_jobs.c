/* demarche jobs, dead, retry, cancel: lists of jobs, and the two things one can do to them. */
#include <stdlib.h>

#include "client/command.h"
#include "client/filters.h"

struct jobs {
	struct source_options source;
	const char *state, *collection, *batch, *document;
	int64_t limit;
	bool json, newest;
};

#define AT(field) .offset = offsetof(struct jobs, field)
#define COMMON                                                                                 \
	{.type = OPTION_INCLUDE, AT(source), .include = SOURCE_ROWS},                          \
		COLLECTION_ROW(AT(collection)), LIMIT_ROW(AT(limit)),                          \
		{.name = "newest",                                                             \
		 .type = OPTION_BOOL,                                                          \
		 AT(newest),                                                                   \
		 .help = "the newest first, with --limit the newest alone (else the oldest)"}, \
		JSON_ROW(AT(json))

static const struct option_row JOBS_ROWS[] = {
	COMMON,
	{.name = "state",
	 .type = OPTION_STR,
	 AT(state),
	 .arg = "STATE",
	 .help = "delayed, queued, leased, done, dead or cancelled"},
	{.name = "batch",
	 .type = OPTION_STR,
	 AT(batch),
	 .arg = "NAME",
	 .help = "of one batch only"},
	{.name = "document",
	 .type = OPTION_STR,
	 AT(document),
	 .arg = "ID",
	 .help = "of one document"},
	{.type = OPTION_END},
};
static const struct option_row DEAD_ROWS[] = {COMMON, {.type = OPTION_END}};

const struct option_program PROGRAM_JOBS = {
	.name = "demarche jobs",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "Lists jobs, the newest last (--newest: first).",
	.rows = JOBS_ROWS,
};
const struct option_program PROGRAM_DEAD = {
	.name = "demarche dead",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "Lists the quarantined jobs with the reason why each was given up; demarche retry "
		 "brings them back.",
	.rows = DEAD_ROWS,
};

static void changed(struct arena *a, const json_t *row, struct buf *out)
{
	buf_add_str(out, row_time(a, row, "changed_ms"));
}

static void reason(struct arena *a, const json_t *row, struct buf *out)
{
	struct str code = row_str(row, "code"), text = row_str(row, "text");

	(void)a;
	if (code.n)
		buf_printf(out, "%.*s%s%.*s", STR_ARG(code), text.n ? ": " : "", STR_ARG(text));
}

static const struct row_column JOB_COLUMNS[] = {
	{">job", "job", NULL},
	{"state", "state", NULL},
	{">attempts", "attempts", NULL},
	{"worker", "worker", NULL},
	{"changed (UTC)", NULL, changed},
	{"collection", "collection", NULL},
	{"document", "document", NULL},
	{"~reason", NULL, reason},
	{NULL, NULL, NULL},
};
static const struct row_column DEAD_COLUMNS[] = {
	{">job", "job", NULL},
	{">attempts", "attempts", NULL},
	{"given up (UTC)", NULL, changed},
	{"document", "document", NULL},
	{"~reason", NULL, reason},
	{NULL, NULL, NULL},
};
/* [2]: as they came, and the newest first */
static const struct row_list JOB_LIST[] = {
	{"jobs", "jobs", JOB_COLUMNS, "no such jobs"},
	{"jobs", "jobs_newest", JOB_COLUMNS, "no such jobs"},
};
static const struct row_list DEAD_LIST[] = {
	{"dead", "dead", DEAD_COLUMNS, "no quarantined jobs"},
	{"dead", "dead_newest", DEAD_COLUMNS, "no quarantined jobs"},
};

static int list(const struct option_program *p, const struct row_list *l, int argc, char **argv)
{
	struct jobs o = {0};
	struct err e;
	int status = command_options_alone(p, argc, argv, &o);

	if (status >= 0)
		return status;
	struct row_filter filters[] = {
		{"state", o.state}, {"collection", o.collection},
		{"batch", o.batch}, {"document", o.document},
		{NULL, NULL},
	};
	if (filter_check(&filters[0], &e) < 0)
		return options_wrong(p, &e);
	status = rows_print(&l[o.newest], &o.source, filters, (uint64_t)o.limit, o.json);
	return status;
}

int cmd_jobs(int argc, char **argv)
{
	return list(&PROGRAM_JOBS, JOB_LIST, argc, argv);
}

int cmd_dead(int argc, char **argv)
{
	return list(&PROGRAM_DEAD, DEAD_LIST, argc, argv);
}

/* retry and cancel */
struct move {
	struct link_options link;
	bool json;
};

static const struct option_row MOVE_ROWS[] = {
	{.type = OPTION_INCLUDE, .offset = offsetof(struct move, link), .include = LINK_ROWS},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct move, json),
	 .help = "one JSON object a line"},
	{.type = OPTION_END},
};
const struct option_program PROGRAM_RETRY = {
	.name = "demarche retry",
	.section = "client",
	.synopsis = "JOB…",
	.about = "Brings dead and cancelled jobs back, with all their attempts before them.",
	.rows = MOVE_ROWS,
};
const struct option_program PROGRAM_CANCEL = {
	.name = "demarche cancel",
	.section = "client",
	.synopsis = "JOB…",
	.about = "Stops jobs that wait or are under way.",
	.rows = MOVE_ROWS,
};

static int job_numbers(int n, char **words, uint64_t *jobs, struct err *e)
{
	if (n == 0)
		return err_set(e, ERR_INVALID, "which jobs?");
	if (n > MSG_ITEMS_MAX)
		return err_set(e, ERR_TOO_BIG, "at most %d jobs at once", MSG_ITEMS_MAX);
	for (int i = 0; i < n; i++)
		if (command_job(words[i], &jobs[i], e) < 0)
			return -1;
	return 0;
}

static void print_outcome(const char *program, const struct msg_outcome_item *o, bool json)
{
	const char *code = o->code ? err_name((enum err_code)o->code) : "done";

	if (json)
		printf("{\"job\":%lu,\"outcome\":\"%s\",\"state\":\"%.*s\"}\n", o->job, code,
		       STR_ARG(o->state));
	else if (!o->code)
		printf("%lu %.*s\n", o->job, STR_ARG(o->state));
	if (o->code)
		fprintf(stderr, "%s: job %lu: %s%s%.*s\n", program, o->job, code,
			o->text.n ? ": " : "", STR_ARG(o->text));
}

/* Number of jobs that could not be moved, or -1. */
static int move_jobs(const char *program, enum msg_kind kind, const struct move *o, uint64_t *jobs,
		     uint32_t n, struct err *e)
{
	struct msg m = {.kind = kind}, answer;
	struct link *l = link_open(&o->link, ROLE_SUBMIT, e);
	int failed = 0;

	if (!l)
		return -1;
	if (kind == MSG_RETRY)
		m.retry.jobs = jobs, m.retry.n_jobs = n;
	else
		m.cancel.jobs = jobs, m.cancel.n_jobs = n;
	if (link_ask(l, &m, &answer, e) < 0 || answer.kind != MSG_OUTCOME) {
		link_close(l);
		return -1;
	}
	for (uint32_t i = 0; i < answer.outcome.n_items; i++) {
		print_outcome(program, &answer.outcome.items[i], o->json);
		failed += answer.outcome.items[i].code != 0;
	}
	link_close(l);
	return failed;
}

static int move(const struct option_program *p, enum msg_kind kind, int argc, char **argv)
{
	struct move o = {0};
	struct err e = {.text = "an answer of another kind"};
	int operand, status = command_options(p, argc, argv, &o, &operand);
	uint64_t *jobs;

	if (status >= 0)
		return status;
	jobs = mem_alloc((size_t)argc * sizeof(*jobs));
	if (job_numbers(argc - operand, argv + operand, jobs, &e) < 0) {
		mem_free(jobs);
		return options_wrong(p, &e);
	}
	status = move_jobs(p->name, kind, &o, jobs, (uint32_t)(argc - operand), &e);
	if (status < 0) {
		fprintf(stderr, "%s: %s\n", p->name, e.text);
		status = link_exit_status(&e);
	} else {
		status = status ? EXIT_SOME_FAILED : EXIT_DONE;
	}
	mem_free(jobs);
	return status;
}

int cmd_retry(int argc, char **argv)
{
	return move(&PROGRAM_RETRY, MSG_RETRY, argc, argv);
}

int cmd_cancel(int argc, char **argv)
{
	return move(&PROGRAM_CANCEL, MSG_CANCEL, argc, argv);
}
