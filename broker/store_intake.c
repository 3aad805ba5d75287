/* The intake: turns that are accepted and not in their tables yet. A turn that brings some new
 * documents, grants them at once, or brings some results, and does nothing else, is written as one
 * record into a file beside the store, PATH-intake, and is on the disk as soon as that record is.
 * Its rows follow while the broker waits for the disk or for its peers, and are committed many
 * turns together:
 *
 *     without:  take │ rows, commit │ sync │ answer      with:  take │ record │ sync ┬ answer
 *                                                                              rows ─┘
 *
 * Any other turn (a failure, a lease of an older job, a name that is new, many bytes) first commits
 * what is here, as a turn of its own, and is then written into the tables as ever: so what others
 * can read there is always in the order of the turns.
 *
 * The file has two halves that are written in turn, in place. A half is free when the log of the
 * tables has all of its entries on the disk: that is done in the background while the other is
 * filled. At the start the records are read whose salt is this store's, as far as their sums are
 * right, and what the tables lack is put into them. Numbers of jobs and results only grow, so what
 * is left of an earlier round is told by them; a lease is of a job of its own record.
 *
 *     record, from a multiple of SECTOR on:  magic 8 | salt 8 | length 8 | XXH3 of the rest 8 |
 * entries (store_entries.c)
 *
 * What goes wrong: the disk is full or fails (the turn fails, and the broker ends), the power goes
 * before the sync (nobody was told; a record that is not whole is none), a file that belongs to
 * another store (another salt: no record is read). */
#include "broker/store_intake.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>
#include <xxhash.h>

#include "broker/store_entries.h"
#include "broker/store_vfs.h"

enum {
	SECTOR = 512,
	HEAD = 32,
	HALF = 1 << 20,
	TURN_MOST = 128 << 10, /* bytes of a turn; more are cheaper in the tables at once */
	LEASES_MOST = 16,      /* of a turn: their documents are looked for in its entries */
	RESULTS_MOST = 8,      /* of a turn: more are cheaper in the tables at once */
	BUFFER_MOST = 1 << 20,
	COMMIT_ENTRIES = 64,
	RECORD_KEEP = 1 << 20, /* of memory to read results in */
};

/* Its first byte begins no value of msgpack. */
static const char MAGIC[8] = "\xc1intake";

struct half {
	sqlite3_int64 at; /* where its next record belongs */
	uint64_t last;    /* of the entries that were put there */
};

struct store_intake {
	sqlite3_file *file;
	int fd;     /* of the same file, for hints */
	char *name; /* must stay while the file is open */
	uint64_t salt;
	struct half halves[2];
	int half;           /* that is written */
	struct buf entries; /* of each turn: room for the record's head, and what it brings */
	size_t next;        /* there: the first one that is not in the tables */
	size_t turn;        /* there: where the open turn begins */
	uint64_t last;      /* there: entries are counted, also over restarts of the buffer */
	uint64_t n_records;
	uint64_t turn_job;                   /* the first new job of the open turn; 0 none */
	uint32_t n_leases, n_results;        /* of the open turn */
	struct arena record;                 /* of a result that is put into its tables */
	sqlite3_int64 written_at, written_n; /* the last record */
	uint32_t n_rows;                     /* entries in the tables, not committed */
	int64_t since_ms;                    /* the first of them */
	bool switched; /* to the other half: the log of the tables shall be synced */
};

/* Bytes */

static void put_number(char *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (char)(v >> 8 * i);
}

static uint64_t get_number(const char *from)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v |= (uint64_t)(unsigned char)from[i] << 8 * i;
	return v;
}

/* A turn's record */

static bool has_room(const struct store_intake *t, size_t n)
{
	return t->file && t->entries.n < BUFFER_MOST && t->entries.n - t->turn + n <= TURN_MOST;
}

bool store_intake_takes(const struct store *s, const struct store_document *d)
{
	return !d->again && has_room(s->intake, store_entry_job_size(d));
}

bool store_intake_takes_result(const struct store *s, const struct change *c)
{
	const struct store_intake *t = s->intake;

	return (s->turn != TURN_INTAKE || t->n_results < RESULTS_MOST) &&
	       has_room(t, store_entry_result_size(c));
}

bool store_intake_takes_lease(const struct store *s, uint64_t job)
{
	const struct store_intake *t = s->intake;

	return s->turn == TURN_INTAKE && t->turn_job && job >= t->turn_job &&
	       t->n_leases < LEASES_MOST;
}

