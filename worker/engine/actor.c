/* The actor stage: composes mentions from the units that the codebook explains.
 *
 *   qualifier*  [filler]*  head*  name?  ( of|for|from|in qualifier )?
 *
 * A qualifier is a nationality, country, organization or person ("Chinese", "Russia's", "Hamas",
 * "Trump"); a head is a body, title or agent noun ("foreign ministry spokesman"); a name is a
 * person of the codebook or an unknown run of capitals. What a phrase lacks is looked for in
 * the document by actor_context.c: apposition, surnames met before, the dominant country. */
#include "worker/engine/actor_compose.h"

enum { FILLERS_MAX = 4, HEADS_MAX = 4 };

static const struct unit *unit_at(const struct matcher *m, uint32_t tok, uint32_t end)
{
	const struct unit *u;

	if (tok >= end || m->unit_of[tok] < 0)
		return NULL;
	u = &m->units[m->unit_of[tok]];
	return u->tok == tok ? u : NULL;
}

static bool is_form(const struct matcher *m, uint32_t tok, uint32_t end, const char *form)
{
	return tok < end && str_is(m->d->tokens[tok].lower, form);
}

static bool is_one_of(const struct matcher *m, uint32_t tok, uint32_t end, const char *const *list)
{
	return tok < end && str_in(m->d->tokens[tok].lower, list);
}

static bool is_head(const struct unit *u)
{
	return u && (u->type == UNIT_TITLE || u->type == UNIT_AGENT || u->type == UNIT_BODY);
}

/* "Shanghai police", "Texas lawmakers": a place whose country the codebook knows. */
static bool is_home(const struct matcher *m, const struct unit *u)
{
	return u && u->type == UNIT_PLACE && m->book->entries[u->entry].code.n == 3;
}

static bool is_qualifier(const struct unit *u)
{
	return u && (u->type == UNIT_NAME || u->type == UNIT_ADJECTIVE || u->type == UNIT_CAPITAL ||
		     u->type == UNIT_PERSON || u->type == UNIT_PREFIX ||
		     (u->type == UNIT_PEOPLE && u->is_people_too));
}

static bool is_possessive(const struct matcher *m, uint32_t tok, uint32_t end)
{
	return tok < end &&
	       (str_is(m->d->tokens[tok].form, "'s") || str_is(m->d->tokens[tok].form, "'"));
}

/* Words that may stand between a nationality and its noun: "senior", "deputy", "top nuclear". */
static bool is_filler(const struct matcher *m, uint32_t tok, uint32_t end)
{
	static const char *const no[] = {
		"the",   "a",      "an",   "and",     "or",   "of",    "in",  "on",   "to",
		"for",   "with",   "by",   "at",      "from", "as",    "is",  "are",  "was",
		"were",  "has",    "have", "had",     "will", "would", "may", "said", "says",
		"that",  "which",  "who",  "his",     "its",  "their", "not", "but",  "while",
		"after", "before", "when", "against", "over", "into",  NULL};
	const struct token *t = &m->d->tokens[tok];

	if (tok >= end || m->unit_of[tok] >= 0 || m->piece_of[tok] == m->piece_of[tok + 1] ||
	    is_one_of(m, tok, end, no))
		return tok < end && str_is(t->form, "-") && !matcher_is_dash(m, tok);
	switch (t->upos) {
	case UPOS_ADJ:
	case UPOS_NOUN:
	case UPOS_NUM:
	case UPOS_PROPN:
	case UPOS_X:
		return true;
	case UPOS_VERB:
		return (str_ends(t->lower, STR("ed")) || str_ends(t->lower, STR("ing"))) &&
		       t->rel == REL_AMOD;
	default:
		return false;
	}
}

/* A name as the text has it, without the people that stand behind it ("Islamic State militants"),
 * where what is left is the name or an acronym. */
static struct str bare_name(const struct matcher *m, const struct unit *u, struct str full)
{
	static const char *const people[] = {"militants",  "militant",   "fighters", "fighter",
					     "group",      "terrorists", "jihadis",  "jihadists",
					     "extremists", NULL};
	uint32_t n = u->n_tok - 1;
	struct str all = doc_phrase(m->d, u->tok, u->n_tok), less;

	if (!n || !is_one_of(m, u->tok + n, u->tok + u->n_tok, people))
		return all;
	less = doc_phrase(m->d, u->tok, n);
	for (size_t i = 0; i < less.n; i++)
		if ((less.p[i] < 'A' || less.p[i] > 'Z') && !str_eq(less, full))
			return all;
	return less;
}

