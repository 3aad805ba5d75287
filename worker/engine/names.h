/* Names of persons, organizations, places, nations and the rest: the best legal sequence of
 * begin, inside, last and unit labels over a sentence. */
#ifndef DEMARCHE_ENGINE_NAMES_H
#define DEMARCHE_ENGINE_NAMES_H

#include "worker/engine/doc.h"
#include "worker/engine/model.h"

/* labels[n] from scores[n][stride]; n <= SENTENCE_MAX. */
void names_decode(const float *scores, uint32_t stride, uint32_t n, uint8_t *labels);

/* Writes ner and ner_begin of n tokens that have their tags: nations and parties are told from
 * other MISC names by these. */
void names_apply(struct token *t, const uint8_t *labels, uint32_t n);

/* What kind of name a token belongs to, "" none: as ner, and for the MISC names that their words
 * give away LAW ("Paris Agreement"), EVENT ("Gulf War") or WORK (a title in quotation marks). */
const char *names_type(const struct doc *doc, uint32_t tok);

#endif
