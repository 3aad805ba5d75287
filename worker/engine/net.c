#include "worker/engine/net.h"

#include <math.h>

#include "worker/engine/model.h"
#include "worker/engine/names.h"
#include "worker/engine/net_encoder.h"
#include "worker/engine/parse.h"
#include "worker/engine/segment.h"
#include "worker/engine/spelling.h"
#include "worker/engine/words.h"
#include "worker/engine/clones.h"

/* The section, opened. */
struct net {
	const struct net_header *h;
	const struct net_slot *slots;
	const int8_t *words, *bag;
	struct net_matrix m[N_NET_MATRICES];
	struct net_encoder encoder; /* of some of them */
	const int8_t *arc_root;
	const float *rel_root;
};

/* Values of the sentences that are worked on together. */
struct work {
	struct net_values *v;
	float *mlp;     /* [tokens][NET_MLP] */
	float *arc;     /* [tokens][NET_A] */
	uint8_t *arc_q; /* [tokens][2 * NET_A] dependents, then heads */
	struct parse_work *parse;
};

/* -- the section -- */

static int open_net(struct net *net, const struct image *model, struct err *e)
{
	static const struct {
		uint32_t k, n;
	} shape[N_NET_MATRICES] = {
#define X(name, rows, columns) [NET_MATRIX_##name] = {rows, columns},
		NET_MATRICES(X)
#undef X
	};
	struct str s = image_section(model, "net");
	const struct net_header *h = (const void *)s.p;
	const void *slots, *words, *bag, *state, *root, *feats;
	bool good;

	if (s.n < sizeof(*h) || memcmp(h->magic, "NNET1", 6) != 0)
		return err_set(e, ERR_CORRUPT, "the model has no network");
	good = h->n_slots && !(h->n_slots & (h->n_slots - 1)) && h->n_words < h->n_slots &&
	       net_section_take(s, h->slots, (uint64_t)h->n_slots * sizeof(struct net_slot),
				&slots) &&
	       net_section_take(s, h->words, (uint64_t)h->n_words * NET_WORD, &words) &&
	       net_section_take(s, h->bag, ((uint64_t)1 << WORDS_LOG2_BAG) * NET_BAG, &bag) &&
	       net_section_take(s, h->state, NET_LAYERS * 4 * NET_D * sizeof(float), &state) &&
	       net_section_take(s, h->root, NET_A + NET_A * sizeof(float), &root) &&
	       net_section_take(s, h->feats, h->feats_bytes, &feats);
	for (int i = 0; good && i < N_NET_MATRICES; i++)
		good = net_section_matrix(&net->m[i], s, h->matrix[i], shape[i].k, shape[i].n);
	if (!good || h->n_feats > NET_FEATS_MAX)
		return err_set(e, ERR_CORRUPT, "the model's network has another shape");
	net->h = h;
	net->slots = slots;
	net->words = words;
	net->bag = bag;
	net->encoder = (struct net_encoder){.conv = net->m[NET_MATRIX_CONV], .state = state};
	for (int l = 0; l < NET_LAYERS; l++)
		net->encoder.layer[l] = net->m[NET_MATRIX_LAYER_0 + l];
	net->arc_root = root;
	net->rel_root = (const float *)((const char *)root + NET_A);
	return 0;
}

int net_check(const struct image *model, struct err *e)
{
	struct net net;

	return open_net(&net, model, e);
}

static uint32_t row_of(const struct net *net, uint64_t key)
{
	uint32_t mask = net->h->n_slots - 1, i = (uint32_t)key & mask;

	for (uint32_t tries = 0; tries <= mask && net->slots[i].row; tries++) {
		if (net->slots[i].key == (uint32_t)(key >> 32))
			return net->slots[i].row < net->h->n_words ? net->slots[i].row : 0;
		i = (i + 1) & mask;
	}
	return 0;
}

/* A word that the network does not know may be one that it knows in its other spelling. */
static uint32_t word_row(const struct net *net, struct str lower)
{
	char other[SPELLING_MAX];
	uint32_t row = row_of(net, words_key(lower));
	struct str american;

	if (row)
		return row;
	american = spelling_american(lower, other);
	return american.p == lower.p ? 0 : row_of(net, words_key(american));
}

const int8_t *net_words(const struct image *model, uint32_t *n_words)
{
	struct net net;
	struct err e;

	*n_words = 0;
	if (open_net(&net, model, &e) < 0)
		return NULL;
	*n_words = net.h->n_words;
	return net.words;
}

