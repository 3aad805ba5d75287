/* demarche status and show: how the broker is, and the whole life of one job. */
#include "client/command.h"
#include "client/source.h"
#include "client/table.h"
#include "proto/job.h"

struct status {
	struct source_options source;
	bool json;
};

static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, .offset = offsetof(struct status, source), .include = SOURCE_ROWS},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct status, json),
	 .help = "JSON instead of tables"},
	{.type = OPTION_END},
};
const struct option_program PROGRAM_STATUS = {
	.name = "demarche status",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "How many jobs wait, are under way, are done or were given up; who works; how "
		 "fast; and where named cursors stand.",
	.rows = ROWS,
};
const struct option_program PROGRAM_SHOW = {
	.name = "demarche show",
	.section = "client",
	.synopsis = "JOB…",
	.about = "The whole life of a job: what it is, and every step it took, with the reasons.",
	.rows = ROWS,
};

static void keep_row(void *list, json_t *row)
{
	json_array_append(list, row);
}

static json_t *all_rows(struct source *s, const char *what, struct msg_argument *argument,
			struct err *e)
{
	struct link_query q = {
		.what = what, .arguments = argument, .n_arguments = argument ? 1 : 0};
	json_t *list = json_array();

	if (source_rows(s, &q, keep_row, list, e) == 0)
		return list;
	json_decref(list);
	return NULL;
}

static void add_pair(struct table *t, struct arena *a, const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);
	size_t n = strlen(key);
	struct str text = row_str(row, key);

	if (n > 3 && strcmp(key + n - 3, "_ms") == 0) {
		text = row_time(a, row, key);
		n -= 3;
	} else if (json_is_integer(v)) {
		text = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (json_is_real(v)) {
		text = arena_printf(a, "%.1f", json_real_value(v));
	}
	if (text.n)
		table_add(t, (const struct str[]){{key, n}, text});
}

static void print_pairs(const json_t *row)
{
	static const char *const HEADS[] = {"", "~", NULL};
	struct table *t = table_new(HEADS);
	struct arena a = {0};
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)row, key, v) if (!json_is_array(v))
		add_pair(t, &a, row, key);
	table_print(t, stdout);
	table_free(t);
	arena_free(&a);
}

static void print_workers(const json_t *workers)
{
	static const char *const HEADS[] = {"worker",  ">leases",     ">credit", ">done",
					    ">failed", "since (UTC)", NULL};
	static const char *const KEYS[] = {"leases", "credit", "done", "failed"};
	struct table *t = table_new(HEADS);
	struct arena a = {0};
	const json_t *w;
	size_t i;

	json_array_foreach(workers, i, w)
	{
		struct str cells[6] = {row_str(w, "name")};

		for (int k = 0; k < 4; k++)
			cells[1 + k] = arena_printf(&a, "%ld", (long)row_int(w, KEYS[k]));
		cells[5] = row_time(&a, w, "since_ms");
		table_add(t, cells);
	}
	putchar('\n');
	table_print(t, stdout);
	table_free(t);
	arena_free(&a);
}

/* Readers that the broker remembers, and how many results each has before it. */
static void print_cursors(const json_t *cursors, int64_t last)
{
	static const char *const HEADS[] = {"cursor", ">seq", ">behind", "moved (UTC)", NULL};
	struct table *t = table_new(HEADS);
	struct arena a = {0};
	const json_t *c;
	size_t i;

	json_array_foreach(cursors, i, c)
	{
		int64_t seq = row_int(c, "seq");

		table_add(t, (const struct str[]){row_str(c, "name"),
						  arena_printf(&a, "%ld", (long)seq),
						  arena_printf(&a, "%ld", (long)(last - seq)),
						  row_time(&a, c, "ms")});
	}
	putchar('\n');
	table_print(t, stdout);
	table_free(t);
	arena_free(&a);
}

static void print_all(json_t *row, json_t *workers, json_t *cursors, bool json)
{
	if (json) {
		json_object_set(row, "worker_list", workers);
		json_object_set(row, "cursor_list", cursors);
		json_dumpf(row, stdout, JSON_COMPACT);
		putchar('\n');
		return;
	}
	print_pairs(row);
	if (json_array_size(workers))
		print_workers(workers);
	if (json_array_size(cursors))
		print_cursors(cursors, row_int(row, "last_seq"));
}

