#include "worker/training/linear_train.h"

#include <math.h>
#include <stdlib.h>

/* A run of a set's features: those of one example, or those that several share. */
struct run {
	uint32_t first, n;
};

struct example {
	struct run own, shared;
	uint16_t label, group;
	float weight;
	bool marked;
};

/* Numbers for keys in the order they come, in an open-addressed table. */
struct index {
	uint32_t *ids;  /* [n_slots] id + 1; 0: free */
	uint64_t *keys; /* [n] */
	uint32_t n_slots, n, cap;
};

struct linear_set {
	struct example *examples;
	uint32_t *features; /* ids; those that are frequent enough come first once prepared */
	uint32_t n, cap, n_features, cap_features;
	struct run shared;
	uint32_t group;
	bool mark;
	struct index index;
	/* of the last preparation, good until the set grows; 0: none */
	uint32_t min_count, n_rows;
	uint64_t sorted[LINEAR_FEATURES_MAX];
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
	mem_free(s->index.ids);
	mem_free(s->index.keys);
	mem_free(s);
}

static uint32_t power_above(uint32_t n)
{
	uint32_t p = 16;

	while (p < n)
		p *= 2;
	return p;
}

/* Keys are hashes: their low bits are as good as any. */
static uint32_t slot_of(const struct index *x, uint64_t key)
{
	uint32_t i = (uint32_t)key & (x->n_slots - 1);

	while (x->ids[i] && x->keys[x->ids[i] - 1] != key)
		i = (i + 1) & (x->n_slots - 1);
	return i;
}

/* Fills the table anew from the list of keys. */
static void index_fill(struct index *x, uint32_t n_slots)
{
	mem_free(x->ids);
	x->n_slots = n_slots;
	x->ids = mem_alloc((size_t)n_slots * sizeof(*x->ids));
	for (uint32_t i = 0; i < x->n; i++)
		x->ids[slot_of(x, x->keys[i])] = i + 1;
}

