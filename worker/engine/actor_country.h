/* Whose country a phrase is that names none ("the army", "protesters", an opposition leader): a
 * trained ranker (section "actor.country") weighs the countries that the document names, and none
 * of them. Without weights it is the one that the document speaks of most. Knows no dictionary. */
#ifndef DEMARCHE_ENGINE_ACTOR_COUNTRY_H
#define DEMARCHE_ENGINE_ACTOR_COUNTRY_H

#include "worker/engine/doc.h"
#include "worker/engine/linear.h"

#define COUNTRY_SECTION "actor.country"

enum { COUNTRIES_MAX = 24 };

/* Where a country is named: a mention that says so itself. */
struct country_place {
	uint32_t tok, mention, country; /* index into codes */
};

struct countries {
	struct str codes[COUNTRIES_MAX];    /* most often named first */
	uint32_t counts[COUNTRIES_MAX];     /* at the start counts double */
	uint32_t n, all;                    /* the sum of counts */
	const struct country_place *places; /* [n_places] in the order of the text; in d's arena */
	uint32_t n_places;
};

bool country_is_code(struct str code); /* not an organization's */

/* Whether it is a question: an agent or a person whose phrase does not say the country, and who may
 * be of one ("migrants" and "attackers" are not, "no country" is none). */
bool country_is_asked(const struct doc *d, const struct mention *x);

/* The countries that the document names. */
void countries_read(struct countries *c, const struct doc *d);

/* What a phrase itself tells, with which every fact about a country is joined. */
struct country_phrase {
	uint32_t mention;
	uint64_t role, noun, determiner;
};
struct country_phrase country_phrase_of(const struct doc *d, uint32_t mention);

/* Empties *f and fills it with what speaks for the country (c->n: for none) at the phrase. */
void country_features(const struct doc *d, const struct countries *c,
		      const struct country_phrase *p, uint32_t country, struct features *f);

/* The likeliest country of a mention; c->n where none is likelier. *f is working memory. */
uint32_t country_choose(const struct linear *m, const struct doc *d, const struct countries *c,
			uint32_t mention, struct features *f);

#endif
