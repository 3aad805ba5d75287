#include "worker/engine/status.h"

#include "worker/engine/tag.h"

enum { CLIMB_MAX = 12 };

/* What a governing word does to its complement. */
enum effect {
	NO_EFFECT,
	HYPOTHETICAL,
	PLANNED,
	NEGATING,
	DENYING,
	REFUSING,
	THREATENING,
	ASKING,
	FACTUAL,
	ATTEMPT,
};

static const struct {
	const char *lemma;
	enum effect effect;
} GOVERNORS[] = {
	/* sorted by meaning, not by letter: the list is short enough to be searched */
	{"deny", DENYING},
	{"dispute", DENYING},
	{"refute", DENYING},
	{"disclaim", DENYING},
	{"denial", DENYING},
	{"refuse", REFUSING},
	{"decline", REFUSING},
	{"refusal", REFUSING},
	{"fail", NEGATING},
	{"short", NEGATING}, /* "stopped short of" */
	{"avoid", NEGATING},
	{"avert", NEGATING},
	{"prevent", NEGATING},
	{"failure", NEGATING},
	{"stop", NEGATING},
	{"refrain", NEGATING},
	{"abstain", NEGATING},
	{"forget", NEGATING},
	{"neglect", NEGATING},
	{"rule", NEGATING},
	{"cancel", NEGATING},
	{"abandon", NEGATING},
	{"block", NEGATING},
	{"forbid", NEGATING},
	{"decide", PLANNED},
	{"threaten", THREATENING},
	{"threat", THREATENING},
	{"warn", THREATENING},
	{"vow", PLANNED},
	{"pledge", PLANNED},
	{"promise", PLANNED},
	{"plan", PLANNED},
	{"intend", PLANNED},
	{"prepare", PLANNED},
	{"schedule", PLANNED},
	{"agree", PLANNED},
	{"expect", PLANNED},
	{"set", PLANNED},
	{"aim", PLANNED},
	{"intention", PLANNED},
	{"propose", HYPOTHETICAL},
	{"offer", PLANNED},
	{"commit", PLANNED},
	{"due", PLANNED},
	{"decision", PLANNED},
	{"ability", HYPOTHETICAL},
	{"capability", HYPOTHETICAL},
	{"capacity", HYPOTHETICAL},
	{"opportunity", HYPOTHETICAL},
	{"authority", HYPOTHETICAL},
	{"bid", ATTEMPT},
	{"suppose", PLANNED},
	{"await", PLANNED},
	{"anticipate", PLANNED},
	{"going", PLANNED},
	{"about", PLANNED},
	{"poise", PLANNED},
	{"seek", HYPOTHETICAL},
	{"announce", NO_EFFECT},
	{"urge", ASKING},
	{"ask", ASKING},
	{"demand", ASKING},
	{"call", ASKING},
	{"request", ASKING},
	{"order", ASKING},
	{"appeal", ASKING},
	{"tell", ASKING},
	{"press", ASKING},
	{"beg", ASKING},
	{"encourage", ASKING},
	{"advise", ASKING},
	{"invite", ASKING},
	{"command", ASKING},
	{"instruct", ASKING},
	{"require", ASKING},
	{"want", HYPOTHETICAL},
	{"wish", HYPOTHETICAL},
	{"hope", HYPOTHETICAL},
	{"consider", HYPOTHETICAL},
	{"contemplate", HYPOTHETICAL},
	{"mull", HYPOTHETICAL},
	{"suggest", NO_EFFECT},
	{"fear", HYPOTHETICAL},
	{"oppose", HYPOTHETICAL},
	{"allow", HYPOTHETICAL},
	{"permit", HYPOTHETICAL},
	{"likely", HYPOTHETICAL},
	{"unlikely", HYPOTHETICAL},
	{"possible", HYPOTHETICAL},
	{"possibility", HYPOTHETICAL},
	{"ready", PLANNED},
	{"willing", PLANNED},
	{"unwilling", REFUSING},
	{"able", NO_EFFECT},
	{"prospect", HYPOTHETICAL},
	{"risk", HYPOTHETICAL},
	{"chance", HYPOTHETICAL},
	{"call", ASKING},
	{"proposal", HYPOTHETICAL},
	{"potential", HYPOTHETICAL},
	{"doubt", HYPOTHETICAL},
	{"speculate", HYPOTHETICAL},
	{"discuss", HYPOTHETICAL},
	{"debate", HYPOTHETICAL},
	{"manage", FACTUAL},
	{"begin", FACTUAL},
	{"start", FACTUAL},
	{"continue", FACTUAL},
	{"force", FACTUAL},
	{"try", ATTEMPT},
	{"attempt", ATTEMPT},
	{"suspect", NO_EFFECT},
	{"hesitate", NO_EFFECT},
};

