/* Boosted oblivious trees: what is trained, written, opened and scored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "worker/training/trees_train.h"

enum { N_FEATURES = 3 };

/* Yes where exactly one of the first two values is high: no sum of single features tells that. */
static void train_either_or(struct buf *out, int skip_group)
{
	struct trees_set s = {.n_features = N_FEATURES};
	struct trees_options o = {.n_trees = 40, .rate = 0.3, .l2 = 1, .skip_group = skip_group};

	for (uint32_t i = 0; i < 800; i++) {
		uint8_t v[N_FEATURES] = {(uint8_t)(i % 2 * 20), (uint8_t)(i / 2 % 2 * 9),
					 (uint8_t)(i % 31)};

		trees_set_add(&s, v, (v[0] > 0) != (v[1] > 0), 1, (uint8_t)(i % 2));
	}
	trees_train(&s, &o, out);
	trees_set_free(&s);
}

static void questions_are_asked_together(void **state)
{
	struct buf b = {0};
	struct trees t;
	struct err e;

	(void)state;
	train_either_or(&b, -1);
	assert_int_equal(trees_open(&t, buf_str(&b), N_FEATURES, &e), 0);
	assert_true(trees_yes(&t, (const uint8_t[]){20, 0, 5}) > 0.9);
	assert_true(trees_yes(&t, (const uint8_t[]){0, 9, 5}) > 0.9);
	assert_true(trees_yes(&t, (const uint8_t[]){0, 0, 5}) < 0.1);
	assert_true(trees_yes(&t, (const uint8_t[]){20, 9, 5}) < 0.1);
	buf_free(&b);
}

static void a_group_left_out_is_not_learned_from(void **state)
{
	struct buf b = {0};
	struct trees t;
	struct err e;

	(void)state;
	train_either_or(&b, 0); /* all with a low first value */
	assert_int_equal(trees_open(&t, buf_str(&b), N_FEATURES, &e), 0);
	assert_true(trees_yes(&t, (const uint8_t[]){20, 0, 5}) > 0.9);
	assert_true(trees_yes(&t, (const uint8_t[]){0, 9, 5}) < 0.1);
	buf_free(&b);
}

static void of_no_example_nothing_is_known(void **state)
{
	struct trees_set s = {.n_features = N_FEATURES};
	struct trees_options o = {.n_trees = 5, .rate = 0.3, .l2 = 1, .skip_group = -1};
	struct buf b = {0};
	struct trees t;
	struct err e;

	(void)state;
	for (uint32_t n = 0; n < 2; n++) {
		b.n = 0;
		trees_train(&s, &o, &b);
		assert_int_equal(trees_open(&t, buf_str(&b), N_FEATURES, &e), 0);
		assert_float_equal(trees_yes(&t, (const uint8_t[]){1, 2, 3}), n ? 0.7 : 0.5, 0.2);
		trees_set_add(&s, (const uint8_t[]){1, 2, 3}, 1, 1, 0);
	}
	trees_set_free(&s);
	buf_free(&b);
}

static void the_same_examples_give_the_same_bytes(void **state)
{
	struct buf a = {0}, b = {0};

	(void)state;
	train_either_or(&a, -1);
	train_either_or(&b, -1);
	assert_true(str_eq(buf_str(&a), buf_str(&b)));
	buf_free(&a);
	buf_free(&b);
}

/* Sets that see all rows and all features do not differ. */
static void the_mean_of_a_set_with_itself_is_that_set(void **state)
{
	struct trees_set s = {.n_features = N_FEATURES};
	struct trees_options o = {.n_trees = 10, .rate = 0.3, .l2 = 1, .skip_group = -1};
	struct buf once = {0}, twice = {0};
	struct trees one, two;
	struct err e;

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		trees_set_add(&s, (const uint8_t[]){(uint8_t)(i % 20), (uint8_t)(i % 7), 1},
			      i % 3 == 0, 1, 0);
	trees_train(&s, &o, &once);
	o.n_sets = 2;
	trees_train(&s, &o, &twice);
	assert_int_equal(trees_open(&one, buf_str(&once), N_FEATURES, &e), 0);
	assert_int_equal(trees_open(&two, buf_str(&twice), N_FEATURES, &e), 0);
	assert_int_equal(two.n_trees, 2 * one.n_trees);
	for (uint8_t i = 0; i < 30; i++) {
		const uint8_t row[] = {i, 30 - i, 1};

		assert_true(fabs(trees_yes(&one, row) - trees_yes(&two, row)) < 1e-3);
	}
	trees_set_free(&s);
	buf_free(&once);
	buf_free(&twice);
}

static void many_rows_are_weighed_as_each_alone(void **state)
{
	uint8_t rows[37][N_FEATURES];
	const uint8_t *list[37];
	double yes[37];
	struct buf b = {0};
	struct trees t;
	struct err e;

	(void)state;
	train_either_or(&b, -1);
	assert_int_equal(trees_open(&t, buf_str(&b), N_FEATURES, &e), 0);
	for (uint32_t i = 0; i < 37; i++) {
		rows[i][0] = (uint8_t)(i % 3 * 10);
		rows[i][1] = (uint8_t)(i % 5 * 4);
		rows[i][2] = (uint8_t)(i % 31);
		list[i] = rows[i];
	}
	trees_yes_all(&t, list, 37, yes);
	for (uint32_t i = 0; i < 37; i++)
		assert_true(yes[i] == trees_yes(&t, rows[i]));
	buf_free(&b);
}

static void damaged_trees_are_refused(void **state)
{
	struct buf b = {0};
	struct trees t;
	struct err e;

	(void)state;
	train_either_or(&b, -1);
	assert_int_equal(trees_open(&t, (struct str){b.p, b.n - 1}, N_FEATURES, &e), -1);
	assert_int_equal(trees_open(&t, (struct str){b.p, 8}, N_FEATURES, &e), -1);
	assert_int_equal(trees_open(&t, buf_str(&b), N_FEATURES + 1, &e), -1);
	b.p[sizeof(struct trees_header)] = 77; /* a feature that there is not */
	assert_int_equal(trees_open(&t, buf_str(&b), N_FEATURES, &e), -1);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_asked_together),
		cmocka_unit_test(a_group_left_out_is_not_learned_from),
		cmocka_unit_test(of_no_example_nothing_is_known),
		cmocka_unit_test(the_same_examples_give_the_same_bytes),
		cmocka_unit_test(the_mean_of_a_set_with_itself_is_that_set),
		cmocka_unit_test(many_rows_are_weighed_as_each_alone),
		cmocka_unit_test(damaged_trees_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
