#include "worker/engine/coref_set.h"

#include <xxhash.h>

#include "worker/engine/actor.h"

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

static void add_title(struct coref_facts *f, uint64_t h)
{
	for (uint32_t k = 0; k < f->n_titles; k++)
		if (f->titles[k] == h)
			return;
	if (f->n_titles < TITLES_MAX)
		f->titles[f->n_titles++] = h;
}

/* The office held at the document's date describes its holder ("the president"), named or not. */
static void learn_office(struct coref *c, struct coref_facts *f, const struct mention *m)
{
	struct actor_role r;
	size_t from = 0;

	if (!c->doc->actors || m->entry < 0 || f->last_entry == m->entry + 1)
		return;
	f->last_entry = m->entry + 1;
	r = actor_role_at(c->doc->actors, m->entry, c->doc->date);
	if (r.former)
		return;
	for (size_t i = 0; i <= r.office.n; i++) {
		if (i < r.office.n && r.office.p[i] != ' ')
			continue;
		if (i > from)
			add_title(f, coref_key('t', (struct str){r.office.p + from, i - from},
					       STR("")));
		from = i + 1;
	}
}

static void learn_titles(struct coref *c, struct coref_facts *f, const struct mention *m)
{
	const struct doc *doc = c->doc;

	for (uint32_t i = m->tok; i < m->tok + m->n_tok && f->n_titles < TITLES_MAX; i++) {
		const struct token *t = &doc->tokens[i];

		if ((t->upos != UPOS_NOUN && t->upos != UPOS_PROPN) || t->ner == NER_PER)
			continue;
		add_title(f, coref_key('t', t->lemma.n ? t->lemma : t->lower, STR("")));
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
	/* a name without a country does not take its neighbours' */
	bool keeps_own = f->named || f->person || m->kind == MENTION_NAME;
	/* the surname alone was taken for something else */
	bool corrects = f->named && !f->person && m->etype == ENTITY_PERSON;
	enum coref_gender g;

	f->person = f->person || corrects;
	if (rank > f->rank || corrects) {
		if (m->code.n && !(m->guessed && keeps_own))
			en->code = m->code;
		if (m->role.n)
			en->role = m->role;
		if (m->etype)
			en->kind = m->etype;
		if (m->rule.n)
			en->rule = m->rule;
	}
	if (!en->code.n && m->code.n && !(m->guessed && keeps_own))
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
	if (f->person)
		learn_office(c, f, m);
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
	if (entity != ENTITY_DOC_AUTHOR)
		learn(c, en, &c->facts[entity], m);
}

void coref_meet(struct coref *c, uint32_t mention)
{
	struct mention *m = &c->doc->mentions[mention];

	const struct sentence *s = &c->doc->sentences[c->doc->tokens[m->tok].sent];

	if (m->entity <= ENTITY_DOC_AUTHOR)
		return;
	if (m->tok < s->tok + s->dateline && !c->facts[m->entity].country)
		return; /* "(AFP)": nobody means that */
	c->recent[c->n_recent++] = mention;
	c->facts[m->entity].last = (int32_t)mention;
}
