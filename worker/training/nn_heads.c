/* The heads: tags, names, arcs and relations; losses and gradients. */
#include "worker/engine/net.h"
#include "worker/training/matrix.h"
#include "worker/training/nn.h"
#include "worker/training/random.h"

enum { ARC_DEP = 0, ARC_HEAD = NET_A, REL_DEP_AT = 2 * NET_A, REL_HEAD_AT = 3 * NET_A };
static const float MLP_KEEP = 0.75f;
static const float UPOS_WEIGHT = 1.0f, XPOS_WEIGHT = 0.5f, FEATS_WEIGHT = 0.5f;

static uint32_t padded(uint32_t n)
{
	return (n + 15) & ~15u;
}

static float *row(float *base, size_t i, size_t width)
{
	return base + i * width;
}

static const struct nn_token *label_of(const struct nn_batch *b, uint32_t i)
{
	return &b->data->t[b->token[i]];
}

/* Cross entropy of columns [at, at + n) of a row against `gold`; the row becomes the gradient. */
static double soft_loss(float *x, uint32_t n, uint32_t gold, float weight)
{
	float p, log_sum = 0, x_gold;

	if (gold == NN_NONE) {
		memset(x, 0, n * sizeof(float));
		return 0;
	}
	x_gold = x[gold];
	log_sum = matrix_softmax(x, n);
	p = log_sum - x_gold;
	x[gold] -= 1.0f;
	for (uint32_t i = 0; i < n; i++)
		x[i] *= weight;
	return p;
}

static void flat_losses(struct nn *n, struct nn_batch *b, struct nn_loss *loss)
{
	float w = 1.0f / (float)b->n;

	for (uint32_t i = 0; i < b->n; i++) {
		const struct nn_token *t = label_of(b, i);
		float *x = row(b->tags, i, NET_TAGS), *y = row(b->ner, i, NET_NER);

		loss->upos += soft_loss(x + NET_UPOS_AT, N_UPOS, t->upos, w * UPOS_WEIGHT);
		memset(x + N_UPOS, 0, (NET_XPOS_AT - N_UPOS) * sizeof(float));
		loss->xpos += soft_loss(x + NET_XPOS_AT, N_XPOS, t->xpos, w * XPOS_WEIGHT);
		memset(x + NET_XPOS_AT + N_XPOS, 0,
		       (NET_FEATS_AT - NET_XPOS_AT - N_XPOS) * sizeof(float));
		loss->feats += soft_loss(x + NET_FEATS_AT, n->n_feats, t->feats, w * FEATS_WEIGHT);
		memset(x + NET_FEATS_AT + n->n_feats, 0,
		       (NET_FEATS_MAX - n->n_feats) * sizeof(float));
		loss->ner += soft_loss(y, NET_NER_LABELS, t->ner, w * b->ner_weight);
		memset(y + NET_NER_LABELS, 0, (NET_NER - NET_NER_LABELS) * sizeof(float));
	}
}

/* Arc heads of a sentence, the root first: heads[len + 1][NET_A]. */
static void arc_heads(const struct nn *n, const struct nn_batch *b, uint32_t s, float *heads)
{
	uint32_t a = b->start[s], len = b->start[s + 1] - a;

	memcpy(heads, n->at.root, NET_A * sizeof(float));
	for (uint32_t i = 0; i < len; i++)
		memcpy(heads + (i + 1) * NET_A, b->mlp + (size_t)(a + i) * NET_MLP + ARC_HEAD,
		       NET_A * sizeof(float));
}

static void arc_scores(const struct nn_batch *b, uint32_t s, const float *heads, float *flipped,
		       float *scores)
{
	uint32_t a = b->start[s], len = b->start[s + 1] - a, wide = padded(len + 1);

	memset(flipped, 0, (size_t)NET_A * wide * sizeof(float));
	for (uint32_t i = 0; i <= len; i++)
		for (uint32_t k = 0; k < NET_A; k++)
			flipped[(size_t)k * wide + i] = heads[(size_t)i * NET_A + k];
	gemm_run(&(struct gemm){.a = b->arc + (size_t)a * NET_A,
				.b = flipped,
				.c = scores,
				.a_row = NET_A,
				.a_col = 1,
				.ldb = wide,
				.ldc = wide,
				.m = len,
				.n = wide,
				.k = NET_A});
	for (uint32_t i = 0; i < len; i++)
		scores[(size_t)i * wide + i + 1] = -1e9f;
}

