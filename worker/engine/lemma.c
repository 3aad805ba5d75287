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

/* An unknown verb whose guessed lemma is what -ed or -ing leaves: a silent e comes back. */
static struct str mend(struct arena *a, const struct token *t, struct str lemma)
{
	size_t cut = t->lower.n - lemma.n;
	char *out;

	if ((t->xpos != XPOS_VBD && t->xpos != XPOS_VBN && t->xpos != XPOS_VBG &&
	     t->xpos != XPOS_JJ) ||
	    lemma.n >= t->lower.n)
		return lemma;
	if (!(cut == 2 && str_ends(t->lower, STR("ed"))) &&
	    !(cut == 3 && str_ends(t->lower, STR("ing"))))
		return lemma;
	if (!str_starts(t->lower, lemma) || !lemma_lost_e(lemma))
		return lemma;
	out = arena_alloc(a, lemma.n + 1);
	memcpy(out, lemma.p, lemma.n);
	out[lemma.n] = 'e';
	return (struct str){out, lemma.n + 1};
}

/* "shelled", "patrolling": one l or two, by the length of the verb. */
static struct str mend_ll(const struct token *t, struct str lemma)
{
	size_t tail = str_ends(t->lower, STR("lled"))    ? 2
		      : str_ends(t->lower, STR("lling")) ? 3
							 : 0;
	struct str stem = {t->lower.p, t->lower.n - tail};

	if (!tail || stem.n < 4 || lemma.n < stem.n - 1 || lemma.n > stem.n ||
	    !str_starts(stem, lemma) ||
	    (t->xpos != XPOS_VBD && t->xpos != XPOS_VBN && t->xpos != XPOS_VBG))
		return lemma;
	return (struct str){stem.p, stem.n - !lemma_keeps_ll(stem)};
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
			t->lemma = mend_ll(t, mend(d->arena, t, t->lemma));
	}
	return h ? 0 : err_set(e, ERR_CORRUPT, "the model has no lemmas");
}
