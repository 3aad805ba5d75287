/* A deterministic world under a seed: the real core with a model of the store, clients that submit
 * again until they are answered, workers that finish, fail, fall silent, say goodbye or come back
 * with an old lease, a network that loses messages, a clock that leaps, and a broker that is killed
 * at any point of a turn, with the power or without it: a turn is written, and on the disk only
 * later, while the next one is at work already. In some worlds there are documents that take the
 * whole machine down, workers and broker, whenever they are worked at. What must always hold is
 * checked as it goes:
 *
 *	- no job that a client was told of is ever lost, nor a result that a worker was told of
 *	- a document that takes the machine down does so as often as there are attempts, no more
 *	- a job has at most one result, and the result sequence is dense
 *	- what the core counts is what the store holds; a core made from the store counts the same
 *	- at the end, when faults stop, every accepted job comes to its end
 *
 *	sim FIRST_SEED N_SEEDS STEPS      prints a line with the totals; a broken invariant aborts
 *	                                  after the line "sim seed=…" that brings it back
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/core.h"
#include "proto/msg.h"

enum { CLIENTS = 3, WORKERS = 5, COLLECTIONS = 3, DOCS = 100000, HELD = 8, HEARTBEAT = 1000 };

/* The model of the store: rows, and what would undo the turn that is written and not on the disk,
 * and behind it the open one. A row has the state that the core sees: leased where the real store
 * has a queued job and a note. */
struct row {
	struct job_fact fact;
	uint64_t seq;
	uint32_t n_results, n_deaths;
	bool told;  /* some client has been told of it */
	bool acked; /* some worker has been told that its result is stored */
};
struct undo {
	uint64_t job;
	struct row old;
};
struct model {
	struct row *rows; /* [cap], by job number; state NONE: none */
	uint64_t cap, top;
	struct undo *undo;
	uint32_t n_undo, cap_undo, n_written; /* the first n_written are the written turn's */
	uint64_t *job_of;                     /* [DOCS]: identity to newest job */
	struct {
		uint32_t doc;
		uint64_t old;
	} * undo_docs;
	uint32_t n_undo_docs, cap_undo_docs, n_written_docs;
	uint64_t counts[N_JOB_STATES];
};

struct held {
	uint64_t job;
	uint32_t attempt;
};
struct worker {
	uint32_t peer; /* 0: not connected */
	struct held held[HELD];
	uint32_t n_held, wanted;
};

/* Answers and grants of a turn: told when it is on the disk, lost if the broker dies before. */
struct told {
	enum { TOLD_JOB, TOLD_RESULT, TOLD_GRANT } what;
	uint64_t job;
	uint32_t peer, attempt;
};
struct tellings {
	struct told *items;
	uint32_t n, cap;
};

struct world {
	uint64_t random, seed;
	int64_t now;
	struct core *core;
	struct core_config config;
	struct model store;
	struct arena arena;
	struct update update;
	uint32_t n_applied;
	struct worker workers[WORKERS];
	uint32_t next_peer, next_doc, client_doc[CLIENTS];
	bool client_waits[CLIENTS];
	struct tellings out, held; /* of the open turn, of the written one */
	bool calm;                 /* the end: no more faults */
	uint64_t n_steps, n_crashes, n_results, n_poisoned;
};

static uint64_t current_seed;

static void say_seed(int signal_number)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "sim seed=%llu broke\n",
			 (unsigned long long)current_seed);

	(void)signal_number;
	if (write(2, line, (size_t)n) < 0)
		_exit(3);
	_exit(2);
}

static uint64_t rnd(struct world *w)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool chance(struct world *w, uint32_t percent)
{
	return rnd(w) % 100 < percent;
}

/* The model store */

static struct row *row_of(struct model *m, uint64_t job)
{
	if (job >= m->cap) {
		uint64_t cap = m->cap ? m->cap : 1024;

		while (cap <= job)
			cap *= 2;
		m->rows = mem_resize(m->rows, cap * sizeof(*m->rows));
		memset(m->rows + m->cap, 0, (cap - m->cap) * sizeof(*m->rows));
		m->cap = cap;
	}
	return &m->rows[job];
}

