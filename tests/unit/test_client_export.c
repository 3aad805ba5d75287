/* Records as files that other tools load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "client/country_codes.h"
#include "client/export.h"

static void has(struct buf *b, const char *line)
{
	if (!memmem(b->p, b->n, line, strlen(line)))
		fail_msg("no \"%s\" in:\n%.*s", line, STR_ARG(buf_str(b)));
}

/* brat refuses a file where they differ: what an actor is called stands in a note. */
static void words_in_brat_are_those_of_the_text(void **state)
{
	struct span madrid = {3, 9}, lisbon = {16, 22};
	struct result_entity entities[] = {
		{.id = 1,
		 .name = STR("Spain"),
		 .code = STR("ESP"),
		 .role = STR("GOV"),
		 .mentions = &madrid,
		 .n_mentions = 1},
		{.id = 2, .name = STR("Portugal"), .mentions = &lisbon, .n_mentions = 1}};
	uint32_t one = 1, two = 2;
	struct result_event event = {.type = EVENT_CONSULT,
				     .source = {&one, 1},
				     .target = {&two, 1},
				     .trigger = {10, 15},
				     .sentence = {0, 23}};
	struct result r = {.entities = entities, .n_entities = 2, .events = &event, .n_events = 1};
	struct buf b = {0};

	(void)state;
	export_brat(&r, STR("Là Madrid met\nà Lisbon."), &b);
	has(&b, "T1\tActor 3 9\tMadrid\n#1\tAnnotatorNotes T1\tSpain ESP GOV\n");
	has(&b, "T2\tActor 16 22\tLisbon\n#2\tAnnotatorNotes T2\tPortugal\n");
	has(&b, "T3\tCONSULT 10 15\tmet à\n");
	has(&b, "E1\tCONSULT:T3 Source:T1 Target:T2\n");
	buf_free(&b);
}

/* A record whose text was replaced must not be read beyond its end. */
static void spans_beyond_the_text_are_empty(void **state)
{
	struct result_event event = {.type = EVENT_CONSULT, .trigger = {10, 15}};
	struct result r = {.events = &event, .n_events = 1};
	struct buf b = {0};

	(void)state;
	export_brat(&r, STR("Short."), &b);
	has(&b, "T1\tCONSULT 6 6\t\n");
	buf_free(&b);
}

/* The cell of a column in the only row that the record gives. */
static void cell_with(const struct export_layout *l, const struct result *r,
		      const struct export_places *places, const char *name, const char *expected)
{
	const struct export_column *c = l->columns;
	struct export_row row = {.result = r,
				 .event = &r->events[0],
				 .places = places,
				 .source = &r->entities[0],
				 .target = &r->entities[1]};
	struct buf b = {0};

	while (c->name && strcmp(c->name, name) != 0)
		c++;
	assert_non_null(c->cell);
	c->cell(&row, &b);
	if (!str_is(buf_str(&b), expected))
		fail_msg("%s: \"%.*s\" where \"%s\" was expected", name, STR_ARG(buf_str(&b)),
			 expected);
	buf_free(&b);
}

static void cell_is(const struct export_layout *l, const struct result *r, const char *name,
		    const char *expected)
{
	cell_with(l, r, NULL, name, expected);
}

static void countries_have_the_codes_of_each_data_set(void **state)
{
	struct result_entity entities[] = {{.id = 1, .code = STR("DEU"), .role = STR("GOV")},
					   {.id = 2, .code = STR("EU"), .role = STR("IGO")}};
	uint32_t one = 1, two = 2;
	struct result_event event = {.type = EVENT_CONSULT,
				     .source = {&one, 1},
				     .target = {&two, 1},
				     .place = {.name = STR("Zurich"), .country = STR("CHE")}};
	struct result r = {.entities = entities, .n_entities = 2, .events = &event, .n_events = 1};

	(void)state;
	cell_is(&EXPORT_EVENTS, &r, "source_country", "DEU");
	cell_is(&EXPORT_EVENTS, &r, "source_cow", "255");
	cell_is(&EXPORT_EVENTS, &r, "target_cow", "");
	cell_is(&EXPORT_POLECAT, &r, "Actor COW", "255");
	cell_is(&EXPORT_GDELT, &r, "Actor1CountryCode", "DEU");
	cell_is(&EXPORT_GDELT, &r, "Actor1KnownGroupCode", "");
	cell_is(&EXPORT_GDELT, &r, "Actor2CountryCode", "");
	cell_is(&EXPORT_GDELT, &r, "Actor2KnownGroupCode", "EU");
	cell_is(&EXPORT_GDELT, &r, "ActionGeo_CountryCode", "SZ");
	event.place = (struct result_place){
		.name = STR("Rafah"), .country = STR("PSE"), .latitude = 31.29, .longitude = 34.25};
	cell_is(&EXPORT_GDELT, &r, "ActionGeo_CountryCode", "GZ");
	event.place.longitude = 35.25;
	cell_is(&EXPORT_GDELT, &r, "ActionGeo_CountryCode", "WE");
}

/* ICEWS writes countries out; what the codebook does not know stays a code. */
static void icews_has_the_names_of_countries(void **state)
{
	static const char *const COLUMNS[] = {"Source Country", "Country"};
	struct result_place middle = {.name = STR("Germany"), .country = STR("DEU")};
	struct export_places places = {&middle, 1};
	struct result_entity entities[] = {{.id = 1, .code = STR("DEU")},
					   {.id = 2, .code = STR("EU")}};
	struct result_event event = {.place = {.name = STR("Bonn"), .country = STR("DEU")}};
	struct result r = {.entities = entities, .n_entities = 2, .events = &event, .n_events = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(COLUMNS) / sizeof(COLUMNS[0]); i++) {
		cell_with(&EXPORT_ICEWS, &r, &places, COLUMNS[i], "Germany");
		cell_with(&EXPORT_ICEWS, &r, NULL, COLUMNS[i], "DEU");
	}
	cell_with(&EXPORT_ICEWS, &r, &places, "Target Country", "EU");
}

/* The table is searched by halves. */
static void the_table_of_countries_is_sorted(void **state)
{
	static const char *const some[] = {"ABW", "AUS", "CHE", "ROU", "SUN", "XKX", "ZWE"};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		assert_non_null(country_codes(str_of(some[i])));
	assert_null(country_codes(STR("EU")));
	assert_null(country_codes(STR("AUTHOR")));
	assert_null(country_codes(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_in_brat_are_those_of_the_text),
		cmocka_unit_test(spans_beyond_the_text_are_empty),
		cmocka_unit_test(countries_have_the_codes_of_each_data_set),
		cmocka_unit_test(icews_has_the_names_of_countries),
		cmocka_unit_test(the_table_of_countries_is_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
