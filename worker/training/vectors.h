/* Word vectors learned from raw text, and the vocabulary they define. */
#ifndef DEMARCHE_TRAINING_VECTORS_H
#define DEMARCHE_TRAINING_VECTORS_H

#include "proto/err.h"
#include "proto/mem.h"

enum { VECTORS_DIM = 128 };

/* A file: "VECTORS1", u32 n, u32 dim, n x u64 key, n x float[dim]; most frequent word first. */
struct vectors {
	uint32_t n;
	uint64_t *keys;
	float *v; /* [n][VECTORS_DIM] */
};
int vectors_read(struct vectors *v, const char *path, struct err *e);
void vectors_free(struct vectors *v);

#endif
