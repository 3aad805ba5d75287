#include "worker/engine/event_choice.h"

#include "worker/engine/row.h"

/* Below it an option is not looked at; most candidates are none. */
#define OPTION_LEAST 0.03

struct chooser {
	const struct event_ground *g;
	const struct event_scores *s;
	uint32_t sentence, first, end; /* its candidates */
	double sum[N_EVENT_TYPES];     /* chances of each type, over the candidates */
	double any;                    /* ... of any */
	struct event_option list[EVENT_OPTIONS_MAX];
	uint32_t n;
	const struct event_option *chosen[EVENT_OPTIONS_MAX];
	uint32_t n_chosen;
	/* of the document so far */
	double expected;
	uint32_t given, sentences;
	uint32_t of_type[N_EVENT_TYPES];
};

static int32_t tok_of(const struct chooser *c, const struct event_option *o)
{
	return c->g->candidates[o->candidate].tok;
}

bool event_one_action(const struct doc *d, int32_t x, int32_t y)
{
	enum rel r;

	if (d->tokens[x].head == y) {
		int32_t t = x;

		x = y;
		y = t;
	}
	if (d->tokens[y].head != x)
		return false;
	r = rel_base(d->tokens[y].rel);
	return r == REL_OBJ || r == REL_XCOMP || r == REL_COMPOUND || r == REL_AMOD ||
	       r == REL_NSUBJ || r == REL_OBL || r == REL_NMOD || r == REL_ACL || r == REL_CCOMP;
}

static void add_option(struct chooser *c, uint32_t candidate, uint32_t type)
{
	double p = (double)c->s->p[candidate][type];

	if (p >= OPTION_LEAST && c->n < EVENT_OPTIONS_MAX)
		c->list[c->n++] = (struct event_option){candidate, type, p, p, false, {0}};
}

/* The two likeliest types of each candidate of the sentence. */
static void gather(struct chooser *c)
{
	c->n = c->n_chosen = 0;
	c->any = 0;
	memset(c->sum, 0, sizeof(c->sum));
	for (uint32_t i = c->first; i < c->end; i++) {
		const float *p = c->s->p[i];
		uint32_t best = 1, next = 2;

		for (uint32_t t = 1; t < N_EVENT_TYPES; t++) {
			c->sum[t] += (double)p[t];
			if (p[t] > p[best]) {
				next = best;
				best = t;
			} else if (t != best && (p[t] > p[next] || next == best)) {
				next = t;
			}
		}
		c->any += 1 - (double)p[0];
		add_option(c, i, best);
		add_option(c, i, next);
	}
}

static void put_chance(struct row *r, double p)
{
	row_put(r, (int64_t)(p < 0.2 ? p * 60 : 12 + (p - 0.2) * 24));
}

/* What the other options are. */
static void put_rivals(struct row *r, const struct chooser *c, const struct event_option *o)
{
	double same = 0, other = 0, linked_same = 0, linked = 0, own = 0;
	uint32_t rank = 0, likely = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct event_option *x = &c->list[i];

		if (x == o)
			continue;
		if (x->candidate == o->candidate) {
			own = x->p > own ? x->p : own;
			continue;
		}
		rank += x->p > o->p;
		likely += x->p > 0.2;
		if (x->type == o->type)
			same = x->p > same ? x->p : same;
		else
			other = x->p > other ? x->p : other;
		if (!event_one_action(c->g->d, tok_of(c, x), tok_of(c, o)))
			continue;
		if (x->type == o->type)
			linked_same = x->p > linked_same ? x->p : linked_same;
		else
			linked = x->p > linked ? x->p : linked;
	}
	put_chance(r, same);
	put_chance(r, other);
	put_chance(r, linked_same);
	put_chance(r, linked);
	row_put(r, 16 + (int64_t)((o->p - own) * 16));
	row_put(r, rank);
	row_put(r, likely);
}

static void put_scores(struct row *r, const struct chooser *c, const struct event_option *o)
{
	const float *p = c->s->p[o->candidate];
	double any = 1 - (double)p[0];

	put_chance(r, o->p);
	put_chance(r, any);
	row_put(r, (int64_t)(any > 0 ? o->p / any * 31 : 0));
	put_chance(r, c->sum[o->type] - o->p);
	row_put(r, (int64_t)(c->sum[o->type] * 12));
	row_put(r, (int64_t)(c->any * 6));
}

static void put_net(struct row *r, const struct chooser *c, const struct event_option *o)
{
	const float *p = c->s->net ? c->s->net[o->candidate] : NULL;

	put_chance(r, p ? (double)p[o->type] : 0);
	put_chance(r, p ? 1 - (double)p[0] : 0);
}

static void put_frames(struct row *r, const struct chooser *c, const struct event_option *o)
{
	const struct event_candidate *x = &c->g->candidates[o->candidate];
	const struct event_token *t = &c->g->tokens[x->tok];
	const struct frame_match *m = event_match_of(c->g, x, o->type);

	row_put(r, !m ? 0 : frame_at(c->g->book, m->frame)->flags & FRAME_WEAK ? 1 : 2);
	row_put(r, m ? m->n_words : 0);
	row_put(r, x->n_matches);
	row_put(r, t->strong != 0);
	row_put(r, c->g->sentences[c->sentence].types >> (o->type - 1) & 1);
}