static void begin_record(struct store_intake *t)
{
	if (t->turn != t->entries.n)
		return;
	buf_reserve(&t->entries, HEAD);
	t->entries.p[t->turn] = MAGIC[0];
	t->entries.n += HEAD;
	store_entry_put_number(&t->entries, ++t->n_records);
	t->turn_job = 0;
	t->n_leases = t->n_results = 0;
}

void store_intake_add(struct store *s, const struct store_document *d, const struct job_fact *f,
		      int64_t now_ms)
{
	struct store_intake *t = s->intake;

	begin_record(t);
	buf_reserve(&t->entries, store_entry_job_size(d));
	store_entry_put_job(&t->entries, d, f, now_ms);
	if (!t->turn_job)
		t->turn_job = f->job;
	t->last++;
}

void store_intake_add_result(struct store *s, const struct change *c, int64_t now_ms)
{
	struct store_intake *t = s->intake;

	begin_record(t);
	buf_reserve(&t->entries, store_entry_result_size(c));
	store_entry_put_result(&t->entries, c, now_ms);
	t->n_results++;
	t->last++;
}

void store_intake_add_lease(struct store *s, const struct job_fact *f)
{
	struct store_intake *t = s->intake;

	store_entry_put_lease(&t->entries, f);
	t->n_leases++;
	t->last++;
}

bool store_intake_find(struct store *s, uint64_t job, struct store_document *d)
{
	struct store_intake *t = s->intake;
	struct store_entry x;
	struct unpack u;

	if (s->turn != TURN_INTAKE || !t->turn_job || job < t->turn_job)
		return false;
	unpack_init(&u, (struct str){t->entries.p + t->turn + HEAD, t->entries.n - t->turn - HEAD});
	while (u.p != u.end) {
		CHECK(store_entry_get(&u, &x));
		if (x.kind == ENTRY_JOB && x.c.job.job == job) {
			*d = x.d;
			return true;
		}
	}
	return false;
}

/* The half to write into: this one where there is room or it is free, or else the other one. */
static struct half *choose_half(struct store *s, sqlite3_int64 n)
{
	struct store_intake *t = s->intake;
	struct half *h = &t->halves[t->half], *other = &t->halves[1 - t->half];

	if (h->last <= s->log_entry)
		h->at = t->half * HALF;
	if (h->at + n <= (t->half + 1) * HALF)
		return h;
	if (other->last > s->log_entry)
		return NULL;
	t->half = 1 - t->half;
	t->switched = true;
	other->at = t->half * HALF;
	return other;
}

static uint64_t sum_of(const char *record, size_t n)
{
	uint64_t seed = get_number(record + 8) ^ get_number(record + 16);

	return XXH3_64bits_withSeed(record + HEAD, n - HEAD, seed);
}

int store_intake_write(struct store *s, bool *written, struct err *e)
{
	struct store_intake *t = s->intake;
	char *record = t->entries.p + t->turn;
	size_t n = t->entries.n - t->turn;
	sqlite3_int64 sectors = (sqlite3_int64)((n + SECTOR - 1) / SECTOR * SECTOR);
	struct half *h = choose_half(s, sectors);

	*written = h != NULL;
	if (!h)
		return 0;
	memcpy(record, MAGIC, 8);
	put_number(record + 8, t->salt);
	put_number(record + 16, n);
	put_number(record + 24, sum_of(record, n));
	s->failed = t->file->pMethods->xWrite(t->file, record, (int)n, h->at) != SQLITE_OK;
	if (s->failed)
		return err_set(e, ERR_FULL, "cannot write %s: the disk is full or failed", t->name);
	t->written_at = h->at;
	t->written_n = (sqlite3_int64)n;
	h->at += sectors;
	h->last = t->last;
	t->turn = t->entries.n;
	return 0;
}

/* Where that fails, the sync does everything. */
void store_intake_hint(struct store *s)
{
	struct store_intake *t = s->intake;

	sync_file_range(t->fd, t->written_at, t->written_n, SYNC_FILE_RANGE_WRITE);
}

sqlite3_file *store_intake_file(struct store *s)
{
	return s->intake->file;
}

/* Into the tables */

