#include "proto/pack.h"

#include <math.h>
#include <msgpack.h>

static int append(void *data, const char *p, size_t n)
{
	buf_add(data, p, n);
	return 0;
}

static msgpack_packer packer_of(struct buf *b)
{
	return (msgpack_packer){.data = b, .callback = append};
}

void pack_map(struct buf *b, uint32_t n_pairs)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_map(&k, n_pairs);
}

void pack_array(struct buf *b, uint32_t n)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_array(&k, n);
}

void pack_str(struct buf *b, struct str s)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_str(&k, s.n);
	buf_add_str(b, s);
}

void pack_bin(struct buf *b, struct str s)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_bin(&k, s.n);
	buf_add_str(b, s);
}

void pack_uint(struct buf *b, uint64_t v)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_uint64(&k, v);
}

void pack_int(struct buf *b, int64_t v)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_int64(&k, v);
}

void pack_double(struct buf *b, double v)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_double(&k, v);
}

void pack_bool(struct buf *b, bool v)
{
	msgpack_packer k = packer_of(b);

	v ? msgpack_pack_true(&k) : msgpack_pack_false(&k);
}

void pack_nil(struct buf *b)
{
	msgpack_packer k = packer_of(b);

	msgpack_pack_nil(&k);
}

void pack_raw(struct buf *b, struct str encoded)
{
	buf_add_str(b, encoded);
}

void pack_cstr(struct buf *b, const char *s)
{
	pack_str(b, str_of(s));
}

void unpack_init(struct unpack *u, struct str bytes)
{
	const char *p = bytes.n ? bytes.p : "";

	*u = (struct unpack){.p = p, .end = p + bytes.n, .start = p};
}

void unpack_fail(struct unpack *u, const char *expected)
{
	if (u->expected)
		return;
	u->expected = expected;
	u->failed_at = (size_t)(u->p - u->start);
	u->p = u->end;
}

static unsigned char first_byte(const struct unpack *u)
{
	return (unsigned char)*u->p;
}

enum unpack_type unpack_peek(const struct unpack *u)
{
	unsigned char c;

	if (u->p == u->end)
		return UNPACK_NOTHING;
	c = first_byte(u);
	if (c < 0x80 || c >= 0xe0 || (c >= 0xcc && c <= 0xd3))
		return UNPACK_INT;
	if (c < 0x90 || c == 0xde || c == 0xdf)
		return UNPACK_MAP;
	if (c < 0xa0 || c == 0xdc || c == 0xdd)
		return UNPACK_ARRAY;
	if (c < 0xc0 || (c >= 0xd9 && c <= 0xdb))
		return UNPACK_STR;
	if (c == 0xc0)
		return UNPACK_NIL;
	if (c == 0xc2 || c == 0xc3)
		return UNPACK_BOOL;
	if (c >= 0xc4 && c <= 0xc6)
		return UNPACK_BIN;
	if (c == 0xca || c == 0xcb)
		return UNPACK_DOUBLE;
	return c == 0xc1 ? UNPACK_NOTHING : UNPACK_EXT;
}

/* One value that is no container. The library refers to the bytes of strings and never copies
 * or allocates for these, which is why containers do not go through it: it would allocate for as
 * many elements as a peer claims. */
static bool leaf(struct unpack *u, msgpack_object *o)
{
	msgpack_unpacked value;
	size_t used = 0;
	msgpack_unpack_return r;

	*o = (msgpack_object){.type = MSGPACK_OBJECT_NIL};
	if (unpack_peek(u) == UNPACK_NOTHING) {
		unpack_fail(u, "a value");
		return false;
	}
	msgpack_unpacked_init(&value);
	r = msgpack_unpack_next(&value, u->p, (size_t)(u->end - u->p), &used);
	if (r == MSGPACK_UNPACK_SUCCESS || r == MSGPACK_UNPACK_EXTRA_BYTES) {
		*o = value.data;
		u->p += used;
	} else {
		unpack_fail(u, "a whole value");
	}
	msgpack_unpacked_destroy(&value);
	return !unpack_failed(u);
}

/* The count in an array or map header and the header's length in bytes; 0 if it is cut short. */
static size_t header(const struct unpack *u, uint32_t *n)
{
	const unsigned char *c = (const unsigned char *)u->p;
	size_t left = (size_t)(u->end - u->p), used = c[0] == 0xdc || c[0] == 0xde ? 3 : 5;

	*n = 0;
	if (c[0] < 0xa0) {
		*n = c[0] & 0x0f;
		return 1;
	}
	if (left < used)
		return 0;
	for (size_t i = 1; i < used; i++)
		*n = *n << 8 | c[i];
	return used;
}

static uint32_t container(struct unpack *u, enum unpack_type want, size_t each, const char *what)
{
	uint32_t n;
	size_t used;

	if (unpack_peek(u) != want) {
		unpack_fail(u, what);
		return 0;
	}
	used = header(u, &n);
	if (!used || n > ((size_t)(u->end - u->p) - used) / each) {
		unpack_fail(u, "as many elements as are claimed");
		return 0;
	}
	u->p += used;
	return n;
}

uint32_t unpack_map(struct unpack *u)
{
	return container(u, UNPACK_MAP, 2, "a map");
}

