#include "worker/engine/trees.h"

#include "worker/engine/linear.h"

_Static_assert(sizeof(struct trees_header) == 24, "no padding on disk");
_Static_assert(sizeof(struct tree) == 2 * TREES_DEPTH + 2 * TREES_LEAVES, "no padding on disk");

int trees_open(struct trees *t, struct str section, uint32_t n_features, struct err *e)
{
	const struct trees_header *h = (const void *)section.p;

	*t = (struct trees){0};
	if (section.n < sizeof(*h) || memcmp(h->magic, "TREES01", 8) != 0)
		return err_set(e, ERR_CORRUPT, "no trees in this section");
	if (!h->n_trees || h->n_trees > TREES_MAX || h->n_features != n_features ||
	    section.n != sizeof(*h) + h->n_trees * sizeof(struct tree) || !(h->scale > 0))
		return err_set(e, ERR_CORRUPT, "%u trees over %u features, expected %u", h->n_trees,
			       h->n_features, n_features);
	*t = (struct trees){h->n_trees, n_features, h->base, h->scale,
			    (const void *)(section.p + sizeof(*h))};
	for (uint32_t i = 0; i < t->n_trees; i++)
		for (uint32_t k = 0; k < TREES_DEPTH; k++)
			if (t->list[i].feature[k] >= n_features)
				return err_set(e, ERR_CORRUPT, "tree %u asks for feature %u", i,
					       t->list[i].feature[k]);
	return 0;
}

static double chance(const struct trees *t, int64_t sum)
{
	return 1 / (1 + linear_exp(-(double)t->scale * (double)sum));
}

double trees_yes(const struct trees *t, const uint8_t *values)
{
	int64_t sum = t->base;

	for (uint32_t i = 0; i < t->n_trees; i++) {
		const struct tree *x = &t->list[i];
		uint32_t at = 0;

		for (uint32_t k = 0; k < TREES_DEPTH; k++)
			at |= (uint32_t)(values[x->feature[k]] > x->cut[k]) << k;
		sum += x->leaf[at];
	}
	return chance(t, sum);
}

/* Rows that are asked together, so that one instruction compares them all. */
enum { BLOCK = 16, FEATURES_MAX = 256 };
typedef uint8_t bytes __attribute__((vector_size(BLOCK)));
struct block {
	bytes column[FEATURES_MAX];
	int32_t sum[BLOCK]; /* TREES_MAX leaves fit in it */
};

static void add_trees(const struct tree *list, uint32_t n, struct block *b, uint32_t n_rows)
{
	for (uint32_t t = 0; t < n; t++) {
		const struct tree *x = &list[t];
		bytes at = {0};

		for (uint32_t k = 0; k < TREES_DEPTH; k++)
			at |= (bytes)(b->column[x->feature[k]] > x->cut[k]) & (uint8_t)(1 << k);
		for (uint32_t i = 0; i < n_rows; i++)
			b->sum[i] += x->leaf[at[i]];
	}
}

void trees_yes_all(const struct trees *t, const uint8_t *const *rows, uint32_t n, double *yes)
{
	struct block b;

	for (uint32_t first = 0; first < n; first += BLOCK) {
		uint32_t m = n - first < BLOCK ? n - first : BLOCK;

		for (uint32_t f = 0; f < t->n_features; f++)
			for (uint32_t i = 0; i < BLOCK; i++)
				b.column[f][i] = i < m ? rows[first + i][f] : 0;
		memset(b.sum, 0, sizeof(b.sum));
		add_trees(t->list, t->n_trees, &b, m);
		for (uint32_t i = 0; i < m; i++)
			yes[first + i] = chance(t, (int64_t)t->base + b.sum[i]);
	}
}
