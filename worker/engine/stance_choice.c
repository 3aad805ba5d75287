#include "worker/engine/stance_choice.h"

#include "worker/engine/row.h"

static void put_logit(struct row *r, double x)
{
	row_put(r, x < -5 ? 0 : (int64_t)((x + 5) * 3));
}

/* A chance: finer where it is small. */
static void put_chance(struct row *r, double p)
{
	row_put(r, (int64_t)(p < 0.1 ? p * 100 : 10 + (p - 0.1) * 24));
}

bool targets_overlap(const struct target *a, const struct target *b)
{
	return a->tok < b->tok + b->n_tok && b->tok < a->tok + a->n_tok;
}

static bool is_naming(const struct token *t)
{
	return t->upos == UPOS_NOUN || t->upos == UPOS_PROPN || t->upos == UPOS_VERB ||
	       t->upos == UPOS_ADJ || t->upos == UPOS_NUM;
}

static bool has_word(const struct doc *d, const struct target *t, struct str lower)
{
	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++)
		if (is_naming(&d->tokens[i]) && str_eq(d->tokens[i].lower, lower))
			return true;
	return false;
}

static bool names_all(const struct doc *d, const struct target *a, const struct target *b)
{
	uint32_t n = 0;

	for (uint32_t i = b->tok; i < b->tok + b->n_tok; i++) {
		if (!is_naming(&d->tokens[i]))
			continue;
		if (!has_word(d, a, d->tokens[i].lower))
			return false;
		n++;
	}
	return n > 0;
}

bool targets_repeat(const struct doc *d, const struct target *a, const struct target *b)
{
	return names_all(d, a, b) || names_all(d, b, a);
}

static bool contains(const struct target *a, const struct target *b)
{
	return a->tok <= b->tok && b->tok + b->n_tok <= a->tok + a->n_tok;
}

static const struct target *target_of(const struct candidates *c, const struct scored *x)
{
	return &c->targets[x->pair.target];
}

/* What the rivals of a pair are, by how they stand to it. */
struct rivals {
	double around, within, other_holder, crossing; /* the surest, as logits */
	double same_target, same_holder, all;          /* sums of chances */
	double best;
	const struct scored *outer, *inner; /* the surest of the same holder around and within */
	uint32_t n_around, n_within, rank, rank_of_holder, n_likely;
};

static void max_to(double *best, double x)
{
	if (x > *best)
		*best = x;
}

static void surest(const struct scored **best, double *logit, const struct scored *x)
{
	if (x->logit > *logit)
		*best = x;
	max_to(logit, x->logit);
}

static struct rivals rivals_of(const struct candidates *c, const struct scored *list, uint32_t n,
			       const struct scored *x)
{
	const struct target *t = target_of(c, x);
	struct rivals r = {.around = ROW_NOBODY,
			   .within = ROW_NOBODY,
			   .other_holder = ROW_NOBODY,
			   .crossing = ROW_NOBODY,
			   .best = ROW_NOBODY};

	for (uint32_t i = 0; i < n; i++) {
		const struct scored *y = &list[i];
		const struct target *u = target_of(c, y);
		bool holder = y->pair.holder == x->pair.holder;

		r.all += y->p;
		r.n_likely += y->p > 0.25;
		r.rank += y->logit > x->logit;
		r.rank_of_holder += holder && y->logit > x->logit;
		r.same_holder += holder ? y->p : 0;
		if (y == x)
			continue;
		max_to(&r.best, y->logit);
		if (u == t) {
			r.same_target += y->p;
			max_to(&r.other_holder, y->logit);
		} else if (targets_overlap(t, u)) {
			if (!holder)
				max_to(&r.crossing, y->logit);
			else if (contains(u, t))
				surest(&r.outer, &r.around, y);
			else
				surest(&r.inner, &r.within, y);
			r.n_around += holder && contains(u, t);
			r.n_within += holder && !contains(u, t);
		}
	}
	return r;
}

static void put_scores(struct row *r, const struct scored *x, const struct rivals *y)
{
	put_logit(r, x->logit);
	for (int i = 0; i < CHOICE_PARTS; i++)
		row_put(r, (int64_t)(x->parts[i] * 6 + 16.5));
	put_chance(r, x->p_target);
	row_put(r, (int64_t)(x->p_sign * 31));
	row_put(r, x->polarity);
	row_put_margin(r, x->logit, y->around);
	row_put_margin(r, x->logit, y->within);
	row_put_margin(r, x->logit, y->other_holder);
	row_put_margin(r, x->logit, y->crossing);
	row_put_margin(r, x->logit, y->best);
	row_put(r, (int64_t)(y->same_target * 8));
	row_put(r, (int64_t)(y->same_holder * 6));
	row_put(r, (int64_t)(y->all * 3));
	row_put(r, y->n_around);
	row_put(r, y->n_within);
	row_put(r, y->rank);
	row_put(r, y->rank_of_holder);
	row_put(r, y->n_likely);
}

