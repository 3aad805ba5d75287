/* Sentences of our own: whom a phrase names, at the document's date, by the built-in codebook. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/actor.h"
#include "worker/engine/engine.h"
#include "tests/unit/engine_for_test.h"

struct probe {
	const char *date, *text, *phrase, *code, *role;
};

static const struct probe PROBES[] = {
	/* the office of the date */
	{"2019-05-01", "Donald Trump spoke on Friday.", "Donald Trump", "USA", "GOV"},
	{"2016-05-01", "Donald Trump spoke on Friday.", "Donald Trump", "USA", "PTY"},
	{"2019-05-01", "Emmanuel Macron spoke on Friday.", "Emmanuel Macron", "FRA", "GOV"},
	{"2026-05-01", "Friedrich Merz spoke on Friday.", "Friedrich Merz", "DEU", "GOV"},
	{"2022-05-01", "Friedrich Merz spoke on Friday.", "Friedrich Merz", "DEU", "OPP"},
	{"2026-05-01", "Sanae Takaichi met Mark Carney in Tokyo.", "Mark Carney", "CAN", "GOV"},
	{"2015-05-01", "Mark Carney spoke in London.", "Mark Carney", "GBR", "GOV"},
	{"2022-05-01", "The Taliban banned music.", "Taliban", "AFG", "GOV"},
	{"2002-05-01", "The Taliban fled to the hills.", "Taliban", "AFG", "REB"},
	{"2025-05-01", "General Waker-uz-Zaman spoke on Friday.", "General Waker-uz-Zaman", "BGD",
	 "MIL"},
	/* whose ship */
	{"2025-05-01", "The carrier USS Gerald R. Ford left.", "USS Gerald R. Ford", "USA", "MIL"},
	/* what the phrase says */
	{"2020-05-01", "Polish Foreign Minister Jan Kowal resigned.",
	 "Polish Foreign Minister Jan Kowal", "POL", "GOV"},
	{"2020-05-01", "Rep. Ann Example voted against the bill.", "Rep. Ann Example", "USA",
	 "LEG"},
	{"2020-05-01", "Shanghai police arrested two men.", "Shanghai police", "CHN", "GOV"},
	{"2020-05-01", "The Russian Defense Ministry spokesman declined to comment.",
	 "Russian Defense Ministry spokesman", "RUS", "MIL"},
	{"2020-05-01", "House Democrats and the Pentagon agreed.", "House Democrats", "USA", "LEG"},
	/* names of more than one thing */
	{"2020-05-01", "Georgia's prime minister left Tbilisi.", "Georgia's prime minister", "GEO",
	 "GOV"},
	{"2020-05-01", "Rep. Jim Jordan criticized the king of Jordan.", "Rep. Jim Jordan", "USA",
	 "LEG"},
	{"2020-05-01", "Jordan and Chad signed an agreement.", "Jordan", "JOR", "GOV"},
	{"2020-05-01", "Jordan and Chad signed an agreement.", "Chad", "TCD", "GOV"},
	{"2018-05-01", "Theresa May said that Brexit would come.", "Theresa May", "GBR", "GOV"},
	/* the words of the text */
	{"2015-05-01", "ISIS attacked the city.", "ISIS", "OTHER:ISIS", "REB"},
	{"2015-05-01", "Islamic State militants attacked the city.", "Islamic State militants",
	 "OTHER:Islamic State", "REB"},
	{"2020-05-01", "They criticized the government of neighboring Turkey.",
	 "government of neighboring Turkey", "TUR", "GOV"},
	{"2020-05-01", "American cabinet-level officials visited the island.",
	 "American cabinet-level officials", "USA", "GOV"},
	{"2020-05-01", "Kenya is grateful. Kenya thanks the Secretary-General for his report.",
	 "Secretary-General", "UN", "IGO"},
	{"2020-05-01", "The UN security council backed the plan.", "UN security council", "UNSC",
	 "IGO"},
	{"2020-05-01", "We thank all Member States for their votes.", "Member States", "UN", "IGO"},
	/* a title, a name and the country behind it */
	{"1995-05-01", "King Hassan of Morocco offered to host the talks.",
	 "King Hassan of Morocco", "MAR", "GOV"},
	{"2015-05-01", "Emir Tamim of Qatar met Prime Minister Jan Kowal of Poland.",
	 "Prime Minister Jan Kowal of Poland", "POL", "GOV"},
	{"2019-05-01", "King Hassan arrived yesterday.", "King Hassan", "", "GOV"},
	{"2015-05-01", "President Kagame urged the troops to leave.", "President Kagame", "RWA",
	 "GOV"},
	/* a surname behind a word of another name */
	{"2015-05-01", "South Korea sent help. On Friday Grassy Park police arrested two men.",
	 "police", "KOR", "GOV"},
	/* Americans of all descents */
	{"2015-05-01", "An African American mother accused the city.", "African American mother",
	 "USA", "CVL"},
	{"2015-05-01", "Cuban-American lawmakers objected.", "Cuban-American lawmakers", "USA",
	 "LEG"},
	/* the Koreas, where the text is about them */
	{"2015-05-01", "South Korea said that the North fired two missiles.", "North", "PRK",
	 "GOV"},
	{"2015-05-01", "The South's president met Kim Jong Un in Pyongyang.", "South's president",
	 "KOR", "GOV"},
	{"2015-05-01", "The North Atlantic council met in Seoul, Korea.", "Seoul", "KOR", "GOV"},
	{"2015-05-01", "Fog lies over the North Dakota plains, not Korea.", "North Dakota", "USA",
	 ""},
	{"2015-05-01", "Sudan's president left the North of the country.", "North", "", ""},
	/* "the States" of a speech are not the United States */
	{"2015-05-01", "We call on all nuclear-weapon States to disarm.", "States", "", "GOV"},
	/* what belongs to the United Nations */
	{"2015-05-01", "UNESCO condemned the attack.", "UNESCO", "UN", "IGO"},
	{"2015-05-01", "The Human Rights Council adopted the text.", "Human Rights Council", "UN",
	 "IGO"},
	/* other people's countries are not the document's */
	{"2020-05-01", "France sent help, and France is proud. It has helped countries in need.",
	 "countries", "", "GOV"},
	{"2020-05-01", "Several U.S. allies accused Iran of piracy.", "U.S. allies", "", "GOV"},
	{"2012-05-01", "Saudi Arabia's King Abdullah met the British minister in Riyadh.",
	 "King Abdullah", "SAU", "GOV"},
	{"2012-05-01", "Jordan's King Abdullah met the Saudi minister.", "King Abdullah", "JOR",
	 "GOV"},
	{"2020-05-01", "France sent help, and France is proud. Some allies were angry.", "allies",
	 "", "GOV"},
};
enum { N_PROBES = sizeof(PROBES) / sizeof(PROBES[0]) };

