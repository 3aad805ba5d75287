#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "worker/training/linear_train.h"

/* Three classes, each with a word of its own and words that all share. */
static void fill(struct linear_set *s)
{
	struct features f = {0};

	for (uint32_t i = 0; i < 300; i++) {
		uint32_t label = i % 3;

		f.n = 0;
		features_add(&f, feature_of_int(1, label));
		features_add(&f, feature_of_int(2, i % 7));
		features_add(&f, feature_of_int(2, i % 7)); /* repeated: counts once */
		linear_set_add(s, &f, label, 1);
	}
	features_free(&f);
}

static void train_bytes(struct buf *out)
{
	struct linear_set *s = linear_set_new();

	fill(s);
	linear_train(s, &(struct linear_options){.n_classes = 3, .epochs = 10, .l2 = 1e-4}, out);
	linear_set_free(s);
}

static void a_trained_model_tells_the_classes_apart(void **state)
{
	struct buf b = {0};
	struct linear_set *s = linear_set_new();
	struct linear m;
	struct err e;
	struct features f = {0};
	double p[3];

	(void)state;
	train_bytes(&b);
	assert_int_equal(linear_open(&m, buf_str(&b), &e), 0);
	fill(s);
	assert_true(linear_measure(&m, s).accuracy == 1.0);
	features_add(&f, feature_of_int(1, 2));
	linear_probabilities(&m, &f, p);
	assert_true(p[2] > 0.9);
	assert_true(fabs(p[0] + p[1] + p[2] - 1) < 1e-12);
	features_free(&f);
	linear_set_free(s);
	buf_free(&b);
}

