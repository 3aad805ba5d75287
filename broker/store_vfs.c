/* A log that is open has one stretch of bytes that is gathered but not written. A write that
 * continues it is appended; every other operation but reading of locks writes it out first. */
#include "broker/store_vfs.h"

#include "proto/err.h"
#include "proto/mem.h"

enum { STRETCH_MAX = 64 * 1024 }; /* SQLite's own layer writes at most 128 KiB at once */

struct joined {
	sqlite3_file base;
	bool joins;    /* it is a log */
	bool puts_off; /* syncs of commits */
	bool head;     /* its header was written since the last sync */
	char *stretch; /* [STRETCH_MAX], made at the first write */
	int n;
	sqlite3_int64 at;   /* where it belongs in the file */
	sqlite3_file *real; /* lies behind this struct */
};

static struct joined *joined_of(sqlite3_file *f)
{
	return (struct joined *)f;
}

static const sqlite3_io_methods *real_of(sqlite3_file *f)
{
	return joined_of(f)->real->pMethods;
}

/* On failure the stretch is dropped: SQLite gives the transaction up, and so does the broker. */
static int flush(struct joined *j)
{
	int n = j->n;

	j->n = 0;
	if (!n)
		return SQLITE_OK;
	return j->real->pMethods->xWrite(j->real, j->stretch, n, j->at);
}

static int v_close(sqlite3_file *f)
{
	struct joined *j = joined_of(f);
	int flushed = flush(j), closed = real_of(f)->xClose(j->real);

	mem_free(j->stretch);
	j->stretch = NULL;
	return flushed != SQLITE_OK ? flushed : closed;
}

static int v_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	struct joined *j = joined_of(f);
	int r = SQLITE_OK;

	if (j->n && at < j->at + j->n && at + n > j->at)
		r = flush(j);
	return r == SQLITE_OK ? real_of(f)->xRead(j->real, p, n, at) : r;
}

static int v_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct joined *j = joined_of(f);
	int r = SQLITE_OK;

	if (j->n && (at != j->at + j->n || j->n + n > STRETCH_MAX))
		r = flush(j);
	if (r != SQLITE_OK)
		return r;
	if (n > STRETCH_MAX || !j->joins)
		return real_of(f)->xWrite(j->real, p, n, at);
	if (!j->stretch)
		j->stretch = mem_alloc(STRETCH_MAX);
	if (!j->n)
		j->at = at;
	j->head |= at == 0;
	memcpy(j->stretch + j->n, p, (size_t)n);
	j->n += n;
	return SQLITE_OK;
}

static int v_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	int r = flush(joined_of(f));

	return r == SQLITE_OK ? real_of(f)->xTruncate(joined_of(f)->real, n) : r;
}

static int v_sync(sqlite3_file *f, int flags)
{
	struct joined *j = joined_of(f);
	int r = flush(j);

	if (r != SQLITE_OK)
		return r;
	if (j->puts_off && !j->head)
		return SQLITE_OK; /* store_vfs_sync makes up for it */
	r = real_of(f)->xSync(j->real, flags);
	if (r == SQLITE_OK)
		j->head = false;
	return r;
}

static int v_size(sqlite3_file *f, sqlite3_int64 *n)
{
	int r = flush(joined_of(f));

	return r == SQLITE_OK ? real_of(f)->xFileSize(joined_of(f)->real, n) : r;
}

static int v_lock(sqlite3_file *f, int how)
{
	return real_of(f)->xLock(joined_of(f)->real, how);
}

/* Giving a lock up lets others look. */
static int v_unlock(sqlite3_file *f, int how)
{
	int r = flush(joined_of(f));

	return r == SQLITE_OK ? real_of(f)->xUnlock(joined_of(f)->real, how) : r;
}

static int v_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->xCheckReservedLock(joined_of(f)->real, out);
}

static int v_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->xFileControl(joined_of(f)->real, op, arg);
}

static int v_sector(sqlite3_file *f)
{
	return real_of(f)->xSectorSize(joined_of(f)->real);
}

static int v_traits(sqlite3_file *f)
{
	return real_of(f)->xDeviceCharacteristics(joined_of(f)->real);
}

static int v_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real_of(f)->xShmMap(joined_of(f)->real, page, size, extend, out);
}

static int v_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return real_of(f)->xShmLock(joined_of(f)->real, at, n, flags);
}

