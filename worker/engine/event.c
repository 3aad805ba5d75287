#include "worker/engine/event.h"

#include <math.h>

#include "worker/engine/event_code.h"
#include "worker/engine/event_merge.h"
#include "worker/engine/event_status.h"
#include "worker/engine/place.h"
#include "worker/engine/status.h"
#include "worker/engine/timex.h"

/* Of an image without them the rules decide. */
static int open_status(struct event_model *m, struct str section, struct err *e)
{
	if (!section.n)
		return 0;
	if (linear_open(&m->status, section, e) < 0)
		return -1;
	return m->status.n_classes == N_EVENT_STATUSES
		       ? 0
		       : err_set(e, ERR_CORRUPT, "the weights of the status have other classes");
}

static int open_weights(struct event_model *m, const struct image *model, struct err *e)
{
	struct str limits = image_section(model, "event.limits");

	if (linear_open(&m->trigger, image_section(model, "event.trigger"), e) < 0 ||
	    linear_open(&m->type, image_section(model, "event.type"), e) < 0 ||
	    who_model_open(&m->who, model, e) < 0)
		return -1;
	if (limits.n != sizeof(m->limits) || m->trigger.n_classes != 2 ||
	    m->type.n_classes != N_EVENT_TYPES)
		return err_set(e, ERR_CORRUPT, "the model's event weights do not fit together");
	memcpy(&m->limits, limits.p, sizeof(m->limits));
	if (event_net_open(&m->net, image_section(model, "event.net"), e) < 0)
		return -1;
	m->trained = true;
	if (open_status(m, image_section(model, "event.status"), e) < 0)
		return -1;
	if (!image_section(model, "event.choice").n)
		return 0;
	return trees_open(&m->choice, image_section(model, "event.choice"), EVENT_CHOICE_FEATURES,
			  e);
}

int event_model_open(struct event_model *m, const struct image *model, const struct image *codebook,
		     struct err *e)
{
	*m = (struct event_model){
		.limits = {.trigger = 0.3f, .repeat = 0.5f},
		.who.limits = {.source_more = 0.6f, .target = 0.3f, .target_more = 0.5f}};
	m->book = frame_book_new(codebook, e);
	if (!m->book)
		return err_wrap(e, "event frames");
	if (word_clusters_open(&m->clusters, image_section(model, "stance.clusters"), e) < 0 ||
	    (image_section(model, "event.type").n && open_weights(m, model, e) < 0)) {
		event_model_close(m);
		return -1;
	}
	return 0;
}

void event_model_close(struct event_model *m)
{
	frame_book_free(m->book);
	m->book = NULL;
}

/* Without weights: a strong frame is an event, a weak one is not. */
static void rule_probabilities(const struct event_ground *g, uint32_t candidate, double *p)
{
	const struct event_candidate *c = &g->candidates[candidate];
	const struct frame_rec *r;

	memset(p, 0, N_EVENT_TYPES * sizeof(*p));
	p[0] = 1;
	if (!c->n_matches)
		return;
	r = frame_at(g->book, c->matches[0].frame);
	p[r->type] = r->flags & FRAME_WEAK ? 0.2 : 0.55 + 0.1 * (c->matches[0].n_words > 0);
	p[0] = 1 - p[r->type];
}

/* A user's own frame is a rule, not an opinion. */
static bool decided(const struct event_ground *g, uint32_t candidate, double *p)
{
	const struct event_candidate *c = &g->candidates[candidate];

	if (!c->n_matches || !frame_decides(g->book, c->matches[0].frame))
		return false;
	memset(p, 0, N_EVENT_TYPES * sizeof(*p));
	p[frame_at(g->book, c->matches[0].frame)->type] = 1;
	return true;
}

/* "Resigned" is no RETREAT: what the weights say of types that a frame's words never are counts for
 * the frame's own. */
