/* Boosted oblivious trees over small whole numbers: every level of a tree asks one question of all
 * examples, so that a tree is a table with one entry for each row of answers. Owns the layout of
 * its section of the image; the trainer (worker/training/trees_train.h) writes it. Knows nothing
 * of what the features mean. Scores are sums of integers: the same on every machine. */
#ifndef DEMARCHE_ENGINE_TREES_H
#define DEMARCHE_ENGINE_TREES_H

#include "proto/err.h"
#include "proto/mem.h"

enum { TREES_DEPTH = 6, TREES_LEAVES = 1 << TREES_DEPTH, TREES_BINS = 32, TREES_MAX = 1024 };

/* Layout of a section: this header, then n_trees trees. */
struct trees_header {
	char magic[8]; /* "TREES01" */
	uint32_t n_trees, n_features;
	int32_t base;
	float scale; /* logit = scale * (base + sum of leaves) */
};
struct tree {
	uint8_t feature[TREES_DEPTH], cut[TREES_DEPTH]; /* answer: value > cut */
	int16_t leaf[TREES_LEAVES];
};

/* Borrows its section. */
struct trees {
	uint32_t n_trees, n_features;
	int32_t base;
	float scale;
	const struct tree *list;
};

/* Fails with ERR_CORRUPT where the section is damaged or asks for other than n_features. */
int trees_open(struct trees *t, struct str section, uint32_t n_features, struct err *e);

/* The chance that the answer is yes; values[n_features], each below TREES_BINS. */
double trees_yes(const struct trees *t, const uint8_t *values);

/* The same of n rows at once, several times as fast. */
void trees_yes_all(const struct trees *t, const uint8_t *const *rows, uint32_t n, double *yes);

#endif
