#include "worker/engine/attrib_source.h"

#include "worker/engine/attrib_cues.h"

enum { CLIMB_MAX = 6 };

static const struct token *at(const struct doc *doc, int32_t i)
{
	return &doc->tokens[i];
}

static bool relative(const struct token *t)
{
	return str_is(t->lower, "who") || str_is(t->lower, "which") || str_is(t->lower, "that");
}

/* The noun before the relative clause that the token's verb heads, else the token. */
int32_t attrib_antecedent(const struct doc *doc, int32_t tok)
{
	int32_t verb = at(doc, tok)->head;

	if (!relative(at(doc, tok)) || verb < 0)
		return tok;
	for (int n = 0; n < CLIMB_MAX && verb >= 0; n++, verb = at(doc, verb)->head) {
		if (at(doc, verb)->rel == REL_ACL_RELCL || at(doc, verb)->rel == REL_ACL)
			return at(doc, verb)->head;
		if (at(doc, verb)->rel != REL_CONJ && at(doc, verb)->rel != REL_XCOMP)
			break;
	}
	return tok;
}

static bool passive(const struct doc *doc, int32_t verb)
{
	return doc_child(doc, verb, REL_NSUBJ_PASS) >= 0 || doc_child(doc, verb, REL_AUX_PASS) >= 0;
}

static int32_t agent(const struct doc *doc, int32_t verb)
{
	int32_t c = doc_child(doc, verb, REL_OBL_AGENT);

	if (c >= 0)
		return c;
	for (c = at(doc, verb)->child; c >= 0; c = at(doc, c)->next)
		if (at(doc, c)->rel == REL_OBL && c > verb)
			for (int32_t k = at(doc, c)->child; k >= 0; k = at(doc, k)->next)
				if (str_is(at(doc, k)->lower, "by"))
					return c;
	return -1;
}

static bool expletive(const struct token *t)
{
	return str_is(t->lower, "it") || str_is(t->lower, "there");
}

/* "(CNN) The president said": what stands in brackets says nothing. */
static bool bracketed(const struct doc *doc, int32_t tok)
{
	return tok > 0 && (uint32_t)tok + 1 < doc->n_tokens &&
	       str_is(at(doc, tok - 1)->form, "(") && str_is(at(doc, tok + 1)->form, ")");
}

static int32_t subject(const struct doc *doc, int32_t verb)
{
	int32_t c = doc_child(doc, verb, REL_NSUBJ), k;

	if (c < 0)
		c = doc_child(doc, verb, REL_NSUBJ_OUTER);
	if (c < 0 || !bracketed(doc, c))
		return c;
	for (k = at(doc, c)->next; k >= 0; k = at(doc, k)->next)
		if (at(doc, k)->rel == REL_NSUBJ)
			return k;
	return c;
}

/* Passives whose subject is the one who thinks: "I am convinced that". */
static bool experienced(struct str lemma)
{
	static const char *const WORDS[] = {
		"convince", "concern",    "worry",     "determine", "commit",    "surprise",
		"please",   "disappoint", "encourage", "alarm",     "prepare",   "satisfy",
		"trouble",  "shock",      "interest",  "delight",   "frustrate", "outrage",
		"resolve",  "honor",      NULL};

	return str_in(lemma, WORDS);
}

int32_t attrib_source_of_verb(const struct doc *doc, int32_t verb)
{
	int32_t v = verb, c;

	if (passive(doc, verb)) {
		c = agent(doc, verb);
		if (c < 0 && experienced(at(doc, verb)->lemma))
			c = doc_child(doc, verb, REL_NSUBJ_PASS);
		return c >= 0 ? attrib_owner(doc, c) : -1;
	}
	for (int n = 0; n < CLIMB_MAX && v >= 0; n++) {
		c = subject(doc, v);
		if (c < 0 && v != verb)
			c = doc_child(doc, v, REL_NSUBJ_PASS);
		if (c >= 0 && !(expletive(at(doc, c)) && v != verb))
			return attrib_owner(doc, c);
		switch (at(doc, v)->rel) {
		case REL_CONJ:
		case REL_XCOMP:
		case REL_ADVCL:
		case REL_PARATAXIS:
			v = at(doc, v)->head;
			break;
		case REL_ACL_RELCL:
		case REL_ACL:
			c = at(doc, v)->head;
			return c >= 0 ? attrib_owner(doc, c) : -1;
		default:
			return -1;
		}
	}
	return -1;
}

