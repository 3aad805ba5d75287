#include "worker/engine/event_ground.h"

#include <xxhash.h>

#include "worker/engine/tag.h"

enum { CLIMB_MAX = 8 }; /* how far heads are followed */

static uint64_t class_bit(const struct frame_book *b, const char *name)
{
	for (uint32_t i = 0; i < frame_n_classes(b); i++)
		if (str_is(frame_class_name(b, i), name))
			return (uint64_t)1 << i;
	return 0;
}

int32_t event_clause(const struct doc *d, int32_t tok)
{
	for (int n = 0; n < 64; n++) {
		const struct token *t = &d->tokens[tok];

		if (t->upos == UPOS_VERB || t->head < 0)
			return tok;
		tok = t->head;
	}
	return tok;
}

enum { LONE_SENTENCES = 5 };

bool event_whole(const struct doc *d)
{
	return d->n_sentences > LONE_SENTENCES;
}

bool event_negated(const struct doc *d, int32_t tok)
{
	static const char *const WORDS[] = {"not", "n't",     "never",  "no",    "neither",
					    "nor", "without", "hardly", "cannot"};

	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next) {
		const struct token *t = &d->tokens[c];

		if (t->rel != REL_ADVMOD && t->rel != REL_DET && t->rel != REL_AUX &&
		    t->rel != REL_CASE && t->rel != REL_MARK && t->rel != REL_CC &&
		    t->rel != REL_CC_PRECONJ)
			continue;
		for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
			if (str_is(t->lower, WORDS[i]))
				return true;
	}
	return false;
}

bool event_is_passive(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	enum rel r = (enum rel)t->rel;

	if (doc_child(d, tok, REL_NSUBJ_PASS) >= 0 || doc_child(d, tok, REL_AUX_PASS) >= 0)
		return true;
	if (t->upos != UPOS_VERB || t->lower.n <= 2 || doc_child(d, tok, REL_NSUBJ) >= 0 ||
	    doc_child(d, tok, REL_OBJ) >= 0)
		return false;
	/* "sanctions imposed by": a participle after its noun, without a subject of its own;
	 * "accused by Iran, Iraq sent troops" */
	if (r == REL_ACL || r == REL_AMOD)
		return t->xpos == XPOS_VBN || str_ends(t->lower, STR("ed")) ||
		       str_ends(t->lower, STR("en"));
	return r == REL_ADVCL && t->xpos == XPOS_VBN && doc_child(d, tok, REL_AUX) < 0;
}

static int32_t own_subject(const struct doc *d, int32_t tok)
{
	static const enum rel RELS[] = {REL_NSUBJ, REL_NSUBJ_PASS, REL_NSUBJ_OUTER, REL_CSUBJ};

	for (size_t i = 0; i < sizeof(RELS) / sizeof(RELS[0]); i++) {
		int32_t s = doc_child(d, tok, RELS[i]);

		if (s >= 0)
			return s;
	}
	return -1;
}

/* Verbs whose object is the subject of their complement: "urged X to go", "forced X to go". */
static bool object_controls(const struct doc *d, int32_t verb)
{
	static const char *const KEEP[] = {"promise", "threaten", "vow", "pledge", "refuse"};

	for (size_t i = 0; i < sizeof(KEEP) / sizeof(KEEP[0]); i++)
		if (str_is(d->tokens[verb].lemma, KEEP[i]))
			return false;
	return true;
}

static bool is_relative(struct str w)
{
	return str_is(w, "who") || str_is(w, "which") || str_is(w, "that") || str_is(w, "whom");
}

/* "accused Mali of shelling", "thanked China for cancelling", "barred Peru from fishing": the
 * object of the verb above does it. */
static int32_t gerund_subject(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	int32_t mark = doc_child(d, tok, REL_MARK), o = doc_child(d, t->head, REL_OBJ);
	struct str w = mark >= 0 ? d->tokens[mark].lower : STR("");

	if (t->xpos != XPOS_VBG || o < 0 || o > tok)
		return -1;
	return str_is(w, "of") || str_is(w, "from") || str_is(w, "for") || str_is(w, "against") ||
			       str_is(w, "into")
		       ? o
		       : -1;
}

