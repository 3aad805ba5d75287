/* Target phrases: what in a sentence a stance can be about. Owns where such a phrase begins and
 * ends (the shortest one that names it, without its article), what it refers to when it is a
 * pronoun, and which actors it concerns. Knows nothing of holders and signs. */
#ifndef DEMARCHE_ENGINE_TARGET_H
#define DEMARCHE_ENGINE_TARGET_H

#include "worker/engine/doc.h"

enum target_kind { TARGET_NOUN, TARGET_CLAUSE, TARGET_PRONOUN };

struct target {
	int32_t head;        /* token */
	uint32_t tok, n_tok; /* the phrase in the text */
	enum target_kind kind;
	int32_t entity;   /* the actor that the phrase names, or -1 */
	uint32_t n_words; /* content words in it */
};

/* Appends the phrases of a sentence to *list (in the arena), left to right. */
void target_find(struct doc *d, uint32_t sentence, struct target **list, uint32_t *n,
		 uint32_t *cap);

/* The phrase as a record shows it: as written, for a pronoun the name that it stands for. */
struct str target_text(struct doc *d, const struct target *t);

/* Actors named inside the phrase and the target's own, each once, at most `max`. */
uint32_t target_about(const struct doc *d, const struct target *t, uint32_t *ids, uint32_t max);

/* The word whose place in the sentence a phrase shares: of "tariffs and quotas" the first. */
int32_t target_top(const struct doc *d, int32_t head);

/* The actor that a token stands for: its mention's entity, seen through pronouns; -1 none.
 * Places and nationality modifiers count where `loose`. */
int32_t target_entity_at(const struct doc *d, int32_t tok, bool loose);

#endif
