#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/engine_for_test.h"
#include "worker/engine/spelling.h"

static void british_words_become_american(void **state)
{
	static const char *const pairs[][2] = {
		{"criticise", "criticize"},
		{"organisation", "organization"},
		{"organisations", "organizations"},
		{"normalised", "normalized"},
		{"penalising", "penalizing"},
		{"minimises", "minimizes"},
		{"organiser", "organizer"},
		{"honour", "honor"},
		{"dishonourable", "dishonorable"},
		{"neighbouring", "neighboring"},
		{"defence", "defense"},
		{"programmes", "programs"},
		{"centre", "center"},
		{"analysed", "analyzed"},
		{"fulfil", "fulfill"},
		{"grey", "gray"},
		{"unfavourable", "unfavorable"},
		{"authorise", "authorize"},
	};
	char out[SPELLING_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct str s = spelling_american(str_of(pairs[i][0]), out);

		if (!str_is(s, pairs[i][1]))
			fail_msg("%s became %.*s", pairs[i][0], STR_ARG(s));
	}
}

static void other_words_stay(void **state)
{
	static const char *const words[] = {
		"promise",
		"exercised",
		"compromising",
		"rise",
		"raise",
		"advise",
		"supervising",
		"otherwise",
		"surprised",
		"crises",
		"four",
		"hour",
		"tour",
		"devour",
		"improvisation",
		"disguise",
		"tortoise",
		"fence",
		"parameter",
		"",
		"ise",
		"advertiser",
		"an-extraordinarily-long-word-organise",
	};
	char out[SPELLING_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct str w = str_of(words[i]), s = spelling_american(w, out);

		if (s.p != w.p)
			fail_msg("%s became %.*s", words[i], STR_ARG(s));
	}
}

/* Frames, classes and weights know one spelling; what is found does not depend on the text's. */
static void both_spellings_give_the_same_event(void **state)
{
	static const char *const pairs[][2] = {
		{"Mexico nationalized Spanish power plants.",
		 "Mexico nationalised Spanish power plants."},
		{"The army demobilized its militias.", "The army demobilised its militias."},
		{"Canada canceled its defense program with Turkey.",
		 "Canada cancelled its defence programme with Turkey."},
		{"Russia left the World Trade Organization.",
		 "Russia left the World Trade Organisation."},
	};
	struct images im;
	struct engine *en = engine_for_test(&im);

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		enum event_type type = EVENT_NONE;

		for (size_t k = 0; k < 2; k++) {
			const struct result *r = engine_analyze(
				en, &(struct engine_input){.text = str_of(pairs[i][k])});

			if (r->n_events != 1)
				fail_msg("%u events: %s", r->n_events, pairs[i][k]);
			if (k == 0)
				type = r->events[0].type;
			assert_int_equal(r->events[0].type, type);
		}
	}
	engine_free(en);
	images_close(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(british_words_become_american),
		cmocka_unit_test(other_words_stay),
		cmocka_unit_test(both_spellings_give_the_same_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
