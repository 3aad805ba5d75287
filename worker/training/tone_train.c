/* demarche-train tone: cross-validates the tone model on NewsMTSC (train) with directed sentiment
 * (train.strict) beside it, then learns from all and writes the image. What is measured in the end
 * (devtest_rw, valid.strict, SEESAW) is read by eval-stances alone. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/engine/stance_tone.h"
#include "worker/training/tone_examples.h"
#include "worker/training/train.h"

enum { EPOCHS = 12, BATCH = 64 };
#define RATE         0.003f
#define OTHER_WEIGHT 0.5f /* of an example with a holder */

/* Where giving tones begins, and what a chance of 0, 0.1 … 1 by the model is worth as a stance of a
 * speaker's and of another actor's: fitted on ../shared/gold, of which the model learned nothing
 * (docs/stances.md). */
static const double WORTH[1 + 2 * TONE_KNOTS] = {
	0.25, 0,    0.01,  0.015, 0.02, 0.025, 0.03,  0.033, 0.037, 0.042, 0.046, 0.05,
	0,    0.03, 0.045, 0.06,  0.07, 0.08,  0.085, 0.095, 0.11,  0.14,  0.20,
};

struct counts {
	uint32_t n[N_POLARITIES][N_POLARITIES];
};

static void count(struct tone_learner *t, const struct tone_example *x, struct counts *c)
{
	float p[N_POLARITIES];
	int best = 0;

	tone_net_chances(t, x, p);
	for (int k = 1; k < N_POLARITIES; k++)
		best = p[k] > p[best] ? k : best;
	c->n[x->label][best]++;
}

static void cross_validate(const struct tone_set *set, uint32_t n_own, struct tone_options o,
			   uint32_t folds)
{
	struct counts anyone = {0}, holder = {0};

	for (uint32_t f = 0; f < folds; f++) {
		struct tone_learner *t;

		o.skip_group = (int)f;
		t = tone_net_train(set, &o);
		for (uint32_t i = 0; i < set->n; i++)
			if (set->list[i].group == f)
				count(t, &set->list[i], i < n_own ? &anyone : &holder);
		tone_net_free(t);
		printf("after fold %u: macro-F1 %.4f in anybody's eyes, %.4f in a holder's\n", f,
		       polarity_macro_f1(anyone.n), polarity_macro_f1(holder.n));
		fflush(stdout);
	}
}

/* Learns from all, each net from another beginning. */
static int write_image(const struct tone_set *set, struct tone_options o, const struct grammar *g,
		       const char *path, struct err *e)
{
	struct image_writer *w = image_writer_new();
	uint64_t hashes[TONE_CLASSES_MAX] = {0};
	struct buf section = {0}, out = {0};
	int rc;

	for (uint32_t c = 0; c < g->n_classes; c++)
		hashes[c] = tone_class_hash(grammar_str(g, g->classes[c].name));
	o.skip_group = -1;
	for (int k = 0; k < TONE_NETS; k++) {
		struct tone_learner *t;
		char name[16];

		o.seed = (uint64_t)k + 1;
		t = tone_net_train(set, &o);
		section.n = 0;
		tone_net_write(t, hashes, &section);
		snprintf(name, sizeof(name), "tone.%d", k + 1);
		image_writer_add(w, name, section.p, section.n);
		tone_net_free(t);
	}
	image_writer_add(w, "tone.worth", WORTH, sizeof(WORTH));
	image_writer_finish(w, &out);
	rc = file_write(path, buf_str(&out), e);
	printf("%s: %zu bytes\n", path, out.n);
	image_writer_free(w);
	buf_free(&section);
	buf_free(&out);
	return rc;
}

static int gather(struct tone_set *set, struct bench *b, const struct grammar *g,
		  const char *shared, uint32_t *n_own, struct err *e)
{
	struct extras news = {0}, directed = {0};
	char path[4096];
	int rc = -1;

	snprintf(path, sizeof(path), "%s/data/stance/newsmtsc/train.jsonl", shared);
	if (extras_newsmtsc(&news, path, e) < 0)
		goto out;
	snprintf(path, sizeof(path), "%s/data/stance/directed/train.strict.txt", shared);
	if (extras_directed(&directed, path, e) < 0)
		goto out;
	tone_examples_add(set, b->engine, g, &news, 1, false);
	*n_own = set->n;
	tone_examples_add(set, b->engine, g, &directed, OTHER_WEIGHT, true);
	rc = 0;
out:
	extras_free(&news);
	extras_free(&directed);
	return rc;
}

int train_tone(int argc, char **argv)
{
	struct tone_options o = {.epochs = EPOCHS, .batch = BATCH, .rate = RATE, .seed = 1};
	struct tone_set set = {0};
	struct grammar g;
	struct bench b;
	struct err e;
	uint32_t n_own;
	int rc = 1;

	if (argc < 5) {
		fprintf(stderr, "usage: tone MODEL CODEBOOK SHARED OUT [FOLDS]\n");
		return 2;
	}
	if (bench_open(&b, argv[1], argv[2], &e) < 0 ||
	    grammar_open(&g, image_section(&b.codebook, "stances"), &e) < 0 ||
	    gather(&set, &b, &g, argv[3], &n_own, &e) < 0)
		goto out;
	CHECK(g.n_classes <= TONE_CLASSES_MAX);
	o.n_classes = g.n_classes;
	printf("%u examples in anybody's eyes, %u in a holder's\n", n_own, set.n - n_own);
	cross_validate(&set, n_own, o, argc > 5 ? (uint32_t)atoi(argv[5]) : TONE_FOLDS);
	if (strcmp(argv[4], "-") != 0 && write_image(&set, o, &g, argv[4], &e) < 0)
		goto out;
	rc = 0;
out:
	if (rc)
		fprintf(stderr, "cannot train the tone: %s\n", e.text);
	arena_free(&set.arena);
	bench_close(&b);
	return rc;
}
