/* Jobs that are accepted and not in their tables yet (store_intake.c). A store that dies is a copy
 * of its files, made while it is open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/store_for_test.h"

enum { RECORD_AT_LEAST = 512 };

static const char *const ENDS[] = {"", "-wal", "-intake"};

static struct store_document document(uint64_t job, struct str body)
{
	struct store_document d = {.collection = 1,
				   .id = STR("d"),
				   .title = STR("t"),
				   .key = STR(""),
				   .date = STR("2026-11-22"),
				   .date_source = STR("given"),
				   .source = STR("s"),
				   .lang = STR("en"),
				   .body = body};

	memcpy(d.identity, &job, sizeof(job));
	return d;
}

static void insert(struct store_fixture *f, uint64_t job, const struct store_document *d)
{
	struct change c = {.job = {.job = job,
				   .ticket = job,
				   .collection = 1,
				   .priority = 4,
				   .deadline_ms = 99000,
				   .state = JOB_QUEUED},
			   .verb = JOB_SUBMIT};

	assert_int_equal(store_insert(f->store, d, &c, 1000, &f->e), 0);
}

static void submit(struct store_fixture *f, uint64_t job, struct str body)
{
	struct store_document d = document(job, body);

	insert(f, job, &d);
}

/* A turn as the server writes it. */
static void turn(struct store_fixture *f, uint64_t job, struct str body)
{
	submit(f, job, body);
	assert_int_equal(store_write(f->store, &f->e), 0);
	assert_int_equal(store_sync(f->store, &f->e), 0);
}

/* As kill -9 leaves it. */
static void die(struct store_fixture *f)
{
	for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
		store_file_copy(f->path, f->other, ENDS[i]);
}

static void open_dead(struct store_fixture *f)
{
	store_reopen(f, f->other);
}

static void close_dead(struct store_fixture *f)
{
	store_reopen(f, f->path);
	assert_int_equal(store_check(f->other, &f->e), 0);
}

static enum job_state state_of(struct store_fixture *f, uint64_t job)
{
	struct job_fact fact;

	assert_int_equal(store_job(f->store, job, &fact, &f->e), 0);
	return fact.state;
}

static void what_was_accepted_is_there_after_a_kill(void **state)
{
	struct store_fixture *f = *state;
	struct store_start s;
	struct store_lease lease;
	struct store_document d = document(2, STR("two"));
	uint64_t job;

	turn(f, 1, STR("one"));
	assert_int_equal(store_find(f->store, &d, &job, &f->e), 0);
	assert_int_equal(job, 0);
	insert(f, 2, &d);
	assert_int_equal(store_write(f->store, &f->e), 0);
	assert_int_equal(store_sync(f->store, &f->e), 0);
	assert_true(store_lags(f->store));
	die(f);
	open_dead(f);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	assert_int_equal(s.n_lanes, 1);
	assert_int_equal(s.lanes[0].priority, 4);
	assert_int_equal(s.lanes[0].n, 2);
	assert_true(s.last_number >= 2);
	assert_int_equal(store_find(f->store, &d, &job, &f->e), 0);
	assert_int_equal(job, 2);
	assert_int_equal(store_lease_document(f->store, 2, &lease, &f->e), 0);
	assert_true(str_is(lease.body, "two") && str_is(lease.title, "t"));
	assert_true(str_is(lease.date_source, "given") && str_is(lease.lang, "en"));
	store_lease_done(f->store);
	close_dead(f);
}

static void a_turn_that_was_not_written_is_not_there(void **state)
{
	struct store_fixture *f = *state;

	turn(f, 1, STR("one"));
	submit(f, 2, STR("two"));
	die(f);
	open_dead(f);
	assert_int_equal(state_of(f, 1), JOB_QUEUED);
	assert_int_equal(state_of(f, 2), JOB_NONE);
	close_dead(f);
}

static void a_record_that_is_not_whole_is_none(void **state)
{
	struct store_fixture *f = *state;
	char path[128];
	FILE *file;

	turn(f, 1, STR("one"));
	turn(f, 2, STR("two"));
	die(f);
	snprintf(path, sizeof(path), "%s-intake", f->other);
	file = fopen(path, "r+");
	assert_non_null(file);
	fseek(file, RECORD_AT_LEAST + 60, SEEK_SET);
	putc('?', file);
	fclose(file);
	open_dead(f);
	assert_int_equal(state_of(f, 1), JOB_QUEUED);
	assert_int_equal(state_of(f, 2), JOB_NONE);
	close_dead(f);
}

