#include "worker/training/nn.h"

#include <math.h>
#include <stdio.h>

#include "worker/engine/net.h"
#include "worker/training/conllu.h"
#include "worker/training/random.h"
#include "worker/training/vectors.h"
#include "worker/engine/clones.h"

enum { MAGIC_BYTES = 8 };
static const char MAGIC[MAGIC_BYTES + 1] = "NNTRAIN1";

/* Places the pieces in the block at `base`; returns how many floats there are. */
static size_t place(struct nn_weights *w, float *base)
{
	size_t at = 0;

#define PIECE(field, n)       \
	w->field = base + at; \
	at += (n)
	PIECE(conv, 3 * NET_IN * NET_D);
	PIECE(conv_b, NET_D);
	for (int l = 0; l < NET_LAYERS; l++) {
		PIECE(layer[l].w, 3 * NET_D * NET_D);
		PIECE(layer[l].v, 2 * NET_D);
		PIECE(layer[l].b, 2 * NET_D);
	}
	PIECE(tags, NET_D * NET_TAGS);
	PIECE(tags_b, NET_TAGS);
	PIECE(ner, NET_D * NET_NER);
	PIECE(ner_b, NET_NER);
	PIECE(mlp, NET_D * NET_MLP);
	PIECE(mlp_b, NET_MLP);
	PIECE(arc, NET_A * NET_A);
	PIECE(arc_b, NET_A);
	PIECE(rel, NET_A * NET_REL);
	PIECE(rel_b, NET_REL);
	PIECE(root, 2 * NET_A);
#undef PIECE
	return at;
}

static void spread(float *w, size_t n, uint32_t fan_in, uint64_t *seed)
{
	float a = sqrtf(3.0f / (float)fan_in);

	for (size_t i = 0; i < n; i++)
		w[i] = (2 * random_unit(seed) - 1) * a;
}

static void table_init(struct nn_table *t, uint32_t n, uint32_t dim)
{
	t->n = n;
	t->dim = dim;
	t->w = mem_alloc((size_t)n * dim * sizeof(float));
	t->g = mem_alloc((size_t)n * dim * sizeof(float));
	t->m = mem_alloc((size_t)n * dim * sizeof(float));
	t->v = mem_alloc((size_t)n * dim * sizeof(float));
	t->touched = mem_alloc(n * sizeof(uint32_t));
	t->is_touched = mem_alloc(n);
}

static void index_words(struct nn *n)
{
	n->mask = 1024 * 1024 / 4 - 1;
	n->slots = mem_alloc((n->mask + 1) * sizeof(uint32_t));
	for (uint32_t i = 1; i < n->words.n; i++) {
		uint32_t s = (uint32_t)(n->keys[i] >> 9) & n->mask;

		while (n->slots[s])
			s = (s + 1) & n->mask;
		n->slots[s] = i;
	}
}

/* The row of a word, 0 unknown. */
static uint32_t word_row(const struct nn *n, uint64_t key)
{
	uint32_t s = (uint32_t)(key >> 9) & n->mask;

	while (n->slots[s] && n->keys[n->slots[s]] != key)
		s = (s + 1) & n->mask;
	return n->slots[s];
}

static struct nn *allocate(uint32_t n_words, uint32_t bag_rows)
{
	struct nn *n = mem_alloc(sizeof(*n));

	n->n_dense = place(&n->at, NULL);
	n->w = mem_alloc(n->n_dense * sizeof(float));
	n->g = mem_alloc(n->n_dense * sizeof(float));
	n->m = mem_alloc(n->n_dense * sizeof(float));
	n->v = mem_alloc(n->n_dense * sizeof(float));
	place(&n->at, n->w);
	place(&n->grad, n->g);
	table_init(&n->words, n_words, NET_WORD);
	table_init(&n->bag, bag_rows, NET_BAG);
	n->keys = mem_alloc(n_words * sizeof(uint64_t));
	return n;
}

static void init_dense(struct nn *n)
{
	struct nn_weights *w = &n->at;

	spread(w->conv, 3 * NET_IN * NET_D, 3 * NET_IN, &n->seed);
	for (int l = 0; l < NET_LAYERS; l++) {
		spread(w->layer[l].w, 3 * NET_D * NET_D, NET_D, &n->seed);
		spread(w->layer[l].v, 2 * NET_D, 12, &n->seed);
	}
	spread(w->tags, NET_D * NET_TAGS, NET_D * 4, &n->seed);
	spread(w->ner, NET_D * NET_NER, NET_D * 4, &n->seed);
	spread(w->mlp, NET_D * NET_MLP, NET_D, &n->seed);
	spread(w->arc, NET_A * NET_A, NET_A * 2, &n->seed);
	spread(w->rel, NET_A * NET_REL, NET_A * 2, &n->seed);
	spread(w->root, 2 * NET_A, 12, &n->seed);
}

