/* The encoder: forwards and, for training, backwards. */
#include "worker/engine/net.h"
#include "worker/training/matrix.h"
#include "worker/training/nn.h"
#include "worker/training/random.h"
#include "worker/engine/clones.h"

enum { HALF = NET_D / 2 };

static float *floats(size_t n)
{
	return mem_alloc(n * sizeof(float));
}

struct nn_batch *nn_batch_new(void)
{
	struct nn_batch *b = mem_alloc(sizeof(*b));
	size_t t = NN_TOKENS_MAX;

	b->ner_weight = 1;
	b->word_drop = 0.10f;
	b->input_keep = 0.85f;
	b->layer_keep = 0.75f;
	b->x = floats(t * NET_IN);
	b->x_mask = floats(t * NET_IN);
	b->xc = floats(t * 3 * NET_IN);
	b->dxc = floats(t * 3 * NET_IN);
	for (int l = 0; l <= NET_LAYERS; l++) {
		b->h[l] = floats(t * NET_D);
		b->xd[l] = floats(t * NET_D);
		b->mask[l] = floats((size_t)NN_SENTENCES_MAX * NET_D);
	}
	for (int l = 0; l < NET_LAYERS; l++) {
		b->u[l] = floats(t * 3 * NET_D);
		b->c[l] = floats(t * NET_D);
		b->g[l] = floats(t * NET_D);
	}
	b->dh = floats(t * NET_D);
	b->dx = floats(t * NET_D);
	b->du = floats(t * 3 * NET_D);
	b->tags = floats(t * NET_TAGS);
	b->ner = floats(t * NET_NER);
	b->mlp = floats(t * NET_MLP);
	b->mlp_mask = floats(t * NET_MLP);
	b->dmlp = floats(t * NET_MLP);
	b->arc = floats(t * NET_A);
	b->darc = floats(t * NET_A);
	b->hidden = floats(t * NET_A);
	b->dhidden = floats(t * NET_A);
	b->rel = floats(t * NET_REL);
	b->scores = floats((size_t)320 * 320);
	b->dscores = floats((size_t)320 * 320);
	b->flipped = floats((size_t)320 * 320);
	return b;
}

void nn_batch_fill(struct nn_batch *b, const struct nn_data *d, const uint32_t *sentences,
		   uint32_t n)
{
	b->data = d;
	b->n = 0;
	b->n_sentences = 0;
	for (uint32_t i = 0; i < n; i++) {
		b->start[b->n_sentences++] = b->n;
		for (uint32_t t = d->start[sentences[i]]; t < d->start[sentences[i] + 1]; t++)
			b->token[b->n++] = t;
	}
	b->start[b->n_sentences] = b->n;
}

/* Word vector and the sum of the spelling features of each token. */
static void gather(struct nn *n, struct nn_batch *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		const struct nn_token *t = &b->data->t[b->token[i]];
		float *x = b->x + (size_t)i * NET_IN, *s = x + NET_WORD;

		bool drop = b->train && random_unit(&n->seed) < b->word_drop;

		b->word[i] = drop ? 0 : t->word;
		memcpy(x, n->words.w + (size_t)b->word[i] * NET_WORD, NET_WORD * sizeof(float));
		memset(s, 0, NET_BAG * sizeof(float));
		for (uint32_t k = 0; k < t->n_bag; k++) {
			const float *row = n->bag.w + (size_t)b->data->bag[t->bag_at + k] * NET_BAG;

			for (int j = 0; j < NET_BAG; j++)
				s[j] += row[j];
		}
	}
}

static void drop_input(struct nn *n, struct nn_batch *b)
{
	for (size_t i = 0; i < (size_t)b->n * NET_IN; i++) {
		b->x_mask[i] = random_unit(&n->seed) < b->input_keep ? 1 / b->input_keep : 0;
		b->x[i] *= b->x_mask[i];
	}
}

/* xc[t] = x[t - 1], x[t], x[t + 1] within the sentence. */
static void window(struct nn_batch *b)
{
	for (uint32_t s = 0; s < b->n_sentences; s++) {
		for (uint32_t t = b->start[s]; t < b->start[s + 1]; t++) {
			float *to = b->xc + (size_t)t * 3 * NET_IN;
			const float *x = b->x + (size_t)t * NET_IN;

			memset(to, 0, 3 * NET_IN * sizeof(float));
			if (t > b->start[s])
				memcpy(to, x - NET_IN, NET_IN * sizeof(float));
			memcpy(to + NET_IN, x, NET_IN * sizeof(float));
			if (t + 1 < b->start[s + 1])
				memcpy(to + 2 * NET_IN, x + NET_IN, NET_IN * sizeof(float));
		}
	}
}

