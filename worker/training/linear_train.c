#include "worker/training/linear_train.h"

#include <math.h>
#include <stdlib.h>

struct example {
	uint32_t first, n; /* into features */
	uint16_t label, group;
	double weight;
};

/* All features of a set that are frequent enough, in an open-addressed table. */
struct index {
	uint64_t *keys;
	uint32_t *rows;
	uint32_t n_slots, n_rows;
};

struct linear_set {
	struct example *examples;
	uint64_t *features;
	uint32_t n, cap, n_features, cap_features;
	uint32_t group;
	/* of the last training, good until the set grows */
	struct index index;
	uint32_t *row; /* of all features, UINT32_MAX: dropped; NULL: none yet */
	uint32_t min_count;
};

static void forget_index(struct linear_set *s)
{
	mem_free(s->index.keys);
	mem_free(s->index.rows);
	mem_free(s->row);
	s->index = (struct index){0};
	s->row = NULL;
}

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
	forget_index(s);
	mem_free(s);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void linear_set_add(struct linear_set *s, const struct features *f, uint32_t label, double weight)
{
	struct example x = {.first = s->n_features,
			    .label = (uint16_t)label,
			    .group = (uint16_t)s->group,
			    .weight = weight};
	uint64_t *own;

	if (s->row)
		forget_index(s);
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

void linear_set_group(struct linear_set *s, uint32_t group)
{
	s->group = group;
}

uint32_t linear_set_size(const struct linear_set *s)
{
	return s->n;
}

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

/* How often each feature occurs; the examples are free of repetitions, so that is a count of
 * examples. The table's rows hold the counts. */
static void count_all(struct index *x, const struct linear_set *s)
{
	uint32_t used = 0;

	index_init(x, 1 << 16);
	for (uint32_t i = 0; i < s->n_features; i++) {
		uint32_t slot;

		if (used > x->n_slots / 2) {
			struct index old = *x;

			index_init(x, old.n_slots);
			for (uint32_t k = 0; k < old.n_slots; k++)
				if (old.keys[k]) {
					slot = slot_of(x, old.keys[k]);
					x->keys[slot] = old.keys[k];
					x->rows[slot] = old.rows[k];
				}
			index_fini(&old);
		}
		slot = slot_of(x, s->features[i]);
		used += !x->keys[slot];
		x->keys[slot] = s->features[i];
		x->rows[slot]++;
	}
}

static void index_build(struct index *x, const struct linear_set *s, uint32_t min_count)
{
	struct index counts;
	uint32_t n = 0;

	count_all(&counts, s);
	for (uint32_t i = 0; i < counts.n_slots; i++)
		n += counts.keys[i] && counts.rows[i] >= min_count;
	index_init(x, n);
	for (uint32_t i = 0; i < counts.n_slots; i++)
		if (counts.keys[i] && counts.rows[i] >= min_count) {
			uint32_t slot = slot_of(x, counts.keys[i]);

			x->keys[slot] = counts.keys[i];
			x->rows[slot] = x->n_rows++;
		}
	index_fini(&counts);
}

/* Finds the rows of all features, once for however many models are trained on the set. */
static void find_rows(struct linear_set *s, uint32_t min_count)
{
	if (s->row && s->min_count == min_count)
		return;
	forget_index(s);
	index_build(&s->index, s, min_count);
	s->min_count = min_count;
	s->row = mem_alloc(((size_t)s->n_features + 1) * sizeof(*s->row));
	for (uint32_t i = 0; i < s->n_features; i++) {
		uint32_t slot = slot_of(&s->index, s->features[i]);

		s->row[i] = s->index.keys[slot] ? s->index.rows[slot] : UINT32_MAX;
	}
}

struct model {
	struct index index;
	uint32_t n_classes;
	/* A weight beside the sum of its squared gradients, so that one look at memory finds both;
	 * [n_rows + 1][n_classes], the last row is the bias. Of two classes only the second is
	 * learned: the first is always its mirror image. */
	struct cell {
		float w, g;
	} * cells;
	double *w;           /* the same weights, averaged, of all classes */
	const uint32_t *row; /* of all features of the set */
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

static void update(struct cell *c, double gradient, double rate, double l2)
{
	double d = gradient + l2 * (double)c->w, g = (double)c->g + d * d;

	c->g = (float)g;
	if (g > 0)
		c->w = (float)((double)c->w - rate * d / sqrt(g));
}

static void train_binary(struct model *m, const struct example *x, double rate, double l2)
{
	const uint32_t *row = m->row + x->first;
	double sum = (double)m->cells[m->index.n_rows].w, d;

	for (uint32_t i = 0; i < x->n; i++)
		if (row[i] != UINT32_MAX)
			sum += (double)m->cells[row[i]].w;
	d = (1 / (1 + linear_exp(-2 * sum)) - x->label) * x->weight;
	for (uint32_t i = 0; i < x->n; i++)
		if (row[i] != UINT32_MAX)
			update(&m->cells[row[i]], d, rate, l2);
	update(&m->cells[m->index.n_rows], d, rate, 0);
}

static void train_example(struct model *m, const struct example *x, double rate, double l2)
{
	double p[LINEAR_CLASSES_MAX] = {0}, sums[LINEAR_CLASSES_MAX];
	uint32_t nc = m->n_classes;
	struct cell *bias = m->cells + (size_t)m->index.n_rows * nc;

	for (uint32_t c = 0; c < nc; c++)
		sums[c] = (double)bias[c].w;
	for (uint32_t i = 0; i < x->n; i++) {
		uint32_t row = m->row[x->first + i];

		for (uint32_t c = 0; row != UINT32_MAX && c < nc; c++)
			sums[c] += (double)m->cells[(size_t)row * nc + c].w;
	}
	softmax(sums, nc, p);
	p[x->label] -= 1;
	for (uint32_t c = 0; c < nc; c++)
		p[c] *= x->weight;
	for (uint32_t i = 0; i < x->n; i++) {
		uint32_t row = m->row[x->first + i];

		for (uint32_t c = 0; row != UINT32_MAX && c < nc; c++)
			update(&m->cells[(size_t)row * nc + c], p[c], rate, l2);
	}
	for (uint32_t c = 0; c < nc; c++)
		update(&bias[c], p[c], rate, 0);
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t *state)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = (uint32_t)(next_random(state) % i), t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

/* Adds a share of the weights as they are now to their average. */
static void add_to_mean(struct model *m, double share)
{
	size_t n_rows = (size_t)m->index.n_rows + 1;

	if (m->n_classes == 2) {
		for (size_t i = 0; i < n_rows; i++) {
			m->w[2 * i] -= share * (double)m->cells[i].w;
			m->w[2 * i + 1] += share * (double)m->cells[i].w;
		}
		return;
	}
	for (size_t i = 0; i < n_rows * m->n_classes; i++)
		m->w[i] += share * (double)m->cells[i].w;
}

/* The average over the second half of the epochs is steadier than the last value. */
static void run_epochs(struct model *m, const struct linear_set *s, const struct linear_options *o)
{
	uint32_t *order = mem_alloc((s->n + 1) * sizeof(*order)), n = 0;
	uint32_t epochs = o->epochs ? o->epochs : 20;
	double rate = o->rate > 0 ? o->rate : 0.1;
	uint64_t state = o->seed + 0x9e3779b97f4a7c15u;

	for (uint32_t i = 0; i < s->n; i++)
		if (!o->skip_group || s->examples[i].group != o->skip_group)
			order[n++] = i;
	for (uint32_t t = 0; t < epochs; t++) {
		shuffle(order, n, &state);
		for (uint32_t i = 0; i < n; i++)
			if (m->n_classes == 2)
				train_binary(m, &s->examples[order[i]], rate, o->l2);
			else
				train_example(m, &s->examples[order[i]], rate, o->l2);
		if (t >= epochs / 2)
			add_to_mean(m, 1.0 / (epochs - epochs / 2));
	}
	mem_free(order);
}

static bool row_is_small(const int16_t *w, uint32_t n, int least)
{
	for (uint32_t c = 0; c < n; c++)
		if (abs(w[c]) >= least)
			return false;
	return true;
}

/* Weights become 16-bit integers of one scale; rows without a weight of `least` (or that
 * round to nothing) are left out. */
static void write_model(const struct model *m, const struct linear_options *o, struct buf *out)
{
	uint32_t nc = m->n_classes, n_rows = 0;
	size_t n_w = (size_t)m->index.n_rows * nc;
	double largest = 1e-6, scale;
	int16_t *w = mem_alloc(n_w * sizeof(*w));
	struct linear_header h = {.magic = "LINEAR1", .n_classes = nc};
	struct index kept;
	static const char zero[8];
	int least;

	for (size_t i = 0; i < n_w; i++)
		largest = fabs(m->w[i]) > largest ? fabs(m->w[i]) : largest;
	scale = largest / 4095 > 1.0 / 1024 ? largest / 4095 : 1.0 / 1024;
	h.scale = (float)scale;
	h.temperature = (float)(o->temperature > 0 ? o->temperature : 1);
	least = (int)ceil(o->least / scale);
	least = least < 1 ? 1 : least;
	for (size_t i = 0; i < n_w; i++)
		w[i] = (int16_t)lrint(m->w[i] / scale);
	for (uint32_t r = 0; r < m->index.n_rows; r++)
		n_rows += !row_is_small(w + (size_t)r * nc, nc, least);
	index_init(&kept, n_rows);
	for (uint32_t i = 0; i < m->index.n_slots; i++) {
		uint32_t slot;

		if (!m->index.keys[i] || row_is_small(w + (size_t)m->index.rows[i] * nc, nc, least))
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

void linear_train(struct linear_set *s, const struct linear_options *o, struct buf *out)
{
	struct model m = {.n_classes = o->n_classes};
	size_t n_w;

	CHECK(o->n_classes >= 2 && o->n_classes <= LINEAR_CLASSES_MAX);
	for (uint32_t i = 0; i < s->n; i++)
		CHECK(s->examples[i].label < o->n_classes);
	find_rows(s, o->min_count ? o->min_count : 2);
	m.index = s->index;
	m.row = s->row;
	n_w = ((size_t)m.index.n_rows + 1) * m.n_classes;
	m.w = mem_alloc(n_w * sizeof(*m.w));
	m.cells = mem_alloc(n_w * sizeof(*m.cells));
	run_epochs(&m, s, o);
	write_model(&m, o, out);
	mem_free(m.w);
	mem_free(m.cells);
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
