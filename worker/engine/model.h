/* The shape of the neural model and its section "net": what trainer and engine must agree on.
 * One shared encoder (words and spelling, a window of three, bidirectional simple recurrent
 * layers) carries the heads for tags, names and trees; docs/models.md explains it.
 *
 * To change a width: change it here, train again, commit the new weights in the same commit. */
#ifndef DEMARCHE_ENGINE_MODEL_H
#define DEMARCHE_ENGINE_MODEL_H

#include "worker/engine/doc.h"
#include "worker/engine/tag.h"

enum {
	NET_WORD = 128, /* word vector */
	NET_BAG = 64,   /* sum of spelling features */
	NET_IN = NET_WORD + NET_BAG,
	NET_D = 256, /* width of the encoder: half reads forwards, half backwards */
	NET_LAYERS = 3,
	NET_A = 128,         /* width of the arc and relation vectors */
	NET_MLP = 4 * NET_A, /* arc dependent, arc head, relation dependent, relation head */

	/* columns of the tag head */
	NET_UPOS_AT = 0,
	NET_XPOS_AT = 32,
	NET_FEATS_AT = 96,
	NET_FEATS_MAX = 224,
	NET_TAGS = NET_FEATS_AT + NET_FEATS_MAX,

	/* names: outside, then begin, inside, last, unit of each kind */
	NET_NER_KINDS = N_NER - 1,
	NET_NER_LABELS = 1 + 4 * NET_NER_KINDS,
	NET_NER = 32,
	NET_REL = 64, /* N_REL are used */
};
_Static_assert((int)N_UPOS <= 32 && (int)N_XPOS <= 64 && (int)N_REL <= (int)NET_REL &&
		       NET_NER_LABELS <= NET_NER,
	       "heads have room for their labels");

enum { NAME_BEGIN, NAME_INSIDE, NAME_LAST, NAME_UNIT };
static inline uint32_t net_ner_label(uint32_t kind, uint32_t part)
{
	return 1 + 4 * (kind - 1) + part;
}

/* Quantities are integers from -63 to 63 (stored + 64, so that a product of two fits 16 bits on
 * every path), weights from -127 to 127, with one scale a column. */
enum { NET_ONE = 63, NET_ZERO = 64, NET_COLUMNS = 64 };

/* The products of the network, in the order of their matrices in the section, where columns are
 * rounded up to a multiple of NET_COLUMNS. */
/* clang-format off */
#define NET_MATRICES(X)                                                                            \
	X(CONV, 3 * NET_IN, NET_D) X(LAYER_0, NET_D, 3 * NET_D) X(LAYER_1, NET_D, 3 * NET_D)       \
	X(LAYER_2, NET_D, 3 * NET_D) X(TAGS, NET_D, NET_TAGS) X(NER, NET_D, NET_NER)               \
	X(MLP, NET_D, NET_MLP) X(ARC, NET_A, NET_A) X(REL, NET_A, NET_REL)
/* clang-format on */
enum net_matrix_id {
#define X(name, k, n) NET_MATRIX_##name,
	NET_MATRICES(X)
#undef X
		N_NET_MATRICES
};

/* Section "net", little endian. Offsets count from the section's start, multiples of 64.
 *   slots    {u32 upper half of key, u32 row} x n_slots, row 0: free
 *   words    i8 [n_words][NET_WORD]      bag    i8 [1 << WORDS_LOG2_BAG][NET_BAG]
 *   matrix   i8 [n / 64][k / 4][64][4], then i32 correction[n], f32 scale[n], f32 bias[n]
 *   state    f32 [NET_LAYERS][2][2 * NET_D]: weights on the last state, biases
 *   root     i8 [NET_A] as arc head; f32 [NET_A] as relation head follows
 *   feats    n_feats lines of text */
struct net_header {
	char magic[8]; /* "NNET1" */
	uint32_t n_words, n_slots, n_feats, feats_bytes;
	float bag_scale; /* sum of bag rows -> input units */
	uint32_t reserved;
	uint64_t slots, words, bag, matrix[N_NET_MATRICES], state, root, feats;
};
struct net_slot {
	uint32_t key, row;
};

#endif
