#include "worker/engine/event_who_rules.h"

int who_model_open(struct who_model *m, const struct image *model, struct err *e)
{
	struct str limits = image_section(model, "event.who.limits");

	if (!limits.n)
		return 0; /* of an image without them: the plain reading decides */
	if (linear_open(&m->linear[WHO_SOURCE], image_section(model, "event.source"), e) < 0 ||
	    linear_open(&m->linear[WHO_TARGET], image_section(model, "event.target"), e) < 0 ||
	    trees_open(&m->trees[WHO_SOURCE], image_section(model, "event.who.source"), WHO_VALUES,
		       e) < 0 ||
	    trees_open(&m->trees[WHO_TARGET], image_section(model, "event.who.target"), WHO_VALUES,
		       e) < 0)
		return -1;
	if (limits.n != sizeof(m->limits) || m->linear[WHO_SOURCE].n_classes != 2 ||
	    m->linear[WHO_TARGET].n_classes != 2)
		return err_set(e, ERR_CORRUPT, "the weights of sources and targets do not fit");
	memcpy(&m->limits, limits.p, sizeof(m->limits));
	m->trained = true;
	return 0;
}

static bool is_chosen(const struct who_chosen *c, uint32_t entity)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->entities[i] == entity)
			return true;
	return false;
}

void who_choose(struct who_chosen *c, uint32_t entity, double p)
{
	if (is_chosen(c, entity) || c->n == WHO_CHOSEN_MAX)
		return;
	c->p[c->n] = p;
	c->entities[c->n++] = entity;
}

/* Who stays on the side. */
static void keep(struct who_chosen *c, uint32_t *n, uint32_t i)
{
	c->p[*n] = c->p[i];
	c->entities[(*n)++] = c->entities[i];
}

void who_rank(struct who *w, const struct who_model *m, const struct event_ground *g,
	      const struct event_context *x, struct features *f)
{
	w->m = m;
	w->g = g;
	w->x = x;
	w->source = -1;
	w->p_source = 0;
	w->stood_for = -1;
	who_args(g, x, w->args);
	for (uint32_t i = 0; i < x->n_args; i++)
		for (uint32_t side = 0; side < N_WHO_SIDES; side++)
			if (m->trained) {
				event_arg_features(g, x, i, side == WHO_TARGET, f);
				w->args[i].logit[side] = linear_logit(&m->linear[side], f);
			} else {
				w->args[i].logit[side] =
					event_arg_rule(g, x, i, side == WHO_TARGET);
			}
}

uint32_t who_weigh(const struct who *w, enum who_side side,
		   struct who_actor out[static EVENT_ARGS_MAX])
{
	uint32_t n = who_actors(w->args, w->x->n_args, side, w->source, w->p_source, out);

	for (uint32_t k = 0; k < n; k++) {
		double logit = w->args[out[k].arg].logit[side];

		out[k].p = !w->m->trained       ? logit
			   : logit >= WHO_LEAST ? trees_yes(&w->m->trees[side], out[k].values)
						: 0;
	}
	return n;
}

/* Whether somebody of the same country or organization is chosen already: then an actor elsewhere
 * in the sentence ("the Canadian envoy" beside Canada) adds nothing. */
static bool is_spoken_for(const struct doc *d, const struct who_chosen *c, uint32_t entity)
{
	struct str code = d->entities[entity].code;

	for (uint32_t i = 0; i < c->n; i++)
		if (code.n && str_eq(d->entities[c->entities[i]].code, code))
			return true;
	return false;
}

static bool is_same_row(const struct who *w, const struct event_arg *a, const struct event_arg *b)
{
	const struct doc *d = w->g->d;
	int32_t head, up;

	if (a->mention < 0 || b->mention < 0 || b->top < 0)
		return false;
	if (b->top == a->top) /* or "Thai and Cambodian soldiers" */
		return a->conjunct || b->conjunct ||
		       d->mentions[a->mention].head == d->mentions[b->mention].head;
	/* "the presidents of Kenya and Uganda"; "Thai and Cambodian" where the tree splits them */
	head = d->mentions[a->mention].head;
	up = d->tokens[b->top].head;
	return up == head && d->mentions[a->mention].plural &&
	       (b->conjunct ||
		(d->mentions[b->mention].modifier && doc_child(d, b->top, REL_CONJ) >= 0));
}

