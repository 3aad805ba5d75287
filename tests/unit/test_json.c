#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/json.h"

static void expect_str(struct str s, const char *json)
{
	struct buf out = {0};

	json_add_str(&out, s);
	buf_add(&out, "", 1);
	assert_string_equal(out.p, json);
	buf_free(&out);
}

static void expect_double(double v, const char *json)
{
	struct buf out = {0};

	json_add_double(&out, v);
	buf_add(&out, "", 1);
	assert_string_equal(out.p, json);
	buf_free(&out);
}

static void strings_are_escaped_and_valid_utf8(void **state)
{
	(void)state;
	expect_str(STR("a\"b\\c\n\t\r\x01"), "\"a\\\"b\\\\c\\n\\t\\r\\u0001\"");
	expect_str(STR("Xí 北京 😀"), "\"Xí 北京 😀\"");
	expect_str(STR("x\xff\xc3"), "\"x\xef\xbf\xbd\xef\xbf\xbd\"");
	expect_str(STR("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	expect_str(STR("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	expect_str((struct str){"a\0b", 3}, "\"a\\u0000b\"");
	expect_str((struct str){NULL, 0}, "\"\"");
}

static void doubles_are_shortest_and_keep_a_point(void **state)
{
	(void)state;
	expect_double(0.87, "0.87");
	expect_double(2, "2.0");
	expect_double(-9.5, "-9.5");
	expect_double(-10, "-10.0");
	expect_double(0.1 + 0.2, "0.30000000000000004");
	expect_double(1e300, "1e+300");
	expect_double(39.9042, "39.9042");
	expect_double(INFINITY, "null");
}

static void doubles_ignore_the_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
		skip();
	expect_double(0.5, "0.5");
	setlocale(LC_NUMERIC, "C");
}

static void commas_stand_between_values(void **state)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	(void)state;
	json_open(&j, '{');
	json_key(&j, "a");
	json_open(&j, '[');
	json_close(&j, ']');
	json_key(&j, "b");
	json_open(&j, '[');
	json_int(&j, -1);
	json_nil(&j);
	json_open(&j, '{');
	json_close(&j, '}');
	json_bool(&j, false);
	json_close(&j, ']');
	json_key(&j, "c");
	json_uint(&j, UINT64_MAX);
	json_close(&j, '}');
	buf_add(&out, "", 1);
	assert_string_equal(out.p,
			    "{\"a\":[],\"b\":[-1,null,{},false],\"c\":18446744073709551615}");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_escaped_and_valid_utf8),
		cmocka_unit_test(doubles_are_shortest_and_keep_a_point),
		cmocka_unit_test(doubles_ignore_the_locale),
		cmocka_unit_test(commas_stand_between_values),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
