/* The store in one SQLite file. Happy path: store_open; for every turn store_begin, any number of
 * inserts and moves, store_commit, which returns when the turn is on the disk (WAL, FULL). What
 * goes wrong: the disk is full or fails (every function says so, and the turn is lost as a whole),
 * the process dies at any instant (SQLite rolls the open turn back at the next open), a damaged
 * file (ERR_CORRUPT), two brokers on one file (a lock file beside it).
 *
 * Checkpoints, which write the log back into the file, are made by a thread of their own
 * (store_checkpoint.c), so that no turn waits for them. */
#include "broker/store_sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "broker/store_checkpoint.h"
#include "broker/store_intake.h"
#include "broker/store_sync.h"
#include "broker/store_vfs.h"

enum {
	NAMES_LEAST = 64,
	LOG_BYTES = 11 << 20, /* what the log holds when its checkpoint begins, and more */
	ROOMY_LOGS = 100,     /* free disk, in logs, above which that is taken at once */
};

int store_failed(sqlite3 *db, struct err *e, const char *what)
{
	int code = db ? sqlite3_errcode(db) & 0xff : SQLITE_NOMEM;
	enum err_code kind = ERR_IO;

	if (code == SQLITE_FULL)
		kind = ERR_FULL;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		kind = ERR_CORRUPT;
	if (code == SQLITE_INTERRUPT || code == SQLITE_BUSY)
		kind = ERR_TIMEOUT;
	return err_set(e, kind, "cannot %s: %s", what, db ? sqlite3_errmsg(db) : "no memory");
}

sqlite3_stmt *store_statement(struct store *s, enum store_statement which)
{
	sqlite3_clear_bindings(s->statements[which]);
	return s->statements[which];
}

void store_bind_str(sqlite3_stmt *q, int at, struct str v)
{
	sqlite3_bind_text(q, at, v.n ? v.p : "", (int)v.n, SQLITE_STATIC);
}

static void bind_optional(sqlite3_stmt *q, int at, struct str v)
{
	if (v.n)
		store_bind_str(q, at, v);
}

struct str store_column_str(sqlite3_stmt *q, int at)
{
	const char *p = sqlite3_column_blob(q, at);
	int n = sqlite3_column_bytes(q, at);

	return p ? (struct str){p, (size_t)n} : STR("");
}

int store_run(struct store *s, sqlite3_stmt *q, const char *what, struct err *e)
{
	int r = sqlite3_step(q);

	sqlite3_reset(q);
	if (r == SQLITE_DONE || r == SQLITE_ROW)
		return 0;
	s->failed = true;
	return store_failed(s->db, e, what);
}

static int execute(struct store *s, const char *sql, const char *what, struct err *e)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(s->db, e, what);
	return 0;
}

int store_ask(struct store *s, const char *sql, int64_t otherwise, int64_t *out, struct err *e)
{
	sqlite3_stmt *q;
	int r;

	*out = otherwise;
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "ask the store");
	r = sqlite3_step(q);
	if (r == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "ask the store");
}

/* Opening */

static int check_version(struct store *s, int64_t *version, struct err *e)
{
	int64_t application, tables;

	if (store_ask(s, "PRAGMA user_version", 0, version, e) < 0 ||
	    store_ask(s, "PRAGMA application_id", 0, &application, e) < 0 ||
	    store_ask(s, "SELECT count(*) FROM sqlite_schema", 0, &tables, e) < 0)
		return -1;
	if (tables && application != STORE_APPLICATION_ID)
		return err_set(e, ERR_CORRUPT, "%s is a database of another program", s->path);
	if (*version > STORE_SCHEMA_VERSION)
		return err_set(e, ERR_VERSION, "%s has schema %d, this broker knows %d", s->path,
			       (int)*version, STORE_SCHEMA_VERSION);
	return 0;
}

