/* Who did it and to whom: of the candidates of event_args.h, those that trained models (sections
 * "event.source", "event.target", "event.who.source", "event.who.target", "event.who.limits") hold
 * for likely enough. Linear rankers score every candidate by itself, trees then weigh the actors
 * against each other; without weights the plain reading of the tree decides. Owns the rule that
 * no weight may break: nobody stands on both sides but the parties of a reciprocal event. */
#ifndef DEMARCHE_ENGINE_EVENT_WHO_H
#define DEMARCHE_ENGINE_EVENT_WHO_H

#include "worker/engine/event_who_values.h"
#include "worker/engine/image.h"

/* Section "event.who.limits". */
struct who_limits {
	float source_more; /* chance from which a further source is given */
	float target;      /* from which a target is given */
	float target_more; /* ... a further one */
	float reserved;
};

struct who_model {
	bool trained;
	struct linear linear[N_WHO_SIDES];
	struct trees trees[N_WHO_SIDES];
	struct who_limits limits;
};

/* Borrows the image; fails where a section is damaged. Without any of them it is not trained. */
int who_model_open(struct who_model *m, const struct image *model, struct err *e);

enum { WHO_CHOSEN_MAX = 12 };
struct who_chosen {
	uint32_t entities[WHO_CHOSEN_MAX], n;
	double p[WHO_CHOSEN_MAX]; /* the chance of each; 1: a rule has decided */
};
/* A side's likeliest is doubtful below the first, all others below the second: of the pairs of a
 * source and a target that are left, about as many are right as are found of the coded ones
 * (docs/events.md). */
#define WHO_SURE         0.2
#define WHO_SURE_BESIDES 0.4
/* Adds the entity where it is not there yet and there is room. */
void who_choose(struct who_chosen *c, uint32_t entity, double p);

/* The candidates of one event while its sides are decided. */
struct who {
	const struct who_model *m;
	const struct event_ground *g;
	const struct event_context *x;
	struct who_arg args[EVENT_ARGS_MAX];
	int32_t source; /* the likeliest source, an index into args; -1 none, or not known yet */
	double p_source;
	int64_t stood_for; /* whom the trees chose, where another of his country is named; -1 */
};

/* Scores all candidates by themselves. *f is working memory. */
void who_rank(struct who *w, const struct who_model *m, const struct event_ground *g,
	      const struct event_context *x, struct features *f);
/* The chance of every actor to stand on the side; returns how many there are. */
uint32_t who_weigh(const struct who *w, enum who_side side,
		   struct who_actor out[static EVENT_ARGS_MAX]);

/* Both sides of the event. */
void who_decide(const struct who_model *m, const struct event_ground *g,
		const struct event_context *x, struct features *f, struct who_chosen *source,
		struct who_chosen *target);

#endif
