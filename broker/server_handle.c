/* One function per message that a peer may send, and the table of them with the role each needs.
 * What a peer sends wrongly is answered; what is -1 here is a failure of the store. */
#include "broker/server_state.h"

#include <stdio.h>

#include "proto/log.h"
#include "proto/result.h"

enum { BUSY_RETRY_MS = 1000, FULL_RETRY_MS = 5000, RECORD_KEEP = 4 << 20 };

/* Peers */

static struct server_peer *peer_by_id(struct server *s, const struct wire_peer *id)
{
	struct server_peer *p;

	HASH_FIND(hh, s->by_id, id, sizeof(*id), p);
	return p;
}

static uint32_t number_take(struct server *s)
{
	uint32_t n;

	if (s->n_free)
		return s->free_numbers[--s->n_free];
	n = ++s->n_numbers;
	if (n >= s->cap_numbers) {
		uint32_t cap = s->cap_numbers ? 2 * s->cap_numbers : 64;

		s->by_number = mem_resize(s->by_number, cap * sizeof(struct server_peer *));
		memset(s->by_number + s->cap_numbers, 0,
		       (cap - s->cap_numbers) * sizeof(struct server_peer *));
		s->cap_numbers = cap;
	}
	return n;
}

static struct server_peer *peer_add(struct server *s, const struct wire_peer *id)
{
	struct server_peer *p = mem_alloc(sizeof(*p));

	p->id = *id;
	p->load = wire_load_new();
	p->number = number_take(s);
	p->since_ms = s->now_ms;
	s->by_number[p->number] = p;
	HASH_ADD(hh, s->by_id, id, sizeof(p->id), p);
	s->n_peers++;
	return p;
}

void server_peer_remove(struct server *s, struct server_peer *p)
{
	stream_close_all(s, p);
	server_gather_came(s, p);
	HASH_DELETE(hh, s->by_id, p);
	s->by_number[p->number] = NULL;
	MEM_GROW(s->free_numbers, s->n_free, s->cap_free);
	s->free_numbers[s->n_free++] = p->number;
	s->n_peers--;
	wire_load_free(p->load);
	mem_free(p);
}

/* Answers a stranger at once: there is nothing to commit. */
static void answer_stranger(struct server *s, const struct wire_peer *id, const struct msg *to,
			    enum err_code code, const char *text)
{
	struct msg m = {.kind = MSG_ERROR};
	struct buf b = {0};

	m.error = (struct msg_error){.tag = msg_tag(to),
				     .code = code,
				     .text = str_of(text),
				     .kind = to->kind,
				     .retry_ms = code == ERR_BUSY ? BUSY_RETRY_MS : 0,
				     .version = code == ERR_VERSION ? MSG_VERSION : 0};
	msg_write(&m, &b);
	wire_send(s->wire, id, buf_str(&b));
	buf_free(&b);
}

/* The roles that a key has; without keys everybody is let in as what he asks for. */
static uint32_t roles_of(const struct server *s, const struct wire_frame *f, struct str *name)
{
	char z85[KEYS_Z85];
	const struct key *key;

	if (!s->options.keys)
		return ROLE_ALL;
	snprintf(z85, sizeof(z85), "%.*s", STR_ARG(f->public_key));
	key = keys_find(s->options.keys, z85);
	if (!key)
		return 0;
	*name = str_of(key->name);
	return key->roles & ROLE_ADMIN ? ROLE_ALL : key->roles;
}

static void welcome(struct server *s, const struct server_peer *p)
{
	struct msg m = {.kind = MSG_WELCOME};

	m.welcome = (struct msg_welcome){
		.version = MSG_VERSION,
		.broker = str_of(store_id(s->store)),
		.software = str_of(s->options.software),
		.roles = p->roles,
		.heartbeat_ms = (uint64_t)s->config.heartbeat_ms,
		.lease_ms = (uint64_t)s->config.lease_ms,
		.max_body = MSG_BODY_MAX,
		.max_frame = MSG_FRAME_MAX,
		.max_items = MSG_ITEMS_MAX,
		.max_credit = s->config.max_credit,
	};
	server_reply(s, p->number, &m);
}

