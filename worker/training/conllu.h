/* Reads CoNLL-U files into the engine's own structures, for trainers and measures. */
#ifndef DEMARCHE_TRAINING_CONLLU_H
#define DEMARCHE_TRAINING_CONLLU_H

#include "worker/engine/doc.h"

/* A treebank as one document with gold tokens: upos, xpos, lemma, head, rel, glued, space_after.
 * Empty nodes are left out. */
struct treebank {
	struct arena arena;
	struct doc doc;
	struct str *feats;   /* [n_tokens] */
	bool *paragraph;     /* [n_sentences] a paragraph or document starts here */
	struct str text;     /* the raw text: sentences joined by blanks, paragraphs by lines */
	uint32_t *text_ends; /* [n_text_ends] where sentences end in it */
	uint32_t n_text_ends, cap_text_ends;
	uint32_t cap_feats, cap_paragraphs;
};

/* Appends the sentences of a file; may be called several times. */
int treebank_read(struct treebank *tb, const char *path, struct err *e);
void treebank_free(struct treebank *tb);

/* Reads a whole file (at most 1 GiB) into a buffer. */
int file_read(struct buf *b, const char *path, struct err *e);
int file_write(const char *path, struct str bytes, struct err *e);

#endif
