/* What was read from events/: tables that grow while the files are read and are then written as
 * the sections of worker/engine/frame_image.h. Knows nothing of files. */
#ifndef DEMARCHE_CODEBOOK_EVENTS_H
#define DEMARCHE_CODEBOOK_EVENTS_H

#include "worker/codebook/pool.h"
#include "worker/codebook/source.h"
#include "worker/engine/frame_image.h"
#include "worker/engine/image.h"

/* A word of interest while the tables grow. */
struct events_word {
	struct str text; /* in the pool: look it up by `at` */
	uint32_t at;
	uint64_t classes, contexts;
};

/* An entry with the first word that triggers it. */
struct events_entry {
	struct frame_entry e;
	uint32_t word; /* index into words */
	uint32_t order;
};

struct events_name {
	uint32_t at, n;
};

struct events {
	struct pool pool;
	struct frame_code *codes;
	struct frame_rec *frames;
	struct events_entry *entries;
	struct frame_text *further;
	struct events_word *words;
	struct events_name *contexts, *classes;
	uint32_t *frame_lines;
	uint32_t n_codes, cap_codes, n_frames, cap_frames, n_entries, cap_entries;
	uint32_t n_further, cap_further, n_words, cap_words;
	uint32_t n_contexts, cap_contexts, n_classes, cap_classes, cap_lines;
	uint32_t *slots, n_slots; /* words by hash: index + 1 */
	/* where reading stands */
	enum { EVENTS_NOTHING, EVENTS_FRAME, EVENTS_CONTEXT, EVENTS_CLASS } block;
	bool code_seen, type_given, mode_given;
	bool own; /* a user's layer */
};

struct frame_text events_text(struct events *v, struct str s);
/* Index of the word, added where it is new. */
uint32_t events_word(struct events *v, struct str s);
/* One `verb:`, `noun:` ... entry of the current frame (events_entry.c). */
void events_add_entry(struct events *v, struct source *s, uint32_t line, uint8_t pos,
		      struct str entry);
void events_write(struct events *v, struct image_writer *w); /* events_write.c */
void events_free(struct events *v);

#endif
