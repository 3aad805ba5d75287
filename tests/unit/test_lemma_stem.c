#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/lemma_stem.h"

static void check(const char *const *list, bool lost)
{
	int wrong = 0;

	for (; *list; list++)
		if (lemma_lost_e(str_of(*list)) != lost) {
			print_message("wrong: %s\n", *list);
			wrong++;
		}
	assert_int_equal(wrong, 0);
}

static void stems_that_lost_an_e_get_it_back(void **state)
{
	static const char *const LOST[] = {
		"promis",   "invad",   "prais",    "refus",   "accus",   "urg",      "pledg",
		"charg",    "manag",   "criticiz", "organiz", "seiz",    "releas",   "denounc",
		"announc",  "reduc",   "receiv",   "believ",  "decid",   "provid",   "persuad",
		"conclud",  "escalat", "negotiat", "relat",   "execut",  "prosecut", "contribut",
		"requir",   "declar",  "prepar",   "secur",   "ignor",   "explor",   "restor",
		"unit",     "invit",   "vot",      "promot",  "conven",  "interven", "determin",
		"examin",   "combin",  "resum",    "assum",   "nam",     "blam",     "welcom",
		"escap",    "provok",  "invok",    "strik",   "describ", "prob",     "settl",
		"tackl",    "handl",   "endors",   "revers",  "argu",    "continu",  "rescu",
		"issu",     "propos",  "impos",    "oppos",   "expos",   "clos",     "advis",
		"challeng", "exchang", "ensur",    "captur",  "tortur",  "pressur",  "freez",
		"condon",   "postpon", "complet",  "compet",  "disput",  "us",       NULL};
	(void)state;
	check(LOST, true);
}

static void other_stems_stay_as_they_are(void **state)
{
	static const char *const KEPT[] = {
		"visit",    "limit",   "prohibit", "exhibit", "target",   "threaten", "strengthen",
		"happen",   "open",    "mention",  "abandon", "question", "sanction", "monitor",
		"consider", "offer",   "deliver",  "enter",   "wait",     "avoid",    "aid",
		"raid",     "load",    "head",     "need",    "succeed",  "claim",    "perform",
		"develop",  "look",    "speak",    "seek",    "belong",   "bring",    "attack",
		"warn",     "condemn", "discuss",  "express", "press",    "kill",     "call",
		"support",  "reject",  "arrest",   "treat",   "repeat",   "defeat",   "join",
		"gain",     "explain", "train",    "focus",   "march",    "launch",   "veto",
		"deploy",   "deny",    "tax",      "show",    "discover", "answer",   "order",
		"suffer",   "appeal",  "reveal",   "conceal", "travel",   "label",    "audit",
		NULL};
	(void)state;
	check(KEPT, false);
}

static void short_verbs_keep_their_double_l(void **state)
{
	static const char *const TWO[] = {"shell", "drill", "quell", "recall", "enroll", NULL};
	static const char *const ONE[] = {"controll", "patroll", "compell",
					  "rebell",   "travell", NULL};

	(void)state;
	for (const char *const *w = TWO; *w; w++)
		assert_true(lemma_keeps_ll(str_of(*w)));
	for (const char *const *w = ONE; *w; w++)
		assert_false(lemma_keeps_ll(str_of(*w)));
}

static void past_forms_have_their_verb(void **state)
{
	static const struct {
		const char *form, *verb;
	} VERBS[] = {
		{"shot", "shoot"},           {"lent", "lend"},           {"froze", "freeze"},
		{"misled", "mislead"},       {"overran", "overrun"},     {"withheld", "withhold"},
		{"kidnapped", "kidnap"},     {"stopped", "stop"},        {"regretted", "regret"},
		{"raided", "raid"},          {"aided", "aid"},           {"freed", "free"},
		{"extradited", "extradite"}, {"honored", "honor"},       {"monitored", "monitor"},
		{"boycotted", "boycott"},    {"trafficking", "traffic"}, {"amnestied", "amnesty"},
		{"phoned", "phone"},         {"urging", "urge"},         {"clinging", "cling"},
		{"created", "create"},       {"massacred", "massacre"},  {"denied", "deny"},
	};
	struct arena a = {0};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++) {
		struct str verb = lemma_verb(&a, str_of(VERBS[i].form));

		if (!str_is(verb, VERBS[i].verb)) {
			print_message("%s: %.*s\n", VERBS[i].form, STR_ARG(verb));
			wrong++;
		}
	}
	arena_free(&a);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(past_forms_have_their_verb),
		cmocka_unit_test(short_verbs_keep_their_double_l),
		cmocka_unit_test(stems_that_lost_an_e_get_it_back),
		cmocka_unit_test(other_stems_stay_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
