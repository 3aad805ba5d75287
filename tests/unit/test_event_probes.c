/* Sentences of our own: type and status that the event stage must find in them. Zero wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/engine.h"
#include "tests/unit/engine_for_test.h"

struct probe {
	const char *text, *type, *status;
	const char *source, *target; /* codes, NULL: not asked */
};

static const struct probe PROBES[] = {
	{"Germany invaded France.", "ASSAULT", "actual", "DEU", "FRA"},
	{"Germany didn't invade France.", "ASSAULT", "negated", "DEU", "FRA"},
	{"Germany did not invade France.", "ASSAULT", "negated", "DEU", "FRA"},
	{"Germany never invaded France.", "ASSAULT", "negated", "DEU", "FRA"},
	{"Germany might invade France.", "ASSAULT", "hypothetical", "DEU", "FRA"},
	{"Germany may invade France.", "ASSAULT", "hypothetical", "DEU", "FRA"},
	{"Germany could invade France.", "ASSAULT", "hypothetical", "DEU", "FRA"},
	{"Germany would invade France.", "ASSAULT", "hypothetical", "DEU", "FRA"},
	{"Germany will invade France.", "ASSAULT", "planned", "DEU", "FRA"},
	{"Germany is going to invade France.", "ASSAULT", "planned", "DEU", "FRA"},
	{"Germany plans to invade France.", "ASSAULT", "planned", "DEU", "FRA"},
	{"Germany denied invading France.", "REJECT", "actual", "DEU", NULL},
	{"Germany threatened to invade France.", "THREATEN", "actual", "DEU", "FRA"},
	{"Britain urged Germany not to invade France.", "REQUEST", "actual", "GBR", "DEU"},
	{"France was not invaded by Germany.", "ASSAULT", "negated", "DEU", "FRA"},
	{"France was invaded by Germany.", "ASSAULT", "actual", "DEU", "FRA"},
	{"Germany refused to invade France.", "REJECT", "actual", "DEU", NULL},
	{"China did not accept the ruling.", "REJECT", "actual", "CHN", NULL},
	{"Spain does not recognize Kosovo as a state.", "REJECT", "actual", "ESP", "XKX"},
	{"Germany has not invaded France.", "ASSAULT", "negated", "DEU", "FRA"},
	{"If Germany invades France, Britain will protest.", "ASSAULT", "hypothetical", "DEU",
	 "FRA"},
	{"Spain said Germany invaded France.", "ASSAULT", "actual", "DEU", "FRA"},
	{"Spain accused Germany of invading France.", "ACCUSE", "actual", "ESP", "DEU"},
	{"Italy warned Germany against invading France.", "THREATEN", "actual", "ITA", "DEU"},
	{"Germany failed to invade France.", "ASSAULT", "negated", "DEU", "FRA"},
	{"No country invaded France.", "ASSAULT", "negated", NULL, "FRA"},
	{"Germany is expected to invade France.", "ASSAULT", "planned", "DEU", "FRA"},
	{"Germany is preparing to invade France.", "ASSAULT", "planned", "DEU", "FRA"},
	{"Germany's invasion of France began in May.", "ASSAULT", "actual", "DEU", "FRA"},
	{"Italy demanded that Germany withdraw its troops from France.", "REQUEST", "actual", "ITA",
	 "DEU"},
	{"The United States imposed sanctions on Iran.", "SANCTION", "actual", "USA", "IRN"},
	{"The United States will impose sanctions on Iran.", "SANCTION", "planned", "USA", "IRN"},
	{"The United States did not impose sanctions on Iran.", "SANCTION", "negated", "USA",
	 "IRN"},
	{"The United States might impose sanctions on Iran.", "SANCTION", "hypothetical", "USA",
	 "IRN"},
	{"The president of Poland will visit Lithuania next week.", "CONSULT", "planned", "POL",
	 "LTU"},
	{"The president of Poland did not meet the president of Latvia.", "CONSULT", "negated",
	 "POL", "LVA"},
	{"Talks between India and China were held in Geneva.", "CONSULT", "actual", "IND", NULL},
	{"Japan praised Australia.", "SUPPORT", "actual", "JPN", "AUS"},
	{"Japan did not criticize Australia.", "ACCUSE", "negated", "JPN", "AUS"},
	{"Canada often criticizes Belarus.", "ACCUSE", "habitual", "CAN", "BLR"},
	{"Russia never withdrew its troops from Georgia.", "RETREAT", "negated", "RUS", NULL},
	{"Turkey promised to send aid to Somalia.", "AGREE", "actual", "TUR", "SOM"},
	{"\"I would like to thank Peru,\" the Chilean president said.", "SUPPORT", "actual", "CHL",
	 "PER"},
	{"The Kenyan president told reporters that Chad had attacked Niger.", "ASSAULT", "actual",
	 "TCD", "NER"},
	{"The visit of the Polish president to Latvia was planned for June.", "CONSULT", "planned",
	 "POL", "LVA"},
	{"Italy prepares for another round of talks with Malta.", "CONSULT", "planned", "ITA",
	 "MLT"},
	{"Norway said on Monday that it would send aid to Haiti.", "AID", "planned", "NOR", "HTI"},
	{"The prime minister of Thailand is to visit Laos on Monday.", "CONSULT", "planned", "THA",
	 "LAO"},
	{"Armenia accused Azerbaijan of shelling its villages.", "ASSAULT", "actual", "AZE", NULL},
	{"Kenya condemned Somalia for attacking Ethiopia.", "ASSAULT", "actual", "SOM", "ETH"},
	{"Rebels from Mali killed five soldiers of Niger during the flood.", "ASSAULT", "actual",
	 "MLI", "NER"},
	{"Putin to visit China in May.", "CONSULT", "planned", "RUS", "CHN"},
	{"Neither Peru nor Bolivia recognized the new government of Honduras.", "SUPPORT",
	 "negated", "PER", "HND"},
	{"Nothing was demanded of Norway by Sweden.", "REQUEST", "negated", "SWE", "NOR"},
	{"Spain will no longer sell weapons to Israel.", "AID", "negated", "ESP", "ISR"},
	{"Japan stopped short of condemning Myanmar.", "ACCUSE", "negated", "JPN", "MMR"},
	{"The Egyptian president looks forward to meeting the king of Jordan.", "CONSULT",
	 "planned", "EGY", "JOR"},
	{"Prime Minister Theresa May pulled the plug on a crucial vote on Monday.", "REJECT",
	 "actual", "GBR", NULL},
	{"\"We'll not negotiate with the rebels,\" the Kenyan president said.", "REJECT", "actual",
	 "KEN", NULL},
};
enum { N_PROBES = sizeof(PROBES) / sizeof(PROBES[0]) };