/* Relations that tell most about what a phrase is, each with a place of its own. */
static int64_t relation(const struct token *t)
{
	static const uint8_t place[N_REL] = {
		[REL_ROOT] = 1,      [REL_OBJ] = 2,        [REL_OBL] = 3,
		[REL_NMOD] = 4,      [REL_CCOMP] = 5,      [REL_XCOMP] = 6,
		[REL_NSUBJ] = 7,     [REL_NSUBJ_PASS] = 8, [REL_CONJ] = 9,
		[REL_ACL] = 10,      [REL_ACL_RELCL] = 11, [REL_ADVCL] = 12,
		[REL_COMPOUND] = 13, [REL_NMOD_POSS] = 14, [REL_OBL_AGENT] = 15,
		[REL_APPOS] = 16,    [REL_PARATAXIS] = 17, [REL_AMOD] = 18,
		[REL_CSUBJ] = 19};

	return place[t->rel];
}

static void put_target(struct row *r, const struct stance_ground *s, const struct candidates *c,
		       const struct target *t)
{
	const struct doc *d = s->d;
	const struct sentence *st = &d->sentences[c->sentence];
	const struct token *h = &d->tokens[t->head];
	const struct token *top = &d->tokens[target_top(d, t->head)];
	const struct token *g = top->head >= 0 ? &d->tokens[top->head] : NULL;
	const struct entity *e = t->entity >= 0 ? &d->entities[t->entity] : NULL;
	int64_t actors = 0;

	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++)
		actors += d->tokens[i].mention >= 0;
	row_put(r, t->kind);
	row_put(r, t->n_words);
	row_put(r, t->n_tok);
	row_put(r, e ? 1 + (e->code.n > 0) + (e->code.n > 3) : 0);
	row_put(r, e ? e->n_mentions : 0);
	row_put(r, actors);
	row_put(r, relation(h));
	row_put(r, relation(top));
	row_put(r, h->upos);
	row_put(r, g ? relation(g) : 0);
	row_put(r, g ? g->upos : 0);
	row_put(r, doc_depth(d, t->head, TREES_BINS));
	row_put(r, st->n_tok ? 16 * (t->tok - st->tok) / st->n_tok : 0);
	row_put(r, (int64_t)(st->tok + st->n_tok) - (t->tok + t->n_tok));
	row_put(r, polarity_negated(d, t->head));
	row_put(r, doc_child(d, t->head, REL_NMOD) >= 0);
	row_put(r, (int64_t)t->head - t->tok);
}

static void put_place(struct row *r, const struct stance_ground *s, const struct candidates *c,
		      const struct target *t)
{
	const struct doc *d = s->d;
	const struct sentence *st = &d->sentences[c->sentence];
	int32_t a = d->tokens[t->head].attrib;
	int64_t nest = 0;

	row_put(r, a >= 0 ? 1 + d->attributions[a].kind * 2 + d->attributions[a].direct : 0);
	for (; a >= 0 && nest < TREES_BINS; nest++)
		a = d->attributions[a].parent;
	row_put(r, nest);
	row_put(r, st->n_tok / 3);
	row_put(r, st->kind);
	row_put(r, st->voice >= 0);
	row_put(r, c->sentence);
	row_put(r, d->n_sentences / 4);
	row_put(r, s->density);
	row_put(r, c->n_targets);
	row_put(r, c->n_holders);
}

/* What the phrase's own head does to what stands below it ("end the war"): sign and kind. */
static void put_own_frame(struct row *r, const struct stance_ground *s, const struct target *t)
{
	const struct frames *f = &s->frames;
	const struct frame *found = NULL;

	for (uint32_t i = f->of[t->head]; i < f->of[t->head + 1] && !found; i++)
		if (f->list[i].class->sign && f->list[i].class->kind != GRAMMAR_EVAL &&
		    f->list[i].class->kind != GRAMMAR_CERT && f->list[i].n_targets)
			found = &f->list[i];
	row_put(r, found ? 2 + found->class->sign : 0);
	row_put(r, found ? 1 + found->class->kind : 0);
}

/* Whether the surest phrases around and within it have the other sign. */
static void put_nested(struct row *r, const struct scored *x, const struct rivals *y)
{
	row_put(r, y->outer ? 1 + (y->outer->polarity != x->polarity) : 0);
	row_put(r, y->inner ? 1 + (y->inner->polarity != x->polarity) : 0);
}

