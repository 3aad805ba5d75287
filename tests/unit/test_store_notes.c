/* Leases and tallies: what the store notes for the next start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/store_for_test.h"

static void move(struct store_fixture *f, uint64_t job, enum job_verb verb, enum job_state from,
		 uint32_t attempts)
{
	struct change c = {.job = {.job = job,
				   .ticket = job,
				   .collection = 1,
				   .priority = (uint8_t)(job % 2),
				   .attempts = attempts,
				   .leased_ms = verb == JOB_GRANT ? 5000 : 0,
				   .state = job_move(from, verb)},
			   .verb = verb,
			   .from = from,
			   .worker = STR("w"),
			   .text = STR(""),
			   .record = STR("\x80"),
			   .seq = verb == JOB_COMPLETE ? 1 : 0};
	struct store_document d = {
		.identity = {(uint8_t)job}, .collection = 1, .body = STR("x"), .id = STR("d")};

	if (verb == JOB_SUBMIT)
		assert_int_equal(store_insert(f->store, &d, &c, 1000, &f->e), 0);
	else
		assert_int_equal(store_apply(f->store, &c, 6000, &f->e), 0);
}

static struct store_start restart(struct store_fixture *f)
{
	struct store_start s;

	assert_int_equal(store_commit(f->store, &f->e), 0);
	store_reopen(f, f->path);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	return s;
}

/* A document that is told from others by its key. */
static struct store_document keyed(uint64_t n, char key[static 17])
{
	snprintf(key, 17, "%llu", (unsigned long long)n);
	return (struct store_document){.collection = 1, .key = str_of(key), .body = STR("x")};
}

static uint64_t find(struct store_fixture *f, uint64_t n, struct store_document *d,
		     char key[static 17])
{
	uint64_t job;

	*d = keyed(n, key);
	assert_int_equal(store_find(f->store, d, &job, &f->e), 0);
	return job;
}

/* A wall clock that was set back: the broker's own goes on from here. */
static void the_start_tells_the_latest_time_in_the_store(void **state)
{
	struct store_fixture *f = *state;

	move(f, 1, JOB_SUBMIT, JOB_NONE, 0);
	assert_int_equal(restart(f).last_ms, 1000);
	move(f, 1, JOB_GRANT, JOB_QUEUED, 1);
	move(f, 1, JOB_COMPLETE, JOB_LEASED, 1);
	assert_int_equal(restart(f).last_ms, 6000);
	move(f, 2, JOB_SUBMIT, JOB_NONE, 0);
	assert_int_equal(restart(f).last_ms, 6000);
}

static void leases_are_found_at_the_next_start(void **state)
{
	struct store_fixture *f = *state;
	struct store_start s;

	for (uint64_t job = 1; job <= 3; job++)
		move(f, job, JOB_SUBMIT, JOB_NONE, 0);
	move(f, 2, JOB_GRANT, JOB_QUEUED, 1);
	s = restart(f);
	assert_int_equal(s.leased.n, 1);
	assert_int_equal(s.leased.facts[0].job, 2);
	assert_int_equal(s.leased.facts[0].state, JOB_LEASED);
	assert_int_equal(s.leased.facts[0].attempts, 1);
	assert_int_equal(s.leased.facts[0].leased_ms, 5000);
	/* The lanes count the others. */
	for (uint32_t i = 0; i < s.n_lanes; i++)
		assert_int_equal(s.lanes[i].n, s.lanes[i].priority == 1 ? 2 : 0);
	assert_int_equal(s.last_number, 3);
}

static void a_lease_that_ended_is_none(void **state)
{
	struct store_fixture *f = *state;
	struct store_start s;

	for (uint64_t job = 1; job <= 4; job++) {
		move(f, job, JOB_SUBMIT, JOB_NONE, 0);
		move(f, job, JOB_GRANT, JOB_QUEUED, 1);
	}
	move(f, 1, JOB_COMPLETE, JOB_LEASED, 1);
	move(f, 2, JOB_RELEASE, JOB_LEASED, 0);
	move(f, 3, JOB_FAIL, JOB_LEASED, 1);
	move(f, 4, JOB_BURY, JOB_LEASED, 1);
	move(f, 4, JOB_RETRY, JOB_DEAD, 0);
	s = restart(f);
	assert_int_equal(s.leased.n, 0);
	assert_int_equal(s.counts[JOB_DONE], 1);
	assert_int_equal(s.counts[JOB_DELAYED], 1);
	assert_int_equal(s.counts[JOB_DEAD], 0);
}

