#include "worker/training/stance_label.h"

/* Candidates this alike a record's target are as good as the best one. */
#define NEAR 0.2
/* Candidates this alike say the same: of "block the vote" and "the vote" only one can have the
 * record's sign. */
#define SAME 0.75

static const uint8_t label_of_polarity[] = {[POLARITY_NEUTRAL] = LABEL_NEUTRAL,
					    [POLARITY_SUPPORT] = LABEL_SUPPORT,
					    [POLARITY_OPPOSE] = LABEL_OPPOSE};

static struct str entity_code(const struct doc *d, int32_t entity)
{
	return entity < 0 ? STR("") : d->entities[entity].code;
}

/* How much the holder's name is that of the record: same code, or also a word in common. */
static int holder_match(const struct doc *d, const struct gold_stance *g, int32_t entity,
			struct arena *a)
{
	struct words ours, theirs;

	if (!gold_means_holder(a, g, entity_code(d, entity)))
		return 0;
	words_of(a, d->entities[entity].name, &ours);
	for (uint32_t i = 0; i < g->n_holders; i++) {
		words_of(a, g->names[i], &theirs);
		if (words_common(&ours, &theirs))
			return 2;
	}
	return 1;
}

/* How well a target phrase is the record's: 0 is no match. */
static double target_match(struct arena *a, const struct doc *d, const struct gold_stance *g,
			   const struct target *t, const struct words *w)
{
	struct str code = entity_code(d, t->entity);
	uint32_t common = words_common(&g->words, w);
	double score = (double)common / (double)(g->words.n + w->n - common + 1);

	if (!gold_means_target(a, g, code, w))
		return 0;
	return 0.01 + score + (g->code.n && str_eq(g->code, code) ? 0.5 : 0);
}

static void label_gold(const struct stance_ground *s, const struct candidates *c,
		       const struct gold_stance *g, const struct words *words, struct arena *a,
		       struct sentence_labels *out)
{
	double score[TARGETS_MAX], best = 0;
	int match[HOLDERS_MAX], best_holder = 0;

	for (uint32_t h = 0; h < c->n_holders; h++) {
		match[h] = holder_match(s->d, g, c->holders[h].entity, a);
		best_holder = match[h] > best_holder ? match[h] : best_holder;
	}
	for (uint32_t t = 0; t < c->n_targets; t++) {
		score[t] = target_match(a, s->d, g, &c->targets[t], &words[t]);
		best = score[t] > best ? score[t] : best;
	}
	out->n_gold++;
	out->n_with_target += best > 0;
	out->n_with_holder += best_holder > 0;
	out->n_with_both += best > 0 && best_holder > 0;
	for (uint32_t t = 0; t < c->n_targets; t++) {
		bool exact = score[t] > 0 && (score[t] >= best || score[t] >= NEAR);

		if (!(score[t] > 0))
			continue;
		out->whole[t] |= score[t] >= best || score[t] >= SAME;
		if (out->target[t] != 1)
			out->target[t] = exact ? 1 : LABEL_IGNORE;
		for (uint32_t h = 0; h < c->n_holders; h++) {
			uint8_t *p = &out->pair[t][h];

			if (!match[h])
				continue;
			if (exact && match[h] == best_holder)
				*p = label_of_polarity[g->polarity];
			else if (*p == LABEL_NONE)
				*p = LABEL_IGNORE;
		}
	}
}

void stance_label(const struct stance_ground *s, const struct candidates *c,
		  const struct gold_doc *g, struct arena *a, struct sentence_labels *out)
{
	const struct sentence *st = &s->d->sentences[c->sentence];
	struct str text = gold_normal(a, (struct str){s->d->text.p + st->byte, st->n_bytes});
	struct words *words = ARENA_ARRAY(a, struct words, c->n_targets + 1);

	memset(out, 0, sizeof(*out));
	for (uint32_t t = 0; t < c->n_targets; t++)
		words_of(a, target_text(s->d, &c->targets[t]), &words[t]);
	for (uint32_t i = 0; i < g->n_stances; i++)
		if (gold_same_sentence(g->stances[i].sentence, text))
			label_gold(s, c, &g->stances[i], words, a, out);
}

double tally_f1(uint32_t right, uint32_t gold, uint32_t given)
{
	return gold + given ? 2.0 * right / (gold + given) : 0;
}

void stance_judge(const struct doc *d, const struct gold_doc *g, uint32_t index, struct arena *a,
		  struct judged **list, uint32_t *n, uint32_t *cap)
{
	for (uint32_t i = 0; i < d->n_stances; i++) {
		const struct result_stance *s = &d->stances[i];
		struct judged j = {.confidence = s->confidence, .doc = index};
		struct str text = gold_normal(a, s->text);
		struct str code = entity_code(d, (int32_t)s->target.entity);
		struct words w;

		words_of(a, s->target.text, &w);
		j.pair = arena_alloc(a, g->n_stances + 1);
		j.full = arena_alloc(a, g->n_stances + 1);
		for (uint32_t k = 0; k < g->n_stances; k++) {
			const struct gold_stance *x = &g->stances[k];
			bool holds = false;

			for (uint32_t h = 0; h < s->holder.n; h++)
				holds |= gold_holds(x, entity_code(d, (int32_t)s->holder.ids[h]));
			j.pair[k] = holds && gold_same_target(x, code, &w) &&
				    gold_same_sentence(x->sentence, text);
			j.full[k] = j.pair[k] && x->polarity == s->polarity;
		}
		ARENA_GROW(a, *list, *n, *cap);
		(*list)[(*n)++] = j;
	}
}

struct pairing {
	struct judged *list;
	uint32_t first, n, n_gold;
	double threshold;
	bool full;
	int32_t owner[4096]; /* of each given stance: its record, or -1 */
	bool seen[4096];
};

static bool grow(struct pairing *p, uint32_t gold)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const struct judged *j = &p->list[p->first + i];

		if (p->seen[i] || j->confidence < p->threshold ||
		    !(p->full ? j->full : j->pair)[gold])
			continue;
		p->seen[i] = true;
		if (p->owner[i] < 0 || grow(p, (uint32_t)p->owner[i])) {
			p->owner[i] = (int32_t)gold;
			return true;
		}
	}
	return false;
}

static uint32_t count(struct pairing *p, bool full)
{
	uint32_t n = 0;

	p->full = full;
	for (uint32_t i = 0; i < p->n; i++)
		p->owner[i] = -1;
	for (uint32_t g = 0; g < p->n_gold; g++) {
		memset(p->seen, 0, sizeof(p->seen));
		n += grow(p, g);
	}
	return n;
}

struct tally stance_tally(struct judged *list, uint32_t n, const struct gold_doc *docs,
			  const uint32_t *used, uint32_t n_used, double threshold)
{
	struct tally t = {0};
	struct pairing *p = mem_alloc(sizeof(*p));
	uint32_t at = 0;

	p->list = list;
	p->threshold = threshold;
	for (uint32_t u = 0; u < n_used; u++)
		t.gold += docs[used[u]].n_stances;
	while (at < n) {
		p->first = at;
		for (p->n = 0; at < n && list[at].doc == list[p->first].doc; at++)
			p->n++;
		CHECK(p->n <= 4096);
		p->n_gold = docs[list[p->first].doc].n_stances;
		t.pair += count(p, false);
		t.full += count(p, true);
		for (uint32_t i = 0; i < p->n; i++) {
			t.given += list[p->first + i].confidence >= threshold;
			list[p->first + i].right = p->owner[i] >= 0;
		}
	}
	mem_free(p);
	return t;
}
