#include "worker/engine/actor_country.h"
#include "worker/engine/coref_set.h"

enum { LOOK_BACK = 40, SENTENCES_BACK = 4 };

static const struct token *head_of(const struct coref *c, const struct mention *m)
{
	return &c->doc->tokens[m->head];
}

static uint32_t sent_of(const struct coref *c, const struct mention *m)
{
	return head_of(c, m)->sent;
}

/* The determiner may stand outside the mention. */
static bool definite(const struct coref *c, const struct mention *m)
{
	static const char *const THE[] = {"the", "this", "that", "these", "those", "both", NULL};

	if (str_in(c->doc->tokens[m->tok].lower, THE))
		return true;
	for (int32_t k = head_of(c, m)->child; k >= 0 && k < m->head; k = c->doc->tokens[k].next)
		if (c->doc->tokens[k].rel == REL_DET && str_in(c->doc->tokens[k].lower, THE))
			return true;
	return false;
}

/* ---- apposition ---- */

static int32_t answers(const struct coref *c, const struct mention *m, int32_t other_mention);

static int32_t apposed(const struct coref *c, const struct mention *m)
{
	const struct doc *doc = c->doc;
	const struct token *t = head_of(c, m);
	int32_t other = -1, k;

	if (t->rel == REL_APPOS && t->head >= 0)
		other = t->head;
	else
		other = doc_child(doc, m->head, REL_APPOS);
	if (other < 0)
		return -1;
	k = doc->tokens[other].mention;
	return answers(c, m, k);
}

/* "Michael Pompeo, US Secretary of State," where the tree does not say so: a name, a comma, the
 * description of one person, and a stop. */
static int32_t beside(const struct coref *c, const struct mention *m)
{
	const struct doc *doc = c->doc;
	uint32_t first = m->tok, end = m->tok + m->n_tok;
	const struct sentence *s = &doc->sentences[head_of(c, m)->sent];
	int32_t k;

	if (m->etype != ENTITY_PERSON || m->plural || !m->role.n)
		return -1;
	while (first > s->tok &&
	       (doc->tokens[first - 1].upos == UPOS_DET || doc->tokens[first - 1].upos == UPOS_ADJ))
		first--;
	if (first < s->tok + 2 || !str_is(doc->tokens[first - 1].form, ","))
		return -1;
	if (end < s->tok + s->n_tok && doc->tokens[end].upos != UPOS_PUNCT &&
	    doc->tokens[end].upos != UPOS_ADP)
		return -1;
	for (uint32_t i = first - 1; i-- > s->tok && first - i < 6;) {
		k = doc->tokens[i].mention;
		if (k < 0)
			continue;
		if (doc->mentions[k].tok + doc->mentions[k].n_tok != first - 1 ||
		    doc->mentions[k].kind != MENTION_NAME)
			return -1;
		return doc->mentions[k].entity > 0 && c->facts[doc->mentions[k].entity].person
			       ? doc->mentions[k].entity
			       : -1;
	}
	return -1;
}

static int32_t answers(const struct coref *c, const struct mention *m, int32_t k)
{
	const struct doc *doc = c->doc;

	if (k < 0 || doc->mentions[k].entity < 0 || doc->mentions[k].plural != m->plural)
		return -1;
	/* A place or a state explains nobody: "Gareth Price, London". */
	if (doc->mentions[k].is_place || c->facts[doc->mentions[k].entity].country)
		return m->etype == ENTITY_COUNTRY ? doc->mentions[k].entity : -1;
	if (c->facts[doc->mentions[k].entity].person != coref_is_person(doc, m) &&
	    (c->facts[doc->mentions[k].entity].person || m->etype != ENTITY_OTHER))
		return -1;
	return doc->mentions[k].entity;
}

/* ---- "the two countries", "both leaders", "the former" ---- */

