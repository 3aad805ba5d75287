/* demarche-train stances: learns to rank stances from the hand-coded documents and measures it by
 * five-fold cross-validation over documents (a document's fold is its place in the sorted order
 * modulo 5). All figures printed are of documents that the weights had not seen. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/engine/stance_features.h"
#include "worker/training/conllu.h"
#include "worker/training/doc_keep.h"
#include "worker/training/linear_train.h"
#include "worker/training/parallel.h"
#include "worker/training/progress.h"
#include "worker/training/stance_choose.h"
#include "worker/training/stance_extra.h"
#include "worker/training/stance_label.h"
#include "worker/training/train.h"
#include "worker/training/word_cluster.h"

enum { FOLDS = 5, PARSERS = 8 };

#define LOW 0.05 /* raw scores below are not measured */

struct options {
	const char *model, *codebook, *shared, *out, *results, *own;
	uint32_t epochs, min_count, own_most, trees;
	double l2, rate, foreign, own_weight, tree_rate;
	bool rules;
};

struct bench {
	struct options o;
	struct image model, codebook;
	struct buf model_bytes, codebook_bytes;
	struct stance_gold gold;
	struct engine *engines[PARSERS]; /* the documents hold on to them */
	struct doc **docs;               /* kept; what a pass adds to them goes with its arena */
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
		struct features f, of_target;
		double weight;
		uint32_t n_gold, n_with_target, n_with_holder, n_with_both, n_negative;
	} x; /* examples of all documents, in groups by fold */
	struct choice_examples choices;
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
	return 0;
}

/* One document in PARSERS, by an engine that is left to them. */
static void parse_some(void *context, uint32_t job)
{
	struct bench *b = context;
	struct err e;
	struct engine *en = engine_new(&b->model, &b->codebook, &e);

	CHECK(en); /* the images were opened before */
	for (uint32_t i = job; i < b->gold.n_docs; i += PARSERS) {
		struct engine_input in = {
			.text = b->gold.docs[i].text,
			.meta = {.id = b->gold.docs[i].id, .date = b->gold.docs[i].date}};

		b->docs[i] = doc_keep(engine_parse(en, &in));
	}
	b->engines[job] = en;
}

static int parse_all(struct bench *b, struct err *e)
{
	struct engine *en = engine_new(&b->model, &b->codebook, e);

	if (!en)
		return -1;
	engine_free(en);
	b->docs = mem_alloc(b->gold.n_docs * sizeof(*b->docs));
	parallel_run(parse_some, b, PARSERS);
	progress("%u documents analysed", b->gold.n_docs);
	return 0;
}

/* What a stage adds to a document lies in this arena until the next one. */
static struct doc *borrow(const struct bench *b, uint32_t doc, struct arena *scratch)
{
	struct doc *d = b->docs[doc];

	arena_reset(scratch, 16 << 20);
	d->arena = scratch;
	d->stances = NULL;
	d->n_stances = d->cap_stances = 0;
	return d;
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
	progress("%u foreign examples of signs, %u not found", b->n_foreign, n_lost);
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
	stance_target_features(s, c, t, &x->f, NULL);
	linear_set_add(x->target, &x->f, l->target[t], x->weight);
}

static const enum polarity polarity_of_label[] = {
	[LABEL_SUPPORT] = POLARITY_SUPPORT,
	[LABEL_OPPOSE] = POLARITY_OPPOSE,
	[LABEL_NEUTRAL] = POLARITY_NEUTRAL,
};

/* Most pairs are none; of those about nothing coded, one in KEEP is enough. */
enum { KEEP = 4 };

/* The phrase's features, kept once for all pairs and signs of it. */
struct sharing {
	struct linear_set *set;
	bool done;
};

static void share(struct sharing *s, const struct features *of_target)
{
	if (!s->done)
		linear_set_share(s->set, of_target);
	s->done = true;
}

