/* What the tagger and its trainer share: the features of a token. */
#ifndef DEMARCHE_ENGINE_TAG_FEATURES_H
#define DEMARCHE_ENGINE_TAG_FEATURES_H

#include "worker/engine/doc.h"
#include "worker/engine/percep.h"

struct tag_word {
	uint32_t word, shape, prefix[4], suffix[4];
};
void tag_prepare(const struct doc *d, struct tag_word *w); /* w[n_tokens] */
/* Token i of a sentence of n words, with the classes already given to those before it. */
void tag_features(const struct tag_word *w, const uint16_t *tags, uint32_t i, uint32_t n,
		  struct percep_features *f);

#endif
