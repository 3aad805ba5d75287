/* Kinds of names in sentences of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/names.h"
#include "worker/training/bench.h"

static struct bench bench;

static const struct {
	const char *text, *word, *type;
} CASES[] = {
	{"Angela Merkel visited Warsaw on Monday.", "Merkel", "PER"},
	{"The World Bank opened an office in Warsaw.", "Bank", "ORG"},
	{"Angela Merkel visited Warsaw on Monday.", "Warsaw", "LOC"},
	{"The Russian government closed the border.", "Russian", "NORP"},
	{"Britain left the Paris Climate Agreement in 2019.", "Agreement", "LAW"},
	{"He won a medal at the Winter Olympics in 2018.", "Olympics", "EVENT"},
	{"He fought in the Gulf War in 1991.", "War", "EVENT"},
	{"The border was closed on Monday.", "border", ""},
};

static void names_have_kinds(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct engine_input in = {.text = str_of(CASES[i].text)};
		const struct doc *d = engine_parse(bench.engine, &in);
		const char *type = NULL;

		for (uint32_t k = 0; k < d->n_tokens; k++)
			if (str_is(d->tokens[k].form, CASES[i].word))
				type = names_type(d, k);
		if (type && strcmp(type, CASES[i].type) == 0)
			continue;
		printf("%s is '%s': %s\n", CASES[i].word, type ? type : "?", CASES[i].text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(names_have_kinds)};
	int failed;

	(void)argc;
	if (bench_beside(&bench, argv[0]) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_close(&bench);
	return failed;
}
