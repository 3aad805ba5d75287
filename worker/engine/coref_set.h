/* The entities while coreference makes them: what is known of each besides what the document
 * keeps, tables by name, and the mentions met so far. Shared by the coref_*.c files only. */
#ifndef DEMARCHE_ENGINE_COREF_SET_H
#define DEMARCHE_ENGINE_COREF_SET_H

#include "worker/engine/doc.h"

enum coref_gender { GENDER_UNKNOWN, GENDER_MALE, GENDER_FEMALE };
enum coref_number { NUMBER_UNKNOWN, NUMBER_ONE, NUMBER_MANY };
enum { TITLES_MAX = 10 };

/* Of one entity, parallel to doc->entities. */
struct coref_facts {
	uint64_t titles[TITLES_MAX]; /* hashes of words that describe it: "president" */
	uint32_t n_titles;
	int32_t last_entry; /* whose office is learnt, plus one */
	int32_t last;       /* its latest mention met, -1 none */
	uint8_t gender;     /* enum coref_gender */
	uint8_t number;     /* enum coref_number */
	uint8_t rank;       /* how good the mention was that gave code and name */
	bool person, country, named;
};

struct coref {
	struct doc *doc;
	uint32_t *order; /* [n_order] mentions in the order of the text, outer before inner */
	uint32_t n_order;
	struct coref_facts *facts;
	uint32_t cap_facts;
	uint64_t *keys; /* open addressing; values are entities */
	int32_t *values;
	uint32_t n_slots, n_keys;
	uint32_t *recent; /* mentions with an entity, as they are met */
	uint32_t n_recent;
	const bool *dated; /* [n_tokens] whether a token belongs to a date with its day */
	uint32_t n_known;  /* entities when coreference was done */
};

/* A key of the tables: a letter for the kind of name and the name in lower case. */
uint64_t coref_key(char kind, struct str a, struct str b);
int32_t coref_get(const struct coref *c, uint64_t key);        /* -1 where there is none */
void coref_put(struct coref *c, uint64_t key, int32_t entity); /* replaces */

int32_t coref_new_entity(struct coref *c);
/* Makes the mention one of the entity's, with what it says of name, code and role. */
void coref_add(struct coref *c, int32_t entity, uint32_t mention);
/* Only remembers that the mention was met, for those that look back. */
void coref_meet(struct coref *c, uint32_t mention);

/* coref_name.c: the sieves for names; all names of the document, in order. */
void coref_names(struct coref *c);
bool coref_is_person(const struct doc *doc, const struct mention *m);
/* coref_nominal.c: one description; coref_pronoun.c: one pronoun. They leave entity -1 where
 * they find nothing (a pronoun) or make an entity of its own (a description). */
void coref_nominal(struct coref *c, uint32_t mention);
/* Where a description begins with what stands before its noun ("many *human rights* groups"), but
 * for articles. */
uint32_t coref_phrase_start(const struct doc *doc, const struct mention *m);
void coref_pronoun(struct coref *c, uint32_t mention);
/* coref_voice.c: who speaks whole sentences (a speech, an interview); sets sentence.voice. */
void coref_voices(struct coref *c);
/* "We" and "I": after all others. */
void coref_first_person(struct coref *c, uint32_t mention);

/* Whether a common noun is one for a person ("mother", "economist"). */
bool coref_names_person(struct str lemma);
/* The described one's gender by words ("Mrs.", "spokeswoman") and given names. */
enum coref_gender coref_gender_of(const struct doc *doc, const struct mention *m);

#endif
