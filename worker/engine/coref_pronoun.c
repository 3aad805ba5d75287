#include "worker/engine/coref_set.h"

enum { LOOK_BACK = 160, SEEN_MAX = 48, SENTENCES_BACK = 3, IMPOSSIBLE = -10000, THRESHOLD = -60 };

enum pronoun { PRO_NONE, PRO_HE, PRO_SHE, PRO_IT, PRO_THEY, PRO_RELATIVE };

static const struct token *at(const struct coref *c, int32_t i)
{
	return &c->doc->tokens[i];
}

static enum pronoun kind_of(struct str w)
{
	static const struct {
		const char *word;
		uint8_t kind;
	} WORDS[] = {{"he", PRO_HE},           {"him", PRO_HE},        {"his", PRO_HE},
		     {"himself", PRO_HE},      {"she", PRO_SHE},       {"her", PRO_SHE},
		     {"hers", PRO_SHE},        {"herself", PRO_SHE},   {"it", PRO_IT},
		     {"its", PRO_IT},          {"itself", PRO_IT},     {"they", PRO_THEY},
		     {"them", PRO_THEY},       {"their", PRO_THEY},    {"theirs", PRO_THEY},
		     {"themselves", PRO_THEY}, {"who", PRO_RELATIVE},  {"which", PRO_RELATIVE},
		     {"whose", PRO_RELATIVE},  {"whom", PRO_RELATIVE}, {"that", PRO_RELATIVE}};

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
		if (str_is(w, WORDS[i].word))
			return WORDS[i].kind;
	return PRO_NONE;
}

static bool reflexive(struct str w)
{
	return str_ends(w, STR("self")) || str_ends(w, STR("selves"));
}

static bool is_subject(enum rel r)
{
	return r == REL_NSUBJ || r == REL_NSUBJ_PASS || r == REL_NSUBJ_OUTER;
}

/* The verb (or predicate) that the token hangs on, over nouns and prepositions. */
static int32_t predicate(const struct coref *c, int32_t tok)
{
	int32_t p = at(c, tok)->head;

	for (int n = 0; n < 12 && p >= 0; n++, p = at(c, p)->head)
		if (at(c, p)->upos == UPOS_VERB || at(c, p)->head < 0)
			return p;
	return p;
}

/* ---- candidates: every noun before the pronoun, an actor or not ---- */

struct candidate {
	int32_t tok;     /* head */
	int32_t mention; /* -1: a thing that is no actor; it can win, then nothing is resolved */
	int32_t entity;
	bool plural;
};

static bool heads_phrase(const struct token *t)
{
	return t->rel != REL_COMPOUND && t->rel != REL_FLAT && t->rel != REL_FIXED &&
	       t->rel != REL_GOESWITH;
}

static bool candidate_at(const struct coref *c, int32_t tok, struct candidate *out)
{
	const struct token *t = at(c, tok);

	*out = (struct candidate){.tok = tok, .mention = t->mention, .entity = -1};
	if (t->mention >= 0) {
		const struct mention *m = &c->doc->mentions[t->mention];

		if (m->kind == MENTION_PRONOUN && m->entity <= ENTITY_DOC_AUTHOR)
			return false;
		out->entity = m->entity;
		out->plural = m->plural || m->also >= 0;
		return m->entity != ENTITY_DOC_AUTHOR;
	}
	if ((t->upos != UPOS_NOUN && t->upos != UPOS_PROPN) || !heads_phrase(t))
		return false;
	out->plural =
		t->upos == UPOS_NOUN && !str_eq(t->lower, t->lemma) && str_ends(t->lower, STR("s"));
	return true;
}

/* ---- agreement ---- */

static bool person_like(const struct coref *c, const struct candidate *a)
{
	const struct token *t = at(c, a->tok);

	if (a->entity >= 0 && c->facts[a->entity].person)
		return true;
	return t->upos == UPOS_NOUN && coref_names_person(t->lemma);
}

