/* Each question is a SELECT whose columns are the row's keys, and a list of the arguments that add
 * a condition. A column named "x$word" is written by its word: state, verb and code as their names,
 * msgpack as it stands, and actors of an event or stance as a list. A question that runs through
 * more than MOST_STEPS thousand steps of SQLite's machine is stopped: the broker has other work. */
#include "broker/query.h"

#include <sys/stat.h>

#include "broker/query_sql.h"
#include "broker/store_sql.h"
#include "proto/pack.h"

enum { STEPS_BETWEEN = 10000, MOST_STEPS = 20000 };

enum { NESTED_MAX = 8 };

struct query {
	sqlite3 *db;
	sqlite3_stmt *nested[NESTED_MAX]; /* lists in rows: prepared at their first use */
	uint32_t steps;
};

/* clang-format off */
/* In the store a leased job is a queued one; temp.held has those that the broker says are leased. */
#define JOB_STATE "iif(h.job IS NULL, j.state, 3)"
#define JOB_COLUMNS                                                                                \
	"j.job, d.id AS document, c.name AS collection, " JOB_STATE " AS \"state$state\", "       \
	"j.priority, coalesce(h.attempt, j.attempts) AS attempts, "                                \
	"iif(h.job IS NULL, j.worker, h.worker) AS worker, j.submitted_ms, "                       \
	"coalesce(h.ms, j.changed_ms) AS changed_ms, j.due_ms, j.deadline_ms, "                    \
	"j.code AS \"code$code\", j.text"
#define JOB_TABLES                                                                                 \
	" FROM jobs j LEFT JOIN temp.held h ON h.job = j.job "                                     \
	"JOIN documents d ON d.document = j.document "                                             \
	"JOIN collections c ON c.collection = j.collection"
#define BATCH_LEASED                                                                               \
	"(SELECT count(*) FROM temp.held h JOIN jobs j ON j.job = h.job WHERE j.batch = b.batch)"
#define COLLECTION_LEASED                                                                          \
	"(SELECT count(*) FROM temp.held h JOIN jobs j ON j.job = h.job WHERE "                    \
	"j.collection = c.collection)"
#define TALLY(state, name)                                                                         \
	"(SELECT coalesce(sum(n), 0) FROM tallies WHERE state = " state ") AS " name ", "
#define EVENT_DATE "coalesce(nullif(v.start_date, ''), d.date)"

/* Reports of an event: documents that tell it. So many are counted, at most. */
#define REPORTS                                                                                    \
	"iif(c.cluster IS NULL, 1, (SELECT count(*) FROM (SELECT DISTINCT j2.document FROM "       \
	"event_cells c2 JOIN events v2 ON v2.cell = c2.cell JOIN results r2 ON r2.seq = v2.seq "   \
	"JOIN jobs j2 ON j2.job = r2.job WHERE c2.cluster = c.cluster LIMIT 1000)))"
#define CELL_JOIN " LEFT JOIN event_cells c ON c.cell = v.cell"
#define EVENT_COLUMNS                                                                              \
	"SELECT v.event, v.seq, r.job, d.id AS document, d.title, " EVENT_DATE " AS date, v.type, "\
	"v.mode, v.contexts, v.cameo, v.quad, v.goldstein, v.event AS \"source$event_source\", "   \
	"v.event AS \"target$event_target\", v.event AS \"by$event_by\", v.status, v.start_date, " \
	"v.end_date, v.date_precision, v.place, v.place_country, v.latitude, v.longitude, "        \
	"v.confidence, v.text, v.trigger_start, v.trigger_end, v.sentence_start, v.sentence_end, " \
	"v.rule, d.date AS doc_date, d.source AS doc_source, v.same_as, "                          \
	"coalesce(c.cluster, '') AS cluster, " REPORTS " AS reports"

