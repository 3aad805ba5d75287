#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/pack.h"
#include "proto/result.h"

/* A record with a value in every field. */
static struct span mentions[] = {{0, 6}, {40, 47}};
static struct result_entity entities[] = {
	{0, {"the author", 10}, ENTITY_AUTHOR, {"AUTHOR", 6}, {"", 0}, NULL, 0},
	{1, {"China", 5}, ENTITY_COUNTRY, {"CHN", 3}, {"GOV", 3}, mentions, 2},
	{2, {"Serbia", 6}, ENTITY_COUNTRY, {"SRB", 3}, {"", 0}, mentions, 1},
};
static uint32_t one[] = {1}, two[] = {2}, both[] = {1, 2};
static struct str contexts[] = {{"economic", 8}, {"diplomatic", 10}};
static struct str warnings[] = {{"truncated at 4 MiB", 18}};
static struct result_event events[] = {
	{.type = EVENT_CONSULT,
	 .mode = {"visit", 5},
	 .contexts = contexts,
	 .n_contexts = 2,
	 .cameo = {"042", 3},
	 .goldstein = 1.9,
	 .source = {one, 1},
	 .target = {two, 1},
	 .by = {both, 2},
	 .trigger = {7, 14},
	 .sentence = {0, 50},
	 .text = {"China \"visited\"", 15},
	 .date = {{"2020-01", 7}, {"2020-01", 7}, PRECISION_MONTH, {"last month", 10}},
	 .place = {{"Belgrade", 8}, {"SRB", 3}, 44.8125, 20.46},
	 .status = STATUS_PLANNED,
	 .confidence = 0.85,
	 .rule = {"verb/visit.1", 12},
	 .doubtful = {two, 1}},
	{.type = EVENT_ASSAULT, .cameo = {"190", 3}, .goldstein = -10, .same_as = 1},
};
static struct result_stance stances[] = {
	{.holder = {one, 1},
	 .by = {both, 1},
	 .target = {{"the corridor", 12}, {20, 32}, -1, {two, 1}, {"trade", 5}, {"corridor", 8}},
	 .polarity = POLARITY_SUPPORT,
	 .strength = 2,
	 .kind = STANCE_ACTED,
	 .trigger = {7, 9},
	 .sentence = {0, 50},
	 .text = {"…", 3},
	 .confidence = 0.5,
	 .rule = {"r", 1}},
	{.holder = {two, 1}, .target = {.entity = 1}},
};
static const struct result FULL = {
	.doc = {{"a/b.txt", 7},
		{"Visit", 5},
		{"2020-01-17", 10},
		{"given", 5},
		{"en", 2},
		{"Own", 3},
		{"c", 1},
		{"00ff", 4}},
	.engine = {{"demarche", 8}, {"0.1.0", 5}, {"abcd", 4}},
	.stats = {50, 1, 9, 1234},
	.entities = entities,
	.events = events,
	.stances = stances,
	.warnings = warnings,
	.n_entities = 3,
	.n_events = 2,
	.n_stances = 2,
	.n_warnings = 1,
};

static const char FULL_JSON[] =
	"{\"schema\":1,\"doc\":{\"id\":\"a/b.txt\",\"title\":\"Visit\",\"date\":\"2020-01-17\","
	"\"date_source\":\"given\",\"lang\":\"en\",\"source\":\"Own\",\"collection\":\"c\","
	"\"sha256\":\"00ff\"},\"engine\":{\"name\":\"demarche\",\"version\":\"0.1.0\","
	"\"model\":\"abcd\"},\"stats\":{\"chars\":50,\"sentences\":1,\"tokens\":9,\"us\":1234},"
	"\"entities\":[{\"id\":0,\"name\":\"the author\",\"kind\":\"author\",\"code\":\"AUTHOR\","
	"\"role\":\"\",\"mentions\":[]},{\"id\":1,\"name\":\"China\",\"kind\":\"country\","
	"\"code\":\"CHN\",\"role\":\"GOV\",\"mentions\":[[0,6],[40,47]]},{\"id\":2,"
	"\"name\":\"Serbia\",\"kind\":\"country\",\"code\":\"SRB\",\"role\":\"\","
	"\"mentions\":[[0,6]]}],\"events\":[{\"type\":\"CONSULT\",\"mode\":\"visit\","
	"\"contexts\":[\"economic\",\"diplomatic\"],\"cameo\":\"042\",\"quad\":1,"
	"\"goldstein\":1.9,\"source\":[1],\"target\":[2],\"trigger\":[7,14],\"sentence\":[0,50],"
	"\"text\":\"China \\\"visited\\\"\",\"date\":{\"start\":\"2020-01\",\"end\":\"2020-01\","
	"\"precision\":\"month\",\"text\":\"last month\"},\"place\":{\"name\":\"Belgrade\","
	"\"country\":\"SRB\",\"latitude\":44.8125,\"longitude\":20.46},\"status\":\"planned\","
	"\"by\":[1,2],\"confidence\":0.85,\"rule\":\"verb/"
	"visit.1\",\"same_as\":null,\"doubtful\":[2]},{\"type\":\"ASSAULT\","
	"\"mode\":\"\",\"contexts\":[],\"cameo\":\"190\",\"quad\":4,\"goldstein\":-10.0,"
	"\"source\":[],\"target\":[],\"trigger\":[0,0],\"sentence\":[0,0],\"text\":\"\","
	"\"date\":{\"start\":\"\",\"end\":\"\",\"precision\":\"none\",\"text\":\"\"},"
	"\"place\":{},\"status\":\"actual\",\"by\":[],\"confidence\":0.0,\"rule\":\"\",\"same_as\":"
	"0,\"doubtful\":[]}],"
	"\"stances\":[{\"holder\":[1],\"target\":{\"text\":\"the corridor\",\"span\":[20,32],"
	"\"entity\":null,\"about\":[2],\"topic\":\"trade\",\"key\":\"corridor\"},\"polarity\":"
	"\"support\",\"strength\":2,"
	"\"kind\":\"acted\",\"trigger\":[7,9],\"sentence\":[0,50],\"text\":\"…\",\"by\":[1],"
	"\"confidence\":0.5,\"rule\":\"r\"},{\"holder\":[2],\"target\":{\"text\":\"\","
	"\"span\":[0,0],\"entity\":1,\"about\":[],\"topic\":\"\",\"key\":\"\"},\"polarity\":"
	"\"neutral\",\"strength\":0,"
	"\"kind\":\"stated\",\"trigger\":[0,0],\"sentence\":[0,0],\"text\":\"\",\"by\":[],"
	"\"confidence\":0.0,\"rule\":\"\"}],\"warnings\":[\"truncated at 4 MiB\"]}";

