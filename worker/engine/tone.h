/* Tone: whether a sentence speaks well or ill of an actor that it names, whoever's view that is,
 * or in the eyes of one holder named in it. A small network over word vectors, the tree around the
 * target and the classes of the stance grammar (docs/stances.md). Owns the layout of the model's
 * sections "tone.1" … and its arithmetic; knows nothing of stances.
 *
 * Sums of the tables are sums of integers, the rest are floats in a fixed order: every machine
 * gives the same. */
#ifndef DEMARCHE_ENGINE_TONE_H
#define DEMARCHE_ENGINE_TONE_H

#include "worker/engine/image.h"
#include "worker/engine/model.h"
#include "worker/engine/net.h"
#include "worker/engine/tone_rows.h"

enum {
	TONE_H = 64, /* values of a word, each with its gate */
	TONE_WIDE = 2 * TONE_H,
	TONE_IN = 3 * NET_WORD, /* a word and its two neighbours */
	TONE_E = 32,            /* values of the pair as a whole */
	TONE_POOL = 3 * TONE_H + TONE_E,
	TONE_HIDDEN = 32,
	TONE_NETS =
		3, /* that were learned from other beginnings; the mean of their chances counts */
};

/* Layout of the sections "tone.1" … "tone.3" (the model has as many as there are, in this order):
 * this header, then at the named offsets from the section's start (multiples of 64)
 *   words    a net_matrix, TONE_IN to TONE_WIDE
 *   tables   i8 [TONE_WORD_ROWS + n_classes][TONE_WIDE], i8 [TONE_PAIR_ROWS][TONE_WIDE],
 *            i8 [TONE_WHOLE_ROWS + 3 * n_classes][TONE_E]
 *   dense    f32 hidden[TONE_POOL][TONE_HIDDEN], bias[TONE_HIDDEN],
 *            out[TONE_HIDDEN][N_POLARITIES], bias[N_POLARITIES]
 *   classes  u64 [n_classes] hashes of the names of the grammar's classes */
struct tone_header {
	char magic[8];                                        /* "TONE001" */
	uint32_t n_classes, word_rows, pair_rows, whole_rows; /* what was trained: must agree */
	float scale[3];                                       /* of the tables */
	uint32_t reserved;
	uint64_t words, tables, dense, classes;
};

struct tone_net {
	struct net_matrix words;
	const int8_t *word_table, *pair_table, *whole_table;
	float scale[3];
	const float *hidden, *hidden_bias, *out, *out_bias;
};
struct tone_model {
	struct tone_net net[TONE_NETS];
	uint32_t n;                          /* 0: not trained */
	uint32_t n_classes;                  /* that they learned */
	int16_t class_row[TONE_CLASSES_MAX]; /* of the grammar's classes; -1: not learned */
};

/* Hash of a class's name, as the section has it. */
uint64_t tone_class_hash(struct str name);

/* Borrows image and grammar. An image without the section gives an untrained model; a damaged one
 * fails with ERR_CORRUPT. */
int tone_open(struct tone_model *m, const struct image *model, const struct grammar *g,
	      struct err *e);

/* A sentence made ready: what the words are for themselves. */
struct tone_sentence {
	const struct tone_model *m;
	const struct stance_ground *s;
	uint32_t sentence;
	float *u[TONE_NETS]; /* [n_tok][TONE_WIDE], in the document's arena */
};
/* Word vectors of a run of tokens as the model takes them: [n][NET_WORD], proper nouns left out. */
void tone_inputs(const struct doc *d, uint32_t tok, uint32_t n, uint8_t *out);

void tone_begin(struct tone_sentence *t, const struct tone_model *m, const struct stance_ground *s,
		uint32_t sentence);

/* The chances of each polarity; the target lies in that sentence. */
void tone_ask(const struct tone_sentence *t, const struct tone_question *q, double *p);

#endif
