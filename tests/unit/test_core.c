/* The core's decisions, with time as an argument and no store: everything fits its window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "broker/core.h"
#include "proto/msg.h"

enum { LEASE = 30000, BEAT = 5000 };

static struct core *C;
static struct arena A;
static struct update U;
static int64_t NOW;

static struct core_config config(void)
{
	return (struct core_config){.lease_ms = LEASE,
				    .heartbeat_ms = BEAT,
				    .backoff_least_ms = 1000,
				    .backoff_most_ms = 8000,
				    .max_attempts = 3,
				    .window_total = 10000,
				    .max_credit = 1000,
				    .seed = 7};
}

static int start(void **state)
{
	struct core_config c = config();

	(void)state;
	NOW = 1000000;
	U = (struct update){.arena = &A};
	C = core_new(&c);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	core_verify(C);
	core_free(C);
	arena_free(&A);
	return 0;
}

/* Takes one input with a fresh update. */
static struct answer step(struct input in)
{
	in.now_ms = NOW;
	if (!in.name.p)
		in.name = STR("w");
	U = (struct update){.arena = &A};
	core_step(C, &in, &U);
	return U.answer;
}

static void tick(void)
{
	U = (struct update){.arena = &A};
	core_tick(C, NOW, &U);
}

static uint64_t submit(uint32_t collection, uint8_t priority)
{
	return step((struct input){.kind = IN_SUBMIT,
				   .submit = {.collection = collection, .priority = priority}})
		.job;
}

static void join(uint32_t peer, int64_t credit)
{
	step((struct input){.kind = IN_HELLO, .peer = peer});
	step((struct input){.kind = IN_WANT, .peer = peer, .n = credit});
}

/* The job of the only grant of a tick. */
static uint64_t granted(void)
{
	tick();
	assert_int_equal(U.n_grants, 1);
	return U.grants[0].job;
}

static const struct change *moved(enum job_verb verb)
{
	for (uint32_t i = 0; i < U.n_changes; i++)
		if (U.changes[i].verb == verb)
			return &U.changes[i];
	fail_msg("no %s among %u changes", job_verb_name(verb), U.n_changes);
	return NULL;
}

static struct answer failed(uint32_t peer, uint64_t job, uint32_t attempt)
{
	return step((struct input){
		.kind = IN_DONE,
		.peer = peer,
		.job = job,
		.attempt = attempt,
		.done = {.failed = true, .retryable = true, .text = STR("x"), .record = STR("")}});
}

static void jobs_of_one_lane_are_granted_in_order(void **state)
{
	uint64_t first = submit(1, 0), second = submit(1, 0);

	(void)state;
	join(1, 2);
	tick();
	assert_int_equal(U.n_grants, 2);
	assert_int_equal(U.grants[0].job, first);
	assert_int_equal(U.grants[1].job, second);
}

static void a_million_documents_of_one_tenant_do_not_delay_anothers_ten(void **state)
{
	uint64_t few[10];
	uint32_t last = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		submit(1, 9);
	for (int i = 0; i < 10; i++)
		few[i] = submit(2, 0);
	join(1, 100);
	tick();
	for (uint32_t i = 0; i < U.n_grants; i++)
		for (int k = 0; k < 10; k++)
			if (U.grants[i].job == few[k])
				last = i;
	assert_true(last >= 10 && last < 20);
}

static void higher_priority_goes_first_and_the_lowest_does_not_starve(void **state)
{
	uint32_t low = 0, high = 0;
	uint64_t first_low = 0;

	(void)state;
	for (int i = 0; i < 600; i++) {
		uint64_t job = submit(1, 0);

		first_low = first_low ? first_low : job;
	}
	for (int i = 0; i < 600; i++)
		submit(1, 9);
	join(1, 1000);
	tick();
	for (uint32_t i = 0; i < 520; i++) {
		bool is_low = U.grants[i].job < first_low + 600;

		low += is_low;
		high += !is_low;
	}
	/* 512 turns of level 9 for one of level 0 */
	assert_int_equal(low, 2);
	assert_int_equal(high, 518);
}