static void expect_json(const struct result *r, uint64_t seq, const char *text)
{
	struct buf out = {0};

	result_json(r, seq, &out);
	buf_add(&out, "", 1);
	assert_string_equal(out.p, text);
	buf_free(&out);
}

static void json_has_the_keys_of_the_record_in_order(void **state)
{
	struct buf with_seq = {0};

	(void)state;
	expect_json(&FULL, 0, FULL_JSON);
	buf_printf(&with_seq, "{\"seq\":7,%s", FULL_JSON + 1);
	expect_json(&FULL, 7, with_seq.p);
	buf_free(&with_seq);
}

static void packed_record_reads_back_equal(void **state)
{
	struct buf bytes = {0}, again = {0};
	struct arena a = {0};
	struct result r;
	struct err e;

	(void)state;
	result_pack(&FULL, &bytes);
	assert_int_equal(result_unpack(buf_str(&bytes), &a, &r, &e), 0);
	expect_json(&r, 0, FULL_JSON);
	result_pack(&r, &again);
	assert_true(str_eq(buf_str(&bytes), buf_str(&again)));
	buf_free(&bytes);
	buf_free(&again);
	arena_free(&a);
}

static void the_doubtful_leave_their_sides(void **state)
{
	uint32_t some[] = {1, 2, 0}, others[] = {2}, doubtful[] = {0, 1};
	struct result_event event = {.type = EVENT_AID,
				     .source = {some, 3},
				     .target = {others, 1},
				     .doubtful = {doubtful, 2}};
	struct result r = FULL;

	(void)state;
	r.events = &event;
	r.n_events = 1;
	result_drop_doubtful(&r);
	assert_int_equal(event.source.n, 1);
	assert_int_equal(event.source.ids[0], 2);
	assert_int_equal(event.target.n, 1);
	assert_int_equal(event.doubtful.n, 0);
}

static void keys_in_any_order_and_unknown_keys_are_read(void **state)
{
	struct buf bytes = {0};
	struct arena a = {0};
	struct result r;
	struct err e;

	(void)state;
	pack_map(&bytes, 4);
	pack_cstr(&bytes, "future");
	pack_array(&bytes, 2);
	pack_nil(&bytes);
	pack_map(&bytes, 0);
	pack_cstr(&bytes, "stances");
	pack_array(&bytes, 1);
	pack_map(&bytes, 0);
	pack_cstr(&bytes, "doc");
	pack_map(&bytes, 1);
	pack_cstr(&bytes, "id");
	pack_cstr(&bytes, "x");
	pack_cstr(&bytes, "schema");
	pack_uint(&bytes, 1);
	assert_int_equal(result_unpack(buf_str(&bytes), &a, &r, &e), 0);
	assert_true(str_is(r.doc.id, "x"));
	assert_int_equal(r.n_stances, 1);
	assert_int_equal(r.stances[0].target.entity, -1);
	buf_free(&bytes);
	arena_free(&a);
}

/* Lists of the greatest count with elements of a byte each: a record within its bound must not ask
 * for more room than one list of each kind has. */
