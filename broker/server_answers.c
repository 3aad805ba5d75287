/* Answers wait until what they say is on the disk. A turn's answers are gathered in `out`; when the
 * turn is written they become `held`, and when it is synced they are sent. Meanwhile the next turn
 * is at work:
 *
 *     take, decide, write 1 | take, decide ...    settle 1, write 2 | ...
 *                           \____ sync 1 (in a thread) ___/
 *
 * Only a grant of a job that was submitted in the same turn is sent before the sync: it promises
 * nothing, and the work begins meanwhile.
 *
 * What goes wrong: the disk fails (nobody was told of that turn or any later one; the broker ends),
 * a peer is gone or does not read (its grants are given back; it is given up). */
#include "broker/server_state.h"
#include "proto/log.h"

void server_reply_long(struct server *s, uint32_t peer, const struct msg *m, size_t bytes)
{
	struct outgoing *o;

	MEM_GROW(s->out.items, s->out.n, s->out.cap);
	o = &s->out.items[s->out.n++];
	*o = (struct outgoing){.peer = peer, .kind = m->kind};
	buf_reserve(&o->bytes, bytes);
	msg_write(m, &o->bytes);
	s->out.bytes += o->bytes.n;
}

void server_reply(struct server *s, uint32_t peer, const struct msg *m)
{
	server_reply_long(s, peer, m, 0);
}

void server_reply_error(struct server *s, uint32_t peer, const struct msg *to, enum err_code code,
			const char *text)
{
	struct msg m = {.kind = MSG_ERROR};

	m.error = (struct msg_error){
		.tag = msg_tag(to), .code = code, .text = str_of(text), .kind = to->kind};
	if (code == ERR_BUSY || code == ERR_FULL)
		m.error.retry_ms = 1000;
	server_reply(s, peer, &m);
}

static int give_up_peer(struct server *s, uint32_t number, const char *why, struct err *e)
{
	struct server_peer *p = server_peer_of(s, number);
	struct input in = {.kind = IN_GONE, .peer = number};

	if (!p)
		return 0;
	log_info("peer-gone", LOG_UINT("peer", number), LOG_CSTR("name", p->name),
		 LOG_CSTR("because", why));
	server_peer_remove(s, p);
	return server_step(s, &in, e);
}

/* Leases that never reached their worker are given back, and count no attempt. */
static int give_back(struct server *s, const struct outgoing *o, struct err *e)
{
	struct msg m;
	struct err why;

	if (msg_read(buf_str(&o->bytes), &s->frame, &m, &why) < 0 || m.kind != MSG_GRANT)
		return 0;
	for (uint32_t i = 0; i < m.grant.n_leases; i++) {
		struct input in = {
			.kind = IN_UNSENT, .peer = o->peer, .job = m.grant.leases[i].job};

		if (server_step(s, &in, e) < 0)
			return -1;
	}
	return 0;
}

/* A peer that cannot be reached is given up, which the open turn, or the next one, writes. Grants
 * are bounded by the credit: a worker may have asked for many long texts. */
static int send_one(struct server *s, struct outgoing *o, struct err *e)
{
	struct server_peer *p = server_peer_of(s, o->peer);
	enum wire_sent sent = WIRE_SENT;
	int r = 0;

	if (p)
		sent = wire_send_counted(s->wire, &p->id, &o->bytes,
					 o->kind == MSG_GRANT ? NULL : p->load);

	if (!p || sent != WIRE_SENT)
		r |= give_back(s, o, e);
	buf_free(&o->bytes);
	if (p && o->kind == MSG_SUBMITTED)
		server_gather_answered(s, p);
	if (sent != WIRE_SENT)
		r |= give_up_peer(s, o->peer,
				  sent == WIRE_FULL ? "it does not read its answers"
						    : "it cannot be reached",
				  e);
	return r;
}

static int send_all(struct server *s, struct err *e)
{
	struct answers *a = &s->held;
	int r = 0;

	for (uint32_t i = 0; i < a->n; i++)
		if (a->items[i].bytes.n)
			r |= send_one(s, &a->items[i], e);
	a->n = 0;
	a->bytes = 0;
	return r;
}

/* A peer hears what was said to it in its order. */
static bool is_first_to_peer(const struct answers *a, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (a->items[i].peer == a->items[at].peer && a->items[i].bytes.n)
			return false;
	return true;
}

int server_send_early(struct server *s, struct err *e)
{
	struct answers *a = &s->held;

	for (uint32_t i = 0; i < a->n; i++)
		if (a->items[i].early && is_first_to_peer(a, i) && send_one(s, &a->items[i], e) < 0)
			return -1;
	return 0;
}

int server_settle(struct server *s, struct err *e)
{
	if (store_sync(s->store, e) < 0)
		return -1;
	s->durable_seq = s->written_seq;
	s->durable_number = s->written_number;
	return send_all(s, e);
}

bool server_can_settle(const struct server *s)
{
	return s->held.n && store_sync_ended(s->store);
}

int server_write(struct server *s, struct err *e)
{
	struct answers written;

	CHECK(!s->held.n);
	if (store_write(s->store, e) < 0)
		return -1;
	written = s->out;
	s->out = s->held;
	s->held = written;
	s->written_seq = core_last_seq(s->core);
	s->written_number = core_last_number(s->core);
	return 0;
}

void server_answers_free(struct server *s)
{
	struct answers *all[] = {&s->out, &s->held};

	for (size_t i = 0; i < 2; i++) {
		for (uint32_t k = 0; k < all[i]->n; k++)
			buf_free(&all[i]->items[k].bytes);
		mem_free(all[i]->items);
	}
}
