/* What the event models look at: features of a candidate trigger. Knows no weights. Changing a
 * template means training again (scripts/train-events). */
#ifndef DEMARCHE_ENGINE_EVENT_FEATURES_H
#define DEMARCHE_ENGINE_EVENT_FEATURES_H

#include "worker/engine/event_ground.h"
#include "worker/engine/linear.h"

/* Empties *f and fills it: what says which event it is. */
void event_trigger_features(const struct event_ground *g, uint32_t candidate, struct features *f);
/* Adds what only says whether it is told as an event at all: when, in which tense, how deep. */
void event_told_features(const struct event_ground *g, uint32_t candidate, struct features *f);

/* One number for what a phrase is: no actor, pronoun, actor by role, place. */
uint32_t event_phrase_kind(const struct doc *d, int32_t tok);
/* How often candidates of earlier sentences had a candidate's lemma. */
uint32_t event_seen(const struct event_ground *g, int32_t tok);

#endif