static int32_t nmod_by(const struct doc *doc, int32_t noun, const char *const *prepositions)
{
	for (int32_t c = at(doc, noun)->child; c >= 0; c = at(doc, c)->next) {
		if (c < noun || (at(doc, c)->rel != REL_NMOD && at(doc, c)->rel != REL_OBL))
			continue;
		for (int32_t k = at(doc, c)->child; k >= 0; k = at(doc, k)->next)
			if (at(doc, k)->rel == REL_CASE && str_in(at(doc, k)->lower, prepositions))
				return c;
	}
	return -1;
}

int32_t attrib_source_of_noun(const struct doc *doc, int32_t noun)
{
	static const char *const BY[] = {"by", "from", "of", "among", NULL};
	int32_t c = doc_child(doc, noun, REL_NMOD_POSS), verb;

	if (c < 0)
		c = nmod_by(doc, noun, BY);
	if (c >= 0)
		return c;
	verb = at(doc, noun)->head;
	if (verb >= 0 && at(doc, verb)->upos == UPOS_VERB && at(doc, noun)->rel == REL_OBJ)
		return attrib_source_of_verb(doc, verb);
	for (c = at(doc, noun)->child; c >= 0; c = at(doc, c)->next)
		if ((at(doc, c)->rel == REL_COMPOUND || at(doc, c)->rel == REL_AMOD) &&
		    at(doc, c)->mention >= 0)
			return c;
	return -1;
}

int32_t attrib_owner(const struct doc *doc, int32_t noun)
{
	static const char *const BY[] = {"by", "from", "of", NULL};
	static const char *const DOCUMENTS[] = {
		"statement",  "report",        "letter",     "memo",    "article",  "editorial",
		"commentary", "press release", "communique", "tweet",   "document", "summary",
		"dispatch",   "readout",       "email",      "account", "study"};
	const struct token *t = at(doc, noun);
	int32_t c;

	if (t->mention >= 0 || t->upos != UPOS_NOUN)
		return noun;
	for (size_t k = 0; k < sizeof(DOCUMENTS) / sizeof(*DOCUMENTS); k++) {
		if (!str_is(t->lemma, DOCUMENTS[k]))
			continue;
		c = doc_child(doc, noun, REL_NMOD_POSS);
		if (c < 0)
			c = nmod_by(doc, noun, BY);
		if (c >= 0 && (at(doc, c)->mention >= 0 || at(doc, c)->upos == UPOS_PRON))
			return c;
		for (c = at(doc, noun)->child; c >= 0; c = at(doc, c)->next)
			if (at(doc, c)->rel == REL_COMPOUND && at(doc, c)->mention >= 0)
				return c;
		return noun;
	}
	return noun;
}

/* The mention with that head, or the name around it; -1 where there is none. */
static int32_t covering(const struct doc *doc, int32_t tok)
{
	enum { NEAR = 5 };
	const struct token *t = at(doc, tok);

	if (t->mention >= 0)
		return t->mention;
	for (int32_t i = tok - NEAR; i <= tok + NEAR; i++) {
		const struct mention *m;

		if (i < 0 || i >= (int32_t)doc->n_tokens || at(doc, i)->mention < 0)
			continue;
		m = &doc->mentions[at(doc, i)->mention];
		if (m->kind == MENTION_NAME && (uint32_t)tok >= m->tok &&
		    (uint32_t)tok < m->tok + m->n_tok)
			return at(doc, i)->mention;
	}
	return -1;
}

int32_t attrib_mention(struct doc *doc, int32_t tok)
{
	struct token *t = &doc->tokens[tok];
	uint32_t first = (uint32_t)tok, last = (uint32_t)tok;
	struct mention *m;
	int32_t m_at;

	m_at = covering(doc, tok);
	if (m_at >= 0)
		return m_at;
	for (int32_t c = t->child; c >= 0; c = doc->tokens[c].next) {
		enum rel r = doc->tokens[c].rel;

		if (c < tok &&
		    (r == REL_DET || r == REL_AMOD || r == REL_COMPOUND || r == REL_NMOD_POSS ||
		     r == REL_NUMMOD) &&
		    (uint32_t)c < first)
			first = (uint32_t)c;
		if (c > tok && (r == REL_FLAT || r == REL_COMPOUND_PRT) && (uint32_t)c > last)
			last = (uint32_t)c;
	}
	ARENA_GROW(doc->arena, doc->mentions, doc->n_mentions, doc->cap_mentions);
	m = &doc->mentions[doc->n_mentions];
	*m = (struct mention){.tok = first,
			      .n_tok = last - first + 1,
			      .head = tok,
			      .entity = -1,
			      .also = -1,
			      .entry = -1,
			      .kind = MENTION_NOMINAL,
			      .generic = true,
			      .code = STR(""),
			      .role = STR(""),
			      .rule = STR("source")};
	m->plural = str_ends(t->lower, STR("s")) && !str_eq(t->lower, t->lemma);
	m->name = doc_phrase(doc, first, m->n_tok);
	t->mention = (int32_t)doc->n_mentions;
	return (int32_t)doc->n_mentions++;
}

