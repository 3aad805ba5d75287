/* Reports of the same event meet, in whatever order they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <time.h>

#include "broker/query.h"
#include "proto/pack.h"
#include "tests/unit/store_for_test.h"

/* A document with one event: published, by whom, to whom, day in the text, place. */
struct report {
	const char *id, *published, *source, *target, *day, *place;
	enum event_type type;
	enum event_status status;
	const char *source_role, *target_role;
	bool doubtful; /* the target */
};

/* A job that is done at once: of a new document, or once more of that whose first job was `of`. */
static void add_job(struct store_fixture *f, const struct report *p, uint64_t of)
{
	struct result_entity entities[2] = {{.id = 1,
					     .name = STR("a"),
					     .code = str_of(p->source),
					     .role = str_of(p->source_role ? p->source_role : "")},
					    {.id = 2,
					     .name = STR("b"),
					     .code = str_of(p->target),
					     .role = str_of(p->target_role ? p->target_role : "")}};
	uint32_t one = 1, two = 2;
	struct result_event v = {.type = p->type ? p->type : EVENT_ASSAULT,
				 .status = p->status,
				 .source = {&one, 1},
				 .target = {&two, 1},
				 .doubtful = {&two, p->doubtful},
				 .date = {.start = str_of(p->day), .end = str_of(p->day)},
				 .place.name = str_of(p->place),
				 .text = STR("A did B.")};
	struct result r = {.doc = {.id = str_of(p->id), .date = str_of(p->published)},
			   .entities = entities,
			   .n_entities = 2,
			   .events = &v,
			   .n_events = 1};
	uint64_t job = ++f->last;
	struct store_document d = {.collection = 1,
				   .id = str_of(p->id),
				   .date = str_of(p->published),
				   .body = STR("x")};
	struct change submit = {.job = {.job = job, .collection = 1, .state = JOB_QUEUED},
				.verb = JOB_SUBMIT};
	struct change done = {.job = {.job = job, .collection = 1, .state = JOB_DONE},
			      .verb = JOB_COMPLETE,
			      .seq = job,
			      .result = &r};
	struct buf b = {0};

	memcpy(d.identity, of ? &of : &job, sizeof(job));
	d.again = of > 0;
	result_pack(&r, &b);
	done.record = buf_str(&b);
	if (store_insert(f->store, &d, &submit, 1, &f->e) < 0 ||
	    store_apply(f->store, &done, (int64_t)job, &f->e) < 0)
		fail_msg("%s", f->e.text);
	buf_free(&b);
}

static void add(struct store_fixture *f, const struct report *p)
{
	add_job(f, p, 0);
}

static void commit(struct store_fixture *f)
{
	if (store_commit(f->store, &f->e) < 0)
		fail_msg("%s", f->e.text);
}

/* "cluster first-report reports;" of each, in the clusters' order. */
static struct str clusters(struct store_fixture *f)
{
	struct msg_query m = {.what = STR("clusters"), .limit = 1000};
	struct msg_rows rows;
	struct query *q;
	char lines[64][200];
	uint32_t n = 0;
	struct buf out = {0};
	struct str kept;

	commit(f);
	if (query_open(&q, f->path, &f->e) < 0 || query_run(q, &m, &f->arena, &rows, &f->e) < 0)
		fail_msg("%s", f->e.text);
	for (uint32_t i = 0; i < rows.n_rows; i++) {
		struct unpack u;
		struct str cluster = {0}, document = {0};
		uint64_t reports = 0;
		char line[200];
		uint32_t at;

		unpack_init(&u, rows.rows[i]);
		for (uint32_t k = unpack_map(&u); k > 0; k--) {
			struct str key = unpack_str(&u, 64);

			if (str_is(key, "cluster"))
				cluster = unpack_str(&u, 500);
			else if (str_is(key, "document"))
				document = unpack_str(&u, 500);
			else if (str_is(key, "reports"))
				reports = unpack_uint(&u, 100000);
			else
				unpack_skip(&u);
		}
		snprintf(line, sizeof(line), "%.*s %.*s %lu;", STR_ARG(cluster), STR_ARG(document),
			 reports);
		for (at = n++; at > 0 && strcmp(lines[at - 1], line) > 0; at--)
			memcpy(lines[at], lines[at - 1], sizeof(line));
		memcpy(lines[at], line, sizeof(line));
	}
	query_close(q);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&out, "%s", lines[i]);
	kept = arena_str(&f->arena, buf_str(&out));
	buf_free(&out);
	return kept;
}

