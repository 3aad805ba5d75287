/* For every ending of every word, the rule that is right most often; an ending is kept only where
 * its rule differs from that of the next shorter ending in the table. */
#include "worker/training/lemma_train.h"

#include <stdlib.h>

#include "worker/engine/lemma.h"

struct count {
	uint64_t key;
	uint32_t rule, n;
	uint32_t length; /* of the ending; whole words sort after all endings */
	uint64_t shorter;
};
struct counts {
	struct count *c;
	uint32_t n, cap;
};
struct rules {
	struct lemma_rule *r;
	uint32_t n, cap;
};

static bool make_rule(const struct token *t, struct lemma_rule *r)
{
	struct lemma_rule best = {0};
	size_t best_cost = 1000;

	if (str_is(t->lemma, "_"))
		return false;
	for (int lower = 0; lower < 2; lower++) {
		struct str base = lower ? t->lower : t->form;
		size_t k = 0, cost;

		while (k < base.n && k < t->lemma.n && base.p[k] == t->lemma.p[k])
			k++;
		cost = 2 * (base.n - k) + (t->lemma.n - k) + (lower ? 0 : 1);
		if (t->lemma.n - k > LEMMA_ADD_MAX || base.n - k > 255 || cost >= best_cost)
			continue;
		best_cost = cost;
		best = (struct lemma_rule){.lower = (uint8_t)lower,
					   .cut = (uint8_t)(base.n - k),
					   .n_add = (uint8_t)(t->lemma.n - k)};
		memcpy(best.add, t->lemma.p + k, t->lemma.n - k);
	}
	*r = best;
	return best_cost < 1000;
}

static uint32_t rule_id(struct rules *l, const struct lemma_rule *r)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (memcmp(&l->r[i], r, sizeof(*r)) == 0)
			return i;
	MEM_GROW(l->r, l->n, l->cap);
	l->r[l->n] = *r;
	return l->n++;
}

static int by_key(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static void count_endings(struct counts *l, const struct token *t, uint32_t rule)
{
	size_t n = t->lower.n < LEMMA_ENDING_MAX ? t->lower.n : LEMMA_ENDING_MAX;
	uint64_t shorter = 0;

	for (size_t k = 0; k <= n + (t->lower.n <= LEMMA_ENDING_MAX); k++) {
		bool whole = k > n;
		uint64_t key = lemma_key(t->lower, whole ? n : k, t->xpos, whole);

		MEM_GROW(l->c, l->n, l->cap);
		l->c[l->n++] = (struct count){key, rule, 1,
					      whole ? LEMMA_ENDING_MAX + 1 : (uint32_t)k, shorter};
		shorter = key;
	}
}

struct table {
	uint64_t *keys;
	uint32_t *rule, *kept;
	uint32_t mask;
};

static uint32_t slot_of(const struct table *t, uint64_t key)
{
	uint32_t i = (uint32_t)key & t->mask;

	while (t->keys[i] && t->keys[i] != key)
		i = (i + 1) & t->mask;
	return i;
}

static void write_section(const struct rules *rules, const struct table *t, uint32_t n_kept,
			  struct buf *out)
{
	struct lemma_header h = {.magic = "LEMMAS1", .n_rules = rules->n, .n_slots = 1024};
	struct lemma_slot *slots;

	while (h.n_slots < 2 * n_kept)
		h.n_slots *= 2;
	slots = mem_alloc(h.n_slots * sizeof(*slots));
	for (uint32_t i = 0; i <= t->mask; i++) {
		uint32_t k = (uint32_t)t->keys[i] & (h.n_slots - 1);

		if (!t->keys[i] || !t->kept[i])
			continue;
		while (slots[k].key)
			k = (k + 1) & (h.n_slots - 1);
		slots[k] = (struct lemma_slot){(uint32_t)(t->keys[i] >> 32), t->rule[i]};
	}
	buf_add(out, &h, sizeof(h));
	buf_add(out, rules->r, rules->n * sizeof(*rules->r));
	buf_add(out, slots, h.n_slots * sizeof(*slots));
	mem_free(slots);
}

void lemma_train(const struct treebank *tb, struct buf *out)
{
	struct counts l = {0};
	struct rules rules = {0};
	struct table t = {.mask = 1023};
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < tb->doc.n_tokens; i++) {
		struct lemma_rule r;

		if (make_rule(&tb->doc.tokens[i], &r))
			count_endings(&l, &tb->doc.tokens[i], rule_id(&rules, &r));
	}
	qsort(l.c, l.n, sizeof(*l.c), by_key);
	while (t.mask < 2 * l.n)
		t.mask = t.mask * 2 + 1;
	t.keys = mem_alloc((t.mask + 1) * sizeof(*t.keys));
	t.rule = mem_alloc((t.mask + 1) * sizeof(*t.rule));
	t.kept = mem_alloc((t.mask + 1) * sizeof(*t.kept));
	for (uint32_t i = 0; i < l.n;) { /* shorter endings come first */
		uint32_t best = 0, best_n = 0, j = i, s = slot_of(&t, l.c[i].key), up;

		while (j < l.n && l.c[j].key == l.c[i].key && l.c[j].length == l.c[i].length) {
			uint32_t k = j;

			while (k < l.n && l.c[k].key == l.c[j].key && l.c[k].rule == l.c[j].rule)
				k++;
			if (k - j > best_n) {
				best_n = k - j;
				best = l.c[j].rule;
			}
			j = k;
		}
		up = slot_of(&t, l.c[i].shorter);
		t.keys[s] = l.c[i].key;
		t.rule[s] = best;
		t.kept[s] = !l.c[i].shorter || t.rule[up] != best;
		n_kept += t.kept[s];
		i = j;
	}
	write_section(&rules, &t, n_kept, out);
	mem_free(t.keys);
	mem_free(t.rule);
	mem_free(t.kept);
	mem_free(l.c);
	mem_free(rules.r);
}
