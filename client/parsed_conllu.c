#include "client/parsed.h"
#include "worker/engine/names.h"
#include "worker/engine/tag.h"

/* Control characters inside a form would break the line; there are none but in odd input. */
static void add_form(struct buf *out, const struct doc *d, uint32_t tok, uint32_t n)
{
	struct str s = doc_text(d, tok, n);

	for (size_t i = 0; i < s.n; i++) {
		char c = (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i];

		buf_add(out, &c, 1);
	}
}

static void add_or_underscore(struct buf *out, struct str s)
{
	buf_add_str(out, s.n ? s : STR("_"));
}

struct misc {
	struct buf *out;
	bool any;
};

static void misc_key(struct misc *m, const char *key)
{
	buf_printf(m->out, "%s%s=", m->any ? "|" : "", key);
	m->any = true;
}

static void misc_spaces(struct misc *m, const char *key, struct str s)
{
	misc_key(m, key);
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case ' ':
			buf_add_str(m->out, STR("\\s"));
			break;
		case '\t':
			buf_add_str(m->out, STR("\\t"));
			break;
		case '\n':
			buf_add_str(m->out, STR("\\n"));
			break;
		case '\r':
			buf_add_str(m->out, STR("\\r"));
			break;
		case '|':
			buf_add_str(m->out, STR("\\p"));
			break;
		case '\\':
			buf_add_str(m->out, STR("\\\\"));
			break;
		default:
			buf_add(m->out, &s.p[i], 1);
		}
	}
}

/* The bytes between the end of token `tok` and the next token, or the end of the text. */
static struct str gap_after(const struct doc *d, uint32_t tok)
{
	uint32_t from = d->tokens[tok].byte + d->tokens[tok].n_bytes;
	uint32_t to = tok + 1 < d->n_tokens ? d->tokens[tok + 1].byte : (uint32_t)d->text.n;

	return (struct str){d->text.p + from, to > from ? to - from : 0};
}

static void misc_gaps(struct misc *m, const struct doc *d, uint32_t tok)
{
	struct str gap = gap_after(d, tok);

	if (tok == 0 && d->tokens[0].byte)
		misc_spaces(m, "SpacesBefore", (struct str){d->text.p, d->tokens[0].byte});
	if (!gap.n)
		misc_key(m, "SpaceAfter"), buf_add_str(m->out, STR("No"));
	else if (!str_is(gap, " "))
		misc_spaces(m, "SpacesAfter", gap);
}

/* Mentions by their first token and by their last: by_first.list[at[t] .. at[t+1]). */
struct token_index {
	uint32_t *at, *list;
};

struct mention_index {
	struct token_index by_first, by_last;
};

static bool is_shown(const struct doc *d, const struct mention *m)
{
	return m->n_tok && m->entity >= 0 && (uint32_t)m->entity < d->n_entities;
}

static struct token_index index_mentions(const struct doc *d, bool by_last)
{
	struct token_index x = {ARENA_ARRAY(d->arena, uint32_t, d->n_tokens + 2),
				ARENA_ARRAY(d->arena, uint32_t, d->n_mentions + 1)};

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = d->n_mentions; i-- > 0;) {
			const struct mention *m = &d->mentions[i];
			uint32_t tok = m->tok + (by_last ? m->n_tok - 1 : 0);

			if (!is_shown(d, m))
				continue;
			if (pass == 0)
				x.at[tok]++;
			else
				x.list[--x.at[tok]] = i;
		}
		for (uint32_t t = 0; pass == 0 && t <= d->n_tokens; t++)
			x.at[t + 1] += x.at[t];
	}
	return x;
}

