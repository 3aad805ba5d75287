/* Which documents are the same: by key or bytes, however their identities fall together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/store_for_test.h"

static struct store_document document(uint32_t collection, const char *key, const char *body)
{
	return (struct store_document){
		.collection = collection, .key = str_of(key), .body = str_of(body)};
}

static uint64_t find(struct store_fixture *f, struct store_document *d)
{
	uint64_t job;

	assert_int_equal(store_find(f->store, d, &job, &f->e), 0);
	return job;
}

static uint64_t find_of(struct store_fixture *f, uint32_t collection, const char *key,
			const char *body)
{
	struct store_document d = document(collection, key, body);

	return find(f, &d);
}

static void insert(struct store_fixture *f, const struct store_document *d, uint64_t job)
{
	struct change c = {.job = {.job = job,
				   .ticket = job,
				   .collection = d->collection,
				   .state = JOB_QUEUED},
			   .verb = JOB_SUBMIT};

	assert_int_equal(store_insert(f->store, d, &c, 1000, &f->e), 0);
}

static void add(struct store_fixture *f, uint32_t collection, const char *key, const char *body,
		uint64_t job)
{
	struct store_document d = document(collection, key, body);

	assert_int_equal(find(f, &d), 0);
	insert(f, &d, job);
}

static void sql(struct store_fixture *f, const char *text)
{
	sqlite3 *db;

	store_close(f->store);
	f->store = NULL;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
	store_reopen(f, f->path);
}

static void documents_are_the_same_by_key_or_else_by_bytes(void **state)
{
	struct store_fixture *f = *state;
	uint32_t other;

	assert_int_equal(store_collection(f->store, STR("other"), &other, &f->e), 0);
	add(f, 1, "", "bytes", 1);
	add(f, other, "", "bytes", 2);
	add(f, 1, "k", "bytes", 3);
	add(f, 1, "bytes", "k", 4);
	add(f, 1, "", "", 5);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(find_of(f, 1, "", "bytes"), 1);
		assert_int_equal(find_of(f, other, "", "bytes"), 2);
		assert_int_equal(find_of(f, 1, "k", "other bytes"), 3);
		assert_int_equal(find_of(f, 1, "bytes", "bytes"), 4);
		assert_int_equal(find_of(f, 1, "", ""), 5);
		assert_int_equal(find_of(f, other, "k", "bytes"), 0);
		assert_int_equal(find_of(f, 1, "", "byte"), 0);
		assert_int_equal(store_commit(f->store, &f->e), 0);
		store_reopen(f, f->path);
	}
}

/* Another document has what would be the identity of this one. */
static void add_two_that_collide(struct store_fixture *f)
{
	struct store_document d = document(1, "", "this");

	assert_int_equal(find(f, &d), 0);
	d.body = STR("that");
	insert(f, &d, 1);
	add(f, 1, "", "this", 2);
	assert_int_equal(store_commit(f->store, &f->e), 0);
}

static void documents_that_only_share_a_hash_are_two(void **state)
{
	struct store_fixture *f = *state;

	add_two_that_collide(f);
	assert_int_equal(find_of(f, 1, "", "this"), 2);
	store_reopen(f, f->path);
	assert_int_equal(find_of(f, 1, "", "this"), 2);
}

static void a_further_job_of_a_document_whose_hash_is_taken_is_its_own(void **state)
{
	struct store_fixture *f = *state;
	struct store_document d = document(1, "", "this");

	add_two_that_collide(f);
	assert_int_equal(find(f, &d), 2);
	d.again = true;
	insert(f, &d, 3);
	assert_int_equal(find_of(f, 1, "", "this"), 3);
	assert_int_equal(store_commit(f->store, &f->e), 0);
}

/* Such a store has the other identity of everything. */
static void documents_of_a_store_of_version_8_are_found(void **state)
{
	struct store_fixture *f = *state;

	add_two_that_collide(f);
	sql(f, "UPDATE documents SET identity = zeroblob(16) WHERE document = 1;"
	       "PRAGMA user_version = 8");
	assert_int_equal(find_of(f, 1, "", "this"), 2);
	add(f, 1, "", "new", 3);
	assert_int_equal(find_of(f, 1, "", "new"), 3);
	assert_int_equal(store_commit(f->store, &f->e), 0);
	store_reopen(f, f->path);
	assert_int_equal(find_of(f, 1, "", "this"), 2);
	assert_int_equal(find_of(f, 1, "", "new"), 3);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		T(documents_are_the_same_by_key_or_else_by_bytes),
		T(documents_that_only_share_a_hash_are_two),
		T(a_further_job_of_a_document_whose_hash_is_taken_is_its_own),
		T(documents_of_a_store_of_version_8_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
