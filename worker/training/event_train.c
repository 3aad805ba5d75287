/* demarche-train events: learns triggers, sources and targets from hand-coded documents. With a
 * file for results it also cross-validates: five folds by document, each document analysed by
 * weights that have not seen it, written as result records for ../shared/tools/score.py. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/event.h"
#include "worker/engine/event_status.h"
#include "worker/engine/result.h"
#include "worker/training/conllu.h"
#include "worker/training/event_choose.h"
#include "worker/training/event_coder.h"
#include "worker/training/event_label.h"
#include "worker/training/event_opinions.h"
#include "worker/training/linear_train.h"
#include "worker/training/train.h"
#include "worker/training/who_train.h"

enum { FOLDS = 5 };

/* Training sets: [fold] holds what is NOT of that fold; [FOLDS] holds all. */
struct sets {
	struct linear_set *trigger[FOLDS + 1], *type[FOLDS + 1];
	struct linear_set *status; /* group: fold + 1; 0: of documents never tested on */
};

struct trainer {
	struct coder coder;
	struct opinions opinions; /* of networks that had not seen the texts */
	struct sets sets;
	struct who_cases *who;
	struct features features;
	uint32_t n_events, n_located, n_labelled, n_silver;
	struct silver silver;
	struct trees_set choices;
};

static void sets_add(struct linear_set **sets, uint32_t fold, const struct features *f,
		     uint32_t label, double weight)
{
	for (uint32_t k = 0; k <= FOLDS; k++)
		if (k != fold)
			linear_set_add(sets[k], f, label, weight);
}

static double option(const char *name, double otherwise)
{
	const char *v = getenv(name);

	return v ? atof(v) : otherwise;
}

static bool is_extra(const struct gold_doc *gd)
{
	return gd->fold == GOLD_EXTRA;
}

static double doc_weight(const struct gold_doc *gd)
{
	return is_extra(gd) ? option("EXTRA", 1) : option("GOLD", 2);
}

static void add_doc(struct trainer *t, const struct gold_doc *gd)
{
	struct event_ground g;
	struct event_labels l;
	double w = doc_weight(gd);

	coder_read(&t->coder, gd, &g);
	l = event_label(&g, gd);
	t->n_events += gd->n_events;
	t->n_located += l.n_located;
	for (uint32_t i = 0; i < gd->n_events; i++) {
		const struct gold_event *e = &gd->events[i];
		int32_t c = l.candidate[i];

		if (c < 0)
			continue;
		t->n_labelled++;
		event_status_features(&g, &g.candidates[c], e->type, &t->features);
		linear_set_group(t->sets.status, is_extra(gd) ? 0 : gd->fold + 1);
		linear_set_add(t->sets.status, &t->features, e->status, w);
		who_cases_add(t->who, &g, c, e, gold_fold(gd) + 1, gd->fold != GOLD_EXTRA);
	}
	for (uint32_t c = 0; c < g.n_candidates; c++) {
		if (l.of[c] == EVENT_LABEL_OPEN)
			continue;
		event_trigger_features(&g, c, &t->features);
		if (l.of[c])
			sets_add(t->sets.type, gold_fold(gd), &t->features, l.of[c], w);
		event_told_features(&g, c, &t->features);
		sets_add(t->sets.trigger, gold_fold(gd), &t->features, l.of[c] != 0, w);
	}
}

static uint32_t split_codes(struct str codes, struct gold_actor *out)
{
	uint32_t n = 0;

	while (codes.n && n < GOLD_ACTORS_MAX) {
		const char *plus = memchr(codes.p, '+', codes.n);
		size_t k = plus ? (size_t)(plus - codes.p) : codes.n;

		if (k && codes.p[0] != '-')
			out[n++] = (struct gold_actor){{codes.p, k}, STR(""), STR("")};
		codes.p += plus ? k + 1 : k;
		codes.n -= plus ? k + 1 : k;
	}
	return n;
}

/* Sentences whose events have no trigger words teach what the words of frames mean; what else is
 * in them is left open. They are in every fold's set. */
static void add_silver(struct trainer *t, const struct silver_sentence *x, double weight,
		       uint32_t index)
{
	double example = option("EXAMPLE", 3); /* the frames' own: what they must get right */
	struct event_ground g;

	coder_read_silver(&t->coder, x, &g);
	for (uint32_t i = 0; i < x->n; i++) {
		uint32_t type = x->types[i];
		int32_t c = type ? event_label_likely(&g, type) : -1;

		if (c < 0)
			continue;
		event_trigger_features(&g, (uint32_t)c, &t->features);
		sets_add(t->sets.type, FOLDS + 1, &t->features, type,
			 x->source.n ? example : option("SILVER_TYPE", 0.5));
		/* generated text tells types, but not what coders would call an event */
		if (!str_starts(x->id, STR("SYN"))) {
			event_told_features(&g, (uint32_t)c, &t->features);
			sets_add(t->sets.trigger, FOLDS + 1, &t->features, 1,
				 x->source.n ? example : weight);
		}
		t->n_silver++;
		if (x->source.n) {
			struct gold_event e = {.type = (enum event_type)type};

			e.n_source = split_codes(x->source, e.source);
			e.n_target = split_codes(x->target, e.target);
			who_cases_add(t->who, &g, c, &e, 1 + index % WHO_GROUPS, false);
		}
	}
}

