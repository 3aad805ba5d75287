#include "worker/engine/stance_pairs.h"

enum { CLIMB_MAX = 12, NEST_MAX = 6 };

/* Who a sentence leaves in the reader's mind: the subject of its main clause, else its first
 * actor. */
static int32_t spoken_of(const struct doc *d, const struct sentence *s)
{
	int32_t subject = s->root >= 0 ? polarity_subject(d, s->root) : -1;
	int32_t entity = subject >= 0 ? stance_actor_at(d, subject) : -1;

	for (uint32_t i = s->tok; entity < 0 && i < s->tok + s->n_tok; i++)
		entity = target_entity_at(d, (int32_t)i, false);
	return entity;
}

static uint32_t density_of(const struct stance_ground *s)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < s->frames.n; i++) {
		uint8_t kind = s->frames.list[i].class->kind;

		n += kind == GRAMMAR_ATT || kind == GRAMMAR_SAY || kind == GRAMMAR_EVAL;
	}
	n = n * 64 / (s->d->n_tokens + 1u);
	return n > 9 ? 9 : (uint32_t)n;
}

/* The author's own words: no report, no speech, no quotation. */
static bool is_authors(const struct doc *d, uint32_t tok)
{
	return d->tokens[tok].attrib < 0 && d->sentences[d->tokens[tok].sent].voice < 0;
}

/* How much the document's own voice judges and demands: news hardly does, opinion does. */
static uint32_t opinion_of(const struct stance_ground *s)
{
	const struct doc *d = s->d;
	uint64_t n = 0, all = 0;

	for (uint32_t i = 0; i < d->n_tokens; i++) {
		const struct token *t = &d->tokens[i];

		if (!is_authors(d, i))
			continue;
		all++;
		n += str_is(t->lower, "i") || str_is(t->lower, "we") || str_is(t->lower, "you") ||
		     str_is(t->lower, "should") || str_is(t->lower, "must") ||
		     str_is(t->lower, "?") || str_is(t->lower, "!");
		n += polarity_value(&s->frames, (int32_t)i) != 0;
	}
	n = n * 48 / (all + 32);
	return n > 9 ? 9 : (uint32_t)n;
}

void stance_ground_make(struct stance_ground *s, struct doc *d, const struct grammar *g,
			const struct word_clusters *clusters)
{
	int32_t last = -1;

	*s = (struct stance_ground){
		.d = d,
		.g = g,
		.earlier = ARENA_ARRAY(d->arena, int32_t, d->n_sentences + 1),
	};
	s->cluster = ARENA_ARRAY(d->arena, struct word_cluster, d->n_tokens + 1);
	for (uint32_t i = 0; i < d->n_tokens; i++)
		s->cluster[i] = word_clusters_find(clusters, d->tokens[i].lower);
	frames_find(d, g, &s->frames);
	s->density = density_of(s);
	s->opinion = opinion_of(s);
	for (uint32_t i = 0; i < d->n_sentences; i++) {
		int32_t now = spoken_of(d, &d->sentences[i]);

		s->earlier[i] = last;
		if (now >= 0 && now != ENTITY_DOC_AUTHOR)
			last = now;
	}
}

int32_t stance_actor_at(const struct doc *d, int32_t tok)
{
	int32_t e = target_entity_at(d, tok, true);

	if (tok < 0 || e >= 0)
		return e;
	for (int32_t c = d->tokens[tok].child; e < 0 && c >= 0; c = d->tokens[c].next) {
		enum rel r = rel_base(d->tokens[c].rel);

		if (r == REL_NMOD || r == REL_COMPOUND || r == REL_AMOD || r == REL_FLAT ||
		    r == REL_APPOS)
			e = target_entity_at(d, c, true);
	}
	return e;
}

int32_t stance_speaker(const struct stance_ground *s, uint32_t sentence, int32_t tok)
{
	const struct doc *d = s->d;
	int32_t a = d->tokens[tok].attrib;

	for (int nest = 0; a >= 0 && nest < NEST_MAX; nest++) {
		const struct attribution *x = &d->attributions[a];

		/* the source's own words stand outside of what it says */
		if (x->source_entity >= 0)
			return x->source_entity;
		a = x->parent;
	}
	if (d->sentences[sentence].voice >= 0)
		return d->sentences[sentence].voice;
	return ENTITY_DOC_AUTHOR;
}

static int32_t add_holder(struct candidates *c, int32_t entity, int32_t tok, uint8_t nest)
{
	if (entity < 0)
		return -1;
	for (uint32_t i = 0; i < c->n_holders; i++)
		if (c->holders[i].entity == entity) {
			if (c->holders[i].tok < 0)
				c->holders[i].tok = tok;
			if (nest && !c->holders[i].nest)
				c->holders[i].nest = nest;
			return (int32_t)i;
		}
	if (c->n_holders == HOLDERS_MAX)
		return -1;
	c->holders[c->n_holders] = (struct holder){entity, tok, nest};
	return (int32_t)c->n_holders++;
}

