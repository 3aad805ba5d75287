#include "worker/engine/tone.h"

#include <xxhash.h>

#include "worker/engine/clones.h"
#include "worker/engine/linear.h"
#include "worker/engine/segment.h"

/* Where the first nets are so sure that there is no tone, it stays at that. */
#define NOTHING    0.85
#define MEAN_SCALE 0.2f /* of the sum over the words; the trainer has the same */

uint64_t tone_class_hash(struct str name)
{
	return XXH3_64bits(name.p, name.n);
}

/* ---- the section ---- */

static bool take(const struct str *s, uint64_t at, uint64_t n, const void *p)
{
	const char **out = (void *)(uintptr_t)p;

	if (at % 64 || at > s->n || n > s->n - at)
		return false;
	*out = s->p + at;
	return true;
}

static void map_classes(struct tone_model *m, const uint64_t *hashes, uint32_t n,
			const struct grammar *g)
{
	for (uint32_t c = 0; c < TONE_CLASSES_MAX; c++) {
		uint64_t h;

		m->class_row[c] = -1;
		if (c >= g->n_classes)
			continue;
		h = tone_class_hash(grammar_str(g, g->classes[c].name));
		for (uint32_t i = 0; i < n; i++)
			if (hashes[i] == h)
				m->class_row[c] = (int16_t)i;
	}
}

static void place(struct tone_net *m, const struct tone_header *h, const char *words,
		  const char *tables, const char *dense)
{
	m->words.w = (const int8_t *)words;
	m->words.correction = (const int32_t *)(words + (size_t)TONE_IN * TONE_WIDE);
	m->words.scale = (const float *)(m->words.correction + TONE_WIDE);
	m->words.bias = m->words.scale + TONE_WIDE;
	m->words.k = TONE_IN;
	m->words.n = TONE_WIDE;
	m->word_table = (const int8_t *)tables;
	m->pair_table = m->word_table + (size_t)(TONE_WORD_ROWS + h->n_classes) * TONE_WIDE;
	m->whole_table = m->pair_table + (size_t)TONE_PAIR_ROWS * TONE_WIDE;
	m->hidden = (const float *)dense;
	m->hidden_bias = m->hidden + TONE_POOL * TONE_HIDDEN;
	m->out = m->hidden_bias + TONE_HIDDEN;
	m->out_bias = m->out + TONE_HIDDEN * N_POLARITIES;
	memcpy(m->scale, h->scale, sizeof(m->scale));
}

static int open_net(struct tone_model *m, struct str s, const struct grammar *g, struct err *e)
{
	const struct tone_header *h = (const void *)s.p;
	const char *words, *tables, *dense, *classes;
	uint64_t n;

	if (s.n < sizeof(*h) || memcmp(h->magic, "TONE001", 8) != 0 ||
	    h->n_classes > TONE_CLASSES_MAX || h->word_rows != TONE_WORD_ROWS ||
	    h->pair_rows != TONE_PAIR_ROWS || h->whole_rows != TONE_WHOLE_ROWS)
		return err_set(e, ERR_CORRUPT, "a section tone is none or has another shape");
	n = h->n_classes;
	if (!take(&s, h->words, (uint64_t)TONE_IN * TONE_WIDE + 12 * TONE_WIDE, &words) ||
	    !take(&s, h->tables,
		  (TONE_WORD_ROWS + n + TONE_PAIR_ROWS) * TONE_WIDE +
			  (TONE_WHOLE_ROWS + 3 * n) * TONE_E,
		  &tables) ||
	    !take(&s, h->dense,
		  4 * (TONE_POOL * TONE_HIDDEN + TONE_HIDDEN + TONE_HIDDEN * N_POLARITIES +
		       N_POLARITIES),
		  &dense) ||
	    !take(&s, h->classes, 8 * n, &classes))
		return err_set(e, ERR_CORRUPT, "a section tone is cut off");
	if (m->n && n != m->n_classes)
		return err_set(e, ERR_CORRUPT, "sections tone are of different grammars");
	m->n_classes = h->n_classes;
	place(&m->net[m->n++], h, words, tables, dense);
	map_classes(m, (const uint64_t *)(const void *)classes, h->n_classes, g);
	return 0;
}

int tone_open(struct tone_model *m, const struct image *model, const struct grammar *g,
	      struct err *e)
{
	static const char *const names[TONE_NETS] = {"tone.1", "tone.2", "tone.3"};

