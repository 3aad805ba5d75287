#include "worker/engine/event_features.h"

#include <xxhash.h>

#include "worker/engine/tag.h"
#include "worker/engine/timex.h"

/* Template numbers: the first part of every feature. Only ever append. */
enum {
	T_BIAS = 100,
	T_LEMMA,
	T_LEMMA_POS,
	T_FORM,
	T_XPOS,
	T_REL,
	T_FRAME,
	T_FRAME_WORDS,
	T_TYPES,
	T_STRONG,
	T_TYPE,
	T_CLASS,
	T_PREV,
	T_NEXT,
	T_PREV2,
	T_NEXT2,
	T_CHILD_REL,
	T_CHILD_LEMMA,
	T_CHILD_TYPE,
	T_CHILD_CLASS,
	T_HEAD_LEMMA,
	T_HEAD_TYPE,
	T_HEAD_REL,
	T_HEAD_CLASS,
	T_NEG,
	T_AUX,
	T_SUBJ_KIND,
	T_OBJ_KIND,
	T_SUBJ_LEMMA,
	T_SUBJ_ROLE,
	T_VOICE,
	T_SENT_KIND,
	T_POSITION,
	T_SENT_NEG,
	T_SENT_ACTORS,
	T_SENT_TYPES,
	T_SENT_PERSON,
	T_SPEECH,
	T_CUE,
	T_PREP,
	T_CONTEXT,
	T_PREFIX,
	T_SUFFIX,
	T_CLAUSE,
	T_CLAUSE_LEMMA,
	T_DEPTH,
	T_BAG,
	T_MENTION,
	T_N_ACTOR_ARGS,
	T_QUESTION,
	T_DOC_N,
	T_PASSIVE,
	T_CHILD_FRAME,
	T_HEAD_FRAME,
	T_FRAME_REL,
	T_FRAME_VOICE,
	T_FRAME_ARGS,
	T_FRAME_DET,
	T_FRAME_CASE,
	T_LEMMA_VOICE,
	T_LEMMA_ARGS,
	T_LEMMA_XPOS,
	T_FRAME_XPOS,
	T_FRAME_HEAD,
	T_UNCODED,
	T_CLUSTER,
	T_CLUSTER_CHILD,
	T_CLUSTER_HEAD,
	T_WORDS,
	T_CLUSTERS,
	T_SEEN,
	T_SENT_AT,
	T_LEMMA_SPEECH,
	T_TOPIC,
	T_DOC_TOPIC,
	T_POLITICAL,
	T_DOC_POLITICAL,
	T_PARTIES,
	T_WHEN,
	T_TENSE,
	T_TENSE_VOICE,
	T_TENSE_CLUSTER,
	T_TENSE_ABOVE, /* of the clause */
	T_TENSE_TOP,   /* of the sentence */
	T_WAY_UP,
	T_MARK,
	T_SUBJ_TENSE,
	T_SUBJ_CLUSTER,
	T_NOUN,
	T_NOUN_TENSE,
	T_NOUN_CLUSTER,
	T_PARTS,
	T_SUBJ_KNOWN,
	T_AT,
};

static uint64_t mix2(uint32_t t, uint64_t a)
{
	return feature_and(feature_of_int(t, 0), a);
}

static void add(struct features *f, uint32_t t, int64_t v)
{
	features_add(f, feature_of_int(t, v));
}

static void add_hash(struct features *f, uint32_t t, uint64_t h)
{
	features_add(f, mix2(t, h));
}

uint32_t event_phrase_kind(const struct doc *d, int32_t tok)
{
	const struct mention *m;

	if (tok < 0)
		return 0;
	if (d->tokens[tok].mention < 0) {
		if (d->tokens[tok].upos == UPOS_PRON)
			return 2;
		return d->tokens[tok].upos == UPOS_PROPN ? 3 : 1;
	}
	m = &d->mentions[d->tokens[tok].mention];
	if (m->is_place)
		return 4;
	if (m->code.n == 0 && m->entity < 0)
		return 5;
	if (m->kind == MENTION_PRONOUN)
		return 6;
	if (m->generic)
		return 7;
	return str_is(m->role, "GOV") ? 8 : m->role.n ? 9 : 10;
}

