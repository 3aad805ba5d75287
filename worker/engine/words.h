/* What a word looks like to the neural stages: a number in the vocabulary and a bag of hashed
 * features of its spelling. Knows nothing of what is learned from them. */
#ifndef DEMARCHE_ENGINE_WORDS_H
#define DEMARCHE_ENGINE_WORDS_H

#include "worker/engine/doc.h"

enum { WORDS_BAG_MAX = 32, WORDS_LOG2_BAG = 15 };

/* Key of a word in the vocabulary: lower case, digits as 0. Never 0. */
uint64_t words_key(struct str lower);

/* Rows of the bag table for a token; returns how many (1 … WORDS_BAG_MAX). */
uint32_t words_bag(const struct token *t, uint32_t *rows);

#endif