static const struct condition JOB_CONDITIONS[] = {
	{"state", JOB_STATE " = state_number(%)"},
	{"collection", "j.collection = " COLLECTION_IS},
	{"batch", "j.batch = (SELECT batch FROM batches WHERE name = %)"},
	{"document", "j.document IN (SELECT document FROM documents WHERE id = %)"},
	{"job", "j.job = CAST(% AS INTEGER)"},
	{"seq", "j.job = (SELECT job FROM results WHERE seq = CAST(% AS INTEGER))"},
	{0},
};
static const struct condition RESULT_CONDITIONS[] = {
	{"job", "r.job = CAST(% AS INTEGER) AND r.seq = (SELECT seq FROM jobs WHERE job = "
		"CAST(% AS INTEGER))"},
	{"collection", "r.collection = " COLLECTION_IS},
	{"latest", "% <> 'yes' OR NOT EXISTS (SELECT 1 FROM jobs j JOIN jobs k ON "
		   "k.document = j.document AND k.job <> k.document AND k.job > j.job AND "
		   "k.state = 4 WHERE j.job = r.job)"},
	{0},
};
static const struct condition EVENT_CONDITIONS[] = {
	{"actor", ACTOR_IS("event", "source")},
	{"target", ACTOR_IS("event", "target")},
	{"type", "v.type = %"},
	{"status", "v.status = %"},
	FOUND_CONDITIONS(EVENT_DATE),
	{"job", "r.job = CAST(% AS INTEGER)"},
	{"event", "v.event = CAST(% AS INTEGER)"},
	{"cluster", "c.cluster = %"},
	{"repeats", "% <> 'no' OR v.same_as IS NULL"},
	{"reports", REPORTS " >= CAST(% AS INTEGER)"},
	{0},
};
static const struct condition STANCE_CONDITIONS[] = {
	{"actor", ACTOR_IS("stance", "holder")},
	STANCE_FOUND_CONDITIONS,
	{"job", "r.job = CAST(% AS INTEGER)"},
	{"stance", "v.stance = CAST(% AS INTEGER)"},
	{0},
};
static const struct condition REPORT_CONDITIONS[] = {
	{"collection", "r.collection = " COLLECTION_IS},
	{0},
};
static const struct condition NO_CONDITIONS[] = {{0}};
static const struct condition BATCH_CONDITIONS[] = {{"batch", "b.name = %"}, {0}};

/* Jobs from the last one back, which goes on below `after`. */
#define NEWEST_FIRST                                                                               \
	"WITH found AS (@) SELECT * FROM found WHERE job < iif(?1 = 0, 9223372036854775807, ?1) " \
	"ORDER BY job DESC LIMIT ?2"

