/* When a turn is asked to end a checkpoint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sched.h>

#include "broker/store_checkpoint.h"
#include "broker/store_vfs.h"
#include "proto/mem.h"
#include "tests/unit/folder_for_test.h"

enum { MANY = 3000, FEW = 10 }; /* pages: the thread is woken for many */

struct fixture {
	char dir[64], path[96];
	sqlite3 *db;
	struct store_checkpointer *c;
	struct err e;
};

static int setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	*state = f;
	folder_for_test(f->dir, "checkpoint");
	snprintf(f->path, sizeof(f->path), "%s/s.db", f->dir);
	assert_int_equal(sqlite3_open_v2(f->path, &f->db,
					 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, store_vfs()),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(f->db, "PRAGMA journal_mode = WAL; CREATE TABLE t(x)", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(store_checkpointer_start(&f->c, f->path, &f->e), 0);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_checkpointer_stop(f->c);
	sqlite3_close(f->db);
	folder_remove(f->dir);
	mem_free(f);
	return 0;
}

static void a_turn_ends_what_the_thread_has_passed_over(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_checkpoint_due(f->c, FEW), CHECKPOINT_NONE);
	assert_int_equal(store_checkpoint_due(f->c, MANY), CHECKPOINT_NONE);
	while (store_checkpoint_due(f->c, MANY) == CHECKPOINT_NONE)
		sched_yield();
	assert_int_equal(store_checkpoint_due(f->c, MANY), CHECKPOINT_NONE);
}

/* Where the thread came to the end of a log, the next one begins by itself, and a turn would have
 * all of it to write and to sync. */
static void a_log_that_began_again_is_the_threads_first(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2000; i++) {
		assert_int_equal(store_checkpoint_due(f->c, MANY), CHECKPOINT_NONE);
		sched_yield();
		assert_int_equal(store_checkpoint_due(f->c, FEW), CHECKPOINT_NONE);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_turn_ends_what_the_thread_has_passed_over),
		T(a_log_that_began_again_is_the_threads_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