static void training_twice_gives_the_same_bytes(void **state)
{
	struct buf a = {0}, b = {0};

	(void)state;
	train_bytes(&a);
	train_bytes(&b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	buf_free(&a);
	buf_free(&b);
}

static void a_damaged_section_is_refused(void **state)
{
	struct buf b = {0};
	struct linear m;
	struct err e;

	(void)state;
	train_bytes(&b);
	for (size_t n = 0; n < b.n; n += 13)
		assert_int_equal(linear_open(&m, (struct str){b.p, n}, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	b.p[0] = 'x';
	assert_int_equal(linear_open(&m, buf_str(&b), &e), -1);
	buf_free(&b);
}

static void the_order_of_features_does_not_matter(void **state)
{
	struct buf b = {0};
	struct linear m;
	struct err e;
	struct features f = {0}, g = {0};

	(void)state;
	train_bytes(&b);
	assert_int_equal(linear_open(&m, buf_str(&b), &e), 0);
	features_add(&f, feature_of_int(1, 0));
	features_add(&f, feature_of_int(2, 3));
	features_add(&g, f.h[1]);
	features_add(&g, f.h[0]);
	for (uint32_t c = 0; c < 3; c++) {
		double p[3], q[3];

		linear_probabilities(&m, &f, p);
		linear_probabilities(&m, &g, q);
		assert_true(p[c] == q[c]);
	}
	features_free(&f);
	features_free(&g);
	buf_free(&b);
}

static void an_unknown_feature_has_no_weight(void **state)
{
	struct buf b = {0};
	struct linear m;
	struct err e;

	(void)state;
	train_bytes(&b);
	assert_int_equal(linear_open(&m, buf_str(&b), &e), 0);
	assert_true(linear_weight(&m, feature_of_int(1, 0), 0) > 0);
	for (int64_t i = 0; i < 1000; i++)
		assert_true(linear_weight(&m, feature_of_int(3, i), 0) == 0);
	buf_free(&b);
}

/* Of a model of two classes, whose slots hold a part of the tag only. */
static void few_unknown_features_take_the_weight_of_another(void **state)
{
	struct linear_set *s = linear_set_new();
	struct buf b = {0};
	struct features f = {0};
	struct linear m;
	uint32_t n = 0, right = 0;
	struct err e;

	(void)state;
	for (uint32_t i = 0; i < 8000; i++) {
		f.n = 0;
		features_add(&f, feature_of_int(1, i / 2));
		linear_set_add(s, &f, i / 2 % 2, 1);
	}
	linear_train(s, &(struct linear_options){.n_classes = 2}, &b);
	assert_int_equal(linear_open(&m, buf_str(&b), &e), 0);
	assert_true(b.n < 4000 * 6); /* bytes a feature */
	for (int64_t i = 0; i < 4000; i++) {
		double w = linear_weight(&m, feature_of_int(1, i), 1);

		assert_true(w == -linear_weight(&m, feature_of_int(1, i), 0));
		right += i % 2 ? w > 0 : w < 0;
	}
	assert_int_equal(right, 4000);
	for (int64_t i = 0; i < 1000000; i++)
		n += linear_weight(&m, feature_of_int(3, i), 1) != 0;
	assert_true(n < 20);
	features_free(&f);
	linear_set_free(s);
	buf_free(&b);
}

/* What shared features say is as if each example had them. */
static void shared_features_count_for_every_example(void **state)
{
	struct linear_set *own = linear_set_new(), *shared = linear_set_new();
	struct buf a = {0}, b = {0};
	struct features f = {0}, g = {0};

	(void)state;
	for (uint32_t i = 0; i < 60; i++) {
		f.n = g.n = 0;
		features_add(&f, i / 2 % 2 + 1);
		features_add(&g, (uint64_t)10 + i % 2);
		if (i % 2 == 0)
			linear_set_share(shared, &f);
		linear_set_add(shared, &g, i / 2 % 2, 1);
		features_add(&f, g.h[0]);
		linear_set_add(own, &f, i / 2 % 2, 1);
	}
	linear_train(own, &(struct linear_options){.n_classes = 2, .epochs = 4}, &a);
	linear_train(shared, &(struct linear_options){.n_classes = 2, .epochs = 4}, &b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	features_free(&f);
	features_free(&g);
	linear_set_free(own);
	linear_set_free(shared);
	buf_free(&a);
	buf_free(&b);
}

static double yes_of(const struct linear *m, uint32_t word)
{
	struct features f = {0};
	double yes;

	features_add(&f, feature_of_int(1, word));
	yes = linear_yes(m, &f);
	features_free(&f);
	return yes;
}

/* Word 0 means yes to all but the few marked ones; word 1, which those never had, means yes. Drawn
 * to nothing more strongly, the few overrule the others less. */
static void a_model_for_marked_examples_learns_from_all_and_follows_them(void **state)
{
	struct linear_options o = {.n_classes = 2, .epochs = 20, .l2 = 1e-3};
	struct linear_set *s = linear_set_new();
	struct buf plain = {0}, marked = {0};
	struct features f = {0};
	struct linear m;
	double few;
	struct err e;

	(void)state;
	for (uint32_t i = 0; i < 400; i++) {
		bool mark = i % 10 == 0;
		uint32_t word = mark ? 0 : i % 3;

		f.n = 0;
		features_add(&f, feature_of_int(1, word));
		linear_set_mark(s, mark);
		linear_set_add(s, &f, word == 2 || mark ? 0 : 1, 1);
	}
	linear_train(s, &o, &plain);
	o.marked = true;
	linear_train(s, &o, &marked);
	assert_int_equal(linear_open(&m, buf_str(&plain), &e), 0);
	assert_true(yes_of(&m, 0) > 0.5);
	assert_int_equal(linear_open(&m, buf_str(&marked), &e), 0);
	assert_true(yes_of(&m, 0) < 0.5);
	assert_true(yes_of(&m, 1) > 0.5);
	assert_true(yes_of(&m, 2) < 0.5);
	few = yes_of(&m, 0);
	o.l2_marked = 1;
	buf_free(&marked);
	linear_train(s, &o, &marked);
	assert_int_equal(linear_open(&m, buf_str(&marked), &e), 0);
	assert_true(yes_of(&m, 0) > few);
	features_free(&f);
	linear_set_free(s);
	buf_free(&plain);
	buf_free(&marked);
}

/* One strong word and twenty weak ones that say the same: without the weak ones, the strong one has
 * to say more. */
static void what_is_left_out_is_made_up_for(void **state)
{
	struct linear_options o = {.n_classes = 2, .epochs = 20, .l2 = 1e-3};
	struct linear_set *s = linear_set_new();
	struct buf once = {0}, again = {0};
	struct features f = {0};
	struct linear m;
	double loss;
	struct err e;

	(void)state;
	for (uint32_t i = 0; i < 600; i++) {
		uint32_t label = i % 2;

		f.n = 0;
		features_add(&f, feature_of_int(1, i % 8 ? label : 1 - label));
		for (uint32_t k = 0; k < 20; k++)
			features_add(&f, feature_of_int(
						 2, 2 * k + ((i * 7 + k) % 3 ? label : 1 - label)));
		linear_set_add(s, &f, label, 1);
	}
	o.least = 0.5;
	linear_train(s, &o, &once);
	o.refit = 10;
	linear_train(s, &o, &again);
	assert_int_equal(linear_open(&m, buf_str(&once), &e), 0);
	loss = linear_measure(&m, s).log_loss;
	assert_int_equal(linear_open(&m, buf_str(&again), &e), 0);
	assert_true(linear_measure(&m, s).log_loss < loss);
	assert_true(again.n <= once.n);
	features_free(&f);
	linear_set_free(s);
	buf_free(&once);
	buf_free(&again);
}

static void own_exponential_agrees_with_the_library(void **state)
{
	(void)state;
	for (double x = -30; x < 30; x += 0.37)
		assert_true(fabs(linear_exp(x) / exp(x) - 1) < 1e-13);
	assert_true(linear_exp(-1000) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trained_model_tells_the_classes_apart),
		cmocka_unit_test(training_twice_gives_the_same_bytes),
		cmocka_unit_test(a_damaged_section_is_refused),
		cmocka_unit_test(the_order_of_features_does_not_matter),
		cmocka_unit_test(an_unknown_feature_has_no_weight),
		cmocka_unit_test(few_unknown_features_take_the_weight_of_another),
		cmocka_unit_test(shared_features_count_for_every_example),
		cmocka_unit_test(a_model_for_marked_examples_learns_from_all_and_follows_them),
		cmocka_unit_test(what_is_left_out_is_made_up_for),
		cmocka_unit_test(own_exponential_agrees_with_the_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