static int hello(struct server *s, const struct wire_frame *f, const struct msg *m, struct err *e)
{
	struct server_peer *p = peer_by_id(s, &f->peer);
	struct str name = m->hello.name;
	uint32_t roles;
	struct input in;

	if (m->hello.version != MSG_VERSION) {
		char text[MSG_TEXT_MAX];

		snprintf(text, sizeof(text),
			 "this broker speaks version %d, you speak version %llu", MSG_VERSION,
			 (unsigned long long)m->hello.version);
		log_warn("refused", LOG_CSTR("because", text), LOG_TEXT("name", name));
		answer_stranger(s, &f->peer, m, ERR_VERSION, text);
		return 0;
	}
	if (!p && s->n_peers >= SERVER_PEERS_MAX) {
		answer_stranger(s, &f->peer, m, ERR_BUSY, "too many peers are connected");
		return 0;
	}
	roles = roles_of(s, f, &name) & (uint32_t)m->hello.roles;
	if (!roles && m->hello.roles) {
		log_warn("refused", LOG_CSTR("because", "the key has none of the roles"),
			 LOG_TEXT("name", name), LOG_UINT("roles", m->hello.roles));
		answer_stranger(s, &f->peer, m, ERR_REFUSED, "your key has none of these roles");
		return 0;
	}
	if (!p)
		p = peer_add(s, &f->peer);
	stream_close_all(s, p);
	p->roles = roles;
	p->asked_roles = (uint32_t)m->hello.roles;
	p->keys_generation = s->options.keys ? keys_generation(s->options.keys) : 0;
	snprintf(p->name, sizeof(p->name), "%.*s", STR_ARG(name));
	in = (struct input){.kind = IN_HELLO, .peer = p->number, .name = str_of(p->name)};
	if (server_step(s, &in, e) < 0)
		return -1;
	log_debug("hello", LOG_UINT("peer", p->number), LOG_CSTR("name", p->name),
		  LOG_UINT("roles", roles));
	welcome(s, p);
	return 0;
}

/* SUBMIT */

/* 0 for a new one that the core will refuse: its name must not stay. */
static int collection_of(struct server *s, struct str name, uint32_t *number, struct err *e)
{
	if (core_takes_collections(s->core))
		return store_collection(s->store, name, number, e);
	return store_collection_known(s->store, name, number, e);
}

static int submit_item(struct server *s, const struct msg_submit_item *item, uint32_t batch,
		       struct msg_submitted_item *to, struct err *e)
{
	struct store_document d = {.again = item->again,
				   .batch = batch,
				   .key = item->key,
				   .id = item->id,
				   .title = item->title,
				   .date = item->date,
				   .source = item->source,
				   .lang = item->lang,
				   .body = item->body,
				   .date_source = item->date_source};
	struct input in = {.kind = IN_SUBMIT};
	const struct answer *a = &s->update.answer;
	uint64_t existing;

	if (collection_of(s, item->collection, &d.collection, e) < 0)
		return -1;
	if (store_find(s->store, &d, &existing, e) < 0)
		return -1;
	in.submit.existing = d.again ? 0 : existing;
	in.now_ms = s->now_ms;
	in.submit.collection = d.collection;
	in.submit.priority = (uint8_t)item->priority;
	in.submit.delay_ms = (int64_t)item->delay_ms;
	in.submit.deadline_ms = (int64_t)item->deadline_ms;
	core_step(s->core, &in, &s->update);
	*to = (struct msg_submitted_item){
		.job = a->job, .status = (uint64_t)a->status, .code = a->code, .text = a->text};
	if (a->status != SUBMIT_NEW)
		return 0;
	return store_insert(s->store, &d, &s->update.changes[s->n_applied++], s->now_ms, e);
}

static int handle_submit(struct server *s, struct server_peer *p, const struct msg *m,
			 struct err *e)
{
	const struct msg_submit *q = &m->submit;
	struct msg back = {.kind = MSG_SUBMITTED};
	uint32_t batch = 0;

