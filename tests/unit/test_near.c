/* Mistyped words find the word that was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/near.h"

static void nearest_is(const char *word, const char *expected)
{
	static const char *const WORDS[] = {"ACCUSE",     "ASSAULT", "SANCTION", "trade",
					    "technology", "ESP",     "EST",      "--actor",
					    "--target",   "events",  "Spain"};
	struct near n;

	near_start(&n, str_of(word));
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		near_try(&n, str_of(WORDS[i]));
	if (!str_is(n.best, expected))
		fail_msg("%s: \"%.*s\" where \"%s\" was expected", word, STR_ARG(n.best), expected);
}

static void a_slip_finds_the_word(void **state)
{
	(void)state;
	nearest_is("ACUSE", "ACCUSE");
	nearest_is("acuse", "ACCUSE");
	nearest_is("SANTCION", "SANCTION");
	nearest_is("trde", "trade");
	nearest_is("tehcnolgy", "technology");
	nearest_is("evnts", "events");
	nearest_is("--actr", "--actor");
	nearest_is("ESPP", "ESP");
	nearest_is("Spayn", "Spain");
}

static void another_word_finds_none(void **state)
{
	char lengthy[200];

	(void)state;
	memset(lengthy, 'x', sizeof(lengthy));
	lengthy[sizeof(lengthy) - 1] = 0;
	nearest_is("weather", "");
	nearest_is("XX", "");
	nearest_is("", "");
	nearest_is("tax", "");
	nearest_is(lengthy, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_finds_the_word),
		cmocka_unit_test(another_word_finds_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
