#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/training/coref_score.h"

/* The worked example of Luo (2005) and of the reference scorer: gold {a b c} {d e f g}, found
 * {a b} {c d} {f g h i}. */
static void the_worked_example_scores_as_published(void **state)
{
	const int32_t gold[] = {0, 0, 0, 1, 1, 1, 1, -1, -1};
	const int32_t found[] = {0, 0, 1, 1, -1, 2, 2, 2, 2};
	struct coref_score s = {0};

	(void)state;
	coref_score_add(&s, 9, &(struct partition){gold, 2}, &(struct partition){found, 3});
	assert_float_equal(coref_score_recall(s.muc), 0.40, 1e-9);
	assert_float_equal(coref_score_precision(s.muc), 0.40, 1e-9);
	assert_float_equal(coref_score_recall(s.b3), (4.0 / 3 + 1.0 / 3 + 1.0 / 4 + 4.0 / 4) / 7,
			   1e-9);
	assert_float_equal(coref_score_precision(s.b3), (4.0 / 2 + 1.0 / 2 + 1.0 / 2 + 4.0 / 4) / 8,
			   1e-9);
	assert_float_equal(coref_score_recall(s.ceaf), 0.65, 1e-9);
	assert_float_equal(coref_score_precision(s.ceaf), 1.3 / 3, 1e-9);
}

static void the_same_partition_is_perfect(void **state)
{
	const int32_t gold[] = {0, 1, 0, 2, 2, 1};
	struct coref_score s = {0};

	(void)state;
	coref_score_add(&s, 6, &(struct partition){gold, 3}, &(struct partition){gold, 3});
	assert_float_equal(coref_score_conll(&s), 1.0, 1e-9);
}

static void nothing_found_scores_nothing(void **state)
{
	const int32_t gold[] = {0, 0}, found[] = {-1, -1};
	struct coref_score s = {0};

	(void)state;
	coref_score_add(&s, 2, &(struct partition){gold, 1}, &(struct partition){found, 0});
	assert_float_equal(coref_score_conll(&s), 0.0, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_example_scores_as_published),
		cmocka_unit_test(the_same_partition_is_perfect),
		cmocka_unit_test(nothing_found_scores_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
