#include "worker/training/event_opinions.h"

#include <stdlib.h>

#include "worker/engine/linear.h"
#include "worker/training/conllu.h"

struct opinion {
	uint64_t key;
	float p[N_EVENT_TYPES];
};

static uint64_t key_of(struct str id, int32_t tok)
{
	return feature_and(feature_of(0, id), (uint64_t)tok + 1);
}

static uint32_t *slot_of(const struct opinions *o, uint64_t key)
{
	uint32_t s = (uint32_t)key & (o->n_slots - 1);

	while (o->slots[s] && o->list[o->slots[s] - 1].key != key)
		s = (s + 1) & (o->n_slots - 1);
	return &o->slots[s];
}

static void index_all(struct opinions *o)
{
	o->n_slots = o->n_slots ? o->n_slots : 1024;
	while (o->n_slots < 2 * o->n)
		o->n_slots *= 2;
	mem_free(o->slots);
	o->slots = mem_alloc(o->n_slots * sizeof(*o->slots));
	for (uint32_t i = 0; i < o->n; i++)
		*slot_of(o, o->list[i].key) = i + 1;
}

static bool find(const struct event_net_held *h, const struct doc *d, int32_t tok,
		 float p[static N_EVENT_TYPES])
{
	const struct opinions *o = (const void *)h;
	uint32_t i = *slot_of(o, key_of(d->meta.id, tok));

	if (i)
		memcpy(p, o->list[i - 1].p, sizeof(o->list->p));
	return i != 0;
}

void opinions_add(struct buf *out, struct str id, int32_t tok, const float p[static N_EVENT_TYPES])
{
	buf_add_str(out, id);
	buf_printf(out, "\t%d", tok);
	for (int k = 0; k < N_EVENT_TYPES; k++)
		buf_printf(out, "\t%.5f", (double)p[k]);
	buf_add(out, "\n", 1);
}

static bool read_line(struct opinions *o, struct str line)
{
	const char *tab = memchr(line.p, '\t', line.n);
	struct opinion x = {0};
	char *at;

	if (!tab)
		return false;
	x.key = key_of((struct str){line.p, (size_t)(tab - line.p)},
		       (int32_t)strtol(tab + 1, &at, 10));
	for (int k = 0; k < N_EVENT_TYPES; k++) {
		if (*at != '\t')
			return false;
		x.p[k] = strtof(at + 1, &at);
	}
	MEM_GROW(o->list, o->n, o->cap);
	o->list[o->n++] = x;
	return *at == '\n';
}

int opinions_read(struct opinions *o, const char *path, struct err *e)
{
	struct buf b = {0};
	uint32_t n = 0;

	if (file_read(&b, path, e) < 0)
		return -1;
	for (size_t at = 0; at < b.n;) {
		const char *nl = memchr(b.p + at, '\n', b.n - at);
		size_t end = nl ? (size_t)(nl - b.p) + 1 : b.n;

		n++;
		if (!nl || !read_line(o, (struct str){b.p + at, end - at})) {
			buf_free(&b);
			return err_set(e, ERR_CORRUPT, "%s:%u: no opinion of a network", path, n);
		}
		at = end;
	}
	buf_free(&b);
	o->held.find = find;
	index_all(o);
	return 0;
}

void opinions_free(struct opinions *o)
{
	mem_free(o->list);
	mem_free(o->slots);
	*o = (struct opinions){0};
}
