#include "worker/engine/timex.h"

/* Which expression dates a token. The expression's governor is the word that it modifies; the
 * closer the token stands to that governor in the tree, without leaving its clause, the better. */

enum { CLIMB_MAX = 40, FAR = 1000 };

/* A relation whose dependent opens a clause of its own, with a time of its own. */
static bool opens_clause(enum rel r)
{
	switch (r) {
	case REL_CCOMP:
	case REL_ADVCL:
	case REL_ADVCL_RELCL:
	case REL_ACL_RELCL:
	case REL_PARATAXIS:
	case REL_CSUBJ:
	case REL_CSUBJ_PASS:
	case REL_CSUBJ_OUTER:
		return true;
	default:
		return false;
	}
}

static int32_t timex_head(const struct doc *doc, const struct timex *t)
{
	int32_t last = (int32_t)(t->tok + t->n_tok);

	for (int32_t i = (int32_t)t->tok; i < last; i++) {
		int32_t head = doc->tokens[i].head;

		if (head < (int32_t)t->tok || head >= last)
			return i;
	}
	return (int32_t)t->tok;
}

/* The word that the expression modifies: over its preposition and the nouns around it. */
static int32_t governor(const struct doc *doc, const struct timex *t)
{
	int32_t head = timex_head(doc, t);
	int32_t g = doc->tokens[head].head;

	return g < 0 ? head : g;
}

/* How far up from `from` to `to`; clauses crossed cost more. FAR where `to` is not above. */
static int climb(const struct doc *doc, int32_t from, int32_t to, int clause_cost)
{
	int cost = 0;

	for (int n = 0; from >= 0 && n < CLIMB_MAX; n++) {
		if (from == to)
			return cost;
		cost += opens_clause(doc->tokens[from].rel) ? clause_cost : 1;
		from = doc->tokens[from].head;
	}
	return FAR;
}

static bool dates(const struct timex *t)
{
	return t->start.year != 0 && t->type <= TIMEX_TIME;
}

/* A timex said inside the event's own phrase dates it; one that modifies a word above dates all
 * that hangs below within the clause, and less surely what is said to follow. */
static int distance(const struct doc *doc, const struct timex *t, int32_t tok)
{
	int32_t g = governor(doc, t);
	int down = climb(doc, g, tok, 12), up = climb(doc, tok, g, 14);
	int cost = down < up ? down : up;
	int32_t gap = (int32_t)t->tok - tok;

	if (gap < 0)
		gap = -gap;
	if (cost == FAR) { /* cousins within one clause */
		int32_t parent = doc->tokens[tok].head;

		if (parent >= 0 && !opens_clause(doc->tokens[tok].rel)) {
			cost = climb(doc, g, parent, 14);
			cost = cost == FAR ? FAR : cost + 3;
		}
	}
	if (cost == FAR)
		return FAR;
	return cost * 4 + (gap > 30 ? 3 : gap / 10);
}

int32_t timex_of(const struct doc *doc, int32_t tok)
{
	const struct sentence *s;
	uint32_t low = 0, high = doc->n_timexes, mid;
	int32_t best = -1;
	int best_cost = FAR, cost;

	if (tok < 0 || (uint32_t)tok >= doc->n_tokens)
		return -1;
	s = &doc->sentences[doc->tokens[tok].sent];
	while (low < high) {
		mid = (low + high) / 2;
		if (doc->timexes[mid].tok < s->tok)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < doc->n_timexes && doc->timexes[low].tok < s->tok + s->n_tok; low++) {
		if (!dates(&doc->timexes[low]))
			continue;
		cost = distance(doc, &doc->timexes[low], tok);
		if (cost < best_cost) {
			best = (int32_t)low;
			best_cost = cost;
		}
	}
	return best_cost <= 80 ? best : -1;
}
