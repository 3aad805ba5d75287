/* Trains the trees of worker/engine/trees.h: gradient boosting of the log loss over binned
 * features, labels from 0 to 1. Deterministic. Knows nothing of what the features mean. */
#ifndef DEMARCHE_TRAINING_TREES_TRAIN_H
#define DEMARCHE_TRAINING_TREES_TRAIN_H

#include "worker/engine/trees.h"

struct trees_set {
	uint32_t n_features, n, cap;
	uint8_t *values; /* [n][n_features] */
	float *labels, *weights;
	uint8_t *groups;
};
void trees_set_add(struct trees_set *s, const uint8_t *values, double label, double weight,
		   uint8_t group);
/* Adds all examples of another set over the same features. */
void trees_set_append(struct trees_set *s, const struct trees_set *other);
void trees_set_free(struct trees_set *s);

struct trees_options {
	uint32_t n_trees, n_sets; /* trees of a set; sets whose mean is taken, 0: one */
	double rate, l2;
	double rows, columns; /* shares of examples and features that a tree looks at; 0: all */
	int skip_group;       /* its examples are left out; -1: none */
};

/* Trains and appends the section to `out`. */
void trees_train(const struct trees_set *s, const struct trees_options *o, struct buf *out);

#endif