/* Dropout with one mask a sentence. */
static void drop_layer(struct nn *n, struct nn_batch *b, int l)
{
	if (!b->train) {
		memcpy(b->xd[l], b->h[l], (size_t)b->n * NET_D * sizeof(float));
		return;
	}
	for (uint32_t s = 0; s < b->n_sentences; s++) {
		float *m = b->mask[l] + (size_t)s * NET_D;

		for (int k = 0; k < NET_D; k++)
			m[k] = random_unit(&n->seed) < b->layer_keep ? 1 / b->layer_keep : 0;
		for (size_t t = b->start[s]; t < b->start[s + 1]; t++)
			for (int k = 0; k < NET_D; k++)
				b->xd[l][t * NET_D + (size_t)k] =
					b->h[l][t * NET_D + (size_t)k] * m[k];
	}
}

/* One direction of a recurrent layer over one sentence, channels [from, from + HALF). Gates
 * replace what the product gave in u. */
struct scan {
	float *u, *c, *g, *h;
	const float *x, *v, *b;
	const float *last; /* c of the step before */
};

CLONES static void scan_step(const struct scan *s)
{
	float *restrict uf = s->u + NET_D, *restrict ur = s->u + 2 * NET_D;
	const float *restrict u = s->u;
	float *restrict sc = s->c, *restrict sg = s->g, *restrict sh = s->h;
	const float *restrict x = s->x, *restrict v = s->v, *restrict b = s->b;
	const float *restrict s_last = s->last;

	NET_INDEPENDENT for (int k = 0; k < HALF; k++)
	{
		float last = s_last[k], f, r, c, g;

		f = net_sigmoid(uf[k] + v[k] * last + b[k]);
		r = net_sigmoid(ur[k] + v[NET_D + k] * last + b[NET_D + k]);
		c = f * last + (1.0f - f) * u[k];
		g = net_tanh(c);
		uf[k] = f;
		ur[k] = r;
		sc[k] = c;
		sg[k] = g;
		sh[k] = r * g + (1.0f - r) * x[k];
	}
}

static const float zeros[NET_D];

static void scan_layer(struct nn *n, struct nn_batch *b, int l)
{
	for (uint32_t s = 0; s < b->n_sentences; s++) {
		uint32_t a = b->start[s], z = b->start[s + 1];

		for (int back = 0; back < 2; back++) {
			const float *last = zeros;

			for (uint32_t i = a; i < z; i++) {
				size_t t = back ? a + z - 1 - i : i;
				size_t at = t * NET_D + (size_t)back * HALF;

				scan_step(&(struct scan){.u = b->u[l] + t * 3 * NET_D +
							      (size_t)back * HALF,
							 .c = b->c[l] + at,
							 .g = b->g[l] + at,
							 .h = b->h[l + 1] + at,
							 .x = b->h[l] + at,
							 .v = n->at.layer[l].v + back * HALF,
							 .b = n->at.layer[l].b + back * HALF,
							 .last = last});
				last = b->c[l] + at;
			}
		}
	}
}

void nn_encode(struct nn *n, struct nn_batch *b)
{
	gather(n, b);
	if (b->train)
		drop_input(n, b);
	window(b);
	gemm_forward(b->xc, 3 * NET_IN, n->at.conv, b->h[0], NET_D, b->n, 3 * NET_IN, NET_D);
	matrix_add_bias(b->h[0], NET_D, n->at.conv_b, b->n, NET_D);
	matrix_tanh(b->h[0], (size_t)b->n * NET_D);
	for (int l = 0; l < NET_LAYERS; l++) {
		drop_layer(n, b, l);
		gemm_forward(b->xd[l], NET_D, n->at.layer[l].w, b->u[l], 3 * NET_D, b->n, NET_D,
			     3 * NET_D);
		scan_layer(n, b, l);
	}
	drop_layer(n, b, NET_LAYERS);
}

struct scan_back {
	const float *u, *c_last, *g, *x, *v;
	const float *dh;
	float *dx, *du, *dc; /* dc: carried from the step after, then to the one before */
	float *dv, *db;
};

CLONES static void scan_back_step(const struct scan_back *s)
{
	const float *restrict gates = s->u, *restrict s_last = s->c_last, *restrict sg = s->g;
	const float *restrict x = s->x, *restrict v = s->v, *restrict dh = s->dh;
	float *restrict dx = s->dx, *restrict du = s->du, *restrict sdc = s->dc;
	float *restrict du_f = s->du + NET_D, *restrict du_r = s->du + 2 * NET_D;
	float *restrict dv = s->dv, *restrict db = s->db;
	float *restrict dv_r = s->dv + NET_D, *restrict db_r = s->db + NET_D;

	NET_INDEPENDENT for (int k = 0; k < HALF; k++)
	{
		float f = gates[NET_D + k], r = gates[2 * NET_D + k], g = sg[k];
		float last = s_last[k], u = gates[k];
		float dr = dh[k] * (g - x[k]) * r * (1.0f - r);
		float dc = sdc[k] + dh[k] * r * (1.0f - g * g);
		float df = dc * (last - u) * f * (1.0f - f);

		dx[k] = dh[k] * (1.0f - r);
		du[k] = dc * (1.0f - f);
		du_f[k] = df;
		du_r[k] = dr;
		sdc[k] = dc * f + df * v[k] + dr * v[NET_D + k];
		dv[k] += df * last;
		dv_r[k] += dr * last;
		db[k] += df;
		db_r[k] += dr;
	}
}

