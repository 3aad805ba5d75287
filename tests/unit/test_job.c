#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/job.h"

/* The drawing of docs/protocol.md as a list; every pair that is not here must be illegal. */
static const struct {
	enum job_state from;
	enum job_verb verb;
	enum job_state to;
} LEGAL[] = {
	{JOB_NONE, JOB_SUBMIT, JOB_QUEUED},      {JOB_NONE, JOB_POSTPONE, JOB_DELAYED},
	{JOB_DELAYED, JOB_DUE, JOB_QUEUED},      {JOB_DELAYED, JOB_COMPLETE, JOB_DONE},
	{JOB_DELAYED, JOB_OVERDUE, JOB_DEAD},    {JOB_DELAYED, JOB_CANCEL, JOB_CANCELLED},
	{JOB_QUEUED, JOB_GRANT, JOB_LEASED},     {JOB_QUEUED, JOB_COMPLETE, JOB_DONE},
	{JOB_QUEUED, JOB_OVERDUE, JOB_DEAD},     {JOB_QUEUED, JOB_CANCEL, JOB_CANCELLED},
	{JOB_LEASED, JOB_RELEASE, JOB_QUEUED},   {JOB_LEASED, JOB_COMPLETE, JOB_DONE},
	{JOB_LEASED, JOB_FAIL, JOB_DELAYED},     {JOB_LEASED, JOB_EXPIRE, JOB_DELAYED},
	{JOB_LEASED, JOB_BURY, JOB_DEAD},        {JOB_LEASED, JOB_OVERDUE, JOB_DEAD},
	{JOB_LEASED, JOB_CANCEL, JOB_CANCELLED}, {JOB_DEAD, JOB_RETRY, JOB_QUEUED},
	{JOB_CANCELLED, JOB_RETRY, JOB_QUEUED},
};

static enum job_state drawn(enum job_state from, enum job_verb verb)
{
	for (size_t i = 0; i < sizeof(LEGAL) / sizeof(LEGAL[0]); i++)
		if (LEGAL[i].from == from && LEGAL[i].verb == verb)
			return LEGAL[i].to;
	return JOB_NONE;
}

static void every_pair_moves_as_drawn(void **state)
{
	(void)state;
	for (int s = -1; s <= N_JOB_STATES; s++)
		for (int v = -1; v <= N_JOB_VERBS; v++)
			assert_int_equal(job_move((enum job_state)s, (enum job_verb)v),
					 drawn((enum job_state)s, (enum job_verb)v));
}

static void a_done_job_never_moves_again(void **state)
{
	(void)state;
	for (int v = 0; v < N_JOB_VERBS; v++)
		assert_int_equal(job_move(JOB_DONE, (enum job_verb)v), JOB_NONE);
}

static void names_come_back(void **state)
{
	(void)state;
	for (int s = 0; s < N_JOB_STATES; s++)
		assert_int_equal(job_state_of(str_of(job_state_name((enum job_state)s))), s);
	assert_int_equal(job_state_of(STR("asleep")), JOB_NONE);
	assert_string_equal(job_state_name((enum job_state)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_moves_as_drawn),
		cmocka_unit_test(a_done_job_never_moves_again),
		cmocka_unit_test(names_come_back),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