static uint32_t id_of(struct index *x, uint64_t key)
{
	uint32_t slot;

	if (x->n >= x->n_slots / 2)
		index_fill(x, power_above(4 * x->n + 16));
	slot = slot_of(x, key);
	if (!x->ids[slot]) {
		MEM_GROW(x->keys, x->n, x->cap);
		x->keys[x->n++] = key;
		x->ids[slot] = x->n;
	}
	return x->ids[slot] - 1;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Appends the features, each once, in the order of their hashes. */
static struct run append(struct linear_set *s, const struct features *f)
{
	struct run r = {.first = s->n_features};
	uint64_t *h = s->sorted;

	CHECK(f->n <= LINEAR_FEATURES_MAX);
	if (f->n) {
		memcpy(h, f->h, f->n * sizeof(*h));
		qsort(h, f->n, sizeof(*h), by_value);
	}
	for (uint32_t i = 0; i < f->n; i++) {
		if (i && h[i] == h[i - 1])
			continue;
		MEM_GROW(s->features, s->n_features, s->cap_features);
		s->features[s->n_features++] = id_of(&s->index, h[i]);
	}
	r.n = s->n_features - r.first;
	s->min_count = 0;
	return r;
}

void linear_set_share(struct linear_set *s, const struct features *f)
{
	struct features none = {0};

	s->shared = append(s, f ? f : &none);
}

void linear_set_add(struct linear_set *s, const struct features *f, uint32_t label, double weight)
{
	struct example x = {.shared = s->shared,
			    .label = (uint16_t)label,
			    .group = (uint16_t)s->group,
			    .marked = s->mark,
			    .weight = (float)weight};

	x.own = append(s, f);
	MEM_GROW(s->examples, s->n, s->cap);
	s->examples[s->n++] = x;
}

void linear_set_group(struct linear_set *s, uint32_t group)
{
	s->group = group;
}

void linear_set_mark(struct linear_set *s, bool mark)
{
	s->mark = mark;
}

uint32_t linear_set_size(const struct linear_set *s)
{
	return s->n;
}

static void count_run(const struct linear_set *s, struct run r, uint32_t *counts)
{
	for (uint32_t i = r.first; i < r.first + r.n; i++)
		counts[s->features[i]]++;
}

/* Gives the frequent features the first numbers: a number below n_rows is a row of weights. */
void linear_set_prepare(struct linear_set *s, uint32_t min_count)
{
	uint32_t n = s->index.n, next = 0;
	uint32_t *counts, *id;
	uint64_t *keys;

	if (s->min_count == min_count)
		return;
	counts = mem_alloc(((size_t)n + 1) * sizeof(*counts));
	id = mem_alloc(((size_t)n + 1) * sizeof(*id));
	keys = mem_alloc(((size_t)n + 1) * sizeof(*keys));
	for (uint32_t i = 0; i < s->n; i++) {
		count_run(s, s->examples[i].own, counts);
		count_run(s, s->examples[i].shared, counts);
	}
	for (uint32_t rare = 0; rare < 2; rare++) {
		for (uint32_t i = 0; i < n; i++)
			if ((counts[i] < min_count) == rare) {
				keys[next] = s->index.keys[i];
				id[i] = next++;
			}
		s->n_rows = rare ? s->n_rows : next;
	}
	for (uint32_t i = 0; i < s->n_features; i++)
		s->features[i] = id[s->features[i]];
	mem_free(s->index.keys);
	s->index.keys = keys;
	s->index.cap = n + 1;
	index_fill(&s->index, s->index.n_slots ? s->index.n_slots : 16);
	s->min_count = min_count;
	mem_free(counts);
	mem_free(id);
}

struct model {
	const struct linear_set *s;
	uint32_t n_rows, n_classes;
	/* A weight beside the sum of its squared gradients, so that one look at memory finds both;
	 * [n_rows + 1][n_classes], the last row is the bias. Of two classes only the second is
	 * learned: the first is always its mirror image. */
	struct cell {
		float w, g;
	} * cells, *marked; /* for all examples; what the marked ones add to it */
	double *w;          /* the sums of both, averaged, of all classes */
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

static double sum_run(const struct model *m, const struct cell *cells, struct run r)
{
	const uint32_t *row = m->s->features + r.first;
	double sum = 0;

	for (uint32_t i = 0; i < r.n; i++)
		if (row[i] < m->n_rows)
			sum += (double)cells[row[i]].w;
	return sum;
}

static void update_run(const struct model *m, struct cell *cells, struct run r, double d,
		       double rate, double l2)
{
	const uint32_t *row = m->s->features + r.first;

	for (uint32_t i = 0; i < r.n; i++)
		if (row[i] < m->n_rows)
			update(&cells[row[i]], d, rate, l2);
}

/* The weights that an example is scored with: those of all and, of a marked one, its own. */
enum { KINDS = 2 };
static void kinds_of(const struct model *m, const struct example *x, struct cell *kinds[KINDS])
{
	kinds[0] = m->cells;
	kinds[1] = x->marked ? m->marked : NULL;
}

static void train_binary(struct model *m, const struct example *x, double rate,
			 const double l2[KINDS])
{
	struct cell *kinds[KINDS];
	double sum = 0, d;

	kinds_of(m, x, kinds);
	for (int k = 0; k < KINDS && kinds[k]; k++)
		sum += (double)kinds[k][m->n_rows].w +
		       (sum_run(m, kinds[k], x->shared) + sum_run(m, kinds[k], x->own));
	d = (1 / (1 + linear_exp(-2 * sum)) - x->label) * (double)x->weight;
	for (int k = 0; k < KINDS && kinds[k]; k++) {
		update_run(m, kinds[k], x->shared, d, rate, l2[k]);
		update_run(m, kinds[k], x->own, d, rate, l2[k]);
		update(&kinds[k][m->n_rows], d, rate, 0);
	}
}

static void sums_run(const struct model *m, const struct cell *cells, struct run r, double *sums)
{
	const uint32_t *row = m->s->features + r.first;
	uint32_t nc = m->n_classes;

	for (uint32_t i = 0; i < r.n; i++)
		for (uint32_t c = 0; row[i] < m->n_rows && c < nc; c++)
			sums[c] += (double)cells[(size_t)row[i] * nc + c].w;
}

static void updates_run(const struct model *m, struct cell *cells, struct run r, const double *p,
			double rate, double l2)
{
	const uint32_t *row = m->s->features + r.first;
	uint32_t nc = m->n_classes;

	for (uint32_t i = 0; i < r.n; i++)
		for (uint32_t c = 0; row[i] < m->n_rows && c < nc; c++)
			update(&cells[(size_t)row[i] * nc + c], p[c], rate, l2);
}

static void train_example(struct model *m, const struct example *x, double rate,
			  const double l2[KINDS])
{
	double p[LINEAR_CLASSES_MAX] = {0}, sums[LINEAR_CLASSES_MAX] = {0};
	uint32_t nc = m->n_classes;
	size_t bias = (size_t)m->n_rows * nc;
	struct cell *kinds[KINDS];

	kinds_of(m, x, kinds);
	for (int k = 0; k < KINDS && kinds[k]; k++) {
		for (uint32_t c = 0; c < nc; c++)
			sums[c] += (double)kinds[k][bias + c].w;
		sums_run(m, kinds[k], x->shared, sums);
		sums_run(m, kinds[k], x->own, sums);
	}
	softmax(sums, nc, p);
	p[x->label] -= 1;
	for (uint32_t c = 0; c < nc; c++)
		p[c] *= (double)x->weight;
	for (int k = 0; k < KINDS && kinds[k]; k++) {
		updates_run(m, kinds[k], x->shared, p, rate, l2[k]);
		updates_run(m, kinds[k], x->own, p, rate, l2[k]);
		for (uint32_t c = 0; c < nc; c++)
			update(&kinds[k][bias + c], p[c], rate, 0);
	}
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t *state)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = (uint32_t)(next_random(state) % i), t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

static double weight_now(const struct model *m, size_t i)
{
	return (double)m->cells[i].w + (m->marked ? (double)m->marked[i].w : 0);
}

/* Adds a share of the weights as they are now to their average. */
static void add_to_mean(struct model *m, double share)
{
	size_t n_rows = (size_t)m->n_rows + 1;

	if (m->n_classes == 2) {
		for (size_t i = 0; i < n_rows; i++) {
			m->w[2 * i] -= share * weight_now(m, i);
			m->w[2 * i + 1] += share * weight_now(m, i);
		}
		return;
	}
	for (size_t i = 0; i < n_rows * m->n_classes; i++)
		m->w[i] += share * weight_now(m, i);
}

/* Sets rows that will not be written to nothing for good: no step is left where the sum of squares
 * has no end. */
static void freeze_small(struct model *m, double least)
{
	uint32_t nc = m->n_classes, n = nc == 2 ? 1 : nc;

	for (size_t r = 0; r < m->n_rows; r++) {
		bool small = true;

		for (uint32_t c = 0; c < nc; c++)
			small = small && fabs(m->w[r * nc + c]) < least;
		for (size_t i = r * n; small && i < (r + 1) * n; i++) {
			m->cells[i] = (struct cell){0, INFINITY};
			if (m->marked)
				m->marked[i] = (struct cell){0, INFINITY};
		}
	}
	memset(m->w, 0, ((size_t)m->n_rows + 1) * nc * sizeof(*m->w));
}

static uint32_t choose_examples(const struct linear_set *s, uint32_t skip_group, uint32_t *order)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if (!skip_group || s->examples[i].group != skip_group)
			order[n++] = i;
	return n;
}

/* The average over the second half of the epochs is steadier than the last value; what it leaves
 * out is made up for in the passes after it. */
static void run_epochs(struct model *m, const struct linear_set *s, const struct linear_options *o)
{
	uint32_t *order = mem_alloc((s->n + 1) * sizeof(*order));
	uint32_t n = choose_examples(s, o->skip_group, order);
	uint32_t epochs = o->epochs ? o->epochs : 20;
	double rate = o->rate > 0 ? o->rate : 0.1;
	const double l2[KINDS] = {o->l2, o->l2_marked > 0 ? o->l2_marked : o->l2};
	uint64_t state = o->seed + 0x9e3779b97f4a7c15u;

	for (uint32_t t = 0; t < epochs + o->refit; t++) {
		if (t == epochs)
			freeze_small(m, o->least);
		shuffle(order, n, &state);
		for (uint32_t i = 0; i < n; i++)
			if (m->n_classes == 2)
				train_binary(m, &s->examples[order[i]], rate, l2);
			else
				train_example(m, &s->examples[order[i]], rate, l2);
		if (t >= epochs)
			add_to_mean(m, 1.0 / o->refit);
		else if (t >= epochs / 2)
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

static void put_slot(char *slots, const struct linear_header *h, uint64_t key, const int16_t *w)
{
	size_t size = linear_slot_size(h->n_classes);
	uint32_t at = linear_home(key, h->n_slots), slot;
	char *p;

	for (;; at = at + 1 < h->n_slots ? at + 1 : 0) {
		p = slots + at * size;
		memcpy(&slot, p, sizeof(slot));
		if (!slot)
			break;
	}
	slot = linear_tag(key, h->n_classes);
	if (h->n_classes == 2)
		slot = linear_slot_of(slot, w[1]);
	else
		for (uint32_t c = 0; c < h->n_classes; c++)
			p[sizeof(slot) + c] = (char)w[c];
	memcpy(p, &slot, sizeof(slot));
}

/* One scale for all weights, so that the largest fits; no finer than is of use. */
static double scale_of(const struct model *m, size_t n_w)
{
	int most = m->n_classes == 2 ? LINEAR_WEIGHT_MAX : LINEAR_SMALL_WEIGHT_MAX;
	double largest = 0;

	for (size_t i = 0; i < n_w; i++)
		largest = fabs(m->w[i]) > largest ? fabs(m->w[i]) : largest;
	return largest / most > 1.0 / 1024 ? largest / most : 1.0 / 1024;
}

/* Weights become whole numbers of one scale; rows without a weight of `least` (or that round to
 * nothing) are left out. */
static void write_model(const struct model *m, const struct linear_options *o, struct buf *out)
{
	uint32_t nc = m->n_classes, n_rows = 0;
	size_t n_w = (size_t)m->n_rows * nc;
	double scale = scale_of(m, n_w);
	int16_t *w = mem_alloc(n_w * sizeof(*w));
	struct linear_header h = {.magic = "LINEAR3", .n_classes = nc, .scale = (float)scale};
	char *slots;
	size_t size;
	int least;

	h.temperature = (float)(o->temperature > 0 ? o->temperature : 1);
	least = (int)ceil(o->least / scale);
	least = least < 1 ? 1 : least;
	for (size_t i = 0; i < n_w; i++)
		w[i] = (int16_t)lrint(m->w[i] / scale);
	for (uint32_t r = 0; r < m->n_rows; r++)
		n_rows += !row_is_small(w + (size_t)r * nc, nc, least);
	h.n_rows = n_rows;
	h.n_slots = n_rows + n_rows / 5 * 2 + 8;
	size = linear_slot_size(nc);
	slots = mem_alloc(h.n_slots * size);
	for (uint32_t r = 0; r < m->n_rows; r++)
		if (!row_is_small(w + (size_t)r * nc, nc, least))
			put_slot(slots, &h, m->s->index.keys[r], w + (size_t)r * nc);
	buf_add(out, &h, sizeof(h));
	for (uint32_t c = 0; c < nc; c++) {
		int32_t b = (int32_t)lrint(m->w[n_w + c] / scale);

		buf_add(out, &b, sizeof(b));
	}
	buf_add(out, slots, h.n_slots * size);
	mem_free(slots);
	mem_free(w);
}

void linear_train(struct linear_set *s, const struct linear_options *o, struct buf *out)
{
	struct model m = {.s = s, .n_classes = o->n_classes};
	size_t n_w;

	CHECK(o->n_classes >= 2 && o->n_classes <= LINEAR_CLASSES_MAX);
	for (uint32_t i = 0; i < s->n; i++)
		CHECK(s->examples[i].label < o->n_classes);
	linear_set_prepare(s, o->min_count ? o->min_count : 2);
	m.n_rows = s->n_rows;
	n_w = ((size_t)m.n_rows + 1) * m.n_classes;
	m.w = mem_alloc(n_w * sizeof(*m.w));
	m.cells = mem_alloc(n_w * sizeof(*m.cells));
	m.marked = o->marked ? mem_alloc(n_w * sizeof(*m.marked)) : NULL;
	run_epochs(&m, s, o);
	write_model(&m, o, out);
	mem_free(m.w);
	mem_free(m.cells);
	mem_free(m.marked);
}

static void add_keys(const struct linear_set *s, struct run r, struct features *f)
{
	for (uint32_t i = r.first; i < r.first + r.n; i++)
		features_add(f, s->index.keys[s->features[i]]);
}

static struct linear_report measure(const struct linear *m, const struct linear_set *s, bool all,
				    uint32_t group)
{
	struct linear_report r = {0};
	struct features f = {0};
	double p[LINEAR_CLASSES_MAX], total = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct example *x = &s->examples[i];
		uint32_t best = 0;

		if (!all && x->group != group)
			continue;
		f.n = 0;
		add_keys(s, x->shared, &f);
		add_keys(s, x->own, &f);
		linear_probabilities(m, &f, p);
		for (uint32_t c = 1; c < m->n_classes; c++)
			best = p[c] > p[best] ? c : best;
		r.accuracy += (double)x->weight * (best == x->label);
		r.log_loss -= (double)x->weight * log(p[x->label] > 1e-12 ? p[x->label] : 1e-12);
		total += (double)x->weight;
	}
	features_free(&f);
	if (total > 0) {
		r.accuracy /= total;
		r.log_loss /= total;
	}
	return r;
}

struct linear_report linear_measure(const struct linear *m, const struct linear_set *s)
{
	return measure(m, s, true, 0);
}

struct linear_report linear_measure_group(const struct linear *m, const struct linear_set *s,
					  uint32_t group)
{
	return measure(m, s, false, group);
}
