#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/mem.h"

static void arena_pieces_are_zeroed_and_aligned(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t n = 1; n < 100000; n = n * 3 + 1) {
		char *p = arena_alloc(&a, n);

		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
	}
	arena_free(&a);
}

static void reset_arena_keeps_at_most_what_was_asked(void **state)
{
	struct arena a = {0};
	char *first, *again;

	(void)state;
	first = arena_alloc(&a, 1000);
	first[0] = 1;
	arena_reset(&a, 1 << 20);
	again = arena_alloc(&a, 1000);
	assert_ptr_equal(first, again);
	assert_int_equal(again[0], 0);
	arena_reset(&a, 0);
	assert_null(a.head);
	arena_free(&a);
}

static void buf_printf_appends(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%03d", i);
	assert_int_equal(b.n, 3000);
	assert_memory_equal(b.p + 3 * 517, "517", 3);
	buf_free(&b);
}

static void strings_order_bytewise(void **state)
{
	(void)state;
	assert_true(str_cmp(STR("ab"), STR("abc")) < 0);
	assert_true(str_cmp(STR("b"), STR("abc")) > 0);
	assert_true(str_starts(STR("Beijing"), STR("Bei")));
	assert_true(str_ends(STR("Beijing"), STR("ing")));
	assert_false(str_ends(STR("ng"), STR("ing")));
}

static void a_cut_string_ends_between_characters(void **state)
{
	struct str s = STR("a\u00e9\u20ac"); /* 1, 2 and 3 bytes */
	static const size_t LENGTHS[] = {0, 1, 1, 3, 3, 3, 6, 6};

	(void)state;
	for (size_t max = 0; max < sizeof(LENGTHS) / sizeof(*LENGTHS); max++)
		assert_int_equal(str_cut(s, max).n, LENGTHS[max]);
	assert_ptr_equal(str_cut(s, 3).p, s.p);
	assert_int_equal(str_cut((struct str){0}, 0).n, 0);
	assert_int_equal(str_cut(STR("\x80\x80\x80"), 2).n, 0); /* no text: nothing is whole */
}

static void a_word_is_in_a_list_or_not(void **state)
{
	static const char *const LIST[] = {"May", "Mayor", NULL}, *const NONE[] = {NULL};

	(void)state;
	assert_true(str_in(STR("Mayor"), LIST));
	assert_false(str_in(STR("Mayo"), LIST));
	assert_false(str_in(STR("may"), LIST));
	assert_false(str_in((struct str){0}, LIST));
	assert_false(str_in(STR("May"), NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_pieces_are_zeroed_and_aligned),
		cmocka_unit_test(reset_arena_keeps_at_most_what_was_asked),
		cmocka_unit_test(buf_printf_appends),
		cmocka_unit_test(strings_order_bytewise),
		cmocka_unit_test(a_word_is_in_a_list_or_not),
		cmocka_unit_test(a_cut_string_ends_between_characters),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
