/* From tokens to units: the longest stretches of a sentence that the codebook knows, and the
 * runs of capitalised words that it does not. Private to actor.c, which composes mentions. */
#ifndef DEMARCHE_ENGINE_ACTOR_MATCH_H
#define DEMARCHE_ENGINE_ACTOR_MATCH_H

#include "worker/engine/actor_book.h"
#include "worker/engine/fold.h"

enum unit_type {
	UNIT_NAME,      /* a country, organization, medium, group under its name or metonym */
	UNIT_ADJECTIVE, /* "Chinese", "US" before a noun */
	UNIT_PEOPLE,    /* "Americans", "the Chinese" */
	UNIT_CAPITAL,   /* actor or place */
	UNIT_PERSON,    /* a person of the codebook */
	UNIT_TITLE,     /* words: president, spokesman */
	UNIT_AGENT,     /* officials, troops */
	UNIT_BODY,      /* government, ministry */
	UNIT_UNKNOWN,   /* a run of capitalised words that nothing explains */
	UNIT_PLACE,
	UNIT_NOTHING, /* a phrase in which no actor must be seen */
	UNIT_PREFIX   /* Sino- */
};

enum { CODES_SLOTS = 512 };

struct unit {
	uint32_t tok, n_tok;
	enum unit_type type;
	int32_t entry; /* -1 for UNIT_UNKNOWN */
	bool plural, neutral;
	bool is_people_too, is_adjective_too; /* "Chinese" is both, "US" country and adjective */
	bool given;                           /* UNIT_UNKNOWN: starts with a known given name */
};

/* A document while its names are looked up. */
struct matcher {
	const struct actor_book *book;
	struct doc *d;
	int32_t day; /* yyyymmdd of the document, 0 unknown */
	struct piece {
		uint64_t hash;
		uint32_t tok;
		bool first, last; /* of its token */
		bool upper, all_upper;
		uint8_t n;
	} * pieces;
	uint32_t n_pieces;
	uint32_t *piece_of; /* [n_tokens + 1] first piece of each token */
	uint64_t *words;    /* open addressing: hashes of all pieces of the document */
	uint32_t n_words;   /* slots */
	struct unit *units;
	uint32_t n_units, cap_units;
	int32_t *unit_of;  /* [n_tokens] unit that has the token, or -1 */
	bool shouting;     /* the sentence being read has no small letters */
	uint32_t dateline; /* where the dateline of that sentence ends; its first token without one
			    */
	uint32_t *codes;   /* open addressing: codes of what is named so far, no persons */
	uint32_t n_codes;
};

void matcher_start(struct matcher *m, const struct actor_book *b, struct doc *d);
void matcher_sentence(struct matcher *m, uint32_t sentence); /* appends units, sets unit_of */

/* A dash between words, and no hyphen inside one: "Quito - Police". */
bool matcher_is_dash(const struct matcher *m, uint32_t tok);

/* "USS Theodore Roosevelt": whose navy a ship belongs to by its first word; empty for other words.
 */
struct str matcher_navy(struct str word);

/* A person by surname, for a title that stands before it: best entry at the date, or -1. */
int32_t matcher_titled(const struct matcher *m, uint32_t tok, uint32_t n_tok, struct str code);

#endif