static const struct question QUESTIONS[] = {
	{"jobs", "SELECT " JOB_COLUMNS JOB_TABLES, "j.job", NULL, JOB_CONDITIONS, NULL},
	{"dead", "SELECT " JOB_COLUMNS JOB_TABLES, "j.job", "j.state = 5", JOB_CONDITIONS, NULL},
	{"jobs_newest", "SELECT " JOB_COLUMNS JOB_TABLES, "j.job", NULL, JOB_CONDITIONS,
	 NEWEST_FIRST},
	{"dead_newest", "SELECT " JOB_COLUMNS JOB_TABLES, "j.job", "j.state = 5", JOB_CONDITIONS,
	 NEWEST_FIRST},
	{"show",
	 "SELECT " JOB_COLUMNS ", d.title, d.date, d.source, d.lang, d.bytes, d.key, "
	 "(SELECT name FROM batches b WHERE b.batch = j.batch) AS batch, j.seq, "
	 "j.job AS \"log$log\"" JOB_TABLES,
	 "j.job", NULL, JOB_CONDITIONS, NULL},
	{"text", "SELECT j.job, d.id AS document, d.body AS \"body$bin\"" JOB_TABLES, "j.job", NULL,
	 JOB_CONDITIONS, NULL},
	{"results",
	 "SELECT r.seq, r.job, r.record AS \"record$msgpack\" FROM results r", "r.seq",
	 "r.record IS NOT NULL", RESULT_CONDITIONS, NULL},
	{"events", EVENT_COLUMNS " FROM events v" DOC_JOINS CELL_JOIN, "v.event", NULL,
	 EVENT_CONDITIONS, NULL},
	/* How often each event is reported: for files that are written from the records. */
	{"reports",
	 "SELECT v.event, v.seq, coalesce(c.cluster, '') AS cluster, " REPORTS " AS reports "
	 "FROM events v JOIN results r ON r.seq = v.seq" CELL_JOIN,
	 "v.event", NULL, REPORT_CONDITIONS, NULL},
	/* As events, but only the first report of each. */
	{"clusters",
	 EVENT_COLUMNS ", iif(c.cluster IS NULL, 1, (SELECT count(*) FROM event_cells c3 JOIN "
	 "events v3 ON v3.cell = c3.cell WHERE c3.cluster = c.cluster)) AS mentions, "
	 "iif(c.cluster IS NULL, d.date, (SELECT max(d3.date) FROM event_cells c3 JOIN events v3 "
	 "ON v3.cell = c3.cell JOIN results r3 ON r3.seq = v3.seq JOIN jobs j3 ON j3.job = r3.job "
	 "JOIN documents d3 ON d3.document = j3.document WHERE c3.cluster = c.cluster)) AS last_date "
	 "FROM events v" DOC_JOINS CELL_JOIN,
	 "v.event",
	 "(c.cluster IS NULL OR v.event = (SELECT first_event FROM event_cells c3 WHERE "
	 "c3.cluster = c.cluster AND first_event IS NOT NULL ORDER BY first_date, first_id, "
	 "first_event LIMIT 1))",
	 EVENT_CONDITIONS, NULL},
	{"stances",
	 "SELECT v.stance, v.seq, r.job, d.id AS document, d.title, d.date AS doc_date, "
	 "v.stance AS \"holder$stance_holder\", v.target, v.target_code, "
	 "v.stance AS \"about$stance_about\", v.stance AS \"by$stance_by\", v.topic, v.issue, "
	 "v.polarity, v.strength, v.kind, v.confidence, v.text, v.trigger_start, v.trigger_end, "
	 "v.sentence_start, v.sentence_end, v.rule, d.source AS doc_source FROM stances v" DOC_JOINS,
	 "v.stance", NULL, STANCE_CONDITIONS, NULL},
	{"batch",
	 "SELECT b.name AS batch, "
	 "(SELECT count(*) FROM jobs j WHERE j.batch = b.batch) AS total, "
	 "(SELECT count(*) FROM jobs j WHERE j.batch = b.batch AND state = 1) AS delayed, "
	 "(SELECT count(*) FROM jobs j WHERE j.batch = b.batch AND state = 2) - "
	 BATCH_LEASED " AS queued, " BATCH_LEASED " AS leased, "
	 "(SELECT count(*) FROM jobs j WHERE j.batch = b.batch AND state = 4) AS done, "
	 "(SELECT count(*) FROM jobs j WHERE j.batch = b.batch AND state = 5) AS dead, "
	 "(SELECT count(*) FROM jobs j WHERE j.batch = b.batch AND state = 6) AS cancelled "
	 "FROM batches b",
	 "b.batch", NULL, BATCH_CONDITIONS, NULL},
	{"collections",
	 "SELECT c.name AS collection, (SELECT coalesce(sum(n), 0) FROM tallies t WHERE "
	 "t.state = 2 AND t.collection = c.collection) - " COLLECTION_LEASED " AS queued, "
	 COLLECTION_LEASED " AS leased FROM collections c",
	 "c.collection", NULL, NO_CONDITIONS, NULL},
	{"cursors", "SELECT c.name, c.seq, c.ms FROM cursors c", "c.seq", NULL, NO_CONDITIONS, NULL},
	{"status",
	 "SELECT (SELECT value FROM meta WHERE name = 'id') AS broker, "
	 TALLY("1", "delayed") TALLY("2", "queued") "0 AS leased, "
	 TALLY("4", "done") TALLY("5", "dead") TALLY("6", "cancelled")
	 "(SELECT coalesce(max(seq), 0) FROM results) AS last_seq FROM (SELECT 1 AS one) v",
	 "v.one", NULL, NO_CONDITIONS, NULL},
};
/* clang-format on */

/* Opening */

static int count_steps(void *context)
{
	struct query *q = context;

	return ++q->steps > MOST_STEPS;
}

static void state_number(sqlite3_context *context, int n, sqlite3_value **v)
{
	const char *name = (const char *)sqlite3_value_text(v[0]);

	(void)n;
	sqlite3_result_int(context, job_state_of(str_of(name)));
}

static int ask_pragma(sqlite3 *db, const char *sql, int *value, struct err *e)
{
	sqlite3_stmt *s;

	int r = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		return store_failed(db, e, "read the version");
	if (sqlite3_step(s) == SQLITE_ROW)
		*value = sqlite3_column_int(s, 0);
	else
		r = store_failed(db, e, "read the version");
	sqlite3_finalize(s);
	return r;
}