static bool is_actor(uint32_t kind)
{
	return kind >= 6;
}

/* What is known of a word's like. */
static void cluster(const struct event_ground *g, int32_t tok, uint32_t t, int64_t with,
		    struct features *f)
{
	struct word_cluster c = g->tokens[tok].cluster;

	if (!c.fine)
		return;
	add(f, t, (with * 4096 + c.fine) * 2);
	add(f, t, (with * 4096 + c.coarse) * 2 + 1);
}

static void lexical(const struct event_ground *g, int32_t tok, struct features *f)
{
	const struct token *t = &g->d->tokens[tok];
	uint64_t lemma = g->tokens[tok].lemma;

	add(f, T_BIAS, t->upos);
	add_hash(f, T_LEMMA, lemma);
	add_hash(f, T_LEMMA_POS, feature_and(lemma, t->upos + 1));
	features_add_str(f, T_FORM, t->lower);
	cluster(g, tok, T_CLUSTER, 0, f);
	cluster(g, tok, T_CLUSTER, 1 + t->upos, f);
	add(f, T_XPOS, t->xpos);
	add(f, T_REL, rel_base(t->rel));
	if (t->lemma.n > 4) {
		features_add_str(f, T_SUFFIX, (struct str){t->lemma.p + t->lemma.n - 4, 4});
		features_add_str(f, T_PREFIX, (struct str){t->lemma.p, 4});
	}
}

static void classes(const struct event_ground *g, int32_t tok, uint32_t t, struct features *f)
{
	uint64_t c = g->tokens[tok].word.classes;

	for (int i = 0; c; i++, c >>= 1)
		if (c & 1)
			add(f, t, i);
}

/* One number for the frames' opinion: the first type, whether strong, how long the match. */
static int64_t opinion(const struct event_ground *g, const struct event_candidate *c)
{
	const struct frame_rec *r;

	if (!c->n_matches)
		return 0;
	r = frame_at(g->book, c->matches[0].frame);
	return (int64_t)r->type * 8 + (r->flags & FRAME_WEAK ? 4 : 0) +
	       (c->matches[0].n_words > 1 ? 2 : c->matches[0].n_words);
}

static void frames(const struct event_ground *g, const struct event_candidate *c,
		   struct features *f)
{
	const struct event_token *x = &g->tokens[c->tok];

	for (uint32_t i = 0; i < c->n_matches; i++) {
		struct str name = frame_name(g->book, c->matches[i].frame);
		const struct frame_rec *r = frame_at(g->book, c->matches[i].frame);

		features_add_str(f, T_FRAME, name);
		add(f, T_FRAME_WORDS, (int64_t)r->type * 16 + c->matches[i].n_words);
		add(f, T_TYPE, (int64_t)r->type * 2 + (r->flags & FRAME_WEAK ? 1 : 0));
	}
	add(f, T_TYPES, x->types);
	add(f, T_STRONG, x->strong);
}

static void neighbours(const struct event_ground *g, int32_t tok, struct features *f)
{
	const struct doc *d = g->d;
	const struct sentence *s = &d->sentences[d->tokens[tok].sent];
	int32_t first = (int32_t)s->tok, end = first + (int32_t)s->n_tok;

	add_hash(f, T_PREV, tok > first ? g->tokens[tok - 1].lemma : 1);
	add_hash(f, T_NEXT, tok + 1 < end ? g->tokens[tok + 1].lemma : 1);
	add_hash(f, T_PREV2, tok > first + 1 ? g->tokens[tok - 2].lemma : 1);
	add_hash(f, T_NEXT2, tok + 2 < end ? g->tokens[tok + 2].lemma : 1);
}

static void types_of(const struct event_ground *g, int32_t tok, uint32_t t, int64_t rel,
		     struct features *f)
{
	uint16_t types = g->tokens[tok].types;