/* How often the holder had a stance on the same actor before. */
static int64_t said_before(const struct choice_past *past, const struct candidates *c,
			   const struct scored *x)
{
	const struct target *t = target_of(c, x);
	int64_t n = 0;

	for (uint32_t i = 0; t->entity >= 0 && i < past->n_stands; i++)
		n += past->stands[i].holder == c->holders[x->pair.holder].entity &&
		     past->stands[i].entity == t->entity;
	return n;
}

static void put_holder(struct row *r, const struct stance_ground *s, const struct candidates *c,
		       const struct scored *x)
{
	const struct doc *d = s->d;
	const struct holder *h = &c->holders[x->pair.holder];
	const struct target *t = target_of(c, x);
	const struct entity *e = &d->entities[h->entity];
	uint16_t l = x->pair.links;
	int64_t away = h->tok >= 0 ? (int64_t)h->tok - t->head : 0;

	row_put(r, h->entity == ENTITY_DOC_AUTHOR);
	row_put(r, h->entity == ENTITY_DOC_AUTHOR ? 1 + s->opinion : 0);
	row_put(r, !!(l & LINK_SOURCE) + 2 * !!(l & LINK_OUTER) + 4 * !!(l & LINK_VOICE));
	row_put(r, !!(l & LINK_SUBJECT) + 2 * !!(l & LINK_POSSESSOR) + 4 * !!(l & LINK_INSIDE));
	row_put(r, !!(l & LINK_MENTION) + 2 * !!(l & LINK_EARLIER) + 4 * !!(l & LINK_SELF));
	row_put(r, e->kind);
	row_put(r, (int64_t)e->code.n);
	row_put(r, e->n_mentions);
	row_put(r, t->entity >= 0 ? 1 + str_eq(e->code, d->entities[t->entity].code) : 0);
	row_put(r, h->tok < 0 ? 31 : 15 + away / 2);
}

static void put_sides(struct row *r, const struct candidates *c, const struct scored *x)
{
	const struct side *side =
		x->pair.side >= 0 ? &c->sides[x->pair.target][x->pair.side] : NULL;
	int sign = x->polarity == POLARITY_SUPPORT ? 1 : x->polarity == POLARITY_OPPOSE ? -1 : 0;

	row_put(r, c->n_sides[x->pair.target]);
	row_put(r, side ? 1 + side->class->kind : 0);
	row_put(r, side ? 2 + side->sign * sign : 0);
	row_put(r, side ? 1 + side->depth : 0);
	row_put(r, side ? side->flags & 31 : 0);
	row_put(r, side ? side->strength : 0);
}

/* Whether the phrase holds both a report and the words around it ("Wang said that ..."). */
static int64_t mixes_voices(const struct doc *d, const struct target *t)
{
	int64_t n = 0;

	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++)
		n += d->tokens[i].attrib != d->tokens[t->head].attrib;
	return n;
}

static int64_t has_subject(const struct doc *d, const struct target *t)
{
	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++)
		if (d->tokens[i].head == t->head &&
		    (d->tokens[i].rel == REL_NSUBJ || d->tokens[i].rel == REL_NSUBJ_PASS))
			return 1 + (d->tokens[i].mention >= 0);
	return 0;
}

static void put_past(struct row *r, const struct stance_ground *s, const struct candidates *c,
		     const struct choice_past *past, const struct scored *x)
{
	const struct target *t = target_of(c, x);
	int32_t h = c->holders[x->pair.holder].entity;
	uint32_t n = past->sentences ? past->sentences : 1;

	row_put(r, (int64_t)(past->sum * 4 / n));
	row_put(r, past->sentences ? 1 + 8 * past->chosen / n : 0);
	row_put(r, past->held[h]);
	row_put(r, past->chosen ? 1 + 16 * past->held[h] / past->chosen : 0);
	row_put(r, t->entity >= 0 ? 1 + past->met[t->entity] : 0);
	row_put(r, (past->last_holder == h) + 2 * (past->of_sentence > 3 ? 3 : past->of_sentence));
	row_put(r, mixes_voices(s->d, t));
	row_put(r, has_subject(s->d, t));
}

/* What the network says of phrase, holder and sign, and of the surest others beside them. */
static void put_hints(struct row *r, const struct doc *d, const struct candidates *c,
		      const struct scored *list, uint32_t n, const struct scored *x)
{
	const struct stance_hint *at = d->hints;
	int32_t t = target_of(c, x)->head, h = c->holders[x->pair.holder].tok;
	double target = ROW_NOBODY, holder = ROW_NOBODY;

	if (!at) {
		for (int i = 0; i < CHOICE_HINTS; i++)
			row_put(r, 0);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		int32_t u = target_of(c, &list[i])->head;
		int32_t k = c->holders[list[i].pair.holder].tok;

		if (u != t)
			max_to(&target, (double)at[u].target);
		if (k >= 0 && k != h)
			max_to(&holder, (double)at[k].holder);
	}
	row_put_logit(r, at[t].target, 18);
	row_put_margin(r, (double)at[t].target, target);
	if (h < 0)
		row_put(r, 0);
	else
		row_put_logit(r, at[h].holder, 18);
	row_put_margin(r, h < 0 ? 0 : (double)at[h].holder, holder);
	row_put_logit(r, x->polarity == POLARITY_SUPPORT ? at[t].support : -at[t].support, 15);
}