/* Who stands in one row with the likeliest ("France, Italy and Spain") stands where he does. */
static void join_row(const struct who *w, enum who_side side, int32_t arg,
		     const struct who_chosen * not, struct who_chosen *c)
{
	arg = who_in_sentence(w, side, arg);
	for (uint32_t i = 0; i < w->x->n_args; i++) {
		const struct event_arg *b = &w->x->args[i];

		if (is_same_row(w, &w->x->args[arg], b) && !is_chosen(not, b->entity) &&
		    !is_spoken_for(w->g->d, c, b->entity))
			who_choose(c, b->entity, c->p[0]);
	}
}

/* Whether an actor adds something to those on the side: "in Jeddah" says where they met. */
static bool is_further(const struct who *w, enum who_side side, uint32_t arg)
{
	const struct event_arg *a = &w->x->args[arg];
	const struct doc *d = w->g->d;

	if (side != WHO_TARGET || a->mention < 0 || !d->mentions[a->mention].is_place ||
	    a->prep < 0)
		return true;
	return !str_is(d->tokens[a->prep].lower, "in") && !str_is(d->tokens[a->prep].lower, "at") &&
	       !str_is(d->tokens[a->prep].lower, "near");
}

/* Beside the verb's own subject nobody does it who stands elsewhere. */
static bool is_elsewhere(const struct who *w, enum who_side side, uint32_t first, uint32_t arg)
{
	return side == WHO_SOURCE && w->args[first].place == ARG_SUBJECT &&
	       w->args[arg].place >= ARG_SPEAKER;
}

static void join_likewise(const struct who *w, struct who_chosen *source)
{
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (who_does_likewise(w, i) && !is_spoken_for(w->g->d, source, w->args[i].entity))
			who_choose(source, w->args[i].entity, source->p[0]);
}

/* How well the best of an actor's places is that of the side. */
static double best_place(const struct who *w, enum who_side side, uint32_t entity)
{
	double best = 0;

	for (uint32_t i = 0; i < w->x->n_args; i++) {
		double rule = event_arg_rule(w->g, w->x, i, side == WHO_TARGET);

		if (w->x->args[i].entity == entity && rule > best)
			best = rule;
	}
	return best;
}

/* Of several actors of one country the trees, which have learned codes, name one as gladly as
 * another: the one whose place is that of the side is meant. Returns an index into list. */
static int32_t in_place(const struct who *w, enum who_side side, const struct who_actor *list,
			uint32_t n, int32_t at)
{
	uint32_t code = w->args[list[at].arg].code;
	double best = best_place(w, side, w->args[list[at].arg].entity) + 0.35;

	for (uint32_t k = 0; k < n && code; k++) {
		const struct who_arg *a = &w->args[list[k].arg];
		double rule;

		if (a->code != code || list[k].p <= 0)
			continue;
		rule = best_place(w, side, a->entity);
		if (rule > best) {
			best = rule;
			at = (int32_t)k;
		}
	}
	return at;
}

/* Chooses the likeliest actor above `first`, then those above `more` whose country is not there
 * yet. Nobody in `not` is chosen. Returns the likeliest's candidate, or -1. */
