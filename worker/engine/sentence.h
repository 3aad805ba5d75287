/* What the learned sentence splitter sees; shared by segment.h's splitter and its trainer. */
#ifndef DEMARCHE_ENGINE_SENTENCE_H
#define DEMARCHE_ENGINE_SENTENCE_H

#include "worker/engine/doc.h"
#include "worker/engine/linear.h"

/* The sentence so far. */
struct sentence_state {
	uint32_t n, quotes, depth, capitals;
};
void sentence_note(struct sentence_state *st, const struct doc *d, uint32_t i);

/* Whether a sentence could end after token i at all, and what speaks for and against it. */
bool sentence_may_end(const struct doc *d, const uint8_t *gaps, uint32_t i);
void sentence_features(const struct doc *d, const uint8_t *gaps, uint32_t i,
		       const struct sentence_state *st, struct features *f);

#endif