static enum effect effect_of(struct str lemma)
{
	for (size_t i = 0; i < sizeof(GOVERNORS) / sizeof(GOVERNORS[0]); i++)
		if (str_is(lemma, GOVERNORS[i].lemma))
			return GOVERNORS[i].effect;
	return NO_EFFECT;
}

#define ANY(w, ...) str_in((w), (const char *const[]){__VA_ARGS__, NULL})

/* What stands at one word: its auxiliaries, negation, adverbs and markers. */
struct marks {
	bool negated, future, modal, conditional, counterfactual, habitual, past, obligation;
};

/* "Theresa May pulled out": no modal stands before a past tense. */
static bool is_name_before_past(const struct token *aux, const struct token *verb)
{
	return str_is(aux->form, "May") && verb > aux && verb->xpos == XPOS_VBD;
}

static bool is_will(struct str aux)
{
	return ANY(aux, "will", "'ll", "wo", "shall");
}

static bool is_can(struct str aux)
{
	return ANY(aux, "can", "ca", "could");
}

static void mark_aux(struct marks *m, const struct token *t)
{
	if (is_will(t->lower))
		m->future = true;
	else if (is_can(t->lower) || ANY(t->lower, "may", "might"))
		m->modal = true;
	else if (ANY(t->lower, "would", "'d"))
		m->counterfactual = true;
	else if (ANY(t->lower, "should", "must", "ought"))
		m->obligation = true;
	else if (ANY(t->lower, "did", "was", "were", "had", "has", "have"))
		m->past = true;
}

static void mark_child(const struct doc *d, struct marks *m, const struct token *t)
{
	switch (rel_base(t->rel)) {
	case REL_AUX:
		if (is_name_before_past(t, &d->tokens[t->head]))
			return;
		mark_aux(m, t);
		if (ANY(t->lower, "not", "n't"))
			m->negated = true;
		return;
	case REL_ADVMOD:
	case REL_DET:
	case REL_CC:
		if (ANY(t->lower, "not", "n't", "never", "no", "neither", "nor", "hardly",
			"cannot"))
			m->negated = true;
		if (ANY(t->lower, "longer", "more") && t > d->tokens && ANY(t[-1].lower, "no"))
			m->negated = true;
		if (ANY(t->lower, "often", "usually", "regularly", "routinely", "always",
			"typically", "frequently", "habitually", "normally", "annually"))
			m->habitual = true;
		if (ANY(t->lower, "perhaps", "possibly", "maybe", "probably"))
			m->modal = true;
		return;
	case REL_MARK:
	case REL_CASE:
		if (ANY(t->lower, "if", "unless", "whether"))
			m->conditional = true;
		if (ANY(t->lower, "without"))
			m->negated = true;
		return;
	case REL_AMOD:
		if (ANY(t->lower, "planned", "upcoming", "scheduled", "forthcoming", "next",
			"proposed"))
			m->future = true;
		if (ANY(t->lower, "possible", "potential", "hypothetical", "likely"))
			m->modal = true;
		return;
	case REL_NSUBJ:
	case REL_OBJ: /* "gave no weapons" */
		m->negated |= doc_is_nobody(d, (int32_t)(t - d->tokens));
		return;
	default:
		return;
	}
}

/* "said on Friday that they would block the road": the future of somebody who spoke in the past;
 * with a condition it stays a supposition. */
static bool is_future_told(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	const struct token *up;

	if (t->rel != REL_CCOMP || t->head < 0)
		return false;
	up = &d->tokens[t->head];
	if ((up->xpos != XPOS_VBD && up->xpos != XPOS_VBN && up->xpos != XPOS_VBG) ||
	    !ANY(up->lemma, "say", "announce", "confirm", "declare", "tell", "add", "state",
		 "promise", "pledge", "vow", "insist", "reveal", "disclose"))
		return false;
	for (int32_t c = t->child; c >= 0; c = d->tokens[c].next)
		if (d->tokens[c].rel == REL_ADVCL)
			return false;
	return true;
}

/* "Putin to visit China", "he is to visit China": an infinitive for the future. */
static bool is_future_infinitive(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	int32_t mark = doc_child(d, tok, REL_MARK);

	if (t->xpos != XPOS_VB || mark < 0 || !ANY(d->tokens[mark].lower, "to"))
		return false;
	if (mark > 0 && ANY(d->tokens[mark - 1].lower, "is", "are", "was", "were"))
		return true;
	if (t->head < 0)
		return doc_child(d, tok, REL_NSUBJ) >= 0;
	/* without a finite verb the parser takes the name for the root */
	return t->rel == REL_ACL && d->tokens[t->head].head < 0 &&
	       d->tokens[t->head].upos == UPOS_PROPN;
}

