#include "client/record.h"

#include "proto/pack.h"

int record_row(struct str packed, struct arena *a, struct result *r, uint64_t *seq, struct err *e)
{
	struct unpack u;
	struct str record = {0};

	*seq = 0;
	unpack_init(&u, packed);
	for (uint32_t n = unpack_map(&u); n > 0; n--) {
		struct str key = unpack_str(&u, MSG_NAME_MAX);

		if (str_is(key, "seq"))
			*seq = unpack_uint(&u, INT64_MAX);
		else if (str_is(key, "record") && unpack_peek(&u) == UNPACK_BIN)
			record = unpack_str(&u, MSG_RECORD_MAX);
		else if (str_is(key, "record"))
			record = unpack_raw(&u);
		else
			unpack_skip(&u);
	}
	if (unpack_end(&u, e) < 0)
		return -1;
	if (result_unpack(record, a, r, e) < 0)
		return err_wrap(e, "result %lu", *seq);
	return 0;
}

int records_each(struct source *s, const char *collection, record_fn *fn, void *arg, struct err *e)
{
	struct msg_argument arguments[] = {
		{STR("latest"), STR("yes")},
		{STR("collection"), str_of(collection ? collection : "")}};
	struct link_query q = {
		.what = "results", .arguments = arguments, .n_arguments = collection ? 2 : 1};
	struct arena a = {0};
	struct msg_rows page;
	int got = 1;

	while (got == 1 && (got = source_page(s, &q, &page, e)) == 1)
		for (uint32_t i = 0; got == 1 && i < page.n_rows; i++) {
			struct result r;
			uint64_t seq;

			arena_reset(&a, 1 << 20);
			if (record_row(page.rows[i], &a, &r, &seq, e) < 0 ||
			    fn(arg, &r, seq, e) < 0)
				got = -1;
		}
	arena_free(&a);
	return got;
}

const struct result_entity *record_entity(const struct result *r, uint32_t id)
{
	static const struct result_entity NONE;

	if (id < r->n_entities && r->entities[id].id == id)
		return &r->entities[id];
	for (uint32_t i = 0; i < r->n_entities; i++)
		if (r->entities[i].id == id)
			return &r->entities[i];
	return &NONE;
}
