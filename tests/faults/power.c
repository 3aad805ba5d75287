/* Loss of power: the store works while, again and again, the disk is looked at as it would be if
 * the power went now: what was synced is there, of what was written since any part may be missing,
 * block by block. Opened from such a disk, the store must be sound and hold every turn that was
 * synced, and of those that were only written the first ones or none.
 *
 *	power [SEED [TURNS]]
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/store.h"

enum { FILES = 8, OPEN = 64, BLOCK = 512, BODY = 40000, JOBS_A_TURN = 4, STRETCH = 150 };

/* A write, or with p NULL a truncation, that was not synced. */
struct pending {
	char *p;
	size_t n;
	int64_t at;
};
struct disk_file {
	char path[256];
	struct buf synced;
	struct pending *pending;
	uint32_t n, cap;
};

static struct {
	pthread_mutex_t lock;
	struct disk_file files[FILES];
	int n_files;
	struct {
		sqlite3_file *file;
		struct disk_file *on;
	} open[OPEN];
	uint64_t random, n_cuts, n_missing;
	bool slow; /* for all threads but this one: their syncs do not end */
	pthread_t main;
	pthread_cond_t quick;
} DISK = {.lock = PTHREAD_MUTEX_INITIALIZER, .quick = PTHREAD_COND_INITIALIZER};

/* SQLite has methods for files that are locked and for those that are not. */
static const sqlite3_io_methods *ORIGINAL[2];
static sqlite3_io_methods METHODS[2];
static sqlite3_vfs *REAL;

static uint64_t rnd(void)
{
	uint64_t z = DISK.random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* The disk */

static const sqlite3_io_methods *original(const sqlite3_file *f)
{
	return ORIGINAL[f->pMethods - METHODS];
}

static void apply(struct buf *b, const struct pending *w)
{
	if (!w->p) {
		b->n = (size_t)w->at < b->n ? (size_t)w->at : b->n;
		return;
	}
	if (b->n < (size_t)w->at + w->n) {
		size_t old = b->n;

		buf_reserve(b, (size_t)w->at + w->n - b->n);
		b->n = (size_t)w->at + w->n;
		memset(b->p + old, 0, b->n - old);
	}
	memcpy(b->p + w->at, w->p, w->n);
}

static struct disk_file *file_of(sqlite3_file *f)
{
	for (int i = 0; i < OPEN; i++)
		if (DISK.open[i].file == f)
			return DISK.open[i].on;
	return NULL;
}

static void note(sqlite3_file *f, const void *p, size_t n, int64_t at)
{
	struct disk_file *d;

	pthread_mutex_lock(&DISK.lock);
	d = file_of(f);
	if (d) {
		MEM_GROW(d->pending, d->n, d->cap);
		d->pending[d->n++] = (struct pending){p ? mem_alloc(n) : NULL, n, at};
		if (p)
			memcpy(d->pending[d->n - 1].p, p, n);
	}
	pthread_mutex_unlock(&DISK.lock);
}

static int d_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	note(f, p, (size_t)n, at);
	return original(f)->xWrite(f, p, n, at);
}

static int d_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	note(f, NULL, 0, n);
	return original(f)->xTruncate(f, n);
}

static int d_sync(sqlite3_file *f, int flags)
{
	struct disk_file *d;

	(void)flags;
	pthread_mutex_lock(&DISK.lock);
	while (DISK.slow && !pthread_equal(pthread_self(), DISK.main))
		pthread_cond_wait(&DISK.quick, &DISK.lock);
	d = file_of(f);
	for (uint32_t i = 0; d && i < d->n; i++) {
		apply(&d->synced, &d->pending[i]);
		mem_free(d->pending[i].p);
	}
	if (d)
		d->n = 0;
	pthread_mutex_unlock(&DISK.lock);
	return SQLITE_OK;
}

static int d_close(sqlite3_file *f)
{
	pthread_mutex_lock(&DISK.lock);
	for (int i = 0; i < OPEN; i++)
		if (DISK.open[i].file == f)
			DISK.open[i].file = NULL;
	pthread_mutex_unlock(&DISK.lock);
	return original(f)->xClose(f);
}

static struct disk_file *enter(const char *path)
{
	for (int i = 0; i < DISK.n_files; i++)
		if (strcmp(DISK.files[i].path, path) == 0)
			return &DISK.files[i];
	CHECK(DISK.n_files < FILES);
	snprintf(DISK.files[DISK.n_files].path, sizeof(DISK.files[0].path), "%s", path);
	return &DISK.files[DISK.n_files++];
}

