#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/lang.h"

static void common_languages_are_told_apart(void **state)
{
	static const struct {
		const char *lang, *text;
	} cases[] = {
		{"en",
		 "The minister said that talks with the neighbours would go on in the spring."},
		{"fr",
		 "Le ministre a dit que les négociations avec les voisins se poursuivront dans "
		 "la capitale au printemps."},
		{"de", "Der Minister sagte, dass die Gespräche mit den Nachbarn nicht auf das "
		       "Frühjahr verschoben werden und weitergehen."},
		{"es", "El ministro dijo que las conversaciones con los vecinos del norte van a "
		       "seguir en la primavera."},
		{"ru", "Министр сказал, что переговоры с соседями продолжатся весной."},
		{"zh", "部长表示谈判将继续进行。"},
		{"ja", "大臣は交渉を続けると述べました。"},
		{"ar", "قال الوزير إن المحادثات مع الجيران ستستمر."},
		{"und", "12 + 30 = 42 !!!"},
		{"en", "Xi meets Putin"},
		{"en", "a b a c a d a e a f a g odd (text) a 1 a 2"},
		/* one or two sentences */
		{"fr", "La France a condamné le coup d’État et a rappelé son ambassadeur."},
		{"de",
		 "Deutschland hat den Putsch verurteilt. Die Regierung forderte Russland auf, die "
		 "Truppen abzuziehen."},
		{"it", "Il presidente Mattarella ha incontrato il presidente Macron a Roma."},
		{"nl", "Nederland heeft de staatsgreep in Niger veroordeeld."},
		{"id",
		 "Presiden Joko Widodo bertemu dengan Presiden Tiongkok di Jakarta. Indonesia "
		 "mengecam serangan itu."},
		{"tl", "Nagpulong ang mga kalihim sa Maynila."},
		{"en", "El Salvador's Bukele meets Los Angeles mayor in San José"},
		{"en", "Macron, Le Pen to face off in la Sorbonne debate"},
		{"en",
		 "Presidente Lula da Silva met Presidente Gustavo Petro in Bogotá on Tuesday."},
		{"en", "Lula da Silva, Petro da Costa, Boris de Souza sign trade deal"},
		{"en", "President López Obrador and El País spoke of La Paz and Los Cabos."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str lang = lang_detect(str_of(cases[i].text));

		assert_int_equal(lang.n, strlen(cases[i].lang));
		assert_memory_equal(lang.p, cases[i].lang, lang.n);
	}
}

static void english_in_all_its_tags_is_supported(void **state)
{
	(void)state;
	assert_true(lang_supported(STR("en")));
	assert_true(lang_supported(STR("en-GB")));
	assert_false(lang_supported(STR("fr")));
	assert_false(lang_supported(STR("enm")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_languages_are_told_apart),
		cmocka_unit_test(english_in_all_its_tags_is_supported),
	};

	return cmocka_run_group_tests_name("lang", tests, NULL, NULL);
}