static int32_t step_up(const struct doc *d, int32_t tok, int32_t *subject)
{
	const struct token *t = &d->tokens[tok];
	int32_t head = t->head, o;

	*subject = -1;
	if (head < 0)
		return -1;
	switch (t->rel) {
	case REL_XCOMP:
		o = doc_child(d, head, REL_OBJ);
		if (o < 0)
			o = doc_child(d, head, REL_IOBJ);
		if (o >= 0 && o < tok && object_controls(d, head))
			*subject = o;
		return head;
	case REL_ADVCL:
		*subject = gerund_subject(d, tok);
		return head;
	case REL_CONJ:
	case REL_PARATAXIS:
	case REL_CCOMP:
		return head;
	case REL_ACL:
	case REL_ACL_RELCL:
		if (!event_is_passive(d, tok) || doc_child(d, tok, REL_NSUBJ_PASS) < 0)
			*subject = head;
		return head;
	default:
		return -1;
	}
}

/* "the green light for Turkey to launch": who stands between "for" and "to" does it, wherever the
 * phrase hangs. */
static int32_t for_subject(const struct doc *d, int32_t tok)
{
	int32_t to = doc_child(d, tok, REL_MARK), x = to - 1, prep;

	if (to < 1 || !str_is(d->tokens[to].lower, "to") || d->tokens[x].sent != d->tokens[to].sent)
		return -1;
	while (d->tokens[x].head >= 0 && d->tokens[x].head < x &&
	       (d->tokens[x].rel == REL_FLAT || d->tokens[x].rel == REL_CONJ))
		x = d->tokens[x].head;
	prep = doc_child(d, x, REL_CASE);
	return prep >= 0 && prep < x && str_is(d->tokens[prep].lower, "for") ? x : -1;
}

int32_t event_subject(const struct doc *d, int32_t tok, bool *inherited)
{
	int32_t s = own_subject(d, tok), up = tok;

	*inherited = false;
	if (s < 0)
		s = for_subject(d, tok);
	for (int n = 0; n < CLIMB_MAX; n++) {
		if (s >= 0) {
			/* "which attacked": the noun that the relative clause is about. */
			if (is_relative(d->tokens[s].lower) && d->tokens[up].rel == REL_ACL_RELCL &&
			    d->tokens[up].head >= 0) {
				*inherited = true;
				return d->tokens[up].head;
			}
			return s;
		}
		up = step_up(d, up, &s);
		if (up < 0)
			return -1;
		*inherited = true;
		if (s < 0)
			s = own_subject(d, up);
	}
	return -1;
}

const struct attribution *event_attribution(const struct doc *d, int32_t tok)
{
	int32_t a = d->tokens[tok].attrib;

	return a >= 0 && (uint32_t)a < d->n_attributions ? &d->attributions[a] : NULL;
}

const struct frame_match *event_match_of(const struct event_ground *g,
					 const struct event_candidate *c, uint32_t type)
{
	for (uint32_t i = 0; i < c->n_matches; i++)
		if (frame_at(g->book, c->matches[i].frame)->type == type)
			return &c->matches[i];
	return NULL;
}

const struct attribution *event_attribution_around(const struct doc *d, const struct attribution *a)
{
	return a->parent >= 0 && (uint32_t)a->parent < d->n_attributions
		       ? &d->attributions[a->parent]
		       : NULL;
}

int32_t event_voice(const struct doc *d, int32_t tok, bool *direct)
{
	const struct attribution *a = event_attribution(d, tok);

	*direct = a && a->direct;
	if (a && a->source_entity >= 0)
		return a->source_entity;
	return d->sentences[d->tokens[tok].sent].voice;
}

static bool is_file_photo(const struct doc *d, uint32_t tok)
{
	struct str next = tok + 1 < d->n_tokens ? d->tokens[tok + 1].lower : STR("");

	return str_is(d->tokens[tok].lower, "file") &&
	       (str_is(next, "photo") || str_is(next, "picture") || str_is(next, "image") ||
		str_is(next, "photograph"));
}