static int take_result(struct store *s, struct store_entry *x, struct err *e)
{
	struct store_intake *t = s->intake;
	struct result *r;

	arena_reset(&t->record, RECORD_KEEP);
	if (x->has_rows) {
		r = ARENA_NEW(&t->record, struct result);
		if (result_unpack(x->c.record, &t->record, r, e) < 0)
			return err_wrap(e, "result %llu", (unsigned long long)x->c.seq);
		result_drop_doubtful(r);
		x->c.result = r;
	}
	return store_complete(s, &x->c, x->now_ms, e);
}

static int take_entry(struct store *s, struct store_entry *x, struct err *e)
{
	switch (x->kind) {
	case ENTRY_JOB:
		return store_insert_rows(s, &x->d, &x->c.job, x->now_ms, e);
	case ENTRY_LEASE:
		store_note_lease(s, &x->c);
		return 0;
	case ENTRY_RESULT:
		return take_result(s, x, e);
	default:
		return 0;
	}
}

static int take_one(struct store *s, struct err *e)
{
	struct store_intake *t = s->intake;
	struct store_entry x;
	struct unpack u;

	if (t->entries.p[t->next] == MAGIC[0])
		t->next += HEAD;
	unpack_init(&u, (struct str){t->entries.p + t->next, t->entries.n - t->next});
	CHECK(store_entry_get(&u, &x));
	if (take_entry(s, &x, e) < 0)
		return -1;
	t->next = (size_t)(u.p - t->entries.p);
	if (x.kind != ENTRY_NUMBER) {
		s->taken_entry++;
		if (!t->n_rows++)
			t->since_ms = x.now_ms;
	}
	if (t->next == t->entries.n)
		t->next = t->turn = t->entries.n = 0;
	return 0;
}

static bool has_earlier(const struct store_intake *t)
{
	return t->next < t->turn;
}

static int take_earlier(struct store *s, struct err *e)
{
	while (has_earlier(s->intake))
		if (store_transaction(s, e) < 0 || take_one(s, e) < 0)
			return -1;
	return 0;
}

int store_intake_commit(struct store *s, struct err *e)
{
	if (take_earlier(s, e) < 0)
		return -1;
	if (!s->intake->n_rows)
		return 0;
	if (store_end_transaction(s, e) < 0)
		return -1;
	s->intake->n_rows = 0;
	return 0;
}

int store_intake_take_turn(struct store *s, struct err *e)
{
	struct store_intake *t = s->intake;

	while (t->next < t->entries.n)
		if (take_one(s, e) < 0)
			return -1;
	t->n_rows = 0; /* the turn's own transaction has them */
	return 0;
}

int store_rows_there(struct store *s, struct err *e)
{
	if (s->turn == TURN_INTAKE)
		return store_begin(s, e);
	return take_earlier(s, e);
}

int store_publish(struct store *s, struct err *e)
{
	return s->turn == TURN_TABLES ? 0 : store_intake_commit(s, e);
}

void store_intake_drop_turn(struct store *s)
{
	s->intake->entries.n = s->intake->turn;
}

/* In the background */

static bool is_due(const struct store_intake *t, int64_t now_ms)
{
	return t->n_rows >= COMMIT_ENTRIES || (t->n_rows && t->switched) ||
	       (t->n_rows && now_ms - t->since_ms >= STORE_LAG_MS);
}

static int do_some(struct store *s, int64_t now_ms, struct err *e)
{
	struct store_intake *t = s->intake;

	if (has_earlier(t))
		return store_transaction(s, e) < 0 ? -1 : take_one(s, e);
	if (is_due(t, now_ms))
		return store_intake_commit(s, e);
	if (t->switched && !s->log_syncing) {
		t->switched = false;
		store_log_sync_begin(s);
	}
	return 0;
}

int store_catch_up(struct store *s, int64_t now_ms, bool *more, struct err *e)
{
	struct store_intake *t = s->intake;

	*more = false;
	if (s->turn != TURN_NONE)
		return 0;
	if (store_log_sync_look(s, e) < 0 || do_some(s, now_ms, e) < 0)
		return -1;
	*more = has_earlier(t) || is_due(t, now_ms) || (t->switched && !s->log_syncing);
	return 0;
}

bool store_lags(const struct store *s)
{
	return has_earlier(s->intake) || s->intake->n_rows;
}

/* The start */

struct replay {
	char *bytes; /* [2 * HALF] */
	uint64_t last_job, last_seq;
	uint64_t known; /* jobs up to this one were in the tables */
};

