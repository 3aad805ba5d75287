/* Trains the network of nn.h on treebanks and named sentences. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/engine/names.h"
#include "worker/engine/segment.h"
#include "worker/training/conllu.h"
#include "worker/training/names_data.h"
#include "worker/training/nn.h"
#include "worker/training/random.h"
#include "worker/training/train.h"

enum { BATCH_TOKENS = 600, LONGEST = 200, LISTS_MAX = 8 };

struct options {
	const char *vectors, *start, *out;
	const char *trees[LISTS_MAX], *dev[LISTS_MAX], *names[LISTS_MAX], *names_dev[LISTS_MAX];
	uint32_t n_trees, n_dev, n_names, n_names_dev;
	uint32_t epochs;
	float rate, last_rate; /* as a part of rate */
	float average_from;    /* from this part of training on, the mean of the weights counts */
	float ner_weight;
	uint32_t headlines;
};

/* -- data -- */

struct feats_count {
	struct str feats;
	uint32_t n;
};

static int by_count(const void *a, const void *b)
{
	const struct feats_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return str_cmp(x->feats, y->feats);
}

static void list_feats(struct nn *n, const struct treebank *tb)
{
	struct feats_count *c = NULL;
	uint32_t k = 0, cap = 0;

	for (uint32_t i = 0; i < tb->doc.n_tokens; i++) {
		uint32_t j = 0;

		while (j < k && !str_eq(c[j].feats, tb->feats[i]))
			j++;
		if (j == k) {
			MEM_GROW(c, k, cap);
			c[k++] = (struct feats_count){tb->feats[i], 0};
		}
		c[j].n++;
	}
	qsort(c, k, sizeof(*c), by_count);
	for (n->n_feats = 0; n->n_feats < k && n->n_feats < NET_FEATS_MAX; n->n_feats++)
		n->feats[n->n_feats] = arena_str(&n->arena, c[n->n_feats].feats);
	mem_free(c);
}

static uint16_t feats_of(const struct nn *n, struct str feats)
{
	for (uint32_t i = 0; i < n->n_feats; i++)
		if (str_eq(n->feats[i], feats))
			return (uint16_t)i;
	return NN_NONE;
}

/* A token as headlines write it: longer words, and the first, begin with a capital. */
static struct token as_in_headline(const struct token *t, bool first, char form[static TOKEN_MAX])
{
	struct token copy = *t;

	if (t->form.n >= TOKEN_MAX || (!first && t->form.n < 4) || t->glued)
		return copy;
	memcpy(form, t->form.p, t->form.n);
	if (form[0] >= 'a' && form[0] <= 'z')
		form[0] = (char)(form[0] - 32);
	copy.form.p = form;
	return copy;
}

static void add_sentence(struct nn_data *d, const struct nn *n, const struct treebank *tb,
			 const struct sentence *sent, bool headline)
{
	char form[TOKEN_MAX];

	for (uint32_t i = sent->tok; i < sent->tok + sent->n_tok; i++) {
		const struct token *t = &tb->doc.tokens[i];
		struct token title = as_in_headline(t, i == sent->tok, form);
		struct nn_token *x;

		nn_data_token(d, n, headline ? &title : t);
		x = &d->t[d->n - 1];
		x->upos = t->upos;
		x->xpos = t->xpos;
		x->feats = feats_of(n, tb->feats[i]);
		x->rel = t->rel;
		x->head = (uint16_t)(t->head < 0 ? 0 : (uint32_t)t->head - sent->tok + 1);
	}
	nn_data_end(d);
}

/* One sentence in `headlines` comes a second time as a headline (0: none). */
static void add_treebank(struct nn_data *d, const struct nn *n, const struct treebank *tb,
			 uint32_t headlines)
{
	for (uint32_t s = 0; s < tb->doc.n_sentences; s++) {
		if (tb->doc.sentences[s].n_tok > LONGEST)
			continue;
		add_sentence(d, n, tb, &tb->doc.sentences[s], false);
		if (headlines && s % headlines == 0)
			add_sentence(d, n, tb, &tb->doc.sentences[s], true);
	}
}

/* Begin and inside marks become begin, inside, last, unit. */
static void label_names(struct nn_token *x, const struct token *t, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		bool last = i + 1 == n || !t[i + 1].ner || t[i + 1].ner_begin;
		uint32_t part = t[i].ner_begin ? last ? NAME_UNIT : NAME_BEGIN
				: last         ? NAME_LAST
					       : NAME_INSIDE;

		x[i].ner = (uint16_t)(t[i].ner ? net_ner_label(t[i].ner, part) : 0);
	}
}

