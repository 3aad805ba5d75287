/* The life of a job: states, verbs, and the one table of legal moves. Knows nothing else; the
 * drawing is repeated in docs/protocol.md, and the all-pairs test in tests/unit/test_job.c.
 *
 *                     postpone
 *            ( none ) --------> delayed <-----------------------+
 *               | submit          | due                         | fail, expire
 *               |                 v             grant           | (attempts left)
 *               +-------------> queued ----------------------> leased
 *                               ^ ^  ^ <--------------------- /  |  \
 *                         retry | |  |        release          |   \ bury
 *                +--------------+ |  |                complete |    v
 *                |                |  |                         |   dead
 *            cancelled <----------+--- cancel (delayed,        v    ^
 *                                 |      queued, leased)      done  | overdue (delayed,
 *                                 +---- retry ---------- dead ------+    queued, leased)
 *
 * A result that comes after its lease was lost completes the job all the same (from delayed or
 * queued): analysis is a pure function of the text, so the first valid answer wins. */
#ifndef DEMARCHE_PROTO_JOB_H
#define DEMARCHE_PROTO_JOB_H

#include "proto/mem.h"

/* clang-format off */
/* Numbers are stored in the database: never reuse one. */
#define JOB_STATES(X)                                                                              \
	X(0, NONE, "none", "not known")                                                            \
	X(1, DELAYED, "delayed", "waits for its time: a delay asked for, or a backoff")            \
	X(2, QUEUED, "queued", "waits for a worker")                                               \
	X(3, LEASED, "leased", "a worker has it until a deadline")                                 \
	X(4, DONE, "done", "has its one result")                                                   \
	X(5, DEAD, "dead", "given up, with the reason; retry brings it back")                      \
	X(6, CANCELLED, "cancelled", "stopped on request; retry brings it back")
/* clang-format on */

enum job_state {
#define X(number, name, text, meaning) JOB_##name = number,
	JOB_STATES(X)
#undef X
		N_JOB_STATES
};

/* clang-format off */
#define JOB_VERBS(X)                                                                               \
	X(1, SUBMIT, "submit") X(2, POSTPONE, "postpone") X(3, DUE, "due")                         \
	X(4, GRANT, "grant") X(5, RELEASE, "release") X(6, COMPLETE, "complete")                   \
	X(7, FAIL, "fail") X(8, EXPIRE, "expire") X(9, BURY, "bury")                               \
	X(10, OVERDUE, "overdue") X(11, CANCEL, "cancel") X(12, RETRY, "retry")
/* clang-format on */

enum job_verb {
	JOB_NO_VERB,
#define X(number, name, text) JOB_##name = number,
	JOB_VERBS(X)
#undef X
		N_JOB_VERBS
};

/* The state that `verb` leads to from `from`, or JOB_NONE where the move is not legal. */
enum job_state job_move(enum job_state from, enum job_verb verb);

static inline bool job_is_over(enum job_state s)
{
	return s == JOB_DONE || s == JOB_DEAD || s == JOB_CANCELLED;
}

const char *job_state_name(enum job_state s); /* "queued"; "unknown" for another number */
enum job_state job_state_of(struct str name); /* JOB_NONE where it is none */
const char *job_verb_name(enum job_verb v);

#endif
