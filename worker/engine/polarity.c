#include "worker/engine/polarity.h"

/* Trees come from a parser and may be odd; climbing is bounded. */
enum { CLIMB_MAX = 12 };

static bool is_one_of(struct str s, const char *list)
{
	const char *p = list;

	while (*p) {
		size_t n = strcspn(p, " ");

		if (s.n == n && memcmp(s.p, p, n) == 0)
			return true;
		p += n;
		p += *p == ' ';
	}
	return false;
}

static const struct token *tok_at(const struct doc *d, int32_t t)
{
	return &d->tokens[t];
}

static bool is_passive(const struct doc *d, int32_t tok)
{
	/* a subject that is called passive without an auxiliary is the parser's mistake */
	return doc_child(d, tok, REL_AUX_PASS) >= 0;
}

struct str polarity_opener(const struct doc *d, int32_t tok)
{
	for (int32_t c = tok_at(d, tok)->child; c >= 0; c = tok_at(d, c)->next)
		if (tok_at(d, c)->rel == REL_CASE || tok_at(d, c)->rel == REL_MARK)
			return tok_at(d, c)->lower;
	return (struct str){0};
}

static int32_t agent(const struct doc *d, int32_t tok)
{
	for (int32_t c = tok_at(d, tok)->child; c >= 0; c = tok_at(d, c)->next)
		if (tok_at(d, c)->rel == REL_OBL_AGENT ||
		    (tok_at(d, c)->rel == REL_OBL && str_is(polarity_opener(d, c), "by")))
			return c;
	return -1;
}

/* A past participle that describes a noun: "the ban imposed by X". */
static bool is_participle(const struct doc *d, int32_t tok)
{
	struct str s = tok_at(d, tok)->lower;

	return !str_ends(s, STR("ing")) && !str_is(polarity_opener(d, tok), "to");
}

static int32_t subject_of(const struct doc *d, int32_t tok, int depth);

/* "called on Iran to …", "appealed to them to …": the one asked is who shall do it. */
static int32_t addressee(const struct doc *d, int32_t tok)
{
	if (!is_one_of(tok_at(d, tok)->lemma, "call appeal plead count rely depend"))
		return -1;
	for (int32_t c = tok_at(d, tok)->child; c >= 0; c = tok_at(d, c)->next)
		if (tok_at(d, c)->rel == REL_OBL &&
		    is_one_of(polarity_opener(d, c), "on upon to with for"))
			return c;
	return -1;
}

/* The subject that a clause without one shares with the clause above it. */
static int32_t controlled_subject(const struct doc *d, int32_t tok, int depth)
{
	const struct token *t = tok_at(d, tok);
	int32_t o;

	switch ((enum rel)t->rel) {
	case REL_XCOMP:
		o = doc_child(d, t->head, REL_OBJ);
		if (o < 0)
			o = addressee(d, t->head);
		if (o >= 0 && o < tok && tok_at(d, t->head)->upos == UPOS_VERB)
			return o;
		o = doc_child(d, t->head, REL_NSUBJ_PASS);
		return o >= 0 ? o : subject_of(d, t->head, depth + 1);
	case REL_CONJ:
	case REL_ADVCL:
	case REL_PARATAXIS:
		return subject_of(d, t->head, depth + 1);
	case REL_CCOMP:
		return doc_child(d, t->head, REL_OBJ) >= 0 ? doc_child(d, t->head, REL_OBJ) : -1;
	case REL_ACL:
		return is_participle(d, tok)                   ? -1
		       : str_is(polarity_opener(d, tok), "to") ? subject_of(d, t->head, depth + 1)
							       : t->head;
	default:
		return -1;
	}
}

static bool is_relative_pronoun(struct str s)
{
	return is_one_of(s, "who which that whom");
}

