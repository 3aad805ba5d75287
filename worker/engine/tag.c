#include "worker/engine/tag.h"

#include "worker/engine/lemma.h"
#include "worker/engine/percep.h"
#include "worker/engine/tag_features.h"

static const char *const XPOS_NAMES[N_XPOS] = {
#define X(name, text) [XPOS_##name] = text,
	XPOS_LIST(X)
#undef X
};

const char *tag_xpos_name(unsigned xpos)
{
	return xpos < N_XPOS ? XPOS_NAMES[xpos] : "_";
}

enum xpos tag_xpos_of(struct str name)
{
	for (int i = 0; i < N_XPOS; i++)
		if (str_is(name, XPOS_NAMES[i]))
			return (enum xpos)i;
	return XPOS_NONE;
}

struct str tag_feats_name(const struct image *model, unsigned feats)
{
	(void)model;
	(void)feats;
	return STR("_");
}

static uint32_t shape_of(struct str form)
{
	uint32_t h = 0, last = 0;

	for (size_t i = 0; i < form.n && i < 24; i++) {
		unsigned char c = (unsigned char)form.p[i];
		uint32_t k = c >= 'A' && c <= 'Z'   ? 1
			     : c >= 'a' && c <= 'z' ? 2
			     : c >= '0' && c <= '9' ? 3
			     : c >= 0x80	    ? 4
						    : c;

		if (k != last)
			h = h * 131 + k;
		last = k;
	}
	return h;
}

void tag_prepare(const struct doc *d, struct tag_word *w)
{
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		const struct token *t = &d->tokens[i];
		struct str s = t->lower;

		w[i].word = percep_hash(s);
		w[i].shape = shape_of(t->form);
		for (unsigned k = 0; k < 4; k++) {
			size_t n = s.n < k + 1 ? s.n : k + 1;

			w[i].prefix[k] = percep_hash((struct str){s.p, n});
			w[i].suffix[k] = percep_hash((struct str){s.p + s.n - n, n});
		}
	}
}

void tag_features(const struct tag_word *w, const uint16_t *tags, uint32_t i, uint32_t n,
		  struct percep_features *f)
{
	static const struct tag_word none = {.word = 7, .shape = 9, .suffix = {1, 2, 3, 4}};
	const struct tag_word *c = &w[i], *p = i ? &w[i - 1] : &none;
	const struct tag_word *q = i + 1 < n ? &w[i + 1] : &none;
	uint32_t t1 = i ? tags[i - 1] : 998, t2 = i > 1 ? tags[i - 2] : 999;

	f->n = 0;
	percep_add(f, 1, c->word, 0, 0);
	percep_add(f, 2, c->shape, i == 0, 0);
	for (uint32_t k = 0; k < 4; k++) {
		percep_add(f, 3 + k, c->suffix[k], 0, 0);
		percep_add(f, 7 + k, c->prefix[k], 0, 0);
	}
	percep_add(f, 11, t1, 0, 0);
	percep_add(f, 12, t1, t2, 0);
	percep_add(f, 13, t1, c->word, 0);
	percep_add(f, 14, p->word, 0, 0);
	percep_add(f, 15, q->word, 0, 0);
	percep_add(f, 16, i + 2 < n ? w[i + 2].word : 5, 0, 0);
	percep_add(f, 17, i > 1 ? w[i - 2].word : 5, 0, 0);
	percep_add(f, 18, p->word, c->word, 0);
	percep_add(f, 19, c->word, q->word, 0);
	percep_add(f, 20, q->suffix[2], t1, 0);
	percep_add(f, 21, q->shape, c->shape, p->shape);
	percep_add(f, 22, c->suffix[2], t1, 0);
	percep_add(f, 23, t1, q->word, 0);
	percep_add(f, 24, q->suffix[1], q->shape, 0);
	percep_add(f, 25, p->suffix[2], c->suffix[2], 0);
	percep_add(f, 26, c->suffix[2], c->shape, 0);
}

int tag_run(struct doc *d, struct err *e)
{
	struct percep m;
	struct percep_features f;
	int32_t scores[PERCEP_CLASSES_MAX];
	struct tag_word *w = ARENA_ARRAY(d->arena, struct tag_word, d->n_tokens + 1);
	uint16_t *tags = ARENA_ARRAY(d->arena, uint16_t, d->n_tokens + 1);

	if (percep_open(&m, image_section(d->model, "tagger"), e) < 0)
		return err_wrap(e, "tagger");
	tag_prepare(d, w);
	for (uint32_t s = 0; s < d->n_sentences; s++) {
		uint32_t at = d->sentences[s].tok, n = d->sentences[s].n_tok;

		for (uint32_t i = 0; i < n; i++) {
			uint32_t best = 0;

			tag_features(w + at, tags + at, i, n, &f);
			percep_scores(&m, &f, scores);
			for (uint32_t c = 1; c < m.h->n_classes; c++)
				if (scores[c] > scores[best])
					best = c;
			tags[at + i] = (uint16_t)best;
			d->tokens[at + i].upos = (uint8_t)(m.h->classes[best] >> 8);
			d->tokens[at + i].xpos = (uint8_t)(m.h->classes[best] & 255);
		}
	}
	lemma_run(d, image_section(d->model, "lemmas"));
	return 0;
}
