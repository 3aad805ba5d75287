#include "client/export.h"

#include <stdlib.h>

#include "client/record.h"
#include "proto/json.h"

void export_csv_cell(struct str s, struct buf *out)
{
	bool quote = false;

	for (size_t i = 0; i < s.n; i++)
		quote |= strchr(",\"\n\r", s.p[i]) != NULL;
	if (!quote) {
		buf_add_str(out, s);
		return;
	}
	buf_add_str(out, STR("\""));
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_add(out, "\"", 1);
		buf_add(out, s.p + i, 1);
	}
	buf_add_str(out, STR("\""));
}

static void add_cell(const struct export_layout *l, struct str s, struct buf *out)
{
	if (l->separator == ',') {
		export_csv_cell(s, out);
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		buf_add(out, strchr("\t\n\r", s.p[i]) ? " " : s.p + i, 1);
}

void export_header(const struct export_layout *l, struct buf *out)
{
	for (int i = 0; l->columns[i].name; i++)
		buf_printf(out, "%s%s", i ? (char[]){l->separator, 0} : "", l->columns[i].name);
	buf_add_str(out, STR("\n"));
}

void export_line(const struct export_layout *l, const struct export_row *row, struct buf *out)
{
	struct buf cell = {0};

	for (int i = 0; l->columns[i].name; i++) {
		cell.n = 0;
		if (l->columns[i].cell)
			l->columns[i].cell(row, &cell);
		if (i)
			buf_add(out, &l->separator, 1);
		add_cell(l, buf_str(&cell), out);
	}
	buf_add_str(out, STR("\n"));
	buf_free(&cell);
}

void export_id(const struct export_row *row, struct buf *out)
{
	struct str sha = row->result->doc.sha256;

	buf_printf(out, "%.*s-%c%u", sha.n < 16 ? (int)sha.n : 16, sha.p, row->event ? 'e' : 's',
		   row->index + 1);
}

/* Every source with every target; a side without actors is one empty side. Where the parties act on
 * each other, all of them are on both sides: nobody meets himself. */
static void pairs(struct export_row *row, export_row_fn *fn, void *arg)
{
	const struct result *r = row->result;
	const struct result_event *ev = row->event;

	for (uint32_t i = 0; i < (ev->source.n ? ev->source.n : 1); i++)
		for (uint32_t k = 0; k < (ev->target.n ? ev->target.n : 1); k++) {
			row->source = ev->source.n ? record_entity(r, ev->source.ids[i]) : NULL;
			row->target = ev->target.n ? record_entity(r, ev->target.ids[k]) : NULL;
			if (row->source && row->source == row->target &&
			    ev->source.n + ev->target.n > 2)
				continue;
			row->pair = i * (ev->target.n ? ev->target.n : 1) + k;
			fn(arg, row);
		}
}

void export_rows(const struct export_layout *l, const struct export_row *from, export_row_fn *fn,
		 void *arg)
{
	const struct result *r = from->result;
	struct export_row row = *from;

	if (l == &EXPORT_DOCUMENTS) {
		fn(arg, &row);
		return;
	}
	if (l == &EXPORT_STANCES) {
		for (uint32_t i = 0; i < r->n_stances; i++) {
			row.stance = &r->stances[i];
			row.index = i;
			fn(arg, &row);
		}
		return;
	}
	for (uint32_t i = 0; i < r->n_events; i++) {
		row.event = &r->events[i];
		row.index = i;
		if (l->pairs)
			pairs(&row, fn, arg);
		else
			fn(arg, &row);
	}
}

/* brat: T lines for triggers and actors, E lines that tie them, A lines for status and polarity. It
 * takes a file only where the words of each T line are those of its span. */
struct brat {
	const struct result *r;
	struct str text;
	uint32_t *bytes; /* [n_chars + 1] where each character starts */
	uint32_t n_chars;
	struct buf *out;
	uint32_t n_t, n_e, n_a;
	uint32_t *entity_t; /* [n_entities] T of the entity's first mention, 0 none */
};

static void find_characters(struct brat *b)
{
	b->bytes = mem_alloc((b->text.n + 1) * sizeof(*b->bytes));
	for (size_t i = 0; i < b->text.n; i++)
		if (((unsigned char)b->text.p[i] & 0xc0) != 0x80)
			b->bytes[b->n_chars++] = (uint32_t)i;
	b->bytes[b->n_chars] = (uint32_t)b->text.n;
}

static uint32_t brat_span(struct brat *b, const char *type, struct span s)
{
	uint32_t end = s.end < b->n_chars ? s.end : b->n_chars;
	uint32_t start = s.start < end ? s.start : end;

	buf_printf(b->out, "T%u\t%s %u %u\t", ++b->n_t, type, start, end);
	for (uint32_t i = b->bytes[start]; i < b->bytes[end]; i++)
		buf_add(b->out, strchr("\n\r\t", b->text.p[i]) ? " " : &b->text.p[i], 1);
	buf_add_str(b->out, STR("\n"));
	return b->n_t;
}

static void brat_roles(struct brat *b, const char *role, const struct id_list *ids)
{
	for (uint32_t i = 0; i < ids->n; i++) {
		size_t k = (size_t)(record_entity(b->r, ids->ids[i]) - b->r->entities);
		char number[16] = "";

		if (k >= b->r->n_entities || !b->entity_t[k])
			continue;
		if (i)
			snprintf(number, sizeof(number), "%u", i + 1);
		buf_printf(b->out, " %s%s:T%u", role, number, b->entity_t[k]);
	}
}

static void brat_actor(struct brat *b, uint32_t i)
{
	const struct result_entity *en = &b->r->entities[i];
	uint32_t t;

	if (!en->n_mentions || en->mentions[0].end <= en->mentions[0].start)
		return;
	t = b->entity_t[i] = brat_span(b, "Actor", en->mentions[0]);
	buf_printf(b->out, "#%u\tAnnotatorNotes T%u\t%.*s", t, t, STR_ARG(en->name));
	if (en->code.n)
		buf_printf(b->out, " %.*s %.*s", STR_ARG(en->code), STR_ARG(en->role));
	buf_add_str(b->out, STR("\n"));
}

static void brat_event(struct brat *b, const struct result_event *ev)
{
	const char *type = event_type_name(ev->type);
	uint32_t t = brat_span(b, type, ev->trigger);

	buf_printf(b->out, "E%u\t%s:T%u", ++b->n_e, type, t);
	brat_roles(b, "Source", &ev->source);
	brat_roles(b, "Target", &ev->target);
	buf_printf(b->out, "\nA%u\tStatus E%u %s\n", ++b->n_a, b->n_e,
		   event_status_name(ev->status));
}

static void brat_stance(struct brat *b, const struct result_stance *st)
{
	uint32_t t = brat_span(b, "STANCE", st->trigger), target = 0;

	if (st->target.span.end > st->target.span.start)
		target = brat_span(b, "Issue", st->target.span);
	buf_printf(b->out, "E%u\tSTANCE:T%u", ++b->n_e, t);
	brat_roles(b, "Holder", &st->holder);
	if (target)
		buf_printf(b->out, " On:T%u", target);
	buf_printf(b->out, "\nA%u\tPolarity E%u %s\n", ++b->n_a, b->n_e,
		   polarity_name(st->polarity));
}

void export_brat(const struct result *r, struct str text, struct buf *out)
{
	struct brat b = {.r = r, .text = text, .out = out};

	find_characters(&b);
	b.entity_t = mem_alloc((r->n_entities + 1) * sizeof(*b.entity_t));
	for (uint32_t i = 0; i < r->n_entities; i++)
		brat_actor(&b, i);
	for (uint32_t i = 0; i < r->n_events; i++)
		brat_event(&b, &r->events[i]);
	for (uint32_t i = 0; i < r->n_stances; i++)
		brat_stance(&b, &r->stances[i]);
	mem_free(b.entity_t);
	mem_free(b.bytes);
}

/* "3" stays 3 and "-2.0" becomes -2.0: maps are coloured by numbers, not by words. */
static void json_number(struct json *j, struct buf *cell)
{
	buf_add(cell, "", 1);
	if (strchr(cell->p, '.'))
		json_double(j, strtod(cell->p, NULL));
	else
		json_int(j, strtoll(cell->p, NULL, 10));
}

bool export_feature(const struct export_row *row, struct buf *out)
{
	const struct result_event *ev = row->event;
	struct json j = {.out = out};
	struct buf cell = {0};

	if (!ev->place.name.n || (ev->place.latitude == 0 && ev->place.longitude == 0))
		return false;
	json_open(&j, '{');
	json_key(&j, "type"), json_str(&j, STR("Feature"));
	json_key(&j, "geometry");
	json_open(&j, '{');
	json_key(&j, "type"), json_str(&j, STR("Point"));
	json_key(&j, "coordinates");
	json_open(&j, '[');
	json_double(&j, ev->place.longitude);
	json_double(&j, ev->place.latitude);
	json_close(&j, ']');
	json_close(&j, '}');
	json_key(&j, "properties");
	json_open(&j, '{');
	for (const struct export_column *c = EXPORT_EVENTS.columns; c->name; c++) {
		cell.n = 0;
		c->cell(row, &cell);
		json_key(&j, c->name);
		if (!c->number)
			json_str(&j, buf_str(&cell));
		else if (!cell.n)
			json_nil(&j);
		else
			json_number(&j, &cell);
	}
	json_close(&j, '}');
	json_close(&j, '}');
	buf_free(&cell);
	return true;
}
