/* Labels for the ranker of stances: which of the engine's candidates are the hand-coded stances
 * of a document, and how well given stances meet them. Knows no weights. */
#ifndef DEMARCHE_TRAINING_STANCE_LABEL_H
#define DEMARCHE_TRAINING_STANCE_LABEL_H

#include "worker/engine/stance.h"
#include "worker/training/stance_gold.h"

/* What the hand-coded records say of the candidates of one sentence. */
enum { LABEL_NONE, LABEL_SUPPORT, LABEL_OPPOSE, LABEL_NEUTRAL, LABEL_IGNORE };
struct sentence_labels {
	uint8_t target[TARGETS_MAX]; /* 0, 1 or LABEL_IGNORE */
	uint8_t pair[TARGETS_MAX][HOLDERS_MAX];
	bool whole[TARGETS_MAX]; /* names what a record names, not something around or within it */
	uint32_t n_gold, n_with_target, n_with_holder, n_with_both;
};
void stance_label(const struct stance_ground *s, const struct candidates *c,
		  const struct gold_doc *g, struct arena *a, struct sentence_labels *out);

/* One given stance against the records of its document. */
struct judged {
	double confidence;
	uint32_t doc;
	uint8_t *pair, *full; /* [n gold of the document] whether it could be that record */
	bool right;           /* one to one with a record, polarity and all, at the last count */
};
struct tally {
	uint32_t pair, full, gold, given;
};
double tally_f1(uint32_t right, uint32_t gold, uint32_t given);

/* Judges doc->stances and appends to *list (in the arena). */
void stance_judge(const struct doc *d, const struct gold_doc *g, uint32_t index, struct arena *a,
		  struct judged **list, uint32_t *n, uint32_t *cap);

/* The largest one-to-one pairing of those at or above the threshold; docs[n] gives the records. */
struct tally stance_tally(struct judged *list, uint32_t n, const struct gold_doc *docs,
			  const uint32_t *used, uint32_t n_used, double threshold);

#endif
