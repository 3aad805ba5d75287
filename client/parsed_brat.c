#include "client/parsed.h"

/* brat wants one line and one span; line ends inside a mention become spaces. */
static void add_text(struct buf *out, const struct doc *d, uint32_t tok, uint32_t n)
{
	struct str s = doc_text(d, tok, n);

	for (size_t i = 0; i < s.n; i++) {
		char c = (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i];

		buf_add(out, &c, 1);
	}
	buf_add_str(out, STR("\n"));
}

static void add_textbound(struct buf *out, const struct doc *d, uint32_t id, const char *type,
			  uint32_t tok, uint32_t n)
{
	struct span s = doc_span(d, tok, n);

	buf_printf(out, "T%u\t%s %u %u\t", id, type, s.start, s.end);
	add_text(out, d, tok, n);
}

static const char *type_of(const struct doc *d, const struct mention *m)
{
	static const char *const TYPES[N_ENTITY_KINDS] = {[ENTITY_OTHER] = "Other",
							  [ENTITY_PERSON] = "Person",
							  [ENTITY_COUNTRY] = "Country",
							  [ENTITY_GOVERNMENT] = "Government",
							  [ENTITY_ORGANIZATION] = "Organization",
							  [ENTITY_GROUP] = "Group",
							  [ENTITY_MEDIA] = "Media",
							  [ENTITY_AUTHOR] = "Author"};

	if (m->is_place)
		return "Place";
	return m->entity < 0 ? "Other" : TYPES[d->entities[m->entity].kind];
}

static void add_notes(struct buf *out, const struct doc *d, uint32_t id, const struct mention *m)
{
	const struct entity *en = m->entity < 0 ? NULL : &d->entities[m->entity];

	if (!en || !en->code.n)
		return;
	buf_printf(out, "#%u\tAnnotatorNotes T%u\t%.*s %.*s\n", id, id, STR_ARG(en->code),
		   STR_ARG(en->role));
}

/* "*\tCoreference T1 T4 T9": mention i is T(i+1). */
static void add_chains(struct buf *out, const struct doc *d)
{
	for (uint32_t e = 0; e < d->n_entities; e++) {
		uint32_t n = 0;

		for (uint32_t i = 0; i < d->n_mentions; i++)
			n += d->mentions[i].entity == (int32_t)e && d->mentions[i].n_tok;
		if (n < 2)
			continue;
		buf_add_str(out, STR("*\tCoreference"));
		for (uint32_t i = 0; i < d->n_mentions; i++)
			if (d->mentions[i].entity == (int32_t)e && d->mentions[i].n_tok)
				buf_printf(out, " T%u", i + 1);
		buf_add_str(out, STR("\n"));
	}
}

void parsed_brat(const struct doc *d, struct buf *out)
{
	uint32_t id = d->n_mentions;

	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];

		if (!m->n_tok)
			continue;
		add_textbound(out, d, i + 1, type_of(d, m), m->tok, m->n_tok);
		add_notes(out, d, i + 1, m);
	}
	add_chains(out, d);
	for (uint32_t i = 0; i < d->n_timexes; i++)
		add_textbound(out, d, ++id, "Time", d->timexes[i].tok, d->timexes[i].n_tok);
	for (uint32_t i = 0; i < d->n_attributions; i++)
		if (d->attributions[i].n_content)
			add_textbound(out, d, ++id, "Content", d->attributions[i].content,
				      d->attributions[i].n_content);
}
