#include "worker/engine/percep.h"

#include <xxhash.h>

int percep_open(struct percep *m, struct str section, struct err *e)
{
	const struct percep_header *h = (const void *)section.p;

	if (section.n < sizeof(*h) || memcmp(h->magic, "PERCEP1", 8) != 0 || h->log2_rows > 24 ||
	    h->n_classes == 0 || h->n_classes > PERCEP_CLASSES_MAX)
		return err_set(e, ERR_CORRUPT, "no perceptron in this section of the model");
	if (section.n < sizeof(*h) + ((size_t)h->n_classes << h->log2_rows))
		return err_set(e, ERR_CORRUPT, "perceptron section is cut short");
	m->h = h;
	m->weights = (const int8_t *)(h + 1);
	return 0;
}

void percep_scores(const struct percep *m, const struct percep_features *f, int32_t *scores)
{
	uint32_t n = m->h->n_classes, mask = (1u << m->h->log2_rows) - 1;

	memset(scores, 0, n * sizeof(*scores));
	for (uint32_t i = 0; i < f->n; i++) {
		const int8_t *row = m->weights + (size_t)(f->h[i] & mask) * n;

		for (uint32_t c = 0; c < n; c++)
			scores[c] += row[c];
	}
}

uint32_t percep_hash(struct str s)
{
	return (uint32_t)XXH3_64bits(s.p, s.n);
}
