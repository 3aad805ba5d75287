/* Features and the plain reading of candidates for source and target. */
#include "worker/engine/event_args.h"

enum {
	A_BIAS = 400,
	A_PLACE,
	A_PLACE_TYPE,
	A_PLACE_FRAME,
	A_PLACE_LEMMA,
	A_PREP,
	A_PREP_TYPE,
	A_FRAME_ROLE,
	A_PATH,
	A_PATH_TYPE,
	A_DISTANCE,
	A_RANK,
	A_ENTITY,
	A_ENTITY_TYPE,
	A_FLAGS,
	A_EXISTS,
	A_CLUSTER,
	A_CLUSTER_PREP,
	A_RULE,
	A_SALIENCE,
	A_UPOS,
	A_POSITION,
	A_SPEAKER,
	A_SUBJECT,
	A_FIRST,
	A_LEMMA_ROLE,
	A_OTHER_BETTER,
	A_GOVERNOR,
	A_GOVERNOR_CLUSTER,
	A_OBJECT,
	A_HEAD_CLUSTER,
};

static uint64_t pair(uint64_t a, uint64_t b)
{
	return feature_and(a + 1, b + 1);
}

static void add(struct features *f, uint32_t t, uint64_t v)
{
	features_add(f, feature_and(feature_of_int(t, 1), v));
}

const struct frame_rec *event_frame_of(const struct event_ground *g, const struct event_context *x)
{
	const struct frame_match *m = event_match_of(g, x->candidate, x->type);

	return m ? frame_at(g->book, m->frame) : NULL;
}

/* Types that are done by saying: their source is who speaks. */
static bool is_verbal(uint32_t type)
{
	int quad = event_type_quad((enum event_type)type);

	return (quad == 1 || quad == 3) && type != EVENT_CONSULT;
}

static double source_rule(const struct event_ground *g, const struct event_context *x,
			  const struct event_arg *a)
{
	bool noun = g->d->tokens[x->candidate->tok].upos != UPOS_VERB;

	switch (a->place) {
	case ARG_SUBJECT:
		return noun ? 0.35 : 0.95;
	case ARG_AGENT:
		return 0.93;
	case ARG_SUBJECT_FAR:
		return 0.85;
	case ARG_POSSESSOR:
		return 0.9;
	case ARG_MODIFIER:
		return noun ? 0.8 : 0.3;
	case ARG_LIGHT_SUBJECT:
		return 0.75;
	case ARG_SPEAKER:
		return is_verbal(x->type) ? 0.7 : 0.2;
	case ARG_VOICE:
		return is_verbal(x->type) ? 0.65 : 0.2;
	case ARG_PREP:
	case ARG_OBJECT_PREP:
		return 0.1;
	case ARG_HIGHER_SUBJECT:
		return 0.5;
	case ARG_PREVIOUS_SUBJECT:
		return 0.12;
	case ARG_SALIENT:
		return 0.08;
	case ARG_BEFORE:
		return 0.3;
	default:
		return 0.05;
	}
}

static double target_rule(const struct event_arg *a)
{
	switch (a->place) {
	case ARG_OBJECT:
	case ARG_INDIRECT:
	case ARG_PASSIVE_SUBJECT:
		return 0.9;
	case ARG_PREP:
	case ARG_OBJECT_PREP:
		return 0.6;
	case ARG_LIGHT_PREP:
	case ARG_CLAUSE_SUBJECT:
	case ARG_OBJECT_INSIDE:
		return 0.55;
	case ARG_LIGHT_OBJECT:
		return 0.5;
	case ARG_CLAUSE_OBJECT:
	case ARG_CLAUSE_INSIDE:
	case ARG_INSIDE:
		return 0.4;
	case ARG_AFTER:
		return 0.25;
	default:
		return 0.08;
	}
}

double event_arg_rule(const struct event_ground *g, const struct event_context *x, uint32_t i,
		      bool target)
{
	const struct event_arg *a = &x->args[i];
	const struct frame_rec *r = event_frame_of(g, x);
	double p = target ? target_rule(a) : source_rule(g, x, a);

	if (r && (target ? r->target : r->source) & a->frame_role)
		p = p < 0.85 ? 0.85 + p / 10 : p;
	else if (r && (target ? r->source : r->target) & a->frame_role)
		p *= 0.3;
	if (a->nested)
		p *= 0.6;
	return p;
}

