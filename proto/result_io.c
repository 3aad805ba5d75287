/* The record's shape is written once, in the tables below; packing, JSON and reading walk them.
 *
 * To add a key: a field in result.h, a row here, a line in docs/result.md, and a value in
 * tests/unit/test_result.c. Rows are never renamed or reordered: their order is part of what
 * "byte-identical" means. A change of meaning raises RESULT_SCHEMA. */
#include "proto/json.h"
#include "proto/pack.h"
#include "proto/result.h"

enum kind {
	KIND_SCHEMA, /* the number RESULT_SCHEMA; nothing is stored */
	KIND_STR,
	KIND_U64,
	KIND_U32,
	KIND_INT, /* int from 0 */
	KIND_DOUBLE,
	KIND_ENUM,   /* enum, written as its name */
	KIND_QUAD,   /* of the event type at `offset`; not read */
	KIND_ENTITY, /* int64_t; nil is -1 */
	KIND_BACK,   /* uint32_t; an earlier element, counted from 1; nil is 0 */
	KIND_SPAN,
	KIND_MAP,
	KIND_PLACE, /* a map, empty where its first string is */
	KIND_LIST,
};

struct field {
	const char *key;
	enum kind kind;
	size_t offset, n_offset;       /* of the value; of a list's count */
	const struct field *of;        /* rows of a map; the one row of a list's elements */
	size_t size;                   /* of an element */
	uint64_t max;                  /* greatest number, length or count */
	const char *(*name)(unsigned); /* of an enum's value */
};

static const char *type_name(unsigned v)
{
	return event_type_name((enum event_type)v);
}
static const char *kind_name(unsigned v)
{
	return entity_kind_name((enum entity_kind)v);
}
static const char *status_name(unsigned v)
{
	return event_status_name((enum event_status)v);
}
static const char *pol_name(unsigned v)
{
	return polarity_name((enum polarity)v);
}
static const char *stance_name(unsigned v)
{
	return stance_kind_name((enum stance_kind)v);
}
static const char *precision_name(unsigned v)
{
	return date_precision_name((enum date_precision)v);
}

