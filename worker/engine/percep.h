/* Averaged perceptrons over hashed features: a table of small integer weights, one row a feature,
 * one column a class. Knows no features; tag.c and parse.c make them. */
#ifndef DEMARCHE_ENGINE_PERCEP_H
#define DEMARCHE_ENGINE_PERCEP_H

#include "proto/err.h"
#include "proto/mem.h"

enum { PERCEP_CLASSES_MAX = 256, PERCEP_FEATURES_MAX = 96 };

struct percep_header {
	char magic[8]; /* "PERCEP1" */
	uint32_t n_classes, log2_rows;
	uint16_t classes[PERCEP_CLASSES_MAX]; /* what each class stands for */
};

struct percep {
	const struct percep_header *h;
	const int8_t *weights; /* [1 << log2_rows][n_classes] */
};

struct percep_features {
	uint32_t h[PERCEP_FEATURES_MAX];
	uint32_t n;
};

int percep_open(struct percep *m, struct str section, struct err *e);
void percep_scores(const struct percep *m, const struct percep_features *f, int32_t *scores);

/* Adds a feature: template number and up to three values. */
static inline void percep_add(struct percep_features *f, uint32_t template_id, uint32_t a,
			      uint32_t b, uint32_t c)
{
	uint32_t h = template_id * 0x9E3779B1u;

	h = (h ^ a) * 0x85EBCA6Bu;
	h ^= h >> 15;
	h = (h ^ b) * 0xC2B2AE35u;
	h ^= h >> 13;
	h = (h ^ c) * 0x27D4EB2Fu;
	h ^= h >> 16;
	if (f->n < PERCEP_FEATURES_MAX)
		f->h[f->n++] = h;
}
uint32_t percep_hash(struct str s);

#endif