void choice_alone(const struct stance_ground *s, const struct candidates *c,
		  const struct choice_past *past, struct scored *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct row r = {list[i].values, 0, CHOICE_ALONE};
		struct rivals y = rivals_of(c, list, n, &list[i]);

		put_scores(&r, &list[i], &y);
		put_target(&r, s, c, target_of(c, &list[i]));
		put_place(&r, s, c, target_of(c, &list[i]));
		put_holder(&r, s, c, &list[i]);
		put_sides(&r, c, &list[i]);
		put_past(&r, s, c, past, &list[i]);
		put_own_frame(&r, s, target_of(c, &list[i]));
		put_nested(&r, &list[i], &y);
		put_hints(&r, s->d, c, list, n, &list[i]);
		row_put(&r, said_before(past, c, &list[i]));
		CHECK(r.n == CHOICE_ALONE);
	}
}

/* How a phrase stands in the tree to one chosen before. */
static int64_t in_tree(const struct doc *d, const struct target *t, const struct target *u)
{
	if (t == u)
		return 1;
	if (targets_overlap(t, u))
		return contains(t, u) ? 2 : 3;
	if (d->tokens[t->head].head == d->tokens[u->head].head)
		return 4;
	if (d->tokens[t->head].head == u->head)
		return d->tokens[t->head].rel == REL_CONJ ? 5 : 6;
	if (d->tokens[u->head].head == t->head)
		return d->tokens[u->head].rel == REL_CONJ ? 7 : 8;
	if (doc_dominates(d, u->head, t->head))
		return 9;
	return doc_dominates(d, t->head, u->head) ? 10 : 11;
}

static int32_t trigger_of(const struct candidates *c, const struct scored *x)
{
	return x->pair.side >= 0 ? c->sides[x->pair.target][x->pair.side].trigger : -1;
}

static bool same_code(const struct doc *d, int32_t a, int32_t b)
{
	return a >= 0 && b >= 0 &&
	       (a == b ||
		(d->entities[a].code.n && str_eq(d->entities[a].code, d->entities[b].code)));
}

void choice_beside(const struct stance_ground *s, const struct candidates *c, struct scored *x,
		   const struct scored *chosen, uint32_t n_chosen)
{
	struct row r = {x->values + CHOICE_ALONE, 0, CHOICE_BESIDE};
	const struct target *t = target_of(c, x);
	int64_t same_holder = 0, same_sign = 0, entity = 0, trigger = 0, nearest = 31;
	int64_t own_tree = 0, other_tree = 0, own_sign = 0, dominated = 0, dominates = 0, touch = 0;
	double least = 1, last = ROW_NOBODY;

	for (uint32_t i = 0; i < n_chosen; i++) {
		const struct scored *y = &chosen[i];
		const struct target *u = target_of(c, y);
		int64_t tree = in_tree(s->d, t, u), away;
		bool holder = y->pair.holder == x->pair.holder;

		away = u->tok >= t->tok ? (int64_t)u->tok - (t->tok + t->n_tok)
					: (int64_t)t->tok - (u->tok + u->n_tok);
		away = away < 0 ? 0 : away > 30 ? 30 : away;
		same_holder += holder;
		same_sign += holder && y->polarity == x->polarity;
		entity += same_code(s->d, t->entity, u->entity);
		trigger += trigger_of(c, x) >= 0 && trigger_of(c, x) == trigger_of(c, y);
		dominated += tree == 6 || tree == 9;
		dominates += tree == 8 || tree == 10;
		touch += tree <= 3;
		if (holder && (!own_tree || away <= nearest))
			own_tree = tree, own_sign = 1 + (y->polarity == x->polarity);
		if (!holder && (!other_tree || away <= nearest))
			other_tree = tree;
		nearest = away < nearest ? away : nearest;
		least = y->raw < least ? y->raw : least;
		last = y->logit;
	}
	row_put(&r, n_chosen);
	row_put(&r, same_holder);
	row_put(&r, same_sign);
	row_put(&r, entity);
	row_put(&r, trigger);
	row_put(&r, nearest);
	row_put(&r, own_tree);
	row_put(&r, other_tree);
	row_put(&r, own_sign);
	row_put(&r, dominated);
	row_put(&r, dominates);
	row_put(&r, touch);
	put_chance(&r, least);
	row_put_margin(&r, x->logit, last);
	CHECK(r.n == CHOICE_BESIDE);
}
