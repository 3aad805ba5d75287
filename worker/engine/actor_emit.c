/* From a composed phrase to mentions: code, role, name, kind. */
#include "worker/engine/actor_compose.h"

static struct str role_of(const struct matcher *m, const struct unit *u)
{
	return u && u->entry >= 0 ? book_text(m->book, m->book->entries[u->entry].role)
				  : (struct str){0};
}

/* The phrase without article, as written. */
static struct str phrase_name(const struct doc *d, uint32_t tok, uint32_t n_tok)
{
	static const char *const articles[] = {"the", "a", "an", "The", "A", "An", NULL};

	if (n_tok > 1 && str_in(d->tokens[tok].form, articles))
		return doc_phrase(d, tok + 1, n_tok - 1);
	return doc_phrase(d, tok, n_tok);
}

static struct str rule_of(struct matcher *m, int32_t entry, const char *composition)
{
	const struct ai_entry *e;

	if (entry < 0)
		return str_of(composition);
	e = &m->book->entries[entry];
	return arena_printf(m->d->arena, "%.*s:%u", STR_ARG(book_text(m->book, e->file)), e->line);
}

/* The token of the phrase that the rest of the sentence depends on; `guess` without a tree. */
static int32_t syntactic_head(const struct doc *d, uint32_t tok, uint32_t n_tok, uint32_t guess)
{
	const struct sentence *s = &d->sentences[d->tokens[tok].sent];

	if (s->root < (int32_t)s->tok || s->root >= (int32_t)(s->tok + s->n_tok) ||
	    d->tokens[s->root].rel != REL_ROOT)
		return (int32_t)guess;
	for (uint32_t t = tok; t < tok + n_tok; t++) {
		int32_t h = d->tokens[t].head;

		if ((h < (int32_t)tok || h >= (int32_t)(tok + n_tok)) &&
		    d->tokens[t].rel != REL_PUNCT && d->tokens[t].rel != REL_DET &&
		    d->tokens[t].rel != REL_CASE && d->tokens[t].rel != REL_CC)
			return (int32_t)t;
	}
	return (int32_t)guess;
}

static struct mention *add(struct matcher *m, uint32_t tok, uint32_t n_tok, uint32_t guess)
{
	struct doc *d = m->d;
	struct mention *x;

	ARENA_GROW(d->arena, d->mentions, d->n_mentions, d->cap_mentions);
	x = &d->mentions[d->n_mentions++];
	*x = (struct mention){.tok = tok, .n_tok = n_tok, .entity = -1, .also = -1, .entry = -1};
	x->head = syntactic_head(d, tok, n_tok, guess);
	d->tokens[x->head].mention = (int32_t)(d->n_mentions - 1);
	return x;
}

static void set_fact(struct matcher *m, struct mention *x, const struct unit_fact *f)
{
	x->entry = f->entry;
	x->code = f->code;
	x->role = f->role;
	x->name = f->name;
	x->etype = (uint8_t)f->etype;
	x->former = f->former;
	x->rule = rule_of(m, f->entry, "");
}

static bool is_before(const struct matcher *m, uint32_t tok, const char *const *list)
{
	uint32_t first = m->d->sentences[m->d->tokens[tok].sent].tok;

	while (tok > first && str_is(m->d->tokens[tok - 1].lower, "the"))
		tok--;
	return tok > first && str_in(m->d->tokens[tok - 1].lower, list);
}

/* Where things happen, not who acts: "in Beijing", a dateline. */
static bool used_as_place(const struct matcher *m, const struct unit *u, uint32_t end)
{
	static const char *const preps[] = {"in",     "near",       "outside", "around",
					    "across", "throughout", "within",  "inside",
					    "at",     "via",        "through", NULL};
	uint32_t next = u->tok + u->n_tok;
	uint32_t first = m->d->sentences[m->d->tokens[u->tok].sent].tok;

	if (u->tok < m->dateline || is_before(m, u->tok, preps))
		return true;
	return u->tok == first && next < end && u->type == UNIT_CAPITAL &&
	       (str_is(m->d->tokens[next].form, "(") || str_is(m->d->tokens[next].form, "-") ||
		str_is(m->d->tokens[next].form, "--"));
}