static void by_convention(const struct event_ground *g, uint32_t candidate, double *p)
{
	const struct event_candidate *c = &g->candidates[candidate];

	for (uint32_t i = 0; i < c->n_matches; i++) {
		const struct frame_rec *r = frame_at(g->book, c->matches[i].frame);

		for (uint32_t t = 1; t < N_EVENT_TYPES; t++)
			if ((r->never >> t & 1) && t != r->type) {
				p[r->type] += p[t];
				p[t] = 0;
			}
	}
}

static void linear_opinion(const struct event_model *m, const struct event_ground *g,
			   uint32_t candidate, struct features *f, double *p)
{
	double yes;

	event_trigger_features(g, candidate, f);
	linear_probabilities(&m->type, f, p);
	event_told_features(g, candidate, f);
	yes = linear_yes(&m->trigger, f);
	for (uint32_t t = 1; t < N_EVENT_TYPES; t++)
		p[t] *= yes;
	p[0] = 1 - yes;
}

/* The mean of the linear models' and the network's odds. */
static void with_net(const float *net, double *p)
{
	double yes = 1 - p[0], q = 1 - (double)net[0], odds, sum = 0;

	odds = sqrt((yes + 1e-6) / (1 - yes + 1e-6) * ((q + 1e-5) / (1 - q + 1e-5)));
	for (uint32_t t = 1; t < N_EVENT_TYPES; t++)
		sum += p[t] = sqrt((p[t] + 1e-9) * ((double)net[t] + 1e-6));
	p[0] = 1 / (1 + odds);
	for (uint32_t t = 1; t < N_EVENT_TYPES; t++)
		p[t] *= (1 - p[0]) / sum;
}

/* The stage's working state for one document. */
struct work {
	const struct event_model *m;
	struct doc *d;
	struct event_ground ground;
	struct features features;
	struct event_scores scores;
	struct event_guess *guesses;
	bool by_trees; /* they chose the guesses */
	uint32_t n, cap;
};

/* Before the network is asked. */
struct opinion {
	double p[N_EVENT_TYPES];
	const float *net; /* what it will say; NULL: it is not asked */
	bool decided;
};

/* In documents a headline's event is its story's: of a headline without one the network knows
 * nothing. */
static const float *net_opinion(const struct event_net_said *net, const struct event_ground *g,
				uint32_t candidate)
{
	const struct doc *d = g->d;
	uint32_t sent = d->tokens[g->candidates[candidate].tok].sent;

	if (!net->events)
		return NULL;
	return event_whole(d) || d->sentences[sent].kind != SENTENCE_HEADLINE
		       ? net->events[candidate]
		       : NULL;
}

/* What the network is so sure to be no event, the linear models are not asked about. */
#define HARDLY_ANY 0.99F

struct event_scores event_score(const struct event_model *m, const struct event_ground *g,
				struct features *f)
{
	float(*all)[N_EVENT_TYPES] = arena_alloc(g->d->arena, g->n_candidates * sizeof(*all));
	struct opinion *o = ARENA_ARRAY(g->d->arena, struct opinion, g->n_candidates);
	struct event_net_said net = {0};

	if (m->trained)
		net = event_net_run(&m->net, g);
	for (uint32_t c = 0; c < g->n_candidates; c++) {
		o[c].decided = decided(g, c, o[c].p);
		if (o[c].decided)
			continue;
		o[c].net = net_opinion(&net, g, c);
		if (o[c].net && o[c].net[0] > HARDLY_ANY) {
			o[c].p[0] = 1;
			o[c].decided = true;
		} else if (m->trained) {
			linear_opinion(m, g, c, f, o[c].p);
		} else {
			rule_probabilities(g, c, o[c].p);
		}
	}
	for (uint32_t c = 0; c < g->n_candidates; c++) {
		if (!o[c].decided && o[c].net)
			with_net(o[c].net, o[c].p);
		if (!o[c].decided && m->trained)
			by_convention(g, c, o[c].p);
		for (uint32_t t = 0; t < N_EVENT_TYPES; t++)
			all[c][t] = (float)o[c].p[t];
	}
	return (struct event_scores){(const float(*)[N_EVENT_TYPES])all, net.events, net.hints};
}

