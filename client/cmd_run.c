/* demarche run: the whole system in one command on one machine. A private broker and N workers'
 * slots on a socket in a temporary folder; submit, wait, drain, summary. What stays is the
 * database. Failure modes: a program of the family that cannot start or ends early (its last log
 * line is the error), documents that fail (named, exit status 1). Ctrl-C ends the children in
 * order; what was accepted by then is in the database. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/store.h"
#include "client/child.h"
#include "client/command.h"
#include "client/read/reader.h"
#include "client/output.h"
#include "client/report.h"
#include "client/source.h"
#include "client/submit.h"
#include "client/summary.h"
#include "client/table.h"
#include "proto/wire.h"
#include "worker/layers.h"
#include "worker/slots.h"

enum { READY_MS = 60000, DRAIN_MS = 20000 };

struct run {
	struct document_options documents;
	const char *db, *report, *codebook, *stances_from;
	int64_t jobs, rows;
};

#define AT(field) .offset = offsetof(struct run, field)
static const struct option_row ROWS[] = {
	{.name = "db",
	 .type = OPTION_STR,
	 AT(db),
	 .arg = "FILE",
	 .help = "SQLite database that keeps everything; it may be there already"},
	{.name = "report",
	 .type = OPTION_STR,
	 AT(report),
	 .arg = "FILE.html",
	 .help = "also write the page of demarche report"},
	{.name = "jobs",
	 .letter = 'j',
	 .type = OPTION_INT,
	 AT(jobs),
	 .arg = "N",
	 .standard = "2",
	 .min = 1,
	 .max = 256,
	 .help = "processes that analyse"},
	{.type = OPTION_INCLUDE, AT(documents), .include = DOCUMENT_ROWS},
	LAYERS_ROW(AT(codebook)),
	SLOTS_CONFIDENCE_ROW(AT(stances_from)),
	{.name = "rows",
	 .type = OPTION_INT,
	 AT(rows),
	 .arg = "N",
	 .standard = "8",
	 .help = "length of the tables of the summary; 0 prints none"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_RUN = {
	.name = "demarche run",
	.synopsis = "PATH… --db FILE",
	.about =
		"The whole system in one command: starts a private broker and workers, submits the "
		"documents, waits until all are analysed, and prints what was found. The database "
		"stays; demarche events --db FILE and stances --db FILE ask it.",
	.more = "Examples:\n"
		"  demarche run samples --db demo.db -j 2\n"
		"  demarche run corpus.jsonl --db corpus.db -j 16 --collection 2024\n",
	.rows = ROWS,
};

struct system {
	char folder[64], endpoint[128], store[4200], jobs[16];
	struct child broker, worker;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int check_system(void *arg, struct err *e)
{
	struct system *s = arg;

	if (stopped)
		return err_set(e, ERR_CANCELLED, "stopped; the same command goes on from here");
	if (child_alive(&s->broker, e) < 0)
		return -1;
	return child_alive(&s->worker, e);
}

static int start_system(struct system *s, const struct run *o, struct err *e)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(s->folder, sizeof(s->folder), "%s/demarche-XXXXXX",
		 tmp && strlen(tmp) < 32 ? tmp : "/tmp"); /* socket names are short */
	if (!mkdtemp(s->folder))
		return err_errno(e, errno, "make a temporary folder");
	snprintf(s->endpoint, sizeof(s->endpoint), "ipc://%s/broker", s->folder);
	snprintf(s->store, sizeof(s->store), "sqlite:%s", o->db);
	snprintf(s->jobs, sizeof(s->jobs), "%d", (int)o->jobs);
	const char *const broker[] = {"--listen", s->endpoint, "--store", s->store, NULL};
	const char *worker[9] = {"--broker", s->endpoint, "-j", s->jobs};
	int n = 4;

	if (o->codebook) {
		worker[n++] = "--codebook";
		worker[n++] = o->codebook;
	}
	if (o->stances_from) {
		worker[n++] = "--stances-from";
		worker[n++] = o->stances_from;
	}

	if (child_start(&s->broker, "demarche-broker", broker, s->folder, READY_MS, e) < 0)
		return -1;
	return child_start(&s->worker, "demarche-worker", worker, s->folder, READY_MS, e);
}

