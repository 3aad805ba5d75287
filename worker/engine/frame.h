/* The events part of the codebook: CAMEO codes, frames (which words tell of which event, and where
 * its actors stand), classes of words and contexts. Owns the checking and reading of those
 * sections and the matching of frames over a tree. Knows nothing of actors, of documents' events,
 * or of learned models. */
#ifndef DEMARCHE_ENGINE_FRAME_H
#define DEMARCHE_ENGINE_FRAME_H

#include "proto/err.h"
#include "worker/engine/doc.h"
#include "worker/engine/frame_image.h"
#include "worker/engine/image.h"

struct frame_book; /* the sections, checked; borrows the image */

struct frame_book *frame_book_new(const struct image *codebook, struct err *e);
void frame_book_free(struct frame_book *b);

/* Strings are borrowed from the image. */
struct str frame_name(const struct frame_book *b, uint32_t frame);
const struct frame_rec *frame_at(const struct frame_book *b, uint32_t frame);
struct str frame_mode(const struct frame_book *b, uint32_t frame);

/* A CAMEO code's row; NULL where there is none. */
const struct frame_code *frame_code_find(const struct frame_book *b, struct str code);
const struct frame_code *frame_code_at(const struct frame_book *b, uint32_t index);
struct str frame_string(const struct frame_book *b, struct frame_text t);

/* A user's own frame that is not weak: where it matches there is its event, with its code. */
bool frame_decides(const struct frame_book *b, uint32_t frame);
uint32_t frame_n_contexts(const struct frame_book *b);
struct str frame_context_name(const struct frame_book *b, uint32_t context);
uint32_t frame_n_classes(const struct frame_book *b);
struct str frame_class_name(const struct frame_book *b, uint32_t class_index);

/* What the codebook knows of one token by its lemma, its form, and with the token after it. */
struct frame_word {
	int32_t slot, slot2; /* of lemma and of form; -1 none */
	uint64_t classes, contexts;
};
void frame_word(const struct frame_book *b, const struct doc *d, uint32_t tok,
		struct frame_word *w);

/* A frame whose entry matches at a token. */
struct frame_match {
	uint32_t frame, entry;
	uint8_t n_words; /* words beside the trigger: longer matches are surer */
	int32_t last;    /* the last token that matched, -1 none beside the trigger */
	int32_t first;   /* the first one */
};
enum { FRAME_MATCHES_MAX = 12 };
/* All frames that match at the token, longest first, then in the codebook's order. */
uint32_t frame_match(const struct frame_book *b, const struct doc *d, uint32_t tok,
		     const struct frame_word *w, struct frame_match m[static FRAME_MATCHES_MAX]);
/* The same for matters, which frame_match leaves out. */
uint32_t frame_matters(const struct frame_book *b, const struct doc *d, uint32_t tok,
		       const struct frame_word *w, struct frame_match m[static FRAME_MATCHES_MAX]);

#endif