static void choose_by_trees(struct work *w)
{
	struct event_chosen *list;

	w->n = event_choose(&w->ground, &w->scores, &w->m->choice, (double)w->m->limits.choice,
			    NULL, &list);
	w->guesses = ARENA_ARRAY(w->d->arena, struct event_guess, w->n);
	for (uint32_t i = 0; i < w->n; i++)
		w->guesses[i] =
			(struct event_guess){list[i].candidate, list[i].type, list[i].chance};
}

static const struct frame_match *match_of(const struct work *w, const struct event_guess *x)
{
	return event_match_of(&w->ground, &w->ground.candidates[x->candidate], x->type);
}

/* Half the chance is enough where a frame that is not weak says the same, and a quarter in a
 * headline, whose chance is low because coders take the same event from its story. */
static double least_chance(const struct work *w, const struct event_guess *x)
{
	const struct frame_match *m = match_of(w, x);
	double least = (double)w->m->limits.trigger;
	uint32_t sent = w->d->tokens[w->ground.candidates[x->candidate].tok].sent;

	if (!m || frame_at(w->ground.book, m->frame)->flags & FRAME_WEAK)
		return least;
	return w->d->sentences[sent].kind == SENTENCE_HEADLINE ? least / 4 : least / 2;
}

static void guess(struct work *w)
{
	for (uint32_t c = 0; c < w->ground.n_candidates; c++) {
		const float *p = w->scores.p[c];
		struct event_guess x = {.candidate = c, .type = 1};

		for (uint32_t t = 2; t < N_EVENT_TYPES; t++)
			x.type = p[t] > p[x.type] ? t : x.type;
		x.p = (double)p[x.type];
		if (x.p < least_chance(w, &x))
			continue;
		ARENA_GROW(w->d->arena, w->guesses, w->n, w->cap);
		w->guesses[w->n++] = x;
	}
}

static int32_t tok_of(const struct work *w, const struct event_guess *x)
{
	return w->ground.candidates[x->candidate].tok;
}

/* What the text itself calls evil or great is its opinion: nobody in it has said so. */
static bool is_epithet(const struct work *w, const struct event_guess *x)
{
	const struct token *t = &w->d->tokens[tok_of(w, x)];

	return t->upos == UPOS_ADJ && rel_base(t->rel) == REL_AMOD &&
	       !event_is_said(w->d, tok_of(w, x));
}

/* "the storm", "Typhoon Mitag". */
static bool is_misfortune(const struct work *w, int32_t tok)
{
	const struct doc *d = w->d;

	if (tok < 0)
		return false;
	if (w->ground.tokens[tok].word.classes & w->ground.class_misfortune)
		return true;
	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next) {
		enum rel r = rel_base(d->tokens[c].rel);

		if ((r == REL_COMPOUND || r == REL_FLAT || d->tokens[c].rel == REL_NMOD_DESC) &&
		    (w->ground.tokens[c].word.classes & w->ground.class_misfortune))
			return true;
	}
	return false;
}

/* "When a car left the road"; not "when a truck rammed the gate". */
static bool is_accident(const struct work *w, int32_t verb)
{
	int32_t subject = doc_child(w->d, verb, REL_NSUBJ);

	return subject >= 0 && (w->ground.tokens[subject].word.classes & w->ground.class_vehicle) &&
	       !(w->ground.tokens[verb].types >> (EVENT_ASSAULT - 1) & 1);
}

/* "Lightning killed two", "killed in a crash", "killed when a storm struck", "when a car left the
 * road": nobody's assault. */