static int make_tables(struct store *s, struct err *e)
{
	struct buf b = {0};
	int r;

	for (int i = 0; STORE_SCHEMA[i]; i++)
		buf_printf(&b, "%s", STORE_SCHEMA[i]);
	buf_printf(&b,
		   "PRAGMA user_version = %d;PRAGMA application_id = %d;"
		   "INSERT OR IGNORE INTO collections VALUES(1, '');"
		   "INSERT OR IGNORE INTO meta VALUES('retired', '0')",
		   STORE_SCHEMA_VERSION, STORE_APPLICATION_ID);
	r = execute(s, b.p, "make the tables", e);
	buf_free(&b);
	return r;
}

static int read_id(struct store *s, struct err *e)
{
	unsigned char bytes[16];
	sqlite3_stmt *q;
	char made[33];
	struct str id;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_errno(e, errno, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(made + 2 * i, 3, "%02x", bytes[i]);
	if (sqlite3_prepare_v2(s->db,
			       "INSERT INTO meta VALUES('id', ?1) ON CONFLICT(name) "
			       "DO UPDATE SET value = value RETURNING value",
			       -1, &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "name the store");
	sqlite3_bind_text(q, 1, made, 32, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_ROW) {
		sqlite3_finalize(q);
		return store_failed(s->db, e, "name the store");
	}
	id = store_column_str(q, 0);
	snprintf(s->id, sizeof(s->id), "%.*s", STR_ARG(id));
	sqlite3_step(q);
	sqlite3_finalize(q);
	return 0;
}

static int read_retired(struct store *s, struct err *e)
{
	int64_t n = 0;

	if (store_ask(s, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'retired'", 0, &n,
		      e) < 0)
		return -1;
	s->retired = (uint64_t)n;
	return 0;
}

static int prepare_all(struct store *s, struct err *e)
{
	static const char *const sql[N_SQL] = {
#define X(name, text) [SQL_##name] = text,
		STORE_STATEMENTS(X)
#undef X
	};

	for (int i = 0; i < N_SQL; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &s->statements[i], NULL) != SQLITE_OK)
			return store_failed(s->db, e, "prepare a statement");
	return 0;
}

/* One transaction: a store is of one version or of the other. */
static int bring_up(struct store *s, int64_t version, struct err *e)
{
	if (execute(s, "BEGIN IMMEDIATE", "make the tables", e) < 0 ||
	    store_upgrade_tables(s, version, e) < 0 || make_tables(s, e) < 0 ||
	    prepare_all(s, e) < 0 || store_upgrade_rows(s, version, e) < 0)
		return -1;
	return execute(s, "COMMIT", "make the tables", e);
}

static int note_wal(void *context, sqlite3 *db, const char *name, int pages)
{
	struct store *s = context;

	(void)db, (void)name;
	s->wal_pages = pages;
	return SQLITE_OK;
}

static bool disk_is_roomy(const struct store *s)
{
	struct statvfs v;

	return statvfs(s->path, &v) == 0 &&
	       (uint64_t)v.f_bavail * v.f_frsize > (uint64_t)ROOMY_LOGS * LOG_BYTES;
}

/* What a broker wrote that was killed before it synced is read like the rest, so it must be on the
 * disk before anything is built on it. */
static int open_log(struct store *s, bool roomy, struct err *e)
{
	if (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &s->log) != SQLITE_OK)
		return store_failed(s->db, e, "find the log");
	if (roomy)
		store_vfs_lengthen(s->log, LOG_BYTES);
	if (store_vfs_sync(s->log) != SQLITE_OK)
		return err_set(e, ERR_IO, "cannot sync the store: the disk failed");
	store_vfs_put_off(s->log, true);
	return 0;
}