static bool is_thing(const struct coref *c, int32_t entity)
{
	const struct coref_facts *f = &c->facts[entity];
	uint8_t kind = c->doc->entities[entity].kind;

	return !f->person && (f->country || kind == ENTITY_ORGANIZATION ||
			      kind == ENTITY_GOVERNMENT || kind == ENTITY_MEDIA);
}

/* "He" and "she": one person, of the gender where it is known. */
static int agree_person(const struct coref *c, enum pronoun kind, const struct candidate *a)
{
	const struct coref_facts *f = a->entity >= 0 ? &c->facts[a->entity] : NULL;
	enum coref_gender other = kind == PRO_HE ? GENDER_FEMALE : GENDER_MALE;

	if (a->plural || (f && (f->number == NUMBER_MANY || f->gender == other)))
		return IMPOSSIBLE;
	if (f && f->person)
		return f->gender != GENDER_UNKNOWN ? 30 : 24;
	if (person_like(c, a))
		return f && f->gender != GENDER_UNKNOWN ? 20 : 8;
	if (!f || is_thing(c, a->entity) || c->doc->entities[a->entity].kind != ENTITY_OTHER)
		return IMPOSSIBLE;
	return f->named && at(c, a->tok)->ner == NER_NONE ? -25 : IMPOSSIBLE;
}

static int agree(const struct coref *c, enum pronoun kind, const struct candidate *a)
{
	const struct coref_facts *f = a->entity >= 0 ? &c->facts[a->entity] : NULL;
	bool many = a->plural || (f && f->number == NUMBER_MANY);

	if (kind == PRO_HE || kind == PRO_SHE)
		return agree_person(c, kind, a);
	if (kind == PRO_IT) {
		if (many || person_like(c, a) || at(c, a->tok)->ner == NER_PER)
			return IMPOSSIBLE;
		return !f ? 0 : is_thing(c, a->entity) ? 8 : f->named ? -6 : 0;
	}
	if (kind != PRO_THEY)
		return IMPOSSIBLE;
	if (many)
		return f ? 20 : 14;
	if (!f || person_like(c, a))
		return IMPOSSIBLE;
	return f->country ? -25 : is_thing(c, a->entity) ? -8 : -18;
}

/* ---- place ---- */

static bool within(const struct coref *c, const struct candidate *a, int32_t tok)
{
	const struct mention *m;

	if (a->mention < 0)
		return false;
	m = &c->doc->mentions[a->mention];
	return (uint32_t)tok >= m->tok && (uint32_t)tok < m->tok + m->n_tok;
}

/* Whether the token is what does the verb: its own subject, or that of the verb above, which lends
 * it ("the allies dared to impose sanctions on it"). */
static bool does_it(const struct coref *c, int32_t tok, int32_t verb)
{
	for (int n = 0; n < 4 && verb >= 0; n++, verb = at(c, verb)->head) {
		if (at(c, tok)->head == verb && is_subject(at(c, tok)->rel))
			return true;
		if (doc_child(c->doc, verb, REL_NSUBJ) >= 0 ||
		    doc_child(c->doc, verb, REL_NSUBJ_PASS) >= 0 ||
		    (at(c, verb)->rel != REL_XCOMP && at(c, verb)->rel != REL_CONJ) ||
		    (at(c, verb)->head >= 0 && doc_child(c->doc, at(c, verb)->head, REL_OBJ) >= 0 &&
		     at(c, verb)->rel == REL_XCOMP))
			return false;
	}
	return false;
}

/* "Poland's minister called it a betrayal": not Poland. Persons may be: "his aides praise him". */
static bool is_of_doer(const struct coref *c, int32_t tok, int32_t verb)
{
	int32_t doer = verb < 0 ? -1 : doc_child(c->doc, verb, REL_NSUBJ);

	return doer >= 0 && doer != tok && doc_dominates(c->doc, doer, tok);
}