static bool befalls(const struct work *w, const struct event_guess *x)
{
	const struct doc *d = w->d;
	bool inherited;
	int32_t subject;

	if (x->type != EVENT_ASSAULT)
		return false;
	subject = event_subject(d, tok_of(w, x), &inherited);
	if (is_misfortune(w, subject))
		return true;
	/* "rebels killed five during the flood": somebody did it */
	if (subject >= 0 && d->tokens[tok_of(w, x)].upos == UPOS_VERB &&
	    !event_is_passive(d, tok_of(w, x)))
		return false;
	for (int32_t c = d->tokens[tok_of(w, x)].child; c >= 0; c = d->tokens[c].next) {
		enum rel r = rel_base(d->tokens[c].rel);

		if ((r == REL_NSUBJ || r == REL_OBL || r == REL_NMOD) && is_misfortune(w, c))
			return true;
		if (r == REL_ADVCL &&
		    (is_misfortune(w, doc_child(d, c, REL_NSUBJ)) || is_accident(w, c)))
			return true;
	}
	return false;
}

/* "Did not discuss", "is not firing": a plain no is no refusal. A refusal has a word of its own,
 * which a frame knows, or denies that somebody will or can. */
static bool is_plain_no(const struct work *w, const struct event_guess *x)
{
	const struct doc *d = w->d;
	int32_t tok = tok_of(w, x);

	if (x->type != EVENT_REJECT || match_of(w, x) || status_denies_will(d, tok))
		return false;
	return d->tokens[tok].rel != REL_XCOMP || !status_denies_will(d, d->tokens[tok].head);
}

/* "postponed the meeting", "asked for aid": the noun says what the verb's event is about. What
 * somebody is accused of is an event of its own, on the accuser's word; a broken promise is none.
 */
static bool is_content(const struct work *w, const struct event_guess *x,
		       const struct event_guess *y)
{
	const struct frame_match *m = match_of(w, y);

	return y->type != x->type && m && m->n_words && m->last == tok_of(w, x) &&
	       tok_of(w, y) != m->last && y->p * 2 >= x->p &&
	       (y->type != EVENT_ACCUSE ||
		(frame_at(w->ground.book, m->frame)->flags & FRAME_TOLD));
}

/* What another event's words are about is none of its own. Of guesses of one type in a sentence,
 * those that are told by the same words, and unlikely further ones, are left out; the likeliest
 * stays. */
static bool outdone(const struct work *w, uint32_t i)
{
	const struct event_guess *x = &w->guesses[i];
	uint32_t sent = w->d->tokens[tok_of(w, x)].sent;

	for (uint32_t k = i > 40 ? i - 40 : 0; k < w->n && k < i + 40; k++) {
		const struct event_guess *y = &w->guesses[k];

		if (k == i || w->d->tokens[tok_of(w, y)].sent != sent)
			continue;
		if (is_content(w, x, y))
			return true;
		if (y->type != x->type || w->by_trees) /* which have weighed that */
			continue;
		if (y->p < x->p || (y->p == x->p && k > i))
			continue;
		if (x->p < (double)w->m->limits.repeat ||
		    event_one_action(w->d, tok_of(w, x), tok_of(w, y)))
			return true;
	}
	return false;
}

static struct id_list ids(struct doc *d, const struct who_chosen *c)
{
	struct id_list l = {ARENA_ARRAY(d->arena, uint32_t, c->n), c->n};

	memcpy(l.ids, c->entities, c->n * sizeof(*l.ids));
	return l;
}

static struct id_list doubtful(struct doc *d, const struct who_chosen *source,
			       const struct who_chosen *target)
{
	const struct who_chosen *sides[] = {source, target};
	struct who_chosen all = {.n = 0};

	for (int s = 0; s < 2; s++)
		for (uint32_t i = 0; i < sides[s]->n; i++)
			if (sides[s]->p[i] < (i ? WHO_SURE_BESIDES : WHO_SURE))
				who_choose(&all, sides[s]->entities[i], sides[s]->p[i]);
	return ids(d, &all);
}

/* On whose word it stands: the attributions around the trigger, without the doer. */
static void reporters(const struct work *w, int32_t tok, const struct who_chosen *source,
		      struct who_chosen *by)
{
	const struct doc *d = w->d;
	const struct attribution *a = event_attribution(d, tok);

