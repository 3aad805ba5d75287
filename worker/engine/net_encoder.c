#include "worker/engine/net_encoder.h"

#include "worker/engine/clones.h"
#include "worker/engine/segment.h"

enum { HALF = NET_D / 2, CHUNK = 384, CHUNK_MAX = CHUNK + SENTENCE_MAX };

bool net_section_take(struct str section, uint64_t at, uint64_t n, const void **p)
{
	if (at % 4 || at > section.n || n > section.n - at)
		return false;
	*p = section.p + at;
	return true;
}

bool net_section_matrix(struct net_matrix *m, struct str section, uint64_t at, uint32_t k,
			uint32_t n)
{
	const void *p;

	n = (n + NET_COLUMNS - 1) / NET_COLUMNS * NET_COLUMNS;
	if (!net_section_take(section, at, (uint64_t)k * n + 12 * (uint64_t)n, &p))
		return false;
	m->w = p;
	m->correction = (const int32_t *)(m->w + (size_t)k * n);
	m->scale = (const float *)(m->correction + n);
	m->bias = m->scale + n;
	m->k = k;
	m->n = n;
	return true;
}

uint32_t net_chunk_max(uint32_t n_tokens)
{
	return n_tokens < CHUNK_MAX ? n_tokens : CHUNK_MAX;
}

uint32_t net_chunk_end(const struct doc *d, uint32_t first, uint32_t *n_tokens)
{
	uint32_t last = first;

	*n_tokens = 0;
	for (; last < d->n_sentences && *n_tokens < CHUNK; last++) {
		CHECK(d->sentences[last].n_tok <= SENTENCE_MAX);
		*n_tokens += d->sentences[last].n_tok;
	}
	return last;
}

void net_values_make(struct doc *d)
{
	size_t n = net_chunk_max(d->n_tokens);
	struct arena *a = d->arena;

	d->net_values = ARENA_NEW(a, struct net_values);
	*d->net_values = (struct net_values){.in = arena_alloc(a, (2 * n + 2) * NET_IN),
					     .q = arena_alloc(a, n * NET_D),
					     .h = ARENA_ARRAY(a, float, n *NET_D),
					     .u = ARENA_ARRAY(a, float, n * 3 * NET_D)};
}

CLONES void net_add_row(int32_t *restrict sum, const int8_t *restrict row)
{
	for (int k = 0; k < NET_BAG; k++)
		sum[k] += row[k];
}

CLONES static void tanh_row(float *restrict h, uint8_t *restrict q)
{
	for (int k = 0; k < NET_D; k++) {
		h[k] = net_tanh(h[k]);
		q[k] = (uint8_t)(int32_t)(h[k] * NET_ONE + (NET_ZERO + 0.5f));
	}
}

/* One step of one direction: HALF channels. */
struct step {
	const float *u, *v, *b;
	float *h, *c; /* h: the layer below comes in, this layer goes out */
	uint8_t *q;
};

CLONES static void scan_step(const struct step *s)
{
	const float *restrict u = s->u, *restrict v = s->v, *restrict b = s->b;
	float *restrict sc = s->c, *restrict sh = s->h;
	uint8_t *restrict q = s->q;

	for (int k = 0; k < HALF; k++) {
		float last = sc[k], f, r, c, h;

		f = net_sigmoid(u[NET_D + k] + v[k] * last + b[k]);
		r = net_sigmoid(u[2 * NET_D + k] + v[NET_D + k] * last + b[NET_D + k]);
		c = f * last + (1.0f - f) * u[k];
		h = r * net_tanh(c) + (1.0f - r) * sh[k];
		sc[k] = c;
		sh[k] = h;
	}
	for (int k = 0; k < HALF; k++)
		q[k] = (uint8_t)(int32_t)(sh[k] * NET_ONE + (NET_ZERO + 0.5f));
}

static void scan_sentence(const struct net_encoder *e, struct net_values *w, int layer, uint32_t at,
			  uint32_t n)
{
	const float *v = e->state + (size_t)layer * 4 * NET_D, *b = v + 2 * NET_D;

	for (int back = 0; back < 2; back++) {
		float c[HALF] = {0};
		size_t off = (size_t)back * HALF;

		for (uint32_t i = 0; i < n; i++) {
			size_t t = at + (back ? n - 1 - i : i);

			scan_step(&(struct step){.u = w->u + t * 3 * NET_D + off,
						 .v = v + off,
						 .b = b + off,
						 .h = w->h + t * NET_D + off,
						 .c = c,
						 .q = w->q + t * NET_D + off});
		}
	}
}

void net_encode(const struct net_encoder *e, const struct doc *d, struct net_values *v,
		uint32_t first, uint32_t last, net_read *read, void *context)
{
	uint32_t base = d->sentences[first].tok, n = 0;
	size_t row = 0;

	for (uint32_t s = first; s < last; s++) {
		const struct sentence *sent = &d->sentences[s];

		memset(v->in + row * NET_IN, NET_ZERO, NET_IN);
		for (uint32_t i = 0; i < sent->n_tok; i++)
			read(context, sent->tok + i, v->in + (row + 1 + i) * NET_IN);
		memset(v->in + (row + 1 + sent->n_tok) * NET_IN, NET_ZERO, NET_IN);
		/* the window of token i is rows i, i + 1, i + 2, which lie side by side */
		net_product(NET_BEST, &e->conv, v->in + row * NET_IN, NET_IN, sent->n_tok,
			    v->h + (size_t)(sent->tok - base) * NET_D);
		row += sent->n_tok + 1;
		n += sent->n_tok;
	}
	for (uint32_t i = 0; i < n; i++)
		tanh_row(v->h + (size_t)i * NET_D, v->q + (size_t)i * NET_D);
	for (int l = 0; l < NET_LAYERS; l++) {
		net_product(NET_BEST, &e->layer[l], v->q, NET_D, n, v->u);
		for (uint32_t s = first; s < last; s++)
			scan_sentence(e, v, l, d->sentences[s].tok - base, d->sentences[s].n_tok);
	}
}
