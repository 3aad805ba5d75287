/* Events: who did what to whom. The codebook's frames and the words of the text propose triggers,
 * trained models (sections "event.trigger", "event.type", "event.choice", "event.limits" of the
 * model) choose events, event_who.h decides on source and target, event_status.h on the status;
 * where they are missing the frames and the tree decide alone. Owns the order of these steps and
 * the removal of duplicates. Writes doc->events. */
#ifndef DEMARCHE_ENGINE_EVENT_H
#define DEMARCHE_ENGINE_EVENT_H

#include "worker/engine/event_choice.h"
#include "worker/engine/event_features.h"
#include "worker/engine/event_net.h"
#include "worker/engine/event_who.h"
#include "worker/engine/frame.h"
#include "worker/engine/linear.h"

/* Section "event.limits". */
struct event_limits {
	float trigger; /* probability of its type from which an event is given */
	float repeat;  /* ... of a second one of its type in the sentence */
	float choice;  /* chance from which an event is given, where trees choose */
	float reserved;
};

struct event_model {
	struct frame_book *book; /* owned */
	struct word_clusters clusters;
	bool trained;
	struct linear trigger; /* of two classes: is it an event at all? */
	struct linear type;    /* if it is, which? class: enum event_type */
	struct event_net net;  /* both at once, from the whole sentence */
	struct trees choice;   /* n_trees 0: the limits decide */
	struct linear status;  /* n_classes 0: rules decide it */
	struct who_model who;
	struct event_limits limits;
};

/* Borrows both images. Fails where the codebook has no frames or weights are damaged. */
int event_model_open(struct event_model *m, const struct image *model, const struct image *codebook,
		     struct err *e);
void event_model_close(struct event_model *m);

/* The stage. */
void event_run(const struct event_model *m, struct doc *d);

/* One event while it is decided. The trainer makes such from hand-coded records, too. */
struct event_guess {
	uint32_t candidate;
	uint32_t type;
	double p;
};

/* The first models' opinion of all candidates, in the document's arena. */
struct event_scores event_score(const struct event_model *m, const struct event_ground *g,
				struct features *f);

#endif
