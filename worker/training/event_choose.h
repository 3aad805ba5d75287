/* Examples for the choice of events (worker/engine/event_choice.h): watches the engine choose on a
 * coded document and says of each option whether a record of its sentence and type is still open.
 * Knows no weights. */
#ifndef DEMARCHE_TRAINING_EVENT_CHOOSE_H
#define DEMARCHE_TRAINING_EVENT_CHOOSE_H

#include "worker/engine/event.h"
#include "worker/training/event_gold.h"
#include "worker/training/trees_train.h"

/* Chooses with the first models of `m` (and its trees, if any); what is weighed is added to the
 * set. */
void event_choose_examples(const struct event_model *m, struct doc *d, const struct gold_doc *gold,
			   struct trees_set *set, uint8_t group, double weight);

#endif
