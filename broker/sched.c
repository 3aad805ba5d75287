#include "broker/sched.h"

#include <utlist.h>

enum { WINDOW_LEAST = 16, WINDOW_MOST = 1024, HASH_LEAST = 1024 };
enum { STRIDE = 1 << (SCHED_PRIORITIES - 1) }; /* step of level 0; level p steps STRIDE >> p */

struct lane {
	struct sched_job *jobs; /* doubly linked, oldest first */
	uint32_t n_window;
	bool refill_asked;
	uint8_t priority;
	uint64_t cursor;   /* highest ticket that is or was in the window */
	uint64_t n_stored; /* queued in the store alone */
	uint64_t pass;     /* the lane with the lowest is next */
	struct collection *collection;
};

struct collection {
	uint32_t number;
	uint32_t n_window; /* over all lanes */
	uint64_t pass;     /* of the lane that was taken last */
	struct lane lanes[SCHED_PRIORITIES];
	struct collection *next, *prev; /* in the ring of those with work in memory */
	struct collection *hash_next;
};

struct sched {
	uint32_t window_total;
	uint64_t counts[N_JOB_STATES];
	struct collection **collections; /* [n_collections] in order of first use */
	uint32_t n_collections, cap_collections;
	struct collection **by_number; /* chained hash; [by_number_size], a power of two */
	uint32_t by_number_size;
	struct collection *ring; /* head is next */
	uint32_t n_ring;
	struct sched_job *leases;  /* earliest end first */
	struct sched_job **by_job; /* chained hash; [by_job_size], a power of two */
	uint32_t by_job_size, n_jobs;
	struct lane **low; /* lanes that may need a refill */
	uint32_t n_low, cap_low;
};

/* Hashing */

static uint32_t slot_of(uint64_t number, uint32_t size)
{
	return (uint32_t)(number * 0x9e3779b97f4a7c15u >> 32) & (size - 1);
}

struct sched_job *sched_find(const struct sched *s, uint64_t job)
{
	struct sched_job *j = s->by_job[slot_of(job, s->by_job_size)];

	while (j && j->fact.job != job)
		j = j->hash_next;
	return j;
}

static void grow_jobs(struct sched *s)
{
	uint32_t size = s->by_job_size * 2;
	struct sched_job **to = mem_alloc(size * sizeof(struct sched_job *));

	for (uint32_t i = 0; i < s->by_job_size; i++) {
		struct sched_job *j = s->by_job[i], *next;

		for (; j; j = next) {
			uint32_t at = slot_of(j->fact.job, size);

			next = j->hash_next;
			j->hash_next = to[at];
			to[at] = j;
		}
	}
	mem_free(s->by_job);
	s->by_job = to;
	s->by_job_size = size;
}

static struct sched_job *remember(struct sched *s, const struct job_fact *f)
{
	struct sched_job *j = mem_alloc(sizeof(*j));
	uint32_t at;

	CHECK(!sched_find(s, f->job));
	if (s->n_jobs >= s->by_job_size)
		grow_jobs(s);
	at = slot_of(f->job, s->by_job_size);
	j->fact = *f;
	j->hash_next = s->by_job[at];
	s->by_job[at] = j;
	s->n_jobs++;
	return j;
}

static void forget(struct sched *s, struct sched_job *j)
{
	struct sched_job **at = &s->by_job[slot_of(j->fact.job, s->by_job_size)];

	while (*at != j)
		at = &(*at)->hash_next;
	*at = j->hash_next;
	s->n_jobs--;
	mem_free(j);
}

static void grow_collections(struct sched *s)
{
	uint32_t size = s->by_number_size * 2;

	mem_free(s->by_number);
	s->by_number = mem_alloc(size * sizeof(struct collection *));
	s->by_number_size = size;
	for (uint32_t i = 0; i < s->n_collections; i++) {
		struct collection *c = s->collections[i];
		uint32_t at = slot_of(c->number, size);

		c->hash_next = s->by_number[at];
		s->by_number[at] = c;
	}
}