static void save(struct model *m, uint64_t job)
{
	MEM_GROW(m->undo, m->n_undo, m->cap_undo);
	m->undo[m->n_undo++] = (struct undo){job, *row_of(m, job)};
}

static void put(struct model *m, const struct change *c)
{
	struct row *r;

	save(m, c->job.job);
	r = row_of(m, c->job.job);
	CHECK(r->fact.state == c->from);
	CHECK(job_move(c->from, c->verb) == c->job.state);
	if (c->from)
		m->counts[c->from]--;
	m->counts[c->job.state]++;
	r->fact = c->job;
	if (c->job.job > m->top)
		m->top = c->job.job;
	if (c->verb == JOB_COMPLETE) {
		CHECK(r->n_results == 0);
		r->n_results = 1;
		r->seq = c->seq;
		CHECK(c->seq == m->counts[JOB_DONE]);
	}
}

static void put_doc(struct model *m, uint32_t doc, uint64_t job)
{
	MEM_GROW(m->undo_docs, m->n_undo_docs, m->cap_undo_docs);
	m->undo_docs[m->n_undo_docs].doc = doc;
	m->undo_docs[m->n_undo_docs++].old = m->job_of[doc];
	m->job_of[doc] = job;
}

static void write_turn(struct model *m)
{
	CHECK(!m->n_written && !m->n_written_docs);
	m->n_written = m->n_undo;
	m->n_written_docs = m->n_undo_docs;
}

/* The written turn is on the disk: nothing undoes it any more. */
static void sync_turn(struct model *m)
{
	m->n_undo -= m->n_written;
	m->n_undo_docs -= m->n_written_docs;
	if (m->n_undo)
		memmove(m->undo, m->undo + m->n_written, m->n_undo * sizeof(*m->undo));
	if (m->n_undo_docs)
		memmove(m->undo_docs, m->undo_docs + m->n_written_docs,
			m->n_undo_docs * sizeof(*m->undo_docs));
	m->n_written = m->n_written_docs = 0;
}

/* Without power the written turn is lost too. */
static void roll_back(struct model *m, bool power)
{
	if (!power)
		sync_turn(m);
	m->n_written = m->n_written_docs = 0;
	while (m->n_undo) {
		struct undo *u = &m->undo[--m->n_undo];
		struct row *r = row_of(m, u->job);

		m->counts[r->fact.state]--;
		if (u->old.fact.state)
			m->counts[u->old.fact.state]++;
		CHECK(!r->told || u->old.told || u->old.fact.state);
		u->old.n_deaths = r->n_deaths;
		u->old.told = r->told;
		u->old.acked = r->acked;
		*r = u->old;
	}
	while (m->n_undo_docs) {
		m->n_undo_docs--;
		m->job_of[m->undo_docs[m->n_undo_docs].doc] = m->undo_docs[m->n_undo_docs].old;
	}
}

/* The server's part: steps, refills, what is due */

static void apply(struct world *w)
{
	while (w->n_applied < w->update.n_changes)
		put(&w->store, &w->update.changes[w->n_applied++]);
}

static void step(struct world *w, struct input in)
{
	in.now_ms = w->now;
	if (in.name.p == NULL)
		in.name = STR("w");
	core_step(w->core, &in, &w->update);
	apply(w);
}

static struct job_fact fact_of(struct world *w, uint64_t job)
{
	if (core_knows(w->core, job))
		return (struct job_fact){.job = job};
	return job < w->store.cap ? w->store.rows[job].fact : (struct job_fact){.job = job};
}

/* As the real store would have it. */
static struct job_fact stored(const struct row *r)
{
	struct job_fact f = r->fact;

	if (f.state == JOB_LEASED) {
		f.state = JOB_QUEUED;
		f.attempts--;
		f.leased_ms = 0;
	}
	return f;
}

