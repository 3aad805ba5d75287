/* demarche-train eval-stances: the shipped engine on foreign held-out sets that nothing was learned
 * from. Each is measured on the records as a user gets them, with stances from the confidence
 * LEAST on; the two sets of marked sentences also by asking the tone model directly. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/bench.h"
#include "worker/training/seesaw.h"
#include "worker/training/tone_examples.h"
#include "worker/training/train.h"

#define LEAST 0.01

struct confusion {
	uint32_t n[N_POLARITIES][N_POLARITIES], missed; /* [gold][ours] */
};

static void print(const char *name, struct confusion *c)
{
	uint32_t right = 0, all = 0;

	for (int k = 0; k < N_POLARITIES; k++)
		for (int j = 0; j < N_POLARITIES; j++) {
			all += c->n[k][j];
			right += k == j ? c->n[k][j] : 0;
		}
	printf("%-36s %6u examples  macro-F1 %.3f  accuracy %.3f  target not found %u\n", name, all,
	       polarity_macro_f1(c->n), all ? (double)right / all : 0, c->missed);
}

/* ---- the model, asked about the marked phrase ---- */

static enum polarity asked(const struct tone_model *m, const struct stance_ground *s,
			   const struct tone_question *q)
{
	enum polarity best = POLARITY_NEUTRAL;
	struct tone_sentence t;
	double p[N_POLARITIES];

	tone_begin(&t, m, s, s->d->tokens[q->target].sent);
	tone_ask(&t, q, p);
	for (int k = 0; k < N_POLARITIES; k++)
		best = p[k] > p[best] ? (enum polarity)k : best;
	return best;
}

static void measure_model(struct bench *b, const struct grammar *g, const struct tone_model *m,
			  const struct extras *x, struct confusion *out)
{
	static const struct word_clusters none;

	*out = (struct confusion){0};
	for (uint32_t i = 0; i < x->n; i++) {
		struct engine_input in = {.text = x->list[i].text};
		enum polarity ours = POLARITY_NEUTRAL;
		struct stance_ground s;
		struct tone_question q;

		stance_ground_make(&s, engine_parse(b->engine, &in), g, &none);
		if (tone_question_of(s.d, &x->list[i], &q))
			ours = asked(m, &s, &q);
		else
			out->missed++;
		out->n[x->list[i].polarity][ours]++;
	}
}

/* ---- the records ---- */

static bool meets(struct span s, uint32_t start, uint32_t end)
{
	return s.start < end && s.end > start;
}

static bool is_named_at(const struct result *r, int64_t id, uint32_t start, uint32_t end)
{
	for (uint32_t i = 0; i < r->n_entities; i++)
		for (uint32_t k = 0; r->entities[i].id == id && k < r->entities[i].n_mentions; k++)
			if (meets(r->entities[i].mentions[k], start, end))
				return true;
	return false;
}

static bool is_about(const struct result *r, const struct result_stance *s, const struct extra *x)
{
	if (x->holder < x->holder_end &&
	    !(s->holder.n && is_named_at(r, s->holder.ids[0], x->holder, x->holder_end)))
		return false;
	if (s->target.entity >= 0)
		return is_named_at(r, s->target.entity, x->target, x->target_end);
	return meets(s->target.span, x->target, x->target_end) &&
	       s->target.span.end - s->target.span.start <= x->target_end - x->target + 4;
}

/* The surest stance toward the marked phrase, of the marked holder where there is one. */
static void measure_records(struct bench *b, const struct extras *x, double least,
			    struct confusion *out)
{
	*out = (struct confusion){0};
	for (uint32_t i = 0; i < x->n; i++) {
		struct engine_input in = {.text = x->list[i].text, .stance_least = least};
		const struct result *r = engine_analyze(b->engine, &in);
		const struct result_stance *best = NULL;

		for (uint32_t k = 0; k < r->n_stances; k++)
			if (is_about(r, &r->stances[k], &x->list[i]) &&
			    (!best || r->stances[k].confidence > best->confidence))
				best = &r->stances[k];
		out->missed += !best;
		out->n[x->list[i].polarity][best ? best->polarity : POLARITY_NEUTRAL]++;
	}
}

static void measure_set(struct bench *b, const struct grammar *g, const struct tone_model *m,
			const struct extras *x, double least, const char *name)
{
	struct confusion c;
	char line[80];

	if (m->n) {
		measure_model(b, g, m, x, &c);
		snprintf(line, sizeof(line), "%s, model asked", name);
		print(line, &c);
	}
	measure_records(b, x, least, &c);
	snprintf(line, sizeof(line), "%s, records", name);
	print(line, &c);
}

static double part(uint32_t a, uint32_t b)
{
	return b ? (double)a / b : 0;
}

static void print_seesaw(const struct seesaw_score *s)
{
	printf("SEESAW valid, %u articles, a sentence's pairs: %u of %u given, %u coded  P %.3f  R "
	       "%.3f  F1 %.3f  (%.3f without signs)\n",
	       s->articles, s->right, s->ours, s->gold, part(s->right, s->ours),
	       part(s->right, s->gold), part(2 * s->right, s->ours + s->gold),
	       part(2 * s->pairs, s->ours + s->gold));
	printf("SEESAW valid, an article's pairs: %u of %u given, %u coded  P %.3f  R %.3f  F1 "
	       "%.3f\n",
	       s->doc_right, s->doc_ours, s->doc_gold, part(s->doc_right, s->doc_ours),
	       part(s->doc_right, s->doc_gold), part(2 * s->doc_right, s->doc_ours + s->doc_gold));
}

static int read_sets(struct extras *news, struct extras *directed, const char *shared,
		     struct err *e)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/data/stance/newsmtsc/devtest_rw.jsonl", shared);
	if (extras_newsmtsc(news, path, e) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/data/stance/directed/valid.strict.txt", shared);
	return extras_directed(directed, path, e);
}

int eval_stances(int argc, char **argv)
{
	double least = argc > 4 ? strtod(argv[4], NULL) : LEAST;
	struct extras news = {0}, directed = {0};
	struct seesaw_score seesaw;
	struct tone_model m;
	struct grammar g;
	struct bench b;
	struct err e;
	char path[4096];
	int rc = 1;

	if (argc < 4) {
		fprintf(stderr, "usage: eval-stances MODEL CODEBOOK SHARED [LEAST]\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/data/stance/seesaw", argv[3]);
	if (bench_open(&b, argv[1], argv[2], &e) < 0 ||
	    grammar_open(&g, image_section(&b.codebook, "stances"), &e) < 0 ||
	    tone_open(&m, &b.model, &g, &e) < 0 || read_sets(&news, &directed, argv[3], &e) < 0 ||
	    seesaw_measure(b.engine, path, "valid", least, &seesaw, &e) < 0) {
		fprintf(stderr, "cannot measure stances: %s\n", e.text);
		goto out;
	}
	measure_set(&b, &g, &m, &news, least, "NewsMTSC devtest_rw");
	measure_set(&b, &g, &m, &directed, least, "directed valid.strict");
	print_seesaw(&seesaw);
	rc = 0;
out:
	bench_close(&b);
	extras_free(&news);
	extras_free(&directed);
	return rc;
}
