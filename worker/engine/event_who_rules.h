/* What a codebook would state of who may do an event and to whom it may be done, whatever the
 * weights say. Knows no weights and chooses nobody: event_who.c asks. */
#ifndef DEMARCHE_ENGINE_EVENT_WHO_RULES_H
#define DEMARCHE_ENGINE_EVENT_WHO_RULES_H

#include "worker/engine/event_who.h"

/* The actor's place in the sentence itself, also where the trees know him best as its speaker or
 * from elsewhere; indexes into the candidates. */
int32_t who_in_sentence(const struct who *w, enum who_side side, int32_t arg);

/* Whom the words rule out. The source must be known where targets are asked for. */
bool who_is_no_source(const struct who *w, uint32_t arg);
bool who_is_no_target(const struct who *w, uint32_t arg);
/* "An attack in Somalia": it happened there, and that is all. */
bool who_is_scene(const struct who *w, uint32_t arg);
/* "Chile condemned Peru, as did Bolivia": Bolivia. */
bool who_does_likewise(const struct who *w, uint32_t arg);

/* "France has lied, Chad said": Chad accuses, where the weights chose France; an index into the
 * candidates, or -1. */
int32_t who_accuses_by_saying(const struct who *w);

/* "Two Danes died in an attack": whom the attack was done to; likewise. */
int32_t who_casualty(const struct who *w);

/* How likely the doer's own state is to be a target; 0 where it may be one. Who is as little likely
 * and of the same country adds nothing beside another target. */
double who_own_state(const struct who *w, enum who_side side, const struct who_actor *list,
		     uint32_t n);
bool who_adds_nothing(const struct who *w, const struct who_actor *a, double own);

/* The entity that made the charge which the event denies, or -1. */
int64_t who_accuser_of(const struct who *w);

#endif
