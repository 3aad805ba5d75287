/* Streams: a question asked again after the last sequence number sent. Replay and live are the
 * same: whatever the reader has not seen yet comes from the store. Nobody's slowness costs another
 * anything: a reader without credit, or whose connection takes nothing, is passed over, and goes
 * on later from where it stood.
 *
 * A named cursor is kept by the broker. Its readers share its results: each goes to one of them.
 * What a reader got and did not acknowledge when it left is sent again to the next one:
 *
 *     acknowledged ... | given, waiting for an ack (`given`) | not looked at yet
 *                      ^ store_cursor                        ^ cursor->after
 */
#include "broker/server_state.h"

#include <utlist.h>

#include "proto/log.h"

enum {
	PAGE_RESULTS = 500,
	PAGE_BYTES = 1 << 20,
	PAGE_LOOK = 20000, /* results looked at for one page, whatever passes the filter */
	NAME_MOST = 1000,  /* named cursors in use at a time */
	NAME_KEPT = 10000, /* … and in the store */
	GIVEN_MOST = 100000,
	PAGES_AT_ONCE = 16,  /* read in one turn, for all streams together: turns go on meanwhile */
	WORD_EVERY_MS = 100, /* a message without results, at most so often */
	WORD_RESULTS = 50000, /* … and at least after so many that the filter left out */
};

/* A result that a reader of a cursor has and has not acknowledged. */
struct given {
	uint64_t seq;
	struct stream *to; /* NULL: its reader left; it goes to the next one */
	struct given *next, *prev;
};

struct cursor {
	char name[MSG_NAME_MAX + 1];
	uint64_t after;      /* looked at and given out up to here */
	uint64_t saved;      /* what the store has */
	struct given *given; /* in order of seq */
	uint32_t n_given, n_orphans, n_readers;
	struct cursor *next, *prev;
};

struct stream {
	struct server_peer *peer;
	uint64_t tag, after;
	uint32_t credit;
	uint64_t
		gone; /* results that it might have had and that are no longer kept, not told yet */
	struct cursor *cursor; /* NULL: a reader of its own */
	struct store_filter filter;
	char filter_text[4 * (MSG_NAME_MAX + 1)];
	uint64_t told_up_to; /* last_seq of the last message */
	int64_t told_ms;     /* when that was sent */
	bool told_caught_up, told_idle;
	struct stream *next, *prev;         /* of its peer */
	struct stream *all_next, *all_prev; /* of the server; the head is served next */
};

/* Cursors */

static struct cursor *cursor_find(struct server *s, struct str name)
{
	struct cursor *c;

	DL_FOREACH(s->cursors, c)
	if (str_is(name, c->name))
		return c;
	return NULL;
}

static int cursor_use(struct server *s, struct str name, struct cursor **out, struct err *e)
{
	struct cursor *c = cursor_find(s, name);

	if (!c) {
		c = mem_alloc(sizeof(*c));
		memcpy(c->name, name.p, name.n);
		if (store_cursor(s->store, name, &c->saved, e) < 0) {
			mem_free(c);
			return -1;
		}
		c->after = c->saved;
		DL_APPEND(s->cursors, c);
	}
	c->n_readers++;
	*out = c;
	return 0;
}

static void cursor_free(struct server *s, struct cursor *c)
{
	struct given *g, *next;

	DL_FOREACH_SAFE(c->given, g, next)
	mem_free(g);
	DL_DELETE(s->cursors, c);
	mem_free(c);
}

/* A reader leaves: what it did not acknowledge waits for another. */
static void cursor_leave(struct server *s, struct stream *t)
{
	struct cursor *c = t->cursor;
	struct given *g;

	DL_FOREACH(c->given, g)
	{
		if (g->to != t)
			continue;
		g->to = NULL;
		c->n_orphans++;
		s->streams_wait = true;
	}
	if (--c->n_readers == 0)
		cursor_free(s, c);
}

void stream_free_cursors(struct server *s)
{
	while (s->cursors)
		cursor_free(s, s->cursors);
}

