#include "worker/engine/coref.h"

#include <stdio.h>

#include "worker/engine/actor.h"
#include "worker/engine/actor_country.h"
#include "worker/engine/coref_memory.h"
#include "worker/engine/coref_set.h"

static const struct token *at(const struct doc *doc, uint32_t i)
{
	return &doc->tokens[i];
}

static int32_t new_mention(struct doc *doc, uint32_t first, uint32_t end, int32_t head,
			   enum mention_kind kind)
{
	struct mention *m;

	ARENA_GROW(doc->arena, doc->mentions, doc->n_mentions, doc->cap_mentions);
	m = &doc->mentions[doc->n_mentions];
	*m = (struct mention){.tok = first,
			      .n_tok = end - first,
			      .head = head,
			      .kind = kind,
			      .entity = -1,
			      .also = -1,
			      .entry = -1,
			      .code = STR(""),
			      .role = STR(""),
			      .rule = STR("coref")};
	m->name = doc_phrase(doc, first, end - first);
	if (doc->tokens[head].mention < 0)
		doc->tokens[head].mention = (int32_t)doc->n_mentions;
	return (int32_t)doc->n_mentions++;
}

static bool is_pronoun(const struct doc *doc, uint32_t i)
{
	static const char *const PERSONAL[] = {
		"he",      "him",        "his", "himself", "she",    "her",  "hers",
		"herself", "it",         "its", "itself",  "they",   "them", "their",
		"theirs",  "themselves", "we",  "us",      "our",    "ours", "ourselves",
		"i",       "me",         "my",  "mine",    "myself", NULL};
	static const char *const YOU[] = {"you", "your", "yours", "yourself", NULL};
	static const char *const RELATIVE[] = {"who", "which", "whose", "whom", "that", NULL};
	const struct token *t = at(doc, i);

	if (t->lower.n > 10 || t->rel == REL_EXPL)
		return false;
	if (t->upos == UPOS_PRON || t->upos == UPOS_DET) {
		if (doc->every_noun && str_in(t->lower, YOU))
			return true;
		if (str_in(t->lower, PERSONAL))
			return !str_is(t->form, "US");
		if (!str_in(t->lower, RELATIVE) || t->head < 0)
			return false;
		return t->rel == REL_NSUBJ || t->rel == REL_NSUBJ_PASS || t->rel == REL_OBJ ||
		       t->rel == REL_NMOD_POSS;
	}
	return false;
}

/* "it is clear that", "it seems": stands for nothing. */
static bool is_empty_it(const struct doc *doc, uint32_t i)
{
	static const char *const SEEM[] = {"seem", "appear", "turn",   "happen", "rain",
					   "snow", "take",   "matter", NULL};
	const struct token *t = at(doc, i), *g;

	if (!str_is(t->lower, "it") || t->head < 0 || t->rel == REL_OBJ)
		return false;
	g = at(doc, (uint32_t)t->head);
	if (str_in(g->lemma, SEEM) || str_is(g->lemma, "time"))
		return true;
	for (int32_t c = g->child; c >= 0; c = doc->tokens[c].next) {
		const struct token *k = at(doc, (uint32_t)c);

		if (k->rel == REL_CSUBJ || k->rel == REL_CSUBJ_PASS)
			return true;
		if (c > t->head && k->rel == REL_CCOMP && t->rel == REL_NSUBJ_PASS)
			return true;
		if ((uint32_t)c > (uint32_t)t->head &&
		    (g->upos == UPOS_ADJ || g->upos == UPOS_NOUN) &&
		    (k->rel == REL_CCOMP || k->rel == REL_XCOMP || k->rel == REL_ADVCL))
			return true;
	}
	return false;
}

/* ---- descriptions that coreference knows and the codebook does not ---- */

static const char *const GROUP_NOUNS[] = {
	"country",  "side",  "nation",  "leader",     "government", "power",
	"neighbor", "party", "economy", "president",  "state",      "capital",
	"minister", "ally",  "rival",   "superpower", "giant",      "man",
	"people",   "korea", "army",    NULL};
static const char *const ORG_NOUNS[] = {
	"group",       "company",     "organization", "ministry",  "agency",     "party",
	"bloc",        "alliance",    "institution",  "newspaper", "paper",      "committee",
	"commission",  "council",     "bank",         "union",     "firm",       "department",
	"association", "network",     "court",        "body",      "panel",      "outlet",
	"magazine",    "broadcaster", "movement",     "coalition", "foundation", "university",
	"institute",   "corporation", "militia",      "faction",   NULL};
