#include "worker/engine/gather.h"

#include <xxhash.h>

static const uint32_t NONE = UINT32_MAX;

enum { BINS = 256, ENTITIES_MAX = RESULT_ID_MAX, UNNAMED_MAX = 8, USUAL = 512 };

struct gather {
	size_t record_max;
	struct str usual[USUAL];        /* strings of the arena that may come again, by hash */
	struct arena arena, spare;      /* strings; the other one while they are thinned out */
	struct result_entity *entities; /* [n_entities], their mentions single blocks */
	uint32_t *cap_mentions;
	struct result_event *events;
	struct result_stance *stances;
	uint32_t n_entities, n_events, n_stances, n_warnings;
	uint32_t cap_entities, cap_caps, cap_events, cap_stances, cap_warnings;
	struct str *warnings;
	uint64_t sentences, tokens, chars;
	size_t entity_bytes, bytes; /* of the record: entities; events and stances */
	int floor;                  /* bin of confidence below which nothing is kept */
	bool full;                  /* the whole text's entities, events and stances are too many */
	uint32_t lost_entities, lost_events, lost_stances;
	uint32_t unnamed[UNNAMED_MAX], n_unnamed; /* entities that no words name: the author */
};

struct gather *gather_new(size_t record_max)
{
	struct gather *g = mem_alloc(sizeof(*g));

	g->record_max = record_max;
	return g;
}

void gather_clear(struct gather *g)
{
	for (uint32_t i = 0; i < g->n_entities; i++)
		mem_free(g->entities[i].mentions);
	mem_free(g->entities);
	mem_free(g->cap_mentions);
	mem_free(g->events);
	mem_free(g->stances);
	mem_free(g->warnings);
	arena_free(&g->arena);
	arena_free(&g->spare);
	*g = (struct gather){.record_max = g->record_max};
}

void gather_free(struct gather *g)
{
	if (!g)
		return;
	gather_clear(g);
	mem_free(g);
}

static int bin_of(double confidence)
{
	int b = (int)(confidence * BINS);

	return b < 0 ? 0 : b >= BINS ? BINS - 1 : b;
}

/* ---- what a piece takes in the record: keys and numbers, and its strings ---- */

enum { EVENT_BYTES = 390, STANCE_BYTES = 320, ENTITY_BYTES = 64, SPAN_BYTES = 11, ID_BYTES = 5 };

static size_t event_bytes(const struct result_event *v)
{
	size_t n = EVENT_BYTES + v->text.n + v->rule.n + v->date.text.n + v->place.name.n;

	for (uint32_t i = 0; i < v->n_contexts; i++)
		n += 5 + v->contexts[i].n;
	return n + ID_BYTES * ((size_t)v->source.n + v->target.n + v->by.n + v->doubtful.n);
}

static size_t stance_bytes(const struct result_stance *s)
{
	return STANCE_BYTES + s->text.n + s->rule.n + s->target.text.n + s->target.key.n +
	       ID_BYTES * ((size_t)s->holder.n + s->by.n + s->target.about.n);
}

/* ---- copies ---- */

/* Codes, rules and dates come again and again. */
static struct str copy_usual(struct gather *g, struct str s)
{
	struct str *slot = &g->usual[XXH3_64bits(s.p, s.n) % USUAL];

	if (s.n == 0)
		return STR("");
	if (!str_eq(*slot, s))
		*slot = arena_str(&g->arena, s);
	return *slot;
}

static struct id_list copy_ids(struct arena *a, const struct id_list *l, const uint32_t *ids)
{
	struct id_list out = {l->n ? ARENA_ARRAY(a, uint32_t, l->n) : NULL, l->n};

	for (uint32_t i = 0; i < l->n; i++)
		out.ids[i] = ids ? ids[l->ids[i]] : l->ids[i];
	return out;
}

/* Neighbours often have the sentence in common. */
static struct str copy_text(struct arena *a, struct str text, struct str last)
{
	return str_eq(text, last) ? last : arena_str(a, text);
}