	if (s->drains) {
		server_reply_error(s, p->number, m, ERR_BUSY, "the broker is about to end");
		return 0;
	}
	if (s->disk_full) {
		server_reply_error(s, p->number, m, ERR_FULL, "the broker's disk is full");
		return 0;
	}
	server_gather_asked(p);
	if (q->batch.n && store_batch(s->store, q->batch, &batch, e) < 0)
		return -1;
	back.submitted.tag = q->tag;
	back.submitted.n_items = q->n_items;
	back.submitted.items = ARENA_ARRAY(&s->turn, struct msg_submitted_item, q->n_items);
	for (uint32_t i = 0; i < q->n_items; i++) {
		if (submit_item(s, &q->items[i], batch, &back.submitted.items[i], e) < 0)
			return -1;
		if (back.submitted.items[i].code == ERR_BUSY)
			back.submitted.retry_ms = BUSY_RETRY_MS;
	}
	server_reply(s, p->number, &back);
	return 0;
}

/* Work */

static int handle_want(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	struct input in = {.kind = IN_WANT, .peer = p->number, .n = (int64_t)m->want.credit};

	return server_step(s, &in, e);
}

/* Looks the job up in the store where the core does not know it. */
static int find_fact(struct server *s, uint64_t job, struct job_fact *f, struct err *e)
{
	*f = (struct job_fact){.job = job};
	if (core_knows(s->core, job))
		return 0;
	return store_job(s->store, job, f, e);
}

static int done_item(struct server *s, struct server_peer *p, const struct msg_done_item *item,
		     struct msg_done_ack_item *to, struct err *e)
{
	const struct answer *a = &s->update.answer;
	struct result *r;
	struct input in = {.kind = IN_DONE,
			   .peer = p->number,
			   .job = item->job,
			   .attempt = (uint32_t)item->attempt};
	struct err why;

	/* Record by record: read, many of them take far more room than the message has bytes. */
	arena_reset(&s->record, RECORD_KEEP);
	r = ARENA_NEW(&s->record, struct result);
	in.done.failed = item->outcome == OUTCOME_FAILED;
	in.done.retryable = item->retryable;
	in.done.code = (enum err_code)item->code;
	in.done.text = item->text;
	in.done.record = item->record;
	in.done.result = r;
	if (!in.done.failed && result_unpack(item->record, &s->record, r, &why) < 0) {
		log_warn("record-refused", LOG_UINT("job", item->job), LOG_CSTR("worker", p->name),
			 LOG_ERR(&why));
		in.done.failed = in.done.retryable = true;
		in.done.code = ERR_INVALID;
		in.done.text = STR("the worker's record cannot be read");
	}
	if (find_fact(s, item->job, &in.fact, e) < 0 || server_step(s, &in, e) < 0)
		return -1;
	if (a->status == DONE_ACCEPTED)
		server_count_result(s);
	*to = (struct msg_done_ack_item){
		.job = item->job, .status = (uint64_t)a->status, .code = a->code, .text = a->text};
	return 0;
}

static int handle_done(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	const struct msg_done *q = &m->done;
	struct msg back = {.kind = MSG_DONE_ACK};

	back.done_ack.tag = q->tag;
	back.done_ack.n_items = q->n_items;
	back.done_ack.items = ARENA_ARRAY(&s->turn, struct msg_done_ack_item, q->n_items);
	for (uint32_t i = 0; i < q->n_items; i++)
		if (done_item(s, p, &q->items[i], &back.done_ack.items[i], e) < 0)
			return -1;
	server_reply(s, p->number, &back);
	return 0;
}

static int handle_heartbeat(struct server *s, struct server_peer *p, const struct msg *m,
			    struct err *e)
{
	const struct msg_heartbeat *q = &m->heartbeat;
	struct msg back = {.kind = MSG_HEARTBEAT_ACK};
	struct msg_heartbeat_ack *to = &back.heartbeat_ack;

	to->lost = ARENA_ARRAY(&s->turn, uint64_t, q->n_leases);
	to->cancelled = ARENA_ARRAY(&s->turn, uint64_t, q->n_leases);
	for (uint32_t i = 0; i < q->n_leases; i++) {
		struct input in = {.kind = IN_HEARTBEAT,
				   .peer = p->number,
				   .job = q->leases[i].job,
				   .attempt = (uint32_t)q->leases[i].attempt};

		if (find_fact(s, in.job, &in.fact, e) < 0 || server_step(s, &in, e) < 0)
			return -1;
		if (s->update.answer.code == ERR_CANCELLED)
			to->cancelled[to->n_cancelled++] = in.job;
		else if (s->update.answer.code)
			to->lost[to->n_lost++] = in.job;
	}
	server_reply(s, p->number, &back);
	return 0;
}