static void fill_sentence(struct event_ground *g, uint32_t s)
{
	const struct doc *d = g->d;
	const struct sentence *sent = &d->sentences[s];
	struct event_sentence *x = &g->sentences[s];

	for (uint32_t i = sent->tok; i < sent->tok + sent->n_tok; i++) {
		const struct token *t = &d->tokens[i];
		uint64_t c = g->tokens[i].word.classes;
		const struct attribution *a;

		x->n_negative += (c & g->class_negative) != 0;
		x->n_positive += (c & g->class_positive) != 0;
		x->n_duty += (c & g->class_duty) != 0;
		x->first_person |= str_is(t->lower, "we") || str_is(t->lower, "i") ||
				   str_is(t->lower, "our") || str_is(t->lower, "us") ||
				   str_is(t->lower, "my");
		x->second_person |= str_is(t->lower, "you") || str_is(t->lower, "your");
		a = event_attribution(d, (int32_t)i);
		x->quoted |= a && a->direct;
		x->archive |= is_file_photo(d, i);
		x->types |= g->tokens[i].types;
		x->topics |= c & g->topics;
	}
	g->speech |= sent->voice > ENTITY_DOC_AUTHOR;
}

/* Predicates, and nouns and adjectives that the codebook knows: everything else is too rarely a
 * trigger to be worth its noise. */
static bool may_trigger(const struct event_ground *g, uint32_t tok, uint32_t n_matches)
{
	const struct token *t = &g->d->tokens[tok];
	uint64_t rated = g->class_negative | g->class_positive;

	switch (t->upos) {
	case UPOS_VERB:
		return true;
	case UPOS_NOUN:
	case UPOS_PROPN:
	case UPOS_ADJ:
		if (n_matches || (g->tokens[tok].word.classes & rated))
			return true;
		return t->upos != UPOS_PROPN && (doc_child(g->d, (int32_t)tok, REL_COP) >= 0 ||
						 own_subject(g->d, (int32_t)tok) >= 0);
	case UPOS_AUX:
		return false;
	default:
		return n_matches > 0 && t->head < 0;
	}
}

static void fill_token(struct event_ground *g, uint32_t tok)
{
	struct event_token *x = &g->tokens[tok];
	struct event_candidate c = {.tok = (int32_t)tok};
	const struct token *t = &g->d->tokens[tok];

	x->candidate = x->cue = -1;
	x->lemma = XXH3_64bits(t->lemma.p, t->lemma.n);
	frame_word(g->book, g->d, tok, &x->word);
	c.n_matches = frame_match(g->book, g->d, tok, &x->word, c.matches);
	for (uint32_t i = 0; i < c.n_matches; i++) {
		const struct frame_rec *f = frame_at(g->book, c.matches[i].frame);

		x->types |= (uint16_t)(1u << (f->type - 1));
		if (!(f->flags & FRAME_WEAK))
			x->strong |= (uint16_t)(1u << (f->type - 1));
	}
	if (!may_trigger(g, tok, c.n_matches))
		return;
	x->candidate = (int32_t)g->n_candidates;
	ARENA_GROW(g->d->arena, g->candidates, g->n_candidates, g->cap_candidates);
	g->candidates[g->n_candidates++] = c;
}

static bool usable(const struct doc *d, const struct mention *m)
{
	return m->entity > ENTITY_DOC_AUTHOR && (uint32_t)m->entity < d->n_entities &&
	       d->entities[m->entity].code.n > 0 && m->head >= 0;
}

/* The entity named most often whose code none of the others has; 0 where there is none. */
static uint32_t most_named(const struct doc *d, const uint32_t *but, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < d->n_entities; i++) {
		const struct entity *e = &d->entities[i];
		bool taken = !e->code.n;

		for (uint32_t k = 0; k < n; k++)
			taken |= but[k] && str_eq(d->entities[but[k]].code, e->code);
		if (!taken && (!best || e->n_mentions > d->entities[best].n_mentions))
			best = i;
	}
	return best;
}

