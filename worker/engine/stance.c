#include "worker/engine/stance.h"

#include "worker/engine/stance_features.h"
#include "worker/engine/stance_repeats.h"
#include "worker/engine/stance_sign.h"
#include "worker/engine/stance_weigh.h"
#include "worker/engine/topic.h"

enum { ABOUT_MAX = 8 };

#define SURE        0.85 /* of a sign by the model: the grammar does not overrule it */
#define PROMISING   0.04 /* below this chance of being a target, no pairs are made */
#define HOPELESS    0.25 /* of the threshold: what is less sure than that will not become so */
#define SURE_ENOUGH 0.25 /* raw scores from here on count for later sentences */
#define POSSIBLE    0.1  /* below this chance, a pair is not open to choice */

_Static_assert(CHOICE_PARTS == TARGET_PARTS + PAIR_PARTS, "one value for each kind of feature");
_Static_assert((int)SIGN_FEATURES <= (int)CHOICE_FEATURES,
	       "the sign's values have room in the choice's");

struct work {
	struct stance_ground ground;
	const struct stance_ranker *r;
	struct candidates c;
	struct features f, of_target;
	double target_parts[TARGET_PARTS]; /* what the target's features give to the pair model */
	int32_t target_sign[N_POLARITIES]; /* and to that of signs, once asked for */
	bool has_target_sign;
	double p_target;
	double shift; /* what brings that chance halfway to the network's, in log odds; of pairs too
		       */
	struct scored scored[OPTIONS_MAX];
	uint32_t n_scored;
	struct scored chosen[CHOSEN_MAX];
	uint32_t n_chosen;
	struct choice_past past;
	struct stance_watcher *watch; /* or NULL */
	double threshold;             /* raw */
	struct stance_place *places;  /* of what is given */
	uint32_t n_places, cap_places;
};

static int open_part(struct linear *m, const struct image *model, const char *name,
		     uint32_t n_classes, struct err *e)
{
	if (linear_open(m, image_section(model, name), e) < 0)
		return err_wrap(e, "%s", name);
	if (m->n_classes != n_classes)
		return err_set(e, ERR_CORRUPT, "%s has %u classes, expected %u", name, m->n_classes,
			       n_classes);
	return 0;
}

int stance_ranker_open(struct stance_ranker *r, const struct image *model,
		       const struct image *codebook, struct err *e)
{
	struct str threshold = image_section(model, "stance.threshold");
	struct str worth = image_section(model, "stance.worth");

	*r = (struct stance_ranker){.threshold = 0.5};
	if (grammar_open(&r->grammar, image_section(codebook, "stances"), e) < 0)
		return -1;
	if (!image_section(model, "stance.pair").n)
		return 0;
	if (word_clusters_open(&r->clusters, image_section(model, "stance.clusters"), e) < 0)
		return -1;
	if (open_part(&r->target, model, "stance.target", 2, e) < 0 ||
	    open_part(&r->pair, model, "stance.pair", 2, e) < 0 ||
	    open_part(&r->sign, model, "stance.sign", N_POLARITIES, e) < 0)
		return -1;
	if (image_section(model, "stance.choice").n &&
	    trees_open(&r->choice, image_section(model, "stance.choice"), CHOICE_FEATURES, e) < 0)
		return err_wrap(e, "stance.choice");
	if (image_section(model, "stance.side").n &&
	    trees_open(&r->side, image_section(model, "stance.side"), SIGN_FEATURES, e) < 0)
		return err_wrap(e, "stance.side");
	if (threshold.n == sizeof(double))
		memcpy(&r->threshold, threshold.p, sizeof(double));
	if (worth.n == sizeof(r->worth))
		memcpy(r->worth, worth.p, sizeof(r->worth));
	for (int i = 0; i < STANCE_KNOTS; i++)
		if (!(r->worth[i] >= 0 && r->worth[i] <= 1))
			return err_set(e, ERR_CORRUPT, "stance.worth is no list of chances");
	r->trained = true;
	return stance_tones_open(&r->tones, model, &r->grammar, e);
}

double stance_confidence(const struct stance_ranker *r, double raw)
{
	double at = raw * (STANCE_KNOTS - 1);
	int i = (int)at;

	if (!(r->worth[STANCE_KNOTS - 1] > 0) || !(raw >= 0))
		return raw;
	if (i >= STANCE_KNOTS - 1)
		return r->worth[STANCE_KNOTS - 1];
	return r->worth[i] + (at - i) * (r->worth[i + 1] - r->worth[i]);
}