static void outcome_item(struct server *s, uint64_t job, struct msg_outcome_item *to)
{
	const struct answer *a = &s->update.answer;

	*to = (struct msg_outcome_item){.job = job,
					.code = a->code,
					.text = a->text,
					.state = str_of(job_state_name(a->state))};
}

static int handle_release(struct server *s, struct server_peer *p, const struct msg *m,
			  struct err *e)
{
	const struct msg_release *q = &m->release;
	struct msg back = {.kind = MSG_OUTCOME};

	back.outcome.tag = q->tag;
	back.outcome.n_items = q->n_leases;
	back.outcome.items = ARENA_ARRAY(&s->turn, struct msg_outcome_item, q->n_leases);
	for (uint32_t i = 0; i < q->n_leases; i++) {
		struct input in = {.kind = IN_RELEASE,
				   .peer = p->number,
				   .job = q->leases[i].job,
				   .attempt = (uint32_t)q->leases[i].attempt};

		if (find_fact(s, in.job, &in.fact, e) < 0 || server_step(s, &in, e) < 0)
			return -1;
		outcome_item(s, in.job, &back.outcome.items[i]);
	}
	server_reply(s, p->number, &back);
	return 0;
}

/* RETRY and CANCEL have the same fields. */
static int move_jobs(struct server *s, struct server_peer *p, enum input_kind kind,
		     const struct msg_retry *q, struct err *e)
{
	struct msg back = {.kind = MSG_OUTCOME};

	back.outcome.tag = q->tag;
	back.outcome.n_items = q->n_jobs;
	back.outcome.items = ARENA_ARRAY(&s->turn, struct msg_outcome_item, q->n_jobs);
	for (uint32_t i = 0; i < q->n_jobs; i++) {
		struct input in = {.kind = kind, .peer = p->number, .job = q->jobs[i]};

		if (find_fact(s, in.job, &in.fact, e) < 0 || server_step(s, &in, e) < 0)
			return -1;
		outcome_item(s, in.job, &back.outcome.items[i]);
	}
	server_reply(s, p->number, &back);
	return 0;
}

static int handle_retry(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	return move_jobs(s, p, IN_RETRY, &m->retry, e);
}

static int handle_cancel(struct server *s, struct server_peer *p, const struct msg *m,
			 struct err *e)
{
	struct msg_retry q = {m->cancel.tag, m->cancel.jobs, m->cancel.n_jobs};

	return move_jobs(s, p, IN_CANCEL, &q, e);
}

static int tell_leases(struct server *s, struct str what, struct err *e)
{
	struct core_lease *l;
	struct query_lease *to;
	uint32_t n;

	if (!query_needs_leases(what))
		return 0;
	n = core_leases(s->core, &s->turn, &l);
	to = ARENA_ARRAY(&s->turn, struct query_lease, n);
	for (uint32_t i = 0; i < n; i++)
		to[i] = (struct query_lease){l[i].job, l[i].attempt, l[i].since_ms, l[i].worker};
	return query_leases(s->query, to, n, e);
}

/* Questions see what was written before this turn; the answer waits for the disk like others. */
static int handle_query(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	struct msg back = {.kind = MSG_ROWS};
	struct err why;

	if (store_publish(s->store, e) < 0)
		return -1;
	back.rows.tag = m->query.tag;
	if (!server_status(s, &m->query, &back.rows) &&
	    (tell_leases(s, m->query.what, &why) < 0 ||
	     query_run(s->query, &m->query, &s->turn, &back.rows, &why) < 0)) {
		server_reply_error(s, p->number, m, why.code, why.text);
		return 0;
	}
	back.rows.tag = m->query.tag;
	server_reply(s, p->number, &back);
	return 0;
}

static int handle_ping(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	struct msg back = {.kind = MSG_PONG, .pong = {m->ping.tag}};

	(void)e;
	server_reply(s, p->number, &back);
	return 0;
}