/* One set of weights, opened in place. */
struct weights {
	struct buf trigger, type, status, choice;
	struct event_model model;
};

/* The first models; the choice among what they propose comes later. */
static int train_weights(struct trainer *t, uint32_t fold, struct weights *w, struct err *e)
{
	struct linear_options trigger = {.n_classes = 2,
					 .epochs = (uint32_t)option("EPOCHS", 14),
					 .rate = option("RATE", 0.01),
					 .l2 = option("L2", 2e-3),
					 .min_count = (uint32_t)option("MIN", 6),
					 .least = option("LEAST", 0.02),
					 .temperature = option("TEMP", 1)};
	struct linear_options type = {.n_classes = N_EVENT_TYPES,
				      .epochs = (uint32_t)option("EPOCHS_TYPE", 14),
				      .rate = option("RATE_TYPE", 0.015),
				      .l2 = option("L2_TYPE", 2e-3),
				      .least = option("LEAST_TYPE", option("LEAST", 0.02)),
				      .min_count = (uint32_t)option("MIN", 6)};
	struct linear_options status = {.n_classes = N_EVENT_STATUSES,
					.epochs = 12,
					.rate = 0.02,
					.l2 = option("L2_STATUS", 2e-3),
					.least = option("LEAST_STATUS", 0.05),
					.min_count = (uint32_t)option("MIN_STATUS", 20),
					.skip_group = fold < FOLDS ? fold + 1 : 0};

	linear_train(t->sets.status, &status, &w->status);
	linear_train(t->sets.trigger[fold], &trigger, &w->trigger);
	linear_train(t->sets.type[fold], &type, &w->type);
	if (linear_open(&w->model.trigger, buf_str(&w->trigger), e) < 0 ||
	    linear_open(&w->model.type, buf_str(&w->type), e) < 0 ||
	    linear_open(&w->model.status, buf_str(&w->status), e) < 0)
		return -1;
	w->model.book = t->coder.book;
	w->model.clusters = t->coder.clusters;
	w->model.trained = true;
	w->model.net.held = t->opinions.n ? &t->opinions.held : NULL;
	w->model.who = who_cases_model(t->who, fold < FOLDS ? fold + 1 : 0);
	w->model.limits = (struct event_limits){.trigger = (float)option("T_TRIGGER", 0.35),
						.repeat = (float)option("T_REPEAT", 0.4),
						.choice = (float)option("T_CHOICE", 0.27)};
	return 0;
}

static void weights_free(struct weights *w)
{
	buf_free(&w->trigger);
	buf_free(&w->type);
	buf_free(&w->status);
	buf_free(&w->choice);
}

/* What the choice is learned from: every document, weighed by the models of its fold. */
static void gather_choices(struct trainer *t, const struct weights *w)
{
	trees_set_free(&t->choices);
	t->choices.n_features = EVENT_CHOICE_FEATURES;
	for (uint32_t i = 0; i < t->coder.gold.n; i++) {
		struct gold_doc *gd = &t->coder.gold.docs[i];
		struct engine_input in = gold_input(gd);
		uint32_t fold = gold_fold(gd);

		event_choose_examples(&w[fold].model, engine_parse(t->coder.engine, &in), gd,
				      &t->choices, (uint8_t)fold, doc_weight(gd));
	}
	fprintf(stderr, "choices=%u\n", t->choices.n);
}

/* fold FOLDS: from all. */
static int train_choice(struct trainer *t, uint32_t fold, struct weights *w, struct err *e)
{
	struct trees_options o = {.n_trees = (uint32_t)option("TREES", 300),
				  .rate = option("TREES_RATE", 0.05),
				  .l2 = option("TREES_L2", 20),
				  .rows = 0.5,
				  .columns = 0.5,
				  .skip_group = fold == FOLDS ? -1 : (int)fold};

	w->choice.n = 0;
	trees_train(&t->choices, &o, &w->choice);
	return trees_open(&w->model.choice, buf_str(&w->choice), EVENT_CHOICE_FEATURES, e);
}

/* First models of all folds, then the choice twice: the second time from the states that it leads
 * to itself. */
static int train_folds(struct trainer *t, struct weights *w, struct err *e)
{
	for (uint32_t k = 0; k < FOLDS; k++)
		if (train_weights(t, k, &w[k], e) < 0)
			return -1;
	for (int turn = 0; turn < (int)option("TURNS", 2); turn++) {
		gather_choices(t, w);
		for (uint32_t k = 0; k < FOLDS; k++)
			if (train_choice(t, k, &w[k], e) < 0)
				return -1;
	}
	return 0;
}

static void analyse(struct trainer *t, const struct gold_doc *gd, const struct event_model *m,
		    struct buf *out)
{
	struct engine_input in = gold_input(gd);
	struct doc *d = engine_parse(t->coder.engine, &in);
	struct result r = {.doc = d->meta, .engine = {STR("demarche"), STR("cv"), STR("cv")}};

