/* What the store keeps, and for how long; what slow readers cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "broker/query.h"
#include "proto/pack.h"
#include "tests/unit/store_for_test.h"

static struct change change_of(uint64_t job, enum job_verb verb, enum job_state from)
{
	return (struct change){
		.job = {.job = job, .ticket = job, .collection = 1, .state = job_move(from, verb)},
		.verb = verb,
		.from = from,
		.worker = STR(""),
		.text = STR(""),
		.record = STR("\x80"),
		.seq = verb == JOB_COMPLETE ? job : 0};
}

static void add_job(struct store_fixture *f, uint64_t job, uint32_t batch, bool done)
{
	struct change submit = change_of(job, JOB_SUBMIT, JOB_NONE);
	struct change complete = change_of(job, JOB_COMPLETE, JOB_QUEUED);
	struct store_document d = {
		.identity = {(uint8_t)job}, .batch = batch, .collection = 1, .body = STR("x")};

	assert_int_equal(store_insert(f->store, &d, &submit, (int64_t)job, &f->e), 0);
	if (done)
		assert_int_equal(store_apply(f->store, &complete, (int64_t)job * 1000, &f->e), 0);
}

static struct store_results results(struct store_fixture *f, uint64_t after, uint32_t n)
{
	static const struct store_filter all;
	struct store_page page = {&all, after, 1000, n, 1 << 20};
	struct store_results r;

	assert_int_equal(store_results(f->store, &page, &f->arena, &r, &f->e), 0);
	return r;
}

static void old_results_go_and_the_sequence_stays_dense(void **state)
{
	struct store_fixture *f = *state;
	struct store_results r;
	struct store_start s;
	uint32_t removed;

	for (uint64_t job = 1; job <= 10; job++)
		add_job(f, job, 0, true);
	assert_int_equal(store_retain(f->store, 4000, 0, 100, &removed, &f->e), 0);
	assert_int_equal(removed, 3);
	r = results(f, 0, 100);
	assert_int_equal(r.n, 7);
	assert_int_equal(r.items[0].seq, 4);
	assert_int_equal(store_retain(f->store, 0, 2, 100, &removed, &f->e), 0);
	assert_int_equal(removed, 5);
	assert_int_equal(results(f, 0, 100).n, 2);
	assert_int_equal(store_retain(f->store, 0, 2, 100, &removed, &f->e), 0);
	assert_int_equal(removed, 0);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	assert_int_equal(store_start(f->store, &f->arena, &s, &f->e), 0);
	assert_int_equal(s.last_seq, 10);
	assert_int_equal(store_check(f->path, &f->e), 0);
}

static bool is_beside(const struct store_fixture *f, const char *end)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s", f->path, end);
	return access(path, F_OK) == 0;
}

static void a_settled_store_is_one_file(void **state)
{
	struct store_fixture *f = *state;

	add_job(f, 1, 0, true);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	assert_int_equal(store_settle(f->path, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_settle(f->path, &f->e), 0);
	assert_false(is_beside(f, "-wal") || is_beside(f, "-shm") || is_beside(f, ".lock"));
	store_reopen(f, f->path);
	assert_true(is_beside(f, "-wal") && is_beside(f, ".lock"));
	assert_int_equal(results(f, 0, 10).n, 1);
}

static void a_page_tells_how_far_it_looked(void **state)
{
	struct store_fixture *f = *state;

	for (uint64_t job = 1; job <= 5; job++)
		add_job(f, job, 0, true);
	assert_int_equal(results(f, 0, 3).last_seq, 3);
	assert_int_equal(results(f, 3, 3).last_seq, 1000);
	assert_int_equal(results(f, 3, 3).n, 2);
}

static void a_reader_without_credit_gets_nothing_and_delays_nobody(void **state)
{
	struct store_fixture *f = *state;

	add_job(f, 1, 0, true);
	assert_int_equal(results(f, 0, 0).n, 0);
	assert_int_equal(results(f, 0, 0).last_seq, 0);
	assert_int_equal(results(f, 0, 1).n, 1);
}

static int64_t number(struct str row, const char *key)
{
	struct unpack u;
	uint32_t n;

	unpack_init(&u, row);
	n = unpack_map(&u);
	for (uint32_t i = 0; i < n; i++) {
		if (str_is(unpack_str(&u, 100), key))
			return unpack_int(&u);
		unpack_skip(&u);
	}
	return -1;
}

static void a_batch_tells_how_far_it_is(void **state)
{
	struct store_fixture *f = *state;
	struct msg_argument name = {STR("batch"), STR("monday")};
	struct msg_query m = {.what = STR("batch"), .arguments = &name, .n_arguments = 1};
	struct msg_rows rows;
	struct query *q;
	uint32_t batch;

	assert_int_equal(store_batch(f->store, STR("monday"), &batch, &f->e), 0);
	for (uint64_t job = 1; job <= 5; job++)
		add_job(f, job, batch, job <= 3);
	add_job(f, 6, 0, false);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	assert_int_equal(query_open(&q, f->path, &f->e), 0);
	assert_int_equal(query_run(q, &m, &f->arena, &rows, &f->e), 0);
	assert_int_equal(rows.n_rows, 1);
	assert_int_equal(number(rows.rows[0], "total"), 5);
	assert_int_equal(number(rows.rows[0], "done"), 3);
	assert_int_equal(number(rows.rows[0], "queued"), 2);
	query_close(q);
}

static void what_was_not_committed_is_not_there(void **state)
{
	struct store_fixture *f = *state;
	struct job_fact fact;

	add_job(f, 1, 0, false);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	add_job(f, 2, 0, false);
	store_reopen(f, f->path);
	assert_int_equal(store_job(f->store, 1, &fact, &f->e), 0);
	assert_int_equal(fact.state, JOB_QUEUED);
	assert_int_equal(store_job(f->store, 2, &fact, &f->e), 0);
	assert_int_equal(fact.state, JOB_NONE);
}

static void a_file_of_another_program_is_refused(void **state)
{
	struct store_fixture *f = *state;
	char path[128];
	struct store *s;
	FILE *out;

	snprintf(path, sizeof(path), "%s/garbage", f->dir);
	out = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", out);
	fclose(out);
	assert_int_equal(store_open(&s, path, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CORRUPT);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		T(old_results_go_and_the_sequence_stays_dense),
		T(a_settled_store_is_one_file),
		T(a_page_tells_how_far_it_looked),
		T(a_reader_without_credit_gets_nothing_and_delays_nobody),
		T(a_batch_tells_how_far_it_is),
		T(what_was_not_committed_is_not_there),
		T(a_file_of_another_program_is_refused),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
