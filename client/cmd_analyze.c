/* demarche analyze: documents in, one result record a line out, in the order of the input,
 * whatever the number of processes. No broker. Failure modes: a document that cannot be read or
 * that kills its slot is named on standard error and the others go on (exit status 1); standard
 * output that cannot be written ends the command. */
#include <unistd.h>

#include "client/command.h"
#include "client/input.h"
#include "client/table.h"
#include "client/work.h"
#include "proto/options.h"
#include "worker/slots.h"

enum { AHEAD = 32 }; /* documents a process may be ahead of the one that is printed next */

struct analyze {
	struct work_options work;
	int64_t jobs, time_ms, memory;
	const char *collection, *date, *stances_from;
	double stance_least; /* what that says */
};

#define AT(field) .offset = offsetof(struct analyze, field)
static const struct option_row ROWS[] = {
	{.name = "jobs",
	 .letter = 'j',
	 .type = OPTION_INT,
	 AT(jobs),
	 .arg = "N",
	 .standard = "1",
	 .min = 1,
	 .max = SLOTS_MAX,
	 .help = "processes that analyse; the output keeps the input's order"},
	{.type = OPTION_INCLUDE, AT(work), .include = WORK_ROWS},
	DOCUMENT_DATE_ROW(AT(date)),
	{.name = "collection",
	 .letter = 'c',
	 .type = OPTION_STR,
	 AT(collection),
	 .arg = "NAME",
	 .help = "written into the records"},
	SLOTS_CONFIDENCE_ROW(AT(stances_from)),
	{.name = "time-limit",
	 .type = OPTION_DURATION,
	 AT(time_ms),
	 .arg = "T",
	 .standard = "60s",
	 .help = "for one document; then it counts as failed"},
	{.name = "memory-limit",
	 .type = OPTION_SIZE,
	 AT(memory),
	 .arg = "SIZE",
	 .standard = "1G",
	 .help = "for one document; then it counts as failed"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_ANALYZE = {
	.name = "demarche analyze",
	.section = "client",
	.synopsis = "[FILE…]",
	.about =
		"Analyses documents (text, HTML, PDF, DOCX, CSV, JSON Lines, WARC, folders of "
		"these; "
		"standard input without FILE or for -) and prints one result record a line: events "
		"and stances with their evidence. Needs no broker.",
	.more = "Examples:\n"
		"  demarche analyze samples -j 2 >results.jsonl\n"
		"  echo 'France condemned the coup in Niger.' | demarche analyze | jq .events\n"
		"  parallel --pipe -L 100 demarche analyze <corpus.jsonl >results.jsonl\n",
	.rows = ROWS,
};

/* One document under way: its name for messages, then its line. */
struct entry {
	struct buf name, line;
	bool done;
};

struct pipeline {
	struct slots *slots;
	const struct analyze *o;
	struct entry *ring; /* document t is ring[t % n_ring] */
	uint64_t n_ring, next_in, next_out, failed;
	struct arena arena;
};

static struct entry *entry_of(struct pipeline *p, uint64_t tag)
{
	return &p->ring[tag % p->n_ring];
}

static void say_failed(struct pipeline *p, struct str name, const char *why)
{
	p->failed++;
	progress_clear();
	if (name.n)
		fprintf(stderr, "demarche analyze: %.*s: %s\n", STR_ARG(name), why);
	else
		fprintf(stderr, "demarche analyze: %s\n", why);
}

static void submit(struct pipeline *p, const struct document *d)
{
	struct slot_work w = {.text = d->text, .meta = d->meta};
	struct entry *x = entry_of(p, p->next_in);
	struct err e;

	if (p->o->collection)
		w.meta.collection = str_of(p->o->collection);
	if (!w.meta.date.n && p->o->date) {
		w.meta.date = str_of(p->o->date);
		w.meta.date_source = STR("given");
	}
	x->done = false;
	x->line.n = x->name.n = 0;
	buf_add_str(&x->name, d->meta.id);
	if (slots_submit(p->slots, p->next_in, &w, &e) < 0) {
		say_failed(p, d->meta.id, e.text);
		x->done = true;
	}
	p->next_in++;
}

static void take(struct pipeline *p, const struct slots_done *d)
{
	struct entry *x = entry_of(p, d->tag);
	struct result r;
	struct err e = d->e;

	x->done = true;
	arena_reset(&p->arena, 1 << 20);
	if (d->failed || result_unpack(d->record, &p->arena, &r, &e) < 0) {
		say_failed(p, buf_str(&x->name), e.text);
		return;
	}
	result_json(&r, 0, &x->line);
	buf_add_str(&x->line, STR("\n"));
}

/* Prints what is ready at the front. */
static int print_ready(struct pipeline *p, struct err *e)
{
	while (p->next_out < p->next_in && entry_of(p, p->next_out)->done) {
		struct entry *x = entry_of(p, p->next_out++);

		if (x->line.n && fwrite(x->line.p, 1, x->line.n, stdout) != x->line.n)
			return err_set(e, ERR_IO, "cannot write to standard output");
		if (x->line.cap > 1 << 20)
			buf_free(&x->line);
	}
	return 0;
}

static bool has_room(const struct pipeline *p)
{
	return slots_idle(p->slots) > 0 && p->next_in - p->next_out < p->n_ring;
}

static int collect(struct pipeline *p, int wait_ms, struct err *e)
{
	struct slots_done d;

	if (fflush(stdout) != 0)
		return err_set(e, ERR_IO, "cannot write to standard output");
	slots_wait(p->slots, wait_ms);
	while (slots_collect(p->slots, &d))
		take(p, &d);
	progress_show("%lu documents analysed", p->next_out);
	return print_ready(p, e);
}

static int run_all(struct pipeline *p, struct input *in, struct err *e)
{
	struct document d;
	struct err failure;
	int got = 1;

	while (got != 0) {
		got = input_next(in, &d, &failure);
		if (got < 0)
			say_failed(p, STR(""), failure.text);
		while (got == 1 && !has_room(p))
			if (collect(p, -1, e) < 0)
				return -1;
		if (got == 1)
			submit(p, &d);
		if (collect(p, 0, e) < 0)
			return -1;
	}
	while (p->next_out < p->next_in)
		if (collect(p, -1, e) < 0)
			return -1;
	return fflush(stdout) == 0 ? 0 : err_set(e, ERR_IO, "cannot write to standard output");
}

static int analyze(const struct analyze *o, char **paths, int n, struct pipeline *p, struct err *e)
{
	struct work work;
	struct slots_options so = {.n = (int)o->jobs, .time_ms = o->time_ms, .memory = o->memory};
	struct input *in;
	int r;

	if (work_open(&work, &o->work, e) < 0)
		return -1;
	so.stance_least = o->stance_least;
	so.images = &work.images;
	r = slots_new(&p->slots, &so, e);
	if (r == 0) {
		p->n_ring = (uint64_t)o->jobs * AHEAD;
		p->ring = mem_alloc(p->n_ring * sizeof(*p->ring));
		in = input_new(paths, n);
		r = run_all(p, in, e);
		input_free(in);
	}
	for (uint64_t i = 0; i < p->n_ring; i++) {
		buf_free(&p->ring[i].name);
		buf_free(&p->ring[i].line);
	}
	mem_free(p->ring);
	arena_free(&p->arena);
	slots_free(p->slots);
	work_close(&work);
	return r;
}

int cmd_analyze(int argc, char **argv)
{
	struct analyze o = {0};
	struct pipeline p = {.o = &o};
	struct err e;
	char iso[READER_DATE];
	int operand, r, status = command_options(&PROGRAM_ANALYZE, argc, argv, &o, &operand);

	if (status >= 0)
		return status;
	if (reader_date_option(&o.date, iso, &e) < 0 ||
	    slots_read_confidence(o.stances_from, &o.stance_least, &e) < 0)
		return options_wrong(&PROGRAM_ANALYZE, &e);
	r = analyze(&o, argv + operand, argc - operand, &p, &e);
	progress_clear();
	if (r < 0)
		fprintf(stderr, "demarche analyze: %s\n", e.text);
	return r < 0 || p.failed ? EXIT_SOME_FAILED : EXIT_DONE;
}