/* Types that a sentence has none of: what only dates the news, an epithet, what a verb's own event
 * is about. */
static const struct {
	const char *text, *type;
} ABSENT[] = {
	{"Kenya restored ties with Chad five years after rebels attacked its embassy.", "ASSAULT"},
	{"Two decades after the invasion of Kuwait by Iraq, Jordan opened a border crossing.",
	 "ASSAULT"},
	{"Peru signed a treaty with the evil Chile.", "ACCUSE"},
	{"Latvia postponed its meeting with Belarus.", "CONSULT"},
	{"The president of Chad meets the king of Jordan in this May 9, 2015 file picture.",
	 "CONSULT"},
	{"At least ten people were killed in a plane crash in Nepal.", "ASSAULT"},
	{"Lightning struck a farmhouse in northern Italy and killed two cows.", "ASSAULT"},
	{"Norway does not consider the threat of Russia new, its ministry said.", "REJECT"},
	{"The royal court of Jordan did not release a cause of death.", "REJECT"},
	{"Three tourists were killed in Peru when a bus left the road, police said.", "ASSAULT"},
	{"\"France has broken its promise,\" the Spanish minister said.", "AGREE"},
	{"The prime minister of Belgium resigned on Monday after a month.", "RETREAT"},
};
enum { N_ABSENT = sizeof(ABSENT) / sizeof(ABSENT[0]) };

static bool names(const struct result *r, const struct id_list *l, const char *code)
{
	for (uint32_t i = 0; i < l->n; i++)
		for (uint32_t k = 0; k < r->n_entities; k++)
			if (r->entities[k].id == l->ids[i] && str_is(r->entities[k].code, code))
				return true;
	return false;
}

static bool fits(const struct result *r, const struct probe *p)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		if (strcmp(event_type_name(e->type), p->type) == 0 &&
		    strcmp(event_status_name(e->status), p->status) == 0 &&
		    (!p->source || names(r, &e->source, p->source)) &&
		    (!p->target || names(r, &e->target, p->target)))
			return true;
	}
	return false;
}

static void show(const struct result *r, const struct probe *p)
{
	print_message("wrong: %s (expected %s %s %s -> %s)\n", p->text, p->type, p->status,
		      p->source ? p->source : "-", p->target ? p->target : "-");
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		print_message("   %s %s by %.*s:", event_type_name(e->type),
			      event_status_name(e->status), STR_ARG(e->rule));
		for (uint32_t k = 0; k < r->n_entities; k++)
			print_message(" %u=%.*s", r->entities[k].id, STR_ARG(r->entities[k].code));
		for (uint32_t k = 0; k < e->source.n; k++)
			print_message(" source %u", e->source.ids[k]);
		for (uint32_t k = 0; k < e->target.n; k++)
			print_message(" target %u", e->target.ids[k]);
		print_message("\n");
	}
}

static void probes_give_the_right_type_and_status(void **state)
{
	struct images im;
	struct engine *en;
	int wrong = 0;

	(void)state;
	en = engine_for_test(&im);
	for (int i = 0; i < N_PROBES; i++) {
		struct engine_input in = {.text = str_of(PROBES[i].text)};
		const struct result *r = engine_analyze(en, &in);

		if (fits(r, &PROBES[i]))
			continue;
		show(r, &PROBES[i]);
		wrong++;
	}
	engine_free(en);
	images_close(&im);
	assert_int_equal(wrong, 0);
}

static void what_is_no_event_gives_none(void **state)
{
	struct images im;
	struct engine *en;
	int wrong = 0;

	(void)state;
	en = engine_for_test(&im);
	for (int i = 0; i < N_ABSENT; i++) {
		struct engine_input in = {.text = str_of(ABSENT[i].text)};
		const struct result *r = engine_analyze(en, &in);

		for (uint32_t k = 0; k < r->n_events; k++)
			if (strcmp(event_type_name(r->events[k].type), ABSENT[i].type) == 0) {
				print_message("%s: %s\n", ABSENT[i].text, ABSENT[i].type);
				wrong++;
			}
	}
	engine_free(en);
	images_close(&im);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_give_the_right_type_and_status),
		cmocka_unit_test(what_is_no_event_gives_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
