/* demarche-train eval-stances: the shipped ranker on foreign held-out sets. What is asked there is
 * a sentiment toward a named actor; the engine is used as it is: a given stance toward the target
 * counts, without one the pair is neutral unless its score is at least --lean. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/engine/stance.h"
#include "worker/engine/stance_features.h"
#include "worker/training/conllu.h"
#include "worker/training/stance_extra.h"
#include "worker/training/train.h"

struct confusion {
	uint32_t n[N_POLARITIES][N_POLARITIES], missed; /* [gold][ours] */
};

static double macro_f1(const struct confusion *c)
{
	double sum = 0;

	for (int k = 0; k < N_POLARITIES; k++) {
		uint32_t gold = 0, ours = 0;

		for (int j = 0; j < N_POLARITIES; j++) {
			gold += c->n[k][j];
			ours += c->n[j][k];
		}
		sum += gold + ours ? 2.0 * c->n[k][k] / (gold + ours) : 0;
	}
	return sum / N_POLARITIES;
}

static int open_image(struct image *im, const char *path, struct err *e)
{
	struct buf b = {0};
	void *aligned;
	size_t n;

	if (file_read(&b, path, e) < 0)
		return -1;
	aligned = aligned_alloc(IMAGE_ALIGN, (b.n + IMAGE_ALIGN) / IMAGE_ALIGN * IMAGE_ALIGN);
	CHECK(aligned);
	memcpy(aligned, b.p, b.n);
	n = b.n;
	buf_free(&b);
	return image_open(im, aligned, n, e);
}

/* The sign that the ranker gives to one pair; neutral where it is hardly a stance at all. */
static enum polarity decide(const struct stance_ranker *r, const struct stance_ground *s,
			    const struct candidates *c, const struct pair *p, double lean,
			    struct features *f)
{
	double sign[N_POLARITIES];

	f->n = 0;
	stance_target_features(s, c, p->target, f, NULL);
	stance_pair_features(s, c, p, f, NULL);
	if (linear_yes(&r->pair, f) < lean)
		return POLARITY_NEUTRAL;
	f->n = 0;
	stance_sign_features(s, c, p, f);
	linear_probabilities(&r->sign, f, sign);
	return sign[POLARITY_SUPPORT] > sign[POLARITY_OPPOSE] ? POLARITY_SUPPORT : POLARITY_OPPOSE;
}

static void measure(struct engine *en, const struct stance_ranker *r, const struct extras *x,
		    double lean, struct confusion *out)
{
	struct features f = {0};

	*out = (struct confusion){0};
	for (uint32_t i = 0; i < x->n; i++) {
		struct engine_input in = {.text = x->list[i].text};
		struct candidates c = {0};
		struct stance_ground s;
		struct pair p = {0};
		enum polarity ours = POLARITY_NEUTRAL;

		stance_ground_make(&s, engine_parse(en, &in), &r->grammar, &r->clusters);
		if (extra_find(&s, &x->list[i], &c, &p))
			ours = decide(r, &s, &c, &p, lean, &f);
		else
			out->missed++;
		out->n[x->list[i].polarity][ours]++;
	}
	features_free(&f);
}

static void print(const char *name, const struct confusion *c)
{
	uint32_t right = 0, all = 0;

	for (int k = 0; k < N_POLARITIES; k++)
		for (int j = 0; j < N_POLARITIES; j++) {
			all += c->n[k][j];
			right += k == j ? c->n[k][j] : 0;
		}
	printf("%-28s %6u examples  macro-F1 %.3f  accuracy %.3f  target not found %u\n", name, all,
	       macro_f1(c), all ? (double)right / all : 0, c->missed);
}

int eval_stances(int argc, char **argv)
{
	struct image model, codebook;
	struct stance_ranker r;
	struct engine *en;
	struct extras news = {0}, directed = {0};
	struct confusion c;
	struct err e;
	char path[2][4096];
	double lean = argc > 4 ? strtod(argv[4], NULL) : 0.1;

	if (argc < 4) {
		fprintf(stderr, "usage: eval-stances MODEL CODEBOOK SHARED [LEAN]\n");
		return 2;
	}
	snprintf(path[0], sizeof(path[0]), "%s/data/stance/newsmtsc/devtest_rw.jsonl", argv[3]);
	snprintf(path[1], sizeof(path[1]), "%s/data/stance/directed/valid.strict.txt", argv[3]);
	if (open_image(&model, argv[1], &e) < 0 || open_image(&codebook, argv[2], &e) < 0 ||
	    stance_ranker_open(&r, &model, &codebook, &e) < 0 ||
	    extras_newsmtsc(&news, path[0], &e) < 0 ||
	    extras_directed(&directed, path[1], &e) < 0 ||
	    (en = engine_new(&model, &codebook, &e)) == NULL) {
		fprintf(stderr, "cannot measure stances: %s\n", e.text);
		return 1;
	}
	measure(en, &r, &news, lean, &c);
	print("NewsMTSC devtest_rw", &c);
	measure(en, &r, &directed, lean, &c);
	print("directed valid.strict", &c);
	engine_free(en);
	extras_free(&news);
	extras_free(&directed);
	return 0;
}
