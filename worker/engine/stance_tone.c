#include "worker/engine/stance_tone.h"

#include "worker/engine/topic.h"

enum { SPEAKER, ACTOR };

#define FAIR 0.2 /* chance of a holder's sign that the tone of the sentence can bear out */

int stance_tones_open(struct stance_tones *t, const struct image *model, const struct grammar *g,
		      struct err *e)
{
	struct str worth = image_section(model, "tone.worth");

	*t = (struct stance_tones){.least = 2};
	if (tone_open(&t->model, model, g, e) < 0)
		return -1;
	if (!t->model.n)
		return 0;
	if (worth.n != sizeof(double) + sizeof(t->worth))
		return err_set(e, ERR_CORRUPT, "section tone.worth has %zu bytes", worth.n);
	memcpy(&t->least, worth.p, sizeof(double));
	memcpy(t->worth, worth.p + sizeof(double), sizeof(t->worth));
	for (int k = 0; k < 2 * TONE_KNOTS; k++)
		if (!(t->worth[k / TONE_KNOTS][k % TONE_KNOTS] >= 0) ||
		    !(t->worth[k / TONE_KNOTS][k % TONE_KNOTS] <= 1))
			return err_set(e, ERR_CORRUPT, "tone.worth is no list of chances");
	return t->least >= 0 ? 0 : err_set(e, ERR_CORRUPT, "tone.worth begins nowhere");
}

static double confidence(const struct stance_tones *t, int kind, double p)
{
	double at = p * (TONE_KNOTS - 1);
	int i = (int)at;

	if (i >= TONE_KNOTS - 1)
		return t->worth[kind][TONE_KNOTS - 1];
	return t->worth[kind][i] + (at - i) * (t->worth[kind][i + 1] - t->worth[kind][i]);
}

/* ---- whom a sentence names ---- */