static void a_key_that_is_repeated_is_refused(void **state)
{
	const uint32_t times = 20;
	struct buf bytes = {0};
	struct arena a = {0};
	struct result r;
	struct err e;

	(void)state;
	pack_map(&bytes, times);
	for (uint32_t i = 0; i < times; i++) {
		pack_cstr(&bytes, "events");
		pack_array(&bytes, RESULT_EVENTS_MAX);
		for (int k = 0; k < RESULT_EVENTS_MAX; k++)
			pack_map(&bytes, 0);
	}
	assert_int_equal(result_unpack(buf_str(&bytes), &a, &r, &e), -1);
	assert_non_null(strstr(e.text, "each key once"));
	assert_true(a.used <= 2 * RESULT_EVENTS_MAX * sizeof(struct result_event));
	buf_free(&bytes);
	arena_free(&a);
}

static void expect_refused(const struct result *r, const char *text)
{
	struct buf bytes = {0};
	struct arena a = {0};
	struct result back;
	struct err e;

	result_pack(r, &bytes);
	assert_int_equal(result_unpack(buf_str(&bytes), &a, &back, &e), -1);
	assert_non_null(strstr(e.text, text));
	buf_free(&bytes);
	arena_free(&a);
}

static void unsound_records_are_refused(void **state)
{
	struct result r = FULL;
	struct result_entity twice[] = {entities[1], entities[1]};
	struct result_event event = {.type = EVENT_NONE};
	struct result_stance stance = {.target = {.entity = 99}};
	uint32_t unknown[RESULT_DOUBTFUL_MAX + 1] = {99};

	(void)state;
	r.entities = twice;
	r.n_entities = 2;
	expect_refused(&r, "two entities have the id 1");
	r.n_entities = 1;
	expect_refused(&r, "event 0 names an unknown entity");
	r = FULL;
	r.events = &event;
	r.n_events = 1;
	expect_refused(&r, "event 0 has no type");
	event = (struct result_event){.type = EVENT_AID, .confidence = 1.5};
	expect_refused(&r, "confidence");
	event = (struct result_event){.type = EVENT_AID, .trigger = {5, 4}};
	expect_refused(&r, "ends after its start");
	event = (struct result_event){.type = EVENT_AID, .same_as = 1};
	expect_refused(&r, "event 0 repeats none before it");
	event = (struct result_event){.type = EVENT_AID, .doubtful = {unknown, 1}};
	expect_refused(&r, "event 0 names an unknown entity");
	event.doubtful.n = RESULT_DOUBTFUL_MAX + 1;
	expect_refused(&r, "a shorter list");
	r = FULL;
	r.stances = &stance;
	r.n_stances = 1;
	expect_refused(&r, "stance 0 names an unknown entity");
}

static void record_of_another_schema_is_refused(void **state)
{
	struct buf bytes = {0};
	struct arena a = {0};
	struct result r;
	struct err e;

	(void)state;
	pack_map(&bytes, 0);
	assert_int_equal(result_unpack(buf_str(&bytes), &a, &r, &e), -1);
	assert_int_equal(e.code, ERR_VERSION);
	bytes.n = 0;
	pack_map(&bytes, 1);
	pack_cstr(&bytes, "schema");
	pack_uint(&bytes, 2);
	assert_int_equal(result_unpack(buf_str(&bytes), &a, &r, &e), -1);
	buf_free(&bytes);
	arena_free(&a);
}

/* Every truncation is an error; every flipped byte is an error or a sound record. */
static void damaged_bytes_never_give_an_unsound_record(void **state)
{
	struct buf bytes = {0}, again = {0};
	struct arena a = {0};
	struct result r;
	struct err e;

	(void)state;
	result_pack(&FULL, &bytes);
	for (size_t n = 0; n < bytes.n; n++) {
		assert_int_equal(result_unpack((struct str){bytes.p, n}, &a, &r, &e), -1);
		arena_reset(&a, 1 << 20);
	}
	for (size_t i = 0; i < bytes.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes.p[i] = (char)(bytes.p[i] ^ 1 << bit);
			again.n = 0;
			if (result_unpack(buf_str(&bytes), &a, &r, &e) == 0)
				result_pack(&r, &again);
			bytes.p[i] = (char)(bytes.p[i] ^ 1 << bit);
			arena_reset(&a, 1 << 20);
		}
	}
	buf_free(&bytes);
	buf_free(&again);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_the_keys_of_the_record_in_order),
		cmocka_unit_test(packed_record_reads_back_equal),
		cmocka_unit_test(the_doubtful_leave_their_sides),
		cmocka_unit_test(keys_in_any_order_and_unknown_keys_are_read),
		cmocka_unit_test(a_key_that_is_repeated_is_refused),
		cmocka_unit_test(unsound_records_are_refused),
		cmocka_unit_test(record_of_another_schema_is_refused),
		cmocka_unit_test(damaged_bytes_never_give_an_unsound_record),
	};

	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
