#include "worker/engine/tone_rows.h"

#include "worker/engine/linear.h"

enum { APART = 255, CHAIN_LINKS = 4 };

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void add(struct tone_rows *out, uint32_t row)
{
	if (out->n < TONE_ROWS_MAX)
		out->row[out->n++] = (uint16_t)row;
}

/* Marks the way from a word to its root: how many steps up each word on it is. */
static void climb(struct tone_view *v, int32_t tok, uint8_t *steps, uint8_t *relation)
{
	const struct doc *d = v->s->d;
	uint32_t base = d->sentences[v->sentence].tok;
	uint8_t by = TONE_NO_REL;

	for (uint32_t k = 0; tok >= 0 && steps[(uint32_t)tok - base] == APART; k++) {
		steps[(uint32_t)tok - base] = (uint8_t)least(k, APART - 1);
		if (relation)
			relation[(uint32_t)tok - base] = by;
		by = d->tokens[tok].rel;
		tok = d->tokens[tok].head;
	}
}

void tone_look(struct tone_view *v, const struct stance_ground *s, const struct tone_question *q)
{
	const struct doc *d = s->d;
	const struct sentence *t;
	uint32_t end;

	v->s = s;
	v->q = *q;
	v->sentence = d->tokens[q->target].sent;
	t = &d->sentences[v->sentence];
	end = least(q->tok + q->n_tok, t->tok + t->n_tok);
	v->q.tok = q->tok < t->tok ? t->tok : q->tok;
	v->q.n_tok = end - v->q.tok;
	v->first = v->q.tok > t->tok + TONE_TOKENS / 2 ? v->q.tok - TONE_TOKENS / 2 : t->tok;
	end = least(v->first + TONE_TOKENS, t->tok + t->n_tok);
	if (end - t->tok >= TONE_TOKENS)
		v->first = end - TONE_TOKENS;
	else
		v->first = t->tok;
	v->n = end - v->first;
	memset(v->steps, APART, sizeof(v->steps));
	memset(v->relation, TONE_NO_REL, sizeof(v->relation));
	climb(v, q->target, v->steps[0], v->relation);
	if (q->holder >= 0 && d->tokens[q->holder].sent == v->sentence)
		climb(v, q->holder, v->steps[1], NULL);
}

/* A user's grammar may have more classes than any model learns. */
static int16_t row_of(const struct stance_ground *s, const int16_t *class_row,
		      const struct grammar_class *c)
{
	size_t at = (size_t)(c - s->g->classes);

	return at < TONE_CLASSES_MAX ? class_row[at] : -1;
}

void tone_word_rows(const struct stance_ground *s, const int16_t *class_row, uint32_t tok,
		    struct tone_rows *out)
{
	const struct doc *d = s->d;
	const struct token *t = &d->tokens[tok];
	uint32_t n = least(s->frames.of[tok + 1] - s->frames.of[tok], 4);

	out->n = 0;
	add(out, WORD_UPOS + t->upos);
	add(out, WORD_REL + t->rel);
	if (polarity_negated(d, (int32_t)tok))
		add(out, WORD_NEGATED);
	if (target_entity_at(d, (int32_t)tok, true) >= 0)
		add(out, WORD_ACTOR);
	for (uint32_t i = 0; i < n; i++) {
		int16_t row = row_of(s, class_row, s->frames.list[s->frames.of[tok] + i].class);

		if (row >= 0)
			add(out, TONE_WORD_ROWS + (uint32_t)row);
	}
}

/* Where the branch that a word hangs on leaves the way up. */
struct branch {
	uint32_t up, down, rel;
	int32_t at;
};

static struct branch branch_of(const struct tone_view *v, const uint8_t *steps, uint32_t tok)
{
	const struct doc *d = v->s->d;
	uint32_t base = d->sentences[v->sentence].tok;
	struct branch b = {.rel = TONE_NO_REL, .at = (int32_t)tok};

