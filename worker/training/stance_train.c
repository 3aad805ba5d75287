/* demarche-train stances: learns to rank stances from the hand-coded documents and measures it by
 * five-fold cross-validation over documents (a document's fold is its place in the sorted order
 * modulo 5). All figures printed are of documents that the weights had not seen. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/engine/stance_features.h"
#include "worker/training/conllu.h"
#include "worker/training/stance_choose.h"
#include "worker/training/stance_extra.h"
#include "worker/training/stance_label.h"
#include "worker/training/train.h"
#include "worker/training/linear_train.h"
#include "worker/training/word_cluster.h"

enum { FOLDS = 5 };

#define LOW 0.05 /* raw scores below are not measured */

struct options {
	const char *model, *codebook, *shared, *out, *results, *own;
	uint32_t epochs, min_count, own_most, trees;
	double l2, rate, foreign, own_weight;
	bool cross, rules;
};

struct bench {
	struct options o;
	struct image model, codebook;
	struct buf model_bytes, codebook_bytes;
	struct stance_gold gold;
	struct engine *engine;
	struct doc **docs; /* their analyses stay valid */
	struct stance_ranker base;
	struct buf clusters;
	FILE *results;
	double worth[STANCE_KNOTS];
	struct foreign {
		struct features f;
		enum polarity polarity;
	} * foreign; /* examples of signs from other sets */
	uint32_t n_foreign, cap_foreign;
	struct gathering {
		struct linear_set *target, *pair, *sign;
		struct features f;
		double weight;
		uint32_t n_gold, n_with_target, n_with_holder, n_with_both, n_negative;
	} x; /* examples of all documents, in groups by fold */
	struct trees_set choices;
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
	    stance_gold_read(&b->gold, b->o.shared, b->o.own, e) < 0)
		return -1;
	if (grammar_open(&b->base.grammar, image_section(&b->codebook, "stances"), e) < 0)
		return -1;
	if (word_cluster_train(&b->model, b->o.shared, &b->clusters, e) < 0 ||
	    word_clusters_open(&b->base.clusters, buf_str(&b->clusters), e) < 0)
		return -1;
	if (b->gold.n_own > b->o.own_most) {
		b->gold.n_docs -= b->gold.n_own - b->o.own_most;
		b->gold.n_own = b->o.own_most;
	}
	b->docs = mem_alloc(b->gold.n_docs * sizeof(*b->docs));
	b->engine = engine_new(&b->model, &b->codebook, e);
	if (!b->engine)
		return -1;
	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		struct engine_input in = {
			.text = b->gold.docs[i].text,
			.meta = {.id = b->gold.docs[i].id, .date = b->gold.docs[i].date}};

		engine_parse(b->engine, &in);
		b->docs[i] = engine_take(b->engine);
	}
	return 0;
}

