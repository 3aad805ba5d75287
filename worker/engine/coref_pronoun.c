#include "worker/engine/coref_set.h"

enum { LOOK_BACK = 32, SENTENCES_BACK = 3, IMPOSSIBLE = -10000, THRESHOLD = -60 };

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

/* ---- agreement ---- */

static int agree(const struct coref *c, enum pronoun kind, int32_t entity, const struct mention *a)
{
	const struct coref_facts *f = &c->facts[entity];
	uint8_t etype = c->doc->entities[entity].kind;
	bool thing = !f->person && (f->country || etype == ENTITY_ORGANIZATION ||
				    etype == ENTITY_GOVERNMENT || etype == ENTITY_MEDIA);

	switch (kind) {
	case PRO_HE:
	case PRO_SHE:
		if (f->gender == (kind == PRO_HE ? GENDER_FEMALE : GENDER_MALE))
			return IMPOSSIBLE;
		if (f->number == NUMBER_MANY || f->country || thing)
			return IMPOSSIBLE;
		if (f->person)
			return f->gender != GENDER_UNKNOWN ? 30 : 12;
		return c->doc->every_noun && a->kind != MENTION_NAME ? -10 : IMPOSSIBLE;
	case PRO_IT:
		if (f->person || f->number == NUMBER_MANY)
			return IMPOSSIBLE;
		return thing ? 8 : c->doc->every_noun || a->kind != MENTION_NAME ? 0 : -10;
	case PRO_THEY:
		if (f->number == NUMBER_MANY)
			return 20;
		if (f->person && f->number != NUMBER_MANY)
			return a->plural ? 10 : IMPOSSIBLE;
		return thing ? (f->country ? -25 : -8) : c->doc->every_noun ? -15 : -10;
	default:
		return IMPOSSIBLE;
	}
}

/* ---- place ---- */

static bool within(const struct mention *m, int32_t tok)
{
	return (uint32_t)tok >= m->tok && (uint32_t)tok < m->tok + m->n_tok;
}

/* The pronoun and the candidate are arguments of one verb: then they differ ("he saw him"). */
static bool clash(const struct coref *c, const struct mention *m, const struct mention *a)
{
	const struct token *p = at(c, m->head), *q = at(c, a->head);

	if (p->rel == REL_NMOD_POSS || reflexive(p->lower))
		return false;
	return p->head >= 0 && q->head == p->head;
}

static int place(const struct coref *c, const struct mention *m, const struct mention *a,
		 uint32_t order)
{
	const struct token *p = at(c, m->head), *q = at(c, a->head);
	uint32_t far = p->sent - q->sent;
	int score = -(int)order;

	score -= (int)far * 18;
	if (is_subject(q->rel))
		score += far == 0 ? 14 : 18;
	else if (q->rel == REL_OBJ)
		score += 4;
	else if (q->rel == REL_NMOD_POSS || q->rel == REL_COMPOUND || q->rel == REL_AMOD)
		score -= 8;
	if (a->modifier)
		score -= 10;
	if (a->is_place)
		score -= 12;
	if (is_subject(q->rel) && is_subject(p->rel))
		score += 6;
	if (far == 0) {
		int32_t mine = predicate(c, m->head);

		if (is_subject(q->rel) && mine >= 0 &&
		    (q->head == mine || doc_dominates(c->doc, q->head, mine)))
			score += p->rel == REL_NMOD_POSS ? 16 : 6;
	}
	if (a->kind == MENTION_PRONOUN)
		score += 8;
	/* Who speaks is not "he" in his own words; who is spoken of inside often is. */
	if (p->attrib >= 0 && c->doc->attributions[p->attrib].direct) {
		const struct attribution *t = &c->doc->attributions[p->attrib];

		if (t->source >= 0 && c->doc->mentions[t->source].entity == a->entity)
			return IMPOSSIBLE;
		if (q->attrib == p->attrib)
			score += 8;
	} else if (q->attrib >= 0 && c->doc->attributions[q->attrib].direct &&
		   q->attrib != p->attrib) {
		score -= 14;
	}
	return score;
}

static int weight(const struct coref *c, int32_t entity)
{
	uint32_t n = c->doc->entities[entity].n_mentions;

	return n > 12 ? 9 : (int)(n * 3 / 4);
}

static int32_t search(const struct coref *c, const struct mention *m, enum pronoun kind)
{
	int32_t seen[LOOK_BACK], best = -1;
	int n_seen = 0, best_score = THRESHOLD;
	uint32_t sent = at(c, m->head)->sent;

	for (uint32_t back = 0; back < c->n_recent && back < LOOK_BACK; back++) {
		const struct mention *a = &c->doc->mentions[c->recent[c->n_recent - 1 - back]];
		bool known = false;
		int score, ok;

		if (sent - at(c, a->head)->sent > SENTENCES_BACK)
			break;
		for (int i = 0; i < n_seen; i++)
			known = known || seen[i] == a->entity;
		if (within(a, m->head) || clash(c, m, a)) {
			if (!known && clash(c, m, a) && n_seen < LOOK_BACK)
				seen[n_seen++] = a->entity;
			continue;
		}
		if (known)
			continue;
		ok = agree(c, kind, a->entity, a);
		if (ok <= IMPOSSIBLE)
			continue;
		seen[n_seen++] = a->entity;
		score = ok + place(c, m, a, (uint32_t)n_seen * 4) + weight(c, a->entity);
		if (score > best_score) {
			best = a->entity;
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
	int32_t v = predicate(c, m->head), s;

	for (int n = 0; n < 4 && v >= 0; n++, v = at(c, v)->head) {
		s = doc_child(c->doc, v, REL_NSUBJ);
		if (s < 0)
			s = doc_child(c->doc, v, REL_NSUBJ_PASS);
		if (s >= 0)
			return entity_at(c, s);
	}
	return -1;
}

/* "They" for two that were just named together: "X and Y … they". */
static bool pair(struct coref *c, uint32_t mention)
{
	struct doc *doc = c->doc;
	const struct mention *m = &doc->mentions[mention];
	uint32_t sent = at(c, m->head)->sent;

	for (uint32_t back = 0; back < c->n_recent && back < 12; back++) {
		const struct mention *a = &doc->mentions[c->recent[c->n_recent - 1 - back]];
		const struct token *q = at(c, a->head);
		int32_t first, twin;

		if (sent - q->sent > 1)
			break;
		if (c->facts[a->entity].number == NUMBER_MANY)
			return false;
		if (q->rel != REL_CONJ || !is_subject(at(c, q->head)->rel))
			continue;
		first = entity_at(c, q->head);
		if (first <= ENTITY_DOC_AUTHOR || first == a->entity ||
		    c->facts[first].person != c->facts[a->entity].person)
			continue;
		ARENA_GROW(doc->arena, doc->mentions, doc->n_mentions, doc->cap_mentions);
		twin = (int32_t)doc->n_mentions++;
		doc->mentions[twin] = doc->mentions[mention];
		doc->mentions[mention].also = twin;
		coref_add(c, first, mention);
		coref_add(c, a->entity, (uint32_t)twin);
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
void coref_first_person(struct coref *c, uint32_t mention)
{
	const struct doc *doc = c->doc;
	const struct mention *m = &doc->mentions[mention];
	const struct token *t = at(c, m->head);
	int32_t k = t->attrib, e = -1;

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