static void arc_loss(struct nn *n, struct nn_batch *b, uint32_t s, struct nn_loss *loss)
{
	static float heads[320 * NET_A], dheads[320 * NET_A];
	uint32_t a = b->start[s], len = b->start[s + 1] - a, wide = padded(len + 1);
	float w = 1.0f / (float)b->n;

	arc_heads(n, b, s, heads);
	arc_scores(b, s, heads, b->flipped, b->scores);
	for (uint32_t i = 0; i < len; i++)
		loss->arc +=
			soft_loss(row(b->scores, i, wide), len + 1, label_of(b, a + i)->head, w);
	gemm_run(&(struct gemm){.a = b->scores,
				.b = heads,
				.c = b->darc + (size_t)a * NET_A,
				.a_row = wide,
				.a_col = 1,
				.ldb = NET_A,
				.ldc = NET_A,
				.m = len,
				.n = NET_A,
				.k = len + 1});
	gemm_run(&(struct gemm){.a = b->scores,
				.b = b->arc + (size_t)a * NET_A,
				.c = dheads,
				.a_row = 1,
				.a_col = wide,
				.ldb = NET_A,
				.ldc = NET_A,
				.m = len + 1,
				.n = NET_A,
				.k = len});
	for (uint32_t k = 0; k < NET_A; k++)
		n->grad.root[k] += dheads[k];
	for (uint32_t i = 0; i < len; i++)
		memcpy(b->dmlp + (size_t)(a + i) * NET_MLP + ARC_HEAD, dheads + (i + 1) * NET_A,
		       NET_A * sizeof(float));
}

static void relation_hidden(const struct nn *n, const struct nn_batch *b, uint32_t dep,
			    const float *head, float *hidden)
{
	const float *d = b->mlp + (size_t)dep * NET_MLP + REL_DEP_AT;
	const float *h = head ? head + REL_HEAD_AT : n->at.root + NET_A;

	for (int k = 0; k < NET_A; k++)
		hidden[k] = d[k] + h[k];
	matrix_tanh(hidden, NET_A);
}

static float *head_row(const struct nn_batch *b, uint32_t s, float *mlp, uint32_t head)
{
	return head && head != NN_NONE ? mlp + (size_t)(b->start[s] + head - 1) * NET_MLP : NULL;
}

static void relation_loss(struct nn *n, struct nn_batch *b, struct nn_loss *loss)
{
	float w = 1.0f / (float)b->n;

	for (uint32_t s = 0; s < b->n_sentences; s++)
		for (uint32_t i = b->start[s]; i < b->start[s + 1]; i++)
			relation_hidden(n, b, i, head_row(b, s, b->mlp, label_of(b, i)->head),
					row(b->hidden, i, NET_A));
	gemm_forward(b->hidden, NET_A, n->at.rel, b->rel, NET_REL, b->n, NET_A, NET_REL);
	matrix_add_bias(b->rel, NET_REL, n->at.rel_b, b->n, NET_REL);
	for (uint32_t i = 0; i < b->n; i++) {
		float *x = row(b->rel, i, NET_REL);

		loss->rel += soft_loss(x, N_REL, label_of(b, i)->rel, w);
		memset(x + N_REL, 0, (NET_REL - N_REL) * sizeof(float));
	}
	matrix_sum_rows(b->rel, NET_REL, n->grad.rel_b, b->n, NET_REL);
	gemm_weights(b->hidden, NET_A, b->rel, NET_REL, n->grad.rel, b->n, NET_A, NET_REL);
	gemm_input(b->rel, NET_REL, n->at.rel, b->dhidden, NET_A, b->n, NET_A, NET_REL, false);
	matrix_tanh_back(b->hidden, b->dhidden, (size_t)b->n * NET_A);
	for (uint32_t s = 0; s < b->n_sentences; s++) {
		for (uint32_t i = b->start[s]; i < b->start[s + 1]; i++) {
			float *h = head_row(b, s, b->dmlp, label_of(b, i)->head);
			float *d = row(b->dmlp, i, NET_MLP) + REL_DEP_AT;
			const float *from = row(b->dhidden, i, NET_A);

			h = h ? h + REL_HEAD_AT : n->grad.root + NET_A;
			for (int k = 0; k < NET_A; k++) {
				d[k] += from[k];
				h[k] += from[k];
			}
		}
	}
}

static void forward(struct nn *n, struct nn_batch *b)
{
	const float *top = b->xd[NET_LAYERS];

	gemm_forward(top, NET_D, n->at.tags, b->tags, NET_TAGS, b->n, NET_D, NET_TAGS);
	matrix_add_bias(b->tags, NET_TAGS, n->at.tags_b, b->n, NET_TAGS);
	gemm_forward(top, NET_D, n->at.ner, b->ner, NET_NER, b->n, NET_D, NET_NER);
	matrix_add_bias(b->ner, NET_NER, n->at.ner_b, b->n, NET_NER);
	gemm_forward(top, NET_D, n->at.mlp, b->mlp, NET_MLP, b->n, NET_D, NET_MLP);
	matrix_add_bias(b->mlp, NET_MLP, n->at.mlp_b, b->n, NET_MLP);
	for (uint32_t i = 0; i < b->n; i++)
		matrix_tanh(row(b->mlp, i, NET_MLP), (size_t)2 * NET_A);
}

