/* The layer that joins small writes: what one connection has published, another one reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "broker/store_vfs.h"
#include "tests/unit/folder_for_test.h"

static sqlite3 *connect_to(const char *path)
{
	sqlite3 *db;

	assert_int_equal(
		sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, store_vfs()),
		SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
				      "PRAGMA wal_autocheckpoint = 0",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	return db;
}

static void run(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int value(sqlite3 *db)
{
	sqlite3_stmt *q;
	int v;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT v FROM t WHERE k = 1", -1, &q, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	v = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return v;
}

/* A checkpoint that a reader keeps from coming to the end syncs nothing, and says all the same that
 * the pages are in the file. */
static void pages_of_an_unfinished_checkpoint_are_in_the_file(void **state)
{
	char dir[64], path[96];
	sqlite3 *writer, *checkpointer, *old, *late;

	(void)state;
	folder_for_test(dir, "vfs");
	snprintf(path, sizeof(path), "%s/t.db", dir);
	writer = connect_to(path);
	checkpointer = connect_to(path);
	old = connect_to(path);
	late = connect_to(path);
	run(writer, "CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 1)");
	run(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
	run(writer, "UPDATE t SET v = 2");
	run(old, "BEGIN");
	assert_int_equal(value(old), 2);
	run(writer, "CREATE TABLE u(k)");
	sqlite3_wal_checkpoint_v2(checkpointer, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	assert_int_equal(value(late), 2);
	run(old, "COMMIT");
	sqlite3_close(late);
	sqlite3_close(old);
	sqlite3_close(checkpointer);
	sqlite3_close(writer);
	folder_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_an_unfinished_checkpoint_are_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
