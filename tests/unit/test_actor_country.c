/* Short texts of our own about more than one country: whose the people are who are named without
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/actor_country.h"
#include "tests/unit/engine_for_test.h"

struct probe {
	const char *text, *phrase, *code; /* "" none */
};

static const struct probe PROBES[] = {
	{"Kenya hosted talks on Sudan. Kenya is a neighbour. In Sudan, protesters set fire to a "
	 "bus.",
	 "protesters", "SDN"},
	{"Peru and Chile signed a treaty. Peru praised it. The Chilean army held a parade. The "
	 "army "
	 "showed new tanks.",
	 "army", "CHL"},
	{"Mali expelled the French ambassador. France protested. Mali's junta accused its "
	 "neighbours, "
	 "and soldiers closed the airport in Bamako.",
	 "soldiers", "MLI"},
	{"Spain lent Cuba money. Lawmakers in Spain criticized the loan.", "Lawmakers in Spain",
	 "ESP"},
	{"Japan met South Korea's envoy. South Korean police arrested a spy. Police said that he "
	 "had "
	 "confessed.",
	 "Police", "KOR"},
	{"Turkey shelled villages in Syria. Syria said that Turkey had killed civilians.",
	 "civilians", "SYR"},
	/* whose owner's country is known */
	{"Peru praised the treaty. Peru is proud. Chilean minister Ana Ruiz said her government "
	 "had "
	 "signed it.",
	 "government", "CHL"},
	{"Peru praised the treaty. Chile feared that its soldiers would leave.", "soldiers", "CHL"},
	/* where they march */
	{"Japan quarrels with South Korea. Japan is angry. In Seoul several hundred people "
	 "demonstrated in front of the Japanese embassy.",
	 "people", "KOR"},
	/* who is of no country in particular */
	{"Norway paid for the camp. Norway received migrants from many places.", "migrants", ""},
	{"Austria left the pact. No government followed.", "government", ""},
	{"Austria left the pact. Neither government followed.", "government", ""},
};

static const struct mention *mention_of(const struct doc *d, const char *phrase)
{
	for (uint32_t i = d->n_mentions; i-- > 0;)
		if (str_is(doc_text(d, d->mentions[i].tok, d->mentions[i].n_tok), phrase))
			return &d->mentions[i];
	return NULL;
}

static void people_are_of_the_country_that_the_text_is_about_there(void **state)
{
	struct images im;
	struct engine *en;
	int wrong = 0;

	(void)state;
	en = engine_for_test(&im);
	for (size_t i = 0; i < sizeof(PROBES) / sizeof(PROBES[0]); i++) {
		struct engine_input in = {.text = str_of(PROBES[i].text)};
		const struct doc *d = engine_parse(en, &in);
		const struct mention *m = mention_of(d, PROBES[i].phrase);

		if (m && str_is(m->code, PROBES[i].code))
			continue;
		printf("%s: %s is %.*s, expected %s\n", PROBES[i].text, PROBES[i].phrase,
		       m ? (int)m->code.n : 0, m ? m->code.p : "", PROBES[i].code);
		wrong++;
	}
	engine_free(en);
	images_close(&im);
	assert_int_equal(wrong, 0);
}

static void countries_come_by_how_often_they_are_named(void **state)
{
	struct engine_input in = {
		.text = STR(
			"Peru agreed with Chile. Chile thanked Peru. Chile also asked Brazil.")};
	struct images im;
	struct engine *en;
	struct countries c;

	(void)state;
	en = engine_for_test(&im);
	countries_read(&c, engine_parse(en, &in));
	assert_int_equal(c.n, 3);
	assert_true(str_is(c.codes[0], "CHL"));
	assert_true(str_is(c.codes[1], "PER"));
	assert_true(str_is(c.codes[2], "BRA"));
	assert_true(c.counts[0] > c.counts[1] && c.counts[1] > c.counts[2]);
	engine_free(en);
	images_close(&im);
}

/* Also where "we" stands for him: the country that his name was given is his entity's. */
static void a_spokesman_is_of_his_governments_country(void **state)
{
	struct engine_input in = {
		.text = STR("KINSHASA - The Congolese army said it had withdrawn. \"We will not "
			    "talk to "
			    "terrorists,\" government spokesman Patrick Muyaya told reporters.")};
	struct images im;
	struct engine *en = engine_for_test(&im);
	const struct doc *d = engine_parse(en, &in);
	const struct mention *m = mention_of(d, "government spokesman Patrick Muyaya");

	(void)state;
	assert_non_null(m);
	assert_true(d->entities[m->entity].n_mentions > 1);
	assert_true(str_is(d->entities[m->entity].code, "COD"));
	engine_free(en);
	images_close(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_are_of_the_country_that_the_text_is_about_there),
		cmocka_unit_test(countries_come_by_how_often_they_are_named),
		cmocka_unit_test(a_spokesman_is_of_his_governments_country),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
