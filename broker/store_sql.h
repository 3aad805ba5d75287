/* What the files of the SQLite store share: the connection and its prepared statements. Included
 * by store_*.c and query.c alone. */
#ifndef DEMARCHE_BROKER_STORE_SQL_H
#define DEMARCHE_BROKER_STORE_SQL_H

#include <sqlite3.h>

#include "broker/store.h"

/* clang-format off */
/* Results that pass a filter. Where an actor or a type is asked for, their indexes lead: what a
 * reader waits for is rare, and is not looked for in every result. */
#define RESULTS_HEAD                                                                               \
	"SELECT r.seq, r.job, r.record FROM results r WHERE r.seq > ?1 AND r.seq <= ?2 AND "
#define RESULTS_FILTER                                                                             \
	"(?3 = '' OR r.collection = (SELECT collection FROM collections WHERE name = ?3)) AND "    \
	"(?4 = '' OR EXISTS(SELECT 1 FROM entities n WHERE n.seq = r.seq AND "                     \
	"(n.code = ?4 OR n.name = ?4))) AND "                                                      \
	"(?5 = '' OR EXISTS(SELECT 1 FROM events v WHERE v.seq = r.seq AND v.type = ?5)) AND "     \
	"(?6 = '' OR EXISTS(SELECT 1 FROM stances t WHERE t.seq = r.seq AND t.polarity = ?6)) "    \
	"ORDER BY r.seq"