/* Mentions sorted by sentence, then by position; an insertion sort within the sentence. */
static void index_mentions(struct event_ground *g)
{
	const struct doc *d = g->d;
	uint32_t n = 0, *at;

	at = g->mentions_at = ARENA_ARRAY(d->arena, uint32_t, d->n_sentences + 1);
	for (uint32_t i = 0; i < d->n_mentions; i++)
		if (usable(d, &d->mentions[i])) {
			at[d->tokens[d->mentions[i].head].sent]++;
			n++;
		}
	g->mentions = ARENA_ARRAY(d->arena, uint32_t, n);
	for (uint32_t s = 0, sum = 0; s <= d->n_sentences; s++) {
		uint32_t own = s < d->n_sentences ? at[s] : 0;

		at[s] = sum;
		sum += own;
	}
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		uint32_t s, k;

		if (!usable(d, &d->mentions[i]))
			continue;
		s = d->tokens[d->mentions[i].head].sent;
		k = at[s] + g->sentences[s].n_actors++;
		for (; k > at[s] && d->mentions[g->mentions[k - 1]].head > d->mentions[i].head; k--)
			g->mentions[k] = g->mentions[k - 1];
		g->mentions[k] = i;
	}
	g->salient = most_named(d, NULL, 0);
	g->next_salient[0] = most_named(d, (const uint32_t[]){g->salient}, 1);
	g->next_salient[1] = most_named(d, (const uint32_t[]){g->salient, g->next_salient[0]}, 2);
}

static bool makes_politics(const struct mention *m)
{
	static const char *const ROLES[] = {"GOV", "MIL", "LEG", "PTY", "OPP", "IGO", "REB", "SPY"};

	for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++)
		if (str_is(m->role, ROLES[i]))
			return true;
	return false;
}

/* Who is named in the sentence: how many make politics, and how many different parties. */
static void count_actors(struct event_ground *g, uint32_t s)
{
	const struct doc *d = g->d;
	struct event_sentence *x = &g->sentences[s];
	struct str seen[PARTIES_MAX];

	for (uint32_t i = g->mentions_at[s]; i < g->mentions_at[s + 1]; i++) {
		const struct mention *m = &d->mentions[g->mentions[i]];
		struct str code = d->entities[m->entity].code;
		bool again = false;

		x->n_political += makes_politics(m);
		for (uint32_t k = 0; k < x->n_parties; k++)
			again |= str_eq(seen[k], code);
		if (!again && x->n_parties < PARTIES_MAX)
			seen[x->n_parties++] = code;
	}
}

/* How much of the document is about things without politics, and how much has its makers. */
static void count_document(struct event_ground *g)
{
	const struct doc *d = g->d;

	for (uint32_t s = 0; s < d->n_sentences; s++) {
		const struct event_sentence *x = &g->sentences[s];

		count_actors(g, s);
		g->political += x->n_political > 0;
		for (uint32_t k = 0; k < 64; k++)
			g->share[k] += x->topics >> k & 1;
	}
	for (uint32_t k = 0; k < 64 && d->n_sentences; k++)
		g->share[k] = g->share[k] * 100 / d->n_sentences;
	if (d->n_sentences)
		g->political = g->political * 100 / d->n_sentences;
}

bool event_is_duty(const struct event_ground *g, int32_t tok)
{
	const struct doc *d = g->d;

	if (g->tokens[tok].word.classes & g->class_duty)
		return true;
	for (int32_t c = d->tokens[tok].child; c >= 0; c = d->tokens[c].next)
		if (d->tokens[c].rel == REL_AUX && (g->tokens[c].word.classes & g->class_duty))
			return true;
	return false;
}

