#include "worker/engine/result.h"

static void mark(bool *named, uint32_t n, const struct id_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->ids[i] < n)
			named[l->ids[i]] = true;
}

static bool *named_entities(struct doc *d)
{
	uint32_t n = d->n_entities;
	bool *named = ARENA_ARRAY(d->arena, bool, n);

	for (uint32_t i = 0; i < d->n_events; i++) {
		mark(named, n, &d->events[i].source);
		mark(named, n, &d->events[i].target);
		mark(named, n, &d->events[i].by);
	}
	for (uint32_t i = 0; i < d->n_stances; i++) {
		const struct result_stance *s = &d->stances[i];

		mark(named, n, &s->holder);
		mark(named, n, &s->by);
		mark(named, n, &s->target.about);
		if (s->target.entity >= 0 && s->target.entity < n)
			named[s->target.entity] = true;
	}
	return named;
}

static void fill_entity(struct doc *d, uint32_t i, struct result_entity *out)
{
	const struct entity *e = &d->entities[i];

	*out = (struct result_entity){
		.id = i, .name = e->name, .kind = e->kind, .code = e->code, .role = e->role};
	out->mentions = ARENA_ARRAY(d->arena, struct span, e->n_mentions);
	for (uint32_t k = 0; k < e->n_mentions; k++) {
		const struct mention *m = &d->mentions[e->mentions[k]];

		if (m->n_tok)
			out->mentions[out->n_mentions++] = doc_span(d, m->tok, m->n_tok);
	}
}

void result_fill(struct doc *d, struct result *r)
{
	bool *named = named_entities(d);

	r->entities = ARENA_ARRAY(d->arena, struct result_entity, d->n_entities);
	r->n_entities = 0;
	for (uint32_t i = 0; i < d->n_entities; i++)
		if (named[i] || (d->entities[i].n_mentions && i != ENTITY_DOC_AUTHOR))
			fill_entity(d, i, &r->entities[r->n_entities++]);
	r->events = d->events;
	r->n_events = d->n_events;
	r->stances = d->stances;
	r->n_stances = d->n_stances;
	r->warnings = d->warnings;
	r->n_warnings = d->n_warnings;
	r->stats.chars = d->n_chars;
	r->stats.sentences = d->n_sentences;
	r->stats.tokens = d->n_tokens;
}