static int count_of(const struct coref *c, const struct mention *m)
{
	for (int32_t i = m->head - 3; i < m->head; i++) {
		struct str w = i < 0 ? STR("") : c->doc->tokens[i].lower;

		if (i < 0 || c->doc->tokens[i].sent != head_of(c, m)->sent ||
		    (i < (int32_t)m->tok && c->doc->tokens[i].head != m->head))
			continue;
		if (str_is(w, "two") || str_is(w, "both"))
			return 2;
		if (str_is(w, "three"))
			return 3;
		if (str_is(w, "four"))
			return 4;
	}
	return 0;
}

static bool wants_persons(struct str lemma)
{
	static const char *const WORDS[] = {"leader", "president", "minister", "head", "man", NULL};

	return str_in(lemma, WORDS);
}

static bool fits_group(const struct coref *c, int32_t entity, bool persons, struct str lemma)
{
	const struct coref_facts *f = &c->facts[entity];

	if (persons)
		return f->person;
	if (str_is(lemma, "party") || str_is(lemma, "side") || str_is(lemma, "rival") ||
	    str_is(lemma, "ally"))
		return !f->person && f->named;
	return f->country;
}

/* The head of the row of names that a mention stands in: "Ireland, Norway and Spain". */
static int32_t row_of(const struct coref *c, const struct mention *m)
{
	int32_t tok = m->head;

	for (int n = 0;
	     n < 8 && (c->doc->tokens[tok].rel == REL_CONJ || c->doc->tokens[tok].rel == REL_APPOS);
	     n++)
		tok = c->doc->tokens[tok].head;
	return tok;
}

/* "Oman and Iraq congratulated both sides": the doers are not those whom they do it to. */
static bool is_doer_beside(const struct coref *c, const struct mention *a, const struct mention *m)
{
	const struct token *t = &c->doc->tokens[row_of(c, a)], *own = head_of(c, m);

	return rel_base(t->rel) == REL_NSUBJ && rel_base(own->rel) != REL_NSUBJ && t->head >= 0 &&
	       t->head == own->head;
}

/* Those of one row that are as many as the phrase counts, the latest such row at most so many
 * sentences back. */
static bool whole_row(const struct coref *c, const struct mention *m, int want, uint32_t sentences,
		      int32_t *found)
{
	struct str lemma = head_of(c, m)->lemma;
	bool persons = wants_persons(lemma);
	int32_t row = -1;
	int n = 0;

	for (uint32_t back = 0; back <= c->n_recent && back < LOOK_BACK; back++) {
		const struct mention *a =
			back < c->n_recent ? &c->doc->mentions[c->recent[c->n_recent - 1 - back]]
					   : NULL;
		bool known = false;

		if (n == want && (!a || row_of(c, a) != row))
			return true;
		if (!a || sent_of(c, m) - sent_of(c, a) > sentences)
			return false;
		if (a->tok >= m->tok || a->is_place || !fits_group(c, a->entity, persons, lemma) ||
		    is_doer_beside(c, a, m))
			continue;
		if (row_of(c, a) != row)
			n = 0;
		row = row_of(c, a);
		for (int i = 0; i < n && i < want; i++)
			known = known || found[i] == a->entity;
		if (!known && n < want)
			found[n] = a->entity;
		n += !known;
	}
	return false;
}

/* The latest distinct parties, latest first. */
static uint32_t parties(const struct coref *c, const struct mention *m, int want, int32_t *found)
{
	struct str lemma = head_of(c, m)->lemma;
	bool persons = wants_persons(lemma);
	uint32_t sent = sent_of(c, m), n = 0;

	for (uint32_t back = 0; back < c->n_recent && back < LOOK_BACK && n < (uint32_t)want;
	     back++) {
		const struct mention *a = &c->doc->mentions[c->recent[c->n_recent - 1 - back]];
		bool known = false;

		if (sent - sent_of(c, a) > SENTENCES_BACK)
			break;
		if (a->tok >= m->tok || a->is_place || !fits_group(c, a->entity, persons, lemma) ||
		    is_doer_beside(c, a, m))
			continue;
		for (uint32_t i = 0; i < n; i++)
			known = known || found[i] == a->entity;
		if (!known)
			found[n++] = a->entity;
	}
	return n;
}

