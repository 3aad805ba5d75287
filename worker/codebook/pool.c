#include "worker/codebook/pool.h"

#include <xxhash.h>

static uint32_t *slot_of(const struct pool *p, struct str s)
{
	uint32_t mask = p->n_slots - 1, i = (uint32_t)XXH3_64bits(s.p, s.n) & mask;

	for (;; i = (i + 1) & mask) {
		struct pool_ref r;

		if (!p->slots[i])
			return &p->slots[i];
		r = p->refs[p->slots[i] - 1];
		if (r.n == s.n && memcmp(p->bytes.p + r.at, s.p, s.n) == 0)
			return &p->slots[i];
	}
}

static void grow(struct pool *p)
{
	p->n_slots = p->n_slots ? 2 * p->n_slots : 1024;
	mem_free(p->slots);
	p->slots = mem_alloc(p->n_slots * sizeof(*p->slots));
	for (uint32_t i = 0; i < p->n; i++)
		*slot_of(p, (struct str){p->bytes.p + p->refs[i].at, p->refs[i].n}) = i + 1;
}

uint32_t pool_add(struct pool *p, struct str s)
{
	uint32_t *slot;

	if (!s.n)
		return 0;
	if (2 * p->n >= p->n_slots)
		grow(p);
	slot = slot_of(p, s);
	if (!*slot) {
		MEM_GROW(p->refs, p->n, p->cap);
		p->refs[p->n++] = (struct pool_ref){(uint32_t)p->bytes.n, (uint32_t)s.n};
		buf_add_str(&p->bytes, s);
		*slot = p->n;
	}
	return p->refs[*slot - 1].at;
}

void pool_free(struct pool *p)
{
	buf_free(&p->bytes);
	mem_free(p->slots);
	mem_free(p->refs);
	*p = (struct pool){0};
}
