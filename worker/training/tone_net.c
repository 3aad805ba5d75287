#include "worker/training/tone_net.h"

#include <math.h>
#include <stdio.h>

#include "worker/training/matrix.h"
#include "worker/training/random.h"

#define INPUT_UNIT (1.0f / 32.0f) /* of the word vectors' integers */
#define MEAN_SCALE 0.2f
#define DROP_INPUT 0.3f
#define DROP_POOL  0.3f
#define DROP_WORD  0.1f
#define DROP_ROW   0.1f
#define SMOOTH     0.05f
#define DECAY      1e-5f
#define LONGEST    5.0f   /* of a step's gradient */
enum { MEAN_EPOCHS = 4 }; /* the weights kept are the mean over the last of them */

/* Weights, all pieces of one block. */
struct weights {
	float *words, *words_b; /* [TONE_IN][TONE_WIDE], [TONE_WIDE] */
	float *word_table, *pair_table, *whole_table;
	float *hidden, *hidden_b, *out, *out_b;
};

struct tone_learner {
	uint32_t n_classes;
	size_t n;
	float *w, *g, *m, *v, *mean;
	double n_mean;
	struct weights at, grad;
	uint32_t step;
	uint64_t seed;
};

/* Values of one example. */
struct values {
	float x[(TONE_TOKENS + 2) * NET_WORD];
	float u[TONE_TOKENS][TONE_WIDE];                      /* sums, then their derivatives */
	float h[TONE_TOKENS][TONE_H], g[TONE_TOKENS][TONE_H]; /* tanh, gate */
	struct tone_rows word[TONE_TOKENS], pair[TONE_TOKENS], whole;
	uint32_t best[TONE_H];
	float pool[TONE_POOL], pool_mask[TONE_POOL];
	float hidden[TONE_HIDDEN], hidden_mask[TONE_HIDDEN];
	float p[N_POLARITIES];
};

static size_t sizes(uint32_t n_classes, size_t *of)
{
	size_t n = 0;

	of[0] = TONE_IN * TONE_WIDE;
	of[1] = TONE_WIDE;
	of[2] = (size_t)(TONE_WORD_ROWS + n_classes) * TONE_WIDE;
	of[3] = (size_t)TONE_PAIR_ROWS * TONE_WIDE;
	of[4] = (size_t)(TONE_WHOLE_ROWS + 3 * n_classes) * TONE_E;
	of[5] = TONE_POOL * TONE_HIDDEN;
	of[6] = TONE_HIDDEN;
	of[7] = TONE_HIDDEN * N_POLARITIES;
	of[8] = N_POLARITIES;
	for (int i = 0; i < 9; i++)
		n += of[i];
	return n;
}

static void cut(struct weights *w, float *at, const size_t *of)
{
	float **part[] = {&w->words,  &w->words_b,  &w->word_table, &w->pair_table, &w->whole_table,
			  &w->hidden, &w->hidden_b, &w->out,        &w->out_b};

	for (int i = 0; i < 9; i++) {
		*part[i] = at;
		at += of[i];
	}
}

static void fill(float *w, size_t n, float width, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++)
		w[i] = (2 * random_unit(seed) - 1) * width;
}

static struct tone_learner *net_new(const struct tone_options *o)
{
	struct tone_learner *t = mem_alloc(sizeof(*t));
	size_t of[9];

	*t = (struct tone_learner){.n_classes = o->n_classes, .seed = o->seed};
	t->n = sizes(o->n_classes, of);
	t->w = mem_alloc(t->n * sizeof(float));
	t->g = mem_alloc(t->n * sizeof(float));
	t->m = mem_alloc(t->n * sizeof(float));
	t->v = mem_alloc(t->n * sizeof(float));
	t->mean = mem_alloc(t->n * sizeof(float));
	cut(&t->at, t->w, of);
	cut(&t->grad, t->g, of);
	fill(t->at.words, of[0], 1 / sqrtf(TONE_IN), &t->seed);
	fill(t->at.word_table, of[2], 0.17f, &t->seed);
	fill(t->at.pair_table, of[3], 0.17f, &t->seed);
	fill(t->at.whole_table, of[4], 0.5f, &t->seed);
	fill(t->at.hidden, of[5], 1 / sqrtf(TONE_POOL), &t->seed);
	fill(t->at.out, of[7], 1 / sqrtf(TONE_HIDDEN), &t->seed);
	return t;
}

