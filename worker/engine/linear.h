/* Linear classifiers over sparse binary features: logistic and softmax models that rank what the
 * rules propose. Owns hashing of features, scoring and probabilities, and the layout of a model
 * in its section of the image; the trainer (worker/training/linear_train.h) writes that layout.
 * Knows nothing of what the features mean.
 *
 * Scores are sums of integers, so they do not depend on the order of the features or on the
 * machine's vector width; probabilities use an exponential of our own for the same reason. */
#ifndef DEMARCHE_ENGINE_LINEAR_H
#define DEMARCHE_ENGINE_LINEAR_H

#include "proto/err.h"
#include "proto/mem.h"

enum { LINEAR_CLASSES_MAX = 64, LINEAR_FEATURES_MAX = 4096 };

/* The features of one example: 64-bit hashes. {0} is an empty list; reuse it by n = 0. */
struct features {
	uint64_t *h; /* [n] */
	uint32_t n, cap;
};
void features_free(struct features *f);

/* Hash of a template number and a value. Never 0. */
uint64_t feature_of(uint32_t template_id, struct str value);
uint64_t feature_of_int(uint32_t template_id, int64_t value);
/* Conjunction of two features; not symmetric. */
uint64_t feature_and(uint64_t a, uint64_t b);

/* Adds one; beyond LINEAR_FEATURES_MAX it is left out (foreign text may be odd). */
void features_add(struct features *f, uint64_t h);
static inline void features_add_str(struct features *f, uint32_t template_id, struct str value)
{
	features_add(f, feature_of(template_id, value));
}

/* Layout of a section: this header (magic "LINEAR3"), i32 bias[n_classes], n_slots slots,
 * unaligned. A feature's slot is searched from where the low half of its hash says; its tag, out of
 * the high half, marks it (0: a free slot). Of two classes only the second's weight is kept, since
 * the first's is its mirror image, in one u32 with the tag: 20 bits of tag, 12 of weight. So one
 * feature in 150,000 that the model does not know takes the weight of another. Of more classes a
 * slot is the tag as u32 and i8 weights[n_classes]. */
struct linear_header {
	char magic[8];
	uint32_t n_classes, n_rows, n_slots;
	float scale;       /* logit = scale * integer sum */
	float temperature; /* probabilities use logit / temperature */
	uint32_t reserved;
};

/* A model: borrows its section. */
struct linear {
	uint32_t n_classes, n_rows, n_slots;
	float scale, temperature;
	const int32_t *bias;
	const char *slots;
};

enum { LINEAR_WEIGHT_BITS = 12, LINEAR_WEIGHT_MAX = 2047, LINEAR_SMALL_WEIGHT_MAX = 127 };

/* Where the search for a feature begins, what marks it, how large a slot is. */
static inline uint32_t linear_home(uint64_t feature, uint32_t n_slots)
{
	return (uint32_t)((feature & UINT32_MAX) * n_slots >> 32);
}
static inline uint32_t linear_tag(uint64_t feature, uint32_t n_classes)
{
	uint32_t tag = (uint32_t)(feature >> 32);

	if (n_classes == 2)
		tag >>= LINEAR_WEIGHT_BITS;
	return tag ? tag : 1;
}
static inline size_t linear_slot_size(uint32_t n_classes)
{
	return sizeof(uint32_t) + (n_classes == 2 ? 0 : n_classes);
}
/* The slot of a model of two classes. */
static inline uint32_t linear_slot_of(uint32_t tag, int weight)
{
	return tag << LINEAR_WEIGHT_BITS | ((uint32_t)weight & ((1u << LINEAR_WEIGHT_BITS) - 1));
}
static inline int32_t linear_slot_weight(uint32_t slot)
{
	int32_t w = (int32_t)(slot & ((1u << LINEAR_WEIGHT_BITS) - 1));

	return w > LINEAR_WEIGHT_MAX ? w - (1 << LINEAR_WEIGHT_BITS) : w;
}

/* Fails with ERR_CORRUPT where the section is none or is damaged. */
int linear_open(struct linear *m, struct str section, struct err *e);

/* The same of a section that linear_open has accepted before, without looking at every row again:
 * for stages that open it for each document. False where the section is none. */
bool linear_view(struct linear *m, struct str section);

/* Sums per class, bias included: sums[n_classes]. */
void linear_sums(const struct linear *m, const struct features *f, int32_t *sums);
/* The same of features in parts: adds what these give, without the bias, to sums[n_classes]. */
void linear_add(const struct linear *m, const uint64_t *h, uint32_t n, int32_t *sums);
/* Probabilities of such sums with the bias in them: p[n_classes], adding up to 1. */
void linear_chances(const struct linear *m, const int32_t *sums, double *p);
/* Softmax probabilities: p[n_classes], adding up to 1. */
void linear_probabilities(const struct linear *m, const struct features *f, double *p);
/* Of a model of two classes: the logit of class 1 against class 0. */
double linear_logit(const struct linear *m, const struct features *f);
/* Probability of class 1 of a model of two classes. */
double linear_yes(const struct linear *m, const struct features *f);
/* The weight of one feature for one class as a logit, for explanations; 0 where unknown. */
double linear_weight(const struct linear *m, uint64_t feature, uint32_t class_index);

/* e^x for |x| <= 700, the same bits on every machine. */
double linear_exp(double x);

#endif
