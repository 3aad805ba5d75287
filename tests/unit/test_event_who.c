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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_and_targets_are_who_the_sentence_says),
	};

	return cmocka_run_group_tests_name("event_who", tests, NULL, NULL);
}
