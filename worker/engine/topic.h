/* Topics: what a target is about in the taxonomy of foreign policy, and the key by which the same
 * issue named in different words meets itself ("decoupling of the two economies", "economic
 * decoupling"). Knows nothing of holders and signs. */
#ifndef DEMARCHE_ENGINE_TOPIC_H
#define DEMARCHE_ENGINE_TOPIC_H

#include "worker/engine/doc.h"
#include "worker/engine/stance_grammar.h"

/* The topic that most of the phrase's words speak for, borrowed from the grammar; "" none. */
struct str topic_of(const struct doc *d, const struct grammar *g, uint32_t tok, uint32_t n_tok);

/* Stems of the phrase's content words (of words for one thing, that of its name in the codebook:
 * "accord", "deal"), sorted, each once, joined by blanks; in the arena. Actors
 * stand in it by their codes, so that "Washington" and "the US" meet. */
struct str topic_key(struct doc *d, const struct grammar *g, uint32_t tok, uint32_t n_tok);

#endif