static const sqlite3_io_methods *watched(const sqlite3_io_methods *m)
{
	int k = 0;

	while (k < 2 && ORIGINAL[k] && ORIGINAL[k] != m)
		k++;
	CHECK(k < 2);
	ORIGINAL[k] = m;
	METHODS[k] = *m;
	METHODS[k].xWrite = d_write;
	METHODS[k].xTruncate = d_truncate;
	METHODS[k].xSync = d_sync;
	METHODS[k].xClose = d_close;
	return &METHODS[k];
}

static int d_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	int r = REAL->xOpen(REAL, name, f, flags, out);

	(void)v;
	if (r != SQLITE_OK || !name || !strstr(name, "/live.db"))
		return r;
	pthread_mutex_lock(&DISK.lock);
	f->pMethods = watched(f->pMethods);
	for (int i = 0; i < OPEN; i++) {
		if (DISK.open[i].file)
			continue;
		DISK.open[i].file = f;
		DISK.open[i].on = enter(name);
		break;
	}
	pthread_mutex_unlock(&DISK.lock);
	return r;
}

/* What a folder holds is taken to be on the disk at once. */
static int d_delete(sqlite3_vfs *v, const char *name, int sync)
{
	(void)v;
	pthread_mutex_lock(&DISK.lock);
	for (int i = 0; i < DISK.n_files; i++) {
		struct disk_file *d = &DISK.files[i];

		if (strcmp(d->path, name) != 0)
			continue;
		for (uint32_t k = 0; k < d->n; k++)
			mem_free(d->pending[k].p);
		d->n = 0;
		d->synced.n = 0;
	}
	pthread_mutex_unlock(&DISK.lock);
	return REAL->xDelete(REAL, name, sync);
}

static void install(void)
{
	static sqlite3_vfs vfs;

	DISK.main = pthread_self();
	REAL = sqlite3_vfs_find(NULL);
	vfs = *REAL;
	vfs.zName = "power";
	vfs.xOpen = d_open;
	vfs.xDelete = d_delete;
	sqlite3_vfs_register(&vfs, 1);
}

/* The power goes */

/* Each block of what was not synced is on the disk or not; in some worlds most, in some few. */
static void lose(struct buf *b, const struct disk_file *d, uint64_t percent)
{
	for (uint32_t i = 0; i < d->n; i++) {
		const struct pending *w = &d->pending[i];

		if (!w->p) {
			if (rnd() % 100 < percent)
				apply(b, w);
			continue;
		}
		for (size_t at = 0; at < w->n;) {
			size_t n = BLOCK - (size_t)(w->at + (int64_t)at) % BLOCK;
			struct pending part;

			if (n > w->n - at)
				n = w->n - at;
			part = (struct pending){w->p + at, n, w->at + (int64_t)at};
			if (rnd() % 100 < percent)
				apply(b, &part);
			else
				DISK.n_missing++;
			at += n;
		}
	}
}

static void put_file(const char *path, struct buf b)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fwrite(b.p ? b.p : "", 1, b.n, f) == b.n && fclose(f) == 0);
}

/* A disk as it is found afterwards, in files named cut.db…; those who write go on. */
static void cut_power(const char *dir)
{
	char path[512];

	pthread_mutex_lock(&DISK.lock);
	for (int i = 0; i < DISK.n_files; i++) {
		const struct disk_file *d = &DISK.files[i];
		struct buf b = {0};

		buf_add(&b, d->synced.p, d->synced.n);
		lose(&b, d, rnd() % 101);
		snprintf(path, sizeof(path), "%s/cut.db%s", dir,
			 strstr(d->path, "/live.db") + strlen("/live.db"));
		put_file(path, b);
		buf_free(&b);
	}
	pthread_mutex_unlock(&DISK.lock);
	snprintf(path, sizeof(path), "%s/cut.db-shm", dir);
	unlink(path);
}

/* What the turns did. Jobs, results and turns are numbered as they come. */
static struct {
	uint64_t *jobs_by, *seq_by;        /* [turn] so many there are after it */
	uint64_t *done_by, *granted_by;    /* [job] the turn that did that; 0 none */
	uint64_t jobs, seq, turns, oldest; /* oldest: a job that may have no result yet */
} WORK;