void tone_net_free(struct tone_learner *t)
{
	if (!t)
		return;
	mem_free(t->w);
	mem_free(t->g);
	mem_free(t->m);
	mem_free(t->v);
	mem_free(t->mean);
	mem_free(t);
}

/* ---- forward ---- */

static void drop_rows(struct tone_rows *out, const struct tone_rows *r, float drop, uint64_t *seed)
{
	out->n = 0;
	for (uint32_t i = 0; i < r->n; i++)
		if (!seed || random_unit(seed) >= drop)
			out->row[out->n++] = r->row[i];
}

static void set_mask(float *mask, uint32_t n, float drop, uint64_t *seed)
{
	for (uint32_t k = 0; k < n; k++)
		mask[k] = !seed ? 1.0f : random_unit(seed) < drop ? 0.0f : 1 / (1 - drop);
}

/* seed NULL: nothing is dropped. */
static void take_inputs(struct values *v, const struct tone_example *x, uint64_t *seed)
{
	float mask[NET_WORD];

	memset(v->x, 0, (x->n + 2) * NET_WORD * sizeof(float));
	for (uint32_t i = 0; i < x->n; i++) {
		float *to = v->x + (size_t)(i + 1) * NET_WORD;

		drop_rows(&v->word[i], &x->word[i], DROP_ROW, seed);
		drop_rows(&v->pair[i], &x->pair[i], DROP_ROW, seed);
		if (seed && random_unit(seed) < DROP_WORD)
			continue;
		set_mask(mask, NET_WORD, DROP_INPUT, seed);
		for (int k = 0; k < NET_WORD; k++)
			to[k] = (float)(x->inputs[(size_t)i * NET_WORD + (size_t)k] - NET_ZERO) *
				INPUT_UNIT * mask[k];
	}
	drop_rows(&v->whole, &x->whole, 0, NULL);
	set_mask(v->pool_mask, TONE_POOL, DROP_POOL, seed);
	set_mask(v->hidden_mask, TONE_HIDDEN, DROP_POOL, seed);
}

static void add_table(float *u, const float *table, const struct tone_rows *r, uint32_t n)
{
	for (uint32_t i = 0; i < r->n; i++)
		for (uint32_t k = 0; k < n; k++)
			u[k] += table[(size_t)r->row[i] * n + k];
}

static void words_forward(const struct tone_learner *t, struct values *v,
			  const struct tone_example *x)
{
	gemm_forward(v->x, NET_WORD, t->at.words, v->u[0], TONE_WIDE, x->n, TONE_IN, TONE_WIDE);
	matrix_add_bias(v->u[0], TONE_WIDE, t->at.words_b, x->n, TONE_WIDE);
	for (uint32_t i = 0; i < x->n; i++) {
		add_table(v->u[i], t->at.word_table, &v->word[i], TONE_WIDE);
		add_table(v->u[i], t->at.pair_table, &v->pair[i], TONE_WIDE);
		for (int k = 0; k < TONE_H; k++) {
			v->h[i][k] = net_tanh(v->u[i][k]);
			v->g[i][k] = net_sigmoid(v->u[i][TONE_H + k]);
		}
	}
}

