/* Who says what, in sentences of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/attrib.h"
#include "worker/training/bench.h"

static struct bench bench;

static const struct doc *parse(const char *text)
{
	struct engine_input in = {.text = str_of(text)};

	in.meta.date = STR("2020-03-18");
	return engine_parse(bench.engine, &in);
}

static int32_t token(const struct doc *d, const char *form)
{
	for (uint32_t i = 0; i < d->n_tokens; i++)
		if (str_is(d->tokens[i].form, form))
			return (int32_t)i;
	fail_msg("no token %s", form);
	return -1;
}

static uint32_t put(uint32_t *entities, uint32_t n, uint32_t max, int32_t entity)
{
	if (entity < 0 || n >= max)
		return n;
	for (uint32_t i = 0; i < n; i++)
		if (entities[i] == (uint32_t)entity)
			return n;
	entities[n] = (uint32_t)entity;
	return n + 1;
}

/* The entities of an attribution's source: "X and Y said" has two. */
static uint32_t sources(const struct doc *doc, int32_t attribution, uint32_t *entities,
			uint32_t max)
{
	const struct attribution *a = &doc->attributions[attribution];
	uint32_t n = 0;
	int32_t m = a->source;

	for (int steps = 0; m >= 0 && steps < 8; steps++, m = doc->mentions[m].also)
		n = put(entities, n, max, doc->mentions[m].entity);
	if (n == 0)
		n = put(entities, n, max, a->source_entity);
	if (a->source_tok < 0)
		return n;
	for (int32_t c = doc->tokens[a->source_tok].child; c >= 0; c = doc->tokens[c].next)
		if (doc->tokens[c].rel == REL_CONJ && doc->tokens[c].mention >= 0)
			n = put(entities, n, max, doc->mentions[doc->tokens[c].mention].entity);
	return n;
}

/* Entities on whose word the token stands, innermost first, without the author; only what was said.
 */
static uint32_t chain(const struct doc *doc, int32_t tok, uint32_t *entities, uint32_t max)
{
	uint32_t n = 0;
	int32_t k = doc->tokens[tok].attrib;

	for (int steps = 0; k >= 0 && steps < 8; steps++, k = doc->attributions[k].parent) {
		uint32_t own[8], n_own;

		if (doc->attributions[k].kind != ATTRIB_SPEECH)
			continue;
		n_own = sources(doc, k, own, 8);
		for (uint32_t i = 0; i < n_own; i++)
			if (own[i] != ENTITY_DOC_AUTHOR)
				n = put(entities, n, max, (int32_t)own[i]);
	}
	return n;
}

/* The code or, where there is none, the name of who says the token; "" for the author. */
static const char *says(const struct doc *d, const char *form)
{
	static char text[80];
	uint32_t who[4], n = chain(d, token(d, form), who, 4);
	const struct entity *e;

	if (n == 0)
		return "";
	e = &d->entities[who[0]];
	snprintf(text, sizeof(text), "%.*s", STR_ARG(e->code.n ? e->code : e->name));
	return text;
}

static const struct {
	const char *text, *word, *who;
} CASES[] = {
	{"Spain said that Germany had closed the border.", "closed", "ESP"},
	{"Spain said Germany had closed the border.", "closed", "ESP"},
	{"Germany had closed the border, Spain said.", "closed", "ESP"},
	{"Germany had closed the border, said the government of Spain.", "closed", "ESP"},
	{"According to Spain, Germany had closed the border.", "closed", "ESP"},
	{"Germany had closed the border, according to Spain.", "closed", "ESP"},
	{"\"Germany has closed the border,\" Spain said.", "closed", "ESP"},
	{"\xe2\x80\x9cGermany has closed the border,\xe2\x80\x9d Spain said.", "closed", "ESP"},
	{"Spain told Italy that Germany had closed the border.", "closed", "ESP"},
	{"Spain's claim that Germany closed the border was rejected.", "closed", "ESP"},
	{"Spain's envoy spoke with us on Sunday.\n\nWhy now?\n\n\"Germany has closed the "
	 "border.\"",
	 "closed", "ESP"},
	{"Spain's envoy spoke with us on Sunday.\n\nWhy now?\n\n\"It is late. It is "
	 "dark.\"\n\nAnd then?\n\n\"Germany has closed the border.\"",
	 "closed", "ESP"},
	{"Spain's envoy spoke on Sunday.\n\nWhy now?\n\n\"Germany has closed the border.\"",
	 "closed", ""},
	{"Spain closed the border.", "closed", ""},
	{"Spain said that Germany had closed the border. Rain fell.", "fell", ""},
	{"\"The border is open,\" Spain said. \"Nobody has closed it.\"", "closed", "ESP"},
	/* the subject that a broken tree gives may stand in the marks, in a dateline, in a date */
	{"\"The biggest regret we have is the delay,\" Spain said. \"It closed.\"", "closed",
	 "ESP"},
	{"\"The biggest regret we have is the delay,\" Spain said.", "regret", "ESP"},
	{"LONDON \xe2\x80\x94 Spain argued on Friday that Germany had closed the border.", "closed",
	 "ESP"},
	{"Spain warns Italy; Germany closed the border.", "closed", ""},
	{"Germany closed the border; Spain agreed.", "closed", ""},
	{"The problem, Spain said, is that Germany closed the border.", "closed", "ESP"},
};

