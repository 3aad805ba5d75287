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

#endif