	for (int i = 0; types; i++, types >>= 1)
		if (types & 1)
			add(f, t, rel * 32 + i);
}

/* The word together with one below it. */
static void with_child(const struct event_ground *g, int32_t tok, int32_t child, enum rel r,
		       struct features *f)
{
	uint64_t both = feature_and(g->tokens[tok].lemma, g->tokens[child].lemma);
	struct word_cluster a = g->tokens[tok].cluster, b = g->tokens[child].cluster;

	if (r == REL_DET || r == REL_CASE || r == REL_CC || r == REL_MARK)
		return;
	add_hash(f, T_WORDS, feature_and(both, r + 1u));
	if (a.fine && b.fine)
		add(f, T_CLUSTERS, ((int64_t)a.fine * 4096 + b.fine) * 64 + r);
}

enum { SEEN_BACK = 300 }; /* candidates looked back upon */

uint32_t event_seen(const struct event_ground *g, int32_t tok)
{
	uint64_t lemma = g->tokens[tok].lemma;
	uint32_t sent = g->d->tokens[tok].sent, n = 0, back = 0;

	for (uint32_t c = (uint32_t)g->tokens[tok].candidate; c-- > 0 && back < SEEN_BACK; back++) {
		int32_t o = g->candidates[c].tok;

		n += g->tokens[o].lemma == lemma && g->d->tokens[o].sent != sent;
	}
	return n;
}

/* Whether the document has had the word before: what is told again is seldom coded again. */
static void seen(const struct event_ground *g, int32_t tok, struct features *f)
{
	uint64_t lemma = g->tokens[tok].lemma;
	uint32_t sent = g->d->tokens[tok].sent, n = event_seen(g, tok);

	n = n > 2 ? 2 : n;
	add(f, T_SEEN, n);
	add(f, T_SEEN, 4 + n + 4 * (int64_t)g->d->tokens[tok].upos);
	add(f, T_SENT_AT, sent > 5 ? 5 : sent);
	add_hash(f, T_LEMMA_SPEECH, feature_and(lemma, 1u + g->speech));
}

static void children(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	const struct doc *d = g->d;

	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next) {
		const struct token *t = &d->tokens[c];
		enum rel r = rel_base(t->rel);

		if (r == REL_PUNCT)
			continue;
		if (r == REL_AUX) {
			add_hash(f, T_AUX, g->tokens[c].lemma);
			add_hash(f, T_AUX, feature_and(g->tokens[c].lemma, (uint64_t)view + 1));
			continue;
		}
		add(f, T_CHILD_REL, r);
		add_hash(f, T_CHILD_LEMMA, feature_and(g->tokens[c].lemma, r + 1));
		cluster(g, c, T_CLUSTER_CHILD, r, f);
		with_child(g, tok, c, r, f);
		types_of(g, c, T_CHILD_TYPE, r, f);
		for (uint64_t i = 0, k = g->tokens[c].word.classes; k; i++, k >>= 1)
			if (k & 1)
				add(f, T_CHILD_CLASS, (int64_t)(r * 64 + i));
		if (r == REL_OBL || r == REL_NMOD) {
			int32_t p = doc_child(d, c, REL_CASE);
			uint32_t kind = event_phrase_kind(d, c);

			if (p >= 0) {
				add_hash(f, T_PREP, g->tokens[p].lemma);
				add_hash(f, T_PREP,
					 feature_and(g->tokens[p].lemma, is_actor(kind) + 2));
				add_hash(f, T_PREP,
					 feature_and(g->tokens[p].lemma,
						     (uint64_t)view * 2 + is_actor(kind) + 16));
			}
		}
	}
}

