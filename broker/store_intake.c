/* The intake: jobs that are accepted and not in their tables yet. A turn that does nothing but
 * bring some new documents is written as one record into a file beside the store, PATH-intake, and
 * is on the disk as soon as that record is. Its rows follow while the broker waits for the disk or
 * for its peers, and are committed many turns together:
 *
 *     without:  take │ rows, commit │ sync │ answer      with:  take │ record │ sync ┬ answer
 *                                                                              rows ─┘
 *
 * Any other turn (a result, a lease, a name that is new, many bytes) first commits what is here, as
 * a turn of its own, and is then written into the tables as ever: so what others can read there is
 * always in the order of the turns.
 *
 * The file has two halves that are written in turn, in place. A half is free when the log of the
 * tables has all of its jobs on the disk: that is done in the background while the other is filled.
 * At the start the records are read whose salt is this store's, as far as their sums are right, and
 * jobs that the tables lack are put into them. Numbers of jobs only grow, so what is left of an
 * earlier round is told by its numbers.
 *
 *     record, from a multiple of SECTOR on:  magic 8 | salt 8 | length 8 | XXH3 of the rest 8 |
 * jobs
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

#include "broker/store_vfs.h"
#include "proto/pack.h"

enum {
	SECTOR = 512,
	HEAD = 32,
	HALF = 1 << 20,
	TURN_MOST = 128 << 10, /* bytes of a turn; more are cheaper in the tables at once */
	ENTRY_HEAD = 256,      /* of a job without its texts, and more */
	BUFFER_MOST = 1 << 20,
	COMMIT_JOBS = 64,
	TEXT_MOST = 1 << 28,
};

/* Its first byte begins no value of msgpack. */
static const char MAGIC[8] = "\xc1intake";

struct half {
	sqlite3_int64 at; /* where its next record belongs */
	uint64_t last_job;
};

struct store_intake {
	sqlite3_file *file;
	int fd;     /* of the same file, for hints */
	char *name; /* must stay while the file is open */
	uint64_t salt;
	struct half halves[2];
	int half;           /* that is written */
	struct buf entries; /* of each turn: room for the record's head, and its jobs */
	size_t next;        /* there: the first job that is not in the tables */
	size_t turn;        /* there: where the open turn begins */
	uint64_t last_job;  /* there */
	sqlite3_int64 written_at, written_n; /* the last record */
	uint32_t n_rows;                     /* jobs in the tables that are not committed */
	int64_t since_ms;                    /* the first of them */
	bool switched; /* to the other half: the log of the tables shall be synced */
};

/* Jobs as bytes */

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

static size_t size_of(const struct store_document *d)
{
	return ENTRY_HEAD + d->key.n + d->id.n + d->title.n + d->date.n + d->date_source.n +
	       d->source.n + d->lang.n + d->body.n;
}

static void put_job(struct buf *b, const struct store_document *d, const struct job_fact *f,
		    int64_t now_ms)
{
	pack_uint(b, f->job);
	pack_uint(b, f->ticket);
	pack_uint(b, f->collection);
	pack_uint(b, f->priority);
	pack_uint(b, f->state);
	pack_uint(b, f->attempts);
	pack_int(b, f->due_ms);
	pack_int(b, f->deadline_ms);
	pack_int(b, now_ms);
	pack_uint(b, d->batch);
	pack_bin(b, (struct str){(const char *)d->identity, STORE_IDENTITY});
	pack_str(b, d->key);
	pack_str(b, d->id);
	pack_str(b, d->title);
	pack_str(b, d->date);
	pack_str(b, d->date_source);
	pack_str(b, d->source);
	pack_str(b, d->lang);
	pack_bin(b, d->body);
}

/* The strings point into what is read. */
static bool get_job(struct unpack *u, struct store_document *d, struct job_fact *f, int64_t *now_ms)
{
	struct str identity;

	*f = (struct job_fact){.job = unpack_uint(u, INT64_MAX)};
	f->ticket = unpack_uint(u, INT64_MAX);
	f->collection = (uint32_t)unpack_uint(u, UINT32_MAX);
	f->priority = (uint8_t)unpack_uint(u, UINT8_MAX);
	f->state = (enum job_state)unpack_uint(u, N_JOB_STATES - 1);
	f->attempts = (uint32_t)unpack_uint(u, UINT32_MAX);
	f->due_ms = unpack_int(u);
	f->deadline_ms = unpack_int(u);
	*now_ms = unpack_int(u);
	*d = (struct store_document){.collection = f->collection};
	d->batch = (uint32_t)unpack_uint(u, UINT32_MAX);
	identity = unpack_str(u, STORE_IDENTITY);
	d->key = unpack_str(u, TEXT_MOST);
	d->id = unpack_str(u, TEXT_MOST);
	d->title = unpack_str(u, TEXT_MOST);
	d->date = unpack_str(u, TEXT_MOST);
	d->date_source = unpack_str(u, TEXT_MOST);
	d->source = unpack_str(u, TEXT_MOST);
	d->lang = unpack_str(u, TEXT_MOST);
	d->body = unpack_str(u, TEXT_MOST);
	if (unpack_failed(u) || identity.n != STORE_IDENTITY)
		return false;
	memcpy(d->identity, identity.p, STORE_IDENTITY);
	return true;
}