/* Whatever the order in which the reports come, they give these clusters. */
static void expect_orders(const struct report *p, int n, const char *expected)
{
	int order[8];

	for (int i = 0; i < n; i++)
		order[i] = i;
	for (;;) {
		struct store_fixture f;
		struct str got;
		int i = n - 1, k = n - 1, t;

		store_begin_test(&f);
		for (int x = 0; x < n; x++)
			add(&f, &p[order[x]]);
		got = clusters(&f);
		if (!str_is(got, expected))
			fail_msg("%.*s instead of %s", STR_ARG(got), expected);
		store_end_test(&f);
		while (i > 0 && order[i - 1] > order[i])
			i--;
		if (i == 0)
			return;
		while (order[k] < order[i - 1])
			k--;
		t = order[i - 1], order[i - 1] = order[k], order[k] = t;
		for (int a = i, b = n - 1; a < b; a++, b--)
			t = order[a], order[a] = order[b], order[b] = t;
	}
}

static void reports_of_one_event_meet_in_every_order(void **state)
{
	static const struct report reports[] = {
		{"a", "2022-03-10", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"b", "2022-03-09", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"c", "2022-03-11", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"d", "2022-03-09", "UKR", "RUS", "2022-03-09", "", .status = STATUS_ACTUAL},
	};

	(void)state;
	expect_orders(reports, 4, "2022-03-09:ASSAULT:RUS:UKR b 3;2022-03-09:ASSAULT:UKR:RUS d 1;");
}

