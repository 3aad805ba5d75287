/* Who is who, in texts of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/coref.h"
#include "worker/training/bench.h"

static struct bench bench;

static const struct doc *parse(const char *text)
{
	struct engine_input in = {.text = str_of(text)};

	in.meta.date = STR("2020-03-18");
	return engine_parse(bench.engine, &in);
}

/* The entity of the shortest mention around the n-th token of that form; -1 none. */
static int32_t entity_of(const struct doc *d, const char *form, int nth)
{
	uint32_t tok = 0, best = UINT32_MAX;
	int32_t entity = -1;

	for (; tok < d->n_tokens; tok++)
		if (str_is(d->tokens[tok].form, form) && nth-- == 0)
			break;
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];

		if (tok < m->tok || tok >= m->tok + m->n_tok || m->n_tok >= best)
			continue;
		best = m->n_tok;
		entity = m->entity;
	}
	return entity;
}

static const struct {
	const char *text, *one, *other;
	int nth_one, nth_other;
} SAME[] = {
	{"Angela Merkel visited Warsaw. Merkel met workers.", "Merkel", "Merkel", 0, 1},
	{"President Rodrigo Paz left Sucre. The miners demanded that Paz resign.", "Rodrigo", "Paz",
	 0, 1},
	{"The miners demanded that Paz resign. President Rodrigo Paz refused.", "Paz", "Rodrigo", 0,
	 0},
	{"Angela Merkel visited Warsaw. She met workers.", "Merkel", "She", 0, 0},
	{"Germany closed its border.", "Germany", "its", 0, 0},
	{"Germany praised the deal. German officials left. Berlin agreed.", "Germany", "Berlin", 0,
	 0},
	{"Jan Kowal, the Polish foreign minister, left. The minister was tired.", "Kowal",
	 "minister", 0, 1},
	{"Peter Stone left, while Zork Flimp said that his party would stay.", "Flimp", "his", 0,
	 0},
	{"The World Trade Organization met. The WTO agreed.", "Organization", "WTO", 0, 0},
	{"The Islamic State took the town. The militants killed ten men.", "Islamic", "militants",
	 0, 0},
	{"The Islamic State took the town. Two men fled the radical group.", "Islamic", "group", 0,
	 0},
	{"China spoke. China acted. Japan is an island. Wang Yi visited the country.", "Japan",
	 "country", 0, 0},
	{"Chad and Niger met. Norway, Chile and Peru talked. Kenya envied the two countries.",
	 "Chad", "countries", 0, 0},
	{"Egypt and Libya agreed. Oman and Iraq congratulated both sides.", "Egypt", "sides", 0, 0},
	{"The European Union met. Poland left. The bloc agreed.", "Union", "bloc", 0, 0},
	{"Anna Kowal received Peter Stone in Oslo. They urged Russia to stop.", "Kowal", "They", 0,
	 0},
	{"Anna Kowal's trip came after Peter Stone had resigned. In a speech she thanked him.",
	 "Kowal", "she", 0, 0},
};

/* Whose entities differ. */
static const struct {
	const char *text, *one, *other;
	int nth_one, nth_other;
} APART[] = {
	{"Neighbouring countries sent rice. Wealthier countries sent nothing.", "countries",
	 "countries", 0, 1},
	{"The ship crossed the Red Sea. Another crossed the Black Sea.", "Red", "Black", 0, 0},
	{"Norway is rich. Chile dared to impose tariffs on it.", "Chile", "it", 0, 0},
	{"His vote was wrong. Chile's Anna Kowal called it a betrayal.", "Chile", "it", 0, 0},
};

static void different_actors_are_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(APART) / sizeof(*APART); i++) {
		const struct doc *d = parse(APART[i].text);

		assert_int_not_equal(entity_of(d, APART[i].one, APART[i].nth_one),
				     entity_of(d, APART[i].other, APART[i].nth_other));
	}
}