static void find_holders(const struct stance_ground *s, struct candidates *c)
{
	const struct doc *d = s->d;
	const struct sentence *t = &d->sentences[c->sentence];
	uint8_t nest;

	add_holder(c, ENTITY_DOC_AUTHOR, -1, 0);
	add_holder(c, t->voice, -1, 0);
	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++) {
		int32_t a = d->tokens[i].attrib;

		for (nest = 1; a >= 0 && nest < NEST_MAX; nest++) {
			add_holder(c, d->attributions[a].source_entity, -1, nest);
			a = d->attributions[a].parent;
		}
	}
	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++) {
		int32_t m = d->tokens[i].mention;

		for (int turns = 0; m >= 0 && turns < 4; turns++) {
			add_holder(c, d->mentions[m].entity, (int32_t)i, 0);
			m = d->mentions[m].also;
		}
	}
	add_holder(c, s->earlier[c->sentence], -1, 0);
}

void candidates_find(const struct stance_ground *s, uint32_t sentence, struct candidates *c)
{
	struct doc *d = s->d;

	c->sentence = sentence;
	c->n_targets = c->n_holders = c->n_pairs = 0;
	if (!c->sides) {
		c->sides = arena_alloc(d->arena, TARGETS_MAX * sizeof(*c->sides));
		c->n_sides = ARENA_ARRAY(d->arena, uint32_t, TARGETS_MAX);
	}
	target_find(d, sentence, &c->targets, &c->n_targets, &c->cap_targets);
	if (c->n_targets > TARGETS_MAX)
		c->n_targets = TARGETS_MAX;
	for (uint32_t i = 0; i < c->n_targets; i++)
		c->n_sides[i] =
			polarity_sides(d, s->g, &s->frames, c->targets[i].head, c->sides[i]);
	find_holders(s, c);
}

static bool inside(const struct target *t, int32_t tok)
{
	return tok >= 0 && (uint32_t)tok >= t->tok && (uint32_t)tok < t->tok + t->n_tok;
}

/* Links by attribution, voice and place. */
static uint16_t outer_links(const struct stance_ground *s, const struct candidates *c,
			    const struct target *t, const struct holder *h)
{
	const struct doc *d = s->d;
	int32_t a = d->tokens[t->head].attrib;
	uint16_t links = 0;

	for (int nest = 0; a >= 0 && nest < NEST_MAX; nest++) {
		if (d->attributions[a].source_entity == h->entity)
			links |= nest ? LINK_OUTER : LINK_SOURCE;
		a = d->attributions[a].parent;
	}
	if (d->sentences[c->sentence].voice == h->entity)
		links |= LINK_VOICE;
	if (h->entity == ENTITY_DOC_AUTHOR)
		links |= LINK_AUTHOR;
	if (h->entity == t->entity)
		links |= LINK_SELF;
	if (inside(t, h->tok))
		links |= LINK_INSIDE;
	else if (h->tok >= 0)
		links |= LINK_MENTION;
	if (!links)
		links |= LINK_EARLIER;
	return links;
}

static uint16_t tree_links(const struct stance_ground *s, const struct target *t,
			   const struct holder *h)
{
	const struct doc *d = s->d;
	int32_t at = t->head, p = doc_child(d, t->head, REL_NMOD_POSS);
	uint16_t links = 0;

	if (p >= 0 && stance_actor_at(d, p) == h->entity)
		links |= LINK_POSSESSOR;
	for (int i = 0; i < CLIMB_MAX && d->tokens[at].head >= 0; i++) {
		int32_t subject;

		at = d->tokens[at].head;
		subject = polarity_subject(d, at);
		if (subject >= 0 && !inside(t, subject) && stance_actor_at(d, subject) == h->entity)
			return links | LINK_SUBJECT;
	}
	return links;
}

/* The outermost composed side with this holder: its sign has everything in it. Attitudes come
 * before what merely helps or hurts, and valuations last. */
static int8_t side_of(const struct stance_ground *s, const struct candidates *c, uint32_t target,
		      const struct holder *h)
{
	static const int8_t rank[N_GRAMMAR_KINDS] = {
		[GRAMMAR_ATT] = 4,  [GRAMMAR_SAY] = 4, [GRAMMAR_ACT] = 3,  [GRAMMAR_WANT] = 4,
		[GRAMMAR_FLIP] = 4, [GRAMMAR_EFF] = 2, [GRAMMAR_EVAL] = 1, [GRAMMAR_CERT] = 0};
	int best = -1, best_rank = -1;

	for (uint32_t i = 0; i < c->n_sides[target]; i++) {
		const struct side *x = &c->sides[target][i];
		int32_t who = x->holder == HOLDER_SOURCE
				      ? stance_speaker(s, c->sentence, x->trigger)
				      : stance_actor_at(s->d, x->holder);

		if (who != h->entity || rank[x->class->kind] < best_rank)
			continue;
		best = (int)i;
		best_rank = rank[x->class->kind];
	}
	return (int8_t)best;
}

void candidates_pair(const struct stance_ground *s, struct candidates *c, uint32_t target)
{
	const struct target *t = &c->targets[target];

	for (uint32_t i = 0; i < c->n_holders; i++) {
		const struct holder *h = &c->holders[i];
		struct pair p = {.target = (uint16_t)target, .holder = (uint16_t)i};

		p.links = outer_links(s, c, t, h) | tree_links(s, t, h);
		p.side = side_of(s, c, target, h);
		if (p.side >= 0)
			p.links |= LINK_SIDE;
		ARENA_GROW(s->d->arena, c->pairs, c->n_pairs, c->cap_pairs);
		c->pairs[c->n_pairs++] = p;
	}
}
