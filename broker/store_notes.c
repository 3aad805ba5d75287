/* What is noted during a turn and written once at its end: which leases began and ended, and how
 * many jobs there are more or less of each collection, priority and state. So a lease costs a few
 * bytes instead of two rows, and the start counts nothing.
 *
 * In the table of jobs a leased job is queued. The table of leases says for the next start which
 * of them were leased: a row a turn, read in order; the last word about a job counts, and none
 * where the job has moved since. Results are no words there: a done job is never leased again. */
#include "broker/store_sql.h"

#include <stdlib.h>

#include "proto/pack.h"

enum { MOVES_KEPT = 4000, TALLIES_AT_ONCE = 256 };

static void note_move(struct store *s, uint64_t job, uint32_t attempt, int64_t ms)
{
	pack_uint(&s->moves, job);
	pack_uint(&s->moves, attempt);
	pack_int(&s->moves, ms);
	s->n_moves++;
}

void store_note_lease(struct store *s, const struct change *c)
{
	if (c->verb == JOB_GRANT)
		note_move(s, c->job.job, c->job.attempts, c->job.leased_ms);
	else if (c->from == JOB_LEASED && c->verb != JOB_COMPLETE)
		note_move(s, c->job.job, 0, 0);
}

bool store_leases_grown(const struct store *s, uint64_t n_leased)
{
	return s->n_moves > MOVES_KEPT + 2 * n_leased;
}

int store_leases_set(struct store *s, const struct job_fact *leased, uint32_t n, struct err *e)
{
	if (store_begin(s, e) < 0 ||
	    store_run(s, store_statement(s, SQL_DROP_LEASES), "forget leases", e) < 0)
		return -1;
	s->moves.n = 0;
	s->n_moves = 0;
	for (uint32_t i = 0; i < n; i++)
		note_move(s, leased[i].job, leased[i].attempts, leased[i].leased_ms);
	return 0;
}

static int write_moves(struct store *s, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_LEASES);

	if (!s->moves.n)
		return 0;
	sqlite3_bind_blob(q, 1, s->moves.p, (int)s->moves.n, SQLITE_STATIC);
	if (store_run(s, q, "note leases", e) < 0)
		return -1;
	s->moves.n = 0;
	return 0;
}

static int write_tallies(struct store *s, struct err *e)
{
	for (uint32_t i = 0; i < s->n_tallies; i++) {
		const struct store_tally *t = &s->tallies[i];
		sqlite3_stmt *q = store_statement(s, SQL_TALLY);

		if (!t->n)
			continue;
		sqlite3_bind_int64(q, 1, t->collection);
		sqlite3_bind_int(q, 2, t->priority);
		sqlite3_bind_int(q, 3, t->state);
		sqlite3_bind_int64(q, 4, t->n);
		if (store_run(s, q, "tally jobs", e) < 0)
			return -1;
	}
	s->n_tallies = 0;
	return 0;
}

int store_tally(struct store *s, const struct job_fact *f, enum job_state state, int64_t n,
		struct err *e)
{
	/* The last ones first: neighbouring jobs are mostly alike. */
	for (uint32_t i = s->n_tallies; i-- > 0;) {
		struct store_tally *t = &s->tallies[i];

		if (t->collection == f->collection && t->priority == f->priority &&
		    t->state == state) {
			t->n += n;
			return 0;
		}
	}
	if (s->n_tallies == TALLIES_AT_ONCE && write_tallies(s, e) < 0)
		return -1;
	MEM_GROW(s->tallies, s->n_tallies, s->cap_tallies);
	s->tallies[s->n_tallies++] = (struct store_tally){
		.collection = f->collection, .priority = f->priority, .state = (uint8_t)state, n};
	return 0;
}

int store_write_notes(struct store *s, struct err *e)
{
	return write_moves(s, e) < 0 || write_tallies(s, e) < 0 ? -1 : 0;
}

/* The start */

struct lease_word {
	uint64_t job, nth;
	uint32_t attempt;
	int64_t ms;
};

struct lease_words {
	struct lease_word *items;
	uint32_t n, cap;
};

static int read_moves(struct str moves, struct arena *a, struct lease_words *w, struct err *e)
{
	struct unpack u;

	unpack_init(&u, moves);
	while (u.p != u.end && !unpack_failed(&u)) {
		struct lease_word *x;

		ARENA_GROW(a, w->items, w->n, w->cap);
		x = &w->items[w->n];
		*x = (struct lease_word){.nth = w->n};
		x->job = unpack_uint(&u, INT64_MAX);
		x->attempt = (uint32_t)unpack_uint(&u, UINT32_MAX);
		x->ms = unpack_int(&u);
		w->n++;
	}
	return unpack_end(&u, e) < 0 ? err_wrap(e, "read the leases") : 0;
}

static int by_job(const void *a, const void *b)
{
	const struct lease_word *x = a, *y = b;

	if (x->job != y->job)
		return (x->job > y->job) - (x->job < y->job);
	return (x->nth > y->nth) - (x->nth < y->nth);
}

/* The job of the last word about it, where it has not moved since. */
static int add_leased(struct store *s, const struct lease_word *x, struct arena *a, uint32_t *cap,
		      struct store_facts *out, struct err *e)
{
	struct job_fact f;

	if (!x->attempt)
		return 0;
	if (store_job(s, x->job, &f, e) < 0)
		return -1;
	if (f.state != JOB_QUEUED || f.attempts != x->attempt - 1)
		return 0;
	f.state = JOB_LEASED;
	f.attempts = x->attempt;
	f.leased_ms = x->ms;
	ARENA_GROW(a, out->facts, out->n, *cap);
	out->facts[out->n++] = f;
	return 0;
}

int store_start_leases(struct store *s, struct arena *a, struct store_facts *out, struct err *e)
{
	struct lease_words w = {0};
	uint32_t cap = 0;
	sqlite3_stmt *q;
	int r, read = 0;

	*out = (struct store_facts){0};
	if (sqlite3_prepare_v2(s->db, "SELECT moves FROM leases ORDER BY lease", -1, &q, NULL) !=
	    SQLITE_OK)
		return store_failed(s->db, e, "list the leases");
	while (read == 0 && (r = sqlite3_step(q)) == SQLITE_ROW)
		read = read_moves(store_column_str(q, 0), a, &w, e);
	if (read == 0 && r != SQLITE_DONE)
		read = store_failed(s->db, e, "list the leases");
	sqlite3_finalize(q);
	if (read < 0)
		return -1;
	s->n_moves = w.n;
	if (w.n)
		qsort(w.items, w.n, sizeof(*w.items), by_job);
	for (uint32_t i = 0; i < w.n; i++)
		if ((i + 1 == w.n || w.items[i + 1].job != w.items[i].job) &&
		    add_leased(s, &w.items[i], a, &cap, out, e) < 0)
			return -1;
	return 0;
}
