/* demarche-train stances: learns to rank stances from the hand-coded documents and measures it by
 * five-fold cross-validation over documents (a document's fold is its place in the sorted order
 * modulo 5). All figures printed are of documents that the weights had not seen. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/engine/stance_features.h"
#include "worker/training/conllu.h"
#include "worker/training/stance_label.h"
#include "worker/training/train.h"
#include "worker/training/linear_train.h"

enum { FOLDS = 5 };

struct options {
	const char *model, *codebook, *shared, *out, *results;
	uint32_t epochs;
	double l2, rate, ignored;
	bool cross;
};

struct bench {
	struct options o;
	struct image model, codebook;
	struct buf model_bytes, codebook_bytes;
	struct stance_gold gold;
	struct engine **engines; /* one a document: its analysis stays valid */
	struct doc **docs;
	struct stance_ranker base;
};

static int open_image(struct image *im, struct buf *b, const char *path, struct err *e)
{
	void *aligned;

	if (file_read(b, path, e) < 0)
		return -1;
	aligned = aligned_alloc(IMAGE_ALIGN, (b->n + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN);
	CHECK(aligned);
	memcpy(aligned, b->p, b->n);
	return image_open(im, aligned, b->n, e);
}

static int open_bench(struct bench *b, struct err *e)
{
	if (open_image(&b->model, &b->model_bytes, b->o.model, e) < 0 ||
	    open_image(&b->codebook, &b->codebook_bytes, b->o.codebook, e) < 0 ||
	    stance_gold_read(&b->gold, b->o.shared, e) < 0)
		return -1;
	if (grammar_open(&b->base.grammar, image_section(&b->codebook, "stances"), e) < 0)
		return -1;
	b->engines = mem_alloc(b->gold.n_docs * sizeof(*b->engines));
	b->docs = mem_alloc(b->gold.n_docs * sizeof(*b->docs));
	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		struct engine_input in = {.text = b->gold.docs[i].text,
					  .meta = {.id = b->gold.docs[i].id,
						   .date = b->gold.docs[i].date}};

		b->engines[i] = engine_new(&b->model, &b->codebook, e);
		if (!b->engines[i])
			return -1;
		b->docs[i] = engine_parse(b->engines[i], &in);
	}
	return 0;
}

struct gathering {
	struct linear_set *target, *pair;
	const struct linear *filter; /* of targets, or NULL */
	struct features f;
	uint32_t n_gold, n_with_target, n_with_holder, n_with_both, n_lost;
};

static void gather_target(struct gathering *x, const struct stance_ground *s,
			  const struct candidates *c, const struct sentence_labels *l, uint32_t t)
{
	if (l->target[t] == LABEL_IGNORE)
		return;
	x->f.n = 0;
	stance_target_features(s, c, t, &x->f);
	linear_set_add(x->target, &x->f, l->target[t], 1);
}

static void gather_pairs(struct gathering *x, const struct stance_ground *s, struct candidates *c,
			 const struct sentence_labels *l, uint32_t t)
{
	uint32_t n_target;

	x->f.n = 0;
	stance_target_features(s, c, t, &x->f);
	n_target = x->f.n;
	if (0) {
		x->n_lost += l->target[t] == 1;
		return;
	}
	c->n_pairs = 0;
	candidates_pair(s, c, t);
	for (uint32_t i = 0; i < c->n_pairs; i++) {
		uint8_t label = l->pair[t][c->pairs[i].holder];

		if (label == LABEL_IGNORE)
			continue;
		x->f.n = n_target;
		stance_pair_features(s, c, &c->pairs[i], &x->f);
		linear_set_add(x->pair, &x->f, label, 1);
	}
}

