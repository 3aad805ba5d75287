#include "worker/training/stance_measure.h"

#include <math.h>
#include <stdio.h>

enum {
	IN_A_ROW = 5, /* documents of the same half */
	FIFTHS = 5,
	NEWTON = 20, /* steps */
};

/* Stances at each knot that the line is worth. */
#define AS_MANY 100

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

/* Which documents: those of a part of `of`, or without it; of 0 is all. */
struct part {
	uint32_t of, is;
	bool without;
};

static bool within(const struct part *p, const struct judged *j)
{
	uint32_t place = p->of == 2 ? j->doc / IN_A_ROW : j->doc;

	return !p->of || (place % p->of == p->is) != p->without;
}

/* The line of log odds over log odds that fits best: two numbers, which few stances tell well. */
struct line {
	double at, slope;
};

static double odds_of(double raw)
{
	double p = raw < 0.001 ? 0.001 : raw > 0.999 ? 0.999 : raw;

	return log(p / (1 - p));
}

static double on_line(const struct line *l, double raw)
{
	return 1 / (1 + exp(-(l->at + l->slope * odds_of(raw))));
}

static struct line fit_line(const struct stance_measure *m, const struct part *part)
{
	struct line l = {0, 1};

	for (int turn = 0; turn < NEWTON; turn++) {
		double g0 = 0, g1 = 0, h00 = 0.001, h01 = 0, h11 = 0.001, det;

		for (uint32_t i = 0; i < m->n; i++) {
			double x = odds_of(m->list[i].confidence);
			double p = on_line(&l, m->list[i].confidence), h = p * (1 - p);

			if (!within(part, &m->list[i]))
				continue;
			g0 += m->list[i].right - p;
			g1 += (m->list[i].right - p) * x;
			h00 += h, h01 += h * x, h11 += h * x * x;
		}
		det = h00 * h11 - h01 * h01;
		l.at += (g0 * h11 - g1 * h01) / det;
		l.slope += (g1 * h00 - g0 * h01) / det;
	}
	return l;
}

/* Shares of right stances by raw score, drawn to the line where few were seen, and made rising by
 * pooling neighbours; nothing is said of scores below all that were seen. */
static void fit_worth(const struct stance_measure *m, const struct part *part,
		      double worth[STANCE_KNOTS])
{
	double right[STANCE_KNOTS] = {0}, n[STANCE_KNOTS] = {0};
	struct line line = fit_line(m, part);
	int first = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t k = (uint32_t)(m->list[i].confidence * (STANCE_KNOTS - 1) + 0.5);

		if (!within(part, &m->list[i]))
			continue;
		right[k] += m->list[i].right;
		n[k]++;
	}
	while (first < STANCE_KNOTS && n[first] < 1)
		worth[first++] = 0;
	for (int k = first; k < STANCE_KNOTS; k++) {
		int low = k;
		double r = right[k] + AS_MANY * on_line(&line, (double)k / (STANCE_KNOTS - 1));
		double c = n[k] + AS_MANY;

		right[k] = r, n[k] = c;
		while (low > first && r / c < worth[low - 1]) {
			low--;
			r += right[low];
			c += n[low];
		}
		for (int j = low; j <= k; j++)
			worth[j] = r / c;
	}
}

/* Distances between confidence and right ones, in ten bins. */
struct gaps {
	double sum[10], right[10], all;
};

static void add_gaps(struct gaps *x, const struct stance_measure *m, const struct part *part,
		     const double worth[STANCE_KNOTS])
{
	struct stance_ranker r = {.threshold = 0};

	memcpy(r.worth, worth, sizeof(r.worth));
	for (uint32_t i = 0; i < m->n; i++) {
		double c = stance_confidence(&r, m->list[i].confidence);
		int k = (int)(c * 10);

		if (!within(part, &m->list[i]))
			continue;
		k = k > 9 ? 9 : k;
		x->sum[k] += c;
		x->right[k] += m->list[i].right;
		x->all++;
	}
}

/* Their mean. */
static double error_of(const struct gaps *x)
{
	double error = 0;

	for (int k = 0; k < 10; k++)
		error += fabs(x->sum[k] - x->right[k]);
	return x->all > 0 ? error / x->all : 0;
}

/* Of confidence that was fitted on the other parts. */
static double error_elsewhere(const struct stance_measure *m, uint32_t first, uint32_t end,
			      uint32_t of)
{
	struct gaps x = {0};

	for (uint32_t i = first; i < end; i++) {
		double worth[STANCE_KNOTS];

		fit_worth(m, &(struct part){of, i, true}, worth);
		add_gaps(&x, m, &(struct part){of, i, false}, worth);
	}
	return error_of(&x);
}

static void print_errors(const struct stance_measure *m)
{
	static const double none[STANCE_KNOTS];
	struct gaps raw = {0};

	add_gaps(&raw, m, &(struct part){0}, none);
	printf("calibration error %.3f raw; fitted on the other half of the documents %.3f and "
	       "%.3f, on the other four fifths %.3f\n",
	       error_of(&raw), error_elsewhere(m, 0, 1, 2), error_elsewhere(m, 1, 2, 2),
	       error_elsewhere(m, 0, FIFTHS, FIFTHS));
}

void stance_measure_calibrate(struct stance_measure *m, double threshold,
			      double worth[STANCE_KNOTS])
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->n; i++)
		if (m->list[i].confidence >= threshold)
			m->list[kept++] = m->list[i];
	m->n = kept;
	stance_tally(m->list, m->n, m->docs, m->used, m->n_used, threshold);
	print_errors(m);
	fit_worth(m, &(struct part){0}, worth);
}
