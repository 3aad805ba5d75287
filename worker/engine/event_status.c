#include "worker/engine/event_status.h"

#include "worker/engine/status.h"
#include "worker/engine/timex.h"

enum { S_RULE = 700, S_TYPE, S_SAID, S_LEMMA, S_FORM, S_REL, S_ABOVE, S_BELOW, S_FRAME, S_DATE };

/* What the rules say counts as much more, as logits; a no of theirs is seldom wrong. */
#define FOR_RULE 1.1
#define FOR_NO   3.0

/* Words looked at: the event's own and those above it. */
enum { LEVELS = 4 };

bool event_is_said(const struct doc *d, int32_t tok)
{
	return event_attribution(d, tok) || d->sentences[d->tokens[tok].sent].voice >= 0;
}

/* A demand, a charge or a promise that somebody makes by what he says ("must go", "has lied", "will
 * help") is made, however what he says is negated or put off. */
static bool made_by_saying(const struct event_ground *g, const struct event_candidate *c,
			   uint32_t type, const struct frame_match *m)
{
	int quad = event_type_quad((enum event_type)type);

	if (type == EVENT_CONSULT || type == EVENT_CONCEDE || (quad != 1 && quad != 3))
		return false;
	if (m && !(frame_at(g->book, m->frame)->flags & FRAME_TOLD))
		return false;
	return event_is_said(g->d, c->tok) && status_view(g->d, c->tok) != STATUS_DENIED;
}

static enum event_status by_rule(const struct event_ground *g, const struct event_candidate *c,
				 uint32_t type)
{
	const struct frame_match *m = event_match_of(g, c, type);
	enum event_status s;

	if (made_by_saying(g, c, type, m))
		return STATUS_ACTUAL;
	s = status_of(g->d, c->tok);
	/* "cannot accept the demands": the negation is the refusal */
	return type == EVENT_REJECT && !m && s == STATUS_NEGATED ? STATUS_ACTUAL : s;
}

static uint64_t pair(uint64_t a, uint64_t b)
{
	return feature_and(a + 1, b + 1);
}

static void add(struct features *f, uint32_t t, uint64_t v)
{
	features_add(f, feature_and(feature_of_int(t, 2), v));
}

/* A word of the way up, its auxiliaries, marks and others below it. */
static void add_level(const struct event_ground *g, int32_t tok, int32_t trigger, uint32_t level,
		      uint64_t below, struct features *f)
{
	const struct doc *d = g->d;
	const struct token *t = &d->tokens[tok];

	if (level) {
		add(f, S_ABOVE, pair(g->tokens[tok].lemma, level));
		add(f, S_ABOVE, pair(pair(g->tokens[tok].lemma, level), below));
		add(f, S_ABOVE, pair(pair(t->xpos, level), below));
	}
	for (int32_t c = t->child; c >= 0; c = d->tokens[c].next) {
		uint64_t word = pair(feature_of(S_BELOW, d->tokens[c].lower),
				     pair(d->tokens[c].rel, level));

		add(f, S_BELOW, word);
		if (level < 2)
			add(f, S_BELOW, pair(word, d->tokens[trigger].xpos));
	}
}

/* Whether the event is dated later than the document. */
static uint64_t later(const struct doc *d, int32_t tok)
{
	int32_t t = timex_of(d, tok);

	if (t < 0 || !d->timexes[t].start.year || !d->date.year)
		return 0;
	return (uint64_t)(2 + (date_cmp(d->timexes[t].start, d->date) > 0));
}

void event_status_features(const struct event_ground *g, const struct event_candidate *c,
			   uint32_t type, struct features *f)
{
	const struct doc *d = g->d;
	const struct token *t = &d->tokens[c->tok];
	const struct frame_match *m = event_match_of(g, c, type);
	uint64_t tree = status_of(d, c->tok), rule = by_rule(g, c, type), said;
	uint64_t both = pair(rule, tree), lemma = g->tokens[c->tok].lemma;
	bool direct;
	int32_t voice = event_voice(d, c->tok, &direct), below = -1;

	said = direct * 4u + (voice > ENTITY_DOC_AUTHOR) * 2u + event_is_said(d, c->tok);
	f->n = 0;
	add(f, S_RULE, both);
	add(f, S_RULE, pair(both, 100 + type));
	add(f, S_RULE, pair(both, 200 + status_view(d, c->tok)));
	add(f, S_RULE, pair(both, 300 + said));
	add(f, S_RULE, pair(both, 400 + t->xpos));
	add(f, S_RULE, pair(both, lemma));
	add(f, S_TYPE, type);
	add(f, S_SAID, pair(said, type));
	add(f, S_LEMMA, lemma);
	add(f, S_FORM, t->xpos);
	add(f, S_FORM, pair(t->xpos, type));
	add(f, S_REL, t->rel);
	add(f, S_REL, pair(t->rel, t->xpos));
	add(f, S_DATE, pair(later(d, c->tok), both));
	add(f, S_DATE, pair(later(d, c->tok), 100 + type));
	if (m)
		add(f, S_FRAME, pair(feature_of(S_FRAME, frame_name(g->book, m->frame)), both));
	for (uint32_t level = 0; level < LEVELS; level++) {
		int32_t tok = below < 0 ? c->tok : d->tokens[below].head;

		if (tok < 0)
			break;
		add_level(g, tok, c->tok, level, below < 0 ? 0 : d->tokens[below].rel, f);
		below = tok;
	}
}

enum event_status event_status_of(const struct linear *m, const struct event_ground *g,
				  const struct event_candidate *c, uint32_t type,
				  struct features *f)
{
	int32_t sums[LINEAR_CLASSES_MAX];
	enum event_status rule = by_rule(g, c, type);
	uint32_t best = 0;

	if (!m->n_classes)
		return rule;
	event_status_features(g, c, type, f);
	linear_sums(m, f, sums);
	sums[rule] += (int32_t)((rule == STATUS_NEGATED ? FOR_NO : FOR_RULE) / (double)m->scale);
	for (uint32_t s = 1; s < m->n_classes; s++)
		best = sums[s] > sums[best] ? s : best;
	return (enum event_status)best;
}
