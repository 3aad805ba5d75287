/* Lemmas by rules on the end of the word: the longest known ending decides what is cut off and
 * what is put on; whole words are endings too, so exceptions need no table of their own. */
#ifndef DEMARCHE_ENGINE_LEMMA_H
#define DEMARCHE_ENGINE_LEMMA_H

#include "worker/engine/doc.h"
#include "worker/engine/image.h"

enum { LEMMA_ENDING_MAX = 16, LEMMA_ADD_MAX = 11 };

/* One rule: lower the case or not, cut characters, add a string. */
struct lemma_rule {
	uint8_t lower, cut; /* bytes */
	uint8_t n_add;
	char add[LEMMA_ADD_MAX + 2];
};

/* Section "lemmas": header, rules, then an open table of endings. */
struct lemma_header {
	char magic[8];             /* "LEMMAS1" */
	uint32_t n_rules, n_slots; /* n_slots a power of two */
};
struct lemma_slot {
	uint32_t key; /* upper half of the ending's hash, 0: free */
	uint32_t rule;
};

/* Hash of the last n bytes of a word under a tag; `whole` marks the word's start. */
uint64_t lemma_key(struct str word, size_t n, unsigned xpos, bool whole);
struct str lemma_apply(struct arena *a, const struct lemma_rule *r, const struct token *t);

/* Fills token.lemma of the whole document from form and xpos; fails with ERR_CORRUPT where the
 * model has no lemmas (then they are the lower forms). */
int lemma_run(struct doc *d, struct err *e);

#endif
