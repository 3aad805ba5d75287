#include "worker/engine/target.h"

enum { PHRASE_MAX = 24, NODES_MAX = 200 };

int32_t target_entity_at(const struct doc *d, int32_t tok, bool loose)
{
	const struct mention *m;

	if (tok < 0 || d->tokens[tok].mention < 0)
		return -1;
	m = &d->mentions[d->tokens[tok].mention];
	if (!loose && m->modifier)
		return -1;
	return m->entity;
}

int32_t target_top(const struct doc *d, int32_t head)
{
	for (int i = 0; i < 16 && d->tokens[head].rel == REL_CONJ && d->tokens[head].head >= 0; i++)
		head = d->tokens[head].head;
	return head;
}

/* "Accused the government of sabotaging", "kept Chile from voting": no clause behind an actor names
 * him, */
static bool is_deed(const struct doc *d, int32_t clause)
{
	static const char *const words[] = {"of", "for", "from", NULL};
	int32_t mark = doc_child(d, clause, REL_MARK);

	return mark >= 0 && str_in(d->tokens[mark].lower, words);
}

/* nor does what he is blamed for: "blamed the migrants for crime". */
static bool is_charge(const struct doc *d, int32_t noun, int32_t actor)
{
	static const char *const words[] = {"blame", "thank",   "praise",   "criticize",
					    "fault", "rebuke",  "condemn",  "slam",
					    "hail",  "commend", "denounce", NULL};
	const struct token *t = &d->tokens[actor];
	int32_t prep = doc_child(d, noun, REL_CASE);

	return prep >= 0 && str_is(d->tokens[prep].lower, "for") && t->rel == REL_OBJ &&
	       str_in(d->tokens[t->head].lemma, words);
}

/* What a phrase does not need to be named: its article, what is added after it. */
static bool left_out(const struct doc *d, int32_t child, int32_t head)
{
	static const char *const empty[] = {"the", "a", "an", NULL};
	const struct token *t = &d->tokens[child];

	switch ((enum rel)t->rel) {
	case REL_CASE:
		return true;
	case REL_MARK:
	case REL_CC:
	case REL_CC_PRECONJ:
		return child < head;
	case REL_DET:
	case REL_DET_PREDET:
		return str_in(t->lower, empty);
	case REL_PUNCT:
		return true;
	case REL_ACL:
		return d->tokens[head].mention >= 0 && is_deed(d, child);
	case REL_NMOD:
		return d->tokens[head].mention >= 0 && is_charge(d, child, head);
	case REL_PARATAXIS:
	case REL_APPOS:
	case REL_ACL_RELCL:
	case REL_ADVCL_RELCL:
	case REL_DISCOURSE:
	case REL_CONJ:
	case REL_VOCATIVE:
	case REL_DISLOCATED:
	case REL_COP:
		return true;
	default:
		return false;
	}
}

/* Marks what belongs to the phrase; bounded, since a tree may be odd. */
static void mark(const struct doc *d, int32_t tok, int32_t top, bool noun, uint32_t base, bool *in,
		 uint32_t n, int depth)
{
	in[(uint32_t)tok - base] = true;
	if (depth > 30)
		return;
	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next) {
		enum rel r = d->tokens[c].rel;

		if (tok == top) {
			if (left_out(d, c, tok))
				continue;
			if (noun && (r == REL_NSUBJ || r == REL_CSUBJ || r == REL_AUX ||
				     r == REL_ADVCL || r == REL_NSUBJ_OUTER))
				continue;
		} else if (r == REL_PARATAXIS || r == REL_APPOS) {
			continue;
		}
		mark(d, c, top, noun, base, in, n, depth + 1);
	}
}

/* Whether a token is part of what the head's source says: a phrase does not reach into the words
 * around a quotation or a report ("…, Liu said"). */
