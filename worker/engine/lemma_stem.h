/* Verbs by spelling, for forms that no table knows: what is left when -ed or -ing is cut off
 * ("promis" is promise, "visit" visit, "kidnapp" kidnap), and the irregular forms. Knows no text.
 */
#ifndef DEMARCHE_ENGINE_LEMMA_STEM_H
#define DEMARCHE_ENGINE_LEMMA_STEM_H

#include "proto/mem.h"

/* The verb of a past form or participle ("lent": lend, "overran": overrun, "stopped": stop,
 * "urging": urge); empty where it is none. New strings live in the arena. */
struct str lemma_verb(struct arena *a, struct str form);

/* Whether a verb's stem has lost a silent e. */
bool lemma_lost_e(struct str stem);

/* Whether a stem in -ll has both by itself: "shell", "drill" do, "controll" and "compell" do not.
 */
bool lemma_keeps_ll(struct str stem);

#endif