/* A code is one line, wherever the text breaks its own; so is a name. */
static void codes_and_names_are_one_line(void **state)
{
	static const char *const TEXTS[] = {
		"Boko\nHaram attacked the town.",
		"Boko Haram\n\nattacked the town. Human rights\r\n organizations\tprotested.",
		("Many\xc2\xa0 angry\n economists\xe2\x80\xa8 warned Greece. The Islamic\nState "
		 "fled."),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		const struct doc *d = parse(TEXTS[i]);

		for (uint32_t k = 0; k < d->n_entities; k++)
			for (int side = 0; side < 2; side++) {
				struct str s = side ? d->entities[k].code : d->entities[k].name;

				for (size_t j = 0; j < s.n; j++)
					assert_in_range((unsigned char)s.p[j], ' ', 255);
				assert_true(!s.n || (s.p[0] != ' ' && s.p[s.n - 1] != ' '));
			}
	}
}

static const char *code_of(const char *text, const char *form)
{
	const struct doc *d = parse(text);
	int32_t e = entity_of(d, form, 0);
	static char code[80];

	snprintf(code, sizeof(code), "%.*s", e < 0 ? 0 : (int)d->entities[e].code.n,
		 e < 0 ? "" : d->entities[e].code.p);
	return code;
}

static void who_has_no_country_goes_by_the_words_of_the_text(void **state)
{
	(void)state;
	assert_string_equal(code_of("Chile is rich. It has helped countries.", "countries"),
			    "WORLD");
	assert_string_equal(code_of("Kyrgyz and Tajik officials met. Chile thanked both countries.",
				    "countries"),
			    "KGZ");
	assert_string_equal(code_of("Chile is rich. Police arrested several suspects.", "suspects"),
			    "OTHER:suspects");
	assert_string_equal(code_of("Chile is rich. One attacker was shot.", "attacker"),
			    "OTHER:attacker");
	assert_string_equal(
		code_of("Chile is rich. Rebels loyal to the leader of Yemen fled.", "Rebels"),
		"YEM");
	assert_string_equal(code_of("Western countries armed Peru. Chile thanked those nations and "
				    "those countries.",
				    "countries"),
			    "WEST");
	assert_string_equal(code_of("Chile thanked wealthier countries.", "countries"),
			    "OTHER:wealthier countries");
}