/* "Both countries" after those who act for them: the latest actors of as many countries. */
static uint32_t their_actors(const struct coref *c, const struct mention *m, int want,
			     int32_t *found)
{
	uint32_t n = 0;

	for (uint32_t back = 0; back < c->n_recent && back < LOOK_BACK && n < (uint32_t)want;
	     back++) {
		const struct mention *a = &c->doc->mentions[c->recent[c->n_recent - 1 - back]];
		struct str code = c->doc->entities[a->entity].code;
		bool known = !country_is_code(code) || a->is_place || a->tok >= m->tok ||
			     is_doer_beside(c, a, m);

		if (sent_of(c, m) - sent_of(c, a) > 1)
			break;
		for (uint32_t i = 0; i < n; i++)
			known = known || str_eq(c->doc->entities[found[i]].code, code);
		if (!known)
			found[n++] = a->entity;
	}
	return n;
}

static void chain(struct coref *c, uint32_t mention, const int32_t *found, uint32_t n)
{
	struct doc *doc = c->doc;
	uint32_t at = mention;

	doc->mentions[mention].code = doc->mentions[mention].role = STR("");
	coref_add(c, found[n - 1], mention);
	for (uint32_t i = n - 1; i-- > 0;) {
		struct mention copy = doc->mentions[mention];

		copy.also = -1;
		copy.code = copy.role = STR("");
		copy.entity = -1;
		ARENA_GROW(doc->arena, doc->mentions, doc->n_mentions, doc->cap_mentions);
		doc->mentions[doc->n_mentions] = copy;
		doc->mentions[at].also = (int32_t)doc->n_mentions;
		at = doc->n_mentions++;
		coref_add(c, found[i], at);
	}
}

/* States, and what stands for them; companies, soldiers or journalists are none. */
static bool is_party(struct str lemma)
{
	static const char *const WORDS[] = {
		"country", "nation",   "state",      "government", "power",  "superpower",
		"people",  "neighbor", "republic",   "capital",    "side",   "party",
		"rival",   "ally",     "enemy",      "foe",        "regime", "adversary",
		"partner", "economy",  "antagonist", "giant",      NULL};

	return str_in(lemma, WORDS);
}

static bool group(struct coref *c, uint32_t mention)
{
	struct mention *m = &c->doc->mentions[mention];
	struct str w = head_of(c, m)->lower;
	int32_t found[4];
	int want = count_of(c, m);
	uint32_t n;

	if (str_is(w, "former") || str_is(w, "latter")) {
		if (m->n_tok > 2)
			return false;
		n = parties(c, m, 2, found);
		if (n == 2)
			coref_add(c, found[str_is(w, "former")], mention);
		return n == 2;
	}
	if (!want || !m->plural || (m->code.n && !m->guessed) ||
	    (!is_party(head_of(c, m)->lemma) && !wants_persons(head_of(c, m)->lemma)))
		return false;
	n = (uint32_t)want;
	if (!whole_row(c, m, want, SENTENCES_BACK, found))
		n = parties(c, m, want, found);
	if (n < (uint32_t)want && want >= 3 && whole_row(c, m, want, UINT32_MAX, found))
		n = (uint32_t)want; /* "the three countries": a row of three is told nowhere else */
	if (n != (uint32_t)want && !c->doc->every_noun &&
	    (str_is(head_of(c, m)->lemma, "country") || str_is(head_of(c, m)->lemma, "nation")))
		n = their_actors(c, m, want, found);
	if (n != (uint32_t)want)
		return false;
	chain(c, mention, found, n);
	return true;
}

