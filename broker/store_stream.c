/* What is read again and again: leased documents, results after a sequence number, cursors; and
 * what becomes of old results. */
#include "broker/store_intake.h"

/* The number of a job's document, where it is not its own. */
static int document_of(struct store *s, uint64_t job, int64_t *document, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_DOCUMENT_OF);
	int r;

	sqlite3_bind_int64(q, 1, (int64_t)job);
	r = sqlite3_step(q);
	*document = r == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "look a job up");
}

/* 1 with the document's row, 0 where there is none. */
static int step_document(struct store *s, int64_t document, struct err *e)
{
	sqlite3_stmt *q = s->statements[SQL_LEASE];
	int r;

	sqlite3_reset(q);
	sqlite3_bind_int64(q, 1, document);
	r = sqlite3_step(q);
	if (r == SQLITE_ROW)
		return 1;
	if (r == SQLITE_DONE)
		return 0;
	store_failed(s->db, e, "read a document");
	sqlite3_reset(q);
	return -1;
}

/* A document has the number of its first job, so most are found at once. The columns of the
 * statement stay valid until it is reset, at the next call. */
int store_lease_document(struct store *s, uint64_t job, struct store_lease *out, struct err *e)
{
	sqlite3_stmt *q = s->statements[SQL_LEASE];
	int64_t document = (int64_t)job;
	struct store_document d;
	int found;

	if (store_intake_find(s, job, &d)) {
		*out = (struct store_lease){STR(""),       d.id,     d.title, d.date,
					    d.date_source, d.source, d.lang,  d.body};
		return store_collection_name(s, d.collection, &out->collection, e);
	}
	if (store_rows_there(s, e) < 0)
		return -1;
	found = step_document(s, document, e);
	if (found == 0) {
		if (document_of(s, job, &document, e) < 0)
			return -1;
		found = document ? step_document(s, document, e) : 0;
	}
	if (found == 0)
		return err_set(e, ERR_CORRUPT, "job %llu has no document", (unsigned long long)job);
	if (found < 0)
		return -1;
	*out = (struct store_lease){.id = store_column_str(q, 1),
				    .title = store_column_str(q, 2),
				    .date = store_column_str(q, 3),
				    .source = store_column_str(q, 4),
				    .lang = store_column_str(q, 5),
				    .body = store_column_str(q, 6),
				    .date_source = store_column_str(q, 7)};
	return store_collection_name(s, (uint32_t)sqlite3_column_int64(q, 0), &out->collection, e);
}

void store_lease_done(struct store *s)
{
	sqlite3_reset(s->statements[SQL_LEASE]);
}

static bool filters(const struct store_filter *f)
{
	return f->collection.n || f->actor.n || f->type.n || f->polarity.n;
}

static enum store_statement results_by(const struct store_filter *f)
{
	if (f->actor.n)
		return SQL_RESULTS_OF_ACTOR;
	if (f->type.n)
		return SQL_RESULTS_OF_TYPE;
	return filters(f) ? SQL_RESULTS_OF : SQL_RESULTS;
}

int store_results(struct store *s, const struct store_page *p, struct arena *a,
		  struct store_results *out, struct err *e)
{
	bool filtered = filters(p->filter);
	sqlite3_stmt *q;
	size_t bytes = 0;
	uint32_t cap = 0;
	int r = SQLITE_DONE;

	if (store_rows_there(s, e) < 0)
		return -1;
	q = store_statement(s, results_by(p->filter));
	*out = (struct store_results){.last_seq = p->after};
	sqlite3_bind_int64(q, 1, (int64_t)p->after);
	sqlite3_bind_int64(q, 2, (int64_t)p->up_to);
	if (filtered) {
		store_bind_str(q, 3, p->filter->collection);
		store_bind_str(q, 4, p->filter->actor);
		store_bind_str(q, 5, p->filter->type);
		store_bind_str(q, 6, p->filter->polarity);
	}
	while (out->n < p->n && bytes < p->max_bytes && (r = sqlite3_step(q)) == SQLITE_ROW) {
		struct store_result *item;

		out->last_seq = (uint64_t)sqlite3_column_int64(q, 0);
		if (sqlite3_column_type(q, 2) == SQLITE_NULL)
			continue;
		ARENA_GROW(a, out->items, out->n, cap);
		item = &out->items[out->n++];
		item->seq = out->last_seq;
		item->job = (uint64_t)sqlite3_column_int64(q, 1);
		item->record = arena_str(a, store_column_str(q, 2));
		bytes += item->record.n;
	}
	sqlite3_reset(q);
	if (r != SQLITE_ROW && r != SQLITE_DONE)
		return store_failed(s->db, e, "read results");
	if (r == SQLITE_DONE && out->n < p->n && bytes < p->max_bytes)
		out->last_seq = p->up_to;
	return 0;
}

int store_cursor(struct store *s, struct str name, uint64_t *seq, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_CURSOR);
	int r;

	store_bind_str(q, 1, name);
	r = sqlite3_step(q);
	*seq = r == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "read a cursor");
}

int store_n_cursors(struct store *s, int64_t *n, struct err *e)
{
	return store_ask(s, "SELECT count(*) FROM cursors", 0, n, e);
}

int store_cursor_set(struct store *s, struct str name, uint64_t seq, int64_t now_ms, struct err *e)
{
	sqlite3_stmt *q;

	if (store_begin(s, e) < 0)
		return -1;
	q = store_statement(s, SQL_SET_CURSOR);
	store_bind_str(q, 1, name);
	sqlite3_bind_int64(q, 2, (int64_t)seq);
	sqlite3_bind_int64(q, 3, now_ms);
	return store_run(s, q, "set a cursor", e);
}
