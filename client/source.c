#include "client/source.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "broker/query.h"
#include "broker/store.h"
#include "client/command.h"
#include "client/hint.h"
#include "client/output.h"
#include "client/table.h"
#include "proto/pack.h"

enum { PAGE = 1000, DEPTH_MAX = 16, VALUES_MAX = 8 << 20 };

const struct option_row SOURCE_ROWS[] = {
	{.type = OPTION_INCLUDE,
	 .offset = offsetof(struct source_options, link),
	 .include = LINK_ROWS},
	{.name = "db",
	 .type = OPTION_STR,
	 .offset = offsetof(struct source_options, db),
	 .arg = "FILE",
	 .help = "read this database file instead of asking a broker"},
	{.type = OPTION_END},
};

/* A conversation or an open file. */
struct source {
	struct link *link;
	struct query *query;
	struct arena arena; /* of the page that a query gave */
};

int source_check(const char *path, bool may_be_new, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return may_be_new && errno == ENOENT ? output_check(path, e)
						     : err_errno(e, errno, "cannot open %s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_INVALID, "cannot open %s: it is a folder", path);
	if (st.st_size == 0 && may_be_new)
		return 0;
	if (access(path, R_OK) == 0 && !output_is_database(path))
		return err_set(e, ERR_INVALID, "cannot open %s: it is no database", path);
	return 0;
}

/* A file that an older version made is brought up to date, once, where it can be written and no
 * broker has it; else the error says what to do. */
static int open_file(struct source *s, const char *path, struct err *e)
{
	struct store *store;
	struct err why;

	if (source_check(path, false, e) < 0)
		return -1;
	if (query_open(&s->query, path, e) == 0)
		return 0;
	if (e->code != ERR_VERSION || store_open(&store, path, &why) < 0)
		return -1;
	store_close(store);
	if (query_open(&s->query, path, e) < 0)
		return -1;
	fprintf(stderr, "demarche: %s, made by an older version, was brought up to date\n", path);
	return 0;
}

struct source *source_open(const struct source_options *o, struct err *e)
{
	struct source *s = mem_alloc(sizeof(*s));

	if (o->db ? open_file(s, o->db, e) < 0 : !(s->link = link_open(&o->link, ROLE_READ, e))) {
		struct err why = *e;

		if (!o->db && why.code == ERR_UNREACHABLE)
			err_set(e, why.code, "%s; --db FILE reads a database without one",
				why.text);
		mem_free(s);
		return NULL;
	}
	if (s->query)
		query_patient(s->query);
	return s;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	link_close(s->link);
	query_close(s->query);
	arena_free(&s->arena);
	mem_free(s);
}

/* As link_page, from the file. */
static int query_page(struct source *s, struct link_query *q, struct msg_rows *page, struct err *e)
{
	uint64_t most = q->page ? UINT32_MAX : PAGE; /* what is counted is counted once */
	uint64_t left = q->limit ? q->limit - q->given : most;
	struct msg_query m = {.what = str_of(q->what),
			      .arguments = q->arguments,
			      .n_arguments = q->n_arguments,
			      .limit = left < most ? left : most,
			      .after = q->after};

	if (q->done || left == 0)
		return 0;
	arena_reset(&s->arena, 1 << 20);
	*page = (struct msg_rows){0};
	if (query_run(s->query, &m, &s->arena, page, e) < 0)
		return -1;
	q->done = !page->more;
	q->after = page->next;
	q->given += page->n_rows;
	return page->n_rows || !q->done ? 1 : 0;
}

int source_page(struct source *s, struct link_query *q, struct msg_rows *page, struct err *e)
{
	return s->query ? query_page(s, q, page, e) : link_page(s->link, q, page, e);
}

/* A value of a byte takes forty here: of so many is a row, at most. */
struct row_reader {
	struct unpack u;
	uint32_t n_values;
	int depth;
};

static json_t *value_of(struct row_reader *r);

static json_t *list_of(struct row_reader *r)
{
	json_t *list = json_array();

	for (uint32_t n = unpack_array(&r->u); n > 0 && !unpack_failed(&r->u); n--)
		json_array_append_new(list, value_of(r));
	return list;
}

static json_t *map_of(struct row_reader *r)
{
	json_t *map = json_object();

	for (uint32_t n = unpack_map(&r->u); n > 0 && !unpack_failed(&r->u); n--) {
		struct str key = unpack_str(&r->u, MSG_NAME_MAX);
		char name[MSG_NAME_MAX + 1];

		snprintf(name, sizeof(name), "%.*s", STR_ARG(key));
		json_object_set_new(map, name, value_of(r));
	}
	return map;
}

static json_t *container_of(struct row_reader *r)
{
	bool is_map = unpack_peek(&r->u) == UNPACK_MAP;
	json_t *v;

	r->depth++;
	v = is_map ? map_of(r) : list_of(r);
	r->depth--;
	return v;
}

static json_t *value_of(struct row_reader *r)
{
	struct unpack *u = &r->u;
	struct str s;
	json_t *text;

	if (r->depth > DEPTH_MAX)
		unpack_fail(u, "a value that is nested less deeply");
	if (++r->n_values > VALUES_MAX)
		unpack_fail(u, "fewer values");
	switch (unpack_peek(u)) {
	case UNPACK_BOOL:
		return json_boolean(unpack_bool(u));
	case UNPACK_INT:
		return json_integer(unpack_int(u));
	case UNPACK_DOUBLE:
		return json_real(unpack_double(u));
	case UNPACK_STR:
	case UNPACK_BIN:
		s = unpack_str(u, MSG_FRAME_MAX);
		text = json_stringn(s.p ? s.p : "", s.n);
		return text ? text : json_null();
	case UNPACK_ARRAY:
	case UNPACK_MAP:
		return container_of(r);
	default:
		unpack_skip(u);
		return json_null();
	}
}

json_t *source_row(struct str packed, struct err *e)
{
	struct row_reader r = {0};
	json_t *row;

	unpack_init(&r.u, packed);
	row = value_of(&r);
	if (unpack_end(&r.u, e) == 0 && json_is_object(row))
		return row;
	json_decref(row);
	err_set(e, ERR_CORRUPT, "a row that cannot be read");
	return NULL;
}

int source_first(struct source *s, struct link_query *q, struct str *packed, struct err *e)
{
	struct msg_rows page;
	int got;

	while ((got = source_page(s, q, &page, e)) == 1)
		if (page.n_rows) { /* a page may have none, and others follow */
			*packed = page.rows[0];
			return 1;
		}
	return got;
}

int source_rows(struct source *s, struct link_query *q, row_fn *take, void *to, struct err *e)
{
	struct msg_rows page;
	int got;

	while ((got = source_page(s, q, &page, e)) == 1)
		for (uint32_t i = 0; i < page.n_rows; i++) {
			json_t *row = source_row(page.rows[i], e);

			if (!row)
				return -1;
			take(to, row);
			json_decref(row);
		}
	return got;
}

int source_rows_of(struct link *l, struct link_query *q, row_fn *take, void *to, struct err *e)
{
	struct source s = {.link = l};

	return source_rows(&s, q, take, to, e);
}

int source_first_of(struct link *l, struct link_query *q, json_t **row, struct err *e)
{
	struct source s = {.link = l};
	struct str packed;
	int got = source_first(&s, q, &packed, e);

	*row = got == 1 ? source_row(packed, e) : NULL;
	return got == 1 && !*row ? -1 : got;
}

struct str row_str(const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);

	return (struct str){json_is_string(v) ? json_string_value(v) : "",
			    json_is_string(v) ? json_string_length(v) : 0};
}