/* ---- "the Chinese leader", "the president", "the ministry", "the country" ---- */

static bool has_title(const struct coref_facts *f, struct str lemma)
{
	static const char *const LEADERS[] = {"president", "minister", "premier", "chancellor",
					      "king",      "chairman", "leader",  "dictator",
					      "secretary", "general",  NULL};
	uint64_t h = coref_key('t', lemma, STR(""));

	for (uint32_t i = 0; i < f->n_titles; i++)
		if (f->titles[i] == h)
			return true;
	if (!str_is(lemma, "leader") && !str_is(lemma, "politician"))
		return false;
	for (size_t k = 0; LEADERS[k]; k++)
		for (uint32_t i = 0; i < f->n_titles; i++)
			if (f->titles[i] == coref_key('t', str_of(LEADERS[k]), STR("")))
				return true;
	return false;
}

/* How well an entity met before answers a description; 0 is not at all. */
static int fit(const struct coref *c, int32_t entity, const struct mention *m, struct str lemma,
	       bool definite_one)
{
	const struct coref_facts *f = &c->facts[entity];
	const struct entity *en = &c->doc->entities[entity];

	if (m->code.n && !m->guessed && !str_eq(m->code, en->code))
		return 0; /* also where nobody knows the other's: "the Russian leader" */
	if (m->etype == ENTITY_PERSON || f->person) {
		if (!f->person || m->etype != ENTITY_PERSON || m->plural ||
		    f->number == NUMBER_MANY || !f->named)
			return 0;
		if (has_title(f, lemma))
			return 3;
		if (m->code.n && !m->guessed && str_eq(m->code, en->code) &&
		    str_eq(m->role, en->role) && str_is(lemma, "leader"))
			return 2;
		return 0;
	}
	if (!definite_one)
		return 0;
	if (f->country) {
		static const char *const WORDS[] = {"country", "nation", "kingdom", "republic",
						    NULL};

		return !m->plural && (!m->role.n || (m->guessed && str_is(m->role, "GOV"))) &&
		       str_in(lemma, WORDS);
	}
	return 0;
}

/* A named organization whose name holds the description's head: "the ministry". */
static bool name_holds(const struct coref *c, int32_t entity, struct str lemma)
{
	const struct entity *en = &c->doc->entities[entity];
	const struct mention *m;

	if (en->n_mentions == 0 || !c->facts[entity].named)
		return false;
	m = &c->doc->mentions[en->mentions[0]];
	for (uint32_t i = m->tok; i < m->tok + m->n_tok; i++) {
		const struct token *t = &c->doc->tokens[i];

		if (t->lower.n >= lemma.n && memcmp(t->lower.p, lemma.p, lemma.n) == 0 &&
		    t->lower.n <= lemma.n + 1)
			return true;
	}
	return false;
}

static int32_t answer(const struct coref *c, const struct mention *m)
{
	struct str lemma = head_of(c, m)->lemma;
	bool the = definite(c, m);
	uint32_t sent = sent_of(c, m);
	int32_t best = -1;
	int best_score = 0;

	if (!the && m->etype != ENTITY_PERSON)
		return -1;
	if (!the && !m->code.n)
		return -1;
	for (uint32_t back = 0; back < c->n_recent && back < LOOK_BACK * 2; back++) {
		const struct mention *a = &c->doc->mentions[c->recent[c->n_recent - 1 - back]];
		uint32_t far = sent - sent_of(c, a);
		int score;

		if (far > 12)
			break;
		if (a->tok <= m->tok && m->tok < a->tok + a->n_tok)
			continue;
		score = fit(c, a->entity, m, lemma, the);
		if (score == 0 && the && m->etype != ENTITY_PERSON && !m->plural && far <= 6 &&
		    !c->facts[a->entity].person && !c->facts[a->entity].country &&
		    a->kind == MENTION_NAME && name_holds(c, a->entity, lemma) &&
		    (!m->code.n || m->guessed || str_eq(m->code, c->doc->entities[a->entity].code)))
			score = 2;
		if (score > best_score) {
			best = a->entity;
			best_score = score;
		}
	}
	return best;
}