static struct result_event copy_event(struct gather *g, const struct result_event *v,
				      const uint32_t *ids, struct str last)
{
	struct arena *a = &g->arena;
	struct result_event out = *v;

	out.mode = copy_usual(g, v->mode);
	out.contexts = v->n_contexts ? ARENA_ARRAY(a, struct str, v->n_contexts) : NULL;
	for (uint32_t i = 0; i < v->n_contexts; i++)
		out.contexts[i] = copy_usual(g, v->contexts[i]);
	out.cameo = copy_usual(g, v->cameo);
	out.source = copy_ids(a, &v->source, ids);
	out.target = copy_ids(a, &v->target, ids);
	out.by = copy_ids(a, &v->by, ids);
	out.doubtful = copy_ids(a, &v->doubtful, ids);
	out.text = copy_text(a, v->text, last);
	out.date.start = copy_usual(g, v->date.start);
	out.date.end = copy_usual(g, v->date.end);
	out.date.text = copy_usual(g, v->date.text);
	out.place.name = copy_usual(g, v->place.name);
	out.place.country = copy_usual(g, v->place.country);
	out.rule = copy_usual(g, v->rule);
	return out;
}

static struct result_stance copy_stance(struct gather *g, const struct result_stance *s,
					const uint32_t *ids, struct str last)
{
	struct arena *a = &g->arena;
	struct result_stance out = *s;

	out.holder = copy_ids(a, &s->holder, ids);
	out.by = copy_ids(a, &s->by, ids);
	out.target.text = copy_usual(g, s->target.text);
	out.target.about = copy_ids(a, &s->target.about, ids);
	out.target.topic = copy_usual(g, s->target.topic);
	out.target.key = copy_usual(g, s->target.key);
	if (ids && s->target.entity >= 0)
		out.target.entity = ids[s->target.entity];
	out.text = copy_text(a, s->text, last);
	out.rule = copy_usual(g, s->rule);
	return out;
}

static struct span moved(struct span s, uint32_t base)
{
	return (struct span){s.start + base, s.end + base};
}

/* ---- entities ---- */

static bool kept_mention(const struct gather_part *p, struct span s)
{
	return s.start >= p->context;
}

static void add_mention(struct gather *g, uint32_t id, struct span s)
{
	struct result_entity *e = &g->entities[id];

	if (e->n_mentions == RESULT_SPANS_MAX)
		return;
	if (e->n_mentions == g->cap_mentions[id]) { /* most have one or two */
		g->cap_mentions[id] = g->cap_mentions[id] ? 2 * g->cap_mentions[id] : 2;
		e->mentions = mem_resize(e->mentions, g->cap_mentions[id] * sizeof(*e->mentions));
	}
	e->mentions[e->n_mentions++] = s;
	g->entity_bytes += SPAN_BYTES;
}

static uint32_t new_entity(struct gather *g)
{
	if (g->n_entities == ENTITIES_MAX)
		return NONE;
	MEM_GROW(g->cap_mentions, g->n_entities, g->cap_caps);
	MEM_GROW(g->entities, g->n_entities, g->cap_entities);
	g->cap_mentions[g->n_entities] = 0;
	g->entities[g->n_entities] = (struct result_entity){.id = g->n_entities};
	return g->n_entities++;
}

/* A later window may know more of an entity that an earlier one has found. */
static void describe(struct gather *g, uint32_t id, const struct result_entity *e)
{
	struct result_entity *to = &g->entities[id];

	g->entity_bytes -= to->name.n + to->code.n + to->role.n;
	if (!str_eq(to->name, e->name))
		to->name = arena_str(&g->arena, e->name);
	if (!str_eq(to->code, e->code))
		to->code = copy_usual(g, e->code);
	if (!str_eq(to->role, e->role))
		to->role = copy_usual(g, e->role);
	to->kind = e->kind;
	g->entity_bytes += to->name.n + to->code.n + to->role.n;
}

/* The author is the same in all windows, and so is whoever is only understood. */
static uint32_t find_unnamed(const struct gather *g, const struct result_entity *e)
{
	for (uint32_t i = 0; i < g->n_unnamed; i++) {
		const struct result_entity *x = &g->entities[g->unnamed[i]];

		if (str_eq(x->name, e->name) && str_eq(x->code, e->code) && x->kind == e->kind)
			return g->unnamed[i];
	}
	return NONE;
}