	event_run(m, d);
	result_fill(d, &r);
	result_json(&r, 0, out);
	buf_add(out, "\n", 1);
}

static int cross_validate(struct trainer *t, const struct weights *w, const char *path,
			  struct err *e)
{
	struct buf out = {0};
	int rc;

	for (uint32_t i = 0; i < t->coder.gold.n; i++)
		if (t->coder.gold.docs[i].fold != GOLD_EXTRA)
			analyse(t, &t->coder.gold.docs[i], &w[t->coder.gold.docs[i].fold].model,
				&out);
	rc = file_write(path, buf_str(&out), e);
	buf_free(&out);
	return rc;
}

static int write_weights(struct trainer *t, const char *path, struct err *e)
{
	struct weights w = {0};
	struct image_writer *iw = image_writer_new();
	struct buf out = {0};
	int rc = train_weights(t, FOLDS, &w, e);

	if (rc == 0)
		rc = train_choice(t, FOLDS, &w, e);
	if (rc == 0) {
		image_writer_add(iw, "event.trigger", w.trigger.p, w.trigger.n);
		image_writer_add(iw, "event.type", w.type.p, w.type.n);
		image_writer_add(iw, "event.status", w.status.p, w.status.n);
		image_writer_add(iw, "event.choice", w.choice.p, w.choice.n);
		who_cases_write(t->who, iw);
		image_writer_add(iw, "event.limits", &w.model.limits, sizeof(w.model.limits));
		image_writer_finish(iw, &out);
		rc = file_write(path, buf_str(&out), e);
	}
	image_writer_free(iw);
	weights_free(&w);
	buf_free(&out);
	return rc;
}

static int trainer_open(struct trainer *t, char **argv, struct err *e)
{
	t->who = who_cases_new();
	t->sets.status = linear_set_new();
	for (uint32_t k = 0; k <= FOLDS; k++) {
		t->sets.trigger[k] = linear_set_new();
		t->sets.type[k] = linear_set_new();
	}
	return coder_open(&t->coder, argv[1], argv[2], argv[3], argv[4], e);
}

static void trainer_close(struct trainer *t)
{
	for (uint32_t k = 0; k <= FOLDS; k++) {
		linear_set_free(t->sets.trigger[k]);
		linear_set_free(t->sets.type[k]);
	}
	linear_set_free(t->sets.status);
	who_cases_free(t->who);
	features_free(&t->features);
	coder_close(&t->coder);
	silver_free(&t->silver);
	opinions_free(&t->opinions);
	trees_set_free(&t->choices);
}

/* DOCUMENTS:RECORDS is coded documents, *.txt frames with examples, *.opinions what a network says
 * (demarche-train event-net), anything else sentences with codes. */
static int read_more(struct trainer *t, const char *argument, struct err *e)
{
	if (str_ends(str_of(argument), STR(".txt")))
		return silver_read_examples(&t->silver, argument, e);
	if (str_ends(str_of(argument), STR(".opinions")))
		return opinions_read(&t->opinions, argument, e);
	if (!strchr(argument, ':'))
		return silver_read(&t->silver, t->coder.book, argument, e);
	return gold_read_pair(&t->coder.gold, argument, e);
}

int train_events(int argc, char **argv)
{
	struct trainer t = {0};
	struct weights folds[FOLDS] = {0};
	struct err e;
	int rc;

	if (argc < 7) {
		fprintf(stderr, "usage: events MODEL CODEBOOK CORPUS RECORDS OUT RESULTS|- "
				"[DOCUMENTS:RECORDS...] [SENTENCES...] "
				"[FRAMES.txt...] [NET.opinions...]\n");
		return 2;
	}
	rc = trainer_open(&t, argv, &e);
	for (int i = 7; rc == 0 && i < argc; i++)
		rc = read_more(&t, argv[i], &e);
	for (uint32_t i = 0; rc == 0 && i < t.silver.n; i++)
		add_silver(&t, &t.silver.list[i], option("SILVER", 0.4), i);
	for (uint32_t i = 0; rc == 0 && i < t.coder.gold.n; i++)
		add_doc(&t, &t.coder.gold.docs[i]);
	if (rc == 0)
		fprintf(stderr,
			"documents=%u events=%u located=%u labelled=%u candidates=%u "
			"silver=%u\n",
			t.coder.gold.n, t.n_events, t.n_located, t.n_labelled,
			linear_set_size(t.sets.trigger[FOLDS]), t.n_silver);
	if (rc == 0)
		who_cases_report(t.who);
	if (rc == 0)
		rc = who_cases_train(t.who, &e);
	if (rc == 0)
		rc = train_folds(&t, folds, &e);
	if (rc == 0 && strcmp(argv[6], "-") != 0)
		rc = cross_validate(&t, folds, argv[6], &e);
	if (rc == 0 && strcmp(argv[5], "-") != 0)
		rc = write_weights(&t, argv[5], &e);
	if (rc < 0)
		fprintf(stderr, "events: %s\n", e.text);
	for (uint32_t k = 0; k < FOLDS; k++)
		weights_free(&folds[k]);
	trainer_close(&t);
	return rc < 0;
}
