/* demarche watch, results: result records as they come, or as they are stored. The stream goes on
 * over restarts of the broker: the last sequence number that was printed is where the new
 * conversation starts, so nothing is lost and nothing doubled. */
#include <signal.h>
#include <stdlib.h>

#include "client/command.h"
#include "client/filters.h"
#include "client/record.h"
#include "client/table.h"
#include "proto/pack.h"
#include "proto/result.h"
#include "proto/wire.h"

enum { CREDIT = 200 };

struct watch {
	struct link_options link;
	const char *from, *name, *actor, *type, *polarity, *collection;
	int64_t limit;
	bool until_idle;
};

#define AT(field) .offset = offsetof(struct watch, field)
static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, AT(link), .include = LINK_ROWS},
	{.name = "from",
	 .type = OPTION_STR,
	 AT(from),
	 .arg = "now|start|SEQ",
	 .standard = "now",
	 .help = "where to begin; SEQ is the last one that you have"},
	{.name = "name",
	 .type = OPTION_STR,
	 AT(name),
	 .arg = "CURSOR",
	 .help = "go on where this cursor stopped; the broker remembers it"},
	{.name = "actor",
	 .type = OPTION_STR,
	 AT(actor),
	 .arg = "CODE",
	 .help = "only results that name this actor"},
	{.name = "type",
	 .type = OPTION_STR,
	 AT(type),
	 .arg = "TYPE",
	 .help = "only results with an event of this type"},
	{.name = "polarity",
	 .type = OPTION_STR,
	 AT(polarity),
	 .arg = "WORD",
	 .help = "only results with a stance of this polarity"},
	COLLECTION_ROW(AT(collection)),
	{.name = "limit",
	 .letter = 'n',
	 .type = OPTION_INT,
	 AT(limit),
	 .arg = "N",
	 .standard = "0",
	 .help = "end after so many; 0 is never"},
	{.name = "until-idle",
	 .type = OPTION_BOOL,
	 AT(until_idle),
	 .help = "end when all results were printed and no job waits or is under way"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_WATCH = {
	.name = "demarche watch",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "The result stream: one result record a line, each with its sequence number, as "
		 "they are stored. Nothing is lost or doubled over a restart of the broker.",
	.more = "Examples:\n"
		"  demarche watch --from start --until-idle >all.jsonl\n"
		"  demarche watch --name archive --collection 2024 | gzip >>archive.jsonl.gz\n",
	.rows = ROWS,
};

struct stream {
	struct link *link;
	const struct watch *o;
	uint64_t last, printed;
	uint64_t unacknowledged;
	bool begun; /* `last` is known: a new conversation starts behind it */
	struct arena arena;
	struct buf line;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int print_result(const struct result *r, uint64_t seq, struct buf *line, struct err *e)
{
	line->n = 0;
	result_json(r, seq, line);
	buf_add_str(line, STR("\n"));
	if (fwrite(line->p, 1, line->n, stdout) != line->n)
		return err_set(e, ERR_IO, "cannot write to standard output");
	return 0;
}

static int print_record(struct arena *a, struct buf *line, struct str record, uint64_t seq,
			struct err *e)
{
	struct result r;

	arena_reset(a, 1 << 20);
	if (result_unpack(record, a, &r, e) < 0)
		return err_wrap(e, "result %lu", seq);
	return print_result(&r, seq, line, e);
}

static int subscribe(struct stream *s, struct err *e)
{
	const struct watch *o = s->o;
	struct msg m = {.kind = MSG_SUBSCRIBE};

	m.subscribe.tag = 1;
	m.subscribe.credit = CREDIT;
	m.subscribe.name = str_of(o->name ? o->name : "");
	m.subscribe.collection = str_of(o->collection ? o->collection : "");
	m.subscribe.actor = str_of(o->actor ? o->actor : "");
	m.subscribe.type = str_of(o->type ? o->type : "");
	m.subscribe.polarity = str_of(o->polarity ? o->polarity : "");
	m.subscribe.start = START_AFTER;
	m.subscribe.seq = s->last;
	if (o->name)
		m.subscribe.start = START_NAME;
	else if (!s->begun && strcmp(o->from, "now") == 0)
		m.subscribe.start = START_NOW;
	return link_send(s->link, &m, e);
}

/* What was printed is done with: the cursor moves and more may come. */
static int acknowledge(struct stream *s, struct err *e)
{
	struct msg m = {.kind = MSG_CREDIT};

	if (fflush(stdout) != 0)
		return err_set(e, ERR_IO, "cannot write to standard output");
	m.credit.tag = 1;
	m.credit.credit = s->unacknowledged;
	m.credit.ack = s->o->name ? s->last : 0;
	s->unacknowledged = 0;
	return link_send(s->link, &m, e);
}

/* The stream goes on, but whoever keeps its lines must know that some are missing. */
static void say_gone(uint64_t n)
{
	fprintf(stderr,
		"demarche watch: %lu result%s no longer kept by the broker (--keep, "
		"--keep-results) "
		"and left out here\n",
		n, n == 1 ? " is" : "s are");
}

/* 1 to go on, 0 the end that was asked for. */
static int take_results(struct stream *s, const struct msg_results *m, struct err *e)
{
	if (m->gone)
		say_gone(m->gone);
	for (uint32_t i = 0; i < m->n_items; i++) {
		const struct msg_result_item *x = &m->items[i];

		s->unacknowledged++;
		if (s->begun && x->seq <= s->last)
			continue; /* printed before the conversation began anew */
		if (print_record(&s->arena, &s->line, x->record, x->seq, e) < 0)
			return -1;
		s->last = x->seq;
		s->begun = true;
		if (s->o->limit && ++s->printed == (uint64_t)s->o->limit)
			return acknowledge(s, e);
	}
	if (m->last_seq > s->last || (!s->begun && m->caught_up)) {
		s->last = m->last_seq;
		s->begun = true;
	}
	if (m->n_items && acknowledge(s, e) < 0)
		return -1;
	return !(s->o->until_idle && m->idle);
}

static int follow(struct stream *s, struct err *e)
{
	struct msg m;
	int more = 1;

	link_patience(s->link, s->o->until_idle ? 60000 : -1);
	if (subscribe(s, e) < 0)
		return -1;
	while (more == 1 && !stopped) {
		int got = link_next(s->link, 200, &m, e);

		if (got < 0 || (got == 2 && subscribe(s, e) < 0))
			return -1;
		if (got == 1 && m.kind == MSG_RESULTS)
			more = take_results(s, &m.results, e);
	}
	return more < 0 ? -1 : 0;
}

static int read_from(const struct watch *o, struct stream *s, struct err *e)
{
	char *end;

	if (strcmp(o->from, "now") == 0)
		return 0;
	s->begun = true;
	if (strcmp(o->from, "start") == 0)
		return 0;
	s->last = strtoull(o->from, &end, 10);
	if (*end || !*o->from || *o->from == '-')
		return err_set(e, ERR_INVALID, "--from takes now, start or a sequence number");
	return 0;
}

/* A type that does not exist would be waited for in vain. */
static int check_words(struct watch *o, struct err *e)
{
	struct row_filter type = {"type", o->type}, polarity = {"polarity", o->polarity};

	if (filter_check(&type, e) < 0 || filter_check(&polarity, e) < 0)
		return -1;
	o->type = type.value;
	o->polarity = polarity.value;
	if (command_name("name", o->name, e) < 0 || command_name("actor", o->actor, e) < 0)
		return -1;
	return command_name("collection", o->collection, e);
}

int cmd_watch(int argc, char **argv)
{
	struct watch o = {0};
	struct stream s = {.o = &o};
	struct err e;
	int r, status = command_options_alone(&PROGRAM_WATCH, argc, argv, &o);

	if (status >= 0)
		return status;
	if (check_words(&o, &e) < 0 || read_from(&o, &s, &e) < 0)
		return options_wrong(&PROGRAM_WATCH, &e);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	s.link = link_open(&o.link, ROLE_READ, &e);
	r = s.link ? follow(&s, &e) : -1;
	if (r < 0)
		fprintf(stderr, "demarche watch: %s\n", e.text);
	link_close(s.link);
	arena_free(&s.arena);
	buf_free(&s.line);
	return r < 0 ? link_exit_status(&e) : EXIT_DONE;
}

/* results */
struct results {
	struct source_options source;
	const char *collection;
	int64_t limit;
	int format;
};

static const struct option_row RESULT_ROWS[] = {
	{.type = OPTION_INCLUDE,
	 .offset = offsetof(struct results, source),
	 .include = SOURCE_ROWS},
	COLLECTION_ROW(.offset = offsetof(struct results, collection)),
	{.name = "format",
	 .type = OPTION_CHOICE,
	 .offset = offsetof(struct results, format),
	 .arg = "jsonl|table",
	 .standard = "jsonl",
	 .help = "whole records, or one line for each document"},
	LIMIT_ROW(.offset = offsetof(struct results, limit)),
	{.type = OPTION_END},
};
const struct option_program PROGRAM_RESULTS = {
	.name = "demarche results",
	.section = "client",
	.synopsis = "[JOB…]",
	.about = "Stored result records, in the order in which they were stored: the newest of "
		 "each document, or those of the given jobs.",
	.rows = RESULT_ROWS,
};

static void add_summary(struct table *t, const struct result *r, uint64_t seq)
{
	char number[4][24];

	snprintf(number[0], sizeof(number[0]), "%lu", seq);
	snprintf(number[1], sizeof(number[1]), "%u", r->n_events);
	snprintf(number[2], sizeof(number[2]), "%u", r->n_stances);
	snprintf(number[3], sizeof(number[3]), "%lu", r->stats.sentences);
	table_add(t,
		  (const struct str[]){str_of(number[0]), r->doc.date, r->doc.id, str_of(number[3]),
				       str_of(number[1]), str_of(number[2]), r->doc.title});
}

static int take_row(struct str packed, struct table *t, struct arena *a, struct buf *line,
		    struct err *e)
{
	struct result r;
	uint64_t seq;

	arena_reset(a, 1 << 20);
	if (record_row(packed, a, &r, &seq, e) < 0)
		return -1;
	if (!t)
		return print_result(&r, seq, line, e);
	add_summary(t, &r, seq);
	return 0;
}

static int print_results(struct source *s, const struct results *o, const char *job,
			 struct table *t, struct err *e)
{
	struct msg_argument arguments[3];
	struct link_query q = {
		.what = "results", .arguments = arguments, .limit = (uint64_t)o->limit};
	struct arena a = {0};
	struct buf line = {0};
	struct msg_rows page;
	int got = 1;

	if (job)
		arguments[q.n_arguments++] = (struct msg_argument){STR("job"), str_of(job)};
	else
		arguments[q.n_arguments++] = (struct msg_argument){STR("latest"), STR("yes")};
	if (o->collection)
		arguments[q.n_arguments++] =
			(struct msg_argument){STR("collection"), str_of(o->collection)};
	while (got == 1 && (got = source_page(s, &q, &page, e)) == 1)
		for (uint32_t i = 0; got == 1 && i < page.n_rows; i++)
			if (take_row(page.rows[i], t, &a, &line, e) < 0)
				got = -1;
	if (got == 0 && job && !q.given)
		got = err_set(e, ERR_NOT_FOUND, "job %s has no result", job);
	arena_free(&a);
	buf_free(&line);
	return got;
}

int cmd_results(int argc, char **argv)
{
	static const char *const HEADS[] = {">seq",    "date",     "document", ">sentences",
					    ">events", ">stances", "~title",   NULL};
	struct results o = {0};
	struct err e;
	int operand, r = 0, status = command_options(&PROGRAM_RESULTS, argc, argv, &o, &operand);
	struct source *s;
	struct table *t;
	uint64_t job;

	if (status >= 0)
		return status;
	for (int i = operand; i < argc; i++)
		if (command_job(argv[i], &job, &e) < 0)
			return options_wrong(&PROGRAM_RESULTS, &e);
	t = o.format ? table_new(HEADS) : NULL;
	s = source_open(&o.source, &e);
	status = s ? EXIT_DONE : link_exit_status(&e);
	if (!s)
		fprintf(stderr, "demarche results: %s\n", e.text);
	for (int i = operand; s && (i < argc || i == operand); i++) {
		r = print_results(s, &o, i < argc ? argv[i] : NULL, t, &e);
		if (r == 0)
			continue;
		fprintf(stderr, "demarche results: %s\n", e.text);
		status = link_exit_status(&e);
	}
	if (t && s)
		table_print(t, stdout);
	table_free(t);
	source_close(s);
	return status;
}