static int open_all(struct store *s, struct err *e)
{
	int64_t version;
	bool roomy;

	s->lock = store_lock(s->path, e);
	if (s->lock < 0)
		return -1;
	store_intake_init(s);
	if (sqlite3_open_v2(s->path, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    store_vfs()) != SQLITE_OK)
		return store_failed(s->db, e, "open the store");
	sqlite3_busy_timeout(s->db, 5000);
	if (execute(s,
		    "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"
		    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
		    "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;"
		    "PRAGMA foreign_keys = OFF",
		    "set the store up", e) < 0)
		return -1;
	sqlite3_wal_hook(s->db, note_wal, s);
	if (check_version(s, &version, e) < 0 || bring_up(s, version, e) < 0 || read_id(s, e) < 0 ||
	    read_retired(s, e) < 0)
		return -1;
	roomy = disk_is_roomy(s);
	if (store_same_start(s, e) < 0 || store_identity_start(s, e) < 0 ||
	    store_again_start(s, e) < 0 || open_log(s, roomy, e) < 0 ||
	    store_syncer_start(&s->syncer, e) < 0 || store_syncer_start(&s->log_syncer, e) < 0 ||
	    store_checkpointer_start(&s->checkpointer, s->path, e) < 0)
		return -1;
	return store_intake_start(s, roomy, e);
}

const char *store_url_path(const char *url)
{
	return str_starts(str_of(url), STR("sqlite:")) ? url + 7 : url;
}

int store_open(struct store **out, const char *url, struct err *e)
{
	struct store *s = mem_alloc(sizeof(*s));

	s->path = mem_strdup(store_url_path(url));
	s->lock = -1;
	if (strstr(s->path, "://")) {
		err_set(e, ERR_UNSUPPORTED, "no store is made for %s", url);
		store_close(s);
		return -1;
	}
	if (open_all(s, e) < 0) {
		store_close(s);
		return err_wrap(e, "%s", url);
	}
	*out = s;
	return 0;
}

/* Where it cannot be written the store stays open, which costs some numbers. */
static void note_closed(struct store *s)
{
	if (s->started && s->turn == TURN_NONE && !s->failed)
		sqlite3_exec(s->db,
			     "UPDATE meta SET value = -abs(CAST(value AS INTEGER)) "
			     "WHERE name = 'open'",
			     NULL, NULL, NULL);
}

/* What was accepted goes into the tables. Where that fails, the intake still has it. */
static void empty_intake(struct store *s)
{
	struct err e;

	if (s->turn == TURN_TABLES || !s->log || s->failed)
		return;
	store_intake_drop_turn(s);
	if (store_intake_commit(s, &e) == 0 && store_vfs_sync(s->log) == SQLITE_OK)
		store_intake_remove(s);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_syncer_stop(s->syncer);
	store_syncer_stop(s->log_syncer);
	if (s->log)
		store_vfs_put_off(s->log, false);
	empty_intake(s);
	store_checkpointer_stop(s->checkpointer);
	note_closed(s);
	for (int i = 0; i < N_SQL; i++)
		sqlite3_finalize(s->statements[i]);
	store_intake_free(s);
	sqlite3_close(s->db);
	if (s->lock >= 0)
		close(s->lock);
	for (uint32_t i = 0; i < s->n_names; i++)
		mem_free((char *)s->names[i].p);
	mem_free(s->names);
	store_identity_free(s);
	mem_free(s->tallies);
	buf_free(&s->moves);
	mem_free(s->path);
	mem_free(s);
}

const char *store_id(const struct store *s)
{
	return s->id;
}

const char *store_path(const struct store *s)
{
	return s->path;
}

/* Names */

/* 0 where it is new. */
static int find_number(struct store *s, enum store_statement find, struct str name,
		       uint32_t *number, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, find);
	int r;

	store_bind_str(q, 1, name);
	r = sqlite3_step(q);
	*number = r == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "look up a name");
}

static int number_of(struct store *s, enum store_statement find, enum store_statement add,
		     struct str name, uint32_t *number, struct err *e)
{
	sqlite3_stmt *q;