static void gather_pairs(struct gathering *x, const struct stance_ground *s, struct candidates *c,
			 const struct sentence_labels *l, uint32_t t)
{
	struct sharing pair = {x->pair, false}, sign = {x->sign, false};

	x->of_target.n = 0;
	stance_target_features(s, c, t, &x->of_target, NULL);
	c->n_pairs = 0;
	candidates_pair(s, c, t);
	for (uint32_t i = 0; i < c->n_pairs; i++) {
		uint8_t label = l->pair[t][c->pairs[i].holder];
		bool thin = label == LABEL_NONE && !l->target[t];

		if (label == LABEL_IGNORE || (thin && x->n_negative++ % KEEP))
			continue;
		x->f.n = 0;
		stance_pair_features(s, c, &c->pairs[i], &x->f, NULL);
		share(&pair, &x->of_target);
		linear_set_add(x->pair, &x->f, label != LABEL_NONE, x->weight * (thin ? KEEP : 1));
		if (label == LABEL_NONE || !l->whole[t])
			continue;
		stance_sign_rest(s, c, &c->pairs[i], &x->f, NULL);
		share(&sign, &x->of_target);
		linear_set_add(x->sign, &x->f, polarity_of_label[label], x->weight);
	}
}

static void gather(struct bench *b, uint32_t doc, struct arena *scratch, struct gathering *x)
{
	struct doc *d = borrow(b, doc, scratch);
	struct stance_ground s;
	struct candidates c = {0};
	struct sentence_labels *l = mem_alloc(sizeof(*l));
	struct arena a = {0};

	stance_ground_make(&s, d, &b->base.grammar, &b->base.clusters);
	for (uint32_t i = 0; i < d->n_sentences; i++) {
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
	struct arena scratch = {0};

	x->target = linear_set_new();
	x->pair = linear_set_new();
	x->sign = linear_set_new();
	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		uint32_t group = 1 + (uint32_t)fold_of(i);

		linear_set_group(x->target, group);
		linear_set_group(x->pair, group);
		linear_set_group(x->sign, group);
		x->weight = is_own(b, i) ? b->o.own_weight : 1;
		gather(b, i, &scratch, x);
	}
	arena_free(&scratch);
	progress("%u documents: %u targets, %u pairs, %u signs; of %u records: target found %u, "
		 "holder %u, both %u",
		 b->gold.n_docs, linear_set_size(x->target), linear_set_size(x->pair),
		 linear_set_size(x->sign), x->n_gold, x->n_with_target, x->n_with_holder,
		 x->n_with_both);
	linear_set_group(x->sign, 0);
	linear_set_share(x->sign, NULL);
	for (uint32_t i = 0; i < b->n_foreign; i++)
		linear_set_add(x->sign, &b->foreign[i].f, b->foreign[i].polarity, b->o.foreign);
	features_free(&x->f);
	features_free(&x->of_target);
}

struct weights {
	struct buf target, pair, sign, side, choice;
};

enum { ALL = FOLDS, RUNS = FOLDS + 1 }; /* after the folds: learned from all documents */

/* The folds and all, and what is learned of each. */
struct learning {
	struct bench *b;
	struct weights w[RUNS];
};

/* One of the first models, learned from all but a fold. */
static void train_first(void *context, uint32_t job)
{
	struct learning *l = context;
	struct bench *b = l->b;
	uint32_t run = job / 3;
	struct weights *w = &l->w[run];
	struct linear_options o = {.epochs = b->o.epochs,
				   .min_count = b->o.min_count,
				   .l2 = b->o.l2,
				   .rate = b->o.rate,
				   .least = 0.04,
				   .n_classes = job % 3 == 2 ? N_POLARITIES : 2,
				   .skip_group = run == ALL ? 0 : run + 1};

	if (job % 3 == 0)
		linear_train(b->x.target, &o, &w->target);
	else if (job % 3 == 1)
		linear_train(b->x.pair, &o, &w->pair);
	else
		linear_train(b->x.sign, &o, &w->sign);
}

/* The examples are not needed again. */
static void train_firsts(struct learning *l)
{
	struct gathering *x = &l->b->x;

	linear_set_prepare(x->target, l->b->o.min_count);
	linear_set_prepare(x->pair, l->b->o.min_count);
	linear_set_prepare(x->sign, l->b->o.min_count);
	parallel_run(train_first, l, 3 * RUNS);
	linear_set_free(x->target);
	linear_set_free(x->pair);
	linear_set_free(x->sign);
	x->target = x->pair = x->sign = NULL;
	progress("first models trained");
}

