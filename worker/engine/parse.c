#include "worker/engine/parse.h"

/* Nodes: 0 is the root, i + 1 is token i, and each contracted cycle gets a number of its own, so
 * there are fewer than 2 (n + 1). Kept dense: cost n^2 a contraction, n bounded by
 * SENTENCE_MAX. Most sentences need none. */
struct parse_work {
	float *scores; /* [n][n + 1] as given */
	int8_t (*heads)[NET_A];
	uint32_t n;
	uint16_t *head; /* [n + 1] */
	/* contraction */
	float *in;           /* [n + 1][n + 1]: in[v][u], best arc from group u to group v */
	uint16_t *from, *to; /* the arc between tokens behind it, same shape */
	uint16_t *best;      /* group's best head */
	uint16_t *chosen_from, *chosen_to; /* [2 (n + 1)] arc chosen into a node */
	uint16_t *parent;                  /* node -> node that swallowed it, 0 none */
	uint16_t *node;                    /* group -> node number */
	uint8_t *alive, *mark;
};

struct parse_work *parse_work_new(struct arena *a, uint32_t n)
{
	struct parse_work *w = ARENA_NEW(a, struct parse_work);
	size_t m = (size_t)n + 1;

	w->n = n;
	w->scores = ARENA_ARRAY(a, float, m *m);
	w->heads = arena_alloc(a, m * NET_A);
	w->head = ARENA_ARRAY(a, uint16_t, m);
	w->in = ARENA_ARRAY(a, float, m *m);
	w->from = ARENA_ARRAY(a, uint16_t, m * m);
	w->to = ARENA_ARRAY(a, uint16_t, m * m);
	w->best = ARENA_ARRAY(a, uint16_t, m);
	w->chosen_from = ARENA_ARRAY(a, uint16_t, 2 * m);
	w->chosen_to = ARENA_ARRAY(a, uint16_t, 2 * m);
	w->parent = ARENA_ARRAY(a, uint16_t, 2 * m);
	w->node = ARENA_ARRAY(a, uint16_t, m);
	w->alive = arena_alloc(a, m);
	w->mark = arena_alloc(a, m);
	return w;
}

float *parse_scores(struct parse_work *w)
{
	return w->scores;
}

int8_t (*parse_heads(struct parse_work *w))[NET_A]
{
	return w->heads;
}

/* Whether head[1 … n] is a tree: every token reaches the root. */
static bool is_tree(const uint16_t *head, uint32_t n, uint8_t *mark)
{
	memset(mark, 0, n + 1);
	mark[0] = 2;
	for (uint32_t i = 1; i <= n; i++) {
		uint32_t v = i;

		while (mark[v] == 0) {
			mark[v] = 1;
			v = head[v];
		}
		if (mark[v] == 1)
			return false;
		for (v = i; mark[v] == 1; v = head[v])
			mark[v] = 2;
	}
	return true;
}

/* Best head of every token; returns how many chose the root. */
static uint32_t greedy_heads(const float *scores, uint32_t n, uint16_t *head)
{
	uint32_t roots = 0;

	for (uint32_t i = 0; i < n; i++) {
		const float *x = scores + (size_t)i * (n + 1);
		uint32_t best = i == 0 && n > 1 ? 2 : 1;

		if (best == i + 1)
			best = 0;
		for (uint32_t h = 0; h <= n; h++)
			if (h != i + 1 && x[h] > x[best])
				best = h;
		head[i + 1] = (uint16_t)best;
		roots += best == 0;
	}
	return roots;
}

/* One root: arcs from it cost more than any others gain, so the best tree uses one. */
static void charge_roots(float *scores, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		scores[(size_t)i * (n + 1)] -= 2e4f;
}

static void start(struct parse_work *w, uint32_t n)
{
	size_t m = (size_t)n + 1;

	for (uint32_t v = 0; v <= n; v++) {
		for (uint32_t u = 0; u <= n; u++) {
			bool arc = v > 0 && u != v;

			w->in[v * m + u] = arc ? w->scores[(v - 1) * m + u] : -1e30f;
			w->from[v * m + u] = (uint16_t)u;
			w->to[v * m + u] = (uint16_t)v;
		}
		w->node[v] = (uint16_t)v;
		w->alive[v] = 1;
	}
	memset(w->parent, 0, 2 * m * sizeof(*w->parent));
}

