#include "worker/engine/quote.h"

enum { DEPTH_MAX = 4, PARAGRAPHS_MAX = 12 };
enum mark { MARK_NONE, MARK_OPEN, MARK_CLOSE, MARK_EITHER };

struct pairing {
	struct doc *doc;
	struct {
		uint32_t quote; /* index into doc->quotes */
		uint32_t paragraph;
		bool single;
	} open[DEPTH_MAX];
	int depth;
};

static bool space_before(const struct doc *doc, uint32_t i)
{
	return i == 0 || doc->tokens[i - 1].space_after ||
	       doc->tokens[i - 1].sent != doc->tokens[i].sent;
}

static bool space_after(const struct doc *doc, uint32_t i)
{
	return i + 1 == doc->n_tokens || doc->tokens[i].space_after ||
	       doc->tokens[i + 1].sent != doc->tokens[i].sent;
}

/* What a plain mark is by the spaces around it; closing punctuation may touch a closing mark. */
static enum mark by_spaces(const struct doc *doc, uint32_t i)
{
	bool left = space_before(doc, i), right = space_after(doc, i);

	if (left && !right)
		return MARK_OPEN;
	if (!left && right)
		return MARK_CLOSE;
	if (!left && doc->tokens[i - 1].upos == UPOS_PUNCT &&
	    (str_is(doc->tokens[i - 1].form, "(") || str_is(doc->tokens[i - 1].form, "[")))
		return MARK_OPEN;
	return MARK_EITHER;
}

static enum mark single_mark(const struct doc *doc, uint32_t i, struct str raw)
{
	const struct token *t = &doc->tokens[i];

	if (str_is(raw, "\xe2\x80\x98"))
		return MARK_OPEN;
	if (t->upos == UPOS_PART || t->rel == REL_CASE)
		return MARK_CLOSE; /* "the states' ": closes only where one is open */
	if (str_is(raw, "\xe2\x80\x99"))
		return MARK_CLOSE;
	if (space_before(doc, i) && !space_after(doc, i))
		return MARK_OPEN;
	return MARK_CLOSE;
}

static enum mark mark_of(const struct doc *doc, uint32_t i, bool *single)
{
	const struct token *t = &doc->tokens[i];
	struct str raw = t->form;

	*single = false;
	if (raw.n == 0 || raw.n > 3 || t->byte + t->n_bytes > doc->text.n)
		return MARK_NONE;
	if (raw.p[0] != '"' && raw.p[0] != '\'' && raw.p[0] != '`' && (raw.p[0] & 0x80) == 0)
		return MARK_NONE;
	raw = (struct str){doc->text.p + t->byte, t->n_bytes};
	if (str_is(raw, "\xe2\x80\x9c") || str_is(raw, "\xe2\x80\x9e") || str_is(raw, "\xc2\xab") ||
	    str_is(raw, "``"))
		return MARK_OPEN;
	if (str_is(raw, "\xe2\x80\x9d") || str_is(raw, "\xc2\xbb"))
		return MARK_CLOSE;
	if (str_is(raw, "\"") || str_is(raw, "''"))
		return by_spaces(doc, i);
	if (str_is(raw, "'") || str_is(raw, "\xe2\x80\x98") || str_is(raw, "\xe2\x80\x99")) {
		*single = true;
		return single_mark(doc, i, raw);
	}
	return MARK_NONE;
}

static void push(struct pairing *p, uint32_t tok, bool single)
{
	struct doc *doc = p->doc;
	struct quote *q;

	if (p->depth == DEPTH_MAX)
		return;
	ARENA_GROW(doc->arena, doc->quotes, doc->n_quotes, doc->cap_quotes);
	q = &doc->quotes[doc->n_quotes];
	*q = (struct quote){.tok = tok + 1, .parent = -1};
	if (p->depth > 0)
		q->parent = (int32_t)p->open[p->depth - 1].quote;
	p->open[p->depth].quote = doc->n_quotes++;
	p->open[p->depth].paragraph = doc->sentences[doc->tokens[tok].sent].paragraph;
	p->open[p->depth++].single = single;
}

/* Closes the innermost quote, and all above it, before `tok`. */
static void pop_to(struct pairing *p, int depth, uint32_t tok, bool closed)
{
	while (p->depth > depth) {
		struct quote *q = &p->doc->quotes[p->open[--p->depth].quote];

		q->n_tok = tok > q->tok ? tok - q->tok : 0;
		q->closed = closed && p->depth == depth;
		if (p->open[p->depth].single && !q->closed)
			q->n_tok = 0; /* an apostrophe after all */
	}
}

static int innermost(const struct pairing *p, bool single)
{
	int d = p->depth - 1;

	while (d >= 0 && p->open[d].single != single)
		d--;
	return d;
}

static void new_paragraph(struct pairing *p, uint32_t tok)
{
	uint32_t paragraph = p->doc->sentences[p->doc->tokens[tok].sent].paragraph;
	bool single, again;

	if (p->depth == 0)
		return;
	again = mark_of(p->doc, tok, &single) == MARK_OPEN && !single;
	if (p->open[0].single || !again || paragraph - p->open[0].paragraph > PARAGRAPHS_MAX)
		pop_to(p, 0, tok, false);
	else
		pop_to(p, 1, tok, false);
}

static void meet(struct pairing *p, uint32_t tok, enum mark m, bool single, bool first)
{
	int d = innermost(p, single);

	if (m == MARK_EITHER)
		m = d >= 0 ? MARK_CLOSE : MARK_OPEN;
	if (m == MARK_CLOSE) {
		if (d >= 0)
			pop_to(p, d, tok, true);
		return;
	}
	if (d >= 0 && first)
		return; /* the quotation goes on in a new paragraph */
	if (d >= 0 && !single)
		pop_to(p, d, tok, false); /* a closing mark was forgotten */
	push(p, tok, single);
}

void quote_run(struct doc *doc)
{
	struct pairing p = {.doc = doc};
	uint32_t paragraph = 0;
	bool single, first;
	enum mark m;

	doc->n_quotes = 0;
	for (uint32_t i = 0; i < doc->n_tokens; i++) {
		const struct sentence *s = &doc->sentences[doc->tokens[i].sent];

		first = i == s->tok && s->paragraph != paragraph;
		if (first) {
			new_paragraph(&p, i);
			paragraph = s->paragraph;
		}
		if (i == s->tok && p.depth > 0 && p.open[p.depth - 1].single &&
		    innermost(&p, false) < 0)
			pop_to(&p, 0, i, false); /* single quotes do not outlast a sentence */
		m = mark_of(doc, i, &single);
		if (m != MARK_NONE)
			meet(&p, i, m, single, first);
	}
	pop_to(&p, 0, doc->n_tokens, false);
}