static void workers_take_turns(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		submit(1, 0);
	join(1, 2);
	join(2, 2);
	tick();
	assert_int_equal(U.n_grants, 4);
	assert_int_equal(U.grants[0].peer, 1);
	assert_int_equal(U.grants[1].peer, 2);
	assert_int_equal(U.grants[2].peer, 1);
}

static void expired_lease_counts_an_attempt_and_waits(void **state)
{
	uint64_t job = submit(1, 0);

	(void)state;
	join(1, 1);
	assert_int_equal(granted(), job);
	for (int i = 0; i < 5; i++) { /* the worker lives, but does not name the job */
		NOW += LEASE / 5;
		step((struct input){.kind = IN_ALIVE, .peer = 1});
	}
	tick();
	assert_int_equal(moved(JOB_EXPIRE)->job.attempts, 1);
	assert_int_equal(moved(JOB_EXPIRE)->code, ERR_TIMEOUT);
	assert_true(moved(JOB_EXPIRE)->job.due_ms > NOW);
}

static void heartbeat_extends_the_lease(void **state)
{
	uint64_t job = submit(1, 0);

	(void)state;
	join(1, 1);
	granted();
	for (int i = 0; i < 20; i++) {
		NOW += LEASE / 4;
		assert_int_equal(
			step((struct input){
				     .kind = IN_HEARTBEAT, .peer = 1, .job = job, .attempt = 1})
				.code,
			0);
		tick();
		assert_int_equal(U.n_changes, 0);
	}
}

static void silent_worker_is_given_up_and_its_lease_ends_early(void **state)
{
	(void)state;
	submit(1, 0);
	join(1, 1);
	granted();
	NOW += 3 * BEAT;
	tick();
	assert_int_equal(U.n_gone, 1);
	NOW += 2 * BEAT;
	tick();
	moved(JOB_EXPIRE);
}

static void cut_off_worker_takes_its_lease_over(void **state)
{
	uint64_t job = submit(1, 0);

	(void)state;
	join(1, 1);
	granted();
	step((struct input){.kind = IN_GONE, .peer = 1});
	step((struct input){.kind = IN_HELLO, .peer = 2});
	assert_int_equal(
		step((struct input){.kind = IN_HEARTBEAT, .peer = 2, .job = job, .attempt = 1})
			.code,
		0);
	NOW += 2 * BEAT;
	tick();
	assert_int_equal(U.n_changes, 0);
}

static void goodbye_gives_leases_back_without_an_attempt(void **state)
{
	(void)state;
	submit(1, 0);
	join(1, 1);
	granted();
	step((struct input){.kind = IN_GONE, .peer = 1, .clean = true});
	assert_int_equal(moved(JOB_RELEASE)->job.attempts, 0);
}

static void pauses_double_with_jitter_and_the_last_attempt_is_the_end(void **state)
{
	uint64_t job = submit(1, 0);
	int64_t pause = 1000;

	(void)state;
	join(1, 10);
	for (uint32_t attempt = 1; attempt < 3; attempt++, pause *= 2) {
		struct job_fact f;

		assert_int_equal(granted(), job);
		assert_int_equal(failed(1, job, attempt).status, DONE_RETRY);
		f = moved(JOB_FAIL)->job;
		assert_true(f.due_ms >= NOW + pause / 2 && f.due_ms <= NOW + pause);
		NOW = f.due_ms;
		step((struct input){.kind = IN_ALIVE, .peer = 1});
		tick();
		assert_true(U.want_due);
		step((struct input){.kind = IN_DUE, .job = job, .fact = f});
	}
	assert_int_equal(granted(), job);
	assert_int_equal(failed(1, job, 3).status, DONE_DEAD);
	assert_int_equal(moved(JOB_BURY)->job.state, JOB_DEAD);
}

static void delayed_job_waits_for_its_time(void **state)
{
	struct job_fact f;

	(void)state;
	join(1, 1);
	step((struct input){.kind = IN_SUBMIT, .submit = {.collection = 1, .delay_ms = 500}});
	f = moved(JOB_POSTPONE)->job;
	tick();
	assert_int_equal(U.n_grants, 0);
	assert_false(U.want_due);
	assert_int_equal(core_next_deadline(C), NOW + 500);
	NOW += 500;
	tick();
	assert_true(U.want_due);
	step((struct input){.kind = IN_DUE, .job = f.job, .fact = f});
	assert_int_equal(granted(), f.job);
}