static void head(const struct event_ground *g, int32_t tok, struct features *f)
{
	const struct doc *d = g->d;
	const struct token *t = &d->tokens[tok];
	enum rel r = rel_base(t->rel);
	int32_t clause;

	if (t->head < 0) {
		add(f, T_HEAD_REL, 999);
		return;
	}
	add_hash(f, T_HEAD_LEMMA, feature_and(g->tokens[t->head].lemma, r + 1));
	types_of(g, t->head, T_HEAD_TYPE, r, f);
	cluster(g, t->head, T_CLUSTER_HEAD, r, f);
	for (uint64_t i = 0, k = g->tokens[t->head].word.classes; k; i++, k >>= 1)
		if (k & 1)
			add(f, T_HEAD_CLASS, (int64_t)(r * 64 + i));
	clause = event_clause(d, tok);
	if (clause != tok && clause != t->head)
		add_hash(f, T_CLAUSE_LEMMA, g->tokens[clause].lemma);
}

static int32_t object_of(const struct doc *d, int32_t tok)
{
	int32_t o = doc_child(d, tok, REL_OBJ);

	return o >= 0 ? o : doc_child(d, tok, REL_IOBJ);
}

static void arguments(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	const struct doc *d = g->d;
	bool inherited, passive = event_is_passive(d, tok);
	int32_t s = event_subject(d, tok, &inherited), o = object_of(d, tok);
	uint32_t sk = event_phrase_kind(d, s), ok = event_phrase_kind(d, o);

	add(f, T_SUBJ_KIND, sk * 4 + inherited * 2 + passive);
	add(f, T_OBJ_KIND, ok);
	add(f, T_N_ACTOR_ARGS, is_actor(sk) * 4 + is_actor(ok) * 2 + passive);
	add(f, T_N_ACTOR_ARGS, 100 + view * 16 + is_actor(sk) * 4 + is_actor(ok) * 2 + passive);
	if (s >= 0) {
		add_hash(f, T_SUBJ_LEMMA, g->tokens[s].lemma);
		if (d->tokens[s].mention >= 0)
			features_add_str(f, T_SUBJ_ROLE, d->mentions[d->tokens[s].mention].role);
	}
	if (event_negated(d, tok)) {
		add(f, T_NEG, 1);
		add(f, T_NEG, 16 + view);
	}
	if (passive)
		add(f, T_PASSIVE, view);
}

static void surroundings(const struct event_ground *g, int32_t tok, int64_t view,
			 struct features *f)
{
	const struct doc *d = g->d;
	const struct token *t = &d->tokens[tok];
	const struct sentence *s = &d->sentences[t->sent];
	const struct event_sentence *x = &g->sentences[t->sent];
	bool direct;
	int32_t voice = event_voice(d, tok, &direct);
	int64_t v = (direct ? 4 : 0) + (voice > ENTITY_DOC_AUTHOR ? 2 : 0) +
		    (s->voice > ENTITY_DOC_AUTHOR ? 1 : 0);
	int64_t neg = x->n_negative > 3 ? 3 : x->n_negative;

	if (event_attribution(d, tok))
		v += 8 * (1 + event_attribution(d, tok)->kind);
	add(f, T_VOICE, v);
	add(f, T_VOICE, 1000 + view * 64 + v);
	add(f, T_SENT_KIND, s->kind * 2 + (t->sent == 0));
	add(f, T_SENT_KIND, 100 + view * 8 + s->kind * 2 + (t->sent == 0));
	add(f, T_SENT_NEG, neg);
	add(f, T_SENT_NEG, 100 + view * 16 + neg * 2 + (direct || s->voice > 0));
	add(f, T_SENT_ACTORS, x->n_actors > 4 ? 4 : x->n_actors);
	add(f, T_SENT_PERSON, x->first_person * 2 + x->second_person);
	add(f, T_SENT_PERSON, 8 + view * 4 + x->first_person * 2 + x->second_person);
	add(f, T_SPEECH, g->speech);
	add(f, T_SPEECH, 2 + view * 2 + g->speech);
	add(f, T_POSITION, s->n_tok < 8 ? 0 : s->n_tok < 16 ? 1 : s->n_tok < 32 ? 2 : 3);
	if (str_is(d->tokens[s->tok + s->n_tok - 1].form, "?"))
		add(f, T_QUESTION, view);
	for (uint16_t i = 0, types = x->types; types; i++, types >>= 1)
		if (types & 1)
			add(f, T_SENT_TYPES, view * 32 + i);
}

