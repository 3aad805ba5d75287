#include "client/export_store.h"

#include "proto/pack.h"
#include "worker/engine/place.h"
#include "worker/engine/text.h"
#include "worker/images.h"

enum { COUNTRIES_MAX = 4096 };

/* A row of the question "reports". */
struct row {
	uint64_t seq;
	struct export_report report;
};

struct export_store {
	struct source *source;
	struct link_query query;
	struct msg_argument argument;
	struct arena page; /* of the rows read ahead */
	struct row *rows;
	uint32_t n, at;
	bool done;
	struct arena record; /* of what was handed out last */
};

struct export_store *export_store_open(const struct source_options *o, const char *collection,
				       struct err *e)
{
	struct export_store *s = mem_alloc(sizeof(*s));

	s->argument =
		(struct msg_argument){STR("collection"), str_of(collection ? collection : "")};
	s->query = (struct link_query){
		.what = "reports", .arguments = &s->argument, .n_arguments = collection ? 1 : 0};
	s->source = source_open(o, e);
	if (s->source)
		return s;
	mem_free(s);
	return NULL;
}

void export_store_close(struct export_store *s)
{
	if (!s)
		return;
	source_close(s->source);
	arena_free(&s->page);
	arena_free(&s->record);
	mem_free(s);
}

static int read_row(struct str packed, struct arena *a, struct row *out, struct err *e)
{
	struct unpack u;

	*out = (struct row){0};
	unpack_init(&u, packed);
	for (uint32_t n = unpack_map(&u); n > 0; n--) {
		struct str key = unpack_str(&u, MSG_NAME_MAX);

		if (str_is(key, "seq"))
			out->seq = unpack_uint(&u, INT64_MAX);
		else if (str_is(key, "reports"))
			out->report.reports = unpack_uint(&u, INT64_MAX);
		else if (str_is(key, "cluster"))
			out->report.cluster = arena_str(a, unpack_str(&u, MSG_RECORD_MAX));
		else
			unpack_skip(&u);
	}
	return unpack_end(&u, e);
}

static int next_page(struct export_store *s, struct err *e)
{
	struct msg_rows page;
	int got = source_page(s->source, &s->query, &page, e);

	s->n = s->at = 0;
	s->done = got == 0;
	if (got <= 0)
		return got;
	arena_reset(&s->page, 1 << 20);
	s->rows = ARENA_ARRAY(&s->page, struct row, page.n_rows);
	for (uint32_t i = 0; i < page.n_rows; i++)
		if (read_row(page.rows[i], &s->page, &s->rows[s->n++], e) < 0)
			return -1;
	return 0;
}

int export_store_reports(struct export_store *s, const struct result *r, uint64_t seq,
			 const struct export_report **out, struct err *e)
{
	struct export_report *list;
	uint32_t n = 0;

	arena_reset(&s->record, 1 << 20);
	*out = list = ARENA_ARRAY(&s->record, struct export_report, r->n_events);
	while (n < r->n_events) {
		if (s->at == s->n && s->done)
			break;
		if (s->at == s->n && next_page(s, e) < 0)
			return -1;
		for (; s->at < s->n && s->rows[s->at].seq < seq; s->at++)
			;
		if (s->at < s->n && s->rows[s->at].seq > seq)
			break;
		for (; s->at < s->n && n < r->n_events && s->rows[s->at].seq == seq; s->at++) {
			list[n].reports = s->rows[s->at].report.reports;
			list[n++].cluster = arena_str(&s->record, s->rows[s->at].report.cluster);
		}
	}
	return 0;
}

static int read_body(struct str packed, struct str *body, struct err *e)
{
	struct unpack u;

	unpack_init(&u, packed);
	for (uint32_t n = unpack_map(&u); n > 0; n--) {
		if (str_is(unpack_str(&u, MSG_NAME_MAX), "body"))
			*body = unpack_str(&u, MSG_FRAME_MAX);
		else
			unpack_skip(&u);
	}
	return unpack_end(&u, e);
}

int export_store_text(struct export_store *s, uint64_t seq, struct str *out, struct err *e)
{
	char number[24];
	struct msg_argument argument = {STR("seq"), {number, 0}};
	struct link_query q = {
		.what = "text", .arguments = &argument, .n_arguments = 1, .limit = 1};
	struct str packed, body = STR("");
	struct doc d = {.arena = &s->record};
	int got;

	argument.value.n = (size_t)snprintf(number, sizeof(number), "%lu", seq);
	got = source_first(s->source, &q, &packed, e);
	if (got == 0)
		return err_set(e, ERR_NOT_FOUND, "result %lu has no document", seq);
	if (got < 0 || read_body(packed, &body, e) < 0)
		return -1;
	arena_reset(&s->record, 1 << 20);
	text_decode(&d, body);
	*out = d.text;
	return 0;
}

struct places {
	struct export_places handed; /* first: what was handed out is the whole */
	struct images images;
	struct result_place list[COUNTRIES_MAX];
};

struct export_places *export_places_open(void)
{
	struct places *p = mem_alloc(sizeof(*p));
	struct err e;

	if (images_open(&p->images, NULL, NULL, &e) < 0) {
		mem_free(p);
		return NULL;
	}
	p->handed = (struct export_places){
		p->list, place_countries(&p->images.codebook, p->list, COUNTRIES_MAX)};
	return &p->handed;
}

void export_places_close(struct export_places *handed)
{
	struct places *p = (struct places *)handed;

	if (!p)
		return;
	images_close(&p->images);
	mem_free(p);
}
