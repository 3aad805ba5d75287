/* Trains the linear models of worker/engine/linear.h: softmax regression by AdaGrad with L2,
 * deterministic (fixed seed, fixed order). Knows nothing of what the features mean. */
#ifndef DEMARCHE_TRAINING_LINEAR_TRAIN_H
#define DEMARCHE_TRAINING_LINEAR_TRAIN_H

#include "worker/engine/linear.h"

struct linear_options {
	uint32_t n_classes;
	uint32_t epochs;    /* 0: 20 */
	uint32_t min_count; /* features seen in fewer examples are dropped; 0: 2 */
	double rate;        /* 0: 0.1 */
	double l2;          /* per example, on seen features */
	double l2_marked;   /* the same of what marked examples add; 0: as much */
	double temperature; /* 0: 1 */
	double least;       /* features with no weight as large are not written; 0: all are */
	uint32_t refit;     /* further passes over those that are written */
	bool marked;        /* the model is for examples like the marked ones (linear_set_mark) */
	uint64_t seed;
	uint32_t skip_group; /* its examples are left out; 0: none are */
};

/* A growing training set. Features are copied; repeated ones in an example are merged. */
struct linear_set;
struct linear_set *linear_set_new(void);
void linear_set_free(struct linear_set *s);
void linear_set_add(struct linear_set *s, const struct features *f, uint32_t label, double weight);
/* Features that all examples added from now on have besides their own, kept once; NULL: none. They
 * must be others than the examples' own. */
void linear_set_share(struct linear_set *s, const struct features *f);
/* The group of the examples added from now on (0 at first): a fold, to be left out. */
void linear_set_group(struct linear_set *s, uint32_t group);
/* Examples added from now on are marked. A model for marked ones has weights that they alone learn,
 * beside those that all learn, and is the sum of both: others teach it what they have in common. */
void linear_set_mark(struct linear_set *s, bool mark);
uint32_t linear_set_size(const struct linear_set *s);

/* Makes ready for training with this min_count; after it, until the set grows, several threads may
 * train on the set at once. linear_train does it where it was not done. */
void linear_set_prepare(struct linear_set *s, uint32_t min_count);

/* Trains and appends the model's section to `out`. */
void linear_train(struct linear_set *s, const struct linear_options *o, struct buf *out);

/* Log loss and accuracy on a set. */
struct linear_report {
	double log_loss, accuracy;
};
struct linear_report linear_measure(const struct linear *m, const struct linear_set *s);
/* The same of one group's examples. */
struct linear_report linear_measure_group(const struct linear *m, const struct linear_set *s,
					  uint32_t group);

#endif
