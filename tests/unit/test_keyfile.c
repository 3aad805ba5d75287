#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/keyfile.h"

#define KEY_A "abcdefghijabcdefghijabcdefghijabcdefghij"
#define KEY_B "0123456789.-:+=^!/*?&<>()[]{}@%$#0123456"

static void both_lines_are_read(void **state)
{
	struct keyfile k;
	struct err e;

	(void)state;
	assert_int_equal(
		keyfile_parse(STR("# mine\n\nserver\t" KEY_B " \r\n secret " KEY_A), "f", &k, &e),
		0);
	assert_string_equal(k.secret, KEY_A);
	assert_string_equal(k.server, KEY_B);
}

static void wrong_lines_are_named(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"secret " KEY_A "\n", "f: the line \"server KEY\" is missing"},
		{"", "f: the line \"secret KEY\" is missing"},
		{"\nsecrets " KEY_A, "f:2: expected \"secret KEY\" or \"server KEY\""},
		{"secret " KEY_A " x", "f:1: expected \"secret KEY\" or \"server KEY\""},
		{"secret " KEY_A "0", "f:1: not a key of 40 Z85 characters"},
		{"server ~bcdefghijabcdefghijabcdefghijabcdefghij",
		 "f:1: not a key of 40 Z85 characters"},
	};
	struct keyfile k;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(keyfile_parse(str_of(cases[i].text), "f", &k, &e), -1);
		assert_string_equal(e.text, cases[i].error);
	}
}

static void written_file_reads_back_and_is_private(void **state)
{
	char folder[] = "/tmp/demarche-keyfile-XXXXXX", path[64];
	struct keyfile k = {KEY_A, KEY_B}, back;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/key", folder);
	assert_int_equal(keyfile_write(path, &k, &e), 0);
	assert_int_equal(keyfile_write(path, &k, &e), -1);
	assert_int_equal(keyfile_read(path, &back, &e), 0);
	assert_string_equal(back.secret, KEY_A);
	chmod(path, 0644);
	assert_int_equal(keyfile_read(path, &back, &e), -1);
	assert_int_equal(e.code, ERR_REFUSED);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_lines_are_read),
		cmocka_unit_test(wrong_lines_are_named),
		cmocka_unit_test(written_file_reads_back_and_is_private),
	};

	return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
