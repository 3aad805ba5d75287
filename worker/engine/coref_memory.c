#include "worker/engine/coref_memory.h"

#include "worker/engine/coref_set.h"

struct remembered {
	struct entity entity; /* strings in the memory's arena */
	struct coref_facts facts;
	uint32_t id;  /* in the joined result */
	uint32_t age; /* windows since it was last mentioned */
};

struct name_key {
	uint64_t key;
	uint32_t entity; /* place in `entities` */
};

struct coref_memory {
	struct arena arena, next; /* strings; the other one while a window is taken in */
	struct remembered entities[COREF_MEMORY_MAX];
	struct name_key *keys; /* [n_keys] in the arena */
	uint32_t n, n_keys;
	int32_t voice; /* place in `entities`, -1 none */
};

enum { FIRST = ENTITY_DOC_AUTHOR + 1 }; /* where the remembered ones stand in a document */

struct coref_memory *coref_memory_new(void)
{
	struct coref_memory *m = mem_alloc(sizeof(*m));

	m->voice = -1;
	return m;
}

void coref_memory_free(struct coref_memory *m)
{
	if (!m)
		return;
	arena_free(&m->arena);
	arena_free(&m->next);
	mem_free(m);
}

void coref_memory_clear(struct coref_memory *m)
{
	arena_reset(&m->arena, 0);
	arena_reset(&m->next, 0);
	m->keys = NULL;
	m->n = m->n_keys = 0;
	m->voice = -1;
}

void coref_memory_seed(struct coref *c)
{
	const struct coref_memory *m = c->doc->memory;

	if (!m)
		return;
	for (uint32_t i = 0; i < m->n; i++) {
		int32_t e = coref_new_entity(c);

		c->doc->entities[e] = m->entities[i].entity;
		c->facts[e] = m->entities[i].facts;
	}
	for (uint32_t i = 0; i < m->n_keys; i++)
		coref_put(c, m->keys[i].key, FIRST + (int32_t)m->keys[i].entity);
}

void coref_memory_names(struct coref *c)
{
	const struct coref_memory *m = c->doc->memory;

	for (uint32_t i = 0; m && i < m->n_keys; i++)
		coref_put(c, m->keys[i].key, 1);
}

bool coref_memory_voice(const struct coref *c, int32_t *voice)
{
	const struct coref_memory *m = c->doc->memory;

	if (!m || !c->doc->goes_on)
		return false;
	*voice = m->voice < 0 ? -1 : FIRST + m->voice;
	return true;
}

uint32_t coref_memory_id(const struct doc *d, uint32_t i)
{
	const struct coref_memory *m = d->memory;

	return m && i >= FIRST && i - FIRST < m->n ? m->entities[i - FIRST].id : UINT32_MAX;
}

/* ---- taking a window in ---- */

static uint32_t age_of(const struct coref_memory *m, const struct doc *d, uint32_t i)
{
	if (d->entities[i].n_mentions || (int32_t)i == d->sentences[0].voice)
		return 0;
	return i - FIRST < m->n ? m->entities[i - FIRST].age + 1 : UINT32_MAX;
}

/* Those younger than `limit` are kept, and `room` of those that are as old. */
struct cut {
	uint32_t limit, room;
};

static struct cut cut_by_age(const uint32_t *ages, uint32_t n)
{
	enum { AGES = 256 };
	uint32_t count[AGES] = {0}, sum = 0;

	for (uint32_t i = 0; i < n; i++)
		if (ages[i] < AGES)
			count[ages[i]]++;
	for (uint32_t a = 0; a < AGES; sum += count[a++])
		if (sum + count[a] > COREF_MEMORY_MAX)
			return (struct cut){a, COREF_MEMORY_MAX - sum};
	return (struct cut){AGES, 0};
}

static void copy_strings(struct arena *a, struct entity *e)
{
	e->name = arena_str(a, e->name);
	e->code = arena_str(a, e->code);
	e->role = arena_str(a, e->role);
	e->rule = arena_str(a, e->rule);
	e->mentions = NULL;
	e->n_mentions = e->cap = 0;
}

static struct remembered remember(struct arena *a, const struct coref *c, uint32_t i, uint32_t id,
				  uint32_t age)
{
	struct remembered r = {
		.entity = c->doc->entities[i], .facts = c->facts[i], .id = id, .age = age};

	copy_strings(a, &r.entity);
	r.facts.last = -1;
	return r;
}

/* place[i]: where the document's i-th entity is remembered, plus one; 0 forgotten. */
static void keep_keys(struct coref_memory *m, const struct coref *c, const uint32_t *place)
{
	m->keys = ARENA_ARRAY(&m->next, struct name_key, c->n_keys + 1);
	m->n_keys = 0;
	for (uint32_t s = 0; s < c->n_slots; s++) {
		int32_t e = c->keys[s] ? c->values[s] : 0;

		if (e > ENTITY_DOC_AUTHOR && place[e])
			m->keys[m->n_keys++] = (struct name_key){c->keys[s], place[e] - 1};
	}
}

void coref_memory_keep(struct coref_memory *m, const struct doc *d, const uint32_t *ids)
{
	const struct coref *c = d->coref;
	uint32_t n_known = c ? c->n_known : 0, n = 0;
	uint32_t *ages = ARENA_ARRAY(d->arena, uint32_t, n_known + 1);
	uint32_t *place = ARENA_ARRAY(d->arena, uint32_t, n_known + 1);
	struct remembered *kept = ARENA_ARRAY(d->arena, struct remembered, COREF_MEMORY_MAX);
	int32_t voice = d->n_sentences ? d->sentences[0].voice : -1;
	struct arena swap;
	struct cut cut;

	if (!c || !d->n_sentences)
		return;
	for (uint32_t i = 0; i < n_known; i++)
		ages[i] = i < FIRST || ids[i] == UINT32_MAX || !c->facts[i].named ? UINT32_MAX
										  : age_of(m, d, i);
	cut = cut_by_age(ages, n_known);
	for (uint32_t i = FIRST; i < n_known; i++) {
		if (ages[i] > cut.limit || (ages[i] == cut.limit && cut.room == 0))
			continue;
		cut.room -= ages[i] == cut.limit;
		kept[n++] = remember(&m->next, c, i, ids[i], ages[i]);
		place[i] = n;
	}
	keep_keys(m, c, place);
	m->voice = voice >= FIRST && (uint32_t)voice < n_known ? (int32_t)place[voice] - 1 : -1;
	memcpy(m->entities, kept, n * sizeof(*kept));
	m->n = n;
	swap = m->arena;
	m->arena = m->next;
	m->next = swap;
	arena_reset(&m->next, 0);
}
