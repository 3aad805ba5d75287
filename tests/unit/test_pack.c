#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "proto/pack.h"

static void values_come_back(void **state)
{
	struct buf b = {0};
	struct unpack u;
	struct err e;

	(void)state;
	pack_array(&b, 9);
	pack_uint(&b, UINT64_MAX);
	pack_int(&b, INT64_MIN);
	pack_int(&b, -1);
	pack_double(&b, 0.1);
	pack_bool(&b, true);
	pack_nil(&b);
	pack_cstr(&b, "text");
	pack_bin(&b, (struct str){"\0\xff", 2});
	pack_map(&b, 0);
	unpack_init(&u, buf_str(&b));
	assert_int_equal(unpack_array(&u), 9);
	assert_true(unpack_uint(&u, UINT64_MAX) == UINT64_MAX);
	assert_true(unpack_int(&u) == INT64_MIN);
	assert_int_equal(unpack_int(&u), -1);
	assert_true(unpack_double(&u) == 0.1);
	assert_true(unpack_bool(&u));
	assert_true(unpack_nil(&u));
	assert_true(str_is(unpack_str(&u, 4), "text"));
	assert_int_equal(unpack_str(&u, 2).n, 2);
	assert_int_equal(unpack_peek(&u), UNPACK_MAP);
	assert_int_equal(unpack_map(&u), 0);
	assert_int_equal(unpack_end(&u, &e), 0);
	buf_free(&b);
}

/* Each length of a header, and each way to write an integer; cut short, none of them is read. */
static void every_width_comes_back_whole_or_not_at_all(void **state)
{
	static const int64_t ints[] = {0,     127,        128,       255,    256,       65535,
				       65536, UINT32_MAX, INT64_MAX, -1,     -32,       -33,
				       -128,  -129,       -32768,    -32769, INT32_MIN, INT64_MIN};
	static const size_t lengths[] = {0, 1, 31, 32, 255, 256, 65535, 65536};
	char *text = mem_alloc(65536);
	struct buf b = {0};
	struct unpack u;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
		pack_int(&b, ints[i]);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		pack_str(&b, (struct str){text, lengths[i]});
		pack_bin(&b, (struct str){text, lengths[i]});
	}
	unpack_init(&u, buf_str(&b));
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
		assert_true(unpack_int(&u) == ints[i]);
	for (size_t i = 0; i < 2 * sizeof(lengths) / sizeof(lengths[0]); i++)
		assert_int_equal(unpack_str(&u, 65536).n, lengths[i / 2]);
	assert_int_equal(unpack_end(&u, &e), 0);
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		b.n = 0;
		pack_int(&b, ints[i]);
		unpack_init(&u, (struct str){b.p, b.n - 1});
		unpack_int(&u);
		assert_true(unpack_failed(&u));
	}
	for (size_t i = 0; i < 2 * sizeof(lengths) / sizeof(lengths[0]); i++) {
		b.n = 0;
		(i % 2 ? pack_str : pack_bin)(&b, (struct str){text, lengths[i / 2]});
		unpack_init(&u, (struct str){b.p, b.n - 1});
		unpack_str(&u, 65536);
		assert_true(unpack_failed(&u));
	}
	mem_free(text);
	buf_free(&b);
}

static void strings_point_into_the_bytes(void **state)
{
	struct buf b = {0};
	struct unpack u;
	struct str s;

	(void)state;
	pack_cstr(&b, "not copied");
	unpack_init(&u, buf_str(&b));
	s = unpack_str(&u, 100);
	assert_ptr_equal(s.p, b.p + 1);
	buf_free(&b);
}

static void after_the_first_fault_everything_is_zero(void **state)
{
	struct buf b = {0};
	struct unpack u;
	struct err e;

	(void)state;
	pack_cstr(&b, "x");
	pack_uint(&b, 7);
	unpack_init(&u, buf_str(&b));
	assert_int_equal(unpack_uint(&u, 100), 0);
	assert_int_equal(unpack_uint(&u, 100), 0);
	assert_int_equal(unpack_str(&u, 9).n, 0);
	assert_int_equal(unpack_end(&u, &e), -1);
	assert_int_equal(e.code, ERR_INVALID);
	assert_non_null(strstr(e.text, "at byte 0"));
	buf_free(&b);
}

static void containers_cannot_claim_more_than_is_there(void **state)
{
	static const struct str claims[] = {
		{"\xdd\xff\xff\xff\xff\x01", 6},
		{"\xdf\x00\x00\x00\x02\x01\x01", 7},
		{"\x92\x01", 2},
		{"\xdc\x00", 2},
		{"\xdd\x00\x00", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		struct unpack u;
		struct err e;

		unpack_init(&u, claims[i]);
		if (unpack_peek(&u) == UNPACK_MAP)
			assert_int_equal(unpack_map(&u), 0);
		else
			assert_int_equal(unpack_array(&u), 0);
		assert_int_equal(unpack_end(&u, &e), -1);
	}
}

static void skip_passes_deep_nesting_without_recursion(void **state)
{
	enum { DEPTH = 1000000 };
	struct buf b = {0};
	struct unpack u;
	struct err e;

	(void)state;
	for (int i = 0; i < DEPTH; i++)
		pack_array(&b, 1);
	pack_nil(&b);
	pack_uint(&b, 5);
	unpack_init(&u, buf_str(&b));
	unpack_skip(&u);
	assert_int_equal(unpack_uint(&u, 5), 5);
	assert_int_equal(unpack_end(&u, &e), 0);
	buf_free(&b);
}

static void numbers_that_are_none_are_refused(void **state)
{
	struct buf b = {0};
	struct unpack u;

	(void)state;
	pack_double(&b, NAN);
	unpack_init(&u, buf_str(&b));
	unpack_double(&u);
	assert_true(unpack_failed(&u));
	b.n = 0;
	pack_int(&b, -5);
	unpack_init(&u, buf_str(&b));
	unpack_uint(&u, 100);
	assert_true(unpack_failed(&u));
	b.n = 0;
	pack_uint(&b, 1 + (uint64_t)INT64_MAX);
	unpack_init(&u, buf_str(&b));
	unpack_int(&u);
	assert_true(unpack_failed(&u));
	buf_free(&b);
}

static void raw_value_is_given_whole(void **state)
{
	struct buf b = {0};
	struct unpack u;

	(void)state;
	pack_map(&b, 1);
	pack_cstr(&b, "k");
	pack_array(&b, 0);
	pack_nil(&b);
	unpack_init(&u, buf_str(&b));
	assert_int_equal(unpack_raw(&u).n, 4);
	assert_true(unpack_nil(&u));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(every_width_comes_back_whole_or_not_at_all),
		cmocka_unit_test(strings_point_into_the_bytes),
		cmocka_unit_test(after_the_first_fault_everything_is_zero),
		cmocka_unit_test(containers_cannot_claim_more_than_is_there),
		cmocka_unit_test(skip_passes_deep_nesting_without_recursion),
		cmocka_unit_test(numbers_that_are_none_are_refused),
		cmocka_unit_test(raw_value_is_given_whole),
	};

	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