static uint64_t count_jobs(struct store *s, uint64_t *done)
{
	struct job_fact f;
	struct err e;

	*done = 0;
	for (uint64_t job = 1;; job++) {
		CHECK(store_job(s, job, &f, &e) == 0);
		if (!f.state)
			return job - 1;
		*done += f.state == JOB_DONE;
	}
}

/* The turn whose end this store is, from `first` to `last`; one beyond where it is none. */
static uint64_t turn_there(struct store *s, uint64_t first, uint64_t last)
{
	uint64_t done, jobs = count_jobs(s, &done), turn = first;

	while (turn <= last && (WORK.jobs_by[turn] != jobs || WORK.seq_by[turn] != done))
		turn++;
	return turn;
}

/* Every job is as that turn left it, and those are leased that had been. */
static void compare(struct store *s, uint64_t turn)
{
	struct arena a = {0};
	struct store_start start;
	uint64_t leased = 0;
	struct err e;

	for (uint64_t job = 1; job <= WORK.jobs_by[turn]; job++) {
		bool done = WORK.done_by[job] && WORK.done_by[job] <= turn;
		struct job_fact f;

		CHECK(store_job(s, job, &f, &e) == 0);
		CHECK(f.state == (done ? JOB_DONE : JOB_QUEUED));
		leased += !done && WORK.granted_by[job] && WORK.granted_by[job] <= turn;
	}
	CHECK(store_start(s, &a, &start, &e) == 0);
	CHECK(start.leased.n == leased && start.last_seq == WORK.seq_by[turn]);
	for (uint32_t i = 0; i < start.leased.n; i++)
		CHECK(WORK.granted_by[start.leased.facts[i].job]);
	arena_free(&a);
}

static void examine(const char *dir, uint64_t synced, uint64_t written)
{
	char path[512];
	struct store *s;
	struct err e;
	uint64_t n;

	cut_power(dir);
	snprintf(path, sizeof(path), "%s/cut.db", dir);
	if (store_open(&s, path, &e) < 0) {
		fprintf(stderr, "not ok: %s\n", e.text);
		exit(1);
	}
	n = turn_there(s, synced, written);
	if (n <= written)
		compare(s, n);
	store_close(s);
	err_set(&e, ERR_NONE, "it is the state after none of these turns");
	if (n > written || store_check(path, &e) < 0) {
		fprintf(stderr, "not ok: %llu turns were synced, %llu written: %s\n",
			(unsigned long long)synced, (unsigned long long)written, e.text);
		exit(1);
	}
	DISK.n_cuts++;
}

/* The work: in some stretches turns bring jobs, leases of these, and results, which are put into
 * their tables later; in others a turn may also lease an older job, and is a transaction. */

static void insert(struct store *s, uint64_t job)
{
	static char body[BODY];
	struct change c = {.job = {.job = job, .ticket = job, .collection = 1, .state = JOB_QUEUED},
			   .verb = JOB_SUBMIT,
			   .worker = STR(""),
			   .text = STR("")};
	struct store_document d = {.collection = 1, .id = STR("d"), .body = {body, BODY}};
	struct err e;

	memcpy(d.identity, &job, sizeof(job));
	memset(body, (int)('a' + job % 26), BODY);
	d.body.n = rnd() % 16 ? BODY / 16 : BODY;
	CHECK(store_insert(s, &d, &c, (int64_t)job, &e) == 0);
}

static struct change change_of(uint64_t job, enum job_verb verb, enum job_state to)
{
	return (struct change){.job = {.job = job,
				       .ticket = job,
				       .collection = 1,
				       .state = to,
				       .attempts = 1,
				       .leased_ms = (int64_t)job},
			       .from = JOB_QUEUED,
			       .verb = verb,
			       .worker = STR(""),
			       .text = STR(""),
			       .record = STR("\x80")};
}

static void grant(struct store *s, uint64_t job)
{
	struct change c = change_of(job, JOB_GRANT, JOB_LEASED);
	struct err e;

	CHECK(store_apply(s, &c, (int64_t)job, &e) == 0);
	WORK.granted_by[job] = WORK.turns;
}

static void complete(struct store *s, uint64_t job)
{
	struct change c = change_of(job, JOB_COMPLETE, JOB_DONE);
	struct err e;

	c.seq = ++WORK.seq;
	if (WORK.granted_by[job])
		c.from = JOB_LEASED;
	CHECK(store_apply(s, &c, (int64_t)job, &e) == 0);
	WORK.done_by[job] = WORK.turns;
}