static bool same_voice(const struct doc *d, int32_t head, uint32_t tok)
{
	int32_t mine = d->tokens[head].attrib, theirs = d->tokens[tok].attrib;

	for (int i = 0; i < 8 && theirs >= 0 && theirs != mine; i++)
		theirs = d->attributions[theirs].parent;
	return theirs == mine;
}

/* The run of marked tokens around the head; gaps of punctuation and articles are bridged. */
static void run_around(const struct doc *d, const struct sentence *s, const bool *in, int32_t head,
		       struct target *t)
{
	uint32_t h = (uint32_t)head - s->tok, low = h, high = h;

	for (uint32_t i = h; i-- > 0 && h - i < PHRASE_MAX && same_voice(d, head, s->tok + i);)
		if (in[i])
			low = i;
		else if (d->tokens[s->tok + i].rel != REL_PUNCT &&
			 d->tokens[s->tok + i].rel != REL_DET)
			break;
	for (uint32_t i = h + 1;
	     i < s->n_tok && i - low < PHRASE_MAX && same_voice(d, head, s->tok + i); i++)
		if (in[i])
			high = i;
		else if (d->tokens[s->tok + i].rel != REL_PUNCT &&
			 d->tokens[s->tok + i].rel != REL_DET)
			break;
	t->tok = s->tok + low;
	t->n_tok = high - low + 1;
}

static bool is_word(const struct token *t)
{
	return t->upos == UPOS_NOUN || t->upos == UPOS_PROPN || t->upos == UPOS_VERB ||
	       t->upos == UPOS_ADJ || t->upos == UPOS_ADV || t->upos == UPOS_NUM;
}

/* "which", "who" at the head of a clause. */
static bool is_relative(const struct doc *d, const struct target *t)
{
	static const char *const list[] = {"which", "who", "whom", "that", "where", "when", NULL};

	return t->kind == TARGET_CLAUSE && str_in(d->tokens[t->tok].lower, list);
}

/* Drops a leading "to", "that", article or quotation mark that the tree left inside. */
static void trim(const struct doc *d, struct target *t)
{
	static const char *const openers[] = {"the", "a",  "an",  "to", "that", "of",
					      "for", "by", "\"",  "'",  ",",    "`",
					      "(",   "-",  "and", "or", NULL};

	while (t->n_tok > 1 && (int32_t)t->tok < t->head &&
	       (str_in(d->tokens[t->tok].lower, openers) || is_relative(d, t)))
		t->tok++, t->n_tok--;
	while (t->n_tok > 1 && (int32_t)(t->tok + t->n_tok - 1) > t->head &&
	       (d->tokens[t->tok + t->n_tok - 1].upos == UPOS_PUNCT ||
		d->tokens[t->tok + t->n_tok - 1].upos == UPOS_CCONJ))
		t->n_tok--;
}

static bool is_nominal(const struct token *t)
{
	return t->upos == UPOS_NOUN || t->upos == UPOS_PROPN;
}

static bool is_clause_relation(enum rel r)
{
	return r == REL_XCOMP || r == REL_CCOMP || r == REL_ADVCL || r == REL_ACL ||
	       r == REL_CSUBJ || r == REL_CSUBJ_PASS || r == REL_ACL_RELCL || r == REL_OBL ||
	       r == REL_NMOD || r == REL_OBJ;
}

static bool is_clause(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	enum rel r = t->rel;

	if (t->upos != UPOS_VERB && t->upos != UPOS_ADJ && t->upos != UPOS_AUX)
		return false;
	if (r == REL_CONJ && t->head >= 0)
		r = d->tokens[t->head].rel;
	return is_clause_relation(r);
}

static bool is_personal(const struct token *t)
{
	static const char *const list[] = {"he",   "she",  "it",   "they",  "him",   "her",
					   "them", "this", "that", "these", "those", "us",
					   "me",   "you",  "we",   "i",     NULL};

	return t->upos == UPOS_PRON && str_in(t->lower, list);
}