static struct unit_fact fact_of(const struct matcher *m, const struct unit *u)
{
	const struct ai_entry *e;
	struct actor_role r;
	struct unit_fact f = {.entry = u->entry, .etype = ENTITY_OTHER};

	if (u->entry < 0)
		return f;
	e = &m->book->entries[u->entry];
	r = actor_role_at(m->book, u->entry, m->d->date);
	f.name = book_text(m->book, e->name);
	f.code = r.code.n ? r.code : book_text(m->book, e->code);
	if (str_is(f.code, "OTHER")) /* named as the text names it */
		f.code = arena_printf(m->d->arena, "OTHER:%.*s", STR_ARG(bare_name(m, u, f.name)));
	f.role = r.role;
	f.etype = (enum entity_kind)e->kind;
	f.former = r.former;
	if (u->type == UNIT_CAPITAL)
		f.etype = ENTITY_GOVERNMENT;
	return f;
}

struct unit_fact compose_fact(const struct matcher *m, const struct unit *u)
{
	return fact_of(m, u);
}

/* Qualifiers from p on; returns where they end. "US and Chinese", "Russia's", "Sino-US". */
static uint32_t read_qualifiers(const struct matcher *m, struct phrase *ph, uint32_t p,
				uint32_t end)
{
	while (ph->n_quals < QUALIFIERS_MAX) {
		const struct unit *u = unit_at(m, p, end);
		uint32_t next;

		if (!is_qualifier(u) && !is_home(m, u))
			break;
		ph->quals[ph->n_quals++] = u;
		next = p + u->n_tok;
		ph->possessive = is_possessive(m, next, end);
		p = next + ph->possessive;
		if (ph->possessive || u->type == UNIT_PERSON)
			break;
		next = p;
		if (is_form(m, next, end, "and") ||
		    (is_form(m, next, end, "-") && !matcher_is_dash(m, next)) ||
		    is_form(m, next, end, "/") || is_form(m, next, end, "or") ||
		    (is_form(m, next, end, ",") && u->type == UNIT_ADJECTIVE))
			next++;
		if (next > p && is_form(m, next, end, "and"))
			next++;
		u = unit_at(m, next, end);
		/* "Russia and Chinese troops" are two phrases; "Russian and Chinese troops" one. */
		if (next == p || !u || !u->is_adjective_too || !ph->quals[0]->is_adjective_too)
			break;
		p = next;
	}
	return p;
}

/* Heads from p on, over fillers; returns where the last one ends, or p where there is none. */
static uint32_t read_heads(const struct matcher *m, struct phrase *ph, uint32_t p, uint32_t end,
			   uint32_t fillers)
{
	uint32_t at = p, done = p;

	while (ph->n_heads < HEADS_MAX) {
		const struct unit *u = unit_at(m, at, end);

		if (is_head(u)) {
			ph->heads[ph->n_heads++] = u;
			done = at += u->n_tok;
			fillers = 1;
			/* "Russia's defence ministry's spokesman" */
			if (is_possessive(m, at, end) && is_head(unit_at(m, at + 1, end)))
				at++;
			continue;
		}
		if (u && u->type == UNIT_ADJECTIVE && ph->n_heads == 0 && fillers) {
			at += u->n_tok; /* "US Democratic senators" */
			fillers--;
			continue;
		}
		/* "cabinet-level officials" */
		if (ph->n_heads && at > p && is_form(m, at, end, "-") && at + 2 < end &&
		    !m->d->tokens[at - 1].space_after && !m->d->tokens[at].space_after &&
		    is_head(unit_at(m, at + 2, end))) {
			at += 2;
			continue;
		}
		if (!fillers || !is_filler(m, at, end))
			break;
		at++;
		fillers--;
	}
	return done;
}

/* A name right after a title: "President Xi", "Foreign Minister Jan Kowal". */
static uint32_t read_name(const struct matcher *m, struct phrase *ph, uint32_t p, uint32_t end)
{
	const struct unit *u = unit_at(m, p, end);
	const struct unit *head = ph->n_heads ? ph->heads[ph->n_heads - 1] : NULL;

	if (!head || !u || head->type == UNIT_BODY ||
	    (u->type != UNIT_PERSON && u->type != UNIT_UNKNOWN))
		return p;
	if (head->plural && u->type == UNIT_UNKNOWN && !u->given)
		return p;
	ph->name = u;
	return p + u->n_tok;
}