static void add_named(struct nn_data *d, const struct nn *n, const struct token *t, uint32_t n_tok,
		      bool headline)
{
	char form[TOKEN_MAX];

	for (uint32_t i = 0; i < n_tok; i++) {
		struct token title = as_in_headline(&t[i], i == 0, form);

		nn_data_token(d, n, headline ? &title : &t[i]);
	}
	label_names(d->t + d->n - n_tok, t, n_tok);
	nn_data_end(d);
}

static int add_names(struct nn_data *d, const struct nn *n, const char *path, uint32_t headlines,
		     struct err *e)
{
	struct treebank tb = {0};

	if (names_read(&tb, path, e) < 0)
		return -1;
	for (uint32_t s = 0; s < tb.doc.n_sentences; s++) {
		const struct sentence *sent = &tb.doc.sentences[s];

		if (sent->n_tok > LONGEST)
			continue;
		add_named(d, n, &tb.doc.tokens[sent->tok], sent->n_tok, false);
		if (headlines && s % headlines == 0)
			add_named(d, n, &tb.doc.tokens[sent->tok], sent->n_tok, true);
	}
	treebank_free(&tb);
	return 0;
}

/* -- measuring on held-out sentences with gold tokens -- */

struct score {
	uint32_t tokens, upos, xpos, feats, uas, las;
	uint32_t names_gold, names_found, names_right;
};

static void score_tree(struct nn *n, struct nn_batch *b, uint32_t s, struct score *sc)
{
	static float scores[LONGEST * (LONGEST + 1)];
	uint32_t len = b->start[s + 1] - b->start[s];

	nn_arc_scores(n, b, s, scores);
	for (uint32_t i = 0; i < len; i++) {
		const struct nn_token *t = &b->data->t[b->token[b->start[s] + i]];
		const float *x = scores + (size_t)i * (len + 1);
		uint32_t best = 0;

		for (uint32_t h = 1; h <= len; h++)
			best = x[h] > x[best] ? h : best;
		sc->uas += best == t->head;
		if (best == t->head)
			sc->las += rel_base((enum rel)nn_relation(n, b, s, i, best)) ==
				   rel_base((enum rel)t->rel);
	}
}

static uint32_t argmax(const float *x, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < n; i++)
		best = x[i] > x[best] ? i : best;
	return best;
}

/* A name is right where its limits and its kind are. */
static void score_names(const struct nn_batch *b, uint32_t s, struct score *sc)
{
	uint8_t labels[SENTENCE_MAX];
	uint32_t a = b->start[s], len = b->start[s + 1] - a;
	bool same = false;

	names_decode(b->ner + (size_t)a * NET_NER, NET_NER, len, labels);
	for (uint32_t i = 0; i < len; i++) {
		uint32_t gold = b->data->t[b->token[a + i]].ner, got = labels[i];
		bool gold_begins =
			gold && ((gold - 1) % 4 == NAME_BEGIN || (gold - 1) % 4 == NAME_UNIT);
		bool got_begins =
			got && ((got - 1) % 4 == NAME_BEGIN || (got - 1) % 4 == NAME_UNIT);

		sc->names_gold += gold_begins;
		sc->names_found += got_begins;
		same = (gold_begins && got_begins && gold == got) || (same && gold == got);
		if (same && gold && ((gold - 1) % 4 == NAME_UNIT || (gold - 1) % 4 == NAME_LAST)) {
			sc->names_right++;
			same = false;
		}
	}
}