static int handle_bye(struct server *s, struct server_peer *p, const struct msg *m, struct err *e)
{
	struct input in = {.kind = IN_GONE, .peer = p->number, .clean = true};

	(void)m;
	if (server_step(s, &in, e) < 0)
		return -1;
	log_debug("bye", LOG_UINT("peer", p->number), LOG_CSTR("name", p->name));
	server_peer_remove(s, p);
	return 0;
}

typedef int handler(struct server *s, struct server_peer *p, const struct msg *m, struct err *e);
static const struct {
	handler *handle;
	uint32_t role; /* 0: every peer that said HELLO */
} HANDLERS[N_MSG_KINDS] = {
	[MSG_SUBMIT] = {handle_submit, ROLE_SUBMIT},
	[MSG_WANT] = {handle_want, ROLE_WORK},
	[MSG_DONE] = {handle_done, ROLE_WORK},
	[MSG_HEARTBEAT] = {handle_heartbeat, ROLE_WORK},
	[MSG_RELEASE] = {handle_release, ROLE_WORK},
	[MSG_SUBSCRIBE] = {stream_open, ROLE_READ},
	[MSG_CREDIT] = {stream_credit, ROLE_READ},
	[MSG_UNSUBSCRIBE] = {stream_close, ROLE_READ},
	[MSG_RETRY] = {handle_retry, ROLE_SUBMIT},
	[MSG_CANCEL] = {handle_cancel, ROLE_SUBMIT},
	[MSG_QUERY] = {handle_query, ROLE_READ},
	[MSG_PING] = {handle_ping, 0},
	[MSG_BYE] = {handle_bye, 0},
};

static int refuse_unreadable(struct server *s, const struct wire_frame *f, const struct msg *m,
			     const struct err *why)
{
	log_warn("refused", LOG_CSTR("kind", msg_kind_name(m->kind)), LOG_UINT("bytes", f->bytes.n),
		 LOG_ERR(why));
	answer_stranger(s, &f->peer, m, why->code, why->text);
	s->n_refused++;
	return 0;
}

/* After the keys were read again: a key that is gone, or has lost its roles, ends at once. */
static bool still_allowed(struct server *s, struct server_peer *p, const struct wire_frame *f)
{
	struct str name;

	if (!s->options.keys || p->keys_generation == keys_generation(s->options.keys))
		return true;
	p->keys_generation = keys_generation(s->options.keys);
	p->roles = roles_of(s, f, &name) & p->asked_roles;
	return p->roles || !p->asked_roles;
}

int server_handle(struct server *s, const struct wire_frame *f, struct err *e)
{
	struct input alive = {.kind = IN_ALIVE};
	struct server_peer *p;
	struct msg m;
	struct err why;

	if (msg_read(f->bytes, &s->frame, &m, &why) < 0)
		return refuse_unreadable(s, f, &m, &why);
	if (m.kind == MSG_HELLO)
		return hello(s, f, &m, e);
	p = peer_by_id(s, &f->peer);
	if (!p) {
		answer_stranger(s, &f->peer, &m, ERR_CONFLICT, "say HELLO first");
		return 0;
	}
	server_gather_came(s, p);
	alive.peer = p->number;
	if (!still_allowed(s, p, f)) {
		struct input gone = {.kind = IN_GONE, .peer = p->number};

		log_warn("refused", LOG_CSTR("name", p->name),
			 LOG_CSTR("because", "its key is not in the file any more"));
		answer_stranger(s, &f->peer, &m, ERR_REFUSED, "your key is not valid any more");
		server_peer_remove(s, p);
		return server_step(s, &gone, e);
	}
	if (server_step(s, &alive, e) < 0)
		return -1;
	if (!HANDLERS[m.kind].handle) {
		server_reply_error(s, p->number, &m, ERR_INVALID, "only a broker says this");
		return 0;
	}
	if (HANDLERS[m.kind].role && !(HANDLERS[m.kind].role & p->roles)) {
		s->n_refused++;
		log_warn("refused", LOG_CSTR("kind", msg_kind_name(m.kind)),
			 LOG_CSTR("name", p->name),
			 LOG_CSTR("because", "its roles do not allow it"));
		server_reply_error(s, p->number, &m, ERR_REFUSED, "your roles do not allow this");
		return 0;
	}
	return HANDLERS[m.kind].handle(s, p, &m, e);
}
