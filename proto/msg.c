#include "proto/msg.h"

#include "proto/pack.h"

/* The lists of msg.h as tables, read by one reader and one writer. */
enum shape { SHAPE_U64, SHAPE_BOOL, SHAPE_STR, SHAPE_BIN, SHAPE_NUMBERS, SHAPE_VALUES, SHAPE_LIST };

struct record;
struct field {
	uint8_t key;
	enum shape shape;
	uint64_t bound;
	size_t at, count_at;                  /* offsets in the struct; count_at for lists */
	const struct record *(*record)(void); /* of the elements of a SHAPE_LIST */
	const char *name;
};
struct record {
	size_t size;
	const struct field *fields;
	uint32_t n_fields;
};

#define LIST_SHAPE_numbers        SHAPE_NUMBERS
#define LIST_SHAPE_values         SHAPE_VALUES
#define LIST_SHAPE_submit_item    SHAPE_LIST
#define LIST_SHAPE_submitted_item SHAPE_LIST
#define LIST_SHAPE_lease          SHAPE_LIST
#define LIST_SHAPE_lease_ref      SHAPE_LIST
#define LIST_SHAPE_done_item      SHAPE_LIST
#define LIST_SHAPE_done_ack_item  SHAPE_LIST
#define LIST_SHAPE_result_item    SHAPE_LIST
#define LIST_SHAPE_outcome_item   SHAPE_LIST
#define LIST_SHAPE_argument       SHAPE_LIST

#define X(name) static const struct record *record_##name(void);
MSG_LISTS(X)
#undef X
#define record_numbers NULL
#define record_values  NULL

/* clang-format off */
#define FIELD_ROW(k, s, n, b) {k, SHAPE_##s, b, offsetof(owner, n), 0, NULL, #n},
#define LIST_ROW(k, l, n, b)                                                                       \
	{k, LIST_SHAPE_##l, b, offsetof(owner, n), offsetof(owner, n_##n), record_##l, #n},
#define RECORD(name)                                                                               \
	static const struct record *record_##name(void)                                            \
	{                                                                                          \
		typedef struct msg_##name owner;                                                   \
		static const struct field fields[] = {MSG_##name(FIELD_ROW, LIST_ROW)};            \
		static const struct record r = {sizeof(owner), fields,                             \
						sizeof(fields) / sizeof(fields[0])};               \
		return &r;                                                                         \
	}
#define X(name) RECORD(name)
MSG_LISTS(X)
#undef X
#define X(number, name, NAME) RECORD(name)
MSG_KINDS(X)
#undef X
/* clang-format on */

static const struct record *record_of(enum msg_kind k)
{
	switch (k) {
#define X(number, name, NAME) \
	case MSG_##NAME:      \
		return record_##name();
		MSG_KINDS(X)
#undef X
	default:
		return NULL;
	}
}

/* Every member of the union starts at the same place. */
static const void *body_of(const struct msg *m)
{
	return &m->hello;
}

const char *msg_kind_name(enum msg_kind k)
{
	switch (k) {
#define X(number, name, NAME) \
	case MSG_##NAME:      \
		return #NAME;
		MSG_KINDS(X)
#undef X
	default:
		return "unknown";
	}
}

uint64_t msg_tag(const struct msg *m)
{
	const struct record *r = record_of(m->kind);

	if (r && r->n_fields && strcmp(r->fields[0].name, "tag") == 0)
		return m->ping.tag;
	return 0;
}

/* Writing */

static void write_record(struct buf *out, const struct record *r, const void *from);

static uint32_t count_of(const struct field *f, const void *from)
{
	return *(const uint32_t *)((const char *)from + f->count_at);
}

static bool is_empty(const struct field *f, const void *from)
{
	const char *at = (const char *)from + f->at;

	switch (f->shape) {
	case SHAPE_U64:
		return *(const uint64_t *)at == 0;
	case SHAPE_BOOL:
		return !*(const bool *)at;
	case SHAPE_STR:
	case SHAPE_BIN:
		return ((const struct str *)at)->n == 0;
	default:
		return count_of(f, from) == 0;
	}
}

static void write_list(struct buf *out, const struct field *f, const void *from)
{
	const void *list = *(const void *const *)((const char *)from + f->at);
	uint32_t n = count_of(f, from);

	pack_array(out, n);
	for (uint32_t i = 0; i < n; i++) {
		if (f->shape == SHAPE_NUMBERS)
			pack_uint(out, ((const uint64_t *)list)[i]);
		else if (f->shape == SHAPE_VALUES)
			pack_raw(out, ((const struct str *)list)[i]);
		else
			write_record(out, f->record(), (const char *)list + i * f->record()->size);
	}
}

static void write_field(struct buf *out, const struct field *f, const void *from)
{
	const char *at = (const char *)from + f->at;

	pack_uint(out, f->key);
	switch (f->shape) {
	case SHAPE_U64:
		pack_uint(out, *(const uint64_t *)at);
		break;
	case SHAPE_BOOL:
		pack_bool(out, *(const bool *)at);
		break;
	case SHAPE_STR:
		pack_str(out, *(const struct str *)at);
		break;
	case SHAPE_BIN:
		pack_bin(out, *(const struct str *)at);
		break;
	default:
		write_list(out, f, from);
	}
}

static uint32_t count_fields(const struct record *r, const void *from)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n_fields; i++)
		n += !is_empty(&r->fields[i], from);
	return n;
}

