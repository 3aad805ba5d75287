/* The network of worker/engine/tone.h while it is trained: examples, weights in floats, and the
 * section that the engine reads. Deterministic: fixed seed, sums in a fixed order. Knows no texts.
 */
#ifndef DEMARCHE_TRAINING_TONE_NET_H
#define DEMARCHE_TRAINING_TONE_NET_H

#include "worker/engine/tone.h"

struct tone_example {
	uint32_t n;                          /* words */
	const uint8_t *inputs;               /* [n][NET_WORD], as the engine's */
	const struct tone_rows *word, *pair; /* [n] */
	struct tone_rows whole;
	uint32_t target, n_target; /* of the words */
	enum polarity label;
	float weight;
	uint8_t group; /* of cross-validation, in its lower seven bits */
};
struct tone_set {
	struct arena arena;
	struct tone_example *list;
	uint32_t n, cap;
};

struct tone_options {
	uint32_t n_classes; /* of the grammar */
	uint32_t epochs, batch;
	float rate;
	uint64_t seed;
	int skip_group; /* its examples are left out; -1: none */
	bool quiet;
};

struct tone_learner;
struct tone_learner *tone_net_train(const struct tone_set *s, const struct tone_options *o);
void tone_net_free(struct tone_learner *t);
void tone_net_chances(struct tone_learner *t, const struct tone_example *x, float *p);

/* The section, quantised. hashes[n_classes] name the grammar's classes. */
void tone_net_write(const struct tone_learner *t, const uint64_t *hashes, struct buf *out);

#endif