	*m = (struct tone_model){.n = 0};
	for (int i = 0; i < TONE_NETS; i++) {
		struct str s = image_section(model, names[i]);

		if (s.n && open_net(m, s, g, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- arithmetic ---- */

/* out[n] = sum of rows of a table, n a multiple of 32. */
CLONES static void sum_rows(const int8_t *table, const struct tone_rows *r, uint32_t n,
			    int32_t *out)
{
	for (uint32_t k = 0; k < n; k++)
		out[k] = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		const int8_t *row = table + (size_t)r->row[i] * n;

		for (uint32_t k = 0; k < n; k++)
			out[k] += row[k];
	}
}

CLONES static void add_scaled(float *restrict u, const int32_t *restrict sum, float scale)
{
	for (int k = 0; k < TONE_WIDE; k++)
		u[k] += (float)sum[k] * scale;
}

/* What one word says, added to the pools: the greatest, the sum, and that of the target. */
CLONES static void pool_word(const float *restrict u, const int32_t *restrict sum, float scale,
			     float *restrict pool, float inside)
{
	for (int k = 0; k < TONE_H; k++) {
		float z = u[k] + (float)sum[k] * scale;
		float g = u[TONE_H + k] + (float)sum[TONE_H + k] * scale;
		float h = net_tanh(z) * net_sigmoid(g);

		pool[k] = h > pool[k] ? h : pool[k];
		pool[TONE_H + k] += h * MEAN_SCALE;
		pool[2 * TONE_H + k] += h * inside;
	}
}

CLONES static void hidden_layer(const struct tone_net *m, const float *restrict pool,
				float *restrict hidden)
{
	for (int j = 0; j < TONE_HIDDEN; j++)
		hidden[j] = m->hidden_bias[j];
	for (int i = 0; i < TONE_POOL; i++)
		for (int j = 0; j < TONE_HIDDEN; j++)
			hidden[j] += pool[i] * m->hidden[i * TONE_HIDDEN + j];
	for (int j = 0; j < TONE_HIDDEN; j++)
		hidden[j] = net_tanh(hidden[j]);
}

static void softmax(const float *x, double *p)
{
	double top = x[0], sum = 0;

	for (int k = 1; k < N_POLARITIES; k++)
		top = x[k] > top ? x[k] : top;
	for (int k = 0; k < N_POLARITIES; k++)
		sum += p[k] = linear_exp(x[k] - top);
	for (int k = 0; k < N_POLARITIES; k++)
		p[k] /= sum;
}

void tone_inputs(const struct doc *d, uint32_t tok, uint32_t n, uint8_t *out)
{
	net_word_inputs(d, tok, n, out);
	for (uint32_t i = 0; i < n; i++)
		if (d->tokens[tok + i].upos == UPOS_PROPN)
			memset(out + (size_t)i * NET_WORD, NET_ZERO, NET_WORD);
}

static void begin_net(struct tone_sentence *t, uint32_t net, const uint8_t *in)
{
	const struct tone_net *m = &t->m->net[net];
	const struct sentence *st = &t->s->d->sentences[t->sentence];
	int32_t sum[TONE_WIDE];
	struct tone_rows rows;
	float *u = ARENA_ARRAY(t->s->d->arena, float, (size_t)st->n_tok *TONE_WIDE + 1);

	net_product(NET_BEST, &m->words, in, NET_WORD, st->n_tok, u);
	for (uint32_t i = 0; i < st->n_tok; i++) {
		tone_word_rows(t->s, t->m->class_row, st->tok + i, &rows);
		sum_rows(m->word_table, &rows, TONE_WIDE, sum);
		add_scaled(u + (size_t)i * TONE_WIDE, sum, m->scale[0]);
	}
	t->u[net] = u;
}

void tone_begin(struct tone_sentence *t, const struct tone_model *m, const struct stance_ground *s,
		uint32_t sentence)
{
	const struct sentence *st = &s->d->sentences[sentence];
	uint8_t in[(SENTENCE_MAX + 2) * NET_WORD];

	*t = (struct tone_sentence){.m = m, .s = s, .sentence = sentence};
	memset(in, NET_ZERO, sizeof(in));
	tone_inputs(s->d, st->tok, st->n_tok, in + NET_WORD);
	for (uint32_t i = 0; i < m->n; i++)
		begin_net(t, i, in);
}

/* What all nets look at of a question. */
struct looked {
	struct tone_view v;
	struct tone_rows pair[TONE_TOKENS], whole;
};

static void ask_net(const struct tone_net *m, const struct looked *l, const float *u, double *p)
{
	const struct tone_question *q = &l->v.q;
	float pool[TONE_POOL], hidden[TONE_HIDDEN], out[N_POLARITIES];
	int32_t sum[TONE_WIDE];

	for (int k = 0; k < TONE_POOL; k++)
		pool[k] = k < TONE_H ? -1 : 0;
	for (uint32_t i = 0; i < l->v.n; i++) {
		uint32_t tok = l->v.first + i;
		bool inside = tok >= q->tok && tok < q->tok + q->n_tok;

		sum_rows(m->pair_table, &l->pair[i], TONE_WIDE, sum);
		pool_word(u + (size_t)i * TONE_WIDE, sum, m->scale[1], pool,
			  inside ? 1.0f / (float)q->n_tok : 0);
	}
	sum_rows(m->whole_table, &l->whole, TONE_E, sum);
	for (int k = 0; k < TONE_E; k++)
		pool[3 * TONE_H + k] = (float)sum[k] * m->scale[2];
	hidden_layer(m, pool, hidden);
	for (int k = 0; k < N_POLARITIES; k++) {
		out[k] = m->out_bias[k];
		for (int j = 0; j < TONE_HIDDEN; j++)
			out[k] += hidden[j] * m->out[j * N_POLARITIES + k];
	}
	softmax(out, p);
}

void tone_ask(const struct tone_sentence *t, const struct tone_question *q, double *p)
{
	uint32_t base = t->s->d->sentences[t->sentence].tok;
	struct looked l;
	double one[N_POLARITIES];

	tone_look(&l.v, t->s, q);
	for (uint32_t i = 0; i < l.v.n; i++)
		tone_pair_rows(&l.v, l.v.first + i, &l.pair[i]);
	tone_whole_rows(&l.v, t->m->class_row, &l.whole);
	for (int k = 0; k < N_POLARITIES; k++)
		p[k] = 0;
	for (uint32_t n = 0; n < t->m->n; n++) {
		ask_net(&t->m->net[n], &l, t->u[n] + (size_t)(l.v.first - base) * TONE_WIDE, one);
		for (int k = 0; k < N_POLARITIES; k++)
			p[k] += (one[k] - p[k]) / (n + 1);
		if (p[POLARITY_NEUTRAL] > NOTHING)
			return;
	}
}