static const char *const COUNTRY_NOUNS[] = {"country", "nation", "republic", "kingdom",
					    "island",  "regime", "state",    NULL};
static const char *const PERSON_NOUNS[] = {
	"man",         "woman",       "president",  "leader",      "minister",    "premier",
	"chancellor",  "senator",     "politician", "diplomat",    "candidate",   "secretary",
	"spokesman",   "spokeswoman", "king",       "prince",      "dictator",    "governor",
	"general",     "ambassador",  "chairman",   "businessman", "billionaire", "lawmaker",
	"congressman", "judge",       "professor",  "analyst",     "envoy",       NULL};

static uint32_t phrase_start(const struct doc *doc, uint32_t head)
{
	uint32_t first = head;

	for (int32_t c = doc->tokens[head].child; c >= 0 && (uint32_t)c < head;
	     c = doc->tokens[c].next) {
		enum rel r = doc->tokens[c].rel;

		if ((r == REL_DET || r == REL_AMOD || r == REL_COMPOUND || r == REL_NUMMOD ||
		     r == REL_NMOD_POSS || r == REL_DET_PREDET || r == REL_ADVMOD) &&
		    (uint32_t)c < first)
			first = (uint32_t)c;
	}
	return first;
}

static bool definite(const struct doc *doc, uint32_t first)
{
	static const char *const THE[] = {"the", "this", "that", "both", "these", "those", NULL};

	return str_in(doc->tokens[first].lower, THE);
}

static void description(struct doc *doc, uint32_t i)
{
	const struct token *t = at(doc, i);
	uint32_t first = phrase_start(doc, i);
	struct mention *m;
	int32_t made;
	bool person = str_in(t->lemma, PERSON_NOUNS), plural = !str_eq(t->lower, t->lemma);

	if (!definite(doc, first) || i - first > 4)
		return;
	if (!person && !str_in(t->lemma, ORG_NOUNS) && !str_in(t->lemma, COUNTRY_NOUNS) &&
	    !str_in(t->lemma, GROUP_NOUNS) && !str_is(t->lower, "former") &&
	    !str_is(t->lower, "latter"))
		return;
	made = new_mention(doc, first, i + 1, (int32_t)i, MENTION_NOMINAL);
	m = &doc->mentions[made];
	m->plural = plural && str_ends(t->lower, STR("s"));
	m->generic = true;
	if (person)
		m->etype = ENTITY_PERSON;
}

/* "Many have criticized", "others warn": people of whom nothing more is said. */
static void some_people(struct doc *doc, uint32_t i)
{
	static const char *const WORDS[] = {"some", "many", "others", "several", "most", NULL};
	const struct token *t = at(doc, i);
	struct mention *m;
	int32_t made;

	if (t->rel != REL_NSUBJ || !str_in(t->lower, WORDS) || t->child >= 0)
		return;
	made = new_mention(doc, i, i + 1, (int32_t)i, MENTION_NOMINAL);
	m = &doc->mentions[made];
	m->plural = m->generic = true;
	m->etype = ENTITY_GROUP;
}

static bool heads_phrase(const struct token *t)
{
	return t->rel != REL_COMPOUND && t->rel != REL_FLAT && t->rel != REL_FIXED &&
	       t->rel != REL_GOESWITH;
}

/* Every noun phrase, for measuring against corpora that mark them all. */
static void any_noun(struct doc *doc, uint32_t i)
{
	const struct token *t = at(doc, i);
	uint32_t first, last;
	struct mention *m;
	int32_t made;

	doc_subtree(doc, (int32_t)i, &first, &last);
	while (first < i &&
	       (at(doc, first)->upos == UPOS_PUNCT || at(doc, first)->upos == UPOS_ADP ||
		at(doc, first)->upos == UPOS_CCONJ || at(doc, first)->upos == UPOS_SCONJ))
		first++;
	while (last > i && at(doc, last)->upos == UPOS_PUNCT)
		last--;
	made = new_mention(doc, first, last + 1, (int32_t)i,
			   t->upos == UPOS_PROPN ? MENTION_NAME : MENTION_NOMINAL);
	m = &doc->mentions[made];
	m->plural = !str_eq(t->lower, t->lemma) && str_ends(t->lower, STR("s"));
	m->generic = t->upos == UPOS_NOUN;
}