/* Examples of signs from foreign sets, parsed once. */
static int read_foreign(struct bench *b, struct err *e)
{
	struct extras x = {0};
	struct engine *en = engine_new(&b->model, &b->codebook, e);
	char path[4096];
	uint32_t n_lost = 0;

	if (!en)
		return -1;
	snprintf(path, sizeof(path), "%s/data/stance/newsmtsc/train.jsonl", b->o.shared);
	if (extras_newsmtsc(&x, path, e) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/data/stance/directed/train.strict.txt", b->o.shared);
	if (extras_directed(&x, path, e) < 0)
		return -1;
	for (uint32_t i = 0; i < x.n; i++) {
		struct engine_input in = {.text = x.list[i].text};
		struct candidates c = {0};
		struct stance_ground s;
		struct pair p = {0};
		struct foreign f = {.polarity = x.list[i].polarity};

		if (x.list[i].polarity == POLARITY_NEUTRAL)
			continue;
		stance_ground_make(&s, engine_parse(en, &in), &b->base.grammar, &b->base.clusters);
		if (!extra_find(&s, &x.list[i], &c, &p)) {
			n_lost++;
			continue;
		}
		stance_sign_features(&s, &c, &p, &f.f);
		MEM_GROW(b->foreign, b->n_foreign, b->cap_foreign);
		b->foreign[b->n_foreign++] = f;
	}
	fprintf(stderr, "%u foreign examples of signs, %u not found\n", b->n_foreign, n_lost);
	extras_free(&x);
	engine_free(en);
	return 0;
}

static void gather_target(struct gathering *x, const struct stance_ground *s,
			  const struct candidates *c, const struct sentence_labels *l, uint32_t t)
{
	if (l->target[t] == LABEL_IGNORE)
		return;
	x->f.n = 0;
	stance_target_features(s, c, t, &x->f);
	linear_set_add(x->target, &x->f, l->target[t], x->weight);
}

static const enum polarity polarity_of_label[] = {
	[LABEL_SUPPORT] = POLARITY_SUPPORT,
	[LABEL_OPPOSE] = POLARITY_OPPOSE,
	[LABEL_NEUTRAL] = POLARITY_NEUTRAL,
};

/* Most pairs are none; of those about nothing coded, one in KEEP is enough. */
enum { KEEP = 4 };

static void gather_pairs(struct gathering *x, const struct stance_ground *s, struct candidates *c,
			 const struct sentence_labels *l, uint32_t t)
{
	uint32_t n_target;

	x->f.n = 0;
	stance_target_features(s, c, t, &x->f);
	n_target = x->f.n;
	c->n_pairs = 0;
	candidates_pair(s, c, t);
	for (uint32_t i = 0; i < c->n_pairs; i++) {
		uint8_t label = l->pair[t][c->pairs[i].holder];
		bool thin = label == LABEL_NONE && !l->target[t];

		if (label == LABEL_IGNORE || (thin && x->n_negative++ % KEEP))
			continue;
		x->f.n = n_target;
		stance_pair_features(s, c, &c->pairs[i], &x->f);
		linear_set_add(x->pair, &x->f, label != LABEL_NONE, x->weight * (thin ? KEEP : 1));
		if (label == LABEL_NONE)
			continue;
		x->f.n = 0;
		stance_sign_features(s, c, &c->pairs[i], &x->f);
		linear_set_add(x->sign, &x->f, polarity_of_label[label], x->weight);
		x->f.n = 0;
		stance_target_features(s, c, t, &x->f);
	}
}

static void gather(struct bench *b, uint32_t doc, struct gathering *x)
{
	struct stance_ground s;
	struct candidates c = {0};
	struct sentence_labels *l = mem_alloc(sizeof(*l));
	struct arena a = {0};

	stance_ground_make(&s, b->docs[doc], &b->base.grammar, &b->base.clusters);
	for (uint32_t i = 0; i < b->docs[doc]->n_sentences; i++) {
		candidates_find(&s, i, &c);
		arena_reset(&a, 1 << 20);
		stance_label(&s, &c, &b->gold.docs[doc], &a, l);
		x->n_gold += l->n_gold;
		x->n_with_target += l->n_with_target;
		x->n_with_holder += l->n_with_holder;
		x->n_with_both += l->n_with_both;
		for (uint32_t t = 0; t < c.n_targets; t++) {
			gather_target(x, &s, &c, l, t);
			gather_pairs(x, &s, &c, l, t);
		}
	}
	arena_free(&a);
	mem_free(l);
}

static bool is_own(const struct bench *b, uint32_t doc)
{
	return doc >= b->gold.n_docs - b->gold.n_own;
}

/* Documents in sorted order modulo FOLDS; the project's own have folds too, since the choice is
 * learned from scores of documents not learned from, but are never measured on. */
static int fold_of(uint32_t doc)
{
	return (int)(doc % FOLDS);
}

static void gather_all(struct bench *b)
{
	struct gathering *x = &b->x;

	x->target = linear_set_new();
	x->pair = linear_set_new();
	x->sign = linear_set_new();
	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		uint32_t group = 1 + (uint32_t)fold_of(i);

		linear_set_group(x->target, group);
		linear_set_group(x->pair, group);
		linear_set_group(x->sign, group);
		x->weight = is_own(b, i) ? b->o.own_weight : 1;
		gather(b, i, x);
	}
	fprintf(stderr,
		"%u documents: %u targets, %u pairs, %u signs; of %u records: target found %u, "
		"holder %u, both %u\n",
		b->gold.n_docs, linear_set_size(x->target), linear_set_size(x->pair),
		linear_set_size(x->sign), x->n_gold, x->n_with_target, x->n_with_holder,
		x->n_with_both);
	linear_set_group(x->sign, 0);
	for (uint32_t i = 0; i < b->n_foreign; i++)
		linear_set_add(x->sign, &b->foreign[i].f, b->foreign[i].polarity, b->o.foreign);
	features_free(&x->f);
}

