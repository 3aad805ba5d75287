/* From what was read to the image: sorting, hash tables, sections. */
#include "worker/codebook/actors.h"

#include <stdlib.h>

#include "proto/result.h"
#include "worker/engine/fold.h"

/* Which of several names with the same key is looked at first: the later layer's, strong
 * entries, actors before words, then as the codebook orders them. */
static int by_key(const void *x, const void *y)
{
	const struct actors_name *a = x, *b = y;

	if (a->n.key != b->n.key)
		return a->n.key < b->n.key ? -1 : 1;
	if (a->layer != b->layer)
		return a->layer > b->layer ? -1 : 1;
	if (a->n.type != b->n.type)
		return a->n.type < b->n.type ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static uint32_t slots_for(uint32_t n)
{
	uint32_t slots = 64;

	while (slots < 2 * n)
		slots *= 2;
	return slots;
}

static struct ai_first *first_slot(struct ai_first *table, uint32_t n_slots, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (n_slots - 1);

	while (table[i].hash && table[i].hash != hash)
		i = (i + 1) & (n_slots - 1);
	return &table[i];
}

/* What a name's first piece leads to; and whether it is a given name. */
static void note_first(struct actors *a, struct ai_first *table, uint32_t n_slots,
		       const struct ai_name *name)
{
	struct str text = {a->pool.bytes.p + name->text.at, name->text.n};
	const struct ai_entry *e = &a->entries[name->entry];
	struct fold_piece p[2];
	uint32_t n = fold_pieces(text, p, 2);
	struct ai_first *f;

	if (n == 0)
		return;
	f = first_slot(table, n_slots, p[0].hash);
	f->hash = p[0].hash;
	if (f->max_pieces < ACTOR_NAME_PIECES && name->n_pieces > f->max_pieces)
		f->max_pieces = name->n_pieces;
	if (e->class == AI_ACTOR && e->kind == ENTITY_PERSON && name->type == AI_NAME && n == 2 &&
	    p[0].n > 1 && f->given < 65535)
		f->given++;
}

static void write_firsts(struct actors *a, const struct ai_name *names, struct image_writer *w,
			 struct actor_image_head *h)
{
	struct ai_first *table;

	h->n_firsts = slots_for(a->n_names);
	table = mem_alloc(h->n_firsts * sizeof(*table));
	for (uint32_t i = 0; i < a->n_names; i++)
		note_first(a, table, h->n_firsts, &names[i]);
	image_writer_add(w, "actor.first", table, h->n_firsts * sizeof(*table));
	mem_free(table);
}

static void write_slots(struct actors *a, const struct ai_name *names, struct image_writer *w,
			struct actor_image_head *h)
{
	uint32_t *slots;

	h->n_slots = slots_for(a->n_names);
	slots = mem_alloc(h->n_slots * sizeof(*slots));
	for (uint32_t i = 0; i < a->n_names; i++) {
		uint32_t k = (uint32_t)names[i].key & (h->n_slots - 1);

		if (i && names[i - 1].key == names[i].key)
			continue;
		while (slots[k])
			k = (k + 1) & (h->n_slots - 1);
		slots[k] = i + 1;
	}
	image_writer_add(w, "actor.slot", slots, h->n_slots * sizeof(*slots));
	mem_free(slots);
}

/* The same name of the same entry twice ("Trump" as alias and surname) is kept once. */
static uint32_t sorted_names(struct actors *a, struct ai_name *out)
{
	uint32_t n = 0;

	if (a->n_names)
		qsort(a->names, a->n_names, sizeof(*a->names), by_key);
	for (uint32_t i = 0; i < a->n_names; i++) {
		const struct ai_name *x = &a->names[i].n;
		uint32_t k = n;

		while (k > 0 && out[k - 1].key == x->key && out[k - 1].entry != x->entry)
			k--;
		if (k > 0 && out[k - 1].key == x->key && out[k - 1].type == x->type)
			continue;
		out[n++] = *x;
	}
	for (uint32_t i = 0; i < n; i++)
		out[i].last = i + 1 == n || out[i + 1].key != out[i].key;
	return n;
}

void actors_write(struct actors *a, struct image_writer *w)
{
	struct actor_image_head h = {.version = ACTOR_IMAGE_VERSION,
				     .n_entries = a->n_entries,
				     .n_offices = a->n_offices,
				     .n_lists = a->n_lists};
	struct ai_name *names = mem_alloc((a->n_names + 1) * sizeof(*names));

	a->n_names = sorted_names(a, names);
	h.n_names = a->n_names;
	h.n_text = (uint32_t)a->pool.bytes.n;
	write_firsts(a, names, w, &h);
	write_slots(a, names, w, &h);
	image_writer_add(w, "actor.head", &h, sizeof(h));
	image_writer_add(w, "actor.text", a->pool.bytes.p, a->pool.bytes.n);
	image_writer_add(w, "actor.entry", a->entries, a->n_entries * sizeof(*a->entries));
	image_writer_add(w, "actor.office", a->offices, a->n_offices * sizeof(*a->offices));
	image_writer_add(w, "actor.name", names, h.n_names * sizeof(*names));
	image_writer_add(w, "actor.list", a->lists, a->n_lists * sizeof(*a->lists));
	mem_free(names);
}
