/* When a stance of ours is one of a coder's: strictly where we measure, more kindly where we
 * learn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/training/stance_gold.h"

static struct gold_stance coded(struct arena *a, struct str holder, struct str target,
				struct str code)
{
	struct gold_stance g = {.n_holders = 1, .target = target, .code = code};

	g.codes = ARENA_ARRAY(a, struct str, 1);
	g.codes[0] = holder;
	words_of(a, target, &g.words);
	return g;
}

static void an_actor_without_a_code_is_learned_under_any_name_that_shares_a_word(void **state)
{
	struct arena a = {0};
	struct gold_stance g;

	(void)state;
	arena_reset(&a, 4096);
	g = coded(&a, STR("OTHER:Many critics"), STR("the plan"), STR(""));
	assert_true(gold_means_holder(&a, &g, STR("OTHER:critics")));
	assert_false(gold_holds(&g, STR("OTHER:critics")));
	assert_false(gold_means_holder(&a, &g, STR("OTHER:experts")));
	assert_false(gold_means_holder(&a, &g, STR("USA")));
	arena_free(&a);
}

static void a_code_is_learned_as_strictly_as_it_is_measured(void **state)
{
	struct arena a = {0};
	struct gold_stance g;

	(void)state;
	arena_reset(&a, 4096);
	g = coded(&a, STR("USA"), STR("the plan"), STR(""));
	assert_true(gold_means_holder(&a, &g, STR("USA")));
	assert_false(gold_means_holder(&a, &g, STR("OTHER:USA")));
	assert_false(gold_means_holder(&a, &g, STR("")));
	arena_free(&a);
}

static void a_target_without_a_code_is_learned_alike(void **state)
{
	struct arena a = {0};
	struct gold_stance g;
	struct words w;

	(void)state;
	arena_reset(&a, 4096);
	g = coded(&a, STR("USA"), STR("armed groups"), STR("OTHER:armed groups"));
	words_of(&a, STR("the groups"), &w);
	assert_true(gold_means_target(&a, &g, STR("OTHER:groups"), &w));
	assert_false(gold_same_target(&g, STR("OTHER:groups"), &w));
	assert_false(gold_means_target(&a, &g, STR("FRA"), &w));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_actor_without_a_code_is_learned_under_any_name_that_shares_a_word),
		cmocka_unit_test(a_code_is_learned_as_strictly_as_it_is_measured),
		cmocka_unit_test(a_target_without_a_code_is_learned_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
