#include "worker/engine/event_who_rules.h"

enum { ACCUSED_BACK = 3 }; /* sentences */

/* Where the sentence itself has the actor, also where the trees know him best as its speaker or
 * from elsewhere. */
int32_t who_in_sentence(const struct who *w, enum who_side side, int32_t arg)
{
	int32_t best = arg;

	if (arg < 0 || w->x->args[arg].top >= 0)
		return arg;
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (w->args[i].entity == w->args[arg].entity && w->x->args[i].top >= 0 &&
		    (best == arg || w->args[i].logit[side] > w->args[best].logit[side]))
			best = (int32_t)i;
	return best;
}

/* The verb whose object it is; a second object behind a further verb of the row is that one's,
 * wherever the tree has it. */
static int32_t verb_of(const struct doc *d, int32_t object)
{
	int32_t verb = d->tokens[object].head, first = doc_child(d, verb, REL_OBJ);

	for (int32_t c = d->tokens[verb].child; c >= 0 && c < object && first < object;
	     c = d->tokens[c].next)
		if (c > first && d->tokens[c].rel == REL_CONJ && d->tokens[c].upos == UPOS_VERB)
			return c;
	return verb;
}

static bool has_object(const struct doc *d, int32_t verb, int32_t above)
{
	for (int32_t c = d->tokens[above].child; c >= 0; c = d->tokens[c].next)
		if (d->tokens[c].rel == REL_OBJ && verb_of(d, c) == verb)
			return true;
	return false;
}

/* "Criticized Uganda and praised Rwanda": what another verb of the row has for its object is not
 * this one's, which has an object of its own. */
static bool is_of_next_verb(const struct who *w, uint32_t arg)
{
	const struct doc *d = w->g->d;
	int32_t tok = w->x->candidate->tok, m = w->x->args[arg].mention, verb;
	const struct token *t = &d->tokens[tok];

	if (m < 0 || t->upos != UPOS_VERB || d->tokens[d->mentions[m].head].rel != REL_OBJ)
		return false;
	verb = verb_of(d, d->mentions[m].head);
	if (verb == tok || (d->tokens[verb].head != tok && t->head != verb) ||
	    (d->tokens[verb].rel != REL_CONJ && t->rel != REL_CONJ))
		return false;
	return has_object(d, tok, tok) || (t->head >= 0 && has_object(d, tok, t->head));
}

/* Whom the event is about beside others, but not done to: the doer's own state. "Threatened to
 * raise American tariffs", "sent its troops". */
static bool is_own_state(const struct who *w, uint32_t entity)
{
	const struct entity *e = &w->g->d->entities[entity];

	return w->source >= 0 && e->kind == ENTITY_COUNTRY &&
	       str_eq(e->code, w->g->d->entities[w->args[w->source].entity].code);
}

/* Whether the actor stands anywhere as the object: "accused the government and Chile". */
static bool is_object(const struct who *w, uint32_t arg)
{
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (w->args[i].entity == w->args[arg].entity &&
		    (w->args[i].place == ARG_OBJECT || w->args[i].place == ARG_INDIRECT ||
		     w->args[i].place == ARG_PASSIVE_SUBJECT))
			return true;
	return false;
}

/* "Chile condemned Peru, as did Bolivia and Ecuador": they have done the same. */
bool who_does_likewise(const struct who *w, uint32_t arg)
{
	static const char *const DO[] = {"did", "does", "do", "has", "have", "had", NULL};
	const struct event_arg *a = &w->x->args[arg];
	const struct token *t = w->g->d->tokens;
	int32_t first = a->top, tok = w->x->candidate->tok;

	if (a->mention < 0 || first < 0)
		return false;
	if (t[first].mention >= 0)
		first = (int32_t)w->g->d->mentions[t[first].mention].tok;
	return first >= tok + 3 && t[first].sent == t[tok].sent && t[tok].upos == UPOS_VERB &&
	       str_in(t[first - 1].lower, DO) && str_is(t[first - 2].lower, "as");
}

