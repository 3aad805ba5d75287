#include "worker/engine/event_args.h"

enum { UP_MAX = 10 };

/* The highest token of the phrase that a coordinated or appositional name belongs to. */
static int32_t lift(const struct doc *d, int32_t tok, bool *conjunct)
{
	for (int n = 0; n < UP_MAX; n++) {
		const struct token *t = &d->tokens[tok];

		if (t->head < 0)
			break;
		if (t->rel == REL_CONJ && d->tokens[t->head].upos != UPOS_VERB)
			*conjunct = true;
		else if (t->rel != REL_APPOS && t->rel != REL_FLAT && t->rel != REL_LIST)
			break;
		tok = t->head;
	}
	return tok;
}

static uint32_t preposition_role(const struct doc *d, int32_t prep)
{
	static const struct {
		const char *word;
		uint32_t role;
	} WORDS[] = {
#define X(name, text) {text, 1u << FRAME_ROLE_##name},
		FRAME_ROLES(X)
#undef X
			{"towards", 1u << FRAME_ROLE_TOWARD},
		{"upon", 1u << FRAME_ROLE_ON},
		{"inside", 1u << FRAME_ROLE_IN},
		{"concerning", 1u << FRAME_ROLE_OVER},
		{"among", 1u << FRAME_ROLE_BETWEEN},
	};

	/* subject, object, possessor and clause are no prepositions */
	for (size_t i = FRAME_ROLE_OF; prep >= 0 && i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (str_is(d->tokens[prep].lower, WORDS[i].word))
			return WORDS[i].role;
	return 0;
}

static void set(struct event_arg *a, enum arg_place place, uint32_t role)
{
	a->place = place;
	a->frame_role |= role;
}

static bool is_by(const struct doc *d, int32_t prep)
{
	return prep >= 0 && str_is(d->tokens[prep].lower, "by");
}

/* Nouns and passives have agents; "won the war by Iran" is a slip of the tree. */
static bool may_have_agent(const struct doc *d, int32_t trigger)
{
	return d->tokens[trigger].upos != UPOS_VERB || event_is_passive(d, trigger);
}

/* "The arrest of a journalist by Niger": the tree hangs "by" on the noun beside it. Whoever does it
 * is the agent of the nearest word of an event above. */
static bool is_agent_inside(const struct event_ground *g, int32_t trigger, int32_t tok)
{
	const struct doc *d = g->d;

	if (!is_by(d, doc_child(d, tok, REL_CASE)) || !may_have_agent(d, trigger))
		return false;
	for (int32_t up = d->tokens[tok].head; up != trigger; up = d->tokens[up].head)
		if (up < 0 || d->tokens[up].upos == UPOS_VERB || g->tokens[up].types)
			return false;
	return true;
}

/* "Condemned the seizure of a ship by Iran": nobody condemns by Iran, so it belongs to the noun
 * before it. */
static bool is_agent_beside(const struct event_ground *g, int32_t trigger, int32_t tok)
{
	const struct doc *d = g->d;
	int32_t verb = d->tokens[tok].head;

	if (verb < 0 || verb >= trigger || trigger >= tok || d->tokens[verb].upos != UPOS_VERB ||
	    d->tokens[trigger].upos == UPOS_VERB || event_is_passive(d, verb) ||
	    !is_by(d, doc_child(d, tok, REL_CASE)) || !doc_dominates(d, verb, trigger))
		return false;
	for (int32_t t = trigger + 1; t < tok; t++)
		if (g->tokens[t].types || d->tokens[t].upos == UPOS_VERB)
			return false;
	return true;
}

/* A dependent of the trigger itself. */
static bool below(const struct event_ground *g, int32_t trigger, int32_t tok, struct event_arg *a)
{
	const struct doc *d = g->d;
	const struct token *t = &d->tokens[tok];

	if (t->head != trigger)
		return false;
	switch (rel_base(t->rel)) {
	case REL_NSUBJ:
		if (event_is_passive(d, trigger) || t->rel == REL_NSUBJ_PASS)
			set(a, ARG_PASSIVE_SUBJECT, 1u << FRAME_ROLE_OBJECT);
		else
			set(a, ARG_SUBJECT, 1u << FRAME_ROLE_SUBJECT);
		return true;
	case REL_OBJ:
		set(a, ARG_OBJECT, 1u << FRAME_ROLE_OBJECT);
		return true;
	case REL_IOBJ:
		set(a, ARG_INDIRECT, 1u << FRAME_ROLE_OBJECT | 1u << FRAME_ROLE_TO);
		return true;
	case REL_OBL:
	case REL_NMOD:
	case REL_ADVCL:
	case REL_XCOMP:
		if (t->rel == REL_NMOD_POSS) {
			set(a, ARG_POSSESSOR, 1u << FRAME_ROLE_POSSESSOR);
			return true;
		}
		a->prep = doc_child(d, tok, REL_CASE);
		if (t->rel == REL_OBL_AGENT || (is_by(d, a->prep) && may_have_agent(d, trigger)))
			set(a, ARG_AGENT, 1u << FRAME_ROLE_SUBJECT | 1u << FRAME_ROLE_BY);
		else
			set(a, ARG_PREP, preposition_role(d, a->prep));
		return true;
	case REL_AMOD:
	case REL_COMPOUND:
	case REL_DET:
		set(a, ARG_MODIFIER, 1u << FRAME_ROLE_POSSESSOR);
		return true;
	default:
		set(a, ARG_INSIDE, 0);
		return true;
	}
}

/* Inside the trigger's subtree: below its object, its complement clause, or elsewhere. */
static bool inside(const struct event_ground *g, int32_t trigger, int32_t tok, struct event_arg *a)
{
	const struct doc *d = g->d;
	int32_t top = tok;
	enum rel r;

	if (!doc_dominates(d, trigger, tok))
		return false;
	while (d->tokens[top].head != trigger)
		top = d->tokens[top].head;
	r = rel_base(d->tokens[top].rel);
	if (r == REL_CCOMP || r == REL_XCOMP || r == REL_ADVCL || r == REL_ACL) {
		int32_t up = d->tokens[tok].head;
		enum rel own = rel_base(d->tokens[tok].rel);

		if (up == top && own == REL_NSUBJ)
			set(a, ARG_CLAUSE_SUBJECT, 1u << FRAME_ROLE_CLAUSE);
		else if (up == top && own == REL_OBJ)
			set(a, ARG_CLAUSE_OBJECT, 0);
		else
			set(a, ARG_CLAUSE_INSIDE, 0);
		return true;
	}
	if (is_agent_inside(g, trigger, tok)) {
		set(a, ARG_AGENT, 1u << FRAME_ROLE_SUBJECT | 1u << FRAME_ROLE_BY);
		a->prep = doc_child(d, tok, REL_CASE);
		return true;
	}
	if (d->tokens[tok].head == top && (r == REL_OBJ || r == REL_NSUBJ)) {
		a->prep = doc_child(d, tok, REL_CASE);
		set(a, a->prep >= 0 ? ARG_OBJECT_PREP : ARG_OBJECT_INSIDE,
		    preposition_role(d, a->prep));
		return true;
	}
	set(a, ARG_INSIDE, 0);
	return true;
}

/* Around a noun: the verb that it is the object of ("held talks with X"). */
static bool around(const struct event_ground *g, int32_t trigger, int32_t tok, struct event_arg *a)
{
	const struct doc *d = g->d;
	const struct token *n = &d->tokens[trigger];
	int32_t verb = n->head;
	bool inherited;
	enum rel r = rel_base(n->rel);

	if (n->upos == UPOS_VERB || verb < 0 ||
	    (r != REL_OBJ && r != REL_OBL && r != REL_XCOMP && r != REL_NSUBJ && r != REL_NMOD))
		return false;
	if (event_subject(d, verb, &inherited) == tok && tok != trigger) {
		set(a, ARG_LIGHT_SUBJECT, 1u << FRAME_ROLE_SUBJECT);
		return true;
	}
	if (d->tokens[tok].head != verb)
		return false;
	a->prep = doc_child(d, tok, REL_CASE);
	if (a->prep >= 0)
		set(a, ARG_LIGHT_PREP, preposition_role(d, a->prep));
	else
		set(a, ARG_LIGHT_OBJECT, 1u << FRAME_ROLE_OBJECT);
	return true;
}

/* Subjects and objects of the clauses above. */
static bool above(const struct event_ground *g, int32_t trigger, int32_t tok, struct event_arg *a)
{
	const struct doc *d = g->d;
	int32_t up = trigger;

	for (int n = 0; n < UP_MAX && up >= 0; n++) {
		if (d->tokens[tok].head == up) {
			enum rel r = rel_base(d->tokens[tok].rel);

			if (r == REL_NSUBJ) {
				set(a, ARG_HIGHER_SUBJECT, 0);
				return true;
			}
			if (r == REL_OBJ || r == REL_IOBJ || r == REL_OBL) {
				set(a, ARG_HIGHER_OBJECT, 0);
				return true;
			}
		}
		up = d->tokens[up].head;
	}
	return false;
}

static void locate(const struct event_ground *g, int32_t trigger, int32_t tok, struct event_arg *a)
{
	const struct doc *d = g->d;
	bool inherited;
	int32_t top = lift(d, tok, &a->conjunct);

	a->top = top;
	if (is_agent_beside(g, trigger, top)) {
		a->prep = doc_child(d, top, REL_CASE);
		set(a, ARG_AGENT, 1u << FRAME_ROLE_SUBJECT | 1u << FRAME_ROLE_BY);
		return;
	}
	if (top == trigger)
		set(a, ARG_MODIFIER, 0);
	else if (below(g, trigger, top, a))
		return;
	else if (event_subject(d, trigger, &inherited) == top) {
		if (event_is_passive(d, trigger))
			set(a, ARG_PASSIVE_SUBJECT, 1u << FRAME_ROLE_OBJECT);
		else
			set(a, ARG_SUBJECT_FAR, 1u << FRAME_ROLE_SUBJECT);
	} else if (!inside(g, trigger, top, a) && !around(g, trigger, top, a) &&
		   !above(g, trigger, top, a)) {
		set(a, tok < trigger ? ARG_BEFORE : ARG_AFTER, 0);
	}
}

/* Relations from the trigger up to the common ancestor and down again; 0 where it is far. */
static uint64_t path(const struct doc *d, int32_t from, int32_t to)
{
	int32_t up[UP_MAX], n_up = 0, down[UP_MAX], n_down = 0;
	uint64_t h = 7;

	for (int32_t t = from; t >= 0 && n_up < UP_MAX; t = d->tokens[t].head)
		up[n_up++] = t;
	for (int32_t t = to; t >= 0; t = d->tokens[t].head) {
		for (int32_t i = 0; i < n_up; i++)
			if (up[i] == t) {
				if (i + n_down > 5)
					return 0;
				for (int32_t k = 0; k < i; k++)
					h = feature_and(h, d->tokens[up[k]].rel + 1u);
				while (n_down > 0)
					h = feature_and(h, d->tokens[down[--n_down]].rel + 100u);
				return h;
			}
		if (n_down == UP_MAX)
			return 0;
		down[n_down++] = t;
	}
	return 0;
}

static bool is_nested(const struct doc *d, const struct mention *m)
{
	int32_t h = d->tokens[m->head].head;

	return h >= 0 && d->tokens[h].mention >= 0 &&
	       (rel_base(d->tokens[m->head].rel) == REL_NMOD ||
		d->tokens[m->head].rel == REL_COMPOUND || d->tokens[m->head].rel == REL_AMOD);
}

static void from_sentence(const struct event_ground *g, int32_t trigger, struct event_arg *args,
			  uint32_t *n)
{
	const struct doc *d = g->d;
	uint32_t sent = d->tokens[trigger].sent;

	for (uint32_t k = g->mentions_at[sent];
	     k < g->mentions_at[sent + 1] && *n < EVENT_ARGS_MAX - 16; k++) {
		const struct mention *m = &d->mentions[g->mentions[k]];
		struct event_arg a = {.entity = (uint32_t)m->entity,
				      .prep = -1,
				      .top = -1,
				      .mention = (int32_t)g->mentions[k]};

		if (m->tok < d->sentences[sent].tok + d->sentences[sent].dateline)
			continue; /* where it was written, and nobody in it */
		a.nested = is_nested(d, m);
		locate(g, trigger, m->head, &a);
		a.path = path(d, trigger, m->head);
		a.distance = (uint32_t)(m->head > trigger ? m->head - trigger : trigger - m->head);
		args[(*n)++] = a;
	}
	for (uint32_t i = 0; i < *n; i++)
		for (uint32_t k = 0; k < *n; k++)
			args[i].rank += args[k].distance < args[i].distance;
}

static void add_plain(struct event_arg *args, uint32_t *n, int64_t entity, int32_t mention,
		      enum arg_place place)
{
	if (entity <= ENTITY_DOC_AUTHOR || *n == EVENT_ARGS_MAX)
		return;
	args[(*n)++] = (struct event_arg){.entity = (uint32_t)entity,
					  .mention = mention,
					  .place = place,
					  .prep = -1,
					  .top = -1};
}

static void from_voices(const struct event_ground *g, int32_t trigger, struct event_arg *args,
			uint32_t *n)
{
	const struct doc *d = g->d;
	const struct attribution *a = event_attribution(d, trigger);

	for (int depth = 0; a && depth < 3; depth++, a = event_attribution_around(d, a))
		add_plain(args, n, a->source_entity, -1, depth ? ARG_SPEAKER_OUTER : ARG_SPEAKER);
	add_plain(args, n, d->sentences[d->tokens[trigger].sent].voice, -1, ARG_VOICE);
}

/* Actors of the sentences before, and of the title: implicit agents are found there. */
static void from_before(const struct event_ground *g, int32_t trigger, struct event_arg *args,
			uint32_t *n)
{
	const struct doc *d = g->d;
	uint32_t sent = d->tokens[trigger].sent, first = sent > 2 ? sent - 2 : 0, others = 0;

	for (uint32_t k = g->mentions_at[sent]; k-- > g->mentions_at[first] && others < 6;) {
		const struct mention *m = &d->mentions[g->mentions[k]];
		enum rel r = rel_base(d->tokens[m->head].rel);

		if (m->is_place)
			continue;
		add_plain(args, n, m->entity, (int32_t)g->mentions[k],
			  r == REL_NSUBJ && d->tokens[m->head].sent + 1 == sent
				  ? ARG_PREVIOUS_SUBJECT
				  : ARG_PREVIOUS);
		others++;
	}
}

uint32_t event_args(const struct event_ground *g, int32_t trigger,
		    struct event_arg args[static EVENT_ARGS_MAX])
{
	uint32_t n = 0;

	from_sentence(g, trigger, args, &n);
	from_voices(g, trigger, args, &n);
	if (g->d->sentences[g->d->tokens[trigger].sent].voice > ENTITY_DOC_AUTHOR)
		add_plain(args, &n, g->world, -1, ARG_ADDRESSEE);
	from_before(g, trigger, args, &n);
	add_plain(args, &n, g->salient, -1, ARG_SALIENT);
	for (int i = 0; i < 2; i++)
		add_plain(args, &n, g->next_salient[i], -1, ARG_SALIENT);
	return n;
}