/* A record's length, 0 where none that is whole begins there. */
static size_t record_at(const struct store_intake *t, const struct replay *r, size_t at, size_t end)
{
	const char *p = r->bytes + at;
	uint64_t n;

	if (end - at < HEAD || memcmp(p, MAGIC, 8) != 0 || get_number(p + 8) != t->salt)
		return 0;
	n = get_number(p + 16);
	if (n < HEAD || n > end - at || get_number(p + 24) != sum_of(p, n))
		return 0;
	return n;
}

/* What was accepted was new, and waits. */
static bool is_new(struct store *s, const struct store_entry *x, struct err *e)
{
	const struct job_fact *f = &x->c.job;
	int64_t known;

	return (f->state == JOB_QUEUED || f->state == JOB_DELAYED) && f->job < INT64_MAX / 2 &&
	       store_identity_find(s, x->d.identity, &known, e) == 0 && !known;
}

/* A result is of a job that was as the result says. */
static bool is_open(struct store *s, const struct store_entry *x, struct err *e)
{
	enum job_state from = x->c.from == JOB_LEASED ? JOB_QUEUED : x->c.from;
	struct job_fact f;

	return store_job(s, x->c.job.job, &f, e) == 0 && f.state == from &&
	       f.collection == x->c.job.collection && f.priority == x->c.job.priority &&
	       (from == JOB_QUEUED || from == JOB_DELAYED);
}

static int cannot_be(const struct store *s, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "%s says what cannot be", s->intake->name);
}

static int replay_job(struct store *s, struct replay *r, struct store_entry *x, struct err *e)
{
	struct str name;

	if (x->c.job.job <= r->last_job)
		return 0;
	if (!is_new(s, x, e))
		return cannot_be(s, e);
	r->last_job = x->c.job.job;
	if (store_collection_name(s, x->c.job.collection, &name, e) < 0)
		return err_set(e, ERR_CORRUPT,
			       "%s has jobs of another store: remove it if this one was restored",
			       s->intake->name);
	if (store_identity_add(s, x->d.identity, x->c.job.job, e) < 0)
		return -1;
	return take_entry(s, x, e);
}

static int replay_result(struct store *s, struct replay *r, struct store_entry *x, struct err *e)
{
	if (x->c.seq <= r->last_seq)
		return 0;
	if (x->c.seq != ++r->last_seq)
		return err_set(
			e, ERR_CORRUPT,
			"%s has results of another store: remove it if this one was restored",
			s->intake->name);
	return is_open(s, x, e) ? take_entry(s, x, e) : cannot_be(s, e);
}

static int replay_entry(struct store *s, struct replay *r, struct store_entry *x, struct err *e)
{
	switch (x->kind) {
	case ENTRY_JOB:
		return replay_job(s, r, x, e);
	case ENTRY_LEASE:
		return x->c.job.job > r->known ? take_entry(s, x, e) : 0;
	case ENTRY_RESULT:
		return replay_result(s, r, x, e);
	default:
		return 0;
	}
}

static int replay_record(struct store *s, struct replay *r, struct str entries, struct err *e)
{
	struct store_entry x;
	struct unpack u;

	unpack_init(&u, entries);
	while (u.p != u.end) {
		if (!store_entry_get(&u, &x))
			return err_set(e, ERR_CORRUPT, "%s cannot be read", s->intake->name);
		if (replay_entry(s, r, &x, e) < 0)
			return -1;
	}
	return 0;
}

static int replay_half(struct store *s, struct replay *r, int half, struct err *e)
{
	size_t at = (size_t)half * HALF, end = at + HALF, n;

	while ((n = record_at(s->intake, r, at, end)) > 0) {
		if (replay_record(s, r, (struct str){r->bytes + at + HEAD, n - HEAD}, e) < 0)
			return -1;
		at += (n + SECTOR - 1) / SECTOR * SECTOR;
		if (at > end)
			break;
	}
	return 0;
}

/* What tells which half was written first: the number of its first record or, of a broker that
 * gave them none, of its first job. */
static uint64_t first_number(const struct store_intake *t, const struct replay *r, int half)
{
	size_t at = (size_t)half * HALF;
	struct store_entry x;
	struct unpack u;

	if (!record_at(t, r, at, at + HALF))
		return 0;
	unpack_init(&u, (struct str){r->bytes + at + HEAD, HALF - HEAD});
	if (!store_entry_get(&u, &x))
		return 0;
	return x.kind == ENTRY_NUMBER ? x.number : x.c.job.job;
}