struct weights {
	struct buf target, pair, sign, choice;
};

/* The first models, learned from all but a fold; -1: from all. */
static void train_fold(struct bench *b, int fold, struct weights *w)
{
	struct linear_options o = {.epochs = b->o.epochs,
				   .min_count = b->o.min_count,
				   .l2 = b->o.l2,
				   .rate = b->o.rate,
				   .least = 0.04,
				   .n_classes = 2,
				   .skip_group = (uint32_t)(fold + 1)};

	*w = (struct weights){0};
	linear_train(b->x.target, &o, &w->target);
	linear_train(b->x.pair, &o, &w->pair);
	o.n_classes = N_POLARITIES;
	linear_train(b->x.sign, &o, &w->sign);
	fprintf(stderr, "fold %d: first models trained\n", fold);
}

/* The choice, likewise. */
static void train_choice(struct bench *b, int fold, struct weights *w)
{
	struct trees_options o = {.n_trees = b->o.trees, .rate = 0.1, .l2 = 20, .skip_group = fold};

	buf_free(&w->choice);
	trees_train(&b->choices, &o, &w->choice);
}

static void weights_free(struct weights *w)
{
	buf_free(&w->target);
	buf_free(&w->pair);
	buf_free(&w->sign);
	buf_free(&w->choice);
}

static void use_weights(struct bench *b, struct stance_ranker *r, const struct weights *w,
			double threshold)
{
	struct err e;

	*r = b->base;
	CHECK(linear_open(&r->target, buf_str(&w->target), &e) == 0);
	CHECK(linear_open(&r->pair, buf_str(&w->pair), &e) == 0);
	CHECK(linear_open(&r->sign, buf_str(&w->sign), &e) == 0);
	if (w->choice.n)
		CHECK(trees_open(&r->choice, buf_str(&w->choice), CHOICE_FEATURES, &e) == 0);
	r->trained = true;
	r->threshold = threshold;
}

struct measure {
	struct arena arena;
	struct judged *list;
	uint32_t n, cap, *used, n_used;
};

/* One line a stance: document, confidence, holder, polarity, target, rule, sentence. */
static void print_stances(const struct doc *d, FILE *f)
{
	for (uint32_t i = 0; i < d->n_stances; i++) {
		const struct result_stance *s = &d->stances[i];
		const struct entity *h = &d->entities[s->holder.ids[0]];

		fprintf(f, "%.*s\t%.3f\t%.*s:%.*s\t%s\t%.*s\t%.*s\t%.*s\n", STR_ARG(d->meta.id),
			s->confidence, STR_ARG(h->code), STR_ARG(h->name),
			polarity_name(s->polarity), STR_ARG(s->target.text), STR_ARG(s->rule),
			STR_ARG(s->text));
	}
}

