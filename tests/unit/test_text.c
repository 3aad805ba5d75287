#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/text.h"

static void expect(struct str raw, const char *text, uint32_t n_bad)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};

	text_decode(&d, raw);
	assert_int_equal(d.text.n, strlen(text));
	assert_memory_equal(d.text.p, text, d.text.n);
	assert_int_equal(d.n_bad, n_bad);
	assert_int_equal(d.n_chars, text_count(d.text));
	arena_free(&a);
}

static void good_text_is_kept(void **state)
{
	(void)state;
	expect(STR("plain"), "plain", 0);
	expect(STR("Łódź “x” 😀"), "Łódź “x” 😀", 0);
	expect(STR("\xEF\xBB\xBFmark"), "mark", 0);
	expect((struct str){NULL, 0}, "", 0);
}

static void each_malformed_sequence_becomes_one_sign(void **state)
{
	(void)state;
	expect(STR("a\xFF"
		   "b"),
	       "a\uFFFDb", 1);
	expect(STR("a\xE2\x80"), "a\uFFFD", 1);               /* cut short */
	expect(STR("\xC0\xAF"), "\uFFFD\uFFFD", 2);           /* too long a form */
	expect(STR("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD", 3); /* a surrogate */
	expect(STR("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD", 4);
}

static void every_code_point_survives_a_round_trip(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp < 0x110000; cp++) {
		char b[4];
		uint32_t back;
		unsigned n;

		if (cp >= 0xD800 && cp < 0xE000)
			continue;
		n = text_put(b, cp);
		assert_int_equal(text_next(b, b + n, &back), n);
		assert_int_equal(back, cp);
	}
}

static void lower_case_is_lower_case(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < 0x3000; cp++) {
		assert_int_equal(text_to_lower(text_to_lower(cp)), text_to_lower(cp));
		assert_false(text_is_space(cp) && text_is_letter(cp));
	}
	assert_int_equal(text_to_lower(0xC4), 0xE4);
	assert_int_equal(text_to_lower(0x141), 0x142);
	assert_int_equal(text_to_lower(0x416), 0x436);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_text_is_kept),
		cmocka_unit_test(each_malformed_sequence_becomes_one_sign),
		cmocka_unit_test(every_code_point_survives_a_round_trip),
		cmocka_unit_test(lower_case_is_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