uint32_t net_word_row(const struct image *model, struct str lower)
{
	struct net net;
	struct err e;

	return open_net(&net, model, &e) < 0 ? 0 : word_row(&net, lower);
}

const int8_t *net_word_vector(const struct image *model, struct str lower)
{
	uint32_t n, row = net_word_row(model, lower);

	return row ? net_words(model, &n) + (size_t)row * NET_WORD : NULL;
}

void net_word_inputs(const struct doc *d, uint32_t tok, uint32_t n, uint8_t *out)
{
	struct net net;
	struct err e;
	bool good = open_net(&net, d->model, &e) == 0;

	memset(out, NET_ZERO, (size_t)n * NET_WORD);
	for (uint32_t i = 0; good && i < n; i++, out += NET_WORD) {
		uint32_t row = word_row(&net, d->tokens[tok + i].lower);
		const int8_t *word = net.words + (size_t)row * NET_WORD;

		for (int k = 0; row && k < NET_WORD; k++)
			out[k] = (uint8_t)(word[k] + NET_ZERO);
	}
}

/* -- words -- */

/* What net_read reads from. */
struct words {
	const struct net *net;
	const struct doc *d;
};

static void read_word(void *context, uint32_t tok, uint8_t in[static NET_IN])
{
	const struct words *x = context;
	const struct net *net = x->net;
	const struct token *t = &x->d->tokens[tok];
	const int8_t *word = net->words + (size_t)word_row(net, t->lower) * NET_WORD;
	uint32_t rows[WORDS_BAG_MAX + 2], n = words_bag(t, rows);
	int32_t sum[NET_BAG] = {0};

	for (int k = 0; k < NET_WORD; k++)
		in[k] = (uint8_t)(word[k] + NET_ZERO);
	for (uint32_t i = 0; i < n; i++)
		net_add_row(sum, net->bag + (size_t)rows[i] * NET_BAG);
	for (int k = 0; k < NET_BAG; k++) {
		float v = (float)sum[k] * net->h->bag_scale;

		in[NET_WORD + k] = net_clip((int32_t)(v < 0 ? v - 0.5f : v + 0.5f));
	}
}

/* -- the heads -- */

static uint8_t best_of(const float *x, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < n; i++)
		best = x[i] > x[best] ? i : best;
	return (uint8_t)best;
}

static void tags(const struct net *net, struct token *t, const struct work *w, uint32_t n)
{
	net_product(NET_BEST, &net->m[NET_MATRIX_TAGS], w->v->q, NET_D, n, w->v->u);
	for (uint32_t i = 0; i < n; i++) {
		const float *x = w->v->u + (size_t)i * NET_TAGS;

		t[i].upos = best_of(x + NET_UPOS_AT, N_UPOS);
		t[i].xpos = best_of(x + NET_XPOS_AT, N_XPOS);
		t[i].feats = best_of(x + NET_FEATS_AT, net->h->n_feats ? net->h->n_feats : 1);
	}
}

static void names(const struct net *net, struct doc *d, const struct work *w, uint32_t first,
		  uint32_t last)
{
	uint32_t base = d->sentences[first].tok;
	const struct sentence *end = &d->sentences[last - 1];
	const struct net_matrix *m = &net->m[NET_MATRIX_NER];
	uint8_t labels[SENTENCE_MAX];

	net_product(NET_BEST, m, w->v->q, NET_D, end->tok + end->n_tok - base, w->v->u);
	for (uint32_t s = first; s < last; s++) {
		const struct sentence *sent = &d->sentences[s];

		names_decode(w->v->u + (size_t)(sent->tok - base) * m->n, m->n, sent->n_tok,
			     labels);
		names_apply(&d->tokens[sent->tok], labels, sent->n_tok);
	}
}

CLONES static void arc_row(float *restrict x, uint8_t *restrict q)
{
	for (int k = 0; k < 2 * NET_A; k++) {
		x[k] = net_tanh(x[k]);
		q[k] = (uint8_t)(int32_t)(x[k] * NET_ONE + (NET_ZERO + 0.5f));
	}
}

CLONES static void relation_row(const float *restrict dep, const float *restrict head,
				uint8_t *restrict q)
{
	for (int k = 0; k < NET_A; k++)
		q[k] = (uint8_t)(int32_t)(net_tanh(dep[k] + head[k]) * NET_ONE + (NET_ZERO + 0.5f));
}