static void v_shm_barrier(sqlite3_file *f)
{
	real_of(f)->xShmBarrier(joined_of(f)->real);
}

static int v_shm_unmap(sqlite3_file *f, int drop)
{
	return real_of(f)->xShmUnmap(joined_of(f)->real, drop);
}

/* No xFetch: what is gathered would not be seen through a mapping. */
static const sqlite3_io_methods METHODS = {
	.iVersion = 2,
	.xClose = v_close,
	.xRead = v_read,
	.xWrite = v_write,
	.xTruncate = v_truncate,
	.xSync = v_sync,
	.xFileSize = v_size,
	.xLock = v_lock,
	.xUnlock = v_unlock,
	.xCheckReservedLock = v_reserved,
	.xFileControl = v_control,
	.xSectorSize = v_sector,
	.xDeviceCharacteristics = v_traits,
	.xShmMap = v_shm_map,
	.xShmLock = v_shm_lock,
	.xShmBarrier = v_shm_barrier,
	.xShmUnmap = v_shm_unmap,
};

static sqlite3_vfs *under(sqlite3_vfs *v)
{
	return v->pAppData;
}

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct joined *j = joined_of(f);
	int r;

	*j = (struct joined){.joins = flags & SQLITE_OPEN_WAL, .real = (sqlite3_file *)(j + 1)};
	r = under(v)->xOpen(under(v), name, j->real, flags, out);
	if (j->real->pMethods)
		j->base.pMethods = &METHODS;
	return r;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync)
{
	return under(v)->xDelete(under(v), name, sync);
}

static int v_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	return under(v)->xAccess(under(v), name, flags, out);
}

static int v_full_path(sqlite3_vfs *v, const char *name, int n, char *out)
{
	return under(v)->xFullPathname(under(v), name, n, out);
}

static int v_random(sqlite3_vfs *v, int n, char *out)
{
	return under(v)->xRandomness(under(v), n, out);
}

static int v_sleep(sqlite3_vfs *v, int us)
{
	return under(v)->xSleep(under(v), us);
}

static int v_time(sqlite3_vfs *v, sqlite3_int64 *out)
{
	return under(v)->xCurrentTimeInt64(under(v), out);
}

static int v_last_error(sqlite3_vfs *v, int n, char *out)
{
	return under(v)->xGetLastError(under(v), n, out);
}

void store_vfs_put_off(sqlite3_file *log, bool on)
{
	CHECK(log->pMethods == &METHODS && joined_of(log)->joins);
	joined_of(log)->puts_off = on;
}

int store_vfs_sync(sqlite3_file *log)
{
	return real_of(log)->xSync(joined_of(log)->real, SQLITE_SYNC_NORMAL);
}

void store_vfs_lengthen(sqlite3_file *log, sqlite3_int64 bytes)
{
	struct joined *j = joined_of(log);
	sqlite3_int64 at;
	char *zeros;
	int r;

	if (flush(j) != SQLITE_OK || real_of(log)->xFileSize(j->real, &at) != SQLITE_OK ||
	    at >= bytes)
		return;
	zeros = mem_alloc(STRETCH_MAX);
	do {
		sqlite3_int64 n = bytes - at < STRETCH_MAX ? bytes - at : STRETCH_MAX;

		r = real_of(log)->xWrite(j->real, zeros, (int)n, at);
		at += n;
	} while (r == SQLITE_OK && at < bytes);
	mem_free(zeros);
}

const char *store_vfs(void)
{
	static sqlite3_vfs vfs = {
		.iVersion = 2,
		.zName = "demarche",
		.xOpen = v_open,
		.xDelete = v_delete,
		.xAccess = v_access,
		.xFullPathname = v_full_path,
		.xRandomness = v_random,
		.xSleep = v_sleep,
		.xGetLastError = v_last_error,
		.xCurrentTimeInt64 = v_time,
	};
	sqlite3_vfs *real;

	/* Nobody asks SQLite how much memory it uses; counting takes a lock for each piece. Refused
	 * where SQLite is in use already, which does not matter. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (!sqlite3_vfs_find(vfs.zName)) {
		real = sqlite3_vfs_find(NULL);
		vfs.pAppData = real;
		vfs.mxPathname = real->mxPathname;
		vfs.szOsFile = (int)sizeof(struct joined) + real->szOsFile;
		sqlite3_vfs_register(&vfs, 0);
	}
	return vfs.zName;
}