static void take_turn(struct store *s, bool older)
{
	uint64_t before = WORK.jobs, n = rnd() % (JOBS_A_TURN + 1);

	WORK.turns++;
	for (uint64_t i = 0; i < n; i++)
		insert(s, ++WORK.jobs);
	if (older && WORK.oldest < before && rnd() % 4 == 0 && !WORK.granted_by[before] &&
	    !WORK.done_by[before])
		grant(s, before);
	if (n && rnd() % 2)
		grant(s, WORK.jobs);
	for (n = n ? rnd() % 3 : 1; n && WORK.oldest < before; n--)
		if (!WORK.done_by[++WORK.oldest])
			complete(s, WORK.oldest);
	WORK.jobs_by[WORK.turns] = WORK.jobs;
	WORK.seq_by[WORK.turns] = WORK.seq;
}

static void catch_up(struct store *s, uint64_t most)
{
	bool more = true;
	struct err e;

	while (more && most--)
		CHECK(store_catch_up(s, (int64_t)(WORK.jobs + rnd() % 20), &more, &e) == 0);
}

static void set_slow(bool slow)
{
	pthread_mutex_lock(&DISK.lock);
	DISK.slow = slow;
	pthread_cond_broadcast(&DISK.quick);
	pthread_mutex_unlock(&DISK.lock);
}

static void work(const char *dir, uint64_t turns)
{
	uint64_t synced = 0, written = 0;
	char path[512];
	struct store *s;
	struct err e;

	WORK.jobs_by = mem_alloc((turns + 1) * sizeof(uint64_t));
	WORK.seq_by = mem_alloc((turns + 1) * sizeof(uint64_t));
	WORK.done_by = mem_alloc((turns * JOBS_A_TURN + 1) * sizeof(uint64_t));
	WORK.granted_by = mem_alloc((turns * JOBS_A_TURN + 1) * sizeof(uint64_t));
	snprintf(path, sizeof(path), "%s/live.db", dir);
	CHECK(store_open(&s, path, &e) == 0);
	for (uint64_t turn = 0; turn < turns; turn++) {
		if (turn % (STRETCH / 2) == 0) {
			/* a sync under way would wait for the slow disk, and we for it */
			CHECK(store_sync(s, &e) == 0);
			synced = written;
			set_slow(turn / STRETCH % 2 == 0 && rnd() % 2);
		}
		take_turn(s, turn / STRETCH % 2);
		if (rnd() % 8 == 0)
			examine(dir, synced, written);
		/* As the server does: the turn before is settled, this one written. */
		CHECK(store_sync(s, &e) == 0);
		synced = written;
		CHECK(store_write(s, &e) == 0);
		written = WORK.turns;
		if (rnd() % 8 == 0)
			examine(dir, synced, written);
		if (!DISK.slow && rnd() % 2) {
			store_sync_begin(s);
			catch_up(s, rnd() % 8);
			continue;
		}
		catch_up(s, rnd() % 8);
		CHECK(store_sync(s, &e) == 0);
		synced = written;
		if (rnd() % 64 == 0)
			CHECK(store_publish(s, &e) == 0);
		if (rnd() % 8 == 0)
			examine(dir, synced, written);
	}
	set_slow(false);
	store_close(s);
	mem_free(WORK.jobs_by);
	mem_free(WORK.seq_by);
	mem_free(WORK.done_by);
	mem_free(WORK.granted_by);
}

int main(int argc, char **argv)
{
	uint64_t turns = argc > 2 ? strtoull(argv[2], NULL, 10) : 400;
	static const char *const ends[] = {"", "-wal", "-shm", "-intake", ".lock"};
	char dir[] = "/dev/shm/demarche-power-XXXXXX", path[512];

	DISK.random = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	CHECK(mkdtemp(dir));
	install();
	work(dir, turns);
	for (int i = 0; i < 10; i++) {
		snprintf(path, sizeof(path), "%s/%s.db%s", dir, i < 5 ? "live" : "cut",
			 ends[i % 5]);
		unlink(path);
	}
	rmdir(dir);
	printf("ok power: %llu turns, cut %llu times with %llu blocks missing: every synced turn "
	       "was "
	       "there\n",
	       (unsigned long long)turns, (unsigned long long)DISK.n_cuts,
	       (unsigned long long)DISK.n_missing);
	return 0;
}
