/* JSON Lines, and JSON files that are an array of objects or one object. Field names are ours and
 * NGEC's (event_text, pub_date, publisher). */
#include "client/read/reader.h"

#include <jansson.h>

/* A list or object of two bytes takes 300 in memory: so many are allowed in one text. */
enum { CONTAINERS_MAX = 1000000 };

static bool is_crowded(struct str raw)
{
	uint32_t n = 0;
	bool quoted = false;

	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '"')
			quoted = !quoted;
		else if (quoted)
			i += raw.p[i] == '\\';
		else
			n += raw.p[i] == '[' || raw.p[i] == '{';
	}
	return n > CONTAINERS_MAX;
}

static json_t *parse(struct str raw, struct err *e)
{
	json_error_t je;
	json_t *v;

	if (is_crowded(raw)) {
		err_set(e, ERR_TOO_BIG, "more than %d lists and objects", CONTAINERS_MAX);
		return NULL;
	}
	v = json_loadb(raw.p, raw.n, JSON_REJECT_DUPLICATES, &je);
	if (!v && je.line > 1)
		err_set(e, ERR_INVALID, "not JSON: %s (line %d, column %d)", je.text, je.line,
			je.column);
	else if (!v)
		err_set(e, ERR_INVALID, "not JSON: %s (column %d)", je.text, je.column);
	return v;
}

static int take_string(struct arena *a, const json_t *o, const char *key, struct str *out,
		       struct err *e)
{
	const json_t *v = json_object_get(o, key);

	if (!v || json_is_null(v) || out->n)
		return 0;
	if (json_is_integer(v))
		*out = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v)) /* a table's column of numbers with a gap in it */
		*out = arena_printf(a, "%.15g", json_real_value(v));
	else if (json_is_string(v))
		*out = arena_str(a, (struct str){json_string_value(v), json_string_length(v)});
	else
		return err_set(e, ERR_INVALID, "\"%s\" must be a string", key);
	return 0;
}

/* "2021" or "2021-03"; both strings come terminated from the arena. */
static bool partial_date(struct str s)
{
	int year, month = 1, used = 0;

	if (s.n == 4)
		return strspn(s.p, "0123456789") == 4;
	return s.n == 7 && sscanf(s.p, "%4d-%2d%n", &year, &month, &used) == 2 && used == 7 &&
	       month >= 1 && month <= 12;
}

/* Strings come terminated from the arena. "2021-03-15", "2021-03-15T08:00:00Z", "20210315" and
 * dates as people write them. */
int reader_date_given(struct arena *a, struct document *d, struct str given, struct err *e)
{
	struct str day = given.n > 10 && given.p[10] == 'T' ? (struct str){given.p, 10} : given;

	if (!given.n || str_is(given, "NA") || str_is(given, "null") || str_is(given, "None"))
		return 0;
	if (given.n == 8 && strspn(given.p, "0123456789") == 8)
		day = arena_printf(a, "%.4s-%.2s-%.2s", given.p, given.p + 4, given.p + 6);
	if (partial_date(given))
		d->meta.date = given;
	else
		d->meta.date = reader_date_line(a, day);
	if (!d->meta.date.n)
		return err_set(e, ERR_INVALID,
			       "\"date\" is no date: %.*s (expected YYYY-MM-DD, or as in 15 March "
			       "2021)",
			       STR_ARG(str_cut(given, 40)));
	d->meta.date_source = STR("given");
	return 0;
}

int reader_date_option(const char **date, char iso[static READER_DATE], struct err *e)
{
	struct document d = {0};
	struct arena a = {0};
	int r = 0;

	if (*date && reader_date_given(&a, &d, arena_str(&a, str_of(*date)), e) < 0)
		r = err_set(e, ERR_INVALID, "--date %s is no date: expected YYYY-MM-DD", *date);
	if (r == 0 && *date) {
		snprintf(iso, READER_DATE, "%.*s", STR_ARG(d.meta.date));
		*date = iso;
	}
	arena_free(&a);
	return r;
}

static int take_fields(struct arena *a, const json_t *o, struct document *d, struct err *e)
{
	const struct {
		const char *key;
		struct str *out;
	} FIELDS[] = {
		{"text", &d->text},          {"event_text", &d->text},
		{"title", &d->meta.title},   {"headline", &d->meta.title},
		{"source", &d->meta.source}, {"publisher", &d->meta.source},
		{"lang", &d->meta.lang},     {"language", &d->meta.lang},
	};
	struct str id = {0}, date = {0};

	if (!json_is_object(o))
		return err_set(e, ERR_INVALID, "a JSON object with \"text\" was expected");
	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
		if (take_string(a, o, FIELDS[i].key, FIELDS[i].out, e) < 0)
			return -1;
	if (!json_object_get(o, "text") && !json_object_get(o, "event_text"))
		return err_set(e, ERR_INVALID, "no \"text\" in the JSON object");
	if (take_string(a, o, "id", &id, e) < 0 || take_string(a, o, "date", &date, e) < 0 ||
	    take_string(a, o, "pub_date", &date, e) < 0)
		return -1;
	if (id.n)
		d->meta.id = id;
	return reader_date_given(a, d, date, e);
}

int reader_json(struct arena *a, struct str raw, struct document *d, struct err *e)
{
	json_t *o = parse(raw, e);
	int r;

	if (!o)
		return -1;
	r = take_fields(a, o, d, e);
	json_decref(o);
	return r;
}

struct json_list {
	json_t *all;
	size_t at;
};

struct json_list *json_list_open(struct str raw, struct err *e)
{
	struct json_list *l;
	json_t *all = parse(raw, e);

	if (!all) {
		e->code = ERR_CORRUPT; /* nothing more can be read from this file */
		return NULL;
	}
	l = mem_alloc(sizeof(*l));
	l->all = all;
	return l;
}

void json_list_close(struct json_list *l)
{
	if (!l)
		return;
	json_decref(l->all);
	mem_free(l);
}

int reader_json_list(struct json_list *l, struct arena *a, struct document *d, struct err *e)
{
	bool is_array = json_is_array(l->all);

	if (l->at >= (is_array ? json_array_size(l->all) : 1))
		return 0;
	l->at++;
	return take_fields(a, is_array ? json_array_get(l->all, l->at - 1) : l->all, d, e) < 0 ? -1
											       : 1;
}
