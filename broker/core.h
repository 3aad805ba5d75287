/* The core: decides what happens to jobs. Pure: core_step takes one thing that happened, with its
 * time, and lists in the update what must be written and sent; it blocks on nothing, calls nobody
 * back and knows neither store nor sockets. The server applies an update in one transaction and
 * then sends. Jobs outside the scheduler's window are decided on facts that the server looks up
 * before the step (core_knows says when that is not needed). */
#ifndef DEMARCHE_BROKER_CORE_H
#define DEMARCHE_BROKER_CORE_H

#include "broker/update.h"

struct core;

struct core_config {
	int64_t lease_ms, heartbeat_ms;
	int64_t backoff_least_ms, backoff_most_ms; /* doubles from least to most, with jitter */
	uint32_t max_attempts;
	uint32_t window_total; /* jobs in memory, about */
	uint64_t max_waiting;  /* queued and delayed jobs; then BUSY; 0: no limit */
	uint32_t max_credit;   /* of one worker */
	uint64_t seed;         /* of the jitter */
};

struct core *core_new(const struct core_config *config);
void core_free(struct core *c);

/* Before the first step: what the store holds. */
struct core_start {
	uint64_t last_number;                  /* highest job id or ticket in use */
	uint64_t last_seq;                     /* of the results */
	int64_t next_due_ms, next_deadline_ms; /* INT64_MAX: none */
};
void core_restore(struct core *c, const struct core_start *start);
void core_restore_count(struct core *c, enum job_state state, uint64_t n); /* not queued, leased */
void core_restore_lane(struct core *c, uint32_t collection, uint8_t priority, uint64_t n);
void core_restore_lease(struct core *c, const struct job_fact *f, int64_t now_ms);

enum input_kind {
	IN_HELLO,     /* peer, name: a conversation starts (again) */
	IN_ALIVE,     /* peer: said something */
	IN_GONE,      /* peer; clean: it said so, its leases are released */
	IN_SUBMIT,    /* submit */
	IN_WANT,      /* peer, n */
	IN_DONE,      /* peer, job, attempt, done, fact */
	IN_HEARTBEAT, /* peer, job, attempt */
	IN_RELEASE,   /* peer, job, attempt */
	IN_UNSENT,    /* peer, job: its grant could not be sent */
	IN_CANCEL,    /* job, fact */
	IN_RETRY,     /* job, fact */
	IN_DUE,       /* fact: a delayed job whose time has come */
	IN_OVERDUE,   /* job, fact: a job whose deadline has passed */
	IN_NONE_DUE,  /* n: earliest due_ms of the delayed jobs, or INT64_MAX */
	IN_NONE_OVERDUE,
};

struct input_submit {
	uint32_t collection;
	uint8_t priority;
	int64_t delay_ms, deadline_ms; /* 0: none */
	uint64_t existing;             /* job with the same identity, 0 none */
};

struct input_done {
	bool failed, retryable;
	enum err_code code;
	struct str text, record;
	const struct result *result; /* `record` read; NULL where it failed */
};

struct input {
	enum input_kind kind;
	int64_t now_ms;
	uint32_t peer; /* number that the server gave it, not 0 */
	bool clean;
	uint64_t job;
	uint32_t attempt;
	int64_t n;
	struct str name;
	struct input_submit submit;
	struct input_done done;
	struct job_fact
		fact; /* of `job`, where the core does not know it; state NONE: no such job */
};

/* Takes one input. u->answer is its outcome; everything else is added to the update. */
void core_step(struct core *c, const struct input *in, struct update *u);

/* At the end of a turn: ends leases that ran out, gives up silent peers, grants. Call it again
 * after the refills it asked for until it asks for none. */
void core_tick(struct core *c, int64_t now_ms, struct update *u);
void core_refill(struct core *c, const struct refill *r, const struct job_fact *facts, uint32_t n);

/* From now on nothing is granted. */
void core_drain(struct core *c);

/* When core_tick has something to do at the latest; INT64_MAX: never. */
int64_t core_next_deadline(const struct core *c);

bool core_knows(const struct core *c, uint64_t job);
uint64_t core_count(const struct core *c, enum job_state state);
uint64_t core_queued_of(const struct core *c, uint32_t collection);
uint64_t core_last_seq(const struct core *c);
uint64_t core_last_number(const struct core *c); /* highest job id or ticket in use */
bool core_idle(const struct core *c);            /* nothing is delayed, queued or leased */

bool core_takes_collections(const struct core *c); /* a job in a new one would be accepted */

struct core_worker {
	uint32_t peer;
	struct str name; /* valid until the peer is gone */
	uint32_t credit, n_leases;
	int64_t since_ms;
	uint64_t n_done, n_failed;
};
/* The next peer that asked for work, from *at on (0 at first), which goes behind it; false past the
 * last. */
bool core_worker(const struct core *c, uint32_t *at, struct core_worker *w);

struct core_lease {
	uint64_t job;
	uint32_t attempt;
	int64_t since_ms;
	struct str worker; /* "" while nobody is connected; valid until the peer is gone */
};
uint32_t core_leases(const struct core *c, struct arena *a, struct core_lease **out);

void core_verify(const struct core *c); /* for tests: CHECKs every invariant */

#endif
