/* Happy path of a turn: frames in (server_handle.c), core_tick, refills, grants read, commit, send,
 * streams. What goes wrong: the store fails (the turn returns -1 and the broker ends; nothing of
 * the turn was answered), a peer is gone or takes nothing (its grants are given back, a peer that
 * does not read its answers is dropped), the disk is nearly full (submissions are refused). */
#include "broker/server_state.h"

#include <sodium.h>
#include <sys/random.h>
#include <sys/statvfs.h>

#include "proto/log.h"

enum {
	TURN_FRAMES = 2000,
	TURN_BYTES = 2 << 20, /* less than peers have under way: the next turn covers its sync */
	TURN_LEAST =
		128 << 10, /* so much is not kept waiting for more while the disk does nothing */
	TURN_ANSWERS =
		16 << 20, /* bytes of them: who asks for much shall not keep the others waiting */
	TURN_US = 100 * 1000,  /* so long are frames taken, for the same reason */
	GRANT_BYTES = 4 << 20, /* of bodies in one GRANT */
	GRANT_HEAD = 256,      /* of a lease without its body, mostly */
	DUE_AT_ONCE = 1000,
	ARENA_KEEP = 4 << 20,
	DISK_RESERVE = 64 << 20,
	DISK_EVERY_MS = 1000,
	RETAIN_EVERY_MS = 1000,
	STRANGERS_EVERY_MS = 1000,
	LEARN_US = 10000,
	RETAIN_AT_ONCE = 500,
	DISK_WRITES_US = 90,
	FULL_PAUSE_MS = 5, /* before a reader that took nothing is tried again */
};

struct server_peer *server_peer_of(struct server *s, uint32_t number)
{
	return number < s->cap_numbers ? s->by_number[number] : NULL;
}

/* Never runs backwards, not over restarts either: what the store holds bears its times. */
static void read_clock(struct server *s)
{
	s->now_ms = s->start_ms + (wire_now_ms() - s->start_mono_ms);
}

/* Opening */

static int check_endpoints(const struct server_options *o, struct err *e)
{
	for (uint32_t i = 0; i < o->n_endpoints; i++) {
		if (wire_check_endpoint(o->endpoints[i], e) < 0)
			return -1;
		if (!o->keys && !wire_is_local(o->endpoints[i]))
			return err_set(e, ERR_REFUSED,
				       "%s is not on this machine: that needs --keys FILE",
				       o->endpoints[i]);
	}
	return 0;
}

static bool admit(void *context, const char public_key[static WIRE_KEY_Z85], struct str address)
{
	struct server *s = context;
	const struct key *key = keys_find(s->options.keys, public_key);

	if (!key) {
		s->n_refused++;
		log_warn("refused", LOG_TEXT("address", address), LOG_CSTR("key", public_key),
			 LOG_CSTR("because", "the key is not in the file"));
	}
	return key != NULL;
}

static int listen_all(struct server *s, struct err *e)
{
	struct wire_keys keys = {0};
	struct wire_options o = {
		.endpoints = s->options.endpoints,
		.n_endpoints = s->options.n_endpoints,
		.listens = true,
		.max_frame = MSG_FRAME_MAX,
		.admit = admit,
		.admit_context = s,
	};

	if (s->options.keys) {
		memcpy(keys.secret_key, keys_server_secret(s->options.keys), WIRE_KEY_Z85);
		o.keys = &keys;
	}
	return wire_open(&s->wire, &o, e);
}

static int replay(struct server *s, struct err *e)
{
	struct store_start start;
	int64_t wall = wire_wall_ms();

	if (store_start(s->store, &s->turn, &start, e) < 0)
		return err_wrap(e, "read the store");
	s->start_mono_ms = wire_now_ms();
	s->start_ms = wall > start.last_ms ? wall : start.last_ms;
	read_clock(s);
	core_restore(s->core, &(struct core_start){start.last_number, start.last_seq,
						   start.next_due_ms, start.next_deadline_ms});
	for (int i = 0; i < N_JOB_STATES; i++)
		core_restore_count(s->core, (enum job_state)i, start.counts[i]);
	for (uint32_t i = 0; i < start.n_lanes; i++)
		core_restore_lane(s->core, start.lanes[i].collection, start.lanes[i].priority,
				  start.lanes[i].n);
	for (uint32_t i = 0; i < start.leased.n; i++)
		core_restore_lease(s->core, &start.leased.facts[i], s->now_ms);
	s->streamed_seq = s->written_seq = s->durable_seq = start.last_seq;
	s->written_number = s->durable_number = start.last_number;
	return 0;
}