static uint32_t join_entity(struct gather *g, const struct gather_part *p,
			    const struct result_entity *e, bool named)
{
	uint32_t id = p->known[e->id], n = 0;

	for (uint32_t i = 0; i < e->n_mentions; i++)
		n += kept_mention(p, e->mentions[i]);
	if (id == NONE && e->n_mentions == 0)
		id = find_unnamed(g, e);
	if (id == NONE && (n || named)) {
		id = new_entity(g);
		g->entity_bytes += id == NONE ? 0 : ENTITY_BYTES;
		if (id != NONE && e->n_mentions == 0 && g->n_unnamed < UNNAMED_MAX)
			g->unnamed[g->n_unnamed++] = id;
	}
	if (id == NONE)
		return NONE;
	describe(g, id, e);
	for (uint32_t i = 0; i < e->n_mentions; i++)
		if (kept_mention(p, e->mentions[i]))
			add_mention(g, id, moved(e->mentions[i], p->base));
	return id;
}

static void mark(bool *named, const struct id_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		named[l->ids[i]] = true;
}

/* Whom a record that stays names. */
static void mark_event(bool *named, const struct result_event *v)
{
	mark(named, &v->source);
	mark(named, &v->target);
	mark(named, &v->by);
}

static void mark_stance(bool *named, const struct result_stance *s)
{
	mark(named, &s->holder);
	mark(named, &s->by);
	mark(named, &s->target.about);
	if (s->target.entity >= 0)
		named[s->target.entity] = true;
}

static bool all_have(const struct id_list *l, const uint32_t *ids)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (ids[l->ids[i]] == NONE)
			return false;
	return true;
}

static bool event_stays(const struct gather *g, const struct gather_part *p,
			const struct result_event *v)
{
	return v->trigger.start >= p->context && bin_of(v->confidence) >= g->floor;
}

static bool stance_stays(const struct gather *g, const struct gather_part *p,
			 const struct result_stance *s)
{
	return s->trigger.start >= p->context && bin_of(s->confidence) >= g->floor;
}

static void join_entities(struct gather *g, const struct gather_part *p, uint32_t *ids)
{
	const struct result *r = p->result;
	bool *named = mem_alloc(p->n_known + 1);

	for (uint32_t i = 0; i < r->n_events; i++)
		if (event_stays(g, p, &r->events[i]))
			mark_event(named, &r->events[i]);
	for (uint32_t i = 0; i < r->n_stances; i++)
		if (stance_stays(g, p, &r->stances[i]))
			mark_stance(named, &r->stances[i]);
	for (uint32_t i = 0; i < p->n_known; i++)
		ids[i] = p->known[i];
	for (uint32_t i = 0; i < r->n_entities; i++)
		ids[r->entities[i].id] =
			join_entity(g, p, &r->entities[i], named[r->entities[i].id]);
	mem_free(named);
}

/* ---- events and stances ---- */

/* first[i]: the kept event, counted from 1, that stands for the i-th of the window (or of the list
 * before thinning), 0 none: where the first telling of an act is gone the next one takes over. */
static uint32_t same_as(uint32_t *first, uint32_t i, uint32_t same, uint32_t kept)
{
	uint32_t root = same ? same - 1 : i;

	if (first[root])
		return first[root];
	first[root] = kept + 1;
	return 0;
}

static void join_events(struct gather *g, const struct gather_part *p, const uint32_t *ids)
{
	const struct result *r = p->result;
	uint32_t *first = mem_alloc((r->n_events + 1) * sizeof(*first));
	struct str last = STR("");

	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *v = &r->events[i];
		struct result_event *to;

		if (v->trigger.start < p->context)
			continue;
		if (!event_stays(g, p, v) || g->n_events == RESULT_EVENTS_MAX ||
		    !all_have(&v->source, ids) || !all_have(&v->target, ids) ||
		    !all_have(&v->by, ids)) {
			g->lost_events++;
			continue;
		}
		MEM_GROW(g->events, g->n_events, g->cap_events);
		to = &g->events[g->n_events];
		*to = copy_event(g, v, ids, last);
		to->trigger = moved(v->trigger, p->base);
		to->sentence = moved(v->sentence, p->base);
		to->same_as = same_as(first, i, v->same_as, g->n_events);
		last = to->text;
		g->bytes += event_bytes(to);
		g->n_events++;
	}
	mem_free(first);
}