static void the_intake_of_another_store_is_not_read(void **state)
{
	struct store_fixture *f = *state;
	struct store *other;

	assert_int_equal(store_open(&other, f->other, &f->e), 0);
	store_close(other);
	turn(f, 1, STR("one"));
	store_file_copy(f->path, f->other, "-intake");
	open_dead(f);
	assert_int_equal(state_of(f, 1), JOB_NONE);
	close_dead(f);
}

/* The copy is opened twice: what the first start read must not be read again by the second. */
static void what_was_read_at_a_start_is_read_once(void **state)
{
	struct store_fixture *f = *state;

	turn(f, 1, STR("one"));
	die(f);
	open_dead(f);
	open_dead(f);
	assert_int_equal(state_of(f, 1), JOB_QUEUED);
	turn(f, 2, STR("two"));
	open_dead(f);
	assert_int_equal(state_of(f, 2), JOB_QUEUED);
	close_dead(f);
}

static uint64_t others_see(struct store_fixture *f)
{
	char path[128];
	struct store *copied;
	struct store_start s;

	/* Without the intake: the tables alone. */
	store_file_copy(f->path, f->other, "");
	store_file_copy(f->path, f->other, "-wal");
	snprintf(path, sizeof(path), "%s-intake", f->other);
	unlink(path);
	assert_int_equal(store_open(&copied, f->other, &f->e), 0);
	assert_int_equal(store_start(copied, &f->arena, &s, &f->e), 0);
	store_close(copied);
	return s.n_lanes ? s.lanes[0].n : 0;
}

static void others_see_what_was_published(void **state)
{
	struct store_fixture *f = *state;

	turn(f, 1, STR("one"));
	submit(f, 2, STR("two"));
	assert_int_equal(others_see(f), 0);
	assert_int_equal(store_publish(f->store, &f->e), 0);
	assert_int_equal(others_see(f), 1); /* the second turn is still open */
	assert_int_equal(store_write(f->store, &f->e), 0);
	assert_int_equal(store_sync(f->store, &f->e), 0);
	assert_int_equal(store_publish(f->store, &f->e), 0);
	assert_int_equal(others_see(f), 2);
}

static void rows_follow_soon(void **state)
{
	struct store_fixture *f = *state;
	bool more = true;

	turn(f, 1, STR("one"));
	while (more)
		assert_int_equal(store_catch_up(f->store, 1000, &more, &f->e), 0);
	assert_true(store_lags(f->store));
	assert_int_equal(store_catch_up(f->store, 1000 + STORE_LAG_MS, &more, &f->e), 0);
	assert_false(store_lags(f->store));
	assert_int_equal(others_see(f), 1);
}

static struct change result_of(uint64_t job, enum job_state from, uint64_t seq)
{
	return (struct change){.job = {.job = job,
				       .ticket = job,
				       .collection = 1,
				       .priority = 4,
				       .attempts = 1,
				       .leased_ms = 1500,
				       .state = JOB_DONE},
			       .from = from,
			       .verb = JOB_COMPLETE,
			       .worker = STR("w"),
			       .record = STR("\x80"),
			       .seq = seq};
}

static void complete(struct store_fixture *f, uint64_t job, enum job_state from, uint64_t seq)
{
	struct change c = result_of(job, from, seq);

	assert_int_equal(store_apply(f->store, &c, 2000, &f->e), 0);
}

static void grant(struct store_fixture *f, uint64_t job)
{
	struct change c = {.job = {.job = job,
				   .ticket = job,
				   .collection = 1,
				   .priority = 4,
				   .attempts = 1,
				   .leased_ms = 1500,
				   .state = JOB_LEASED},
			   .from = JOB_QUEUED,
			   .verb = JOB_GRANT,
			   .worker = STR("w")};

	assert_int_equal(store_apply(f->store, &c, 1500, &f->e), 0);
}

static void end_turn(struct store_fixture *f)
{
	assert_int_equal(store_write(f->store, &f->e), 0);
	assert_int_equal(store_sync(f->store, &f->e), 0);
}

