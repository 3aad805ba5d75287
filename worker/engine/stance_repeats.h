/* A headline, summary or pull quote that says again what the body says holds no stances of its own.
 * Owns that rule alone; knows nothing of how stances are found. */
#ifndef DEMARCHE_ENGINE_STANCE_REPEATS_H
#define DEMARCHE_ENGINE_STANCE_REPEATS_H

#include "worker/engine/doc.h"

/* Where a stance of the document was found. */
struct stance_place {
	uint32_t stance, sentence; /* indices */
	int32_t holder, entity;    /* the target's, or -1 */
	uint32_t tok, n_tok;       /* the target */
};

/* Takes the stances out whose sentence another one repeats or says at greater length, where the
 * same holder has a stance on the same thing there; of two alike the first one stays. The list is
 * in the order of the stances; those that are not in it stay. */
void stance_drop_repeats(struct doc *d, const struct stance_place *list, uint32_t n);

#endif