static int32_t pick(struct who *w, enum who_side side, const struct who_chosen * not, double first,
		    double more, struct who_chosen *c, double *p)
{
	struct who_actor actors[EVENT_ARGS_MAX];
	uint32_t n = who_weigh(w, side, actors);
	int32_t at = -1;
	bool is_agent;
	double scene = 0;
	double own = who_own_state(w, side, actors, n);

	for (uint32_t k = 0; k < n; k++) {
		uint32_t entity = w->args[actors[k].arg].entity;

		if (side == WHO_SOURCE && who_is_scene(w, actors[k].arg)) {
			scene = actors[k].p > scene ? actors[k].p : scene;
			actors[k].p = -1;
		} else if (is_chosen(not, entity) ||
			   (side == WHO_TARGET ? who_is_no_target(w, actors[k].arg)
					       : who_is_no_source(w, actors[k].arg)))
			actors[k].p = -1;
		else if (at < 0 || actors[k].p > actors[at].p)
			at = (int32_t)k;
	}
	if (at < 0 || actors[at].p < first)
		return -1;
	/* where it happened would have been likelier: nobody else is said to have done it */
	if (actors[at].p < scene && best_place(w, side, w->args[actors[at].arg].entity) < 0.35)
		return -1;
	*p = actors[at].p;
	w->stood_for = (int64_t)w->args[actors[at].arg].entity;
	at = in_place(w, side, actors, n, at);
	/* "seized by Iran", "Iran's threat": nobody else's, but whose name stands beside it */
	is_agent = side == WHO_SOURCE && (w->args[actors[at].arg].place == ARG_AGENT ||
					  w->args[actors[at].arg].place == ARG_POSSESSOR);
	who_choose(c, w->args[actors[at].arg].entity, *p);
	join_row(w, side, (int32_t)actors[at].arg, not, c);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t entity = w->args[actors[k].arg].entity;

		if (actors[k].p >= more && !is_agent && !is_spoken_for(w->g->d, c, entity) &&
		    is_further(w, side, actors[k].arg) &&
		    !is_elsewhere(w, side, actors[at].arg, actors[k].arg) &&
		    (own <= 0 || !who_adds_nothing(w, &actors[k], own)))
			who_choose(c, entity, actors[k].p);
	}
	return (int32_t)actors[at].arg;
}

/* Nobody stands on both sides: a further source that is a target stays there, also where another
 * of its country is named for it. */
static void one_side(const struct who *w, struct who_chosen *source,
		     const struct who_chosen *target)
{
	uint32_t n = source->n > 0;

	for (uint32_t i = 1; i < source->n; i++)
		if (!is_chosen(target, source->entities[i]) &&
		    (w->stood_for < 0 || source->entities[i] != (uint32_t)w->stood_for))
			keep(source, &n, i);
	source->n = n;
}

static bool is_swap(const struct doc *d, int32_t tok)
{
	struct str w = d->tokens[tok].lemma;

	return str_is(w, "exchange") || str_is(w, "trade") || str_is(w, "swap");
}

/* "Accused each other", "exchanged accusations". */
static bool is_mutual(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	const struct sentence *s = &d->sentences[t->sent];

	if (is_swap(d, tok) || (t->rel == REL_OBJ && is_swap(d, t->head)))
		return true;
	for (uint32_t i = s->tok; i + 1 < s->tok + s->n_tok; i++) {
		const struct token *one = &d->tokens[i], *two = one + 1;

		if (((str_is(one->lower, "each") && str_is(two->lower, "other")) ||
		     (str_is(one->lower, "one") && str_is(two->lower, "another"))) &&
		    event_clause(d, (int32_t)i + 1) == event_clause(d, tok))
			return true;
	}
	return false;
}

/* "Signed agreements with Turkey", "held talks with India": those who do it do it with him. */
static bool is_with_another(const struct who *w, const struct who_chosen *source)
{
	const struct doc *d = w->g->d;

	for (uint32_t i = 0; i < w->x->n_args; i++) {
		const struct event_arg *a = &w->x->args[i];

		if (a->mention >= 0 && a->prep >= 0 && str_is(d->tokens[a->prep].lower, "with") &&
		    (a->place == ARG_PREP || a->place == ARG_LIGHT_PREP ||
		     a->place == ARG_OBJECT_PREP) &&
		    d->entities[a->entity].code.n && !is_spoken_for(d, source, a->entity))
			return true;
	}
	return false;
}

/* What the frame says so of, and whatever is between parties ("clashes between", "trade between").
 */
static bool is_reciprocal(const struct event_ground *g, const struct event_context *x)
{
	if (is_mutual(g->d, x->candidate->tok))
		return true;
	for (uint32_t i = 0; i < x->n_args; i++)
		if (x->args[i].place == ARG_PREP &&
		    x->args[i].frame_role & 1u << FRAME_ROLE_BETWEEN)
			return true;
	for (uint32_t i = 0; i < x->candidate->n_matches; i++) {
		const struct frame_rec *r = frame_at(g->book, x->candidate->matches[i].frame);

		if (r->type == x->type)
			return r->flags & FRAME_RECIPROCAL;
	}
	return false;
}

/* "The presidents of Kenya and Uganda met", "talks between India and China": who is named beside
 * another inside the doer's phrase, or stands between, is a doer, too. */