static int32_t subject_of(const struct doc *d, int32_t tok, int depth)
{
	int32_t s;

	if (tok < 0 || depth > CLIMB_MAX)
		return -1;
	if (is_passive(d, tok))
		return agent(d, tok);
	s = doc_child(d, tok, REL_NSUBJ);
	if (s < 0)
		s = doc_child(d, tok, REL_NSUBJ_PASS);
	if (s < 0)
		s = doc_child(d, tok, REL_NSUBJ_OUTER);
	if (s < 0)
		s = doc_child(d, tok, REL_CSUBJ);
	if (s >= 0 && tok_at(d, tok)->rel == REL_ACL_RELCL &&
	    is_relative_pronoun(tok_at(d, s)->lower))
		return tok_at(d, tok)->head;
	if (s >= 0)
		return s;
	if (tok_at(d, tok)->rel == REL_ACL && is_participle(d, tok))
		return agent(d, tok);
	return controlled_subject(d, tok, depth);
}

int32_t polarity_subject(const struct doc *d, int32_t tok)
{
	return subject_of(d, tok, 0);
}

/* As polarity_subject: the object, or what undergoes in a passive. */
static int32_t object_of(const struct doc *d, int32_t tok)
{
	int32_t o = doc_child(d, tok, REL_OBJ);

	if (o < 0 && is_passive(d, tok))
		o = doc_child(d, tok, REL_NSUBJ_PASS);
	if (o >= 0 && tok_at(d, tok)->rel == REL_ACL_RELCL &&
	    is_relative_pronoun(tok_at(d, o)->lower))
		return tok_at(d, tok)->head;
	if (o < 0 && tok_at(d, tok)->rel == REL_ACL && is_participle(d, tok) &&
	    tok_at(d, tok)->upos == UPOS_VERB)
		return tok_at(d, tok)->head;
	if (o < 0 && tok_at(d, tok)->rel == REL_CONJ && is_passive(d, tok_at(d, tok)->head))
		return doc_child(d, tok_at(d, tok)->head, REL_NSUBJ_PASS);
	return o;
}

static bool subject_denies(const struct doc *d, int32_t tok)
{
	int32_t s = doc_child(d, tok, REL_NSUBJ);

	return s >= 0 && doc_is_nobody(d, s);
}

/* "Isn't she grateful?" expects a yes, "why isn't she?" does not: the contraction stands before the
 * subject, and nothing asks for more than yes or no. */
static bool expects_yes(const struct doc *d, int32_t tok, int32_t negation)
{
	int32_t subject = doc_child(d, tok, REL_NSUBJ);

	if (!is_one_of(tok_at(d, negation)->lower, "n't n\xe2\x80\x99t") || subject < negation ||
	    subject > tok)
		return false;
	for (int32_t c = tok_at(d, tok)->child; c >= 0 && c < negation; c = tok_at(d, c)->next)
		if (is_one_of(tok_at(d, c)->lower, "why how what who when where which whom"))
			return false;
	return true;
}

bool polarity_negated(const struct doc *d, int32_t tok)
{
	bool negated = false;

	for (int32_t c = tok_at(d, tok)->child; c >= 0; c = tok_at(d, c)->next) {
		const struct token *t = tok_at(d, c);

		if ((t->rel == REL_ADVMOD || t->rel == REL_DET || t->rel == REL_CC ||
		     t->rel == REL_CC_PRECONJ || t->rel == REL_AUX) &&
		    is_one_of(t->lower, "not n't n\xe2\x80\x99t never no hardly neither nor cannot "
					"scarcely barely") &&
		    !expects_yes(d, tok, c))
			negated = !negated;
	}
	return negated != subject_denies(d, tok);
}

int polarity_value(const struct frames *f, int32_t tok)
{
	for (uint32_t i = f->of[tok]; i < f->of[tok + 1]; i++)
		if (f->list[i].class->kind == GRAMMAR_EVAL)
			return f->list[i].class->sign;
	return 0;
}

static int part_of_token(const struct token *t)
{
	switch ((enum upos)t->upos) {
	case UPOS_VERB:
	case UPOS_AUX:
		return GRAMMAR_VERB;
	case UPOS_NOUN:
	case UPOS_PROPN:
		return GRAMMAR_NOUN;
	case UPOS_ADJ:
		return GRAMMAR_ADJ;
	case UPOS_ADV:
		return GRAMMAR_ADV;
	case UPOS_ADP:
	case UPOS_SCONJ:
		return GRAMMAR_PREP;
	default:
		return -1;
	}
}