static struct marks marks_of(const struct doc *d, int32_t tok)
{
	struct marks m = {0};

	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next)
		mark_child(d, &m, &d->tokens[c]);
	m.future |= is_future_infinitive(d, tok);
	if (m.counterfactual && is_future_told(d, tok)) {
		m.counterfactual = false;
		m.future = true;
	}
	return m;
}

/* "is going to invade", "is set to", "is due to": the governing word says it. */
static bool is_going(const struct doc *d, int32_t tok)
{
	return str_is(d->tokens[tok].lower, "going") && doc_child(d, tok, REL_AUX) >= 0;
}

static enum effect governor_effect(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];

	if (is_going(d, tok) || (str_is(t->lemma, "look") && tok + 1 < (int32_t)d->n_tokens &&
				 str_is(d->tokens[tok + 1].lower, "forward")))
		return PLANNED;
	if (str_is(t->lemma, "set") && t->upos != UPOS_VERB && t->upos != UPOS_ADJ)
		return NO_EFFECT;
	return effect_of(t->lemma);
}

/* "I want to thank", "we would like to ask": whoever says so does it. */
static bool is_performed(const struct doc *d, int32_t tok, int32_t up)
{
	int32_t s = doc_child(d, up, REL_NSUBJ);

	return s >= 0 && ANY(d->tokens[s].lower, "i", "we") &&
	       ANY(d->tokens[up].lemma, "like", "want", "wish") &&
	       ANY(d->tokens[tok].lemma, "thank", "ask", "call", "express", "reaffirm", "appeal",
		   "urge", "congratulate", "commend", "stress", "invite", "welcome", "condemn",
		   "praise", "extend", "reiterate", "convey", "affirm", "emphasize", "assure",
		   "pay", "request", "warn", "propose", "acknowledge", "salute", "apologize");
}

/* "told reporters that he had asked": telling orders only what it has an infinitive for. */
static bool is_only_told(const struct doc *d, int32_t tok, int32_t up)
{
	return str_is(d->tokens[up].lemma, "tell") && d->tokens[tok].rel != REL_XCOMP;
}

/* "another round of talks": what is said of the round is said of the talks. */
static bool is_portion(const struct doc *d, int32_t tok, int32_t up)
{
	return d->tokens[tok].rel == REL_NMOD && ANY(d->tokens[up].lemma, "round", "series",
						     "number", "set", "wave", "pair", "couple");
}

/* Relations through which the word above rules the one below. */
static bool governs(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];

	switch (rel_base(t->rel)) {
	case REL_XCOMP:
	case REL_CCOMP:
	case REL_CSUBJ:
		return true;
	case REL_NSUBJ: /* "the visit was planned" */
		return t->rel == REL_NSUBJ_PASS &&
		       ANY(d->tokens[t->head].lemma, "plan", "schedule", "expect", "intend",
			   "cancel", "prepare", "suppose", "anticipate");
	case REL_OBJ:
	case REL_ACL:
		return t->rel != REL_ACL_RELCL;
	case REL_ADVCL:
	case REL_OBL:
	case REL_NMOD: {
		int32_t p = doc_child(d, tok, REL_MARK);

		if (p < 0)
			p = doc_child(d, tok, REL_CASE);
		return p >= 0 &&
		       ANY(d->tokens[p].lower, "to", "from", "of", "against", "for", "that");
	}
	default:
		return false;
	}
}

static enum event_status effect_status(enum effect e, bool negated)
{
	switch (e) {
	case PLANNED:
		return negated ? STATUS_NEGATED : STATUS_PLANNED;
	case HYPOTHETICAL:
	case THREATENING:
	case ASKING:
	case ATTEMPT:
		return STATUS_HYPOTHETICAL;
	case NEGATING:
		return negated ? STATUS_ACTUAL : STATUS_NEGATED;
	case DENYING:
	case REFUSING:
		return STATUS_NEGATED;
	default:
		return negated ? STATUS_NEGATED : STATUS_ACTUAL;
	}
}

static enum event_status marks_status(const struct marks *m)
{
	if (m->conditional)
		return STATUS_HYPOTHETICAL;
	if (m->negated)
		return STATUS_NEGATED;
	if (m->modal || m->counterfactual)
		return STATUS_HYPOTHETICAL;
	if (m->future)
		return STATUS_PLANNED;
	if (m->habitual)
		return STATUS_HABITUAL;
	return STATUS_ACTUAL;
}

