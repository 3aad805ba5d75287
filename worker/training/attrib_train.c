/* Trains the rankers of attributions (worker/engine/attrib_rank.h, attrib_pick.h) on PolNeAR. A
 * proposal is right where a coded attribution has its cue and overlaps its content and its source;
 * what stands inside a coded content is left out, since the corpus does not nest. A source is right
 * where it is the head of the coded one. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/attrib_pick.h"
#include "worker/engine/attrib_rank.h"
#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/linear_train.h"
#include "worker/training/polnear.h"
#include "worker/training/train.h"

enum { FOLDS = POLNEAR_FOLDS };

/* A set to learn from, and the same by folds. */
struct task {
	struct linear_set *fold[FOLDS], *rest[FOLDS], *all;
};

struct training {
	struct task cues, sources;
	struct features f;
};

static void task_add(struct task *t, const struct features *f, int label, uint32_t fold)
{
	linear_set_add(t->all, f, (uint32_t)label, 1.0);
	for (uint32_t j = 0; j < FOLDS; j++)
		linear_set_add(j == fold ? t->fold[j] : t->rest[j], f, (uint32_t)label, 1.0);
}

/* The coded relation of a cue whose content overlaps, or NULL. `nested` says whether the cue
 * stands inside a coded content. */
static const struct relation *coded(const struct doc *d, const struct news *x,
				    const struct attribution *a, bool *nested)
{
	struct span cue = doc_span(d, (uint32_t)a->cue, 1);
	struct span content = doc_span(d, a->content, a->n_content);

	*nested = false;
	for (uint32_t i = 0; i < x->n; i++) {
		const struct relation *r = &x->relations[i];

		if (pieces_shared(&r->cue, cue) && pieces_shared(&r->content, content))
			return r;
		*nested = *nested || pieces_shared(&r->content, cue);
	}
	return NULL;
}

/* Of a coded source only the head of the phrase is right; its other words are left out. */
static int label_of_source(const struct doc *d, const struct relation *r, int32_t tok)
{
	int32_t head = d->tokens[tok].head;

	if (!pieces_shared(&r->source, doc_span(d, (uint32_t)tok, 1)))
		return 0;
	return head >= 0 && pieces_shared(&r->source, doc_span(d, (uint32_t)head, 1)) ? -1 : 1;
}

static void add_source(struct training *t, const struct doc *d, const struct relation *r,
		       const struct attribution *a, uint32_t fold)
{
	int32_t tok[ATTRIB_CANDIDATES];
	uint32_t n = attrib_candidates(d, a, tok);

	for (uint32_t i = 0; i < n; i++) {
		int label = label_of_source(d, r, tok[i]);

		if (label < 0)
			continue;
		attrib_candidate_features(d, a, tok[i], &t->f);
		task_add(&t->sources, &t->f, label, fold);
	}
}

static void add_cues(struct training *t, const struct doc *d, const struct news *x, uint32_t fold)
{
	struct attrib_proposal p[ATTRIB_PROPOSALS];

	for (uint32_t i = 0; i < d->n_tokens; i++) {
		uint32_t n = attrib_propose(d, (int32_t)i, p);

		for (uint32_t k = 0; k < n; k++) {
			struct attribution a = attrib_of_proposal(&p[k]);
			struct span source = doc_span(d, (uint32_t)p[k].source, 1);
			bool nested;
			const struct relation *r = coded(d, x, &a, &nested);

			if (r)
				add_source(t, d, r, &a, fold);
			if (nested && !r)
				continue;
			attrib_features(d, &p[k], &t->f);
			task_add(&t->cues, &t->f, r && pieces_shared(&r->source, source), fold);
		}
	}
}

static void add_sources(struct training *t, const struct doc *d, const struct news *x,
			uint32_t fold)
{
	for (uint32_t k = 0; k < d->n_attributions; k++) {
		const struct attribution *a = &d->attributions[k];
		const struct relation *r;
		bool nested;

		if (a->cue < 0)
			continue;
		r = coded(d, x, a, &nested);
		if (r)
			add_source(t, d, r, a, fold);
	}
}