/* A row of arc scores is an exact sum of products of small integers times one scale. */
CLONES static void score_row(const float *arc, const int8_t (*heads)[NET_A], uint32_t n,
			     float *scores)
{
	int16_t q[NET_A];
	float max = 1e-6f, scale;

	for (int k = 0; k < NET_A; k++) {
		float a = arc[k] < 0 ? -arc[k] : arc[k];

		max = a > max ? a : max;
	}
	scale = 255.0f / max;
	for (int k = 0; k < NET_A; k++) {
		float v = arc[k] * scale;

		q[k] = (int16_t)(v < 0 ? v - 0.5f : v + 0.5f);
	}
	for (uint32_t i = 0; i < n; i++) {
		int32_t sum = 0;

		for (int k = 0; k < NET_A; k++)
			sum += q[k] * heads[i][k];
		scores[i] = (float)sum / (scale * NET_ONE);
	}
}

/* scores[n][n + 1] of one sentence, whose first token is row `at` of the chunk. */
static void arc_scores(const struct net *net, const struct work *w, uint32_t at, uint32_t n)
{
	int8_t(*heads)[NET_A] = parse_heads(w->parse);
	float *scores = parse_scores(w->parse);

	memcpy(heads[0], net->arc_root, NET_A);
	for (uint32_t i = 0; i < n; i++)
		for (int k = 0; k < NET_A; k++)
			heads[i + 1][k] = (int8_t)(w->arc_q[(size_t)(at + i) * 2 * NET_A + NET_A +
							    (size_t)k] -
						   NET_ZERO);
	for (uint32_t i = 0; i < n; i++)
		score_row(w->arc + (size_t)(at + i) * NET_A, (const int8_t(*)[NET_A])heads, n + 1,
			  scores + (size_t)i * (n + 1));
}

static void trees(const struct net *net, struct doc *d, struct work *w, uint32_t first,
		  uint32_t last)
{
	uint32_t base = d->sentences[first].tok;
	uint32_t n = d->sentences[last - 1].tok + d->sentences[last - 1].n_tok - base;
	struct token *t = &d->tokens[base];

	net_product(NET_BEST, &net->m[NET_MATRIX_MLP], w->v->q, NET_D, n, w->mlp);
	for (uint32_t i = 0; i < n; i++)
		arc_row(w->mlp + (size_t)i * NET_MLP, w->arc_q + (size_t)i * 2 * NET_A);
	net_product(NET_BEST, &net->m[NET_MATRIX_ARC], w->arc_q, 2 * NET_A, n, w->arc);
	for (uint32_t s = first; s < last; s++) {
		arc_scores(net, w, d->sentences[s].tok - base, d->sentences[s].n_tok);
		parse_tree(w->parse, d, s);
	}
	for (uint32_t i = 0; i < n; i++) {
		const float *head =
			t[i].head < 0 ? net->rel_root
				      : w->mlp + ((size_t)t[i].head - base) * NET_MLP + 3 * NET_A;

		relation_row(w->mlp + (size_t)i * NET_MLP + 2 * NET_A, head,
			     w->v->q + (size_t)i * NET_A);
	}
	net_product(NET_BEST, &net->m[NET_MATRIX_REL], w->v->q, NET_A, n, w->v->u);
	for (uint32_t i = 0; i < n; i++) {
		float *x = w->v->u + (size_t)i * NET_REL;

		x[REL_ROOT] = -1e9f; /* the root has it, and no other */
		t[i].rel = t[i].head < 0 ? REL_ROOT : best_of(x, N_REL);
	}
	for (uint32_t s = first; s < last; s++)
		doc_link_children(d, s);
}

static struct work *new_work(struct doc *d)
{
	struct arena *a = d->arena;
	struct work *w = ARENA_NEW(a, struct work);
	size_t n = net_chunk_max(d->n_tokens);

	net_values_make(d);
	w->v = d->net_values;
	w->mlp = ARENA_ARRAY(a, float, n *NET_MLP);
	w->arc = ARENA_ARRAY(a, float, n *NET_A);
	w->arc_q = arena_alloc(a, n * 2 * NET_A);
	w->parse = parse_work_new(a, d->n_tokens < SENTENCE_MAX ? d->n_tokens : SENTENCE_MAX);
	return w;
}

int net_run(struct doc *d, struct err *e)
{
	struct net net;
	struct work *w;

	if (open_net(&net, d->model, e) < 0)
		return -1;
	w = new_work(d);
	for (uint32_t first = 0, last; first < d->n_sentences; first = last) {
		uint32_t n;

		last = net_chunk_end(d, first, &n);
		net_encode(&net.encoder, d, w->v, first, last, read_word, &(struct words){&net, d});
		tags(&net, &d->tokens[d->sentences[first].tok], w, n);
		names(&net, d, w, first, last);
		trees(&net, d, w, first, last);
	}
	return 0;
}
