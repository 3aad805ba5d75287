#include "worker/training/stance_choose.h"

enum { RECORDS_MAX = 64, STEPS_MAX = 6, OTHERS = 16 };

/* What a stance that is right but for its sign is worth, and how much of the worth goes by the
 * words that the phrase shares with the coded one. */
#define SIGNLESS 0.4
#define BY_WORDS 0.2

struct chooser {
	struct stance_watcher base;
	const struct gold_doc *g;
	struct choice_examples *out;
	struct arena a;
	struct sentence_labels labels;
	const struct gold_stance *records[RECORDS_MAX]; /* of the sentence */
	bool taken[RECORDS_MAX];
	uint32_t n_records, n_steps;
	struct words *words; /* [n_targets] */
	uint8_t group;
	double weight;
	bool others;
	uint8_t values[CHOICE_FEATURES];
};

static void begin(struct stance_watcher *w, const struct stance_ground *s,
		  const struct candidates *c)
{
	struct chooser *x = (struct chooser *)w;
	const struct sentence *st = &s->d->sentences[c->sentence];
	struct str text;

	arena_reset(&x->a, 1 << 20);
	stance_label(s, c, x->g, &x->a, &x->labels);
	text = gold_normal(&x->a, (struct str){s->d->text.p + st->byte, st->n_bytes});
	x->n_records = x->n_steps = 0;
	for (uint32_t i = 0; i < x->g->n_stances && x->n_records < RECORDS_MAX; i++)
		if (gold_same_sentence(x->g->stances[i].sentence, text)) {
			x->taken[x->n_records] = false;
			x->records[x->n_records++] = &x->g->stances[i];
		}
	x->words = ARENA_ARRAY(&x->a, struct words, c->n_targets + 1);
	for (uint32_t t = 0; t < c->n_targets; t++)
		words_of(&x->a, target_text(s->d, &c->targets[t]), &x->words[t]);
}

/* How right the option would be, as the record that it fits best. */
static double right_as(struct chooser *x, const struct stance_ground *s, const struct candidates *c,
		       const struct scored *o, uint32_t *record)
{
	const struct target *t = &c->targets[o->pair.target];
	const struct words *w = &x->words[o->pair.target];
	struct str holder = s->d->entities[c->holders[o->pair.holder].entity].code;
	struct str code = t->entity < 0 ? STR("") : s->d->entities[t->entity].code;
	double best = 0;

	for (uint32_t i = 0; i < x->n_records; i++) {
		const struct gold_stance *g = x->records[i];
		uint32_t common = words_common(&g->words, w);
		double alike = (double)common / (double)(g->words.n + w->n - common + 1);
		double worth = g->polarity == o->polarity ? 1 : SIGNLESS;

		if (x->taken[i] || !gold_means_holder(&x->a, g, holder) ||
		    !gold_means_target(&x->a, g, code, w))
			continue;
		if (g->code.n && str_eq(g->code, code))
			alike = 1;
		worth *= 1 - BY_WORDS + BY_WORDS * (alike > 0.8 ? 1 : alike / 0.8);
		if (worth > best) {
			best = worth;
			*record = i;
		}
	}
	return best;
}

/* Values as the trees learn from them. Texts of other coders, whose habits are not those of whoever
 * coded the documents we measure on, are told by a small value that is never as high elsewhere: so
 * the trees learn from them what is common to both. */
static const uint8_t *learned(struct chooser *x, const uint8_t *values, uint32_t n, uint32_t small)
{
	memcpy(x->values, values, n);
	if (x->others)
		x->values[small] = OTHERS + (values[small] < OTHERS ? values[small] : OTHERS - 1);
	return x->values;
}

static void weigh(struct stance_watcher *w, const struct candidates *c, const struct pair *p,
		  const uint8_t *values)
{
	struct chooser *x = (struct chooser *)w;
	uint8_t label = x->labels.pair[p->target][p->holder];

	(void)c;
	if (!x->labels.whole[p->target])
		return;
	if (label == LABEL_SUPPORT || label == LABEL_OPPOSE)
		trees_set_add(&x->out->side, learned(x, values, SIGN_FEATURES, SIGN_SMALL),
			      label == LABEL_SUPPORT, x->weight, x->group);
}

static uint32_t rank_of(const struct scored *list, uint32_t n, const struct scored *o)
{
	uint32_t rank = 0;

	for (uint32_t i = 0; i < n; i++)
		rank += !list[i].out && list[i].raw > o->raw;
	return rank;
}

static void step(struct stance_watcher *w, const struct stance_ground *s,
		 const struct candidates *c, const struct scored *list, uint32_t n,
		 const struct scored *best)
{
	struct chooser *x = (struct chooser *)w;
	uint32_t record = 0;

	for (uint32_t i = 0; i < n && x->n_steps < STEPS_MAX; i++)
		if (!list[i].out && (!x->n_steps || rank_of(list, n, &list[i]) < 3))
			trees_set_add(&x->out->choice,
				      learned(x, list[i].values, CHOICE_FEATURES, CHOICE_SMALL),
				      right_as(x, s, c, &list[i], &record), x->weight, x->group);
	x->n_steps++;
	if (right_as(x, s, c, best, &record) > 0)
		x->taken[record] = true;
}

void choose_examples(const struct stance_ranker *r, struct doc *d, const struct gold_doc *g,
		     uint8_t group, double weight, bool others, struct choice_examples *out)
{
	struct chooser *x = mem_alloc(sizeof(*x));

	x->base = (struct stance_watcher){begin, weigh, step};
	x->g = g;
	x->out = out;
	x->group = group;
	x->weight = weight;
	x->others = others;
	out->choice.n_features = CHOICE_FEATURES;
	out->side.n_features = SIGN_FEATURES;
	d->n_stances = 0;
	stance_watch(r, d, &x->base);
	arena_free(&x->a);
	mem_free(x);
}