static void join_stances(struct gather *g, const struct gather_part *p, const uint32_t *ids)
{
	const struct result *r = p->result;
	struct str last = STR("");

	for (uint32_t i = 0; i < r->n_stances; i++) {
		const struct result_stance *s = &r->stances[i];
		struct result_stance *to;

		if (s->trigger.start < p->context)
			continue;
		if (!stance_stays(g, p, s) || g->n_stances == RESULT_STANCES_MAX ||
		    !all_have(&s->holder, ids) || !all_have(&s->by, ids) ||
		    !all_have(&s->target.about, ids) ||
		    (s->target.entity >= 0 && ids[s->target.entity] == NONE)) {
			g->lost_stances++;
			continue;
		}
		MEM_GROW(g->stances, g->n_stances, g->cap_stances);
		to = &g->stances[g->n_stances++];
		*to = copy_stance(g, s, ids, last);
		to->trigger = moved(s->trigger, p->base);
		to->sentence = moved(s->sentence, p->base);
		to->target.span = moved(s->target.span, p->base);
		last = to->text;
		g->bytes += stance_bytes(to);
	}
}

/* ---- thinning out ---- */

/* What stays: all from a bin on, and of the bin below the first ones, as far as there is room. */
struct keep {
	int floor;
	size_t room;
};

static bool stays(struct keep *k, double confidence, size_t bytes)
{
	int bin = bin_of(confidence);

	if (bin >= k->floor)
		return true;
	if (bin + 1 < k->floor || bytes > k->room)
		return false;
	k->room -= bytes;
	return true;
}

/* The bin below is kept in part where the others take less than half of the room: else what is
 * equally certain could leave the record empty. */
static struct keep keep_for(const struct gather *g, size_t room)
{
	size_t bytes[BINS] = {0}, sum = 0;
	int b;

	for (uint32_t i = 0; i < g->n_events; i++)
		bytes[bin_of(g->events[i].confidence)] += event_bytes(&g->events[i]);
	for (uint32_t i = 0; i < g->n_stances; i++)
		bytes[bin_of(g->stances[i].confidence)] += stance_bytes(&g->stances[i]);
	for (b = BINS; b > 0 && sum + bytes[b - 1] <= room; b--)
		sum += bytes[b - 1];
	return (struct keep){b, sum < room / 2 ? room - sum : 0};
}

static void thin_events(struct gather *g, struct keep *k)
{
	uint32_t *first = mem_alloc((g->n_events + 1) * sizeof(*first)), n = 0;
	struct str last = STR("");

	for (uint32_t i = 0; i < g->n_events; i++) {
		const struct result_event *v = &g->events[i];
		uint32_t same = v->same_as;

		if (!stays(k, v->confidence, event_bytes(v))) {
			g->lost_events++;
			continue;
		}
		g->events[n] = copy_event(g, v, NULL, last);
		g->events[n].same_as = same_as(first, i, same, n);
		last = g->events[n].text;
		g->bytes += event_bytes(&g->events[n++]);
	}
	g->n_events = n;
	mem_free(first);
}

static void thin_stances(struct gather *g, struct keep *k)
{
	struct str last = STR("");
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->n_stances; i++) {
		if (!stays(k, g->stances[i].confidence, stance_bytes(&g->stances[i]))) {
			g->lost_stances++;
			continue;
		}
		g->stances[n] = copy_stance(g, &g->stances[i], NULL, last);
		last = g->stances[n].text;
		g->bytes += stance_bytes(&g->stances[n++]);
	}
	g->n_stances = n;
}

/* Whom the events and stances name: yours. */
static bool *named_now(const struct gather *g)
{
	bool *named = mem_alloc(g->n_entities + 1);

	for (uint32_t i = 0; i < g->n_events; i++)
		mark_event(named, &g->events[i]);
	for (uint32_t i = 0; i < g->n_stances; i++)
		mark_stance(named, &g->stances[i]);
	return named;
}

