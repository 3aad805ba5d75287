/* PolNeAR's coded attributions (brat files) with their texts, for training and measuring. */
#ifndef DEMARCHE_TRAINING_POLNEAR_H
#define DEMARCHE_TRAINING_POLNEAR_H

#include "proto/err.h"
#include "proto/mem.h"
#include "proto/result.h"

/* Document i of n is of fold i * POLNEAR_FOLDS / n: what is held out in cross-validation. */
enum { PIECES = 6, POLNEAR_FOLDS = 5 };

/* A label may lie in several pieces; characters of the text. */
struct pieces {
	struct span span[PIECES];
	uint32_t n;
};

struct relation {
	struct pieces source, cue, content;
	bool direct; /* the content opens with a quotation mark */
};

struct news {
	struct buf text;
	struct relation *relations; /* [n] */
	uint32_t n, cap;
};

/* Reads one annotation file and its text; the news' memory is used again. */
int news_read(struct news *x, struct str ann, const char *folder, struct err *e);
void news_free(struct news *x);

/* Characters that the pieces have in common with a span; characters of the pieces. */
uint32_t pieces_shared(const struct pieces *p, struct span s);
uint32_t pieces_length(const struct pieces *p);

/* The byte where a character of the text starts. */
size_t news_byte(struct str text, uint32_t offset);

#endif