static bool found(const struct doc *d, const struct probe *p)
{
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];

		if (str_is(doc_text(d, m->tok, m->n_tok), p->phrase) && str_is(m->code, p->code) &&
		    str_is(m->role, p->role))
			return true;
	}
	return false;
}

static void report(const struct doc *d, const struct probe *p)
{
	printf("%s %s: expected %s as %s %s\n", p->date, p->text, p->phrase, p->code, p->role);
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];

		printf("    %.*s: %.*s %.*s\n", STR_ARG(doc_text(d, m->tok, m->n_tok)),
		       STR_ARG(m->code), STR_ARG(m->role));
	}
}

static void phrases_name_who_they_name(void **state)
{
	struct images im;
	struct engine *en;
	struct err e;
	int wrong = 0;

	(void)state;
	if (images_open(&im, NULL, NULL, &e) < 0) {
		printf("skipped: %s\n", e.text);
		skip();
	}
	en = engine_new(&im.model, &im.codebook, &e);
	assert_non_null(en);
	for (uint32_t i = 0; i < N_PROBES; i++) {
		struct engine_input in = {.text = str_of(PROBES[i].text)};
		const struct doc *d;

		in.meta.date = str_of(PROBES[i].date);
		d = engine_parse(en, &in);
		if (!found(d, &PROBES[i])) {
			report(d, &PROBES[i]);
			wrong++;
		}
	}
	engine_free(en);
	images_close(&im);
	assert_int_equal(wrong, 0);
}

