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

static size_t align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static int view(struct linear *m, struct str section, struct err *e)
{
	const struct linear_header *h = (const void *)section.p;
	size_t need, keys, rows, weights;

	*m = (struct linear){0};
	if (section.n < sizeof(*h) || memcmp(h->magic, "LINEAR1", 8) != 0)
		return err_set(e, ERR_CORRUPT, "no linear model in this section");
	if (h->n_classes < 2 || h->n_classes > LINEAR_CLASSES_MAX || h->n_slots == 0 ||
	    (h->n_slots & (h->n_slots - 1)) != 0 || h->n_rows >= h->n_slots ||
	    h->n_slots > section.n / 12)
		return err_set(e, ERR_CORRUPT, "linear model with %u classes, %u rows, %u slots",
			       h->n_classes, h->n_rows, h->n_slots);
	keys = align8(sizeof(*h) + h->n_classes * sizeof(int32_t));
	rows = keys + h->n_slots * sizeof(uint64_t);
	weights = rows + h->n_slots * sizeof(uint32_t);
	need = weights + (size_t)h->n_rows * h->n_classes * sizeof(int16_t);
	if (section.n != need)
		return err_set(e, ERR_CORRUPT, "linear model of %zu bytes, expected %zu", section.n,
			       need);
	if (!(h->scale > 0) || !(h->temperature > 0))
		return err_set(e, ERR_CORRUPT, "linear model without scale or temperature");
	*m = (struct linear){h->n_classes,
			     h->n_rows,
			     h->n_slots,
			     h->scale,
			     h->temperature,
			     (const void *)(section.p + sizeof(*h)),
			     (const void *)(section.p + keys),
			     (const void *)(section.p + rows),
			     (const void *)(section.p + weights)};
	return 0;
}

int linear_open(struct linear *m, struct str section, struct err *e)
{
	if (view(m, section, e) < 0)
		return -1;
	for (uint32_t i = 0; i < m->n_slots; i++)
		if (m->keys[i] && m->rows[i] >= m->n_rows)
			return err_set(e, ERR_CORRUPT, "linear model: row %u of %u", m->rows[i],
				       m->n_rows);
	return 0;
}

bool linear_view(struct linear *m, struct str section)
{
	struct err e;

	return view(m, section, &e) == 0;
}

/* Linear probing; n_rows < n_slots, so that a free slot always ends the search. */
static const int16_t *find(const struct linear *m, uint64_t key)
{
	uint32_t mask = m->n_slots - 1;

	for (uint32_t i = (uint32_t)key & mask, n = 0; n < m->n_slots; i = (i + 1) & mask, n++) {
		if (m->keys[i] == key)
			return m->weights + (size_t)m->rows[i] * m->n_classes;
		if (!m->keys[i])
			break;
	}
	return NULL;
}

void linear_sums(const struct linear *m, const struct features *f, int32_t *sums)
{
	memcpy(sums, m->bias, m->n_classes * sizeof(*sums));
	for (uint32_t i = 0; i < f->n; i++) {
		const int16_t *w = find(m, f->h[i]);

		for (uint32_t c = 0; w && c < m->n_classes; c++)
			sums[c] += w[c];
	}
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

void linear_probabilities(const struct linear *m, const struct features *f, double *p)
{
	int32_t sums[LINEAR_CLASSES_MAX], max;
	double total = 0, factor = (double)m->scale / (double)m->temperature;

	linear_sums(m, f, sums);
	max = sums[0];
	for (uint32_t c = 1; c < m->n_classes; c++)
		max = sums[c] > max ? sums[c] : max;
	for (uint32_t c = 0; c < m->n_classes; c++)
		total += p[c] = linear_exp(factor * ((double)sums[c] - max));
	for (uint32_t c = 0; c < m->n_classes; c++)
		p[c] /= total;
}

double linear_yes(const struct linear *m, const struct features *f)
{
	double p[LINEAR_CLASSES_MAX];

	linear_probabilities(m, f, p);
	return p[1];
}

double linear_weight(const struct linear *m, uint64_t feature, uint32_t class_index)
{
	const int16_t *w = find(m, feature);

	return w && class_index < m->n_classes ? (double)m->scale * w[class_index] : 0;
}