static int print_status(struct source *s, bool live, bool json, struct err *e)
{
	json_t *rows = all_rows(s, "status", NULL, e);
	json_t *workers = !rows  ? NULL
			  : live ? all_rows(s, "workers", NULL, e)
				 : json_array(); /* a file has none */
	json_t *cursors = workers ? all_rows(s, "cursors", NULL, e) : NULL;
	int r = 0;

	if (!cursors || json_array_size(rows) != 1)
		r = cursors ? err_set(e, ERR_INVALID, "the broker gave no status") : -1;
	else
		print_all(json_array_get(rows, 0), workers, cursors, json);
	json_decref(rows);
	json_decref(workers);
	json_decref(cursors);
	return r;
}

int cmd_status(int argc, char **argv)
{
	struct status o = {0};
	struct err e;
	int r, status = command_options_alone(&PROGRAM_STATUS, argc, argv, &o);
	struct source *s;

	if (status >= 0)
		return status;
	s = source_open(&o.source, &e);
	r = s ? print_status(s, !o.source.db, o.json, &e) : -1;
	if (r < 0)
		fprintf(stderr, "demarche status: %s\n", e.text);
	source_close(s);
	return r < 0 ? link_exit_status(&e) : EXIT_DONE;
}

static void print_log(const json_t *log)
{
	static const char *const HEADS[] = {"when (UTC)", "verb",   "from",    "to",
					    ">attempt",   "worker", "~reason", NULL};
	struct table *t = table_new(HEADS);
	struct arena a = {0};
	const json_t *x;
	size_t i;

	json_array_foreach(log, i, x)
	{
		int64_t code = row_int(x, "code"), attempt = row_int(x, "attempt");
		struct str reason = row_str(x, "text");

		if (code)
			reason = arena_printf(&a, "%s: %.*s", err_name((enum err_code)code),
					      STR_ARG(reason));
		table_add(t, (const struct str[]){row_time(&a, x, "ms"), row_str(x, "verb"),
						  row_str(x, "from"), row_str(x, "to"),
						  attempt ? arena_printf(&a, "%ld", (long)attempt)
							  : STR(""),
						  row_str(x, "worker"), reason});
	}
	putchar('\n');
	table_print(t, stdout);
	table_free(t);
	arena_free(&a);
}

static int show_job(struct source *s, const char *job, bool json, struct err *e)
{
	struct msg_argument argument = {STR("job"), str_of(job)};
	json_t *rows = all_rows(s, "show", &argument, e);
	json_t *row = rows ? json_array_get(rows, 0) : NULL;
	int r = 0;

	if (!row) {
		r = rows ? err_set(e, ERR_NOT_FOUND, "no job %s", job) : -1;
	} else if (json) {
		json_dumpf(row, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		print_pairs(row);
		print_log(json_object_get(row, "log"));
	}
	json_decref(rows);
	return r;
}

int cmd_show(int argc, char **argv)
{
	struct status o = {0};
	struct err e;
	int operand, status = command_options(&PROGRAM_SHOW, argc, argv, &o, &operand);
	struct source *s;
	uint64_t job;

	if (status >= 0)
		return status;
	if (operand == argc) {
		err_set(&e, ERR_INVALID, "which job?");
		return options_wrong(&PROGRAM_SHOW, &e);
	}
	for (int i = operand; i < argc; i++)
		if (command_job(argv[i], &job, &e) < 0)
			return options_wrong(&PROGRAM_SHOW, &e);
	s = source_open(&o.source, &e);
	status = s ? EXIT_DONE : link_exit_status(&e);
	if (!s)
		fprintf(stderr, "demarche show: %s\n", e.text);
	for (int i = operand; s && i < argc; i++) {
		if (show_job(s, argv[i], o.json, &e) == 0)
			continue;
		fprintf(stderr, "demarche show: %s\n", e.text);
		status = link_exit_status(&e);
	}
	source_close(s);
	return status;
}