static void rank_docs(struct bench *b, int fold, const struct stance_ranker *r, struct measure *m)
{
	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		if (is_own(b, i) || (fold >= 0 && fold_of(i) != fold))
			continue;
		b->docs[i]->n_stances = 0;
		stance_run(r, b->docs[i]);
		if (b->results)
			print_stances(b->docs[i], b->results);
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

static struct tally tally_at(const struct bench *b, const struct measure *m, double threshold)
{
	return stance_tally(m->list, m->n, b->gold.docs, m->used, m->n_used, threshold);
}

/* A table of thresholds; returns the one with the best F1, pair and full together. */
static double sweep(struct bench *b, struct measure *m)
{
	double best = 0, best_f1 = 0;
	struct tally best_at;

	puts("threshold   gold  given   pair   full  pair P     R    F1  full P     R    F1  sign");
	for (int k = 10; k <= 95; k++) {
		struct tally t = tally_at(b, m, k * 0.01);
		double f1 = tally_f1(t.full, t.gold, t.given) + tally_f1(t.pair, t.gold, t.given);

		if (k % 5 == 0)
			print_tally(&t, k * 0.01);
		if (f1 > best_f1) {
			best_f1 = f1;
			best = k * 0.01;
		}
	}
	puts("the best of them:");
	best_at = tally_at(b, m, best);
	print_tally(&best_at, best);
	return best;
}

/* Shares of right stances by raw score, made rising by pooling neighbours; of the documents with
 * an even or an odd place, or (parity -1) of all. */
static void fit_worth(const struct measure *m, int parity, double worth[STANCE_KNOTS])
{
	double right[STANCE_KNOTS] = {0}, n[STANCE_KNOTS] = {0};

	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t k = (uint32_t)(m->list[i].confidence * (STANCE_KNOTS - 1) + 0.5);

		if (parity >= 0 && (int)(m->list[i].doc / FOLDS % 2) != parity)
			continue;
		right[k] += m->list[i].right;
		n[k]++;
	}
	for (int k = 0; k < STANCE_KNOTS; k++) {
		int low = k;
		double r = right[k], c = n[k];

		while (low > 0 && (c < 1 || r / c < worth[low - 1])) {
			low--;
			r += right[low];
			c += n[low];
		}
		for (int j = low; j <= k; j++)
			worth[j] = c > 0 ? r / c : 0;
	}
}

/* Mean distance between confidence and share of right ones, over ten bins. */
static double calibration_error(const struct measure *m, int parity,
				const double worth[STANCE_KNOTS])
{
	struct stance_ranker r = {.threshold = 0};
	double sum[10] = {0}, right[10] = {0}, n[10] = {0}, all = 0, error = 0;

	memcpy(r.worth, worth, sizeof(r.worth));
	for (uint32_t i = 0; i < m->n; i++) {
		double c = stance_confidence(&r, m->list[i].confidence);
		int k = (int)(c * 10);

		if (parity >= 0 && (int)(m->list[i].doc / FOLDS % 2) != parity)
			continue;
		k = k > 9 ? 9 : k;
		sum[k] += c;
		right[k] += m->list[i].right;
		n[k]++;
		all++;
	}
	for (int k = 0; k < 10; k++)
		error += n[k] ? (sum[k] > right[k] ? sum[k] - right[k] : right[k] - sum[k]) : 0;
	return all ? error / all : 0;
}

/* Fits what raw scores are worth; the error is measured on the half that was not fitted. */
static void calibrate(struct bench *b, struct measure *m, double threshold)
{
	double half[STANCE_KNOTS];
	static const double none[STANCE_KNOTS];
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->n; i++)
		if (m->list[i].confidence >= threshold)
			m->list[kept++] = m->list[i];
	m->n = kept;
	stance_tally(m->list, m->n, b->gold.docs, m->used, m->n_used, threshold);
	fit_worth(m, 0, half);
	printf("calibration error %.3f raw, %.3f fitted (on the other half of the documents)\n",
	       calibration_error(m, 1, none), calibration_error(m, 1, half));
	fit_worth(m, -1, b->worth);
}

/* What the choice is learned from: the engine's own choices, with weights of the other folds. */
static void gather_choices(struct bench *b, const struct weights w[FOLDS])
{
	trees_set_free(&b->choices);
	b->choices.n_features = CHOICE_FEATURES;
	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		struct stance_ranker r;

		use_weights(b, &r, &w[fold_of(i)], LOW);
		choose_examples(&r, b->docs[i], &b->gold.docs[i], &b->choices, (uint8_t)fold_of(i),
				is_own(b, i) ? b->o.own_weight : 1);
	}
	fprintf(stderr, "%u examples of choices\n", b->choices.n);
}

/* First models, then the choice twice: the second time from the states that it leads to itself. */
static void train_folds(struct bench *b, struct weights w[FOLDS])
{
	for (int fold = 0; fold < FOLDS; fold++)
		train_fold(b, fold, &w[fold]);
	for (int turn = 0; turn < 2; turn++) {
		gather_choices(b, w);
		for (int fold = 0; fold < FOLDS; fold++)
			train_choice(b, fold, &w[fold]);
	}
}

