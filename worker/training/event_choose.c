#include "worker/training/event_choose.h"

/* OTHERS: what is added to the kind of a sentence in texts of other coders. */
enum { STEPS_MAX = 10, OTHERS = 16 };

struct records {
	struct event_watcher base;
	const struct gold_doc *gold;
	int32_t *sentence; /* [n_events] where the record stands, -1: not found or taken */
	struct trees_set *set;
	uint32_t last, n_steps; /* of the sentence being chosen in */
	uint8_t group;
	double weight;
	uint8_t values[EVENT_CHOICE_FEATURES];
};

/* Values as the trees learn from them. Texts of other coders, whose habits are not those of whoever
 * coded the documents we measure on, are told by a small value that is never as high elsewhere: so
 * the trees learn from them what is common to both. */
static const uint8_t *learned(struct records *r, const uint8_t *values)
{
	memcpy(r->values, values, sizeof(r->values));
	if (r->gold->fold == GOLD_EXTRA)
		r->values[EVENT_CHOICE_KIND] += OTHERS;
	return r->values;
}

/* An open record of this sentence and type, or -1. */
static int64_t open_record(const struct records *r, uint32_t sentence, uint32_t type)
{
	for (uint32_t i = 0; i < r->gold->n_events; i++)
		if (r->sentence[i] == (int32_t)sentence &&
		    (uint32_t)r->gold->events[i].type == type)
			return i;
	return -1;
}

static void step(struct event_watcher *w, const struct event_ground *g,
		 const struct event_option *list, uint32_t n, const struct event_option *best)
{
	struct records *r = (struct records *)w;
	uint32_t sentence = g->d->tokens[g->candidates[best->candidate].tok].sent;
	int64_t taken;

	if (sentence != r->last)
		r->n_steps = 0;
	r->last = sentence;
	/* all at first; later the likely ones, which alone can still be chosen */
	for (uint32_t i = 0; i < n && r->n_steps < STEPS_MAX; i++)
		if (!list[i].out && (!r->n_steps || list[i].p > 0.1))
			trees_set_add(r->set, learned(r, list[i].values),
				      open_record(r, sentence, list[i].type) >= 0, r->weight,
				      r->group);
	r->n_steps++;
	taken = open_record(r, sentence, best->type);
	if (taken >= 0)
		r->sentence[taken] = -1;
}

void event_choose_examples(const struct event_model *m, struct doc *d, const struct gold_doc *gold,
			   struct trees_set *set, uint8_t group, double weight)
{
	struct records r = {.base = {step},
			    .gold = gold,
			    .set = set,
			    .last = UINT32_MAX,
			    .group = group,
			    .weight = weight};
	struct features f = {0};
	struct event_ground g;
	struct event_scores s;
	struct event_chosen *list;

	event_ground_init(&g, m->book, &m->clusters, d);
	s = event_score(m, &g, &f);
	r.sentence = ARENA_ARRAY(d->arena, int32_t, gold->n_events);
	for (uint32_t i = 0; i < gold->n_events; i++) {
		const struct gold_event *e = &gold->events[i];
		uint32_t first, n;

		r.sentence[i] = gold_locate(d, e->sentence, e->trigger, &first, &n)
					? (int32_t)d->tokens[first].sent
					: -1;
	}
	event_choose(&g, &s, &m->choice, 0.04, &r.base, &list);
	features_free(&f);
}
