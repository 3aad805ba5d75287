#include "worker/training/linear_train.h"

#include <math.h>
#include <stdlib.h>

struct example {
	uint32_t first, n; /* into features */
	uint32_t label;
	double weight;
};

struct linear_set {
	struct example *examples;
	uint64_t *features;
	uint32_t n, cap, n_features, cap_features;
};

struct linear_set *linear_set_new(void)
{
	return mem_alloc(sizeof(struct linear_set));
}

void linear_set_free(struct linear_set *s)
{
	if (!s)
		return;
	mem_free(s->examples);
	mem_free(s->features);
	mem_free(s);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void linear_set_add(struct linear_set *s, const struct features *f, uint32_t label, double weight)
{
	struct example x = {.first = s->n_features, .label = label, .weight = weight};
	uint64_t *own;

	for (uint32_t i = 0; i < f->n; i++) {
		MEM_GROW(s->features, s->n_features, s->cap_features);
		s->features[s->n_features++] = f->h[i];
	}
	own = s->features + x.first;
	if (f->n)
		qsort(own, f->n, sizeof(*own), by_value);
	for (uint32_t i = 0; i < f->n; i++)
		if (i == 0 || own[i] != own[i - 1])
			own[x.n++] = own[i];
	s->n_features = x.first + x.n;
	MEM_GROW(s->examples, s->n, s->cap);
	s->examples[s->n++] = x;
}

uint32_t linear_set_size(const struct linear_set *s)
{
	return s->n;
}

/* All features of the set that are frequent enough, in an open-addressed table. */
struct index {
	uint64_t *keys;
	uint32_t *rows;
	uint32_t n_slots, n_rows;
};

static uint32_t power_above(uint32_t n)
{
	uint32_t p = 16;

	while (p < n)
		p *= 2;
	return p;
}

static uint32_t slot_of(const struct index *x, uint64_t key)
{
	uint32_t i = (uint32_t)key & (x->n_slots - 1);

	while (x->keys[i] && x->keys[i] != key)
		i = (i + 1) & (x->n_slots - 1);
	return i;
}

static void index_init(struct index *x, uint32_t n)
{
	*x = (struct index){.n_slots = power_above(n + n / 2 + 2)};
	x->keys = mem_alloc(x->n_slots * sizeof(*x->keys));
	x->rows = mem_alloc(x->n_slots * sizeof(*x->rows));
}

static void index_fini(struct index *x)
{
	mem_free(x->keys);
	mem_free(x->rows);
}

static void index_build(struct index *x, const struct linear_set *s, uint32_t min_count)
{
	uint64_t *all = mem_alloc((size_t)s->n_features * sizeof(*all));
	uint32_t n = 0;

	/* The examples are already free of repetitions, so a run's length is a count of examples.
	 */
	memcpy(all, s->features, (size_t)s->n_features * sizeof(*all));
	qsort(all, s->n_features, sizeof(*all), by_value);
	for (uint32_t i = 0, j; i < s->n_features; i = j) {
		for (j = i + 1; j < s->n_features && all[j] == all[i]; j++)
			;
		if (j - i >= min_count)
			all[n++] = all[i];
	}
	index_init(x, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t slot = slot_of(x, all[i]);

		x->keys[slot] = all[i];
		x->rows[slot] = x->n_rows++;
	}
	mem_free(all);
}

struct model {
	struct index index;
	uint32_t n_classes;
	double *w, *g; /* [n_rows + 1][n_classes]; the last row is the bias */
	uint32_t *row; /* rows of all features of the set, UINT32_MAX: dropped */
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void softmax(const double *sums, uint32_t n, double *p)
{
	double max = sums[0], total = 0;

	for (uint32_t c = 1; c < n; c++)
		max = sums[c] > max ? sums[c] : max;
	for (uint32_t c = 0; c < n; c++)
		total += p[c] = linear_exp(sums[c] - max);
	for (uint32_t c = 0; c < n; c++)
		p[c] /= total;
}

static void update_row(struct model *m, uint32_t row, const double *gradient, double rate,
		       double l2)
{
	double *w = m->w + (size_t)row * m->n_classes, *g = m->g + (size_t)row * m->n_classes;

	for (uint32_t c = 0; c < m->n_classes; c++) {
		double d = gradient[c] + l2 * w[c];

		g[c] += d * d;
		if (g[c] > 0)
			w[c] -= rate * d / sqrt(g[c]);
	}
}

static void train_example(struct model *m, const struct example *x, double rate, double l2)
{
	double p[LINEAR_CLASSES_MAX] = {0}, sums[LINEAR_CLASSES_MAX];

	memcpy(sums, m->w + (size_t)m->index.n_rows * m->n_classes, m->n_classes * sizeof(*sums));
	for (uint32_t i = 0; i < x->n; i++) {
		uint32_t row = m->row[x->first + i];

		for (uint32_t c = 0; row != UINT32_MAX && c < m->n_classes; c++)
			sums[c] += m->w[(size_t)row * m->n_classes + c];
	}
	softmax(sums, m->n_classes, p);
	p[x->label] -= 1;
	for (uint32_t c = 0; c < m->n_classes; c++)
		p[c] *= x->weight;
	for (uint32_t i = 0; i < x->n; i++)
		if (m->row[x->first + i] != UINT32_MAX)
			update_row(m, m->row[x->first + i], p, rate, l2);
	update_row(m, m->index.n_rows, p, rate, 0);
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t *state)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = (uint32_t)(next_random(state) % i), t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

/* The average over the second half of the epochs is steadier than the last value. */
static void run_epochs(struct model *m, const struct linear_set *s, const struct linear_options *o)
{
	uint32_t *order = mem_alloc(s->n * sizeof(*order)), epochs = o->epochs ? o->epochs : 20;
	size_t n_w = ((size_t)m->index.n_rows + 1) * m->n_classes;
	double *mean = mem_alloc(n_w * sizeof(*mean));
	uint64_t state = o->seed + 0x9e3779b97f4a7c15u;

	for (uint32_t i = 0; i < s->n; i++)
		order[i] = i;
	for (uint32_t t = 0; t < epochs; t++) {
		shuffle(order, s->n, &state);
		for (uint32_t i = 0; i < s->n; i++)
			train_example(m, &s->examples[order[i]], o->rate > 0 ? o->rate : 0.1,
				      o->l2);
		for (size_t i = 0; t >= epochs / 2 && i < n_w; i++)
			mean[i] += m->w[i] / (epochs - epochs / 2);
	}
	memcpy(m->w, mean, n_w * sizeof(*mean));
	mem_free(mean);
	mem_free(order);
}

static bool row_is_zero(const int16_t *w, uint32_t n)
{
	for (uint32_t c = 0; c < n; c++)
		if (w[c])
			return false;
	return true;
}

/* Weights become 16-bit integers of one scale; rows that round to nothing are left out. */
static void write_model(const struct model *m, double temperature, struct buf *out)
{
	uint32_t nc = m->n_classes, n_rows = 0;
	size_t n_w = (size_t)m->index.n_rows * nc;
	double largest = 1e-6, scale;
	int16_t *w = mem_alloc(n_w * sizeof(*w));
	struct linear_header h = {.magic = "LINEAR1", .n_classes = nc};
	struct index kept;
	static const char zero[8];

	for (size_t i = 0; i < n_w; i++)
		largest = fabs(m->w[i]) > largest ? fabs(m->w[i]) : largest;
	scale = largest / 4095 > 1.0 / 1024 ? largest / 4095 : 1.0 / 1024;
	h.scale = (float)scale;
	h.temperature = (float)temperature;
	for (size_t i = 0; i < n_w; i++)
		w[i] = (int16_t)lrint(m->w[i] / scale);
	for (uint32_t r = 0; r < m->index.n_rows; r++)
		n_rows += !row_is_zero(w + (size_t)r * nc, nc);
	index_init(&kept, n_rows);
	for (uint32_t i = 0; i < m->index.n_slots; i++) {
		uint32_t slot;

		if (!m->index.keys[i] || row_is_zero(w + (size_t)m->index.rows[i] * nc, nc))
			continue;
		slot = slot_of(&kept, m->index.keys[i]);
		kept.keys[slot] = m->index.keys[i];
		kept.rows[slot] = m->index.rows[i]; /* renumbered below, in slot order */
	}
	h.n_rows = n_rows;
	h.n_slots = kept.n_slots;
	buf_add(out, &h, sizeof(h));
	for (uint32_t c = 0; c < nc; c++) {
		int32_t b = (int32_t)lrint(m->w[n_w + c] / scale);

		buf_add(out, &b, sizeof(b));
	}
	buf_add(out, zero, (8 - (sizeof(h) + nc * sizeof(int32_t)) % 8) % 8);
	buf_add(out, kept.keys, kept.n_slots * sizeof(*kept.keys));
	for (uint32_t i = 0, next = 0; i < kept.n_slots; i++) {
		uint32_t row = kept.keys[i] ? next++ : 0;

		buf_add(out, &row, sizeof(row));
	}
	for (uint32_t i = 0; i < kept.n_slots; i++)
		if (kept.keys[i])
			buf_add(out, w + (size_t)kept.rows[i] * nc, nc * sizeof(*w));
	index_fini(&kept);
	mem_free(w);
}

void linear_train(const struct linear_set *s, const struct linear_options *o, struct buf *out)
{
	struct model m = {.n_classes = o->n_classes};
	size_t n_w;

	CHECK(o->n_classes >= 2 && o->n_classes <= LINEAR_CLASSES_MAX);
	for (uint32_t i = 0; i < s->n; i++)
		CHECK(s->examples[i].label < o->n_classes);
	index_build(&m.index, s, o->min_count ? o->min_count : 2);
	n_w = ((size_t)m.index.n_rows + 1) * m.n_classes;
	m.w = mem_alloc(n_w * sizeof(*m.w));
	m.g = mem_alloc(n_w * sizeof(*m.g));
	m.row = mem_alloc((size_t)s->n_features * sizeof(*m.row));
	for (uint32_t i = 0; i < s->n_features; i++) {
		uint32_t slot = slot_of(&m.index, s->features[i]);

		m.row[i] = m.index.keys[slot] ? m.index.rows[slot] : UINT32_MAX;
	}
	run_epochs(&m, s, o);
	write_model(&m, o->temperature > 0 ? o->temperature : 1, out);
	mem_free(m.row);
	mem_free(m.w);
	mem_free(m.g);
	index_fini(&m.index);
}

struct linear_report linear_measure(const struct linear *m, const struct linear_set *s)
{
	struct linear_report r = {0};
	double p[LINEAR_CLASSES_MAX], total = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct example *x = &s->examples[i];
		struct features f = {s->features + x->first, x->n, x->n};
		uint32_t best = 0;

		linear_probabilities(m, &f, p);
		for (uint32_t c = 1; c < m->n_classes; c++)
			best = p[c] > p[best] ? c : best;
		r.accuracy += x->weight * (best == x->label);
		r.log_loss -= x->weight * log(p[x->label] > 1e-12 ? p[x->label] : 1e-12);
		total += x->weight;
	}
	if (total > 0) {
		r.accuracy /= total;
		r.log_loss /= total;
	}
	return r;
}

double linear_fit_temperature(const struct linear *m, const struct linear_set *held_out)
{
	struct linear warmed = *m;
	double best = 1, best_loss = INFINITY;

	for (double t = 0.3; t < 8; t *= 1.05) {
		struct linear_report r;

		warmed.temperature = (float)t;
		r = linear_measure(&warmed, held_out);
		if (r.log_loss < best_loss) {
			best_loss = r.log_loss;
			best = t;
		}
	}
	return best;
}
