#include "worker/engine/event_net.h"

#include "worker/engine/event_features.h"
#include "worker/engine/linear.h"

/* Numbers of what is known of a token: the first part of every row's hash. Only ever append. */
enum {
	R_LEMMA = 1,
	R_UPOS,
	R_XPOS,
	R_REL,
	R_HEAD_LEMMA,
	R_HEAD_CLUSTER,
	R_FINE,
	R_COARSE,
	R_CLASS,
	R_TYPE,
	R_MENTION,
	R_VOICE,
	R_NEGATED,
	R_SENTENCE,
	R_SPEECH,
	R_SENTENCE_AT,
	R_POLITICAL,
	R_SENTENCE_POLITICAL,
	R_PARTIES,
	R_DEPTH,
	R_CUE,
	R_HEAD_AT,
	R_CANDIDATE,
	R_FRAME,
	R_SEEN,
	R_OWN, /* whose coding it is */
	R_TOPIC,
	R_SUBJECT,
	R_OBJECT,
	R_HELP, /* auxiliaries, determiners, prepositions */
	R_CHILD,
	R_HEAD_TYPE,
	R_LONE, /* one of a few sentences that are the whole text */
};

struct rows {
	uint32_t *row, n;
};

static void put_hash(struct rows *r, uint64_t h)
{
	if (r->n < EVENT_NET_ROWS_MAX)
		r->row[r->n++] = (uint32_t)(h >> 16) & ((1u << EVENT_NET_LOG2_ROWS) - 1);
}

static void put(struct rows *r, uint32_t what, int64_t value)
{
	put_hash(r, feature_of_int(what, value));
}

static void put_both(struct rows *r, uint32_t what, int64_t value, uint64_t hash)
{
	put_hash(r, feature_and(feature_of_int(what, value), hash));
}

static uint32_t mention_kind(const struct doc *d, int32_t tok)
{
	return d->tokens[tok].mention < 0 ? 0 : event_phrase_kind(d, tok);
}

static void put_word(struct rows *r, const struct event_ground *g, uint32_t tok)
{
	const struct event_token *t = &g->tokens[tok];
	const struct token *w = &g->d->tokens[tok];
	enum rel rel = rel_base(w->rel);

	put_both(r, R_LEMMA, 0, t->lemma);
	put(r, R_UPOS, w->upos);
	put(r, R_XPOS, w->xpos);
	put(r, R_REL, rel);
	if (w->head >= 0) {
		put_both(r, R_HEAD_LEMMA, rel, g->tokens[w->head].lemma);
		put(r, R_HEAD_CLUSTER, g->tokens[w->head].cluster.coarse * 64 + rel);
	}
	if (t->cluster.fine) {
		put(r, R_FINE, t->cluster.fine);
		put(r, R_COARSE, t->cluster.coarse);
	}
	for (uint64_t i = 0, k = t->word.classes; k; i++, k >>= 1)
		if (k & 1)
			put(r, R_CLASS, (int64_t)i);
	for (int i = 0; i < 16; i++)
		if (t->types >> i & 1)
			put(r, R_TYPE, i * 2 + (t->strong >> i & 1));
}

/* Who says it, where, in what document. */
static void put_place(struct rows *r, const struct event_ground *g, uint32_t tok)
{
	const struct doc *d = g->d;
	const struct token *w = &d->tokens[tok];
	const struct event_sentence *s = &g->sentences[w->sent];
	int32_t away = w->head - (int32_t)tok;
	bool direct;
	int32_t voice = event_voice(d, (int32_t)tok, &direct);

	put(r, R_MENTION, mention_kind(d, (int32_t)tok));
	put(r, R_VOICE, direct * 2 + (voice > ENTITY_DOC_AUTHOR));
	if (event_negated(d, (int32_t)tok))
		put(r, R_NEGATED, 1);
	put(r, R_SENTENCE, d->sentences[w->sent].kind * 2 + (w->sent == 0));
	put(r, R_SPEECH, g->speech);
	if (!event_whole(d))
		put(r, R_LONE, 1);
	put(r, R_SENTENCE_AT, w->sent > 5 ? 5 : w->sent);
	put(r, R_POLITICAL, g->political / 13);
	put(r, R_SENTENCE_POLITICAL, s->n_political > 2 ? 2 : s->n_political);
	put(r, R_PARTIES, s->n_parties);
	put(r, R_DEPTH, doc_depth(d, (int32_t)tok, 6));
	if (g->tokens[tok].cue >= 0)
		put(r, R_CUE, d->attributions[g->tokens[tok].cue].kind);
	if (w->head >= 0)
		put(r, R_HEAD_AT, away < -6 ? -7 : away > 6 ? 7 : away);
}

