/* SEESAW (../shared/data/stance/seesaw; not for commercial use: measured on, never learned from):
 * who is for or against whom, sentence by sentence, in whole articles. Measures what the engine
 * gives; docs/stances.md says exactly how it is counted. */
#ifndef DEMARCHE_TRAINING_SEESAW_H
#define DEMARCHE_TRAINING_SEESAW_H

#include "worker/engine/engine.h"

struct seesaw_score {
	uint32_t articles, gold, ours, right;   /* directed pairs with sign, of a sentence */
	uint32_t pairs;                         /* right but for the sign */
	uint32_t doc_gold, doc_ours, doc_right; /* the same, each once an article */
};

/* Adds the articles of one part ("valid"). Stances below `least` do not count. */
int seesaw_measure(struct engine *en, const char *folder, const char *part, double least,
		   struct seesaw_score *out, struct err *e);

/* Whether a name in a text is that of a listed entity, 0 (no) to 4 (the same words). */
int seesaw_same_name(struct str listed, struct str name);

#endif
