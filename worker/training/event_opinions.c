#include "worker/training/event_opinions.h"

#include "worker/engine/linear.h"
#include "worker/training/said.h"

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
	said_add(out, id, tok, p, N_EVENT_TYPES);
}

static bool take(void *context, struct str id, int32_t tok, const float *p)
{
	struct opinions *o = context;
	struct opinion x = {.key = key_of(id, tok)};

	memcpy(x.p, p, sizeof(x.p));
	MEM_GROW(o->list, o->n, o->cap);
	o->list[o->n++] = x;
	return true;
}

int opinions_read(struct opinions *o, const char *path, struct err *e)
{
	if (said_read(path, N_EVENT_TYPES, take, o, e) < 0)
		return -1;
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