uint32_t unpack_array(struct unpack *u)
{
	return container(u, UNPACK_ARRAY, 1, "an array");
}

/* Big-endian, of n bytes at p. */
static uint64_t number(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* Strings and integers are most of what is read, and are read here: the library makes and frees a
 * piece of memory for each. */
struct str unpack_str(struct unpack *u, size_t max)
{
	enum unpack_type t = unpack_peek(u);
	const unsigned char *c = (const unsigned char *)u->p;
	size_t left = (size_t)(u->end - u->p), used = 1, n;
	struct str s;

	if (t != UNPACK_STR && t != UNPACK_BIN) {
		unpack_fail(u, "a string");
		return STR("");
	}
	if (c[0] >= 0xc0) /* a length of 1, 2 or 4 bytes: d9, da, db or c4, c5, c6 */
		used += (size_t)1 << (c[0] - (t == UNPACK_STR ? 0xd9 : 0xc4));
	n = left < used ? 0 : used == 1 ? c[0] & 0x1f : (size_t)number(c + 1, used - 1);
	if (left < used || n > left - used) {
		unpack_fail(u, "a whole value");
		return STR("");
	}
	if (n > max) {
		unpack_fail(u, "a shorter string");
		return STR("");
	}
	s = (struct str){u->p + used, n};
	u->p += used + n;
	return n ? s : STR("");
}

/* An integer as its bits, with whether it is below zero. False where there is none. */
static bool integer(struct unpack *u, uint64_t *v, bool *below)
{
	const unsigned char *c = (const unsigned char *)u->p;
	size_t n;

	*v = 0;
	*below = false;
	if (unpack_peek(u) != UNPACK_INT)
		return false;
	if (c[0] < 0x80 || c[0] >= 0xe0) {
		*below = c[0] >= 0x80;
		*v = (uint64_t)(int64_t)(int8_t)c[0];
		u->p++;
		return true;
	}
	n = (size_t)1 << (c[0] & 3); /* cc … cf without a sign, d0 … d3 with one */
	if ((size_t)(u->end - u->p) <= n) {
		unpack_fail(u, "a whole value");
		return false;
	}
	*v = number(c + 1, n);
	*below = c[0] >= 0xd0 && c[1] >= 0x80;
	if (*below && n < sizeof(*v))
		*v |= UINT64_MAX << 8 * n;
	u->p += 1 + n;
	return true;
}

uint64_t unpack_uint(struct unpack *u, uint64_t max)
{
	uint64_t v;
	bool below;

	if (!integer(u, &v, &below) || below) {
		unpack_fail(u, "a number that is not negative");
		return 0;
	}
	if (v > max) {
		unpack_fail(u, "a smaller number");
		return 0;
	}
	return v;
}

int64_t unpack_int(struct unpack *u)
{
	uint64_t v;
	bool below;

	if (!integer(u, &v, &below)) {
		unpack_fail(u, "an integer");
		return 0;
	}
	if (!below && v > INT64_MAX) {
		unpack_fail(u, "a smaller number");
		return 0;
	}
	return (int64_t)v;
}

double unpack_double(struct unpack *u)
{
	msgpack_object o;

	if (unpack_peek(u) == UNPACK_INT)
		return (double)unpack_int(u);
	if (unpack_peek(u) != UNPACK_DOUBLE || !leaf(u, &o) || !isfinite(o.via.f64)) {
		unpack_fail(u, "a finite number");
		return 0;
	}
	return o.via.f64;
}

bool unpack_bool(struct unpack *u)
{
	msgpack_object o;

	if (unpack_peek(u) != UNPACK_BOOL || !leaf(u, &o)) {
		unpack_fail(u, "true or false");
		return false;
	}
	return o.via.boolean;
}

bool unpack_nil(struct unpack *u)
{
	if (unpack_peek(u) != UNPACK_NIL)
		return false;
	u->p++;
	return true;
}

/* Without recursion, so that nesting cannot exhaust the stack: `left` values are still to pass.
 * It cannot overflow: every container's count is bounded by the bytes left. */
void unpack_skip(struct unpack *u)
{
	uint64_t left = 1, v;
	msgpack_object o;
	bool below;

	for (; left && !unpack_failed(u); left--) {
		switch (unpack_peek(u)) {
		case UNPACK_MAP:
			left += 2 * (uint64_t)unpack_map(u);
			break;
		case UNPACK_ARRAY:
			left += unpack_array(u);
			break;
		case UNPACK_STR:
		case UNPACK_BIN:
			unpack_str(u, SIZE_MAX);
			break;
		case UNPACK_INT:
			integer(u, &v, &below);
			break;
		default:
			leaf(u, &o);
		}
	}
}

struct str unpack_raw(struct unpack *u)
{
	const char *from = u->p;

	unpack_skip(u);
	if (unpack_failed(u))
		return STR("");
	return (struct str){from, (size_t)(u->p - from)};
}

int unpack_end(const struct unpack *u, struct err *e)
{
	if (u->expected)
		return err_set(e, ERR_INVALID, "expected %s at byte %zu", u->expected,
			       u->failed_at);
	if (u->p != u->end)
		return err_set(e, ERR_INVALID, "%zu bytes too many at byte %zu",
			       (size_t)(u->end - u->p), (size_t)(u->p - u->start));
	return 0;
}
