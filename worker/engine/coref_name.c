#include "worker/engine/coref_set.h"

#include <stdio.h>

/* Names in two passes: first all full names of persons and their surnames' owners, so that a
 * headline's "Trump" finds the "Donald Trump" of the body; then every name in order. */

static const struct token *tok(const struct coref *c, uint32_t i)
{
	return &c->doc->tokens[i];
}

/* Titles that name the many or the office, not the one who holds it. */
static bool collective(struct str lemma)
{
	static const char *const WORDS[] = {
		"leadership", "presidency", "administration", "government", "regime",   "command",
		"staff",      "delegation", "side",           "team",       "ministry", "office",
		"cabinet",    "campaign",   "council",        "embassy",    NULL};

	return str_in(lemma, WORDS);
}

bool coref_is_person(const struct doc *doc, const struct mention *m)
{
	const struct token *head = &doc->tokens[m->head];

	if (m->etype == ENTITY_PERSON)
		return m->kind == MENTION_NAME || !collective(head->lemma);
	if (m->kind != MENTION_NAME || m->etype != ENTITY_OTHER || m->entry >= 0)
		return false;
	return head->ner == NER_PER || (head->ner == NER_NONE && m->n_tok >= 2 && m->n_tok <= 4 &&
					coref_gender_of(doc, m) != GENDER_UNKNOWN);
}

/* A title before a name belongs to the phrase, not to the name. */
/* clang-format off */
static const char *const TITLES[] = {
	"mr.", "mr", "mrs.", "mrs", "ms.", "ms", "dr.", "dr", "president", "minister", "prime",
	"secretary", "senator", "sen.", "rep.", "gov.", "gen.", "col.", "lt.", "sir", "king",
	"queen", "prince", "princess", "pope", "chancellor", "premier", "general", "admiral",
	"ambassador", "spokesman", "spokeswoman", "spokesperson", "leader", "professor", "lord",
	"chairman", "governor", "mayor", "judge", "justice", "congressman", "congresswoman",
	"representative", "attorney", "director", "chief", "foreign", "vice", "deputy", "defense",
	"state", "candidate", "nominee", "councilor", "commissioner", "speaker", "colonel",
	"captain", "major", "sheikh", "ayatollah", "u.s.", "us", NULL};
/* clang-format on */

static bool is_title(const struct token *t)
{
	if (t->upos == UPOS_DET || t->upos == UPOS_ADJ || t->upos == UPOS_ADP)
		return true;
	return str_in(t->lower, TITLES);
}

/* The tokens of the name proper within a person's mention. */
static void name_range(const struct coref *c, const struct mention *m, uint32_t *first,
		       uint32_t *end)
{
	uint32_t i, stop = m->tok + m->n_tok;

	while (stop > m->tok + 1 &&
	       (tok(c, stop - 1)->upos == UPOS_PUNCT || tok(c, stop - 1)->upos == UPOS_PART))
		stop--;
	for (i = m->tok; i < stop && tok(c, i)->ner != NER_PER; i++)
		;
	if (i < stop && tok(c, stop - 1)->ner == NER_PER) {
		*first = i;
		*end = stop;
		return;
	}
	for (i = stop; i > m->tok + 1; i--) {
		const struct token *t = tok(c, i - 2);

		if (is_title(t) || t->upos == UPOS_NOUN || t->upos == UPOS_PUNCT ||
		    !(t->form.p[0] >= 'A' && t->form.p[0] <= 'Z'))
			break;
	}
	*first = i - 1;
	*end = stop;
}

static bool family_first(struct str code)
{
	return str_is(code, "CHN") || str_is(code, "KOR") || str_is(code, "PRK") ||
	       str_is(code, "TWN") || str_is(code, "VNM");
}

/* The person a mention names: existing by entry or full name, or by its surname alone. */
static int32_t find_person(struct coref *c, const struct mention *m, bool making)
{
	uint32_t first, end;
	struct str one, other = STR("");
	int32_t e = -1;
	char entry[16];

	name_range(c, m, &first, &end);
	one = tok(c, end - 1)->lower;
	if (end - first >= 2)
		other = tok(c, first)->lower;
	if (other.n) {
		e = coref_get(c, coref_key('p', other, one));
		if (e < 0 && m->entry >= 0) {
			snprintf(entry, sizeof(entry), "%d", m->entry);
			e = coref_get(c, coref_key('e', str_of(entry), STR("")));
		}
		if (e < 0 && making) {
			e = coref_new_entity(c);
			coref_put(c, coref_key('p', other, one), e);
		}
		if (e >= 0) {
			coref_put(c, coref_key('s', one, STR("")), e);
			if (family_first(m->code) || end - first == 2 || m->entry >= 0)
				coref_put(c, coref_key('f', other, STR("")), e);
		}
	} else {
		e = coref_get(c, coref_key('s', one, STR("")));
		if (e < 0) { /* "Xi", "Aung San Suu Kyi's Aung": a family or given name first */
			e = coref_get(c, coref_key('f', one, STR("")));
			if (e >= 0 && !family_first(c->doc->entities[e].code) && m->entry >= 0)
				e = -1;
		}
		if (e >= 0 && m->code.n && !m->guessed && c->doc->entities[e].code.n &&
		    !str_eq(m->code, c->doc->entities[e].code) && m->entry < 0)
			e = -1;
		if (e < 0 && m->entry >= 0) {
			snprintf(entry, sizeof(entry), "%d", m->entry);
			e = coref_get(c, coref_key('e', str_of(entry), STR("")));
		}
		if (e < 0 && making) {
			e = coref_new_entity(c);
			coref_put(c, coref_key('s', one, STR("")), e);
		}
	}
	if (e >= 0 && m->entry >= 0 && making) {
		snprintf(entry, sizeof(entry), "%d", m->entry);
		coref_put(c, coref_key('e', str_of(entry), STR("")), e);
	}
	return e;
}

