/* The actor compiler's working state, shared by its three files: actors.c (reading blocks),
 * actors_names.c (the names of an entry) and actors_write.c (image sections). */
#ifndef DEMARCHE_CODEBOOK_ACTORS_H
#define DEMARCHE_CODEBOOK_ACTORS_H

#include "worker/codebook/codebook.h"
#include "worker/codebook/pool.h"
#include "worker/engine/actor_image.h"

struct actors {
	struct pool pool;
	struct ai_entry *entries;
	struct ai_office *offices;
	struct actors_name {
		struct ai_name n;
		uint32_t order; /* of appearance */
		uint8_t layer;
	} * names;
	uint64_t *lists;
	uint32_t n_entries, n_offices, n_names, n_lists;
	uint32_t cap_entries, cap_offices, cap_names, cap_lists;
	uint32_t layer;
	struct source *source;
	struct str others; /* of the block being read: entries like it ("names:") */
	uint32_t others_line;
};

struct ai_str actors_text(struct actors *a, struct str s);

/* Adds a name of the entry being read (the last one). Notes a problem where it has no letters
 * or too many words. */
void actors_add_name(struct actors *a, struct str text, enum ai_name_type type, bool plural);
/* A word of a title, agent or body, with its plural; "man/men" gives an irregular one. */
void actors_add_word(struct actors *a, struct str text);
/* A demonym and its plural. */
void actors_add_people(struct actors *a, struct str text);
/* The names by which texts call a person whose full name this is. */
void actors_add_person_names(struct actors *a, struct str full, struct str code);

/* Sorts, builds the tables and adds all sections. */
void actors_write(struct actors *a, struct image_writer *w);

#endif
