/* The fault sweep: the store does a day's work while its 1st, 2nd, … Nth write, sync or truncation
 * fails, once or from then on for ever, as a full disk, an I/O error, a short write or a failed
 * sync. The broker's rule is to end at the first failure; so the store is closed there, opened
 * again on a healthy disk, and must be sound, with everything that was committed before.
 *
 *	faults DIR      sweeps everything; prints a line for each kind of fault
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/store.h"

enum { JOBS = 5 };

static struct {
	int countdown; /* the operation that fails; 0: none */
	bool for_ever, sync_only, short_write;
	int code;
	int n_done; /* operations so far */
} FAULT;

/* A file system that fails on request, over SQLite's own. */

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* follows this struct */
};

static sqlite3_vfs *REAL;
static sqlite3_io_methods METHODS;

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct file *)f)->real;
}

static bool fails(bool is_sync)
{
	if (FAULT.sync_only && !is_sync)
		return false;
	FAULT.n_done++;
	if (!FAULT.countdown)
		return false;
	if (FAULT.countdown > 1) {
		FAULT.countdown--;
		return false;
	}
	if (!FAULT.for_ever)
		FAULT.countdown = 0;
	return true;
}

static int f_close(sqlite3_file *f)
{
	return real_of(f)->pMethods ? real_of(f)->pMethods->xClose(real_of(f)) : SQLITE_OK;
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails(false)) {
		if (FAULT.short_write)
			real_of(f)->pMethods->xWrite(real_of(f), p, n / 2, at);
		return FAULT.code;
	}
	return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return fails(false) ? FAULT.code : real_of(f)->pMethods->xTruncate(real_of(f), n);
}

static int f_sync(sqlite3_file *f, int flags)
{
	(void)f, (void)flags; /* no power is cut here: a sync that succeeds need not wait */
	return fails(true) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int f_size(sqlite3_file *f, sqlite3_int64 *n)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), n);
}

static int f_lock(sqlite3_file *f, int how)
{
	return real_of(f)->pMethods->xLock(real_of(f), how);
}

static int f_unlock(sqlite3_file *f, int how)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), how);
}

static int f_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int f_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int f_traits(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int f_shm_unmap(sqlite3_file *f, int drop)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), drop);
}

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct file *mine = (struct file *)f;

	(void)v;
	mine->real = (sqlite3_file *)(mine + 1);
	mine->base.pMethods = &METHODS;
	return REAL->xOpen(REAL, name, mine->real, flags, out);
}

static void install(void)
{
	static sqlite3_vfs vfs;

	REAL = sqlite3_vfs_find(NULL);
	METHODS = (sqlite3_io_methods){
		3,          f_close,       f_read,      f_write,   f_truncate, f_sync,   f_size,
		f_lock,     f_unlock,      f_reserved,  f_control, f_sector,   f_traits, f_shm_map,
		f_shm_lock, f_shm_barrier, f_shm_unmap, NULL,      NULL};
	METHODS.iVersion = 2;
	vfs = *REAL;
	vfs.zName = "faulty";
	vfs.szOsFile = (int)sizeof(struct file) + REAL->szOsFile;
	vfs.xOpen = v_open;
	sqlite3_vfs_register(&vfs, 1);
}

/* The day's work: every job is submitted, granted and finished, each in a turn of its own. */

struct progress {
	int submitted, granted, done; /* jobs whose turn was committed */
};

static struct change change_of(uint64_t job, enum job_verb verb, enum job_state from)
{
	return (struct change){.job = {.job = job,
				       .ticket = job,
				       .collection = 1,
				       .attempts = verb == JOB_SUBMIT ? 0 : 1,
				       .state = job_move(from, verb)},
			       .verb = verb,
			       .from = from,
			       .worker = STR("w"),
			       .text = STR(""),
			       .record = STR("\x80"),
			       .seq = verb == JOB_COMPLETE ? job : 0};
}