/* A turn's record */

bool store_intake_takes(const struct store *s, const struct store_document *d)
{
	const struct store_intake *t = s->intake;

	return t->file && !d->again && t->entries.n < BUFFER_MOST &&
	       t->entries.n - t->turn + size_of(d) <= TURN_MOST;
}

void store_intake_add(struct store *s, const struct store_document *d, const struct job_fact *f,
		      int64_t now_ms)
{
	struct store_intake *t = s->intake;

	if (t->turn == t->entries.n) {
		buf_reserve(&t->entries, HEAD);
		t->entries.p[t->turn] = MAGIC[0];
		t->entries.n += HEAD;
	}
	buf_reserve(&t->entries, size_of(d));
	put_job(&t->entries, d, f, now_ms);
	t->last_job = f->job;
}

/* The half to write into: this one where there is room or it is free, or else the other one. */
static struct half *choose_half(struct store *s, sqlite3_int64 n)
{
	struct store_intake *t = s->intake;
	struct half *h = &t->halves[t->half], *other = &t->halves[1 - t->half];

	if (h->last_job <= s->log_job)
		h->at = t->half * HALF;
	if (h->at + n <= (t->half + 1) * HALF)
		return h;
	if (other->last_job > s->log_job)
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
	h->last_job = t->last_job;
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

static int take_one(struct store *s, struct err *e)
{
	struct store_intake *t = s->intake;
	struct store_document d;
	struct job_fact f;
	struct unpack u;
	int64_t now_ms;

	if (t->entries.p[t->next] == MAGIC[0])
		t->next += HEAD;
	unpack_init(&u, (struct str){t->entries.p + t->next, t->entries.n - t->next});
	CHECK(get_job(&u, &d, &f, &now_ms));
	if (store_insert_rows(s, &d, &f, now_ms, e) < 0)
		return -1;
	t->next = (size_t)(u.p - t->entries.p);
	if (!t->n_rows++)
		t->since_ms = now_ms;
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
	return t->n_rows >= COMMIT_JOBS || (t->n_rows && t->switched) ||
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
	uint64_t last_job;
	uint32_t n;
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
static bool is_new(struct store *s, const struct store_document *d, const struct job_fact *f,
		   struct err *e)
{
	int64_t known;

	return (f->state == JOB_QUEUED || f->state == JOB_DELAYED) && f->job < INT64_MAX / 2 &&
	       store_identity_find(s, d->identity, &known, e) == 0 && !known;
}

static int replay_record(struct store *s, struct replay *r, struct str jobs, struct err *e)
{
	struct store_document d;
	struct job_fact f;
	struct unpack u;
	int64_t now_ms;

	unpack_init(&u, jobs);
	while (u.p != u.end) {
		struct str name;

		if (!get_job(&u, &d, &f, &now_ms))
			return err_set(e, ERR_CORRUPT, "%s cannot be read", s->intake->name);
		if (f.job <= r->last_job)
			continue;
		if (!is_new(s, &d, &f, e))
			return err_set(e, ERR_CORRUPT, "%s says what cannot be", s->intake->name);
		r->last_job = f.job;
		r->n++;
		if (store_collection_name(s, f.collection, &name, e) < 0)
			return err_set(
				e, ERR_CORRUPT,
				"%s has jobs of another store: remove it if this one was restored",
				s->intake->name);
		if (store_identity_add(s, d.identity, f.job, e) < 0 ||
		    store_insert_rows(s, &d, &f, now_ms, e) < 0)
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

/* The number of the first job of a half; all of one half are before those of the other. */
static uint64_t first_job(const struct store_intake *t, const struct replay *r, int half)
{
	size_t at = (size_t)half * HALF;
	struct unpack u;

	if (!record_at(t, r, at, at + HALF))
		return 0;
	unpack_init(&u, (struct str){r->bytes + at + HEAD, HALF - HEAD});
	return unpack_uint(&u, INT64_MAX);
}

static int replay_all(struct store *s, struct replay *r, struct err *e)
{
	int first = first_job(s->intake, r, 1) < first_job(s->intake, r, 0) ? 1 : 0;
	int64_t last;

	if (store_ask(s, "SELECT max(job) FROM jobs", 0, &last, e) < 0 || store_begin(s, e) < 0)
		return -1;
	r->last_job = (uint64_t)last;
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
	mem_free(t);
}