	for (int depth = 0; a && depth < 4; depth++, a = event_attribution_around(d, a)) {
		int64_t e = a->source_entity;
		bool own = a->kind > ATTRIB_SPEECH || e <= ENTITY_DOC_AUTHOR;

		for (uint32_t i = 0; i < source->n && !own; i++)
			own = source->entities[i] == (uint32_t)e;
		if (!own)
			who_choose(by, (uint32_t)e, 1);
	}
}

static void fill_date(const struct work *w, int32_t tok, struct result_event *e)
{
	struct doc *d = w->d;
	int32_t t = timex_of(d, tok);
	const struct timex *x;

	e->date = (struct result_date){STR(""), STR(""), PRECISION_NONE, STR("")};
	if (t < 0)
		return;
	x = &d->timexes[t];
	if (!x->start.year)
		return;
	e->date.start = date_format(d->arena, x->start);
	e->date.end = date_format(d->arena, x->end.year ? x->end : x->start);
	e->date.precision = date_precision(x->start);
	e->date.text = doc_text(d, x->tok, x->n_tok);
}

static struct span trigger_span(const struct work *w, int32_t tok, const struct frame_match *m)
{
	int32_t first = tok, last = tok;

	if (m && m->first >= 0 && m->first < tok)
		first = m->first;
	if (m && m->last > tok && m->last <= tok + 5)
		last = m->last;
	return doc_span(w->d, (uint32_t)first, (uint32_t)(last - first + 1));
}

static void fill_event(struct work *w, const struct event_guess *x, struct result_event *e)
{
	struct doc *d = w->d;
	int32_t tok = tok_of(w, x);
	const struct frame_match *m = match_of(w, x);
	const struct sentence *s = &d->sentences[d->tokens[tok].sent];

	e->type = (enum event_type)x->type;
	e->trigger = trigger_span(w, tok, m);
	e->sentence = s->span;
	e->text = doc_text(d, s->tok, s->n_tok);
	e->status = event_status_of(&w->m->status, &w->ground, &w->ground.candidates[x->candidate],
				    x->type, &w->features);
	e->confidence = x->p;
	e->rule = m ? frame_name(w->ground.book, m->frame)
		    : arena_printf(d->arena, "model.%s", event_type_name(e->type));
	event_code_fill(&w->ground, tok, m, e);
	fill_date(w, tok, e);
	place_of(d, tok, &e->place);
}

static bool same_ids(const struct id_list *a, const struct id_list *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->ids, b->ids, a->n * sizeof(*a->ids)) == 0);
}

/* The same type between the same actors in one sentence is one event. */
static bool repeated(const struct doc *d, const struct result_event *e)
{
	for (uint32_t i = d->n_events; i-- > 0;) {
		const struct result_event *o = &d->events[i];

		if (o->sentence.start != e->sentence.start)
			return false;
		if (o->type == e->type && same_ids(&o->source, &e->source) &&
		    same_ids(&o->target, &e->target) && o->status == e->status)
			return true;
	}
	return false;
}

static void publish(struct doc *d, const struct result_event *e, int32_t tok)
{
	uint32_t cap = d->cap_events;

	if (repeated(d, e))
		return;
	ARENA_GROW(d->arena, d->events, d->n_events, d->cap_events);
	if (d->cap_events != cap) {
		int32_t *grown = ARENA_ARRAY(d->arena, int32_t, d->cap_events);

		if (d->n_events)
			memcpy(grown, d->event_tok, d->n_events * sizeof(*grown));
		d->event_tok = grown;
	}
	d->events[d->n_events] = *e;
	d->event_tok[d->n_events++] = tok;
}