static void an_undated_report_joins_the_day_that_others_name(void **state)
{
	static const struct report reports[] = {
		{"same day", "2022-03-09", "RUS", "UKR", "", "", .status = STATUS_ACTUAL},
		{"next day", "2022-03-10", "RUS", "UKR", "", "", .status = STATUS_ACTUAL},
		{"too late", "2022-03-11", "RUS", "UKR", "", "", .status = STATUS_ACTUAL},
		{"dated", "2022-03-12", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
	};

	(void)state;
	expect_orders(reports, 4,
		      "2022-03-09:ASSAULT:RUS:UKR same day 3;"
		      "2022-03-11:ASSAULT:RUS:UKR too late 1;");
}

static void a_report_without_a_place_joins_the_only_place(void **state)
{
	static const struct report reports[] = {
		{"kyiv", "2022-03-09", "RUS", "UKR", "2022-03-09", "Kyiv", .status = STATUS_ACTUAL},
		{"no place", "2022-03-09", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"undated", "2022-03-10", "RUS", "UKR", "", "", .status = STATUS_ACTUAL},
		{"lviv", "2022-03-10", "RUS", "UKR", "2022-03-09", "Lviv", .status = STATUS_ACTUAL},
	};

	(void)state;
	expect_orders(reports, 3, "2022-03-09:ASSAULT:RUS:UKR:Kyiv kyiv 3;");
	expect_orders(
		reports, 4,
		"2022-03-09:ASSAULT:RUS:UKR no place 2;2022-03-09:ASSAULT:RUS:UKR:Kyiv kyiv 1;"
		"2022-03-09:ASSAULT:RUS:UKR:Lviv lviv 1;");
}

static void a_meeting_has_no_direction_and_a_plan_is_not_the_deed(void **state)
{
	static const struct report reports[] = {
		{"a", "2022-03-09", "FRA", "DEU", "2022-03-09", "", EVENT_CONSULT,
		 .status = STATUS_ACTUAL},
		{"b", "2022-03-09", "DEU", "FRA", "2022-03-09", "", EVENT_CONSULT,
		 .status = STATUS_ACTUAL},
		{"c", "2022-03-08", "DEU", "FRA", "2022-03-09", "", EVENT_CONSULT,
		 .status = STATUS_PLANNED},
	};

	(void)state;
	expect_orders(reports, 3,
		      "2022-03-09:CONSULT:DEU+FRA a 2;"
		      "2022-03-09:CONSULT:DEU+FRA:planned c 1;");
}

static void within_a_country_roles_or_names_tell_the_sides_apart(void **state)
{
	static const struct report reports[] = {
		{"a", "2022-03-09", "HKG", "HKG", "2022-03-09", "", .source_role = "CVL",
		 .target_role = "GOV", .status = STATUS_ACTUAL},
		{"b", "2022-03-09", "HKG", "HKG", "2022-03-09", "", .source_role = "CVL",
		 .target_role = "GOV", .status = STATUS_ACTUAL},
		{"c", "2022-03-09", "HKG", "HKG", "2022-03-09", "", .source_role = "GOV",
		 .target_role = "CVL", .status = STATUS_ACTUAL},
		{"d", "2022-03-09", "HKG", "HKG", "2022-03-09", "", .source_role = "GOV",
		 .target_role = "GOV", .status = STATUS_ACTUAL},
	};

	(void)state;
	expect_orders(reports, 4,
		      "2022-03-09:ASSAULT:HKG.CVL:HKG.GOV a 2;2022-03-09:ASSAULT:HKG.GOV:HKG.CVL c "
		      "1;2022-03-09:ASSAULT:HKG.a:HKG.b d 1;");
}

static void the_doubtful_have_no_part(void **state)
{
	static const struct report reports[] = {
		{"a", "2022-03-09", "RUS", "UKR", "2022-03-09", "Kyiv", .status = STATUS_ACTUAL},
		{"b", "2022-03-09", "RUS", "POL", "2022-03-09", "Kyiv", .doubtful = true,
		 .status = STATUS_ACTUAL},
	};

	(void)state;
	expect_orders(reports, 2,
		      "2022-03-09:ASSAULT:RUS::Kyiv b 1;2022-03-09:ASSAULT:RUS:UKR:Kyiv a 1;");
}

static void what_is_not_known_meets_nothing(void **state)
{
	static const struct report reports[] = {
		{"no source", "2022-03-09", "", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"no target", "2022-03-09", "RUS", "", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"a month", "2022-03-09", "RUS", "UKR", "2022-03", "", .status = STATUS_ACTUAL},
		{"no day", "2022-02-31x", "RUS", "UKR", "", "", .status = STATUS_ACTUAL},
	};

	(void)state;
	expect_orders(reports, 4, " a month 1; no day 1; no source 1; no target 1;");
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void a_store_of_version_1_is_brought_up_to_date(void **state)
{
	static const struct report reports[] = {
		{"a", "2022-03-10", "RUS", "UKR", "2022-03-09", "Kyiv", .status = STATUS_ACTUAL},
		{"b", "2022-03-09", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
	};
	struct store_fixture f;
	struct query *q;

	(void)state;
	store_begin_test(&f);
	add(&f, &reports[0]);
	add(&f, &reports[1]);
	commit(&f);
	store_close(f.store);
	f.store = NULL;
	execute(f.path,
		"DROP VIEW reported_events; DROP VIEW stance_values; DROP VIEW event_values;"
		"DROP INDEX events_cell;"
		"ALTER TABLE events DROP COLUMN cell;"
		"ALTER TABLE events DROP COLUMN same_as; DROP TABLE event_cells;"
		"ALTER TABLE jobs DROP COLUMN leased_ms; DROP TABLE leases; DROP TABLE tallies;"
		"DROP TABLE identities;"
		"ALTER TABLE job_log DROP COLUMN leased_ms;"
		"PRAGMA user_version = 1");
	assert_int_equal(query_open(&q, f.path, &f.e), -1);
	assert_int_equal(f.e.code, ERR_VERSION);
	store_reopen(&f, f.path);
	assert_true(str_is(clusters(&f), "2022-03-09:ASSAULT:RUS:UKR:Kyiv b 2;"));
	store_end_test(&f);
}

static void what_is_no_longer_kept_leaves_its_cell(void **state)
{
	static const struct report reports[] = {
		{"a", "2022-03-09", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"b", "2022-03-10", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
		{"c", "2022-03-10", "RUS", "FIN", "2022-03-09", "", .status = STATUS_ACTUAL},
	};
	struct store_fixture f;
	uint32_t removed;

	(void)state;
	store_begin_test(&f);
	for (int i = 0; i < 3; i++)
		add(&f, &reports[i]);
	assert_int_equal(store_retain(f.store, 0, 2, 10, &removed, &f.e), 0);
	assert_true(str_is(clusters(&f), "2022-03-09:ASSAULT:RUS:FIN c 1;"
					 "2022-03-09:ASSAULT:RUS:UKR b 1;"));
	assert_int_equal(store_retain(f.store, 0, 1, 10, &removed, &f.e), 0);
	assert_true(str_is(clusters(&f), "2022-03-09:ASSAULT:RUS:FIN c 1;"));
	store_end_test(&f);
}

static int64_t count(struct store_fixture *f, const char *sql)
{
	sqlite3_stmt *q;
	sqlite3 *db;
	int64_t n;

	commit(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

static const struct report AGAIN[] = {
	{"a", "2022-03-09", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
	{"b", "2022-03-10", "RUS", "UKR", "2022-03-09", "", .status = STATUS_ACTUAL},
	{"a", "2022-03-09", "RUS", "FIN", "2022-03-09", "", .status = STATUS_ACTUAL},
	{"a", "2022-03-09", "RUS", "NOR", "2022-03-09", "", .status = STATUS_ACTUAL},
};

static void a_document_analysed_again_counts_once(void **state)
{
	struct store_fixture f;

	(void)state;
	store_begin_test(&f);
	add(&f, &AGAIN[0]);
	add(&f, &AGAIN[1]);
	add_job(&f, &AGAIN[2], 1);
	assert_true(str_is(clusters(&f), "2022-03-09:ASSAULT:RUS:FIN a 1;"
					 "2022-03-09:ASSAULT:RUS:UKR b 1;"));
	add_job(&f, &AGAIN[3], 1);
	assert_true(str_is(clusters(&f), "2022-03-09:ASSAULT:RUS:NOR a 1;"
					 "2022-03-09:ASSAULT:RUS:UKR b 1;"));
	assert_int_equal(count(&f, "SELECT count(*) FROM events"), 2);
	assert_int_equal(count(&f,
			       "SELECT count(*) FROM event_values WHERE source_code = 'RUS' AND "
			       "target_code IN ('NOR', 'UKR') AND date = '2022-03-09'"),
			 2);
	assert_int_equal(count(&f, "SELECT count(*) FROM event_actors"), 4);
	assert_int_equal(count(&f, "SELECT count(*) FROM entities"), 4);
	assert_int_equal(count(&f, "SELECT count(*) FROM event_cells"), 2);
	assert_int_equal(count(&f, "SELECT count(*) FROM results WHERE record NOT NULL"), 4);
	store_end_test(&f);
}

static void a_store_of_version_5_counts_again_once_from_now_on(void **state)
{
	struct store_fixture f;

	(void)state;
	store_begin_test(&f);
	for (int i = 0; i < 4; i++)
		add(&f, &AGAIN[i]);
	commit(&f);
	store_close(f.store);
	f.store = NULL;
	execute(f.path, "UPDATE jobs SET document = 1 WHERE job IN (3, 4);"
			"DELETE FROM documents WHERE document IN (3, 4);"
			"DROP INDEX jobs_again; PRAGMA user_version = 5");
	store_reopen(&f, f.path);
	assert_true(str_is(clusters(&f), "2022-03-09:ASSAULT:RUS:NOR a 1;"
					 "2022-03-09:ASSAULT:RUS:UKR b 1;"));
	assert_int_equal(count(&f, "SELECT count(*) FROM events"), 2);
	store_end_test(&f);
}

/* DEMARCHE_EVENTS=100000 measures: as many events of 40 actors over three years. */
static void many_events_are_grouped_quickly(void **state)
{
	const char *asked = getenv("DEMARCHE_EVENTS");
	int n = asked ? atoi(asked) : 2000;
	uint64_t seed = 1;
	struct store_fixture f;
	clock_t start;
	char id[16], published[16], source[8], target[8];

	(void)state;
	store_begin_test(&f);
	start = clock();
	for (int i = 0; i < n; i++) {
		struct report p = {.id = id,
				   .published = published,
				   .source = source,
				   .target = target,
				   .day = i % 3 ? published : "",
				   .place = i % 7 ? "" : "Geneva",
				   .type = (enum event_type)(1 + i % 16)};

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		snprintf(id, sizeof(id), "d%d", i);
		snprintf(published, sizeof(published), "20%02d-%02d-%02d",
			 20 + (int)(seed >> 33) % 3, 1 + (int)(seed >> 40) % 12,
			 1 + (int)(seed >> 50) % 28);
		snprintf(source, sizeof(source), "S%d", (int)(seed >> 20) % 40);
		snprintf(target, sizeof(target), "T%d", (int)(seed >> 26) % 4);
		add(&f, &p);
	}
	commit(&f);
	print_message("%d events stored and grouped in %.2f s\n", n,
		      (double)(clock() - start) / CLOCKS_PER_SEC);
	store_end_test(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_of_one_event_meet_in_every_order),
		cmocka_unit_test(an_undated_report_joins_the_day_that_others_name),
		cmocka_unit_test(a_report_without_a_place_joins_the_only_place),
		cmocka_unit_test(a_meeting_has_no_direction_and_a_plan_is_not_the_deed),
		cmocka_unit_test(within_a_country_roles_or_names_tell_the_sides_apart),
		cmocka_unit_test(the_doubtful_have_no_part),
		cmocka_unit_test(what_is_not_known_meets_nothing),
		cmocka_unit_test(a_store_of_version_1_is_brought_up_to_date),
		cmocka_unit_test(what_is_no_longer_kept_leaves_its_cell),
		cmocka_unit_test(a_document_analysed_again_counts_once),
		cmocka_unit_test(a_store_of_version_5_counts_again_once_from_now_on),
		cmocka_unit_test(many_events_are_grouped_quickly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
