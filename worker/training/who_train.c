#include "worker/training/who_train.h"

#include <stdio.h>
#include <stdlib.h>

#include "worker/training/linear_train.h"
#include "worker/training/train.h"
#include "worker/training/trees_train.h"

/* One event: its candidates, in s->args, and their features, in s->features. */
struct who_case {
	uint32_t first, n, group;
	bool wants[N_WHO_SIDES]; /* somebody is coded there */
	bool tested;
};

struct labelled_arg {
	struct who_arg arg;
	uint32_t features[N_WHO_SIDES], n_features[N_WHO_SIDES];
	bool right[N_WHO_SIDES];
	bool exact[N_WHO_SIDES]; /* by the very code that the coder gave, as it is scored */
};

struct who_cases {
	struct who_case *cases;
	struct labelled_arg *args;
	uint64_t *features;
	uint32_t n, cap, n_args, cap_args, n_features, cap_features;
	struct linear_set *linear[N_WHO_SIDES];
	struct features scratch;
	/* index: the group that was left out */
	struct buf rankers[N_WHO_SIDES][WHO_GROUPS + 1], trees[N_WHO_SIDES][WHO_GROUPS + 1];
	struct linear ranker[N_WHO_SIDES][WHO_GROUPS + 1];
	struct trees forest[N_WHO_SIDES][WHO_GROUPS + 1];
};

static double option(const char *name, double otherwise)
{
	const char *v = getenv(name);

	return v ? atof(v) : otherwise;
}

struct who_cases *who_cases_new(void)
{
	struct who_cases *s = mem_alloc(sizeof(*s));

	for (int side = 0; side < N_WHO_SIDES; side++)
		s->linear[side] = linear_set_new();
	return s;
}

void who_cases_free(struct who_cases *s)
{
	if (!s)
		return;
	for (int side = 0; side < N_WHO_SIDES; side++) {
		linear_set_free(s->linear[side]);
		for (uint32_t g = 0; g <= WHO_GROUPS; g++) {
			buf_free(&s->rankers[side][g]);
			buf_free(&s->trees[side][g]);
		}
	}
	features_free(&s->scratch);
	mem_free(s->cases);
	mem_free(s->args);
	mem_free(s->features);
	mem_free(s);
}

static struct str next_word(struct str *s)
{
	struct str w;
	size_t n = 0;

	while (s->n && (s->p[0] == ' ' || s->p[0] == ':'))
		*s = (struct str){s->p + 1, s->n - 1};
	while (n < s->n && s->p[n] != ' ' && s->p[n] != ':')
		n++;
	w = (struct str){s->p, n};
	*s = (struct str){s->p + n, s->n - n};
	return w;
}

/* Whether they share a word of at least four letters, but for its case and ending. */
static bool share_word(struct str a, struct str b)
{
	for (struct str rest = a, w = next_word(&rest); w.n; w = next_word(&rest))
		for (struct str other = b, v = next_word(&other); v.n; v = next_word(&other)) {
			size_t n = w.n < v.n ? w.n : v.n, k = 0;

			while (k < n && (w.p[k] | 32) == (v.p[k] | 32))
				k++;
			if (k >= 4 && k + 2 >= w.n && k + 2 >= v.n)
				return true;
		}
	return false;
}

/* Whether one code is the other. Who has no code of his own goes by the words of the text, of which
 * coders take more or fewer: "OTHER:attackers" is "OTHER:three attackers". */
static bool same_code(struct str code, const struct gold_actor *coded)
{
	const struct str other = STR("OTHER:");

	if (str_eq(coded->code, code))
		return true;
	if (!str_starts(code, other))
		return false;
	code = (struct str){code.p + other.n, code.n - other.n};
	if (str_is(coded->code, "OTHER"))
		return share_word(code, coded->name);
	return str_starts(coded->code, other) &&
	       share_word(code, (struct str){coded->code.p + other.n, coded->code.n - other.n});
}

static bool is_coded(struct str code, const struct gold_actor *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (code.n && str_eq(list[i].code, code))
			return true;
	return false;
}

/* Whether a word of one name is in the other, or they are the same; "the" and "and" are no such
 * words. */
static bool name_fits(struct str a, struct str b)
{
	for (size_t i = 0; i < a.n; i++) {
		size_t k = i;

		while (k < a.n && a.p[k] != ' ')
			k++;
		if ((k - i > 3 || (k - i == 3 && a.p[i] <= 'Z')) &&
		    memmem(b.p, b.n, a.p + i, k - i))
			return true;
		i = k;
	}
	return a.n && str_eq(a, b);
}