static void overdue_job_is_dead_and_its_worker_told(void **state)
{
	uint64_t job;

	(void)state;
	join(1, 1);
	job = step((struct input){.kind = IN_SUBMIT,
				  .submit = {.collection = 1, .deadline_ms = 500}})
		      .job;
	granted();
	NOW += 500;
	tick();
	assert_true(U.want_overdue);
	step((struct input){.kind = IN_OVERDUE, .job = job});
	assert_int_equal(moved(JOB_OVERDUE)->code, ERR_TIMEOUT);
	assert_int_equal(U.n_revokes, 1);
}

static void full_queue_is_busy(void **state)
{
	struct core_config c = config();

	(void)state;
	core_free(C);
	c.max_waiting = 2;
	C = core_new(&c);
	submit(1, 0);
	submit(1, 0);
	submit(1, 0);
	assert_int_equal(U.answer.status, SUBMIT_REFUSED);
	assert_int_equal(U.answer.code, ERR_BUSY);
	assert_true(U.answer.retry_ms > 0);
	join(1, 1);
	granted();
	submit(1, 0);
	assert_int_equal(U.answer.status, SUBMIT_NEW);
}

static void collections_are_bounded(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 4096; i++)
		submit(i, 0);
	assert_int_equal(U.answer.status, SUBMIT_NEW);
	submit(4097, 0);
	assert_int_equal(U.answer.status, SUBMIT_REFUSED);
	assert_int_equal(U.answer.code, ERR_TOO_BIG);
	submit(5, 0);
	assert_int_equal(U.answer.status, SUBMIT_NEW);
}

static void late_result_completes_the_job_and_revokes_the_other_try(void **state)
{
	uint64_t job = submit(1, 0);
	struct job_fact f;

	(void)state;
	join(1, 1);
	join(2, 1);
	granted();
	step((struct input){.kind = IN_GONE, .peer = 1});
	NOW += 2 * BEAT;
	step((struct input){.kind = IN_ALIVE, .peer = 2});
	tick();
	f = moved(JOB_EXPIRE)->job;
	step((struct input){.kind = IN_DUE, .job = job, .fact = f});
	tick();
	assert_int_equal(U.grants[0].peer, 2);
	step((struct input){.kind = IN_HELLO, .peer = 3});
	assert_int_equal(step((struct input){.kind = IN_DONE,
					     .peer = 3,
					     .job = job,
					     .attempt = 1,
					     .done = {.record = STR("r"), .text = STR("")}})
				 .status,
			 DONE_ACCEPTED);
	assert_int_equal(U.n_revokes, 1);
	assert_int_equal(U.revokes[0].peer, 2);
	assert_int_equal(core_last_seq(C), 1);
}

static void failure_of_a_lost_lease_changes_nothing(void **state)
{
	uint64_t job = submit(1, 0);

	(void)state;
	join(1, 1);
	granted();
	assert_int_equal(failed(1, job, 9).code, ERR_CONFLICT);
	assert_int_equal(U.n_changes, 0);
}

static void drained_core_grants_nothing(void **state)
{
	(void)state;
	submit(1, 0);
	join(1, 1);
	core_drain(C);
	tick();
	assert_int_equal(U.n_grants, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		T(jobs_of_one_lane_are_granted_in_order),
		T(a_million_documents_of_one_tenant_do_not_delay_anothers_ten),
		T(higher_priority_goes_first_and_the_lowest_does_not_starve),
		T(workers_take_turns),
		T(expired_lease_counts_an_attempt_and_waits),
		T(heartbeat_extends_the_lease),
		T(silent_worker_is_given_up_and_its_lease_ends_early),
		T(cut_off_worker_takes_its_lease_over),
		T(goodbye_gives_leases_back_without_an_attempt),
		T(pauses_double_with_jitter_and_the_last_attempt_is_the_end),
		T(delayed_job_waits_for_its_time),
		T(overdue_job_is_dead_and_its_worker_told),
		T(full_queue_is_busy),
		T(collections_are_bounded),
		T(late_result_completes_the_job_and_revokes_the_other_try),
		T(failure_of_a_lost_lease_changes_nothing),
		T(drained_core_grants_nothing),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