/* Whether b is the same actor, or its country in its phrase: "the president of Chile". */
static bool is_part_of(const struct who *w, uint32_t a, uint32_t b)
{
	const struct event_arg *x = &w->x->args[a], *y = &w->x->args[b];
	const struct doc *d = w->g->d;

	return x->entity == y->entity ||
	       (x->mention >= 0 && y->mention >= 0 && w->args[a].code == w->args[b].code &&
		doc_dominates(d, d->mentions[x->mention].head, d->mentions[y->mention].head));
}

/* "No country invaded France": the object of a verb that has somebody else, or nobody, for its
 * subject. */
static bool is_others_object(const struct who *w, uint32_t arg)
{
	const struct event_arg *list = w->x->args;
	const struct doc *d = w->g->d;
	int32_t tok = w->x->candidate->tok, doer_tok;
	bool object = false, inherited, subject;

	if (d->tokens[tok].upos != UPOS_VERB)
		return false;
	doer_tok = event_subject(d, tok, &inherited);
	subject = doer_tok >= 0 && doc_is_nobody(d, doer_tok);
	for (uint32_t i = 0; i < w->x->n_args; i++) {
		bool own = list[i].entity == list[arg].entity;
		bool doer = list[i].place == ARG_SUBJECT || list[i].place == ARG_SUBJECT_FAR;

		if (own && (doer || list[i].place == ARG_SPEAKER || list[i].place == ARG_VOICE))
			return false;
		object |= own && list[i].place == ARG_OBJECT;
		subject |= !own && doer;
	}
	return object && subject;
}

/* "Was stabbed", "were arrested", "was criticized": whom it is done to has not done it, also where
 * nobody is said to have. "We are disturbed by" accuses, though. */
static bool is_victim(const struct who *w, uint32_t arg)
{
	const struct event_arg *list = w->x->args;
	bool undergoes = false, speaks = false;

	for (uint32_t i = 0; i < w->x->n_args; i++) {
		undergoes |= list[i].place == ARG_PASSIVE_SUBJECT && is_part_of(w, i, arg);
		speaks |= list[i].entity == list[arg].entity &&
			  (list[i].place == ARG_SPEAKER || list[i].place == ARG_VOICE);
	}
	return undergoes && (w->x->type == EVENT_ASSAULT || w->x->type == EVENT_COERCE ||
			     (w->x->type == EVENT_ACCUSE && !speaks));
}

/* "Condemned the bombing", "called the arrest a crime": who judges a deed has not done it. */
static bool is_judge(const struct who *w, uint32_t arg)
{
	const struct doc *d = w->g->d;
	int32_t tok = w->x->candidate->tok, verb = d->tokens[tok].head;
	uint32_t said = 1u << (EVENT_ACCUSE - 1) | 1u << (EVENT_SUPPORT - 1);
	uint32_t deeds = 1u << EVENT_ASSAULT | 1u << EVENT_COERCE | 1u << EVENT_MOBILIZE;

	if (d->tokens[tok].upos != UPOS_NOUN || rel_base(d->tokens[tok].rel) != REL_OBJ ||
	    verb < 0 || !(w->g->tokens[verb].strong & said) || !(deeds >> w->x->type & 1))
		return false;
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (w->args[i].entity == w->args[arg].entity &&
		    (w->args[i].place == ARG_POSSESSOR || w->args[i].place == ARG_MODIFIER ||
		     w->args[i].place == ARG_AGENT))
			return false;
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (w->args[i].place == ARG_LIGHT_SUBJECT &&
		    (w->args[i].entity == w->args[arg].entity ||
		     (w->args[i].code && w->args[i].code == w->args[arg].code)))
			return true;
	return false;
}

/* Whether the actor is said to do it, and says nothing himself. */
static bool is_told_of(const struct who *w, uint32_t entity)
{
	bool subject = false;

	for (uint32_t i = 0; i < w->x->n_args; i++) {
		enum arg_place place = w->args[i].place;

		if (w->args[i].entity != entity)
			continue;
		if (place == ARG_SPEAKER || place == ARG_SPEAKER_OUTER || place == ARG_VOICE)
			return false;
		subject |=
			place == ARG_SUBJECT || place == ARG_SUBJECT_FAR || place == ARG_POSSESSOR;
	}
	return subject;
}