	while (b.at >= 0 && steps[(uint32_t)b.at - base] == APART) {
		b.rel = d->tokens[b.at].rel;
		b.at = d->tokens[b.at].head;
		b.down++;
	}
	b.up = b.at >= 0 ? steps[(uint32_t)b.at - base] : 9;
	return b;
}

/* Whether a place of a frame is filled by this phrase or another mention of its actor. */
static bool fills(const struct tone_view *v, int32_t place, int32_t tok, int32_t entity)
{
	return place >= 0 &&
	       (place == tok || (entity >= 0 && target_entity_at(v->s->d, place, true) == entity));
}

static bool among(const struct tone_view *v, const struct frame *f, int32_t tok, int32_t entity)
{
	for (uint32_t i = 0; i < f->n_targets; i++)
		if (fills(v, f->target[i], tok, entity))
			return true;
	return false;
}

static void add_frames(const struct tone_view *v, uint32_t tok, struct tone_rows *out)
{
	const struct frames *f = &v->s->frames;
	const struct tone_question *q = &v->q;
	uint32_t n = least(f->of[tok + 1] - f->of[tok], 2);

	for (uint32_t i = 0; i < n; i++) {
		const struct frame *x = &f->list[f->of[tok] + i];
		uint32_t place = fills(v, x->holder, q->target, q->entity) ? 1 : 0;

		if (among(v, x, q->target, q->entity))
			place = 2;
		if (q->holder >= 0) {
			place += 3 * fills(v, x->holder, q->holder, q->holder_entity);
			place += 6 * among(v, x, q->holder, q->holder_entity);
		}
		add(out, PAIR_FRAME + (place * N_GRAMMAR_KINDS + x->class->kind) * 3 +
				 (uint32_t)(x->class->sign + 1));
	}
}

static void add_speaker(const struct tone_view *v, uint32_t tok, struct tone_rows *out)
{
	const struct doc *d = v->s->d;
	int32_t a = d->tokens[tok].attrib, who;

	if (a < 0)
		return;
	who = d->attributions[a].source_entity;
	if (who > 0 && who == v->q.entity)
		add(out, PAIR_SAID_TARGET);
	else if (who > 0 && v->q.holder >= 0 && who == v->q.holder_entity)
		add(out, PAIR_SAID_HOLDER);
	else
		add(out, PAIR_SAID_OTHER);
}

static void add_holder(const struct tone_view *v, uint32_t tok, struct tone_rows *out)
{
	struct branch b = branch_of(v, v->steps[1], tok);
	int32_t e = target_entity_at(v->s->d, (int32_t)tok, true);

	if ((int32_t)tok == v->q.holder || (e >= 0 && e == v->q.holder_entity))
		add(out, PAIR_HOLDER);
	add(out, PAIR_HOLDER_STEPS + least(b.up, 3) * 3 + least(b.down, 2));
	if (b.down <= 1)
		add(out, PAIR_HOLDER_BRANCH + least(b.up, 1) * TONE_RELS + b.rel);
}

void tone_pair_rows(const struct tone_view *v, uint32_t tok, struct tone_rows *out)
{
	const struct doc *d = v->s->d;
	const struct tone_question *q = &v->q;
	uint32_t end = q->tok + q->n_tok, base = d->sentences[v->sentence].tok, far = 0;
	struct branch b = branch_of(v, v->steps[0], tok);
	int32_t e = target_entity_at(d, (int32_t)tok, true);

	out->n = 0;
	add(out, PAIR_STEPS + least(b.up, 4) * 4 + least(b.down, 3));
	add(out, PAIR_BRANCH + least(b.up, 2) * TONE_RELS + b.rel);
	add(out, PAIR_BELOW + least(b.down, 1) * TONE_RELS +
			 (b.at >= 0 ? v->relation[(uint32_t)b.at - base] : TONE_NO_REL));
	if (tok < q->tok)
		far = q->tok - tok;
	else if (tok >= end)
		far = tok - end + 1;
	add(out,
	    PAIR_APART + (tok < q->tok ? 0 : 9) + (far < 4 ? far : 4 + least((far - 4) / 4, 4)));
	if (tok >= q->tok && tok < end)
		add(out, PAIR_INSIDE);
	else if (e >= 0 && e == q->entity)
		add(out, PAIR_SAME);
	add_speaker(v, tok, out);
	if (q->holder >= 0)
		add_holder(v, tok, out);
	add_frames(v, tok, out);
}

