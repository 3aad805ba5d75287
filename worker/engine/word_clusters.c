#include "worker/engine/word_clusters.h"

#include "worker/engine/words.h"

int word_clusters_open(struct word_clusters *c, struct str section, struct err *e)
{
	struct word_clusters_header h;

	*c = (struct word_clusters){0};
	if (!section.n)
		return 0;
	if (section.n < sizeof(h) || memcmp(section.p, "WCLUST1", 8) != 0)
		return err_set(e, ERR_CORRUPT, "no word clusters in this section");
	memcpy(&h, section.p, sizeof(h));
	if (section.n != sizeof(h) + (uint64_t)h.n * (sizeof(*c->keys) + sizeof(*c->of)))
		return err_set(e, ERR_CORRUPT, "%u word clusters in %zu bytes", h.n, section.n);
	c->n = h.n;
	c->keys = (const void *)(section.p + sizeof(h));
	c->of = (const void *)(section.p + sizeof(h) + h.n * sizeof(*c->keys));
	return 0;
}

struct word_cluster word_clusters_find(const struct word_clusters *c, struct str lower)
{
	uint64_t key;
	uint32_t low = 0, high = c->n;

	if (!c->n)
		return (struct word_cluster){0};
	key = words_key(lower);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (c->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->n && c->keys[low] == key ? c->of[low] : (struct word_cluster){0};
}