static void pool_forward(const struct tone_learner *t, struct values *v,
			 const struct tone_example *x)
{
	float *pool = v->pool;

	memset(pool, 0, sizeof(v->pool));
	for (int k = 0; k < TONE_H; k++) {
		pool[k] = -1;
		v->best[k] = 0;
	}
	for (uint32_t i = 0; i < x->n; i++) {
		bool inside = i >= x->target && i < x->target + x->n_target;
		float share = inside ? 1.0f / (float)x->n_target : 0;

		for (int k = 0; k < TONE_H; k++) {
			float h = v->h[i][k] * v->g[i][k];

			if (h > pool[k]) {
				pool[k] = h;
				v->best[k] = i;
			}
			pool[TONE_H + k] += h * MEAN_SCALE;
			pool[2 * TONE_H + k] += h * share;
		}
	}
	add_table(pool + 3 * TONE_H, t->at.whole_table, &v->whole, TONE_E);
}

static void top_forward(const struct tone_learner *t, struct values *v)
{
	for (int k = 0; k < TONE_POOL; k++)
		v->pool[k] *= v->pool_mask[k];
	memcpy(v->hidden, t->at.hidden_b, sizeof(v->hidden));
	for (int i = 0; i < TONE_POOL; i++)
		for (int j = 0; j < TONE_HIDDEN; j++)
			v->hidden[j] += v->pool[i] * t->at.hidden[i * TONE_HIDDEN + j];
	for (int j = 0; j < TONE_HIDDEN; j++)
		v->hidden[j] = net_tanh(v->hidden[j]);
	for (int k = 0; k < N_POLARITIES; k++) {
		v->p[k] = t->at.out_b[k];
		for (int j = 0; j < TONE_HIDDEN; j++)
			v->p[k] +=
				v->hidden[j] * v->hidden_mask[j] * t->at.out[j * N_POLARITIES + k];
	}
	matrix_softmax(v->p, N_POLARITIES);
}

static void forward(const struct tone_learner *t, struct values *v, const struct tone_example *x,
		    uint64_t *seed)
{
	take_inputs(v, x, seed);
	words_forward(t, v, x);
	pool_forward(t, v, x);
	top_forward(t, v);
}

/* ---- backward ---- */

static void top_back(struct tone_learner *t, struct values *v, const struct tone_example *x,
		     float weight, float *dpool)
{
	float dp[N_POLARITIES], dh[TONE_HIDDEN];

	for (int k = 0; k < N_POLARITIES; k++) {
		float want = SMOOTH / N_POLARITIES + (k == (int)x->label ? 1 - SMOOTH : 0);

		dp[k] = (v->p[k] - want) * weight;
		t->grad.out_b[k] += dp[k];
	}
	for (int j = 0; j < TONE_HIDDEN; j++) {
		float h = v->hidden[j], sum = 0;

		for (int k = 0; k < N_POLARITIES; k++) {
			t->grad.out[j * N_POLARITIES + k] += h * v->hidden_mask[j] * dp[k];
			sum += t->at.out[j * N_POLARITIES + k] * dp[k];
		}
		dh[j] = sum * v->hidden_mask[j] * (1 - h * h);
		t->grad.hidden_b[j] += dh[j];
	}
	for (int i = 0; i < TONE_POOL; i++) {
		float sum = 0;

		for (int j = 0; j < TONE_HIDDEN; j++) {
			t->grad.hidden[i * TONE_HIDDEN + j] += v->pool[i] * dh[j];
			sum += t->at.hidden[i * TONE_HIDDEN + j] * dh[j];
		}
		dpool[i] = sum * v->pool_mask[i];
	}
}

static void give_back(float *table, const struct tone_rows *r, const float *d, uint32_t n)
{
	for (uint32_t i = 0; i < r->n; i++)
		for (uint32_t k = 0; k < n; k++)
			table[(size_t)r->row[i] * n + k] += d[k];
}

