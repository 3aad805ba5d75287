/* A row of small whole numbers that boosted trees look at: values are appended one
 * after the other and lie below TREES_BINS. Knows nothing of what they mean. */
#ifndef DEMARCHE_ENGINE_ROW_H
#define DEMARCHE_ENGINE_ROW_H

#include "worker/engine/trees.h"

struct row {
	uint8_t *v;
	uint32_t n, max;
};

static inline void row_put(struct row *r, int64_t v)
{
	CHECK(r->n < r->max);
	r->v[r->n++] = (uint8_t)(v < 0 ? 0 : v >= TREES_BINS ? TREES_BINS - 1 : v);
}

enum { ROW_NOBODY = -100 }; /* a logit that no rival has */

/* How much surer one is than another, as logits; 31 where there is no other. */
static inline void row_put_margin(struct row *r, double mine, double other)
{
	double d = mine - other;

	row_put(r, other <= ROW_NOBODY ? 31 : d < -5 ? 0 : d >= 5 ? 30 : (int64_t)((d + 5) * 3));
}

/* A logit in thirds, from 1; `zero` says where 0 lies. */
static inline void row_put_logit(struct row *r, float x, int zero)
{
	row_put(r, 1 + (int64_t)((double)x * 3 + zero));
}

/* A small number that may be negative: 8 is 0. */
static inline void row_put_signed(struct row *r, int64_t v)
{
	row_put(r, v < -8 ? 0 : v + 8);
}

#endif