	if (find_number(s, find, name, number, e) < 0)
		return -1;
	if (*number)
		return 0;
	if (store_begin(s, e) < 0)
		return -1;
	q = store_statement(s, add);
	store_bind_str(q, 1, name);
	if (store_run(s, q, "add a name", e) < 0)
		return -1;
	*number = (uint32_t)sqlite3_last_insert_rowid(s->db);
	return 0;
}

/* Keeps a collection's name; one number has one name for ever. */
static struct str keep_name(struct store *s, uint32_t number, struct str name)
{
	if (number >= s->n_names) {
		uint32_t n = number < NAMES_LEAST ? NAMES_LEAST : 2 * number;

		s->names = mem_resize(s->names, n * sizeof(*s->names));
		memset(s->names + s->n_names, 0, (n - s->n_names) * sizeof(*s->names));
		s->n_names = n;
	}
	if (!s->names[number].p) {
		char *p = mem_alloc(name.n + 1);

		if (name.n)
			memcpy(p, name.p, name.n);
		s->names[number] = (struct str){p, name.n};
	}
	return s->names[number];
}

int store_collection(struct store *s, struct str name, uint32_t *number, struct err *e)
{
	*number = s->last_collection;
	if (*number && str_eq(name, s->names[*number]))
		return 0;
	if (number_of(s, SQL_FIND_COLLECTION, SQL_ADD_COLLECTION, name, number, e) < 0)
		return -1;
	keep_name(s, *number, name);
	s->last_collection = *number;
	return 0;
}

int store_collection_known(struct store *s, struct str name, uint32_t *number, struct err *e)
{
	return find_number(s, SQL_FIND_COLLECTION, name, number, e);
}

int store_collection_name(struct store *s, uint32_t number, struct str *name, struct err *e)
{
	sqlite3_stmt *q;
	int r;

	if (number < s->n_names && s->names[number].p) {
		*name = s->names[number];
		return 0;
	}
	q = store_statement(s, SQL_NAME_COLLECTION);
	sqlite3_bind_int64(q, 1, number);
	r = sqlite3_step(q);
	if (r == SQLITE_ROW)
		*name = keep_name(s, number, store_column_str(q, 0));
	sqlite3_reset(q);
	return r == SQLITE_ROW ? 0 : store_failed(s->db, e, "name a collection");
}

int store_batch(struct store *s, struct str name, uint32_t *number, struct err *e)
{
	return number_of(s, SQL_FIND_BATCH, SQL_ADD_BATCH, name, number, e);
}

/* Jobs */

static int latest_job(struct store *s, int64_t document, uint64_t *job, struct err *e)
{
	sqlite3_stmt *q;
	int r;

	*job = 0;
	if (!document)
		return 0;
	if (store_rows_there(s, e) < 0)
		return -1;
	q = store_statement(s, SQL_LATEST);
	sqlite3_bind_int64(q, 1, document);
	r = sqlite3_step(q);
	if (r == SQLITE_ROW)
		*job = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return r == SQLITE_ROW ? 0 : store_failed(s->db, e, "look a job up");
}

int store_find(struct store *s, struct store_document *d, uint64_t *job, struct err *e)
{
	int64_t document;

	if (store_identify(s, d, &document, e) < 0)
		return -1;
	return latest_job(s, document, job, e);
}

static int add_document(struct store *s, const struct store_document *d, uint64_t job,
			struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_DOCUMENT);

	sqlite3_bind_int64(q, 1, (int64_t)job);
	sqlite3_bind_blob(q, 2, d->identity, STORE_IDENTITY, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, d->collection);
	store_bind_str(q, 4, d->key);
	store_bind_str(q, 5, d->id);
	store_bind_str(q, 6, d->title);
	store_bind_str(q, 7, d->date);
	store_bind_str(q, 8, d->source);
	store_bind_str(q, 9, d->lang);
	sqlite3_bind_int64(q, 10, (int64_t)d->body.n);
	sqlite3_bind_blob(q, 11, d->body.n ? d->body.p : "", (int)d->body.n, SQLITE_STATIC);
	store_bind_str(q, 12, d->date_source);
	return store_run(s, q, "store a document", e);
}

