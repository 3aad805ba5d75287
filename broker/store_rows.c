/* A result as rows: its entities, events and stances, in the transaction of the result itself. */
#include "broker/store_sql.h"

struct rows {
	struct store *s;
	uint64_t seq;
	const struct result *r;
	struct err *e;
	int64_t first_event; /* the events of a record have numbers in a row */
	uint32_t *by_id;     /* [n_ids] the entity with each id, from 1; 0 none */
	uint32_t n_ids;
};

/* Any ids are allowed, up to RESULT_ID_MAX: looking for each actor's would cost a long record the
 * product of its actors and entities. */
static void index_entities(struct rows *w)
{
	const struct result *r = w->r;

	for (uint32_t i = 0; i < r->n_entities; i++)
		if (r->entities[i].id >= w->n_ids)
			w->n_ids = r->entities[i].id + 1;
	w->by_id = mem_alloc((w->n_ids + 1) * sizeof(*w->by_id));
	for (uint32_t i = 0; i < r->n_entities; i++)
		w->by_id[r->entities[i].id] = i + 1;
}

static const struct result_entity *entity_of(const struct rows *w, uint32_t id)
{
	if (id >= w->n_ids || !w->by_id[id])
		return NULL;
	return &w->r->entities[w->by_id[id] - 1];
}

static int add_entity(struct rows *w, const struct result_entity *n)
{
	sqlite3_stmt *q = store_statement(w->s, SQL_ADD_ENTITY);

	sqlite3_bind_int64(q, 1, (int64_t)w->seq);
	sqlite3_bind_int64(q, 2, n->id);
	store_bind_str(q, 3, n->name);
	store_bind_str(q, 4, str_of(entity_kind_name(n->kind)));
	store_bind_str(q, 5, n->code);
	store_bind_str(q, 6, n->role);
	sqlite3_bind_int64(q, 7, n->n_mentions);
	return store_run(w->s, q, "store an entity", w->e);
}

static int add_actor(struct rows *w, enum store_statement into, int64_t of, const char *part,
		     uint32_t id)
{
	const struct result_entity *n = entity_of(w, id);
	sqlite3_stmt *q = store_statement(w->s, into);

	if (!n)
		return 0;
	sqlite3_bind_int64(q, 1, of);
	store_bind_str(q, 2, str_of(part));
	store_bind_str(q, 3, n->code);
	store_bind_str(q, 4, n->name);
	sqlite3_bind_int64(q, 5, (int64_t)w->seq);
	sqlite3_bind_int64(q, 6, id);
	return store_run(w->s, q, "store an actor", w->e);
}

static int add_actors(struct rows *w, enum store_statement into, int64_t of, const char *part,
		      const struct id_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (add_actor(w, into, of, part, list->ids[i]) < 0)
			return -1;
	return 0;
}

/* Binds trigger and sentence at four places in a row. */
static void bind_spans(sqlite3_stmt *q, int at, const struct span *trigger,
		       const struct span *sentence)
{
	sqlite3_bind_int64(q, at, trigger->start);
	sqlite3_bind_int64(q, at + 1, trigger->end);
	sqlite3_bind_int64(q, at + 2, sentence->start);
	sqlite3_bind_int64(q, at + 3, sentence->end);
}

static void bind_contexts(sqlite3_stmt *q, int at, const struct result_event *v)
{
	struct buf b = {0};

	for (uint32_t i = 0; i < v->n_contexts; i++) {
		if (i)
			buf_add(&b, " ", 1);
		buf_add_str(&b, v->contexts[i]);
	}
	sqlite3_bind_text(q, at, b.n ? b.p : "", (int)b.n, SQLITE_TRANSIENT);
	buf_free(&b);
}