/* Another version has other tables. A new one is made up to date by whoever may write it. */
static int check_version(sqlite3 *db, const char *path, struct err *e)
{
	int version, application;

	if (ask_pragma(db, "PRAGMA user_version", &version, e) < 0 ||
	    ask_pragma(db, "PRAGMA application_id", &application, e) < 0)
		return -1;
	if (application != STORE_APPLICATION_ID)
		return err_set(e, ERR_CORRUPT, "%s is no database of demarche", path);
	if (version == STORE_SCHEMA_VERSION)
		return 0;
	if (version > STORE_SCHEMA_VERSION)
		return err_set(e, ERR_VERSION, "%s has schema %d, this program knows %d", path,
			       version, STORE_SCHEMA_VERSION);
	return err_set(e, ERR_VERSION,
		       "%s was made by an older version: open it once with demarche-broker --store "
		       "sqlite:%s, which brings it up to date",
		       path, path);
}

/* A file with a log needs one beside it even to be read. Where none may be made and none is there,
 * nobody writes: it is read as it stands. */
static bool is_sealed(sqlite3 *db, const char *path)
{
	struct arena a = {0};
	struct stat st;
	bool sealed = sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) ==
			      SQLITE_CANTOPEN &&
		      (stat(arena_printf(&a, "%s-wal", path).p, &st) < 0 || st.st_size == 0);

	arena_free(&a);
	return sealed;
}

static int open_sealed(sqlite3 **db, const char *path)
{
	struct buf uri = {0};
	int r;

	buf_printf(&uri, "file:");
	for (const char *p = path; *p; p++)
		buf_printf(&uri, strchr("%?#", *p) ? "%%%02x" : "%c", (unsigned char)*p);
	buf_printf(&uri, "?immutable=1");
	buf_add(&uri, "", 1);
	sqlite3_close(*db);
	r = sqlite3_open_v2(uri.p, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
			    NULL);
	buf_free(&uri);
	return r;
}

static int open_file(struct query *q, const char *path, struct err *e)
{
	int r = sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

	if (r == SQLITE_OK && is_sealed(q->db, path))
		r = open_sealed(&q->db, path);
	if (r != SQLITE_OK)
		return err_set(e, ERR_IO, "cannot open %s: %s", path, sqlite3_errmsg(q->db));
	return 0;
}

int query_open(struct query **out, const char *url, struct err *e)
{
	struct query *q = mem_alloc(sizeof(*q));
	const char *path = store_url_path(url);

	if (open_file(q, path, e) < 0) {
		query_close(q);
		return -1;
	}
	sqlite3_busy_timeout(q->db, 1000);
	if (check_version(q->db, path, e) < 0) {
		query_close(q);
		return -1;
	}
	sqlite3_progress_handler(q->db, STEPS_BETWEEN, count_steps, q);
	if (sqlite3_exec(q->db,
			 "PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;"
			 "CREATE TEMP TABLE held(job INTEGER PRIMARY KEY, attempt INTEGER, "
			 "ms INTEGER, worker TEXT)",
			 NULL, NULL, NULL) != SQLITE_OK) {
		store_failed(q->db, e, "prepare for questions");
		query_close(q);
		return -1;
	}
	query_stance_functions(q->db);
	sqlite3_create_function(q->db, "state_number", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
				state_number, NULL, NULL);
	*out = q;
	return 0;
}

void query_patient(struct query *q)
{
	sqlite3_progress_handler(q->db, 0, NULL, NULL);
}

void query_close(struct query *q)
{
	if (!q)
		return;
	for (int i = 0; i < NESTED_MAX; i++)
		sqlite3_finalize(q->nested[i]);
	sqlite3_close(q->db);
	mem_free(q);
}

/* What the broker knows and the store does not */

bool query_needs_leases(struct str what)
{
	return str_is(what, "jobs") || str_is(what, "show") || str_is(what, "batch") ||
	       str_is(what, "collections") || str_is(what, "dead") || str_is(what, "text") ||
	       str_is(what, "jobs_newest") || str_is(what, "dead_newest");
}

static int insert_leases(struct query *q, const struct query_lease *l, uint32_t n, struct err *e)
{
	sqlite3_stmt *s;
	int r = 0;

	if (sqlite3_prepare_v2(q->db, "INSERT INTO temp.held VALUES(?1, ?2, ?3, ?4)", -1, &s,
			       NULL) != SQLITE_OK)
		return store_failed(q->db, e, "take note of leases");
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		sqlite3_bind_int64(s, 1, (int64_t)l[i].job);
		sqlite3_bind_int64(s, 2, l[i].attempt);
		sqlite3_bind_int64(s, 3, l[i].ms);
		store_bind_str(s, 4, l[i].worker);
		if (sqlite3_step(s) != SQLITE_DONE)
			r = store_failed(q->db, e, "take note of leases");
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return r;
}