/* ---- by the order of the words ---- */

bool attrib_is_break(const struct token *t)
{
	return str_is(t->form, ",") || str_is(t->form, "\"") || str_is(t->form, "''") ||
	       str_is(t->form, "\xe2\x80\x9d");
}

/* A subject before the verb brings its appositions along: "Smith, a miner, said". */
uint32_t attrib_report_start(const struct doc *doc, int32_t verb)
{
	const struct sentence *s = &doc->sentences[at(doc, verb)->sent];
	int32_t subject_tok = doc_child(doc, verb, REL_NSUBJ);
	uint32_t i = (uint32_t)verb, first, last;

	if (subject_tok >= 0 && subject_tok < verb) {
		doc_subtree(doc, subject_tok, &first, &last);
		if (first > s->tok && last < (uint32_t)verb &&
		    attrib_is_break(&doc->tokens[first - 1]))
			return first;
	}
	while (i > s->tok && !attrib_is_break(&doc->tokens[i - 1]))
		i--;
	return i;
}

int32_t attrib_first_mention(const struct doc *doc, uint32_t first, uint32_t end)
{
	int32_t found = -1;

	for (uint32_t i = first; i < end; i++) {
		const struct token *t = &doc->tokens[i];
		const struct mention *m;

		if (t->mention < 0)
			continue;
		m = &doc->mentions[t->mention];
		if (m->kind == MENTION_NAME && m->etype == ENTITY_PERSON)
			return (int32_t)i;
		if (found < 0 && !m->modifier && !m->is_place)
			found = (int32_t)i;
	}
	return found;
}

static bool is_noun(const struct doc *doc, uint32_t i)
{
	const struct token *t = &doc->tokens[i];

	return (t->upos == UPOS_NOUN || t->upos == UPOS_PROPN || t->upos == UPOS_PRON) &&
	       t->rel != REL_OBL_UNMARKED && !relative(t);
}

int32_t attrib_noun_before(const struct doc *doc, uint32_t first, uint32_t end)
{
	int32_t found = attrib_first_mention(doc, first, end);

	for (uint32_t i = end; i-- > first && found < 0;)
		if (is_noun(doc, i))
			found = (int32_t)i;
	return found;
}

int32_t attrib_noun_behind(const struct doc *doc, uint32_t first, uint32_t end)
{
	uint32_t stop = first;
	int32_t found = -1;

	while (stop < end && !attrib_is_break(&doc->tokens[stop]) &&
	       doc->tokens[stop].upos != UPOS_VERB && doc->tokens[stop].upos != UPOS_ADP)
		stop++;
	found = attrib_first_mention(doc, first, stop);
	for (uint32_t i = stop; i-- > first && found < 0;)
		if (is_noun(doc, i))
			found = (int32_t)i;
	return found;
}

int32_t attrib_source_of_report(const struct doc *doc, int32_t verb)
{
	const struct sentence *s = &doc->sentences[at(doc, verb)->sent];
	uint32_t first = attrib_report_start(doc, verb), end = (uint32_t)verb;
	int32_t tree = attrib_source_of_verb(doc, verb), found;

	if (first == (uint32_t)verb) { /* "said X" */
		first = (uint32_t)verb + 1;
		for (end = first; end < s->tok + s->n_tok; end++)
			if (attrib_is_break(&doc->tokens[end]) ||
			    doc->tokens[end].upos == UPOS_VERB)
				break;
	}
	if (tree >= (int32_t)first && tree < (int32_t)end && at(doc, tree)->mention >= 0 &&
	    doc->mentions[at(doc, tree)->mention].kind != MENTION_NOMINAL)
		return tree;
	found = attrib_first_mention(doc, first, end);
	if (found >= 0 || (tree >= (int32_t)first && tree < (int32_t)end))
		return found >= 0 ? found : tree;
	for (uint32_t i = end; i-- > first && found < 0;)
		if (doc->tokens[i].upos == UPOS_NOUN || doc->tokens[i].upos == UPOS_PROPN)
			found = (int32_t)i;
	return found;
}