/* Coordinated verbs share the auxiliaries of the first: "will meet X and visit Y". */
static int32_t shares_marks(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];

	if (t->rel != REL_CONJ || t->head < 0 || doc_child(d, tok, REL_NSUBJ) >= 0 ||
	    doc_child(d, tok, REL_AUX) >= 0)
		return -1;
	return t->head;
}

static bool light(const struct doc *d, int32_t verb)
{
	return ANY(d->tokens[verb].lemma, "hold", "have", "make", "take", "give", "conduct",
		   "carry", "launch", "impose", "express", "pay", "sign", "reach", "engage", "host",
		   "attend", "stage", "mount", "issue", "voice", "begin", "start", "resume",
		   "undertake", "provide", "send", "commit", "perform", "order", "authorize",
		   "announce", "unveil");
}

enum event_status status_of(const struct doc *d, int32_t tok)
{
	struct marks m = marks_of(d, tok);
	enum event_status s = marks_status(&m);
	int32_t shared = shares_marks(d, tok);

	if (s != STATUS_ACTUAL)
		return s;
	if (shared >= 0)
		return status_of(d, shared);
	for (int n = 0; n < CLIMB_MAX; n++) {
		int32_t up = d->tokens[tok].head;
		enum effect e;
		struct marks above;

		if (up < 0 || !governs(d, tok)) {
			shared = shares_marks(d, tok);
			if (shared < 0)
				return STATUS_ACTUAL;
			up = shared;
		}
		above = marks_of(d, up);
		if ((is_performed(d, tok, up) && !above.negated) || is_only_told(d, tok, up))
			return STATUS_ACTUAL;
		e = is_portion(d, tok, up) ? FACTUAL : governor_effect(d, up);
		if (e == FACTUAL || (e == NO_EFFECT && d->tokens[tok].rel == REL_XCOMP) ||
		    (e == NO_EFFECT && d->tokens[tok].rel == REL_OBJ && light(d, up))) {
			s = marks_status(&above);
			if (s != STATUS_ACTUAL)
				return s;
		} else if (e != NO_EFFECT) {
			return effect_status(e, above.negated);
		} else {
			return STATUS_ACTUAL;
		}
		tok = up;
	}
	return STATUS_ACTUAL;
}

bool status_imminent(const struct doc *d, int32_t tok)
{
	for (int n = 0; n < CLIMB_MAX; n++) {
		int32_t up = d->tokens[tok].head;

		if (up < 0)
			return false;
		if (ANY(d->tokens[up].lemma, "about", "verge", "brink", "poise", "poised"))
			return governs(d, tok);
		if (!governs(d, tok) && shares_marks(d, tok) < 0)
			return false;
		tok = up;
	}
	return false;
}

/* Whether a word is the mark of "years after", "decades since". */
static bool is_long_ago(const struct doc *d, int32_t mark)
{
	return mark > 0 && ANY(d->tokens[mark].lower, "after", "since") &&
	       ANY(d->tokens[mark - 1].lemma, "year", "decade", "century", "generation");
}

bool status_background(const struct doc *d, int32_t tok)
{
	for (int n = 0; n < CLIMB_MAX && tok >= 0; n++, tok = d->tokens[tok].head)
		if (is_long_ago(d, doc_child(d, tok, REL_MARK)) ||
		    is_long_ago(d, doc_child(d, tok, REL_CASE)))
			return true;
	return false;
}

enum status_view status_view(const struct doc *d, int32_t tok)
{
	for (int n = 0; n < CLIMB_MAX; n++) {
		int32_t up = d->tokens[tok].head;

		if (up < 0 || !governs(d, tok))
			return STATUS_FREE;
		switch (governor_effect(d, up)) {
		case DENYING:
			return STATUS_DENIED;
		case REFUSING:
			return STATUS_REFUSED;
		case THREATENING:
			return STATUS_THREATENED;
		case ASKING:
			return STATUS_ASKED;
		case NO_EFFECT:
			return STATUS_FREE;
		default:
			break;
		}
		tok = up;
	}
	return STATUS_FREE;
}

bool status_denies_will(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	bool no = false;
	bool will =
		ANY(t->lemma, "intend", "want", "recognize", "accept") || ANY(t->lower, "going");

	for (int32_t c = t->child; c >= 0; c = d->tokens[c].next) {
		struct str w = d->tokens[c].lower;

		if (str_is(w, "never"))
			return true;
		no |= ANY(w, "not", "n't", "no", "nor");
		/* "'d" may be "had", and who "may not" is not unwilling */
		if (d->tokens[c].rel == REL_AUX)
			will |= is_will(w) || is_can(w) || ANY(w, "would");
	}
	return no && will;
}