static int submit(struct store *s, int i, struct progress *p, struct err *e)
{
	bool more = i % 4 == 0;

	struct change c = change_of((uint64_t)i, JOB_SUBMIT, JOB_NONE);
	struct store_document d = {.collection = 1,
				   .id = STR("d"),
				   .key = STR(""),
				   .title = STR(""),
				   .date = STR(""),
				   .source = STR(""),
				   .lang = STR(""),
				   .date_source = STR("")};
	static char body[6000];

	memset(body, 'a' + i, sizeof(body));
	d.identity[0] = (uint8_t)i;
	d.body = (struct str){body, sizeof(body)};
	if (store_insert(s, &d, &c, 1000 + i, e) < 0)
		return -1;
	if (i % 2)
		return store_commit(s, e);
	/* As the server does it: first a record, the rows when there is time. */
	if (store_write(s, e) < 0 || store_sync(s, e) < 0)
		return -1;
	p->submitted = i;
	while (more)
		if (store_catch_up(s, 100000, &more, e) < 0)
			return -1;
	return 0;
}

static int move(struct store *s, int i, enum job_verb verb, enum job_state from, struct err *e)
{
	struct change c = change_of((uint64_t)i, verb, from);

	if (store_apply(s, &c, 2000 + i, e) < 0)
		return -1;
	return store_commit(s, e);
}

static int work(const char *url, struct progress *p, struct err *e)
{
	struct store *s;
	int r = 0;

	if (store_open(&s, url, e) < 0)
		return -1;
	for (int i = 1; r == 0 && i <= JOBS; i++) {
		r = submit(s, i, p, e);
		if (r == 0)
			p->submitted = i;
		if (r == 0 && (r = move(s, i, JOB_GRANT, JOB_QUEUED, e)) == 0)
			p->granted = i;
		if (r == 0 && i % 2 == 0 && (r = move(s, i / 2, JOB_COMPLETE, JOB_LEASED, e)) == 0)
			p->done = i / 2;
	}
	store_close(s);
	return r;
}

static void remove_store(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-intake", ".lock", "-journal"};
	char name[512];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

/* After the fault: what was committed must be there, and nothing half. */
static void examine(const char *url, const struct progress *p)
{
	struct store *s;
	struct err e;
	struct job_fact f;

	if (store_open(&s, url, &e) < 0) {
		fprintf(stderr, "not ok: reopen: %s\n", e.text);
		exit(1);
	}
	for (int i = 1; i <= p->submitted; i++) {
		CHECK(store_job(s, (uint64_t)i, &f, &e) == 0);
		CHECK(f.state != JOB_NONE);
		CHECK(f.state == JOB_QUEUED || f.state == JOB_DONE);
		CHECK(i > p->done || f.state == JOB_DONE);
	}
	store_close(s);
	if (store_check(url, &e) < 0) {
		fprintf(stderr, "not ok: %s\n", e.text);
		exit(1);
	}
}

static void sweep(const char *dir, const char *name, int code, bool sync_only, bool short_write,
		  bool for_ever)
{
	char path[400], url[420];
	int n = 0, failed = 0, r;

	snprintf(path, sizeof(path), "%s/faults.db", dir);
	snprintf(url, sizeof(url), "sqlite:%s", path);
	do {
		struct progress p = {0};
		struct err e;

		n++;
		remove_store(path);
		memset(&FAULT, 0, sizeof(FAULT));
		FAULT.countdown = n;
		FAULT.code = code;
		FAULT.sync_only = sync_only;
		FAULT.short_write = short_write;
		FAULT.for_ever = for_ever;
		r = work(url, &p, &e);
		failed += r < 0;
		if (r < 0 && code == SQLITE_FULL && !sync_only)
			CHECK(e.code == ERR_FULL || e.code == ERR_IO);
		r = FAULT.n_done >= n;
		memset(&FAULT, 0, sizeof(FAULT));
		examine(url, &p);
	} while (r);
	remove_store(path);
	printf("ok %s%s: %d places, %d ended the broker, nothing committed was lost\n", name,
	       for_ever ? " for ever" : " once", n - 1, failed);
	CHECK(failed > 10);
}

int main(int argc, char **argv)
{
	char dir[] = "/dev/shm/demarche-faults-XXXXXX";
	const char *where = argc > 1 ? argv[1] : mkdtemp(dir);

	install();
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		sweep(where, "disk full", SQLITE_FULL, false, false, for_ever);
		sweep(where, "write error", SQLITE_IOERR_WRITE, false, false, for_ever);
		sweep(where, "short write", SQLITE_IOERR_WRITE, false, true, for_ever);
		sweep(where, "failed sync", SQLITE_IOERR_FSYNC, true, false, for_ever);
	}
	if (argc < 2)
		rmdir(dir);
	return 0;
}