static void remove_file(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static void stop_system(struct system *s)
{
	struct err gone; /* then the worker can give nothing back to it, and would wait */

	child_stop(&s->worker, child_alive(&s->broker, &gone) == 0 ? DRAIN_MS : 0);
	child_stop(&s->broker, DRAIN_MS);
	remove_file(s->folder, "broker");
	remove_file(s->folder, "demarche-broker.log");
	remove_file(s->folder, "demarche-worker.log");
	if (s->folder[0])
		rmdir(s->folder);
}

static void print_failed(void *arg, const char *sentence)
{
	(void)arg;
	progress_clear();
	fprintf(stderr, "demarche run: %s\n", sentence);
}

static void print_dead(void *unused, json_t *row)
{
	(void)unused;
	fprintf(stderr, "demarche run: %.*s: %s: %.*s\n", STR_ARG(row_str(row, "document")),
		err_name((enum err_code)row_int(row, "code")), STR_ARG(row_str(row, "text")));
}

/* The jobs of this run that were given up, each with its reason. */
static int name_dead(struct link *l, const struct submit_totals *t, struct err *e)
{
	struct msg_argument arguments[] = {{STR("batch"), str_of(t->batch)},
					   {STR("state"), STR("dead")}};
	struct link_query q = {.what = "jobs", .arguments = arguments, .n_arguments = 2};

	return source_rows_of(l, &q, print_dead, NULL, e);
}

/* Documents of an earlier run that was stopped before they were analysed. */
static uint64_t left_in(const char *db)
{
	const struct source_options o = {.db = db};
	struct link_query q = {.what = "status"};
	struct str packed;
	struct err ignored; /* no database yet, or none that the broker will take: it says so */
	struct source *s = access(db, R_OK) == 0 ? source_open(&o, &ignored) : NULL;
	json_t *row = NULL;
	uint64_t n = 0;

	if (s && source_first(s, &q, &packed, &ignored) == 1)
		row = source_row(packed, &ignored);
	if (row)
		n = (uint64_t)(row_int(row, "queued") + row_int(row, "leased"));
	json_decref(row);
	source_close(s);
	return n;
}

static int work(struct system *s, const struct run *o, char **paths, int n, struct submit_totals *t,
		struct err *e)
{
	const char *endpoints[] = {s->endpoint, NULL};
	struct link_options lo = {.broker = {endpoints, 1}, .timeout_ms = 30000};
	const struct submit_options so = {.collection = o->documents.collection,
					  .date = o->documents.date,
					  .priority = 4,
					  .again = o->documents.again,
					  .failed = print_failed};
	struct link *l = link_open(&lo, ROLE_SUBMIT | ROLE_READ, e);
	int r = l ? 0 : -1;

	if (r == 0)
		link_watch(l, check_system, s);
	if (r == 0)
		r = submit_all(l, paths, n, &so, t, e);
	if (r == 0)
		r = submit_wait(l, t, e);
	if (r == 0)
		r = submit_wait_all(l, e);
	if (r == 0 && t->dead)
		r = name_dead(l, t, e);
	progress_clear();
	link_close(l);
	return r;
}

static int summarize(const struct run *o, const struct submit_totals *t, uint64_t rest, int64_t ms,
		     struct err *e)
{
	const struct source_options so = {.db = o->db};
	struct summary_counts counts = {0};
	struct source *s = source_open(&so, e);
	int r = s ? summary_print(s, (int)o->rows, stdout, &counts, e) : -1;

	if (r == 0 && o->report)
		r = report_write(s, o->report, 20000, e);
	source_close(s);
	if (r < 0)
		return -1;
	printf("\n%lu documents analysed in %.1f s (%lu new, %lu known before, ", t->done + rest,
	       (double)ms / 1000, t->submitted - t->duplicates, t->duplicates);
	if (rest)
		printf("%lu left by an earlier run, ", rest);
	printf("%lu failed): %lu events and %lu stances are in %s\n", t->failed + t->dead,
	       counts.events, counts.stances, o->db);
	if (t->submitted && t->submitted == t->duplicates && !rest)
		fputs("demarche run: nothing new: documents known before keep their date, title "
		      "and results (--again takes them anew)\n",
		      stderr);
	return 0;
}

int cmd_run(int argc, char **argv)
{
	struct run o = {0};
	struct system s = {0};
	struct submit_totals t = {0};
	uint64_t rest;
	struct err e, unsettled; /* somebody reads it: then it stays as it is, and sound */
	int64_t start = wire_now_ms();
	char iso[READER_DATE];
	double least; /* only checked: the worker reads it */
	int operand, r, status = command_options(&PROGRAM_RUN, argc, argv, &o, &operand);

	if (status >= 0)
		return status;
	if (operand == argc || !o.db) {
		err_set(&e, ERR_INVALID,
			operand == argc ? "which documents?"
					: "--db FILE is needed, for what is found");
		return options_wrong(&PROGRAM_RUN, &e);
	}
	if (document_options_check(&o.documents, iso, &e) < 0 ||
	    slots_read_confidence(o.stances_from, &least, &e) < 0)
		return options_wrong(&PROGRAM_RUN, &e);
	if (source_check(o.db, true, &e) < 0 || (o.report && output_check(o.report, &e) < 0)) {
		fprintf(stderr, "demarche run: %s\n", e.text);
		return EXIT_SOME_FAILED;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	rest = left_in(o.db);
	r = start_system(&s, &o, &e);
	if (r == 0)
		r = work(&s, &o, argv + operand, argc - operand, &t, &e);
	stop_system(&s);
	if (r == 0)
		store_settle(o.db, &unsettled);
	if (r == 0)
		r = summarize(&o, &t, rest, wire_now_ms() - start, &e);
	if (r < 0)
		fprintf(stderr, "demarche run: %s\n", e.text);
	return r < 0 || t.failed || t.dead ? EXIT_SOME_FAILED : EXIT_DONE;
}