int64_t row_int(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

double row_double(const json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

void row_actors(const json_t *row, const char *key, bool codes, struct buf *out)
{
	const json_t *actor;
	size_t i;

	json_array_foreach(json_object_get(row, key), i, actor)
	{
		struct str name = row_str(actor, codes ? "code" : "name");

		if (!name.n)
			name = row_str(actor, codes ? "name" : "code");
		buf_printf(out, "%s%.*s", i ? ", " : "", STR_ARG(name));
	}
}

struct str row_time(struct arena *a, const json_t *row, const char *key)
{
	int64_t ms = row_int(row, key);
	time_t seconds = (time_t)(ms / 1000);
	char text[32];
	struct tm tm;

	if (!ms || !gmtime_r(&seconds, &tm))
		return STR("");
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	return arena_str(a, str_of(text));
}

static struct str cell_of(struct arena *a, const struct row_column *c, const json_t *row)
{
	const json_t *v = c->key ? json_object_get(row, c->key) : NULL;
	struct buf b = {0};
	struct str s;

	if (c->cell)
		c->cell(a, row, &b);
	else if (json_is_integer(v))
		buf_printf(&b, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		buf_printf(&b, "%.2f", json_real_value(v));
	else
		buf_add_str(&b, row_str(row, c->key ? c->key : ""));
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

/* Where rows go: a table, or JSON lines where there is none. */
struct row_sink {
	const struct row_list *list;
	struct table *table;
};

static void take_row(void *to, json_t *row)
{
	const struct row_sink *sink = to;
	const struct row_list *l = sink->list;
	struct str cells[TABLE_COLUMNS_MAX];
	struct arena a = {0};

	if (!sink->table) {
		json_dumpf(row, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
		putchar('\n');
		return;
	}
	for (int i = 0; l->columns[i].head; i++)
		cells[i] = cell_of(&a, &l->columns[i], row);
	table_add(sink->table, cells);
	arena_free(&a);
}

uint32_t source_arguments(const struct row_filter *filters, struct msg_argument *out)
{
	uint32_t n = 0;

	for (; filters && filters->name; filters++)
		if (filters->value && *filters->value)
			out[n++] = (struct msg_argument){str_of(filters->name),
							 str_of(filters->value)};
	return n;
}

static struct table *table_for(const struct row_list *l)
{
	const char *heads[TABLE_COLUMNS_MAX + 1] = {0};

	for (int i = 0; l->columns[i].head; i++)
		heads[i] = l->columns[i].head;
	return table_new(heads);
}

int rows_print(const struct row_list *l, const struct source_options *o,
	       const struct row_filter *filters, uint64_t limit, bool json)
{
	struct msg_argument arguments[16];
	struct link_query q = {.what = l->what, .arguments = arguments, .limit = limit};
	struct table *t = json ? NULL : table_for(l);
	struct row_sink sink = {l, t};
	struct err e;
	struct source *s = source_open(o, &e);
	int r = s ? 0 : -1, status = EXIT_DONE;

	q.n_arguments = source_arguments(filters, arguments);
	if (s)
		r = source_rows(s, &q, take_row, &sink, &e);
	if (r == 0 && t && q.given)
		table_print(t, stdout);
	if (r == 0 && !q.given && l->none) {
		fprintf(stderr, "%s\n", l->none);
		status = hint_nothing(l->command, s, filters);
	}
	if (r < 0)
		fprintf(stderr, "demarche %s: %s\n", l->command, e.text);
	source_close(s);
	table_free(t);
	return r < 0 ? link_exit_status(&e) : status;
}
