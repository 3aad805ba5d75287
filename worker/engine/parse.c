#include "worker/engine/parse.h"

#include "worker/engine/greedy.h"

void greedy_start(struct greedy *g, const struct token *tokens, uint32_t n)
{
	memset(g, 0, sizeof(*g));
	g->n = n;
	g->next = 1;
	for (uint32_t i = 1; i <= n; i++) {
		g->word[i] = percep_hash(tokens[i - 1].lower);
		g->upos[i] = tokens[i - 1].upos;
		g->xpos[i] = tokens[i - 1].xpos;
	}
	g->upos[n + 1] = 200;
	g->xpos[n + 1] = 200;
	g->word[n + 1] = 1;
}

bool greedy_done(const struct greedy *g)
{
	return g->next > g->n && g->n_stack == 0;
}

bool greedy_legal(const struct greedy *g, int move)
{
	if (move == MOVE_SHIFT)
		return g->next <= g->n;
	if (move == MOVE_RIGHT)
		return g->n_stack >= 2;
	if (g->next > g->n)
		return g->n_stack == 1; /* one root only */
	return g->n_stack >= 1;
}

static void attach(struct greedy *g, uint16_t head, uint16_t child, uint8_t rel)
{
	g->head[child] = head;
	g->rel[child] = rel;
	if (child < head) {
		if (!g->left[head] || child < g->left[head]) {
			g->left2[head] = g->left[head];
			g->left[head] = child;
		}
		g->n_left[head] += g->n_left[head] < 9;
	} else {
		if (child > g->right[head]) {
			g->right2[head] = g->right[head];
			g->right[head] = child;
		}
		g->n_right[head] += g->n_right[head] < 9;
	}
}

void greedy_move(struct greedy *g, int move, uint8_t rel)
{
	uint16_t top;

	if (move == MOVE_SHIFT) {
		g->stack[g->n_stack++] = (uint16_t)g->next++;
		return;
	}
	top = g->stack[--g->n_stack];
	attach(g, move == MOVE_LEFT ? (uint16_t)g->next : g->stack[g->n_stack - 1], top, rel);
}

void greedy_features(const struct greedy *g, struct percep_features *f)
{
	uint32_t s0 = g->n_stack > 0 ? g->stack[g->n_stack - 1] : 0;
	uint32_t s1 = g->n_stack > 1 ? g->stack[g->n_stack - 2] : 0;
	uint32_t s2 = g->n_stack > 2 ? g->stack[g->n_stack - 3] : 0;
	uint32_t b0 = g->next, b1 = b0 + 1 <= g->n + 1 ? b0 + 1 : 0;
	uint32_t b2 = b0 + 2 <= g->n + 1 ? b0 + 2 : 0;
	uint32_t dist = s0 ? (b0 - s0 < 8 ? b0 - s0 : b0 - s0 < 14 ? 8 : 9) : 0;
	uint32_t dist1 = s1 ? (s0 - s1 < 8 ? s0 - s1 : s0 - s1 < 14 ? 8 : 9) : 0;
	const uint32_t *w = g->word;
	uint32_t k = 1;
#define T(i) (uint32_t)(g->xpos[i] + 256 * g->upos[i])
#define ADD(a, b, c) percep_add(f, k++, a, b, c)
	const uint32_t at[] = {s0, s1, s2, b0, b1, b2, g->left[s0], g->right[s0], g->left[s1],
			       g->right[s1], g->left[b0], g->left2[s0], g->right2[s0], g->right2[s1],
			       g->left2[b0]};

	f->n = 0;
	for (uint32_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		ADD(w[at[i]], 0, 0);
		ADD(T(at[i]), g->rel[at[i]], 0);
	}
	for (uint32_t i = 0; i < 6; i++)
		ADD(w[at[i]], T(at[i]), 0);
	ADD(w[s0], T(s0), T(b0));
	ADD(T(s0), w[b0], T(b0));
	ADD(w[s0], w[b0], 0);
	ADD(T(s0), T(b0), dist);
	ADD(w[s0], dist, 0);
	ADD(w[b0], dist, 0);
	ADD(w[s1], w[s0], 0);
	ADD(T(s1), T(s0), T(b0));
	ADD(w[s1], T(s0), 0);
	ADD(T(s1), w[s0], 0);
	ADD(T(s1), T(s0), dist1);
	ADD(w[s1], dist1, 0);
	ADD(T(s0), T(b0), T(b1));
	ADD(T(b0), T(b1), T(b2));
	ADD(T(s2), T(s1), T(s0));
	ADD(T(s0), T(g->left[s0]), T(b0));
	ADD(T(s0), T(g->right[s0]), T(b0));
	ADD(T(s0), T(b0), T(g->left[b0]));
	ADD(T(s1), T(s0), T(g->left[s0]));
	ADD(T(s1), T(s0), T(g->right[s0]));
	ADD(T(s1), T(g->right[s1]), T(s0));
	ADD(w[s0], g->n_left[s0], 0);
	ADD(w[s0], g->n_right[s0], 0);
	ADD(T(s0), g->n_left[s0], g->n_right[s0]);
	ADD(w[b0], g->n_left[b0], 0);
	ADD(T(b0), g->n_left[b0], 0);
	ADD(T(s1), g->n_left[s1], g->n_right[s1]);
	ADD(w[s0], g->rel[g->left[s0]], g->rel[g->right[s0]]);
	ADD(T(s0), g->rel[g->left[s0]], g->rel[g->right[s0]]);
	ADD(T(s1), g->rel[g->left[s1]], g->rel[g->right[s1]]);
	ADD(T(b0), g->rel[g->left[b0]], 0);
	ADD(w[s1], g->rel[g->right[s1]], w[s0]);
	ADD(w[s0], T(b0), T(b1));
	ADD(w[s1], T(s0), T(b0));
	ADD(w[s0], w[b1], T(b0));
#undef T
#undef ADD
}

static void parse_sentence(struct doc *d, const struct percep *m, struct sentence *s,
			   struct greedy *g)
{
	int32_t scores[PERCEP_CLASSES_MAX];
	struct percep_features f;
	struct token *t = &d->tokens[s->tok];

	greedy_start(g, t, s->n_tok);
	while (!greedy_done(g)) {
		int best = -1;

		greedy_features(g, &f);
		percep_scores(m, &f, scores);
		for (uint32_t c = 0; c < m->h->n_classes; c++)
			if (greedy_legal(g, m->h->classes[c] >> 8) &&
			    (best < 0 || scores[c] > scores[best]))
				best = (int)c;
		if (best < 0)
			break;
		greedy_move(g, m->h->classes[best] >> 8, (uint8_t)m->h->classes[best]);
	}
	for (uint32_t i = 0; i < s->n_tok; i++) {
		uint32_t head = g->head[i + 1];
		bool root = head == 0 || head > s->n_tok;

		t[i].head = root ? -1 : (int32_t)(s->tok + head - 1);
		t[i].rel = root ? REL_ROOT : g->rel[i + 1] == REL_ROOT ? REL_DEP : g->rel[i + 1];
		if (root)
			s->root = (int32_t)(s->tok + i);
	}
}

int parse_run(struct doc *d, struct err *e)
{
	struct greedy *g = ARENA_NEW(d->arena, struct greedy);
	struct percep m;

	if (percep_open(&m, image_section(d->model, "parser"), e) < 0)
		return err_wrap(e, "parser");
	for (uint32_t i = 0; i < d->n_sentences; i++) {
		parse_sentence(d, &m, &d->sentences[i], g);
		doc_link_children(d, i);
	}
	return 0;
}
