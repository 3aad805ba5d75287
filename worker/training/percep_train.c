/* Trains the perceptron tagger and the greedy parser (dynamic oracle). */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/greedy.h"
#include "worker/engine/image.h"
#include "worker/engine/tag_features.h"
#include "worker/engine/tag.h"
#include "worker/training/lemma_train.h"
#include "worker/training/train.h"

struct learner {
	struct percep_header h;
	float *w, *sum;
	uint32_t *stamp; /* step of the last change of a row */
	uint32_t step;
};

static void learner_init(struct learner *l, uint32_t log2_rows)
{
	size_t n = (size_t)l->h.n_classes << log2_rows;

	memcpy(l->h.magic, "PERCEP1", 8);
	l->h.log2_rows = log2_rows;
	l->w = mem_alloc(n * sizeof(float));
	l->sum = mem_alloc(n * sizeof(float));
	l->stamp = mem_alloc(sizeof(uint32_t) << log2_rows);
	l->step = 0;
}

static void learner_fini(struct learner *l)
{
	mem_free(l->w);
	mem_free(l->sum);
	mem_free(l->stamp);
}

static void learner_scores(const struct learner *l, const struct percep_features *f, float *s)
{
	uint32_t n = l->h.n_classes, mask = (1u << l->h.log2_rows) - 1;

	memset(s, 0, n * sizeof(*s));
	for (uint32_t i = 0; i < f->n; i++) {
		const float *row = l->w + (size_t)(f->h[i] & mask) * n;

		for (uint32_t c = 0; c < n; c++)
			s[c] += row[c];
	}
}

static void settle(struct learner *l, uint32_t row)
{
	uint32_t n = l->h.n_classes, gone = l->step - l->stamp[row];
	float *w = l->w + (size_t)row * n, *sum = l->sum + (size_t)row * n;

	if (gone)
		for (uint32_t c = 0; c < n; c++)
			sum[c] += w[c] * (float)gone;
	l->stamp[row] = l->step;
}

static void learner_update(struct learner *l, const struct percep_features *f, uint32_t good,
			   uint32_t bad)
{
	uint32_t mask = (1u << l->h.log2_rows) - 1;

	for (uint32_t i = 0; i < f->n; i++) {
		uint32_t row = f->h[i] & mask;

		settle(l, row);
		l->w[(size_t)row * l->h.n_classes + good] += 1;
		l->w[(size_t)row * l->h.n_classes + bad] -= 1;
	}
}

static void learner_write(struct learner *l, struct buf *out)
{
	size_t n = (size_t)l->h.n_classes << l->h.log2_rows;
	double mean = 0, scale;
	int8_t *q = mem_alloc(n);
	size_t used = 0;

	for (uint32_t r = 0; r < 1u << l->h.log2_rows; r++)
		settle(l, r);
	for (size_t i = 0; i < n; i++) {
		float a = l->sum[i] < 0 ? -l->sum[i] : l->sum[i];

		used += a > 0;
		mean += a;
	}
	scale = used ? 12.0 / (mean / (double)used) : 0;
	for (size_t i = 0; i < n; i++) {
		double v = l->sum[i] * scale;

		q[i] = (int8_t)(v > 127 ? 127 : v < -127 ? -127 : v < 0 ? v - 0.5 : v + 0.5);
	}
	buf_add(out, &l->h, sizeof(l->h));
	buf_add(out, q, n);
	mem_free(q);
}

static uint32_t class_of(struct percep_header *h, uint16_t what)
{
	for (uint32_t c = 0; c < h->n_classes; c++)
		if (h->classes[c] == what)
			return c;
	if (h->n_classes == PERCEP_CLASSES_MAX)
		return 0;
	h->classes[h->n_classes] = what;
	return h->n_classes++;
}

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t *seed)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = (uint32_t)(next_random(seed) % i), t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

static uint32_t best_of(const float *s, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < n; c++)
		if (s[c] > s[best])
			best = c;
	return best;
}