/* "What he called a stab in the back": the stab is meant. */
static bool is_naming(const struct doc *d, int32_t tok)
{
	static const char *const words[] = {"call", "term",  "label", "dub",      "brand",
					    "deem", "style", "see",   "describe", NULL};
	const struct token *t = &d->tokens[tok];

	return t->rel == REL_ACL_RELCL && t->head >= 0 &&
	       str_is(d->tokens[t->head].lower, "what") && str_in(t->lemma, words);
}

static bool classify(const struct doc *d, int32_t tok, enum target_kind *kind)
{
	const struct token *t = &d->tokens[tok];

	if (t->rel == REL_EXPL || t->rel == REL_FLAT || t->rel == REL_FIXED ||
	    t->rel == REL_GOESWITH)
		return false;
	if (is_nominal(t))
		*kind = TARGET_NOUN;
	else if (is_personal(t) && t->rel != REL_NMOD_POSS && t->rel != REL_DET)
		*kind = TARGET_PRONOUN;
	else if (is_clause(d, tok) && !is_naming(d, tok))
		*kind = TARGET_CLAUSE;
	else
		return false;
	if (t->rel == REL_COMPOUND && t->mention < 0)
		return false;
	return true;
}

/* Nobody is for or against a day. */
static bool is_time(const struct doc *d, uint32_t sentence, const struct target *t)
{
	for (uint32_t i = 0; i < d->n_timexes; i++) {
		const struct timex *x = &d->timexes[i];

		if (x->tok > (uint32_t)t->head)
			break;
		if (d->tokens[x->tok].sent == sentence && (uint32_t)t->head < x->tok + x->n_tok &&
		    x->type != TIMEX_DURATION)
			return true;
	}
	return false;
}

void target_find(struct doc *d, uint32_t sentence, struct target **list, uint32_t *n, uint32_t *cap)
{
	const struct sentence *s = &d->sentences[sentence];
	bool *in = ARENA_ARRAY(d->arena, bool, s->n_tok + 1);
	struct target t;

	for (uint32_t i = 0; i < s->n_tok; i++) {
		t = (struct target){.head = (int32_t)(s->tok + i)};
		if (!classify(d, t.head, &t.kind) || is_time(d, sentence, &t))
			continue;
		memset(in, 0, s->n_tok);
		mark(d, t.head, t.head, t.kind != TARGET_CLAUSE, s->tok, in, s->n_tok, 0);
		run_around(d, s, in, t.head, &t);
		trim(d, &t);
		for (uint32_t k = 0; k < t.n_tok; k++)
			t.n_words += is_word(&d->tokens[t.tok + k]);
		t.entity = t.kind == TARGET_CLAUSE ? -1 : target_entity_at(d, t.head, false);
		ARENA_GROW(d->arena, *list, *n, *cap);
		(*list)[(*n)++] = t;
	}
}

struct str target_text(struct doc *d, const struct target *t)
{
	if (t->kind == TARGET_PRONOUN && t->entity >= 0 && t->entity != ENTITY_DOC_AUTHOR)
		return d->entities[t->entity].name;
	return doc_text(d, t->tok, t->n_tok);
}

static uint32_t add_id(uint32_t *ids, uint32_t n, uint32_t max, int32_t id)
{
	if (id < 0 || id == ENTITY_DOC_AUTHOR || n == max)
		return n;
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] == (uint32_t)id)
			return n;
	ids[n] = (uint32_t)id;
	return n + 1;
}

uint32_t target_about(const struct doc *d, const struct target *t, uint32_t *ids, uint32_t max)
{
	uint32_t n = add_id(ids, 0, max, t->entity);

	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++) {
		int32_t m = d->tokens[i].mention;

		for (int turns = 0; m >= 0 && turns < 8; turns++) {
			n = add_id(ids, n, max, d->mentions[m].entity);
			m = d->mentions[m].also;
		}
	}
	return n;
}