/* clang-format off */
#define STRING(s, f) {#f, KIND_STR, offsetof(s, f), 0, NULL, 0, RESULT_TEXT_MAX, NULL}
#define NUMBER(s, f, k, m) {#f, k, offsetof(s, f), 0, NULL, 0, m, NULL}
#define WORD(s, f, n, fn) {#f, KIND_ENUM, offsetof(s, f), 0, NULL, 0, n, fn}
#define SPAN(s, f) {#f, KIND_SPAN, offsetof(s, f), 0, NULL, 0, UINT32_MAX, NULL}
#define MAP(s, f, rows) {#f, KIND_MAP, offsetof(s, f), 0, rows, 0, 0, NULL}
#define LIST(s, f, element, m)                                                                     \
	{#f, KIND_LIST, offsetof(s, f), offsetof(s, n_##f), &(element), sizeof(*((s *)0)->f), m, NULL}
#define IDS_UP_TO(s, f, m)                                                                         \
	{#f, KIND_LIST, offsetof(s, f.ids), offsetof(s, f.n), &ELEMENT_ID, sizeof(uint32_t), m, NULL}
#define IDS(s, f) IDS_UP_TO(s, f, RESULT_IDS_MAX)
#define END {NULL, KIND_MAP, 0, 0, NULL, 0, 0, NULL}
#define STAT(f)                                                                                    \
	{#f, KIND_U64, offsetof(struct result, stats.f) - offsetof(struct result, stats), 0, NULL, \
	 0, INT64_MAX, NULL}
/* clang-format on */

static const struct field ELEMENT_ID = {"", KIND_U32, 0, 0, NULL, 0, RESULT_ID_MAX, NULL};
static const struct field ELEMENT_STR = {"", KIND_STR, 0, 0, NULL, 0, RESULT_TEXT_MAX, NULL};
static const struct field ELEMENT_SPAN = {"", KIND_SPAN, 0, 0, NULL, 0, UINT32_MAX, NULL};

static const struct field DOC[] = {
	STRING(struct result_doc, id),
	STRING(struct result_doc, title),
	STRING(struct result_doc, date),
	STRING(struct result_doc, date_source),
	STRING(struct result_doc, lang),
	STRING(struct result_doc, source),
	STRING(struct result_doc, collection),
	STRING(struct result_doc, sha256),
	END,
};

static const struct field ENGINE[] = {
	{"name", KIND_STR, offsetof(struct result, engine.name) - offsetof(struct result, engine),
	 0, NULL, 0, RESULT_TEXT_MAX, NULL},
	{"version", KIND_STR,
	 offsetof(struct result, engine.version) - offsetof(struct result, engine), 0, NULL, 0,
	 RESULT_TEXT_MAX, NULL},
	{"model", KIND_STR, offsetof(struct result, engine.model) - offsetof(struct result, engine),
	 0, NULL, 0, RESULT_TEXT_MAX, NULL},
	END,
};

static const struct field STATS[] = {STAT(chars), STAT(sentences), STAT(tokens), STAT(us), END};

static const struct field ENTITY[] = {
	NUMBER(struct result_entity, id, KIND_U32, RESULT_ID_MAX),
	STRING(struct result_entity, name),
	WORD(struct result_entity, kind, N_ENTITY_KINDS, kind_name),
	STRING(struct result_entity, code),
	STRING(struct result_entity, role),
	LIST(struct result_entity, mentions, ELEMENT_SPAN, RESULT_SPANS_MAX),
	END,
};

static const struct field DATE[] = {
	STRING(struct result_date, start),
	STRING(struct result_date, end),
	WORD(struct result_date, precision, N_DATE_PRECISIONS, precision_name),
	STRING(struct result_date, text),
	END,
};

static const struct field PLACE[] = {
	STRING(struct result_place, name),
	STRING(struct result_place, country),
	NUMBER(struct result_place, latitude, KIND_DOUBLE, 0),
	NUMBER(struct result_place, longitude, KIND_DOUBLE, 0),
	END,
};

static const struct field EVENT[] = {
	WORD(struct result_event, type, N_EVENT_TYPES, type_name),
	STRING(struct result_event, mode),
	LIST(struct result_event, contexts, ELEMENT_STR, RESULT_CONTEXTS_MAX),
	STRING(struct result_event, cameo),
	{"quad", KIND_QUAD, offsetof(struct result_event, type), 0, NULL, 0, 0, NULL},
	NUMBER(struct result_event, goldstein, KIND_DOUBLE, 0),
	IDS(struct result_event, source),
	IDS(struct result_event, target),
	SPAN(struct result_event, trigger),
	SPAN(struct result_event, sentence),
	STRING(struct result_event, text),
	MAP(struct result_event, date, DATE),
	{"place", KIND_PLACE, offsetof(struct result_event, place), 0, PLACE, 0, 0, NULL},
	WORD(struct result_event, status, N_EVENT_STATUSES, status_name),
	IDS(struct result_event, by),
	NUMBER(struct result_event, confidence, KIND_DOUBLE, 0),
	STRING(struct result_event, rule),
	NUMBER(struct result_event, same_as, KIND_BACK, RESULT_EVENTS_MAX),
	IDS_UP_TO(struct result_event, doubtful, RESULT_DOUBTFUL_MAX),
	END,
};

static const struct field TARGET[] = {
	STRING(struct result_target, text),
	SPAN(struct result_target, span),
	NUMBER(struct result_target, entity, KIND_ENTITY, RESULT_ID_MAX),
	IDS(struct result_target, about),
	STRING(struct result_target, topic),
	STRING(struct result_target, key),
	END,
};

static const struct field STANCE[] = {
	IDS(struct result_stance, holder),
	MAP(struct result_stance, target, TARGET),
	WORD(struct result_stance, polarity, N_POLARITIES, pol_name),
	NUMBER(struct result_stance, strength, KIND_INT, 3),
	WORD(struct result_stance, kind, N_STANCE_KINDS, stance_name),
	SPAN(struct result_stance, trigger),
	SPAN(struct result_stance, sentence),
	STRING(struct result_stance, text),
	IDS(struct result_stance, by),
	NUMBER(struct result_stance, confidence, KIND_DOUBLE, 0),
	STRING(struct result_stance, rule),
	END,
};

static const struct field ELEMENT_ENTITY = {"", KIND_MAP, 0, 0, ENTITY, 0, 0, NULL};
static const struct field ELEMENT_EVENT = {"", KIND_MAP, 0, 0, EVENT, 0, 0, NULL};
static const struct field ELEMENT_STANCE = {"", KIND_MAP, 0, 0, STANCE, 0, 0, NULL};

static const struct field RECORD[] = {
	{"schema", KIND_SCHEMA, 0, 0, NULL, 0, 0, NULL},
	MAP(struct result, doc, DOC),
	MAP(struct result, engine, ENGINE),
	MAP(struct result, stats, STATS),
	LIST(struct result, entities, ELEMENT_ENTITY, RESULT_ENTITIES_MAX),
	LIST(struct result, events, ELEMENT_EVENT, RESULT_EVENTS_MAX),
	LIST(struct result, stances, ELEMENT_STANCE, RESULT_STANCES_MAX),
	LIST(struct result, warnings, ELEMENT_STR, RESULT_WARNINGS_MAX),
	END,
};

/* Fields are reached by offset; these say the type once. */
#define AT(type, base, f)  (*(type *)(void *)((char *)(base) + (f)->offset))
#define GET(type, base, f) (*(const type *)(const void *)((const char *)(base) + (f)->offset))
#define COUNT(base, f)     (*(const uint32_t *)(const void *)((const char *)(base) + (f)->n_offset))

/* ---- writing: one walk, two kinds of bytes ---- */

/* Exactly one of the two is set. */
struct sink {
	struct buf *pack;
	struct json *json;
};

static void put_key(struct sink *s, const char *key)
{
	if (s->json)
		json_key(s->json, key);
	else
		pack_cstr(s->pack, key);
}

static void put_str(struct sink *s, struct str v)
{
	if (s->json)
		json_str(s->json, v);
	else
		pack_str(s->pack, v);
}

static void put_uint(struct sink *s, uint64_t v)
{
	if (s->json)
		json_uint(s->json, v);
	else
		pack_uint(s->pack, v);
}

static void put_double(struct sink *s, double v)
{
	if (s->json)
		json_double(s->json, v);
	else
		pack_double(s->pack, v);
}

static void put_nil(struct sink *s)
{
	if (s->json)
		json_nil(s->json);
	else
		pack_nil(s->pack);
}

static void put_open(struct sink *s, char bracket, uint32_t n)
{
	if (s->json)
		json_open(s->json, bracket);
	else if (bracket == '{')
		pack_map(s->pack, n);
	else
		pack_array(s->pack, n);
}

static void put_close(struct sink *s, char bracket)
{
	if (s->json)
		json_close(s->json, bracket);
}

static void put_value(struct sink *s, const struct field *f, const void *base);

static void put_map(struct sink *s, const struct field *rows, const void *base)
{
	uint32_t n = 0;

	while (rows[n].key)
		n++;
	put_open(s, '{', n);
	for (; rows->key; rows++) {
		put_key(s, rows->key);
		put_value(s, rows, base);
	}
	put_close(s, '}');
}

static void put_list(struct sink *s, const struct field *f, const void *base)
{
	const char *element = GET(char *, base, f);
	uint32_t n = COUNT(base, f);

	put_open(s, '[', n);
	for (; n; n--, element += f->size)
		put_value(s, f->of, element);
	put_close(s, ']');
}

static void put_span(struct sink *s, struct span span)
{
	put_open(s, '[', 2);
	put_uint(s, span.start);
	put_uint(s, span.end);
	put_close(s, ']');
}

static void put_place(struct sink *s, const struct field *f, const void *place)
{
	if (GET(struct str, place, f->of).n) {
		put_map(s, f->of, place);
		return;
	}
	put_open(s, '{', 0);
	put_close(s, '}');
}

static void put_value(struct sink *s, const struct field *f, const void *base)
{
	switch (f->kind) {
	case KIND_SCHEMA:
		put_uint(s, RESULT_SCHEMA);
		break;
	case KIND_STR:
		put_str(s, GET(struct str, base, f));
		break;
	case KIND_U64:
		put_uint(s, GET(uint64_t, base, f));
		break;
	case KIND_U32:
		put_uint(s, GET(uint32_t, base, f));
		break;
	case KIND_INT:
		put_uint(s, (uint64_t)GET(int, base, f));
		break;
	case KIND_DOUBLE:
		put_double(s, GET(double, base, f));
		break;
	case KIND_ENUM:
		put_str(s, str_of(f->name(GET(unsigned, base, f))));
		break;
	case KIND_QUAD:
		put_uint(s, (uint64_t)event_type_quad(GET(enum event_type, base, f)));
		break;
	case KIND_ENTITY:
		if (GET(int64_t, base, f) < 0)
			put_nil(s);
		else
			put_uint(s, (uint64_t)GET(int64_t, base, f));
		break;
	case KIND_BACK:
		if (GET(uint32_t, base, f))
			put_uint(s, GET(uint32_t, base, f) - 1);
		else
			put_nil(s);
		break;
	case KIND_SPAN:
		put_span(s, GET(struct span, base, f));
		break;
	case KIND_MAP:
		put_map(s, f->of, (const char *)base + f->offset);
		break;
	case KIND_PLACE:
		put_place(s, f, (const char *)base + f->offset);
		break;
	case KIND_LIST:
		put_list(s, f, base);
		break;
	}
}

void result_pack(const struct result *r, struct buf *out)
{
	struct sink s = {.pack = out};

	put_map(&s, RECORD, r);
}

void result_json(const struct result *r, uint64_t seq, struct buf *out)
{
	struct json j = {.out = out};
	struct sink s = {.json = &j};

	json_open(&j, '{');
	if (seq) {
		json_key(&j, "seq");
		json_uint(&j, seq);
	}
	for (const struct field *f = RECORD; f->key; f++) {
		put_key(&s, f->key);
		put_value(&s, f, r);
	}
	json_close(&j, '}');
}

/* ---- reading ---- */

struct reader {
	struct unpack u;
	struct arena *a;
	bool schema_seen;
};

static void take_value(struct reader *r, const struct field *f, void *base);

/* The rows come in their own order in all but foreign records, so look at the next one first. */
static const struct field *row_of(const struct field *rows, const struct field *next,
				  struct str key)
{
	if (next->key && str_is(key, next->key))
		return next;
	for (; rows->key; rows++)
		if (str_is(key, rows->key))
			return rows;
	return NULL;
}

static void set_defaults(const struct field *rows, void *base)
{
	for (; rows->key; rows++) {
		if (rows->kind == KIND_ENTITY)
			AT(int64_t, base, rows) = -1;
		else if (rows->kind == KIND_MAP || rows->kind == KIND_PLACE)
			set_defaults(rows->of, (char *)base + rows->offset);
	}
}

/* A key comes once: a list that is given again and again would take room each time. */
static void take_map(struct reader *r, const struct field *rows, void *base)
{
	const struct field *next = rows;
	uint64_t seen = 0;

	for (uint32_t n = unpack_map(&r->u); n && !unpack_failed(&r->u); n--) {
		struct str key = unpack_str(&r->u, 64);
		const struct field *f = row_of(rows, next, key);

		if (!f) {
			unpack_skip(&r->u);
		} else if (seen & 1UL << (f - rows)) {
			unpack_fail(&r->u, "each key once");
		} else {
			seen |= 1UL << (f - rows);
			take_value(r, f, base);
			next = f + 1;
		}
	}
}

static void take_list(struct reader *r, const struct field *f, void *base)
{
	uint32_t n = unpack_array(&r->u), *count = (uint32_t *)(void *)((char *)base + f->n_offset);
	char *element;

	if (n > f->max) {
		unpack_fail(&r->u, "a shorter list");
		return;
	}
	element = n ? arena_alloc(r->a, n * f->size) : NULL;
	AT(char *, base, f) = element;
	*count = n;
	for (; n && !unpack_failed(&r->u); n--, element += f->size) {
		if (f->of->kind == KIND_MAP)
			set_defaults(f->of->of, element);
		take_value(r, f->of, element);
	}
}

static void take_enum(struct reader *r, const struct field *f, void *base)
{
	struct str word = unpack_str(&r->u, 64);

	for (unsigned v = 0; v < f->max; v++) {
		if (str_is(word, f->name(v))) {
			AT(unsigned, base, f) = v;
			return;
		}
	}
	unpack_fail(&r->u, "one of the words of the record");
}

static void take_span(struct reader *r, struct span *span)
{
	if (unpack_array(&r->u) != 2)
		unpack_fail(&r->u, "a span of two numbers");
	span->start = (uint32_t)unpack_uint(&r->u, UINT32_MAX);
	span->end = (uint32_t)unpack_uint(&r->u, UINT32_MAX);
	if (span->start > span->end)
		unpack_fail(&r->u, "a span that ends after its start");
}

static void take_value(struct reader *r, const struct field *f, void *base)
{
	switch (f->kind) {
	case KIND_SCHEMA:
		r->schema_seen = unpack_uint(&r->u, RESULT_SCHEMA) == RESULT_SCHEMA;
		break;
	case KIND_STR:
		AT(struct str, base, f) = unpack_str(&r->u, f->max);
		break;
	case KIND_U64:
		AT(uint64_t, base, f) = unpack_uint(&r->u, f->max);
		break;
	case KIND_U32:
		AT(uint32_t, base, f) = (uint32_t)unpack_uint(&r->u, f->max);
		break;
	case KIND_INT:
		AT(int, base, f) = (int)unpack_uint(&r->u, f->max);
		break;
	case KIND_DOUBLE:
		AT(double, base, f) = unpack_double(&r->u);
		break;
	case KIND_ENUM:
		take_enum(r, f, base);
		break;
	case KIND_QUAD:
		unpack_skip(&r->u);
		break;
	case KIND_ENTITY:
		AT(int64_t, base, f) = unpack_nil(&r->u) ? -1 : (int64_t)unpack_uint(&r->u, f->max);
		break;
	case KIND_BACK:
		AT(uint32_t, base, f) =
			unpack_nil(&r->u) ? 0 : (uint32_t)unpack_uint(&r->u, f->max - 1) + 1;
		break;
	case KIND_SPAN:
		take_span(r, &AT(struct span, base, f));
		break;
	case KIND_MAP:
	case KIND_PLACE:
		take_map(r, f->of, (char *)base + f->offset);
		break;
	case KIND_LIST:
		take_list(r, f, base);
		break;
	}
}

/* ---- soundness: what tables cannot say ---- */

/* The ids of the entities; as large as the greatest of them. */
struct id_set {
	unsigned char *bits;
	uint32_t n;
};

static bool has_id(const struct id_set *ids, uint32_t id)
{
	return id < ids->n && ids->bits[id / 8] & 1 << id % 8;
}

static bool known(const struct id_set *ids, struct id_list l)
{
	for (uint32_t i = 0; i < l.n; i++)
		if (!has_id(ids, l.ids[i]))
			return false;
	return true;
}

static bool in_unit(double v)
{
	return v >= 0 && v <= 1;
}

static int check_events(const struct result *r, const struct id_set *ids, struct err *e)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *v = &r->events[i];

		if (v->type == EVENT_NONE)
			return err_set(e, ERR_INVALID, "event %u has no type", i);
		if (!known(ids, v->source) || !known(ids, v->target) || !known(ids, v->by) ||
		    !known(ids, v->doubtful))
			return err_set(e, ERR_INVALID, "event %u names an unknown entity", i);
		if (!in_unit(v->confidence))
			return err_set(e, ERR_INVALID, "event %u: confidence is not in 0..1", i);
		if (v->same_as > i)
			return err_set(e, ERR_INVALID, "event %u repeats none before it", i);
	}
	return 0;
}