int32_t who_accuses_by_saying(const struct who *w)
{
	const struct frame_rec *r = event_frame_of(w->g, w->x);
	bool direct;

	event_voice(w->g->d, w->x->candidate->tok, &direct);
	if (w->x->type != EVENT_ACCUSE || w->source < 0 ||
	    !(r ? (r->flags & FRAME_TOLD) != 0 : direct) ||
	    !is_told_of(w, w->args[w->source].entity))
		return -1;
	for (uint32_t i = 0; i < w->x->n_args; i++)
		if (w->args[i].place == ARG_SPEAKER && w->args[i].code)
			return (int32_t)i;
	return -1;
}

/* "Died in an attack", "were wounded in clashes", "an attack killed nine people": the token of
 * those whom the attack was done to, or -1. */
static int32_t casualty(const struct who *w)
{
	static const char *const DIE[] = {"die", "perish", NULL};
	static const char *const KILL[] = {"kill", "wound", "injure", "hurt", "leave", NULL};
	const struct doc *d = w->g->d;
	int32_t verb = w->x->candidate->tok, subject;
	enum rel r = REL_NSUBJ;
	bool inherited;

	if (w->x->type != EVENT_ASSAULT)
		return -1;
	for (int depth = 0; depth < 2 && verb >= 0 && d->tokens[verb].upos == UPOS_NOUN; depth++) {
		r = rel_base(d->tokens[verb].rel);
		verb = r == REL_OBL || r == REL_NMOD || r == REL_NSUBJ ? d->tokens[verb].head : -1;
	}
	if (verb < 0)
		return -1;
	if (r == REL_NSUBJ)
		return str_in(d->tokens[verb].lemma, KILL) && !event_is_passive(d, verb) &&
				       doc_child(d, verb, REL_NSUBJ) >= 0
			       ? doc_child(d, verb, REL_OBJ)
			       : -1;
	if (!str_in(d->tokens[verb].lemma, DIE) &&
	    (!str_in(d->tokens[verb].lemma, KILL) || !event_is_passive(d, verb)))
		return -1;
	subject = event_subject(d, verb, &inherited);
	return inherited ? -1 : subject;
}

int32_t who_casualty(const struct who *w)
{
	int32_t tok = casualty(w);

	for (uint32_t i = 0; tok >= 0 && i < w->x->n_args; i++) {
		int32_t m = w->x->args[i].mention;

		if (m >= 0 && w->g->d->mentions[m].head == tok)
			return (int32_t)i;
	}
	return -1;
}

/* "An attack in Somalia", "on Kyiv": where it happened is not who did it. */
bool who_is_scene(const struct who *w, uint32_t arg)
{
	static const char *const IN[] = {"in", "at", "near", "on", "against", NULL};
	const struct event_ground *g = w->g;
	const struct doc *d = g->d;
	uint32_t entity = w->args[arg].entity, sent = d->tokens[w->x->candidate->tok].sent;
	bool scene = false;

	if (w->x->type != EVENT_ASSAULT || (d->entities[entity].kind != ENTITY_COUNTRY &&
					    d->entities[entity].kind != ENTITY_GOVERNMENT))
		return false;
	for (uint32_t k = g->mentions_at[sent]; k < g->mentions_at[sent + 1]; k++) {
		const struct mention *m = &d->mentions[g->mentions[k]];
		int32_t in = doc_child(d, m->head, REL_CASE);

		if (m->entity != (int32_t)entity)
			continue;
		if (d->tokens[m->head].rel == REL_NMOD_POSS ||
		    (!m->is_place && (in < 0 || !str_in(d->tokens[in].lower, IN))))
			return false;
		scene = true;
	}
	return scene;
}

bool who_is_no_source(const struct who *w, uint32_t arg)
{
	int32_t hurt = who_casualty(w);

	return (hurt >= 0 && w->args[hurt].entity == w->args[arg].entity) || is_victim(w, arg) ||
	       is_judge(w, arg) || is_others_object(w, arg);
}

