/* What keeps a store well: retention, size, integrity, live backup. */
#include "broker/store_sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The documents up to here are in the table of identities (store_identity.c). */
#define INDEXED "coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'indexed'), 0)"

/* One program at a time. Who ends for good takes the file away (store_settle), so the one that was
 * locked may be none any more: then the next one is tried. */

static int open_lock(const char *path, const char *store, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(e, errno, "cannot create %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return err_set(e, ERR_CONFLICT, "another broker has %s open", store);
}

int store_lock(const char *store, struct err *e)
{
	struct str path;
	struct arena a = {0};
	struct stat ours, named;
	int fd;

	path = arena_printf(&a, "%s.lock", store);
	while ((fd = open_lock(path.p, store, e)) >= 0) {
		if (fstat(fd, &ours) == 0 && stat(path.p, &named) == 0 &&
		    ours.st_ino == named.st_ino)
			break;
		close(fd);
	}
	arena_free(&a);
	return fd;
}

int store_settle(const char *url, struct err *e)
{
	const char *path = store_url_path(url);
	struct arena a = {0};
	sqlite3 *db = NULL;
	int lock = store_lock(path, e), r = 0;

	if (lock < 0)
		return -1;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		    SQLITE_OK ||
	    sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
		r = store_failed(db, e, "make one file of the store");
	sqlite3_close(db);
	if (r == 0)
		unlink(arena_printf(&a, "%s.lock", path).p);
	close(lock);
	arena_free(&a);
	return r;
}

/* Retention. The row in `results` stays, without its record: the sequence stays dense, and the job
 * keeps its place in it. meta.retired is the last one without a record. */

static int run_once(struct store *s, const char *sql, uint64_t n, struct err *e)
{
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "retire a result");
	sqlite3_bind_int64(q, 1, (int64_t)n);
	if (sqlite3_step(q) != SQLITE_DONE) {
		sqlite3_finalize(q);
		return store_failed(s->db, e, "retire a result");
	}
	sqlite3_finalize(q);
	return 0;
}

static int retire(struct store *s, uint64_t up_to, struct err *e)
{
	static const char *const sql[] = {
		"UPDATE event_cells SET (first_event, first_date, first_id) = "
		"(SELECT v.event, coalesce(nullif(d.date, ''), '9999') AS date, d.id FROM events v "
		"JOIN results r ON r.seq = v.seq JOIN jobs j ON j.job = r.job "
		"JOIN documents d ON d.document = j.document "
		"WHERE v.cell = event_cells.cell AND v.seq > ?1 ORDER BY 2, 3, 1 LIMIT 1) "
		"WHERE cell IN (SELECT cell FROM events WHERE seq <= ?1)",
		"DELETE FROM event_actors WHERE event IN (SELECT event FROM events WHERE seq <= "
		"?1)",
		"DELETE FROM events WHERE seq <= ?1",
		"DELETE FROM event_cells WHERE first_event IS NULL",
		"DELETE FROM stance_actors WHERE stance IN "
		"(SELECT stance FROM stances WHERE seq <= ?1)",
		"DELETE FROM stances WHERE seq <= ?1",
		"DELETE FROM entities WHERE seq <= ?1",
		"UPDATE results SET record = NULL WHERE seq <= ?1 AND seq > "
		"(SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'retired')",
		"UPDATE meta SET value = ?1 WHERE name = 'retired'",
	};

	if (store_begin(s, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++)
		if (run_once(s, sql[i], up_to, e) < 0)
			return -1;
	s->retired = up_to;
	return 0;
}

uint64_t store_retired(const struct store *s)
{
	return s->retired;
}

int store_retain(struct store *s, int64_t before_ms, uint64_t keep, uint32_t n, uint32_t *removed,
		 struct err *e)
{
	uint64_t up_to = 0;
	sqlite3_stmt *q;
	int r;

	*removed = 0;
	if (store_rows_there(s, e) < 0)
		return -1;
	if (sqlite3_prepare_v2(s->db,
			       "SELECT seq, ms, (SELECT max(seq) FROM results) FROM results "
			       "WHERE seq > (SELECT CAST(value AS INTEGER) FROM meta WHERE name = "
			       "'retired') ORDER BY seq LIMIT ?1",
			       -1, &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "look for old results");
	sqlite3_bind_int64(q, 1, n);
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(q, 0);
		uint64_t last = (uint64_t)sqlite3_column_int64(q, 2);
		bool surplus = keep && last >= keep && seq <= last - keep;

		if (sqlite3_column_int64(q, 1) >= before_ms && !surplus) {
			r = SQLITE_DONE;
			break;
		}
		up_to = seq;
		(*removed)++;
	}
	sqlite3_finalize(q);
	if (r != SQLITE_DONE)
		return store_failed(s->db, e, "look for old results");
	return up_to ? retire(s, up_to, e) : 0;
}

static int64_t file_bytes(const char *path, const char *end)
{
	struct buf b = {0};
	struct stat st;
	int64_t n;

	buf_printf(&b, "%s%s", path, end);
	n = stat(b.p, &st) == 0 ? (int64_t)st.st_size : 0;
	buf_free(&b);
	return n;
}

int64_t store_bytes(const struct store *s)
{
	return file_bytes(s->path, "") + file_bytes(s->path, "-wal") +
	       file_bytes(s->path, "-intake");
}

/* Integrity and backup */

static int open_existing(const char *url, sqlite3 **db, struct err *e)
{
	const char *path = store_url_path(url);

	if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		err_set(e, ERR_IO, "cannot open %s: %s", path, sqlite3_errmsg(*db));
		sqlite3_close(*db);
		return -1;
	}
	sqlite3_busy_timeout(*db, 10000);
	return 0;
}

