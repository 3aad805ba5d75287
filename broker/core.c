#include "broker/core.h"

#include <utlist.h>

#include "broker/sched.h"
#include "proto/msg.h"

enum { COLLECTIONS_MAX = 4096 }; /* in memory: since the start, or with queued jobs then */
enum { SILENT_HEARTBEATS = 3, GRACE_HEARTBEATS = 2, BUSY_MS = 1000, NAME_KEPT = 64 };

struct peer {
	uint32_t number;
	char name[NAME_KEPT];
	size_t name_len;
	int64_t seen_ms, since_ms;
	uint32_t credit, n_leases;
	bool works; /* has asked for work */
	uint64_t n_done, n_failed;
	struct sched_job *leases;           /* linked by worker_next, worker_prev */
	struct peer *next, *prev;           /* all peers, longest silent first */
	struct peer *want_next, *want_prev; /* those with credit; the head is served next */
};

struct core {
	struct core_config config;
	struct sched *sched;
	struct peer **by_number; /* [n_by_number], NULL where nobody has it */
	uint32_t n_by_number;
	struct peer *peers, *wanting;
	uint64_t last_number, last_seq;
	int64_t next_due_ms, next_deadline_ms;
	uint64_t random;
	bool drains;
};

/* splitmix64: jitter needs no more, and the same seed gives the same history. */
static uint64_t random_next(struct core *c)
{
	uint64_t z = c->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

struct core *core_new(const struct core_config *config)
{
	struct core *c = mem_alloc(sizeof(*c));

	c->config = *config;
	c->random = config->seed;
	c->sched = sched_new(config->window_total);
	c->next_due_ms = c->next_deadline_ms = INT64_MAX;
	return c;
}

void core_free(struct core *c)
{
	struct peer *p, *next;

	if (!c)
		return;
	DL_FOREACH_SAFE(c->peers, p, next)
	mem_free(p);
	mem_free(c->by_number);
	sched_free(c->sched);
	mem_free(c);
}

void core_restore(struct core *c, const struct core_start *start)
{
	c->last_number = start->last_number;
	c->last_seq = start->last_seq;
	c->next_due_ms = start->next_due_ms;
	c->next_deadline_ms = start->next_deadline_ms;
}

void core_restore_count(struct core *c, enum job_state state, uint64_t n)
{
	sched_restore_count(c->sched, state, n);
}

void core_restore_lane(struct core *c, uint32_t collection, uint8_t priority, uint64_t n)
{
	sched_restore_lane(c->sched, collection, priority, n);
}

/* Its worker may still be at it and come back: it has a while to say so. Then the attempt counts,
 * so that a document that takes its worker and the broker down with it comes to an end too. */
void core_restore_lease(struct core *c, const struct job_fact *f, int64_t now_ms)
{
	sched_restore_lease(c->sched, f, now_ms + GRACE_HEARTBEATS * c->config.heartbeat_ms);
}

/* Peers */

static struct peer *peer_find(const struct core *c, uint32_t number)
{
	return number < c->n_by_number ? c->by_number[number] : NULL;
}

static struct str peer_name(const struct peer *p)
{
	return p ? (struct str){p->name, p->name_len} : STR("");
}

static void peer_make_room(struct core *c, uint32_t number)
{
	uint32_t n = c->n_by_number ? c->n_by_number : 64;

	if (number < c->n_by_number)
		return;
	while (n <= number)
		n *= 2;
	c->by_number = mem_resize(c->by_number, n * sizeof(struct peer *));
	for (uint32_t i = c->n_by_number; i < n; i++)
		c->by_number[i] = NULL;
	c->n_by_number = n;
}

static void peer_seen(struct core *c, struct peer *p, int64_t now_ms)
{
	p->seen_ms = now_ms;
	DL_DELETE(c->peers, p);
	DL_APPEND(c->peers, p);
}

static void peer_credit(struct core *c, struct peer *p, uint32_t credit)
{
	if (!p->credit && credit)
		DL_APPEND2(c->wanting, p, want_prev, want_next);
	if (p->credit && !credit)
		DL_DELETE2(c->wanting, p, want_prev, want_next);
	p->credit = credit;
}

static void lease_give(struct core *c, struct peer *p, struct sched_job *j)
{
	(void)c;
	j->worker = p->number;
	DL_APPEND2(p->leases, j, worker_prev, worker_next);
	p->n_leases++;
}

static void lease_take(struct core *c, struct sched_job *j)
{
	struct peer *p = j->worker ? peer_find(c, j->worker) : NULL;

	j->worker = 0;
	if (!p)
		return;
	DL_DELETE2(p->leases, j, worker_prev, worker_next);
	p->n_leases--;
}

/* Changes */

static struct change *change_add(struct update *u)
{
	ARENA_GROW(u->arena, u->changes, u->n_changes, u->cap_changes);
	u->changes[u->n_changes] =
		(struct change){.text = STR(""), .worker = STR(""), .record = STR("")};
	return &u->changes[u->n_changes++];
}

static void note_due(struct core *c, const struct job_fact *f)
{
	if (f->state == JOB_DELAYED && f->due_ms < c->next_due_ms)
		c->next_due_ms = f->due_ms;
	if (f->deadline_ms && !job_is_over(f->state) && f->deadline_ms < c->next_deadline_ms)
		c->next_deadline_ms = f->deadline_ms;
}

/* Doubles from the least to the most pause; between half of it and all of it, so that jobs that
 * failed together do not come back together. */
static int64_t backoff(struct core *c, uint32_t attempts)
{
	int64_t pause = c->config.backoff_least_ms;

	for (uint32_t i = 1; i < attempts && pause < c->config.backoff_most_ms; i++)
		pause *= 2;
	if (pause > c->config.backoff_most_ms)
		pause = c->config.backoff_most_ms;
	return pause / 2 + (int64_t)(random_next(c) % (uint64_t)(pause / 2 + 1));
}

/* Ends a job that is in memory; says so to a worker that has it where `tell` is set. */
static struct change *end_job(struct core *c, struct sched_job *j, enum job_verb verb,
			      struct update *u)
{
	struct change *change = change_add(u);

	change->verb = verb;
	change->from = j->fact.state;
	change->worker = arena_str(u->arena, peer_name(peer_find(c, j->worker)));
	if (j->fact.state == JOB_LEASED)
		lease_take(c, j);
	sched_end(c->sched, j, verb, &change->job);
	return change;
}

static struct change *move_stored(struct core *c, const struct job_fact *f, enum job_verb verb,
				  struct update *u)
{
	struct change *change = change_add(u);

	change->verb = verb;
	change->from = f->state;
	change->job = *f;
	if (verb == JOB_DUE || verb == JOB_RETRY) {
		change->job.ticket = ++c->last_number;
		change->job.due_ms = 0;
	}
	if (verb == JOB_RETRY)
		change->job.attempts = change->job.deadline_ms = 0;
	sched_move_stored(c->sched, &change->job, verb);
	return change;
}

static void revoke(struct sched_job *j, enum err_code code, struct update *u)
{
	if (j->fact.state != JOB_LEASED || !j->worker)
		return;
	ARENA_GROW(u->arena, u->revokes, u->n_revokes, u->cap_revokes);
	u->revokes[u->n_revokes++] = (struct revoke){j->worker, j->fact.job, code};
}

static void answer(struct update *u, int status, enum err_code code, const char *text)
{
	u->answer.status = status;
	u->answer.code = code;
	u->answer.text = str_of(text);
}

/* A failed attempt: again after a pause, or dead where that was the last. */
static void attempt_failed(struct core *c, struct sched_job *j, enum job_verb verb, bool again,
			   enum err_code code, struct str text, int64_t now_ms, struct update *u)
{
	bool last = !again || j->fact.attempts >= c->config.max_attempts;
	struct change *change = end_job(c, j, last ? JOB_BURY : verb, u);

	change->code = code;
	change->text = text;
	if (!last)
		change->job.due_ms = now_ms + backoff(c, change->job.attempts);
	note_due(c, &change->job);
	answer(u, last ? DONE_DEAD : DONE_RETRY, ERR_NONE, "");
}

/* Inputs, one function each */

static void step_hello(struct core *c, const struct input *in, struct update *u)
{
	struct peer *p = peer_find(c, in->peer);

	(void)u;
	CHECK(in->peer);
	peer_make_room(c, in->peer);
	if (!p) {
		p = mem_alloc(sizeof(*p));
		p->number = in->peer;
		p->since_ms = in->now_ms;
		c->by_number[in->peer] = p;
		DL_APPEND(c->peers, p);
	}
	p->name_len = in->name.n < NAME_KEPT ? in->name.n : NAME_KEPT;
	if (p->name_len)
		memcpy(p->name, in->name.p, p->name_len);
	peer_credit(c, p, 0);
	peer_seen(c, p, in->now_ms);
}

static void step_alive(struct core *c, const struct input *in, struct update *u)
{
	(void)c, (void)in, (void)u;
}

/* The leases of a peer that did not say goodbye stay for a while: it may only have been cut off
 * and come back under another number, and then takes them over (step_heartbeat). */
static void leave_leases(struct core *c, struct peer *p, int64_t now_ms)
{
	int64_t until = now_ms + GRACE_HEARTBEATS * c->config.heartbeat_ms;

	while (p->leases) {
		struct sched_job *j = p->leases;

		lease_take(c, j);
		if (j->lease_until > until)
			sched_shorten(c->sched, j, until);
	}
}

static void peer_end(struct core *c, struct peer *p)
{
	peer_credit(c, p, 0);
	DL_DELETE(c->peers, p);
	c->by_number[p->number] = NULL;
	mem_free(p);
}

static void step_gone(struct core *c, const struct input *in, struct update *u)
{
	struct peer *p = peer_find(c, in->peer);

	if (!p)
		return;
	while (in->clean && p->leases)
		end_job(c, p->leases, JOB_RELEASE, u);
	leave_leases(c, p, in->now_ms);
	peer_end(c, p);
}

static bool is_full(const struct core *c)
{
	return c->config.max_waiting &&
	       sched_count(c->sched, JOB_QUEUED) + sched_count(c->sched, JOB_DELAYED) >=
		       c->config.max_waiting;
}

bool core_takes_collections(const struct core *c)
{
	return !is_full(c) && sched_n_collections(c->sched) < COLLECTIONS_MAX;
}

static void step_submit(struct core *c, const struct input *in, struct update *u)
{
	const struct input_submit *s = &in->submit;
	struct job_fact f = {.collection = s->collection, .priority = s->priority};

	if (s->existing) {
		answer(u, SUBMIT_DUPLICATE, ERR_NONE, "");
		u->answer.job = s->existing;
		return;
	}
	if (is_full(c)) {
		answer(u, SUBMIT_REFUSED, ERR_BUSY, "the queue is full: try again later");
		u->answer.retry_ms = BUSY_MS;
		return;
	}
	if (sched_n_collections(c->sched) >= COLLECTIONS_MAX &&
	    !sched_has_collection(c->sched, s->collection)) {
		answer(u, SUBMIT_REFUSED, ERR_TOO_BIG, "too many collections");
		return;
	}
	f.job = f.ticket = ++c->last_number;
	f.due_ms = s->delay_ms ? in->now_ms + s->delay_ms : 0;
	f.deadline_ms = s->deadline_ms ? in->now_ms + s->deadline_ms : 0;
	u->answer.job = f.job;
	answer(u, SUBMIT_NEW, ERR_NONE, "");
	move_stored(c, &f, s->delay_ms ? JOB_POSTPONE : JOB_SUBMIT, u);
	note_due(c, &u->changes[u->n_changes - 1].job);
}

static void step_want(struct core *c, const struct input *in, struct update *u)
{
	struct peer *p = peer_find(c, in->peer);
	uint64_t credit;

	(void)u;
	if (!p)
		return;
	p->works = true;
	credit = p->credit + (uint64_t)in->n;
	peer_credit(c, p, credit > c->config.max_credit ? c->config.max_credit : (uint32_t)credit);
}

static void complete(struct core *c, const struct input *in, struct sched_job *j, struct update *u)
{
	struct peer *p = peer_find(c, in->peer);
	struct change *change;

	if (j && j->worker != in->peer)
		revoke(j, ERR_CONFLICT, u);
	change = j ? end_job(c, j, JOB_COMPLETE, u) : move_stored(c, &in->fact, JOB_COMPLETE, u);
	change->worker = arena_str(u->arena, peer_name(p));
	change->record = in->done.record;
	change->result = in->done.result;
	change->seq = ++c->last_seq;
	if (p)
		p->n_done++;
	answer(u, DONE_ACCEPTED, ERR_NONE, "");
}

/* A result wins as long as the job is not over, whoever has the lease. A failure counts only from
 * whom has the lease: another one's try is none of its business. */
static void step_done(struct core *c, const struct input *in, struct update *u)
{
	struct sched_job *j = sched_find(c->sched, in->job);
	enum job_state state = j ? j->fact.state : in->fact.state;
	struct peer *p = peer_find(c, in->peer);

	if (state == JOB_NONE) {
		answer(u, DONE_REFUSED, ERR_NOT_FOUND, "no such job");
	} else if (state == JOB_DONE) {
		answer(u, DONE_DUPLICATE, ERR_NONE, "");
	} else if (job_is_over(state)) {
		answer(u, DONE_REFUSED, ERR_CANCELLED, "the job is over");
	} else if (!in->done.failed) {
		complete(c, in, j, u);
	} else if (!j || state != JOB_LEASED || j->fact.attempts != in->attempt) {
		answer(u, DONE_REFUSED, ERR_CONFLICT, "the lease was lost");
	} else {
		if (p)
			p->n_failed++;
		attempt_failed(c, j, JOB_FAIL, in->done.retryable, in->done.code, in->done.text,
			       in->now_ms, u);
	}
}

/* A worker that comes back over another connection takes over what it had: the attempt is its
 * proof. */
static void step_heartbeat(struct core *c, const struct input *in, struct update *u)
{
	struct sched_job *j = sched_find(c->sched, in->job);
	struct peer *p = peer_find(c, in->peer);

	if (!p || !j || j->fact.state != JOB_LEASED || j->fact.attempts != in->attempt) {
		answer(u, 0, in->fact.state == JOB_CANCELLED ? ERR_CANCELLED : ERR_CONFLICT, "");
		return;
	}
	if (j->worker != in->peer) {
		lease_take(c, j);
		lease_give(c, p, j);
		j->restored = false;
	}
	sched_extend(c->sched, j, in->now_ms + c->config.lease_ms);
	answer(u, 0, ERR_NONE, "");
}

static void step_release(struct core *c, const struct input *in, struct update *u)
{
	struct sched_job *j = sched_find(c->sched, in->job);

	u->answer.state = j ? j->fact.state : in->fact.state;
	if (!j || j->fact.state != JOB_LEASED || j->fact.attempts != in->attempt) {
		answer(u, 0, ERR_CONFLICT, "not leased to this worker");
		return;
	}
	end_job(c, j, JOB_RELEASE, u);
	u->answer.state = JOB_QUEUED;
	answer(u, 0, ERR_NONE, "");
}

static void step_unsent(struct core *c, const struct input *in, struct update *u)
{
	struct sched_job *j = sched_find(c->sched, in->job);

	/* The peer may have been given up already, for another message. */
	if (j && j->fact.state == JOB_LEASED && (j->worker == in->peer || !j->worker))
		end_job(c, j, JOB_RELEASE, u);
}

static void step_cancel(struct core *c, const struct input *in, struct update *u)
{
	struct sched_job *j = sched_find(c->sched, in->job);
	enum job_state state = j ? j->fact.state : in->fact.state;

	u->answer.state = state;
	answer(u, 0, ERR_NONE, "");
	if (state == JOB_NONE) {
		answer(u, 0, ERR_NOT_FOUND, "no such job");
	} else if (job_move(state, JOB_CANCEL) == JOB_NONE) {
		if (state != JOB_CANCELLED)
			answer(u, 0, ERR_CONFLICT, "the job is over");
	} else {
		if (j)
			revoke(j, ERR_CANCELLED, u);
		if (j)
			end_job(c, j, JOB_CANCEL, u);
		else
			move_stored(c, &in->fact, JOB_CANCEL, u);
		u->changes[u->n_changes - 1].code = ERR_CANCELLED;
		u->answer.state = JOB_CANCELLED;
	}
}

static void step_retry(struct core *c, const struct input *in, struct update *u)
{
	struct sched_job *j = sched_find(c->sched, in->job);
	enum job_state state = j ? j->fact.state : in->fact.state;

	u->answer.state = state;
	if (state == JOB_NONE) {
		answer(u, 0, ERR_NOT_FOUND, "no such job");
	} else if (job_move(state, JOB_RETRY) == JOB_NONE) {
		answer(u, 0, ERR_CONFLICT, "only dead and cancelled jobs can be retried");
	} else {
		move_stored(c, &in->fact, JOB_RETRY, u);
		u->answer.state = JOB_QUEUED;
		answer(u, 0, ERR_NONE, "");
	}
}

static void step_due(struct core *c, const struct input *in, struct update *u)
{
	CHECK(in->fact.state == JOB_DELAYED);
	move_stored(c, &in->fact, JOB_DUE, u);
}

static void step_overdue(struct core *c, const struct input *in, struct update *u)
{
	struct sched_job *j = sched_find(c->sched, in->job);
	struct change *change;

	if (j) {
		revoke(j, ERR_TIMEOUT, u);
		change = end_job(c, j, JOB_OVERDUE, u);
	} else {
		change = move_stored(c, &in->fact, JOB_OVERDUE, u);
	}
	change->code = ERR_TIMEOUT;
	change->text = STR("its deadline passed");
}

static void step_none_due(struct core *c, const struct input *in, struct update *u)
{
	(void)u;
	c->next_due_ms = in->n;
}

static void step_none_overdue(struct core *c, const struct input *in, struct update *u)
{
	(void)u;
	c->next_deadline_ms = in->n;
}

typedef void step_fn(struct core *c, const struct input *in, struct update *u);
static step_fn *const STEPS[] = {
	[IN_HELLO] = step_hello,
	[IN_ALIVE] = step_alive,
	[IN_GONE] = step_gone,
	[IN_SUBMIT] = step_submit,
	[IN_WANT] = step_want,
	[IN_DONE] = step_done,
	[IN_HEARTBEAT] = step_heartbeat,
	[IN_RELEASE] = step_release,
	[IN_UNSENT] = step_unsent,
	[IN_CANCEL] = step_cancel,
	[IN_RETRY] = step_retry,
	[IN_DUE] = step_due,
	[IN_OVERDUE] = step_overdue,
	[IN_NONE_DUE] = step_none_due,
	[IN_NONE_OVERDUE] = step_none_overdue,
};

void core_step(struct core *c, const struct input *in, struct update *u)
{
	struct peer *p = in->peer ? peer_find(c, in->peer) : NULL;

	u->answer = (struct answer){.text = STR(""), .job = in->job};
	if (p && in->kind != IN_UNSENT)
		peer_seen(c, p, in->now_ms);
	STEPS[in->kind](c, in, u);
}

/* The end of a turn */

static void end_leases(struct core *c, int64_t now_ms, struct update *u)
{
	struct sched_job *j;

	while ((j = sched_first_lease(c->sched)) && j->lease_until <= now_ms) {
		attempt_failed(c, j, JOB_EXPIRE, true, ERR_TIMEOUT,
			       j->restored ? STR("its worker did not come back after a restart")
					   : STR("the lease ran out"),
			       now_ms, u);
	}
}

static int64_t silence_ends(const struct core *c, const struct peer *p)
{
	return p->seen_ms + SILENT_HEARTBEATS * c->config.heartbeat_ms;
}

static void end_silent(struct core *c, int64_t now_ms, struct update *u)
{
	struct peer *p;

	while ((p = c->peers) && silence_ends(c, p) <= now_ms) {
		ARENA_GROW(u->arena, u->gone, u->n_gone, u->cap_gone);
		u->gone[u->n_gone++] = p->number;
		leave_leases(c, p, now_ms);
		peer_end(c, p);
	}
}

static void grant_one(struct core *c, struct peer *p, struct sched_job *j, struct update *u)
{
	struct change *change = change_add(u);

	lease_give(c, p, j);
	change->verb = JOB_GRANT;
	change->from = JOB_QUEUED;
	change->job = j->fact;
	change->worker = arena_str(u->arena, peer_name(p));
	ARENA_GROW(u->arena, u->grants, u->n_grants, u->cap_grants);
	u->grants[u->n_grants++] =
		(struct grant){p->number, j->fact.job, j->fact.attempts, c->config.lease_ms};
}

static void grant_all(struct core *c, int64_t now_ms, struct update *u)
{
	while (c->wanting && !c->drains) {
		struct peer *p = c->wanting;
		struct sched_job *j;

		j = sched_grant(c->sched, p->number, now_ms, now_ms + c->config.lease_ms);
		if (!j)
			return;
		grant_one(c, p, j, u);
		/* Workers take turns. */
		DL_DELETE2(c->wanting, p, want_prev, want_next);
		if (--p->credit)
			DL_APPEND2(c->wanting, p, want_prev, want_next);
	}
}

void core_tick(struct core *c, int64_t now_ms, struct update *u)
{
	u->n_refills = 0;
	end_silent(c, now_ms, u);
	end_leases(c, now_ms, u);
	grant_all(c, now_ms, u);
	sched_ask_refills(c->sched, u);
	u->want_due = c->next_due_ms <= now_ms;
	u->want_overdue = c->next_deadline_ms <= now_ms;
}

void core_refill(struct core *c, const struct refill *r, const struct job_fact *facts, uint32_t n)
{
	sched_refill(c->sched, r, facts, n);
}

void core_drain(struct core *c)
{
	c->drains = true;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t core_next_deadline(const struct core *c)
{
	const struct sched_job *j = sched_first_lease(c->sched);
	int64_t next = earlier(c->next_due_ms, c->next_deadline_ms);

	if (j)
		next = earlier(next, j->lease_until);
	if (c->peers)
		next = earlier(next, silence_ends(c, c->peers));
	return next;
}

bool core_knows(const struct core *c, uint64_t job)
{
	return sched_find(c->sched, job) != NULL;
}

uint64_t core_count(const struct core *c, enum job_state state)
{
	return sched_count(c->sched, state);
}

uint64_t core_queued_of(const struct core *c, uint32_t collection)
{
	return sched_queued_of(c->sched, collection);
}

uint64_t core_last_number(const struct core *c)
{
	return c->last_number;
}

uint64_t core_last_seq(const struct core *c)
{
	return c->last_seq;
}

bool core_idle(const struct core *c)
{
	return !sched_count(c->sched, JOB_DELAYED) && !sched_count(c->sched, JOB_QUEUED) &&
	       !sched_count(c->sched, JOB_LEASED);
}

bool core_worker(const struct core *c, uint32_t *at, struct core_worker *w)
{
	while (*at < c->n_by_number) {
		const struct peer *p = c->by_number[(*at)++];

		if (!p || !p->works)
			continue;
		*w = (struct core_worker){p->number,   peer_name(p), p->credit,  p->n_leases,
					  p->since_ms, p->n_done,    p->n_failed};
		return true;
	}
	return false;
}

uint32_t core_leases(const struct core *c, struct arena *a, struct core_lease **out)
{
	uint32_t n = (uint32_t)sched_count(c->sched, JOB_LEASED), i = 0;
	struct core_lease *l = ARENA_ARRAY(a, struct core_lease, n);

	for (const struct sched_job *j = sched_first_lease(c->sched); j; j = j->next, i++) {
		CHECK(i < n);
		l[i] = (struct core_lease){j->fact.job, j->fact.attempts, j->fact.leased_ms,
					   peer_name(peer_find(c, j->worker))};
	}
	*out = l;
	return i;
}

void core_verify(const struct core *c)
{
	const struct peer *p;
	const struct sched_job *j;

	sched_verify(c->sched);
	DL_FOREACH(c->peers, p)
	{
		uint32_t n = 0;

		CHECK(peer_find(c, p->number) == p);
		DL_FOREACH2(p->leases, j, worker_next)
		{
			CHECK(j->worker == p->number && j->fact.state == JOB_LEASED);
			n++;
		}
		CHECK(n == p->n_leases);
	}
}
