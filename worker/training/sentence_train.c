/* Trains the sentence splitter on the raw text of treebanks, as our tokens see it. */
#include <stdio.h>

#include "worker/engine/image.h"
#include "worker/engine/segment.h"
#include "worker/engine/sentence.h"
#include "worker/engine/text.h"
#include "worker/training/conllu.h"
#include "worker/training/linear_train.h"
#include "worker/training/train.h"

static void add_examples(struct linear_set *set, const struct treebank *tb)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};
	struct sentence_state st = {0};
	struct features f = {0};
	uint8_t *gaps;
	uint32_t k = 0;

	text_decode(&d, tb->text);
	gaps = segment_tokens(&d);
	for (uint32_t i = 0; i < d.n_tokens; i++) {
		uint32_t end = d.tokens[i].byte + d.tokens[i].n_bytes;
		bool ends;

		while (k < tb->n_text_ends && tb->text_ends[k] < end)
			k++;
		ends = k < tb->n_text_ends && tb->text_ends[k] == end;
		sentence_note(&st, &d, i);
		if (sentence_may_end(&d, gaps, i) && gaps[i] != GAP_PARAGRAPH) {
			sentence_features(&d, gaps, i, &st, &f);
			linear_set_add(set, &f, ends, 1.0);
		}
		if (ends)
			st = (struct sentence_state){0};
	}
	features_free(&f);
	arena_free(&a);
}

int train_sentences(int argc, char **argv)
{
	struct linear_set *set = linear_set_new();
	struct linear_options o = {.n_classes = 2, .epochs = 12, .l2 = 1e-6, .seed = 1};
	struct image_writer *w = image_writer_new();
	struct treebank tb = {0};
	struct buf model = {0}, image = {0};
	struct err e;

	if (argc < 3) {
		fprintf(stderr, "usage: sentences OUT TREEBANK...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		if (treebank_read(&tb, argv[i], &e) < 0)
			goto failed;
	add_examples(set, &tb);
	linear_train(set, &o, &model);
	image_writer_add(w, "sentences", model.p, model.n);
	image_writer_finish(w, &image);
	if (file_write(argv[1], buf_str(&image), &e) < 0)
		goto failed;
	linear_set_free(set);
	image_writer_free(w);
	buf_free(&model);
	buf_free(&image);
	treebank_free(&tb);
	return 0;
failed:
	fprintf(stderr, "%s\n", e.text);
	return 1;
}