/* Which tokens stand inside a mention. */
static bool *covered(struct doc *doc)
{
	bool *in = ARENA_ARRAY(doc->arena, bool, doc->n_tokens + 1);

	for (uint32_t k = 0; k < doc->n_mentions; k++)
		for (uint32_t i = 0; i < doc->mentions[k].n_tok; i++)
			in[doc->mentions[k].tok + i] = true;
	return in;
}

/* Which tokens are of a date with its day: "May 12" is nobody's name. */
static bool *dated(struct doc *doc)
{
	bool *in = ARENA_ARRAY(doc->arena, bool, doc->n_tokens + 1);

	for (uint32_t k = 0; k < doc->n_timexes; k++)
		for (uint32_t i = 0; i < doc->timexes[k].n_tok && doc->timexes[k].n_tok > 1; i++)
			in[doc->timexes[k].tok + i] = true;
	return in;
}

/* A person's surname alone, where nothing else told that it is a name: at the start of a
 * sentence, after a colon. Only surnames of persons named in full in this document. */
static void surnames(struct doc *doc, const bool *in)
{
	struct coref c = {.doc = doc, .dated = dated(doc)};

	coref_put(&c, coref_key('0', STR(""), STR("")), 0);
	coref_memory_names(&c);
	for (uint32_t k = 0; k < doc->n_mentions; k++) {
		const struct mention *m = &doc->mentions[k];
		uint32_t last = m->tok + m->n_tok - 1;

		if (m->kind == MENTION_NAME && m->n_tok >= 2 && coref_is_person(doc, m))
			coref_put(&c, coref_key('s', at(doc, last)->lower, STR("")), 1);
	}
	for (uint32_t i = 0; i < doc->n_tokens; i++) {
		const struct token *t = at(doc, i);

		if (in[i] || c.dated[i] || t->form.n < 3 || t->form.p[0] < 'A' ||
		    t->form.p[0] > 'Z' || coref_get(&c, coref_key('s', t->lower, STR(""))) < 1)
			continue;
		new_mention(doc, i, i + 1, (int32_t)i, MENTION_NAME);
	}
}

int coref_mentions(struct doc *doc, struct err *e)
{
	(void)e;
	surnames(doc, covered(doc));
	for (uint32_t i = 0; i < doc->n_tokens; i++) {
		const struct token *t = at(doc, i);

		if (t->mention >= 0)
			continue;
		if (!doc->every_noun)
			some_people(doc, i);
		if (t->mention >= 0)
			continue;
		if (is_pronoun(doc, i)) {
			if (!is_empty_it(doc, i))
				new_mention(doc, i, i + 1, (int32_t)i, MENTION_PRONOUN);
		} else if (doc->every_noun && heads_phrase(t) &&
			   (t->upos == UPOS_NOUN || t->upos == UPOS_PROPN)) {
			any_noun(doc, i);
		} else if (t->upos == UPOS_NOUN || t->upos == UPOS_ADJ) {
			description(doc, i);
		}
	}
	return 0;
}

/* ---- the run ---- */

/* Mentions in the order of the text, longer before shorter: a counting sort by first token. */
static void put_in_order(struct coref *c)
{
	struct doc *doc = c->doc;
	uint32_t *start = ARENA_ARRAY(doc->arena, uint32_t, doc->n_tokens + 2);

	c->order = ARENA_ARRAY(doc->arena, uint32_t, doc->n_mentions + 1);
	for (uint32_t i = 0; i < doc->n_mentions; i++)
		start[doc->mentions[i].tok + 1]++;
	for (uint32_t i = 0; i < doc->n_tokens; i++)
		start[i + 1] += start[i];
	for (uint32_t i = 0; i < doc->n_mentions; i++)
		c->order[start[doc->mentions[i].tok]++] = i;
	c->n_order = doc->n_mentions;
	for (uint32_t i = 1; i < c->n_order; i++) {
		for (uint32_t k = i; k > 0; k--) {
			const struct mention *a = &doc->mentions[c->order[k - 1]];
			const struct mention *b = &doc->mentions[c->order[k]];
			uint32_t swap = c->order[k];

			if (a->tok != b->tok || a->n_tok >= b->n_tok)
				break;
			c->order[k] = c->order[k - 1];
			c->order[k - 1] = swap;
		}
	}
}

