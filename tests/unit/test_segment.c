#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/segment.h"
#include "worker/engine/text.h"

/* The tokens of a text apart by blanks, sentences apart by " | ". */
static void expect(const char *text, const char *tokens)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};
	struct buf got = {0};
	struct err e;

	text_decode(&d, str_of(text));
	assert_int_equal(segment_run(&d, &e), 0);
	for (uint32_t i = 0; i < d.n_tokens; i++) {
		if (i)
			buf_add_str(&got, d.tokens[i].sent != d.tokens[i - 1].sent ? STR(" | ")
										   : STR(" "));
		buf_add_str(&got, d.tokens[i].form);
	}
	buf_add(&got, "", 1);
	assert_string_equal(got.p, tokens);
	buf_free(&got);
	arena_free(&a);
}

static void contractions_are_two_words(void **state)
{
	(void)state;
	expect("They don't know; it's Xi’s, we can't, I’m.",
	       "They do n't know ; it 's Xi 's , we ca n't , I 'm .");
	expect("He cannot go, she's gonna stay.", "He can not go , she 's gon na stay .");
	expect("the officials' answer", "the officials ' answer");
	expect("O'Neill met the Shi'ite leader D'Souza.",
	       "O'Neill met the Shi'ite leader D'Souza .");
}

static void hyphens_split_but_not_after_prefixes(void **state)
{
	(void)state;
	expect("a US-led non-proliferation move in 2019-2020",
	       "a US - led non-proliferation move in 2019 - 2020");
	expect("call 713-853-3989 now", "call 713-853-3989 now");
}

static void numbers_and_addresses_stay_whole(void **state)
{
	(void)state;
	expect("It cost $1,200.50 at 10:30 on 9/11.", "It cost $ 1,200.50 at 10:30 on 9/11 .");
	expect("See https://example.org/a?b=c, or mail a.b@example.org.",
	       "See https://example.org/a?b=c , or mail a.b@example.org .");
}

static void abbreviations_keep_their_full_stop(void **state)
{
	(void)state;
	expect("Mr. Li met Gen. Smith of the U.S. Army at 5 p.m. in Washington.",
	       "Mr. Li met Gen. Smith of the U.S. Army at 5 p.m. in Washington .");
	expect("J. R. Jones agreed. She left.", "J. R. Jones agreed . | She left .");
}

static void footnote_digits_are_no_part_of_words(void **state)
{
	(void)state;
	expect("Who leads the community?1 Nobody knows.",
	       "Who leads the community ? 1 | Nobody knows .");
	expect("the pandemic12 spread", "the pandemic 12 spread");
	expect("the G20 and Covid19", "the G20 and Covid 19");
}

static void quotes_close_with_their_sentence(void **state)
{
	(void)state;
	expect("“We agree.” He left. “Why?” she asked.",
	       "\" We agree . \" | He left . | \" Why ? \" she asked .");
}

static void a_line_break_inside_a_sentence_does_not_end_it(void **state)
{
	(void)state;
	expect("Talks on trade were\nheld in Bern. Nobody\nspoke.",
	       "Talks on trade were held in Bern . | Nobody spoke .");
	expect("A headline\n\nThe text goes on.", "A headline | The text goes on .");
}

static void a_word_broken_at_the_end_of_a_line_is_one(void **state)
{
	(void)state;
	expect("Talks resume on Satur-\nday.", "Talks resume on Saturday .");
	expect("It was unac-\r\nceptable.", "It was unacceptable .");
	expect("A well-\nknown envoy.", "A well - known envoy .");
	expect("Talks in Bosnia-\nHerzegovina.", "Talks in Bosnia - Herzegovina .");
	expect("Talks -\nin Bern.", "Talks - in Bern .");
}

static void sentences_are_never_longer_than_the_bound(void **state)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};
	struct buf b = {0};
	struct err e;

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_add(&b, i % 50 ? "word " : "and, ", 5);
	text_decode(&d, buf_str(&b));
	assert_int_equal(segment_run(&d, &e), 0);
	for (uint32_t s = 0; s < d.n_sentences; s++)
		assert_true(d.sentences[s].n_tok <= SENTENCE_MAX);
	buf_free(&b);
	arena_free(&a);
}

static void positions_count_code_points_of_the_original(void **state)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};
	struct err e;

	(void)state;
	text_decode(&d, STR("“Łódź” agrees…"));
	assert_int_equal(segment_run(&d, &e), 0);
	assert_int_equal(d.tokens[1].span.start, 1);
	assert_int_equal(d.tokens[1].span.end, 5);
	assert_true(str_is(doc_text(&d, 4, 1), "…"));
	assert_int_equal(d.tokens[4].span.end, d.n_chars);
	arena_free(&a);
}

static void the_first_line_is_a_headline(void **state)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};
	struct err e;

	(void)state;
	text_decode(&d, STR("Council agrees to truce\n\nThe council agreed on Sunday.\n"));
	assert_int_equal(segment_run(&d, &e), 0);
	assert_int_equal(d.n_sentences, 2);
	assert_int_equal(d.sentences[0].kind, SENTENCE_HEADLINE);
	assert_int_equal(d.sentences[1].paragraph, 1);
	arena_free(&a);
}

static void a_picture_and_its_credit_are_a_caption(void **state)
{
	static const char *const TEXTS[] = {
		"Council agrees\n\nThe envoy speaks in Oslo. (AP Photo/Jan Kowal)\n\nIt rained.",
		"Council agrees\n\nThe envoy speaks in Oslo. REUTERS/Jan Kowal\n\nIt rained.",
		"Council agrees\n\nThe envoy speaks in Oslo. Photo: Jan Kowal\n\nIt rained.",
		"Council agrees\n\nThe envoy speaks in Oslo. (Kowal/Getty Images)\n\nIt rained."};

	(void)state;
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		struct arena a = {0};
		struct doc d = {.arena = &a};
		struct err e;

		text_decode(&d, str_of(TEXTS[i]));
		assert_int_equal(segment_run(&d, &e), 0);
		assert_true(d.n_sentences >= 3);
		assert_int_equal(d.sentences[1].kind, SENTENCE_CAPTION);
		assert_int_equal(d.sentences[d.n_sentences - 1].kind, SENTENCE_PLAIN);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contractions_are_two_words),
		cmocka_unit_test(hyphens_split_but_not_after_prefixes),
		cmocka_unit_test(numbers_and_addresses_stay_whole),
		cmocka_unit_test(abbreviations_keep_their_full_stop),
		cmocka_unit_test(footnote_digits_are_no_part_of_words),
		cmocka_unit_test(quotes_close_with_their_sentence),
		cmocka_unit_test(a_line_break_inside_a_sentence_does_not_end_it),
		cmocka_unit_test(a_word_broken_at_the_end_of_a_line_is_one),
		cmocka_unit_test(sentences_are_never_longer_than_the_bound),
		cmocka_unit_test(positions_count_code_points_of_the_original),
		cmocka_unit_test(the_first_line_is_a_headline),
		cmocka_unit_test(a_picture_and_its_credit_are_a_caption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