/* A state that protests accuses; it does not march. */
static bool is_note(const struct work *w, const struct event_guess *x,
		    const struct who_chosen *source)
{
	const struct token *t = &w->d->tokens[tok_of(w, x)];
	const struct entity *e = source->n ? &w->d->entities[source->entities[0]] : NULL;
	int32_t subject = doc_child(w->d, tok_of(w, x), REL_NSUBJ);
	int32_t m = subject < 0 ? -1 : w->d->tokens[subject].mention;

	if (subject >= 0 &&
	    (m < 0 || !e || w->d->mentions[m].entity != (int32_t)source->entities[0]))
		return false; /* "thousands protested" */
	return x->type == EVENT_PROTEST && t->upos == UPOS_VERB && str_is(t->lemma, "protest") &&
	       e && str_is(e->role, "GOV") && e->kind != ENTITY_GROUP;
}

static void resolve(struct work *w, const struct event_guess *guess)
{
	struct event_guess told = *guess, *x = &told;
	struct event_arg args[EVENT_ARGS_MAX];
	struct event_context c = {.args = args, .candidate = &w->ground.candidates[x->candidate]};
	struct who_chosen source, target, by = {0};
	struct result_event e = {0};

	c.type = x->type;
	c.n_args = event_args(&w->ground, c.candidate->tok, args);
	who_decide(&w->m->who, &w->ground, &c, &w->features, &source, &target);
	if (is_note(w, x, &source))
		x->type = EVENT_ACCUSE;
	reporters(w, c.candidate->tok, &source, &by);
	fill_event(w, x, &e);
	e.source = ids(w->d, &source);
	e.target = ids(w->d, &target);
	e.by = ids(w->d, &by);
	e.doubtful = doubtful(w->d, &source, &target);
	publish(w->d, &e, c.candidate->tok);
}

/* "Peru's Congress voted": who has the name of a meeting holds none. */
static bool is_named_actor(const struct work *w, const struct event_guess *x)
{
	const struct token *t = &w->d->tokens[tok_of(w, x)];
	const struct mention *m = t->mention < 0 ? NULL : &w->d->mentions[t->mention];

	return x->type == EVENT_CONSULT && m && m->head == tok_of(w, x) && m->code.n &&
	       t->form.p[0] >= 'A' && t->form.p[0] <= 'Z' && str_is(m->role, "LEG");
}

/* "Recalled its envoy in protest": why it was done, and no march; "lodged a protest": a note. */
static bool is_in_protest(const struct work *w, const struct event_guess *x)
{
	const struct doc *d = w->d;
	int32_t tok = tok_of(w, x), prep = doc_child(d, tok, REL_CASE), verb = d->tokens[tok].head;
	uint16_t march = 1u << (EVENT_PROTEST - 1), note = 1u << (EVENT_ACCUSE - 1), strong;

	if (x->type != EVENT_PROTEST || verb < 0 || !str_is(d->tokens[tok].lower, "protest"))
		return false;
	strong = w->ground.tokens[verb].strong;
	if (d->tokens[tok].rel == REL_OBJ && strong == note)
		return true;
	return prep >= 0 && str_is(d->tokens[prep].lower, "in") && doc_child(d, tok, REL_DET) < 0 &&
	       strong && !(strong & march);
}

/* Whether the text tells the guess as an event of its own. */
static bool is_told(const struct work *w, const struct event_guess *x)
{
	int32_t tok = tok_of(w, x);

	return !w->ground.sentences[w->d->tokens[tok].sent].archive &&
	       !status_background(w->d, tok) && !is_epithet(w, x) && !befalls(w, x) &&
	       !is_plain_no(w, x) && !is_named_actor(w, x) && !is_in_protest(w, x);
}

void event_run(const struct event_model *m, struct doc *d)
{
	struct work w = {.m = m, .d = d};

	event_ground_init(&w.ground, m->book, &m->clusters, d);
	w.scores = event_score(m, &w.ground, &w.features);
	d->hints = w.scores.hints;
	w.by_trees = m->choice.n_trees && event_whole(d);
	if (w.by_trees)
		choose_by_trees(&w);
	else
		guess(&w);
	for (uint32_t i = 0; i < w.n; i++)
		if (!outdone(&w, i) && is_told(&w, &w.guesses[i]))
			resolve(&w, &w.guesses[i]);
	features_free(&w.features);
	event_merge(d);
}
