/* From the trained network to what is shipped: quantised weights and lemmas in one image. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/image.h"
#include "worker/training/lemma_train.h"
#include "worker/training/nn.h"
#include "worker/training/train.h"

static uint64_t align(struct buf *b)
{
	static const char zeros[IMAGE_ALIGN];

	buf_add(b, zeros, (IMAGE_ALIGN - b->n % IMAGE_ALIGN) % IMAGE_ALIGN);
	return b->n;
}

static int32_t rounded(float v)
{
	return (int32_t)(v < 0 ? v - 0.5f : v + 0.5f);
}

static int8_t clipped(float v, int32_t limit)
{
	int32_t q = rounded(v);

	return (int8_t)(q > limit ? limit : q < -limit ? -limit : q);
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* The size that all but one in 2,000 values stay below. */
static float usual_limit(const float *v, size_t n)
{
	float *copy = mem_alloc(n * sizeof(float)), limit;

	for (size_t i = 0; i < n; i++)
		copy[i] = v[i] < 0 ? -v[i] : v[i];
	qsort(copy, n, sizeof(float), by_size);
	limit = copy[n - 1 - n / 2000];
	mem_free(copy);
	return limit;
}

static float largest(const float *v, size_t n)
{
	float max = 0;

	for (size_t i = 0; i < n; i++) {
		float a = v[i] < 0 ? -v[i] : v[i];

		max = a > max ? a : max;
	}
	return max;
}

/* w[k][n], each row's input in units of unit[k]. Columns are padded to NET_COLUMNS. */
static uint64_t add_matrix(struct buf *b, const float *w, const float *bias, const float *unit,
			   uint32_t k, uint32_t n)
{
	uint32_t wide = (n + NET_COLUMNS - 1) / NET_COLUMNS * NET_COLUMNS;
	uint64_t at = align(b);
	int8_t *q = mem_alloc((size_t)k * wide);
	int32_t *correction = mem_alloc(wide * sizeof(*correction));
	float *scale = mem_alloc(wide * sizeof(*scale)), *out = mem_alloc(wide * sizeof(*out));

	for (uint32_t j = 0; j < n; j++) {
		float max = 0;

		for (uint32_t i = 0; i < k; i++) {
			float v = w[(size_t)i * n + j] * unit[i];

			max = v > max ? v : -v > max ? -v : max;
		}
		scale[j] = max > 0 ? max / 127.0f : 1.0f;
		out[j] = bias ? bias[j] : 0;
		for (uint32_t i = 0; i < k; i++) {
			int8_t v = clipped(w[(size_t)i * n + j] * unit[i] / scale[j], 127);
			size_t block = (size_t)(j / NET_COLUMNS) * k * NET_COLUMNS;

			q[block + (size_t)(i / 4) * 4 * NET_COLUMNS + (j % NET_COLUMNS) * 4 +
			  i % 4] = v;
			correction[j] += NET_ZERO * v;
		}
	}
	buf_add(b, q, (size_t)k * wide);
	buf_add(b, correction, wide * sizeof(*correction));
	buf_add(b, scale, wide * sizeof(*scale));
	buf_add(b, out, wide * sizeof(*out));
	mem_free(q);
	mem_free(correction);
	mem_free(scale);
	mem_free(out);
	return at;
}

static void add_words(struct buf *b, const struct nn *n, struct net_header *h, float unit)
{
	struct net_slot *slots;

	h->n_words = n->words.n;
	h->n_slots = 1024;
	while (h->n_slots < 2 * h->n_words)
		h->n_slots *= 2;
	slots = mem_alloc(h->n_slots * sizeof(*slots));
	for (uint32_t i = 1; i < n->words.n; i++) {
		uint32_t s = (uint32_t)n->keys[i] & (h->n_slots - 1);

		while (slots[s].row)
			s = (s + 1) & (h->n_slots - 1);
		slots[s] = (struct net_slot){(uint32_t)(n->keys[i] >> 32), i};
	}
	h->slots = align(b);
	buf_add(b, slots, h->n_slots * sizeof(*slots));
	mem_free(slots);
	h->words = align(b);
	for (size_t i = 0; i < (size_t)n->words.n * NET_WORD; i++) {
		int8_t q = clipped(n->words.w[i] / unit, NET_ONE);

		buf_add(b, &q, 1);
	}
}

/* The sums of spelling features over the tokens of a treebank, to see how large they get. */
static float bag_limit(const struct nn *n, const struct treebank *tb)
{
	uint32_t rows[WORDS_BAG_MAX + 2], step = tb->doc.n_tokens / 20000 + 1, k = 0;
	float *sums = mem_alloc((size_t)20002 * NET_BAG * sizeof(float)), limit;

	for (uint32_t i = 0; i < tb->doc.n_tokens; i += step, k++) {
		uint32_t m = words_bag(&tb->doc.tokens[i], rows);

		for (uint32_t r = 0; r < m; r++)
			for (int j = 0; j < NET_BAG; j++)
				sums[(size_t)k * NET_BAG + (size_t)j] +=
					n->bag.w[(size_t)rows[r] * NET_BAG + (size_t)j];
	}
	limit = usual_limit(sums, (size_t)k * NET_BAG);
	mem_free(sums);
	return limit;
}