static struct collection *find_collection(const struct sched *s, uint32_t number)
{
	struct collection *c = s->by_number[slot_of(number, s->by_number_size)];

	while (c && c->number != number)
		c = c->hash_next;
	return c;
}

static struct collection *collection_of(struct sched *s, uint32_t number)
{
	struct collection *c = find_collection(s, number);
	uint32_t at;

	if (c)
		return c;
	if (s->n_collections >= s->by_number_size)
		grow_collections(s);
	at = slot_of(number, s->by_number_size);
	c = mem_alloc(sizeof(*c));
	c->number = number;
	for (int p = 0; p < SCHED_PRIORITIES; p++) {
		c->lanes[p].priority = (uint8_t)p;
		c->lanes[p].collection = c;
	}
	c->hash_next = s->by_number[at];
	s->by_number[at] = c;
	MEM_GROW(s->collections, s->n_collections, s->cap_collections);
	s->collections[s->n_collections++] = c;
	return c;
}

struct sched *sched_new(uint32_t window_total)
{
	struct sched *s = mem_alloc(sizeof(*s));

	s->window_total = window_total;
	s->by_job_size = s->by_number_size = HASH_LEAST;
	s->by_job = mem_alloc(HASH_LEAST * sizeof(struct sched_job *));
	s->by_number = mem_alloc(HASH_LEAST * sizeof(struct collection *));
	return s;
}

void sched_free(struct sched *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->by_job_size; i++) {
		struct sched_job *j = s->by_job[i], *next;

		for (; j; j = next) {
			next = j->hash_next;
			mem_free(j);
		}
	}
	for (uint32_t i = 0; i < s->n_collections; i++)
		mem_free(s->collections[i]);
	mem_free(s->collections);
	mem_free(s->by_number);
	mem_free(s->by_job);
	mem_free(s->low);
	mem_free(s);
}

/* Moving: the one place where a state changes. */
static void move(struct sched *s, struct job_fact *f, enum job_verb verb)
{
	enum job_state to = job_move(f->state, verb);

	CHECK(to != JOB_NONE);
	if (f->state != JOB_NONE) {
		CHECK(s->counts[f->state] > 0);
		s->counts[f->state]--;
	}
	s->counts[to]++;
	f->state = to;
}

/* Windows */

static struct lane *lane_of(struct sched *s, uint32_t collection, uint8_t priority)
{
	CHECK(priority < SCHED_PRIORITIES);
	return &collection_of(s, collection)->lanes[priority];
}

static uint32_t window_size(const struct sched *s)
{
	uint32_t n = s->window_total / (s->n_ring ? s->n_ring : 1);

	if (n < WINDOW_LEAST)
		return WINDOW_LEAST;
	return n > WINDOW_MOST ? WINDOW_MOST : n;
}

/* A lane that had nothing must not spend the turns it did not use. */
static void lane_wakes(struct lane *l)
{
	if (l->pass < l->collection->pass)
		l->pass = l->collection->pass;
}

static void enter_window(struct sched *s, struct lane *l, struct sched_job *j, bool in_front)
{
	struct collection *c = l->collection;

	j->lane = l;
	if (l->n_window++ == 0)
		lane_wakes(l);
	if (in_front)
		DL_PREPEND(l->jobs, j);
	else
		DL_APPEND(l->jobs, j);
	if (c->n_window++ == 0) {
		DL_APPEND(s->ring, c);
		s->n_ring++;
	}
}

static void watch_low(struct sched *s, struct lane *l)
{
	if (l->refill_asked || l->n_stored == 0 || l->n_window > window_size(s) / 2)
		return;
	l->refill_asked = true;
	MEM_GROW(s->low, s->n_low, s->cap_low);
	s->low[s->n_low++] = l;
}

static void leave_window(struct sched *s, struct sched_job *j)
{
	struct lane *l = j->lane;
	struct collection *c = l->collection;

	DL_DELETE(l->jobs, j);
	l->n_window--;
	if (--c->n_window == 0) {
		DL_DELETE(s->ring, c);
		s->n_ring--;
	}
	watch_low(s, l);
}

