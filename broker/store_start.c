/* What the core must know at the start. Nothing here runs through the jobs: counts come from the
 * tallies, ends of lanes from their index, so ten million queued jobs start as fast as ten. */
#include "broker/store_sql.h"

#include <stdio.h>
#include <stdlib.h>

/* The highest ticket of a lane: new ones must be higher. */
static int lane_end(struct store *s, const struct store_lane *l, uint64_t *last, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_LANE_END);
	int r;

	sqlite3_bind_int64(q, 1, l->collection);
	sqlite3_bind_int(q, 2, l->priority);
	r = sqlite3_step(q);
	if (r == SQLITE_ROW && (uint64_t)sqlite3_column_int64(q, 0) > *last)
		*last = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return r == SQLITE_ROW ? 0 : store_failed(s->db, e, "look for the end of a lane");
}

static int read_tallies(struct store *s, struct arena *a, struct store_start *out, struct err *e)
{
	uint32_t cap = 0;
	sqlite3_stmt *q;
	int r;

	if (sqlite3_prepare_v2(s->db,
			       "SELECT collection, priority, state, n FROM tallies WHERE n > 0", -1,
			       &q, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "read the tallies");
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		int state = sqlite3_column_int(q, 2);
		uint64_t n = (uint64_t)sqlite3_column_int64(q, 3);

		if (state < 0 || state >= N_JOB_STATES)
			continue;
		if (state != JOB_QUEUED) {
			out->counts[state] += n;
			continue;
		}
		ARENA_GROW(a, out->lanes, out->n_lanes, cap);
		out->lanes[out->n_lanes++] = (struct store_lane){
			(uint32_t)sqlite3_column_int64(q, 0), (uint8_t)sqlite3_column_int(q, 1), n};
	}
	sqlite3_finalize(q);
	return r == SQLITE_DONE ? 0 : store_failed(s->db, e, "read the tallies");
}

static int start_counts(struct store *s, struct arena *a, struct store_start *out, struct err *e)
{
	int64_t last, seq;

	if (store_ask(s, "SELECT max(job) FROM jobs", 0, &last, e) < 0 ||
	    store_ask(s, "SELECT max(seq) FROM results", 0, &seq, e) < 0 ||
	    read_tallies(s, a, out, e) < 0)
		return -1;
	out->last_number = (uint64_t)last;
	out->last_seq = (uint64_t)seq;
	if (out->counts[JOB_DONE] != out->last_seq)
		return err_set(e, ERR_CORRUPT, "%llu jobs are done, and %llu results are there",
			       (unsigned long long)out->counts[JOB_DONE],
			       (unsigned long long)out->last_seq);
	for (uint32_t i = 0; i < out->n_lanes; i++)
		if (lane_end(s, &out->lanes[i], &out->last_number, e) < 0)
			return -1;
	return 0;
}

/* In the store they are queued; to the core they are not. */
static int take_from_lane(struct store_start *out, const struct job_fact *f, struct err *e)
{
	for (uint32_t i = 0; i < out->n_lanes; i++) {
		struct store_lane *l = &out->lanes[i];

		if (l->collection == f->collection && l->priority == f->priority && l->n) {
			l->n--;
			return 0;
		}
	}
	return err_set(e, ERR_CORRUPT, "job %llu is in no lane", (unsigned long long)f->job);
}

static int start_leased(struct store *s, struct arena *a, struct store_start *out, struct err *e)
{
	if (store_start_leases(s, a, &out->leased, e) < 0)
		return -1;
	for (uint32_t i = 0; i < out->leased.n; i++)
		if (take_from_lane(out, &out->leased.facts[i], e) < 0)
			return -1;
	return 0;
}

/* The latest time that anything here bears: the broker's clock must not start before it. */
static int start_clock(struct store *s, struct store_start *out, struct err *e)
{
	int64_t last_job, last_result;

	if (store_ask(s, "SELECT changed_ms FROM jobs ORDER BY job DESC LIMIT 1", 0, &last_job, e) <
		    0 ||
	    store_ask(s, "SELECT ms FROM results ORDER BY seq DESC LIMIT 1", 0, &last_result, e) <
		    0)
		return -1;
	out->last_ms = last_job > last_result ? last_job : last_result;
	s->last_log = out->last_ms * 1024;
	return 0;
}

/* The row of meta named `open` has the highest number that was known at the last start, with a
 * minus once the store was closed in order: then all numbers that were told since are in it. */
static int start_numbers(struct store *s, struct store_start *out, struct err *e)
{
	int64_t open;
	char sql[128];

	if (store_ask(s, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'open'", 0, &open,
		      e) < 0)
		return -1;
	if ((uint64_t)llabs(open) > out->last_number)
		out->last_number = (uint64_t)llabs(open);
	if (open > 0)
		out->last_number += STORE_TOLD_AHEAD;
	snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO meta VALUES('open', '%llu')",
		 (unsigned long long)(out->last_number ? out->last_number : 1));
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(s->db, e, "note that the store is open");
	s->started = true;
	s->owes = OWES_LOG;
	return store_sync(s, e);
}

int store_start(struct store *s, struct arena *a, struct store_start *out, struct err *e)
{
	*out = (struct store_start){0};
	if (start_counts(s, a, out, e) < 0 || start_numbers(s, out, e) < 0 ||
	    start_leased(s, a, out, e) < 0 || start_clock(s, out, e) < 0 ||
	    store_least(s, SQL_NEXT_DUE, &out->next_due_ms, e) < 0)
		return -1;
	return store_least(s, SQL_NEXT_DEADLINE, &out->next_deadline_ms, e);
}
