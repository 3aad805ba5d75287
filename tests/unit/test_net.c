#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "worker/engine/model.h"
#include "worker/engine/names.h"
#include "worker/engine/net.h"
#include "worker/engine/parse.h"
#include "worker/engine/segment.h"
#include "worker/training/random.h"

/* A matrix of the largest weights and inputs that can occur, where overflow would show. */
static void every_path_multiplies_alike(void **state)
{
	enum { K = 576, N = 192, ROWS = 13 };
	static int8_t w[K * N];
	static int32_t correction[N];
	static float scale[N], bias[N], want[ROWS * N], got[ROWS * N];
	static uint8_t a[ROWS * K];
	const struct net_matrix m = {w, correction, scale, bias, K, N};
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < K * N; i++)
			w[i] = (int8_t)(round ? (int)random_below(&seed, 255) - 127 : 127);
		for (int i = 0; i < ROWS * K; i++)
			a[i] = (uint8_t)(round ? 1 + random_below(&seed, 127) : 127);
		for (int i = 0; i < N; i++) {
			correction[i] = (int32_t)random_below(&seed, 100000);
			scale[i] = random_unit(&seed);
			bias[i] = random_unit(&seed);
		}
		net_product(NET_PORTABLE, &m, a, K, ROWS, want);
		for (enum net_path p = NET_BEST; p <= NET_AVX512; p++) {
			if (!net_path_works(p))
				continue;
			memset(got, 0, sizeof(got));
			net_product(p, &m, a, K, ROWS, got);
			assert_memory_equal(got, want, sizeof(want));
		}
	}
}

static void tanh_is_close(void **state)
{
	(void)state;
	for (int i = -2000; i <= 2000; i++)
		assert_true(fabs((double)net_tanh((float)i / 100) - tanh(i / 100.0)) < 2e-6);
}

static double tree_score(const float *scores, uint32_t n, const uint16_t *head)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += (double)scores[i * (n + 1) + head[i + 1]];
	return sum;
}

/* One token under the root, and every token leads up to it. */
static bool is_tree(uint32_t n, const uint16_t *head)
{
	uint32_t roots = 0;

	for (uint32_t i = 1; i <= n; i++) {
		uint32_t v = i, steps = 0;

		roots += head[i] == 0;
		while (v && steps++ <= n)
			v = head[v];
		if (v)
			return false;
	}
	return roots == 1;
}

static double best_by_trying_all(const float *scores, uint32_t n)
{
	uint16_t head[8] = {0};
	double best = -1e30;

	for (;;) {
		uint32_t i = 1;

		if (is_tree(n, head)) {
			double s = tree_score(scores, n, head);

			best = s > best ? s : best;
		}
		while (i <= n && head[i] == n)
			head[i++] = 0;
		if (i > n)
			return best;
		head[i]++;
	}
}

static void the_best_tree_is_found(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct arena a = {0};
		uint32_t n = 1 + random_below(&seed, 6);
		struct parse_work *w = parse_work_new(&a, n);
		float scores[6 * 7], *s = parse_scores(w);
		uint16_t head[8];

		for (uint32_t i = 0; i < n * (n + 1); i++)
			s[i] = 8 * random_unit(&seed) - 4;
		memcpy(scores, s, n * (n + 1) * sizeof(float));
		parse_best_tree(w, n, head);
		assert_true(is_tree(n, head));
		assert_true(fabs(tree_score(scores, n, head) - best_by_trying_all(scores, n)) <
			    0.02);
		arena_free(&a);
	}
}

static void long_sentences_of_noise_give_trees(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct arena a = {0};
		uint32_t n = SENTENCE_MAX;
		struct parse_work *w = parse_work_new(&a, n);
		float *s = parse_scores(w);
		uint16_t head[SENTENCE_MAX + 1];

		for (uint32_t i = 0; i < n * (n + 1); i++)
			s[i] = round ? 20 * random_unit(&seed) - 10 : 0;
		parse_best_tree(w, n, head);
		assert_true(is_tree(n, head));
		arena_free(&a);
	}
}

static void names_never_break_off(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 500; round++) {
		static float scores[40 * NET_NER];
		uint8_t labels[40];
		uint32_t n = 1 + random_below(&seed, 40), open = 0;

		for (uint32_t i = 0; i < n * NET_NER; i++)
			scores[i] = random_unit(&seed);
		names_decode(scores, NET_NER, n, labels);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t part = labels[i] ? (labels[i] - 1u) % 4 : 9;
			uint32_t kind = labels[i] ? 1 + (labels[i] - 1u) / 4 : 0;
			bool inside = part == NAME_INSIDE || part == NAME_LAST;

			assert_int_equal(inside, open != 0);
			assert_true(!open || open == kind);
			open = part == NAME_BEGIN || part == NAME_INSIDE ? kind : 0;
		}
		assert_int_equal(open, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_multiplies_alike),
		cmocka_unit_test(tanh_is_close),
		cmocka_unit_test(the_best_tree_is_found),
		cmocka_unit_test(long_sentences_of_noise_give_trees),
		cmocka_unit_test(names_never_break_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
