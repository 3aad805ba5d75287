/* The encoder that the networks share: a window of three over the tokens of a sentence, then
 * layers of bidirectional simple recurrent units. Owns its part of a section and its values at
 * work; knows neither what goes in (net_read) nor what is made of what comes out. Integer products
 * are exact and floats are only used element by element without fused operations, so every
 * machine and every vector width gives the same bits. */
#ifndef DEMARCHE_ENGINE_NET_ENCODER_H
#define DEMARCHE_ENGINE_NET_ENCODER_H

#include "worker/engine/doc.h"
#include "worker/engine/model.h"
#include "worker/engine/net.h"

struct net_encoder {
	struct net_matrix conv, layer[NET_LAYERS];
	const float *state; /* [NET_LAYERS][2][2 * NET_D]: weights on the last state, biases */
};

/* n bytes of a section from `at`, a multiple of 4; false where it has not so many. */
bool net_section_take(struct str section, uint64_t at, uint64_t n, const void **p);
/* A matrix of k rows and n columns, rounded up to NET_COLUMNS (model.h has the layout). */
bool net_section_matrix(struct net_matrix *m, struct str section, uint64_t at, uint32_t k,
			uint32_t n);

/* Tokens are worked on in chunks of whole sentences. Rows of `in` are one apart from the tokens':
 * a sentence has a row of zeros before and after it. */
struct net_values {
	uint8_t *in; /* [tokens + sentences + 1][NET_IN] */
	uint8_t *q;  /* [tokens][NET_D] quantised values of a layer: what comes out */
	float *h;    /* [tokens][NET_D] the same as floats */
	float *u;    /* [tokens][3 * NET_D] free for the heads afterwards */
};
/* Sets d->net_values, in the document's arena: room for any of its chunks. */
void net_values_make(struct doc *d);
/* Tokens of its largest chunk. */
uint32_t net_chunk_max(uint32_t n_tokens);
/* The sentence after the chunk that begins with `first`; *n_tokens of the chunk. */
uint32_t net_chunk_end(const struct doc *d, uint32_t first, uint32_t *n_tokens);

/* Fills the inputs of a token: integers from -NET_ONE to NET_ONE, plus NET_ZERO. */
typedef void net_read(void *context, uint32_t tok, uint8_t in[static NET_IN]);
static inline uint8_t net_clip(int32_t v)
{
	return (uint8_t)(NET_ZERO + (v > NET_ONE ? NET_ONE : v < -NET_ONE ? -NET_ONE : v));
}
/* sum[NET_BAG] += row[NET_BAG] */
void net_add_row(int32_t *restrict sum, const int8_t *restrict row);

/* Tokens of sentences [first, last) to v->q and v->h. */
void net_encode(const struct net_encoder *e, const struct doc *d, struct net_values *v,
		uint32_t first, uint32_t last, net_read *read, void *context);

#endif