static int check_stances(const struct result *r, const struct id_set *ids, struct err *e)
{
	for (uint32_t i = 0; i < r->n_stances; i++) {
		const struct result_stance *s = &r->stances[i];
		uint32_t entity = s->target.entity < 0 ? 0 : (uint32_t)s->target.entity;

		if (!known(ids, s->holder) || !known(ids, s->by) || !known(ids, s->target.about) ||
		    (s->target.entity >= 0 && !known(ids, (struct id_list){&entity, 1})))
			return err_set(e, ERR_INVALID, "stance %u names an unknown entity", i);
		if (!in_unit(s->confidence))
			return err_set(e, ERR_INVALID, "stance %u: confidence is not in 0..1", i);
	}
	return 0;
}

static int check_record(const struct result *r, struct arena *a, struct err *e)
{
	struct id_set ids = {0};

	for (uint32_t i = 0; i < r->n_entities; i++)
		if (r->entities[i].id >= ids.n)
			ids.n = r->entities[i].id + 1;
	ids.bits = arena_alloc(a, ids.n / 8 + 1);
	for (uint32_t i = 0; i < r->n_entities; i++) {
		uint32_t id = r->entities[i].id;

		if (has_id(&ids, id))
			return err_set(e, ERR_INVALID, "two entities have the id %u", id);
		ids.bits[id / 8] |= (unsigned char)(1 << id % 8);
	}
	return check_events(r, &ids, e) < 0 || check_stances(r, &ids, e) < 0 ? -1 : 0;
}

int result_unpack(struct str bytes, struct arena *a, struct result *r, struct err *e)
{
	struct reader reader = {.a = a};
	struct result record = {0};

	unpack_init(&reader.u, bytes);
	take_map(&reader, RECORD, &record);
	if (unpack_end(&reader.u, e) < 0)
		return err_wrap(e, "result record");
	if (!reader.schema_seen)
		return err_set(e, ERR_VERSION, "result record: schema is not %d", RESULT_SCHEMA);
	if (check_record(&record, a, e) < 0)
		return err_wrap(e, "result record");
	*r = record;
	return 0;
}

/* ---- who is sure ---- */

static bool has_entity(const struct id_list *l, uint32_t id)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->ids[i] == id)
			return true;
	return false;
}

static void drop_all(struct id_list *side, const struct id_list *dropped)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < side->n; i++)
		if (!has_entity(dropped, side->ids[i]))
			side->ids[n++] = side->ids[i];
	side->n = n;
}

void result_drop_doubtful(struct result *r)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		drop_all(&r->events[i].source, &r->events[i].doubtful);
		drop_all(&r->events[i].target, &r->events[i].doubtful);
		r->events[i].doubtful.n = 0;
	}
}
