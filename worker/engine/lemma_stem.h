/* Whether a verb's stem, left when -ed or -ing is cut off, has lost a silent e: "promis" is
 * "promise", "visit" is "visit". Spelling rules with their exceptions; for words that no table
 * knows. */
#ifndef DEMARCHE_ENGINE_LEMMA_STEM_H
#define DEMARCHE_ENGINE_LEMMA_STEM_H

#include "proto/mem.h"

bool lemma_lost_e(struct str stem);

/* Whether a stem in -ll has both by itself: "shell", "drill" do, "controll" and "compell" do not.
 */
bool lemma_keeps_ll(struct str stem);

#endif