static bool is_person_pronoun(const struct token *t)
{
	static const char *const words[] = {"he", "him", "his", "she", "her", "they", "them"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (t->upos == UPOS_PRON && str_is(t->lower, words[i]))
			return true;
	return false;
}

static bool of_mention(const struct doc *d, uint32_t tok, struct tone_spot *out)
{
	const struct token *t = &d->tokens[tok];
	const struct mention *m;

	if (t->mention < 0)
		return false;
	m = &d->mentions[t->mention];
	*out = (struct tone_spot){.head = (int32_t)tok,
				  .tok = m->tok,
				  .n_tok = m->n_tok,
				  .entity = target_entity_at(d, (int32_t)tok, true)};
	return m->n_tok && out->entity != ENTITY_DOC_AUTHOR &&
	       (!m->is_place || m->kind == MENTION_NAME) &&
	       (out->entity >= 0 || m->kind == MENTION_NAME || is_person_pronoun(t));
}

/* A name of a person or organization that no mention covers. */
static bool of_name(const struct doc *d, uint32_t tok, uint32_t end, struct tone_spot *out)
{
	uint32_t n = 0, head = tok;

	if (!d->tokens[tok].ner_begin ||
	    (d->tokens[tok].ner != NER_PER && d->tokens[tok].ner != NER_ORG))
		return false;
	do {
		if (d->tokens[tok + n].mention >= 0)
			return false;
		if (doc_dominates(d, (int32_t)(tok + n), (int32_t)head))
			head = tok + n;
		n++;
	} while (tok + n < end && d->tokens[tok + n].ner == d->tokens[tok].ner &&
		 !d->tokens[tok + n].ner_begin);
	*out = (struct tone_spot){.head = (int32_t)head, .tok = tok, .n_tok = n, .entity = -1};
	return true;
}

static bool of_pronoun(const struct doc *d, uint32_t tok, struct tone_spot *out)
{
	*out = (struct tone_spot){.head = (int32_t)tok, .tok = tok, .n_tok = 1, .entity = -1};
	return d->tokens[tok].mention < 0 && is_person_pronoun(&d->tokens[tok]);
}

uint32_t stance_tone_spots(const struct doc *d, uint32_t sentence, struct tone_spot *out)
{
	const struct sentence *s = &d->sentences[sentence];
	uint32_t end = s->tok + s->n_tok, n = 0;

	for (uint32_t i = s->tok; i < end && n < TONE_SPOTS_MAX; i++)
		if (of_mention(d, i, &out[n]) || of_name(d, i, end, &out[n]) ||
		    of_pronoun(d, i, &out[n]))
			n++;
	return n;
}

/* ---- what is given ---- */

struct found {
	int kind;
	int32_t holder; /* entity */
	uint32_t spot;
	enum polarity polarity;
	double confidence;
};

struct tone_work {
	const struct stance_tones *t;
	const struct stance_ground *s;
	struct tone_sentence sentence;
	struct tone_spot spots[TONE_SPOTS_MAX];
	uint32_t n_spots, first;
	double least;
};

static bool same_actor(const struct tone_spot *a, const struct tone_spot *b)
{
	return a == b || (a->entity >= 0 && a->entity == b->entity);
}

/* Only the first mention of an actor is gone through; it stands for the others. */
static bool is_first(const struct tone_work *w, uint32_t spot)
{
	for (uint32_t i = 0; i < spot; i++)
		if (same_actor(&w->spots[i], &w->spots[spot]))
			return false;
	return true;
}

static enum polarity likelier(const double *p)
{
	return p[POLARITY_SUPPORT] > p[POLARITY_OPPOSE] ? POLARITY_SUPPORT : POLARITY_OPPOSE;
}

/* The mean over all mentions of an actor, and the mention with the strongest tone. other: whose
 * eyes, a spot; -1: anybody's. */
static uint32_t ask(const struct tone_work *w, uint32_t target, int32_t other, double *mean)
{
	const struct tone_spot *b = other >= 0 ? &w->spots[other] : NULL;
	uint32_t n = 0, best = target;
	double most = -1;

	for (int k = 0; k < N_POLARITIES; k++)
		mean[k] = 0;
	for (uint32_t i = target; i < w->n_spots; i++) {
		const struct tone_spot *a = &w->spots[i];
		struct tone_question q = {.target = a->head,
					  .tok = a->tok,
					  .n_tok = a->n_tok,
					  .entity = a->entity,
					  .holder = b ? b->head : -1,
					  .holder_entity = b ? b->entity : -1};
		double p[N_POLARITIES];

		if (!same_actor(a, &w->spots[target]))
			continue;
		tone_ask(&w->sentence, &q, p);
		n++;
		for (int k = 0; k < N_POLARITIES; k++)
			mean[k] += p[k];
		if (p[likelier(p)] > most) {
			most = p[likelier(p)];
			best = i;
		}
	}
	for (int k = 0; k < N_POLARITIES; k++)
		mean[k] /= n;
	return best;
}

/* An issue that has the actor in its name is another matter. */
static bool stands_already(const struct tone_work *w, const struct found *f)
{
	const struct doc *d = w->s->d;
	const struct tone_spot *t = &w->spots[f->spot];
	struct span at = doc_span(d, t->tok, t->n_tok);

	for (uint32_t i = w->first; i < d->n_stances; i++) {
		const struct result_stance *x = &d->stances[i];
		bool same = x->target.entity >= 0 ? x->target.entity == t->entity
						  : x->target.span.start >= at.start &&
							    x->target.span.end <= at.end;

		if (same && x->holder.n && x->holder.ids[0] == (uint32_t)f->holder)
			return true;
	}
	return false;
}

static struct id_list one_id(struct doc *d, int32_t id)
{
	struct id_list l = {ARENA_ARRAY(d->arena, uint32_t, 1), id >= 0};

	l.ids[0] = id >= 0 ? (uint32_t)id : 0;
	return l;
}

static void emit(const struct tone_work *w, const struct found *f)
{
	struct doc *d = w->s->d;
	const struct tone_spot *t = &w->spots[f->spot];
	const struct sentence *st = &d->sentences[w->sentence.sentence];
	struct target phrase = {
		.head = t->head, .tok = t->tok, .n_tok = t->n_tok, .entity = t->entity};
	int32_t above = d->tokens[t->head].head;

	if (f->confidence < w->least || stands_already(w, f))
		return;
	phrase.kind = d->tokens[t->head].upos == UPOS_PRON ? TARGET_PRONOUN : TARGET_NOUN;
	ARENA_GROW(d->arena, d->stances, d->n_stances, d->cap_stances);
	d->stances[d->n_stances++] = (struct result_stance){
		.holder = one_id(d, f->holder),
		.target = {.text = target_text(d, &phrase),
			   .span = doc_span(d, t->tok, t->n_tok),
			   .entity = t->entity > 0 ? t->entity : -1,
			   .about = one_id(d, t->entity),
			   .topic = topic_of(d, w->s->g, t->tok, t->n_tok),
			   .key = topic_key(d, w->s->g, t->tok, t->n_tok)},
		.polarity = f->polarity,
		.strength = 1,
		.kind = f->holder == ENTITY_DOC_AUTHOR ? STANCE_AUTHOR : STANCE_STATED,
		.trigger = doc_span(d, (uint32_t)(above >= 0 ? above : t->head), 1),
		.sentence = st->span,
		.text = (struct str){d->text.p + st->byte, st->n_bytes},
		.confidence = f->confidence,
		.rule = f->kind == ACTOR ? STR("tone") : STR("tone speaker"),
	};
}

/* In the eyes of each other actor of the sentence. Where the sentence as a whole speaks that way
 * of the target, a fair chance is enough. */
static void of_actors(struct tone_work *w, uint32_t target, const double *any)
{
	enum polarity tone = likelier(any);

	for (uint32_t h = 0; h < w->n_spots; h++) {
		struct found f = {.kind = ACTOR, .holder = w->spots[h].entity};
		double p[N_POLARITIES];

		if (f.holder < 0 || !is_first(w, h) || same_actor(&w->spots[h], &w->spots[target]))
			continue;
		f.spot = ask(w, target, (int32_t)h, p);
		f.polarity = likelier(p);
		f.confidence = confidence(w->t, ACTOR, p[f.polarity]);
		if (p[f.polarity] > p[POLARITY_NEUTRAL] ||
		    (p[f.polarity] > FAIR && tone == f.polarity &&
		     any[tone] > any[POLARITY_NEUTRAL]))
			emit(w, &f);
	}
}

/* Of whoever speaks; who speaks of himself shows what he does, in the author's words. */
static void of_speaker(struct tone_work *w, uint32_t spot, const double *any)
{
	struct found f = {.kind = SPEAKER, .spot = spot, .polarity = likelier(any)};

	if (any[f.polarity] <= any[POLARITY_NEUTRAL])
		return;
	f.confidence = confidence(w->t, SPEAKER, any[f.polarity]);
	f.holder = stance_speaker(w->s, w->sentence.sentence, w->spots[spot].head);
	if (f.holder == w->spots[spot].entity)
		f.holder = ENTITY_DOC_AUTHOR;
	emit(w, &f);
}

static double greatest(const struct stance_tones *t)
{
	return t->worth[SPEAKER][TONE_KNOTS - 1] > t->worth[ACTOR][TONE_KNOTS - 1]
		       ? t->worth[SPEAKER][TONE_KNOTS - 1]
		       : t->worth[ACTOR][TONE_KNOTS - 1];
}

void stance_tone(const struct stance_tones *t, const struct stance_ground *s, uint32_t sentence,
		 uint32_t first, double least)
{
	struct tone_work w = {.t = t, .s = s, .first = first, .least = least};

	if (!t->model.n || least > greatest(t))
		return; /* costs nothing where it would give nothing */
	w.n_spots = stance_tone_spots(s->d, sentence, w.spots);
	if (!w.n_spots)
		return;
	tone_begin(&w.sentence, &t->model, s, sentence);
	for (uint32_t i = 0; i < w.n_spots; i++) {
		double any[N_POLARITIES];
		uint32_t strongest;

		if (!is_first(&w, i))
			continue;
		strongest = ask(&w, i, -1, any);
		of_actors(&w, i, any);
		of_speaker(&w, strongest, any);
	}
}

uint32_t stance_tone_weigh(const struct stance_tones *t, const struct stance_ground *s,
			   uint32_t sentence, struct stance_toward *out, uint32_t most)
{
	struct tone_work w = {.t = t, .s = s};
	uint32_t n = 0;

	if (!t->model.n)
		return 0;
	w.n_spots = stance_tone_spots(s->d, sentence, w.spots);
	tone_begin(&w.sentence, &t->model, s, sentence);
	for (uint32_t i = 0; i < w.n_spots && n < most; i++) {
		if (w.spots[i].entity < 0 || !is_first(&w, i))
			continue;
		ask(&w, i, -1, out[n].p);
		out[n++].entity = (uint32_t)w.spots[i].entity;
	}
	return n;
}
