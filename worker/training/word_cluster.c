/* k-means over the word vectors of the network: the classes of worker/engine/word_clusters.h. The
 * words are those of raw text that the network knows. Deterministic: fixed seed, fixed order. */
#include "worker/training/word_cluster.h"

#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/model.h"
#include "worker/engine/net.h"
#include "worker/engine/word_clusters.h"
#include "worker/engine/words.h"

enum { WORDS_CAP = 1 << 18, ROUNDS = 6, COARSE = 64, FINE = 512 };

struct word {
	uint64_t key;
	float v[NET_WORD];
	struct word_cluster c;
	uint32_t count;
};

struct bag {
	struct word *list;
	uint32_t n, cap;
	uint32_t *slots; /* index + 1 */
	const struct image *model;
};

static void add_word(struct bag *b, struct str lower)
{
	uint64_t key = words_key(lower);
	uint32_t i = (uint32_t)(key >> 20) & (WORDS_CAP - 1);
	const int8_t *v;
	float norm = 0;

	while (b->slots[i] && b->list[b->slots[i] - 1].key != key)
		i = (i + 1) & (WORDS_CAP - 1);
	if (b->slots[i]) {
		b->list[b->slots[i] - 1].count++;
		return;
	}
	if (b->n >= WORDS_CAP / 2)
		return;
	v = net_word_vector(b->model, lower);
	MEM_GROW(b->list, b->n, b->cap);
	b->list[b->n] = (struct word){.key = key, .count = v ? 1 : 0};
	for (int k = 0; v && k < NET_WORD; k++)
		norm += (float)v[k] * (float)v[k];
	for (int k = 0; v && norm > 0 && k < NET_WORD; k++)
		b->list[b->n].v[k] = (float)v[k] / __builtin_sqrtf(norm);
	b->slots[i] = ++b->n;
}

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || c >= 0x80 || c == '-' || (c >= '0' && c <= '9');
}

/* The words of a JSON Lines file of articles; what is escaped is no word. */
static int read_words(struct bag *b, const char *shared, struct err *e)
{
	char command[4096], word[64];
	size_t n = 0;
	FILE *f;
	int c;

	snprintf(command, sizeof(command), "xz -dc '%s/data/text/articles.jsonl.xz'", shared);
	f = popen(command, "r");
	if (!f)
		return err_set(e, ERR_IO, "cannot run %s", command);
	while ((c = getc(f)) != EOF) {
		if (c == '\\') {
			(void)getc(f);
			c = ' ';
		}
		if (c >= 'A' && c <= 'Z')
			c = c - 'A' + 'a';
		if (is_letter((unsigned char)c)) {
			if (n < sizeof(word))
				word[n++] = (char)c;
			continue;
		}
		if (n && n < sizeof(word))
			add_word(b, (struct str){word, n});
		n = 0;
	}
	return pclose(f) == 0 ? 0 : err_set(e, ERR_IO, "%s failed", command);
}

static float dot(const float *a, const float *b)
{
	float s = 0;

	for (int k = 0; k < NET_WORD; k++)
		s += a[k] * b[k];
	return s;
}

static uint32_t nearest(const float (*centre)[NET_WORD], uint32_t n, const float *v)
{
	uint32_t best = 0;
	float most = -2;

	for (uint32_t i = 0; i < n; i++) {
		float s = dot(centre[i], v);

		if (s > most) {
			most = s;
			best = i;
		}
	}
	return best;
}

static void k_means(struct bag *b, uint32_t k, bool fine)
{
	float(*centre)[NET_WORD] = mem_alloc(k * sizeof(*centre));
	float(*sum)[NET_WORD] = mem_alloc(k * sizeof(*sum));

	for (uint32_t i = 0; i < k && b->n; i++)
		memcpy(centre[i], b->list[(uint64_t)i * 7919 % b->n].v, sizeof(*centre));
	for (int round = 0; round < ROUNDS; round++) {
		memset(sum, 0, k * sizeof(*sum));
		for (uint32_t i = 0; i < b->n; i++) {
			uint32_t c = nearest((const float(*)[NET_WORD])centre, k, b->list[i].v);

			*(fine ? &b->list[i].c.fine : &b->list[i].c.coarse) = (uint16_t)(c + 1);
			for (int j = 0; j < NET_WORD; j++)
				sum[c][j] += b->list[i].v[j];
		}
		for (uint32_t c = 0; c < k; c++) {
			float norm = __builtin_sqrtf(dot(sum[c], sum[c]));

			for (int j = 0; norm > 0 && j < NET_WORD; j++)
				centre[c][j] = sum[c][j] / norm;
		}
	}
	mem_free(centre);
	mem_free(sum);
}

static int by_key(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

int word_cluster_train(const struct image *model, const char *shared, struct buf *out,
		       struct err *e)
{
	struct bag b = {.model = model, .slots = mem_alloc(WORDS_CAP * sizeof(*b.slots))};
	struct word_clusters_header h = {.magic = "WCLUST1"};
	uint32_t kept = 0;

	if (read_words(&b, shared, e) < 0)
		return -1;
	for (uint32_t i = 0; i < b.n; i++)
		if (b.list[i].count >= 3)
			b.list[kept++] = b.list[i];
	b.n = kept;
	k_means(&b, COARSE, false);
	k_means(&b, FINE, true);
	qsort(b.list, b.n, sizeof(*b.list), by_key);
	h.n = b.n;
	buf_add(out, &h, sizeof(h));
	for (uint32_t i = 0; i < b.n; i++)
		buf_add(out, &b.list[i].key, sizeof(b.list[i].key));
	for (uint32_t i = 0; i < b.n; i++)
		buf_add(out, &b.list[i].c, sizeof(b.list[i].c));
	fprintf(stderr, "%u words in %d and %d classes\n", b.n, COARSE, FINE);
	mem_free(b.list);
	mem_free(b.slots);
	return 0;
}
