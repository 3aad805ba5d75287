#include "worker/engine/lemma.h"

#include <xxhash.h>

#include "worker/engine/lemma_stem.h"
#include "worker/engine/tag.h"

uint64_t lemma_key(struct str word, size_t n, unsigned xpos, bool whole)
{
	uint64_t h = XXH3_64bits_withSeed(word.p + word.n - n, n, xpos * 2u + whole);

	return h >> 32 ? h : h | (uint64_t)1 << 32;
}

struct str lemma_apply(struct arena *a, const struct lemma_rule *r, const struct token *t)
{
	struct str base = r->lower ? t->lower : t->form;
	char *out;

	if (r->cut > base.n)
		return t->lower;
	base.n -= r->cut;
	if (r->cut && ((unsigned char)base.p[base.n] & 0xC0) == 0x80)
		return t->lower; /* learned from another word: it would cut a character in two */
	if (!r->n_add)
		return base.n ? base : t->form;
	out = arena_alloc(a, base.n + r->n_add);
	memcpy(out, base.p, base.n);
	memcpy(out + base.n, r->add, r->n_add);
	return (struct str){out, base.n + r->n_add};
}

/* Rule of the longest ending in the table, or NULL. *known: the table has the whole word. */
static const struct lemma_rule *find(const struct lemma_header *h, const struct token *t,
				     bool *known)
{
	const struct lemma_rule *rules = (const void *)(h + 1);
	const struct lemma_slot *slots = (const void *)(rules + h->n_rules);
	size_t n = t->lower.n < LEMMA_ENDING_MAX ? t->lower.n : LEMMA_ENDING_MAX;

	for (int whole = t->lower.n <= LEMMA_ENDING_MAX; whole >= 0; whole--) {
		for (size_t k = n + 1; k-- > (whole ? n : 0);) {
			uint64_t key = lemma_key(t->lower, k, t->xpos, whole);
			uint32_t i = (uint32_t)key & (h->n_slots - 1);

			for (uint32_t tries = h->n_slots; tries && slots[i].key; tries--) {
				*known = whole;
				if (slots[i].key == (uint32_t)(key >> 32))
					return slots[i].rule < h->n_rules ? &rules[slots[i].rule]
									  : NULL;
				i = (i + 1) & (h->n_slots - 1);
			}
		}
	}
	return NULL;
}

static const struct lemma_header *open_section(struct str s)
{
	const struct lemma_header *h = (const void *)s.p;
	size_t need;

	if (s.n < sizeof(*h) || memcmp(h->magic, "LEMMAS1", 8) != 0)
		return NULL;
	need = sizeof(*h) + (size_t)h->n_rules * sizeof(struct lemma_rule) +
	       (size_t)h->n_slots * sizeof(struct lemma_slot);
	return need <= s.n && h->n_slots && !(h->n_slots & (h->n_slots - 1)) ? h : NULL;
}

/* An unknown past form or participle: the spelling tells more than the ending learned. */
static struct str of_verb(struct arena *a, const struct token *t, struct str lemma)
{
	struct str verb;

	if (t->upos != UPOS_VERB ||
	    (t->xpos != XPOS_VBD && t->xpos != XPOS_VBN && t->xpos != XPOS_VBG))
		return lemma;
	verb = lemma_verb(a, t->lower);
	return verb.n ? verb : lemma;
}

int lemma_run(struct doc *d, struct err *e)
{
	const struct lemma_header *h = open_section(image_section(d->model, "lemmas"));

	for (uint32_t i = 0; i < d->n_tokens; i++) {
		struct token *t = &d->tokens[i];
		bool known = false;
		const struct lemma_rule *r = h ? find(h, t, &known) : NULL;

		t->lemma = r ? lemma_apply(d->arena, r, t) : t->lower;
		if (r && !known)
			t->lemma = of_verb(d->arena, t, t->lemma);
	}
	return h ? 0 : err_set(e, ERR_CORRUPT, "the model has no lemmas");
}
