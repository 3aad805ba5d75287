/* Scores of the language stages on gold tokens and sentences. (From raw text:
 * demarche-parse-dump and the shared task's measure; docs/models.md.) */
#include <stdio.h>

#include "worker/engine/image.h"
#include "worker/engine/lemma.h"
#include "worker/engine/net.h"
#include "worker/engine/segment.h"
#include "worker/engine/tag.h"
#include "worker/training/conllu.h"
#include "worker/training/names_data.h"
#include "worker/training/train.h"

struct tree_score {
	uint32_t tokens, upos, xpos, feats, lemmas, uas, las;
};

/* A copy of the gold document in which the stages write; sentences too long for the engine are
 * cut as it would cut them. */
static void copy_document(const struct treebank *tb, const struct image *model, struct arena *a,
			  struct doc *d)
{
	*d = tb->doc;
	d->arena = a;
	d->model = model;
	d->sentences = NULL;
	d->n_sentences = d->cap_sentences = 0;
	d->tokens = ARENA_ARRAY(a, struct token, tb->doc.n_tokens + 1);
	memcpy(d->tokens, tb->doc.tokens, tb->doc.n_tokens * sizeof(*d->tokens));
	for (uint32_t s = 0; s < tb->doc.n_sentences; s++) {
		struct sentence one = tb->doc.sentences[s];

		while (one.n_tok) {
			uint32_t n = one.n_tok < SENTENCE_MAX ? one.n_tok : SENTENCE_MAX;

			ARENA_GROW(a, d->sentences, d->n_sentences, d->cap_sentences);
			d->sentences[d->n_sentences] = one;
			d->sentences[d->n_sentences++].n_tok = n;
			one.tok += n;
			one.n_tok -= n;
		}
	}
}

static void count_tree(const struct treebank *tb, const struct doc *d, struct tree_score *s)
{
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		const struct token *gold = &tb->doc.tokens[i], *got = &d->tokens[i];
		bool head = gold->head == got->head;

		s->tokens++;
		s->upos += gold->upos == got->upos;
		s->xpos += gold->xpos == got->xpos;
		s->feats += str_eq(tb->feats[i], tag_feats_name(d->model, got->feats));
		s->lemmas += str_is(gold->lemma, "_") || str_eq(gold->lemma, got->lemma);
		s->uas += head;
		s->las += head && rel_base((enum rel)gold->rel) == rel_base((enum rel)got->rel);
	}
}

static int measure_trees(const struct image *model, const char *path, struct err *e)
{
	struct treebank tb = {0};
	struct arena a = {0};
	struct tree_score s = {0};
	struct doc d;
	double n;

	if (treebank_read(&tb, path, e) < 0)
		return -1;
	copy_document(&tb, model, &a, &d);
	if (net_run(&d, e) < 0 || lemma_run(&d, e) < 0)
		return -1;
	count_tree(&tb, &d, &s);
	n = s.tokens ? s.tokens / 100.0 : 1;
	printf("%s\n  tokens %u  UPOS %.2f  XPOS %.2f  feats %.2f  lemmas %.2f  UAS %.2f  LAS "
	       "%.2f\n",
	       path, s.tokens, s.upos / n, s.xpos / n, s.feats / n, s.lemmas / n, s.uas / n,
	       s.las / n);
	treebank_free(&tb);
	arena_free(&a);
	return 0;
}

/* Kinds as CoNLL-2003 has them: nations and the like are MISC there. */
static enum ner conll_kind(uint8_t ner)
{
	return ner == NER_NORP ? NER_MISC : (enum ner)ner;
}

static int measure_names(const struct image *model, const char *path, struct err *e)
{
	uint32_t gold[N_NER] = {0}, got[N_NER] = {0}, right[N_NER] = {0};
	struct treebank tb = {0};
	struct arena a = {0};
	struct doc d;

	if (names_read(&tb, path, e) < 0)
		return -1;
	copy_document(&tb, model, &a, &d);
	if (net_run(&d, e) < 0)
		return -1;
	for (uint32_t i = 0; i < d.n_tokens; i++) {
		const struct token *x = &tb.doc.tokens[i], *y = &d.tokens[i];
		uint32_t n = 1, m = 1;

		while (i + n < d.n_tokens && x[n].ner && !x[n].ner_begin && x[n].sent == x->sent)
			n++;
		while (i + m < d.n_tokens && y[m].ner && !y[m].ner_begin && y[m].sent == y->sent)
			m++;
		if (x->ner && x->ner_begin)
			gold[conll_kind(x->ner)]++;
		if (y->ner && y->ner_begin)
			got[conll_kind(y->ner)]++;
		if (x->ner && x->ner_begin && y->ner && y->ner_begin && n == m)
			right[conll_kind(x->ner)] += conll_kind(x->ner) == conll_kind(y->ner);
	}
	puts(path);
	for (int k = 1; k < N_NER; k++) { /* [0] sums up */
		gold[0] += gold[k];
		got[0] += got[k];
		right[0] += right[k];
	}
	for (int k = 0; k < N_NER; k++)
		if (gold[k] && got[k])
			printf("  %-4s P %.2f  R %.2f  F1 %.2f\n",
			       k ? ner_name((enum ner)k) : "all", 100.0 * right[k] / got[k],
			       100.0 * right[k] / gold[k], 200.0 * right[k] / (got[k] + gold[k]));
	treebank_free(&tb);
	arena_free(&a);
	return 0;
}

int train_measure(int argc, char **argv)
{
	struct buf bytes = {0};
	struct image model;
	struct err e;
	int bad = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: measure MODEL FILE...   (.conllu: trees, others: names)\n");
		return 2;
	}
	if (file_read(&bytes, argv[1], &e) < 0 || image_open(&model, bytes.p, bytes.n, &e) < 0)
		bad = -1;
	for (int i = 2; i < argc && !bad; i++)
		bad = str_ends(str_of(argv[i]), STR(".conllu"))
			      ? measure_trees(&model, argv[i], &e)
			      : measure_names(&model, argv[i], &e);
	if (bad)
		fprintf(stderr, "%s\n", e.text);
	buf_free(&bytes);
	return bad != 0;
}