static int add_job(struct store *s, const struct store_document *d, int64_t document,
		   const struct job_fact *f, int64_t now_ms, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_JOB);

	sqlite3_bind_int64(q, 1, (int64_t)f->job);
	sqlite3_bind_int64(q, 2, document);
	sqlite3_bind_int64(q, 3, f->collection);
	if (d->batch)
		sqlite3_bind_int64(q, 4, d->batch);
	sqlite3_bind_int(q, 5, f->priority);
	sqlite3_bind_int(q, 6, f->state);
	sqlite3_bind_int64(q, 7, f->attempts);
	sqlite3_bind_int64(q, 8, (int64_t)f->ticket);
	sqlite3_bind_int64(q, 9, f->due_ms);
	sqlite3_bind_int64(q, 10, f->deadline_ms);
	sqlite3_bind_int64(q, 11, now_ms);
	return store_run(s, q, "store a job", e);
}

int store_insert_rows(struct store *s, const struct store_document *d, const struct job_fact *f,
		      int64_t now_ms, struct err *e)
{
	if (store_tally(s, f, f->state, 1, e) < 0 || add_document(s, d, f->job, e) < 0)
		return -1;
	return add_job(s, d, (int64_t)f->job, f, now_ms, e);
}

static int insert_new(struct store *s, const struct store_document *d, const struct job_fact *f,
		      int64_t now_ms, struct err *e)
{
	if (store_identity_add(s, d->identity, f->job, e) < 0)
		return -1;
	if (s->turn != TURN_TABLES && store_intake_takes(s, d)) {
		s->turn = TURN_INTAKE;
		store_intake_add(s, d, f, now_ms);
		return 0;
	}
	return store_begin(s, e) < 0 ? -1 : store_insert_rows(s, d, f, now_ms, e);
}

int store_insert(struct store *s, const struct store_document *d, const struct change *c,
		 int64_t now_ms, struct err *e)
{
	int64_t document = 0;

	if (d->again && store_identity_find(s, d->identity, &document, e) < 0)
		return -1;
	if (!document)
		return insert_new(s, d, &c->job, now_ms, e);
	if (store_begin(s, e) < 0 || store_tally(s, &c->job, c->job.state, 1, e) < 0)
		return -1;
	if (store_say_again(s, d, document, c->job.job, e) < 0)
		return -1;
	return add_job(s, d, document, &c->job, now_ms, e);
}

/* Rows of one job's log are in the order of n, also over restarts: it follows the clock that the
 * broker keeps from running backwards. */
static int64_t next_log(struct store *s, int64_t now_ms)
{
	int64_t n = now_ms * 1024;

	if (n <= s->last_log)
		n = s->last_log + 1;
	return s->last_log = n;
}

static int add_log(struct store *s, const struct change *c, int64_t now_ms, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_LOG);

	sqlite3_bind_int64(q, 1, (int64_t)c->job.job);
	sqlite3_bind_int64(q, 2, next_log(s, now_ms));
	sqlite3_bind_int64(q, 3, now_ms);
	sqlite3_bind_int(q, 4, c->verb);
	sqlite3_bind_int(q, 5, c->job.state);
	sqlite3_bind_int64(q, 6, c->job.attempts);
	bind_optional(q, 7, c->worker);
	if (c->code)
		sqlite3_bind_int(q, 8, c->code);
	bind_optional(q, 9, c->text);
	if (c->job.leased_ms)
		sqlite3_bind_int64(q, 10, c->job.leased_ms);
	return store_run(s, q, "write a job's log", e);
}

