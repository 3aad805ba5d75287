/* What the trees that decide who did what to whom (event_who.h) look at: the linear rankers' scores
 * of the candidates of event_args.c, how these compare, and where each candidate stands. Knows no
 * weights. Changing a value means training again (scripts/train-events). */
#ifndef DEMARCHE_ENGINE_EVENT_WHO_VALUES_H
#define DEMARCHE_ENGINE_EVENT_WHO_VALUES_H

#include "worker/engine/event_args.h"
#include "worker/engine/trees.h"

/* What the trees look at: of a candidate alone, then beside the others, then what he does elsewhere
 * in the document. */
enum {
	WHO_ALONE = 38,
	WHO_BESIDE = 18,
	WHO_DEEDS = 4,
	WHO_VALUES = WHO_ALONE + WHO_BESIDE + WHO_DEEDS
};
enum who_side { WHO_SOURCE, WHO_TARGET, N_WHO_SIDES };

/* A candidate of event_args while the sides are decided. */
struct who_arg {
	uint32_t entity;
	uint32_t code; /* the first entity of the same code, 0 none */
	enum arg_place place;
	bool conjunct;
	double logit[N_WHO_SIDES]; /* of the linear rankers */
	uint8_t values[N_WHO_SIDES][WHO_ALONE];
	uint8_t deeds[WHO_DEEDS];
};

/* Below this logit the trees are not asked: most candidates are there, and hardly one is right. */
#define WHO_LEAST (-5.0)

/* An actor on a side: the candidate that speaks best for it. */
struct who_actor {
	uint32_t arg;
	double p;
	uint8_t values[WHO_VALUES];
};

/* Fills list[x->n_args] but for the logits. */
void who_args(const struct event_ground *g, const struct event_context *x, struct who_arg *list);

/* One row for each actor among the n candidates that may stand on the side; the sources are
 * known by then where targets are asked for (`source`: an index into list, -1 none). Returns how
 * many. */
uint32_t who_actors(const struct who_arg *list, uint32_t n, enum who_side side, int32_t source,
		    double p_source, struct who_actor out[static EVENT_ARGS_MAX]);

#endif