static void put_candidate(struct rows *r, const struct event_ground *g, int32_t tok, bool others)
{
	const struct doc *d = g->d;
	const struct token *w = &d->tokens[tok];
	const struct event_candidate *c = &g->candidates[g->tokens[tok].candidate];
	uint32_t seen = event_seen(g, tok);
	bool inherited;
	int32_t subject = event_subject(d, tok, &inherited), object = doc_child(d, tok, REL_OBJ);

	put(r, R_CANDIDATE, 1);
	put(r, R_SUBJECT,
	    subject < 0 ? -1 : (int64_t)mention_kind(d, subject) * 2 + event_is_passive(d, tok));
	put(r, R_OBJECT, object < 0 ? -1 : (int64_t)mention_kind(d, object));
	for (int32_t k = w->child; k >= 0; k = d->tokens[k].next) {
		enum rel rel = rel_base(d->tokens[k].rel);

		if (rel == REL_AUX || rel == REL_DET || rel == REL_CASE || rel == REL_MARK ||
		    rel == REL_COP)
			put_both(r, R_HELP, rel, g->tokens[k].lemma);
		else
			put(r, R_CHILD, rel * 4096 + g->tokens[k].cluster.coarse);
	}
	if (w->head >= 0)
		for (int i = 0; i < 16; i++)
			if (g->tokens[w->head].types >> i & 1)
				put(r, R_HEAD_TYPE, rel_base(w->rel) * 16 + i);
	for (uint32_t i = 0; i < c->n_matches; i++)
		put_both(r, R_FRAME, 0, feature_of(3, frame_name(g->book, c->matches[i].frame)));
	put(r, R_SEEN, seen > 2 ? 2 : seen);
	put(r, R_OWN, !others);
	for (int64_t k = 0; k < 64; k++)
		if ((g->topics >> k & 1) && g->share[k])
			put(r, R_TOPIC, k * 4 + (g->share[k] > 50 ? 3 : g->share[k] > 25 ? 2 : 1));
}

uint32_t event_net_rows(const struct event_ground *g, uint32_t tok, bool others,
			uint32_t rows[static EVENT_NET_ROWS_MAX])
{
	struct rows r = {rows, 0};

	put_word(&r, g, tok);
	put_place(&r, g, tok);
	if (g->tokens[tok].candidate >= 0)
		put_candidate(&r, g, (int32_t)tok, others);
	return r.n;
}

int event_net_open(struct event_net *n, struct str section, struct err *e)
{
	const struct event_net_header *h = (const void *)section.p;
	const void *bag = NULL, *state = NULL;
	bool good;

	*n = (struct event_net){0};
	if (!section.n)
		return 0;
	good = section.n >= sizeof(*h) && memcmp(h->magic, "ENET002", 8) == 0 &&
	       h->n_classes == EVENT_NET_USED &&
	       net_section_take(section, h->bag, ((uint64_t)1 << EVENT_NET_LOG2_ROWS) * NET_BAG,
				&bag) &&
	       net_section_take(section, h->state, NET_LAYERS * 4 * NET_D * sizeof(float),
				&state) &&
	       net_section_matrix(&n->encoder.conv, section, h->conv, 3 * NET_IN, NET_D) &&
	       net_section_matrix(&n->head, section, h->head, NET_D, EVENT_NET_WIDE);
	for (int l = 0; good && l < NET_LAYERS; l++)
		good = net_section_matrix(&n->encoder.layer[l], section, h->layer[l], NET_D,
					  3 * NET_D);
	if (!good)
		return err_set(e, ERR_CORRUPT, "the model's network of events has another shape");
	n->encoder.state = state;
	n->bag = bag;
	n->bag_scale = h->bag_scale;
	return 0;
}