static int expect_text(sqlite3 *db, const char *sql, const char *want, struct err *e)
{
	sqlite3_stmt *q;
	struct str got;
	int r = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		return store_failed(db, e, "check the store");
	if (sqlite3_step(q) == SQLITE_ROW) {
		got = store_column_str(q, 0);
		if (!str_is(got, want))
			r = err_set(e, ERR_CORRUPT, "the store is damaged: %.*s", STR_ARG(got));
	} else if (*want) {
		r = store_failed(db, e, "check the store");
	}
	sqlite3_finalize(q);
	return r;
}

/* SQLite's own check, and what it cannot know: every job has its document, a done job its result
 * and only that has one, and the sequence is dense. Each is a statement and what it must say. */
static const struct {
	const char *sql, *expected;
} CHECKS[] = {
	{"PRAGMA integrity_check(1)", "ok"},
	{"SELECT 'a row refers to one that is not there: ' || \"table\" "
	 "FROM pragma_foreign_key_check LIMIT 1",
	 ""},
	{"SELECT CASE WHEN (SELECT count(*) FROM jobs WHERE state = 4) = "
	 "(SELECT count(*) FROM results) THEN 'ok' ELSE 'done jobs and results differ' END",
	 "ok"},
	{"SELECT CASE WHEN (SELECT count(*) FROM results) = "
	 "(SELECT coalesce(max(seq), 0) FROM results) THEN 'ok' ELSE "
	 "'the result sequence has gaps' END",
	 "ok"},
	{"SELECT 'job ' || j.job || ' and its result differ' FROM jobs j "
	 "LEFT JOIN results r ON r.seq = j.seq WHERE j.state = 4 AND r.job IS NOT j.job LIMIT 1",
	 ""},
	{"SELECT 'the tallies of jobs differ' FROM (SELECT collection, priority, state, count(*) "
	 "FROM jobs GROUP BY 1, 2, 3 EXCEPT SELECT collection, priority, state, n FROM tallies) "
	 "LIMIT 1",
	 ""},
	{"SELECT 'document ' || d.document || ' is not found by its identity' "
	 "FROM documents d LEFT JOIN identities i ON i.epoch = d.document >> 16 "
	 "AND i.identity = d.identity WHERE i.document IS NOT d.document AND "
	 "d.document <= " INDEXED " LIMIT 1",
	 ""},
	{"SELECT 'two documents have one identity' FROM (SELECT identity FROM identities "
	 "UNION ALL SELECT identity FROM documents WHERE document > " INDEXED ") "
	 "GROUP BY identity HAVING count(*) > 1 LIMIT 1",
	 ""},
	{"SELECT 'the tallies of jobs differ' WHERE (SELECT count(*) FROM jobs) IS NOT "
	 "(SELECT coalesce(sum(n), 0) FROM tallies)",
	 ""},
};

int store_check(const char *url, struct err *e)
{
	sqlite3 *db;
	int r = 0;

	if (open_existing(url, &db, e) < 0)
		return -1;
	for (size_t i = 0; r == 0 && i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++)
		r = expect_text(db, CHECKS[i].sql, CHECKS[i].expected, e);
	sqlite3_close(db);
	return r;
}

static int copy_all(sqlite3 *from, sqlite3 *to, struct err *e)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int r;

	if (!b)
		return store_failed(to, e, "start the backup");
	/* In one step: a snapshot; the broker goes on writing beside it (WAL). */
	r = sqlite3_backup_step(b, -1);
	sqlite3_backup_finish(b);
	if (r != SQLITE_DONE)
		return store_failed(to, e, "copy the store");
	return 0;
}

static int sync_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 || fsync(fd) < 0 ? err_errno(e, errno, "cannot write %s to the disk", path)
					: 0;

	if (fd >= 0)
		close(fd);
	return r;
}

int store_backup(const char *url, const char *to, struct err *e)
{
	sqlite3 *from, *copy;
	int r;

	if (access(to, F_OK) == 0)
		return err_set(e, ERR_CONFLICT, "%s is there already", to);
	if (open_existing(url, &from, e) < 0)
		return -1;
	if (sqlite3_open_v2(to, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
	    SQLITE_OK) {
		r = store_failed(copy, e, "create the backup");
	} else {
		r = copy_all(from, copy, e);
	}
	sqlite3_close(copy);
	sqlite3_close(from);
	if (r == 0)
		r = store_settle(to, e);
	if (r == 0)
		r = store_check(to, e);
	if (r == 0)
		r = sync_file(to, e);
	if (r < 0) /* half a copy must not be taken for one */
		unlink(to);
	return r < 0 ? err_wrap(e, "back up to %s", to) : 0;
}