static void add_bag(struct buf *b, const struct nn *n, struct net_header *h, float unit)
{
	size_t all = (size_t)NN_BAG_ROWS * NET_BAG;
	float scale = largest(n->bag.w, all) / 127.0f;

	h->bag = align(b);
	for (size_t i = 0; i < all; i++) {
		int8_t q = clipped(n->bag.w[i] / scale, 127);

		buf_add(b, &q, 1);
	}
	h->bag_scale = scale / unit;
}

static void add_matrices(struct buf *b, const struct nn *n, struct net_header *h,
			 const float *input, const float *inner)
{
	const struct nn_weights *w = &n->at;

	h->matrix[NET_MATRIX_CONV] = add_matrix(b, w->conv, w->conv_b, input, 3 * NET_IN, NET_D);
	for (int l = 0; l < NET_LAYERS; l++)
		h->matrix[NET_MATRIX_LAYER_0 + l] =
			add_matrix(b, w->layer[l].w, NULL, inner, NET_D, 3 * NET_D);
	h->matrix[NET_MATRIX_TAGS] = add_matrix(b, w->tags, w->tags_b, inner, NET_D, NET_TAGS);
	h->matrix[NET_MATRIX_NER] = add_matrix(b, w->ner, w->ner_b, inner, NET_D, NET_NER);
	h->matrix[NET_MATRIX_MLP] = add_matrix(b, w->mlp, w->mlp_b, inner, NET_D, NET_MLP);
	h->matrix[NET_MATRIX_ARC] = add_matrix(b, w->arc, w->arc_b, inner, NET_A, NET_A);
	h->matrix[NET_MATRIX_REL] = add_matrix(b, w->rel, w->rel_b, inner, NET_A, NET_REL);
}

static void add_rest(struct buf *b, const struct nn *n, struct net_header *h)
{
	h->state = align(b);
	for (int l = 0; l < NET_LAYERS; l++) {
		buf_add(b, n->at.layer[l].v, 2 * NET_D * sizeof(float));
		buf_add(b, n->at.layer[l].b, 2 * NET_D * sizeof(float));
	}
	h->root = align(b);
	for (int k = 0; k < NET_A; k++) {
		int8_t q = clipped(n->at.root[k] * NET_ONE, NET_ONE);

		buf_add(b, &q, 1);
	}
	buf_add(b, n->at.root + NET_A, NET_A * sizeof(float));
	h->feats = align(b);
	h->n_feats = n->n_feats;
	for (uint32_t i = 0; i < n->n_feats; i++) {
		buf_add_str(b, n->feats[i]);
		buf_add(b, "\n", 1);
	}
	h->feats_bytes = (uint32_t)(b->n - h->feats);
}

static void export_net(const struct nn *n, const struct treebank *tb, struct buf *b)
{
	struct net_header h = {.magic = "NNET1"};
	float word_unit = usual_limit(n->words.w, (size_t)n->words.n * NET_WORD) / NET_ONE;
	float bag_unit = bag_limit(n, tb) / NET_ONE;
	float input[3 * NET_IN], inner[NET_D];

	for (int i = 0; i < 3 * NET_IN; i++)
		input[i] = i % NET_IN < NET_WORD ? word_unit : bag_unit;
	for (int i = 0; i < NET_D; i++)
		inner[i] = 1.0f / NET_ONE;
	fprintf(stderr, "input limits: words %.3f, spelling %.3f\n", (double)word_unit * NET_ONE,
		(double)bag_unit * NET_ONE);
	buf_add(b, &h, sizeof(h));
	add_words(b, n, &h, word_unit);
	add_bag(b, n, &h, bag_unit);
	add_matrices(b, n, &h, input, inner);
	add_rest(b, n, &h);
	memcpy(b->p, &h, sizeof(h));
}

int train_language(int argc, char **argv)
{
	struct treebank tb = {0};
	struct buf net = {0}, lemmas = {0}, image = {0};
	struct image_writer *w;
	struct nn *n;
	struct err e;

	if (argc < 4) {
		fprintf(stderr, "usage: language OUT STATE TREEBANK...\n");
		return 2;
	}
	n = nn_load(argv[2], &e);
	if (!n)
		goto failed;
	for (int i = 3; i < argc; i++)
		if (treebank_read(&tb, argv[i], &e) < 0)
			goto failed;
	export_net(n, &tb, &net);
	lemma_train(&tb, &lemmas);
	w = image_writer_new();
	image_writer_add(w, "net", net.p, net.n);
	image_writer_add(w, "lemmas", lemmas.p, lemmas.n);
	image_writer_finish(w, &image);
	if (file_write(argv[1], buf_str(&image), &e) < 0)
		goto failed;
	image_writer_free(w);
	buf_free(&net);
	buf_free(&lemmas);
	buf_free(&image);
	treebank_free(&tb);
	return 0;
failed:
	fprintf(stderr, "%s\n", e.text);
	return 1;
}