struct reader {
	const struct event_net *n;
	const struct event_ground *g;
	uint8_t *words; /* [tokens of the chunk][NET_WORD] */
	uint32_t base;  /* its first token */
};

static void read_token(void *context, uint32_t tok, uint8_t in[static NET_IN])
{
	const struct reader *x = context;
	uint32_t rows[EVENT_NET_ROWS_MAX], n = event_net_rows(x->g, tok, false, rows);
	int32_t sum[NET_BAG] = {0};

	memcpy(in, x->words + (size_t)(tok - x->base) * NET_WORD, NET_WORD);
	for (uint32_t i = 0; i < n; i++)
		net_add_row(sum, x->n->bag + (size_t)rows[i] * NET_BAG);
	for (int k = 0; k < NET_BAG; k++) {
		float v = (float)sum[k] * x->n->bag_scale;

		in[NET_WORD + k] = net_clip((int32_t)(v < 0 ? v - 0.5f : v + 0.5f));
	}
}

static void chances(const float *logits, float p[static N_EVENT_TYPES])
{
	double q[N_EVENT_TYPES], sum = 0, max = (double)logits[0];

	for (uint32_t t = 1; t < N_EVENT_TYPES; t++)
		max = (double)logits[t] > max ? (double)logits[t] : max;
	for (uint32_t t = 0; t < N_EVENT_TYPES; t++)
		sum += q[t] = linear_exp((double)logits[t] - max);
	for (uint32_t t = 0; t < N_EVENT_TYPES; t++)
		p[t] = (float)(q[t] / sum);
}

struct stance_hint event_net_hint(const float *u)
{
	return (struct stance_hint){.target = u[EVENT_NET_TARGET + 1] - u[EVENT_NET_TARGET],
				    .support = u[EVENT_NET_SIGN] - u[EVENT_NET_SIGN + 1],
				    .holder = u[EVENT_NET_HOLDER + 1] - u[EVENT_NET_HOLDER]};
}

static event_net_chances *ask_held(const struct event_net_held *held, const struct event_ground *g,
				   float (*p)[N_EVENT_TYPES])
{
	for (uint32_t c = 0; c < g->n_candidates; c++)
		if (!held->find(held, g->d, g->candidates[c].tok, p[c]))
			p[c][0] = 1;
	return (event_net_chances *)p;
}

struct event_net_said event_net_run(const struct event_net *n, const struct event_ground *g)
{
	const struct doc *d = g->d;
	float(*p)[N_EVENT_TYPES];
	struct stance_hint *hints;
	struct reader reader = {.n = n, .g = g};
	struct net_values *v = d->net_values;
	uint32_t c = 0;

	if ((!n->bag && !n->held) || !d->n_sentences)
		return (struct event_net_said){0};
	p = arena_alloc(d->arena, g->n_candidates * sizeof(*p));
	if (n->held)
		return (struct event_net_said){ask_held(n->held, g, p), NULL};
	hints = ARENA_ARRAY(d->arena, struct stance_hint, d->n_tokens);
	CHECK(v);
	reader.words = arena_alloc(d->arena, (size_t)net_chunk_max(d->n_tokens) * NET_WORD);
	for (uint32_t first = 0, last; first < d->n_sentences; first = last) {
		uint32_t base = reader.base = d->sentences[first].tok, n_tokens;

		last = net_chunk_end(d, first, &n_tokens);
		net_word_inputs(d, base, n_tokens, reader.words);
		net_encode(&n->encoder, d, v, first, last, read_token, &reader);
		net_product(NET_BEST, &n->head, v->q, NET_D, n_tokens, v->u);
		for (uint32_t i = 0; i < n_tokens; i++)
			hints[base + i] = event_net_hint(v->u + (size_t)i * EVENT_NET_WIDE);
		for (; c < g->n_candidates && (uint32_t)g->candidates[c].tok < base + n_tokens; c++)
			chances(v->u + ((size_t)g->candidates[c].tok - base) * EVENT_NET_WIDE,
				p[c]);
	}
	return (struct event_net_said){(event_net_chances *)p, hints};
}
