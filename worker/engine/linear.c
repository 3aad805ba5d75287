#include "worker/engine/linear.h"

#include <xxhash.h>

_Static_assert(sizeof(struct linear_header) == 32, "no padding on disk");

void features_free(struct features *f)
{
	mem_free(f->h);
	*f = (struct features){0};
}

uint64_t feature_of(uint32_t template_id, struct str value)
{
	uint64_t h = XXH3_64bits_withSeed(value.p, value.n, (uint64_t)template_id + 1);

	return h ? h : 1;
}

/* Mixes as splitmix64 does: cheap and without weak bits. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	x ^= x >> 31;
	return x ? x : 1;
}

uint64_t feature_of_int(uint32_t template_id, int64_t value)
{
	return mix((uint64_t)value + mix((uint64_t)template_id + 0x9e3779b97f4a7c15u));
}

uint64_t feature_and(uint64_t a, uint64_t b)
{
	return mix(a * 0x9e3779b97f4a7c15u + b);
}

void features_add(struct features *f, uint64_t h)
{
	if (f->n == LINEAR_FEATURES_MAX)
		return;
	MEM_GROW(f->h, f->n, f->cap);
	f->h[f->n++] = h;
}

static int view_slots(struct linear *m, struct str section, struct err *e)
{
	size_t slots = sizeof(struct linear_header) + m->n_classes * sizeof(int32_t);
	uint64_t need = slots + (uint64_t)m->n_slots * linear_slot_size(m->n_classes);

	if (section.n != need)
		return err_set(e, ERR_CORRUPT, "linear model of %zu bytes, expected %llu",
			       section.n, (unsigned long long)need);
	m->slots = section.p + slots;
	return 0;
}

static int view(struct linear *m, struct str section, struct err *e)
{
	const struct linear_header *h = (const void *)section.p;

	*m = (struct linear){0};
	if (section.n < sizeof(*h) || memcmp(h->magic, "LINEAR3", 8) != 0)
		return err_set(e, ERR_CORRUPT, "no linear model in this section");
	if (h->n_classes < 2 || h->n_classes > LINEAR_CLASSES_MAX || h->n_slots == 0 ||
	    h->n_rows >= h->n_slots)
		return err_set(e, ERR_CORRUPT, "linear model with %u classes, %u rows, %u slots",
			       h->n_classes, h->n_rows, h->n_slots);
	*m = (struct linear){.n_classes = h->n_classes,
			     .n_rows = h->n_rows,
			     .n_slots = h->n_slots,
			     .scale = h->scale,
			     .temperature = h->temperature,
			     .bias = (const void *)(section.p + sizeof(*h))};
	if (view_slots(m, section, e) < 0)
		return -1;
	if (!(h->scale > 0) || !(h->temperature > 0))
		return err_set(e, ERR_CORRUPT, "linear model without scale or temperature");
	return 0;
}

static uint32_t tag_at(const struct linear *m, uint32_t slot)
{
	uint32_t tag;

	memcpy(&tag, m->slots + slot * linear_slot_size(m->n_classes), sizeof(tag));
	return tag;
}

int linear_open(struct linear *m, struct str section, struct err *e)
{
	uint32_t n = 0;

	if (view(m, section, e) < 0)
		return -1;
	for (uint32_t i = 0; i < m->n_slots; i++)
		n += tag_at(m, i) != 0;
	if (n != m->n_rows)
		return err_set(e, ERR_CORRUPT, "linear model: %u rows of %u", n, m->n_rows);
	return 0;
}

bool linear_view(struct linear *m, struct str section)
{
	struct err e;

	return view(m, section, &e) == 0;
}

/* Of more than two classes: the weights of a feature, [n_classes]; NULL where it has none. Linear
 * probing; there is a free slot: linear_open has counted them. */
static const int8_t *find(const struct linear *m, uint64_t key)
{
	size_t size = linear_slot_size(m->n_classes);
	uint32_t at = linear_home(key, m->n_slots), tag, mine = linear_tag(key, m->n_classes);

	for (;; at = at + 1 < m->n_slots ? at + 1 : 0) {
		const char *slot = m->slots + at * size;

		memcpy(&tag, slot, sizeof(tag));
		if (tag == mine)
			return (const int8_t *)slot + sizeof(tag);
		if (!tag)
			return NULL;
	}
}

enum { AHEAD = 12 };

