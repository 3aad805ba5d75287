#include "proto/mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { ARENA_BLOCK = 64 * 1024, ARENA_ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(ARENA_ALIGN) char data[];
};

static _Noreturn void out_of_memory(size_t n)
{
	fprintf(stderr, "out-of-memory bytes=%zu\n", n);
	abort();
}

void mem_give_back(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 20); /* fixed; it would grow with every block freed */
}

void *mem_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		out_of_memory(n);
	return p;
}

void *mem_resize(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		out_of_memory(n);
	return q;
}

void mem_free(void *p)
{
	free(p);
}

char *mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(mem_alloc(n), s, n);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str head)
{
	return s.n >= head.n && str_eq((struct str){s.p, head.n}, head);
}

bool str_ends(struct str s, struct str tail)
{
	return s.n >= tail.n && str_eq((struct str){s.p + s.n - tail.n, tail.n}, tail);
}

struct str str_cut(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return (struct str){s.p, max};
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 64;

	if (b->cap - b->n >= more)
		return;
	while (cap - b->n < more)
		cap *= 2;
	b->p = mem_resize(b->p, cap);
	b->cap = cap;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!n)
		return;
	buf_reserve(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		buf_reserve(b, (size_t)n + 1);
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_free(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){0};
}

/* Blocks grow with what is in use, so that a long document needs few of them. */
static struct arena_block *arena_block_new(size_t n, size_t used)
{
	size_t size = used > ARENA_BLOCK ? used : ARENA_BLOCK;
	struct arena_block *b;

	if (size < n)
		size = n;
	b = malloc(sizeof(*b) + size);

	if (!b)
		out_of_memory(size);
	*b = (struct arena_block){.size = size};
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

/* As arena_alloc, with whatever the bytes hold. */
static void *arena_take(struct arena *a, size_t n)
{
	size_t want = (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	struct arena_block *b = a->head;
	void *p;

	if (want < n)
		out_of_memory(n);
	if (!b || b->size - b->used < want) {
		b = arena_block_new(want, a->used);
		b->next = a->head;
		a->head = b;
	}
	p = b->data + b->used;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	b->used += want;
	a->used += want;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(arena_take(a, n), 0, n);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = arena_take(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){p, s.n};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){p, (size_t)n};
}

void arena_forget(const void *p, size_t n)
{
	ASAN_POISON_MEMORY_REGION(p, n);
}

/* Keeps one block, the largest that `keep` allows. */
void arena_reset(struct arena *a, size_t keep)
{
	struct arena_block *b = a->head, *next, *kept = NULL;

	for (; b; b = next) {
		next = b->next;
		if (b->size <= keep && (!kept || b->size > kept->size)) {
			free(kept);
			kept = b;
		} else {
			free(b);
		}
	}
	if (kept) {
		*kept = (struct arena_block){.size = kept->size};
		ASAN_POISON_MEMORY_REGION(kept->data, kept->size);
	}
	a->head = kept;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	arena_reset(a, 0);
}
