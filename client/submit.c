#include "client/submit.h"

#include <stdio.h>

#include <sodium.h>

#include "client/command.h"
#include "client/input.h"
#include "client/source.h"
#include "client/table.h"
#include "proto/wire.h"

#define AT(field) .offset = offsetof(struct document_options, field)
const struct option_row DOCUMENT_ROWS[] = {
	{.name = "collection",
	 .letter = 'c',
	 .type = OPTION_STR,
	 AT(collection),
	 .arg = "NAME",
	 .help = "put the documents into this collection"},
	DOCUMENT_DATE_ROW(AT(date)),
	{.name = "again",
	 .type = OPTION_BOOL,
	 AT(again),
	 .help = "analyse known documents anew: a new job even for known bytes"},
	{.type = OPTION_END},
};

int document_options_check(struct document_options *o, char iso[static READER_DATE], struct err *e)
{
	if (command_name("collection", o->collection, e) < 0)
		return -1;
	return reader_date_option(&o->date, iso, e);
}

enum { BATCH_DOCUMENTS = 256, BATCH_BYTES = 4 << 20, WAIT_MS = 200, LOOKS_ALONE = 10 };

struct batch {
	struct msg_submit_item items[BATCH_DOCUMENTS];
	uint32_t n;
	size_t bytes;
	struct arena arena; /* copies of the documents */
};

struct submitter {
	struct link *link;
	const struct submit_options *o;
	struct submit_totals *t;
	struct batch batch;
};

/* A copy of at most so many bytes. */
static struct str cut(struct arena *a, struct str s, size_t max)
{
	return arena_str(a, str_cut(s, max));
}

static void add_document(struct submitter *s, const struct document *d)
{
	struct batch *b = &s->batch;
	struct arena *a = &b->arena;
	struct msg_submit_item *x = &b->items[b->n++];

	*x = (struct msg_submit_item){.priority = s->o->priority,
				      .delay_ms = s->o->delay_ms,
				      .deadline_ms = s->o->deadline_ms,
				      .again = s->o->again};
	x->collection = str_of(s->o->collection ? s->o->collection : "");
	x->id = cut(a, d->meta.id, MSG_META_MAX);
	x->title = cut(a, d->meta.title, MSG_META_MAX);
	x->date = cut(a, d->meta.date, 32);
	x->date_source = cut(a, d->meta.date_source, 16);
	if (!x->date.n && s->o->date) {
		x->date = str_of(s->o->date);
		x->date_source = STR("given");
	}
	x->source = cut(a, d->meta.source, MSG_META_MAX);
	x->lang = cut(a, d->meta.lang, 35);
	x->key = str_of(s->o->key ? s->o->key : "");
	x->body = arena_str(a, d->text);
	b->bytes += d->text.n;
}

static void refuse(struct submitter *s, const struct msg_submit_item *x,
		   const struct msg_submitted_item *why)
{
	char sentence[MSG_META_MAX + MSG_TEXT_MAX + 64];

	snprintf(sentence, sizeof(sentence), "%.*s: refused (%s): %.*s", STR_ARG(x->id),
		 err_name((enum err_code)why->code), STR_ARG(why->text));
	s->o->failed(s->o->arg, sentence);
	s->t->failed++;
}

static bool is_later(const struct msg_submitted_item *x)
{
	return x->status == SUBMIT_REFUSED && (x->code == ERR_BUSY || x->code == ERR_FULL);
}

/* Takes the answers; items to be sent again move to the front. */
static void take_answer(struct submitter *s, const struct msg_submitted *m)
{
	struct batch *b = &s->batch;
	uint32_t left = 0;

	for (uint32_t i = 0; i < b->n; i++) {
		const struct msg_submitted_item *x = &m->items[i];

		if (is_later(x)) {
			link_say_busy(s->link, x->text);
			b->items[left++] = b->items[i];
			continue;
		}
		if (x->status == SUBMIT_REFUSED) {
			refuse(s, &b->items[i], x);
			continue;
		}
		s->t->submitted++;
		s->t->duplicates += x->status == SUBMIT_DUPLICATE;
		if (s->o->accepted) /* arena_str terminates */
			s->o->accepted(s->o->arg, b->items[i].id.p, x->job,
				       x->status == SUBMIT_DUPLICATE);
	}
	b->n = left;
}

static int flush(struct submitter *s, struct err *e)
{
	struct msg m = {.kind = MSG_SUBMIT}, answer;

	while (s->batch.n) {
		m.submit.items = s->batch.items;
		m.submit.n_items = s->batch.n;
		m.submit.batch = str_of(s->t->batch);
		if (link_ask(s->link, &m, &answer, e) < 0)
			return -1;
		if (answer.kind != MSG_SUBMITTED || answer.submitted.n_items != s->batch.n)
			return err_set(e, ERR_INVALID,
				       "the broker's answer does not fit the question");
		take_answer(s, &answer.submitted);
		if (s->batch.n) {
			progress_show("the broker is busy: waiting");
			wire_pause(answer.submitted.retry_ms ? (int)answer.submitted.retry_ms
							     : 500);
		}
	}
	s->batch.bytes = 0;
	arena_reset(&s->batch.arena, 2 * BATCH_BYTES);
	progress_show("%lu documents submitted", s->t->submitted);
	return 0;
}

