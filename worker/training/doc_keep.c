#include "worker/training/doc_keep.h"

static void keep_str(struct arena *a, struct str *s)
{
	if (s->n)
		*s = arena_str(a, *s);
}

static void *keep_bytes(struct arena *a, const void *p, size_t n)
{
	void *out = arena_alloc(a, n + 1);

	if (n)
		memcpy(out, p, n);
	return out;
}

#define KEEP_LIST(a, list, n) ((list) = keep_bytes((a), (list), (n) * sizeof(*(list))))

/* Forms and lemmas are mostly the same letters: one copy serves all three. */
static void keep_token(struct arena *a, struct token *t)
{
	struct str form = t->form;

	keep_str(a, &t->form);
	if (str_eq(form, t->lower))
		t->lower = t->form;
	else
		keep_str(a, &t->lower);
	if (str_eq(t->lower, t->lemma))
		t->lemma = t->lower;
	else
		keep_str(a, &t->lemma);
}

static void keep_actors(struct doc *d)
{
	KEEP_LIST(d->arena, d->mentions, d->n_mentions);
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		keep_str(d->arena, &d->mentions[i].code);
		keep_str(d->arena, &d->mentions[i].role);
		keep_str(d->arena, &d->mentions[i].name);
		keep_str(d->arena, &d->mentions[i].rule);
	}
	KEEP_LIST(d->arena, d->entities, d->n_entities);
	for (uint32_t i = 0; i < d->n_entities; i++) {
		struct entity *e = &d->entities[i];

		keep_str(d->arena, &e->name);
		keep_str(d->arena, &e->code);
		keep_str(d->arena, &e->role);
		keep_str(d->arena, &e->rule);
		KEEP_LIST(d->arena, e->mentions, e->n_mentions);
		e->cap = e->n_mentions;
	}
}

struct doc *doc_keep(const struct doc *old)
{
	struct arena *a = mem_alloc(sizeof(*a));
	struct doc *d = ARENA_NEW(a, struct doc);

	*d = *old;
	d->arena = a;
	d->memory = NULL;
	d->events = NULL;
	d->event_tok = NULL;
	d->stances = NULL;
	d->n_events = d->cap_events = d->n_stances = d->cap_stances = 0;
	d->warnings = NULL;
	d->n_warnings = d->cap_warnings = 0;
	keep_str(a, &d->text);
	keep_str(a, &d->meta.id);
	keep_str(a, &d->meta.date);
	KEEP_LIST(d->arena, d->tokens, d->n_tokens);
	for (uint32_t i = 0; i < d->n_tokens; i++)
		keep_token(a, &d->tokens[i]);
	KEEP_LIST(d->arena, d->sentences, d->n_sentences);
	KEEP_LIST(d->arena, d->timexes, d->n_timexes);
	KEEP_LIST(d->arena, d->quotes, d->n_quotes);
	KEEP_LIST(d->arena, d->attributions, d->n_attributions);
	keep_actors(d);
	return d;
}