static void the_source_of_a_word_is_found(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		const struct doc *d = parse(CASES[i].text);

		if (strcmp(says(d, CASES[i].word), CASES[i].who) == 0)
			continue;
		printf("'%s' instead of '%s': %s\n", says(d, CASES[i].word), CASES[i].who,
		       CASES[i].text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void attributions_nest(void **state)
{
	const struct doc *d =
		parse("Spain said that Italy believed that Germany closed the border.");
	int32_t inner = d->tokens[token(d, "closed")].attrib, outer;

	(void)state;
	assert_true(inner >= 0);
	outer = d->attributions[inner].parent;
	assert_true(outer >= 0);
	assert_int_equal(d->attributions[inner].kind, ATTRIB_THOUGHT);
	assert_int_equal(d->attributions[outer].kind, ATTRIB_SPEECH);
	assert_true(str_is(d->entities[d->attributions[outer].source_entity].code, "ESP"));
	assert_true(str_is(d->entities[d->attributions[inner].source_entity].code, "ITA"));
}

static void the_cue_itself_is_the_authors(void **state)
{
	const struct doc *d = parse("Spain said that Germany had closed the border.");

	(void)state;
	assert_int_equal(d->tokens[token(d, "said")].attrib, -1);
	assert_int_equal(d->tokens[token(d, "Spain")].attrib, -1);
}

static void an_attitude_to_a_thing_leaves_the_thing_to_the_author(void **state)
{
	const struct doc *d = parse("Spain criticized the invasion of France by Germany.");

	(void)state;
	assert_int_equal(d->tokens[token(d, "invasion")].attrib, -1);
	assert_int_equal(d->n_attributions, 1);
	assert_int_equal(d->attributions[0].kind, ATTRIB_ABOUT);
}

/* No list holds these words; the weights know them or their like. */
static void attitudes_that_no_list_holds_are_learned(void **state)
{
	static const char *const TEXTS[] = {"The senator eviscerated the plan.",
					    "The senator lashed out at the plan.",
					    "The senator shrugged off the plan."};

	(void)state;
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		const struct doc *d = parse(TEXTS[i]);
		const struct attribution *a = d->attributions;
		int32_t plan = token(d, "plan");

		assert_int_equal(d->n_attributions, 1);
		assert_true(plan >= (int32_t)a->content &&
			    plan < (int32_t)(a->content + a->n_content));
		assert_int_equal(a->source_tok, token(d, "senator"));
		assert_int_equal(a->kind, ATTRIB_ABOUT);
		assert_int_equal(d->tokens[plan].attrib, -1);
	}
}

static void a_quotation_left_open_ends_with_its_paragraph(void **state)
{
	const struct doc *d = parse("\xe2\x80\x9cThe border is closed, Spain said.\n\nRain fell on "
				    "the capital all day long.");

	(void)state;
	assert_int_equal(d->n_quotes, 1);
	assert_false(d->quotes[0].closed);
	assert_true(d->quotes[0].tok + d->quotes[0].n_tok <= (uint32_t)token(d, "Rain"));
}

static void a_quotation_goes_on_over_paragraphs(void **state)
{
	const struct doc *d = parse("\xe2\x80\x9cThe border is closed now and will stay so, Spain "
				    "fears.\n\n\xe2\x80\x9cNobody will pass it,\xe2\x80\x9d the "
				    "minister said.");

	(void)state;
	assert_int_equal(d->n_quotes, 1);
	assert_true(d->quotes[0].closed);
}

static void apostrophes_are_no_quotations(void **state)
{
	const struct doc *d = parse("The states' rights and the ministers' claims don't matter.");

	(void)state;
	for (uint32_t i = 0; i < d->n_quotes; i++)
		assert_int_equal(d->quotes[i].n_tok, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_source_of_a_word_is_found),
		cmocka_unit_test(attributions_nest),
		cmocka_unit_test(the_cue_itself_is_the_authors),
		cmocka_unit_test(an_attitude_to_a_thing_leaves_the_thing_to_the_author),
		cmocka_unit_test(attitudes_that_no_list_holds_are_learned),
		cmocka_unit_test(a_quotation_left_open_ends_with_its_paragraph),
		cmocka_unit_test(a_quotation_goes_on_over_paragraphs),
		cmocka_unit_test(apostrophes_are_no_quotations),
	};
	int failed;

	(void)argc;
	if (bench_beside(&bench, argv[0]) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_close(&bench);
	return failed;
}