/* A newly queued job, behind all others of its lane: into the window where nothing in the store
 * stands before it and there is room. */
static void enqueue(struct sched *s, const struct job_fact *f)
{
	struct lane *l = lane_of(s, f->collection, f->priority);

	if (l->n_stored == 0 && l->n_window < window_size(s)) {
		CHECK(f->ticket > l->cursor);
		l->cursor = f->ticket;
		enter_window(s, l, remember(s, f), false);
		return;
	}
	l->n_stored++;
	watch_low(s, l);
}

void sched_restore_count(struct sched *s, enum job_state state, uint64_t n)
{
	s->counts[state] += n;
}

void sched_restore_lane(struct sched *s, uint32_t collection, uint8_t priority, uint64_t n)
{
	struct lane *l = lane_of(s, collection, priority);

	s->counts[JOB_QUEUED] += n;
	l->n_stored += n;
	watch_low(s, l);
}

void sched_move_stored(struct sched *s, struct job_fact *f, enum job_verb verb)
{
	enum job_state from = f->state;

	CHECK(!sched_find(s, f->job));
	move(s, f, verb);
	if (from == JOB_QUEUED) {
		struct lane *l = lane_of(s, f->collection, f->priority);

		CHECK(l->n_stored > 0);
		l->n_stored--;
	}
	if (f->state == JOB_QUEUED)
		enqueue(s, f);
}

/* Leases: a list in order of their ends. New ones end last, so appending keeps the order. */

static void lease_append(struct sched *s, struct sched_job *j, int64_t until)
{
	CHECK(!s->leases || s->leases->prev->lease_until <= until);
	j->lease_until = until;
	DL_APPEND(s->leases, j);
}

struct sched_job *sched_restore_lease(struct sched *s, const struct job_fact *f, int64_t until)
{
	struct sched_job *j = remember(s, f);

	CHECK(f->state == JOB_LEASED);
	s->counts[JOB_LEASED]++;
	j->lane = lane_of(s, f->collection, f->priority);
	j->restored = true;
	lease_append(s, j, until);
	return j;
}

static struct lane *next_lane(struct collection *c)
{
	struct lane *best = NULL;

	for (int p = SCHED_PRIORITIES - 1; p >= 0; p--) {
		struct lane *l = &c->lanes[p];

		if (l->n_window && (!best || l->pass < best->pass))
			best = l;
	}
	return best;
}

struct sched_job *sched_grant(struct sched *s, uint32_t worker, int64_t now_ms, int64_t until)
{
	struct collection *c = s->ring;
	struct sched_job *j;
	struct lane *l;

	if (!c)
		return NULL;
	l = next_lane(c);
	c->pass = l->pass;
	l->pass += STRIDE >> l->priority;
	j = l->jobs;
	leave_window(s, j);
	if (c->n_window) {
		DL_DELETE(s->ring, c);
		DL_APPEND(s->ring, c);
	}
	move(s, &j->fact, JOB_GRANT);
	j->fact.attempts++;
	j->fact.leased_ms = now_ms;
	j->worker = worker;
	j->restored = false;
	lease_append(s, j, until);
	return j;
}

/* A released job goes to the front, but where the window has not come to its ticket yet (it was
 * leased before the start) the store still has it in its place: then it only counts. */
static bool put_back(struct sched *s, struct sched_job *j)
{
	struct lane *l = j->lane;

	j->worker = 0;
	if (j->fact.ticket <= l->cursor) {
		enter_window(s, l, j, true);
		return true;
	}
	l->n_stored++;
	watch_low(s, l);
	return false;
}

void sched_end(struct sched *s, struct sched_job *j, enum job_verb verb, struct job_fact *f)
{
	if (j->fact.state == JOB_LEASED)
		DL_DELETE(s->leases, j);
	else
		leave_window(s, j);
	move(s, &j->fact, verb);
	if (verb == JOB_RELEASE)
		j->fact.attempts--;
	*f = j->fact;
	j->fact.leased_ms = 0;
	if (verb == JOB_RELEASE && put_back(s, j))
		return;
	forget(s, j);
}