static void measure(struct nn *n, struct nn_batch *b, const struct nn_data *d, const char *what)
{
	struct score sc = {0};
	uint32_t list[NN_SENTENCES_MAX], i = 0;

	b->train = false;
	while (i < d->n_sentences) {
		uint32_t k = 0, tokens = 0;

		while (i < d->n_sentences && k < 64) {
			uint32_t len = d->start[i + 1] - d->start[i];

			if (tokens + len > NN_TOKENS_MAX)
				break;
			tokens += len;
			list[k++] = i++;
		}
		nn_batch_fill(b, d, list, k);
		nn_encode(n, b);
		nn_heads(n, b, NULL);
		for (uint32_t s = 0; s < b->n_sentences; s++) {
			if (d->t[b->token[b->start[s]]].head != NN_NONE)
				score_tree(n, b, s, &sc);
			else
				score_names(b, s, &sc);
		}
		for (uint32_t t = 0; t < b->n; t++) {
			const struct nn_token *x = &d->t[b->token[t]];
			const float *y = b->tags + (size_t)t * NET_TAGS;

			sc.tokens++;
			sc.upos += argmax(y + NET_UPOS_AT, N_UPOS) == x->upos;
			sc.xpos += argmax(y + NET_XPOS_AT, N_XPOS) == x->xpos;
			sc.feats += argmax(y + NET_FEATS_AT, n->n_feats) == x->feats;
		}
	}
	if (sc.names_gold)
		fprintf(stderr, "  %s: names P %.2f R %.2f F %.2f\n", what,
			100.0 * sc.names_right / (sc.names_found ? sc.names_found : 1),
			100.0 * sc.names_right / sc.names_gold,
			200.0 * sc.names_right / (sc.names_found + sc.names_gold));
	else
		fprintf(stderr, "  %s: UPOS %.2f XPOS %.2f feats %.2f UAS %.2f LAS %.2f\n", what,
			100.0 * sc.upos / sc.tokens, 100.0 * sc.xpos / sc.tokens,
			100.0 * sc.feats / sc.tokens, 100.0 * sc.uas / sc.tokens,
			100.0 * sc.las / sc.tokens);
}

/* -- training -- */

static float rate_at(const struct options *o, uint64_t done, uint64_t all)
{
	float part = (float)done / (float)all;

	if (part < 0.02f)
		return o->rate * part / 0.02f;
	if (o->last_rate == 0)
		return o->rate * (1.0f - part) / 0.98f + 1e-6f;
	return o->rate * (1.0f - part * (1.0f - o->last_rate)) + 1e-6f;
}

static void train_epoch(struct nn *n, struct nn_batch *b, const struct nn_data *d,
			const struct options *o, uint32_t epoch, uint32_t *order,
			struct nn_mean *mean)
{
	enum { AVERAGE_EVERY = 25 };
	struct nn_loss loss = {0};
	uint64_t all = (uint64_t)o->epochs * d->n_sentences;
	uint64_t done;
	uint32_t i = 0;
	float clip;

	random_shuffle(order, d->n_sentences, &n->seed);
	while (i < d->n_sentences) {
		uint32_t tokens = 0, from = i;

		while (i < d->n_sentences && tokens < BATCH_TOKENS && i - from < NN_SENTENCES_MAX)
			tokens += d->start[order[i] + 1] - d->start[order[i]], i++;
		b->train = true;
		nn_batch_fill(b, d, order + from, i - from);
		nn_encode(n, b);
		nn_heads(n, b, &loss);
		nn_encode_back(n, b);
		done = (uint64_t)epoch * d->n_sentences + from;
		nn_adam(n, rate_at(o, done, all));
		for (int k = 0; k < NET_A; k++) { /* stays where the engine's integers reach */
			clip = n->at.root[k];
			n->at.root[k] = clip > 1 ? 1 : clip < -1 ? -1 : clip;
		}
		if (n->step % AVERAGE_EVERY == 0 && done >= o->average_from * (double)all)
			nn_mean_add(mean, n);
	}
	fprintf(stderr, "epoch %u: arc %.3f rel %.3f upos %.3f xpos %.3f feats %.3f ner %.3f\n",
		epoch + 1, loss.arc / d->n, loss.rel / d->n, loss.upos / d->n, loss.xpos / d->n,
		loss.feats / d->n, loss.ner / d->n);
}