static void task_init(struct task *t)
{
	t->all = linear_set_new();
	for (uint32_t k = 0; k < FOLDS; k++) {
		t->fold[k] = linear_set_new();
		t->rest[k] = linear_set_new();
	}
}

static void task_fini(struct task *t)
{
	for (uint32_t k = 0; k < FOLDS; k++) {
		linear_set_free(t->fold[k]);
		linear_set_free(t->rest[k]);
	}
	linear_set_free(t->all);
}

/* Each fold of documents by a model of the others. */
static int report(const char *name, const struct task *t, const struct linear_options *o,
		  struct err *e)
{
	struct linear_report sum = {0};
	uint32_t n = 0;

	for (uint32_t k = 0; k < FOLDS; k++) {
		struct buf bytes = {0};
		struct linear_report r;
		struct linear m;

		if (linear_set_size(t->fold[k]) == 0)
			continue;
		linear_train(t->rest[k], o, &bytes);
		if (linear_open(&m, buf_str(&bytes), e) < 0)
			return -1;
		r = linear_measure(&m, t->fold[k]);
		sum.accuracy += r.accuracy;
		sum.log_loss += r.log_loss;
		n++;
		buf_free(&bytes);
	}
	printf("%-8s %u examples; held out: accuracy %.4f, log loss %.4f\n", name,
	       linear_set_size(t->all), sum.accuracy / n, sum.log_loss / n);
	return 0;
}

/* Leaves out one fold where `held` names one: then the others' model can be measured on it. */
static int read_all(struct training *t, struct bench *b, const char *folder, uint32_t held,
		    struct err *e)
{
	struct arena a = {0};
	struct news x = {0};
	struct str *paths;
	char list[512];
	uint32_t n;
	int rc;

	snprintf(list, sizeof(list), "%s/attributions", folder);
	rc = bench_list(&a, list, ".ann", &paths, &n, e);
	for (uint32_t i = 0; i < n && rc == 0; i++) {
		struct engine_input in = {0};
		uint32_t fold = i * FOLDS / n; /* neighbours may be the same text */
		const struct doc *d;

		if (fold == held)
			continue;
		rc = news_read(&x, paths[i], folder, e);
		if (rc < 0)
			break;
		in.text = buf_str(&x.text);
		d = engine_parse(b->engine, &in);
		add_cues(t, d, &x, fold);
		add_sources(t, d, &x, fold);
	}
	news_free(&x);
	arena_free(&a);
	return rc;
}

static int train_task(const char *name, const struct task *t, const char *section,
		      struct image_writer *w, struct err *e)
{
	struct linear_options o = {
		.n_classes = 2, .epochs = 8, .min_count = 3, .l2 = 1e-6, .seed = 1};
	struct buf model = {0};
	int rc = report(name, t, &o, e);

	if (rc == 0) {
		linear_train(t->all, &o, &model);
		image_writer_add(w, section, model.p, model.n);
	}
	buf_free(&model);
	return rc;
}

int train_attributions(int argc, char **argv)
{
	struct image_writer *w = image_writer_new();
	struct buf image = {0};
	struct training t = {0};
	struct bench b;
	struct err e;
	int rc;

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: attributions OUT MODEL CODEBOOK FOLDER [HELD]\n");
		return 2;
	}
	task_init(&t.cues);
	task_init(&t.sources);
	rc = bench_open(&b, argv[2], argv[3], &e);
	if (rc == 0)
		rc = read_all(&t, &b, argv[4], argc == 6 ? (uint32_t)atoi(argv[5]) : FOLDS, &e);
	if (rc == 0)
		rc = train_task("cues", &t.cues, ATTRIB_SECTION, w, &e);
	if (rc == 0)
		rc = train_task("sources", &t.sources, ATTRIB_SOURCES_SECTION, w, &e);
	if (rc == 0) {
		image_writer_finish(w, &image);
		rc = file_write(argv[1], buf_str(&image), &e);
	}
	if (rc < 0)
		fprintf(stderr, "attributions: %s\n", e.text);
	task_fini(&t.cues);
	task_fini(&t.sources);
	features_free(&t.f);
	image_writer_free(w);
	buf_free(&image);
	bench_close(&b);
	return rc < 0;
}