static int set_job(struct store *s, const struct change *c, int64_t now_ms, struct err *e)
{
	const struct job_fact *f = &c->job;
	sqlite3_stmt *q = store_statement(s, SQL_SET_JOB);

	sqlite3_bind_int64(q, 1, (int64_t)f->job);
	sqlite3_bind_int(q, 2, f->state);
	sqlite3_bind_int64(q, 3, f->attempts);
	sqlite3_bind_int64(q, 4, (int64_t)f->ticket);
	sqlite3_bind_int64(q, 5, f->due_ms);
	sqlite3_bind_int64(q, 6, f->deadline_ms);
	sqlite3_bind_int64(q, 7, now_ms);
	bind_optional(q, 8, c->worker);
	if (c->code)
		sqlite3_bind_int(q, 9, c->code);
	bind_optional(q, 10, c->text);
	return store_run(s, q, "move a job", e);
}

static int set_done(struct store *s, const struct change *c, int64_t now_ms, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_SET_DONE);

	sqlite3_bind_int64(q, 1, (int64_t)c->job.job);
	sqlite3_bind_int64(q, 2, c->job.attempts);
	sqlite3_bind_int64(q, 3, now_ms);
	bind_optional(q, 4, c->worker);
	sqlite3_bind_int64(q, 5, (int64_t)c->seq);
	if (c->job.leased_ms)
		sqlite3_bind_int64(q, 6, c->job.leased_ms);
	return store_run(s, q, "end a job", e);
}

static int add_result(struct store *s, const struct change *c, int64_t now_ms, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_RESULT);
	bool outdated;

	sqlite3_bind_int64(q, 1, (int64_t)c->seq);
	sqlite3_bind_int64(q, 2, (int64_t)c->job.job);
	sqlite3_bind_int64(q, 3, c->job.collection);
	sqlite3_bind_int64(q, 4, now_ms);
	sqlite3_bind_blob(q, 5, c->record.n ? c->record.p : "", (int)c->record.n, SQLITE_STATIC);
	if (store_run(s, q, "store a result", e) < 0)
		return -1;
	if (!c->result)
		return 0;
	if (store_outdate(s, c->job.job, &outdated, e) < 0)
		return -1;
	return outdated ? 0 : store_rows(s, c->seq, c->result, e);
}

static enum job_state stored_state(enum job_state state)
{
	return state == JOB_LEASED ? JOB_QUEUED : state;
}

static int move_tally(struct store *s, const struct change *c, struct err *e)
{
	if (store_tally(s, &c->job, stored_state(c->from), -1, e) < 0)
		return -1;
	return store_tally(s, &c->job, c->job.state, 1, e);
}

int store_complete(struct store *s, const struct change *c, int64_t now_ms, struct err *e)
{
	if (move_tally(s, c, e) < 0 || set_done(s, c, now_ms, e) < 0)
		return -1;
	if (sqlite3_changes(s->db) != 1)
		return err_set(e, ERR_CORRUPT, "result %llu is of a job that is not there",
			       (unsigned long long)c->seq);
	return add_result(s, c, now_ms, e);
}

/* Whether the open turn's record has it (store_intake.c). */
static bool apply_to_intake(struct store *s, const struct change *c, int64_t now_ms)
{
	if (c->verb == JOB_GRANT && store_intake_takes_lease(s, c->job.job)) {
		store_intake_add_lease(s, &c->job);
		return true;
	}
	if (c->verb != JOB_COMPLETE || s->turn == TURN_TABLES || !store_intake_takes_result(s, c))
		return false;
	s->turn = TURN_INTAKE;
	store_intake_add_result(s, c, now_ms);
	return true;
}

int store_apply(struct store *s, const struct change *c, int64_t now_ms, struct err *e)
{
	if (apply_to_intake(s, c, now_ms))
		return 0;
	if (store_begin(s, e) < 0)
		return -1;
	store_note_lease(s, c);
	if (c->verb == JOB_GRANT)
		return 0;
	if (c->verb == JOB_COMPLETE)
		return store_complete(s, c, now_ms, e);
	if (move_tally(s, c, e) < 0)
		return -1;
	return set_job(s, c, now_ms, e) < 0 ? -1 : add_log(s, c, now_ms, e);
}

