/* Which candidate stands for which hand-coded event: what the models of events learn from. */
#ifndef DEMARCHE_TRAINING_EVENT_LABEL_H
#define DEMARCHE_TRAINING_EVENT_LABEL_H

#include "worker/engine/event_ground.h"
#include "worker/training/event_gold.h"

/* No example of anything: another word of a coded event. */
enum { EVENT_LABEL_OPEN = 255 };

/* In the document's arena. */
struct event_labels {
	uint8_t *of;        /* [n_candidates] type of the event, 0 none, EVENT_LABEL_OPEN */
	int32_t *candidate; /* [n_events of the document] -1: not found among them */
	uint32_t n_located;
};
struct event_labels event_label(const struct event_ground *g, const struct gold_doc *gd);

/* The candidate that most likely carries an event of the type (by frame, then by height), or -1. */
int32_t event_label_likely(const struct event_ground *g, uint32_t type);

#endif