static void choose(struct parse_work *w, uint32_t n, uint32_t v)
{
	size_t m = (size_t)n + 1;
	uint32_t best = 0;

	for (uint32_t u = 1; u <= n; u++)
		if (w->alive[u] && u != v && w->in[v * m + u] > w->in[v * m + best])
			best = u;
	w->best[v] = (uint16_t)best;
	w->chosen_from[w->node[v]] = w->from[v * m + best];
	w->chosen_to[w->node[v]] = w->to[v * m + best];
}

/* A group on a cycle of best heads, or 0. */
static uint32_t find_cycle(struct parse_work *w, uint32_t n)
{
	memset(w->mark, 0, n + 1);
	w->mark[0] = 2;
	for (uint32_t i = 1; i <= n; i++) {
		uint32_t v = i;

		if (!w->alive[i])
			continue;
		while (w->mark[v] == 0) {
			w->mark[v] = 1;
			v = w->best[v];
		}
		if (w->mark[v] == 1)
			return v;
		for (v = i; w->mark[v] == 1; v = w->best[v])
			w->mark[v] = 2;
	}
	return 0;
}

/* The cycle through c becomes one group, which keeps the number c. */
static void contract(struct parse_work *w, uint32_t n, uint32_t c, uint16_t new_node)
{
	size_t m = (size_t)n + 1;
	uint32_t v = c;

	memset(w->mark, 0, n + 1);
	do { /* entering at v breaks the arc that v had */
		float own = w->in[v * m + w->best[v]];

		w->mark[v] = 1;
		w->parent[w->node[v]] = new_node;
		for (uint32_t u = 0; u <= n; u++)
			w->in[v * m + u] -= own;
		v = w->best[v];
	} while (v != c);
	for (uint32_t k = 1; k <= n; k++) {
		if (!w->mark[k] || k == c)
			continue;
		for (uint32_t u = 0; u <= n; u++) {
			if (w->in[k * m + u] > w->in[c * m + u]) { /* into the cycle */
				w->in[c * m + u] = w->in[k * m + u];
				w->from[c * m + u] = w->from[k * m + u];
				w->to[c * m + u] = w->to[k * m + u];
			}
			if (w->in[u * m + k] > w->in[u * m + c]) { /* out of it */
				w->in[u * m + c] = w->in[u * m + k];
				w->from[u * m + c] = w->from[u * m + k];
				w->to[u * m + c] = w->to[u * m + k];
			}
		}
		w->alive[k] = 0;
	}
	w->in[c * m + c] = -1e30f;
	w->node[c] = new_node;
}

/* From the last contraction back: the arc into a cycle replaces the cycle's arc there. */
static void expand(struct parse_work *w, uint32_t n, uint32_t n_nodes, uint16_t *head)
{
	for (uint32_t node = n_nodes; node-- > 1;) {
		uint32_t inner = w->chosen_to[node];

		if (node <= n)
			continue;
		/* the node inside this cycle that holds the token entered */
		while (w->parent[inner] != node)
			inner = w->parent[inner];
		w->chosen_from[inner] = w->chosen_from[node];
		w->chosen_to[inner] = w->chosen_to[node];
	}
	for (uint32_t v = 1; v <= n; v++)
		head[v] = w->chosen_from[v];
}

void parse_best_tree(struct parse_work *w, uint32_t n, uint16_t *head)
{
	uint32_t n_nodes = n + 1, c;

	if (greedy_heads(w->scores, n, head) == 1 && is_tree(head, n, w->mark))
		return;
	charge_roots(w->scores, n);
	start(w, n);
	for (uint32_t v = 1; v <= n; v++)
		choose(w, n, v);
	while ((c = find_cycle(w, n)) != 0) {
		contract(w, n, c, (uint16_t)n_nodes++);
		choose(w, n, c);
		for (uint32_t v = 1; v <= n; v++)
			if (w->alive[v] && v != c && !w->alive[w->best[v]])
				w->best[v] = (uint16_t)c; /* its head is inside the new group */
	}
	expand(w, n, n_nodes, head);
}

void parse_tree(struct parse_work *w, struct doc *d, uint32_t sentence)
{
	struct sentence *s = &d->sentences[sentence];

	s->root = -1;
	parse_best_tree(w, s->n_tok, w->head);
	for (uint32_t i = 0; i < s->n_tok; i++) {
		uint32_t h = w->head[i + 1];
		bool root = !h && s->root < 0; /* absurd scores could leave a second one */

		if (root)
			s->root = (int32_t)(s->tok + i);
		d->tokens[s->tok + i].head = h ? (int32_t)(s->tok + h - 1) : root ? -1 : s->root;
	}
}