static int64_t quarter(uint32_t per_cent)
{
	return per_cent == 0 ? 0 : per_cent < 25 ? 1 : per_cent < 50 ? 2 : 3;
}

/* Whether it is about politics at all: who is named in the sentence and the document, and what
 * else they are about. */
static void politics(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	const struct event_sentence *x = &g->sentences[g->d->tokens[tok].sent];
	int64_t n = x->n_political > 2 ? 2 : x->n_political;

	add(f, T_POLITICAL, n);
	add(f, T_POLITICAL, 16 + view * 4 + n);
	add(f, T_PARTIES, x->n_parties);
	add(f, T_PARTIES, 16 + view * 8 + x->n_parties);
	add(f, T_DOC_POLITICAL, quarter(g->political));
	add(f, T_DOC_POLITICAL, 16 + view * 4 + quarter(g->political));
	for (int64_t k = 0; k < 64; k++) {
		if (!(g->topics >> k & 1))
			continue;
		if (x->topics >> k & 1) {
			add(f, T_TOPIC, k * 4 + n);
			add(f, T_TOPIC, 256 + (view * 64 + k) * 4 + n);
		}
		if (g->share[k])
			add(f, T_DOC_TOPIC, (k * 4 + quarter(g->share[k])) * 4 + n);
	}
}

/* Whether the token is the cue of what somebody says: "said that ..." is told by its content. */
static void cue(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	const struct doc *d = g->d;

	const struct attribution *a;

	if (g->tokens[tok].cue < 0)
		return;
	a = &d->attributions[g->tokens[tok].cue];
	add(f, T_CUE, a->kind * 2 + a->direct);
	add(f, T_CUE, 100 + view * 16 + a->kind * 2 + a->direct);
	if (a->n_content) {
		int64_t neg = g->sentences[d->tokens[a->content].sent].n_negative;

		add(f, T_CUE, 1000 + (neg > 2 ? 2 : neg));
	}
}

/* Conjunctions of the first frame, or of the lemma, with what surrounds the word. */
static void together(const struct event_ground *g, const struct event_candidate *c,
		     struct features *f)
{
	const struct doc *d = g->d;
	const struct token *t = &d->tokens[c->tok];
	uint64_t lemma = g->tokens[c->tok].lemma, name = lemma;
	bool direct, inherited;
	int32_t voice = event_voice(d, c->tok, &direct), s = event_subject(d, c->tok, &inherited);
	int32_t det = doc_child(d, c->tok, REL_DET), prep = doc_child(d, c->tok, REL_CASE);
	uint64_t v = (direct ? 2 : 0) + (voice > ENTITY_DOC_AUTHOR ? 1 : 0) + 1;
	uint64_t args = is_actor(event_phrase_kind(d, s)) * 2u +
			is_actor(event_phrase_kind(d, object_of(d, c->tok))) + 1u;

	if (c->n_matches)
		name = feature_of(3, frame_name(g->book, c->matches[0].frame));
	add_hash(f, T_FRAME_REL, feature_and(name, rel_base(t->rel) + 1u));
	add_hash(f, T_FRAME_VOICE, feature_and(name, v));
	add_hash(f, T_FRAME_ARGS, feature_and(name, args));
	add_hash(f, T_FRAME_XPOS, feature_and(name, t->xpos + 1u));
	add_hash(f, T_FRAME_DET, feature_and(name, det >= 0 ? g->tokens[det].lemma : 2));
	add_hash(f, T_FRAME_CASE, feature_and(name, prep >= 0 ? g->tokens[prep].lemma : 2));
	add_hash(f, T_LEMMA_VOICE, feature_and(lemma, v));
	add_hash(f, T_LEMMA_ARGS, feature_and(lemma, args));
	add_hash(f, T_LEMMA_XPOS, feature_and(lemma, t->xpos + 1u));
	if (det >= 0)
		add_hash(f, T_FRAME_DET, g->tokens[det].lemma);
	if (prep >= 0)
		add_hash(f, T_FRAME_CASE, g->tokens[prep].lemma);
	if (t->head >= 0)
		add_hash(f, T_FRAME_HEAD, feature_and(name, g->tokens[t->head].lemma));
}

