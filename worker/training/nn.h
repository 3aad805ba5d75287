/* The network while it is trained: weights, gradients, and the values of one batch. The encoder
 * (nn_encoder.c) knows no labels; the heads (nn_heads.c) know no words. */
#ifndef DEMARCHE_TRAINING_NN_H
#define DEMARCHE_TRAINING_NN_H

#include "proto/err.h"
#include "proto/mem.h"
#include "worker/engine/image.h"
#include "worker/engine/model.h"
#include "worker/engine/words.h"

enum { NN_TOKENS_MAX = 1536, NN_SENTENCES_MAX = 512, NN_BAG_ROWS = 1 << WORDS_LOG2_BAG };

/* Dense weights, all pieces of one block. */
struct nn_weights {
	float *conv, *conv_b; /* [3 * NET_IN][NET_D], [NET_D] */
	struct {
		float *w; /* [NET_D][3 * NET_D]: candidate, forget, reset */
		float *v; /* [2 * NET_D]: forget, reset, on the last state */
		float *b; /* [2 * NET_D] */
	} layer[NET_LAYERS];
	float *tags, *tags_b; /* [NET_D][NET_TAGS] */
	float *ner, *ner_b;   /* [NET_D][NET_NER] */
	float *mlp, *mlp_b;   /* [NET_D][NET_MLP] */
	float *arc, *arc_b;   /* [NET_A][NET_A] */
	float *rel, *rel_b;   /* [NET_A][NET_REL] */
	float *root;          /* [2 * NET_A]: as arc head, as relation head */
};

/* A table whose rows are changed only where a batch touches them. */
struct nn_table {
	uint32_t n, dim;
	float *w, *g, *m, *v;
	uint32_t *touched, n_touched;
	bool *is_touched;
};

struct nn {
	size_t n_dense;
	float *w, *g, *m, *v; /* dense blocks */
	struct nn_weights at, grad;
	struct nn_table words; /* row 0: unknown; row i: key[i] */
	struct nn_table bag;
	bool words_fixed; /* they are another network's and stay as they are */
	uint64_t *keys;   /* [words.n], keys[0] = 0 */
	uint32_t *slots, mask;
	uint32_t step;
	uint64_t seed;
	uint32_t n_feats;
	struct str feats[NET_FEATS_MAX];
	struct arena arena;
};

struct nn *nn_new(const char *vectors_path, uint64_t seed, struct err *e);
/* Over the word vectors of a trained network (rows as there, 0: unknown), which stay as they are,
 * and an empty bag of so many rows; without keys, so that it cannot be saved. */
struct nn *nn_new_over(const struct image *model, uint32_t bag_rows, uint64_t seed);
int nn_save(const struct nn *n, const char *path, struct err *e);
struct nn *nn_load(const char *path, struct err *e);
void nn_adam(struct nn *n, float rate); /* uses and clears the gradients */

float *nn_table_touch(struct nn_table *t, uint32_t row); /* gradient of a row */

/* The mean of the weights over many steps is better than the last ones: add now and then, use
 * once at the end. */
struct nn_mean {
	double n;
	float *dense, *words, *bag;
};
void nn_mean_add(struct nn_mean *m, const struct nn *n);
void nn_mean_use(struct nn_mean *m, struct nn *n);

/* Sentences with labels; what is not labelled is NN_NONE. */
enum { NN_NONE = 0xFFFF };
struct nn_token {
	uint32_t word, bag_at;
	uint16_t n_bag;
	uint16_t upos, xpos, feats, ner, rel;
	uint16_t head;                 /* 0 root, else 1 + place in the sentence */
	uint16_t event;                /* type, 0 none */
	uint16_t target, sign, holder; /* of stances */
	bool asked;                    /* may be one of these */
};
struct nn_data {
	struct nn_token *t;
	uint32_t n, cap;
	uint32_t *bag, n_bag, cap_bag;
	uint32_t *start, n_sentences, cap_sentences; /* sentence i: [start[i], start[i + 1]) */
};
void nn_data_token(struct nn_data *d, const struct nn *n, const struct token *t);
/* The same with rows of both tables at hand. */
void nn_data_add(struct nn_data *d, uint32_t word, const uint32_t *bag, uint32_t n_bag);
void nn_data_end(struct nn_data *d);

/* Values of a batch of whole sentences, tokens one after the other. */
struct nn_batch {
	const struct nn_data *data;
	uint32_t n, n_sentences;
	uint32_t token[NN_TOKENS_MAX]; /* index into data->t */
	uint32_t word[NN_TOKENS_MAX];  /* row used, after word dropout */
	uint32_t start[NN_SENTENCES_MAX + 1];
	bool train;
	float ner_weight;
	float word_drop, input_keep, layer_keep;              /* when training */
	float *x, *x_mask, *xc;                               /* [n][NET_IN], same, [n][3 NET_IN] */
	float *h[NET_LAYERS + 1];                             /* [n][NET_D] */
	float *xd[NET_LAYERS + 1];                            /* after dropout */
	float *mask[NET_LAYERS + 1];                          /* [n_sentences][NET_D] */
	float *u[NET_LAYERS], *c[NET_LAYERS], *g[NET_LAYERS]; /* [n][3 NET_D], [n][NET_D] */
	float *dh, *du, *dx; /* gradients: [n][NET_D], [n][3 NET_D] */
	float *dxc;
	float *tags, *ner, *mlp, *mlp_mask, *arc, *hidden, *rel; /* heads */
	float *dmlp, *darc, *dhidden;
	float *scores, *flipped, *dscores;
};
struct nn_batch *nn_batch_new(void);
void nn_batch_fill(struct nn_batch *b, const struct nn_data *d, const uint32_t *sentences,
		   uint32_t n);

/* From words to xd[NET_LAYERS] (the encoder's output) and back from dh. */
void nn_encode(struct nn *n, struct nn_batch *b);
void nn_encode_back(struct nn *n, struct nn_batch *b);

struct nn_loss {
	double arc, rel, upos, xpos, feats, ner;
};
/* Heads on the encoder's output; with b->train losses and gradients (dh is set). */
void nn_heads(struct nn *n, struct nn_batch *b, struct nn_loss *loss);

/* Arc scores of one sentence after nn_heads without training: [n][n + 1], head 0 the root. */
void nn_arc_scores(struct nn *n, struct nn_batch *b, uint32_t sentence, float *scores);
/* Relation of a token under a head (place in the sentence + 1, or 0). */
uint32_t nn_relation(struct nn *n, struct nn_batch *b, uint32_t sentence, uint32_t dep,
		     uint32_t head);

#endif