static struct job_fact fact_of(sqlite3_stmt *q)
{
	return (struct job_fact){
		.job = (uint64_t)sqlite3_column_int64(q, 0),
		.ticket = (uint64_t)sqlite3_column_int64(q, 1),
		.collection = (uint32_t)sqlite3_column_int64(q, 2),
		.attempts = (uint32_t)sqlite3_column_int64(q, 3),
		.priority = (uint8_t)sqlite3_column_int(q, 4),
		.state = (enum job_state)sqlite3_column_int(q, 5),
		.due_ms = sqlite3_column_int64(q, 6),
		.deadline_ms = sqlite3_column_int64(q, 7),
	};
}

int store_job(struct store *s, uint64_t job, struct job_fact *f, struct err *e)
{
	sqlite3_stmt *q;
	int r;

	if (store_rows_there(s, e) < 0)
		return -1;
	q = store_statement(s, SQL_JOB);
	*f = (struct job_fact){.job = job};
	sqlite3_bind_int64(q, 1, (int64_t)job);
	r = sqlite3_step(q);
	if (r == SQLITE_ROW)
		*f = fact_of(q);
	sqlite3_reset(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "look a job up");
}

/* Runs a statement that lists jobs; resets it. */
static int collect(struct store *s, sqlite3_stmt *q, struct arena *a, struct store_facts *out,
		   struct err *e)
{
	uint32_t cap = 0;
	int r;

	*out = (struct store_facts){0};
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		ARENA_GROW(a, out->facts, out->n, cap);
		out->facts[out->n++] = fact_of(q);
	}
	sqlite3_reset(q);
	return r == SQLITE_DONE ? 0 : store_failed(s->db, e, "list jobs");
}

int store_refill(struct store *s, const struct refill *r, struct arena *a, struct store_facts *out,
		 struct err *e)
{
	sqlite3_stmt *q;

	if (store_rows_there(s, e) < 0)
		return -1;
	q = store_statement(s, SQL_REFILL);
	sqlite3_bind_int64(q, 1, r->collection);
	sqlite3_bind_int(q, 2, r->priority);
	sqlite3_bind_int64(q, 3, (int64_t)r->after);
	sqlite3_bind_int64(q, 4, r->n);
	return collect(s, q, a, out, e);
}

int store_least(struct store *s, enum store_statement which, int64_t *out, struct err *e)
{
	sqlite3_stmt *q;
	int r;

	if (store_rows_there(s, e) < 0)
		return -1;
	q = store_statement(s, which);
	r = sqlite3_step(q);
	*out = INT64_MAX;
	if (r == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return r == SQLITE_ROW ? 0 : store_failed(s->db, e, "ask what is due");
}

static int list_due(struct store *s, enum store_statement which, int64_t now_ms, uint32_t n,
		    struct arena *a, struct store_facts *out, struct err *e)
{
	sqlite3_stmt *q;

	if (store_rows_there(s, e) < 0)
		return -1;
	q = store_statement(s, which);
	sqlite3_bind_int64(q, 1, now_ms);
	sqlite3_bind_int64(q, 2, n);
	return collect(s, q, a, out, e);
}

int store_due(struct store *s, int64_t now_ms, uint32_t n, struct arena *a, struct store_facts *out,
	      int64_t *next, struct err *e)
{
	if (list_due(s, SQL_DUE, now_ms, n, a, out, e) < 0)
		return -1;
	return out->n == n ? (*next = now_ms, 0) : store_least(s, SQL_NEXT_DUE, next, e);
}

int store_overdue(struct store *s, int64_t now_ms, uint32_t n, struct arena *a,
		  struct store_facts *out, int64_t *next, struct err *e)
{
	if (list_due(s, SQL_OVERDUE, now_ms, n, a, out, e) < 0)
		return -1;
	return out->n == n ? (*next = now_ms, 0) : store_least(s, SQL_NEXT_DEADLINE, next, e);
}