static void author(struct coref *c)
{
	int32_t made = coref_new_entity(c);
	struct entity *en = &c->doc->entities[made];

	en->name = STR("author");
	en->kind = ENTITY_AUTHOR;
	en->code = STR("AUTHOR");
	en->rule = STR("author");
}

static bool first_person(const struct coref *c, const struct mention *m)
{
	static const char *const WORDS[] = {"we",  "us",   "our",   "ours",     "ourselves",
					    "i",   "me",   "my",    "mine",     "myself",
					    "you", "your", "yours", "yourself", NULL};

	return m->kind == MENTION_PRONOUN && str_in(at(c->doc, (uint32_t)m->head)->lower, WORDS);
}

/* "Western countries blocked it. Those countries ...": a name that ends like a description. */
static void remember_kind(struct coref *c, const struct mention *m)
{
	const struct token *last = &c->doc->tokens[m->tok + m->n_tok - 1];

	if (m->kind == MENTION_NAME && m->entity > ENTITY_DOC_AUTHOR &&
	    (str_is(last->lower, "countries") || str_is(last->lower, "nations") ||
	     str_is(last->lower, "states")) &&
	    last->upos == UPOS_NOUN && !c->doc->every_noun)
		coref_put(c, coref_key('G', last->lemma, STR("the")), m->entity);
}

/* Who owns it in the text's own words: "its army", "the kingdom's foreign ministry". */
static bool is_owner(const struct mention *p)
{
	return p->entity > ENTITY_DOC_AUTHOR &&
	       (p->kind == MENTION_PRONOUN || (p->kind == MENTION_NOMINAL && p->generic));
}

/* "His country", "its army", "our government": they are of the owner's country. */
static struct str owners_country(const struct doc *doc, const struct mention *m)
{
	int32_t owner = doc_child(doc, m->head, REL_NMOD_POSS);
	const struct mention *p = owner < 0 || doc->tokens[owner].mention < 0
					  ? NULL
					  : &doc->mentions[doc->tokens[owner].mention];

	if (!p || !is_owner(p) || m->kind != MENTION_NOMINAL || !m->role.n ||
	    (m->code.n && !m->guessed) || actor_is_beside(doc->tokens[m->head].lemma) ||
	    actor_is_stranger(doc->tokens[m->head].lemma) ||
	    !country_is_code(doc->entities[p->entity].code))
		return STR("");
	return doc->entities[p->entity].code;
}

static void take_owners_country(const struct doc *doc, struct mention *m)
{
	struct str code = owners_country(doc, m);

	if (code.n) {
		m->code = code;
		m->guessed = true;
	}
}

/* The same where the owner is a speaker, who is known last. A country that was guessed for a name
 * with a role ("government spokesman Patrick Muyaya") is its entity's where no other is known. */
static void take_speakers_countries(struct coref *c)
{
	for (uint32_t k = 0; k < c->n_order; k++) {
		struct mention *m = &c->doc->mentions[c->order[k]];
		struct entity *en;

		if (m->entity <= ENTITY_DOC_AUTHOR)
			continue;
		take_owners_country(c->doc, m);
		en = &c->doc->entities[m->entity];
		if (m->guessed &&
		    (en->n_mentions == 1 || (!en->code.n && m->kind == MENTION_NAME && m->role.n)))
			en->code = m->code;
	}
}

static void rest_in_order(struct coref *c)
{
	for (uint32_t k = 0; k < c->n_order; k++) {
		struct mention *m = &c->doc->mentions[c->order[k]];

		remember_kind(c, m);
		if (m->entity < 0 && m->kind == MENTION_NOMINAL) {
			take_owners_country(c->doc, m);
			coref_nominal(c, c->order[k]);
		} else if (m->entity < 0 && m->kind == MENTION_PRONOUN && !first_person(c, m))
			coref_pronoun(c, c->order[k]);
		coref_meet(c, c->order[k]);
	}
}

/* ---- who has no country ---- */

enum { OTHER_MAX = 64 };

static bool is_country_word(struct str lemma)
{
	return str_is(lemma, "country") || str_is(lemma, "nation") || str_is(lemma, "state") ||
	       str_is(lemma, "government");
}

