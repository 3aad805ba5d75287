#include "worker/training/stance_measure.h"

#include <stdio.h>

enum { HALVES = 5 }; /* places in a row of the same half */

static void print_tally(const struct tally *t, double threshold)
{
	printf("%9.2f %6u %6u %6u %6u  %.3f %.3f %.3f  %.3f %.3f %.3f  %.3f\n", threshold, t->gold,
	       t->given, t->pair, t->full, t->given ? (double)t->pair / t->given : 0,
	       t->gold ? (double)t->pair / t->gold : 0, tally_f1(t->pair, t->gold, t->given),
	       t->given ? (double)t->full / t->given : 0, t->gold ? (double)t->full / t->gold : 0,
	       tally_f1(t->full, t->gold, t->given), t->pair ? (double)t->full / t->pair : 0);
}

static struct tally tally_at(const struct stance_measure *m, double threshold)
{
	return stance_tally(m->list, m->n, m->docs, m->used, m->n_used, threshold);
}

double stance_measure_sweep(struct stance_measure *m)
{
	double best = 0, best_f1 = 0;
	struct tally best_at;

	puts("threshold   gold  given   pair   full  pair P     R    F1  full P     R    F1  sign");
	for (int k = 10; k <= 95; k++) {
		struct tally t = tally_at(m, k * 0.01);
		double f1 = tally_f1(t.full, t.gold, t.given) + tally_f1(t.pair, t.gold, t.given);

		if (k % 5 == 0)
			print_tally(&t, k * 0.01);
		if (f1 > best_f1) {
			best_f1 = f1;
			best = k * 0.01;
		}
	}
	puts("the best of them:");
	best_at = tally_at(m, best);
	print_tally(&best_at, best);
	return best;
}

/* Shares of right stances by raw score, made rising by pooling neighbours; of the documents with
 * an even or an odd place, or (parity -1) of all. */
static void fit_worth(const struct stance_measure *m, int parity, double worth[STANCE_KNOTS])
{
	double right[STANCE_KNOTS] = {0}, n[STANCE_KNOTS] = {0};

	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t k = (uint32_t)(m->list[i].confidence * (STANCE_KNOTS - 1) + 0.5);

		if (parity >= 0 && (int)(m->list[i].doc / HALVES % 2) != parity)
			continue;
		right[k] += m->list[i].right;
		n[k]++;
	}
	for (int k = 0; k < STANCE_KNOTS; k++) {
		int low = k;
		double r = right[k], c = n[k];

		while (low > 0 && (c < 1 || r / c < worth[low - 1])) {
			low--;
			r += right[low];
			c += n[low];
		}
		for (int j = low; j <= k; j++)
			worth[j] = c > 0 ? r / c : 0;
	}
}

/* Mean distance between confidence and share of right ones, over ten bins. */
static double calibration_error(const struct stance_measure *m, int parity,
				const double worth[STANCE_KNOTS])
{
	struct stance_ranker r = {.threshold = 0};
	double sum[10] = {0}, right[10] = {0}, n[10] = {0}, all = 0, error = 0;

	memcpy(r.worth, worth, sizeof(r.worth));
	for (uint32_t i = 0; i < m->n; i++) {
		double c = stance_confidence(&r, m->list[i].confidence);
		int k = (int)(c * 10);

		if (parity >= 0 && (int)(m->list[i].doc / HALVES % 2) != parity)
			continue;
		k = k > 9 ? 9 : k;
		sum[k] += c;
		right[k] += m->list[i].right;
		n[k]++;
		all++;
	}
	for (int k = 0; k < 10; k++)
		error += n[k] ? (sum[k] > right[k] ? sum[k] - right[k] : right[k] - sum[k]) : 0;
	return all ? error / all : 0;
}

void stance_measure_calibrate(struct stance_measure *m, double threshold,
			      double worth[STANCE_KNOTS])
{
	double half[STANCE_KNOTS];
	static const double none[STANCE_KNOTS];
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->n; i++)
		if (m->list[i].confidence >= threshold)
			m->list[kept++] = m->list[i];
	m->n = kept;
	stance_tally(m->list, m->n, m->docs, m->used, m->n_used, threshold);
	fit_worth(m, 0, half);
	printf("calibration error %.3f raw, %.3f fitted (on the other half of the documents)\n",
	       calibration_error(m, 1, none), calibration_error(m, 1, half));
	fit_worth(m, -1, worth);
}