/* The raw score from which on a confidence is reached. */
static double raw_of(const struct stance_ranker *r, double confidence)
{
	double low = 0, high = 1;

	for (int i = 0; i < 30; i++) {
		double middle = (low + high) / 2;

		if (stance_confidence(r, middle) < confidence)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* Whether a word hands its sign down to something below it: of "end the war" the stance is about
 * the war. */
static bool passes_on(const struct work *w, int32_t tok)
{
	const struct frames *f = &w->ground.frames;

	for (uint32_t i = f->of[tok]; i < f->of[tok + 1]; i++)
		if (f->list[i].class->sign && f->list[i].class->kind != GRAMMAR_EVAL &&
		    f->list[i].class->kind != GRAMMAR_CERT && f->list[i].n_targets &&
		    f->list[i].target[0] > tok)
			return true;
	return false;
}

/* Without weights: a composed side of the grammar is as sure as its kind and its distance. */
static void score_by_rule(struct work *w, struct scored *s)
{
	const struct side *x;
	double p = 0.7;

	if (s->pair.side < 0)
		return;
	x = &w->c.sides[s->pair.target][s->pair.side];
	if (!x->sign || x->class->kind == GRAMMAR_CERT)
		return;
	if (passes_on(w, w->c.targets[s->pair.target].head))
		p -= 0.3;
	p -= 0.02 * x->depth + 0.1 * !!(x->flags & SIDE_FAR) + 0.1 * !!(x->flags & SIDE_MAYBE);
	if (x->class->kind == GRAMMAR_EVAL || x->class->kind == GRAMMAR_EFF)
		p -= 0.25;
	s->p = p;
	s->logit = p;
	s->p_sign = 1;
	s->polarity = x->sign > 0 ? POLARITY_SUPPORT : POLARITY_OPPOSE;
}

/* What stands in the grammar and is neither turned nor hedged is surer than learned words. */
static bool is_plain(const struct side *x)
{
	uint8_t kind = x->class->kind;

	return x->sign && x->depth == 0 && !(x->flags & ~SIDE_MODAL) &&
	       (kind == GRAMMAR_ATT || kind == GRAMMAR_SAY || kind == GRAMMAR_ACT ||
		kind == GRAMMAR_EVAL) &&
	       x->class->sign;
}

static void take_plain_sign(struct work *w, struct scored *s)
{
	const struct side *x;
	enum polarity given;

	if (s->pair.side < 0)
		return;
	x = &w->c.sides[s->pair.target][s->pair.side];
	given = x->sign > 0 ? POLARITY_SUPPORT : POLARITY_OPPOSE;
	if (!is_plain(x) || given == s->polarity || s->p_sign > SURE)
		return;
	s->polarity = given;
}

/* The sign by the linear model; what trees look at to weigh it beside composition lies in the
 * pair's values until weigh_signs. */
static void take_sign(struct work *w, struct scored *s, const double p[N_POLARITIES],
		      const double parts[SIGN_SOURCES])
{
	s->polarity = POLARITY_SUPPORT;
	for (uint32_t k = 0; k < N_POLARITIES; k++)
		if (p[k] > p[s->polarity])
			s->polarity = (enum polarity)k;
	s->p_sign = p[s->polarity];
	s->p_sided = s->polarity == POLARITY_NEUTRAL ? 0 : 1 - p[POLARITY_NEUTRAL];
	if (w->r->side.n_trees || w->watch)
		sign_values(&w->ground, &w->c, &w->past, &s->pair, &(struct sign_view){p, parts},
			    s->values);
	if (w->watch)
		w->watch->weigh(w->watch, &w->c, &s->pair, s->values);
	if (!w->r->side.n_trees || !(s->p_sided > 0))
		take_plain_sign(w, s);
}

/* All signs of a sentence at once; neutral is left to the linear model. */
static void weigh_signs(struct work *w)
{
	struct scored *sided[OPTIONS_MAX];
	const uint8_t *rows[OPTIONS_MAX] = {0};
	double yes[OPTIONS_MAX];
	uint32_t n = 0;

	if (!w->r->side.n_trees)
		return;
	for (uint32_t i = 0; i < w->n_scored; i++)
		if (w->scored[i].p_sided > 0) {
			rows[n] = w->scored[i].values;
			sided[n++] = &w->scored[i];
		}
	trees_yes_all(&w->r->side, rows, n, yes);
	for (uint32_t i = 0; i < n; i++) {
		bool is = yes[i] >= 0.5;

		sided[i]->polarity = is ? POLARITY_SUPPORT : POLARITY_OPPOSE;
		sided[i]->p_sign = sided[i]->p_sided * (is ? yes[i] : 1 - yes[i]);
	}
}

/* What the parts of a list of features give to the logit of a model of two classes. */
static double add_parts(const struct linear *m, const struct features *f,
			const struct feature_parts *p, double *out)
{
	double sum = 0;

	for (uint32_t i = 0, at = 0; i < p->n; at = p->end[i++]) {
		int32_t sums[2] = {0};

		linear_add(m, f->h + at, p->end[i] - at, sums);
		out[i] = (double)m->scale / (double)m->temperature * ((double)sums[1] - sums[0]);
		sum += out[i];
	}
	return sum;
}

/* The sign by the linear model, w->f holding the pair's features; and by how much the words of the
 * sentence and what they compose to speak for support. */
static void linear_sign(struct work *w, const struct scored *s, double p[N_POLARITIES],
			double parts[SIGN_SOURCES])
{
	const struct linear *m = &w->r->sign;
	uint32_t end = w->f.n;
	struct feature_parts ends = {0};
	int32_t sums[SIGN_SOURCES][N_POLARITIES] = {{0}}, all[N_POLARITIES];

	if (!w->has_target_sign) {
		memset(w->target_sign, 0, sizeof(w->target_sign));
		linear_add(m, w->of_target.h, w->of_target.n, w->target_sign);
		w->has_target_sign = true;
	}
	memcpy(sums[0], w->target_sign, sizeof(sums[0]));
	linear_add(m, w->f.h, end, sums[1]);
	stance_sign_rest(&w->ground, &w->c, &s->pair, &w->f, &ends);
	linear_add(m, w->f.h + end, ends.end[0] - end, sums[2]);
	linear_add(m, w->f.h + ends.end[0], ends.end[1] - ends.end[0], sums[3]);
	memcpy(all, m->bias, sizeof(all));
	for (uint32_t k = 0; k < SIGN_SOURCES; k++) {
		for (uint32_t i = 0; i < N_POLARITIES; i++)
			all[i] += sums[k][i];
		parts[k] = (double)m->scale *
			   ((double)sums[k][POLARITY_SUPPORT] - sums[k][POLARITY_OPPOSE]);
	}
	linear_chances(m, all, p);
}

static void score_by_model(struct work *w, struct scored *s)
{
	const struct linear *m = &w->r->pair;
	double p[N_POLARITIES], parts[SIGN_SOURCES];
	struct feature_parts ends = {0};
	uint32_t n_pair;

	w->f.n = 0;
	stance_pair_features(&w->ground, &w->c, &s->pair, &w->f, &ends);
	n_pair = w->f.n;
	stance_part_features(&w->ground, &w->c, &s->pair, &w->f, &ends);
	memcpy(s->parts, w->target_parts, sizeof(w->target_parts));
	s->logit = add_parts(m, &w->f, &ends, s->parts + TARGET_PARTS);
	for (uint32_t i = 0; i < TARGET_PARTS; i++)
		s->logit += s->parts[i];
	s->logit += (double)m->scale / (double)m->temperature * ((double)m->bias[1] - m->bias[0]);
	s->logit += w->shift;
	s->p = 1 / (1 + linear_exp(-s->logit));
	s->p_target = w->p_target;
	if (s->p < POSSIBLE)
		return;
	w->f.n = n_pair;
	linear_sign(w, s, p, parts);
	take_sign(w, s, p, parts);
}

/* Log odds of 0.03. Of all phrases a fifth lies below, of the coded targets one in eighty. */
#define HINT_LEAST (-3.476F)

/* Targets that are hardly one are left out before pairs are made. */
static bool is_promising(struct work *w, uint32_t target)
{
	const struct stance_hint *hint = w->ground.d->hints;
	struct feature_parts ends = {0};
	double logit;

	if (!w->r->trained)
		return w->c.n_sides[target] > 0;
	if (hint)
		hint += w->c.targets[target].head;
	if (hint && hint->target < HINT_LEAST)
		return false;
	w->of_target.n = 0;
	w->has_target_sign = false;
	stance_target_features(&w->ground, &w->c, target, &w->of_target, &ends);
	logit = linear_logit(&w->r->target, &w->of_target);
	w->shift = hint ? ((double)hint->target - logit) / 2 : 0;
	w->p_target = 1 / (1 + linear_exp(-logit - w->shift));
	if (w->p_target < PROMISING)
		return false;
	add_parts(&w->r->pair, &w->of_target, &ends, w->target_parts);
	return true;
}

static void score_sentence(struct work *w)
{
	w->n_scored = 0;
	for (uint32_t t = 0; t < w->c.n_targets; t++) {
		if (!is_promising(w, t))
			continue;
		w->c.n_pairs = 0;
		candidates_pair(&w->ground, &w->c, t);
		for (uint32_t i = 0; i < w->c.n_pairs && w->n_scored < OPTIONS_MAX; i++) {
			struct scored *s = &w->scored[w->n_scored];

			*s = (struct scored){.pair = w->c.pairs[i]};
			if (w->r->trained)
				score_by_model(w, s);
			else
				score_by_rule(w, s);
			if (s->p >= POSSIBLE)
				w->n_scored++;
		}
	}
	weigh_signs(w);
}

/* One holder has one stance about words that overlap or that are said again; without a learned
 * choice, whoever about those that overlap. */
static bool excludes(const struct work *w, const struct scored *a, const struct scored *b)
{
	const struct target *t = &w->c.targets[a->pair.target], *u = &w->c.targets[b->pair.target];
	bool holder = a->pair.holder == b->pair.holder;

	if (holder && targets_repeat(w->ground.d, t, u))
		return true;
	return (holder || !w->r->choice.n_trees) && targets_overlap(t, u);
}

/* Weighs those that are still open, beside what is chosen already. */
static void weigh_open(struct work *w)
{
	struct scored *open[OPTIONS_MAX];
	const uint8_t *rows[OPTIONS_MAX] = {0};
	double yes[OPTIONS_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_scored; i++) {
		struct scored *s = &w->scored[i];

		if (s->out)
			continue;
		if (w->r->choice.n_trees || w->watch)
			choice_beside(&w->ground, &w->c, s, w->chosen, w->n_chosen);
		yes[n] = s->p * s->p_sign;
		rows[n] = s->values;
		open[n++] = s;
	}
	if (w->r->choice.n_trees)
		trees_yes_all(&w->r->choice, rows, n, yes);
	for (uint32_t i = 0; i < n; i++)
		open[i]->raw = yes[i];
}

/* The surest that is still open. */
static struct scored *best_open(struct work *w)
{
	struct scored *best = NULL;

	weigh_open(w);
	for (uint32_t i = 0; i < w->n_scored; i++) {
		struct scored *s = &w->scored[i];

		if (s->out)
			continue;
		s->out = s->raw < w->threshold * HOPELESS;
		if (!best || s->raw > best->raw)
			best = s;
	}
	return best;
}

/* Chooses one after the other until none is sure enough. */
static void choose(struct work *w)
{
	double least = 1;

	w->n_chosen = 0;
	if (w->r->choice.n_trees || w->watch)
		choice_alone(&w->ground, &w->c, &w->past, w->scored, w->n_scored);
	while (w->n_chosen < CHOSEN_MAX) {
		struct scored *best = best_open(w);

		if (!best || best->raw < w->threshold)
			return;
		if (w->watch)
			w->watch->step(w->watch, &w->ground, &w->c, w->scored, w->n_scored, best);
		/* what needed another to be chosen first is no surer than that one */
		least = best->raw < least ? best->raw : least;
		best->raw = least;
		w->chosen[w->n_chosen++] = *best;
		best->out = true;
		for (uint32_t i = 0; i < w->n_scored; i++)
			w->scored[i].out |= excludes(w, best, &w->scored[i]);
	}
}

static struct id_list copy_ids(struct doc *d, const uint32_t *ids, uint32_t n)
{
	struct id_list l = {ARENA_ARRAY(d->arena, uint32_t, n + 1), n};

	memcpy(l.ids, ids, n * sizeof(*ids));
	return l;
}

/* On whose word it stands, outermost last; the holder's own word is no report. */
static struct id_list report_of(const struct work *w, int32_t tok, int32_t holder)
{
	struct doc *d = w->ground.d;
	uint32_t ids[ABOUT_MAX], n = 0;
	int32_t a = d->tokens[tok].attrib;

	for (; a >= 0 && n < ABOUT_MAX; a = d->attributions[a].parent) {
		int32_t e = d->attributions[a].source_entity;

		if (e > 0 && e != holder && (!n || ids[n - 1] != (uint32_t)e) &&
		    d->attributions[a].kind <= ATTRIB_SPEECH)
			ids[n++] = (uint32_t)e;
	}
	return copy_ids(d, ids, n);
}

static int32_t trigger_of(const struct work *w, const struct scored *s)
{
	const struct target *t = &w->c.targets[s->pair.target];
	const struct doc *d = w->ground.d;

	if (s->pair.side >= 0)
		return w->c.sides[s->pair.target][s->pair.side].trigger;
	if (w->c.n_sides[s->pair.target])
		return w->c.sides[s->pair.target][0].trigger;
	return d->tokens[t->head].head >= 0 ? d->tokens[t->head].head : t->head;
}

static struct str rule_of(struct work *w, const struct scored *s)
{
	struct doc *d = w->ground.d;
	const struct grammar *g = w->ground.g;
	const char *by = w->r->trained ? "model:stance" : "grammar";
	const struct side *x;

	if (s->pair.side < 0)
		return arena_printf(d->arena, "%s", by);
	x = &w->c.sides[s->pair.target][s->pair.side];
	return arena_printf(d->arena, "%s %s:%s%s%s%s%s", by, g->bytes + x->class->name,
			    g->bytes + g->items[x->item].lemma,
			    x->sign > 0   ? " +"
			    : x->sign < 0 ? " -"
					  : "",
			    x->flags & SIDE_NEGATED ? " negated" : "",
			    x->flags & SIDE_FLIPPED ? " reversed" : "",
			    x->flags & SIDE_MODAL ? " modal" : "");
}

static int strength_of(const struct work *w, const struct scored *s)
{
	int strength = 2;

	if (s->pair.side >= 0)
		strength = w->c.sides[s->pair.target][s->pair.side].strength;
	return strength < 1 ? 1 : strength > 3 ? 3 : strength;
}

static enum stance_kind kind_of(const struct work *w, const struct scored *s, int32_t holder)
{
	if (holder == ENTITY_DOC_AUTHOR)
		return STANCE_AUTHOR;
	if (s->pair.side >= 0) {
		const struct side *x = &w->c.sides[s->pair.target][s->pair.side];

		if (x->class->kind == GRAMMAR_ACT || x->class->kind == GRAMMAR_EFF)
			return STANCE_ACTED;
	}
	return STANCE_STATED;
}

static void emit(struct work *w, const struct scored *s)
{
	struct doc *d = w->ground.d;
	const struct sentence *st = &d->sentences[w->c.sentence];
	const struct target *t = &w->c.targets[s->pair.target];
	int32_t trigger = trigger_of(w, s), holder = w->c.holders[s->pair.holder].entity;
	uint32_t about[ABOUT_MAX], n_about = target_about(d, t, about, ABOUT_MAX);
	struct result_stance *out;

	ARENA_GROW(d->arena, w->places, w->n_places, w->cap_places);
	w->places[w->n_places++] = (struct stance_place){.stance = d->n_stances,
							 .sentence = w->c.sentence,
							 .holder = holder,
							 .entity = t->entity,
							 .tok = t->tok,
							 .n_tok = t->n_tok};
	ARENA_GROW(d->arena, d->stances, d->n_stances, d->cap_stances);
	out = &d->stances[d->n_stances++];
	*out = (struct result_stance){
		.holder = copy_ids(d, &(uint32_t){(uint32_t)holder}, 1),
		.by = report_of(w, t->head, holder),
		.target = {.text = target_text(d, t),
			   .span = doc_span(d, t->tok, t->n_tok),
			   .entity = t->entity > 0 ? t->entity : -1,
			   .about = copy_ids(d, about, n_about),
			   .topic = topic_of(d, w->ground.g, t->tok, t->n_tok),
			   .key = topic_key(d, w->ground.g, t->tok, t->n_tok)},
		.polarity = s->polarity,
		.strength = strength_of(w, s),
		.kind = kind_of(w, s, holder),
		.trigger = doc_span(d, (uint32_t)trigger, 1),
		.sentence = st->span,
		.text = (struct str){d->text.p + st->byte, st->n_bytes},
		.confidence = stance_confidence(w->r, s->raw),
		.rule = rule_of(w, s),
	};
}

static int32_t sign_of(enum polarity p)
{
	return p == POLARITY_SUPPORT ? 1 : p == POLARITY_OPPOSE ? -1 : 0;
}

static void remember_stand(struct choice_past *p, int32_t holder, int32_t entity, int32_t sign)
{
	p->met[entity]++;
	p->liked[entity] = (int16_t)(p->liked[entity] + sign);
	if (p->n_stands < STANDS_MAX)
		p->stands[p->n_stands++] = (struct stand){holder, entity, sign};
}

/* Only what is given counts as chosen: the past is the same whatever else is looked at. */
static void remember(struct work *w)
{
	struct choice_past *p = &w->past;

	p->sentences++;
	p->of_sentence = 0;
	p->last_sign = 0;
	for (uint32_t i = 0; i < w->n_scored; i++)
		p->sum += w->scored[i].p;
	for (uint32_t k = 0; k < w->n_chosen && w->chosen[k].raw >= SURE_ENOUGH; k++) {
		const struct target *t = &w->c.targets[w->chosen[k].pair.target];
		int32_t sign = sign_of(w->chosen[k].polarity);

		p->last_holder = w->c.holders[w->chosen[k].pair.holder].entity;
		p->held[p->last_holder]++;
		if (t->entity >= 0)
			remember_stand(p, p->last_holder, t->entity, sign);
		p->last_sign += sign;
		p->of_sentence++;
		p->chosen++;
	}
}

static void past_init(struct choice_past *p, struct doc *d)
{
	p->held = ARENA_ARRAY(d->arena, uint16_t, d->n_entities + 1);
	p->met = ARENA_ARRAY(d->arena, uint16_t, d->n_entities + 1);
	p->liked = ARENA_ARRAY(d->arena, int16_t, d->n_entities + 1);
	p->last_holder = -1;
}

void stance_watch(const struct stance_ranker *r, struct doc *d, struct stance_watcher *watch)
{
	struct work *w = ARENA_NEW(d->arena, struct work);

	if (!d->n_entities)
		return; /* nobody could hold one */
	w->r = r;
	w->watch = watch;
	past_init(&w->past, d);
	w->threshold = d->stance_least > 0 ? raw_of(r, d->stance_least) : r->threshold;
	stance_ground_make(&w->ground, d, &r->grammar, &r->clusters);
	for (uint32_t i = 0; i < d->n_sentences; i++) {
		uint32_t first = d->n_stances;

		candidates_find(&w->ground, i, &w->c);
		if (watch)
			watch->begin(watch, &w->ground, &w->c);
		score_sentence(w);
		choose(w);
		remember(w);
		for (uint32_t k = 0; k < w->n_chosen; k++)
			emit(w, &w->chosen[k]);
		if (!watch)
			stance_tone(&r->tones, &w->ground, i, first,
				    d->stance_least > 0 ? d->stance_least : r->tones.least);
	}
	stance_drop_repeats(d, w->places, w->n_places);
	features_free(&w->f);
	features_free(&w->of_target);
}

void stance_run(const struct stance_ranker *r, struct doc *d)
{
	stance_watch(r, d, NULL);
}

uint32_t stance_weigh(const struct stance_ranker *r, struct doc *d, uint32_t sentence,
		      struct stance_weighed *out, uint32_t most)
{
	struct work *w = ARENA_NEW(d->arena, struct work);
	uint32_t n = 0;

	w->r = r;
	past_init(&w->past, d);
	stance_ground_make(&w->ground, d, &r->grammar, &r->clusters);
	candidates_find(&w->ground, sentence, &w->c);
	score_sentence(w);
	for (uint32_t i = 0; i < w->n_scored; i++) {
		const struct scored *s = &w->scored[i];
		double score = s->p * s->p_sign;
		uint32_t at = n;

		if (n == most && (!n || out[n - 1].score >= score))
			continue;
		if (n == most)
			at = n - 1;
		else
			n++;
		for (; at > 0 && out[at - 1].score < score; at--)
			out[at] = out[at - 1];
		out[at] = (struct stance_weighed){
			.holder = (uint32_t)w->c.holders[s->pair.holder].entity,
			.target = target_text(d, &w->c.targets[s->pair.target]),
			.polarity = s->polarity,
			.score = score};
	}
	features_free(&w->f);
	features_free(&w->of_target);
	return n;
}