static void notes_about_leases_do_not_pile_up(void **state)
{
	struct store_fixture *f = *state;
	struct job_fact kept = {.job = 1, .attempts = 1, .leased_ms = 5000};
	struct store_start s;
	int n = 0;

	move(f, 1, JOB_SUBMIT, JOB_NONE, 0);
	move(f, 2, JOB_SUBMIT, JOB_NONE, 0);
	move(f, 1, JOB_GRANT, JOB_QUEUED, 1);
	while (!store_leases_grown(f->store, 1)) {
		assert_true(n++ < 100000);
		move(f, 2, JOB_GRANT, JOB_QUEUED, 1);
		move(f, 2, JOB_RELEASE, JOB_LEASED, 0);
	}
	assert_int_equal(store_leases_set(f->store, &kept, 1, &f->e), 0);
	assert_false(store_leases_grown(f->store, 1));
	s = restart(f);
	assert_int_equal(s.leased.n, 1);
	assert_int_equal(s.leased.facts[0].job, 1);
	assert_false(store_leases_grown(f->store, 1));
}

static void a_store_of_version_2_is_brought_up_to_date(void **state)
{
	struct store_fixture *f = *state;
	struct store_start s;
	sqlite3 *db;

	for (uint64_t job = 1; job <= 3; job++)
		move(f, job, JOB_SUBMIT, JOB_NONE, 0);
	move(f, 1, JOB_COMPLETE, JOB_QUEUED, 1);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	store_close(f->store);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db,
			 "DROP TABLE leases; DROP TABLE tallies; DROP TABLE identities;"
			 "ALTER TABLE jobs DROP COLUMN leased_ms;"
			 "ALTER TABLE job_log DROP COLUMN leased_ms;"
			 "UPDATE jobs SET state = 3, attempts = 1, changed_ms = 7000 WHERE job = 2;"
			 "INSERT INTO job_log VALUES(1, 1, 1, 6, 4, 1, 'w', NULL, NULL);"
			 "INSERT INTO job_log VALUES(2, 1, 1, 4, 3, 1, 'w', NULL, NULL);"
			 "PRAGMA user_version = 2",
			 NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
	assert_int_equal(store_open(&f->store, f->path, &f->e), 0);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	assert_int_equal(s.leased.n, 1);
	assert_int_equal(s.leased.facts[0].job, 2);
	assert_int_equal(s.leased.facts[0].leased_ms, 7000);
	assert_int_equal(s.counts[JOB_DONE], 1);
}

/* Documents of three epochs, one of which is read in two pieces: found before they are learnt,
 * meanwhile and after; and others are not. */
static void documents_are_found_by_their_identity_over_a_restart(void **state)
{
	static const uint64_t firsts[] = {1, 70000, 140000};
	struct store_fixture *f = *state;
	bool more = true;
	int rounds = 0;

	for (int i = 0; i < 3; i++)
		for (uint64_t job = firsts[i]; job < firsts[i] + 5000; job++) {
			struct change c = {.job = {.job = job,
						   .ticket = job,
						   .collection = 1,
						   .state = JOB_QUEUED},
					   .verb = JOB_SUBMIT};
			struct store_document d;
			char key[17];

			assert_int_equal(find(f, job, &d, key), 0);
			assert_int_equal(store_insert(f->store, &d, &c, 1000, &f->e), 0);
		}
	restart(f);
	for (; more; rounds++) {
		for (uint64_t job = 1; job < 200000; job += 999) {
			struct store_document d;
			char key[17];
			bool there = (job < 5001) || (job >= 70000 && job < 75000) ||
				     (job >= 140000 && job < 145000);

			assert_int_equal(find(f, job, &d, key), there ? job : 0);
		}
		assert_int_equal(store_learn(f->store, &more, &f->e), 0);
	}
	assert_true(rounds > 5);
}

static void add_documents(struct store_fixture *f, uint64_t first, uint64_t n)
{
	for (uint64_t job = first; job < first + n; job++) {
		struct change c = {
			.job = {.job = job, .ticket = job, .collection = 1, .state = JOB_QUEUED},
			.verb = JOB_SUBMIT};
		struct store_document d;
		char key[17];

		assert_int_equal(find(f, job, &d, key), 0);
		assert_int_equal(store_insert(f->store, &d, &c, 1000, &f->e), 0);
	}
}

static int learn_all(struct store_fixture *f)
{
	bool more = true;
	int rounds = 0;

	for (; more; rounds++)
		assert_int_equal(store_learn(f->store, &more, &f->e), 0);
	return rounds;
}