/* The trees on top of them, likewise: an even job is the choice, an odd one the sign. */
static void train_trees(void *context, uint32_t job)
{
	struct learning *l = context;
	uint32_t run = job / 2;
	struct trees_options o = {.n_trees = l->b->o.trees,
				  .rate = l->b->o.tree_rate,
				  .l2 = 20,
				  .rows = 0.5,
				  .columns = 0.5,
				  .skip_group = run == ALL ? -1 : (int)run};
	struct buf *out = job % 2 ? &l->w[run].side : &l->w[run].choice;

	buf_free(out);
	trees_train(job % 2 ? &l->b->choices.side : &l->b->choices.choice, &o, out);
}

static void weights_free(struct weights *w)
{
	buf_free(&w->target);
	buf_free(&w->pair);
	buf_free(&w->sign);
	buf_free(&w->side);
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
	if (w->side.n)
		CHECK(trees_open(&r->side, buf_str(&w->side), SIGN_FEATURES, &e) == 0);
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

/* One line a stance: document, confidence, holder, polarity, target, rule, sentence, the
 * target's code. */
static void print_stances(const struct doc *d, FILE *f)
{
	for (uint32_t i = 0; i < d->n_stances; i++) {
		const struct result_stance *s = &d->stances[i];
		const struct entity *h = &d->entities[s->holder.ids[0]];

		struct str code =
			s->target.entity > 0 ? d->entities[s->target.entity].code : STR("");

		fprintf(f, "%.*s\t%.3f\t%.*s:%.*s\t%s\t%.*s\t%.*s\t%.*s\t%.*s\n",
			STR_ARG(d->meta.id), s->confidence, STR_ARG(h->code), STR_ARG(h->name),
			polarity_name(s->polarity), STR_ARG(s->target.text), STR_ARG(s->rule),
			STR_ARG(s->text), STR_ARG(code));
	}
}

static void rank_docs(struct bench *b, int fold, const struct stance_ranker *r, struct measure *m)
{
	struct arena scratch = {0};

	for (uint32_t i = 0; i < b->gold.n_docs; i++) {
		struct doc *d;

		if (is_own(b, i) || (fold >= 0 && fold_of(i) != fold))
			continue;
		d = borrow(b, i, &scratch);
		stance_run(r, d);
		if (b->results)
			print_stances(d, b->results);
		stance_judge(d, &b->gold.docs[i], i, &m->arena, &m->list, &m->n, &m->cap);
		m->used[m->n_used++] = i;
	}
	arena_free(&scratch);
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

/* What the choice is learned from: the engine's own choices on a fold, with weights of the other
 * folds. */
struct choosing {
	struct learning *l;
	struct choice_examples found[FOLDS];
};

static void gather_choices(void *context, uint32_t fold)
{
	struct choosing *x = context;
	struct bench *b = x->l->b;
	struct arena scratch = {0};
	struct stance_ranker r;

	use_weights(b, &r, &x->l->w[fold], LOW);
	for (uint32_t i = 0; i < b->gold.n_docs; i++)
		if (fold_of(i) == (int)fold)
			choose_examples(&r, borrow(b, i, &scratch), &b->gold.docs[i], (uint8_t)fold,
					is_own(b, i) ? b->o.own_weight : 1, &x->found[fold]);
	arena_free(&scratch);
}

static void join(struct trees_set *all, struct trees_set *part)
{
	all->n_features = part->n_features;
	trees_set_append(all, part);
	trees_set_free(part);
}

static void gather_all_choices(struct learning *l)
{
	struct choosing x = {.l = l};
	struct choice_examples *all = &l->b->choices;

	parallel_run(gather_choices, &x, FOLDS);
	trees_set_free(&all->side);
	trees_set_free(&all->choice);
	for (uint32_t fold = 0; fold < FOLDS; fold++) {
		join(&all->side, &x.found[fold].side);
		join(&all->choice, &x.found[fold].choice);
	}
	progress("%u examples of choices, %u of signs", all->choice.n, all->side.n);
}

/* First models, then the trees twice: the second time from the states that they lead to. */
static void train_all(struct learning *l)
{
	train_firsts(l);
	for (int turn = 0; turn < 2; turn++) {
		gather_all_choices(l);
		parallel_run(train_trees, l, 2 * (turn ? RUNS : FOLDS));
		progress("trees trained");
	}
}

static double cross_validate(struct bench *b, const struct learning *l)
{
	struct measure m = {.used = mem_alloc((b->gold.n_docs + 1) * sizeof(*m.used))};
	double threshold;

	b->results = b->o.results ? fopen(b->o.results, "w") : NULL;
	for (int fold = 0; fold < FOLDS; fold++) {
		struct stance_ranker r;

		use_weights(b, &r, &l->w[fold], LOW);
		rank_docs(b, fold, &r, &m);
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

static int write_image(const struct bench *b, const struct weights *t, double threshold,
		       struct err *e)
{
	struct image_writer *w = image_writer_new();
	struct buf out = {0};
	FILE *f;
	int rc = 0;

	image_writer_add(w, "stance.clusters", b->clusters.p, b->clusters.n);
	image_writer_add(w, "stance.target", t->target.p, t->target.n);
	image_writer_add(w, "stance.pair", t->pair.p, t->pair.n);
	image_writer_add(w, "stance.sign", t->sign.p, t->sign.n);
	image_writer_add(w, "stance.side", t->side.p, t->side.n);
	image_writer_add(w, "stance.choice", t->choice.p, t->choice.n);
	image_writer_add(w, "stance.worth", b->worth, sizeof(b->worth));
	image_writer_add(w, "stance.threshold", &threshold, sizeof(threshold));
	image_writer_finish(w, &out);
	f = fopen(b->o.out, "wb");
	if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
		rc = err_set(e, ERR_IO, "cannot write %s", b->o.out);
	image_writer_free(w);
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
					      {"min-count", required_argument, NULL, 'm'},
					      {"own", required_argument, NULL, 'w'},
					      {"rules", no_argument, NULL, 'g'},
					      {"own-most", required_argument, NULL, 'O'},
					      {"own-weight", required_argument, NULL, 'W'},
					      {"trees", required_argument, NULL, 't'},
					      {"tree-rate", required_argument, NULL, 'T'},
					      {"foreign", required_argument, NULL, 'f'},
					      {0}};
	int c;

	*o = (struct options){.epochs = 5,
			      .min_count = 3,
			      .l2 = 0.1,
			      .rate = 0.1,
			      .foreign = 0.5,
			      .own_most = UINT32_MAX,
			      .own_weight = 1,
			      .trees = 240,
			      .tree_rate = 0.06};
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
		case 'T':
			o->tree_rate = strtod(optarg, NULL);
			break;
		case 'g':
			o->rules = true;
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
	struct learning l = {.b = &b};
	struct err e;
	double threshold;

	if (read_options(&b.o, argc, argv) < 0) {
		fprintf(stderr,
			"usage: stances [--epochs N] [--l2 X] [--rate X] [--foreign WEIGHT] "
			"[--rules] [--own FOLDER] [--own-most N] [--own-weight X] "
			"[--trees N] [--tree-rate X] [--results FILE] [--out IMAGE] "
			"MODEL CODEBOOK SHARED\n");
		return 2;
	}
	progress("begins");
	if (open_bench(&b, &e) < 0 || parse_all(&b, &e) < 0 ||
	    (b.o.foreign > 0 && read_foreign(&b, &e) < 0)) {
		fprintf(stderr, "cannot train stances: %s\n", e.text);
		return 1;
	}
	if (b.o.rules)
		measure_rules(&b);
	gather_all(&b);
	train_all(&l);
	threshold = cross_validate(&b, &l);
	if (b.o.out && write_image(&b, &l.w[ALL], threshold, &e) < 0) {
		fprintf(stderr, "cannot train stances: %s\n", e.text);
		return 1;
	}
	for (int i = 0; i < RUNS; i++)
		weights_free(&l.w[i]);
	return 0;
}