static void drop_mlp(struct nn *n, struct nn_batch *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		float *x = row(b->mlp, i, NET_MLP), *m = row(b->mlp_mask, i, NET_MLP);

		for (int k = 0; k < NET_MLP; k++) {
			m[k] = random_unit(&n->seed) < MLP_KEEP ? 1 / MLP_KEEP : 0;
			x[k] *= m[k];
		}
	}
}

/* Gradients of the arc and relation vectors back through dropout and tanh. */
static void mlp_back(struct nn_batch *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		const float *x = row(b->mlp, i, NET_MLP), *m = row(b->mlp_mask, i, NET_MLP);
		float *d = row(b->dmlp, i, NET_MLP);

		for (int k = 0; k < NET_MLP; k++) {
			float y = x[k] * MLP_KEEP; /* the value before dropout, where it was kept */

			d[k] *= m[k];
			if (k < 2 * NET_A)
				d[k] *= 1.0f - y * y;
		}
	}
}

static void arcs(struct nn *n, struct nn_batch *b, struct nn_loss *loss)
{
	memset(b->darc, 0, (size_t)b->n * NET_A * sizeof(float));
	gemm_forward(b->mlp + ARC_DEP, NET_MLP, n->at.arc, b->arc, NET_A, b->n, NET_A, NET_A);
	matrix_add_bias(b->arc, NET_A, n->at.arc_b, b->n, NET_A);
	for (uint32_t s = 0; s < b->n_sentences; s++)
		if (label_of(b, b->start[s])->head != NN_NONE)
			arc_loss(n, b, s, loss);
	matrix_sum_rows(b->darc, NET_A, n->grad.arc_b, b->n, NET_A);
	gemm_weights(b->mlp + ARC_DEP, NET_MLP, b->darc, NET_A, n->grad.arc, b->n, NET_A, NET_A);
	gemm_input(b->darc, NET_A, n->at.arc, b->dmlp + ARC_DEP, NET_MLP, b->n, NET_A, NET_A,
		   false);
}

static void head_back(struct nn_batch *b, const float *dy, uint32_t width, const float *w,
		      float *dw, float *db, bool add)
{
	matrix_sum_rows(dy, width, db, b->n, width);
	gemm_weights(b->xd[NET_LAYERS], NET_D, dy, width, dw, b->n, NET_D, width);
	gemm_input(dy, width, w, b->dh, NET_D, b->n, NET_D, width, add);
}

void nn_heads(struct nn *n, struct nn_batch *b, struct nn_loss *loss)
{
	forward(n, b);
	if (!b->train) {
		gemm_forward(b->mlp + ARC_DEP, NET_MLP, n->at.arc, b->arc, NET_A, b->n, NET_A,
			     NET_A);
		matrix_add_bias(b->arc, NET_A, n->at.arc_b, b->n, NET_A);
		return;
	}
	drop_mlp(n, b);
	memset(b->dmlp, 0, (size_t)b->n * NET_MLP * sizeof(float));
	flat_losses(n, b, loss);
	arcs(n, b, loss);
	relation_loss(n, b, loss);
	mlp_back(b);
	head_back(b, b->tags, NET_TAGS, n->at.tags, n->grad.tags, n->grad.tags_b, false);
	head_back(b, b->ner, NET_NER, n->at.ner, n->grad.ner, n->grad.ner_b, true);
	head_back(b, b->dmlp, NET_MLP, n->at.mlp, n->grad.mlp, n->grad.mlp_b, true);
}

void nn_arc_scores(struct nn *n, struct nn_batch *b, uint32_t s, float *scores)
{
	static float heads[320 * NET_A];
	uint32_t len = b->start[s + 1] - b->start[s], wide = padded(len + 1);

	arc_heads(n, b, s, heads);
	arc_scores(b, s, heads, b->flipped, b->scores);
	for (uint32_t i = 0; i < len; i++)
		memcpy(scores + (size_t)i * (len + 1), row(b->scores, i, wide),
		       (len + 1) * sizeof(float));
}

uint32_t nn_relation(struct nn *n, struct nn_batch *b, uint32_t s, uint32_t dep, uint32_t head)
{
	float hidden[NET_A], x[NET_REL];
	uint32_t best = 0;

	relation_hidden(n, b, b->start[s] + dep, head_row(b, s, b->mlp, head), hidden);
	gemm_forward(hidden, NET_A, n->at.rel, x, NET_REL, 1, NET_A, NET_REL);
	for (uint32_t r = 0; r < N_REL; r++) {
		x[r] += n->at.rel_b[r];
		best = x[r] > x[best] ? r : best;
	}
	return best;
}
