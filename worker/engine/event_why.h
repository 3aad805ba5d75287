/* Why an event is what it is: the types and actors that were weighed, with their scores. Made on
 * request, for one event, from what the event stage left in the document; the stage itself keeps
 * nothing of it, so that its speed does not suffer. Decides nothing. */
#ifndef DEMARCHE_ENGINE_EVENT_WHY_H
#define DEMARCHE_ENGINE_EVENT_WHY_H

#include "worker/engine/event.h"

enum { EVENT_WHY_ACTORS = 8 };

struct event_why_type {
	enum event_type type; /* EVENT_NONE: no event at all */
	double p;
};
struct event_why_actor {
	uint32_t entity;
	struct str place; /* where it stands, seen from the trigger: "subject", "passive subject" */
	double p;
	bool chosen, doubtful; /* named; though hardly likely */
};

struct event_why {
	struct event_why_type types[N_EVENT_TYPES]; /* the likeliest first */
	/* The likeliest first. */
	struct event_why_actor sources[EVENT_WHY_ACTORS], targets[EVENT_WHY_ACTORS];
	uint32_t n_sources, n_targets;
	struct str *frames; /* frames of the codebook that match here */
	uint32_t n_frames;
};

/* Of doc->events[event], after event_run with the same model. Strings live in the document's
 * arena. False where the word is no candidate. */
bool event_why(const struct event_model *m, struct doc *d, uint32_t event, struct event_why *out);

#endif
