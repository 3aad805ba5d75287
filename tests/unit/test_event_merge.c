/* One act told several times in a document of our own, and acts that only look alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/engine.h"
#include "tests/unit/engine_for_test.h"

/* How many events of this type are given, and how many of them repeat an earlier one. */
static void count(void **state, const char *text, enum event_type type, int *given, int *repeats)
{
	struct engine_fixture *f = *state;
	struct engine_input in = {.text = str_of(text), .meta.date = STR("2018-08-10")};
	const struct result *r = engine_analyze(f->en, &in);

	*given = *repeats = 0;
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *v = &r->events[i];

		if (v->type != type)
			continue;
		(*given)++;
		if (!v->same_as)
			continue;
		(*repeats)++;
		assert_true(v->same_as <= i);
		assert_int_equal(r->events[v->same_as - 1].type, type);
		assert_int_equal(r->events[v->same_as - 1].same_as, 0);
	}
}

static void expect(void **state, const char *text, enum event_type type, int given, int repeats)
{
	int n, m;

	count(state, text, type, &n, &m);
	if (n != given || m != repeats)
		fail_msg("%s: %d events, %d repeats", text, n, m);
}

static void a_headline_and_its_story_are_one_act(void **state)
{
	expect(state,
	       "Riyadh expels Canadian ambassador\n\nSaudi Arabia expelled the Canadian "
	       "ambassador on Monday. Nobody said why.\n",
	       EVENT_SANCTION, 2, 1);
}

static void a_report_that_refers_back_is_the_same_act(void **state)
{
	expect(state,
	       "Germany invaded France with forty divisions. The weather was fine. Germany "
	       "invaded France with divisions from Bavaria.\n",
	       EVENT_ASSAULT, 2, 1);
}

static void another_date_or_place_is_another_act(void **state)
{
	expect(state,
	       "Russia bombed a hospital in Ukraine on 3 March 2018. Russia bombed a hospital in "
	       "Ukraine on 5 March 2018.\n",
	       EVENT_ASSAULT, 2, 0);
}

static void a_further_act_is_another_one(void **state)
{
	expect(state,
	       "Saudi Arabia expelled a Canadian diplomat. Saudi Arabia also expelled a second "
	       "Canadian diplomat.\n",
	       EVENT_SANCTION, 2, 0);
}

static void another_status_or_other_actors_are_another_act(void **state)
{
	expect(state, "Germany invaded France. Italy invaded France.\n", EVENT_ASSAULT, 2, 0);
	expect(state, "Germany bombed France. Germany might bomb France.\n", EVENT_ASSAULT, 2, 0);
}

static void two_demands_are_two_unless_they_ask_the_same(void **state)
{
	expect(state,
	       "Japan urged China to release the sailors. Japan urged China to lower its "
	       "tariffs.\n",
	       EVENT_REQUEST, 2, 0);
	expect(state,
	       "Japan urged China to release the sailors. It rained. Japan urged China to release "
	       "the sailors.\n",
	       EVENT_REQUEST, 2, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_headline_and_its_story_are_one_act),
		cmocka_unit_test(a_report_that_refers_back_is_the_same_act),
		cmocka_unit_test(another_date_or_place_is_another_act),
		cmocka_unit_test(a_further_act_is_another_one),
		cmocka_unit_test(another_status_or_other_actors_are_another_act),
		cmocka_unit_test(two_demands_are_two_unless_they_ask_the_same),
	};

	return cmocka_run_group_tests(tests, engine_setup, engine_teardown);
}