static void gather(struct bench *b, uint32_t doc, struct gathering *x)
{
	struct stance_ground s;
	struct candidates c = {0};
	struct sentence_labels *l = mem_alloc(sizeof(*l));
	struct arena a = {0};

	stance_ground_make(&s, b->docs[doc], &b->base.grammar);
	for (uint32_t i = 0; i < b->docs[doc]->n_sentences; i++) {
		candidates_find(&s, i, &c);
		arena_reset(&a, 1 << 20);
		stance_label(&s, &c, &b->gold.docs[doc], &a, l);
		x->n_gold += l->n_gold;
		x->n_with_target += l->n_with_target;
		x->n_with_holder += l->n_with_holder;
		x->n_with_both += l->n_with_both;
		for (uint32_t t = 0; t < c.n_targets; t++)
			if (x->pair)
				gather_pairs(x, &s, &c, l, t);
			else
				gather_target(x, &s, &c, l, t);
	}
	arena_free(&a);
	mem_free(l);
}

/* Documents of the fold (or, where `others`, of all the others; fold -1: all). */
static bool in_fold(uint32_t doc, int fold, bool others)
{
	return fold < 0 || ((int)(doc % FOLDS) == fold) != others;
}

static void train_fold(struct bench *b, int fold, struct buf *target, struct buf *pair)
{
	struct linear_options o = {.epochs = b->o.epochs, .l2 = b->o.l2, .rate = b->o.rate};
	struct gathering x = {.target = linear_set_new()};
	struct linear filter;
	struct err e;

	for (uint32_t i = 0; i < b->gold.n_docs; i++)
		if (in_fold(i, fold, true))
			gather(b, i, &x);
	o.n_classes = 2;
	linear_train(x.target, &o, target);
	fprintf(stderr, "fold %d: %u targets; of %u records: target found %u, holder %u, both %u\n",
		fold, linear_set_size(x.target), x.n_gold, x.n_with_target, x.n_with_holder,
		x.n_with_both);
	linear_set_free(x.target);
	CHECK(linear_open(&filter, buf_str(target), &e) == 0);
	x = (struct gathering){.pair = linear_set_new(), .filter = &filter, .f = x.f};
	for (uint32_t i = 0; i < b->gold.n_docs; i++)
		if (in_fold(i, fold, true))
			gather(b, i, &x);
	o.n_classes = STANCE_CLASSES;
	fprintf(stderr, "fold %d: %u pairs, %u targets lost\n", fold, linear_set_size(x.pair),
		x.n_lost);
	linear_train(x.pair, &o, pair);
	linear_set_free(x.pair);
	features_free(&x.f);
}

static void use_weights(struct bench *b, struct stance_ranker *r, const struct buf *target,
			const struct buf *pair, double threshold)
{
	struct err e;

	*r = b->base;
	CHECK(linear_open(&r->target, buf_str(target), &e) == 0);
	CHECK(linear_open(&r->pair, buf_str(pair), &e) == 0);
	r->trained = true;
	r->threshold = threshold;
}

struct measure {
	struct arena arena;
	struct judged *list;
	uint32_t n, cap, *used, n_used;
};

static void rank_docs(struct bench *b, int fold, const struct stance_ranker *r, struct measure *m)
{
	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		if (!in_fold(i, fold, false))
			continue;
		b->docs[i]->n_stances = 0;
		stance_rank(b->docs[i], r);
		stance_judge(b->docs[i], &b->gold.docs[i], i, &m->arena, &m->list, &m->n, &m->cap);
		m->used[m->n_used++] = i;
	}
}

static void print_tally(const struct tally *t, double threshold)
{
	printf("%9.2f %6u %6u %6u %6u  %.3f %.3f %.3f  %.3f %.3f %.3f  %.3f\n", threshold, t->gold,
	       t->given, t->pair, t->full, t->given ? (double)t->pair / t->given : 0,
	       t->gold ? (double)t->pair / t->gold : 0, tally_f1(t->pair, t->gold, t->given),
	       t->given ? (double)t->full / t->given : 0, t->gold ? (double)t->full / t->gold : 0,
	       tally_f1(t->full, t->gold, t->given), t->pair ? (double)t->full / t->pair : 0);
}

