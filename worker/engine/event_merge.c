#include "worker/engine/event_merge.h"

enum {
	LOOK_BACK = 400, /* events before this one that are compared: bounds the work */
	LEMMA_LEAST = 4, /* letters that "deploy" and "deployment" must share */
	CONTENT_MAX = 16,
	STORY = 5, /* sentences after a headline that may tell its act in full */
};

static const struct entity *first_of(const struct doc *d, const struct id_list *l)
{
	return l->n ? &d->entities[l->ids[0]] : NULL;
}

/* Called by a name somewhere ("Boris Johnson"), not only by an office ("the Canadian envoy"). */
static bool is_named_person(const struct doc *d, const struct entity *x)
{
	for (uint32_t i = 0; i < x->n_mentions && x->kind == ENTITY_PERSON; i++) {
		const struct mention *m = &d->mentions[x->mentions[i]];

		for (uint32_t t = m->tok; t < m->tok + m->n_tok; t++)
			if (d->tokens[t].ner == NER_PER)
				return true;
	}
	return false;
}

/* The same actor, or another name for the same government or organization ("China", "the Chinese
 * foreign minister"); two persons with names are two. */
static bool same_actor(const struct doc *d, const struct entity *a, const struct entity *b)
{
	if (a == b)
		return true;
	if (is_named_person(d, a) && is_named_person(d, b))
		return false;
	return a->code.n && str_eq(a->code, b->code) && str_eq(a->role, b->role);
}

static bool has_actor(const struct doc *d, const struct id_list *l, const struct entity *x)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (same_actor(d, &d->entities[l->ids[i]], x))
			return true;
	return false;
}

/* The likeliest actor of each is among the other's. A headline may leave one out. */
static bool same_side(const struct doc *d, const struct id_list *a, const struct id_list *b,
		      bool may_miss)
{
	if (!a->n || !b->n)
		return a->n == b->n || may_miss;
	return has_actor(d, a, first_of(d, b)) && has_actor(d, b, first_of(d, a));
}

/* "2018" and "2018-08-06" agree. */
static bool dates_agree(const struct result_event *a, const struct result_event *b)
{
	struct str x = a->date.start, y = b->date.start;
	size_t n = x.n < y.n ? x.n : y.n;

	return memcmp(x.p ? x.p : "", y.p ? y.p : "", n) == 0;
}

static bool places_agree(const struct result_event *a, const struct result_event *b)
{
	return !a->place.name.n || !b->place.name.n || str_eq(a->place.name, b->place.name);
}

/* The same word, as verb or as noun ("agreed", "agreement"; "deploy", "deployment"). */
static bool same_word(const struct token *a, const struct token *b)
{
	size_t n = a->lemma.n < b->lemma.n ? a->lemma.n : b->lemma.n;

	if (str_eq(a->lemma, b->lemma))
		return true;
	return n >= LEMMA_LEAST && memcmp(a->lemma.p, b->lemma.p, n) == 0;
}

/* "attacked again", "a second strike", "further sanctions": a new act. */
static bool says_another(const struct doc *d, int32_t tok)
{
	static const char *const words[] = {"again",   "another",  "second", "third", "further",
					    "more",    "new",      "fresh",  "also",  "later",
					    "once",    "fourth",   "next",   "other", "additional",
					    "earlier", "previous", NULL};

	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next)
		for (const char *const *w = words; *w; w++)
			if (str_is(d->tokens[c].lower, *w))
				return true;
	return false;
}

/* Nouns and verbs below the trigger that name no actor: what is said, asked, refused. */
static uint32_t content_of(const struct doc *d, int32_t tok, struct str *out)
{
	uint32_t first, last, n = 0;

	doc_subtree(d, tok, &first, &last);
	for (uint32_t i = first; i <= last && n < CONTENT_MAX; i++) {
		const struct token *t = &d->tokens[i];

		if ((int32_t)i != tok && t->mention < 0 && t->ner == NER_NONE && t->lemma.n > 3 &&
		    (t->upos == UPOS_NOUN || t->upos == UPOS_VERB))
			out[n++] = t->lemma;
	}
	return n;
}

static bool share_content(const struct doc *d, int32_t x, int32_t y, bool may_lack)
{
	struct str a[CONTENT_MAX], b[CONTENT_MAX];
	uint32_t n = content_of(d, x, a), m = content_of(d, y, b), shared = 0;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < m; k++)
			if (str_eq(a[i], b[k])) {
				shared++;
				break;
			}
	if (n == 0 || m == 0)
		return may_lack;
	return shared && shared * 2 >= (n < m ? n : m);
}

/* What is done by saying it can be said to the same side of many things. */
static bool is_said(enum event_type t)
{
	return t != EVENT_CONSULT && (event_type_quad(t) == 1 || event_type_quad(t) == 3);
}

/* Whether x stands in a headline and y in the first sentences of its story. */
static bool is_headline_of(const struct doc *d, int32_t x, int32_t y)
{
	uint32_t s = d->tokens[x].sent, t = d->tokens[y].sent;

	return d->sentences[s].kind == SENTENCE_HEADLINE &&
	       d->sentences[t].kind != SENTENCE_HEADLINE && t - s <= STORY;
}

/* Whether event k tells the same act as the earlier event i. */
static bool same_act(const struct doc *d, uint32_t i, uint32_t k)
{
	const struct result_event *a = &d->events[i], *b = &d->events[k];
	int32_t x = d->event_tok[i], y = d->event_tok[k];
	bool headline = is_headline_of(d, x, y);

	if (a->type != b->type || a->status != b->status ||
	    d->tokens[x].sent == d->tokens[y].sent || !a->source.n ||
	    !same_side(d, &a->source, &b->source, false) ||
	    !same_side(d, &a->target, &b->target, headline && d->tokens[y].upos == UPOS_VERB) ||
	    !dates_agree(a, b) || !places_agree(a, b) || says_another(d, y))
		return false;
	if (!same_word(&d->tokens[x], &d->tokens[y]) && !(headline && str_eq(a->cameo, b->cameo)))
		return false;
	return (headline && !is_said(a->type)) || share_content(d, x, y, !is_said(a->type));
}

void event_merge(struct doc *d)
{
	for (uint32_t k = 1; k < d->n_events; k++)
		for (uint32_t i = k > LOOK_BACK ? k - LOOK_BACK : 0; i < k; i++)
			if (same_act(d, i, k)) {
				d->events[k].same_as =
					d->events[i].same_as ? d->events[i].same_as : i + 1;
				break;
			}
}
