/* Skip-gram with negative sampling over the raw corpus: one thread, fixed order, fixed seed. */
#include "worker/training/vectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/net.h"
#include "worker/engine/text.h"
#include "worker/engine/words.h"
#include "worker/training/conllu.h"
#include "worker/training/random.h"
#include "worker/training/train.h"
#include "worker/engine/clones.h"

enum { WINDOW = 3, NEGATIVES = 5, MIN_COUNT = 5, MIN_COUNT_TREEBANK = 2, TABLE = 1 << 24 };
enum { VOCABULARY_MAX = 48000, EPOCHS = 3, LANES = 16 };

struct word {
	uint64_t key;
	uint32_t n, order; /* order: first seen, for ties */
	uint32_t treebank;
};
struct vocabulary {
	struct word *w;
	uint32_t n, cap, mask;
	uint32_t *slots; /* index + 1 */
};

static uint32_t *slot_of(const struct vocabulary *v, uint64_t key)
{
	uint32_t i = (uint32_t)(key >> 7) & v->mask;

	while (v->slots[i] && v->w[v->slots[i] - 1].key != key)
		i = (i + 1) & v->mask;
	return &v->slots[i];
}

static void count_word(struct vocabulary *v, uint64_t key, bool treebank)
{
	uint32_t *s = slot_of(v, key);

	if (!*s) {
		CHECK(v->n < v->mask / 2);
		MEM_GROW(v->w, v->n, v->cap);
		v->w[v->n] = (struct word){.key = key, .order = v->n};
		*s = ++v->n;
	}
	v->w[*s - 1].n++;
	v->w[*s - 1].treebank += treebank;
}

static int by_count(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* The next blank-separated token of the corpus, lower-cased; false at the end. A line end gives
 * an empty token. */
static bool next_token(struct str *all, struct arena *a, struct str *low)
{
	size_t n = 0;

	if (!all->n)
		return false;
	if (*all->p == '\n') {
		all->p++;
		all->n--;
		*low = (struct str){0};
		return true;
	}
	while (n < all->n && all->p[n] != ' ' && all->p[n] != '\n')
		n++;
	*low = text_lower(a, (struct str){all->p, n});
	n += n < all->n && all->p[n] == ' ';
	all->p += n;
	all->n -= n;
	return true;
}

static void count_corpus(struct vocabulary *v, struct str all, uint64_t **keys, uint32_t *n_keys)
{
	struct arena a = {0};
	struct str low;
	uint32_t n = 0, cap = 0;

	while (next_token(&all, &a, &low)) {
		MEM_GROW(*keys, n, cap);
		(*keys)[n++] = low.n ? words_key(low) : 0;
		if (low.n)
			count_word(v, words_key(low), false);
		if (a.used > 1 << 20)
			arena_reset(&a, 1 << 20);
	}
	*n_keys = n;
	arena_free(&a);
}

static void keep_frequent(struct vocabulary *v)
{
	uint32_t n = 0;

	qsort(v->w, v->n, sizeof(*v->w), by_count);
	for (uint32_t i = 0; i < v->n; i++)
		if (v->w[i].n >= MIN_COUNT || v->w[i].treebank >= MIN_COUNT_TREEBANK)
			v->w[n++] = v->w[i];
	v->n = n < VOCABULARY_MAX ? n : VOCABULARY_MAX;
	memset(v->slots, 0, (v->mask + 1) * sizeof(*v->slots));
	for (uint32_t i = 0; i < v->n; i++)
		*slot_of(v, v->w[i].key) = i + 1;
}

CLONES
static float dot(const float *a, const float *b)
{
	float lane[LANES] = {0}, sum = 0;

	for (int i = 0; i < VECTORS_DIM; i += LANES)
		for (int k = 0; k < LANES; k++)
			lane[k] += a[i + k] * b[i + k];
	for (int k = 0; k < LANES; k++)
		sum += lane[k];
	return sum;
}

CLONES
static void add_scaled(float *a, const float *b, float s)
{
	for (int i = 0; i < VECTORS_DIM; i++)
		a[i] += s * b[i];
}

struct trainer {
	float *in, *out;
	uint32_t *negatives;
	uint64_t seed;
};

static void train_pair(struct trainer *t, uint32_t center, uint32_t context, float rate)
{
	float grad[VECTORS_DIM] = {0};
	float *v = t->in + (size_t)center * VECTORS_DIM;

	for (int k = 0; k <= NEGATIVES; k++) {
		uint32_t target = k ? t->negatives[random_next(&t->seed) % TABLE] : context;
		float *o = t->out + (size_t)target * VECTORS_DIM, g;

		if (k && target == context)
			continue;
		g = ((k == 0 ? 1.0f : 0.0f) - net_sigmoid(dot(v, o))) * rate;
		add_scaled(grad, o, g);
		add_scaled(o, v, g);
	}
	add_scaled(v, grad, 1.0f);
}

static void train_line(struct trainer *t, const uint32_t *line, uint32_t n, float rate)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t w = 1 + random_below(&t->seed, WINDOW);

		for (uint32_t j = i > w ? i - w : 0; j <= i + w && j < n; j++)
			if (j != i)
				train_pair(t, line[i], line[j], rate);
	}
}