/* How well an actor is the one that was coded: the code alone, its role too, a name of his. */
enum fit { FIT_NONE, FIT_CODE, FIT_ROLE, FIT_NAME };

static enum fit fit_of(const struct doc *d, uint32_t entity, const struct gold_actor *coded)
{
	const struct entity *e = &d->entities[entity];

	if (!e->code.n || !same_code(e->code, coded))
		return FIT_NONE;
	if (name_fits(e->name, coded->name))
		return FIT_NAME;
	for (uint32_t i = 0; i < d->n_mentions; i++)
		if (d->mentions[i].entity == (int32_t)entity &&
		    name_fits(doc_text(d, d->mentions[i].tok, d->mentions[i].n_tok), coded->name))
			return FIT_NAME;
	return str_eq(e->role, coded->role) ? FIT_ROLE : FIT_CODE;
}

static void grow(void **list, uint32_t *cap, uint32_t n, size_t size)
{
	if (n <= *cap)
		return;
	*cap = n > 2 * *cap ? n + 1024 : 2 * *cap;
	*list = mem_resize(*list, *cap * size);
}

/* Of several actors of a coded one's code those are right that fit best, by name or else by role:
 * "the Sudanese army" is not Sudan's government. */
static void label_side(const struct event_ground *g, const struct event_context *x,
		       const struct gold_actor *coded, uint32_t n_coded,
		       bool right[static EVENT_ARGS_MAX])
{
	for (uint32_t i = 0; i < x->n_args; i++)
		right[i] = false;
	for (uint32_t c = 0; c < n_coded; c++) {
		enum fit fits[EVENT_ARGS_MAX], best = FIT_CODE;

		for (uint32_t i = 0; i < x->n_args; i++) {
			fits[i] = fit_of(g->d, x->args[i].entity, &coded[c]);
			best = fits[i] > best ? fits[i] : best;
		}
		for (uint32_t i = 0; i < x->n_args; i++)
			right[i] |= fits[i] == best;
	}
}

static void add_side(struct who_cases *s, const struct event_ground *g,
		     const struct event_context *x, struct labelled_arg *list, enum who_side side,
		     const struct gold_actor *coded, uint32_t n_coded)
{
	bool right[EVENT_ARGS_MAX];

	label_side(g, x, coded, n_coded, right);
	for (uint32_t i = 0; i < x->n_args; i++) {
		const struct entity *e = &g->d->entities[x->args[i].entity];
		struct labelled_arg *a = &list[i];
		struct features *f = &s->scratch;

		a->right[side] = right[i];
		a->exact[side] = is_coded(e->code, coded, n_coded);
		event_arg_features(g, x, i, side == WHO_TARGET, f);
		grow((void **)&s->features, &s->cap_features, s->n_features + f->n,
		     sizeof(*s->features));
		memcpy(s->features + s->n_features, f->h, f->n * sizeof(*f->h));
		a->features[side] = s->n_features;
		a->n_features[side] = f->n;
		s->n_features += f->n;
		linear_set_add(s->linear[side], f, a->right[side], 1);
	}
}

void who_cases_add(struct who_cases *s, const struct event_ground *g, int32_t candidate,
		   const struct gold_event *e, uint32_t group, bool tested)
{
	struct event_arg args[EVENT_ARGS_MAX];
	struct who_arg list[EVENT_ARGS_MAX];
	struct event_context x = {
		.type = e->type, .candidate = &g->candidates[candidate], .args = args};
	struct labelled_arg *to;

	x.n_args = event_args(g, x.candidate->tok, args);
	who_args(g, &x, list);
	grow((void **)&s->cases, &s->cap, s->n + 1, sizeof(*s->cases));
	grow((void **)&s->args, &s->cap_args, s->n_args + x.n_args, sizeof(*s->args));
	s->cases[s->n++] = (struct who_case){
		s->n_args, x.n_args, group, {e->n_source > 0, e->n_target > 0}, tested};
	to = s->args + s->n_args;
	s->n_args += x.n_args;
	for (uint32_t i = 0; i < x.n_args; i++)
		to[i] = (struct labelled_arg){.arg = list[i]};
	for (int side = 0; side < N_WHO_SIDES; side++)
		linear_set_group(s->linear[side], group);
	add_side(s, g, &x, to, WHO_SOURCE, e->source, e->n_source);
	add_side(s, g, &x, to, WHO_TARGET, e->target, e->n_target);
}