/* "The militants", "the radical group": of the armed group named last, unless they are somebody
 * else's ("Iraqi militants"). */
static int32_t armed_group(const struct coref *c, const struct mention *m)
{
	static const char *const GROUPS[] = {"group",    "network",    "organization",
					     "movement", "insurgency", NULL};
	uint32_t sent = sent_of(c, m);
	bool group = str_in(head_of(c, m)->lemma, GROUPS);

	if (c->doc->every_noun || (m->code.n && !m->guessed) ||
	    (group ? m->plural || !definite(c, m) : !m->plural || !str_is(m->role, "REB")))
		return -1;
	for (uint32_t back = 0; back < c->n_recent && back < LOOK_BACK * 2; back++) {
		const struct mention *a = &c->doc->mentions[c->recent[c->n_recent - 1 - back]];
		const struct entity *en = &c->doc->entities[a->entity];
		const struct coref_facts *f = &c->facts[a->entity];

		if (sent - sent_of(c, a) > 8)
			return -1;
		if (a->tok <= m->tok && m->tok < a->tok + a->n_tok)
			continue;
		if (f->named && !f->person && en->code.n && str_is(en->role, "REB"))
			return a->entity;
	}
	return -1;
}

/* "The bloc", "the alliance": the international organization named last. */
static int32_t league(const struct coref *c, const struct mention *m)
{
	static const char *const WORDS[] = {"bloc", "alliance", "grouping", NULL};
	uint32_t sent = sent_of(c, m);

	if (c->doc->every_noun || m->plural || (m->code.n && !m->guessed) || m->n_tok > 2 ||
	    !definite(c, m) || !str_in(head_of(c, m)->lemma, WORDS))
		return -1;
	for (uint32_t back = 0; back < c->n_recent && back < LOOK_BACK * 2; back++) {
		const struct mention *a = &c->doc->mentions[c->recent[c->n_recent - 1 - back]];
		const struct entity *en = &c->doc->entities[a->entity];

		if (sent - sent_of(c, a) > 8)
			return -1;
		if (c->facts[a->entity].named && !c->facts[a->entity].person && en->code.n &&
		    str_is(en->role, "IGO"))
			return a->entity;
	}
	return -1;
}

/* Whether the description has words that the entity's last mention had not: then it is another
 * one ("the last month" after "the first month"). */
static bool says_more(const struct coref *c, const struct mention *m, int32_t entity)
{
	const struct entity *en;
	const struct mention *a;

	if (entity < 0)
		return false;
	en = &c->doc->entities[entity];
	for (uint32_t i = m->tok; i < m->tok + m->n_tok; i++) {
		const struct token *t = &c->doc->tokens[i];
		bool known = false;

		if ((t->upos != UPOS_ADJ && t->upos != UPOS_NOUN && t->upos != UPOS_PROPN &&
		     t->upos != UPOS_NUM && t->upos != UPOS_VERB) ||
		    (int32_t)i == m->head)
			continue;
		for (uint32_t k = 0; k < en->n_mentions && k < 3 && !known; k++) {
			a = &c->doc->mentions[en->mentions[k]];
			for (uint32_t j = a->tok; j < a->tok + a->n_tok && j < a->tok + 16; j++)
				known = known || str_eq(c->doc->tokens[j].lemma, t->lemma);
		}
		if (!known)
			return true;
	}
	return false;
}

