/* The network at work: tags, names and trees of a whole document from one encoder. Integer
 * products are exact and floats are only used element by element without fused operations, so
 * every machine and every vector width gives the same bits. */
#ifndef DEMARCHE_ENGINE_NET_H
#define DEMARCHE_ENGINE_NET_H

#include "worker/engine/doc.h"
#include "worker/engine/image.h"

/* Reads tokens and sentences; writes upos, xpos, feats, head, rel, ner, children, roots. Fails
 * with ERR_CORRUPT where the model has no usable network. */
int net_run(struct doc *d, struct err *e);

/* Checks the section; what engine_new calls, so that net_run finds it good. */
int net_check(const struct image *model, struct err *e);

/* The vector of a word (lower case, a form rather than a lemma), learned from raw text and then
 * from treebanks: NET_WORD small integers, or NULL where the vocabulary has no such word. Valid
 * as long as the model's image. */
const int8_t *net_word_vector(const struct image *model, struct str lower);

/* The table of them and, for a word, its row there; 0: not in the vocabulary. */
const int8_t *net_words(const struct image *model, uint32_t *n_words);
uint32_t net_word_row(const struct image *model, struct str lower);

/* The vectors of a run of tokens as inputs of a net_product: out[n][NET_WORD], small integers plus
 * NET_ZERO; all zero for a word that is not in the vocabulary. */
void net_word_inputs(const struct doc *d, uint32_t tok, uint32_t n, uint8_t *out);

/* A quantised matrix of the section. */
struct net_matrix {
	const int8_t *w; /* [n / 64][k / 4][64][4] */
	const int32_t *correction;
	const float *scale, *bias;
	uint32_t k, n;
};

/* How to multiply; all give the same. NET_BEST picks the fastest that this machine has. */
enum net_path { NET_BEST, NET_PORTABLE, NET_AVX2, NET_AVX512 };
bool net_path_works(enum net_path path);

/* out[rows][n] = a[rows][k] times the matrix, scaled, plus bias; rows of a lie a_step apart. */
void net_product(enum net_path path, const struct net_matrix *m, const uint8_t *a, size_t a_step,
		 uint32_t rows, float *out);

/* For loops over channels: what they write does not overlap what they read elsewhere. */
#if defined(__clang__)
#define NET_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define NET_UNROLL      _Pragma("clang loop unroll(full)")
#else
#define NET_INDEPENDENT _Pragma("GCC ivdep")
#define NET_UNROLL      _Pragma("GCC unroll 12")
#endif

/* tanh by a rational function, within 1e-6; the trainer uses the same one. */
static inline float net_tanh(float x)
{
	float s, p, q;

	x = x > 7.9f ? 7.9f : x;
	x = x < -7.9f ? -7.9f : x;
	s = x * x;
	p = s * -2.76076847742355e-16f + 2.00018790482477e-13f;
	p = s * p + -8.60467152213735e-11f;
	p = s * p + 5.12229709037114e-08f;
	p = s * p + 1.48572235717979e-05f;
	p = s * p + 6.37261928875436e-04f;
	p = s * p + 4.89352455891786e-03f;
	q = s * 1.19825839466702e-06f + 1.18534705686654e-04f;
	q = s * q + 2.26843463243900e-03f;
	q = s * q + 4.89352518554385e-03f;
	return x * p / q;
}

static inline float net_sigmoid(float x)
{
	return 0.5f + 0.5f * net_tanh(0.5f * x);
}

#endif