/* dh -> du, and dx for the part that went past the layer. */
static void scan_layer_back(struct nn *n, struct nn_batch *b, int l)
{
	for (uint32_t s = 0; s < b->n_sentences; s++) {
		uint32_t a = b->start[s], z = b->start[s + 1];

		for (int back = 0; back < 2; back++) {
			float dc[HALF] = {0};
			size_t off = (size_t)back * HALF;

			for (uint32_t i = a; i < z; i++) {
				size_t t = back ? i : a + z - 1 - i;
				bool first = back ? t + 1 == z : t == a;
				size_t prev = back ? t + 1 : t - 1;

				scan_back_step(&(struct scan_back){
					.u = b->u[l] + t * 3 * NET_D + off,
					.c_last = first ? zeros : b->c[l] + prev * NET_D + off,
					.g = b->g[l] + t * NET_D + off,
					.x = b->h[l] + t * NET_D + off,
					.v = n->at.layer[l].v + off,
					.dh = b->dh + t * NET_D + off,
					.dx = b->dx + t * NET_D + off,
					.du = b->du + t * 3 * NET_D + off,
					.dc = dc,
					.dv = n->grad.layer[l].v + off,
					.db = n->grad.layer[l].b + off});
			}
		}
	}
}

static void undrop(struct nn_batch *b, int l, float *d)
{
	for (uint32_t s = 0; s < b->n_sentences; s++) {
		const float *m = b->mask[l] + (size_t)s * NET_D;

		for (size_t t = b->start[s]; t < b->start[s + 1]; t++)
			for (int k = 0; k < NET_D; k++)
				d[t * NET_D + (size_t)k] *= m[k];
	}
}

static void scatter(struct nn *n, struct nn_batch *b)
{
	float d[NET_IN];

	for (uint32_t s = 0; s < b->n_sentences; s++) {
		for (size_t t = b->start[s]; t < b->start[s + 1]; t++) {
			const struct nn_token *x = &b->data->t[b->token[t]];
			const float *at = b->dxc + t * 3 * NET_IN;
			float *g;

			for (int k = 0; k < NET_IN; k++) {
				d[k] = at[NET_IN + k];
				if (t > b->start[s])
					d[k] += (at - 3 * NET_IN)[2 * NET_IN + k];
				if (t + 1 < b->start[s + 1])
					d[k] += (at + 3 * NET_IN)[k];
				d[k] *= b->x_mask[t * NET_IN + (size_t)k];
			}
			if (!n->words_fixed) {
				g = nn_table_touch(&n->words, b->word[t]);
				for (int k = 0; k < NET_WORD; k++)
					g[k] += d[k];
			}
			for (uint32_t i = 0; i < x->n_bag; i++) {
				g = nn_table_touch(&n->bag, b->data->bag[x->bag_at + i]);
				for (int k = 0; k < NET_BAG; k++)
					g[k] += d[NET_WORD + k];
			}
		}
	}
}

void nn_encode_back(struct nn *n, struct nn_batch *b)
{
	float *swap;

	undrop(b, NET_LAYERS, b->dh);
	for (int l = NET_LAYERS - 1; l >= 0; l--) {
		scan_layer_back(n, b, l);
		gemm_weights(b->xd[l], NET_D, b->du, 3 * NET_D, n->grad.layer[l].w, b->n, NET_D,
			     3 * NET_D);
		gemm_input(b->du, 3 * NET_D, n->at.layer[l].w, b->dh, NET_D, b->n, NET_D, 3 * NET_D,
			   false);
		undrop(b, l, b->dh);
		for (size_t i = 0; i < (size_t)b->n * NET_D; i++)
			b->dx[i] += b->dh[i];
		swap = b->dh;
		b->dh = b->dx;
		b->dx = swap;
	}
	matrix_tanh_back(b->h[0], b->dh, (size_t)b->n * NET_D);
	matrix_sum_rows(b->dh, NET_D, n->grad.conv_b, b->n, NET_D);
	gemm_weights(b->xc, 3 * NET_IN, b->dh, NET_D, n->grad.conv, b->n, 3 * NET_IN, NET_D);
	gemm_input(b->dh, NET_D, n->at.conv, b->dxc, 3 * NET_IN, b->n, 3 * NET_IN, NET_D, false);
	scatter(n, b);
}
