/* One act told several times in a document: a headline and its story, a report and what refers
 * back to it. Each sentence keeps its event, with its own words as evidence; here the later ones
 * are tied to the first (result_event.same_as). Knows no models and no other document. */
#ifndef DEMARCHE_ENGINE_EVENT_MERGE_H
#define DEMARCHE_ENGINE_EVENT_MERGE_H

#include "worker/engine/doc.h"

/* After the events of all sentences are there. Ties only what is certainly the same: same type
 * and status, the same actors, no other date or place, and the same word or a headline. */
void event_merge(struct doc *d);

#endif
