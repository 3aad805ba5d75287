#include "worker/training/event_label.h"

/* How well a token of the trigger's words stands for the event: its frame says so, it is the
 * head of the words. */
static int fitness(const struct event_ground *g, const struct gold_event *e, uint32_t first,
		   uint32_t n, uint32_t tok)
{
	const struct event_token *x = &g->tokens[tok];
	int32_t head = g->d->tokens[tok].head;
	int f = 0;

	if (x->candidate < 0)
		return -1;
	if (x->strong >> (e->type - 1) & 1)
		f += 8;
	else if (x->types >> (e->type - 1) & 1)
		f += 4;
	if (head < (int32_t)first || head >= (int32_t)(first + n))
		f += 3;
	if (g->d->tokens[tok].upos == UPOS_VERB)
		f += 1;
	return f;
}

/* The candidate that stands for the event, or -1. */
static int32_t candidate_of(const struct event_ground *g, const struct gold_event *e,
			    const uint8_t *labels, uint32_t first, uint32_t n)
{
	int32_t best = -1, up;
	int best_fitness = -1;

	for (uint32_t t = first; t < first + n; t++) {
		int f = fitness(g, e, first, n, t);
		int32_t c = g->tokens[t].candidate;

		if (c >= 0 && labels[c] != 0 && labels[c] != EVENT_LABEL_OPEN &&
		    labels[c] != e->type)
			f -= 6;
		if (f > best_fitness) {
			best_fitness = f;
			best = c;
		}
	}
	/* "should", "must": the verb that they help. */
	up = g->d->tokens[first].head;
	if (best < 0 && up >= 0)
		best = g->tokens[up].candidate;
	return best;
}

/* A second word of the same action ("held" beside "talks") is no good example of no event. */
static void ignore_linked(const struct event_ground *g, uint8_t *labels, int32_t candidate)
{
	int32_t tok = g->candidates[candidate].tok;
	uint8_t type = labels[candidate];

	for (uint32_t c = 0; c < g->n_candidates; c++) {
		int32_t o = g->candidates[c].tok;

		if (labels[c] == 0 && (g->tokens[o].types >> (type - 1) & 1) &&
		    (g->d->tokens[o].head == tok || g->d->tokens[tok].head == o))
			labels[c] = EVENT_LABEL_OPEN;
	}
}

struct event_labels event_label(const struct event_ground *g, const struct gold_doc *gd)
{
	const struct doc *d = g->d;
	struct event_labels l = {.of = arena_alloc(d->arena, g->n_candidates),
				 .candidate = ARENA_ARRAY(d->arena, int32_t, gd->n_events)};

	for (uint32_t i = 0; i < gd->n_events; i++) {
		const struct gold_event *e = &gd->events[i];
		uint32_t first, n;
		int32_t c;

		l.candidate[i] = -1;
		if (!gold_locate(d, e->sentence, e->trigger, &first, &n))
			continue;
		l.n_located++;
		c = l.candidate[i] = candidate_of(g, e, l.of, first, n);
		for (uint32_t k = first; k < first + n; k++)
			if (g->tokens[k].candidate >= 0 && !l.of[g->tokens[k].candidate])
				l.of[g->tokens[k].candidate] = EVENT_LABEL_OPEN;
		if (c >= 0)
			l.of[c] = (uint8_t)e->type;
	}
	for (uint32_t c = 0; c < g->n_candidates; c++)
		if (l.of[c] && l.of[c] != EVENT_LABEL_OPEN)
			ignore_linked(g, l.of, (int32_t)c);
	return l;
}

int32_t event_label_likely(const struct event_ground *g, uint32_t type)
{
	int32_t best = -1;
	int best_score = -1000;

	for (uint32_t c = 0; c < g->n_candidates; c++) {
		int32_t tok = g->candidates[c].tok;
		int s = -doc_depth(g->d, tok, 100);

		if (g->tokens[tok].strong >> (type - 1) & 1)
			s += 20;
		else if (g->tokens[tok].types >> (type - 1) & 1)
			s += 10;
		else
			continue;
		if (s > best_score) {
			best_score = s;
			best = (int32_t)c;
		}
	}
	return best;
}