/* X(name, sql): prepared once, used for every turn. */
#define STORE_STATEMENTS(X)                                                                        \
	X(BEGIN, "BEGIN IMMEDIATE")                                                                \
	X(COMMIT, "COMMIT")                                                                        \
	X(FIND_COLLECTION, "SELECT collection FROM collections WHERE name = ?1")                   \
	X(ADD_COLLECTION, "INSERT INTO collections(name) VALUES(?1)")                              \
	X(FIND_BATCH, "SELECT batch FROM batches WHERE name = ?1")                                 \
	X(ADD_BATCH, "INSERT INTO batches(name) VALUES(?1)")                                       \
	X(FIND, "SELECT document FROM identities WHERE epoch = ?1 AND identity = ?2")              \
	X(ADD_IDENTITY, "INSERT INTO identities(epoch, identity, document) VALUES(?1, ?2, ?3)")    \
	X(SET_INDEXED, "INSERT INTO meta VALUES('indexed', ?1) ON CONFLICT(name) DO UPDATE "       \
		       "SET value = ?1")                                                           \
	X(NOT_INDEXED, "SELECT document, identity FROM documents WHERE document > coalesce("       \
		       "(SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'indexed'), 0) "     \
		       "ORDER BY document")                                                        \
	X(IDENTITIES, "SELECT identity FROM identities WHERE epoch = ?1 AND identity > ?2 "        \
		      "ORDER BY identity LIMIT ?3")                                                \
	X(FILTER, "SELECT bits FROM filters WHERE epoch = ?1")                                     \
	X(ADD_FILTER, "INSERT OR REPLACE INTO filters(epoch, bits) VALUES(?1, ?2)")                \
	X(SAME, "SELECT collection = ?2 AND key = ?3 AND (?3 <> '' OR body = ?4) "                 \
		"FROM documents WHERE document = ?1")                                              \
	X(LATEST, "SELECT latest_job FROM documents WHERE document = ?1")                          \
	X(ADD_DOCUMENT, "INSERT INTO documents(document, identity, latest_job, collection, key, "  \
			"id, title, date, source, lang, bytes, body, date_source) "                \
			"VALUES(?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")           \
	X(SET_LATEST, "UPDATE documents SET latest_job = ?2, id = coalesce(nullif(?3, ''), id), "   \
		      "title = coalesce(nullif(?4, ''), title), "                                  \
		      "date = coalesce(nullif(?5, ''), date), "                                    \
		      "date_source = iif(?5 = '', date_source, ?6), "                              \
		      "source = coalesce(nullif(?7, ''), source), "                                \
		      "lang = coalesce(nullif(?8, ''), lang), "                                    \
		      "body = coalesce(?9, body), bytes = coalesce(?10, bytes) WHERE document = ?1")\
	X(ADD_JOB, "INSERT INTO jobs(job, document, collection, batch, priority, state, attempts, "\
		   "ticket, due_ms, deadline_ms, submitted_ms, changed_ms) "                       \
		   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)")                    \
	X(SET_JOB, "UPDATE jobs SET state = ?2, attempts = ?3, ticket = ?4, due_ms = ?5, "         \
		   "deadline_ms = ?6, changed_ms = ?7, worker = ?8, code = ?9, text = ?10 "        \
		   "WHERE job = ?1")                                                               \
	X(SET_DONE, "UPDATE jobs SET state = 4, attempts = ?2, due_ms = 0, changed_ms = ?3, "      \
		    "worker = ?4, code = NULL, text = NULL, seq = ?5, leased_ms = ?6 "             \
		    "WHERE job = ?1")                                                              \
	X(ADD_LOG, "INSERT INTO job_log(job, n, ms, verb, state, attempt, worker, code, text, "    \
		   "leased_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                   \
	X(JOB, "SELECT job, ticket, collection, attempts, priority, state, due_ms, deadline_ms "   \
	       "FROM jobs WHERE job = ?1")                                                         \
	X(REFILL, "SELECT job, ticket, collection, attempts, priority, state, due_ms, deadline_ms "\
		  "FROM jobs WHERE state = 2 AND collection = ?1 AND priority = ?2 AND "           \
		  "ticket > ?3 ORDER BY ticket LIMIT ?4")                                          \
	X(DUE, "SELECT job, ticket, collection, attempts, priority, state, due_ms, deadline_ms "   \
	       "FROM jobs WHERE state = 1 AND due_ms <= ?1 ORDER BY due_ms, job LIMIT ?2")         \
	X(NEXT_DUE, "SELECT min(due_ms) FROM jobs WHERE state = 1")                                \
	X(OVERDUE, "SELECT job, ticket, collection, attempts, priority, state, due_ms, "           \
		   "deadline_ms FROM jobs WHERE state < 4 AND deadline_ms > 0 AND "                \
		   "deadline_ms <= ?1 ORDER BY deadline_ms, job LIMIT ?2")                         \
	X(NEXT_DEADLINE, "SELECT min(deadline_ms) FROM jobs WHERE state < 4 AND deadline_ms > 0")  \
	X(LEASE, "SELECT collection, id, title, date, source, lang, body, date_source "            \
		 "FROM documents WHERE document = ?1")                                             \
	X(DOCUMENT_OF, "SELECT document FROM jobs WHERE job = ?1")                                 \
	X(NAME_COLLECTION, "SELECT name FROM collections WHERE collection = ?1")                   \
	X(LANE_END, "SELECT max(ticket) FROM jobs WHERE state = 2 AND collection = ?1 AND "        \
		    "priority = ?2")                                                               \
	X(ADD_LEASES, "INSERT INTO leases(moves) VALUES(?1)")                                      \
	X(DROP_LEASES, "DELETE FROM leases")                                                       \
	X(TALLY, "INSERT INTO tallies(collection, priority, state, n) VALUES(?1, ?2, ?3, ?4) "     \
		 "ON CONFLICT DO UPDATE SET n = n + ?4")                                           \
	X(ADD_RESULT, "INSERT INTO results(seq, job, collection, ms, record) "                     \
		      "VALUES(?1, ?2, ?3, ?4, ?5)")                                                \
	X(ADD_ENTITY, "INSERT INTO entities(seq, entity, name, kind, code, role, mentions) "       \
		      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                        \
	X(ADD_EVENT, "INSERT INTO events(seq, type, mode, contexts, cameo, quad, goldstein, "      \
		     "status, start_date, end_date, date_precision, place, place_country, "        \
		     "latitude, longitude, trigger_start, trigger_end, sentence_start, "           \
		     "sentence_end, text, confidence, rule) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "   \
		     "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)")   \
	X(ADD_EVENT_ACTOR, "INSERT OR IGNORE INTO event_actors(event, part, code, name, seq, "     \
			   "entity) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                               \
	X(FIND_CELL, "SELECT cell FROM event_cells WHERE source = ?1 AND target = ?2 AND "         \
		     "type = ?3 AND status = ?4 AND day = ?5 AND dated = ?6 AND place = ?7")       \
	X(ADD_CELL, "INSERT INTO event_cells(source, target, type, status, day, dated, place, "    \
		    "cluster, first_date, first_id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, '', '', "   \
		    "'')")                                                                         \
	X(NEAR_CELLS, "SELECT cell, day, date(day, '-1 day'), CAST(julianday(day) AS INTEGER), "   \
		      "dated, place, cluster "                                                     \
		      "FROM event_cells WHERE source = ?1 AND target = ?2 AND type = ?3 AND "      \
		      "status = ?4 AND day BETWEEN date(?5, '-2 day') AND date(?5, '+2 day') "     \
		      "ORDER BY day, dated, place LIMIT ?6")                                       \
	X(SET_CLUSTER, "UPDATE event_cells SET cluster = ?2 WHERE cell = ?1")                      \
	X(SET_CELL, "UPDATE events SET cell = ?2, same_as = ?3 WHERE event = ?1")                  \
	X(SET_FIRST, "UPDATE event_cells SET first_event = ?2, first_date = ?3, first_id = ?4 "    \
		     "WHERE cell = ?1 AND (first_event IS NULL OR "                                \
		     "(?3, ?4, ?2) < (first_date, first_id, first_event))")                        \
	X(ADD_STANCE, "INSERT INTO stances(seq, target, target_code, topic, issue, polarity, "     \
		      "strength, kind, trigger_start, trigger_end, sentence_start, "               \
		      "sentence_end, text, confidence, rule) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "  \
		      "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")                                     \
	X(ADD_STANCE_ACTOR, "INSERT OR IGNORE INTO stance_actors(stance, part, code, name, seq, "  \
			    "entity) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                              \
	X(OTHER_RESULTS, "SELECT k.job, k.seq FROM jobs j JOIN jobs k ON k.job = j.document "      \
			 "WHERE j.job = ?1 AND k.job <> ?1 AND k.state = 4 UNION ALL "             \
			 "SELECT k.job, k.seq FROM jobs j JOIN jobs k ON k.document = j.document " \
			 "AND k.job <> k.document WHERE j.job = ?1 AND k.job <> ?1 AND "           \
			 "k.state = 4")                                                            \
	X(LEAVE_CELLS, "UPDATE event_cells SET (first_event, first_date, first_id) = "             \
		       "(SELECT v.event, coalesce(nullif(d.date, ''), '9999') AS date, d.id "      \
		       "FROM events v JOIN results r ON r.seq = v.seq JOIN jobs j ON "             \
		       "j.job = r.job JOIN documents d ON d.document = j.document "                \
		       "WHERE v.cell = event_cells.cell AND v.seq <> ?1 ORDER BY 2, 3, 1 "         \
		       "LIMIT 1) WHERE cell IN (SELECT cell FROM events WHERE seq = ?1)")          \
	X(DROP_EVENT_ACTORS, "DELETE FROM event_actors WHERE event IN "                            \
			     "(SELECT event FROM events WHERE seq = ?1)")                          \
	X(DROP_EVENTS, "DELETE FROM events WHERE seq = ?1")                                        \
	X(DROP_EMPTY_CELLS, "DELETE FROM event_cells WHERE first_event IS NULL")                   \
	X(DROP_STANCE_ACTORS, "DELETE FROM stance_actors WHERE stance IN "                         \
			      "(SELECT stance FROM stances WHERE seq = ?1)")                       \
	X(DROP_STANCES, "DELETE FROM stances WHERE seq = ?1")                                      \
	X(DROP_ENTITIES, "DELETE FROM entities WHERE seq = ?1")                                    \
	X(RESULTS, "SELECT seq, job, record FROM results WHERE seq > ?1 AND seq <= ?2 "            \
		   "ORDER BY seq")                                                                 \
	X(RESULTS_OF, RESULTS_HEAD RESULTS_FILTER)                                                 \
	X(RESULTS_OF_ACTOR, RESULTS_HEAD                                                           \
	  "r.seq IN (SELECT seq FROM entities WHERE code = ?4 AND seq > ?1 AND seq <= ?2 UNION "   \
	  "SELECT seq FROM entities WHERE name = ?4 AND seq > ?1 AND seq <= ?2) AND "              \
	  RESULTS_FILTER)                                                                          \
	X(RESULTS_OF_TYPE, RESULTS_HEAD                                                            \
	  "r.seq IN (SELECT seq FROM events WHERE type = ?5 AND seq > ?1 AND seq <= ?2) AND "      \
	  RESULTS_FILTER)                                                                          \
	X(CURSOR, "SELECT seq FROM cursors WHERE name = ?1")                                       \
	X(SET_CURSOR, "INSERT INTO cursors(name, seq, ms) VALUES(?1, ?2, ?3) ON CONFLICT(name) "   \
		      "DO UPDATE SET seq = ?2, ms = ?3")
/* clang-format on */

enum store_statement {
#define X(name, sql) SQL_##name,
	STORE_STATEMENTS(X)
#undef X
		N_SQL
};

/* So many jobs more (or less) of a collection, priority and state. */
struct store_tally {
	uint32_t collection;
	uint8_t priority, state;
	int64_t n;
};

/* A descriptor that holds the store's lock until it is closed; -1 where another one has it. */
int store_lock(const char *store, struct err *e);

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[N_SQL];
	enum {
		TURN_NONE,
		TURN_INTAKE, /* is open, and will be a record */
		TURN_TABLES  /* is open, and in the tables */
	} turn;
	bool in_transaction; /* there are rows that are not committed */
	bool started;        /* numbers may be told */
	bool failed;         /* a write or a sync: what is on the disk is not known */
	char id[33];
	char *path;
	struct store_checkpointer *checkpointer;
	struct store_syncer *syncer;
	struct store_syncer *log_syncer; /* in the background */
	sqlite3_file *log;               /* SQLite's, of this connection */
	struct store_intake *intake;
	enum { OWES_NOTHING, OWES_INTAKE, OWES_LOG } owes; /* what the written turn waits for */
	bool syncing;     /* the syncer is at it and was not waited for */
	bool log_syncing; /* log_syncer was not waited for */
	/* Entries of the intake that are in the tables; committed; on the disk there. */
	uint64_t taken_entry, committed_entry, log_entry, sync_covers, log_sync_covers;
	int lock;                    /* file descriptor of the lock file */
	int wal_pages;               /* in the log after the last commit */
	struct buf moves;            /* of leases in this turn, as in the table leases */
	uint64_t n_moves;            /* in the table and the open turn */
	struct store_tally *tallies; /* what this turn changed of the table's */
	uint32_t n_tallies, cap_tallies;
	struct str *names; /* [n_names] of collections by number; p is NULL where not read yet */
	uint32_t n_names;
	uint32_t last_collection;    /* that was looked for by name; 0 none */
	struct store_epochs *blocks; /* the filter of identities (store_identity.c) */
	uint32_t n_blocks, cap_blocks;
	struct store_recent *recent; /* documents that are not indexed yet */
	int64_t learning;            /* epoch that is read into it; -1: all are */
	int64_t newest_epoch;        /* at the start */
	uint8_t learnt[STORE_IDENTITY], learning_at[STORE_IDENTITY]; /* so far, of that epoch */
	bool learnt_any;
	uint64_t seed;    /* of the quick identities (store_same.c) */
	bool slow;        /* some have a slow one without sharing a quick one */
	bool repeats;     /* some document may have several jobs */
	int64_t last_log; /* highest n of job_log written */
	uint64_t retired; /* last result without a record, which may be in the open turn */
};

extern const char *const STORE_SCHEMA[]; /* makes what is not there yet; NULL at the end */
enum { STORE_SCHEMA_VERSION = 9, STORE_APPLICATION_ID = 0x44454d41 };

/* clang-format off */
/* A row for each holder of each stance, with what it counts: the view stance_values. Positions are
 * counted on a scale from -3 (strongly against) to 3 (strongly for). */
#define STORE_STANCE_VALUES                                                                        \
	"SELECT t.stance, t.seq, j.document, d.id AS document_id, d.date, h.code AS holder_code, " \
	"h.name AS holder, t.target_code, t.target, t.topic, t.issue, t.polarity, t.strength, "    \
	"CASE t.polarity WHEN 'support' THEN t.strength WHEN 'oppose' THEN -t.strength ELSE 0 "    \
	"END AS value, t.kind, t.confidence, t.text, r.collection "                                \
	"FROM stances t JOIN stance_actors h ON h.stance = t.stance AND h.part = 'holder' "        \
	"JOIN results r ON r.seq = t.seq JOIN jobs j ON j.job = r.job "                            \
	"JOIN documents d ON d.document = j.document"
/* clang-format on */

/* Sets *e from the connection: FULL, CORRUPT or IO, "cannot …"; returns -1. */
int store_failed(sqlite3 *db, struct err *e, const char *what);

/* A statement ready to be bound. */
sqlite3_stmt *store_statement(struct store *s, enum store_statement which);
void store_bind_str(sqlite3_stmt *q, int at, struct str v);
struct str store_column_str(sqlite3_stmt *q, int at); /* valid until the next step */
/* Runs a statement that gives no rows and resets it. */
int store_run(struct store *s, sqlite3_stmt *q, const char *what, struct err *e);

const char *store_url_path(const char *url); /* points into url */

/* One number, or `otherwise` where there is no row or it is NULL. */
int store_ask(struct store *s, const char *sql, int64_t otherwise, int64_t *out, struct err *e);
/* The name of a collection; valid until the store is closed. */
int store_collection_name(struct store *s, uint32_t number, struct str *name, struct err *e);
int store_least(struct store *s, enum store_statement which, int64_t *out, struct err *e);

/* Identities of documents (store_identity.c). *document is 0 where there is none. */
int store_identity_start(struct store *s, struct err *e);
int store_identity_find(struct store *s, const uint8_t *identity, int64_t *document, struct err *e);
int store_identity_add(struct store *s, const uint8_t *identity, uint64_t document, struct err *e);
void store_identity_free(struct store *s);

/* Sets the identity of a document that came, under which it is stored if it is new: *document is
 * 0 (store_same.c). */
int store_identify(struct store *s, struct store_document *d, int64_t *document, struct err *e);
int store_same_start(struct store *s, struct err *e);

/* A transaction is open; it ends, written but not synced. */
int store_transaction(struct store *s, struct err *e);
int store_end_transaction(struct store *s, struct err *e);
/* Everything accepted is in the tables, for those functions that read them. */
int store_rows_there(struct store *s, struct err *e);
/* The rows of a new document and its job, but for its identity. */
int store_insert_rows(struct store *s, const struct store_document *d, const struct job_fact *f,
		      int64_t now_ms, struct err *e);
/* A job's end with its result, and the result's rows. */
int store_complete(struct store *s, const struct change *c, int64_t now_ms, struct err *e);
/* The log in the background: begins, unless it is at it; looks whether it has ended. */
void store_log_sync_begin(struct store *s);
int store_log_sync_look(struct store *s, struct err *e);

/* Leases and tallies of the open turn, written before its commit (store_notes.c). */
void store_note_lease(struct store *s, const struct change *c);
int store_tally(struct store *s, const struct job_fact *f, enum job_state state, int64_t n,
		struct err *e);
int store_write_notes(struct store *s, struct err *e);
int store_start_leases(struct store *s, struct arena *a, struct store_facts *out, struct err *e);

/* The rows of one result (store_rows.c). */
int store_rows(struct store *s, uint64_t seq, const struct result *r, struct err *e);

/* Before the rows of a job's result are stored (store_again.c): those of the older jobs of its
 * document are dropped. *outdated where a newer one is done already: then it gets no rows. */
int store_again_start(struct store *s, struct err *e);
int store_outdate(struct store *s, uint64_t job, bool *outdated, struct err *e);
/* The same for a whole store: for stores that were made before this was done. */
int store_outdate_all(struct store *s, struct err *e);
/* A further job of a known document: what is said of the document now counts. */
int store_say_again(struct store *s, const struct store_document *d, int64_t document, uint64_t job,
		    struct err *e);

/* Puts event `i` of a record, stored as `event`, where reports of the same event meet
 * (store_cells.c); `repeats`: the stored event that it repeats, 0 none. */
int store_event_cell(struct store *s, const struct result *r, uint32_t i, int64_t event,
		     int64_t repeats, struct err *e);

/* From an older version (store_upgrade.c), in the transaction that makes the tables: before the
 * tables of this version are made, and when all statements are there. */
int store_upgrade_tables(struct store *s, int64_t version, struct err *e);
int store_upgrade_rows(struct store *s, int64_t version, struct err *e);

#endif
