/* Codes of countries for other data sets, held against lists of other hands: iso-codes, and a list
 * of FIPS letters and continents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <csv.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/country_codes.h"

static const char ISO[] = "/usr/share/iso-codes/json/iso_3166-1.json";
static const char LIST[] = "../shared/data/gazetteers/country-codes.csv";

static void need(const char *path)
{
	if (access(path, R_OK) == 0)
		return;
	fprintf(stderr, "skipped: %s is not here\n", path);
	skip();
}

static void every_country_of_the_world_is_known(void **state)
{
	json_t *file, *countries, *x;
	size_t i;

	(void)state;
	need(ISO);
	file = json_load_file(ISO, 0, NULL);
	countries = json_object_get(file, "3166-1");
	assert_true(json_array_size(countries) >= 249);
	json_array_foreach(countries, i, x)
	{
		const char *code = json_string_value(json_object_get(x, "alpha_3"));

		if (!country_codes(str_of(code)))
			fail_msg("%s is not in the table", code);
	}
	json_decref(file);
}

/* The list has the columns in any order; its rows are read by their names. */
struct list {
	enum { OTHER, CODE, FIPS, CONTINENT } columns[100];
	char cells[4][40];
	int column, row, compared;
	void (*compare)(struct list *l, const struct country_codes *c);
};

static void take_cell(void *bytes, size_t n, void *to)
{
	struct list *l = to;
	struct str s = {bytes, n};

	if (l->column >= 100)
		return;
	if (l->row == 0)
		l->columns[l->column] = str_is(s, "ISO3166-1-Alpha-3") ? CODE
					: str_is(s, "FIPS")            ? FIPS
					: str_is(s, "Continent")       ? CONTINENT
								       : OTHER;
	else
		snprintf(l->cells[l->columns[l->column]], sizeof(l->cells[0]), "%.*s", STR_ARG(s));
	l->column++;
}

static void take_row(int c, void *to)
{
	struct list *l = to;
	const struct country_codes *codes = l->row ? country_codes(str_of(l->cells[CODE])) : NULL;

	(void)c;
	if (codes) {
		l->compare(l, codes);
		l->compared++;
	}
	l->column = 0;
	l->row++;
}

static void compare_list(void (*compare)(struct list *, const struct country_codes *))
{
	struct list l = {.compare = compare};
	struct csv_parser p;
	char bytes[4096];
	size_t n;
	FILE *f;

	need(LIST);
	f = fopen(LIST, "rb");
	assert_int_equal(csv_init(&p, 0), 0);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		assert_int_equal(csv_parse(&p, bytes, n, take_cell, take_row, &l), n);
	csv_fini(&p, take_cell, take_row, &l);
	csv_free(&p);
	fclose(f);
	assert_true(l.compared >= 248);
}

/* "GZ,WE" is Palestine: ours is one of them. What has no letters has a blank or another mark. */
static void same_letters(struct list *l, const struct country_codes *c)
{
	bool none = l->cells[FIPS][0] < 'A' || l->cells[FIPS][0] > 'Z';

	if (none ? *c->fips != 0 : strlen(c->fips) != 2 || !strstr(l->cells[FIPS], c->fips))
		fail_msg("%s is %s here and %s in the list", c->code, c->fips, l->cells[FIPS]);
}

static void letters_are_those_of_the_list(void **state)
{
	(void)state;
	compare_list(same_letters);
}

/* The project numbers by regions. Those of Europe, the Near East and Asia meet at borders that
 * others draw elsewhere. */
static void in_its_region(struct list *l, const struct country_codes *c)
{
	static const struct {
		const char *continent;
		int from, to;
	} REGIONS[] = {{"NA", 2, 99},    {"SA", 100, 199}, {"EU", 200, 399},
		       {"AF", 400, 651}, {"AS", 630, 860}, {"OC", 900, 999}};
	static const char NEAR[] = "CYP GEO ARM AZE EGY TLS";
	int number = atoi(c->cow);

	if (!*c->cow || strstr(NEAR, c->code))
		return;
	for (size_t i = 0; i < sizeof(REGIONS) / sizeof(*REGIONS); i++)
		if (strcmp(REGIONS[i].continent, l->cells[CONTINENT]) == 0 &&
		    number >= REGIONS[i].from && number <= REGIONS[i].to)
			return;
	fail_msg("%s has %s, which is not of %s", c->code, c->cow, l->cells[CONTINENT]);
}

static void numbers_are_those_of_the_region(void **state)
{
	(void)state;
	compare_list(in_its_region);
}

/* What another one continues has its number, and nobody else. */
static void two_states_have_two_numbers(void **state)
{
	static const char *const CONTINUED[] = {"SUN", "YUG"};
	const char *owners[1000] = {0};
	char code[4] = "AAA";

	(void)state;
	for (int i = 0; i < 26 * 26 * 26; i++) {
		const struct country_codes *c;
		bool continued = false;

		for (int k = 2, n = i; k >= 0; k--, n /= 26)
			code[k] = (char)('A' + n % 26);
		c = country_codes(str_of(code));
		if (!c || !*c->cow)
			continue;
		for (size_t k = 0; k < sizeof(CONTINUED) / sizeof(*CONTINUED); k++)
			continued |= strcmp(code, CONTINUED[k]) == 0;
		if (owners[atoi(c->cow)] && !continued)
			fail_msg("%s has the number of %s", code, owners[atoi(c->cow)]);
		if (!continued)
			owners[atoi(c->cow)] = c->code;
	}
	assert_string_equal(owners[365], "RUS");
	assert_string_equal(owners[345], "SRB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_country_of_the_world_is_known),
		cmocka_unit_test(letters_are_those_of_the_list),
		cmocka_unit_test(numbers_are_those_of_the_region),
		cmocka_unit_test(two_states_have_two_numbers),
	};

	return cmocka_run_group_tests_name("country_codes", tests, NULL, NULL);
}
