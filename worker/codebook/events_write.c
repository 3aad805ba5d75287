/* From what was read to the sections of frame_image.h. */
#include "worker/codebook/events.h"

#include <stdlib.h>
#include <xxhash.h>

static int by_word(const void *a, const void *b)
{
	const struct events_entry *x = a, *y = b;

	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	if (x->e.n_words != y->e.n_words)
		return x->e.n_words > y->e.n_words ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void write_entries(struct events *v, struct image_writer *w)
{
	struct frame_entry *e = mem_alloc(v->n_entries * sizeof(*e));

	if (v->n_entries)
		qsort(v->entries, v->n_entries, sizeof(*v->entries), by_word);
	for (uint32_t i = 0; i < v->n_entries; i++)
		e[i] = v->entries[i].e;
	image_writer_add(w, "events.entries", e, v->n_entries * sizeof(*e));
	mem_free(e);
}

static uint32_t write_slots(struct events *v, struct image_writer *w)
{
	uint32_t n_slots = 64, k, e = 0;
	struct frame_slot *slots;

	while (n_slots < 2 * v->n_words + 2)
		n_slots *= 2;
	slots = mem_alloc(n_slots * sizeof(*slots));
	for (uint32_t i = 0; i < v->n_words; i++) {
		const struct events_word *word = &v->words[i];
		struct frame_slot slot = {.word = {word->at, (uint32_t)word->text.n},
					  .classes = word->classes,
					  .contexts = word->contexts,
					  .entry = e};

		for (; e < v->n_entries && v->entries[e].word == i; e++)
			slot.n_entries++;
		k = (uint32_t)XXH3_64bits(v->pool.bytes.p + word->at, word->text.n) & (n_slots - 1);
		while (slots[k].word.n)
			k = (k + 1) & (n_slots - 1);
		slots[k] = slot;
	}
	image_writer_add(w, "events.slots", slots, n_slots * sizeof(*slots));
	mem_free(slots);
	return n_slots;
}

static void write_names(const struct events *v, struct image_writer *w)
{
	struct frame_text *t = mem_alloc((v->n_contexts + v->n_classes) * sizeof(*t));

	for (uint32_t i = 0; i < v->n_contexts; i++)
		t[i] = (struct frame_text){v->contexts[i].at, v->contexts[i].n};
	for (uint32_t i = 0; i < v->n_classes; i++)
		t[v->n_contexts + i] = (struct frame_text){v->classes[i].at, v->classes[i].n};
	image_writer_add(w, "events.names", t, (v->n_contexts + v->n_classes) * sizeof(*t));
	mem_free(t);
}

void events_write(struct events *v, struct image_writer *w)
{
	struct frame_head h = {.layout = FRAME_LAYOUT,
			       .n_codes = v->n_codes,
			       .n_frames = v->n_frames,
			       .n_entries = v->n_entries,
			       .n_words = v->n_further,
			       .n_contexts = v->n_contexts,
			       .n_classes = v->n_classes};

	write_entries(v, w);
	h.n_slots = write_slots(v, w);
	write_names(v, w);
	image_writer_add(w, "events.codes", v->codes, v->n_codes * sizeof(*v->codes));
	image_writer_add(w, "events.frames", v->frames, v->n_frames * sizeof(*v->frames));
	image_writer_add(w, "events.words", v->further, v->n_further * sizeof(*v->further));
	image_writer_add(w, "events.text", v->pool.bytes.p, v->pool.bytes.n);
	image_writer_add(w, "events.head", &h, sizeof(h));
}
