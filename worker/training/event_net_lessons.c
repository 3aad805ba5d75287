#include "worker/training/event_net_lessons.h"

#include "worker/engine/event_net.h"
#include "worker/training/event_label.h"
#include "worker/training/random.h"

enum { LONGEST = 250, LONE_EVERY = 8 };

/* What a token teaches. */
struct lesson {
	uint16_t event;
	struct stance_head stance;
};

static const struct lesson NONE = {NN_NONE,
				   {STANCE_HEAD_NONE, STANCE_HEAD_NONE, STANCE_HEAD_NONE, false}};

static uint16_t label_of(uint8_t x)
{
	return x == STANCE_HEAD_NONE ? NN_NONE : x;
}

static void put_stance(struct nn_token *t, const struct stance_head *h)
{
	t->target = label_of(h->target);
	t->sign = label_of(h->sign);
	t->holder = label_of(h->holder);
	t->asked = h->asked;
}

/* of: [tokens of the document] */
static void add_sentence(struct net_lessons *l, const struct event_ground *g, uint32_t s,
			 const struct lesson *of, struct net_place at)
{
	const struct doc *d = g->d;
	const struct sentence *sent = &d->sentences[s];
	uint32_t n = sent->n_tok < LONGEST ? sent->n_tok : LONGEST;

	if (!n)
		return;
	for (uint32_t i = sent->tok; i < sent->tok + n; i++) {
		uint32_t rows[EVENT_NET_ROWS_MAX], k = event_net_rows(g, i, !at.own, rows);

		nn_data_add(&l->data, net_word_row(d->model, d->tokens[i].lower), rows, k);
		l->data.t[l->data.n - 1].event = of[i].event;
		put_stance(&l->data.t[l->data.n - 1], &of[i].stance);
	}
	nn_data_end(&l->data);
	at.tok = sent->tok;
	MEM_GROW(l->places, l->n_places, l->cap_places);
	l->places[l->n_places++] = at;
}

static struct lesson *lessons_of(struct net_lessons *l, struct doc *d, const struct event_ground *g,
				 const struct gold_doc *gd)
{
	struct event_labels labels = event_label(g, gd);
	struct stance_head *stance = ARENA_ARRAY(d->arena, struct stance_head, d->n_tokens + 1);
	struct lesson *of = ARENA_ARRAY(d->arena, struct lesson, d->n_tokens + 1);

	stance_heads_label(l->stances, d, gd->id, stance);
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		int32_t c = g->tokens[i].candidate;

		of[i] = (struct lesson){c >= 0 ? labels.of[c] : NN_NONE, stance[i]};
	}
	return of;
}

/* -- sentences without their documents -- */

struct lone {
	struct str text;
	uint32_t n;
	struct lone_token {
		uint32_t byte; /* in the text */
		struct lesson lesson;
	} * tokens;
};

static struct lone take_lone(struct arena *a, const struct doc *d, uint32_t s,
			     const struct lesson *of)
{
	const struct sentence *x = &d->sentences[s];
	struct lone o = {.text = arena_str(a, (struct str){d->text.p + x->byte, x->n_bytes}),
			 .n = x->n_tok,
			 .tokens = ARENA_ARRAY(a, struct lone_token, x->n_tok)};

	for (uint32_t i = 0; i < o.n; i++)
		o.tokens[i] =
			(struct lone_token){d->tokens[x->tok + i].byte - x->byte, of[x->tok + i]};
	return o;
}

/* Alone its tokens may be others: those that begin where one was coded teach what that did. */
static void add_lone(struct net_lessons *l, const struct lone *o, const struct gold_doc *gd,
		     struct net_place at)
{
	struct event_ground g;
	struct doc *d = coder_read_alone(l->coder, gd, o->text, &g);
	struct lesson *of = ARENA_ARRAY(d->arena, struct lesson, d->n_tokens + 1);
	uint32_t k = 0;

	for (uint32_t i = 0; i < d->n_tokens; i++) {
		while (k < o->n && o->tokens[k].byte < d->tokens[i].byte)
			k++;
		of[i] = k < o->n && o->tokens[k].byte == d->tokens[i].byte ? o->tokens[k].lesson
									   : NONE;
		if (g.tokens[i].candidate < 0)
			of[i].event = NN_NONE;
	}
	for (uint32_t s = 0; s < d->n_sentences; s++)
		add_sentence(l, &g, s, of, at);
}

void net_lessons_add(struct net_lessons *l, uint32_t doc)
{
	const struct gold_doc *gd = &l->coder->gold.docs[doc];
	struct net_place at = {
		.doc = doc, .fold = (uint8_t)gold_fold(gd), .own = gd->fold != GOLD_EXTRA};
	struct arena kept = {0};
	struct event_ground g;
	struct doc *d = coder_read(l->coder, gd, &g);
	struct lesson *of = lessons_of(l, d, &g, gd);
	struct lone *lone = ARENA_ARRAY(&kept, struct lone, d->n_sentences);
	uint32_t n = 0;

	for (uint32_t s = 0; s < d->n_sentences; s++) {
		add_sentence(l, &g, s, of, at);
		if (random_below(&l->seed, LONE_EVERY) == 0)
			lone[n++] = take_lone(&kept, d, s, of);
	}
	at.lone = true;
	for (uint32_t i = 0; i < n; i++)
		add_lone(l, &lone[i], gd, at);
	arena_free(&kept);
}

void net_lessons_add_silver(struct net_lessons *l, const struct silver_sentence *x)
{
	struct net_place at = {.fold = UINT8_MAX, .own = true, .lone = true};
	struct event_ground g;
	struct doc *d = coder_read_silver(l->coder, x, &g);
	struct lesson *of = ARENA_ARRAY(d->arena, struct lesson, d->n_tokens + 1);
	bool any = false;

	for (uint32_t i = 0; i < d->n_tokens; i++)
		of[i] = NONE;
	for (uint32_t i = 0; i < x->n; i++) {
		int32_t c = x->types[i] ? event_label_likely(&g, x->types[i]) : -1;

		if (c < 0)
			continue;
		of[g.candidates[c].tok].event = (uint16_t)x->types[i];
		any = true;
	}
	for (uint32_t s = 0; any && s < d->n_sentences; s++)
		add_sentence(l, &g, s, of, at);
}