static bool noun_follows(const struct matcher *m, uint32_t next, uint32_t end)
{
	const struct token *t = &m->d->tokens[next];

	if (next >= end || m->piece_of[next] == m->piece_of[next + 1])
		return next + 1 < end && str_is(t->form, "-");
	return t->upos == UPOS_NOUN || t->upos == UPOS_PROPN || t->upos == UPOS_ADJ ||
	       t->upos == UPOS_NUM || t->upos == UPOS_X;
}

/* "Chinese" alone: the people after an article or as a plural noun, else a modifier. */
static void emit_nationality(struct matcher *m, const struct unit *u, uint32_t end)
{
	struct unit_fact f = compose_fact(m, u);
	struct mention *x = add(m, u->tok, u->n_tok, u->tok + u->n_tok - 1);
	uint32_t first = m->d->sentences[m->d->tokens[u->tok].sent].tok;
	bool article = u->tok > first && str_is(m->d->tokens[u->tok - 1].lower, "the");
	bool noun = noun_follows(m, u->tok + u->n_tok, end);

	set_fact(m, x, &f);
	x->modifier = noun || m->d->tokens[u->tok].upos == UPOS_ADJ;
	if (u->type == UNIT_PEOPLE || (u->is_people_too && (article || !noun) &&
				       m->d->tokens[u->tok].rel != REL_AMOD && !noun)) {
		x->modifier = false;
		x->role = STR("CVL");
		x->etype = ENTITY_GROUP;
		x->plural = u->plural || article;
		x->generic = true;
		x->kind = MENTION_NOMINAL;
		x->name = doc_phrase(m->d, u->tok, u->n_tok);
		x->entry = -1;
	}
}

/* "The village of Duma" is no parliament. */
static bool is_settlement(const struct matcher *m, const struct unit *u)
{
	static const char *const kinds[] = {"village", "town",       "hamlet",
					    "city",    "settlement", NULL};
	const struct token *t = &m->d->tokens[u->tok];

	if (u->type != UNIT_NAME || u->tok < 2 || t[-2].sent != t->sent ||
	    !str_is(t[-1].lower, "of"))
		return false;
	for (uint32_t i = 0; kinds[i]; i++)
		if (str_is(t[-2].lower, kinds[i]))
			return true;
	return false;
}

static void emit_unit(struct matcher *m, const struct unit *u, uint32_t end)
{
	uint32_t last = u->tok + u->n_tok - 1;
	struct unit_fact f = compose_fact(m, u);
	struct mention *x;

	if (u->type == UNIT_NOTHING)
		return;
	if (u->type == UNIT_ADJECTIVE || u->type == UNIT_PEOPLE || u->type == UNIT_PREFIX) {
		emit_nationality(m, u, end);
		return;
	}
	x = add(m, u->tok, u->n_tok, last);
	if (u->type == UNIT_UNKNOWN) {
		uint8_t ner = m->d->tokens[u->tok].ner;

		x->name = doc_phrase(m->d, u->tok, u->n_tok);
		x->etype = ner == NER_PER || (!ner && u->given && u->n_tok > 1) ? ENTITY_PERSON
			   : ner == NER_ORG ? ENTITY_ORGANIZATION
					    : ENTITY_OTHER;
		x->is_place = ner == NER_LOC;
		x->rule = STR("name");
		x->code = u->n_tok > 1 ? matcher_navy(m->d->tokens[u->tok].form) : STR("");
		if (x->code.n) {
			x->role = STR("MIL");
			x->etype = ENTITY_ORGANIZATION;
		}
		return;
	}
	if (is_settlement(m, u) && f.etype != ENTITY_COUNTRY) {
		x->name = doc_phrase(m->d, u->tok, u->n_tok);
		x->etype = ENTITY_OTHER;
		x->is_place = true;
		x->rule = STR("name");
		return;
	}
	set_fact(m, x, &f);
	if (u->type == UNIT_PLACE)
		x->is_place = true;
	else if (u->type == UNIT_CAPITAL || f.etype == ENTITY_COUNTRY || str_is(f.code, "WORLD"))
		x->is_place = used_as_place(m, u, end);
	x->modifier = u->type == UNIT_NAME && f.etype == ENTITY_COUNTRY &&
		      noun_follows(m, u->tok + u->n_tok, end) &&
		      m->d->tokens[u->tok + u->n_tok].upos == UPOS_NOUN;
}