uint32_t coref_phrase_start(const struct doc *doc, const struct mention *m)
{
	static const char *const SOME[] = {"some",  "many",    "several", "most",
					   "other", "various", "certain", NULL};
	uint32_t first = m->tok, sent = doc->sentences[doc->tokens[m->tok].sent].tok;

	while (first > sent && doc->tokens[first - 1].head == m->head &&
	       (doc->tokens[first - 1].rel == REL_AMOD ||
		doc->tokens[first - 1].rel == REL_NUMMOD ||
		doc->tokens[first - 1].rel == REL_COMPOUND ||
		str_in(doc->tokens[first - 1].lower, SOME)))
		first--;
	while (first < (uint32_t)m->head && doc->tokens[first].upos == UPOS_DET &&
	       !str_in(doc->tokens[first].lower, SOME))
		first++;
	return first;
}

/* What tells them from others of their kind: "wealthier countries", "neighbouring countries". */
static struct str modifiers(const struct coref *c, const struct mention *m)
{
	uint32_t first = coref_phrase_start(c->doc, m);

	return first < (uint32_t)m->head && !c->doc->every_noun
		       ? doc_phrase(c->doc, first, (uint32_t)m->head - first)
		       : STR("");
}

/* Descriptions of one kind and country are one: "Chinese officials". */
static int32_t same_words(struct coref *c, const struct mention *m)
{
	struct str lemma = head_of(c, m)->lemma;
	uint64_t key;
	int32_t e;
	char kind = m->plural ? 'G' : 'g';

	if (m->code.n && (!m->guessed || (m->plural && !definite(c, m) && !c->doc->every_noun))) {
		struct str both = arena_printf(c->doc->arena, "%.*s %.*s", STR_ARG(m->code),
					       STR_ARG(m->role));

		if (str_is(m->role, "GOV") && !m->guessed &&
		    (m->etype == ENTITY_COUNTRY || m->etype == ENTITY_GOVERNMENT))
			key = coref_key('c', m->code, STR(""));
		else
			key = coref_key(kind, both, lemma);
	} else {
		struct str which = m->plural && !m->code.n ? modifiers(c, m) : STR("");

		key = coref_key(kind, lemma,
				which.n                                ? which
				: c->doc->every_noun || definite(c, m) ? STR("the")
								       : m->role);
		if ((!definite(c, m) && (!m->plural || c->doc->every_noun)) ||
		    (c->doc->every_noun && says_more(c, m, coref_get(c, key)))) {
			e = coref_new_entity(c); /* "an official": a new one */
			coref_put(c, coref_key(kind, lemma, STR("the")), e);
			return e;
		}
	}
	e = coref_get(c, key);
	if (e < 0) {
		e = coref_new_entity(c);
		coref_put(c, key, e);
	}
	return e;
}

/* "The author concludes": who writes here, unless it is the author of something. */
static bool is_own_author(const struct coref *c, const struct mention *m)
{
	const struct token *t = head_of(c, m);

	return str_is(t->lower, "author") && definite(c, m) &&
	       doc_child(c->doc, m->head, REL_NMOD) < 0 &&
	       doc_child(c->doc, m->head, REL_NMOD_POSS) < 0 &&
	       doc_child(c->doc, m->head, REL_AMOD) < 0 && !c->doc->every_noun;
}

void coref_nominal(struct coref *c, uint32_t mention)
{
	const struct mention *m = &c->doc->mentions[mention];
	int32_t e;

	if (group(c, mention))
		return;
	if (is_own_author(c, &c->doc->mentions[mention])) {
		coref_add(c, ENTITY_DOC_AUTHOR, mention);
		return;
	}
	m = &c->doc->mentions[mention];
	e = apposed(c, m);
	if (e < 0)
		e = beside(c, m);
	if (e < 0)
		e = answer(c, m);
	if (e < 0)
		e = armed_group(c, m);
	if (e < 0)
		e = league(c, m);
	if (e < 0)
		e = same_words(c, m);
	coref_add(c, e, mention);
	m = &c->doc->mentions[mention];
	coref_put(c, coref_key(m->plural ? 'G' : 'g', head_of(c, m)->lemma, STR("the")), e);
}
