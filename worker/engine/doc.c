#include "worker/engine/doc.h"

#include <stdarg.h>
#include <stdio.h>

#include "proto/err.h"

static const char *const UPOS_NAMES[N_UPOS] = {
#define X(name) [UPOS_##name] = #name,
	UPOS_LIST(X)
#undef X
};
static const char *const REL_NAMES[N_REL] = {
#define X(name, text) [REL_##name] = text,
	REL_LIST(X)
#undef X
};
static const char *const NER_NAMES[N_NER] = {
#define X(name, text) [NER_##name] = text,
	NER_LIST(X)
#undef X
};

const char *upos_name(enum upos u)
{
	return (unsigned)u < N_UPOS ? UPOS_NAMES[u] : "X";
}

const char *rel_name(enum rel r)
{
	return (unsigned)r < N_REL ? REL_NAMES[r] : "dep";
}

const char *ner_name(enum ner n)
{
	return (unsigned)n < N_NER ? NER_NAMES[n] : "";
}

enum upos upos_of(struct str name)
{
	for (int i = 0; i < N_UPOS; i++)
		if (str_is(name, UPOS_NAMES[i]))
			return (enum upos)i;
	return UPOS_X;
}

enum rel rel_of(struct str name)
{
	const char *colon;

	for (int i = 0; i < N_REL; i++)
		if (str_is(name, REL_NAMES[i]))
			return (enum rel)i;
	colon = name.n ? memchr(name.p, ':', name.n) : NULL;
	return colon ? rel_of((struct str){name.p, (size_t)(colon - name.p)}) : REL_DEP;
}

/* A table, since every stage asks this for every token. */
enum rel rel_base(enum rel r)
{
	static const uint8_t base[N_REL] = {
#define X(name, text) [REL_##name] = REL_##name,
		REL_LIST(X)
#undef X
	};

	switch (r) {
	case REL_ACL_RELCL:
		return REL_ACL;
	case REL_ADVCL_RELCL:
		return REL_ADVCL;
	case REL_AUX_PASS:
		return REL_AUX;
	case REL_CC_PRECONJ:
		return REL_CC;
	case REL_COMPOUND_PRT:
		return REL_COMPOUND;
	case REL_CSUBJ_OUTER:
	case REL_CSUBJ_PASS:
		return REL_CSUBJ;
	case REL_DET_PREDET:
		return REL_DET;
	case REL_NMOD_DESC:
	case REL_NMOD_POSS:
	case REL_NMOD_UNMARKED:
		return REL_NMOD;
	case REL_NSUBJ_OUTER:
	case REL_NSUBJ_PASS:
		return REL_NSUBJ;
	case REL_OBL_AGENT:
	case REL_OBL_UNMARKED:
		return REL_OBL;
	default:
		return (unsigned)r < N_REL ? (enum rel)base[r] : REL_DEP;
	}
}

void doc_link_children(struct doc *d, uint32_t sentence)
{
	const struct sentence *s = &d->sentences[sentence];

	for (uint32_t i = s->tok; i < s->tok + s->n_tok; i++)
		d->tokens[i].child = d->tokens[i].next = -1;
	for (uint32_t i = s->tok + s->n_tok; i-- > s->tok;) {
		int32_t head = d->tokens[i].head;

		if (head < 0)
			continue;
		d->tokens[i].next = d->tokens[head].child;
		d->tokens[head].child = (int32_t)i;
	}
}

int32_t doc_child(const struct doc *d, int32_t tok, enum rel r)
{
	if (tok < 0)
		return -1;
	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next)
		if (d->tokens[c].rel == r)
			return c;
	return -1;
}

bool doc_is_nobody(const struct doc *d, int32_t tok)
{
	static const char *const ALONE[] = {"nobody", "none", "no-one", "nothing", "neither", NULL};
	static const char *const BEFORE[] = {"no", "neither", NULL};
	int32_t det = doc_child(d, tok, REL_DET), both = doc_child(d, tok, REL_CC_PRECONJ);

	return str_in(d->tokens[tok].lower, ALONE) ||
	       (det >= 0 && str_in(d->tokens[det].lower, BEFORE)) ||
	       (both >= 0 && str_in(d->tokens[both].lower, BEFORE));
}

