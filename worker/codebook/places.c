/* Compiles places/: one line a place.
 *
 *   place UKR 50.45 30.52 Kyiv | Kiev     a point; code - for waters
 *   country UKR 49.00 32.00 Ukraine       the middle of a country
 *   town UKR Bila Tserkva                 somewhere in its country, whose middle it gets */
#include <stdlib.h>
#include <string.h>

#include "worker/codebook/codebook.h"
#include "worker/codebook/pool.h"
#include "worker/engine/fold.h"
#include "worker/engine/place_image.h"

struct places {
	struct source *source;
	struct pool pool;
	struct place_row {
		struct place_item item;
		uint32_t layer, order, line;
		struct str path;
	} * rows;
	uint32_t n, cap, layer;
};

/* "-12.5" in 1/PLACE_DEGREE of a degree; digits beyond the fourth are dropped. */
static bool read_degrees(struct str s, int32_t limit, int32_t *out)
{
	bool minus = s.n && s.p[0] == '-', point = false;
	int64_t v = 0;
	int32_t scale = PLACE_DEGREE;

	for (size_t i = minus; i < s.n; i++) {
		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9' || v > 1000 * PLACE_DEGREE)
			return false;
		if (point && scale == 1)
			continue;
		v = v * 10 + (s.p[i] - '0');
		scale /= point ? 10 : 1;
	}
	v *= scale;
	*out = (int32_t)(minus ? -v : v);
	return s.n > minus && v <= (int64_t)limit * PLACE_DEGREE;
}

static void add(struct places *p, struct place_item item, struct str name, struct str key)
{
	struct fold_piece pieces[PLACE_PIECES + 1];
	uint32_t n = fold_pieces(key, pieces, PLACE_PIECES + 1);

	if (!n || n > PLACE_PIECES) {
		source_problem(p->source, p->source->line, key, "a name of one to %d words",
			       PLACE_PIECES);
		return;
	}
	item.key = FOLD_START;
	for (uint32_t i = 0; i < n; i++)
		item.key = fold_join(item.key, pieces[i].hash);
	item.n_pieces = (uint8_t)n;
	item.name = pool_add(&p->pool, name);
	item.n_name = (uint32_t)name.n;
	MEM_GROW(p->rows, p->n, p->cap);
	p->rows[p->n] = (struct place_row){item, p->layer, p->n, p->source->line, p->source->path};
	p->n++;
}

static bool read_code(struct places *p, struct str code, struct place_item *item)
{
	bool ok = code.n == 3;

	for (size_t i = 0; i < code.n; i++)
		ok = ok && code.p[i] >= 'A' && code.p[i] <= 'Z';
	if (ok)
		memcpy(item->code, code.p, 3);
	else if (!str_is(code, "-") || item->kind != PLACE_POINT)
		source_problem(p->source, p->source->line, code, "a country's code (UKR)%s",
			       item->kind == PLACE_POINT ? ", or - for waters" : "");
	return ok || str_is(code, "-");
}

static void read_line(struct places *p, const struct source_line *l)
{
	static const char *const words[] = {"town", "country", "place"};
	struct place_item item = {.kind = PLACE_TOWN};
	struct str rest = l->value, part, first;

	while (item.kind <= PLACE_POINT && (l->field || !str_is(l->key, words[item.kind])))
		if (++item.kind > PLACE_POINT)
			break;
	if (item.kind > PLACE_POINT) {
		source_problem(p->source, l->line, l->key,
			       "a line that starts with place, country or town");
		return;
	}
	if (!source_part(&rest, ' ', &part) || !read_code(p, part, &item))
		return;
	if (item.kind != PLACE_TOWN) {
		struct str lat = {0}, lon = {0};

		source_part(&rest, ' ', &lat);
		source_part(&rest, ' ', &lon);
		if (!read_degrees(lat, 90, &item.latitude) ||
		    !read_degrees(lon, 180, &item.longitude)) {
			source_problem(
				p->source, l->line, l->value,
				"latitude and longitude in degrees after the code (50.45 30.52)");
			return;
		}
	}
	if (!source_part(&rest, '|', &first) || !first.n) {
		source_problem(p->source, l->line, l->value, "a name at the end");
		return;
	}
	add(p, item, first, first);
	if (item.kind == PLACE_COUNTRY)
		add(p, item, first, (struct str){item.code, 3});
	while (source_part(&rest, '|', &part))
		add(p, item, first, part);
}

/* One's own layer first, then points, countries, towns, then as they stand in the files. */
static int by_key(const void *a, const void *b)
{
	const struct place_row *x = a, *y = b;

	if (x->item.key != y->item.key)
		return x->item.key < y->item.key ? -1 : 1;
	if (x->layer != y->layer)
		return x->layer > y->layer ? -1 : 1;
	if (x->item.kind != y->item.kind)
		return x->item.kind > y->item.kind ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static const struct place_item *country_of(const struct places *p, const char *code)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (p->rows[i].item.kind == PLACE_COUNTRY &&
		    memcmp(p->rows[i].item.code, code, 3) == 0)
			return &p->rows[i].item;
	return NULL;
}

/* Towns come sorted by country as a rule, so the last country is asked first. */
static void place_towns(struct places *p, struct problems *problems)
{
	const struct place_item *c = NULL;

	for (uint32_t i = 0; i < p->n; i++) {
		struct place_item *t = &p->rows[i].item;

		if (t->kind != PLACE_TOWN)
			continue;
		if (!c || memcmp(c->code, t->code, 3) != 0)
			c = country_of(p, t->code);
		if (!c) {
			struct source s = {.path = p->rows[i].path, .problems = problems};

			source_problem(&s, p->rows[i].line, (struct str){t->code, 3},
				       "a code that has a country line");
			return;
		}
		t->latitude = c->latitude;
		t->longitude = c->longitude;
	}
}

static void write_sections(struct places *p, struct image_writer *w)
{
	struct place_item *items = mem_alloc((p->n + 1) * sizeof(*items));
	uint32_t n_slots = 64, *slots;

	while (n_slots < 2 * p->n)
		n_slots *= 2;
	slots = mem_alloc(n_slots * sizeof(*slots));
	for (uint32_t i = 0; i < p->n; i++) {
		items[i] = p->rows[i].item;
		items[i].last = i + 1 == p->n || p->rows[i + 1].item.key != items[i].key;
		if (i == 0 || items[i - 1].last) {
			uint32_t k = (uint32_t)items[i].key & (n_slots - 1);

			while (slots[k])
				k = (k + 1) & (n_slots - 1);
			slots[k] = i + 1;
		}
	}
	image_writer_add(w, "place.text", p->pool.bytes.p, p->pool.bytes.n);
	image_writer_add(w, "place.item", items, p->n * sizeof(*items));
	image_writer_add(w, "place.slot", slots, n_slots * sizeof(*slots));
	mem_free(items);
	mem_free(slots);
}

void places_compile(const struct codebook_file *files, uint32_t n, struct image_writer *w,
		    struct problems *problems)
{
	struct places p = {0};

	pool_add(&p.pool, STR(" "));
	for (uint32_t i = 0; i < n; i++) {
		struct source s = {
			.path = files[i].path, .text = files[i].text, .problems = problems};
		struct source_line l;

		p.source = &s;
		p.layer = files[i].layer;
		while (source_next(&s, &l))
			read_line(&p, &l);
	}
	place_towns(&p, problems);
	if (p.n)
		qsort(p.rows, p.n, sizeof(*p.rows), by_key);
	if (!problems->n)
		write_sections(&p, w);
	pool_free(&p.pool);
	mem_free(p.rows);
}
