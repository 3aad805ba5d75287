#include "worker/training/trees_train.h"

#include <math.h>

void trees_set_add(struct trees_set *s, const uint8_t *values, double label, double weight,
		   uint8_t group)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 1024;
		s->values = mem_resize(s->values, (size_t)s->cap * s->n_features);
		s->labels = mem_resize(s->labels, s->cap * sizeof(*s->labels));
		s->weights = mem_resize(s->weights, s->cap * sizeof(*s->weights));
		s->groups = mem_resize(s->groups, s->cap);
	}
	memcpy(s->values + (size_t)s->n * s->n_features, values, s->n_features);
	s->labels[s->n] = (float)label;
	s->weights[s->n] = (float)weight;
	s->groups[s->n++] = group;
}

void trees_set_free(struct trees_set *s)
{
	mem_free(s->values);
	mem_free(s->labels);
	mem_free(s->weights);
	mem_free(s->groups);
	*s = (struct trees_set){.n_features = s->n_features};
}

/* Gradient and curvature of the loss, summed. */
struct slope {
	float g, h;
};

struct boosting {
	const struct trees_set *s;
	const struct trees_options *o;
	uint32_t *rows, n; /* the examples learned from */
	double *score;
	struct slope *slope;
	uint8_t *leaf;
	struct slope *sums; /* [leaf][feature][bin] */
};

static void count_slopes(struct boosting *b, uint32_t n_leaves)
{
	uint32_t nf = b->s->n_features;

	memset(b->sums, 0, (size_t)n_leaves * nf * TREES_BINS * sizeof(*b->sums));
	for (uint32_t i = 0; i < b->n; i++) {
		const uint8_t *v = b->s->values + (size_t)b->rows[i] * nf;
		struct slope *at = b->sums + (size_t)b->leaf[i] * nf * TREES_BINS;

		for (uint32_t f = 0; f < nf; f++) {
			at[f * TREES_BINS + v[f]].g += b->slope[i].g;
			at[f * TREES_BINS + v[f]].h += b->slope[i].h;
		}
	}
}

static double worth_of(double g, double h, double l2)
{
	return g * g / (h + l2);
}

/* The question that helps most, asked of all leaves at once. */
static void best_question(const struct boosting *b, uint32_t n_leaves, uint8_t *feature,
			  uint8_t *cut)
{
	uint32_t nf = b->s->n_features;
	double best = -1;

	for (uint32_t f = 0; f < nf; f++) {
		double gain[TREES_BINS] = {0};

		for (uint32_t l = 0; l < n_leaves; l++) {
			const struct slope *at = b->sums + ((size_t)l * nf + f) * TREES_BINS;
			double g = 0, h = 0, left_g = 0, left_h = 0;

			for (uint32_t k = 0; k < TREES_BINS; k++)
				g += (double)at[k].g, h += (double)at[k].h;
			for (uint32_t k = 0; k + 1 < TREES_BINS; k++) {
				left_g += (double)at[k].g, left_h += (double)at[k].h;
				gain[k] += worth_of(left_g, left_h, b->o->l2) +
					   worth_of(g - left_g, h - left_h, b->o->l2);
			}
		}
		for (uint32_t k = 0; k + 1 < TREES_BINS; k++)
			if (gain[k] > best) {
				best = gain[k];
				*feature = (uint8_t)f;
				*cut = (uint8_t)k;
			}
	}
}

static void find_slopes(struct boosting *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		double p = 1 / (1 + exp(-b->score[i]));
		double w = (double)b->s->weights[b->rows[i]];

		b->slope[i].g = (float)(w * (p - (double)b->s->labels[b->rows[i]]));
		b->slope[i].h = (float)(w * p * (1 - p));
	}
}

static void grow_tree(struct boosting *b, struct tree *t, double scale)
{
	double g[TREES_LEAVES] = {0}, h[TREES_LEAVES] = {0};

	find_slopes(b);
	memset(b->leaf, 0, b->n);
	for (uint32_t level = 0; level < TREES_DEPTH; level++) {
		count_slopes(b, 1u << level);
		best_question(b, 1u << level, &t->feature[level], &t->cut[level]);
		for (uint32_t i = 0; i < b->n; i++) {
			const uint8_t *v = b->s->values + (size_t)b->rows[i] * b->s->n_features;

			b->leaf[i] |= (uint8_t)((v[t->feature[level]] > t->cut[level]) << level);
		}
	}
	for (uint32_t i = 0; i < b->n; i++) {
		g[b->leaf[i]] += (double)b->slope[i].g;
		h[b->leaf[i]] += (double)b->slope[i].h;
	}
	for (uint32_t l = 0; l < TREES_LEAVES; l++)
		t->leaf[l] = (int16_t)lrint(-b->o->rate * g[l] / (h[l] + b->o->l2) / scale);
	for (uint32_t i = 0; i < b->n; i++)
		b->score[i] += scale * t->leaf[b->leaf[i]];
}

static double begin(struct boosting *b)
{
	double yes = 1, all = 2, base;

	for (uint32_t i = 0; i < b->s->n; i++) {
		if (b->s->groups[i] == b->o->skip_group)
			continue;
		b->rows[b->n++] = i;
		yes += (double)(b->s->labels[i] * b->s->weights[i]);
		all += (double)b->s->weights[i];
	}
	base = log(yes / (all - yes));
	for (uint32_t i = 0; i < b->n; i++)
		b->score[i] = base;
	return base;
}

void trees_train(const struct trees_set *s, const struct trees_options *o, struct buf *out)
{
	struct boosting b = {.s = s, .o = o};
	const double scale = 1.0 / 4096;
	struct trees_header h = {.magic = "TREES01",
				 .n_trees = o->n_trees,
				 .n_features = s->n_features,
				 .scale = (float)scale};

	CHECK(o->n_trees && o->n_trees <= TREES_MAX);
	b.rows = mem_alloc((s->n + 1) * sizeof(*b.rows));
	b.score = mem_alloc((s->n + 1) * sizeof(*b.score));
	b.slope = mem_alloc((s->n + 1) * sizeof(*b.slope));
	b.leaf = mem_alloc(s->n + 1);
	b.sums = mem_alloc((size_t)TREES_LEAVES / 2 * s->n_features * TREES_BINS * sizeof(*b.sums));
	h.base = (int32_t)lrint(begin(&b) / scale);
	buf_add(out, &h, sizeof(h));
	for (uint32_t i = 0; i < o->n_trees; i++) {
		struct tree t = {0};

		grow_tree(&b, &t, scale);
		buf_add(out, &t, sizeof(t));
	}
	mem_free(b.rows);
	mem_free(b.score);
	mem_free(b.slope);
	mem_free(b.leaf);
	mem_free(b.sums);
}
