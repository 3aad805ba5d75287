#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/lemma.h"
#include "worker/engine/segment.h"

static void expect(const char *form, struct lemma_rule rule, const char *lemma)
{
	struct arena a = {0};
	struct token t = {0};
	struct str got;

	segment_forms(&a, str_of(form), &t);
	got = lemma_apply(&a, &rule, &t);
	assert_int_equal(got.n, strlen(lemma));
	assert_memory_equal(got.p, lemma, got.n);
	arena_free(&a);
}

static void a_rule_cuts_and_adds(void **state)
{
	(void)state;
	expect("Ministries", (struct lemma_rule){.lower = 1, .cut = 3, .n_add = 1, .add = "y"},
	       "ministry");
	expect("Talks", (struct lemma_rule){.cut = 1}, "Talk");
}

static void a_cut_never_falls_inside_a_character(void **state)
{
	(void)state;
	expect("×", (struct lemma_rule){.lower = 1, .cut = 1}, "×");
	expect("naïé", (struct lemma_rule){.lower = 1, .cut = 1, .n_add = 1, .add = "e"}, "naïé");
}

static void a_cut_never_takes_the_whole_word(void **state)
{
	(void)state;
	expect("s", (struct lemma_rule){.lower = 1, .cut = 1}, "s");
	expect("is", (struct lemma_rule){.lower = 1, .cut = 3}, "is");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_cuts_and_adds),
		cmocka_unit_test(a_cut_never_falls_inside_a_character),
		cmocka_unit_test(a_cut_never_takes_the_whole_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