/* Trains on the sentences whose number is not `hold` modulo 2 (hold 2: on all). */
static void train_tagger(struct learner *l, const struct treebank *tb, const struct tag_word *w,
			 uint32_t hold, uint32_t epochs)
{
	const struct doc *d = &tb->doc;
	uint32_t *order = mem_alloc(d->n_sentences * sizeof(*order));
	uint16_t *tags = mem_alloc((d->n_tokens + 1) * sizeof(*tags));
	uint64_t seed = 88172645463325252u;
	struct percep_features f;
	float s[PERCEP_CLASSES_MAX];

	memset(&l->h, 0, sizeof(l->h));
	for (uint32_t i = 0; i < d->n_tokens; i++)
		class_of(&l->h, (uint16_t)(d->tokens[i].upos << 8 | d->tokens[i].xpos));
	learner_init(l, 17);
	for (uint32_t i = 0; i < d->n_sentences; i++)
		order[i] = i;
	for (uint32_t e = 0; e < epochs; e++) {
		uint32_t right = 0, total = 0;

		shuffle(order, d->n_sentences, &seed);
		for (uint32_t k = 0; k < d->n_sentences; k++) {
			const struct sentence *sent = &d->sentences[order[k]];

			if (order[k] % 2 == hold)
				continue;
			for (uint32_t i = 0; i < sent->n_tok; i++) {
				const struct token *t = &d->tokens[sent->tok + i];
				uint32_t gold, got;

				gold = class_of(&l->h, (uint16_t)(t->upos << 8 | t->xpos));
				tag_features(w + sent->tok, tags, i, sent->n_tok, &f);
				learner_scores(l, &f, s);
				got = best_of(s, l->h.n_classes);
				l->step++;
				if (got != gold)
					learner_update(l, &f, gold, got);
				tags[i] = (uint16_t)got;
				right += got == gold;
				total++;
			}
		}
		fprintf(stderr, "tagger epoch %u: %.2f\n", e, 100.0 * right / total);
	}
	mem_free(order);
	mem_free(tags);
}

/* Tags the sentences held back with the averaged weights. */
static void apply_tagger(struct learner *l, struct doc *d, const struct tag_word *w, uint32_t hold)
{
	uint16_t *tags = mem_alloc((d->n_tokens + 1) * sizeof(*tags));
	struct buf b = {0};
	struct percep m;
	struct percep_features f;
	struct err e;
	int32_t s[PERCEP_CLASSES_MAX];

	learner_write(l, &b);
	CHECK(percep_open(&m, buf_str(&b), &e) == 0);
	for (uint32_t k = hold; k < d->n_sentences; k += 2) {
		const struct sentence *sent = &d->sentences[k];

		for (uint32_t i = 0; i < sent->n_tok; i++) {
			struct token *t = &d->tokens[sent->tok + i];
			uint32_t best = 0;

			tag_features(w + sent->tok, tags, i, sent->n_tok, &f);
			percep_scores(&m, &f, s);
			for (uint32_t c = 1; c < m.h->n_classes; c++)
				if (s[c] > s[best])
					best = c;
			tags[i] = (uint16_t)best;
			t->upos = (uint8_t)(m.h->classes[best] >> 8);
			t->xpos = (uint8_t)(m.h->classes[best] & 255);
		}
	}
	mem_free(tags);
	buf_free(&b);
}

/* Cost of a move against the gold heads (1-based, root is n + 1). */
static int cost_of(const struct greedy *g, const uint16_t *gold, int move)
{
	uint16_t b0 = (uint16_t)g->next, s0 = g->n_stack ? g->stack[g->n_stack - 1] : 0;
	uint16_t s1 = g->n_stack > 1 ? g->stack[g->n_stack - 2] : 0;
	int cost = 0;

	if (move == MOVE_SHIFT) {
		for (uint32_t i = 0; i < g->n_stack; i++) {
			cost += gold[g->stack[i]] == b0;
			cost += i + 1 < g->n_stack && gold[b0] == g->stack[i];
		}
		return cost;
	}
	for (uint32_t b = b0; b <= g->n; b++)
		cost += gold[b] == s0;
	if (move == MOVE_LEFT)
		cost += gold[s0] != b0 && (gold[s0] == s1 || gold[s0] > b0) && gold[s0] != 0;
	else
		cost += gold[s0] != s1 && gold[s0] >= b0;
	return cost;
}

