#include "worker/engine/stance_grammar.h"

struct str grammar_str(const struct grammar *g, uint32_t offset)
{
	return str_of(g->bytes + offset);
}

static bool strings_ok(const struct grammar *g)
{
	bool ok = g->n_bytes > 0 && g->bytes[0] == 0 && g->bytes[g->n_bytes - 1] == 0;

	for (uint32_t i = 0; ok && i < g->n_classes; i++)
		ok = g->classes[i].name < g->n_bytes && g->classes[i].kind < N_GRAMMAR_KINDS &&
		     g->classes[i].part < N_GRAMMAR_PARTS && g->classes[i].sign >= -1 &&
		     g->classes[i].sign <= 1;
	for (uint32_t i = 0; ok && i < g->n_items; i++) {
		const struct grammar_item *it = &g->items[i];

		ok = it->lemma < g->n_bytes && it->particle < g->n_bytes &&
		     it->object < g->n_bytes && it->prep < g->n_bytes &&
		     it->class_index < g->n_classes;
	}
	for (uint32_t i = 0; ok && i < g->n_topics; i++)
		ok = g->topics[i] < g->n_bytes;
	for (uint32_t i = 0; ok && i < g->n_topic_words; i++)
		ok = g->topic_words[i].lemma < g->n_bytes && g->topic_words[i].topic < g->n_topics;
	return ok;
}

int grammar_open(struct grammar *g, struct str section, struct err *e)
{
	struct grammar_header h;
	uint64_t need;
	const char *p = section.p;

	if (section.n < sizeof(h) || memcmp(p, "STANCE1", 8) != 0)
		return err_set(e, ERR_CORRUPT, "the codebook has no stance grammar");
	memcpy(&h, p, sizeof(h));
	need = sizeof(h) + (uint64_t)h.n_classes * sizeof(*g->classes) +
	       (uint64_t)h.n_items * sizeof(*g->items) + (uint64_t)h.n_topics * 4 +
	       (uint64_t)h.n_topic_words * sizeof(*g->topic_words) + h.n_bytes;
	if (need != section.n)
		return err_set(e, ERR_CORRUPT, "stance grammar of %zu bytes, %llu expected",
			       section.n, (unsigned long long)need);
	p += sizeof(h);
	g->classes = (const void *)p;
	p += h.n_classes * sizeof(*g->classes);
	g->items = (const void *)p;
	p += h.n_items * sizeof(*g->items);
	g->topics = (const void *)p;
	p += h.n_topics * sizeof(*g->topics);
	g->topic_words = (const void *)p;
	p += h.n_topic_words * sizeof(*g->topic_words);
	g->bytes = p;
	g->n_classes = h.n_classes;
	g->n_items = h.n_items;
	g->n_topics = h.n_topics;
	g->n_topic_words = h.n_topic_words;
	g->n_bytes = h.n_bytes;
	if (!strings_ok(g))
		return err_set(e, ERR_CORRUPT, "the stance grammar points outside itself");
	return 0;
}

/* Both tables start their rows with the offset of a lemma and are sorted by it. */
static uint32_t find(const struct grammar *g, const char *rows, uint32_t n, size_t row_size,
		     struct str lemma, uint32_t *first)
{
	uint32_t low = 0, high = n, count = 0, offset;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		memcpy(&offset, rows + middle * row_size, sizeof(offset));
		if (str_cmp(grammar_str(g, offset), lemma) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	for (; low + count < n; count++) {
		memcpy(&offset, rows + (low + count) * row_size, sizeof(offset));
		if (!str_eq(grammar_str(g, offset), lemma))
			break;
	}
	return count;
}

uint32_t grammar_find(const struct grammar *g, struct str lemma, uint32_t *first)
{
	return find(g, (const char *)g->items, g->n_items, sizeof(*g->items), lemma, first);
}

uint32_t grammar_topics_of(const struct grammar *g, struct str lemma, uint32_t *first)
{
	return find(g, (const char *)g->topic_words, g->n_topic_words, sizeof(*g->topic_words),
		    lemma, first);
}