static int cursor_ack(struct server *s, struct stream *t, uint64_t up_to, struct err *e)
{
	struct cursor *c = t->cursor;
	struct given *g, *next;
	uint64_t done;

	DL_FOREACH_SAFE(c->given, g, next)
	{
		if (g->seq > up_to)
			break;
		if (g->to != t)
			continue;
		DL_DELETE(c->given, g);
		c->n_given--;
		mem_free(g);
	}
	done = c->given ? c->given->seq - 1 : c->after;
	if (done <= c->saved)
		return 0;
	c->saved = done;
	return store_cursor_set(s->store, str_of(c->name), done, s->now_ms, e);
}

static void cursor_give(struct stream *t, uint64_t seq)
{
	struct given *g = mem_alloc(sizeof(*g));

	g->seq = seq;
	g->to = t;
	DL_APPEND(t->cursor->given, g);
	t->cursor->n_given++;
}

/* Streams */

static struct stream *stream_find(struct server_peer *p, uint64_t tag)
{
	struct stream *t;

	DL_FOREACH(p->streams, t)
	if (t->tag == tag)
		return t;
	return NULL;
}

static void stream_free(struct server *s, struct stream *t)
{
	if (t->cursor)
		cursor_leave(s, t);
	DL_DELETE(t->peer->streams, t);
	DL_DELETE2(s->streams, t, all_prev, all_next);
	t->peer->n_streams--;
	s->n_streams--;
	mem_free(t);
}

void stream_close_all(struct server *s, struct server_peer *p)
{
	while (p->streams)
		stream_free(s, p->streams);
}

/* The filter's strings must outlive the message. */
static void copy_filter(struct stream *t, const struct msg_subscribe *q)
{
	const struct str from[] = {q->collection, q->actor, q->type, q->polarity};
	struct str *to[] = {&t->filter.collection, &t->filter.actor, &t->filter.type,
			    &t->filter.polarity};

	for (size_t i = 0; i < 4; i++) {
		char *at = t->filter_text + i * (MSG_NAME_MAX + 1);

		if (from[i].n)
			memcpy(at, from[i].p, from[i].n);
		*to[i] = (struct str){at, from[i].n};
	}
}

static int place(struct server *s, struct stream *t, const struct msg_subscribe *q, struct err *e)
{
	switch ((enum msg_start)q->start) {
	case START_AFTER:
		t->after = q->seq;
		break;
	case START_NOW:
		t->after = s->durable_seq;
		break;
	case START_BEGINNING:
		t->after = 0;
		break;
	case START_NAME:
		return cursor_use(s, q->name, &t->cursor, e);
	}
	return 0;
}

static uint32_t count_cursors(const struct server *s)
{
	const struct cursor *c;
	uint32_t n = 0;

	DL_FOREACH(s->cursors, c)
	n++;
	return n;
}

/* Readers must not fill the disk with names: a new one needs room among those that are kept. */
static int may_name(struct server *s, struct str name, bool *may, struct err *e)
{
	uint64_t seq;
	int64_t n = 0;

	if (store_cursor(s->store, name, &seq, e) < 0)
		return -1;
	if (!seq && store_n_cursors(s->store, &n, e) < 0)
		return -1;
	*may = n < NAME_KEPT;
	return 0;
}

int stream_open(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	const struct msg_subscribe *q = &m->subscribe;
	struct stream *t = stream_find(p, q->tag);
	bool may = true;

	if (t)
		stream_free(s, t);
	if (p->n_streams >= SERVER_STREAMS_MAX || s->n_streams >= SERVER_STREAMS_ALL ||
	    count_cursors(s) >= NAME_MOST) {
		server_reply_error(s, p->number, m, ERR_BUSY, "too many subscriptions");
		return 0;
	}
	if (q->start == START_NAME && !q->name.n) {
		server_reply_error(s, p->number, m, ERR_INVALID, "a cursor needs a name");
		return 0;
	}
	if (q->start == START_NAME && may_name(s, q->name, &may, e) < 0)
		return -1;
	if (!may) {
		server_reply_error(s, p->number, m, ERR_TOO_BIG, "too many named cursors");
		return 0;
	}
	t = mem_alloc(sizeof(*t));
	t->peer = p;
	t->tag = q->tag;
	t->credit = (uint32_t)q->credit;
	copy_filter(t, q);
	if (place(s, t, q, e) < 0) {
		mem_free(t);
		return -1;
	}
	DL_APPEND(p->streams, t);
	DL_APPEND2(s->streams, t, all_prev, all_next);
	p->n_streams++;
	s->n_streams++;
	s->streams_wait = true;
	return 0;
}

