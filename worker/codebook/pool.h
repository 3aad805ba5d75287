/* A string table for image sections: equal strings are stored once. Knows nothing of images. */
#ifndef DEMARCHE_CODEBOOK_POOL_H
#define DEMARCHE_CODEBOOK_POOL_H

#include "proto/mem.h"

struct pool {
	struct buf bytes; /* what goes into the section */
	uint32_t *slots;  /* open addressing: index + 1 into refs */
	struct pool_ref {
		uint32_t at, n;
	} * refs;
	uint32_t n, cap, n_slots;
};

/* Offset of the string in pool->bytes; the empty string is at 0. */
uint32_t pool_add(struct pool *p, struct str s);
void pool_free(struct pool *p);

#endif
