#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "worker/codebook/codebook.h"
#include "worker/engine/image.h"
#include "worker/engine/place.h"
#include "worker/training/conllu.h"

static const char PLACES[] = "country SYR 35 38 Syria\n"
			     "country TUR 39 35 Turkey\n"
			     "place SYR 36.20 37.13 Aleppo\n"
			     "place TUR 36.00 36.00 Twintown\n"
			     "place SYR 34.00 37.00 Twintown\n"
			     "town SYR Smallville\n";

/* A document of one sentence, written with spaces between the tokens. */
struct made {
	struct doc d;
	struct arena arena;
	struct token tokens[32];
	struct sentence sentence;
	struct mention mention;
	struct image image;
	struct buf bytes;
	struct codebook_files files;
	struct problems problems;
};

static void make(struct made *m, const char *text, const char *country)
{
	struct err e;

	codebook_files_add(&m->files, STR("places/a.txt"), str_of(PLACES), 0);
	assert_int_equal(codebook_compile(&m->files, &m->bytes, &m->problems, &e), 0);
	assert_int_equal(image_open(&m->image, m->bytes.p, m->bytes.n, &e), 0);
	m->d = (struct doc){.arena = &m->arena,
			    .codebook = &m->image,
			    .tokens = m->tokens,
			    .sentences = &m->sentence,
			    .n_sentences = 1,
			    .mentions = &m->mention,
			    .n_mentions = country != NULL};
	m->mention.code = str_of(country ? country : "");
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, " ");
		struct token *t = &m->tokens[m->d.n_tokens++];

		*t = (struct token){.form = {p, n}, .lower = {p, n}, .upos = UPOS_X, .head = 0};
		p += n + (p[n] == ' ');
	}
	m->tokens[0].head = -1;
	m->sentence = (struct sentence){.n_tok = m->d.n_tokens};
}

static void unmake(struct made *m)
{
	codebook_files_free(&m->files);
	problems_free(&m->problems);
	buf_free(&m->bytes);
	arena_free(&m->arena);
}

static void assert_place(const char *text, const char *country_named, const char *name,
			 const char *country)
{
	struct made m = {0};
	struct result_place p;

	make(&m, text, country_named);
	assert_int_equal(place_of(&m.d, 0, &p), *name != 0);
	assert_true(str_is(p.name, name));
	assert_true(str_is(p.country, country));
	unmake(&m);
}

static void a_name_after_a_word_of_location_is_the_place(void **state)
{
	(void)state;
	assert_place("clashed in the northern city of Aleppo", NULL, "Aleppo", "SYR");
	assert_place("clashed with Aleppo", NULL, "", "");
	assert_place("clashed", NULL, "", "");
}

static void a_point_comes_before_its_country(void **state)
{
	(void)state;
	assert_place("clashed in Syria near Aleppo", NULL, "Aleppo", "SYR");
}

static void among_namesakes_the_document_decides(void **state)
{
	(void)state;
	assert_place("clashed in Twintown", "SYR", "Twintown", "SYR");
	assert_place("clashed in Twintown", "TUR", "Twintown", "TUR");
}

/* Where in the text of a file of places this name of a country has its point ("" none). */
static struct str point_of(struct str text, struct str code, struct str name)
{
	const char *end = text.p + text.n;

	for (const char *p = text.p, *eol; p < end; p = eol + 1) {
		char country[8], lat[16], lon[16], names[512], one[514];
		int at = 0;

		eol = memchr(p, '\n', (size_t)(end - p));
		if (!eol)
			break;
		if (sscanf(p, "place %7s %15s %n%15s %511[^\n]", country, lat, &at, lon, names) <
			    4 ||
		    !str_is(code, country))
			continue;
		for (char *n = strtok(names, "|"); n; n = strtok(NULL, "|")) {
			snprintf(one, sizeof(one), "%s", n + strspn(n, " "));
			while (*one && one[strlen(one) - 1] == ' ')
				one[strlen(one) - 1] = 0;
			if (str_is(name, one))
				return (struct str){p + 10, (size_t)at - 10 + strlen(lon)};
		}
	}
	return (struct str){0};
}

static void a_name_has_its_point_in_one_file_only(void **state)
{
	static const char *const names[][2] = {{"UKR", "Kyiv"},       {"CHN", "Beijing"},
					       {"USA", "Washington"}, {"RUS", "Moscow"},
					       {"BEL", "Brussels"},   {"TZA", "Dodoma"}};
	struct buf capitals = {0}, cities = {0};
	struct err e;

	(void)state;
	assert_int_equal(file_read(&capitals, "worker/engine/codebook/places/capitals.txt", &e), 0);
	assert_int_equal(file_read(&cities, "worker/engine/codebook/places/cities.txt", &e), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct str code = str_of(names[i][0]), name = str_of(names[i][1]);

		assert_true(point_of(buf_str(&cities), code, name).n > 0);
		assert_int_equal(point_of(buf_str(&capitals), code, name).n, 0);
	}
	buf_free(&capitals);
	buf_free(&cities);
}

static void a_town_counts_only_where_it_is_known_as_a_place(void **state)
{
	(void)state;
	assert_place("clashed in Smallville", NULL, "", "");
}

static void countries_are_listed_with_their_middles(void **state)
{
	struct result_place list[8];
	struct made m = {0};

	(void)state;
	make(&m, "x", NULL);
	assert_int_equal(place_countries(&m.image, list, 8), 4); /* by name and by code */
	for (int i = 0; i < 4; i++)
		if (str_is(list[i].country, "SYR"))
			assert_true(list[i].latitude == 35 && list[i].longitude == 38);
	assert_int_equal(place_countries(&m.image, list, 1), 1);
	assert_int_equal(place_countries(NULL, list, 8), 0);
	unmake(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_after_a_word_of_location_is_the_place),
		cmocka_unit_test(a_point_comes_before_its_country),
		cmocka_unit_test(among_namesakes_the_document_decides),
		cmocka_unit_test(a_name_has_its_point_in_one_file_only),
		cmocka_unit_test(a_town_counts_only_where_it_is_known_as_a_place),
		cmocka_unit_test(countries_are_listed_with_their_middles),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
