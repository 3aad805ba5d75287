/* From the trained network to what is shipped: quantised weights and lemmas in one image. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/image.h"
#include "worker/training/lemma_train.h"
#include "worker/training/nn.h"
#include "worker/training/nn_quantise.h"
#include "worker/training/train.h"

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
	h->slots = quantise_align(b);
	buf_add(b, slots, h->n_slots * sizeof(*slots));
	mem_free(slots);
	h->words = quantise_align(b);
	for (size_t i = 0; i < (size_t)n->words.n * NET_WORD; i++) {
		int8_t q = quantise_clipped(n->words.w[i] / unit, NET_ONE);

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
	limit = quantise_usual_limit(sums, (size_t)k * NET_BAG);
	mem_free(sums);
	return limit;
}

static void add_matrices(struct buf *b, const struct nn *n, struct net_header *h,
			 const float *input, const float *inner)
{
	const struct nn_weights *w = &n->at;

	h->matrix[NET_MATRIX_CONV] =
		quantise_matrix(b, w->conv, w->conv_b, input, 3 * NET_IN, NET_D);
	for (int l = 0; l < NET_LAYERS; l++)
		h->matrix[NET_MATRIX_LAYER_0 + l] =
			quantise_matrix(b, w->layer[l].w, NULL, inner, NET_D, 3 * NET_D);
	h->matrix[NET_MATRIX_TAGS] = quantise_matrix(b, w->tags, w->tags_b, inner, NET_D, NET_TAGS);
	h->matrix[NET_MATRIX_NER] = quantise_matrix(b, w->ner, w->ner_b, inner, NET_D, NET_NER);
	h->matrix[NET_MATRIX_MLP] = quantise_matrix(b, w->mlp, w->mlp_b, inner, NET_D, NET_MLP);
	h->matrix[NET_MATRIX_ARC] = quantise_matrix(b, w->arc, w->arc_b, inner, NET_A, NET_A);
	h->matrix[NET_MATRIX_REL] = quantise_matrix(b, w->rel, w->rel_b, inner, NET_A, NET_REL);
}

static void add_rest(struct buf *b, const struct nn *n, struct net_header *h)
{
	h->state = quantise_align(b);
	for (int l = 0; l < NET_LAYERS; l++) {
		buf_add(b, n->at.layer[l].v, 2 * NET_D * sizeof(float));
		buf_add(b, n->at.layer[l].b, 2 * NET_D * sizeof(float));
	}
	h->root = quantise_align(b);
	for (int k = 0; k < NET_A; k++) {
		int8_t q = quantise_clipped(n->at.root[k] * NET_ONE, NET_ONE);

		buf_add(b, &q, 1);
	}
	buf_add(b, n->at.root + NET_A, NET_A * sizeof(float));
	h->feats = quantise_align(b);
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
	float word_unit = quantise_usual_limit(n->words.w, (size_t)n->words.n * NET_WORD) / NET_ONE;
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
	h.bag = quantise_table(b, n->bag.w, (size_t)NN_BAG_ROWS * NET_BAG, bag_unit, &h.bag_scale);
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