static void train_sentence(struct learner *l, const struct doc *d, const struct sentence *sent,
			   bool explore, uint64_t *seed, uint32_t *counts)
{
	static struct greedy g;
	uint16_t gold[SENTENCE_MAX + 4] = {0};
	uint8_t rel[SENTENCE_MAX + 4] = {0};
	struct percep_features f;
	float s[PERCEP_CLASSES_MAX];

	if (sent->n_tok > SENTENCE_MAX)
		return;
	for (uint32_t i = 0; i < sent->n_tok; i++) {
		const struct token *t = &d->tokens[sent->tok + i];

		gold[i + 1] = (uint16_t)(t->head < 0 ? sent->n_tok + 1
						     : (uint32_t)t->head - sent->tok + 1);
		rel[i + 1] = t->rel;
	}
	greedy_start(&g, &d->tokens[sent->tok], sent->n_tok);
	while (!greedy_done(&g)) {
		int cost[3], low = 1000, good = -1, any = -1;
		uint16_t s0 = g.n_stack ? g.stack[g.n_stack - 1] : 0;

		for (int m = 0; m < 3; m++) {
			cost[m] = greedy_legal(&g, m) ? cost_of(&g, gold, m) : 1000;
			low = cost[m] < low ? cost[m] : low;
		}
		greedy_features(&g, &f);
		learner_scores(l, &f, s);
		for (uint32_t c = 0; c < l->h.n_classes; c++) {
			int m = l->h.classes[c] >> 8, r = l->h.classes[c] & 255;
			uint16_t head = m == MOVE_LEFT ? (uint16_t)g.next
						       : g.n_stack > 1 ? g.stack[g.n_stack - 2] : 0;

			if (!greedy_legal(&g, m))
				continue;
			if (any < 0 || s[c] > s[any])
				any = (int)c;
			if (cost[m] != low || (m != MOVE_SHIFT && gold[s0] == head && rel[s0] != r))
				continue;
			if (good < 0 || s[c] > s[good])
				good = (int)c;
		}
		if (any < 0 || good < 0)
			return;
		l->step++;
		counts[0] += any == good;
		counts[1]++;
		if (any != good)
			learner_update(l, &f, (uint32_t)good, (uint32_t)any);
		if (explore && next_random(seed) % 10 < 9)
			good = any;
		greedy_move(&g, l->h.classes[good] >> 8, (uint8_t)l->h.classes[good]);
	}
}

static void train_parser(struct learner *l, const struct doc *d, uint32_t epochs)
{
	uint32_t *order = mem_alloc(d->n_sentences * sizeof(*order));
	uint64_t seed = 88172645463325252u;

	memset(&l->h, 0, sizeof(l->h));
	class_of(&l->h, MOVE_SHIFT << 8);
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		class_of(&l->h, (uint16_t)(MOVE_LEFT << 8 | d->tokens[i].rel));
		if (d->tokens[i].rel != REL_ROOT)
			class_of(&l->h, (uint16_t)(MOVE_RIGHT << 8 | d->tokens[i].rel));
	}
	learner_init(l, 16);
	for (uint32_t i = 0; i < d->n_sentences; i++)
		order[i] = i;
	for (uint32_t e = 0; e < epochs; e++) {
		uint32_t counts[2] = {0};

		shuffle(order, d->n_sentences, &seed);
		for (uint32_t k = 0; k < d->n_sentences; k++)
			train_sentence(l, d, &d->sentences[order[k]], e > 0, &seed, counts);
		fprintf(stderr, "parser epoch %u: %.2f\n", e, 100.0 * counts[0] / counts[1]);
	}
	mem_free(order);
}

int train_percep(int argc, char **argv)
{
	struct treebank tb = {0};
	struct learner l;
	struct buf lemmas = {0}, tagger = {0}, parser = {0}, image = {0};
	struct image_writer *iw;
	struct tag_word *w;
	struct err e;

	if (argc < 3) {
		fprintf(stderr, "usage: percep OUT TREEBANK...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		if (treebank_read(&tb, argv[i], &e) < 0) {
			fprintf(stderr, "%s\n", e.text);
			return 1;
		}
	lemma_train(&tb, &lemmas);
	w = mem_alloc((tb.doc.n_tokens + 1) * sizeof(*w));
	tag_prepare(&tb.doc, w);
	train_tagger(&l, &tb, w, 2, 6);
	learner_write(&l, &tagger);
	learner_fini(&l);
	{
		struct token *gold = mem_alloc(tb.doc.n_tokens * sizeof(*gold));
		struct token *predicted = mem_alloc(tb.doc.n_tokens * sizeof(*gold));

		memcpy(gold, tb.doc.tokens, tb.doc.n_tokens * sizeof(*gold));
		memcpy(predicted, gold, tb.doc.n_tokens * sizeof(*gold));
		for (uint32_t hold = 0; hold < 2; hold++) {
			struct doc copy = tb.doc;

			copy.tokens = predicted;
			train_tagger(&l, &tb, w, hold, 4);
			apply_tagger(&l, &copy, w, hold);
			learner_fini(&l);
		}
		memcpy(tb.doc.tokens, predicted, tb.doc.n_tokens * sizeof(*gold));
		mem_free(gold);
		mem_free(predicted);
	}
	train_parser(&l, &tb.doc, 7);
	learner_write(&l, &parser);
	learner_fini(&l);
	iw = image_writer_new();
	image_writer_add(iw, "lemmas", lemmas.p, lemmas.n);
	image_writer_add(iw, "tagger", tagger.p, tagger.n);
	image_writer_add(iw, "parser", parser.p, parser.n);
	image_writer_finish(iw, &image);
	if (file_write(argv[1], buf_str(&image), &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	image_writer_free(iw);
	return 0;
}