static int64_t filters_there(struct store_fixture *f)
{
	sqlite3_stmt *q;
	sqlite3 *db;
	int64_t n;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM filters", -1, &q, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

static void expect_documents(struct store_fixture *f, uint64_t n)
{
	for (uint64_t job = 1; job <= n + 1; job++) {
		struct store_document d;
		char key[17];

		assert_int_equal(find(f, job, &d, key), job <= n ? job : 0);
	}
}

/* At 4,096 documents the next one has those before it indexed. */
static void the_newest_documents_are_found_before_they_are_indexed(void **state)
{
	static const uint64_t lengths[] = {1, 4095, 1, 1, 8191, 3};
	struct store_fixture *f = *state;
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		add_documents(f, n + 1, lengths[i]);
		n += lengths[i];
		expect_documents(f, n);
		restart(f);
		expect_documents(f, n);
	}
}

/* Goes on with the files as they are at this moment. */
static struct store_start restart_after_a_cut(struct store_fixture *f)
{
	struct store_start s;

	store_file_copy(f->path, f->other, "");
	store_file_copy(f->path, f->other, "-wal");
	store_close(f->store);
	store_file_copy(f->other, f->path, "");
	store_file_copy(f->other, f->path, "-wal");
	f->store = NULL;
	store_reopen(f, f->path);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	return s;
}

static void numbers_that_may_have_been_told_are_not_used_again(void **state)
{
	struct store_fixture *f = *state;

	restart(f);
	move(f, 1, JOB_SUBMIT, JOB_NONE, 0);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	move(f, 2, JOB_SUBMIT, JOB_NONE, 0); /* told, and lost */
	assert_int_equal(restart_after_a_cut(f).last_number, 1 + STORE_TOLD_AHEAD);
	assert_int_equal(restart_after_a_cut(f).last_number, 1 + 2 * STORE_TOLD_AHEAD);
	assert_int_equal(restart(f).last_number, 1 + 2 * STORE_TOLD_AHEAD);
}

static void a_store_of_version_4_is_brought_up_to_date(void **state)
{
	struct store_fixture *f = *state;
	sqlite3 *db;

	add_documents(f, 1, 6000);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	store_close(f->store);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db,
			 "INSERT OR IGNORE INTO identities SELECT document >> 16, identity, "
			 "document FROM documents; DELETE FROM meta WHERE name = 'indexed';"
			 "PRAGMA user_version = 4",
			 NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
	assert_int_equal(store_open(&f->store, f->path, &f->e), 0);
	expect_documents(f, 6000);
	add_documents(f, 6001, 5000);
	restart(f);
	expect_documents(f, 11000);
}

/* An epoch has 65,536 documents; there are two that are over, and some of a third. */
static void what_is_kept_of_an_epoch_that_is_over_is_not_learnt_again(void **state)
{
	enum { N = 140000, ROUNDS_OF_THE_THIRD = 20 };
	struct store_fixture *f = *state;

	add_documents(f, 1, N);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	restart(f);
	assert_int_equal(filters_there(f), 2);
	assert_in_range(learn_all(f), 4, ROUNDS_OF_THE_THIRD);
	expect_documents(f, N);
}

/* A store of version 7 kept nothing: that is learnt once. */
static void what_is_learnt_of_an_epoch_is_kept(void **state)
{
	enum { N = 70000, ROUNDS_OF_THE_SECOND = 12 };
	struct store_fixture *f = *state;
	sqlite3 *db;

	add_documents(f, 1, N);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	store_close(f->store);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "DROP TABLE filters; PRAGMA user_version = 7", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(&f->store, f->path, &f->e), 0);
	assert_in_range(learn_all(f), 100, 200);
	expect_documents(f, N);
	restart(f);
	assert_int_equal(filters_there(f), 1);
	assert_in_range(learn_all(f), 2, ROUNDS_OF_THE_SECOND);
	expect_documents(f, N);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		T(the_start_tells_the_latest_time_in_the_store),
		T(leases_are_found_at_the_next_start),
		T(a_lease_that_ended_is_none),
		T(notes_about_leases_do_not_pile_up),
		T(documents_are_found_by_their_identity_over_a_restart),
		T(the_newest_documents_are_found_before_they_are_indexed),
		T(a_store_of_version_2_is_brought_up_to_date),
		T(numbers_that_may_have_been_told_are_not_used_again),
		T(a_store_of_version_4_is_brought_up_to_date),
		T(what_is_kept_of_an_epoch_that_is_over_is_not_learnt_again),
		T(what_is_learnt_of_an_epoch_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
