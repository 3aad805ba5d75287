/* Memory: the only file that calls malloc. Running out of memory ends the process here, so no
 * other function has that branch; the bounds on everything a peer can make grow keep it true.
 *
 * Three shapes: single blocks (mem_*), arenas (everything of one message, turn or document, freed
 * at once), and two value types: `struct str`, a borrowed piece of bytes, and `struct buf`, owned
 * growing bytes. */
#ifndef DEMARCHE_PROTO_MEM_H
#define DEMARCHE_PROTO_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *mem_alloc(size_t n);           /* zeroed, never NULL; mem_free it */
void *mem_resize(void *p, size_t n); /* as realloc; new bytes are not zeroed */
void mem_free(void *p);              /* NULL is fine */
char *mem_strdup(const char *s);     /* yours */

/* For a process whose memory is limited: blocks of a megabyte or more go back to the system when
 * they are freed, whatever was allocated after them. */
void mem_give_back(void);

/* Makes room for one more element: MEM_GROW(list, n, cap); list[n++] = x; */
#define MEM_GROW(list, n, cap)                                                        \
	do {                                                                          \
		if ((n) == (cap)) {                                                   \
			(cap) = (cap) ? 2 * (cap) : 16;                               \
			(list) = mem_resize((list), (size_t)(cap) * sizeof(*(list))); \
		}                                                                     \
	} while (0)

/* Borrowed bytes, not terminated. The lender says until when it is valid. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
static inline struct str str_of(const char *s)
{
	return (struct str){s, s ? strlen(s) : 0};
}
static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}
/* One of the words of a list that ends with NULL. */
static inline bool str_in(struct str s, const char *const *list)
{
	for (; *list; list++)
		if (str_is(s, *list))
			return true;
	return false;
}
int str_cmp(struct str a, struct str b); /* bytewise, as memcmp; a prefix sorts first */
bool str_starts(struct str s, struct str head);
bool str_ends(struct str s, struct str tail);
struct str str_cut(struct str s, size_t max); /* its first max bytes, in whole characters (UTF-8) */
#define STR_ARG(s) (int)(s).n, (s).p          /* for "%.*s" */

/* Owned, growing bytes. {0} is an empty buf; buf_free gives the memory back. */
struct buf {
	char *p;
	size_t n, cap;
};
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *b);
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){b->p, b->n};
}

/* An arena hands out zeroed, 16-byte-aligned pieces and takes them back all at once.
 * {0} is an empty arena. Reset keeps up to `keep` bytes for the next document or turn. */
struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out since the last reset */
};
void *arena_alloc(struct arena *a, size_t n);
struct str arena_str(struct arena *a, struct str s); /* a terminated copy */
struct str arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a, size_t keep);
void arena_free(struct arena *a);
/* Nobody uses this piece any more. Where the address sanitizer watches, whoever does is caught: so
 * is who uses what was never handed out, or was before the last reset. */
void arena_forget(const void *p, size_t n);
#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), (size_t)(n) * sizeof(type)))

/* As MEM_GROW for a list that lives in an arena; the outgrown list is not given back. */
#define ARENA_GROW(a, list, n, cap)                                                                \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			size_t arena_grow_cap = (cap) ? 2 * (size_t)(cap) : 16;                    \
			void *arena_grow_new = arena_alloc((a), arena_grow_cap * sizeof(*(list))); \
			if (n) {                                                                   \
				memcpy(arena_grow_new, (list), (size_t)(n) * sizeof(*(list)));     \
				arena_forget((list), (size_t)(n) * sizeof(*(list)));               \
			}                                                                          \
			(list) = arena_grow_new;                                                   \
			(cap) = (uint32_t)arena_grow_cap;                                          \
		}                                                                                  \
	} while (0)

#endif