/* A table is larger than the caches: where a feature lies is asked for some features before. */
static void fetch(const struct linear *m, uint64_t key)
{
	__builtin_prefetch(m->slots +
			   linear_home(key, m->n_slots) * linear_slot_size(m->n_classes));
}

/* The same of two classes: the second's weight, 0 where it has none. */
static int32_t find_one(const char *slots, uint32_t n_slots, uint64_t key)
{
	const char *at = slots + (size_t)linear_home(key, n_slots) * sizeof(uint32_t);
	const char *end = slots + (size_t)n_slots * sizeof(uint32_t);
	uint32_t slot, mine = linear_tag(key, 2);

	for (;;) {
		memcpy(&slot, at, sizeof(slot));
		if (slot >> LINEAR_WEIGHT_BITS == mine)
			return linear_slot_weight(slot);
		if (!slot)
			return 0;
		at += sizeof(slot);
		if (at == end)
			at = slots;
	}
}

static void add_one(const struct linear *m, const uint64_t *h, uint32_t n, int32_t *sums)
{
	int32_t sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			fetch(m, h[i + AHEAD]);
		sum += find_one(m->slots, m->n_slots, h[i]);
	}
	sums[0] -= sum;
	sums[1] += sum;
}

void linear_add(const struct linear *m, const uint64_t *h, uint32_t n, int32_t *sums)
{
	for (uint32_t i = 0; i < n && i < AHEAD; i++)
		fetch(m, h[i]);
	if (m->n_classes == 2) {
		add_one(m, h, n, sums);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		const int8_t *w;

		if (i + AHEAD < n)
			fetch(m, h[i + AHEAD]);
		w = find(m, h[i]);
		for (uint32_t c = 0; w && c < m->n_classes; c++)
			sums[c] += w[c];
	}
}

void linear_sums(const struct linear *m, const struct features *f, int32_t *sums)
{
	memcpy(sums, m->bias, m->n_classes * sizeof(*sums));
	linear_add(m, f->h, f->n, sums);
}

/* 2^k * e^r with |r| <= ln 2 / 2 and a polynomial of degree 11: error below 1e-15. */
double linear_exp(double x)
{
	static const double inverse[] = {1.0,         1.0,          1.0 / 2,       1.0 / 6,
					 1.0 / 24,    1.0 / 120,    1.0 / 720,     1.0 / 5040,
					 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800};
	const double ln2 = 0.693147180559945309417;
	double r, y = 0;
	int64_t k;
	uint64_t bits;

	if (!(x > -700))
		return 0;
	if (x > 700)
		x = 700;
	k = (int64_t)(x / ln2 + (x < 0 ? -0.5 : 0.5));
	r = x - (double)k * ln2;
	for (int i = 11; i >= 0; i--)
		y = y * r + inverse[i];
	bits = (uint64_t)(k + 1023) << 52;
	memcpy(&r, &bits, sizeof(r));
	return y * r;
}

void linear_chances(const struct linear *m, const int32_t *sums, double *p)
{
	double total = 0, factor = (double)m->scale / (double)m->temperature;
	int32_t max = sums[0];

	for (uint32_t c = 1; c < m->n_classes; c++)
		max = sums[c] > max ? sums[c] : max;
	for (uint32_t c = 0; c < m->n_classes; c++)
		total += p[c] = linear_exp(factor * ((double)sums[c] - max));
	for (uint32_t c = 0; c < m->n_classes; c++)
		p[c] /= total;
}

void linear_probabilities(const struct linear *m, const struct features *f, double *p)
{
	int32_t sums[LINEAR_CLASSES_MAX];

	linear_sums(m, f, sums);
	linear_chances(m, sums, p);
}

double linear_logit(const struct linear *m, const struct features *f)
{
	int32_t sums[2];

	linear_sums(m, f, sums);
	return (double)m->scale * ((double)sums[1] - (double)sums[0]) / (double)m->temperature;
}

double linear_yes(const struct linear *m, const struct features *f)
{
	double p[LINEAR_CLASSES_MAX];

	linear_probabilities(m, f, p);
	return p[1];
}

double linear_weight(const struct linear *m, uint64_t feature, uint32_t class_index)
{
	const int8_t *w;
	int32_t weight = 0;

	if (class_index >= m->n_classes)
		return 0;
	if (m->n_classes == 2)
		weight = find_one(m->slots, m->n_slots, feature) * (class_index ? 1 : -1);
	else if ((w = find(m, feature)))
		weight = w[class_index];
	return (double)m->scale * weight;
}