/* "We must", "let us": who speaks to the world names it seldom. */
static uint32_t find_world(struct doc *d)
{
	struct entity world = {.name = STR("the world"),
			       .kind = ENTITY_GROUP,
			       .code = STR("WORLD"),
			       .role = STR(""),
			       .rule = STR("addressee of a speech")};

	for (uint32_t i = 1; i < d->n_entities; i++)
		if (str_is(d->entities[i].code, "WORLD"))
			return i;
	if (!d->n_entities)
		return 0;
	ARENA_GROW(d->arena, d->entities, d->n_entities, d->cap_entities);
	d->entities[d->n_entities] = world;
	return d->n_entities++;
}

static void add_deed(struct event_ground *g, int32_t tok, uint16_t types, bool does)
{
	const struct doc *d = g->d;
	int32_t m = tok >= 0 ? d->tokens[tok].mention : -1;
	uint32_t who;

	if (m < 0 || d->mentions[m].entity <= ENTITY_DOC_AUTHOR)
		return;
	who = g->same_code[d->mentions[m].entity];
	for (uint32_t t = 1; who && t < N_EVENT_TYPES; t++) {
		struct event_deeds *list[2] = {&g->deeds[who], &g->deeds[0]};

		for (int i = 0; i < 2 && (types >> (t - 1) & 1); i++) {
			uint8_t *n = does ? &list[i]->does[t] : &list[i]->gets[t];

			*n = (uint8_t)(*n + (*n < 200));
		}
	}
}

static void count_deeds(struct event_ground *g)
{
	const struct doc *d = g->d;

	for (uint32_t i = 0; i < g->n_candidates; i++) {
		int32_t tok = g->candidates[i].tok;
		uint16_t types = g->tokens[tok].types;
		bool inherited;

		if (!types)
			continue;
		add_deed(g, event_subject(d, tok, &inherited), types, !event_is_passive(d, tok));
		add_deed(g, doc_child(d, tok, REL_OBL_AGENT), types, true);
		add_deed(g, doc_child(d, tok, REL_NMOD_POSS), types, true);
		add_deed(g, doc_child(d, tok, REL_OBJ), types, false);
	}
}

/* Entities of one code under the first of them. */
static void index_codes(struct event_ground *g)
{
	const struct doc *d = g->d;

	g->same_code = ARENA_ARRAY(d->arena, uint32_t, d->n_entities + 1);
	g->deeds = ARENA_ARRAY(d->arena, struct event_deeds, d->n_entities + 1);
	for (uint32_t i = 1; i < d->n_entities; i++) {
		struct str code = d->entities[i].code;
		uint32_t k = 1;

		while (code.n && k < i && !str_eq(d->entities[k].code, code))
			k++;
		g->same_code[i] = code.n ? k : 0;
	}
}

void event_ground_init(struct event_ground *g, const struct frame_book *book,
		       const struct word_clusters *clusters, struct doc *d)
{
	*g = (struct event_ground){.book = book, .d = d};
	g->class_negative = class_bit(book, "negative");
	g->class_positive = class_bit(book, "positive");
	g->class_duty = class_bit(book, "duty");
	g->class_speech = class_bit(book, "speech");
	g->class_will = class_bit(book, "will");
	g->class_misfortune = class_bit(book, "misfortune");
	g->class_vehicle = class_bit(book, "vehicle");
	for (uint32_t i = 0; i < frame_n_classes(book); i++)
		if (str_starts(frame_class_name(book, i), STR("topic-")))
			g->topics |= (uint64_t)1 << i;
	g->tokens = ARENA_ARRAY(d->arena, struct event_token, d->n_tokens);
	g->sentences = ARENA_ARRAY(d->arena, struct event_sentence, d->n_sentences);
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		fill_token(g, i);
		g->tokens[i].cluster = word_clusters_find(clusters, d->tokens[i].lower);
	}
	for (uint32_t s = 0; s < d->n_sentences; s++)
		fill_sentence(g, s);
	for (uint32_t i = 0; i < d->n_attributions; i++)
		if (d->attributions[i].cue >= 0)
			g->tokens[d->attributions[i].cue].cue = (int32_t)i;
	index_mentions(g);
	count_document(g);
	if (g->speech)
		g->world = find_world(d);
	index_codes(g);
	count_deeds(g);
}
