#include "worker/engine/event_who_values.h"

#include "worker/engine/row.h"

static void put_logit(struct row *r, double x)
{
	row_put(r, x < -6 ? 0 : (int64_t)((x + 6) * 2.6));
}

static int64_t relation(enum rel rel)
{
	static const uint8_t place[N_REL] = {
		[REL_NSUBJ] = 1,      [REL_NSUBJ_OUTER] = 1, [REL_CSUBJ] = 2,
		[REL_NSUBJ_PASS] = 3, [REL_OBL_AGENT] = 4,   [REL_NMOD_POSS] = 5,
		[REL_COMPOUND] = 6,   [REL_AMOD] = 7,        [REL_APPOS] = 8,
		[REL_FLAT] = 9,       [REL_CONJ] = 10,       [REL_ROOT] = 11,
		[REL_PARATAXIS] = 12, [REL_CCOMP] = 13,      [REL_XCOMP] = 14,
		[REL_ADVCL] = 15,     [REL_ACL] = 16,        [REL_ACL_RELCL] = 17,
		[REL_NMOD] = 18,      [REL_OBL] = 19,        [REL_IOBJ] = 20,
		[REL_OBJ] = 21};

	return place[rel] ? place[rel] : place[rel_base(rel)];
}

static int64_t role_index(struct str role)
{
	static const char *const roles[] = {"GOV", "MIL", "LEG", "JUD", "PTY", "OPP", "MED",
					    "EDU", "BUS", "CVL", "SPY", "IGO", "NGO", "REB"};

	for (uint32_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (str_is(role, roles[i]))
			return i + 1;
	return 0;
}

static int64_t code_class(struct str code)
{
	if (!code.n)
		return 0;
	if (str_is(code, "WORLD"))
		return 1;
	return str_starts(code, STR("OTHER:")) ? 2 : code.n == 3 ? 4 : 3;
}

/* Steps from one token up to the ancestor that both share. */
static int64_t steps_up(const struct doc *d, int32_t from, int32_t to)
{
	int64_t n = 0;

	for (int32_t t = from; t >= 0 && n < TREES_BINS - 1; t = d->tokens[t].head, n++)
		if (doc_dominates(d, t, to))
			return n;
	return n;
}

/* What is the same for all candidates of an event. */
struct scene {
	const struct frame_rec *frame;
	int32_t subject;
	int64_t trigger, manner, subject_kind;
	int64_t n_entities, n_codes;
};

static int64_t subject_kind(const struct event_ground *g, int32_t s)
{
	const struct doc *d = g->d;
	const struct token *t;

	if (s < 0)
		return 0;
	t = &d->tokens[s];
	if (str_is(t->lower, "we") || str_is(t->lower, "i"))
		return 1;
	if (str_is(t->lower, "it") || str_is(t->lower, "there"))
		return 2;
	if (t->mention >= 0 && d->mentions[t->mention].entity > 0)
		return d->entities[d->mentions[t->mention].entity].code.n ? 6 : 5;
	return t->upos == UPOS_PRON ? 3 : 4;
}

static struct scene scene_of(const struct event_ground *g, const struct event_context *x,
			     const struct who_arg *list)
{
	const struct doc *d = g->d;
	int32_t tok = x->candidate->tok;
	const struct token *t = &d->tokens[tok];
	bool inherited = false, direct;
	struct scene s = {.frame = event_frame_of(g, x),
			  .subject = event_subject(d, tok, &inherited)};
	int32_t voice = event_voice(d, tok, &direct);

	s.trigger = (t->upos == UPOS_VERB   ? 0
		     : t->upos == UPOS_NOUN ? 2
					    : 4) +
		    event_is_passive(d, tok);
	s.manner = event_is_duty(g, tok) + 2 * event_negated(d, tok) + 4 * direct +
		   8 * (voice > ENTITY_DOC_AUTHOR) + 16 * g->speech;
	s.subject_kind = subject_kind(g, s.subject) * 2 + inherited;
	for (uint32_t i = 0; i < x->n_args; i++) {
		bool entity = true, code = list[i].code != 0;

		for (uint32_t k = 0; k < i; k++) {
			entity &= list[k].entity != list[i].entity;
			code &= list[k].code != list[i].code;
		}
		s.n_entities += entity;
		s.n_codes += code;
	}
	return s;
}

static void put_place(struct row *r, const struct event_arg *a)
{
	int64_t prep = 0;

	for (uint32_t i = FRAME_ROLE_OF; i < N_FRAME_ROLES && !prep; i++)
		prep = a->prep >= 0 && (a->frame_role >> i & 1) ? (int64_t)i : 0;
	row_put(r, a->place);
	row_put(r, a->prep >= 0 ? prep + 1 : 0);
	row_put(r, a->conjunct + 2 * a->nested);
	row_put(r, a->distance < 16 ? a->distance : 12 + a->distance / 4);
	row_put(r, a->rank);
}

static void put_mention(struct row *r, const struct event_ground *g, int32_t tok, int32_t mention)
{
	const struct doc *d = g->d;
	const struct mention *m = mention >= 0 ? &d->mentions[mention] : NULL;
	uint32_t sent = d->tokens[tok].sent;
	int64_t before = 0;
	bool here = m && d->tokens[m->head].sent == sent;

	for (uint32_t k = g->mentions_at[sent]; here && k < g->mentions_at[sent + 1]; k++)
		before += d->mentions[g->mentions[k]].head < m->head;
	row_put(r, m ? 1 + m->kind * 4 + m->generic * 2 + m->plural : 0);
	row_put(r, m ? 1 + m->is_place * 4 + m->modifier * 2 + m->guessed : 0);
	row_put(r, m ? relation((enum rel)d->tokens[m->head].rel) : 0);
	row_put(r, m && d->tokens[m->head].head >= 0 ? 1 + d->tokens[d->tokens[m->head].head].upos
						     : 0);
	row_put(r, m ? sent - d->tokens[m->head].sent : 31);
	row_put(r, here ? 1 + before : 0);
	row_put(r, here ? 1 + (m->head > tok) : 0);
	row_put(r, here ? steps_up(d, tok, m->head) : 31);
	row_put(r, here ? steps_up(d, m->head, tok) : 31);
	row_put(r, here ? 1 + (event_clause(d, tok) == event_clause(d, m->head)) : 0);
}

static void put_entity(struct row *r, const struct event_ground *g, const struct event_context *x,
		       const struct event_arg *a)
{
	const struct doc *d = g->d;
	const struct entity *e = &d->entities[a->entity];
	int64_t seen = 0, voices = 0;

	for (uint32_t i = 0; i < x->n_args; i++) {
		if (x->args[i].entity != a->entity)
			continue;
		seen++;
		voices |= (x->args[i].place == ARG_SPEAKER) |
			  (x->args[i].place == ARG_SPEAKER_OUTER) << 1 |
			  (x->args[i].place == ARG_VOICE) << 2 |
			  (x->args[i].place == ARG_ADDRESSEE) << 3 |
			  (x->args[i].place == ARG_SALIENT) << 4;
	}
	row_put(r, e->kind);
	row_put(r, role_index(e->role));
	row_put(r, code_class(e->code));
	row_put(r, e->n_mentions);
	row_put(r, seen);
	row_put(r, voices);
	row_put(r, g->salient && e->code.n && str_eq(d->entities[g->salient].code, e->code));
}

static void put_scene(struct row *r, const struct event_ground *g, const struct event_context *x,
		      const struct scene *s, const struct event_arg *a)
{
	const struct doc *d = g->d;
	const struct token *t = &d->tokens[x->candidate->tok];
	const struct frame_rec *f = s->frame;
	int32_t m = s->subject >= 0 ? d->tokens[s->subject].mention : -1;

	row_put(r, x->type);
	row_put(r, s->trigger);
	row_put(r, s->manner);
	row_put(r, s->subject_kind);
	row_put(r, m >= 0 && d->mentions[m].entity == (int32_t)a->entity);
	row_put(r, !f ? 0
		      : 1 + ((f->source & a->frame_role) != 0) +
				   2 * ((f->target & a->frame_role) != 0));
	row_put(r, f ? 1 + f->flags : 0);
	row_put(r, s->n_entities);
	row_put(r, s->n_codes);
	row_put(r, relation((enum rel)t->rel));
	row_put(r, t->head >= 0 ? 1 + d->tokens[t->head].upos : 0);
	row_put(r, d->sentences[t->sent].kind);
	row_put(r, t->sent);
	row_put(r, d->sentences[t->sent].n_tok / 3);
}

/* How many of the document's deeds of a type are an actor's. */
static void put_share(struct row *r, uint32_t own, uint32_t all)
{
	row_put(r, own);
	row_put(r, all ? 1 + 30 * own / all : 0);
}

static void fill_deeds(struct who_arg *a, const struct event_ground *g, uint32_t type)
{
	const struct event_deeds *all = &g->deeds[0], *own = &g->deeds[a->code];
	struct row r = {a->deeds, 0, WHO_DEEDS};

	if (!a->code)
		return;
	put_share(&r, own->does[type], all->does[type]);
	put_share(&r, own->gets[type], all->gets[type]);
}

void who_args(const struct event_ground *g, const struct event_context *x, struct who_arg *list)
{
	struct scene s;

	for (uint32_t i = 0; i < x->n_args; i++) {
		const struct event_arg *a = &x->args[i];

		list[i] = (struct who_arg){.entity = a->entity,
					   .code = g->same_code[a->entity],
					   .place = a->place,
					   .conjunct = a->conjunct};
		fill_deeds(&list[i], g, x->type);
	}
	s = scene_of(g, x, list);
	for (uint32_t i = 0; i < x->n_args; i++) {
		double rule[N_WHO_SIDES] = {event_arg_rule(g, x, i, false),
					    event_arg_rule(g, x, i, true)};
		struct row r = {list[i].values[WHO_SOURCE], 0, WHO_ALONE};

		put_place(&r, &x->args[i]);
		put_mention(&r, g, x->candidate->tok, x->args[i].mention);
		put_entity(&r, g, x, &x->args[i]);
		put_scene(&r, g, x, &s, &x->args[i]);
		memcpy(list[i].values[WHO_TARGET], r.v, r.n);
		for (int side = 0; side < N_WHO_SIDES; side++) {
			r.v = list[i].values[side];
			r.n = WHO_ALONE - 2;
			row_put(&r, (int64_t)(31 * rule[side]));
			row_put(&r, (int64_t)(31 * rule[!side]));
		}
	}
}

/* What the others are, seen from one actor. */
struct rivals {
	double other, other_code, own_code, crossed; /* the likeliest, as logits */
	int64_t rank, second_place;
};

static void max_to(double *best, double x)
{
	if (x > *best)
		*best = x;
}

static double chance(double logit)
{
	return 1 / (1 + linear_exp(-logit));
}

static struct rivals rivals_of(const struct who_arg *list, uint32_t n, enum who_side side,
			       const uint32_t *actors, uint32_t n_actors, uint32_t self)
{
	const struct who_arg *a = &list[self];
	struct rivals r = {.other = ROW_NOBODY,
			   .other_code = ROW_NOBODY,
			   .own_code = ROW_NOBODY,
			   .crossed = ROW_NOBODY};
	double second = ROW_NOBODY;

	for (uint32_t k = 0; k < n_actors; k++) {
		const struct who_arg *o = &list[actors[k]];

		r.rank += o->logit[side] > a->logit[side];
		if (o == a)
			continue;
		max_to(&r.other, o->logit[side]);
		max_to(o->code && o->code == a->code ? &r.own_code : &r.other_code, o->logit[side]);
	}
	for (uint32_t i = 0; i < n; i++) {
		if (list[i].entity != a->entity)
			continue;
		max_to(&r.crossed, list[i].logit[!side]);
		if (i != self && list[i].logit[side] > second) {
			second = list[i].logit[side];
			r.second_place = 1 + (int64_t)list[i].place;
		}
	}
	return r;
}

/* How an actor stands to the likeliest one. */
static int64_t beside(const struct who_arg *a, const struct who_arg *best)
{
	if (a == best)
		return 0;
	return 1 + 2 * (a->place == best->place) + (a->conjunct || best->conjunct);
}

/* Every actor once, by the candidate that speaks best for it. */
struct actors {
	const struct who_arg *list;
	enum who_side side;
	uint32_t at[EVENT_ARGS_MAX], n, best;
	double all; /* sum of chances */
	int64_t n_likely;
};

static void gather(struct actors *x, uint32_t n_args)
{
	for (uint32_t i = 0; i < n_args; i++) {
		uint32_t k = 0;

		while (k < x->n && x->list[x->at[k]].entity != x->list[i].entity)
			k++;
		if (k == x->n)
			x->at[x->n++] = i;
		else if (x->list[i].logit[x->side] > x->list[x->at[k]].logit[x->side])
			x->at[k] = i;
	}
	for (uint32_t k = 0; k < x->n; k++) {
		double logit = x->list[x->at[k]].logit[x->side];

		if (logit > x->list[x->at[x->best]].logit[x->side])
			x->best = k;
		x->all += chance(logit);
		x->n_likely += logit > -1;
	}
}

static void put_company(struct row *r, const struct actors *x, uint32_t n_args, uint32_t self)
{
	const struct who_arg *a = &x->list[self], *best = &x->list[x->at[x->best]];
	struct rivals v = rivals_of(x->list, n_args, x->side, x->at, x->n, self);

	put_logit(r, a->logit[x->side]);
	put_logit(r, v.crossed);
	row_put_margin(r, a->logit[x->side], v.other);
	row_put_margin(r, a->logit[x->side], v.other_code);
	row_put_margin(r, a->logit[x->side], v.own_code);
	row_put_margin(r, a->logit[x->side], v.crossed);
	row_put(r, (int64_t)(x->all * 6));
	row_put(r, x->n_likely);
	row_put(r, v.rank);
	row_put(r, v.second_place);
	row_put(r, beside(a, best));
	row_put(r, best->place);
	row_put(r, x->n);
}

static void put_source(struct row *r, const struct who_arg *a, const struct who_arg *s, double p)
{
	row_put(r, s ? 1 + (s->entity == a->entity) * 2 + (s->code && s->code == a->code) : 0);
	row_put(r, s ? 1 + (int64_t)s->place : 0);
	row_put(r, (int64_t)(p * 31));
	row_put(r, s ? 1 + 2 * (s->place == a->place) + a->conjunct : 0);
}

uint32_t who_actors(const struct who_arg *list, uint32_t n, enum who_side side, int32_t source,
		    double p_source, struct who_actor out[static EVENT_ARGS_MAX])
{
	struct actors x = {.list = list, .side = side};

	gather(&x, n);
	for (uint32_t k = 0; k < x.n; k++) {
		const struct who_arg *a = &list[x.at[k]];
		struct row r = {out[k].values, WHO_ALONE, WHO_VALUES};

		out[k].arg = x.at[k];
		memcpy(out[k].values, a->values[side], WHO_ALONE);
		put_company(&r, &x, n, x.at[k]);
		put_source(&r, a, source >= 0 ? &list[source] : NULL, p_source);
		put_logit(&r, list[x.at[x.best]].logit[side]);
		CHECK(r.n == WHO_ALONE + WHO_BESIDE);
		memcpy(out[k].values + r.n, a->deeds, WHO_DEEDS);
	}
	return x.n;
}