int doc_depth(const struct doc *d, int32_t tok, int most)
{
	int n = 0;

	while (d->tokens[tok].head >= 0 && n < most)
		tok = d->tokens[tok].head, n++;
	return n;
}

bool doc_dominates(const struct doc *d, int32_t ancestor, int32_t tok)
{
	while (tok >= 0 && tok != ancestor)
		tok = d->tokens[tok].head;
	return tok >= 0;
}

/* Walks the subtree without a stack: down to the first child, else along `next`, else up. */
void doc_subtree(const struct doc *d, int32_t tok, uint32_t *first, uint32_t *last)
{
	int32_t t = tok;

	*first = *last = (uint32_t)tok;
	for (;;) {
		if ((uint32_t)t < *first)
			*first = (uint32_t)t;
		if ((uint32_t)t > *last)
			*last = (uint32_t)t;
		if (d->tokens[t].child >= 0) {
			t = d->tokens[t].child;
			continue;
		}
		while (t != tok && d->tokens[t].next < 0)
			t = d->tokens[t].head;
		if (t == tok)
			return;
		t = d->tokens[t].next;
	}
}

struct span doc_span(const struct doc *d, uint32_t tok, uint32_t n_tok)
{
	CHECK(n_tok > 0 && tok + n_tok <= d->n_tokens);
	return (struct span){d->tokens[tok].span.start, d->tokens[tok + n_tok - 1].span.end};
}

struct str doc_text(const struct doc *d, uint32_t tok, uint32_t n_tok)
{
	const struct token *a, *b;

	CHECK(n_tok > 0 && tok + n_tok <= d->n_tokens);
	a = &d->tokens[tok];
	b = &d->tokens[tok + n_tok - 1];
	return (struct str){d->text.p + a->byte, b->byte + b->n_bytes - a->byte};
}

/* Bytes of the blank or control character at the start: ASCII, U+0080 to U+00A0, U+2000 to U+200B,
 * U+2028, U+2029, U+FEFF; 0 where it is none. */
static size_t blank(const char *p, size_t n)
{
	const unsigned char *c = (const unsigned char *)p;

	if (c[0] <= ' ' || c[0] == 0x7F)
		return 1;
	if (n >= 2 && c[0] == 0xC2 && c[1] <= 0xA0)
		return 2;
	if (n >= 3 && c[0] == 0xE2 && c[1] == 0x80 &&
	    (c[2] <= 0x8B || c[2] == 0xA8 || c[2] == 0xA9))
		return 3;
	return n >= 3 && c[0] == 0xEF && c[1] == 0xBB && c[2] == 0xBF ? 3 : 0;
}

static bool is_one_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (blank(s.p + i, s.n - i) && (s.p[i] != ' ' || i + 1 == s.n || s.p[i + 1] == ' '))
			return false;
	return true;
}

struct str doc_phrase(const struct doc *d, uint32_t tok, uint32_t n_tok)
{
	struct str s = doc_text(d, tok, n_tok);
	size_t n = 0, i = 0;
	char *line;

	if (is_one_line(s))
		return s;
	line = arena_alloc(d->arena, s.n);
	while (i < s.n) {
		size_t gap = blank(s.p + i, s.n - i);

		if (!gap)
			line[n++] = s.p[i];
		else if (n && line[n - 1] != ' ')
			line[n++] = ' ';
		i += gap ? gap : 1;
	}
	while (n && line[n - 1] == ' ')
		n--;
	return (struct str){line, n};
}

void doc_warn(struct doc *d, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ARENA_GROW(d->arena, d->warnings, d->n_warnings, d->cap_warnings);
	d->warnings[d->n_warnings++] = arena_str(d->arena, str_of(text));
}
