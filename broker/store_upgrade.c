/* Stores of older versions. Steps from one version to the next are run in order, in one transaction
 * with the tables of this version: a store that fails half way stays what it was. Each step has
 * what must be changed before the tables of this version are made (SQL), and what is filled in when
 * all statements are there.
 *
 * 1 -> 2: events meet in cells, and tell which event of their document they repeat. Cells are made
 * from the records that are still kept; events without a record stay in none.
 *
 * 2 -> 3: a leased job is queued in the store, and the lease a note; jobs are tallied; a result
 * needs no row in the log.
 *
 * 3 -> 4: identities have a table of their own. The index that `documents` had for them stays in
 * such a store, and costs what it did.
 *
 * 4 -> 5: the newest identities are indexed later; so far all are.
 *
 * 5 -> 6: of a document that was analysed again only the newest result has rows.
 *
 * 8 -> 9: identities are quick ones; those that are there, or in the intake, stay (store_same.c).
 */
#include "broker/store_sql.h"

/* The events of a record have numbers in a row, in its order. */
static int fill_record(struct store *s, struct str record, int64_t first, struct arena *a,
		       struct err *e)
{
	struct result r;

	arena_reset(a, 1 << 20);
	if (result_unpack(record, a, &r, e) < 0)
		return -1;
	for (uint32_t i = 0; i < r.n_events; i++) {
		uint32_t same = r.events[i].same_as;

		if (store_event_cell(s, &r, i, first + i, same ? first + same - 1 : 0, e) < 0)
			return -1;
	}
	return 0;
}

static int fill_cells(struct store *s, struct err *e)
{
	struct arena a = {0};
	sqlite3_stmt *q;
	int r = SQLITE_DONE, filled = 0;

	if (sqlite3_prepare_v2(
		    s->db,
		    "SELECT r.record, min(v.event) FROM events v JOIN results r "
		    "USING(seq) WHERE r.record IS NOT NULL GROUP BY v.seq ORDER BY v.seq",
		    -1, &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "read the events");
	while (filled == 0 && (r = sqlite3_step(q)) == SQLITE_ROW)
		filled = fill_record(s, store_column_str(q, 0), sqlite3_column_int64(q, 1), &a, e);
	if (filled == 0 && r != SQLITE_DONE)
		filled = store_failed(s->db, e, "read the events");
	sqlite3_finalize(q);
	arena_free(&a);
	return filled;
}

/* Leases as notes, for the start that follows. */
static int note_leases(struct store *s, struct err *e)
{
	sqlite3_stmt *q;
	int r;

	if (sqlite3_prepare_v2(s->db, "SELECT job, attempts, changed_ms FROM jobs WHERE state = 3",
			       -1, &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "read the leases");
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		struct change c = {.verb = JOB_GRANT};

		c.job.job = (uint64_t)sqlite3_column_int64(q, 0);
		c.job.attempts = (uint32_t)sqlite3_column_int64(q, 1);
		c.job.leased_ms = sqlite3_column_int64(q, 2);
		store_note_lease(s, &c);
	}
	sqlite3_finalize(q);
	if (r != SQLITE_DONE)
		return store_failed(s->db, e, "read the leases");
	return store_write_notes(s, e);
}

static int fill_tallies(struct store *s, struct err *e)
{
	static const char sql[] =
		"DELETE FROM job_log WHERE verb = 6;"
		"DELETE FROM job_log WHERE verb = 4 AND (job, n) IN (SELECT l.job, max(l.n) FROM "
		"job_log l JOIN jobs j USING(job) WHERE j.state = 3 GROUP BY l.job);"
		"UPDATE jobs SET state = 2, attempts = attempts - 1 WHERE state = 3;"
		"INSERT INTO tallies SELECT collection, priority, state, count(*) FROM jobs "
		"GROUP BY 1, 2, 3";

	if (note_leases(s, e) < 0)
		return -1;
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : store_failed(s->db, e, "tally the jobs");
}

static int fill_identities(struct store *s, struct err *e)
{
	static const char sql[] =
		"INSERT INTO identities SELECT document >> 16, identity, document "
		"FROM documents ORDER BY 1, 2";

	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : store_failed(s->db, e, "list the identities");
}

static int note_indexed(struct store *s, struct err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO meta "
				  "SELECT 'indexed', coalesce(max(document), 0) FROM documents";

	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : store_failed(s->db, e, "note what is indexed");
}

static int note_slow(struct store *s, struct err *e)
{
	if (sqlite3_exec(s->db, "INSERT OR REPLACE INTO meta VALUES('slow', '1')", NULL, NULL,
			 NULL) != SQLITE_OK)
		return store_failed(s->db, e, "note which identities there are");
	return 0;
}

static const struct step {
	int from;
	const char *tables;                          /* NULL: nothing */
	int (*rows)(struct store *s, struct err *e); /* NULL: nothing */
} STEPS[] = {
	{1,
	 "ALTER TABLE events ADD COLUMN cell INTEGER REFERENCES event_cells;"
	 "ALTER TABLE events ADD COLUMN same_as INTEGER",
	 fill_cells},
	{2,
	 "DROP INDEX jobs_rare; ALTER TABLE jobs ADD COLUMN leased_ms INTEGER;"
	 "ALTER TABLE job_log ADD COLUMN leased_ms INTEGER",
	 fill_tallies},
	{3, NULL, fill_identities},
	{4, NULL, note_indexed},
	{5, NULL, store_outdate_all},
	/* 6 to 7 changes no table: a broker of version 6 would not read the intake. 7 to 8 makes a
	 * table that is filled as its contents are learnt; the intake says more than 7 knew. */
	{8, NULL, note_slow},
};
enum { N_STEPS = sizeof(STEPS) / sizeof(STEPS[0]) };

/* A new store has version 0 and needs no step. */
static bool is_due(const struct step *x, int64_t version)
{
	return version > 0 && x->from >= version;
}

int store_upgrade_tables(struct store *s, int64_t version, struct err *e)
{
	for (const struct step *x = STEPS; x < STEPS + N_STEPS; x++)
		if (is_due(x, version) && x->tables &&
		    sqlite3_exec(s->db, x->tables, NULL, NULL, NULL) != SQLITE_OK)
			return store_failed(s->db, e, "bring the tables up to date");
	return 0;
}

int store_upgrade_rows(struct store *s, int64_t version, struct err *e)
{
	for (const struct step *x = STEPS; x < STEPS + N_STEPS; x++)
		if (is_due(x, version) && x->rows && x->rows(s, e) < 0)
			return -1;
	return 0;
}
