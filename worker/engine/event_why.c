#include "worker/engine/event_why.h"

static const struct event_candidate *candidate_at(const struct event_ground *g, int32_t tok,
						  uint32_t *index)
{
	for (uint32_t i = 0; i < g->n_candidates; i++)
		if (g->candidates[i].tok == tok) {
			*index = i;
			return &g->candidates[i];
		}
	return NULL;
}

static void weigh_types(const struct event_model *m, const struct event_ground *g, uint32_t c,
			struct features *f, struct event_why *out)
{
	const float *p = event_score(m, g, f).p[c];

	for (uint32_t t = 0; t < N_EVENT_TYPES; t++) {
		double x = (double)p[t];
		uint32_t at = t;

		for (; at > 0 && out->types[at - 1].p < x; at--)
			out->types[at] = out->types[at - 1];
		out->types[at] = (struct event_why_type){(enum event_type)t, x};
	}
}

/* "PASSIVE_SUBJECT" as one says it. */
static struct str place_name(struct doc *d, enum arg_place place)
{
	static const char *const names[] = {
#define X(name) [ARG_##name] = #name,
		ARG_PLACES(X)
#undef X
	};
	struct str s = arena_str(d->arena, str_of(names[place]));

	for (size_t i = 0; i < s.n; i++) {
		char *c = (char *)(uintptr_t)s.p + i;

		*c = *c == '_' ? ' ' : (char)(*c - 'A' + 'a');
	}
	return s;
}

static bool is_among(const struct id_list *l, uint32_t entity)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->ids[i] == entity)
			return true;
	return false;
}

/* Each actor once, where it is likeliest; the list stays sorted. */
static uint32_t keep(struct event_why_actor *list, uint32_t n, const struct event_why_actor *x)
{
	uint32_t at;

	for (uint32_t i = 0; i < n; i++)
		if (list[i].entity == x->entity) {
			if (list[i].p >= x->p)
				return n;
			memmove(list + i, list + i + 1, (n - i - 1) * sizeof(*list));
			n--;
			break;
		}
	if (n == EVENT_WHY_ACTORS) {
		if (list[n - 1].p >= x->p)
			return n;
		n--;
	}
	for (at = n; at > 0 && list[at - 1].p < x->p; at--)
		list[at] = list[at - 1];
	list[at] = *x;
	return n + 1;
}

/* A request in progress. */
/* Sources are weighed first: targets are ranked beside the likeliest. */
static uint32_t weigh_side(struct doc *d, struct who *w, enum who_side side,
			   const struct id_list *chosen, const struct id_list *doubtful,
			   struct event_why_actor *out)
{
	struct who_actor actors[EVENT_ARGS_MAX];
	uint32_t n_actors = who_weigh(w, side, actors), n = 0;

	for (uint32_t k = 0; k < n_actors; k++) {
		const struct who_arg *a = &w->args[actors[k].arg];
		struct event_why_actor x = {.entity = a->entity,
					    .place = place_name(d, a->place),
					    .p = actors[k].p,
					    .chosen = is_among(chosen, a->entity),
					    .doubtful = is_among(doubtful, a->entity)};

		n = keep(out, n, &x);
		if (side == WHO_SOURCE && chosen->n && a->entity == chosen->ids[0]) {
			w->source = (int32_t)actors[k].arg;
			w->p_source = actors[k].p;
		}
	}
	return n;
}

static void name_frames(const struct event_ground *g, struct doc *d,
			const struct event_candidate *c, struct event_why *out)
{
	out->frames = ARENA_ARRAY(d->arena, struct str, c->n_matches);
	for (uint32_t i = 0; i < c->n_matches; i++)
		out->frames[out->n_frames++] = frame_name(g->book, c->matches[i].frame);
}

bool event_why(const struct event_model *m, struct doc *d, uint32_t event, struct event_why *out)
{
	const struct result_event *v = &d->events[event];
	struct event_arg args[EVENT_ARGS_MAX];
	struct event_ground ground;
	struct features f = {0};
	struct event_context x = {.type = v->type, .args = args};
	struct who w;
	uint32_t index = 0;

	*out = (struct event_why){0};
	event_ground_init(&ground, m->book, &m->clusters, d);
	x.candidate = candidate_at(&ground, d->event_tok[event], &index);
	if (!x.candidate)
		return false;
	weigh_types(m, &ground, index, &f, out);
	x.n_args = event_args(&ground, d->event_tok[event], args);
	who_rank(&w, &m->who, &ground, &x, &f);
	out->n_sources = weigh_side(d, &w, WHO_SOURCE, &v->source, &v->doubtful, out->sources);
	out->n_targets = weigh_side(d, &w, WHO_TARGET, &v->target, &v->doubtful, out->targets);
	name_frames(&ground, d, x.candidate, out);
	features_free(&f);
	return true;
}
