/* A document that was analysed again counts once: the rows (entities, events, stances) are those of
 * its newest job that is done. The records of the older ones stay in the stream, which is a log. */
#include "broker/store_sql.h"

static int drop_rows(struct store *s, uint64_t seq, struct err *e)
{
	static const enum store_statement STEPS[] = {
		SQL_LEAVE_CELLS,      SQL_DROP_EVENT_ACTORS,  SQL_DROP_EVENTS,
		SQL_DROP_EMPTY_CELLS, SQL_DROP_STANCE_ACTORS, SQL_DROP_STANCES,
		SQL_DROP_ENTITIES,
	};

	for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
		sqlite3_stmt *q = store_statement(s, STEPS[i]);

		if (STEPS[i] != SQL_DROP_EMPTY_CELLS)
			sqlite3_bind_int64(q, 1, (int64_t)seq);
		if (store_run(s, q, "leave out an older result", e) < 0)
			return -1;
	}
	return 0;
}

/* The results that are read here are few: each --again of a document makes one more. */
struct seqs {
	uint64_t *list;
	uint32_t n, cap;
};

static int drop_all(struct store *s, struct seqs *old, struct err *e)
{
	int r = 0;

	for (uint32_t i = 0; i < old->n && r == 0; i++)
		r = drop_rows(s, old->list[i], e);
	mem_free(old->list);
	return r;
}

int store_again_start(struct store *s, struct err *e)
{
	int64_t any;

	if (store_ask(s, "SELECT EXISTS(SELECT 1 FROM jobs WHERE job <> document)", 0, &any, e) < 0)
		return -1;
	s->repeats = any;
	return 0;
}

/* Somebody mended its date, or the text that goes by its key. What is not said now stays. */
int store_say_again(struct store *s, const struct store_document *d, int64_t document, uint64_t job,
		    struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_SET_LATEST);

	s->repeats = true;
	sqlite3_bind_int64(q, 1, document);
	sqlite3_bind_int64(q, 2, (int64_t)job);
	store_bind_str(q, 3, d->id);
	store_bind_str(q, 4, d->title);
	store_bind_str(q, 5, d->date);
	store_bind_str(q, 6, d->date_source);
	store_bind_str(q, 7, d->source);
	store_bind_str(q, 8, d->lang);
	if (d->key.n) { /* else the bytes are what the document is known by */
		sqlite3_bind_blob(q, 9, d->body.n ? d->body.p : "", (int)d->body.n, SQLITE_STATIC);
		sqlite3_bind_int64(q, 10, (int64_t)d->body.n);
	}
	return store_run(s, q, "store a further job", e);
}

int store_outdate(struct store *s, uint64_t job, bool *outdated, struct err *e)
{
	sqlite3_stmt *q;
	struct seqs old = {0};
	int r;

	*outdated = false;
	if (!s->repeats)
		return 0;
	q = store_statement(s, SQL_OTHER_RESULTS);
	sqlite3_bind_int64(q, 1, (int64_t)job);
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		if ((uint64_t)sqlite3_column_int64(q, 0) > job) {
			*outdated = true;
			continue;
		}
		MEM_GROW(old.list, old.n, old.cap);
		old.list[old.n++] = (uint64_t)sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	if (r != SQLITE_DONE) {
		mem_free(old.list);
		return store_failed(s->db, e, "look for older results");
	}
	return drop_all(s, &old, e);
}

int store_outdate_all(struct store *s, struct err *e)
{
	struct seqs old = {0};
	sqlite3_stmt *q;
	int r;

	if (sqlite3_prepare_v2(s->db,
			       "SELECT k.seq FROM jobs a JOIN jobs k ON k.job = a.document "
			       "WHERE a.job <> a.document AND a.state = 4 AND k.state = 4 "
			       "UNION SELECT k.seq FROM jobs a JOIN jobs k ON k.document = "
			       "a.document AND k.job <> k.document WHERE a.job <> a.document AND "
			       "a.state = 4 AND k.state = 4 AND k.job < a.job",
			       -1, &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "look for older results");
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		MEM_GROW(old.list, old.n, old.cap);
		old.list[old.n++] = (uint64_t)sqlite3_column_int64(q, 0);
	}
	sqlite3_finalize(q);
	if (r != SQLITE_DONE) {
		mem_free(old.list);
		return store_failed(s->db, e, "look for older results");
	}
	return drop_all(s, &old, e);
}