static int add_event(struct rows *w, uint32_t i)
{
	const struct result_event *v = &w->r->events[i];
	sqlite3_stmt *q = store_statement(w->s, SQL_ADD_EVENT);
	int64_t event;

	sqlite3_bind_int64(q, 1, (int64_t)w->seq);
	store_bind_str(q, 2, str_of(event_type_name(v->type)));
	store_bind_str(q, 3, v->mode);
	bind_contexts(q, 4, v);
	store_bind_str(q, 5, v->cameo);
	sqlite3_bind_int(q, 6, event_type_quad(v->type));
	sqlite3_bind_double(q, 7, v->goldstein);
	store_bind_str(q, 8, str_of(event_status_name(v->status)));
	store_bind_str(q, 9, v->date.start);
	store_bind_str(q, 10, v->date.end);
	store_bind_str(q, 11, str_of(date_precision_name(v->date.precision)));
	store_bind_str(q, 12, v->place.name);
	store_bind_str(q, 13, v->place.country);
	if (v->place.name.n) {
		sqlite3_bind_double(q, 14, v->place.latitude);
		sqlite3_bind_double(q, 15, v->place.longitude);
	}
	bind_spans(q, 16, &v->trigger, &v->sentence);
	store_bind_str(q, 20, v->text);
	sqlite3_bind_double(q, 21, v->confidence);
	store_bind_str(q, 22, v->rule);
	if (store_run(w->s, q, "store an event", w->e) < 0)
		return -1;
	event = sqlite3_last_insert_rowid(w->s->db);
	if (i == 0)
		w->first_event = event;
	if (store_event_cell(w->s, w->r, i, event, v->same_as ? w->first_event + v->same_as - 1 : 0,
			     w->e) < 0)
		return -1;
	if (add_actors(w, SQL_ADD_EVENT_ACTOR, event, "source", &v->source) < 0 ||
	    add_actors(w, SQL_ADD_EVENT_ACTOR, event, "target", &v->target) < 0)
		return -1;
	return add_actors(w, SQL_ADD_EVENT_ACTOR, event, "by", &v->by);
}

static struct str target_code(const struct rows *w, const struct result_stance *t)
{
	const struct result_entity *n =
		t->target.entity >= 0 ? entity_of(w, (uint32_t)t->target.entity) : NULL;

	return n ? n->code : STR("");
}

static int add_stance(struct rows *w, const struct result_stance *t)
{
	sqlite3_stmt *q = store_statement(w->s, SQL_ADD_STANCE);
	int64_t stance;

	sqlite3_bind_int64(q, 1, (int64_t)w->seq);
	store_bind_str(q, 2, t->target.text);
	store_bind_str(q, 3, target_code(w, t));
	store_bind_str(q, 4, t->target.topic);
	store_bind_str(q, 5, t->target.key);
	store_bind_str(q, 6, str_of(polarity_name(t->polarity)));
	sqlite3_bind_int(q, 7, t->strength);
	store_bind_str(q, 8, str_of(stance_kind_name(t->kind)));
	bind_spans(q, 9, &t->trigger, &t->sentence);
	store_bind_str(q, 13, t->text);
	sqlite3_bind_double(q, 14, t->confidence);
	store_bind_str(q, 15, t->rule);
	if (store_run(w->s, q, "store a stance", w->e) < 0)
		return -1;
	stance = sqlite3_last_insert_rowid(w->s->db);
	if (t->target.entity >= 0 &&
	    add_actor(w, SQL_ADD_STANCE_ACTOR, stance, "target", (uint32_t)t->target.entity) < 0)
		return -1;
	if (add_actors(w, SQL_ADD_STANCE_ACTOR, stance, "holder", &t->holder) < 0 ||
	    add_actors(w, SQL_ADD_STANCE_ACTOR, stance, "about", &t->target.about) < 0)
		return -1;
	return add_actors(w, SQL_ADD_STANCE_ACTOR, stance, "by", &t->by);
}

static int add_all(struct rows *w)
{
	const struct result *r = w->r;

	for (uint32_t i = 0; i < r->n_entities; i++)
		if (add_entity(w, &r->entities[i]) < 0)
			return -1;
	for (uint32_t i = 0; i < r->n_events; i++)
		if (add_event(w, i) < 0)
			return -1;
	for (uint32_t i = 0; i < r->n_stances; i++)
		if (add_stance(w, &r->stances[i]) < 0)
			return -1;
	return 0;
}

int store_rows(struct store *s, uint64_t seq, const struct result *r, struct err *e)
{
	struct rows w = {.s = s, .seq = seq, .r = r, .e = e};
	int done;

	index_entities(&w);
	done = add_all(&w);
	mem_free(w.by_id);
	return done;
}