static bool has_particle(const struct doc *d, int32_t tok, struct str particle)
{
	for (int32_t c = tok_at(d, tok)->child; c >= 0; c = tok_at(d, c)->next) {
		enum rel r = tok_at(d, c)->rel;

		if ((r == REL_COMPOUND_PRT || r == REL_ADVMOD || r == REL_COMPOUND ||
		     r == REL_AMOD || r == REL_CASE || r == REL_XCOMP) &&
		    str_eq(tok_at(d, c)->lemma, particle))
			return true;
	}
	return false;
}

static int32_t object_named(const struct doc *d, int32_t tok, struct str lemma)
{
	int32_t o = object_of(d, tok);

	return o >= 0 && str_eq(tok_at(d, o)->lemma, lemma) ? o : -1;
}

/* Adds the phrases below `tok` that this preposition opens. */
static void add_prep(const struct doc *d, struct frame *f, int32_t tok, struct str prep)
{
	for (int32_t c = tok_at(d, tok)->child; c >= 0; c = tok_at(d, c)->next) {
		enum rel r = rel_base(tok_at(d, c)->rel);

		if ((r == REL_OBL || r == REL_NMOD || r == REL_ADVCL || r == REL_ACL ||
		     r == REL_CCOMP || r == REL_XCOMP) &&
		    str_eq(polarity_opener(d, c), prep) && f->n_targets < 4)
			f->target[f->n_targets++] = c;
	}
}

static void add_target(struct frame *f, int32_t tok)
{
	if (tok >= 0 && f->n_targets < 4)
		f->target[f->n_targets++] = tok;
}

static void add_complements(const struct doc *d, struct frame *f)
{
	for (int32_t c = tok_at(d, f->tok)->child; c >= 0; c = tok_at(d, c)->next) {
		enum rel r = tok_at(d, c)->rel;

		if (r == REL_CCOMP || r == REL_XCOMP || r == REL_CSUBJ || r == REL_CSUBJ_PASS ||
		    r == REL_ACL ||
		    (r == REL_ADVCL && str_is(polarity_opener(d, c), "to") && c > f->tok &&
		     f->class->kind != GRAMMAR_ACT))
			add_target(f, c);
	}
}

/* What an adjective, adverb or noun says something of. */
static int32_t described(const struct doc *d, int32_t tok)
{
	const struct token *t = tok_at(d, tok);
	int32_t s = doc_child(d, tok, REL_NSUBJ);

	if (t->rel == REL_AMOD || t->rel == REL_ADVMOD || t->rel == REL_COMPOUND ||
	    t->rel == REL_AUX || t->rel == REL_APPOS || t->rel == REL_NMOD_DESC)
		return t->head;
	if (s >= 0)
		return s;
	if (t->rel == REL_XCOMP && t->head >= 0) {
		s = doc_child(d, t->head, REL_OBJ);
		return s >= 0 ? s : polarity_subject(d, t->head);
	}
	if (t->rel == REL_CONJ && t->head >= 0)
		return described(d, t->head);
	if (t->upos == UPOS_NOUN || t->upos == UPOS_PROPN)
		return tok; /* "this crisis": the word names what it judges */
	return polarity_subject(d, tok);
}

static bool fills(const struct frame *f, int32_t tok)
{
	for (uint32_t i = 0; i < f->n_targets; i++)
		if (f->target[i] == tok)
			return true;
	return false;
}

static int32_t possessor(const struct doc *d, const struct frame *f)
{
	int32_t tok = f->tok;
	const struct token *t = tok_at(d, tok);
	int32_t found = doc_child(d, tok, REL_NMOD_POSS);

	for (int32_t c = t->child; found < 0 && c >= 0; c = tok_at(d, c)->next) {
		const struct token *k = tok_at(d, c);

		if (fills(f, c))
			continue; /* "critic of the deal": the deal is no holder */
		if (rel_base(k->rel) == REL_NMOD && is_one_of(polarity_opener(d, c), "of by from"))
			found = c;
		else if ((k->rel == REL_AMOD || k->rel == REL_COMPOUND) && k->mention >= 0)
			found = c;
	}
	if (found >= 0)
		return found;
	/* "expressed support for", "is a supporter of": whoever does what the noun belongs to */
	if (t->rel == REL_OBJ || t->rel == REL_OBL || t->rel == REL_XCOMP)
		return polarity_subject(d, t->head);
	if (doc_child(d, tok, REL_COP) >= 0)
		return doc_child(d, tok, REL_NSUBJ);
	if (t->rel == REL_APPOS)
		return t->head;
	return HOLDER_SOURCE;
}

