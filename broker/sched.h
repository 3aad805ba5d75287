/* The scheduler: which job next, and whose lease ends when. Pure: no I/O, no clock; time is an
 * argument. The only file that moves a job's state, and only through proto/job.c's table.
 *
 * The core holds a window, the store holds the queue. A lane is one priority of one collection; of
 * each lane the first jobs are in memory (the window), the rest are only counted. Invariant: every
 * queued job of a lane whose ticket is not above the lane's `cursor` is in the window; those above
 * are in the store alone, and there are n_stored of them. */
#ifndef DEMARCHE_BROKER_SCHED_H
#define DEMARCHE_BROKER_SCHED_H

#include "broker/update.h"

enum { SCHED_PRIORITIES = 10 };

struct sched;
struct lane;

/* A job in memory: queued in a window, or leased. */
struct sched_job {
	struct job_fact fact;
	uint32_t worker; /* peer that has the lease; 0 while nobody is connected */
	bool restored;   /* leased before this broker started and not claimed since */
	int64_t lease_until;
	struct lane *lane;
	struct sched_job *next, *prev;               /* in its lane, or among the leases */
	struct sched_job *worker_next, *worker_prev; /* among the leases of its worker */
	struct sched_job *hash_next;
};

struct sched *sched_new(uint32_t window_total);
void sched_free(struct sched *s);

/* NULL where the job is not in memory. Valid until the job leaves the scheduler. */
struct sched_job *sched_find(const struct sched *s, uint64_t job);

/* Takes note of jobs that the store has at start. */
void sched_restore_count(struct sched *s, enum job_state state, uint64_t n);
void sched_restore_lane(struct sched *s, uint32_t collection, uint8_t priority, uint64_t n);
struct sched_job *sched_restore_lease(struct sched *s, const struct job_fact *f, int64_t until);

/* Moves a job that is not in memory: f->state becomes what the table says. CHECKs that the move is
 * legal; ask job_move first where a peer wants it. A job that becomes queued enters its lane
 * with f->ticket, which must be higher than every ticket before. */
void sched_move_stored(struct sched *s, struct job_fact *f, enum job_verb verb);

/* The fairest next job becomes leased by `worker`; NULL where no window has one. Collections take
 * turns; within one, level p gets 2^p turns for every one of level 0. */
struct sched_job *sched_grant(struct sched *s, uint32_t worker, int64_t now_ms, int64_t until);

/* Ends a job's stay among the leased or queued by any verb but grant. Released jobs go back to the
 * front of their lane; all others leave memory: *f says what became of them, and bears the time of
 * the lease that ended. */
void sched_end(struct sched *s, struct sched_job *j, enum job_verb verb, struct job_fact *f);

/* A lease now ends at `until`, which must not be before any other lease's end. */
void sched_extend(struct sched *s, struct sched_job *j, int64_t until);
/* As sched_extend for any time: finds its place. */
void sched_shorten(struct sched *s, struct sched_job *j, int64_t until);
struct sched_job *sched_first_lease(const struct sched *s); /* to end first; NULL none */

/* Lanes whose window is running low and whose store has more; asked once until refilled. Appends
 * to u->refills. */
void sched_ask_refills(struct sched *s, struct update *u);
/* What the store has after the cursor, in order of tickets; n less than asked means no more. Jobs
 * in memory already are passed over: the store has the leased ones among the queued. */
void sched_refill(struct sched *s, const struct refill *r, const struct job_fact *facts,
		  uint32_t n);

uint64_t sched_count(const struct sched *s, enum job_state state);
uint64_t sched_n_collections(const struct sched *s);
bool sched_has_collection(const struct sched *s, uint32_t collection);
/* Jobs of one collection that are queued, in memory or not. */
uint64_t sched_queued_of(const struct sched *s, uint32_t collection);

/* Everything that must always hold; CHECKs it. For tests: slow. */
void sched_verify(const struct sched *s);

#endif
