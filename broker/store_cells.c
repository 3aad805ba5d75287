/* Where reports of the same event meet. A cell holds the events that agree in type, status, both
 * sides, day and place; neighbouring cells that can be the same event get one cluster:
 *
 * - An event whose text names no day has the day of publication. It belongs to that day if some
 *   report names that day, else to the day before if some report names that, else to its own.
 * - An event without a place belongs to the one place that others of its day name; where they name
 *   several, or none, it stays without.
 *
 * So a cluster depends on which cells there are, not on the order in which they came. A new cell
 * moves at most the cells of its neighbouring days, CELLS_MAX of them; beyond that (hundreds of
 * places for one kind of event between the same sides within five days) a cell is a cluster of its
 * own. The cluster's name is what its events agree in: the same in every store.
 *
 * Events without source, or with neither target nor place, or without a day, are in no cell. */
#include "broker/store_sql.h"

#include <stdio.h>

enum { CELLS_MAX = 512, CODES_MAX = 6, DAY = 10, SIDE_MAX = 160, PLACE_MAX = 160 };

/* What the events of a cell agree in. */
struct key {
	struct str type, status;
	char source[SIDE_MAX], target[SIDE_MAX], place[PLACE_MAX], day[DAY + 1];
	bool dated;
};

static const struct result_entity *entity_of(const struct result *r, uint32_t id)
{
	static const struct result_entity none;

	if (id < r->n_entities && r->entities[id].id == id)
		return &r->entities[id];
	for (uint32_t i = 0; i < r->n_entities; i++)
		if (r->entities[i].id == id)
			return &r->entities[i];
	return &none;
}

/* The likeliest actor stands first. */
static const struct result_entity *first_of(const struct result *r, const struct id_list *l)
{
	static const struct result_entity none;

	return l->n ? entity_of(r, l->ids[0]) : &none;
}

static bool has_code(const struct result *r, const struct id_list *l, struct str code)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (str_eq(entity_of(r, l->ids[i])->code, code))
			return true;
	return false;
}

/* "A and B met": everybody on the one side stands on the other, too. */
static bool is_mutual(const struct result *r, const struct result_event *v)
{
	for (uint32_t i = 0; i < v->target.n; i++)
		if (!has_code(r, &v->source, entity_of(r, v->target.ids[i])->code))
			return false;
	return v->target.n > 0 && v->source.n > 1;
}

/* Types that are the same from either side: "A met B" is "B met A". */
static bool has_no_direction(enum event_type t)
{
	return t == EVENT_CONSULT || t == EVENT_COOPERATE || t == EVENT_AGREE;
}

/* As much of it as there is room, in whole characters. */
static void put(char *out, size_t size, struct str s)
{
	snprintf(out, size, "%.*s", STR_ARG(str_cut(s, size - 1)));
}

/* What an actor is told apart by. Between countries that is the code; within one the code says
 * nothing, and the role ("HKG.CVL") or, between equals, the name does. */
enum by { BY_CODE, BY_ROLE, BY_NAME };

static struct str label(struct arena *a, const struct result_entity *n, enum by by)
{
	if (by == BY_CODE || !n->code.n)
		return n->code;
	return arena_printf(a, "%.*s.%.*s", STR_ARG(n->code),
			    STR_ARG(by == BY_ROLE && n->role.n ? n->role : n->name));
}

/* The parties of an event without direction, sorted, each once; at most CODES_MAX. */
struct parties {
	struct str items[CODES_MAX];
	uint32_t n;
};

static void add_party(struct parties *p, struct str x)
{
	uint32_t at = 0;

	while (at < p->n && str_cmp(p->items[at], x) < 0)
		at++;
	if (!x.n || p->n == CODES_MAX || (at < p->n && str_eq(p->items[at], x)))
		return;
	memmove(p->items + at + 1, p->items + at, (p->n - at) * sizeof(*p->items));
	p->items[at] = x;
	p->n++;
}

static void find_parties(struct parties *p, struct arena *a, const struct result *r,
			 const struct result_event *v, enum by by)
{
	p->n = 0;
	if (is_mutual(r, v)) {
		for (uint32_t i = 0; i < v->source.n; i++)
			add_party(p, label(a, entity_of(r, v->source.ids[i]), by));
	} else if (has_no_direction(v->type) && v->source.n && v->target.n) {
		add_party(p, label(a, first_of(r, &v->source), by));
		add_party(p, label(a, first_of(r, &v->target), by));
	}
}

/* All parties on both sides: "ARM+AZE". */
static void put_parties(struct key *k, const struct parties *p)
{
	struct buf b = {0};

	for (uint32_t i = 0; i < p->n; i++)
		buf_printf(&b, "%s%.*s", i ? "+" : "", STR_ARG(p->items[i]));
	put(k->source, sizeof(k->source), buf_str(&b));
	put(k->target, sizeof(k->target), buf_str(&b));
	buf_free(&b);
}