/* Whose state an adjective or a participle names: "worried officials", "is committed to". */
static int32_t who_feels(const struct doc *d, int32_t tok)
{
	int32_t s = doc_child(d, tok, REL_NSUBJ_PASS);

	if (s >= 0)
		return s;
	if (tok_at(d, tok)->rel == REL_AMOD || tok_at(d, tok)->rel == REL_ACL)
		return tok_at(d, tok)->head;
	return polarity_subject(d, tok);
}

static int32_t holder_of(const struct doc *d, const struct frame *f)
{
	uint8_t slot = f->class->holder;

	if (slot & SLOT_SOURCE)
		return HOLDER_SOURCE;
	if (slot & SLOT_POSS)
		return possessor(d, f);
	if (slot & SLOT_OBJ)
		return object_of(d, f->tok);
	if (slot & SLOT_HEAD)
		return described(d, f->tok);
	if (slot & SLOT_SUBJ) {
		if (f->class->part == GRAMMAR_ADJ)
			return who_feels(d, f->tok);
		return polarity_subject(d, f->tok);
	}
	return HOLDER_NONE;
}

static void fill_targets(const struct doc *d, struct frame *f, int32_t object, struct str prep,
			 bool asks)
{
	uint8_t slots = f->class->targets;

	if (prep.n && !asks) {
		add_prep(d, f, f->tok, prep);
		if (object >= 0)
			add_prep(d, f, object, prep);
		return;
	}
	if (f->class->part == GRAMMAR_PREP) {
		add_target(f, tok_at(d, f->tok)->head);
		return;
	}
	if (slots & SLOT_OBJ)
		add_target(f, object_of(d, f->tok));
	if (slots & SLOT_SUBJ)
		add_target(f, polarity_subject(d, f->tok));
	if (slots & SLOT_COMP) {
		add_complements(d, f);
		if (f->class->part == GRAMMAR_NOUN || f->class->part == GRAMMAR_ADJ)
			add_prep(d, f, f->tok, STR("of"));
	}
	if (slots & SLOT_HEAD)
		add_target(f, described(d, f->tok));
}

static bool has_phrase(const struct doc *d, int32_t tok, struct str prep)
{
	for (int32_t c = tok_at(d, tok)->child; c >= 0; c = tok_at(d, c)->next) {
		enum rel r = rel_base(tok_at(d, c)->rel);

		if ((r == REL_OBL || r == REL_ADVCL || r == REL_XCOMP || r == REL_NMOD) &&
		    str_eq(polarity_opener(d, c), prep))
			return true;
		/* the parser may hang it on the object */
		if (r == REL_OBJ && has_phrase(d, c, prep))
			return true;
	}
	return false;
}

/* Tries one item of the grammar at a token. */
static bool match(const struct doc *d, const struct grammar *g, int32_t tok, uint32_t item,
		  struct frame *f)
{
	const struct grammar_item *it = &g->items[item];
	struct str particle = grammar_str(g, it->particle), object = grammar_str(g, it->object);
	struct str prep = grammar_str(g, it->prep);
	bool asks = it->flags & GRAMMAR_ADDRESSEE;
	int32_t o = -1;

	*f = (struct frame){.tok = tok, .item = item, .class = &g->classes[it->class_index]};
	if (particle.n && !has_particle(d, tok, particle))
		return false;
	if (object.n) {
		o = object_named(d, tok, object);
		if (o < 0)
			return false;
	}
	if (asks && !has_phrase(d, tok, prep))
		return false;
	fill_targets(d, f, o, prep, asks);
	if (prep.n && !f->n_targets)
		return false;
	f->holder = holder_of(d, f);
	return true;
}

static void find_items(struct doc *d, const struct grammar *g, int32_t tok, struct str word,
		       int part, struct frames *out)
{
	uint32_t first, n = grammar_find(g, word, &first);
	struct frame f;

	for (uint32_t i = first; i < first + n; i++) {
		if (g->classes[g->items[i].class_index].part != part)
			continue;
		if (!match(d, g, tok, i, &f))
			continue;
		ARENA_GROW(d->arena, out->list, out->n, out->cap);
		out->list[out->n++] = f;
	}
}