static void init_bag(struct nn *n)
{
	for (size_t i = 0; i < (size_t)n->bag.n * NET_BAG; i++)
		n->bag.w[i] = (2 * random_unit(&n->seed) - 1) * 0.15f;
}

struct nn *nn_new_over(const struct image *model, uint32_t bag_rows, uint64_t seed)
{
	uint32_t n_words;
	const int8_t *words = net_words(model, &n_words);
	struct nn *n = allocate(n_words, bag_rows);

	n->seed = seed;
	n->words_fixed = true;
	init_dense(n);
	init_bag(n);
	for (size_t i = NET_WORD; i < (size_t)n_words * NET_WORD; i++)
		n->words.w[i] = (float)words[i] / NET_ONE;
	return n;
}

struct nn *nn_new(const char *vectors_path, uint64_t seed, struct err *e)
{
	struct vectors v;
	struct nn *n;
	double sum = 0;
	float scale;

	if (vectors_read(&v, vectors_path, e) < 0)
		return NULL;
	n = allocate(v.n + 1, NN_BAG_ROWS);
	n->seed = seed;
	init_dense(n);
	for (size_t i = 0; i < (size_t)v.n * NET_WORD; i++)
		sum += (double)v.v[i] * v.v[i];
	scale = (float)(0.4 / sqrt(sum / ((double)v.n * NET_WORD)));
	for (uint32_t i = 0; i < v.n; i++) {
		n->keys[i + 1] = v.keys[i];
		for (int k = 0; k < NET_WORD; k++)
			n->words.w[(size_t)(i + 1) * NET_WORD + (size_t)k] =
				scale * v.v[(size_t)i * NET_WORD + (size_t)k];
	}
	init_bag(n);
	vectors_free(&v);
	index_words(n);
	return n;
}

int nn_save(const struct nn *n, const char *path, struct err *e)
{
	struct buf b = {0};
	uint32_t head[2] = {n->words.n, n->n_feats};
	int bad;

	buf_add(&b, MAGIC, MAGIC_BYTES);
	buf_add(&b, head, sizeof(head));
	buf_add(&b, n->keys, n->words.n * sizeof(uint64_t));
	buf_add(&b, n->words.w, (size_t)n->words.n * NET_WORD * sizeof(float));
	buf_add(&b, n->bag.w, (size_t)NN_BAG_ROWS * NET_BAG * sizeof(float));
	buf_add(&b, n->w, n->n_dense * sizeof(float));
	for (uint32_t i = 0; i < n->n_feats; i++) {
		buf_add_str(&b, n->feats[i]);
		buf_add(&b, "\n", 1);
	}
	bad = file_write(path, buf_str(&b), e);
	buf_free(&b);
	return bad;
}

static void take(void *to, const struct buf *b, size_t *at, size_t n)
{
	memcpy(to, b->p + *at, n);
	*at += n;
}

struct nn *nn_load(const char *path, struct err *e)
{
	struct buf b = {0};
	struct nn *n;
	uint32_t head[2];
	size_t at = MAGIC_BYTES, need;

	if (file_read(&b, path, e) < 0)
		return NULL;
	if (b.n < 16 || memcmp(b.p, MAGIC, MAGIC_BYTES) != 0) {
		err_set(e, ERR_CORRUPT, "%s: no training state", path);
		return NULL;
	}
	take(head, &b, &at, sizeof(head));
	n = allocate(head[0], NN_BAG_ROWS);
	need = at + head[0] * (8 + 4 * (size_t)NET_WORD) + 4 * (size_t)NN_BAG_ROWS * NET_BAG +
	       4 * n->n_dense;
	if (b.n < need || head[1] > NET_FEATS_MAX) {
		err_set(e, ERR_CORRUPT, "%s: training state of another shape", path);
		return NULL;
	}
	take(n->keys, &b, &at, head[0] * sizeof(uint64_t));
	take(n->words.w, &b, &at, (size_t)head[0] * NET_WORD * sizeof(float));
	take(n->bag.w, &b, &at, (size_t)NN_BAG_ROWS * NET_BAG * sizeof(float));
	take(n->w, &b, &at, n->n_dense * sizeof(float));
	for (n->n_feats = 0; n->n_feats < head[1] && at < b.n; n->n_feats++) {
		const char *nl = memchr(b.p + at, '\n', b.n - at);

		if (!nl)
			break;
		n->feats[n->n_feats] =
			arena_str(&n->arena, (struct str){b.p + at, (size_t)(nl - b.p) - at});
		at = (size_t)(nl - b.p) + 1;
	}
	index_words(n);
	buf_free(&b);
	return n;
}