/* In a full record only entities that are named have a place. */
static void count_entities(struct gather *g)
{
	bool *named = named_now(g);

	g->full = true;
	g->entity_bytes = 0;
	for (uint32_t i = 0; i < g->n_entities; i++) {
		const struct result_entity *e = &g->entities[i];

		if (named[i])
			g->entity_bytes += ENTITY_BYTES + e->name.n + e->code.n + e->role.n +
					   SPAN_BYTES * (size_t)e->n_mentions;
	}
	mem_free(named);
}

static void drop_unnamed(struct gather *g)
{
	bool *named = named_now(g);
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->n_entities; i++) {
		if (named[i])
			g->entities[n++] = g->entities[i];
		else
			mem_free(g->entities[i].mentions);
	}
	g->lost_entities = g->n_entities - n;
	g->n_entities = n;
	mem_free(named);
}

/* So much that it is not done again for every window. */
static void raise_floor(struct gather *g)
{
	size_t room = g->record_max > g->entity_bytes ? g->record_max - g->entity_bytes : 0;
	struct keep keep = keep_for(g, room / 4 * 3);
	struct arena swap;

	g->floor = keep.floor > g->floor ? keep.floor : g->floor;
	g->bytes = 0;
	swap = g->arena; /* what stays is copied out of the old arena */
	g->arena = g->spare;
	g->spare = swap;
	memset(g->usual, 0, sizeof(g->usual));
	thin_events(g, &keep);
	thin_stances(g, &keep);
	for (uint32_t i = 0; i < g->n_entities; i++) {
		struct result_entity *e = &g->entities[i];

		e->name = arena_str(&g->arena, e->name);
		e->code = copy_usual(g, e->code);
		e->role = copy_usual(g, e->role);
	}
	for (uint32_t i = 0; i < g->n_warnings; i++)
		g->warnings[i] = arena_str(&g->arena, g->warnings[i]);
	arena_free(&g->spare);
}

/* First goes who takes part in nothing, then what is least certain. */
static void thin_out(struct gather *g)
{
	count_entities(g);
	if (g->entity_bytes + g->bytes > g->record_max)
		raise_floor(g);
}

/* ---- the whole ---- */

static void join_warnings(struct gather *g, const struct result *r)
{
	for (uint32_t i = 0; i < r->n_warnings; i++) {
		bool known = g->n_warnings >= RESULT_WARNINGS_MAX - 1;

		for (uint32_t k = 0; k < g->n_warnings && !known; k++)
			known = str_eq(g->warnings[k], r->warnings[i]);
		if (known)
			continue;
		MEM_GROW(g->warnings, g->n_warnings, g->cap_warnings);
		g->warnings[g->n_warnings++] = arena_str(&g->arena, r->warnings[i]);
	}
}

void gather_add(struct gather *g, const struct gather_part *p, uint32_t *ids)
{
	join_entities(g, p, ids);
	join_events(g, p, ids);
	join_stances(g, p, ids);
	join_warnings(g, p->result);
	g->chars += p->result->stats.chars - p->context;
	g->sentences += p->result->stats.sentences;
	g->tokens += p->result->stats.tokens;
	if (g->entity_bytes + g->bytes > g->record_max)
		thin_out(g);
}

void gather_finish(struct gather *g, struct result *out)
{
	if (g->full)
		drop_unnamed(g);
	if (g->full) {
		MEM_GROW(g->warnings, g->n_warnings, g->cap_warnings);
		g->warnings[g->n_warnings++] = arena_printf(
			&g->arena,
			"the record is full: left out are %u entities that nothing else names, and "
			"of confidence below %.2f %u events and %u stances",
			g->lost_entities, (double)g->floor / BINS, g->lost_events, g->lost_stances);
	}
	out->entities = g->entities;
	out->n_entities = g->n_entities;
	out->events = g->events;
	out->n_events = g->n_events;
	out->stances = g->stances;
	out->n_stances = g->n_stances;
	out->warnings = g->warnings;
	out->n_warnings = g->n_warnings;
	out->stats.chars = g->chars;
	out->stats.sentences = g->sentences;
	out->stats.tokens = g->tokens;
}