/* "Imposed sanctions on it", "sought to curb it": an object, or inside one. */
static bool is_acted_on(const struct coref *c, int32_t tok)
{
	const struct token *p = at(c, tok);
	int32_t prep = doc_child(c->doc, tok, REL_CASE);
	struct str w = prep < 0 ? STR("") : at(c, prep)->lower;

	if (p->rel == REL_OBL)
		return str_is(w, "on") || str_is(w, "against") || str_is(w, "upon");
	if (p->rel == REL_NMOD && p->head >= 0)
		p = at(c, p->head);
	return p->rel == REL_OBJ || p->rel == REL_IOBJ;
}

/* The pronoun and the candidate are arguments of one verb: then they differ ("he saw him"). So
 * are a noun and what owns it: "its army" is not the army's. */
static bool clash(const struct coref *c, const struct mention *m, const struct candidate *a)
{
	const struct token *p = at(c, m->head), *q = at(c, a->tok);

	if (p->rel == REL_NMOD_POSS)
		return p->head == a->tok;
	if (reflexive(p->lower))
		return false;
	if (is_acted_on(c, m->head) &&
	    (does_it(c, a->tok, predicate(c, m->head)) ||
	     (str_is(p->lower, "it") && is_of_doer(c, a->tok, predicate(c, m->head)))))
		return true;
	return p->head >= 0 && q->head == p->head && q->rel != REL_CONJ;
}

static int role(enum rel r)
{
	if (is_subject(r))
		return 20;
	if (r == REL_OBJ)
		return 4;
	if (r == REL_NMOD_POSS || r == REL_COMPOUND || r == REL_AMOD)
		return -8;
	return r == REL_NMOD || r == REL_OBL ? -4 : 0;
}

/* Who speaks is not "he" in his own words; who is spoken of inside often is. */
static int by_voice(const struct coref *c, const struct token *p, const struct candidate *a)
{
	const struct token *q = at(c, a->tok);
	const struct attribution *t;

	if (p->attrib >= 0 && c->doc->attributions[p->attrib].direct) {
		t = &c->doc->attributions[p->attrib];
		if (a->entity >= 0 && t->source >= 0 &&
		    c->doc->mentions[t->source].entity == a->entity)
			return IMPOSSIBLE;
		return q->attrib == p->attrib ? 8 : 0;
	}
	if (q->attrib >= 0 && c->doc->attributions[q->attrib].direct && q->attrib != p->attrib)
		return -14;
	return 0;
}

/* Whether somebody else is the subject of a clause between: in "Kim left while Lee said his party
 * would stay" his is rather Lee's. */
static bool is_shaded(const struct coref *c, int32_t pronoun, int32_t from, int32_t to)
{
	for (int32_t v = from; v >= 0 && v != to; v = at(c, v)->head) {
		int32_t s = doc_child(c->doc, v, REL_NSUBJ);

		if (s >= 0 && at(c, s)->mention >= 0 && !doc_dominates(c->doc, s, pronoun))
			return true;
	}
	return false;
}

static int place(const struct coref *c, const struct mention *m, const struct candidate *a,
		 uint32_t order)
{
	const struct token *p = at(c, m->head), *q = at(c, a->tok);
	const struct mention *own = a->mention >= 0 ? &c->doc->mentions[a->mention] : NULL;
	uint32_t far = p->sent - q->sent;
	bool of_subject =
		q->rel == REL_NMOD_POSS && q->head >= 0 && is_subject(at(c, q->head)->rel);
	int score = role(of_subject ? REL_OBJ : (enum rel)q->rel) - (int)order - (int)far * 20;
	int32_t mine;

	if (own && own->modifier)
		score -= 10;
	if (own && own->is_place)
		score -= 12;
	if (own && own->kind == MENTION_PRONOUN)
		score += 8;
	if (is_subject(q->rel) && is_subject(p->rel))
		score += 8;
	if (far == 0 && is_subject(q->rel)) {
		mine = predicate(c, m->head);
		if (mine >= 0 && doc_dominates(c->doc, q->head, mine) &&
		    !is_shaded(c, m->head, mine, q->head))
			score += p->rel == REL_NMOD_POSS ? 16 : 10;
	}
	return score + by_voice(c, p, a);
}