int stream_credit(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	const struct msg_credit *q = &m->credit;
	struct stream *t = stream_find(p, q->tag);
	uint64_t credit;

	if (!t) {
		server_reply_error(s, p->number, m, ERR_NOT_FOUND, "no such subscription");
		return 0;
	}
	credit = t->credit + q->credit;
	t->credit = credit > MSG_CREDIT_MAX ? MSG_CREDIT_MAX : (uint32_t)credit;
	s->streams_wait = true;
	if (t->cursor && q->ack && cursor_ack(s, t, q->ack, e) < 0)
		return -1;
	return 0;
}

int stream_close(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	struct stream *t = stream_find(p, m->unsubscribe.tag);

	(void)e;
	if (t)
		stream_free(s, t);
	else
		server_reply_error(s, p->number, m, ERR_NOT_FOUND, "no such subscription");
	return 0;
}

/* Sending */

static uint64_t position(const struct stream *t)
{
	return t->cursor ? t->cursor->after : t->after;
}

static void set_position(struct stream *t, uint64_t seq)
{
	if (t->cursor)
		t->cursor->after = seq;
	else
		t->after = seq;
}

/* What is no longer kept is passed over. Who begins at the beginning asks for what there is; who
 * goes on is told how much it missed. */
static void pass_retired(struct server *s, struct stream *t)
{
	uint64_t from = position(t), retired = store_retired(s->store);

	if (from >= retired)
		return;
	if (from)
		t->gone += retired - from;
	set_position(t, retired);
}

/* Nothing is to be done, and all results are on the disk. */
static bool is_idle(const struct server *s)
{
	return core_idle(s->core) && s->durable_seq == core_last_seq(s->core);
}

static enum wire_sent send_results(struct server *s, struct stream *t,
				   const struct store_results *r)
{
	struct msg m = {.kind = MSG_RESULTS};
	struct buf b = {0};
	enum wire_sent sent;
	size_t bytes = 0;

	m.results.tag = t->tag;
	m.results.n_items = r->n;
	m.results.items = ARENA_ARRAY(&s->frame, struct msg_result_item, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		m.results.items[i] = (struct msg_result_item){r->items[i].seq, r->items[i].job,
							      r->items[i].record};
		bytes += r->items[i].record.n + 32;
	}
	m.results.last_seq = r->last_seq;
	m.results.caught_up = r->last_seq >= s->durable_seq;
	m.results.idle = m.results.caught_up && is_idle(s);
	m.results.gone = t->gone;
	buf_reserve(&b, bytes + 64);
	msg_write(&m, &b);
	sent = wire_send_counted(s->wire, &t->peer->id, &b, t->peer->load);
	buf_free(&b);
	if (sent == WIRE_SENT) {
		t->told_caught_up = m.results.caught_up;
		t->told_idle = m.results.idle;
		t->told_up_to = r->last_seq;
		t->told_ms = s->now_ms;
		t->gone = 0;
	}
	return sent;
}

/* Results whose reader left before it acknowledged them, again, to this one. */
static int send_orphans(struct server *s, struct stream *t, struct err *e)
{
	struct store_results all = {0};
	struct given *g, **taken;
	uint32_t cap = 0, n = 0, cap_taken = 0;
	uint64_t gone = 0;

	taken = NULL;
	DL_FOREACH(t->cursor->given, g)
	{
		struct store_page page = {&t->filter, g->seq - 1, g->seq, 1, PAGE_BYTES};
		struct store_results one;

		if (g->to || n >= t->credit || n >= PAGE_RESULTS)
			continue;
		if (store_results(s->store, &page, &s->frame, &one, e) < 0)
			return -1;
		ARENA_GROW(&s->frame, taken, n, cap_taken);
		taken[n++] = g;
		all.last_seq = g->seq;
		gone += g->seq <= store_retired(s->store);
		if (!one.n)
			continue;
		ARENA_GROW(&s->frame, all.items, all.n, cap);
		all.items[all.n++] = one.items[0];
	}
	t->gone += gone;
	if (send_results(s, t, &all) != WIRE_SENT) {
		t->gone -= gone;
		return 0;
	}
	t->credit -= all.n;
	t->cursor->n_orphans -= n;
	for (uint32_t i = 0; i < n; i++)
		taken[i]->to = t;
	return 0;
}