static int flush_if_full(struct submitter *s, size_t more, struct err *e)
{
	if (s->batch.n && (s->batch.n == BATCH_DOCUMENTS || s->batch.bytes + more > BATCH_BYTES))
		return flush(s, e);
	return 0;
}

int submit_all(struct link *l, char *const *paths, int n, const struct submit_options *o,
	       struct submit_totals *t, struct err *e)
{
	struct submitter *s = mem_alloc(sizeof(*s));
	struct input *in = input_new(paths, n);
	struct document d;
	struct err failure;
	uint64_t n_read = 0;
	int got, r = 0;

	*s = (struct submitter){.link = l, .o = o, .t = t};
	link_patience(l, 60000); /* a broker that restarts is no reason to stop half-way */
	snprintf(t->batch, sizeof(t->batch), "b%08x%08x", randombytes_random(),
		 randombytes_random());
	while (r == 0 && (got = input_next(in, &d, &failure)) != 0) {
		if (got < 0) {
			t->failed++;
			o->failed(o->arg, failure.text);
			continue;
		}
		if (o->key && n_read++ > 0) {
			err_set(&failure, ERR_INVALID, "%.*s: a key is for one document only",
				STR_ARG(d.meta.id));
			t->failed++;
			o->failed(o->arg, failure.text);
			continue;
		}
		r = flush_if_full(s, d.text.n, e);
		if (r == 0)
			add_document(s, &d);
	}
	if (r == 0)
		r = flush(s, e);
	input_free(in);
	arena_free(&s->batch.arena);
	mem_free(s);
	return r;
}

/* One row of the broker's `batch` question; 1 where jobs are left. */
static int look(struct link *l, struct submit_totals *t, struct err *e)
{
	struct msg_argument argument = {STR("batch"), str_of(t->batch)};
	struct link_query q = {.what = "batch", .arguments = &argument, .n_arguments = 1};
	int64_t left;
	json_t *row;
	int got = source_first_of(l, &q, &row, e);

	if (got <= 0)
		return got;
	left = row_int(row, "delayed") + row_int(row, "queued") + row_int(row, "leased");
	t->done = (uint64_t)row_int(row, "done");
	t->dead = (uint64_t)(row_int(row, "dead") + row_int(row, "cancelled"));
	progress_show("%lu of %lu done%s", t->done, (uint64_t)row_int(row, "total"),
		      t->dead ? ", some given up" : "");
	json_decref(row);
	return left > 0;
}

/* Who waits for nobody is told. A worker that comes later is as good: no error. */
static void say_without_worker(struct link *l)
{
	struct link_query q = {.what = "status"};
	struct err ignored;
	json_t *row;

	if (source_first_of(l, &q, &row, &ignored) == 1 && row_int(row, "workers") == 0) {
		progress_clear();
		fputs("demarche: no worker is connected to the broker (demarche-worker starts "
		      "one): waiting\n",
		      stderr);
	}
	json_decref(row);
}

int submit_wait(struct link *l, struct submit_totals *t, struct err *e)
{
	int left;

	for (uint32_t looks = 1; (left = look(l, t, e)) == 1; looks++) {
		if (looks == LOOKS_ALONE)
			say_without_worker(l);
		wire_pause(WAIT_MS);
	}
	return left;
}

static void count_retry(void *left, json_t *row)
{
	*(uint64_t *)left += row_int(row, "attempts") > 0;
}

/* Adds the jobs that wait for a further try. Others are delayed because somebody wanted it: they
 * are not waited for. */
static int add_retries(struct link *l, uint64_t *left, struct err *e)
{
	struct msg_argument argument = {STR("state"), STR("delayed")};
	struct link_query q = {.what = "jobs", .arguments = &argument, .n_arguments = 1};

	return source_rows_of(l, &q, count_retry, left, e);
}

/* How many wait or are under way. */
static int look_at_all(struct link *l, uint64_t *left, struct err *e)
{
	struct link_query q = {.what = "status"};
	json_t *row;
	bool delayed;
	int got = source_first_of(l, &q, &row, e);

	if (got == 0)
		err_set(e, ERR_INVALID, "the broker gave no status");
	if (got <= 0)
		return -1;
	*left = (uint64_t)(row_int(row, "queued") + row_int(row, "leased"));
	delayed = row_int(row, "delayed") > 0;
	json_decref(row);
	return !*left && delayed ? add_retries(l, left, e) : 0;
}

int submit_wait_all(struct link *l, struct err *e)
{
	uint64_t left;
	int r;

	while ((r = look_at_all(l, &left, e)) == 0 && left) {
		progress_show("%lu left by an earlier run", left);
		wire_pause(WAIT_MS);
	}
	return r;
}
