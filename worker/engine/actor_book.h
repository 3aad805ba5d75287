/* The actor sections of an image, as the matcher sees them; private to the actor_*.c files. Other
 * stages ask through actor.h. */
#ifndef DEMARCHE_ENGINE_ACTOR_BOOK_H
#define DEMARCHE_ENGINE_ACTOR_BOOK_H

#include "worker/engine/actor.h"
#include "worker/engine/actor_image.h"

struct actor_book {
	const struct actor_image_head *head;
	const char *text;
	const struct ai_entry *entries;
	const struct ai_office *offices;
	const struct ai_name *names;
	const uint32_t *slots;
	const struct ai_first *firsts;
	const uint64_t *lists;
};

static inline struct str book_text(const struct actor_book *b, struct ai_str s)
{
	return (struct str){b->text + s.at, s.n};
}

/* First of the names with this key, best first; they go on until one has `last`. */
const struct ai_name *book_names(const struct actor_book *b, uint64_t key);

/* What can start with a piece of this hash, or NULL. */
const struct ai_first *book_first(const struct actor_book *b, uint64_t piece);

int32_t book_day(struct date d); /* yyyymmdd */

/* Whether the entry holds an office at the day, widened by years on both sides. */
bool book_in_office(const struct actor_book *b, const struct ai_entry *e, int32_t day,
		    int before_years, int after_years);

#endif