static void place(const struct event_ground *g, const struct event_context *x,
		  const struct event_arg *a, struct features *f)
{
	const struct frame_rec *r = event_frame_of(g, x);
	const struct token *t = &g->d->tokens[x->candidate->tok];
	uint64_t name = r ? feature_of(2, frame_string(g->book, r->name)) : 0;
	uint64_t where = (uint64_t)a->place * 4 + a->conjunct * 2 + a->nested;

	add(f, A_BIAS, x->type);
	add(f, A_PLACE, where);
	add(f, A_PLACE, pair(where, t->upos + 50u));
	add(f, A_PLACE_TYPE, pair(a->place, x->type));
	add(f, A_PLACE_LEMMA, pair(a->place, g->tokens[x->candidate->tok].lemma));
	if (r)
		add(f, A_PLACE_FRAME, pair(a->place, name));
	if (a->prep >= 0) {
		uint64_t prep = g->tokens[a->prep].lemma;

		add(f, A_PREP, pair(a->place, prep));
		add(f, A_PREP_TYPE, pair(x->type, prep));
		if (r)
			add(f, A_PREP_TYPE, pair(name, prep));
	}
	if (r)
		add(f, A_FRAME_ROLE,
		    ((r->source & a->frame_role) != 0) * 2u + ((r->target & a->frame_role) != 0) +
			    4u * t->upos);
	else
		add(f, A_FRAME_ROLE, 1000);
}

/* The same by classes of words that are used alike: what is known of "lambast" helps "upbraid". */
static void likeness(const struct event_ground *g, const struct event_context *x,
		     const struct event_arg *a, struct features *f)
{
	const struct doc *d = g->d;
	int32_t tok = x->candidate->tok, object = doc_child(d, tok, REL_OBJ), head, up;
	uint32_t own = g->tokens[tok].cluster.fine;

	if (own) {
		add(f, A_CLUSTER, pair(a->place, own));
		if (a->prep >= 0)
			add(f, A_CLUSTER_PREP, pair(own, g->tokens[a->prep].lemma));
	}
	if (object >= 0)
		add(f, A_OBJECT, pair(a->place, g->tokens[object].lemma));
	if (a->mention < 0)
		return;
	head = d->mentions[a->mention].head;
	up = d->tokens[head].head;
	add(f, A_HEAD_CLUSTER, pair(a->place, g->tokens[head].cluster.coarse));
	if (up < 0 || up == tok)
		return;
	add(f, A_GOVERNOR, pair(g->tokens[up].lemma, rel_base(d->tokens[head].rel)));
	add(f, A_GOVERNOR_CLUSTER,
	    pair(pair(g->tokens[up].cluster.fine, rel_base(d->tokens[head].rel)), x->type));
}

static void tree(const struct event_context *x, const struct event_arg *a, struct features *f)
{
	uint32_t d = a->distance;

	if (a->path) {
		add(f, A_PATH, a->path);
		add(f, A_PATH_TYPE, pair(a->path, x->type));
	}
	d = d < 3 ? d : d < 6 ? 3 : d < 12 ? 4 : d < 24 ? 5 : 6;
	add(f, A_DISTANCE, pair(d, a->place));
	add(f, A_RANK, pair(a->rank > 3 ? 3 : a->rank, a->mention >= 0));
}

static void entity(const struct event_ground *g, const struct event_context *x,
		   const struct event_arg *a, struct features *f)
{
	const struct doc *d = g->d;
	const struct entity *e = &d->entities[a->entity];
	uint64_t role = feature_of(1, e->role);
	uint32_t n = e->n_mentions > 8 ? 8 : e->n_mentions > 4 ? 5 : e->n_mentions;

	add(f, A_ENTITY, pair(e->kind, role));
	add(f, A_ENTITY_TYPE, pair(pair(e->kind, role), x->type));
	add(f, A_ENTITY_TYPE, pair(pair(role, a->place), 77));
	add(f, A_SALIENCE, n);
	if (a->mention >= 0) {
		const struct mention *m = &d->mentions[a->mention];

		add(f, A_FLAGS,
		    m->kind + 4u * m->is_place + 8u * m->generic + 16u * m->modifier +
			    32u * m->guessed);
		add(f, A_FLAGS, pair(m->is_place * 2 + m->modifier, pair(a->place, x->type)));
	}
}