static void put_word(struct row *r, const struct chooser *c, const struct event_option *o)
{
	const struct doc *d = c->g->d;
	int32_t tok = tok_of(c, o), clause = event_clause(d, tok);
	const struct token *t = &d->tokens[tok];
	bool direct, inherited;
	int32_t voice = event_voice(d, tok, &direct), s = event_subject(d, tok, &inherited);

	row_put(r, o->type);
	row_put(r, t->upos);
	row_put(r, rel_base(t->rel) % TREES_BINS);
	row_put(r, doc_depth(d, tok, TREES_BINS));
	row_put(r, clause == tok ? 0 : 1 + (clause == t->head));
	row_put(r, direct * 2 + (voice > ENTITY_DOC_AUTHOR));
	row_put(r, s < 0 ? 0 : d->tokens[s].mention < 0 ? 1 : 2 + inherited);
	row_put(r, event_negated(d, tok));
	row_put(r, c->g->tokens[tok].cue >= 0);
	row_put(r, 32 * (tok - (int32_t)d->sentences[c->sentence].tok) /
			   (int32_t)d->sentences[c->sentence].n_tok);
}

static void put_sentence(struct row *r, const struct chooser *c)
{
	const struct doc *d = c->g->d;
	const struct sentence *s = &d->sentences[c->sentence];
	const struct event_sentence *x = &c->g->sentences[c->sentence];

	row_put(r, s->n_tok / 3);
	CHECK(r->n == EVENT_CHOICE_KIND);
	row_put(r, s->kind);
	row_put(r, c->sentence);
	row_put(r, d->n_sentences / 4);
	row_put(r, x->n_actors);
	row_put(r, x->n_parties);
	row_put(r, x->quoted + 2 * x->first_person);
	row_put(r, c->g->speech);
	row_put(r, c->g->political / 4);
}

/* How it stands to what is chosen. */
static void put_chosen(struct row *r, const struct chooser *c, const struct event_option *o)
{
	int64_t same = 0, linked = 0;

	for (uint32_t i = 0; i < c->n_chosen; i++) {
		const struct event_option *x = c->chosen[i];

		same += x->type == o->type;
		if (event_one_action(c->g->d, tok_of(c, x), tok_of(c, o)))
			linked |= x->type == o->type ? 1 : 2;
	}
	row_put(r, same);
	row_put(r, linked);
	row_put(r, c->n_chosen);
	row_put(r, c->sentences ? (int64_t)(c->expected * 8 / c->sentences) : 0);
	row_put(r, c->sentences ? 8 * c->given / c->sentences : 0);
	row_put(r, c->of_type[o->type]);
}

/* What does not change while the sentence's events are chosen. */
static void describe(struct chooser *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct event_option *o = &c->list[i];
		struct row r = {o->values, 0, EVENT_CHOICE_ALONE};

		put_scores(&r, c, o);
		put_rivals(&r, c, o);
		put_net(&r, c, o);
		put_frames(&r, c, o);
		put_word(&r, c, o);
		put_sentence(&r, c);
		CHECK(r.n == EVENT_CHOICE_ALONE);
	}
}

static void weigh(struct chooser *c, const struct trees *t)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct event_option *o = &c->list[i];
		struct row r = {o->values, EVENT_CHOICE_ALONE, EVENT_CHOICE_FEATURES};

		if (o->out)
			continue;
		put_chosen(&r, c, o);
		CHECK(r.n == EVENT_CHOICE_FEATURES);
		if (t->n_trees && o->p < 1) /* 1: a frame of the user's own decided */
			o->chance = trees_yes(t, o->values);
	}
}

static struct event_option *surest(struct chooser *c)
{
	struct event_option *best = NULL;

	for (uint32_t i = 0; i < c->n; i++)
		if (!c->list[i].out && (!best || c->list[i].chance > best->chance))
			best = &c->list[i];
	return best;
}

static void take(struct chooser *c, struct event_option *best)
{
	c->chosen[c->n_chosen++] = best;
	c->given++;
	c->of_type[best->type]++;
	for (uint32_t i = 0; i < c->n; i++)
		c->list[i].out |= c->list[i].candidate == best->candidate;
}

uint32_t event_choose(const struct event_ground *g, const struct event_scores *s,
		      const struct trees *t, double limit, struct event_watcher *w,
		      struct event_chosen **out)
{
	struct chooser c = {.g = g, .s = s};
	struct event_chosen *list = NULL;
	uint32_t n = 0, cap = 0;

	while (c.end < g->n_candidates) {
		uint32_t first = n;
		struct event_option *best;

		c.first = c.end;
		c.sentence = g->d->tokens[g->candidates[c.first].tok].sent;
		while (c.end < g->n_candidates &&
		       g->d->tokens[g->candidates[c.end].tok].sent == c.sentence)
			c.end++;
		gather(&c);
		describe(&c);
		for (;;) {
			weigh(&c, t);
			best = surest(&c);
			if (!best || best->chance < limit)
				break;
			if (w)
				w->step(w, g, c.list, c.n, best);
			take(&c, best);
			ARENA_GROW(g->d->arena, list, n, cap);
			list[n++] =
				(struct event_chosen){best->candidate, best->type, best->chance};
		}
		for (uint32_t i = first + 1; i < n; i++) /* in the order of the text */
			for (uint32_t k = i; k > first && list[k - 1].candidate > list[k].candidate;
			     k--) {
				struct event_chosen x = list[k];

				list[k] = list[k - 1];
				list[k - 1] = x;
			}
		c.expected += c.any;
		c.sentences++;
	}
	*out = list;
	return n;
}