/* A table of thresholds; returns the one with the best F1. */
static double sweep(struct bench *b, struct measure *m)
{
	double best = 0, best_f1 = 0;

	puts("threshold   gold  given   pair   full  pair P     R    F1  full P     R    F1  sign");
	for (int k = 2; k <= 19; k++) {
		double threshold = k * 0.05;
		struct tally t = stance_tally(m->list, m->n, b->gold.docs, m->used, m->n_used,
					      threshold);

		print_tally(&t, threshold);
		if (tally_f1(t.full, t.gold, t.given) > best_f1) {
			best_f1 = tally_f1(t.full, t.gold, t.given);
			best = threshold;
		}
	}
	return best;
}

static double cross_validate(struct bench *b)
{
	struct measure m = {.used = mem_alloc((b->gold.n_docs + 1) * sizeof(*m.used))};
	double threshold;

	for (int fold = 0; fold < FOLDS; fold++) {
		struct buf target = {0}, pair = {0};
		struct stance_ranker r;

		train_fold(b, fold, &target, &pair);
		use_weights(b, &r, &target, &pair, 0.08);
		rank_docs(b, fold, &r, &m);
		buf_free(&target);
		buf_free(&pair);
	}
	threshold = sweep(b, &m);
	arena_free(&m.arena);
	mem_free(m.used);
	return threshold;
}

static void measure_rules(struct bench *b)
{
	struct measure m = {.used = mem_alloc((b->gold.n_docs + 1) * sizeof(*m.used))};
	struct stance_ranker r = b->base;

	r.threshold = 0.1;
	rank_docs(b, -1, &r, &m);
	puts("the grammar alone:");
	sweep(b, &m);
	arena_free(&m.arena);
	mem_free(m.used);
}

static int write_image(struct bench *b, double threshold, struct err *e)
{
	struct image_writer *w = image_writer_new();
	struct buf target = {0}, pair = {0}, out = {0};
	FILE *f;
	int rc = 0;

	train_fold(b, -1, &target, &pair);
	image_writer_add(w, "stance.target", target.p, target.n);
	image_writer_add(w, "stance.pair", pair.p, pair.n);
	image_writer_add(w, "stance.threshold", &threshold, sizeof(threshold));
	image_writer_finish(w, &out);
	f = fopen(b->o.out, "wb");
	if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
		rc = err_set(e, ERR_IO, "cannot write %s", b->o.out);
	image_writer_free(w);
	buf_free(&target);
	buf_free(&pair);
	buf_free(&out);
	return rc;
}

static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {
		{"epochs", required_argument, NULL, 'e'}, {"l2", required_argument, NULL, 'l'},
		{"rate", required_argument, NULL, 'r'},	  {"out", required_argument, NULL, 'o'},
		{"results", required_argument, NULL, 'R'}, {"no-cross", no_argument, NULL, 'n'},
		{0}};
	int c;

	*o = (struct options){.epochs = 12, .l2 = 1e-6, .rate = 0.1, .cross = true};
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (c) {
		case 'e':
			o->epochs = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'l':
			o->l2 = strtod(optarg, NULL);
			break;
		case 'r':
			o->rate = strtod(optarg, NULL);
			break;
		case 'o':
			o->out = optarg;
			break;
		case 'R':
			o->results = optarg;
			break;
		case 'n':
			o->cross = false;
			break;
		default:
			return -1;
		}
	}
	if (argc - optind != 3)
		return -1;
	o->model = argv[optind];
	o->codebook = argv[optind + 1];
	o->shared = argv[optind + 2];
	return 0;
}

int train_stances(int argc, char **argv)
{
	struct bench b = {0};
	struct err e;
	double threshold = 0.4;

	if (read_options(&b.o, argc, argv) < 0) {
		fprintf(stderr, "usage: stances [--epochs N] [--l2 X] [--rate X] [--no-cross] "
				"[--out IMAGE] MODEL CODEBOOK SHARED\n");
		return 2;
	}
	if (open_bench(&b, &e) < 0) {
		fprintf(stderr, "cannot train stances: %s\n", e.text);
		return 1;
	}
	if (!getenv("NORULES")) measure_rules(&b);
	if (b.o.cross)
		threshold = cross_validate(&b);
	if (b.o.out && write_image(&b, threshold, &e) < 0) {
		fprintf(stderr, "cannot train stances: %s\n", e.text);
		return 1;
	}
	return 0;
}
