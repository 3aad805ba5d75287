/* Which of the likely events of a sentence are given: one after the other, by boosted trees over
 * small numbers that tell how sure the first models are, what else the sentence holds and what is
 * chosen already. Section "event.choice". Knows no actors and fills no records. */
#ifndef DEMARCHE_ENGINE_EVENT_CHOICE_H
#define DEMARCHE_ENGINE_EVENT_CHOICE_H

#include "proto/result.h"
#include "worker/engine/event_ground.h"
#include "worker/engine/trees.h"

enum { EVENT_CHOICE_ALONE = 39, EVENT_CHOICE_FEATURES = 45, EVENT_OPTIONS_MAX = 48 };

/* Which of the values tells the kind of the sentence, a small number. */
enum { EVENT_CHOICE_KIND = 31 };

/* What the first models say of all candidates. */
struct event_scores {
	const float (*p)[N_EVENT_TYPES];   /* [n_candidates] chances of the types; [0]: of none */
	const float (*net)[N_EVENT_TYPES]; /* the network's alone, or NULL */
	const struct stance_hint *hints;   /* what it says for stances, or NULL */
};

/* A candidate with a type that it may have. */
struct event_option {
	uint32_t candidate, type;
	double p;      /* by the first models */
	double chance; /* by the trees; p without them */
	bool out;      /* chosen, or its candidate is */
	uint8_t values[EVENT_CHOICE_FEATURES];
};

/* For training: sees the options of every step and which one is taken (the surest one). */
struct event_watcher {
	void (*step)(struct event_watcher *w, const struct event_ground *g,
		     const struct event_option *list, uint32_t n, const struct event_option *best);
};

/* "held talks", "imposed sanctions", "tried to hack": two words of one event. */
bool event_one_action(const struct doc *d, int32_t x, int32_t y);

struct event_chosen {
	uint32_t candidate, type;
	double chance;
};

/* Chooses in all sentences; *out in the document's arena, in the order of the text. Options below
 * `limit` are not chosen. `t` without trees: the surest first, by p. `w` may be NULL. */
uint32_t event_choose(const struct event_ground *g, const struct event_scores *s,
		      const struct trees *t, double limit, struct event_watcher *w,
		      struct event_chosen **out);

#endif
