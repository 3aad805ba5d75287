#include "proto/job.h"

/* clang-format off */
static const unsigned char MOVES[N_JOB_STATES][N_JOB_VERBS] = {
	[JOB_NONE] = {[JOB_SUBMIT] = JOB_QUEUED, [JOB_POSTPONE] = JOB_DELAYED},
	[JOB_DELAYED] = {[JOB_DUE] = JOB_QUEUED,
			 [JOB_COMPLETE] = JOB_DONE,
			 [JOB_OVERDUE] = JOB_DEAD,
			 [JOB_CANCEL] = JOB_CANCELLED},
	[JOB_QUEUED] = {[JOB_GRANT] = JOB_LEASED,
			[JOB_COMPLETE] = JOB_DONE,
			[JOB_OVERDUE] = JOB_DEAD,
			[JOB_CANCEL] = JOB_CANCELLED},
	[JOB_LEASED] = {[JOB_RELEASE] = JOB_QUEUED,
			[JOB_COMPLETE] = JOB_DONE,
			[JOB_FAIL] = JOB_DELAYED,
			[JOB_EXPIRE] = JOB_DELAYED,
			[JOB_BURY] = JOB_DEAD,
			[JOB_OVERDUE] = JOB_DEAD,
			[JOB_CANCEL] = JOB_CANCELLED},
	[JOB_DEAD] = {[JOB_RETRY] = JOB_QUEUED},
	[JOB_CANCELLED] = {[JOB_RETRY] = JOB_QUEUED},
};
/* clang-format on */

enum job_state job_move(enum job_state from, enum job_verb verb)
{
	if ((unsigned)from >= N_JOB_STATES || (unsigned)verb >= N_JOB_VERBS)
		return JOB_NONE;
	return (enum job_state)MOVES[from][verb];
}

const char *job_state_name(enum job_state s)
{
	switch (s) {
#define X(number, name, text, meaning) \
	case JOB_##name:               \
		return text;
		JOB_STATES(X)
#undef X
	default:
		return "unknown";
	}
}

enum job_state job_state_of(struct str name)
{
#define X(number, state, text, meaning) \
	if (str_is(name, text))         \
		return JOB_##state;
	JOB_STATES(X)
#undef X
	return JOB_NONE;
}

const char *job_verb_name(enum job_verb v)
{
	switch (v) {
#define X(number, name, text) \
	case JOB_##name:      \
		return text;
		JOB_VERBS(X)
#undef X
	default:
		return "unknown";
	}
}
