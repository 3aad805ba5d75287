/* The tables, described in docs/schema.md. To change them: raise STORE_SCHEMA_VERSION, add the step
 * from the version before in store_upgrade.c, its test, and the page. Numbers of states and verbs
 * are those of proto/job.h. */
#include "broker/store_sql.h"

const char *const STORE_SCHEMA[] = {
	"CREATE TABLE IF NOT EXISTS meta(\n"
	"	name TEXT PRIMARY KEY,\n"
	"	value TEXT NOT NULL\n"
	") STRICT, WITHOUT ROWID;",
	"CREATE TABLE IF NOT EXISTS collections(\n"
	"	collection INTEGER PRIMARY KEY,\n"
	"	name TEXT NOT NULL UNIQUE\n"
	") STRICT;",
	"CREATE TABLE IF NOT EXISTS batches(\n"
	"	batch INTEGER PRIMARY KEY,\n"
	"	name TEXT NOT NULL UNIQUE\n"
	") STRICT;",
	"CREATE TABLE IF NOT EXISTS documents(\n"
	"	document INTEGER PRIMARY KEY,\n" /* number of its first job */
	"	identity BLOB NOT NULL,\n"       /* found by the table of identities */
	"	latest_job INTEGER NOT NULL,\n"
	"	collection INTEGER NOT NULL REFERENCES collections,\n"
	"	key TEXT NOT NULL,\n"
	"	id TEXT NOT NULL,\n"
	"	title TEXT NOT NULL,\n"
	"	date TEXT NOT NULL,\n"
	"	date_source TEXT NOT NULL,\n" /* given, html, text, none; "": given */
	"	source TEXT NOT NULL,\n"
	"	lang TEXT NOT NULL,\n"
	"	bytes INTEGER NOT NULL,\n"
	"	body BLOB NOT NULL\n"
	") STRICT;",
	"CREATE TABLE IF NOT EXISTS identities(\n"
	"	epoch INTEGER NOT NULL,\n" /* document >> 16 */
	"	identity BLOB NOT NULL,\n"
	"	document INTEGER NOT NULL REFERENCES documents,\n"
	"	PRIMARY KEY(epoch, identity)\n"
	") STRICT, WITHOUT ROWID;",
	"CREATE TABLE IF NOT EXISTS filters(\n"
	"	epoch INTEGER PRIMARY KEY,\n" /* all of whose identities are there */
	"	bits BLOB NOT NULL\n"         /* 131,072 bytes: which slots they have */
	") STRICT;",
	"CREATE TABLE IF NOT EXISTS jobs(\n"
	"	job INTEGER PRIMARY KEY,\n"
	"	document INTEGER NOT NULL REFERENCES documents,\n"
	"	collection INTEGER NOT NULL REFERENCES collections,\n"
	"	batch INTEGER REFERENCES batches,\n"
	"	priority INTEGER NOT NULL,\n"
	"	state INTEGER NOT NULL,\n"
	"	attempts INTEGER NOT NULL,\n"
	"	ticket INTEGER NOT NULL,\n"
	"	due_ms INTEGER NOT NULL,\n"
	"	deadline_ms INTEGER NOT NULL,\n"
	"	submitted_ms INTEGER NOT NULL,\n"
	"	changed_ms INTEGER NOT NULL,\n"
	"	worker TEXT,\n"
	"	code INTEGER,\n"
	"	text TEXT,\n"
	"	seq INTEGER,\n"
	"	leased_ms INTEGER\n" /* of the lease that brought the result */
	") STRICT;",
	"CREATE INDEX IF NOT EXISTS jobs_queued ON jobs(collection, priority, ticket)"
	" WHERE state = 2;",
	"CREATE INDEX IF NOT EXISTS jobs_delayed ON jobs(due_ms) WHERE state = 1;",
	"CREATE INDEX IF NOT EXISTS jobs_rare ON jobs(state) WHERE state IN (5, 6);",
	"CREATE INDEX IF NOT EXISTS jobs_deadline ON jobs(deadline_ms)"
	" WHERE state < 4 AND deadline_ms > 0;",
	"CREATE INDEX IF NOT EXISTS jobs_again ON jobs(document) WHERE job <> document;",
	"CREATE INDEX IF NOT EXISTS jobs_batch ON jobs(batch, state) WHERE batch IS NOT NULL;",
	"CREATE TABLE IF NOT EXISTS job_log(\n"
	"	job INTEGER NOT NULL,\n"
	"	n INTEGER NOT NULL,\n" /* grows with time */
	"	ms INTEGER NOT NULL,\n"
	"	verb INTEGER NOT NULL,\n"
	"	state INTEGER NOT NULL,\n"
	"	attempt INTEGER NOT NULL,\n"
	"	worker TEXT,\n"
	"	code INTEGER,\n"
	"	text TEXT,\n"
	"	leased_ms INTEGER,\n" /* of the lease that this move ended */
	"	PRIMARY KEY(job, n)\n"
	") STRICT, WITHOUT ROWID;",
	/* Leases are not states of jobs here: those are queued. This is for the next start. */
	"CREATE TABLE IF NOT EXISTS leases(\n"
	"	lease INTEGER PRIMARY KEY,\n"
	"	moves BLOB NOT NULL\n" /* of one turn: job, attempt (0: ended), ms, as msgpack */
	") STRICT;",
	"CREATE TABLE IF NOT EXISTS tallies(\n"
	"	collection INTEGER NOT NULL REFERENCES collections,\n"
	"	priority INTEGER NOT NULL,\n"
	"	state INTEGER NOT NULL,\n"
	"	n INTEGER NOT NULL,\n" /* jobs */
	"	PRIMARY KEY(collection, priority, state)\n"
	") STRICT, WITHOUT ROWID;",
	"CREATE TABLE IF NOT EXISTS results(\n"
	"	seq INTEGER PRIMARY KEY,\n" /* dense: 1, 2, 3 … */
	"	job INTEGER NOT NULL REFERENCES jobs,\n"
	"	collection INTEGER NOT NULL REFERENCES collections,\n"
	"	ms INTEGER NOT NULL,\n"
	"	record BLOB\n" /* NULL when no longer kept */
	") STRICT;",
	"CREATE TABLE IF NOT EXISTS entities(\n"
	"	seq INTEGER NOT NULL REFERENCES results,\n"
	"	entity INTEGER NOT NULL,\n"
	"	name TEXT NOT NULL,\n"
	"	kind TEXT NOT NULL,\n"
	"	code TEXT NOT NULL,\n"
	"	role TEXT NOT NULL,\n"
	"	mentions INTEGER NOT NULL,\n"
	"	PRIMARY KEY(seq, entity)\n"
	") STRICT, WITHOUT ROWID;",
	"CREATE INDEX IF NOT EXISTS entities_code ON entities(code, seq);",
	"CREATE INDEX IF NOT EXISTS entities_name ON entities(name, seq);",
	"CREATE TABLE IF NOT EXISTS event_cells(\n"
	"	cell INTEGER PRIMARY KEY,\n"
	"	type TEXT NOT NULL,\n"
	"	status TEXT NOT NULL,\n"
	"	source TEXT NOT NULL,\n"
	"	target TEXT NOT NULL,\n"
	"	day TEXT NOT NULL,\n"
	"	dated INTEGER NOT NULL,\n" /* 1: the text names the day; 0: the day of publication
					    */
	"	place TEXT NOT NULL,\n"
	"	cluster TEXT NOT NULL,\n"
	"	first_event INTEGER,\n" /* of the earliest report; NULL while there is none */
	"	first_date TEXT,\n"
	"	first_id TEXT,\n"
	"	UNIQUE(source, target, type, status, day, dated, place)\n"
	") STRICT;",
	"CREATE INDEX IF NOT EXISTS event_cells_cluster ON event_cells(cluster);",
	"CREATE INDEX IF NOT EXISTS event_cells_empty ON event_cells(cell)"
	" WHERE first_event IS NULL;",
	"CREATE TABLE IF NOT EXISTS events(\n"
	"	event INTEGER PRIMARY KEY,\n"
	"	seq INTEGER NOT NULL REFERENCES results,\n"
	"	type TEXT NOT NULL,\n"
	"	mode TEXT NOT NULL,\n"
	"	contexts TEXT NOT NULL,\n" /* separated by spaces */
	"	cameo TEXT NOT NULL,\n"
	"	quad INTEGER NOT NULL,\n"
	"	goldstein REAL NOT NULL,\n"
	"	status TEXT NOT NULL,\n"
	"	start_date TEXT NOT NULL,\n"
	"	end_date TEXT NOT NULL,\n"
	"	date_precision TEXT NOT NULL,\n"
	"	place TEXT NOT NULL,\n"
	"	place_country TEXT NOT NULL,\n"
	"	latitude REAL,\n"
	"	longitude REAL,\n"
	"	trigger_start INTEGER NOT NULL,\n"
	"	trigger_end INTEGER NOT NULL,\n"
	"	sentence_start INTEGER NOT NULL,\n"
	"	sentence_end INTEGER NOT NULL,\n"
	"	text TEXT NOT NULL,\n"
	"	confidence REAL NOT NULL,\n"
	"	rule TEXT NOT NULL,\n"
	"	cell INTEGER REFERENCES event_cells,\n"
	"	same_as INTEGER\n" /* the first event of its document that tells the same act */
	") STRICT;",
	"CREATE INDEX IF NOT EXISTS events_cell ON events(cell) WHERE cell IS NOT NULL;",
	"CREATE INDEX IF NOT EXISTS events_seq ON events(seq);",
	"CREATE INDEX IF NOT EXISTS events_type ON events(type, seq);",
	"CREATE INDEX IF NOT EXISTS events_date ON events(start_date);",
	"CREATE TABLE IF NOT EXISTS event_actors(\n"
	"	event INTEGER NOT NULL REFERENCES events,\n"
	"	part TEXT NOT NULL,\n" /* source, target, by */
	"	entity INTEGER NOT NULL,\n"
	"	code TEXT NOT NULL,\n"
	"	name TEXT NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	PRIMARY KEY(event, part, entity)\n"
	") STRICT, WITHOUT ROWID;",
	"CREATE INDEX IF NOT EXISTS event_actors_code ON event_actors(code, part, event);",
	"CREATE INDEX IF NOT EXISTS event_actors_name ON event_actors(name, part, event);",
	"CREATE TABLE IF NOT EXISTS stances(\n"
	"	stance INTEGER PRIMARY KEY,\n"
	"	seq INTEGER NOT NULL REFERENCES results,\n"
	"	target TEXT NOT NULL,\n"
	"	target_code TEXT NOT NULL,\n"
	"	topic TEXT NOT NULL,\n"
	"	issue TEXT NOT NULL,\n"
	"	polarity TEXT NOT NULL,\n"
	"	strength INTEGER NOT NULL,\n"
	"	kind TEXT NOT NULL,\n"
	"	trigger_start INTEGER NOT NULL,\n"
	"	trigger_end INTEGER NOT NULL,\n"
	"	sentence_start INTEGER NOT NULL,\n"
	"	sentence_end INTEGER NOT NULL,\n"
	"	text TEXT NOT NULL,\n"
	"	confidence REAL NOT NULL,\n"
	"	rule TEXT NOT NULL\n"
	") STRICT;",
	"CREATE INDEX IF NOT EXISTS stances_seq ON stances(seq);",
	"CREATE INDEX IF NOT EXISTS stances_target ON stances(target_code, polarity);",
	"CREATE INDEX IF NOT EXISTS stances_polarity ON stances(polarity);",
	"CREATE TABLE IF NOT EXISTS stance_actors(\n"
	"	stance INTEGER NOT NULL REFERENCES stances,\n"
	"	part TEXT NOT NULL,\n" /* holder, target, about, by */
	"	entity INTEGER NOT NULL,\n"
	"	code TEXT NOT NULL,\n"
	"	name TEXT NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	PRIMARY KEY(stance, part, entity)\n"
	") STRICT, WITHOUT ROWID;",
	"CREATE INDEX IF NOT EXISTS stance_actors_code ON stance_actors(code, part, stance);",
	"CREATE INDEX IF NOT EXISTS stance_actors_name ON stance_actors(name, part, stance);",
	"DROP VIEW IF EXISTS reported_events;",
	"CREATE VIEW reported_events AS\n"
	"SELECT c.cluster, c.type, c.status, c.source, c.target, min(c.day) AS day,\n"
	"	max(c.place) AS place, count(*) AS mentions,\n"
	"	count(DISTINCT j.document) AS reports\n"
	"FROM event_cells c JOIN events v ON v.cell = c.cell\n"
	"JOIN results r ON r.seq = v.seq JOIN jobs j ON j.job = r.job\n"
	"GROUP BY c.cluster;",
	"DROP VIEW IF EXISTS event_values;",
	/* Who acts on each other is on both sides: nobody acts on himself. */
	"CREATE VIEW event_values AS\n"
	"SELECT v.event, v.seq, j.document, d.id AS document_id,\n"
	"	coalesce(nullif(v.start_date, ''), d.date) AS date, v.date_precision,\n"
	"	s.code AS source_code, s.name AS source, t.code AS target_code, t.name AS target,\n"
	"	v.type, v.mode, v.cameo, v.quad, v.goldstein, v.status, v.confidence,\n"
	"	v.place, v.place_country, v.latitude, v.longitude, v.same_as, c.cluster,\n"
	"	d.title, d.date AS published, d.source AS publisher, v.text, r.collection\n"
	"FROM events v\n"
	"LEFT JOIN event_actors s ON s.event = v.event AND s.part = 'source'\n"
	"LEFT JOIN event_actors t ON t.event = v.event AND t.part = 'target'\n"
	"LEFT JOIN event_cells c ON c.cell = v.cell\n"
	"JOIN results r ON r.seq = v.seq JOIN jobs j ON j.job = r.job\n"
	"JOIN documents d ON d.document = j.document\n"
	"WHERE s.entity IS NULL OR t.entity IS NULL OR s.entity <> t.entity;",
	"DROP VIEW IF EXISTS stance_values;",
	"CREATE VIEW stance_values AS\n" STORE_STANCE_VALUES ";",
	"CREATE TABLE IF NOT EXISTS cursors(\n"
	"	name TEXT PRIMARY KEY,\n"
	"	seq INTEGER NOT NULL,\n"
	"	ms INTEGER NOT NULL\n"
	") STRICT, WITHOUT ROWID;",
	NULL,
};