/* The words that such an actor goes by. How many of them there are says who countries are ("46
 * countries"), but not who people are ("one attacker", "several suspects"). */
static struct str plain_phrase(const struct doc *doc, const struct mention *m)
{
	static const char *const COUNTS[] = {"several", "other",  "another", "first",
					     "second",  "third",  "two",     "three",
					     "one",     "dozens", "various", NULL};
	uint32_t first = coref_phrase_start(doc, m);

	while (first < (uint32_t)m->head && !is_country_word(doc->tokens[m->head].lemma) &&
	       (doc->tokens[first].rel == REL_NUMMOD || str_in(doc->tokens[first].lower, COUNTS)))
		first++;
	return doc_phrase(doc, first, m->tok + m->n_tok - first);
}

/* "Many economists", "human rights organizations", "an attacker": groups and people by what they
 * do, of no country that the text would tell. Named persons and things stay without a code. */
static bool is_nameless(const struct doc *doc, const struct entity *en, const struct mention *m)
{
	return !en->code.n && (en->role.n || en->kind == ENTITY_GROUP) &&
	       (m->plural || str_is(en->role, "REB") ||
		actor_is_stranger(doc->tokens[m->head].lemma));
}

/* "It helped countries", of which nothing else is said: the world's. */
static bool is_world(const struct doc *doc, const struct mention *m)
{
	struct str w = doc->tokens[m->head].lower;

	return m->n_tok == 1 && coref_phrase_start(doc, m) == (uint32_t)m->head &&
	       (str_is(w, "countries") || str_is(w, "nations")) &&
	       doc_child(doc, m->head, REL_DET) < 0 &&
	       (m->head == 0 || !str_is(doc->tokens[m->head - 1].lower, "both")) &&
	       doc_child(doc, m->head, REL_NMOD) < 0 &&
	       doc_child(doc, m->head, REL_NMOD_POSS) < 0 && doc_child(doc, m->head, REL_ACL) < 0 &&
	       doc_child(doc, m->head, REL_ACL_RELCL) < 0;
}

/* An actor of no country goes by the words of the text, as the guidelines of coding have it. */
static void code_the_nameless(struct doc *doc)
{
	for (uint32_t i = ENTITY_DOC_AUTHOR + 1; i < doc->n_entities; i++) {
		struct entity *en = &doc->entities[i];
		const struct mention *m = en->n_mentions ? &doc->mentions[en->mentions[0]] : NULL;
		struct str phrase;
		char code[OTHER_MAX + 8];
		size_t n;

		if (!m || m->kind != MENTION_NOMINAL || m->is_place || !is_nameless(doc, en, m))
			continue;
		if (is_world(doc, m)) {
			en->code = STR("WORLD");
			en->role = STR("");
			continue;
		}
		phrase = plain_phrase(doc, m);
		if (!phrase.n || phrase.n > OTHER_MAX)
			continue;
		n = (size_t)snprintf(code, sizeof(code), "OTHER:%.*s", STR_ARG(phrase));
		en->code = arena_str(doc->arena, (struct str){code, n});
	}
}

int coref_run(struct doc *doc, struct err *e)
{
	struct coref *all = ARENA_NEW(doc->arena, struct coref), c = {.doc = doc};

	(void)e;
	doc->n_entities = 0;
	for (uint32_t i = 0; i < doc->n_mentions; i++)
		doc->mentions[i].entity = -1;
	for (uint32_t i = 0; i < doc->n_sentences; i++)
		doc->sentences[i].voice = -1;
	author(&c);
	coref_put(&c, coref_key('0', STR(""), STR("")), ENTITY_DOC_AUTHOR);
	c.dated = dated(doc);
	coref_memory_seed(&c);
	put_in_order(&c);
	/* Group descriptions add a mention a party while the order is walked. */
	c.recent = ARENA_ARRAY(doc->arena, uint32_t, 4 * (size_t)doc->n_mentions + 8);
	coref_names(&c);
	rest_in_order(&c);
	coref_voices(&c);
	for (uint32_t k = 0; k < c.n_order; k++)
		if (first_person(&c, &doc->mentions[c.order[k]]))
			coref_first_person(&c, c.order[k]);
	take_speakers_countries(&c);
	code_the_nameless(doc);
	c.n_known = doc->n_entities;
	*all = c;
	doc->coref = all;
	return 0;
}