static double cross_validate(struct bench *b)
{
	struct measure m = {.used = mem_alloc((b->gold.n_docs + 1) * sizeof(*m.used))};
	struct weights w[FOLDS];
	double threshold;

	b->results = b->o.results ? fopen(b->o.results, "w") : NULL;
	train_folds(b, w);
	for (int fold = 0; fold < FOLDS; fold++) {
		struct stance_ranker r;

		use_weights(b, &r, &w[fold], LOW);
		rank_docs(b, fold, &r, &m);
		weights_free(&w[fold]);
	}
	threshold = sweep(b, &m);
	calibrate(b, &m, threshold);
	if (b->results)
		fclose(b->results);
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
	struct weights t;
	struct buf out = {0};
	FILE *f;
	int rc = 0;

	train_fold(b, -1, &t);
	if (b->choices.n)
		train_choice(b, -1, &t);
	image_writer_add(w, "stance.clusters", b->clusters.p, b->clusters.n);
	image_writer_add(w, "stance.target", t.target.p, t.target.n);
	image_writer_add(w, "stance.pair", t.pair.p, t.pair.n);
	image_writer_add(w, "stance.sign", t.sign.p, t.sign.n);
	if (t.choice.n)
		image_writer_add(w, "stance.choice", t.choice.p, t.choice.n);
	image_writer_add(w, "stance.worth", b->worth, sizeof(b->worth));
	image_writer_add(w, "stance.threshold", &threshold, sizeof(threshold));
	image_writer_finish(w, &out);
	f = fopen(b->o.out, "wb");
	if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
		rc = err_set(e, ERR_IO, "cannot write %s", b->o.out);
	image_writer_free(w);
	weights_free(&t);
	buf_free(&out);
	return rc;
}

static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {{"epochs", required_argument, NULL, 'e'},
					      {"l2", required_argument, NULL, 'l'},
					      {"rate", required_argument, NULL, 'r'},
					      {"out", required_argument, NULL, 'o'},
					      {"results", required_argument, NULL, 'R'},
					      {"no-cross", no_argument, NULL, 'n'},
					      {"min-count", required_argument, NULL, 'm'},
					      {"own", required_argument, NULL, 'w'},
					      {"rules", no_argument, NULL, 'g'},
					      {"own-most", required_argument, NULL, 'O'},
					      {"own-weight", required_argument, NULL, 'W'},
					      {"trees", required_argument, NULL, 't'},
					      {"foreign", required_argument, NULL, 'f'},
					      {0}};
	int c;

	*o = (struct options){.epochs = 5,
			      .min_count = 3,
			      .l2 = 0.1,
			      .rate = 0.1,
			      .foreign = 0.5,
			      .cross = true,
			      .own_most = 600,
			      .own_weight = 1,
			      .trees = 120};
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
		case 'f':
			o->foreign = strtod(optarg, NULL);
			break;
		case 'R':
			o->results = optarg;
			break;
		case 'm':
			o->min_count = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			o->own = optarg;
			break;
		case 'O':
			o->own_most = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'W':
			o->own_weight = strtod(optarg, NULL);
			break;
		case 't':
			o->trees = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'g':
			o->rules = true;
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
		fprintf(stderr,
			"usage: stances [--epochs N] [--l2 X] [--rate X] [--foreign WEIGHT] "
			"[--no-cross] [--rules] [--own FOLDER] [--own-most N] [--own-weight X] "
			"[--trees N] [--results FILE] [--out IMAGE] "
			"MODEL CODEBOOK SHARED\n");
		return 2;
	}
	if (open_bench(&b, &e) < 0) {
		fprintf(stderr, "cannot train stances: %s\n", e.text);
		return 1;
	}
	if (b.o.foreign > 0 && read_foreign(&b, &e) < 0) {
		fprintf(stderr, "cannot train stances: %s\n", e.text);
		return 1;
	}
	if (b.o.rules)
		measure_rules(&b);
	gather_all(&b);
	if (b.o.cross)
		threshold = cross_validate(&b);
	if (b.o.out && write_image(&b, threshold, &e) < 0) {
		fprintf(stderr, "cannot train stances: %s\n", e.text);
		return 1;
	}
	return 0;
}