void who_cases_report(const struct who_cases *s)
{
	static const char *const names[] = {"sources", "targets"};

	for (int side = 0; side < N_WHO_SIDES; side++) {
		uint32_t n = 0, reached = 0;

		for (uint32_t c = 0; c < s->n; c++) {
			const struct who_case *x = &s->cases[c];
			bool right = false;

			if (!x->tested || !x->wants[side])
				continue;
			for (uint32_t i = x->first; i < x->first + x->n; i++)
				right |= s->args[i].exact[side];
			n++;
			reached += right;
		}
		fprintf(stderr, "%s=%u among-candidates=%u (%.3f)\n", names[side], n, reached,
			n ? (double)reached / n : 0);
	}
}

static int train_rankers(struct who_cases *s, struct err *e)
{
	for (int side = 0; side < N_WHO_SIDES; side++)
		for (uint32_t g = 0; g <= WHO_GROUPS; g++) {
			struct linear_options o = {.n_classes = 2,
						   .epochs = 12,
						   .rate = option("RATE_ARG", 0.02),
						   .l2 = option("L2_ARG", 2e-4),
						   .least = option("LEAST_ARG", 0.02),
						   .min_count = (uint32_t)option("MIN_ARG", 4),
						   .skip_group = g};

			linear_train(s->linear[side], &o, &s->rankers[side][g]);
			if (linear_open(&s->ranker[side][g], buf_str(&s->rankers[side][g]), e) < 0)
				return -1;
		}
	return 0;
}

static void score(struct who_cases *s)
{
	for (uint32_t c = 0; c < s->n; c++)
		for (uint32_t i = s->cases[c].first; i < s->cases[c].first + s->cases[c].n; i++)
			for (int side = 0; side < N_WHO_SIDES; side++) {
				struct labelled_arg *a = &s->args[i];
				struct features f = {.h = s->features + a->features[side],
						     .n = a->n_features[side]};

				a->arg.logit[side] =
					linear_logit(&s->ranker[side][s->cases[c].group], &f);
			}
}

/* The rows of one case; the source by the trees that have not seen it. */
static uint32_t rows_of(const struct who_cases *s, const struct who_case *x, enum who_side side,
			struct who_actor out[static EVENT_ARGS_MAX])
{
	struct who_arg list[EVENT_ARGS_MAX];
	int32_t source = -1;
	double p_source = 0;

	for (uint32_t i = 0; i < x->n; i++)
		list[i] = s->args[x->first + i].arg;
	if (side == WHO_TARGET) {
		uint32_t n = who_actors(list, x->n, WHO_SOURCE, -1, 0, out);

		for (uint32_t k = 0; k < n; k++) {
			double p = trees_yes(&s->forest[WHO_SOURCE][x->group], out[k].values);

			if (p > p_source) {
				p_source = p;
				source = (int32_t)out[k].arg;
			}
		}
	}
	return who_actors(list, x->n, side, source, p_source, out);
}

static int train_trees(struct who_cases *s, enum who_side side, struct err *e)
{
	struct trees_set set = {.n_features = WHO_VALUES};
	int rc = 0;

	for (uint32_t c = 0; c < s->n; c++) {
		struct who_actor rows[EVENT_ARGS_MAX];
		uint32_t n = rows_of(s, &s->cases[c], side, rows);

		for (uint32_t k = 0; k < n; k++) {
			const struct labelled_arg *a = &s->args[s->cases[c].first + rows[k].arg];
			double w = s->cases[c].tested ? option("WHO_GOLD", 2) : 1;

			if (a->arg.logit[side] < WHO_LEAST)
				continue;
			trees_set_add(&set, rows[k].values, a->right[side], w,
				      (uint8_t)s->cases[c].group);
		}
	}
	for (uint32_t g = 0; rc == 0 && g <= WHO_GROUPS; g++) {
		struct trees_options o = {.n_trees = (uint32_t)option("WHO_TREES", 300),
					  .rate = option("WHO_RATE", 0.1),
					  .l2 = option("WHO_L2", 20),
					  .skip_group = g ? (int)g : -1};

		trees_train(&set, &o, &s->trees[side][g]);
		rc = trees_open(&s->forest[side][g], buf_str(&s->trees[side][g]), WHO_VALUES, e);
	}
	trees_set_free(&set);
	return rc;
}

/* One side of one event, as event_who.c would choose it from the trees that have not seen it. */
struct outcome {
	bool right;
	uint32_t n, first; /* how many have a code; the likeliest */
	double p;          /* its chance */
};

static bool is_new(const uint32_t *codes, uint32_t n, uint32_t code)
{
	for (uint32_t i = 0; i < n; i++)
		if (codes[i] == code && code)
			return false;
	return true;
}