static int replay_all(struct store *s, struct replay *r, struct err *e)
{
	int first = first_number(s->intake, r, 1) < first_number(s->intake, r, 0) ? 1 : 0;
	int64_t job, seq;

	if (store_ask(s, "SELECT max(job) FROM jobs", 0, &job, e) < 0 ||
	    store_ask(s, "SELECT max(seq) FROM results", 0, &seq, e) < 0 || store_begin(s, e) < 0)
		return -1;
	r->last_job = r->known = (uint64_t)job;
	r->last_seq = (uint64_t)seq;
	if (replay_half(s, r, first, e) < 0 || replay_half(s, r, 1 - first, e) < 0)
		return -1;
	return 0;
}

/* A new salt with each start: what is in the file then is in the tables, or belongs to none. */
static int renew_salt(struct store *s, struct err *e)
{
	struct store_intake *t = s->intake;
	char sql[128];

	if (getrandom(&t->salt, sizeof(t->salt), 0) != (ssize_t)sizeof(t->salt))
		return err_set(e, ERR_IO, "cannot get random bytes");
	t->salt >>= 1;
	snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO meta VALUES('intake', '%llu')",
		 (unsigned long long)t->salt);
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "prepare the intake");
	return 0;
}

static int open_file(struct store *s, struct err *e)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(store_vfs());
	struct store_intake *t = s->intake;
	struct buf name = {0};
	char *full;
	int flags;

	buf_printf(&name, "%s-intake", s->path);
	full = mem_alloc((size_t)vfs->mxPathname + 1);
	if (vfs->xFullPathname(vfs, name.p, vfs->mxPathname + 1, full) != SQLITE_OK) {
		buf_free(&name);
		mem_free(full);
		return err_set(e, ERR_IO, "cannot find %s-intake", s->path);
	}
	buf_free(&name);
	t->name = full;
	t->file = mem_alloc((size_t)vfs->szOsFile);
	if (vfs->xOpen(vfs, t->name, t->file,
		       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_JOURNAL,
		       &flags) == SQLITE_OK) {
		t->fd = open(t->name, O_RDWR | O_CLOEXEC);
		return 0;
	}
	mem_free(t->file);
	t->file = NULL;
	return err_set(e, ERR_IO, "cannot open %s", t->name);
}

static int read_file(struct store *s, struct replay *r, struct err *e)
{
	struct store_intake *t = s->intake;
	int64_t salt;
	int got;

	if (store_ask(s, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'intake'", 0, &salt,
		      e) < 0)
		return -1;
	t->salt = (uint64_t)salt;
	got = t->file->pMethods->xRead(t->file, r->bytes, 2 * HALF, 0);
	/* What the file lacks is read as zeros. */
	if (got != SQLITE_OK && got != SQLITE_IOERR_SHORT_READ)
		return err_set(e, ERR_IO, "cannot read %s", t->name);
	return 0;
}

int store_intake_start(struct store *s, bool roomy, struct err *e)
{
	struct replay r = {0};
	int done;

	if (open_file(s, e) < 0)
		return -1;
	r.bytes = mem_alloc(2 * HALF);
	done = read_file(s, &r, e) < 0 || replay_all(s, &r, e) < 0 || renew_salt(s, e) < 0 ||
			       store_commit(s, e) < 0
		       ? -1
		       : 0;
	mem_free(r.bytes);
	if (done < 0)
		return err_wrap(e, "read what was accepted last");
	s->intake->halves[1].at = HALF;
	if (roomy)
		store_vfs_lengthen(s->intake->file, 2 * HALF);
	if (store_vfs_sync(s->intake->file) != SQLITE_OK)
		return err_set(e, ERR_IO, "cannot sync %s: the disk failed", s->intake->name);
	return 0;
}

void store_intake_init(struct store *s)
{
	s->intake = mem_alloc(sizeof(*s->intake));
	s->intake->fd = -1;
}

/* A store that ended in order is one file, and a copy that is put in its place finds nothing of
 * what came after it. */
void store_intake_remove(struct store *s)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(store_vfs());

	if (s->intake->file)
		vfs->xDelete(vfs, s->intake->name, 0);
}

void store_intake_free(struct store *s)
{
	struct store_intake *t = s->intake;

	if (!t)
		return;
	if (t->file)
		t->file->pMethods->xClose(t->file);
	if (t->fd >= 0)
		close(t->fd);
	mem_free(t->file);
	mem_free(t->name);
	buf_free(&t->entries);
	arena_free(&t->record);
	mem_free(t);
}