static bool is_former(const struct matcher *m, uint32_t from, uint32_t to)
{
	static const char *const words[] = {"former",  "ex",      "ex-president", "then",   "late",
					    "onetime", "retired", "deposed",      "ousted", NULL};

	for (uint32_t t = from > 0 ? from - 1 : 0; t < to; t++)
		for (uint32_t i = 0; words[i]; i++)
			if (str_is(m->d->tokens[t].lower, words[i]) &&
			    m->d->tokens[t].sent == m->d->tokens[to - 1].sent)
				return true;
	return false;
}

/* The role that heads and employer give together: a spokesman speaks for somebody. */
static struct str phrase_role(const struct matcher *m, const struct phrase *ph,
			      const struct unit_fact *employer)
{
	const struct unit *last = ph->heads[ph->n_heads - 1];
	struct str role = role_of(m, last);

	if (!last->neutral)
		return role;
	if (ph->link_head && !ph->link_head->neutral)
		return role_of(m, ph->link_head);
	for (uint32_t i = ph->n_heads - 1; i > 0; i--)
		if (!ph->heads[i - 1]->neutral)
			return role_of(m, ph->heads[i - 1]);
	if (employer->entry >= 0 && employer->role.n && employer->etype != ENTITY_COUNTRY)
		return employer->role;
	return role;
}

/* An EU commissioner is IGO, not GOV: who works for an organization has its role. */
static struct str fit_role(struct str role, const struct unit_fact *employer)
{
	if (employer->entry >= 0 && str_is(employer->role, "IGO") &&
	    (str_is(role, "GOV") || !role.n))
		return employer->role;
	return role;
}

static enum entity_kind phrase_kind(const struct phrase *ph)
{
	const struct unit *last = ph->heads[ph->n_heads - 1];

	if (last->type == UNIT_BODY)
		return ENTITY_ORGANIZATION;
	return last->plural ? ENTITY_GROUP : ENTITY_PERSON;
}

static bool is_royal(struct str word)
{
	static const char *const words[] = {"king",   "queen",    "emperor", "emir", "sultan",
					    "prince", "princess", "shah",    "tsar", NULL};

	return str_in(word, words);
}

/* "King Hassan" is no minister of that name. */
static bool fits_crown(const struct matcher *m, const struct phrase *ph, int32_t entry)
{
	const struct unit *title = ph->heads[ph->n_heads - 1];
	struct str office;
	size_t from = 0;

	if (entry < 0 || !is_royal(m->d->tokens[title->tok + title->n_tok - 1].lower))
		return true;
	office = actor_role_at(m->book, entry, m->d->date).office;
	for (size_t i = 0; i <= office.n; i++) {
		if (i < office.n && office.p[i] != ' ')
			continue;
		if (is_royal((struct str){office.p + from, i - from}))
			return true;
		from = i + 1;
	}
	return !m->book->entries[entry].n_office;
}

/* A title and a surname name one office-holder: "President Macron", "Senator Paul". */
static int32_t holder_of(const struct matcher *m, const struct phrase *ph, struct str code)
{
	const struct unit *u = ph->name;
	int32_t entry = -1;

	if (u->type == UNIT_PERSON)
		entry = u->entry;
	else if (ph->heads[ph->n_heads - 1]->type == UNIT_TITLE && u->n_tok <= 3)
		entry = matcher_titled(m, u->tok, u->n_tok, code);
	return fits_crown(m, ph, entry) ? entry : -1;
}

static void emit_named(struct matcher *m, const struct phrase *ph, struct mention *x,
		       const struct unit_fact *employer)
{
	int32_t entry = holder_of(m, ph, employer->entry >= 0 ? employer->code : (struct str){0});
	struct unit name = *ph->name;

	x->kind = MENTION_NAME;
	x->generic = false;
	x->etype = ENTITY_PERSON;
	x->name = doc_phrase(m->d, name.tok, name.n_tok);
	if (entry >= 0) {
		struct unit_fact f;

		name.entry = entry;
		f = compose_fact(m, &name);
		/* The text's own nationality wins over a namesake. */
		if (!x->code.n || str_eq(x->code, f.code) || name.type == UNIT_PERSON) {
			struct str role = x->role;
			bool said_former = x->former;

			set_fact(m, x, &f);
			if (!x->role.n || (f.former && !said_former && role.n))
				x->role = role.n ? role : x->role;
			x->former |= said_former;
		}
	}
	if (employer->entry >= 0 && !x->code.n)
		x->code = employer->code;
}