static void one_actor_is_one_entity(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(SAME) / sizeof(*SAME); i++) {
		const struct doc *d = parse(SAME[i].text);
		int32_t a = entity_of(d, SAME[i].one, SAME[i].nth_one);
		int32_t b = entity_of(d, SAME[i].other, SAME[i].nth_other);

		if (a > ENTITY_DOC_AUTHOR && a == b)
			continue;
		printf("%s %d, %s %d: %s\n", SAME[i].one, a, SAME[i].other, b, SAME[i].text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_day_of_may_is_not_theresa_may(void **state)
{
	const struct doc *d = parse("Theresa May met Angela Merkel. On May 12, May left. They had "
				    "talks until May 13.");

	(void)state;
	assert_true(entity_of(d, "May", 0) > ENTITY_DOC_AUTHOR);
	assert_int_equal(entity_of(d, "May", 1), -1);
	assert_int_equal(entity_of(d, "May", 2), entity_of(d, "May", 0));
	assert_int_equal(entity_of(d, "May", 3), -1);
}

static void the_former_and_the_latter_are_told_apart(void **state)
{
	const struct doc *d =
		parse("Poland and Latvia signed a treaty. The former had asked for it.");

	(void)state;
	assert_int_equal(entity_of(d, "former", 0), entity_of(d, "Poland", 0));
	d = parse("Poland and Latvia signed a treaty. The latter had asked for it.");
	assert_int_equal(entity_of(d, "latter", 0), entity_of(d, "Latvia", 0));
}

/* All that a mention stands for: "the two countries" are two. */
static uint32_t entities_of(const struct doc *doc, int32_t mention, uint32_t *entities,
			    uint32_t max)
{
	uint32_t n = 0;

	for (int steps = 0; mention >= 0 && steps < 16; steps++) {
		int32_t entity = doc->mentions[mention].entity;
		bool known = entity < 0;

		for (uint32_t i = 0; i < n; i++)
			known = known || entities[i] == (uint32_t)entity;
		if (!known && n < max)
			entities[n++] = (uint32_t)entity;
		mention = doc->mentions[mention].also;
	}
	return n;
}

static uint32_t entities_of_word(const struct doc *d, const char *word, uint32_t *who, uint32_t max)
{
	for (uint32_t i = 0; i < d->n_tokens; i++)
		if (str_is(d->tokens[i].form, word))
			return entities_of(d, d->tokens[i].mention, who, max);
	return 0;
}

static void two_countries_are_both(void **state)
{
	const struct doc *d = parse("Poland and Latvia signed a treaty. The two countries agreed.");
	uint32_t who[4];

	(void)state;
	assert_int_equal(entities_of_word(d, "countries", who, 4), 2);
	assert_true(str_is(d->entities[who[0]].code, "POL"));
	assert_true(str_is(d->entities[who[1]].code, "LVA"));
}

static void two_companies_are_no_countries(void **state)
{
	const struct doc *d = parse("Poland and Latvia met. Norway fined two companies.");
	uint32_t who[4] = {0};

	(void)state;
	assert_true(entities_of_word(d, "companies", who, 4) < 2);
	assert_false(str_is(d->entities[who[0]].code, "POL"));
}

static void three_countries_are_the_row_of_three(void **state)
{
	const struct doc *d = parse("Denmark, Finland and Sweden began a patrol. It rained. It "
				    "rained. It rained. It rained. The ships sailed. Chile gave "
				    "money to the coast guards of the three countries.");
	uint32_t who[4];

	(void)state;
	assert_int_equal(entities_of_word(d, "countries", who, 4), 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_false(str_is(d->entities[who[i]].code, "CHL"));
}

static void a_quoted_i_is_the_speaker(void **state)
{
	const struct doc *d = parse("\"I reject the plan,\" Angela Merkel said.");

	(void)state;
	assert_true(entity_of(d, "I", 0) > ENTITY_DOC_AUTHOR);
	assert_int_equal(entity_of(d, "I", 0), entity_of(d, "Merkel", 0));
}

static void an_opinion_piece_speaks_as_author(void **state)
{
	const struct doc *d = parse("OPINION: A bad plan\n\nI reject the plan of the government.");

	(void)state;
	assert_int_equal(entity_of(d, "I", 0), ENTITY_DOC_AUTHOR);
}

static void a_speech_speaks_for_its_state(void **state)
{
	const struct doc *d = parse("POL statement in the UN General Debate\n\nMr. President, we "
				    "reject the plan. I thank the Assembly.");
	int32_t we = entity_of(d, "we", 0);

	(void)state;
	assert_true(we > ENTITY_DOC_AUTHOR);
	assert_true(str_is(d->entities[we].code, "POL"));
	assert_int_equal(d->sentences[d->n_sentences - 1].voice, we);
}

/* Without a title: its salute, who says "we", and the state that does most. */
static void a_short_speech_is_one(void **state)
{
	const struct doc *d =
		parse("Mr. President, Excellencies, Ghana believes in peace. We thank "
		      "Cuba, and we thank Cuba again. We reject the blockade of Cuba. We "
		      "call for reform. Ghana will host a summit, and we invite all.");
	int32_t we = entity_of(d, "We", 0);

	(void)state;
	assert_true(we > ENTITY_DOC_AUTHOR);
	assert_true(str_is(d->entities[we].code, "GHA"));
}

static void she_is_not_the_man(void **state)
{
	const struct doc *d = parse("Mary Field met Peter Stone. She left early.");

	(void)state;
	assert_int_not_equal(entity_of(d, "She", 0), entity_of(d, "Stone", 0));
}

static void the_weather_is_no_actor(void **state)
{
	const struct doc *d = parse("Germany signed the deal. It is clear that trade will grow.");

	(void)state;
	assert_int_equal(entity_of(d, "It", 0), -1);
}

/* However many mentions there were before: none is the first case where the list grows. */
static void many_are_some_people(void **state)
{
	char text[2000];

	(void)state;
	for (size_t names = 0; names < 40; names++) {
		const struct mention *m = NULL;
		const struct doc *d;

		for (size_t i = 0; i < names; i++)
			strcpy(text + i * 14, "Oslo agreed.  ");
		strcpy(text + names * 14, "Many left early.");
		d = parse(text);
		for (uint32_t i = 0; i < d->n_mentions; i++)
			if (str_is(d->tokens[d->mentions[i].head].lower, "many"))
				m = &d->mentions[i];
		assert_non_null(m);
		assert_true(m->plural && m->generic && m->etype == ENTITY_GROUP);
	}
}

/* However many mentions there were before, here too. */
static void they_are_both(void **state)
{
	char text[2000];
	uint32_t who[4];

	(void)state;
	for (size_t names = 0; names < 40; names++) {
		const struct doc *d;

		for (size_t i = 0; i < names; i++)
			strcpy(text + i * 14, "Oslo agreed.  ");
		strcpy(text + names * 14, "Poland and Latvia spoke. They signed a treaty.");
		d = parse(text);
		assert_int_equal(entities_of_word(d, "They", who, 4), 2);
	}
}

static void the_first_entity_is_the_author(void **state)
{
	const struct doc *d = parse("Rain fell.");

	(void)state;
	assert_true(d->n_entities >= 1);
	assert_true(str_is(d->entities[ENTITY_DOC_AUTHOR].code, "AUTHOR"));
	assert_int_equal(parse("")->n_entities, 1);
}

/* Deep nesting, unpaired marks, lists of names: no crash, and every reference stays in range. */
static void any_text_gives_consistent_references(void **state)
{
	static const char *const PIECES[] = {"\"",      "\xe2\x80\x9c",
					     "'",       "he said",
					     "who",     "(",
					     "Xi",      "the two countries",
					     "\n\n",    ":",
					     "Germany", "they",
					     ", said",  ".",
					     "1999",    "we",
					     "that",    "-",
					     "Monday"};
	uint64_t random = 88172645463325252u;
	struct buf text = {0};

	(void)state;
	for (int round = 0; round < 200; round++) {
		const struct doc *d;

		text.n = 0;
		for (int i = 0; i < 120; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			buf_printf(&text, "%s ",
				   PIECES[random % (sizeof(PIECES) / sizeof(*PIECES))]);
		}
		buf_add(&text, "", 1);
		d = parse(text.p);
		for (uint32_t i = 0; i < d->n_mentions; i++) {
			assert_in_range(d->mentions[i].entity + 1, 0, d->n_entities);
			assert_in_range(d->mentions[i].tok + d->mentions[i].n_tok, 1, d->n_tokens);
			assert_in_range(d->mentions[i].also + 1, 0, d->n_mentions);
		}
		for (uint32_t i = 0; i < d->n_attributions; i++) {
			const struct attribution *a = &d->attributions[i];

			assert_in_range(a->content + a->n_content, 1, d->n_tokens);
			assert_in_range(a->source_entity + 1, 0, d->n_entities);
			assert_in_range(a->parent + 1, 0, d->n_attributions);
		}
		for (uint32_t i = 0; i < d->n_quotes; i++)
			assert_in_range(d->quotes[i].tok + d->quotes[i].n_tok, 0, d->n_tokens);
	}
	buf_free(&text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_actor_is_one_entity),
		cmocka_unit_test(different_actors_are_apart),
		cmocka_unit_test(codes_and_names_are_one_line),
		cmocka_unit_test(who_has_no_country_goes_by_the_words_of_the_text),
		cmocka_unit_test(a_day_of_may_is_not_theresa_may),
		cmocka_unit_test(the_former_and_the_latter_are_told_apart),
		cmocka_unit_test(two_countries_are_both),
		cmocka_unit_test(two_companies_are_no_countries),
		cmocka_unit_test(three_countries_are_the_row_of_three),
		cmocka_unit_test(a_quoted_i_is_the_speaker),
		cmocka_unit_test(an_opinion_piece_speaks_as_author),
		cmocka_unit_test(a_speech_speaks_for_its_state),
		cmocka_unit_test(a_short_speech_is_one),
		cmocka_unit_test(she_is_not_the_man),
		cmocka_unit_test(the_weather_is_no_actor),
		cmocka_unit_test(many_are_some_people),
		cmocka_unit_test(they_are_both),
		cmocka_unit_test(the_first_entity_is_the_author),
		cmocka_unit_test(any_text_gives_consistent_references),
	};
	int failed;

	(void)argc;
	if (bench_beside(&bench, argv[0]) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_close(&bench);
	return failed;
}