/* "Security Council", "Comprehensive Test Ban Treaty": words of a name judge nothing. */
static bool is_name_part(const struct doc *d, uint32_t i)
{
	const struct token *t = &d->tokens[i];

	return t->form.n && t->form.p[0] >= 'A' && t->form.p[0] <= 'Z' &&
	       (t->upos == UPOS_PROPN || i > d->sentences[t->sent].tok) &&
	       d->sentences[t->sent].kind != SENTENCE_HEADLINE;
}

/* The lemma, or, where a guessed one lost its last letter ("refus"), the word with it. */
static struct str known_lemma(struct doc *d, const struct grammar *g, const struct token *t)
{
	uint32_t first;
	struct str longer;

	if (grammar_find(g, t->lemma, &first) || t->lemma.n < 3 || str_eq(t->lemma, t->lower) ||
	    !(str_ends(t->lower, STR("ed")) || str_ends(t->lower, STR("ing"))))
		return t->lemma;
	longer = arena_printf(d->arena, "%.*se", STR_ARG(t->lemma));
	return grammar_find(g, longer, &first) ? longer : t->lemma;
}

void frames_find(struct doc *d, const struct grammar *g, struct frames *out)
{
	*out = (struct frames){.of = ARENA_ARRAY(d->arena, uint32_t, d->n_tokens + 1)};
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		const struct token *t = &d->tokens[i];
		int part = part_of_token(t);

		out->of[i] = out->n;
		if (part < 0 || (part != GRAMMAR_VERB && is_name_part(d, i)))
			continue;
		find_items(d, g, (int32_t)i, known_lemma(d, g, t), part, out);
		/* participles are adjectives to one treebank and verbs to another */
		if (part == GRAMMAR_VERB || (part == GRAMMAR_ADJ && !str_eq(t->lower, t->lemma)))
			find_items(d, g, (int32_t)i, t->lower, GRAMMAR_ADJ, out);
	}
	out->of[d->n_tokens] = out->n;
}

struct climb {
	const struct doc *d;
	const struct grammar *g;
	const struct frames *f;
	struct side *out;
	uint32_t n;
	int sign;
	uint8_t strength, depth, flags;
};

static void emit(struct climb *c, const struct frame *f, int32_t holder, int sign)
{
	uint8_t strength = f->class->strength > c->strength ? f->class->strength : c->strength;

	if (c->n == SIDES_MAX || holder == HOLDER_NONE)
		return;
	c->out[c->n++] = (struct side){
		.holder = holder,
		.trigger = f->tok,
		.class = f->class,
		.item = f->item,
		.sign = (int8_t)sign,
		.strength = strength,
		.depth = c->depth,
		.flags = c->flags,
	};
}

/* "sees X as a threat": the sign is the value of what X is seen as. */
static int view_sign(const struct climb *c, const struct frame *f)
{
	int32_t o = object_of(c->d, f->tok);

	for (int32_t k = tok_at(c->d, f->tok)->child; k >= 0; k = tok_at(c->d, k)->next) {
		enum rel r = rel_base(tok_at(c->d, k)->rel);
		int v = 0;

		if (r != REL_OBL && r != REL_XCOMP && r != REL_ADVCL && r != REL_CCOMP)
			continue;
		v = polarity_value(c->f, k);
		for (int32_t m = tok_at(c->d, k)->child; !v && m >= 0; m = tok_at(c->d, m)->next)
			v = polarity_value(c->f, m);
		if (v)
			return v;
	}
	/* the parser may hang "as a threat" on the object */
	for (int32_t k = o >= 0 ? tok_at(c->d, o)->child : -1; k >= 0; k = tok_at(c->d, k)->next)
		if (rel_base(tok_at(c->d, k)->rel) == REL_NMOD &&
		    str_is(polarity_opener(c->d, k), "as") && polarity_value(c->f, k))
			return polarity_value(c->f, k);
	return 0;
}