static void words_back(struct tone_learner *t, struct values *v, const struct tone_example *x,
		       const float *dpool)
{
	for (uint32_t i = 0; i < x->n; i++) {
		bool inside = i >= x->target && i < x->target + x->n_target;
		float share = inside ? 1.0f / (float)x->n_target : 0;

		for (int k = 0; k < TONE_H; k++) {
			float h = v->h[i][k], g = v->g[i][k];
			float d = dpool[TONE_H + k] * MEAN_SCALE + dpool[2 * TONE_H + k] * share +
				  (v->best[k] == i ? dpool[k] : 0);

			v->u[i][k] = d * g * (1 - h * h);
			v->u[i][TONE_H + k] = d * h * g * (1 - g);
		}
		give_back(t->grad.word_table, &v->word[i], v->u[i], TONE_WIDE);
		give_back(t->grad.pair_table, &v->pair[i], v->u[i], TONE_WIDE);
	}
	give_back(t->grad.whole_table, &v->whole, dpool + 3 * TONE_H, TONE_E);
	gemm_weights(v->x, NET_WORD, v->u[0], TONE_WIDE, t->grad.words, x->n, TONE_IN, TONE_WIDE);
	matrix_sum_rows(v->u[0], TONE_WIDE, t->grad.words_b, x->n, TONE_WIDE);
}

static void adam(struct tone_learner *t, float rate)
{
	double norm = 0;
	float c1, c2, by;

	t->step++;
	for (size_t i = 0; i < t->n; i++)
		norm += (double)t->g[i] * (double)t->g[i];
	norm = sqrt(norm);
	by = norm > (double)LONGEST ? LONGEST / (float)norm : 1;
	c1 = 1 - powf(0.9f, (float)t->step);
	c2 = 1 - powf(0.999f, (float)t->step);
	for (size_t i = 0; i < t->n; i++) {
		float g = t->g[i] * by + DECAY * t->w[i];

		t->m[i] = 0.9f * t->m[i] + 0.1f * g;
		t->v[i] = 0.999f * t->v[i] + 0.001f * g * g;
		t->w[i] -= rate * (t->m[i] / c1) / (sqrtf(t->v[i] / c2) + 1e-8f);
		t->g[i] = 0;
	}
}

static void add_mean(struct tone_learner *t)
{
	t->n_mean++;
	for (size_t i = 0; i < t->n; i++)
		t->mean[i] += (t->w[i] - t->mean[i]) / (float)t->n_mean;
}

static double train_epoch(struct tone_learner *t, const struct tone_set *s, const uint32_t *order,
			  uint32_t n, const struct tone_options *o, uint32_t epoch,
			  struct values *v)
{
	uint32_t steps = (n + o->batch - 1) / o->batch;
	double loss = 0;

	for (uint32_t at = 0, k = 0; at < n; at += o->batch, k++) {
		uint32_t end = at + o->batch < n ? at + o->batch : n;
		float part = ((float)epoch + (float)k / (float)steps) / (float)o->epochs;

		for (uint32_t i = at; i < end; i++) {
			const struct tone_example *x = &s->list[order[i]];
			float dpool[TONE_POOL];

			forward(t, v, x, &t->seed);
			loss -= log((double)v->p[x->label] + 1e-9);
			top_back(t, v, x, x->weight / (float)(end - at), dpool);
			words_back(t, v, x, dpool);
		}
		adam(t, o->rate * (1 - part) + 1e-5f);
		if (epoch + MEAN_EPOCHS >= o->epochs && k % 8 == 7)
			add_mean(t);
	}
	return loss / n;
}

struct tone_learner *tone_net_train(const struct tone_set *s, const struct tone_options *o)
{
	struct tone_learner *t = net_new(o);
	struct values *v = mem_alloc(sizeof(*v));
	uint32_t *order = mem_alloc((s->n + 1) * sizeof(*order)), n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if ((s->list[i].group & 0x7F) != o->skip_group)
			order[n++] = i;
	for (uint32_t e = 0; e < o->epochs; e++) {
		double loss;

		random_shuffle(order, n, &t->seed);
		loss = train_epoch(t, s, order, n, o, e, v);
		if (!o->quiet)
			fprintf(stderr, "tone: pass %u, loss %.4f\n", e + 1, loss);
	}
	if (t->n_mean > 0)
		memcpy(t->w, t->mean, t->n * sizeof(float));
	mem_free(order);
	mem_free(v);
	return t;
}

