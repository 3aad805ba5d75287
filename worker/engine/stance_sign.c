#include "worker/engine/stance_sign.h"

#include "worker/engine/row.h"

/* A value of -1, 0, 1 where there is one at all. */
static void put_sign(struct row *r, const struct side *x)
{
	row_put(r, x ? 2 + x->sign : 0);
}

static void put_side(struct row *r, const struct side *x)
{
	put_sign(r, x);
	row_put(r, x ? 1 + x->class->kind : 0);
	row_put(r, x ? 2 + x->class->sign : 0);
	row_put(r, x ? 1 + x->depth : 0);
	row_put(r, x ? x->flags & 31 : 0);
	row_put(r, x ? !!(x->flags & SIDE_FAR) + 2 * !!(x->flags & SIDE_UNSIGNED) : 0);
}

/* The sides of a phrase that matter: of this holder, at all, nearest, and valuations. */
static void put_composed(struct row *r, const struct stance_ground *s, const struct candidates *c,
			 const struct pair *p)
{
	const struct side *sides = c->sides[p->target], *own = NULL, *last = NULL, *near = NULL;
	const struct side *value = NULL;
	int32_t holder = c->holders[p->holder].entity;
	int64_t sum = 0, own_sum = 0, n_plus = 0, n_minus = 0;

	for (uint32_t i = 0; i < c->n_sides[p->target]; i++) {
		const struct side *x = &sides[i];
		int32_t who = x->holder == HOLDER_SOURCE
				      ? stance_speaker(s, c->sentence, x->trigger)
				      : stance_actor_at(s->d, x->holder);

		if (!x->sign || x->class->kind == GRAMMAR_CERT)
			continue;
		sum += x->sign;
		n_plus += x->sign > 0;
		n_minus += x->sign < 0;
		own_sum += who == holder ? x->sign : 0;
		if (x->class->kind == GRAMMAR_EVAL) {
			value = x;
			continue;
		}
		last = x;
		near = near ? near : x;
		own = who == holder ? x : own;
	}
	put_side(r, p->side >= 0 ? &sides[p->side] : NULL);
	put_sign(r, own);
	put_sign(r, last);
	row_put(r, last ? 1 + last->class->kind : 0);
	put_sign(r, near);
	row_put(r, near ? 1 + near->class->kind : 0);
	put_sign(r, value);
	row_put_signed(r, sum);
	row_put_signed(r, own_sum);
	row_put(r, n_plus);
	row_put(r, n_minus);
}

/* The frames of a word that have a sign: 2 + sign of the first, its kind. */
static void put_word(struct row *r, const struct stance_ground *s, int32_t tok)
{
	const struct frames *f = &s->frames;
	const struct frame *found = NULL;

	for (uint32_t i = tok >= 0 ? f->of[tok] : 0; tok >= 0 && i < f->of[tok + 1] && !found; i++)
		if (f->list[i].class->sign && f->list[i].class->kind != GRAMMAR_CERT)
			found = &f->list[i];
	row_put(r, found ? 2 + found->class->sign : 0);
	row_put(r, found ? 1 + found->class->kind : 0);
}

/* Valuations within the phrase, before and after it, turned by negation. */
static void put_values(struct row *r, const struct stance_ground *s, const struct candidates *c,
		       const struct target *t)
{
	const struct doc *d = s->d;
	const struct sentence *st = &d->sentences[c->sentence];
	int64_t sum[3] = {0}, verbs = 0;
	int32_t voice = d->tokens[t->head].attrib;

	for (uint32_t i = st->tok; i < st->tok + st->n_tok; i++) {
		int where = i < t->tok ? 0 : i < t->tok + t->n_tok ? 1 : 2;
		int v;

		if (d->tokens[i].attrib != voice)
			continue;
		v = polarity_value(&s->frames, (int32_t)i);
		if (v && polarity_negated(d, (int32_t)i))
			v = -v;
		sum[where] += v;
		verbs += d->tokens[i].upos == UPOS_VERB ? v : 0;
	}
	for (int k = 0; k < 3; k++)
		row_put_signed(r, sum[k]);
	row_put_signed(r, sum[0] + sum[1] + sum[2]);
	row_put_signed(r, verbs);
}

static void put_phrase(struct row *r, const struct stance_ground *s, const struct candidates *c,
		       const struct pair *p)
{
	const struct doc *d = s->d;
	const struct target *t = &c->targets[p->target];
	const struct token *h = &d->tokens[t->head];
	const struct entity *e = &d->entities[c->holders[p->holder].entity];
	int32_t up = d->tokens[target_top(d, t->head)].head, subject = polarity_subject(d, t->head);

	put_word(r, s, t->head);
	put_word(r, s, up);
	put_word(r, s, up >= 0 ? d->tokens[up].head : -1);
	CHECK(r->n == SIGN_SMALL);
	row_put(r, t->kind);
	row_put(r, t->n_words);
	row_put(r, polarity_negated(d, t->head) + 2 * (up >= 0 && polarity_negated(d, up)));
	row_put(r, p->links & 31);
	row_put(r, p->links >> 5 & 31);
	row_put(r, t->entity < 0 ? 0 : 1 + str_eq(e->code, d->entities[t->entity].code));
	row_put(r, h->attrib < 0 ? 0
				 : 1 + d->attributions[h->attrib].kind * 2 +
					   d->attributions[h->attrib].direct);
	row_put(r, subject < 0 ? 0 : 1 + (d->tokens[subject].mention >= 0));
}

static void put_past(struct row *r, const struct candidates *c, const struct choice_past *past,
		     const struct pair *p)
{
	int32_t holder = c->holders[p->holder].entity, entity = c->targets[p->target].entity;
	int64_t toward = 0;

	for (uint32_t i = 0; entity >= 0 && i < past->n_stands; i++)
		if (past->stands[i].holder == holder && past->stands[i].entity == entity)
			toward += past->stands[i].sign;
	row_put_signed(r, toward);
	row_put_signed(r, entity >= 0 ? past->liked[entity] : 0);
	row_put_signed(r, past->last_holder == holder ? past->last_sign : 0);
}

static void put_hint(struct row *r, const struct stance_ground *s, const struct target *t)
{
	if (s->d->hints)
		row_put_logit(r, s->d->hints[t->head].support, 15);
	else
		row_put(r, 0);
}

void sign_values(const struct stance_ground *s, const struct candidates *c,
		 const struct choice_past *past, const struct pair *pair,
		 const struct sign_view *view, uint8_t *values)
{
	struct row r = {values, 0, SIGN_FEATURES};
	const double *p = view->p;
	double both = p[POLARITY_SUPPORT] + p[POLARITY_OPPOSE];

	row_put(&r, both > 0 ? (int64_t)(p[POLARITY_SUPPORT] / both * 31.99) : 16);
	row_put(&r, (int64_t)(p[POLARITY_NEUTRAL] * 31.99));
	for (int i = 0; i < SIGN_SOURCES; i++)
		row_put(&r, (int64_t)(view->parts[i] * 5 + 16.5));
	put_composed(&r, s, c, pair);
	put_values(&r, s, c, &c->targets[pair->target]);
	put_phrase(&r, s, c, pair);
	put_past(&r, c, past, pair);
	put_hint(&r, s, &c->targets[pair->target]);
	CHECK(r.n == SIGN_FEATURES);
}
