#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/options.h"

struct common {
	struct option_list brokers;
	int format;
};

struct settings {
	struct common common;
	const char *data_dir, *only_here;
	int64_t slots, memory, wait;
	bool again;
};

#define COMMON(field) offsetof(struct common, field)
#define AT(field)     offsetof(struct settings, field)

static const struct option_row COMMON_ROWS[] = {
	{"broker", 'b', OPTION_LIST, COMMON(brokers), "ENDPOINT", "tcp://127.0.0.1:7730",
	 "where the broker listens", 0, 0, NULL, NULL},
	{"log-format", 0, OPTION_CHOICE, COMMON(format), "text|json", "text", "shape of log lines",
	 0, 0, NULL, NULL},
	{.type = OPTION_END},
};

static const struct option_row ROWS[] = {
	{"data-dir", 0, OPTION_STR, AT(data_dir), "DIR", NULL, "where the store is", 0, 0, NULL,
	 NULL},
	{"slots", 'j', OPTION_INT, AT(slots), "N", "2", "documents analysed at a time", 1, 256,
	 NULL, NULL},
	{"memory", 0, OPTION_SIZE, AT(memory), "SIZE", "1G", "memory of a slot", 0, 0, NULL, NULL},
	{"wait", 0, OPTION_DURATION, AT(wait), "T", "30s", "how long to wait", 0, 0, NULL, NULL},
	{"again", 0, OPTION_BOOL, AT(again), NULL, NULL, "even if done before", 0, 0, NULL, NULL},
	{.name = "only-here", .type = OPTION_STR_FLAG, .offset = AT(only_here)},
	{.type = OPTION_INCLUDE, .offset = AT(common), .include = COMMON_ROWS},
	{.type = OPTION_END},
};

static const char *const OTHERS[] = {"friend", NULL};

static const struct option_program PROGRAM = {
	.name = "demarche-test",
	.section = "test",
	.synopsis = "[OPTION…] FILE…",
	.about = "Tests the tables.",
	.rows = ROWS,
	.others = OTHERS,
};

struct fixture {
	struct arena arena;
	struct settings s;
	struct err e;
	int operand;
};

static int set_up(void **state)
{
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	setenv("XDG_CONFIG_DIRS", "/nonexistent", 1);
	unsetenv("DEMARCHE_SLOTS");
	unsetenv("DEMARCHE_BROKER");
	unsetenv("DEMARCHE_CONFIG");
	*state = mem_alloc(sizeof(struct fixture));
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	mem_free(f);
	return 0;
}

static int read_line(struct fixture *f, const char *line)
{
	static char *argv[64];
	char *copy = (char *)(uintptr_t)arena_str(&f->arena, str_of(line)).p;
	int argc = 0;

	argv[argc++] = (char *)(uintptr_t) "demarche-test";
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	memset(&f->s, 0, sizeof(f->s));
	return options_read(&PROGRAM, argc, argv, &f->arena, &f->s, &f->operand, &f->e);
}

static int read_file(struct fixture *f, const char *text)
{
	memset(&f->s, 0, sizeof(f->s));
	return options_file(&PROGRAM, str_of(text), "x.ini", &f->arena, &f->s, &f->e);
}

static void defaults_come_from_the_table(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_line(f, ""), 0);
	assert_null(f->s.data_dir);
	assert_int_equal(f->s.slots, 2);
	assert_int_equal(f->s.memory, 1 << 30);
	assert_int_equal(f->s.wait, 30000);
	assert_int_equal(f->s.common.format, 0);
	assert_int_equal(f->s.common.brokers.n, 1);
	assert_string_equal(f->s.common.brokers.v[0], "tcp://127.0.0.1:7730");
	assert_null(f->s.common.brokers.v[1]);
}

static void flags_are_read_and_operands_remain(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_line(f, "a.txt -j4 --again --broker=x --wait 250ms -b y b.txt"), 0);
	assert_int_equal(f->s.slots, 4);
	assert_true(f->s.again);
	assert_int_equal(f->s.wait, 250);
	assert_int_equal(f->s.common.brokers.n, 2);
	assert_string_equal(f->s.common.brokers.v[1], "y");
	assert_int_equal(f->operand, 8);
}

static void variable_wins_over_default_and_flag_over_variable(void **state)
{
	struct fixture *f = *state;

	setenv("DEMARCHE_SLOTS", "7", 1);
	setenv("DEMARCHE_BROKER", "p, q", 1);
	assert_int_equal(read_line(f, ""), 0);
	assert_int_equal(f->s.slots, 7);
	assert_int_equal(f->s.common.brokers.n, 2);
	assert_int_equal(read_line(f, "-j 9 -b r"), 0);
	assert_int_equal(f->s.slots, 9);
	assert_int_equal(f->s.common.brokers.n, 1);
	setenv("DEMARCHE_SLOTS", "many", 1);
	assert_int_equal(read_line(f, ""), -1);
	assert_string_equal(f->e.text, "DEMARCHE_SLOTS: expected a number, got \"many\"");
}