static void join_named(const struct who *w, struct who_chosen *source)
{
	const struct doc *d = w->g->d;
	const struct event_arg *doer = &w->x->args[who_in_sentence(w, WHO_SOURCE, w->source)];

	for (uint32_t i = 0; doer->mention >= 0 && i < w->x->n_args; i++) {
		const struct event_arg *a = &w->x->args[i];
		bool beside = a->mention >= 0 && a->conjunct &&
			      doc_dominates(d, d->mentions[doer->mention].head,
					    d->mentions[a->mention].head);

		if ((beside || a->frame_role & 1u << FRAME_ROLE_BETWEEN) &&
		    !is_spoken_for(d, source, a->entity))
			who_choose(source, a->entity, source->p[0]);
	}
}

static bool is_nameless(const struct doc *d, uint32_t entity)
{
	return str_starts(d->entities[entity].code, STR("OTHER:"));
}

/* "Exchanged accusations over migrants": where two with a country do it to each other, those
 * without are what it is about. */
static void drop_nameless(const struct doc *d, struct who_chosen *source)
{
	uint32_t n = 0, named = 0;

	for (uint32_t i = 0; i < source->n; i++)
		named += !is_nameless(d, source->entities[i]);
	if (named < 2)
		return;
	for (uint32_t i = 0; i < source->n; i++)
		if (!is_nameless(d, source->entities[i]))
			keep(source, &n, i);
	source->n = n;
}

/* "India and China met": several who do it do it to each other. */
static void parties(const struct who_chosen *source, struct who_chosen *target)
{
	for (uint32_t i = 0; source->n > 1 && i < source->n; i++)
		who_choose(target, source->entities[i], source->p[i]);
}

/* Whom no target may be: the likeliest source, and further ones that stand beside it ("France,
 * Italy and Spain welcomed"). */
static struct who_chosen doers(const struct who *w, const struct who_chosen *source)
{
	struct who_chosen c = {.n = 0};
	int32_t doer = who_in_sentence(w, WHO_SOURCE, w->source);

	if (source->n)
		who_choose(&c, source->entities[0], source->p[0]);
	for (uint32_t i = 0; w->source >= 0 && i < w->x->n_args; i++)
		if (((w->args[i].conjunct && w->args[i].place == w->args[w->source].place) ||
		     is_same_row(w, &w->x->args[doer], &w->x->args[i])) &&
		    is_chosen(source, w->args[i].entity))
			who_choose(&c, w->args[i].entity, source->p[0]);
	return c;
}

/* "Mexican troops were deployed": a passive's troops move by themselves, unless somebody else is
 * said to have sent them. Returns the candidate or -1. */
static int32_t moved_troops(const struct event_ground *g, const struct event_context *x)
{
	int32_t troops = -1;

	if ((x->type != EVENT_MOBILIZE && x->type != EVENT_RETREAT) ||
	    !event_is_passive(g->d, x->candidate->tok))
		return -1;
	for (uint32_t i = 0; i < x->n_args; i++) {
		if (x->args[i].place == ARG_AGENT)
			return -1;
		if (x->args[i].place == ARG_PASSIVE_SUBJECT && x->args[i].mention >= 0 &&
		    !x->args[i].nested && troops < 0)
			troops = (int32_t)i;
	}
	return troops;
}

static bool is_in_sentence(const struct who *w, uint32_t entity)
{
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (w->args[i].entity == entity && w->x->args[i].top >= 0)
			return true;
	return false;
}

/* Several who talk, agree, work or fight do so with each other, where nobody else is named; what is
 * agreed upon ("agreed to exchange ambassadors") may have people in it. */
static bool are_among_themselves(const struct who *w, const struct who_chosen *source,
				 const struct who_chosen *target)
{
	const struct event_ground *g = w->g;
	const struct event_context *x = w->x;
	struct str verb = g->d->tokens[x->candidate->tok].lemma;
	bool fight = str_is(verb, "fight") || str_is(verb, "clash") || str_is(verb, "battle");

	if (source->n < 2 || (x->type != EVENT_CONSULT && x->type != EVENT_AGREE &&
			      x->type != EVENT_COOPERATE && !fight))
		return false;
	for (uint32_t i = 0; i < target->n; i++)
		if (!is_spoken_for(g->d, source, target->entities[i]) &&
		    (x->type != EVENT_AGREE || (is_in_sentence(w, target->entities[i]) &&
						!is_nameless(g->d, target->entities[i]))))
			return false;
	return true;
}