/* Words that shout are no acronyms. */
static void a_shouted_word_names_nobody(void **state)
{
	static const struct probe words[] = {
		{"2020-05-01", "Those targets WILL BE HIT VERY FAST AND VERY HARD, he said.", "AND",
		 "AND", ""},
		{"2020-05-01", "The plan, he wrote, IS VERY BAD for Iraq.", "IS", "OTHER:IS",
		 "REB"},
	};
	struct images im;
	struct engine *en;

	(void)state;
	en = engine_for_test(&im);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct engine_input in = {.text = str_of(words[i].text)};

		in.meta.date = str_of(words[i].date);
		assert_false(found(engine_parse(en, &in), &words[i]));
	}
	engine_free(en);
	images_close(&im);
}

/* Who leads a state of the G20 has an office with its dates, not a role at all times. */
static void heads_of_the_g20_are_dated(void **state)
{
	static const struct {
		struct date when;
		const char *names[24];
	} HEADS[] = {
		{{2018, 7, 1}, {"Donald Trump",       "Xi Jinping",          "Vladimir Putin",
				"Theresa May",        "Emmanuel Macron",     "Angela Merkel",
				"Giuseppe Conte",     "Shinzo Abe",          "Justin Trudeau",
				"Narendra Modi",      "Michel Temer",        "Mauricio Macri",
				"Enrique Peña Nieto", "Malcolm Turnbull",    "Moon Jae-in",
				"Joko Widodo",        "Mohammed bin Salman", "Recep Tayyip Erdoğan",
				"Cyril Ramaphosa",    "Jean-Claude Juncker"}},
		{{2026, 1, 15},
		 {"Donald Trump",
		  "Xi Jinping",
		  "Vladimir Putin",
		  "Keir Starmer",
		  "Emmanuel Macron",
		  "Friedrich Merz",
		  "Giorgia Meloni",
		  "Sanae Takaichi",
		  "Mark Carney",
		  "Narendra Modi",
		  "Luiz Inácio Lula da Silva",
		  "Javier Milei",
		  "Claudia Sheinbaum",
		  "Anthony Albanese",
		  "Lee Jae-myung",
		  "Prabowo Subianto",
		  "Mohammed bin Salman",
		  "Recep Tayyip Erdoğan",
		  "Cyril Ramaphosa",
		  "Ursula von der Leyen"}},
	};
	struct images im;
	struct actor_book *book;
	struct err e;
	int wrong = 0;

	(void)state;
	assert_int_equal(images_open(&im, NULL, NULL, &e), 0);
	book = actor_book_new(&im.codebook, &e);
	assert_non_null(book);
	for (size_t k = 0; k < sizeof(HEADS) / sizeof(*HEADS); k++)
		for (size_t i = 0; HEADS[k].names[i]; i++) {
			int32_t entry;
			uint32_t n = actor_find(book, str_of(HEADS[k].names[i]), HEADS[k].when,
						&entry, 1);
			struct actor_role r = {0};

			if (n)
				r = actor_role_at(book, entry, HEADS[k].when);
			if (r.office.n && !r.former)
				continue;
			print_message("%s has no office in %d\n", HEADS[k].names[i],
				      (int)HEADS[k].when.year);
			wrong++;
		}
	actor_book_free(book);
	images_close(&im);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phrases_name_who_they_name),
		cmocka_unit_test(a_shouted_word_names_nobody),
		cmocka_unit_test(heads_of_the_g20_are_dated),
	};

	return cmocka_run_group_tests_name("actor", tests, NULL, NULL);
}
