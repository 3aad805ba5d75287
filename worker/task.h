/* The agent's tasks: one for each lease that it holds, from grant to acknowledgement.
 *
 *              slot free          outcome           DONE sent          DONE_ACK
 *   WAITING ─────────────▶ RUNNING ─────────▶ FINISHED ◀──────────▶ REPORTED ────▶ gone
 *                                                       conversation
 *   any state ── revoked, lost, released ──▶ gone       began anew
 *
 * Owns the bytes of document and record. Knows no sockets and no processes. */
#ifndef DEMARCHE_WORKER_TASK_H
#define DEMARCHE_WORKER_TASK_H

#include "proto/msg.h"
#include "worker/slot.h"

enum task_state { TASK_WAITING, TASK_RUNNING, TASK_FINISHED, TASK_REPORTED, N_TASK_STATES };

struct task {
	enum task_state state;
	uint64_t number; /* of the task: the tag in the pool of slots */
	uint64_t job;
	uint32_t attempt, link; /* link: which broker gave it */
	int64_t started_us;     /* RUNNING */
	struct buf work;        /* slot_work_write of the document, until FINISHED */
	struct buf record;      /* FINISHED, REPORTED: the result, empty where it failed */
	struct err e;           /* … and why it failed */
};

struct tasks {
	struct task **list; /* [n] oldest first */
	uint32_t n, cap;
	uint64_t last_number;
};

/* A new lease. The same job once more (its lease was lost and given to us again) keeps the work
 * done so far and takes the new attempt. */
struct task *tasks_grant(struct tasks *t, uint32_t link, const struct msg_lease *lease);
struct task *tasks_of_job(struct tasks *t, uint32_t link, uint64_t job); /* or NULL */
struct task *tasks_of_number(struct tasks *t, uint64_t number);          /* or NULL */
struct task *tasks_first(struct tasks *t, enum task_state s);            /* oldest, or NULL */
uint32_t tasks_count(const struct tasks *t, uint32_t link);

void task_move(struct task *task, enum task_state to);
void tasks_drop(struct tasks *t, struct task *task);
void tasks_free(struct tasks *t);

#endif