/* An army that is moved is the mover's own. */
static bool is_own_force(const struct who *w, uint32_t arg)
{
	const struct entity *e = &w->g->d->entities[w->args[arg].entity];
	const struct event_arg *a = &w->x->args[arg];

	return (w->x->type == EVENT_MOBILIZE || w->x->type == EVENT_RETREAT) && a->mention >= 0 &&
	       (a->place == ARG_OBJECT || a->place == ARG_OBJECT_INSIDE) &&
	       str_is(e->role, "MIL") && w->g->d->mentions[a->mention].kind == MENTION_NOMINAL;
}

/* "An adviser to the Ukrainian president warned": the president is only part of who he is. */
static bool is_inside_doer(const struct who *w, uint32_t arg)
{
	const struct event_arg *a = &w->x->args[arg];
	int32_t doer = who_in_sentence(w, WHO_SOURCE, w->source);

	return doer >= 0 && a->mention >= 0 && a->nested && w->x->args[doer].entity != a->entity &&
	       is_part_of(w, (uint32_t)doer, arg);
}

static struct str role_of(const struct who *w, int32_t arg)
{
	return w->g->d->entities[w->args[arg].entity].role;
}

static bool is_state_role(struct str role)
{
	return !role.n || str_is(role, "GOV") || str_is(role, "MIL");
}

/* Whether a state does it: it, its government or its army. */
static bool is_states_deed(const struct who *w)
{
	return w->source >= 0 && is_state_role(role_of(w, w->source));
}

/* No state threatens its own country or moves troops against it, unless the text says so: "warned
 * that the United States would never allow it" says who will act. */
static bool is_own_side(const struct who *w, uint32_t arg)
{
	struct str role = role_of(w, (int32_t)arg);

	if (!is_states_deed(w) || !w->args[arg].code ||
	    w->args[arg].code != w->args[w->source].code || str_is(role, "REB"))
		return false;
	if (is_object(w, arg) && !str_is(role, "MIL"))
		return false;
	return w->x->type == EVENT_MOBILIZE || w->x->type == EVENT_RETREAT ||
	       (w->x->type == EVENT_THREATEN && is_state_role(role));
}

/* "Closed its mission in Chad": what it takes away is its own. */
static bool is_own_post(const struct who *w, uint32_t arg)
{
	static const char *const posts[] = {"embassy", "consulate", "mission", "ambassador",
					    "envoy",   "diplomat",  "attaché", NULL};
	const struct event_arg *a = &w->x->args[arg];
	const struct doc *d = w->g->d;

	return w->x->type == EVENT_SANCTION && is_states_deed(w) && a->mention >= 0 &&
	       w->args[arg].code && w->args[arg].code == w->args[w->source].code &&
	       str_in(d->tokens[d->mentions[a->mention].head].lemma, posts);
}

static bool is_deed(const struct who *w, int32_t tok)
{
	uint32_t deeds = 1u << EVENT_ASSAULT | 1u << EVENT_COERCE | 1u << EVENT_MOBILIZE |
			 1u << EVENT_SANCTION;

	return w->g->d->tokens[tok].upos == UPOS_NOUN && (w->g->tokens[tok].strong << 1 & deeds);
}

/* Whether the actor stands inside the phrase of `top`; *doer: as the one who does it ("by Iran",
 * "Iran's"). */
static bool is_within(const struct who *w, uint32_t arg, int32_t top, bool *doer)
{
	const struct doc *d = w->g->d;
	int32_t m = w->x->args[arg].mention, head = m < 0 ? -1 : d->mentions[m].head, by;

	if (head < 0 || head == top || !doc_dominates(d, top, head))
		return false;
	by = doc_child(d, head, REL_CASE);
	*doer = d->tokens[head].rel == REL_NMOD_POSS ||
		(by >= 0 && str_is(d->tokens[by].lower, "by"));
	return true;
}

/* "Deplored the seizure of a Greek tanker by Iran": whom the deed was done to is not blamed for it,
 * where somebody is. */