int query_leases(struct query *q, const struct query_lease *leases, uint32_t n, struct err *e)
{
	int r;

	q->steps = 0;
	if (sqlite3_exec(q->db, "BEGIN; DELETE FROM temp.held", NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(q->db, e, "take note of leases");
	r = insert_leases(q, leases, n, e);
	if (sqlite3_exec(q->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK && r == 0)
		r = store_failed(q->db, e, "take note of leases");
	return r;
}

/* Asking */

static const struct question *question_of(struct str what)
{
	for (size_t i = 0; i < sizeof(QUESTIONS) / sizeof(QUESTIONS[0]); i++)
		if (str_is(what, QUESTIONS[i].name))
			return &QUESTIONS[i];
	for (const struct question *k = STANCE_QUESTIONS; k->name; k++)
		if (str_is(what, k->name))
			return k;
	return NULL;
}

static const struct condition *condition_of(const struct question *k, struct str name)
{
	for (const struct condition *c = k->conditions; c->argument; c++)
		if (str_is(name, c->argument))
			return c;
	return NULL;
}

/* Appends a condition with its % replaced by the parameter's number; %% is a %. */
static void add_condition(struct buf *sql, const struct condition *c, uint32_t parameter)
{
	buf_printf(sql, " AND (");
	for (const char *p = c->sql; *p; p++) {
		if (*p != '%')
			buf_add(sql, p, 1);
		else if (p[1] == '%')
			buf_add(sql, p++, 1);
		else
			buf_printf(sql, "?%u", parameter);
	}
	buf_printf(sql, ")");
}

/* A :name in a question's SQL becomes the argument's parameter, or NULL where it is not given. */
static void add_named(struct buf *sql, const struct msg_query *m, struct str name)
{
	for (uint32_t i = 0; i < m->n_arguments; i++)
		if (str_eq(m->arguments[i].name, name) && m->arguments[i].value.n) {
			buf_printf(sql, "?%u", i + 3);
			return;
		}
	buf_printf(sql, "NULL");
}

static void add_sql(struct buf *sql, const struct msg_query *m, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t n = 0;

		if (text.p[i] == ':')
			while (i + 1 + n < text.n && text.p[i + 1 + n] >= 'a' &&
			       text.p[i + 1 + n] <= 'z')
				n++;
		if (n)
			add_named(sql, m, (struct str){text.p + i + 1, n});
		else
			buf_add(sql, text.p + i, 1);
		i += n;
	}
}

/* The select with its conditions. */
static int build_select(const struct question *k, const struct msg_query *m, struct buf *sql,
			struct err *e)
{
	add_sql(sql, m, str_of(k->select));
	if (k->around)
		buf_printf(sql, " WHERE 1");
	else
		buf_printf(sql, " WHERE %s > ?1", k->order);
	if (k->always) {
		buf_printf(sql, " AND ");
		add_sql(sql, m, str_of(k->always));
	}
	for (uint32_t i = 0; i < m->n_arguments; i++) {
		const struct condition *c = condition_of(k, m->arguments[i].name);

		if (!c)
			return err_set(e, ERR_INVALID, "%s takes no argument %.*s", k->name,
				       STR_ARG(m->arguments[i].name));
		if (m->arguments[i].value.n)
			add_condition(sql, c, i + 3);
	}
	return 0;
}

static int build(const struct question *k, const struct msg_query *m, struct buf *sql,
		 struct err *e)
{
	const char *hole = k->around ? strchr(k->around, '@') : NULL;

	if (hole)
		add_sql(sql, m, (struct str){k->around, (size_t)(hole - k->around)});
	if (build_select(k, m, sql, e) < 0)
		return -1;
	if (hole)
		add_sql(sql, m, str_of(hole + 1));
	else
		buf_printf(sql, " ORDER BY %s LIMIT ?2", k->order);
	buf_add(sql, "", 1);
	return 0;
}

static int prepare(struct query *q, const struct question *k, const struct msg_query *m,
		   uint32_t limit, sqlite3_stmt **out, struct err *e)
{
	struct buf sql = {0};
	int r = build(k, m, &sql, e);

	if (r == 0 && sqlite3_prepare_v2(q->db, sql.p, -1, out, NULL) != SQLITE_OK)
		r = store_failed(q->db, e, "ask that");
	buf_free(&sql);
	if (r < 0)
		return -1;
	sqlite3_bind_int64(*out, 1, (int64_t)m->after);
	sqlite3_bind_int64(*out, 2, (int64_t)limit + 1);
	for (uint32_t i = 0; i < m->n_arguments; i++)
		if (m->arguments[i].value.n)
			store_bind_str(*out, (int)i + 3, m->arguments[i].value);
	return 0;
}

/* Rows */

static void pack_column(struct buf *b, sqlite3_stmt *s, int i)
{
	switch (sqlite3_column_type(s, i)) {
	case SQLITE_INTEGER:
		pack_int(b, sqlite3_column_int64(s, i));
		break;
	case SQLITE_FLOAT:
		pack_double(b, sqlite3_column_double(s, i));
		break;
	case SQLITE_NULL:
		pack_nil(b);
		break;
	default:
		pack_str(b, store_column_str(s, i));
	}
}

/* The rows of a second statement, as a list of maps; `id` is its only parameter. */
static int pack_list(struct query *q, struct buf *b, size_t which, int64_t id, struct err *e);

/* clang-format off */
#define LAST "9223372036854775807"
#define ACTORS_OF(what, part)                                                                      \
	"SELECT a.name, a.code, n.role FROM " what "_actors a JOIN entities n ON n.seq = a.seq "   \
	"AND n.entity = a.entity WHERE a." what " = ?1 AND a.part = '" part "' ORDER BY a.entity"

static const struct nested {
	const char *word, *sql;
} NESTED[] = {
	/* The submission and the result are in the row of the job; a grant is in the row of what ended
	 * the lease, or in temp.held. */
	{"log", "SELECT ms, verb AS \"verb$verb\", state AS \"to$state\", attempt, worker, "
		"code AS \"code$code\", text FROM (SELECT submitted_ms AS ms, "
		"iif(due_ms > submitted_ms AND attempts = 0, 2, 1) AS verb, "
		"iif(due_ms > submitted_ms AND attempts = 0, 1, 2) AS state, 0 AS attempt, "
		"NULL AS worker, NULL AS code, NULL AS text, 0 AS n, 0 AS part FROM jobs "
		"WHERE job = ?1 "
		"UNION ALL SELECT leased_ms, 4, 3, attempt + (verb = 5), worker, NULL, NULL, n, 0 "
		"FROM job_log WHERE job = ?1 AND leased_ms IS NOT NULL "
		"UNION ALL SELECT ms, verb, state, attempt, worker, code, text, n, 1 FROM job_log "
		"WHERE job = ?1 "
		"UNION ALL SELECT leased_ms, 4, 3, attempts, worker, NULL, NULL, " LAST ", 0 "
		"FROM jobs WHERE job = ?1 AND state = 4 AND leased_ms IS NOT NULL "
		"UNION ALL SELECT changed_ms, 6, 4, attempts, worker, NULL, NULL, " LAST ", 1 "
		"FROM jobs WHERE job = ?1 AND state = 4 "
		"UNION ALL SELECT ms, 4, 3, attempt, worker, NULL, NULL, " LAST ", 0 "
		"FROM temp.held WHERE job = ?1) ORDER BY n, part LIMIT 1000"},
	{"event_source", ACTORS_OF("event", "source")},
	{"event_target", ACTORS_OF("event", "target")},
	{"event_by", ACTORS_OF("event", "by")},
	{"stance_holder", ACTORS_OF("stance", "holder")},
	{"stance_about", ACTORS_OF("stance", "about")},
	{"stance_by", ACTORS_OF("stance", "by")},
};
/* clang-format on */
_Static_assert(sizeof(NESTED) / sizeof(NESTED[0]) <= NESTED_MAX, "room for each");

static int pack_as(struct query *q, struct buf *b, sqlite3_stmt *s, int i, const char *word,
		   struct err *e)
{
	int64_t v = sqlite3_column_int64(s, i);

	if (strcmp(word, "state") == 0) {
		pack_cstr(b, job_state_name((enum job_state)v));
	} else if (strcmp(word, "verb") == 0) {
		pack_cstr(b, job_verb_name((enum job_verb)v));
	} else if (strcmp(word, "code") == 0) {
		pack_cstr(b, v ? err_name((enum err_code)v) : "");
	} else if (strcmp(word, "bin") == 0) {
		pack_bin(b, store_column_str(s, i));
	} else if (strcmp(word, "msgpack") == 0) {
		pack_raw(b, store_column_str(s, i));
	} else {
		for (size_t k = 0; k < sizeof(NESTED) / sizeof(NESTED[0]); k++)
			if (strcmp(word, NESTED[k].word) == 0)
				return pack_list(q, b, k, v, e);
		CHECK(!"a column's word is not known");
	}
	return 0;
}

static int pack_row(struct query *q, struct buf *b, sqlite3_stmt *s, struct err *e)
{
	int n = sqlite3_column_count(s);

	pack_map(b, (uint32_t)n);
	for (int i = 0; i < n; i++) {
		const char *name = sqlite3_column_name(s, i);
		const char *word = strchr(name, '$');

		pack_str(b, (struct str){name, word ? (size_t)(word - name) : strlen(name)});
		if (!word)
			pack_column(b, s, i);
		else if (pack_as(q, b, s, i, word + 1, e) < 0)
			return -1;
	}
	return 0;
}

static int pack_list(struct query *q, struct buf *b, size_t which, int64_t id, struct err *e)
{
	sqlite3_stmt **s = &q->nested[which];
	struct buf rows = {0};
	uint32_t n = 0;
	int r = SQLITE_ROW, packed = 0;

	if (!*s && sqlite3_prepare_v3(q->db, NESTED[which].sql, -1, SQLITE_PREPARE_PERSISTENT, s,
				      NULL) != SQLITE_OK)
		return store_failed(q->db, e, "ask that");
	sqlite3_bind_int64(*s, 1, id);
	while (packed == 0 && (r = sqlite3_step(*s)) == SQLITE_ROW) {
		packed = pack_row(q, &rows, *s, e);
		n++;
	}
	if (packed == 0 && r != SQLITE_DONE)
		packed = store_failed(q->db, e, "ask that");
	sqlite3_reset(*s); /* or it would hold the store's log back */
	pack_array(b, n);
	buf_add_str(b, buf_str(&rows));
	buf_free(&rows);
	return packed;
}

/* The value that the page after this row starts from. */
static uint64_t order_value(const struct question *k, sqlite3_stmt *s)
{
	const char *column = strchr(k->order, '.') + 1;

	for (int i = 0; i < sqlite3_column_count(s); i++)
		if (strcmp(sqlite3_column_name(s, i), column) == 0)
			return (uint64_t)sqlite3_column_int64(s, i);
	return 0;
}

static int collect(struct query *q, const struct question *k, sqlite3_stmt *s, uint32_t limit,
		   struct arena *a, struct msg_rows *rows, struct err *e)
{
	size_t bytes = 0;
	uint32_t cap = 0;
	int r;

	while ((r = sqlite3_step(s)) == SQLITE_ROW) {
		struct buf b = {0};

		if (rows->n_rows == limit || bytes >= QUERY_BYTES_MAX) {
			rows->more = true;
			return 0;
		}
		if (pack_row(q, &b, s, e) < 0) {
			buf_free(&b);
			return -1;
		}
		ARENA_GROW(a, rows->rows, rows->n_rows, cap);
		rows->rows[rows->n_rows++] = arena_str(a, buf_str(&b));
		rows->next = order_value(k, s);
		bytes += b.n;
		buf_free(&b);
	}
	return r == SQLITE_DONE ? 0 : store_failed(q->db, e, "answer in time");
}

int query_run(struct query *q, const struct msg_query *m, struct arena *a, struct msg_rows *rows,
	      struct err *e)
{
	uint32_t limit = m->limit ? (uint32_t)m->limit : QUERY_ROWS;
	const struct question *k = question_of(m->what);
	sqlite3_stmt *s;
	int r;

	*rows = (struct msg_rows){.tag = m->tag};
	if (!k)
		return err_set(e, ERR_UNSUPPORTED, "no question is named %.*s", STR_ARG(m->what));
	q->steps = 0;
	if (prepare(q, k, m, limit, &s, e) < 0)
		return -1;
	r = collect(q, k, s, limit, a, rows, e);
	sqlite3_finalize(s);
	return r;
}