static bool take_option(struct options *o, const char *key, const char *value)
{
	if (strcmp(key, "--vectors") == 0)
		o->vectors = value;
	else if (strcmp(key, "--start") == 0)
		o->start = value;
	else if (strcmp(key, "--out") == 0)
		o->out = value;
	else if (strcmp(key, "--epochs") == 0)
		o->epochs = (uint32_t)atoi(value);
	else if (strcmp(key, "--rate") == 0)
		o->rate = (float)atof(value);
	else if (strcmp(key, "--last-rate") == 0)
		o->last_rate = (float)atof(value);
	else if (strcmp(key, "--average-from") == 0)
		o->average_from = (float)atof(value);
	else if (strcmp(key, "--headlines") == 0)
		o->headlines = (uint32_t)atoi(value);
	else if (strcmp(key, "--ner-weight") == 0)
		o->ner_weight = (float)atof(value);
	else if (strcmp(key, "--trees") == 0 && o->n_trees < LISTS_MAX)
		o->trees[o->n_trees++] = value;
	else if (strcmp(key, "--dev") == 0 && o->n_dev < LISTS_MAX)
		o->dev[o->n_dev++] = value;
	else if (strcmp(key, "--names") == 0 && o->n_names < LISTS_MAX)
		o->names[o->n_names++] = value;
	else if (strcmp(key, "--names-dev") == 0 && o->n_names_dev < LISTS_MAX)
		o->names_dev[o->n_names_dev++] = value;
	else
		return false;
	return true;
}

static int load(struct nn *n, const struct options *o, struct nn_data *d, struct nn_data *dev,
		struct err *e)
{
	struct treebank tb = {0};

	for (uint32_t i = 0; i < o->n_trees; i++)
		if (treebank_read(&tb, o->trees[i], e) < 0)
			return -1;
	if (!n->n_feats)
		list_feats(n, &tb);
	add_treebank(d, n, &tb, o->headlines);
	treebank_free(&tb);
	for (uint32_t i = 0; i < o->n_names; i++)
		if (add_names(d, n, o->names[i], o->headlines, e) < 0)
			return -1;
	for (uint32_t i = 0; i < o->n_dev; i++) {
		struct treebank one = {0};

		if (treebank_read(&one, o->dev[i], e) < 0)
			return -1;
		add_treebank(&dev[i], n, &one, 0);
		treebank_free(&one);
	}
	for (uint32_t i = 0; i < o->n_names_dev; i++)
		if (add_names(&dev[o->n_dev + i], n, o->names_dev[i], 0, e) < 0)
			return -1;
	return 0;
}

int train_nn(int argc, char **argv)
{
	struct options o = {.epochs = 12, .rate = 2e-3f, .average_from = 1, .ner_weight = 1};
	struct nn_mean mean = {0};
	struct nn_data d = {0}, dev[2 * LISTS_MAX] = {{0}};
	struct nn_batch *b;
	struct nn *n;
	uint32_t *order;
	struct err e;

	for (int i = 1; i + 1 < argc; i += 2)
		if (!take_option(&o, argv[i], argv[i + 1])) {
			fprintf(stderr, "nn: unknown option %s\n", argv[i]);
			return 2;
		}
	if (!o.out || (!o.vectors && !o.start)) {
		fprintf(stderr,
			"usage: nn --out STATE (--vectors FILE | --start STATE) "
			"--trees FILE... --dev FILE... --names FILE... --names-dev FILE...\n");
		return 2;
	}
	n = o.start ? nn_load(o.start, &e) : nn_new(o.vectors, 1, &e);
	if (!n || load(n, &o, &d, dev, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	fprintf(stderr, "%u sentences, %u tokens, %zu dense weights\n", d.n_sentences, d.n,
		n->n_dense);
	b = nn_batch_new();
	b->ner_weight = o.ner_weight;
	order = mem_alloc(d.n_sentences * sizeof(*order));
	for (uint32_t i = 0; i < d.n_sentences; i++)
		order[i] = i;
	for (uint32_t epoch = 0; epoch < o.epochs; epoch++) {
		train_epoch(n, b, &d, &o, epoch, order, &mean);
		if (epoch + 1 == o.epochs)
			nn_mean_use(&mean, n);
		for (uint32_t i = 0; i < o.n_dev + o.n_names_dev; i++)
			measure(n, b, &dev[i], i < o.n_dev ? o.dev[i] : o.names_dev[i - o.n_dev]);
	}
	if (nn_save(n, o.out, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	return 0;
}

int train_mean(int argc, char **argv)
{
	struct nn_mean mean = {0};
	struct nn *last = NULL;
	struct err e;

	if (argc < 4) {
		fprintf(stderr, "usage: mean OUT STATE STATE...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		last = nn_load(argv[i], &e);
		if (!last)
			goto failed;
		nn_mean_add(&mean, last);
	}
	nn_mean_use(&mean, last);
	if (nn_save(last, argv[1], &e) == 0)
		return 0;
failed:
	fprintf(stderr, "%s\n", e.text);
	return 1;
}