/* A state as such: the country's name, its nationality, its capital for its government. */
static bool is_state(const struct mention *m)
{
	return m->code.n >= 2 && (m->etype == ENTITY_COUNTRY || m->etype == ENTITY_GOVERNMENT) &&
	       (m->role.n == 0 || str_is(m->role, "GOV")) && !m->plural;
}

/* "the" off, possessive off. */
static struct str bare(const struct coref *c, const struct mention *m)
{
	uint32_t i = m->tok, end = m->tok + m->n_tok;

	while (i + 1 < end && tok(c, i)->upos == UPOS_DET)
		i++;
	while (end > i + 1 && tok(c, end - 1)->upos == UPOS_PART)
		end--;
	return doc_phrase(c->doc, i, end - i);
}

static void learn_acronym(struct coref *c, const struct mention *m, int32_t e)
{
	char initials[12];
	size_t n = 0;

	for (uint32_t i = m->tok; i < m->tok + m->n_tok && n < sizeof(initials); i++) {
		char ch = tok(c, i)->form.p[0];

		if (ch >= 'A' && ch <= 'Z' && tok(c, i)->upos != UPOS_DET)
			initials[n++] = ch;
	}
	if (n >= 2)
		coref_put(c, coref_key('a', (struct str){initials, n}, STR("")), e);
}

static bool all_capitals(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return false;
	return s.n >= 2 && s.n <= 10;
}

static int32_t find_other(struct coref *c, const struct mention *m)
{
	struct str name = bare(c, m);
	uint64_t key;
	char entry[16];
	int32_t e;

	if (is_state(m) && m->entry < 0)
		key = coref_key('c', m->code, STR(""));
	else if (m->etype == ENTITY_COUNTRY && m->role.n == 0)
		key = coref_key('c', m->code, STR(""));
	else if (is_state(m))
		key = coref_key('c', m->code, STR(""));
	else if (m->entry >= 0) {
		snprintf(entry, sizeof(entry), "%d", m->entry);
		key = coref_key('e', str_of(entry), m->plural ? m->role : STR(""));
	} else if (m->code.n && m->role.n && m->kind != MENTION_NAME) {
		char both[64];

		snprintf(both, sizeof(both), "%.*s %.*s", STR_ARG(m->code), STR_ARG(m->role));
		key = coref_key('g', str_of(both), c->doc->tokens[m->head].lemma);
	} else {
		key = coref_key('n', name, m->code);
	}
	e = coref_get(c, key);
	if (e < 0 && m->entry < 0 && m->n_tok == 1 && all_capitals(name))
		e = coref_get(c, coref_key('a', name, STR("")));
	if (e < 0) {
		e = coref_new_entity(c);
		if (m->kind == MENTION_NAME && m->n_tok >= 2)
			learn_acronym(c, m, e);
	}
	coref_put(c, key, e);
	return e;
}

static bool is_name(const struct coref *c, uint32_t k)
{
	const struct mention *m = &c->doc->mentions[c->order[k]];

	return m->kind == MENTION_NAME && m->entity < 0 &&
	       !(c->dated[m->tok] && c->dated[m->tok + m->n_tok - 1]);
}

/* A name of no known kind, or one word taken for an organization that nobody knows. */
static bool may_be_person(const struct mention *m)
{
	return m->entry < 0 && !m->code.n &&
	       (m->etype == ENTITY_OTHER ? m->n_tok <= 4
					 : m->etype == ENTITY_ORGANIZATION && m->n_tok == 1);
}

/* Such a name is a person's where a person of the document goes by it. */
static int32_t entity_of_name(struct coref *c, const struct mention *m)
{
	int32_t e = -1;

	if (coref_is_person(c->doc, m))
		return find_person(c, m, true);
	if (may_be_person(m))
		e = find_person(c, m, false);
	return e >= 0 ? e : find_other(c, m);
}

void coref_names(struct coref *c)
{
	for (uint32_t k = 0; k < c->n_order; k++) {
		const struct mention *m = &c->doc->mentions[c->order[k]];
		uint32_t first, end;

		if (!is_name(c, k) || !coref_is_person(c->doc, m))
			continue;
		name_range(c, m, &first, &end);
		if (end - first >= 2)
			find_person(c, m, true);
	}
	for (uint32_t k = 0; k < c->n_order; k++) {
		const struct mention *m = &c->doc->mentions[c->order[k]];

		if (!is_name(c, k))
			continue;
		coref_add(c, entity_of_name(c, m), c->order[k]);
	}
}
