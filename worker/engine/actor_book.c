#include "worker/engine/actor_book.h"

#include "worker/engine/fold.h"

/* Bytes of a section that must hold n elements of this size. */
static int need(const struct image *im, const char *name, size_t n, size_t size, struct str *out,
		struct err *e)
{
	*out = image_section(im, name);
	if (!out->p && n)
		return err_set(e, ERR_CORRUPT, "codebook image has no section %s", name);
	if (out->n != n * size)
		return err_set(e, ERR_CORRUPT, "codebook section %s has %zu bytes, expected %zu",
			       name, out->n, n * size);
	return 0;
}

static bool inside(uint32_t at, uint32_t n, uint32_t limit)
{
	return at <= limit && n <= limit - at;
}

static bool text_ok(const struct actor_book *b, struct ai_str s)
{
	return inside(s.at, s.n, b->head->n_text);
}

/* Everything that points somewhere points inside: so the matcher need not ask again. */
static bool entries_ok(const struct actor_book *b)
{
	const struct actor_image_head *h = b->head;

	for (uint32_t i = 0; i < h->n_entries; i++) {
		const struct ai_entry *e = &b->entries[i];

		if (!text_ok(b, e->name) || !text_ok(b, e->code) || !text_ok(b, e->role) ||
		    !text_ok(b, e->file) || e->kind >= N_ENTITY_KINDS || e->class >= N_AI_CLASSES ||
		    !inside(e->office, e->n_office, h->n_offices) ||
		    !inside(e->member, e->n_member, h->n_lists) ||
		    !inside(e->with, e->n_with, h->n_lists) ||
		    !inside(e->unless, e->n_unless, h->n_lists))
			return false;
	}
	for (uint32_t i = 0; i < h->n_offices; i++)
		if (!text_ok(b, b->offices[i].role) || !text_ok(b, b->offices[i].title) ||
		    !text_ok(b, b->offices[i].code))
			return false;
	return true;
}

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static bool names_ok(const struct actor_book *b)
{
	const struct actor_image_head *h = b->head;
	uint32_t empty = 0, empty_first = 0;

	for (uint32_t i = 0; i < h->n_names; i++) {
		const struct ai_name *n = &b->names[i];

		if (n->entry >= h->n_entries || n->type >= N_AI_NAME_TYPES || !n->n_pieces ||
		    n->n_pieces > ACTOR_NAME_PIECES || !text_ok(b, n->text))
			return false;
	}
	if (h->n_names && !b->names[h->n_names - 1].last)
		return false;
	for (uint32_t i = 0; i < h->n_slots; i++) {
		if (b->slots[i] > h->n_names)
			return false;
		empty += !b->slots[i];
	}
	for (uint32_t i = 0; i < h->n_firsts; i++) {
		if (b->firsts[i].max_pieces > ACTOR_NAME_PIECES)
			return false;
		empty_first += !b->firsts[i].hash;
	}
	return power_of_two(h->n_slots) && power_of_two(h->n_firsts) && empty && empty_first;
}

static int open_sections(struct actor_book *b, const struct image *im, struct err *e)
{
	struct str s;

	if (need(im, "actor.head", 1, sizeof(*b->head), &s, e) < 0)
		return -1;
	b->head = (const void *)s.p;
	if (b->head->version != ACTOR_IMAGE_VERSION)
		return err_set(e, ERR_VERSION,
			       "actor sections of version %u, this program reads %d",
			       b->head->version, ACTOR_IMAGE_VERSION);
#define SECTION(name, field, count)                                       \
	if (need(im, name, b->head->count, sizeof(*b->field), &s, e) < 0) \
		return -1;                                                \
	b->field = (const void *)s.p
	SECTION("actor.text", text, n_text);
	SECTION("actor.entry", entries, n_entries);
	SECTION("actor.office", offices, n_offices);
	SECTION("actor.name", names, n_names);
	SECTION("actor.slot", slots, n_slots);
	SECTION("actor.first", firsts, n_firsts);
	SECTION("actor.list", lists, n_lists);
#undef SECTION
	if (!entries_ok(b) || !names_ok(b))
		return err_set(e, ERR_CORRUPT, "actor sections of the codebook point outside");
	return 0;
}

struct actor_book *actor_book_new(const struct image *codebook, struct err *e)
{
	struct actor_book *b = mem_alloc(sizeof(*b));

	if (open_sections(b, codebook, e) < 0) {
		actor_book_free(b);
		return NULL;
	}
	return b;
}

void actor_book_free(struct actor_book *b)
{
	mem_free(b);
}