static uint32_t sign_row(int32_t sign)
{
	return (uint32_t)((sign > 0) - (sign < 0) + 1);
}

/* The relations from the target up to the first word that is above the holder too. */
static uint32_t chain_of(const struct tone_view *v)
{
	const struct doc *d = v->s->d;
	uint32_t base = d->sentences[v->sentence].tok;
	uint64_t chain = feature_of_int(1, 0);
	int32_t at = v->q.target;

	for (int i = 0; i < CHAIN_LINKS && d->tokens[at].head >= 0; i++) {
		chain = feature_and(chain, feature_of_int(2, d->tokens[at].rel));
		at = d->tokens[at].head;
		if (v->steps[1][(uint32_t)at - base] != APART)
			return (uint32_t)(feature_and(
						  chain,
						  feature_of_int(
							  3, least(v->steps[1][(uint32_t)at - base],
								   3))) %
					  TONE_CHAINS);
	}
	return TONE_CHAINS;
}

static void add_whole_holder(const struct tone_view *v, const struct side *sides, uint32_t n,
			     int32_t speaker, struct tone_rows *out)
{
	const struct tone_question *q = &v->q;
	uint32_t own = 3, chain = chain_of(v);

	for (uint32_t i = 0; i < n && own == 3; i++)
		if (fills(v, sides[i].holder, q->holder, q->holder_entity) ||
		    (sides[i].holder == HOLDER_SOURCE && q->holder_entity > 0 &&
		     speaker == q->holder_entity))
			own = sign_row(sides[i].sign);
	add(out, WHOLE_HOLDER);
	add(out, WHOLE_HOLDER_SPEAKS +
			 (q->holder_entity < 0 ? 2 : (uint32_t)(speaker == q->holder_entity)));
	add(out, WHOLE_HOLDER_REL + v->s->d->tokens[q->holder].rel);
	add(out, WHOLE_HOLDER_FIRST + (q->holder < q->target));
	add(out, WHOLE_OWN + own);
	if (chain < TONE_CHAINS)
		add(out, WHOLE_CHAIN + chain);
}

void tone_whole_rows(const struct tone_view *v, const int16_t *class_row, struct tone_rows *out)
{
	const struct stance_ground *s = v->s;
	const struct token *t = &s->d->tokens[v->q.target];
	struct side sides[SIDES_MAX];
	uint32_t n = polarity_sides(s->d, s->g, &s->frames, v->q.target, sides);
	int32_t speaker = stance_speaker(s, v->sentence, v->q.target), sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += sides[i].sign;
	sum = sum > 2 ? 2 : sum < -2 ? -2 : sum;
	out->n = 0;
	add(out, WHOLE_SUM + (uint32_t)(sum + 2));
	add(out, WHOLE_UPOS + t->upos);
	add(out, WHOLE_REL + t->rel);
	add(out, WHOLE_SPEAKER + (speaker == ENTITY_DOC_AUTHOR ? 0
				  : speaker != v->q.entity     ? 1
							       : 2));
	if (n) {
		int16_t row = row_of(s, class_row, sides[0].class);

		add(out, WHOLE_KIND + sides[0].class->kind * 3u + sign_row(sides[0].sign));
		if (row >= 0)
			add(out, TONE_WHOLE_ROWS + (uint32_t)row * 3 + sign_row(sides[0].sign));
	}
	if (v->q.holder >= 0)
		add_whole_holder(v, sides, n, speaker, out);
	else
		add(out, WHOLE_ANYONE);
}