static struct outcome try_side(const struct who_cases *s, const struct who_case *x,
			       enum who_side side, uint32_t source)
{
	const struct who_limits l = who_cases_model(s, x->group).limits;
	double first = side == WHO_SOURCE ? 0 : (double)l.target;
	double more = side == WHO_SOURCE ? (double)l.source_more : (double)l.target_more;
	struct who_actor rows[EVENT_ARGS_MAX];
	uint32_t n = rows_of(s, x, side, rows), codes[EVENT_ARGS_MAX], best = UINT32_MAX;
	struct outcome o = {0};

	for (uint32_t k = 0; k < n; k++) {
		uint32_t entity = s->args[x->first + rows[k].arg].arg.entity;

		rows[k].p = s->args[x->first + rows[k].arg].arg.logit[side] < WHO_LEAST
				    ? 0
				    : trees_yes(&s->forest[side][x->group], rows[k].values);
		if (side == WHO_TARGET && entity == source)
			rows[k].p = -1;
		if (rows[k].p >= first && (best == UINT32_MAX || rows[k].p > rows[best].p))
			best = k;
	}
	for (uint32_t k = 0; k <= n && best < n; k++) { /* the best, then all in their order */
		uint32_t at = k ? k - 1 : best;
		const struct labelled_arg *a = &s->args[x->first + rows[at].arg];

		if (k && (at == best || rows[at].p < more || !is_new(codes, o.n, a->arg.code)))
			continue;
		o.right |= a->exact[side];
		if (a->arg.code)
			codes[o.n++] = a->arg.code;
		if (!k) {
			o.first = a->arg.entity;
			o.p = rows[at].p;
		}
	}
	return o;
}

static void report_choices(const struct who_cases *s)
{
	uint32_t n = 0, n_source = 0, n_target = 0, source_right = 0, target_right = 0, both = 0;
	uint32_t tenths[10] = {0}, tenths_right[10] = {0}; /* sources by their chance */

	for (uint32_t c = 0; c < s->n; c++) {
		const struct who_case *x = &s->cases[c];
		struct outcome from, to;

		if (!x->tested)
			continue;
		from = try_side(s, x, WHO_SOURCE, 0);
		to = try_side(s, x, WHO_TARGET, from.first);
		to.right |= !x->wants[WHO_TARGET];
		n++;
		tenths[from.p < 1 ? (int)(from.p * 10) : 9]++;
		tenths_right[from.p < 1 ? (int)(from.p * 10) : 9] += from.right;
		n_source += from.n;
		n_target += to.n;
		source_right += from.right;
		target_right += to.right;
		both += from.right && to.right;
	}
	if (n)
		fprintf(stderr,
			"known triggers=%u source=%.3f target=%.3f both=%.3f, %.2f sources and "
			"%.2f targets an event\n",
			n, (double)source_right / n, (double)target_right / n, (double)both / n,
			(double)n_source / n, (double)n_target / n);
	for (int i = 0; i < 10; i++)
		fprintf(stderr, "source from 0.%d: %u of %u right\n", i, tenths_right[i],
			tenths[i]);
}

struct who_model who_cases_model(const struct who_cases *s, uint32_t group)
{
	return (struct who_model){
		.trained = true,
		.linear = {s->ranker[WHO_SOURCE][group], s->ranker[WHO_TARGET][group]},
		.trees = {s->forest[WHO_SOURCE][group], s->forest[WHO_TARGET][group]},
		.limits = {.source_more = (float)option("T_SOURCE", 0.25),
			   .target = (float)option("T_TARGET", 0.03),
			   .target_more = (float)option("T_TARGET_MORE", 0.10)}};
}

int who_cases_train(struct who_cases *s, struct err *e)
{
	if (train_rankers(s, e) < 0)
		return -1;
	score(s);
	if (train_trees(s, WHO_SOURCE, e) < 0 || train_trees(s, WHO_TARGET, e) < 0)
		return -1;
	report_choices(s);
	return 0;
}

void who_cases_write(const struct who_cases *s, struct image_writer *w)
{
	struct who_limits limits = who_cases_model(s, 0).limits;

	image_writer_add(w, "event.source", s->rankers[WHO_SOURCE][0].p,
			 s->rankers[WHO_SOURCE][0].n);
	image_writer_add(w, "event.target", s->rankers[WHO_TARGET][0].p,
			 s->rankers[WHO_TARGET][0].n);
	image_writer_add(w, "event.who.source", s->trees[WHO_SOURCE][0].p,
			 s->trees[WHO_SOURCE][0].n);
	image_writer_add(w, "event.who.target", s->trees[WHO_TARGET][0].p,
			 s->trees[WHO_TARGET][0].n);
	image_writer_add(w, "event.who.limits", &limits, sizeof(limits));
}