static int by_ticket(const void *a, const void *b)
{
	const struct job_fact *x = a, *y = b;

	return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

static void refill(struct world *w, const struct refill *r)
{
	struct job_fact *facts = ARENA_ARRAY(&w->arena, struct job_fact, w->store.top + 1);
	uint32_t n = 0;

	for (uint64_t i = 1; i <= w->store.top; i++) {
		const struct job_fact f = stored(row_of(&w->store, i));

		if (f.state == JOB_QUEUED && f.collection == r->collection &&
		    f.priority == r->priority && f.ticket > r->after)
			facts[n++] = f;
	}
	qsort(facts, n, sizeof(*facts), by_ticket);
	core_refill(w->core, r, facts, n < r->n ? n : r->n);
}

static void take_due(struct world *w, bool overdue)
{
	int64_t next = INT64_MAX;

	for (uint64_t i = 1; i <= w->store.top; i++) {
		const struct job_fact f = stored(row_of(&w->store, i));
		int64_t at = overdue ? f.deadline_ms : f.due_ms;
		bool counts = overdue ? f.deadline_ms && !job_is_over(f.state) && f.state
				      : f.state == JOB_DELAYED;

		if (!counts)
			continue;
		if (at > w->now)
			next = at < next ? at : next;
		else
			step(w, (struct input){.kind = overdue ? IN_OVERDUE : IN_DUE,
					       .job = i,
					       .fact = f});
	}
	step(w, (struct input){.kind = overdue ? IN_NONE_OVERDUE : IN_NONE_DUE, .n = next});
}

static void start_core(struct world *w)
{
	struct core_start start = {.next_due_ms = INT64_MAX, .next_deadline_ms = INT64_MAX};
	uint64_t lanes[COLLECTIONS + 1][10] = {{0}};

	w->core = core_new(&w->config);
	for (uint64_t i = 1; i <= w->store.top; i++) {
		const struct job_fact *f = &row_of(&w->store, i)->fact;

		if (f->state && i > start.last_number)
			start.last_number = i;
		if (f->state == JOB_QUEUED || f->state == JOB_LEASED)
			if (f->ticket > start.last_number)
				start.last_number = f->ticket;
		if (f->state == JOB_QUEUED)
			lanes[f->collection][f->priority]++;
		if (f->state == JOB_DELAYED && f->due_ms < start.next_due_ms)
			start.next_due_ms = f->due_ms;
		if (f->state && !job_is_over(f->state) && f->deadline_ms &&
		    f->deadline_ms < start.next_deadline_ms)
			start.next_deadline_ms = f->deadline_ms;
	}
	start.last_seq = w->store.counts[JOB_DONE];
	core_restore(w->core, &start);
	for (int s = 0; s < N_JOB_STATES; s++)
		if (s != JOB_QUEUED && s != JOB_LEASED)
			core_restore_count(w->core, (enum job_state)s, w->store.counts[s]);
	for (uint32_t c = 1; c <= COLLECTIONS; c++)
		for (uint8_t p = 0; p < 10; p++)
			if (lanes[c][p])
				core_restore_lane(w->core, c, p, lanes[c][p]);
	for (uint64_t i = 1; i <= w->store.top; i++)
		if (row_of(&w->store, i)->fact.state == JOB_LEASED)
			core_restore_lease(w->core, &row_of(&w->store, i)->fact, w->now);
}

static void verify(struct world *w)
{
	struct core *mine = w->core;

	core_verify(mine);
	for (int s = 1; s < N_JOB_STATES; s++)
		CHECK(core_count(mine, (enum job_state)s) == w->store.counts[s]);
	CHECK(core_last_seq(mine) == w->store.counts[JOB_DONE]);
	start_core(w);
	core_verify(w->core);
	for (int s = 1; s < N_JOB_STATES; s++)
		CHECK(core_count(w->core, (enum job_state)s) ==
		      core_count(mine, (enum job_state)s));
	for (uint32_t c = 1; c <= COLLECTIONS; c++)
		CHECK(core_queued_of(w->core, c) == core_queued_of(mine, c));
	core_free(w->core);
	w->core = mine;
	for (uint64_t i = 1; i <= w->store.top; i++) {
		const struct row *r = row_of(&w->store, i);

		CHECK(!r->told || r->fact.state);
		CHECK(!r->acked || r->fact.state == JOB_DONE);
	}
}

static void end_update(struct world *w)
{
	arena_reset(&w->arena, 1 << 20);
	w->update = (struct update){.arena = &w->arena};
	w->n_applied = 0;
}

static void tell(struct world *w, struct told t)
{
	MEM_GROW(w->out.items, w->out.n, w->out.cap);
	w->out.items[w->out.n++] = t;
}

static void deliver_grant(struct world *w, const struct told *g)
{
	for (int k = 0; k < WORKERS; k++) {
		struct worker *x = &w->workers[k];

		if (x->peer != g->peer || x->n_held == HELD || (!w->calm && chance(w, 5)))
			continue;
		x->held[x->n_held++] = (struct held){g->job, g->attempt};
		if (x->wanted)
			x->wanted--;
	}
}

/* Nothing is told before it is on the disk; what is told may be lost on its way. */
static void settle_turn(struct world *w)
{
	sync_turn(&w->store);
	for (uint32_t i = 0; i < w->held.n; i++) {
		const struct told *t = &w->held.items[i];

		if (t->what == TOLD_JOB)
			row_of(&w->store, t->job)->told = true;
		else if (t->what == TOLD_RESULT)
			row_of(&w->store, t->job)->acked = true;
		else
			deliver_grant(w, t);
	}
	w->held.n = 0;
}

static void end_turn(struct world *w)
{
	do {
		core_tick(w->core, w->now, &w->update);
		for (uint32_t i = 0; i < w->update.n_gone; i++)
			for (int k = 0; k < WORKERS; k++)
				if (w->workers[k].peer == w->update.gone[i])
					w->workers[k].peer = 0;
		w->update.n_gone = 0;
		apply(w);
		for (uint32_t i = 0; i < w->update.n_refills; i++)
			refill(w, &w->update.refills[i]);
		if (w->update.want_due)
			take_due(w, false);
		if (w->update.want_overdue)
			take_due(w, true);
	} while (w->update.n_refills || w->update.want_due || w->update.want_overdue);
	for (uint32_t i = 0; i < w->update.n_grants; i++)
		tell(w, (struct told){TOLD_GRANT, w->update.grants[i].job, w->update.grants[i].peer,
				      w->update.grants[i].attempt});
	settle_turn(w);
	write_turn(&w->store);
	struct tellings written = w->out;

	w->out = w->held;
	w->held = written;
	end_update(w);
	if (w->calm || chance(w, 50))
		settle_turn(w);
}

static void crash(struct world *w, bool power)
{
	roll_back(&w->store, power);
	w->out.n = w->held.n = 0;
	end_update(w);
	core_free(w->core);
	start_core(w);
	for (int k = 0; k < WORKERS; k++) {
		w->workers[k].peer = 0;
		w->workers[k].wanted = 0;
	}
	w->n_crashes++;
}

/* What peers do */

static void client_acts(struct world *w)
{
	uint32_t c = (uint32_t)(rnd(w) % CLIENTS), doc;
	struct input in = {.kind = IN_SUBMIT};

	if (!w->client_waits[c] && w->next_doc < DOCS)
		w->client_doc[c] = w->next_doc++;
	doc = w->client_doc[c];
	w->client_waits[c] = true;
	if (!w->calm && chance(w, 10)) /* lost on the way */
		return;
	in.submit.collection = 1 + doc % COLLECTIONS;
	in.submit.priority = (uint8_t)(doc % 10);
	in.submit.delay_ms = doc % 7 == 0 ? (int64_t)(doc % 5000) : 0;
	in.submit.deadline_ms = doc % 11 == 0 ? 1 + (int64_t)(doc % 9000) : 0;
	in.submit.existing = w->store.job_of[doc];
	step(w, in);
	if (w->update.answer.status == SUBMIT_NEW)
		put_doc(&w->store, doc, w->update.answer.job);
	if (w->update.answer.status == SUBMIT_REFUSED)
		return;
	if (!w->calm && chance(w, 10)) /* the answer is lost: the client will ask again */
		return;
	tell(w, (struct told){TOLD_JOB, w->update.answer.job, 0, 0});
	w->client_waits[c] = false;
}

static void worker_joins(struct world *w, struct worker *x)
{
	x->peer = ++w->next_peer;
	x->wanted = 0;
	step(w, (struct input){.kind = IN_HELLO, .peer = x->peer});
	for (uint32_t i = 0; i < x->n_held; i++)
		step(w, (struct input){.kind = IN_HEARTBEAT,
				       .peer = x->peer,
				       .job = x->held[i].job,
				       .attempt = x->held[i].attempt,
				       .fact = fact_of(w, x->held[i].job)});
}

static bool has_poison(const struct world *w)
{
	return w->seed % 3 == 0;
}

/* Known by its number, which decides about nothing else. */
static bool is_poison(const struct world *w, uint64_t job)
{
	return has_poison(w) && job % 97 == 5;
}

/* The machine goes down: all workers lose what they had. */
static void machine_dies(struct world *w, uint64_t job)
{
	CHECK(++row_of(&w->store, job)->n_deaths <= w->config.max_attempts);
	for (int k = 0; k < WORKERS; k++)
		w->workers[k].n_held = 0;
	crash(w, true);
	w->n_poisoned++;
}

static void worker_finishes(struct world *w, struct worker *x)
{
	uint32_t i = (uint32_t)(rnd(w) % x->n_held);
	struct held h = x->held[i];
	struct input in = {.kind = IN_DONE, .peer = x->peer, .job = h.job, .attempt = h.attempt};

	if (is_poison(w, h.job)) {
		machine_dies(w, h.job);
		return;
	}
	x->held[i] = x->held[--x->n_held];
	if (!w->calm && chance(w, 5))
		return;
	in.done.failed = !w->calm && chance(w, 30);
	in.done.retryable = chance(w, 80);
	in.done.text = in.done.record = STR("");
	for (int times = !w->calm && chance(w, 10) ? 2 : 1; times; times--) {
		in.fact = fact_of(w, h.job);
		step(w, in);
		if (w->update.answer.status == DONE_ACCEPTED)
			tell(w, (struct told){TOLD_RESULT, h.job, 0, 0});
	}
}

static void worker_beats(struct world *w, struct worker *x)
{
	step(w, (struct input){.kind = IN_ALIVE, .peer = x->peer});
	for (uint32_t i = 0; i < x->n_held;) {
		step(w, (struct input){.kind = IN_HEARTBEAT,
				       .peer = x->peer,
				       .job = x->held[i].job,
				       .attempt = x->held[i].attempt,
				       .fact = fact_of(w, x->held[i].job)});
		if (w->update.answer.code)
			x->held[i] = x->held[--x->n_held];
		else
			i++;
	}
}

static void worker_acts(struct world *w)
{
	struct worker *x = &w->workers[rnd(w) % WORKERS];
	uint64_t what = rnd(w) % 100;

	if (!x->peer) {
		if (!w->calm && chance(w, 30))
			x->n_held = 0; /* it was killed: what it had is gone with it */
		worker_joins(w, x);
	} else if (what < 45 && x->n_held) {
		worker_finishes(w, x);
	} else if (what < 70 && x->n_held + x->wanted < HELD) {
		x->wanted++;
		step(w, (struct input){.kind = IN_WANT, .peer = x->peer, .n = 1});
	} else if (what < 80 || w->calm) {
		worker_beats(w, x);
	} else if (what < 84 && x->n_held) {
		struct held h = x->held[--x->n_held];

		step(w, (struct input){.kind = IN_RELEASE,
				       .peer = x->peer,
				       .job = h.job,
				       .attempt = h.attempt,
				       .fact = fact_of(w, h.job)});
	} else if (what < 87) {
		bool clean = chance(w, 50);

		step(w, (struct input){.kind = IN_GONE, .peer = x->peer, .clean = clean});
		x->peer = 0;
		/* Who has said goodbye and works on all the same is not counted. */
		if (clean && has_poison(w))
			x->n_held = 0;
	} else if (what < 90 && x->n_held) {
		struct held h = x->held[--x->n_held];

		step(w, (struct input){.kind = IN_UNSENT, .peer = x->peer, .job = h.job});
	}
}

static void operator_acts(struct world *w)
{
	uint64_t job = 1 + rnd(w) % (w->store.top + 2);

	step(w, (struct input){.kind = chance(w, 50) ? IN_CANCEL : IN_RETRY,
			       .job = job,
			       .fact = fact_of(w, job)});
	if (w->update.answer.state == JOB_QUEUED)
		row_of(&w->store, job)->n_deaths = 0;
}

static void time_passes(struct world *w)
{
	uint64_t leap = rnd(w) % 1000;

	w->now += leap < 900 ? (int64_t)(rnd(w) % 50) : (int64_t)(rnd(w) % 5000);
}

static void one_step(struct world *w)
{
	uint64_t what = rnd(w) % 1000;

	w->n_steps++;
	/* In some worlds much more is submitted than is worked off: the queue outgrows its window.
	 */
	if (what < 250 && !w->calm)
		for (uint64_t i = 0; i <= w->seed % 5; i++)
			client_acts(w);
	else if (what < 700)
		worker_acts(w);
	else if (what < 730 && !w->calm)
		operator_acts(w);
	else if (what < 850)
		time_passes(w);
	else if (what < 996 || w->calm)
		end_turn(w);
	else
		crash(w, chance(w, 50));
}

/* Faults stop: everything must come to its end. */
static void settle(struct world *w)
{
	w->calm = true;
	for (uint64_t i = 0; !core_idle(w->core); i++) {
		CHECK(i < 4000000);
		one_step(w);
		if (i % 64 == 0)
			end_turn(w);
	}
	verify(w);
}

static void close_world(struct world *w)
{
	w->n_results = w->store.counts[JOB_DONE];
	core_free(w->core);
	mem_free(w->store.rows);
	mem_free(w->store.undo);
	mem_free(w->store.undo_docs);
	mem_free(w->store.job_of);
	mem_free(w->out.items);
	mem_free(w->held.items);
	arena_free(&w->arena);
}

static struct world run(uint64_t seed, uint64_t steps)
{
	struct world w = {.random = seed, .seed = seed, .now = 1000000};

	w.config = (struct core_config){.lease_ms = 3000,
					.heartbeat_ms = HEARTBEAT,
					.backoff_least_ms = 100,
					.backoff_most_ms = 2000,
					.max_attempts = 3,
					.max_credit = HELD,
					.seed = seed,
					.window_total = 16 + (uint32_t)(seed % 3) * 200,
					.max_waiting = seed % 4 == 0 ? 100 : 0};
	w.store.job_of = mem_alloc(DOCS * sizeof(uint64_t));
	w.update.arena = &w.arena;
	start_core(&w);
	for (uint64_t i = 0; i < steps; i++) {
		one_step(&w);
		if (i % 256 == 0)
			verify(&w);
	}
	end_turn(&w);
	settle(&w);
	close_world(&w);
	return w;
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
	uint64_t steps = argc > 3 ? strtoull(argv[3], NULL, 10) : 5000;
	uint64_t total = 0, crashes = 0, poisoned = 0, results = 0;

	signal(SIGABRT, say_seed);
	for (current_seed = first; current_seed < first + n; current_seed++) {
		struct world w = run(current_seed, steps);

		total += w.n_steps;
		crashes += w.n_crashes;
		poisoned += w.n_poisoned;
		results += w.n_results;
	}
	printf("sim seeds=%llu steps=%llu crashes=%llu poisoned=%llu results=%llu: every invariant "
	       "held\n",
	       (unsigned long long)n, (unsigned long long)total, (unsigned long long)crashes,
	       (unsigned long long)poisoned, (unsigned long long)results);
	return 0;
}