static int weight(const struct coref *c, int32_t entity)
{
	uint32_t n = entity < 0 ? 0 : c->doc->entities[entity].n_mentions;

	return n > 12 ? 9 : (int)(n * 3 / 4);
}

/* The entity of the best candidate before the pronoun, -1 where it is no actor's. */
static int32_t search(const struct coref *c, const struct mention *m, enum pronoun kind)
{
	int32_t seen[SEEN_MAX], best = -1;
	int n_seen = 0, best_score = THRESHOLD;
	uint32_t sent = at(c, m->head)->sent, order = 0;

	for (int32_t i = m->head - 1; i >= 0 && m->head - i <= LOOK_BACK; i--) {
		struct candidate a;
		bool known = false;
		int score, ok;

		if (sent - at(c, i)->sent > SENTENCES_BACK)
			break;
		if (!candidate_at(c, i, &a) || within(c, &a, m->head))
			continue;
		for (int k = 0; k < n_seen && a.entity >= 0; k++)
			known = known || seen[k] == a.entity;
		if (known)
			continue;
		if (clash(c, m, &a)) {
			if (a.entity >= 0 && n_seen < SEEN_MAX)
				seen[n_seen++] = a.entity;
			continue;
		}
		ok = agree(c, kind, &a);
		if (ok <= IMPOSSIBLE)
			continue;
		if (a.entity >= 0 && n_seen < SEEN_MAX)
			seen[n_seen++] = a.entity;
		order += 1;
		score = ok + place(c, m, &a, order) + weight(c, a.entity);
		if (score > best_score) {
			best = a.entity;
			best_score = score;
		}
	}
	return best;
}

/* ---- the special ones ---- */

static int32_t entity_at(const struct coref *c, int32_t tok)
{
	int32_t m = tok < 0 ? -1 : at(c, tok)->mention;

	return m < 0 ? -1 : c->doc->mentions[m].entity;
}

/* "who" and "which" stand for the noun before their clause. */
static int32_t relative(const struct coref *c, const struct mention *m)
{
	int32_t v = at(c, m->head)->head;

	for (int n = 0; n < 6 && v >= 0; n++, v = at(c, v)->head)
		if (at(c, v)->rel == REL_ACL_RELCL || at(c, v)->rel == REL_ACL)
			return entity_at(c, at(c, v)->head);
	return -1;
}

static int32_t own_subject(const struct coref *c, const struct mention *m)
{
	int32_t v = predicate(c, m->head), s = at(c, m->head)->head;

	/* "the president himself" */
	if (s >= 0 && s < m->head && m->head - s <= 2 && entity_at(c, s) > 0 &&
	    at(c, s)->upos != UPOS_VERB)
		return entity_at(c, s);
	if (entity_at(c, m->head - 1) > 0)
		return entity_at(c, m->head - 1);

	for (int n = 0; n < 4 && v >= 0; n++, v = at(c, v)->head) {
		s = doc_child(c->doc, v, REL_NSUBJ);
		if (s < 0)
			s = doc_child(c->doc, v, REL_NSUBJ_PASS);
		if (s >= 0)
			return entity_at(c, s);
	}
	return -1;
}

/* With whom the mention was just named: "X and Y", "X met Y"; the token, or -1. */
static int32_t partner(const struct coref *c, const struct mention *a)
{
	static const char *const MEET[] = {"meet",  "visit", "host",    "receive", "telephone",
					   "greet", "join",  "embrace", NULL};
	const struct token *q = at(c, a->head);

	if (q->head < 0)
		return -1;
	if (q->rel == REL_CONJ)
		return is_subject(at(c, q->head)->rel) ? q->head : -1;
	if (c->doc->every_noun || q->rel != REL_OBJ || !str_in(at(c, q->head)->lemma, MEET))
		return -1;
	return doc_child(c->doc, q->head, REL_NSUBJ);
}

