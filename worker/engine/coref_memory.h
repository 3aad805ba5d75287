/* What coreference carries from one window of a long text to the next: the entities that were
 * named lately, their names and what is known of them, and who speaks the text. Bounded, whatever
 * the text: those not named for the longest time are forgotten. Owns copies; knows no tokens. */
#ifndef DEMARCHE_ENGINE_COREF_MEMORY_H
#define DEMARCHE_ENGINE_COREF_MEMORY_H

#include "worker/engine/doc.h"

enum { COREF_MEMORY_MAX = 2048 }; /* entities */

struct coref;
struct coref_memory;

struct coref_memory *coref_memory_new(void);
void coref_memory_free(struct coref_memory *m);
void coref_memory_clear(struct coref_memory *m); /* for the next text */

/* coref.c: the remembered ones become the document's entities after the author, in a fixed order;
 * a mention that names one joins it. */
void coref_memory_seed(struct coref *c);
/* The surnames of persons named in earlier windows, among other keys, as entity 1. */
void coref_memory_names(struct coref *c);
/* coref_voice.c: whether an earlier window has settled who speaks the text; *voice the entity or
 * -1 none. */
bool coref_memory_voice(const struct coref *c, int32_t *voice);

/* Which entity of the joined result (below) the document's i-th is, where it was remembered;
 * UINT32_MAX else. */
uint32_t coref_memory_id(const struct doc *d, uint32_t i);

/* After a window: remembers its entities; ids[i] is what the joined result calls the i-th,
 * UINT32_MAX where that has none of it. */
void coref_memory_keep(struct coref_memory *m, const struct doc *d, const uint32_t *ids);

#endif