/* Entity brackets as GUM writes them: "(3-government-CHN" opens, "3)" closes, "(3-…)" is both. */
static void misc_entities(struct misc *m, const struct doc *d, const struct mention_index *x,
			  uint32_t tok)
{
	const struct token_index *first = &x->by_first, *last = &x->by_last;

	if (first->at[tok] == first->at[tok + 1] && last->at[tok] == last->at[tok + 1])
		return;
	misc_key(m, "Entity");
	for (uint32_t i = first->at[tok]; i < first->at[tok + 1]; i++) {
		const struct mention *k = &d->mentions[first->list[i]];
		const struct entity *en = &d->entities[k->entity];

		buf_printf(m->out, "(%d-%s%s%.*s%s", k->entity, entity_kind_name(en->kind),
			   en->code.n ? "-" : "", STR_ARG(en->code), k->n_tok == 1 ? ")" : "");
	}
	for (uint32_t i = last->at[tok]; i < last->at[tok + 1]; i++)
		if (d->mentions[last->list[i]].n_tok > 1)
			buf_printf(m->out, "%d)", d->mentions[last->list[i]].entity);
}

static void add_word(struct buf *out, const struct doc *d, const struct mention_index *x,
		     const struct sentence *s, uint32_t i, bool inside_word)
{
	const struct token *t = &d->tokens[s->tok + i];
	struct misc m = {.out = out};

	buf_printf(out, "%u\t", i + 1);
	add_form(out, d, s->tok + i, 1);
	buf_add_str(out, STR("\t"));
	add_or_underscore(out, t->lemma);
	buf_printf(out, "\t%s\t%s\t", upos_name((enum upos)t->upos), tag_xpos_name(t->xpos));
	add_or_underscore(out, tag_feats_name(d->model, t->feats));
	buf_printf(out, "\t%d\t%s\t_\t", t->head < 0 ? 0 : (int)((uint32_t)t->head - s->tok + 1),
		   t->head < 0 ? "root" : rel_name((enum rel)t->rel));
	if (!inside_word)
		misc_gaps(&m, d, s->tok + i);
	if (t->ner) {
		misc_key(&m, "NER");
		buf_printf(out, "%s-%s", t->ner_begin ? "B" : "I", names_type(d, s->tok + i));
	}
	misc_entities(&m, d, x, s->tok + i);
	buf_add_str(out, m.any ? STR("\n") : STR("_\n"));
}

/* Words that are written as one ("don't") stand under a line with their range. */
static void add_range(struct buf *out, const struct doc *d, const struct sentence *s, uint32_t i,
		      uint32_t run)
{
	struct misc m = {.out = out};

	buf_printf(out, "%u-%u\t", i + 1, i + run);
	add_form(out, d, s->tok + i, run);
	buf_add_str(out, STR("\t_\t_\t_\t_\t_\t_\t_\t"));
	misc_gaps(&m, d, s->tok + i + run - 1);
	buf_add_str(out, m.any ? STR("\n") : STR("_\n"));
}

static void add_sentence(struct buf *out, const struct doc *d, const struct mention_index *x,
			 uint32_t k)
{
	const struct sentence *s = &d->sentences[k];
	uint32_t range_end = 0;

	if (k == 0 || s->paragraph != d->sentences[k - 1].paragraph)
		buf_add_str(out, STR("# newpar\n"));
	buf_printf(out, "# sent_id = %.*s-%u\n# text = ", STR_ARG(d->meta.id), k + 1);
	add_form(out, d, s->tok, s->n_tok);
	buf_add_str(out, STR("\n"));
	for (uint32_t i = 0; i < s->n_tok; i++) {
		const struct token *t = &d->tokens[s->tok + i];
		uint32_t run = 1;

		while (!t->glued && i + run < s->n_tok && t[run].glued)
			run++;
		if (run > 1) {
			add_range(out, d, s, i, run);
			range_end = i + run;
		}
		add_word(out, d, x, s, i, i < range_end);
	}
	buf_add_str(out, STR("\n"));
}

void parsed_conllu(const struct doc *d, struct buf *out)
{
	struct mention_index x = {index_mentions(d, false), index_mentions(d, true)};

	buf_printf(out, "# newdoc id = %.*s\n", STR_ARG(d->meta.id));
	for (uint32_t k = 0; k < d->n_sentences; k++)
		add_sentence(out, d, &x, k);
}