/* "should", "must": whoever speaks wants what the clause says. */
static void oblige(struct climb *c, int32_t aux)
{
	for (uint32_t i = c->f->of[aux]; i < c->f->of[aux + 1]; i++)
		if (c->f->list[i].class->kind == GRAMMAR_WANT)
			emit(c, &c->f->list[i], HOLDER_SOURCE, c->sign);
}

/* Words at a governor that weaken or turn: negation, modals, questions, conditions. */
static void cross(struct climb *c, int32_t tok)
{
	const struct doc *d = c->d;

	if (polarity_negated(d, tok)) {
		c->sign = -c->sign;
		c->flags |= SIDE_NEGATED;
	}
	for (int32_t k = tok_at(d, tok)->child; k >= 0; k = tok_at(d, k)->next) {
		struct str s = tok_at(d, k)->lower;

		if (tok_at(d, k)->rel == REL_AUX && is_one_of(s, "should must ought need shall")) {
			c->flags |= SIDE_MODAL;
			oblige(c, k);
		}
		if ((tok_at(d, k)->rel == REL_AUX && is_one_of(s, "may might could would")) ||
		    (tok_at(d, k)->rel == REL_MARK && is_one_of(s, "if unless whether")))
			c->flags |= SIDE_MAYBE;
		if (tok_at(d, k)->rel == REL_PUNCT && str_is(s, "?"))
			c->flags |= SIDE_QUESTION;
	}
}

/* One word above the phrase: what it says of it. Returns whether the sign was composed. */
static bool govern(struct climb *c, int32_t governor, int32_t below)
{
	bool seen = false, negated = polarity_negated(c->d, governor);
	int turn = 1;

	for (uint32_t i = c->f->of[governor]; i < c->f->of[governor + 1]; i++) {
		const struct frame *f = &c->f->list[i];
		int sign = f->class->sign;

		if (!fills(f, below) || f->tok == below)
			continue;
		if (f->class->kind == GRAMMAR_ATT && sign == 0) {
			sign = view_sign(c, f);
			c->flags |= sign ? 0 : SIDE_UNSIGNED;
		}
		emit(c, f, f->holder, c->sign * sign * (negated ? -1 : 1));
		if (!seen && f->class->kind != GRAMMAR_CERT && sign) {
			turn = sign;
			if (sign < 0)
				c->flags |= SIDE_FLIPPED;
			seen = true;
		}
	}
	c->sign *= turn;
	return seen;
}

/* Evaluative words that stand beside or below the phrase, or say something of it. */
static void judge(struct climb *c, int32_t tok)
{
	for (int32_t k = tok_at(c->d, tok)->child; k >= 0; k = tok_at(c->d, k)->next)
		for (uint32_t i = c->f->of[k]; i < c->f->of[k + 1]; i++) {
			const struct frame *f = &c->f->list[i];

			if (f->class->kind == GRAMMAR_EVAL && fills(f, tok))
				emit(c, f, HOLDER_SOURCE, f->class->sign);
			else if (f->class->part == GRAMMAR_PREP && fills(f, tok))
				emit(c, f, polarity_subject(c->d, tok_at(c->d, tok)->head),
				     f->class->sign);
		}
	for (uint32_t i = c->f->of[tok]; i < c->f->of[tok + 1]; i++) {
		const struct frame *f = &c->f->list[i];

		if (f->class->kind == GRAMMAR_EVAL && fills(f, tok))
			emit(c, f, HOLDER_SOURCE, f->class->sign);
	}
}

uint32_t polarity_sides(const struct doc *d, const struct grammar *g, const struct frames *f,
			int32_t tok, struct side *out)
{
	struct climb c = {.d = d, .g = g, .f = f, .out = out, .sign = 1};
	int32_t below = tok;

	judge(&c, tok);
	cross(&c, tok);
	for (int step = 0; step < CLIMB_MAX && below >= 0; step++) {
		int32_t governor = tok_at(d, below)->head;

		if (governor < 0)
			break;
		if (tok_at(d, below)->rel != REL_CONJ && tok_at(d, below)->rel != REL_PARATAXIS) {
			bool seen = govern(&c, governor, below);

			cross(&c, governor);
			if (seen)
				c.depth++;
			else
				c.flags |= SIDE_FAR;
		}
		below = governor;
	}
	return c.n;
}
