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

void trees_set_append(struct trees_set *s, const struct trees_set *other)
{
	for (uint32_t i = 0; i < other->n; i++)
		trees_set_add(s, other->values + (size_t)i * other->n_features,
			      (double)other->labels[i], (double)other->weights[i],
			      other->groups[i]);
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

/* What the rows of a leaf add up to, by the value of one feature. */
struct table {
	struct slope bins[TREES_BINS];
};

enum { TABLES = TREES_LEAVES / 2 }; /* leaves before the last question */

struct boosting {
	const struct trees_options *o;
	uint32_t n_features, n; /* rows learned from */
	uint8_t *columns;       /* [n_features][n] their values */
	float *labels, *weights;
	double *score;
	struct slope *slope;
	uint8_t *leaf;
	uint32_t *drawn, *fewer; /* rows that a tree looks at; those with the rarer answer */
	uint32_t n_drawn, n_fewer;
	bool *asks;           /* [n_features] whether the tree may ask for it */
	struct table *tables; /* [n_features][TABLES] */
	uint64_t random;
};

static bool by_chance(struct boosting *b, double share)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return (double)(b->random >> 11) * 0x1p-53 < share;
}

/* Each tree looks at a share of the rows and may ask for a share of the features. */
static void draw(struct boosting *b)
{
	b->n_drawn = 0;
	for (uint32_t i = 0; i < b->n; i++)
		if (by_chance(b, b->o->rows > 0 ? b->o->rows : 1))
			b->drawn[b->n_drawn++] = i;
	for (uint32_t f = 0; f < b->n_features; f++)
		b->asks[f] = by_chance(b, b->o->columns > 0 ? b->o->columns : 1);
}

static void count_slopes(const struct boosting *b, uint32_t feature, const uint32_t *rows,
			 uint32_t n)
{
	const uint8_t *column = b->columns + (size_t)feature * b->n;
	struct table *tables = b->tables + (size_t)feature * TABLES;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t r = rows[i];
		struct slope *at = &tables[b->leaf[r]].bins[column[r]];

		at->g += b->slope[r].g;
		at->h += b->slope[r].h;
	}
}

static void take_away(struct table *from, const struct table *part)
{
	for (uint32_t k = 0; k < TREES_BINS; k++) {
		from->bins[k].g -= part->bins[k].g;
		from->bins[k].h -= part->bins[k].h;
	}
}

/* The tables of a feature once its n leaves are split: only rows with the rarer answer are counted,
 * the others are what is left. */
static void split_tables(const struct boosting *b, uint32_t feature, uint32_t n, bool rarer)
{
	struct table *no = b->tables + (size_t)feature * TABLES, *yes = no + n;

	memcpy(yes, no, n * sizeof(*no));
	memset(rarer ? yes : no, 0, n * sizeof(*no));
	count_slopes(b, feature, b->fewer, b->n_fewer);
	for (uint32_t l = 0; l < n; l++)
		take_away(rarer ? no + l : yes + l, rarer ? yes + l : no + l);
}

static void answer(struct boosting *b, const struct tree *t, uint32_t level)
{
	const uint8_t *column = b->columns + (size_t)t->feature[level] * b->n;
	uint32_t yes = 0;
	bool rarer;

	for (uint32_t i = 0; i < b->n_drawn; i++)
		yes += column[b->drawn[i]] > t->cut[level];
	rarer = 2 * yes < b->n_drawn;
	b->n_fewer = 0;
	for (uint32_t i = 0; i < b->n_drawn; i++) {
		uint32_t r = b->drawn[i];
		bool is = column[r] > t->cut[level];

		b->leaf[r] |= (uint8_t)(is << level);
		if (is == rarer)
			b->fewer[b->n_fewer++] = r;
	}
	if (level + 1 == TREES_DEPTH)
		return;
	for (uint32_t f = 0; f < b->n_features; f++)
		if (b->asks[f])
			split_tables(b, f, 1u << level, rarer);
}

static double worth_of(double g, double h, double l2)
{
	return g * g / (h + l2);
}