static uint32_t *negative_table(const struct vocabulary *v)
{
	uint32_t *t = mem_alloc(TABLE * sizeof(*t)), at = 0;
	double total = 0, sum = 0;

	for (uint32_t i = 0; i < v->n; i++)
		total += sqrt((double)v->w[i].n) * sqrt(sqrt((double)v->w[i].n));
	for (uint32_t i = 0; i < v->n; i++) {
		sum += sqrt((double)v->w[i].n) * sqrt(sqrt((double)v->w[i].n));
		while (at < TABLE && at < sum / total * TABLE)
			t[at++] = i;
	}
	while (at < TABLE)
		t[at++] = v->n - 1;
	return t;
}

static void train(struct trainer *t, const struct vocabulary *v, const uint64_t *keys,
		  uint32_t n_keys)
{
	uint32_t line[512], n = 0;
	uint64_t seen = 0, total = (uint64_t)n_keys * EPOCHS;
	double all = 0;

	for (uint32_t i = 0; i < v->n; i++)
		all += v->w[i].n;
	for (int e = 0; e < EPOCHS; e++) {
		for (uint32_t i = 0; i < n_keys; i++, seen++) {
			uint32_t id = keys[i] ? *slot_of(v, keys[i]) : 0;

			if (id) { /* frequent words are seen less often */
				double f = v->w[id - 1].n / all, keep = sqrt(2e-4 / f) + 2e-4 / f;

				if (keep >= 1 || random_unit(&t->seed) < keep)
					line[n++] = id - 1;
			}
			if (!keys[i] || n == 512) {
				train_line(t, line, n,
					   0.03f * (1.0f - 0.97f * (float)seen / (float)total));
				n = 0;
			}
			if (seen % 2000000 == 0)
				fprintf(stderr, "vectors: %.0f %%\n",
					100.0 * (double)seen / (double)total);
		}
	}
}

static int save(const char *path, const struct vocabulary *v, const float *in, struct err *e)
{
	struct buf b = {0};
	uint32_t head[2] = {v->n, VECTORS_DIM};

	buf_add(&b, "VECTORS1", 8);
	buf_add(&b, head, sizeof(head));
	for (uint32_t i = 0; i < v->n; i++)
		buf_add(&b, &v->w[i].key, 8);
	buf_add(&b, in, (size_t)v->n * VECTORS_DIM * sizeof(float));
	return file_write(path, buf_str(&b), e);
}

int vectors_read(struct vectors *v, const char *path, struct err *e)
{
	struct buf b = {0};
	uint32_t head[2];
	size_t need;

	if (file_read(&b, path, e) < 0)
		return -1;
	if (b.n < 16 || memcmp(b.p, "VECTORS1", 8) != 0)
		return err_set(e, ERR_CORRUPT, "%s: not a file of vectors", path);
	memcpy(head, b.p + 8, 8);
	need = 16 + (size_t)head[0] * (8 + 4 * VECTORS_DIM);
	if (head[1] != VECTORS_DIM || b.n != need)
		return err_set(e, ERR_CORRUPT, "%s: vectors of another size", path);
	v->n = head[0];
	v->keys = mem_alloc((size_t)v->n * 8);
	v->v = mem_alloc((size_t)v->n * VECTORS_DIM * 4);
	memcpy(v->keys, b.p + 16, (size_t)v->n * 8);
	memcpy(v->v, b.p + 16 + (size_t)v->n * 8, (size_t)v->n * VECTORS_DIM * 4);
	buf_free(&b);
	return 0;
}

void vectors_free(struct vectors *v)
{
	mem_free(v->keys);
	mem_free(v->v);
	*v = (struct vectors){0};
}

int train_vectors(int argc, char **argv)
{
	struct vocabulary v = {.mask = (1 << 22) - 1};
	struct treebank tb = {0};
	struct trainer t = {.seed = 1};
	struct buf b = {0};
	struct err e;
	uint64_t *keys = NULL;
	uint32_t n_keys = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: vectors OUT CORPUS TREEBANK...\n");
		return 2;
	}
	v.slots = mem_alloc((v.mask + 1) * sizeof(*v.slots));
	if (file_read(&b, argv[2], &e) < 0)
		goto failed;
	count_corpus(&v, buf_str(&b), &keys, &n_keys);
	for (int i = 3; i < argc; i++)
		if (treebank_read(&tb, argv[i], &e) < 0)
			goto failed;
	for (uint32_t i = 0; i < tb.doc.n_tokens; i++)
		count_word(&v, words_key(tb.doc.tokens[i].lower), true);
	keep_frequent(&v);
	fprintf(stderr, "%u tokens, %u words\n", n_keys, v.n);
	t.in = mem_alloc((size_t)v.n * VECTORS_DIM * sizeof(float));
	t.out = mem_alloc((size_t)v.n * VECTORS_DIM * sizeof(float));
	for (size_t i = 0; i < (size_t)v.n * VECTORS_DIM; i++)
		t.in[i] = (random_unit(&t.seed) - 0.5f) / VECTORS_DIM;
	t.negatives = negative_table(&v);
	train(&t, &v, keys, n_keys);
	if (save(argv[1], &v, t.in, &e) == 0)
		return 0;
failed:
	fprintf(stderr, "%s\n", e.text);
	return 1;
}