static int send_page(struct server *s, struct stream *t, struct err *e)
{
	uint64_t last = s->durable_seq, from = position(t);
	struct store_page page = {&t->filter, from, last, t->credit, PAGE_BYTES};
	struct store_results r;

	if (page.n > PAGE_RESULTS)
		page.n = PAGE_RESULTS;
	if (page.up_to > from + PAGE_LOOK)
		page.up_to = from + PAGE_LOOK;
	if (store_results(s->store, &page, &s->frame, &r, e) < 0)
		return -1;
	if (r.n || r.last_seq >= t->told_up_to + WORD_RESULTS) {
		enum wire_sent sent = send_results(s, t, &r);

		if (sent == WIRE_FULL)
			s->streams_full = true;
		if (sent != WIRE_SENT)
			return 0;
	}
	for (uint32_t i = 0; t->cursor && i < r.n; i++)
		cursor_give(t, r.items[i].seq);
	set_position(t, r.last_seq);
	t->credit -= r.n;
	if (t->credit && r.last_seq < last)
		s->streams_wait = true;
	return 0;
}

/* Tells that there is nothing more at present. When that comes and goes quickly, it waits a little
 * to be told: a thousand readers must not get a message for each job. */
static void send_word(struct server *s, struct stream *t)
{
	struct store_results nothing = {.last_seq = position(t)};

	if (t->told_caught_up && s->now_ms < t->told_ms + WORD_EVERY_MS)
		s->streams_full = true;
	else if (send_results(s, t, &nothing) == WIRE_FULL)
		s->streams_full = true;
}

static bool wants_word(const struct server *s, const struct stream *t)
{
	if (position(t) < s->durable_seq)
		return false;
	return !t->told_caught_up || (!t->told_idle && is_idle(s));
}

static int pump_one(struct server *s, struct stream *t, struct err *e)
{
	/* A reader that takes nothing costs nothing: no page is read for it in vain. */
	if (!wire_load_has_room(s->wire, t->peer->load, PAGE_BYTES)) {
		s->streams_full = true;
		return 0;
	}
	if (t->cursor && t->cursor->n_orphans && t->credit && send_orphans(s, t, e) < 0)
		return -1;
	pass_retired(s, t);
	if (t->credit && position(t) < s->durable_seq &&
	    !(t->cursor && t->cursor->n_given >= GIVEN_MOST)) {
		s->n_pages++;
		if (send_page(s, t, e) < 0)
			return -1;
	}
	if (!is_idle(s))
		t->told_idle = false;
	if (wants_word(s, t))
		send_word(s, t);
	return 0;
}

int stream_pump(struct server *s, struct err *e)
{
	uint64_t last = s->durable_seq;
	bool idle = is_idle(s);
	struct stream *t;

	if (!s->n_streams)
		return 0;
	if (!s->streams_wait && !s->streams_full && s->streamed_seq == last && s->was_idle == idle)
		return 0;
	s->streams_wait = s->streams_full = false;
	s->n_pages = 0;
	for (uint32_t n = s->n_streams; n && s->n_pages < PAGES_AT_ONCE; n--) {
		t = s->streams;
		DL_DELETE2(s->streams, t, all_prev, all_next);
		DL_APPEND2(s->streams, t, all_prev, all_next);
		if (pump_one(s, t, e) < 0)
			return -1;
		arena_reset(&s->frame, 1 << 20);
	}
	if (s->n_pages >= PAGES_AT_ONCE)
		s->streams_wait = true;
	s->streamed_seq = last;
	s->was_idle = idle;
	return 0;
}