/* The question that helps most, asked of all leaves at once. */
static void best_question(const struct boosting *b, uint32_t n_leaves, uint8_t *feature,
			  uint8_t *cut)
{
	double best = -1;

	for (uint32_t f = 0; f < b->n_features; f++) {
		double gain[TREES_BINS] = {0};

		for (uint32_t l = 0; b->asks[f] && l < n_leaves; l++) {
			const struct slope *at = b->tables[(size_t)f * TABLES + l].bins;
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
		double p = 1 / (1 + exp(-b->score[i])), w = (double)b->weights[i];

		b->slope[i].g = (float)(w * (p - (double)b->labels[i]));
		b->slope[i].h = (float)(w * p * (1 - p));
	}
}

/* All rows, drawn or not. */
static void find_leaves(struct boosting *b, const struct tree *t)
{
	memset(b->leaf, 0, b->n);
	for (uint32_t level = 0; level < TREES_DEPTH; level++) {
		const uint8_t *column = b->columns + (size_t)t->feature[level] * b->n;

		for (uint32_t i = 0; i < b->n; i++)
			b->leaf[i] |= (uint8_t)((column[i] > t->cut[level]) << level);
	}
}

static void grow_tree(struct boosting *b, struct tree *t, double scale)
{
	double g[TREES_LEAVES] = {0}, h[TREES_LEAVES] = {0};

	find_slopes(b);
	draw(b);
	memset(b->leaf, 0, b->n);
	memset(b->tables, 0, (size_t)b->n_features * TABLES * sizeof(*b->tables));
	for (uint32_t f = 0; f < b->n_features; f++)
		if (b->asks[f])
			count_slopes(b, f, b->drawn, b->n_drawn);
	for (uint32_t level = 0; level < TREES_DEPTH; level++) {
		best_question(b, 1u << level, &t->feature[level], &t->cut[level]);
		answer(b, t, level);
	}
	find_leaves(b, t);
	for (uint32_t i = 0; i < b->n; i++) {
		g[b->leaf[i]] += (double)b->slope[i].g;
		h[b->leaf[i]] += (double)b->slope[i].h;
	}
	for (uint32_t l = 0; l < TREES_LEAVES; l++)
		t->leaf[l] = (int16_t)lrint(-b->o->rate * g[l] / (h[l] + b->o->l2) / scale);
	for (uint32_t i = 0; i < b->n; i++)
		b->score[i] += scale * t->leaf[b->leaf[i]];
}

/* Takes the rows of the other groups, their values by columns. */
static void take_rows(struct boosting *b, const struct trees_set *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		b->n += s->groups[i] != b->o->skip_group;
	b->columns = mem_alloc((size_t)b->n * s->n_features);
	b->labels = mem_alloc(b->n * sizeof(*b->labels));
	b->weights = mem_alloc(b->n * sizeof(*b->weights));
	for (uint32_t i = 0, at = 0; i < s->n; i++) {
		if (s->groups[i] == b->o->skip_group)
			continue;
		b->labels[at] = s->labels[i];
		b->weights[at] = s->weights[i];
		for (uint32_t f = 0; f < s->n_features; f++)
			b->columns[(size_t)f * b->n + at] =
				s->values[(size_t)i * s->n_features + f];
		at++;
	}
}

static double begin(struct boosting *b, const struct trees_set *s)
{
	double yes = 1, all = 2, base;

	take_rows(b, s);
	b->score = mem_alloc(b->n * sizeof(*b->score));
	b->slope = mem_alloc(b->n * sizeof(*b->slope));
	b->leaf = mem_alloc(b->n);
	b->drawn = mem_alloc(b->n * sizeof(*b->drawn));
	b->fewer = mem_alloc(b->n * sizeof(*b->fewer));
	b->asks = mem_alloc(b->n_features);
	b->tables = mem_alloc((size_t)b->n_features * TABLES * sizeof(*b->tables));
	for (uint32_t i = 0; i < b->n; i++) {
		yes += (double)(b->labels[i] * b->weights[i]);
		all += (double)b->weights[i];
	}
	base = log(yes / (all - yes));
	for (uint32_t i = 0; i < b->n; i++)
		b->score[i] = base;
	return base;
}

static void end(struct boosting *b)
{
	mem_free(b->columns);
	mem_free(b->labels);
	mem_free(b->weights);
	mem_free(b->score);
	mem_free(b->slope);
	mem_free(b->leaf);
	mem_free(b->drawn);
	mem_free(b->fewer);
	mem_free(b->asks);
	mem_free(b->tables);
}

/* One set of trees; returns what they begin from. */
static double boost(const struct trees_set *s, const struct trees_options *o, uint64_t seed,
		    double scale, struct buf *out)
{
	struct boosting b = {.o = o, .n_features = s->n_features, .random = seed};
	double base = begin(&b, s);

	for (uint32_t i = 0; i < o->n_trees; i++) {
		struct tree t = {0};

		grow_tree(&b, &t, scale);
		buf_add(out, &t, sizeof(t));
	}
	end(&b);
	return base;
}

/* The mean of several sets of trees is one set whose leaves count for less. */
void trees_train(const struct trees_set *s, const struct trees_options *o, struct buf *out)
{
	uint32_t n_sets = o->n_sets ? o->n_sets : 1;
	const double scale = 1.0 / 4096;
	struct trees_header h = {.magic = "TREES01",
				 .n_trees = o->n_trees * n_sets,
				 .n_features = s->n_features,
				 .scale = (float)(scale / n_sets)};
	struct buf trees = {0};
	double base = 0;

	CHECK(o->n_trees && h.n_trees <= TREES_MAX);
	for (uint32_t i = 0; i < n_sets; i++)
		base += boost(s, o, 0x9e3779b97f4a7c15u * (2 * i + 1), scale, &trees);
	h.base = (int32_t)lrint(base / scale);
	buf_add(out, &h, sizeof(h));
	buf_add(out, trees.p, trees.n);
	buf_free(&trees);
}