CLONES
static void adam(float *w, float *g, float *m, float *v, size_t n, float rate, float scale)
{
	for (size_t i = 0; i < n; i++) {
		float d = g[i] * scale;

		m[i] = 0.9f * m[i] + 0.1f * d;
		v[i] = 0.98f * v[i] + 0.02f * d * d;
		w[i] -= rate * m[i] / (sqrtf(v[i]) + 1e-8f);
		g[i] = 0;
	}
}

CLONES
static double sum_squares(const float *g, size_t n)
{
	float lane[16] = {0};
	double sum = 0;
	size_t i = 0;

	for (; i + 16 <= n; i += 16)
		for (size_t k = 0; k < 16; k++)
			lane[k] += g[i + k] * g[i + k];
	for (; i < n; i++)
		sum += (double)g[i] * g[i];
	for (size_t k = 0; k < 16; k++)
		sum += lane[k];
	return sum;
}

static void adam_rows(struct nn_table *t, float rate, float scale)
{
	for (uint32_t i = 0; i < t->n_touched; i++) {
		size_t at = (size_t)t->touched[i] * t->dim;

		adam(t->w + at, t->g + at, t->m + at, t->v + at, t->dim, rate, scale);
		t->is_touched[t->touched[i]] = false;
	}
	t->n_touched = 0;
}

float *nn_table_touch(struct nn_table *t, uint32_t row)
{
	if (!t->is_touched[row]) {
		t->is_touched[row] = true;
		t->touched[t->n_touched++] = row;
	}
	return t->g + (size_t)row * t->dim;
}

void nn_adam(struct nn *n, float rate)
{
	double norm = sqrt(sum_squares(n->g, n->n_dense));
	float scale = norm > 5.0 ? (float)(5.0 / norm) : 1.0f;

	n->step++;
	/* bias correction of both moments, folded into the rate */
	rate *= (float)(sqrt(1 - pow(0.98, n->step)) / (1 - pow(0.9, n->step)));
	adam(n->w, n->g, n->m, n->v, n->n_dense, rate, scale);
	if (!n->words_fixed)
		adam_rows(&n->words, rate, scale);
	adam_rows(&n->bag, rate, scale);
}

static void mean_add(float **mean, const float *w, size_t n, float part)
{
	if (!*mean)
		*mean = mem_alloc(n * sizeof(float));
	for (size_t i = 0; i < n; i++)
		(*mean)[i] += (w[i] - (*mean)[i]) * part;
}

void nn_mean_add(struct nn_mean *m, const struct nn *n)
{
	float part = (float)(1.0 / ++m->n);

	mean_add(&m->dense, n->w, n->n_dense, part);
	mean_add(&m->words, n->words.w, (size_t)n->words.n * NET_WORD, part);
	mean_add(&m->bag, n->bag.w, (size_t)n->bag.n * NET_BAG, part);
}

void nn_mean_use(struct nn_mean *m, struct nn *n)
{
	if (m->n > 0) {
		memcpy(n->w, m->dense, n->n_dense * sizeof(float));
		memcpy(n->words.w, m->words, (size_t)n->words.n * NET_WORD * sizeof(float));
		memcpy(n->bag.w, m->bag, (size_t)n->bag.n * NET_BAG * sizeof(float));
	}
	mem_free(m->dense);
	mem_free(m->words);
	mem_free(m->bag);
	*m = (struct nn_mean){0};
}

void nn_data_add(struct nn_data *d, uint32_t word, const uint32_t *bag, uint32_t n_bag)
{
	MEM_GROW(d->t, d->n, d->cap);
	d->t[d->n++] = (struct nn_token){.word = word,
					 .bag_at = d->n_bag,
					 .n_bag = (uint16_t)n_bag,
					 .upos = NN_NONE,
					 .xpos = NN_NONE,
					 .feats = NN_NONE,
					 .ner = NN_NONE,
					 .rel = NN_NONE,
					 .head = NN_NONE,
					 .event = NN_NONE,
					 .target = NN_NONE,
					 .sign = NN_NONE,
					 .holder = NN_NONE};
	for (uint32_t i = 0; i < n_bag; i++) {
		MEM_GROW(d->bag, d->n_bag, d->cap_bag);
		d->bag[d->n_bag++] = bag[i];
	}
}

void nn_data_token(struct nn_data *d, const struct nn *n, const struct token *t)
{
	uint32_t rows[WORDS_BAG_MAX + 2];

	nn_data_add(d, word_row(n, words_key(t->lower)), rows, words_bag(t, rows));
}

void nn_data_end(struct nn_data *d)
{
	if (d->n_sentences && d->start[d->n_sentences] == d->n)
		return;
	if (d->n_sentences + 2 > d->cap_sentences) {
		d->cap_sentences = d->cap_sentences ? 2 * d->cap_sentences : 1024;
		d->start = mem_resize(d->start, d->cap_sentences * sizeof(uint32_t));
	}
	if (!d->n_sentences)
		d->start[0] = 0;
	d->start[++d->n_sentences] = d->n;
}
