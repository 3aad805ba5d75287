/* The tokens of the raw text that word vectors are learned from. They keep the rules that the
 * engine had when the shipped vectors were made, so that these can be made again byte for byte
 * whatever the engine's own tokens become (worker/engine/segment.c). Change them only with new
 * vectors: the corpus has its hash in scripts/train-language. */
#ifndef DEMARCHE_TRAINING_CORPUS_TOKENS_H
#define DEMARCHE_TRAINING_CORPUS_TOKENS_H

#include "worker/engine/doc.h"

/* Reads d->text, writes d->tokens without sentences. Returns [n_tokens] gaps (enum gap) in the
 * arena. */
uint8_t *corpus_tokens(struct doc *d);

#endif
