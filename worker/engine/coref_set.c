#include "worker/engine/coref_set.h"

#include <xxhash.h>

uint64_t coref_key(char kind, struct str a, struct str b)
{
	unsigned char bytes[256];
	size_t n = 0;

	bytes[n++] = (unsigned char)kind;
	for (size_t i = 0; i < a.n && n < 200; i++)
		bytes[n++] = (unsigned char)(a.p[i] >= 'A' && a.p[i] <= 'Z' ? a.p[i] + 32 : a.p[i]);
	bytes[n++] = 0;
	for (size_t i = 0; i < b.n && n < sizeof(bytes); i++)
		bytes[n++] = (unsigned char)(b.p[i] >= 'A' && b.p[i] <= 'Z' ? b.p[i] + 32 : b.p[i]);
	return XXH3_64bits(bytes, n) | 1; /* 0 is an empty slot */
}

static uint32_t slot(const struct coref *c, uint64_t key)
{
	uint32_t i = (uint32_t)(key >> 8) & (c->n_slots - 1);

	while (c->keys[i] && c->keys[i] != key)
		i = (i + 1) & (c->n_slots - 1);
	return i;
}

int32_t coref_get(const struct coref *c, uint64_t key)
{
	uint32_t i = slot(c, key);

	return c->keys[i] ? c->values[i] : -1;
}

static void grow(struct coref *c)
{
	uint64_t *keys = c->keys;
	int32_t *values = c->values;
	uint32_t n = c->n_slots;

	c->n_slots = n ? 2 * n : 256;
	c->keys = ARENA_ARRAY(c->doc->arena, uint64_t, c->n_slots);
	c->values = ARENA_ARRAY(c->doc->arena, int32_t, c->n_slots);
	for (uint32_t i = 0; i < n; i++) {
		if (keys[i]) {
			uint32_t s = slot(c, keys[i]);

			c->keys[s] = keys[i];
			c->values[s] = values[i];
		}
	}
}

void coref_put(struct coref *c, uint64_t key, int32_t entity)
{
	uint32_t i;

	if (2 * (c->n_keys + 1) > c->n_slots)
		grow(c);
	i = slot(c, key);
	c->n_keys += c->keys[i] == 0;
	c->keys[i] = key;
	c->values[i] = entity;
}

int32_t coref_new_entity(struct coref *c)
{
	struct doc *doc = c->doc;
	uint32_t cap = c->cap_facts;

	ARENA_GROW(doc->arena, doc->entities, doc->n_entities, doc->cap_entities);
	ARENA_GROW(doc->arena, c->facts, doc->n_entities, cap);
	c->cap_facts = cap;
	doc->entities[doc->n_entities] =
		(struct entity){.name = STR(""), .code = STR(""), .role = STR(""), .rule = STR("")};
	c->facts[doc->n_entities] = (struct coref_facts){.last = -1};
	return (int32_t)doc->n_entities++;
}

/* How much a mention knows: a name of the codebook before a composed phrase before a guess. */
static uint8_t rank_of(const struct mention *m)
{
	if (m->kind == MENTION_PRONOUN)
		return 0;
	if (m->kind == MENTION_NAME && m->entry >= 0)
		return m->code.n ? 6 : 4;
	if (m->code.n && !m->guessed)
		return m->kind == MENTION_NAME ? 5 : 3;
	if (m->kind == MENTION_NAME)
		return 2;
	return 1;
}

static void learn_titles(struct coref *c, struct coref_facts *f, const struct mention *m)
{
	const struct doc *doc = c->doc;

	for (uint32_t i = m->tok; i < m->tok + m->n_tok && f->n_titles < TITLES_MAX; i++) {
		const struct token *t = &doc->tokens[i];
		uint64_t h;
		bool known = false;

		if ((t->upos != UPOS_NOUN && t->upos != UPOS_PROPN) || t->ner == NER_PER)
			continue;
		h = coref_key('t', t->lemma.n ? t->lemma : t->lower, STR(""));
		for (uint32_t k = 0; k < f->n_titles; k++)
			known = known || f->titles[k] == h;
		if (!known)
			f->titles[f->n_titles++] = h;
	}
}

static bool longer_name(struct str a, struct str b)
{
	return a.n > b.n && a.n <= 60;
}

static void learn(struct coref *c, struct entity *en, struct coref_facts *f,
		  const struct mention *m)
{
	uint8_t rank = rank_of(m);
	enum coref_gender g;

	if (rank > f->rank) {
		if (m->code.n && !(m->guessed && (f->named || f->person)))
			en->code = m->code;
		if (m->role.n)
			en->role = m->role;
		if (m->etype)
			en->kind = m->etype;
		if (m->rule.n)
			en->rule = m->rule;
	}
	if (!en->code.n && m->code.n && !(m->guessed && (f->named || f->person)))
		en->code = m->code;
	if (!en->role.n && m->role.n)
		en->role = m->role;
	if (!en->kind && m->etype)
		en->kind = m->etype;
	if (m->kind == MENTION_NAME && !m->modifier &&
	    (!f->named || (f->person && longer_name(m->name, en->name)))) {
		en->name = m->name;
		f->named = true;
	} else if (!en->name.n || (rank > f->rank && !f->named)) {
		en->name = m->name;
	}
	if (rank > f->rank)
		f->rank = rank;
	f->country = f->country || m->etype == ENTITY_COUNTRY;
	if (m->kind == MENTION_PRONOUN)
		return;
	f->person = f->person || coref_is_person(c->doc, m);
	if (f->person || m->generic)
		learn_titles(c, f, m);
	g = coref_gender_of(c->doc, m);
	if (g != GENDER_UNKNOWN && f->gender == GENDER_UNKNOWN && f->person)
		f->gender = (uint8_t)g;
	if (f->number == NUMBER_UNKNOWN && m->kind != MENTION_NAME)
		f->number = m->plural ? NUMBER_MANY : NUMBER_ONE;
}

void coref_add(struct coref *c, int32_t entity, uint32_t mention)
{
	struct doc *doc = c->doc;
	struct entity *en = &doc->entities[entity];
	struct mention *m = &doc->mentions[mention];

	m->entity = entity;
	ARENA_GROW(doc->arena, en->mentions, en->n_mentions, en->cap);
	en->mentions[en->n_mentions++] = mention;
	learn(c, en, &c->facts[entity], m);
}

void coref_meet(struct coref *c, uint32_t mention)
{
	struct mention *m = &c->doc->mentions[mention];

	if (m->entity <= ENTITY_DOC_AUTHOR)
		return;
	c->recent[c->n_recent++] = mention;
	c->facts[m->entity].last = (int32_t)mention;
}