void event_trigger_features(const struct event_ground *g, uint32_t candidate, struct features *f)
{
	const struct event_candidate *c = &g->candidates[candidate];
	int64_t view = opinion(g, c);

	f->n = 0;
	lexical(g, c->tok, f);
	classes(g, c->tok, T_CLASS, f);
	frames(g, c, f);
	neighbours(g, c->tok, f);
	children(g, c->tok, view, f);
	head(g, c->tok, f);
	arguments(g, c->tok, view, f);
	surroundings(g, c->tok, view, f);
	politics(g, c->tok, view, f);
	cue(g, c->tok, view, f);
	together(g, c, f);
	seen(g, c->tok, f);
}

/* How long before the document, in steps: to come, this week, month, half-year, two years, before;
 * 0 where nothing says it. */
static int64_t how_long_ago(const struct doc *d, int32_t tok)
{
	int32_t t = timex_of(d, tok);
	struct date then = t < 0 ? (struct date){0} : d->timexes[t].start;
	int days;

	if (t < 0)
		return 0;
	if (!then.year || !d->date.year)
		return 7;
	days = (d->date.year - then.year) * 365;
	if (then.month && d->date.month)
		days += (d->date.month - then.month) * 30;
	if (then.day && d->date.day)
		days += d->date.day - then.day;
	return days < 0 ? 1 : days < 8 ? 2 : days < 40 ? 3 : days < 200 ? 4 : days < 800 ? 5 : 6;
}

static void when(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	int64_t ago = how_long_ago(g->d, tok);

	add(f, T_WHEN, ago);
	add(f, T_WHEN, 16 + ago + 16 * view);
	add(f, T_WHEN, 100000 + ago * 32 + g->d->tokens[tok].upos);
}

/* "Had been arrested": a word's own form and those of its auxiliaries. */
static uint64_t tense_of(const struct event_ground *g, int32_t tok)
{
	const struct doc *d = g->d;
	uint64_t h = d->tokens[tok].xpos + 1u;

	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next)
		if (rel_base(d->tokens[c].rel) == REL_AUX)
			h = feature_and(h, g->tokens[c].lemma + d->tokens[c].xpos);
	return h;
}

static void tense(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	const struct doc *d = g->d;
	uint64_t h = tense_of(g, tok);
	bool direct;
	int32_t voice = event_voice(d, tok, &direct);
	int32_t above[] = {event_clause(d, tok), d->sentences[d->tokens[tok].sent].root};

	add_hash(f, T_TENSE, h);
	add_hash(f, T_TENSE, feature_and(h, (uint64_t)view + 1));
	add_hash(f, T_TENSE, feature_and(h, rel_base(d->tokens[tok].rel) + 1000u));
	add_hash(f, T_TENSE_VOICE,
		 feature_and(h, 1u + direct + 2u * (voice > ENTITY_DOC_AUTHOR) + 4u * g->speech));
	add_hash(f, T_TENSE_CLUSTER, feature_and(h, 1u + g->tokens[tok].cluster.coarse));
	for (uint32_t i = 0; i < 2; i++) {
		if (above[i] < 0 || above[i] == tok)
			continue;
		h = tense_of(g, above[i]);
		add_hash(f, T_TENSE_ABOVE + i, h);
		add_hash(f, T_TENSE_ABOVE + i, feature_and(h, d->tokens[tok].upos + 1u));
	}
}

enum { WAY_MAX = 3 };