const struct ai_name *book_names(const struct actor_book *b, uint64_t key)
{
	uint32_t mask = b->head->n_slots - 1;

	for (uint32_t i = (uint32_t)key & mask; b->slots[i]; i = (i + 1) & mask)
		if (b->names[b->slots[i] - 1].key == key)
			return &b->names[b->slots[i] - 1];
	return NULL;
}

const struct ai_first *book_first(const struct actor_book *b, uint64_t piece)
{
	uint32_t mask = b->head->n_firsts - 1;

	for (uint32_t i = (uint32_t)piece & mask; b->firsts[i].hash; i = (i + 1) & mask)
		if (b->firsts[i].hash == piece)
			return &b->firsts[i];
	return NULL;
}

bool actor_entry(const struct actor_book *b, int32_t entry, struct actor_entry *out)
{
	const struct ai_entry *e;

	if (entry < 0 || (uint32_t)entry >= b->head->n_entries)
		return false;
	e = &b->entries[entry];
	*out = (struct actor_entry){.name = book_text(b, e->name),
				    .code = book_text(b, e->code),
				    .role = book_text(b, e->role),
				    .file = book_text(b, e->file),
				    .line = e->line,
				    .kind = (enum entity_kind)e->kind};
	return true;
}

int32_t book_day(struct date d)
{
	return d.year * 10000 + d.month * 100 + d.day;
}

/* A day that is only known as a year or month counts as its end where an end is meant. */
static int32_t end_of(int32_t day)
{
	if (day % 10000 == 0)
		return day + 1231;
	return day % 100 == 0 ? day + 31 : day;
}

bool book_in_office(const struct actor_book *b, const struct ai_entry *e, int32_t day,
		    int before_years, int after_years)
{
	for (uint32_t i = 0; i < e->n_office; i++) {
		const struct ai_office *o = &b->offices[e->office + i];

		if (!day || (o->from - before_years * 10000 <= end_of(day) &&
			     day <= end_of(o->to) + after_years * 10000))
			return true;
	}
	return false;
}

static struct date date_of(int32_t day)
{
	if (day <= 0 || day == 99999999)
		return (struct date){0};
	return (struct date){(int16_t)(day / 10000), (int8_t)(day / 100 % 100),
			     (int8_t)(day % 100)};
}

/* The office that counts at a day: the latest begun of those that run, else the last ended. */
static const struct ai_office *office_at(const struct actor_book *b, const struct ai_entry *e,
					 int32_t day, bool *running)
{
	const struct ai_office *best = NULL, *last = NULL;

	for (uint32_t i = 0; i < e->n_office; i++) {
		const struct ai_office *o = &b->offices[e->office + i];

		if (day && o->from > end_of(day))
			continue;
		if (day && day <= end_of(o->to) && (!best || o->from > best->from))
			best = o;
		if (!last || end_of(o->to) > end_of(last->to) ||
		    (o->to == last->to && o->from > last->from))
			last = o;
	}
	*running = best != NULL || (!day && last && last->to == 99999999);
	return best ? best : last;
}

struct actor_role actor_role_at(const struct actor_book *b, int32_t entry, struct date when)
{
	const struct ai_entry *e = &b->entries[entry];
	struct actor_role r = {.role = book_text(b, e->role)};
	bool running;
	const struct ai_office *o = office_at(b, e, when.year ? book_day(when) : 0, &running);

	if (!o)
		return r;
	if (running || !r.role.n)
		r.role = book_text(b, o->role);
	r.code = book_text(b, o->code);
	r.office = book_text(b, o->title);
	r.from = date_of(o->from);
	r.to = date_of(o->to);
	r.former = when.year && !running;
	return r;
}

static bool is_listed(const int32_t *entries, uint32_t n, int32_t entry)
{
	for (uint32_t i = 0; i < n; i++)
		if (entries[i] == entry)
			return true;
	return false;
}

uint32_t actor_find(const struct actor_book *b, struct str name, struct date when, int32_t *entries,
		    uint32_t max)
{
	const struct ai_name *first = book_names(b, fold_key(name)), *x;
	uint32_t n = 0;

	/* Those in office at the date come first. */
	for (int in_office = 1; in_office >= 0; in_office--)
		for (x = first; x && n < max; x = x->last ? NULL : x + 1) {
			const struct ai_entry *e = &b->entries[x->entry];
			bool runs = when.year && e->n_office &&
				    book_in_office(b, e, book_day(when), 0, 0);

			if (runs == (in_office == 1) && e->class != AI_NOTHING &&
			    !is_listed(entries, n, (int32_t)x->entry))
				entries[n++] = (int32_t)x->entry;
		}
	return n;
}
