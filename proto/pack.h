/* Msgpack: the only file that knows how it is written and read (msgpack-c). Knows no message.
 *
 * Writing appends to a buf and cannot fail. Reading is sticky: after the first thing that is not
 * what was asked for, every further call gives zeroes and changes nothing, so a reader asks for
 * all fields in a row and tests once, with unpack_end. Strings and bins point into the bytes read
 * and are valid as long as those are. A container can never claim more elements than bytes are
 * left, so a loop over its count is bounded by what the peer really sent. */
#ifndef DEMARCHE_PROTO_PACK_H
#define DEMARCHE_PROTO_PACK_H

#include "proto/err.h"
#include "proto/mem.h"

void pack_map(struct buf *b, uint32_t n_pairs); /* then n_pairs times key, value */
void pack_array(struct buf *b, uint32_t n);     /* then n values */
void pack_str(struct buf *b, struct str s);     /* text */
void pack_bin(struct buf *b, struct str s);     /* any bytes */
void pack_uint(struct buf *b, uint64_t v);      /* shortest form */
void pack_int(struct buf *b, int64_t v);
void pack_double(struct buf *b, double v);
void pack_bool(struct buf *b, bool v);
void pack_nil(struct buf *b);
void pack_raw(struct buf *b, struct str encoded); /* one value that is msgpack already */
void pack_cstr(struct buf *b, const char *s);     /* pack_str of a terminated string */

enum unpack_type {
	UNPACK_NOTHING, /* at the end, or failed */
	UNPACK_NIL,
	UNPACK_BOOL,
	UNPACK_INT, /* signed or not */
	UNPACK_DOUBLE,
	UNPACK_STR,
	UNPACK_BIN,
	UNPACK_ARRAY,
	UNPACK_MAP,
	UNPACK_EXT /* can only be skipped */
};

/* Open, so that it can live on the stack; the fields belong to pack.c. */
struct unpack {
	const char *p, *end, *start;
	const char *expected; /* NULL while nothing failed, else what was missing */
	size_t failed_at;
};

void unpack_init(struct unpack *u, struct str bytes);
enum unpack_type unpack_peek(const struct unpack *u);

uint32_t unpack_map(struct unpack *u);               /* number of pairs */
uint32_t unpack_array(struct unpack *u);             /* number of elements */
struct str unpack_str(struct unpack *u, size_t max); /* a str or a bin of at most max bytes */
uint64_t unpack_uint(struct unpack *u, uint64_t max);
int64_t unpack_int(struct unpack *u);
double unpack_double(struct unpack *u); /* an integer is taken too; NaN and infinity are not */
bool unpack_bool(struct unpack *u);
bool unpack_nil(struct unpack *u);       /* true and past it if it is nil, else false */
void unpack_skip(struct unpack *u);      /* one value with all that is in it */
struct str unpack_raw(struct unpack *u); /* the bytes of one whole value */

/* For the reader's own conditions: fails here unless something failed before. */
void unpack_fail(struct unpack *u, const char *expected);
static inline bool unpack_failed(const struct unpack *u)
{
	return u->expected != NULL;
}

/* -1 with ERR_INVALID if anything failed or bytes are left over. */
int unpack_end(const struct unpack *u, struct err *e);

#endif