/* The relations on the way up, and by what word the clause is joined ("after", "because"). */
static void way_up(const struct event_ground *g, int32_t tok, struct features *f)
{
	const struct doc *d = g->d;
	int32_t clause = event_clause(d, tok), mark, up = tok;
	uint64_t h = 5;

	for (int n = 0; n < WAY_MAX && up >= 0; n++, up = d->tokens[up].head) {
		h = feature_and(h, d->tokens[up].rel + 1u);
		if (n > 0)
			add_hash(f, T_WAY_UP, h);
	}
	if (clause < 0)
		return;
	mark = doc_child(d, clause, REL_MARK);
	add_hash(f, T_MARK,
		 feature_and(mark >= 0 ? g->tokens[mark].lemma : 3, d->tokens[clause].rel + 1u));
}

/* "We will", "the talks", "their arrest": who or what stands beside the word in which tense. */
static void company(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	const struct doc *d = g->d;
	uint64_t coarse = g->tokens[tok].cluster.coarse + 1u, noun = d->tokens[tok].xpos + 1u,
		 kinds;
	bool inherited;
	int32_t s = event_subject(d, tok, &inherited), clause = event_clause(d, tok);
	int32_t det = doc_child(d, tok, REL_DET), owner = doc_child(d, tok, REL_NMOD_POSS);

	kinds = event_phrase_kind(d, s) * 16 + event_phrase_kind(d, object_of(d, tok)) + 1u;
	add_hash(f, T_PARTS, feature_and(coarse, kinds));
	add_hash(f, T_PARTS, feature_and((uint64_t)view + 1000, kinds));
	add_hash(f, T_SUBJ_TENSE, feature_and(event_phrase_kind(d, s) + 1u, tense_of(g, tok)));
	if (s >= 0)
		add_hash(f, T_SUBJ_CLUSTER, feature_and(g->tokens[s].cluster.coarse + 1u, coarse));
	noun = feature_and(noun, owner >= 0 ? 7u : det >= 0 ? g->tokens[det].lemma : 3u);
	add_hash(f, T_NOUN, noun);
	add_hash(f, T_NOUN_CLUSTER, feature_and(noun, coarse));
	if (clause >= 0 && clause != tok)
		add_hash(f, T_NOUN_TENSE, feature_and(noun, tense_of(g, clause)));
}

/* How well the document knows the doer. */
static void doer(const struct event_ground *g, int32_t tok, int64_t view, struct features *f)
{
	const struct doc *d = g->d;
	bool inherited;
	int32_t s = event_subject(d, tok, &inherited), m = s < 0 ? -1 : d->tokens[s].mention;
	int32_t e = m < 0 ? -1 : d->mentions[m].entity;
	int64_t n = e <= 0 ? 0 : d->entities[e].n_mentions;

	if (m < 0)
		return;
	n = (n > 15 ? 4 : n > 6 ? 3 : n > 2 ? 2 : n) * 2 + (e == (int32_t)g->salient);
	add(f, T_SUBJ_KNOWN, n);
	add(f, T_SUBJ_KNOWN, 16 + n * 512 + view);
}

/* Where in the sentence, and how long that is. */
static void position(const struct event_ground *g, int32_t tok, struct features *f)
{
	const struct sentence *x = &g->d->sentences[g->d->tokens[tok].sent];
	int64_t at = 6 * (tok - (int32_t)x->tok) / (int32_t)x->n_tok;
	int64_t length = x->n_tok / 8 > 6 ? 6 : x->n_tok / 8;

	add(f, T_AT, at * 8 + length);
	add(f, T_AT, 64 + doc_depth(g->d, tok, 8) * 8 + length);
}

void event_told_features(const struct event_ground *g, uint32_t candidate, struct features *f)
{
	const struct event_candidate *c = &g->candidates[candidate];
	int64_t view = opinion(g, c);

	when(g, c->tok, view, f);
	tense(g, c->tok, view, f);
	way_up(g, c->tok, f);
	company(g, c->tok, view, f);
	doer(g, c->tok, view, f);
	position(g, c->tok, f);
}