static void wrong_usage_is_a_clear_sentence(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{"--slots=0", "--slots: 0 is not from 1 to 256"},
		{"-j 257", "--slots: 257 is not from 1 to 256"},
		{"-j 3x", "--slots: expected a number, got \"3x\""},
		{"-j 99999999999999999999", "--slots: expected a number, got "
					    "\"99999999999999999999\""},
		{"--memory=-1", "--memory: expected a size such as 4096, 64K, 256M or 2G, got "
				"\"-1\""},
		{"--wait=soon", "--wait: expected a duration such as 250ms, 30s, 5m or 2h, got "
				"\"soon\""},
		{"--log-format=xml", "--log-format: expected one of text|json, got \"xml\""},
		{"--colour", "no such option, or not clear which: --colour"},
		{"--slts=3", "no such option: --slts=3; did you mean --slots?"},
		{"--log-format=txt",
		 "--log-format: expected one of text|json, got \"txt\"; did you "
		 "mean text?"},
		{"-x", "no such option: -x"},
		{"--again=yes", "--again=yes: takes no value"},
		{"--data-dir", "--data-dir: needs a value"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(read_line(f, cases[i].line), -1);
		assert_string_equal(f->e.text, cases[i].text);
	}
}

static void file_gives_values_and_errors_with_lines(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_file(f, "broker = a, b\n[test]\nslots = 5 ; five\nagain = yes\n"
				      "[client]\nwhatever = 1\n"),
			 0);
	assert_int_equal(f->s.slots, 5);
	assert_true(f->s.again);
	assert_int_equal(f->s.common.brokers.n, 2);
	assert_int_equal(read_file(f, "model = x\n"), 0);
	assert_int_equal(read_file(f, "# text\n\n[test]\nslts = 5\n"), -1);
	assert_string_equal(f->e.text, "x.ini:4: slts: no such option; did you mean slots?");
	assert_int_equal(read_file(f, "[test]\nslots = many\n"), -1);
	assert_string_equal(f->e.text, "x.ini:2: slots: expected a number, got \"many\"");
	assert_int_equal(read_file(f, "[test]\nslots 5\n"), -1);
	assert_string_equal(f->e.text, "x.ini:2: expected \"key = value\" or \"[section]\"");
}

static void what_is_mistyped_in_a_file_is_told(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"\n[tset]\n\nslots = 5\n", "x.ini:2: no section [tset]"},
		{"[workr]\nslots = 5\n", "x.ini:1: no section [workr]; did you mean [worker]?"},
		{"borker = x\n", "x.ini:1: borker: no such option; did you mean broker? (options "
				 "of one program stand below its [section])"},
		{"slots = 5\n", "x.ini:1: slots: no such option (options of one program stand "
				"below its [section])"},
		{"[test]\nfriends = 5\n", "x.ini:2: friends: no such option; did you mean friend?"},
		{"[test]\nonly-here = x\n", "x.ini:2: only-here: no such option"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(read_file(f, cases[i].text), -1);
		assert_string_equal(f->e.text, cases[i].says);
	}
}

static void keys_of_other_programs_of_a_section_are_passed_over(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_file(f, "[test]\nfriend = any\nslots = 5\n[broker]\nx = y\n"), 0);
	assert_int_equal(f->s.slots, 5);
}

static void what_is_said_with_a_flag_alone_is_read_nowhere_else(void **state)
{
	struct fixture *f = *state;

	setenv("DEMARCHE_ONLY_HERE", "x", 1);
	assert_int_equal(read_line(f, ""), 0);
	assert_null(f->s.only_here);
	assert_int_equal(read_line(f, "--only-here y"), 0);
	assert_string_equal(f->s.only_here, "y");
	unsetenv("DEMARCHE_ONLY_HERE");
}

static void overlong_lines_and_binary_files_are_refused(void **state)
{
	struct fixture *f = *state;
	char text[600];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(read_file(f, text), -1);
	assert_int_equal(f->e.code, ERR_TOO_BIG);
	assert_int_equal(
		options_file(&PROGRAM, (struct str){"a\0b", 3}, "x.ini", &f->arena, &f->s, &f->e),
		-1);
	assert_string_equal(f->e.text, "x.ini: not a text file (NUL byte)");
}

static void missing_named_configuration_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_line(f, "--config /nonexistent/x.ini"), -1);
	assert_int_equal(f->e.code, ERR_IO);
}

static void units_are_read(void **state)
{
	(void)state;
	assert_int_equal(options_duration("2h"), 7200000);
	assert_int_equal(options_duration("3"), 3000);
	assert_int_equal(options_duration(" 3"), -1);
	assert_int_equal(options_duration("9223372036854775807d"), -1);
	assert_int_equal(options_size("64K"), 65536);
	assert_int_equal(options_size("2GiB"), 2147483648);
	assert_int_equal(options_size("2 G"), -1);
}

static void help_lists_every_option(void **state)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	(void)state;
	options_help(&PROGRAM, out);
	fclose(out);
	assert_non_null(strstr(text, "-j, --slots=N"));
	assert_non_null(strstr(text, "documents analysed at a time (default: 2)"));
	assert_non_null(strstr(text, "--broker=ENDPOINT…"));
	assert_non_null(strstr(text, "-h, --help"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults_come_from_the_table, set_up, tear_down),
		cmocka_unit_test_setup_teardown(flags_are_read_and_operands_remain, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(variable_wins_over_default_and_flag_over_variable,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrong_usage_is_a_clear_sentence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(file_gives_values_and_errors_with_lines, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_mistyped_in_a_file_is_told, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keys_of_other_programs_of_a_section_are_passed_over,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_said_with_a_flag_alone_is_read_nowhere_else,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(overlong_lines_and_binary_files_are_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(missing_named_configuration_is_an_error, set_up,
						tear_down),
		cmocka_unit_test(units_are_read),
		cmocka_unit_test(help_lists_every_option),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