static bool is_wronged(const struct who *w, uint32_t arg)
{
	int32_t tok = w->x->candidate->tok, object = doc_child(w->g->d, tok, REL_OBJ);
	bool doer, known = false;

	if (w->x->type != EVENT_ACCUSE || w->g->d->tokens[tok].upos != UPOS_VERB || object < 0 ||
	    !is_deed(w, object))
		return false;
	for (uint32_t i = 0; i < w->x->n_args; i++) {
		bool within = is_within(w, i, object, &doer);

		if (within && doer && w->args[i].entity == w->args[arg].entity)
			return false;
		if (w->args[i].entity == w->args[arg].entity && !within && w->x->args[i].top >= 0)
			return false;
		known |= within && doer;
	}
	return known;
}

/* "Deplored the seizure": nobody seized anything of who deplores it, unless the text says so. */
static bool is_mere_judge(const struct who *w, uint32_t arg)
{
	const struct token *t = &w->g->d->tokens[w->x->candidate->tok];
	uint32_t said = 1u << (EVENT_ACCUSE - 1) | 1u << (EVENT_SUPPORT - 1);
	bool judge = false;

	if (rel_base(t->rel) != REL_OBJ || t->head < 0 || !(w->g->tokens[t->head].strong & said) ||
	    !is_deed(w, w->x->candidate->tok))
		return false;
	for (uint32_t i = 0; i < w->x->n_args; i++) {
		if (w->args[i].entity != w->args[arg].entity || w->x->args[i].top < 0)
			continue;
		if (w->args[i].place != ARG_LIGHT_SUBJECT)
			return false;
		judge = true;
	}
	return judge;
}

bool who_is_no_target(const struct who *w, uint32_t arg)
{
	if (is_wronged(w, arg) || is_mere_judge(w, arg))
		return true;
	return is_of_next_verb(w, arg) || is_own_force(w, arg) || is_inside_doer(w, arg) ||
	       is_own_side(w, arg) || is_own_post(w, arg) || who_does_likewise(w, arg);
}

/* How likely the doer's own state is to be a target, where another of that side does not need it;
 * actors of that state that are less likely add as little as it does. */
double who_own_state(const struct who *w, enum who_side side, const struct who_actor *list,
		     uint32_t n)
{
	static const bool at_home[N_EVENT_TYPES] = {[EVENT_ACCUSE] = true,
						    [EVENT_PROTEST] = true,
						    [EVENT_ASSAULT] = true,
						    [EVENT_COERCE] = true,
						    [EVENT_REJECT] = true};
	double most = 0;

	if (side != WHO_TARGET || at_home[w->x->type] || !is_states_deed(w))
		return 0;
	for (uint32_t k = 0; k < n; k++)
		if (list[k].p > most && is_own_state(w, w->args[list[k].arg].entity))
			most = list[k].p;
	return most;
}

bool who_adds_nothing(const struct who *w, const struct who_actor *a, double own)
{
	return a->p <= own && !is_object(w, a->arg) && w->args[a->arg].code &&
	       w->args[a->arg].code == w->args[w->source].code;
}

/* "Denied the charge": whoever was the last to accuse him. */
int64_t who_accuser_of(const struct who *w)
{
	static const char *const WORDS[] = {"charge",    "accusation", "allegation",
					    "criticism", "claim",      NULL};
	const struct doc *d = w->g->d;
	int32_t tok = w->x->candidate->tok, object = doc_child(d, tok, REL_OBJ);
	struct str own = w->source < 0 ? STR("") : d->entities[w->args[w->source].entity].code;
	bool known = false;

	for (uint32_t i = 0; object >= 0 && WORDS[i]; i++)
		known |= str_is(d->tokens[object].lemma, WORDS[i]);
	if (w->x->type != EVENT_REJECT || !known || !own.n)
		return -1;
	for (uint32_t i = d->n_events; i-- > 0;) {
		const struct result_event *e = &d->events[i];

		if (d->tokens[d->event_tok[i]].sent + ACCUSED_BACK < d->tokens[tok].sent)
			break;
		for (uint32_t k = 0; e->type == EVENT_ACCUSE && e->source.n && k < e->target.n; k++)
			if (str_eq(d->entities[e->target.ids[k]].code, own) &&
			    !str_eq(d->entities[e->source.ids[0]].code, own))
				return e->source.ids[0];
	}
	return -1;
}
