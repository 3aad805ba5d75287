/* The three measures of coreference whose mean is the CoNLL score: MUC (links), B-cubed
 * (mentions) and CEAF-e (entities, aligned as well as possible). Knows no documents: a document
 * is two partitions of mentions, named by numbers. */
#ifndef DEMARCHE_TRAINING_COREF_SCORE_H
#define DEMARCHE_TRAINING_COREF_SCORE_H

#include <stdint.h>

/* cluster[i] is the cluster of mention i, -1 where the mention is not in this partition; numbers
 * from 0 to n_clusters - 1. Mentions that both sides share have one index. */
struct partition {
	const int32_t *cluster; /* [n_mentions] */
	uint32_t n_clusters;
};

struct coref_score {
	double muc[4], b3[4], ceaf[4]; /* recall over/under, precision over/under */
};

/* Adds a document's counts. */
void coref_score_add(struct coref_score *s, uint32_t n_mentions, const struct partition *gold,
		     const struct partition *found);
double coref_score_recall(const double *counts);
double coref_score_precision(const double *counts);
double coref_score_f1(const double *counts);
double coref_score_conll(const struct coref_score *s);

#endif
