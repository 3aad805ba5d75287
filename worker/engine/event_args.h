/* Who may be source and target of an event: the candidates around a trigger, where each stands in
 * the tree, and the features by which the models rank them. Knows no weights. */
#ifndef DEMARCHE_ENGINE_EVENT_ARGS_H
#define DEMARCHE_ENGINE_EVENT_ARGS_H

#include "worker/engine/event_ground.h"
#include "worker/engine/linear.h"

/* Where a phrase stands, seen from the trigger. */
/* clang-format off */
#define ARG_PLACES(X)                                                                              \
	X(SUBJECT) X(SUBJECT_FAR) X(PASSIVE_SUBJECT) X(OBJECT) X(INDIRECT) X(AGENT) X(PREP)        \
	X(POSSESSOR) X(MODIFIER) X(OBJECT_PREP) X(OBJECT_INSIDE) X(CLAUSE_SUBJECT)                 \
	X(CLAUSE_OBJECT) X(CLAUSE_INSIDE) X(LIGHT_SUBJECT) X(LIGHT_OBJECT) X(LIGHT_PREP)           \
	X(HIGHER_SUBJECT) X(HIGHER_OBJECT) X(INSIDE) X(SPEAKER) X(SPEAKER_OUTER) X(VOICE)          \
	X(BEFORE) X(AFTER) X(PREVIOUS_SUBJECT) X(PREVIOUS) X(TITLE) X(SALIENT) X(ADDRESSEE)
/* clang-format on */
enum arg_place {
#define X(name) ARG_##name,
	ARG_PLACES(X)
#undef X
		N_ARG_PLACES
};

struct event_arg {
	uint32_t entity;
	int32_t mention; /* -1: known from the voice or attribution alone */
	enum arg_place place;
	int32_t prep;        /* token of the preposition, -1 */
	uint32_t frame_role; /* bits of enum frame_role that the place stands for */
	bool conjunct;       /* stands where it does by coordination with another */
	int32_t top;         /* head of the row of names that it stands in; -1 without a mention */
	bool nested;         /* inside another actor's phrase ("the ambassador of X") */
	uint64_t path;       /* hash of the way through the tree */
	uint32_t distance;   /* tokens between */
	uint32_t rank;       /* how many actors stand between it and the trigger */
};

enum { EVENT_ARGS_MAX = 64 };

/* Candidates for the trigger; at most EVENT_ARGS_MAX. */
uint32_t event_args(const struct event_ground *g, int32_t trigger,
		    struct event_arg args[static EVENT_ARGS_MAX]);

/* What the rankers know of the event besides the candidate. */
struct event_context {
	uint32_t type; /* enum event_type */
	const struct event_candidate *candidate;
	const struct event_arg *args;
	uint32_t n_args;
};

/* The first frame of the event's type that matches at its trigger, or NULL. */
const struct frame_rec *event_frame_of(const struct event_ground *g, const struct event_context *x);

/* Empties *f and fills it with features of args[i] as a source or as a target. */
void event_arg_features(const struct event_ground *g, const struct event_context *x, uint32_t i,
			bool target, struct features *f);

/* What a plain reading of the tree says, in [0, 1]; used where there are no weights, and as a
 * feature. */
double event_arg_rule(const struct event_ground *g, const struct event_context *x, uint32_t i,
		      bool target);

#endif