/* "They" for two that were just named together: "X and Y … they". */
static bool pair(struct coref *c, uint32_t mention)
{
	struct doc *doc = c->doc;
	const struct mention *m = &doc->mentions[mention];
	uint32_t sent = at(c, m->head)->sent;

	for (uint32_t back = 0; back < c->n_recent && back < 12; back++) {
		const struct mention *a = &doc->mentions[c->recent[c->n_recent - 1 - back]];
		int32_t first, twin, second = a->entity, other = partner(c, a);

		if (sent - at(c, a->head)->sent > 1)
			break;
		if (c->facts[second].number == NUMBER_MANY)
			return false;
		if (other < 0)
			continue;
		first = entity_at(c, other);
		if (first <= ENTITY_DOC_AUTHOR || first == second ||
		    c->facts[first].person != c->facts[second].person)
			continue;
		ARENA_GROW(doc->arena, doc->mentions, doc->n_mentions, doc->cap_mentions);
		twin = (int32_t)doc->n_mentions++;
		doc->mentions[twin] = doc->mentions[mention];
		doc->mentions[mention].also = twin;
		coref_add(c, first, mention);
		coref_add(c, second, (uint32_t)twin);
		return true;
	}
	return false;
}

void coref_pronoun(struct coref *c, uint32_t mention)
{
	const struct mention *m = &c->doc->mentions[mention];
	struct str w = at(c, m->head)->lower;
	enum pronoun kind = kind_of(w);
	int32_t e = -1;

	if (kind == PRO_NONE)
		return;
	if (kind == PRO_RELATIVE) {
		e = relative(c, m);
	} else {
		if (reflexive(w))
			e = own_subject(c, m);
		if (kind == PRO_THEY && e < 0 && pair(c, mention))
			return;
		m = &c->doc->mentions[mention];
		if (e < 0)
			e = search(c, m, kind);
	}
	if (e <= ENTITY_DOC_AUTHOR)
		return;
	coref_add(c, e, mention);
	if (kind == PRO_HE && c->facts[e].gender == GENDER_UNKNOWN)
		c->facts[e].gender = GENDER_MALE;
	if (kind == PRO_SHE && c->facts[e].gender == GENDER_UNKNOWN)
		c->facts[e].gender = GENDER_FEMALE;
}

/* Inside somebody's words the speaker; else who speaks the whole sentence, else the author. */
static bool apart(struct coref *c, uint32_t mention)
{
	static const char *const WE[] = {"we", "us", "our", "ours", "ourselves", NULL};
	struct str w = at(c, c->doc->mentions[mention].head)->lower;
	const char *who = w.p[0] == 'y' ? "you" : "i";
	uint64_t key;
	int32_t e;

	for (size_t i = 0; WE[i]; i++)
		if (str_is(w, WE[i]))
			who = "we";
	if (!c->doc->every_noun)
		return false;
	key = coref_key('1', str_of(who), STR(""));
	e = coref_get(c, key);
	if (e < 0) {
		e = coref_new_entity(c);
		coref_put(c, key, e);
	}
	coref_add(c, e, mention);
	return true;
}

void coref_first_person(struct coref *c, uint32_t mention)
{
	const struct doc *doc = c->doc;
	const struct mention *m = &doc->mentions[mention];
	const struct token *t = at(c, m->head);
	int32_t k = t->attrib, e = -1;

	if (t->attrib < 0 && apart(c, mention))
		return;
	for (int n = 0; k >= 0 && n < 8; n++, k = doc->attributions[k].parent) {
		const struct attribution *a = &doc->attributions[k];

		if (!a->direct || a->source < 0)
			continue;
		e = doc->mentions[a->source].entity;
		if (e > ENTITY_DOC_AUTHOR)
			break;
		e = -1;
	}
	if (e < 0 && t->attrib >= 0)
		for (k = t->attrib; k >= 0 && e < 0; k = doc->attributions[k].parent)
			if (doc->attributions[k].direct)
				return; /* somebody's words, but nobody knows whose */
	if (e < 0)
		e = doc->sentences[t->sent].voice;
	coref_add(c, e < 0 ? ENTITY_DOC_AUTHOR : e, mention);
}
