/* demarche-train countries: learns whose country an agent is that names none (worker/engine/
 * actor_country.h) from hand-coded documents. Right is the country of the coded actor of that name;
 * where it was coded as OTHER, none is. Prints how often the choice is right in documents that
 * were left out, beside the country that the document names most. */
#include <stdio.h>

#include "worker/engine/actor_country.h"
#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/event_gold.h"
#include "worker/training/json_lines.h"
#include "worker/training/linear_train.h"
#include "worker/training/train.h"

enum { GROUPS = 5 };

/* One phrase: its candidates' features, one after the other; the last candidate is none. */
struct country_case {
	uint32_t first, n, right, group;
};

struct country_set {
	struct linear_set *examples;
	struct country_case *cases;
	struct {
		uint32_t first, n;
	} * candidates;
	uint64_t *features;
	uint32_t n, cap, n_candidates, cap_candidates, n_features, cap_features;
	struct features f;
};

/* Whether the coder's actor is one that the ranker can tell: *right is then its candidate. */
static bool right_of(const struct countries *c, struct str code, uint32_t *right)
{
	if (str_starts(code, STR("OTHER"))) {
		*right = c->n;
		return true;
	}
	for (*right = 0; *right < c->n; ++*right)
		if (str_eq(c->codes[*right], code))
			return true;
	return false;
}

static void add_case(struct country_set *s, const struct doc *d, const struct countries *c,
		     uint32_t mention, uint32_t right, uint32_t group)
{
	const struct country_phrase p = country_phrase_of(d, mention);

	MEM_GROW(s->cases, s->n, s->cap);
	s->cases[s->n++] = (struct country_case){s->n_candidates, c->n + 1, right, group};
	linear_set_group(s->examples, group);
	for (uint32_t k = 0; k <= c->n; k++) {
		country_features(d, c, &p, k, &s->f);
		linear_set_add(s->examples, &s->f, k == right, 1);
		MEM_GROW(s->candidates, s->n_candidates, s->cap_candidates);
		s->candidates[s->n_candidates].first = s->n_features;
		s->candidates[s->n_candidates++].n = s->f.n;
		for (uint32_t i = 0; i < s->f.n; i++) {
			MEM_GROW(s->features, s->n_features, s->cap_features);
			s->features[s->n_features++] = s->f.h[i];
		}
	}
}

/* The longest phrase that asks, with its head among the name's words; -1 where there is none. */
static int32_t asked_at(const struct doc *d, uint32_t first, uint32_t n)
{
	int32_t best = -1;

	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *x = &d->mentions[i];

		if (country_is_asked(d, x) && (uint32_t)x->head >= first &&
		    (uint32_t)x->head < first + n &&
		    (best < 0 || x->n_tok > d->mentions[best].n_tok))
			best = (int32_t)i;
	}
	return best;
}

static void add_actors(struct country_set *s, const struct doc *d, const struct countries *c,
		       const struct gold_event *e, const struct gold_actor *list, uint32_t n,
		       bool *done, uint32_t group)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t first, n_tok, right;
		int32_t m;

		if (!gold_locate(d, e->sentence, list[i].name, &first, &n_tok))
			continue;
		m = asked_at(d, first, n_tok);
		if (m < 0 || done[m] || !right_of(c, list[i].code, &right))
			continue;
		done[m] = true;
		add_case(s, d, c, (uint32_t)m, right, group);
	}
}

static void add_document(struct country_set *s, const struct doc *d, const struct gold_doc *g)
{
	struct countries c;
	bool *done = mem_alloc(d->n_mentions + 1);

	countries_read(&c, d);
	for (uint32_t i = 0; c.n && i < g->n_events; i++) {
		const struct gold_event *e = &g->events[i];

		add_actors(s, d, &c, e, e->source, e->n_source, done, gold_fold(g) + 1);
		add_actors(s, d, &c, e, e->target, e->n_target, done, gold_fold(g) + 1);
	}
	mem_free(done);
}

static uint32_t best_of(const struct country_set *s, const struct country_case *x,
			const struct linear *m)
{
	uint32_t best = 0;
	double most = 0;

	for (uint32_t k = 0; k < x->n; k++) {
		struct features f = {.h = s->features + s->candidates[x->first + k].first,
				     .n = s->candidates[x->first + k].n};
		double score = linear_logit(m, &f);

		if (k == 0 || score > most) {
			most = score;
			best = k;
		}
	}
	return best;
}

static struct linear_options options(uint32_t skip)
{
	return (struct linear_options){.n_classes = 2,
				       .epochs = 12,
				       .rate = 0.03,
				       .l2 = 1e-4,
				       .min_count = 3,
				       .least = 0.02,
				       .skip_group = skip};
}

static int report(struct country_set *s, struct err *e)
{
	uint32_t right = 0, most = 0, reachable = 0, none = 0;

	for (uint32_t g = 1; g <= GROUPS; g++) {
		struct linear_options o = options(g);
		struct buf bytes = {0};
		struct linear m;

		linear_train(s->examples, &o, &bytes);
		if (linear_open(&m, buf_str(&bytes), e) < 0)
			return -1;
		for (uint32_t i = 0; i < s->n; i++) {
			const struct country_case *x = &s->cases[i];

			if (x->group != g)
				continue;
			right += best_of(s, x, &m) == x->right;
			most += x->right == 0;
			none += x->right == x->n - 1;
			reachable++;
		}
		buf_free(&bytes);
	}
	printf("phrases %u, of no country %u; held out: right %.4f; the country named most often "
	       "%.4f\n",
	       reachable, none, (double)right / reachable, (double)most / reachable);
	return 0;
}

static int read_all(struct country_set *s, struct bench *b, int argc, char **argv, struct err *e)
{
	struct gold gold;
	int rc = gold_read(&gold, argv[4], argv[5], e);

	for (int i = 6; i < argc && rc == 0; i++)
		rc = gold_read_pair(&gold, argv[i], e);
	for (uint32_t i = 0; i < gold.n && rc == 0; i++) {
		struct engine_input in = gold_input(&gold.docs[i]);

		if (gold.docs[i].n_events)
			add_document(s, engine_parse(b->engine, &in), &gold.docs[i]);
	}
	gold_free(&gold);
	return rc;
}

int train_countries(int argc, char **argv)
{
	struct image_writer *w = image_writer_new();
	struct buf model = {0}, image = {0};
	struct country_set s = {.examples = linear_set_new()};
	struct linear_options o = options(0);
	struct bench b = {0};
	struct err e;
	int rc;

	if (argc < 6) {
		fprintf(stderr, "usage: countries OUT MODEL CODEBOOK CORPUS RECORDS "
				"[DOCUMENTS:RECORDS]...\n");
		return 2;
	}
	rc = bench_open(&b, argv[2], argv[3], &e);
	if (rc == 0)
		rc = read_all(&s, &b, argc, argv, &e);
	if (rc == 0)
		rc = report(&s, &e);
	if (rc == 0) {
		linear_train(s.examples, &o, &model);
		image_writer_add(w, COUNTRY_SECTION, model.p, model.n);
		image_writer_finish(w, &image);
		rc = file_write(argv[1], buf_str(&image), &e);
	}
	if (rc < 0)
		fprintf(stderr, "countries: %s\n", e.text);
	linear_set_free(s.examples);
	features_free(&s.f);
	mem_free(s.cases);
	mem_free(s.candidates);
	mem_free(s.features);
	image_writer_free(w);
	buf_free(&model);
	buf_free(&image);
	bench_close(&b);
	return rc < 0;
}
