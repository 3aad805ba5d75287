#include "client/hint.h"

#include <stdio.h>

#include "client/command.h"
#include "proto/near.h"
#include "worker/engine/actor.h"
#include "worker/engine/stance_grammar.h"
#include "worker/images.h"

/* The i-th topic of the taxonomy; issues, which stand among them, are "". */
static struct str topic_at(const struct grammar *g, uint32_t i)
{
	struct str name = grammar_str(g, g->topics[i]);

	return name.n && name.p[0] == GRAMMAR_ISSUE ? STR("") : name;
}

static int hint_topic(const char *command, const struct images *im, const char *value)
{
	struct buf all = {0};
	struct grammar g;
	struct near near;
	struct err e;
	bool known = false;

	if (grammar_open(&g, image_section(&im->codebook, "stances"), &e) < 0)
		return EXIT_DONE;
	near_start(&near, str_of(value));
	for (uint32_t i = 0; i < g.n_topics; i++) {
		struct str name = topic_at(&g, i);

		known = known || str_is(name, value);
		near_try(&near, name);
		if (name.n)
			buf_printf(&all, "%s%.*s", all.n ? ", " : "", STR_ARG(name));
	}
	if (!known)
		fprintf(stderr, "demarche %s: --topic %s is not one of %.*s", command, value,
			STR_ARG(buf_str(&all)));
	if (!known && near.best.n)
		fprintf(stderr, "; did you mean %.*s?", STR_ARG(near.best));
	if (!known)
		fputc('\n', stderr);
	buf_free(&all);
	return known ? EXIT_DONE : EXIT_USAGE;
}

/* Persons are too many: some name is always near. */
static bool is_near_to_none(const struct actor_entry *x)
{
	return x->kind != ENTITY_COUNTRY && x->kind != ENTITY_ORGANIZATION &&
	       x->kind != ENTITY_GOVERNMENT;
}

/* The entry whose name or code is nearest; false where none is near. */
static bool nearest(const struct actor_book *book, struct str value, struct actor_entry *best)
{
	struct actor_entry x;
	struct near near;

	near_start(&near, value);
	for (int32_t i = 0; actor_entry(book, i, &x); i++) {
		uint32_t before = near.distance;

		if (is_near_to_none(&x))
			continue;
		near_try(&near, x.name);
		near_try(&near, x.code);
		if (near.distance < before)
			*best = x;
	}
	return near.best.n > 0 && !str_eq(near.best, value);
}

static bool is_code(const struct actor_book *book, struct str value)
{
	struct actor_entry x;

	for (int32_t i = 0; actor_entry(book, i, &x); i++)
		if (str_eq(x.code, value))
			return true;
	return false;
}

static void hint_actor(const char *command, const struct actor_book *book,
		       const struct row_filter *f)
{
	struct str value = str_of(f->value);
	bool words = strcmp(f->name, "target") == 0 && *f->value >= 'a'; /* of an issue */
	struct actor_entry x;
	int32_t found;

	if (is_code(book, value))
		return; /* there is one, but not here */
	if (actor_find(book, value, (struct date){0}, &found, 1) && actor_entry(book, found, &x) &&
	    x.code.n)
		fprintf(stderr, "demarche %s: the code of %.*s is %.*s: try --%s %.*s\n", command,
			STR_ARG(x.name), STR_ARG(x.code), f->name, STR_ARG(x.code));
	else if (!words && nearest(book, value, &x))
		fprintf(stderr, "demarche %s: no \"%s\" is known; did you mean %.*s (%.*s)?\n",
			command, f->value, STR_ARG(x.name), STR_ARG(x.code));
}

struct collection_hint {
	struct near near;
	const char *value;
	char best[MSG_NAME_MAX + 1];
	bool known;
};

static void try_collection(void *to, json_t *row)
{
	struct collection_hint *h = to;
	struct str name = row_str(row, "collection");
	uint32_t before = h->near.distance;

	h->known = h->known || str_is(name, h->value);
	near_try(&h->near, name);
	if (h->near.distance < before)
		snprintf(h->best, sizeof(h->best), "%.*s", STR_ARG(name));
}

static void hint_collection(const char *command, struct source *s, const char *value)
{
	struct link_query q = {.what = "collections"};
	struct collection_hint h = {.value = value};
	struct err ignored;

	near_start(&h.near, str_of(value));
	source_rows(s, &q, try_collection, &h, &ignored);
	if (!h.known)
		fprintf(stderr, "demarche %s: there is no collection %s%s%s%s\n", command, value,
			*h.best ? "; did you mean " : "", h.best, *h.best ? "?" : "");
}

static int hint(const char *command, const struct images *im, const struct actor_book *book,
		const struct row_filter *f)
{
	if (strcmp(f->name, "topic") == 0)
		return hint_topic(command, im, f->value);
	if (strcmp(f->name, "actor") == 0 || strcmp(f->name, "target") == 0)
		hint_actor(command, book, f);
	return EXIT_DONE;
}

int hint_nothing(const char *command, struct source *s, const struct row_filter *filters)
{
	const struct row_filter *f = filters;
	struct actor_book *book;
	struct images im;
	struct err e;
	int status = EXIT_DONE;

	for (; f && f->name; f++)
		if (strcmp(f->name, "collection") == 0 && f->value && *f->value)
			hint_collection(command, s, f->value);
	if (images_open(&im, NULL, NULL, &e) < 0)
		return EXIT_DONE;
	book = actor_book_new(&im.codebook, &e);
	for (f = filters; book && f && f->name; f++)
		if (f->value && *f->value && hint(command, &im, book, f) == EXIT_USAGE)
			status = EXIT_USAGE;
	actor_book_free(book);
	images_close(&im);
	return status;
}