/* Whom the words beside the trigger name: "the claim by Chile", "Chile's accusation". */
static bool is_named_beside(const struct who *w, const struct who_chosen *target)
{
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (is_chosen(target, w->args[i].entity) &&
		    (w->args[i].place == ARG_OBJECT_INSIDE || w->args[i].place == ARG_OBJECT_PREP ||
		     w->args[i].place == ARG_PREP || w->args[i].place == ARG_OBJECT))
			return true;
	return false;
}

/* "We must encourage Chile to stay": said in a speech it asks all who listen, and not Chile; "we,
 * the leaders of Africa, must" asks them. Returns whom, or -1. */
static int64_t called_upon(const struct who *w)
{
	const struct doc *d = w->g->d;
	int32_t tok = w->x->candidate->tok, subject;
	int32_t voice = d->sentences[d->tokens[tok].sent].voice;
	bool inherited;

	if (w->x->type != EVENT_REQUEST || voice <= ENTITY_DOC_AUTHOR || w->g->world <= 0 ||
	    w->source < 0 || w->args[w->source].entity != (uint32_t)voice ||
	    event_attribution(d, tok) || !event_is_duty(w->g, tok))
		return -1;
	subject = event_subject(d, tok, &inherited);
	if (subject < 0 || !str_is(d->tokens[subject].lower, "we"))
		return -1;
	for (uint32_t i = 0; i < w->x->n_args; i++) {
		int32_t m = w->x->args[i].mention;

		if (m >= 0 && d->mentions[m].head > subject && w->args[i].code &&
		    w->args[i].code != w->args[w->source].code &&
		    doc_dominates(d, subject, d->mentions[m].head))
			return w->args[i].entity;
	}
	return w->g->world;
}

void who_decide(const struct who_model *m, const struct event_ground *g,
		const struct event_context *x, struct features *f, struct who_chosen *source,
		struct who_chosen *target)
{
	const struct who_chosen nobody = {0};
	struct who_chosen not ;
	struct who w;
	int64_t accuser, called;
	int32_t speaker, casualty;
	double p = 0;

	source->n = target->n = 0;
	who_rank(&w, m, g, x, f);
	w.source = moved_troops(g, x);
	if (w.source >= 0) {
		w.p_source = 1;
		who_choose(source, x->args[w.source].entity, 1);
		join_row(&w, WHO_SOURCE, w.source, &nobody, source);
	} else {
		w.source = pick(&w, WHO_SOURCE, &nobody, 0, (double)m->limits.source_more, source,
				&w.p_source);
	}
	speaker = who_accuses_by_saying(&w);
	if (speaker >= 0) {
		w.source = speaker;
		source->n = 0;
		who_choose(source, x->args[speaker].entity, 1);
	}
	if (w.source >= 0)
		join_likewise(&w, source);
	if (w.source >= 0 && is_reciprocal(g, x) && !is_with_another(&w, source)) {
		join_named(&w, source);
		drop_nameless(g->d, source);
		parties(source, target);
	}
	if (target->n >= 2)
		return;
	called = called_upon(&w);
	if (called >= 0) {
		who_choose(target, (uint32_t)called, 1);
		return;
	}
	w.stood_for = -1;
	not = doers(&w, source);
	target->n = 0;
	pick(&w, WHO_TARGET, &not, (double)m->limits.target, (double)m->limits.target_more, target,
	     &p);
	accuser = who_accuser_of(&w);
	if (accuser >= 0 && !is_named_beside(&w, target)) {
		target->n = 0;
		who_choose(target, (uint32_t)accuser, 1);
	}
	casualty = who_casualty(&w);
	if (casualty >= 0) {
		target->n = 0;
		who_choose(target, x->args[casualty].entity, 1);
		join_row(&w, WHO_TARGET, casualty, &not, target);
	}
	one_side(&w, source, target);
	if (are_among_themselves(&w, source, target)) {
		target->n = 0;
		parties(source, target);
	}
}