/* The same words with a second nationality: "Russian and Chinese officials". */
static void emit_also(struct matcher *m, const struct phrase *ph, uint32_t first_mention)
{
	uint32_t last = first_mention;

	for (uint32_t i = 1; i < ph->n_quals; i++) {
		struct unit_fact f = compose_fact(m, ph->quals[i]);
		struct mention copy = m->d->mentions[first_mention];

		copy.code = f.code;
		copy.also = -1;
		copy.name = arena_printf(
			m->d->arena, "%.*s %.*s",
			STR_ARG(doc_phrase(m->d, ph->quals[i]->tok, ph->quals[i]->n_tok)),
			STR_ARG(doc_phrase(m->d, ph->quals_end, ph->end - ph->quals_end)));
		ARENA_GROW(m->d->arena, m->d->mentions, m->d->n_mentions, m->d->cap_mentions);
		m->d->mentions[m->d->n_mentions] = copy;
		m->d->mentions[last].also = (int32_t)m->d->n_mentions;
		last = m->d->n_mentions++;
	}
}

/* Countries inside the phrase that are parties of their own: "leaders of China", "Russia's …". */
static void emit_inner(struct matcher *m, const struct phrase *ph, uint32_t end)
{
	bool linked = ph->link_end && ph->n_quals && ph->quals[0]->tok >= ph->head_tok;

	for (uint32_t i = 0; i < ph->n_quals; i++) {
		const struct unit *u = ph->quals[i];

		if (u->type == UNIT_PERSON ? ph->possessive || linked
					   : linked && u->type != UNIT_ADJECTIVE)
			emit_unit(m, u, end);
	}
}

/* "U.S. allies", "Syria's neighbours": others than the country; "Russian allies" may be Russians.
 */
static bool is_beside_country(const struct matcher *m, const struct phrase *ph,
			      const struct unit_fact *employer)
{
	struct str head = m->d->tokens[ph->head_tok].lemma;

	if (!ph->n_quals || ph->name || employer->entry < 0 || employer->code.n != 3 ||
	    !ph->heads[ph->n_heads - 1]->plural)
		return false;
	if (ph->quals[0]->type != UNIT_NAME && ph->quals[0]->type != UNIT_CAPITAL)
		return false;
	return (ph->possessive || ph->quals[0]->is_adjective_too) && actor_is_beside(head) &&
	       !str_is(head, "counterpart");
}

static void emit_headed(struct matcher *m, const struct phrase *ph, uint32_t end)
{
	struct unit_fact employer = {.entry = -1};
	uint32_t at = m->d->n_mentions;
	const struct unit *last = ph->heads[ph->n_heads - 1];
	struct mention *x;

	if (ph->n_quals)
		employer = compose_fact(m, ph->quals[0]);
	x = add(m, ph->first, ph->end - ph->first,
		ph->name ? ph->name->tok + ph->name->n_tok - 1 : ph->head_tok);
	x->kind = MENTION_NOMINAL;
	x->generic = !ph->n_quals;
	x->plural = last->plural;
	x->etype = (uint8_t)phrase_kind(ph);
	x->code = is_beside_country(m, ph, &employer) ? (struct str){0} : employer.code;
	for (uint32_t i = ph->n_heads; !x->code.n && i > 0; i--)
		x->code = book_text(m->book, m->book->entries[ph->heads[i - 1]->entry].code);
	x->role = fit_role(phrase_role(m, ph, &employer), &employer);
	x->former = is_former(m, ph->first, ph->head_tok + 1);
	x->name = phrase_name(m->d, ph->first, ph->end - ph->first);
	x->rule = rule_of(m, last->entry, "composed");
	if (ph->name)
		emit_named(m, ph, x, &employer);
	if (ph->n_quals > 1 && !ph->name)
		emit_also(m, ph, at);
	emit_inner(m, ph, end);
}

void emit_phrase(struct matcher *m, const struct phrase *ph, uint32_t end)
{
	if (ph->n_heads) {
		emit_headed(m, ph, end);
		return;
	}
	if (m->unit_of[ph->first] < 0)
		return;
	emit_unit(m, &m->units[m->unit_of[ph->first]], end);
}
