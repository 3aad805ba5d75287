/* The CAMEO code of an event and what follows from it: mode, contexts, Goldstein value. */
#ifndef DEMARCHE_ENGINE_EVENT_CODE_H
#define DEMARCHE_ENGINE_EVENT_CODE_H

#include "worker/engine/event_ground.h"

/* The most specific code that holds: that of the frame, made narrower by what is asked, promised,
 * refused or threatened. match NULL: no frame, the type's general code. */
const struct frame_code *event_code(const struct event_ground *g, int32_t trigger, uint32_t type,
				    const struct frame_match *match);

/* Fills cameo, goldstein, mode and contexts of e. */
void event_code_fill(const struct event_ground *g, int32_t trigger, const struct frame_match *match,
		     struct result_event *e);

#endif