static int open_all(struct server *s, const struct server_options *o, struct err *e)
{
	if (check_endpoints(o, e) < 0)
		return -1;
	if (sodium_init() < 0)
		return err_set(e, ERR_IO, "cannot start libsodium");
	if (store_open(&s->store, o->store, e) < 0 || query_open(&s->query, o->store, e) < 0)
		return -1;
	if (!s->config.seed && getrandom(&s->config.seed, sizeof(s->config.seed), 0) < 0)
		return err_set(e, ERR_IO, "cannot get random bytes");
	s->core = core_new(&s->config);
	if (replay(s, e) < 0)
		return -1;
	arena_reset(&s->turn, ARENA_KEEP);
	return listen_all(s, e);
}

int server_open(struct server **out, const struct server_options *options, struct err *e)
{
	struct server *s = mem_alloc(sizeof(*s));

	s->options = *options;
	s->config = options->core;
	s->update.arena = &s->turn;
	if (open_all(s, options, e) < 0) {
		server_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void server_close(struct server *s)
{
	if (!s)
		return;
	while (s->by_id)
		server_peer_remove(s, s->by_id);
	stream_free_cursors(s);
	wire_close(s->wire, 1000);
	query_close(s->query);
	store_close(s->store);
	core_free(s->core);
	server_answers_free(s);
	mem_free(s->gathering.peers);
	mem_free(s->by_number);
	mem_free(s->free_numbers);
	arena_free(&s->turn);
	arena_free(&s->frame);
	arena_free(&s->record);
	mem_free(s);
}

const char *server_endpoint(struct server *s, uint32_t i)
{
	return wire_endpoint(s->wire, i);
}

/* Deciding and writing */

static void log_change(const struct change *c)
{
	bool quiet = c->verb == JOB_GRANT || c->verb == JOB_COMPLETE || c->verb == JOB_DUE;

	log_write_pairs(quiet ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, job_verb_name(c->verb),
			LOG_UINT("job", c->job.job),
			LOG_CSTR("state", job_state_name(c->job.state)),
			LOG_UINT("attempt", c->job.attempts), LOG_TEXT("worker", c->worker),
			LOG_CSTR("code", err_name(c->code)), LOG_TEXT("because", c->text));
}

static int apply(struct server *s, struct err *e)
{
	while (s->n_applied < s->update.n_changes) {
		const struct change *c = &s->update.changes[s->n_applied++];

		if (store_apply(s->store, c, s->now_ms, e) < 0)
			return -1;
		log_change(c);
	}
	return 0;
}

int server_step(struct server *s, const struct input *in, struct err *e)
{
	struct input timed = *in;

	timed.now_ms = s->now_ms;
	core_step(s->core, &timed, &s->update);
	return apply(s, e);
}

/* Grants: the documents of a turn's leases, in as few messages as their size allows. */

static void flush_grants(struct server *s, struct server_peer *p)
{
	struct msg m = {.kind = MSG_GRANT};

	if (!p->grants.n)
		return;
	m.grant.leases = p->grants.items;
	m.grant.n_leases = p->grants.n;
	server_reply_long(s, p->number, &m, p->grants.bytes + GRANT_HEAD * p->grants.n);
	s->out.items[s->out.n - 1].early = !p->grants.any_late;
	p->grants = (struct lease_list){0};
}

/* A job that was submitted in this turn may be worked on while the turn is synced: where the power
 * goes before the sync nobody was told that it was accepted, and its number is not used again
 * (STORE_TOLD_AHEAD). An older one may not: the try must be known to count. */
static bool is_early(const struct server *s, const struct grant *g)
{
	return g->job > s->written_number && g->attempt == 1 &&
	       g->job <= s->durable_number + STORE_TOLD_AHEAD;
}

static int add_grant(struct server *s, const struct grant *g, struct err *e)
{
	struct server_peer *p = server_peer_of(s, g->peer);
	struct input unsent = {.kind = IN_UNSENT, .peer = g->peer, .job = g->job};
	struct store_lease d;
	struct arena *a = &s->turn;

	if (!p)
		return server_step(s, &unsent, e);
	if (store_lease_document(s->store, g->job, &d, e) < 0)
		return -1;
	ARENA_GROW(a, p->grants.items, p->grants.n, p->grants.cap);
	p->grants.items[p->grants.n++] =
		(struct msg_lease){.job = g->job,
				   .attempt = g->attempt,
				   .lease_ms = (uint64_t)g->lease_ms,
				   .collection = arena_str(a, d.collection),
				   .id = arena_str(a, d.id),
				   .title = arena_str(a, d.title),
				   .date = arena_str(a, d.date),
				   .source = arena_str(a, d.source),
				   .lang = arena_str(a, d.lang),
				   .date_source = arena_str(a, d.date_source),
				   .body = arena_str(a, d.body)};
	p->grants.bytes += d.body.n;
	p->grants.any_late |= !is_early(s, g);
	if (p->grants.bytes >= GRANT_BYTES || p->grants.n == MSG_ITEMS_MAX)
		flush_grants(s, p);
	return 0;
}

static int read_grants(struct server *s, struct err *e)
{
	for (uint32_t i = 0; i < s->update.n_grants; i++)
		if (add_grant(s, &s->update.grants[i], e) < 0)
			return -1;
	store_lease_done(s->store);
	for (uint32_t i = 0; i < s->update.n_grants; i++) {
		struct server_peer *p = server_peer_of(s, s->update.grants[i].peer);

		if (p)
			flush_grants(s, p);
	}
	return 0;
}

static void tell_revoked(struct server *s)
{
	for (uint32_t i = 0; i < s->update.n_revokes; i++) {
		const struct revoke *r = &s->update.revokes[i];
		uint64_t job = r->job;
		struct msg m = {.kind = MSG_REVOKE, .revoke = {&job, 1, r->code}};

		server_reply(s, r->peer, &m);
	}
}

/* What time brings */

static int take_due(struct server *s, struct err *e)
{
	struct store_facts due;
	struct input next = {.kind = IN_NONE_DUE};

	if (store_due(s->store, s->now_ms, DUE_AT_ONCE, &s->turn, &due, &next.n, e) < 0)
		return -1;
	for (uint32_t i = 0; i < due.n; i++) {
		struct input in = {.kind = IN_DUE, .fact = due.facts[i]};

		if (server_step(s, &in, e) < 0)
			return -1;
	}
	return server_step(s, &next, e);
}

static int take_overdue(struct server *s, struct err *e)
{
	struct store_facts late;
	struct input next = {.kind = IN_NONE_OVERDUE};

	if (store_overdue(s->store, s->now_ms, DUE_AT_ONCE, &s->turn, &late, &next.n, e) < 0)
		return -1;
	for (uint32_t i = 0; i < late.n; i++) {
		struct input in = {
			.kind = IN_OVERDUE, .job = late.facts[i].job, .fact = late.facts[i]};

		if (server_step(s, &in, e) < 0)
			return -1;
	}
	return server_step(s, &next, e);
}

static int take_refills(struct server *s, struct err *e)
{
	for (uint32_t i = 0; i < s->update.n_refills; i++) {
		struct store_facts more;

		if (store_refill(s->store, &s->update.refills[i], &s->turn, &more, e) < 0)
			return -1;
		core_refill(s->core, &s->update.refills[i], more.facts, more.n);
	}
	return 0;
}

static void drop_gone(struct server *s)
{
	for (uint32_t i = 0; i < s->update.n_gone; i++) {
		struct server_peer *p = server_peer_of(s, s->update.gone[i]);

		if (!p)
			continue;
		log_info("peer-gone", LOG_UINT("peer", p->number), LOG_CSTR("name", p->name),
			 LOG_CSTR("because", "it was silent for too long"));
		server_peer_remove(s, p);
	}
	s->update.n_gone = 0;
}

/* The core may ask for more jobs, which may allow further grants: until it asks for none. */
static int tick(struct server *s, struct err *e)
{
	do {
		core_tick(s->core, s->now_ms, &s->update);
		drop_gone(s);
		if (apply(s, e) < 0 || take_refills(s, e) < 0)
			return -1;
		if (s->update.want_due && take_due(s, e) < 0)
			return -1;
		if (s->update.want_overdue && take_overdue(s, e) < 0)
			return -1;
	} while (s->update.n_refills || s->update.want_due || s->update.want_overdue);
	return 0;
}

static void look_at_disk(struct server *s)
{
	struct statvfs v;
	bool full;

	if (s->now_ms < s->disk_ms)
		return;
	s->disk_ms = s->now_ms + DISK_EVERY_MS;
	if (statvfs(store_path(s->store), &v) < 0)
		return;
	full = (uint64_t)v.f_bavail * v.f_frsize < DISK_RESERVE;
	if (full != s->disk_full)
		log_warn(full ? "disk-full" : "disk-has-room",
			 LOG_CSTR("path", store_path(s->store)),
			 LOG_UINT("free", (uint64_t)v.f_bavail * v.f_frsize));
	s->disk_full = full;
}

static int retain(struct server *s, struct err *e)
{
	const struct server_options *o = &s->options;
	uint32_t removed;

	if ((!o->keep_ms && !o->keep_results) || s->now_ms < s->retain_ms)
		return 0;
	if (store_retain(s->store, o->keep_ms ? s->now_ms - o->keep_ms : 0, o->keep_results,
			 RETAIN_AT_ONCE, &removed, e) < 0)
		return -1;
	s->retain_ms = removed == RETAIN_AT_ONCE ? 0 : s->now_ms + RETAIN_EVERY_MS;
	if (removed)
		log_info("retired", LOG_UINT("results", removed));
	return 0;
}

/* The turn */

static int receive(struct server *s, struct err *e)
{
	int64_t until = wire_now_us() + TURN_US;
	struct wire_frame f;
	int got;

	s->turn_bytes = 0;
	for (int n = 0; n < TURN_FRAMES && s->turn_bytes < TURN_BYTES; n++) {
		if (s->out.bytes >= TURN_ANSWERS || wire_now_us() >= until)
			break;
		got = wire_recv(s->wire, &f, e);
		if (got == 0 && n) {
			got = server_gather_wait(s, e);
			if (got == 1)
				got = wire_recv(s->wire, &f, e);
		}
		if (got <= 0)
			return got;
		s->turn_bytes += f.bytes.n;
		if (server_handle(s, &f, e) < 0)
			return -1;
		if (server_can_settle(s) && server_settle(s, e) < 0)
			return -1;
		arena_reset(&s->frame, ARENA_KEEP);
		if (s->turn_bytes >= TURN_LEAST && !s->held.n)
			return 0;
	}
	return 0;
}

/* Frames of several parts speak another protocol; whose they are is not known here. */
static void tell_malformed(struct server *s)
{
	uint64_t n = wire_malformed(s->wire) - s->seen_malformed;

	if (!n)
		return;
	s->seen_malformed += n;
	s->n_refused += n;
	log_warn("refused", LOG_UINT("messages", n),
		 LOG_CSTR("because", "a message of several frames, or a peer with a long name"));
}

/* At most a line a second: anybody may knock. */
static void tell_strangers(struct server *s)
{
	uint64_t n;

	if (s->now_ms < s->strangers_ms)
		return;
	s->strangers_ms = s->now_ms + STRANGERS_EVERY_MS;
	n = wire_strangers(s->wire) - s->seen_strangers;
	if (!n)
		return;
	s->seen_strangers += n;
	s->n_refused += n;
	log_warn("refused", LOG_UINT("connections", n),
		 LOG_CSTR("because", s->options.keys
					     ? "they had no key, spoke another protocol or left"
					     : "they had a key, spoke another protocol or left"));
}

/* Notes about leases that ended long ago are dropped by writing those that last. */
static int tidy_leases(struct server *s, struct err *e)
{
	struct core_lease *l;
	struct job_fact *facts;
	uint32_t n;

	if (!store_leases_grown(s->store, core_count(s->core, JOB_LEASED)))
		return 0;
	n = core_leases(s->core, &s->turn, &l);
	facts = ARENA_ARRAY(&s->turn, struct job_fact, n);
	for (uint32_t i = 0; i < n; i++)
		facts[i] = (struct job_fact){
			.job = l[i].job, .attempts = l[i].attempt, .leased_ms = l[i].since_ms};
	return store_leases_set(s->store, facts, n, e);
}

static void end_turn(struct server *s)
{
	arena_reset(&s->turn, ARENA_KEEP);
	s->update = (struct update){.arena = &s->turn};
	s->n_applied = 0;
}

static int sleep_ms(struct server *s, int timeout_ms)
{
	int64_t due = core_next_deadline(s->core);
	int64_t left = due - s->now_ms;

	/* Something is to be sent, or peers that were given up are to be written. */
	if (s->streams_wait || s->learns || s->held.n || store_in_turn(s->store))
		return 0;
	if (s->streams_full && timeout_ms > FULL_PAUSE_MS)
		timeout_ms = FULL_PAUSE_MS;
	if ((s->options.keep_ms || s->options.keep_results) && timeout_ms > RETAIN_EVERY_MS)
		timeout_ms = RETAIN_EVERY_MS;
	if (store_lags(s->store) && timeout_ms > STORE_LAG_MS)
		timeout_ms = STORE_LAG_MS;
	if (left < 0)
		return 0;
	return left < timeout_ms ? (int)left : timeout_ms;
}

/* What the store put off is done while nothing is here and no answer can be sent. 1: something
 * came, 0: not. */
static int catch_up(struct server *s, struct err *e)
{
	bool more;
	int came;

	do {
		came = wire_poll(s->wire, NULL, 0, 0, e);
		if (came != 0 || server_can_settle(s))
			return came;
		if (store_catch_up(s->store, s->now_ms, &more, e) < 0)
			return -1;
	} while (more);
	return 0;
}

/* While the disk writes, which takes about so long, and only then has a sync to wait for it. */
static int catch_up_meanwhile(struct server *s, struct err *e)
{
	int64_t until = wire_now_us() + DISK_WRITES_US;
	bool more = store_lags(s->store);

	if (!more)
		return 0;
	store_sync_soon(s->store);
	while (more && wire_now_us() < until)
		if (store_catch_up(s->store, s->now_ms, &more, e) < 0)
			return -1;
	return 0;
}

/* Where more has arrived, the next turn begins while this one is synced; but to wake a thread for
 * that takes longer than a quick disk. */
static int sync_turn(struct server *s, struct err *e)
{
	bool at_once = s->drains || (s->turn_bytes < TURN_LEAST && server_disk_is_quick(s));
	int more = at_once ? 0 : wire_poll(s->wire, NULL, 0, 0, e);

	if (more < 0)
		return -1;
	if (more) {
		store_sync_begin(s->store);
		return 0;
	}
	return catch_up_meanwhile(s, e) < 0 ? -1 : server_settle(s, e);
}

static int end_and_sync(struct server *s, struct err *e)
{
	int64_t start = wire_now_us();
	bool writes = store_in_turn(s->store);

	if (server_write(s, e) < 0)
		return -1;
	end_turn(s);
	if (server_send_early(s, e) < 0)
		return -1;
	if (sync_turn(s, e) < 0)
		return -1;
	if (writes && !s->held.n)
		server_gather_cost(s, wire_now_us() - start);
	return 0;
}

/* After the start of a large store: until it is done documents are found slowly. */
static int learn(struct server *s, struct err *e)
{
	int64_t until = wire_now_us() + LEARN_US;

	do {
		if (store_learn(s->store, &s->learns, e) < 0)
			return -1;
	} while (s->learns && wire_now_us() < until);
	return 0;
}

int server_turn(struct server *s, int timeout_ms, struct err *e)
{
	int came;

	read_clock(s);
	came = catch_up(s, e);
	if (came < 0 || (came == 0 && wire_poll(s->wire, NULL, 0, sleep_ms(s, timeout_ms), e) < 0))
		return -1;
	read_clock(s);
	look_at_disk(s);
	if (receive(s, e) < 0 || tick(s, e) < 0 || read_grants(s, e) < 0 || retain(s, e) < 0)
		return -1;
	tell_revoked(s);
	tell_malformed(s);
	tell_strangers(s);
	server_gather_end(s);
	if (tidy_leases(s, e) < 0 || server_settle(s, e) < 0 || end_and_sync(s, e) < 0 ||
	    learn(s, e) < 0)
		return -1;
	return stream_pump(s, e);
}

void server_drain(struct server *s)
{
	s->drains = true;
	core_drain(s->core);
}

bool server_drained(const struct server *s)
{
	return core_count(s->core, JOB_LEASED) == 0;
}

struct server_figures server_figures(const struct server *s)
{
	return (struct server_figures){
		.delayed = core_count(s->core, JOB_DELAYED),
		.queued = core_count(s->core, JOB_QUEUED),
		.leased = core_count(s->core, JOB_LEASED),
		.done = core_count(s->core, JOB_DONE),
		.dead = core_count(s->core, JOB_DEAD),
		.cancelled = core_count(s->core, JOB_CANCELLED),
	};
}
