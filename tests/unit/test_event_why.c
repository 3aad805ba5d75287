/* What was weighed: types and actors with their scores, without any effect on the record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/engine.h"
#include "worker/engine/event_why.h"
#include "worker/engine/stance_weigh.h"
#include "tests/unit/engine_for_test.h"

static const char TEXT[] = "Germany condemned the attack. On Monday Saudi Arabia expelled the "
			   "Canadian ambassador, and "
			   "France welcomed the decision of the king.";

static const struct result *analyze(struct engine_fixture *f)
{
	struct engine_input in = {.text = str_of(TEXT), .meta.date = STR("2018-08-10")};

	return engine_analyze(f->en, &in);
}

static uint32_t find(const struct result *r, enum event_type type)
{
	for (uint32_t i = 0; i < r->n_events; i++)
		if (r->events[i].type == type)
			return i;
	fail_msg("no event of type %s", event_type_name(type));
	return 0;
}

static void types_and_actors_are_sorted_by_their_scores(void **state)
{
	struct engine_fixture *f = *state;
	const struct result *r = analyze(f);
	uint32_t event = find(r, EVENT_SANCTION);
	struct event_why y;
	double sum = 0;

	assert_true(engine_why(f->en, event, &y));
	assert_int_equal(y.types[0].type, EVENT_SANCTION);
	for (int i = 0; i < N_EVENT_TYPES; i++) {
		sum += y.types[i].p;
		assert_true(!i || y.types[i].p <= y.types[i - 1].p);
	}
	assert_true(sum > 0.999 && sum < 1.001);
	assert_true(y.types[0].p == r->events[event].confidence);
	assert_true(y.n_sources > 1);
	for (uint32_t i = 1; i < y.n_sources; i++) {
		assert_true(y.sources[i].p <= y.sources[i - 1].p);
		for (uint32_t k = 0; k < i; k++)
			assert_int_not_equal(y.sources[i].entity, y.sources[k].entity);
	}
}

static void those_who_were_taken_are_marked(void **state)
{
	struct engine_fixture *f = *state;
	const struct result *r = analyze(f);
	uint32_t event = find(r, EVENT_SANCTION), n = 0;
	struct event_why y;

	assert_true(engine_why(f->en, event, &y));
	for (uint32_t i = 0; i < y.n_sources; i++)
		if (y.sources[i].chosen) {
			assert_true(str_is(y.sources[i].place, "subject"));
			n++;
		}
	assert_int_equal(n, r->events[event].source.n);
	assert_true(y.n_frames > 0);
	assert_false(engine_why(f->en, r->n_events, &y));
}

/* frames/concede.txt: `never: RETREAT` */
static void what_the_codebook_excludes_is_never_weighed(void **state)
{
	struct engine_fixture *f = *state;
	struct engine_input in = {
		.text = STR("The prime minister of Belgium resigned on Monday after a month.")};
	uint32_t event = find(engine_analyze(f->en, &in), EVENT_CONCEDE);
	struct event_why y;

	assert_true(engine_why(f->en, event, &y));
	for (int i = 0; i < N_EVENT_TYPES; i++)
		assert_true(y.types[i].type != EVENT_RETREAT || y.types[i].p == 0);
}

static void stances_of_a_sentence_are_weighed(void **state)
{
	struct engine_fixture *f = *state;
	struct stance_weighed list[3];
	uint32_t sentence, n;

	analyze(f);
	assert_true(engine_sentence_at(f->en, 0, &sentence));
	n = engine_weighed(f->en, sentence, list, 3);
	assert_true(n >= 1);
	assert_int_equal(list[0].polarity, POLARITY_OPPOSE);
	for (uint32_t i = 1; i < n; i++)
		assert_true(list[i].score <= list[i - 1].score);
	assert_false(engine_sentence_at(f->en, 3, &sentence));
	assert_int_equal(engine_weighed(f->en, 1000, list, 3), 0);
}

static void asking_changes_no_record(void **state)
{
	struct engine_fixture *f = *state;
	struct buf before = {0}, after = {0};
	struct stance_weighed list[3];
	struct event_why y;

	result_json(analyze(f), 0, &before);
	for (uint32_t i = 0; engine_why(f->en, i, &y); i++)
		engine_weighed(f->en, i, list, 3);
	result_json(analyze(f), 0, &after);
	assert_true(str_eq(buf_str(&before), buf_str(&after)));
	buf_free(&before);
	buf_free(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_and_actors_are_sorted_by_their_scores),
		cmocka_unit_test(those_who_were_taken_are_marked),
		cmocka_unit_test(what_the_codebook_excludes_is_never_weighed),
		cmocka_unit_test(stances_of_a_sentence_are_weighed),
		cmocka_unit_test(asking_changes_no_record),
	};

	return cmocka_run_group_tests(tests, engine_setup, engine_teardown);
}