void sched_extend(struct sched *s, struct sched_job *j, int64_t until)
{
	DL_DELETE(s->leases, j);
	lease_append(s, j, until);
}

void sched_shorten(struct sched *s, struct sched_job *j, int64_t until)
{
	struct sched_job *before;

	DL_DELETE(s->leases, j);
	j->lease_until = until;
	for (before = s->leases; before && before->lease_until <= until; before = before->next)
		;
	if (before)
		DL_PREPEND_ELEM(s->leases, before, j);
	else
		DL_APPEND(s->leases, j);
}

struct sched_job *sched_first_lease(const struct sched *s)
{
	return s->leases;
}

/* Refilling */

void sched_ask_refills(struct sched *s, struct update *u)
{
	for (uint32_t i = 0; i < s->n_low; i++) {
		struct lane *l = s->low[i];

		ARENA_GROW(u->arena, u->refills, u->n_refills, u->cap_refills);
		u->refills[u->n_refills++] = (struct refill){
			.collection = l->collection->number,
			.priority = l->priority,
			.after = l->cursor,
			.n = window_size(s),
		};
	}
	s->n_low = 0;
}

void sched_refill(struct sched *s, const struct refill *r, const struct job_fact *facts, uint32_t n)
{
	struct lane *l = lane_of(s, r->collection, r->priority);

	l->refill_asked = false;
	CHECK(n > 0 || l->n_stored == 0);
	for (uint32_t i = 0; i < n; i++) {
		CHECK(facts[i].ticket > l->cursor);
		l->cursor = facts[i].ticket;
		if (sched_find(s, facts[i].job))
			continue;
		CHECK(l->n_stored > 0);
		l->n_stored--;
		enter_window(s, l, remember(s, &facts[i]), false);
	}
	watch_low(s, l);
}

/* Figures */

uint64_t sched_count(const struct sched *s, enum job_state state)
{
	return s->counts[state];
}

uint64_t sched_n_collections(const struct sched *s)
{
	return s->n_collections;
}

bool sched_has_collection(const struct sched *s, uint32_t collection)
{
	return find_collection(s, collection) != NULL;
}

uint64_t sched_queued_of(const struct sched *s, uint32_t collection)
{
	const struct collection *c = find_collection(s, collection);
	uint64_t n = 0;

	for (int p = 0; c && p < SCHED_PRIORITIES; p++)
		n += c->lanes[p].n_window + c->lanes[p].n_stored;
	return n;
}

static uint64_t verify_lane(const struct sched *s, const struct lane *l)
{
	const struct sched_job *j;
	uint32_t n = 0;

	DL_FOREACH(l->jobs, j)
	{
		CHECK(j->fact.state == JOB_QUEUED && j->lane == l);
		CHECK(j->fact.ticket <= l->cursor);
		CHECK(sched_find(s, j->fact.job) == j);
		n++;
	}
	CHECK(n == l->n_window);
	return n + l->n_stored;
}

void sched_verify(const struct sched *s)
{
	const struct sched_job *j;
	uint64_t queued = 0, leased = 0;
	int64_t last = INT64_MIN;

	for (uint32_t i = 0; i < s->n_collections; i++) {
		uint32_t in_memory = 0;

		for (int p = 0; p < SCHED_PRIORITIES; p++) {
			queued += verify_lane(s, &s->collections[i]->lanes[p]);
			in_memory += s->collections[i]->lanes[p].n_window;
		}
		CHECK(in_memory == s->collections[i]->n_window);
	}
	DL_FOREACH(s->leases, j)
	{
		CHECK(j->fact.state == JOB_LEASED && j->lease_until >= last);
		last = j->lease_until;
		leased++;
	}
	CHECK(queued == s->counts[JOB_QUEUED]);
	CHECK(leased == s->counts[JOB_LEASED]);
}