static const char *const LINKS[] = {"of", "for", "from", "in", "at", "with", NULL};

/* "King Hassan of Morocco": whose king he is; returns where it ends, or p. */
static uint32_t read_country(const struct matcher *m, struct phrase *ph, uint32_t p, uint32_t end)
{
	uint32_t q = p + 1;
	const struct unit *u;

	if (!is_form(m, p, end, "of"))
		return p;
	q += is_form(m, q, end, "the");
	u = unit_at(m, q, end);
	if (!u || u->type != UNIT_NAME || m->book->entries[u->entry].kind != ENTITY_COUNTRY)
		return p;
	return read_qualifiers(m, ph, q, end);
}

/* "The embassy in Kinshasa" is of any state but that one. */
static bool is_abroad(const struct matcher *m, const struct phrase *ph, uint32_t p, uint32_t end)
{
	static const char *const WORDS[] = {"embassy",  "embassies",  "consulate",   "consulates",
					    "mission",  "ambassador", "ambassadors", "envoy",
					    "diplomat", "diplomats",  NULL};

	return str_in(m->d->tokens[ph->head_tok].lower, WORDS) &&
	       (is_form(m, p, end, "in") || is_form(m, p, end, "at"));
}

/* "of China", "for the Russian foreign ministry", "in France": qualifiers behind the head. */
static uint32_t read_link(const struct matcher *m, struct phrase *ph, uint32_t p, uint32_t end)
{
	uint32_t q = p + 1, after;
	struct phrase inner = {0};
	const struct unit *u;

	if (ph->name)
		return read_country(m, ph, p, end);
	if (!is_one_of(m, p, end, LINKS) || is_abroad(m, ph, p, end))
		return p;
	while (is_form(m, q, end, "the") || is_form(m, q, end, "both") || is_form(m, q, end, "a"))
		q++;
	while (q < end && is_filler(m, q, end) && q < p + 4 && !is_head(unit_at(m, q, end)))
		q++;
	u = unit_at(m, q, end);
	if (is_head(u)) { /* "minister of defence of Ukraine", "spokesman for the army" */
		after = read_heads(m, &inner, q, end, 1);
		if (ph->n_heads < HEADS_MAX && inner.n_heads)
			ph->link_head = inner.heads[inner.n_heads - 1];
		u = unit_at(m, after, end);
		if (is_form(m, after, end, "of") || is_form(m, after, end, "in")) {
			uint32_t r = after + 1 + is_form(m, after + 1, end, "the");

			if (is_qualifier(unit_at(m, r, end)))
				return read_qualifiers(m, ph, r, end);
		}
		return after;
	}
	if (!is_qualifier(u) && !is_home(m, u))
		return p;
	after = read_qualifiers(m, ph, q, end);
	/* "of the Chinese government": the inner head lends its role. */
	inner = (struct phrase){0};
	q = read_heads(m, &inner, after, end, 2);
	if (inner.n_heads) {
		ph->link_head = inner.heads[inner.n_heads - 1];
		after = q;
	} else if (ph->quals[0]->type == UNIT_ADJECTIVE) {
		ph->n_quals = 0; /* "of Chinese goods" says nothing about the head */
		return p;
	}
	return after;
}

/* Reads the phrase that starts at tok. False where there is none. */
bool compose_read(const struct matcher *m, uint32_t tok, uint32_t end, struct phrase *ph)
{
	uint32_t p, after;

	*ph = (struct phrase){.first = tok};
	p = read_qualifiers(m, ph, tok, end);
	ph->quals_end = p;
	after = read_heads(m, ph, p, end,
			   !ph->n_quals || ph->possessive || ph->quals[0]->is_adjective_too
				   ? (ph->n_quals ? FILLERS_MAX : 0)
				   : 1);
	if (!ph->n_heads) {
		const struct unit *u = unit_at(m, tok, end);

		ph->end = u ? tok + u->n_tok : tok + 1;
		return u != NULL;
	}
	ph->head_tok = after - 1;
	after = read_name(m, ph, after, end);
	ph->end = after;
	if (!ph->n_quals || ph->quals[0]->type == UNIT_PERSON)
		ph->link_end = read_link(m, ph, after, end);
	if (ph->link_end > ph->end)
		ph->end = ph->link_end;
	return true;
}
