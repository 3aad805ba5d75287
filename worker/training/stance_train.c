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
#include "worker/training/stance_hints.h"
#include "worker/training/stance_measure.h"
#include "worker/training/train.h"
#include "worker/training/word_cluster.h"

enum { FOLDS = 5, PARSERS = 8 };

#define LOW 0.05 /* raw scores below are not measured */

struct options {
	const char *model, *codebook, *shared, *out, *results, *own, *hints;
	uint32_t epochs, min_count, own_most, trees, tree_sets;
	double l2, rate, foreign, own_weight, tree_rate, least;
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
	double l2[3]; /* of the first models */
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
	if (b->o.hints && hints_read(b->docs, b->gold.n_docs, b->o.hints, e) < 0)
		return -1;
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
	uint32_t n_pair;

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
		n_pair = x->f.n;
		stance_part_features(s, c, &c->pairs[i], &x->f, NULL);
		share(&pair, &x->of_target);
		linear_set_add(x->pair, &x->f, label != LABEL_NONE, x->weight * (thin ? KEEP : 1));
		x->f.n = n_pair;
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
		linear_set_mark(x->target, !is_own(b, i));
		linear_set_mark(x->pair, !is_own(b, i));
		linear_set_mark(x->sign, !is_own(b, i));
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
	linear_set_mark(x->sign, false);
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
	bool draft; /* trees that only lead to the states that the last ones learn from */
};

/* How strongly weights are drawn to 0: of the strengths tried, the one that fits the first fold
 * best when learned from the others. Chances are what counts of targets and pairs, so loss decides;
 * of a sign only whether it is right. */
enum { STRENGTHS = 3, MODELS = 3 };
static const double strengths[MODELS][STRENGTHS] = {{0.1, 0.3, 1}, {0.1, 0.3, 1}, {0.03, 0.1, 0.3}};

struct tuning {
	struct bench *b;
	double loss[MODELS][STRENGTHS];
};

static struct linear_set *set_of(struct bench *b, uint32_t model)
{
	return model == 0 ? b->x.target : model == 1 ? b->x.pair : b->x.sign;
}

/* Which phrases and pairs are coded at all is where coders differ most, so those of the documents
 * we measure on add weights of their own, drawn to 0 far more strongly, since these documents are
 * few. Pairs are the largest model, so more of it is left out and made up for. */
#define MARKED_L2_TARGET 10
#define MARKED_L2_PAIR   5

static struct linear_options first_options(const struct bench *b, uint32_t model, double l2)
{
	struct linear_options o = {.epochs = b->o.epochs,
				   .min_count = b->o.min_count,
				   .l2 = l2,
				   .rate = b->o.rate,
				   .least = b->o.least,
				   .n_classes = model == 2 ? N_POLARITIES : 2};

	o.marked = model < 2;
	o.l2_marked = model == 0 ? MARKED_L2_TARGET : MARKED_L2_PAIR;
	if (model == 1) {
		o.least *= 1.25;
		o.refit = 2;
	}
	return o;
}

static void try_strength(void *context, uint32_t job)
{
	struct tuning *t = context;
	uint32_t model = job % MODELS, k = job / MODELS;
	struct linear_options o = first_options(t->b, model, strengths[model][k]);
	struct linear_report r;
	struct buf out = {0};
	struct linear m;
	struct err e;

	o.skip_group = 1;
	linear_train(set_of(t->b, model), &o, &out);
	CHECK(linear_open(&m, buf_str(&out), &e) == 0);
	r = linear_measure_group(&m, set_of(t->b, model), 1);
	t->loss[model][k] = model == 2 ? 1 - r.accuracy : r.log_loss;
	buf_free(&out);
}

static void tune(struct bench *b)
{
	struct tuning t = {.b = b};

	parallel_run(try_strength, &t, MODELS * STRENGTHS);
	for (uint32_t model = 0; model < MODELS; model++) {
		const double *loss = t.loss[model];
		uint32_t best = 0;

		for (uint32_t k = 0; k < STRENGTHS; k++)
			best = loss[k] < loss[best] ? k : best;
		b->l2[model] = b->o.l2 > 0 ? b->o.l2 : strengths[model][best];
		progress("model %u: l2 %.2f, losses %.4f %.4f %.4f", model, b->l2[model], loss[0],
			 loss[1], loss[2]);
	}
}

/* One of the first models, learned from all but a fold. */
static void train_first(void *context, uint32_t job)
{
	struct learning *l = context;
	struct bench *b = l->b;
	uint32_t run = job / MODELS, model = job % MODELS;
	struct weights *w = &l->w[run];
	struct linear_options o = first_options(b, model, b->l2[model]);

	o.skip_group = run == ALL ? 0 : run + 1;
	linear_train(set_of(b, model), &o,
		     model == 0   ? &w->target
		     : model == 1 ? &w->pair
				  : &w->sign);
}

