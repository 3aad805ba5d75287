/* Actors: finds the phrases of a document that name states, governments, organizations, office-
 * holders, groups and agents, and gives each its code and role by the codebook. Owns the reading
 * of the image's actor sections. It writes doc->mentions and nothing else: which mentions are the
 * same actor is for coreference to say, and so are pronouns ("he", "the two sides").
 *
 * What a mention gets:
 *   a name in the codebook       entry's code; role of the office held at the document's date
 *   nationality + agent noun     "Chinese officials", "troops of Russia": code of the one, role
 *                                of the other
 *   title + unknown name         "Polish Foreign Minister Jan Kowal": both from the title's phrase
 *   agent noun alone             role only, generic; code guessed from the document (`guessed`)
 *   nationality before any noun  "Russian invasion": the country, `modifier` */
#ifndef DEMARCHE_ENGINE_ACTOR_H
#define DEMARCHE_ENGINE_ACTOR_H

#include "worker/engine/doc.h"
#include "worker/engine/image.h"

struct actor_book; /* the actor sections of a codebook image, checked */

/* Borrows the image. Fails where a section is missing or damaged. */
struct actor_book *actor_book_new(const struct image *codebook, struct err *e);
void actor_book_free(struct actor_book *b);

/* The stage: appends to d->mentions, in the order of the text, and sets token.mention. Works on
 * tokens alone; uses tags, trees and names where they are there. */
void actor_run(const struct actor_book *b, struct doc *d);

/* One entry of the codebook. Strings are borrowed from the image. */
struct actor_entry {
	struct str name, code, role;
	enum entity_kind kind;
	struct str file; /* "actors/countries.txt", */
	uint32_t line;   /* and the line in it */
};
bool actor_entry(const struct actor_book *b, int32_t entry, struct actor_entry *out);

/* People who are seldom of the country that a document speaks of: "migrants", "suspects". */
bool actor_is_stranger(struct str lemma);

/* Who stands beside somebody and is somebody else's: "its allies", "his counterpart". */
bool actor_is_beside(struct str lemma);

/* Entries that go by this name, best first; at most `max`. Case and accents do not matter. */
uint32_t actor_find(const struct actor_book *b, struct str name, struct date when, int32_t *entries,
		    uint32_t max);

/* The role that an entry has at a date, and the office that gives it ("" where none). Year 0
 * asks for the latest. former: the office was held before that date and no longer. */
struct actor_role {
	struct str role, office;
	struct str code; /* where the office is another's ("EU"), else "" */
	struct date from, to;
	bool former;
};
struct actor_role actor_role_at(const struct actor_book *b, int32_t entry, struct date when);

#endif