/* What else is there: the best place that any candidate has, and whether this is the same actor
 * as the speaker. */
static void company(const struct event_context *x, const struct event_arg *a, struct features *f)
{
	uint64_t seen = 0;
	bool speaker = false;

	for (uint32_t i = 0; i < x->n_args; i++) {
		seen |= (uint64_t)1 << x->args[i].place;
		speaker |= x->args[i].entity == a->entity &&
			   (x->args[i].place == ARG_SPEAKER || x->args[i].place == ARG_VOICE);
	}
	for (uint32_t i = 0; i < N_ARG_PLACES; i++)
		if (i <= ARG_VOICE && (seen >> i & 1))
			add(f, A_EXISTS, pair(pair(a->place, i), is_verbal(x->type)));
	add(f, A_SPEAKER, pair(speaker, x->type));
	add(f, A_SPEAKER, pair(speaker, pair(a->place, 5)));
}

/* What fills the subject of the trigger: nothing, a pronoun, an actor without a code ... Where it
 * is no coded actor, a neighbour is less likely to be the doer. */
static void subject(const struct event_ground *g, const struct event_context *x,
		    const struct event_arg *a, struct features *f)
{
	const struct doc *d = g->d;
	bool inherited, direct;
	int32_t s = event_subject(d, x->candidate->tok, &inherited);
	int32_t voice = event_voice(d, x->candidate->tok, &direct);
	uint64_t kind = 0;

	if (s >= 0) {
		int32_t m = d->tokens[s].mention;

		kind = 1u + d->tokens[s].upos;
		if (m >= 0)
			kind = 40u + (d->mentions[m].entity > 0) * 2u + (d->mentions[m].code.n > 0);
		if (str_is(d->tokens[s].lower, "we") || str_is(d->tokens[s].lower, "i"))
			kind = 60;
		if (str_is(d->tokens[s].lower, "it") || str_is(d->tokens[s].lower, "there"))
			kind = 61;
	}
	add(f, A_SUBJECT, pair(a->place, kind));
	add(f, A_SUBJECT, pair(pair(a->place, kind), x->type));
	add(f, A_FIRST, pair(pair(a->place, direct * 2u + (voice > 0)), x->type));
	if (a->mention >= 0) {
		int32_t head = d->mentions[a->mention].head;

		add(f, A_LEMMA_ROLE,
		    pair(g->tokens[x->candidate->tok].lemma, rel_base(d->tokens[head].rel)));
		add(f, A_UPOS, pair(rel_base(d->tokens[head].rel), x->type));
	}
}

/* Whether the plain reading prefers another candidate, and by how much. */
static void others(const struct event_ground *g, const struct event_context *x, uint32_t i,
		   bool target, struct features *f)
{
	double own = event_arg_rule(g, x, i, target), best = 0;

	for (uint32_t k = 0; k < x->n_args; k++)
		if (x->args[k].entity != x->args[i].entity) {
			double p = event_arg_rule(g, x, k, target);

			best = p > best ? p : best;
		}
	add(f, A_OTHER_BETTER, own > best ? 100 : (uint64_t)(10 * (best - own)));
	add(f, A_OTHER_BETTER,
	    pair(own > best ? 100 : (uint64_t)(5 * (best - own)), x->args[i].place));
}

void event_arg_features(const struct event_ground *g, const struct event_context *x, uint32_t i,
			bool target, struct features *f)
{
	const struct event_arg *a = &x->args[i];

	f->n = 0;
	place(g, x, a, f);
	likeness(g, x, a, f);
	tree(x, a, f);
	entity(g, x, a, f);
	company(x, a, f);
	subject(g, x, a, f);
	others(g, x, i, target, f);
	add(f, A_RULE, (uint64_t)(10 * event_arg_rule(g, x, i, target)));
}
