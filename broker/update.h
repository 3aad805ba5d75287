/* What the core decided in one turn: what the store must write and the server must send. Values
 * only; everything is valid until the turn's arena is reset. Knows neither store nor sockets. */
#ifndef DEMARCHE_BROKER_UPDATE_H
#define DEMARCHE_BROKER_UPDATE_H

#include "proto/err.h"
#include "proto/job.h"
#include "proto/mem.h"
#include "proto/result.h"

/* What the broker must know of a job to decide about it; the store keeps it. */
struct job_fact {
	uint64_t job;
	uint64_t ticket; /* place in its lane: lower is earlier */
	uint32_t collection;
	uint32_t attempts; /* leases granted and not released */
	uint8_t priority;  /* 0 to 9 */
	enum job_state state;
	int64_t due_ms;      /* when delayed: when to queue; else 0 */
	int64_t deadline_ms; /* 0: none */
	int64_t leased_ms;   /* since when, while leased and in the change that ends it; else 0 */
};

/* One move of one job; one row of job_log, but for grants and results (broker/store.h). */
struct change {
	struct job_fact job; /* as it is after the move */
	enum job_verb verb;
	enum job_state from;
	struct str worker;
	enum err_code code;
	struct str text;
	struct str record; /* JOB_COMPLETE: the result, and the same read */
	const struct result *result;
	uint64_t seq; /* JOB_COMPLETE: its place in the result sequence */
};

struct grant {
	uint32_t peer;
	uint64_t job;
	uint32_t attempt;
	int64_t lease_ms;
};

struct revoke {
	uint32_t peer;
	uint64_t job;
	enum err_code code;
};

/* Jobs that the store shall hand to the core: the next n of a lane after a ticket. */
struct refill {
	uint32_t collection;
	uint8_t priority;
	uint64_t after;
	uint32_t n;
};

/* The outcome of the input that was just taken. */
struct answer {
	int status; /* one of the statuses of proto/msg.h, where the message has one */
	enum err_code code;
	struct str text;
	uint64_t job;
	enum job_state state;
	int64_t retry_ms;
};

struct update {
	struct arena *arena;
	struct answer answer;
	struct change *changes;
	struct grant *grants;
	struct revoke *revokes;
	struct refill *refills;
	uint32_t *gone; /* peers that were silent for too long */
	uint32_t n_changes, cap_changes, n_grants, cap_grants, n_revokes, cap_revokes;
	uint32_t n_refills, cap_refills, n_gone, cap_gone;
	bool want_due, want_overdue; /* the store shall say which jobs are due, or overdue */
};

#endif