static void fill_sides(struct key *k, const struct result *r, const struct result_event *v)
{
	const struct result_entity *x = first_of(r, &v->source), *y = first_of(r, &v->target);
	struct arena a = {0};
	struct parties p;
	enum by by = BY_CODE;

	find_parties(&p, &a, r, v, BY_CODE);
	if (p.n == 1)
		find_parties(&p, &a, r, v, BY_NAME);
	if (p.n) {
		put_parties(k, &p);
	} else {
		if (x->code.n && str_eq(x->code, y->code))
			by = str_eq(x->role, y->role) ? BY_NAME : BY_ROLE;
		put(k->source, sizeof(k->source), label(&a, x, by));
		put(k->target, sizeof(k->target), label(&a, y, by));
	}
	arena_free(&a);
}

static bool is_day(struct str s)
{
	char text[DAY + 1];
	unsigned month, day;

	if (s.n != DAY)
		return false;
	memcpy(text, s.p, DAY);
	text[DAY] = 0;
	return strspn(text, "0123456789-") == DAY &&
	       sscanf(text, "%*4u-%2u-%2u", &month, &day) == 2 && month >= 1 && month <= 12 &&
	       day >= 1 && day <= 31;
}

/* A single day: that which the text names, or that of publication where it names none. */
static bool fill_day(struct key *k, const struct result *r, const struct result_event *v)
{
	k->dated = v->date.start.n > 0;
	if (k->dated && !str_eq(v->date.start, v->date.end))
		return false;
	put(k->day, sizeof(k->day), k->dated ? v->date.start : r->doc.date);
	return is_day(k->dated ? v->date.start : r->doc.date);
}

static bool fill(struct key *k, const struct result *r, const struct result_event *v)
{
	*k = (struct key){.type = str_of(event_type_name(v->type)),
			  .status = str_of(event_status_name(v->status))};
	fill_sides(k, r, v);
	put(k->place, sizeof(k->place), v->place.name);
	return fill_day(k, r, v) && k->source[0] && (k->target[0] || k->place[0]);
}

static void bind_key(sqlite3_stmt *q, const struct key *k)
{
	store_bind_str(q, 1, str_of(k->source));
	store_bind_str(q, 2, str_of(k->target));
	store_bind_str(q, 3, k->type);
	store_bind_str(q, 4, k->status);
	store_bind_str(q, 5, str_of(k->day));
}

static int find(struct store *s, const struct key *k, int64_t *cell, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_FIND_CELL);
	int r;

	bind_key(q, k);
	sqlite3_bind_int(q, 6, k->dated);
	store_bind_str(q, 7, str_of(k->place));
	r = sqlite3_step(q);
	*cell = r == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "look a cell up");
}

static int add(struct store *s, const struct key *k, int64_t *cell, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_CELL);

	bind_key(q, k);
	sqlite3_bind_int(q, 6, k->dated);
	store_bind_str(q, 7, str_of(k->place));
	if (store_run(s, q, "add a cell", e) < 0)
		return -1;
	*cell = sqlite3_last_insert_rowid(s->db);
	return 0;
}

/* The cells of the days around a new one. */
struct cell {
	int64_t number;
	struct str day, before, place, cluster;
	bool dated, moves; /* moves: it belongs to the day before */
	int64_t day_number, belongs;
};
struct cells {
	struct cell items[CELLS_MAX];
	uint32_t n;
	bool full;
	struct arena arena;
};

static int load(struct store *s, const struct key *k, struct cells *c, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_NEAR_CELLS);
	int r;

	bind_key(q, k);
	sqlite3_bind_int(q, 6, CELLS_MAX + 1);
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		if (c->n == CELLS_MAX) {
			c->full = true;
			r = SQLITE_DONE;
			break;
		}
		c->items[c->n++] = (struct cell){
			.number = sqlite3_column_int64(q, 0),
			.day = arena_str(&c->arena, store_column_str(q, 1)),
			.before = arena_str(&c->arena, store_column_str(q, 2)),
			.day_number = sqlite3_column_int64(q, 3),
			.dated = sqlite3_column_int(q, 4),
			.place = arena_str(&c->arena, store_column_str(q, 5)),
			.cluster = arena_str(&c->arena, store_column_str(q, 6)),
		};
	}
	sqlite3_reset(q);
	return r == SQLITE_DONE ? 0 : store_failed(s->db, e, "look for neighbouring cells");
}

static bool is_named(const struct cells *c, int64_t day)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->items[i].dated && c->items[i].day_number == day)
			return true;
	return false;
}