static void write_fields(struct buf *out, const struct record *r, const void *from)
{
	for (uint32_t i = 0; i < r->n_fields; i++)
		if (!is_empty(&r->fields[i], from))
			write_field(out, &r->fields[i], from);
}

static void write_record(struct buf *out, const struct record *r, const void *from)
{
	pack_map(out, count_fields(r, from));
	write_fields(out, r, from);
}

void msg_write(const struct msg *m, struct buf *out)
{
	const struct record *r = record_of(m->kind);

	CHECK(r);
	pack_map(out, 1 + count_fields(r, body_of(m)));
	pack_uint(out, 0);
	pack_uint(out, m->kind);
	write_fields(out, r, body_of(m));
}

/* Reading */

struct reading {
	struct unpack u;
	struct arena *arena;
};

static void read_record(struct reading *in, const struct record *r, void *to);

static void read_list(struct reading *in, const struct field *f, void *to)
{
	uint32_t n = unpack_array(&in->u);
	size_t each;
	char *list;

	if (n > f->bound) {
		unpack_fail(&in->u, "a shorter list");
		return;
	}
	if (f->shape == SHAPE_LIST)
		each = f->record()->size;
	else
		each = f->shape == SHAPE_NUMBERS ? sizeof(uint64_t) : sizeof(struct str);
	list = arena_alloc(in->arena, n * each);
	for (uint32_t i = 0; i < n && !unpack_failed(&in->u); i++) {
		void *element = list + i * each;

		if (f->shape == SHAPE_NUMBERS)
			*(uint64_t *)element = unpack_uint(&in->u, INT64_MAX);
		else if (f->shape == SHAPE_VALUES)
			*(struct str *)element = unpack_raw(&in->u);
		else
			read_record(in, f->record(), element);
	}
	*(void **)((char *)to + f->at) = list;
	*(uint32_t *)((char *)to + f->count_at) = n;
}

static void read_field(struct reading *in, const struct field *f, void *to)
{
	char *at = (char *)to + f->at;

	switch (f->shape) {
	case SHAPE_U64:
		*(uint64_t *)at = unpack_uint(&in->u, f->bound);
		break;
	case SHAPE_BOOL:
		*(bool *)at = unpack_bool(&in->u);
		break;
	case SHAPE_STR:
	case SHAPE_BIN:
		*(struct str *)at = unpack_str(&in->u, f->bound);
		break;
	default:
		read_list(in, f, to);
	}
}

static const struct field *field_of(const struct record *r, uint64_t key)
{
	for (uint32_t i = 0; i < r->n_fields; i++)
		if (r->fields[i].key == key)
			return &r->fields[i];
	return NULL;
}

/* A field comes once: a list that is given again and again would take room each time. */
static void read_fields(struct reading *in, const struct record *r, void *to, uint32_t n)
{
	uint64_t seen = 0;

	for (; n && !unpack_failed(&in->u); n--) {
		const struct field *f = field_of(r, unpack_uint(&in->u, UINT64_MAX));

		if (!f) {
			unpack_skip(&in->u);
		} else if (seen & 1UL << (f - r->fields)) {
			unpack_fail(&in->u, "each field once");
		} else {
			seen |= 1UL << (f - r->fields);
			read_field(in, f, to);
		}
	}
}

static void read_record(struct reading *in, const struct record *r, void *to)
{
	read_fields(in, r, to, unpack_map(&in->u));
}

int msg_read(struct str frame, struct arena *a, struct msg *m, struct err *e)
{
	struct reading in = {.arena = a};
	const struct record *r;
	uint64_t kind;
	uint32_t n;

	memset(m, 0, sizeof(*m));
	if (frame.n > MSG_FRAME_MAX)
		return err_set(e, ERR_TOO_BIG, "message of %zu bytes, limit %d", frame.n,
			       MSG_FRAME_MAX);
	unpack_init(&in.u, frame);
	n = unpack_map(&in.u);
	if (n == 0 || unpack_uint(&in.u, 0) != 0 || unpack_failed(&in.u))
		return err_set(e, ERR_INVALID, "not a message: no kind in front");
	kind = unpack_uint(&in.u, 255);
	r = record_of((enum msg_kind)kind);
	if (!r)
		return err_set(e, ERR_UNSUPPORTED, "no message has number %d", (int)kind);
	m->kind = (enum msg_kind)kind;
	read_fields(&in, r, &m->hello, n - 1);
	if (unpack_end(&in.u, e) < 0)
		return err_wrap(e, "%s", msg_kind_name(m->kind));
	return 0;
}
