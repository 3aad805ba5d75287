/* Whether an event is done, planned, supposed, denied or a habit. status.h tells what the tree says
 * of a word; here the kind of event counts, too (a demand is made by demanding), and a trained
 * model (section "event.status") weighs it all. Knows no actors. */
#ifndef DEMARCHE_ENGINE_EVENT_STATUS_H
#define DEMARCHE_ENGINE_EVENT_STATUS_H

#include "proto/result.h"
#include "worker/engine/event_ground.h"
#include "worker/engine/linear.h"

/* Whether the words stand in what somebody says, or in a speech. */
bool event_is_said(const struct doc *d, int32_t tok);

/* Features for the model: what a candidate is, as an event of this type. */
void event_status_features(const struct event_ground *g, const struct event_candidate *c,
			   uint32_t type, struct features *f);

/* The status. *f is working memory; of a model without classes the rules alone decide. */
enum event_status event_status_of(const struct linear *m, const struct event_ground *g,
				  const struct event_candidate *c, uint32_t type,
				  struct features *f);

#endif