static void find_days(struct cells *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct cell *x = &c->items[i];

		x->moves =
			!x->dated && !is_named(c, x->day_number) && is_named(c, x->day_number - 1);
		x->belongs = x->day_number - x->moves;
	}
}

/* Its own place, else the only one that others of its day name, else none. */
static struct str place_of_cell(const struct cells *c, const struct cell *x)
{
	struct str found = x->place;

	for (uint32_t i = 0; i < c->n && !x->place.n; i++) {
		const struct cell *y = &c->items[i];

		if (!y->place.n || y->belongs != x->belongs)
			continue;
		if (found.n && !str_eq(found, y->place))
			return STR("");
		found = y->place;
	}
	return found;
}

/* "2018-08-06:SANCTION:SAU:CAN", then the place, then the status where it is not actual. */
static void name_cluster(struct buf *out, const struct key *k, struct str day, struct str place)
{
	out->n = 0;
	buf_printf(out, "%.*s:%.*s:%s", STR_ARG(day), STR_ARG(k->type), k->source);
	if (strcmp(k->source, k->target) != 0)
		buf_printf(out, ":%s", k->target);
	if (place.n)
		buf_printf(out, ":%.*s", STR_ARG(place));
	if (!str_is(k->status, "actual"))
		buf_printf(out, ":%.*s", STR_ARG(k->status));
	for (size_t i = 0; i < out->n; i++)
		if (strchr(" \t\n\r", out->p[i]))
			out->p[i] = '_';
}

static int set_cluster(struct store *s, int64_t cell, struct str cluster, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_SET_CLUSTER);

	sqlite3_bind_int64(q, 1, cell);
	store_bind_str(q, 2, cluster);
	return store_run(s, q, "group events", e);
}

/* Names the clusters of the cells that a new one can have moved: those that belong to its own day,
 * the day before or the day after. */
static int regroup(struct store *s, const struct key *k, const struct cells *c, int64_t cell,
		   struct err *e)
{
	struct buf name = {0};
	int64_t day = 0;
	int r = 0;

	for (uint32_t i = 0; i < c->n; i++)
		if (c->items[i].number == cell)
			day = c->items[i].day_number;
	for (uint32_t i = 0; r == 0 && i < c->n; i++) {
		const struct cell *x = &c->items[i];

		if (x->belongs < day - 1 || x->belongs > day + 1)
			continue;
		name_cluster(&name, k, x->moves ? x->before : x->day, place_of_cell(c, x));
		if (!str_eq(buf_str(&name), x->cluster))
			r = set_cluster(s, x->number, buf_str(&name), e);
	}
	buf_free(&name);
	return r;
}

static int settle(struct store *s, const struct key *k, int64_t cell, struct err *e)
{
	struct cells *c = mem_alloc(sizeof(*c));
	struct buf name = {0};
	int r;

	r = load(s, k, c, e);
	if (r == 0 && c->full) {
		name_cluster(&name, k, str_of(k->day), str_of(k->place));
		r = set_cluster(s, cell, buf_str(&name), e);
	} else if (r == 0) {
		find_days(c);
		r = regroup(s, k, c, cell, e);
	}
	buf_free(&name);
	arena_free(&c->arena);
	mem_free(c);
	return r;
}

static int set_cell(struct store *s, int64_t event, int64_t cell, int64_t repeats, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_SET_CELL);

	sqlite3_bind_int64(q, 1, event);
	if (cell)
		sqlite3_bind_int64(q, 2, cell);
	if (repeats)
		sqlite3_bind_int64(q, 3, repeats);
	return store_run(s, q, "put an event into its cell", e);
}

/* The earliest report of a cell's event: by its document's date, then by the document's id. */
static int note_first(struct store *s, const struct result *r, int64_t event, int64_t cell,
		      struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_SET_FIRST);

	sqlite3_bind_int64(q, 1, cell);
	sqlite3_bind_int64(q, 2, event);
	store_bind_str(q, 3, r->doc.date.n ? r->doc.date : STR("9999"));
	store_bind_str(q, 4, r->doc.id);
	return store_run(s, q, "note a first report", e);
}

int store_event_cell(struct store *s, const struct result *r, uint32_t i, int64_t event,
		     int64_t repeats, struct err *e)
{
	struct key k;
	int64_t cell = 0;

	if (fill(&k, r, &r->events[i])) {
		if (find(s, &k, &cell, e) < 0)
			return -1;
		if (!cell && (add(s, &k, &cell, e) < 0 || settle(s, &k, cell, e) < 0))
			return -1;
		if (note_first(s, r, event, cell, e) < 0)
			return -1;
	}
	return cell || repeats ? set_cell(s, event, cell, repeats, e) : 0;
}