static void a_result_comes_after_the_job_that_waits(void **state)
{
	struct store_fixture *f = *state;
	struct store_start s;

	turn(f, 1, STR("one"));
	submit(f, 2, STR("two"));
	complete(f, 1, JOB_QUEUED, 1);
	end_turn(f);
	assert_true(store_lags(f->store));
	die(f);
	open_dead(f);
	assert_int_equal(state_of(f, 1), JOB_DONE);
	assert_int_equal(state_of(f, 2), JOB_QUEUED);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	assert_int_equal(s.last_seq, 1);
	assert_int_equal(s.counts[JOB_DONE], 1);
	close_dead(f);
}

static void a_lease_that_was_told_at_once_is_there_after_a_kill(void **state)
{
	struct store_fixture *f = *state;
	struct store_lease lease;
	struct store_start s;

	turn(f, 1, STR("one"));
	submit(f, 2, STR("two"));
	grant(f, 2);
	assert_int_equal(store_lease_document(f->store, 2, &lease, &f->e), 0);
	assert_true(str_is(lease.body, "two") && str_is(lease.id, "d"));
	assert_true(str_is(lease.collection, "") && str_is(lease.date, "2026-11-22"));
	end_turn(f);
	assert_int_equal(others_see(f), 0); /* it was no transaction */
	die(f);
	open_dead(f);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	assert_int_equal(s.leased.n, 1);
	assert_int_equal(s.leased.facts[0].job, 2);
	assert_int_equal(s.leased.facts[0].attempts, 1);
	assert_int_equal(s.leased.facts[0].leased_ms, 1500);
	close_dead(f);
}

/* An older lease must count as a try before anybody hears of it, in its order among others. */
static void a_lease_of_an_earlier_turn_is_a_transaction(void **state)
{
	struct store_fixture *f = *state;

	turn(f, 1, STR("one"));
	submit(f, 2, STR("two"));
	grant(f, 1);
	end_turn(f);
	assert_false(store_lags(f->store));
	assert_int_equal(others_see(f), 1); /* the other one is leased */
}

static void results_of_several_turns_are_read_once(void **state)
{
	struct store_fixture *f = *state;
	struct store_start s;

	for (uint64_t job = 1; job <= 20; job++) {
		submit(f, job, STR("x"));
		grant(f, job);
		end_turn(f);
		complete(f, job, JOB_LEASED, job);
		end_turn(f);
		if (job == 10)
			assert_int_equal(store_publish(f->store, &f->e), 0);
	}
	die(f);
	open_dead(f);
	open_dead(f);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	assert_int_equal(s.last_seq, 20);
	assert_int_equal(s.counts[JOB_DONE], 20);
	assert_int_equal(s.leased.n, 0);
	close_dead(f);
}

static void readers_of_results_find_those_that_wait(void **state)
{
	struct store_fixture *f = *state;
	struct store_filter all = {STR(""), STR(""), STR(""), STR("")};
	struct store_page page = {&all, 0, 1, 10, 1000};
	struct store_results r;

	turn(f, 1, STR("one"));
	complete(f, 1, JOB_QUEUED, 1);
	end_turn(f);
	assert_int_equal(store_results(f->store, &page, &f->arena, &r, &f->e), 0);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.items[0].job, 1);
}

/* Many more than the file holds. */
static void the_file_is_used_again_and_again(void **state)
{
	static char body[60000];
	struct store_fixture *f = *state;
	uint64_t n = 120;
	bool more;

	memset(body, 'b', sizeof(body));
	for (uint64_t job = 1; job <= n; job++) {
		turn(f, job, (struct str){body, sizeof(body)});
		assert_int_equal(store_catch_up(f->store, 1000, &more, &f->e), 0);
	}
	die(f);
	open_dead(f);
	for (uint64_t job = 1; job <= n; job++)
		assert_int_equal(state_of(f, job), JOB_QUEUED);
	assert_int_equal(state_of(f, n + 1), JOB_NONE);
	close_dead(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
		TEST(what_was_accepted_is_there_after_a_kill),
		TEST(a_turn_that_was_not_written_is_not_there),
		TEST(a_record_that_is_not_whole_is_none),
		TEST(the_intake_of_another_store_is_not_read),
		TEST(what_was_read_at_a_start_is_read_once),
		TEST(others_see_what_was_published),
		TEST(rows_follow_soon),
		TEST(a_result_comes_after_the_job_that_waits),
		TEST(a_lease_that_was_told_at_once_is_there_after_a_kill),
		TEST(a_lease_of_an_earlier_turn_is_a_transaction),
		TEST(results_of_several_turns_are_read_once),
		TEST(readers_of_results_find_those_that_wait),
		TEST(the_file_is_used_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
