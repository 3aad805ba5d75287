/* Sentences of our own: exactly who does it to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "worker/engine/engine.h"
#include "tests/unit/engine_for_test.h"

struct probe {
	const char *text, *type;
	const char *source, *target;         /* codes that must be there, with spaces between */
	const char *not_source, *not_target; /* that must not */
};

/* May only be lowered. */
enum { WRONG_MAX = 0 };

static const struct probe PROBES[] = {
	{"Clashes between India and China were reported.", "ASSAULT", "IND CHN", "IND CHN", "", ""},
	{"Canada was criticized over its dispute with Peru.", "ACCUSE", "", "CAN", "CAN", ""},
	{"The president of Chile was stabbed in the stomach.", "ASSAULT", "", "CHL", "CHL", ""},
	{"Kenya was accused by Iran and Syria of breaking the deal.", "ACCUSE", "IRN SYR", "KEN",
	 "KEN", "IRN SYR"},
	{"Kenya criticized Uganda and praised Rwanda.", "ACCUSE", "KEN", "UGA", "UGA RWA", "RWA"},
	{"Kenya criticized Uganda and praised Rwanda.", "SUPPORT", "KEN", "RWA", "UGA RWA", "UGA"},
	{"\"The United Nations must act,\" the foreign minister of Kenya said.", "REQUEST", "KEN",
	 "UN", "UN", "KEN"},
	{"France, Italy, Spain and Portugal welcomed closer ties with Chile.", "SUPPORT",
	 "FRA ITA ESP PRT", "CHL", "CHL", "FRA ITA ESP PRT"},
	{"France gave the green light for Turkey to launch an offensive into Syria.", "ASSAULT",
	 "TUR", "SYR", "", "TUR"},
	{"Kenya is a partner. Others criticized Rwanda.", "ACCUSE", "OTHER:Others", "RWA",
	 "KEN RWA", ""},
	{"Many economists warned Greece about its debt.", "THREATEN", "OTHER:Many_economists",
	 "GRC", "GRC", ""},
};
enum { N_PROBES = sizeof(PROBES) / sizeof(PROBES[0]) };

static bool names(const struct result *r, const struct id_list *l, struct str code)
{
	for (uint32_t i = 0; i < l->n; i++)
		for (uint32_t k = 0; k < r->n_entities; k++) {
			struct str own = r->entities[k].code;
			size_t at = 0;

			if (r->entities[k].id != l->ids[i] || own.n != code.n)
				continue;
			while (at < own.n &&
			       (own.p[at] == code.p[at] || (own.p[at] == ' ' && code.p[at] == '_')))
				at++;
			if (at == own.n)
				return true;
		}
	return false;
}

/* How many of the codes are among the ids. */
static int count(const struct result *r, const struct id_list *l, const char *codes, int *n)
{
	int found = 0;

	for (*n = 0; *codes; ++*n) {
		size_t len = strcspn(codes, " ");

		found += names(r, l, (struct str){codes, len});
		codes += len + (codes[len] == ' ');
	}
	return found;
}

static bool all(const struct result *r, const struct id_list *l, const char *codes)
{
	int n;

	return count(r, l, codes, &n) == n;
}

static bool none(const struct result *r, const struct id_list *l, const char *codes)
{
	int n;

	return count(r, l, codes, &n) == 0;
}

static void show(const struct result *r, const struct probe *p)
{
	print_message("wrong: %s (expected %s: %s -> %s)\n", p->text, p->type, p->source,
		      p->target);
	for (uint32_t i = 0; i < r->n_entities; i++)
		print_message("   %u=%.*s", r->entities[i].id, STR_ARG(r->entities[i].code));
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		print_message("\n   %s:", event_type_name(e->type));
		for (uint32_t k = 0; k < e->source.n; k++)
			print_message(" %u", e->source.ids[k]);
		print_message(" ->");
		for (uint32_t k = 0; k < e->target.n; k++)
			print_message(" %u", e->target.ids[k]);
	}
	print_message("\n");
}

static bool fits(const struct result *r, const struct probe *p)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		if (strcmp(event_type_name(e->type), p->type) == 0)
			return all(r, &e->source, p->source) && all(r, &e->target, p->target) &&
			       none(r, &e->source, p->not_source) &&
			       none(r, &e->target, p->not_target);
	}
	return false;
}

static void sources_and_targets_are_who_the_sentence_says(void **state)
{
	struct images im;
	struct engine *en;
	int wrong = 0;

	(void)state;
	en = engine_for_test(&im);
	for (uint32_t i = 0; i < N_PROBES; i++) {
		struct engine_input in = {.text = str_of(PROBES[i].text)};
		const struct result *r = engine_analyze(en, &in);

		if (!fits(r, &PROBES[i])) {
			show(r, &PROBES[i]);
			wrong++;
		}
	}
	engine_free(en);
	images_close(&im);
	assert_true(wrong <= WRONG_MAX);
}

/* Several of one country: who is named is the one in whose place the text has him. */
static const struct {
	const char *text, *type, *source, *target; /* words of their names, NULL: any */
} SAME_COUNTRY[] = {
	{"Kenya's opposition leader Raila Odinga called the deal a betrayal. Thousands of "
	 "protesters marched through Nairobi on Monday.",
	 "PROTEST", "protesters", NULL},
	{"Kenya's opposition leader Raila Odinga called the deal a betrayal. The deal was rejected "
	 "by lawmakers.",
	 "REJECT", "lawmakers", NULL},
	{"Kenya's opposition leader Raila Odinga called the deal a betrayal. The army arrested "
	 "three journalists.",
	 "COERCE", "army", "journalists"},
	{"Raila Odinga spoke in Kenya. The Kenyan army shelled a camp of Somali rebels.", "ASSAULT",
	 "army", "rebels"},
};

static bool has_name(const struct result *r, const struct id_list *l, const char *word)
{
	if (!word)
		return true;
	for (uint32_t i = 0; i < l->n; i++)
		for (uint32_t k = 0; k < r->n_entities; k++)
			if (r->entities[k].id == l->ids[i] &&
			    memmem(r->entities[k].name.p, r->entities[k].name.n, word,
				   strlen(word)))
				return true;
	return false;
}

static void of_one_country_the_one_in_place_is_named(void **state)
{
	struct images im;
	struct engine *en = engine_for_test(&im);
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(SAME_COUNTRY) / sizeof(*SAME_COUNTRY); i++) {
		struct engine_input in = {.text = str_of(SAME_COUNTRY[i].text)};
		const struct result *r = engine_analyze(en, &in);
		bool right = false;

		for (uint32_t k = 0; k < r->n_events; k++)
			right |= strcmp(event_type_name(r->events[k].type), SAME_COUNTRY[i].type) ==
					 0 &&
				 has_name(r, &r->events[k].source, SAME_COUNTRY[i].source) &&
				 has_name(r, &r->events[k].target, SAME_COUNTRY[i].target);
		if (!right)
			print_message("wrong: %s\n", SAME_COUNTRY[i].text);
		wrong += !right;
	}
	engine_free(en);
	images_close(&im);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_and_targets_are_who_the_sentence_says),
		cmocka_unit_test(of_one_country_the_one_in_place_is_named),
	};

	return cmocka_run_group_tests_name("event_who", tests, NULL, NULL);
}
