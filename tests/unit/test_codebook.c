#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "worker/codebook/codebook.h"
#include "worker/engine/actor.h"
#include "worker/engine/date.h"

/* A codebook of one or two layers in memory, compiled and opened. */
struct book {
	struct codebook_files files;
	struct problems problems;
	struct buf bytes;
	struct image image;
	struct actor_book *actors;
	void *aligned;
};

static void add(struct book *b, const char *path, const char *text, uint32_t layer)
{
	codebook_files_add(&b->files, str_of(path), str_of(text), layer);
}

static int compile(struct book *b)
{
	struct err e;

	return codebook_compile(&b->files, &b->bytes, &b->problems, &e);
}

static void open_book(struct book *b)
{
	struct err e;

	assert_int_equal(compile(b), 0);
	b->aligned = aligned_alloc(64, (b->bytes.n + 63) / 64 * 64);
	memcpy(b->aligned, b->bytes.p, b->bytes.n);
	assert_int_equal(image_open(&b->image, b->aligned, b->bytes.n, &e), 0);
	b->actors = actor_book_new(&b->image, &e);
	assert_non_null(b->actors);
}

static void close_book(struct book *b)
{
	actor_book_free(b->actors);
	free(b->aligned);
	codebook_files_free(&b->files);
	problems_free(&b->problems);
	buf_free(&b->bytes);
}

static void assert_problem(const char *path, const char *text, const char *expected)
{
	struct book b = {0};

	add(&b, path, text, 0);
	assert_int_equal(compile(&b), -1);
	buf_add(&b.problems.text, "", 1);
	assert_string_equal(b.problems.text.p, expected);
	close_book(&b);
}

static struct actor_role role_at(const struct book *b, const char *name, const char *day,
				 struct actor_entry *entry)
{
	struct date d = {0};
	int32_t found[4];

	assert_true(date_parse(str_of(day), &d));
	assert_true(actor_find(b->actors, str_of(name), d, found, 4) > 0);
	assert_true(actor_entry(b->actors, found[0], entry));
	return actor_role_at(b->actors, found[0], d);
}

static const char PERSON[] = "person FRA Jean Exemple\n"
			     "\tshort: Exemple\n"
			     "\toffice: GOV minister 2014-08-26..2016-08-30\n"
			     "\toffice: PTY candidate 2016-08-31..2017-05-13\n"
			     "\toffice: EU/IGO commissioner 2017-05-14..\n";

static void the_office_of_the_date_gives_the_role(void **state)
{
	struct book b = {0};
	struct actor_entry x;
	struct actor_role r;

	(void)state;
	add(&b, "actors/a.txt", PERSON, 0);
	open_book(&b);
	r = role_at(&b, "Jean Exemple", "2015-01-01", &x);
	assert_true(str_is(r.role, "GOV") && str_is(r.office, "minister") && !r.former);
	r = role_at(&b, "jean EXEMPLE", "2017-01-01", &x);
	assert_true(str_is(r.role, "PTY"));
	r = role_at(&b, "Exemple", "2026-01-01", &x);
	assert_true(str_is(r.role, "IGO") && str_is(r.code, "EU"));
	r = role_at(&b, "Jean Exemple", "2010-01-01", &x);
	assert_true(r.role.n == 0);
	close_book(&b);
}

static void who_is_in_office_comes_first(void **state)
{
	struct book b = {0};
	struct actor_entry x;

	(void)state;
	add(&b, "actors/a.txt",
	    "person DEU Hans Muster\n\toffice: GOV minister 1990..1995\n"
	    "person AUT Hans Muster\n\toffice: GOV minister 2010..2015\n",
	    0);
	open_book(&b);
	role_at(&b, "Hans Muster", "2012-01-01", &x);
	assert_true(str_is(x.code, "AUT"));
	role_at(&b, "Hans Muster", "1992-01-01", &x);
	assert_true(str_is(x.code, "DEU"));
	close_book(&b);
}

static void a_user_layer_adds_names_and_comes_first(void **state)
{
	struct book b = {0};
	struct actor_entry x;

	(void)state;
	add(&b, "actors/a.txt", "country DEU Germany\n", 0);
	add(&b, "actors/own.txt",
	    "country ZZA Arendelle\n\tadjective: Arendellian\n"
	    "organization ZZB/NGO Germany\n",
	    1);
	open_book(&b);
	role_at(&b, "Arendellian", "2020-01-01", &x);
	assert_true(str_is(x.code, "ZZA"));
	role_at(&b, "Germany", "2020-01-01", &x);
	assert_true(str_is(x.code, "ZZB"));
	close_book(&b);
}

static void codes_of_others_keep_their_words(void **state)
{
	struct book b = {0};
	struct actor_entry x;

	(void)state;
	add(&b, "actors/a.txt", "organization OTHER:Lake_Club/NGO Lake Club\n", 0);
	open_book(&b);
	role_at(&b, "Lake Club", "2020-01-01", &x);
	assert_true(str_is(x.code, "OTHER:Lake Club"));
	close_book(&b);
}

static void every_mistake_is_named_with_file_and_line(void **state)
{
	(void)state;
	assert_problem(
		"actors/a.txt", "country chn China\n",
		"actors/a.txt:1: found \"chn\", expected a code of capital letters (CHN, NATO) "
		"or -, then the name\n");
	assert_problem(
		"actors/a.txt", "country CHN China\n\toffice: GOV president 2017..2013\n",
		"actors/a.txt:2: found \"2017..2013\", expected an end after the beginning\n");
	assert_problem(
		"actors/a.txt", "person USA/BOSS Ann Example\n",
		"actors/a.txt:1: found \"BOSS\", expected a role (GOV MIL LEG JUD PTY OPP MED EDU "
		"BUS CVL SPY IGO NGO REB) or -\n");
	assert_problem(
		"places/a.txt", "place UKR north 30.5 Kyiv\n",
		"places/a.txt:1: found \"UKR north 30.5 Kyiv\", expected latitude and longitude in "
		"degrees after the code (50.45 30.52)\n");
	assert_problem("places/a.txt", "town UKR Kyiv\n",
		       "places/a.txt:1: found \"UKR\", expected a code that has a country line\n");
	assert_problem(
		"cities/a.txt", "place UKR 50 30 Kyiv\n",
		"cities/a.txt: found \"cities/a.txt\", expected a file in one of the folders of a "
		"codebook (actors/, places/, events/, stances/)\n");
}

static void compiling_twice_gives_the_same_bytes(void **state)
{
	struct book a = {0}, b = {0};

	(void)state;
	add(&a, "actors/a.txt", PERSON, 0);
	add(&b, "actors/a.txt", PERSON, 0);
	assert_int_equal(compile(&a), 0);
	assert_int_equal(compile(&b), 0);
	assert_int_equal(a.bytes.n, b.bytes.n);
	assert_memory_equal(a.bytes.p, b.bytes.p, a.bytes.n);
	close_book(&a);
	close_book(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_office_of_the_date_gives_the_role),
		cmocka_unit_test(who_is_in_office_comes_first),
		cmocka_unit_test(a_user_layer_adds_names_and_comes_first),
		cmocka_unit_test(codes_of_others_keep_their_words),
		cmocka_unit_test(every_mistake_is_named_with_file_and_line),
		cmocka_unit_test(compiling_twice_gives_the_same_bytes),
	};

	return cmocka_run_group_tests_name("codebook", tests, NULL, NULL);
}