/* The examples are not needed again. */
static void train_firsts(struct learning *l)
{
	struct gathering *x = &l->b->x;

	linear_set_prepare(x->target, l->b->o.min_count);
	linear_set_prepare(x->pair, l->b->o.min_count);
	linear_set_prepare(x->sign, l->b->o.min_count);
	tune(l->b);
	parallel_run(train_first, l, MODELS * RUNS);
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
	uint32_t coarser = l->draft ? 2 : 1;
	struct trees_options o = {.n_trees = l->b->o.trees / coarser,
				  .n_sets = l->draft ? 1 : l->b->o.tree_sets,
				  .rate = l->b->o.tree_rate * coarser,
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

static void rank_docs(struct bench *b, int fold, const struct stance_ranker *r,
		      struct stance_measure *m)
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
					is_own(b, i) ? b->o.own_weight : 1, is_own(b, i),
					&x->found[fold]);
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
		l->draft = turn == 0;
		parallel_run(train_trees, l, 2 * (turn ? RUNS : FOLDS));
		progress("trees trained");
	}
}

static double cross_validate(struct bench *b, const struct learning *l)
{
	struct stance_measure m = {.docs = b->gold.docs,
				   .used = mem_alloc((b->gold.n_docs + 1) * sizeof(*m.used))};
	double threshold;

	b->results = b->o.results ? fopen(b->o.results, "w") : NULL;
	for (int fold = 0; fold < FOLDS; fold++) {
		struct stance_ranker r;

		use_weights(b, &r, &l->w[fold], LOW);
		rank_docs(b, fold, &r, &m);
	}
	threshold = stance_measure_sweep(&m);
	stance_measure_calibrate(&m, threshold, b->worth);
	if (b->results)
		fclose(b->results);
	arena_free(&m.arena);
	mem_free(m.used);
	return threshold;
}

static void measure_rules(struct bench *b)
{
	struct stance_measure m = {.docs = b->gold.docs,
				   .used = mem_alloc((b->gold.n_docs + 1) * sizeof(*m.used))};
	struct stance_ranker r = b->base;

	r.threshold = 0.1;
	rank_docs(b, -1, &r, &m);
	puts("the grammar alone:");
	stance_measure_sweep(&m);
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
	progress("%zu bytes", out.n);
	f = fopen(b->o.out, "wb");
	if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
		rc = err_set(e, ERR_IO, "cannot write %s", b->o.out);
	image_writer_free(w);
	buf_free(&out);
	return rc;
}

/* An option and where its value goes: one of these, or to `yes` for one without value. */
struct setting {
	const char *name;
	const char **text;
	uint32_t *whole;
	double *number;
	bool *yes;
};

enum { SETTINGS_MAX = 16 };

static void put_setting(const struct setting *s, const char *value)
{
	if (s->text)
		*s->text = value;
	else if (s->whole)
		*s->whole = (uint32_t)strtoul(value, NULL, 10);
	else if (s->number)
		*s->number = strtod(value, NULL);
	else
		*s->yes = true;
}

/* Returns the place of the first argument that is no option, or -1. */
static int read_settings(const struct setting *list, uint32_t n, int argc, char **argv)
{
	struct option names[SETTINGS_MAX + 1] = {0};
	int c, which = 0;

	CHECK(n <= SETTINGS_MAX);
	for (uint32_t i = 0; i < n; i++)
		names[i] = (struct option){list[i].name,
					   list[i].yes ? no_argument : required_argument, NULL, 0};
	while ((c = getopt_long(argc, argv, "", names, &which)) != -1) {
		if (c != 0)
			return -1;
		put_setting(&list[which], optarg);
	}
	return optind;
}

static int read_options(struct options *o, int argc, char **argv)
{
	const struct setting list[] = {
		{"out", .text = &o->out},
		{"results", .text = &o->results},
		{"own", .text = &o->own},
		{"hints", .text = &o->hints},
		{"epochs", .whole = &o->epochs},
		{"min-count", .whole = &o->min_count},
		{"own-most", .whole = &o->own_most},
		{"trees", .whole = &o->trees},
		{"tree-sets", .whole = &o->tree_sets},
		{"l2", .number = &o->l2},
		{"rate", .number = &o->rate},
		{"least", .number = &o->least},
		{"foreign", .number = &o->foreign},
		{"own-weight", .number = &o->own_weight},
		{"tree-rate", .number = &o->tree_rate},
		{"rules", .yes = &o->rules},
	};
	int first;

	*o = (struct options){.epochs = 6,
			      .min_count = 3,
			      .rate = 0.03,
			      .least = 0.02,
			      .foreign = 0.5,
			      .own_most = UINT32_MAX,
			      .own_weight = 1,
			      .trees = 500,
			      .tree_sets = 1,
			      .tree_rate = 0.03};
	first = read_settings(list, sizeof(list) / sizeof(*list), argc, argv);
	if (first < 0 || argc - first != 3)
		return -1;
	o->model = argv[first];
	o->codebook = argv[first + 1];
	o->shared = argv[first + 2];
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
			"usage: stances [--epochs N] [--l2 X] [--rate X] [--least X] "
			"[--foreign WEIGHT] "
			"[--rules] [--hints FOLDER] [--own FOLDER] [--own-most N] [--own-weight X] "
			"[--trees N] [--tree-sets N] [--tree-rate X] [--results FILE] [--out "
			"IMAGE] "
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