void tone_net_chances(struct tone_learner *t, const struct tone_example *x, float *p)
{
	struct values *v = mem_alloc(sizeof(*v));

	forward(t, v, x, NULL);
	memcpy(p, v->p, sizeof(v->p));
	mem_free(v);
}

/* ---- what is shipped ---- */

static int8_t rounded(float x)
{
	int32_t q = (int32_t)(x < 0 ? x - 0.5f : x + 0.5f);

	return (int8_t)(q > 127 ? 127 : q < -127 ? -127 : q);
}

static float largest(const float *w, size_t n, size_t step)
{
	float most = 1e-6f;

	for (size_t i = 0; i < n; i++) {
		float a = w[i * step] < 0 ? -w[i * step] : w[i * step];

		most = a > most ? a : most;
	}
	return most;
}

static uint64_t align(struct buf *b, size_t start)
{
	static const char zeros[64];

	buf_add(b, zeros, (64 - (b->n - start) % 64) % 64);
	return b->n - start;
}

static float add_quantised(struct buf *b, const float *w, size_t n)
{
	float scale = largest(w, n, 1) / 127.0f;

	for (size_t i = 0; i < n; i++) {
		int8_t q = rounded(w[i] / scale);

		buf_add(b, &q, 1);
	}
	return scale;
}

/* As struct net_matrix lies in an image. */
static void add_words(struct buf *b, const struct tone_learner *t)
{
	static int8_t q[TONE_IN * TONE_WIDE];
	int32_t correction[TONE_WIDE] = {0};
	float scale[TONE_WIDE];

	for (size_t j = 0; j < TONE_WIDE; j++) {
		scale[j] = largest(t->at.words + j, TONE_IN, TONE_WIDE) / 127.0f;
		for (size_t i = 0; i < TONE_IN; i++) {
			int8_t w = rounded(t->at.words[i * TONE_WIDE + j] / scale[j]);

			q[j / NET_COLUMNS * TONE_IN * NET_COLUMNS + i / 4 * 4 * NET_COLUMNS +
			  j % NET_COLUMNS * 4 + i % 4] = w;
			correction[j] += NET_ZERO * w;
		}
		scale[j] *= INPUT_UNIT;
	}
	buf_add(b, q, sizeof(q));
	buf_add(b, correction, sizeof(correction));
	buf_add(b, scale, sizeof(scale));
	buf_add(b, t->at.words_b, TONE_WIDE * sizeof(float));
}

void tone_net_write(const struct tone_learner *t, const uint64_t *hashes, struct buf *out)
{
	struct tone_header h = {.magic = "TONE001",
				.n_classes = t->n_classes,
				.word_rows = TONE_WORD_ROWS,
				.pair_rows = TONE_PAIR_ROWS,
				.whole_rows = TONE_WHOLE_ROWS};
	size_t start = out->n, of[9];

	sizes(t->n_classes, of);
	buf_add(out, &h, sizeof(h));
	h.words = align(out, start);
	add_words(out, t);
	h.tables = align(out, start);
	h.scale[0] = add_quantised(out, t->at.word_table, of[2]);
	h.scale[1] = add_quantised(out, t->at.pair_table, of[3]);
	h.scale[2] = add_quantised(out, t->at.whole_table, of[4]);
	h.dense = align(out, start);
	buf_add(out, t->at.hidden, (of[5] + of[6] + of[7] + of[8]) * sizeof(float));
	h.classes = align(out, start);
	buf_add(out, hashes, t->n_classes * sizeof(*hashes));
	memcpy(out->p + start, &h, sizeof(h));
}
