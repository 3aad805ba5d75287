#include "worker/training/coref_score.h"

#include "proto/mem.h"

/* common[g * nf + f]: how many mentions two clusters share. */
struct overlap {
	uint32_t ng, nf;
	double *common, *g_size, *f_size;
};

static struct overlap overlap(uint32_t n, const struct partition *gold,
			      const struct partition *found)
{
	struct overlap o = {.ng = gold->n_clusters, .nf = found->n_clusters};

	o.common = mem_alloc(((size_t)o.ng * o.nf + 1) * sizeof(double));
	o.g_size = mem_alloc((o.ng + 1) * sizeof(double));
	o.f_size = mem_alloc((o.nf + 1) * sizeof(double));
	for (uint32_t i = 0; i < n; i++) {
		int32_t g = gold->cluster[i], f = found->cluster[i];

		if (g >= 0)
			o.g_size[g]++;
		if (f >= 0)
			o.f_size[f]++;
		if (g >= 0 && f >= 0)
			o.common[(size_t)g * o.nf + (size_t)f]++;
	}
	return o;
}

static void overlap_fini(struct overlap *o)
{
	mem_free(o->common);
	mem_free(o->g_size);
	mem_free(o->f_size);
}

/* Links kept: size minus the parts that the other side cuts a cluster into. */
static void muc_side(const struct overlap *o, bool gold, double *over, double *under)
{
	uint32_t n = gold ? o->ng : o->nf, m = gold ? o->nf : o->ng;

	for (uint32_t a = 0; a < n; a++) {
		double size = gold ? o->g_size[a] : o->f_size[a], parts = 0, held = 0;

		for (uint32_t b = 0; b < m; b++) {
			double c = gold ? o->common[(size_t)a * o->nf + b]
					: o->common[(size_t)b * o->nf + a];

			parts += c > 0;
			held += c;
		}
		parts += size - held;
		*over += size - parts;
		*under += size - 1;
	}
}

static void b3_side(const struct overlap *o, bool gold, double *over, double *under)
{
	for (uint32_t g = 0; g < o->ng; g++)
		for (uint32_t f = 0; f < o->nf; f++) {
			double c = o->common[(size_t)g * o->nf + f];

			*over += c * c / (gold ? o->g_size[g] : o->f_size[f]);
		}
	for (uint32_t a = 0; a < (gold ? o->ng : o->nf); a++)
		*under += gold ? o->g_size[a] : o->f_size[a];
}

static double phi4(const struct overlap *o, uint32_t g, uint32_t f)
{
	double c = o->common[(size_t)g * o->nf + f];

	return 2 * c / (o->g_size[g] + o->f_size[f]);
}

/* The best one-to-one alignment (Kuhn and Munkres, with potentials), rows the shorter side. */
static double best_alignment(const struct overlap *o)
{
	bool flip = o->ng > o->nf;
	uint32_t n = flip ? o->nf : o->ng, m = flip ? o->ng : o->nf;
	double *u = mem_alloc((n + 1) * sizeof(double)), *v = mem_alloc((m + 1) * sizeof(double));
	double *low = mem_alloc((m + 1) * sizeof(double)), total = 0;
	uint32_t *match = mem_alloc((m + 1) * sizeof(uint32_t));
	uint32_t *way = mem_alloc((m + 1) * sizeof(uint32_t));
	bool *used = mem_alloc(m + 1);

	for (uint32_t i = 1; i <= n; i++) {
		uint32_t j0 = 0;

		match[0] = i;
		for (uint32_t j = 0; j <= m; j++) {
			low[j] = 1e18;
			used[j] = false;
		}
		do {
			uint32_t i0 = match[j0], j1 = 0;
			double delta = 1e18;

			used[j0] = true;
			for (uint32_t j = 1; j <= m; j++) {
				double cost;

				if (used[j])
					continue;
				cost = -(flip ? phi4(o, j - 1, i0 - 1) : phi4(o, i0 - 1, j - 1)) -
				       u[i0] - v[j];
				if (cost < low[j]) {
					low[j] = cost;
					way[j] = j0;
				}
				if (low[j] < delta) {
					delta = low[j];
					j1 = j;
				}
			}
			for (uint32_t j = 0; j <= m; j++) {
				if (used[j]) {
					u[match[j]] += delta;
					v[j] -= delta;
				} else {
					low[j] -= delta;
				}
			}
			j0 = j1;
		} while (match[j0]);
		do {
			uint32_t j1 = way[j0];

			match[j0] = match[j1];
			j0 = j1;
		} while (j0);
	}
	for (uint32_t j = 1; j <= m; j++)
		if (match[j])
			total += flip ? phi4(o, j - 1, match[j] - 1) : phi4(o, match[j] - 1, j - 1);
	mem_free(u);
	mem_free(v);
	mem_free(low);
	mem_free(match);
	mem_free(way);
	mem_free(used);
	return total;
}

void coref_score_add(struct coref_score *s, uint32_t n_mentions, const struct partition *gold,
		     const struct partition *found)
{
	struct overlap o = overlap(n_mentions, gold, found);
	double aligned = o.ng && o.nf ? best_alignment(&o) : 0;

	muc_side(&o, true, &s->muc[0], &s->muc[1]);
	muc_side(&o, false, &s->muc[2], &s->muc[3]);
	b3_side(&o, true, &s->b3[0], &s->b3[1]);
	b3_side(&o, false, &s->b3[2], &s->b3[3]);
	s->ceaf[0] += aligned;
	s->ceaf[1] += o.ng;
	s->ceaf[2] += aligned;
	s->ceaf[3] += o.nf;
	overlap_fini(&o);
}

double coref_score_recall(const double *counts)
{
	return counts[1] > 0 ? counts[0] / counts[1] : 0;
}

double coref_score_precision(const double *counts)
{
	return counts[3] > 0 ? counts[2] / counts[3] : 0;
}

double coref_score_f1(const double *counts)
{
	double r = coref_score_recall(counts), p = coref_score_precision(counts);

	return r + p > 0 ? 2 * r * p / (r + p) : 0;
}

double coref_score_conll(const struct coref_score *s)
{
	return (coref_score_f1(s->muc) + coref_score_f1(s->b3) + coref_score_f1(s->ceaf)) / 3;
}
