/* Files that are written because somebody asked for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>

#include "client/output.h"
#include "tests/unit/folder_for_test.h"

static char dir[64], path[96];

static int start(void **state)
{
	(void)state;
	folder_for_test(dir, "output");
	snprintf(path, sizeof(path), "%s/out", dir);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	folder_remove(dir);
	return 0;
}

static size_t size_of(void)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	for (; f && getc(f) != EOF;)
		n++;
	if (f)
		fclose(f);
	return n;
}

static void a_file_is_written_over(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(output_check(path, &e), 0);
	assert_int_equal(output_write(path, STR("a long first text"), &e), 0);
	assert_int_equal(output_check(path, &e), 0);
	assert_int_equal(output_write(path, STR("short"), &e), 0);
	assert_int_equal(size_of(), 5);
}

static void a_database_is_not_written_over(void **state)
{
	static const char HEAD[] = "SQLite format 3\0 and what is in it";
	struct err e;
	FILE *f = fopen(path, "wb");

	(void)state;
	assert_non_null(f);
	fwrite(HEAD, 1, sizeof(HEAD), f);
	fclose(f);
	assert_int_equal(output_check(path, &e), -1);
	assert_int_equal(output_write(path, STR("a report"), &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_int_equal(size_of(), sizeof(HEAD));
}

static void what_cannot_be_written_is_said_before_and_after(void **state)
{
	struct err e;

	(void)state;
	snprintf(path, sizeof(path), "%s/no/out", dir);
	assert_int_equal(output_check(path, &e), -1);
	assert_non_null(strstr(e.text, "No such file"));
	assert_int_equal(output_write(path, STR("x"), &e), -1);
	assert_int_equal(output_write("/dev/full", STR("x"), &e), -1);
	assert_non_null(strstr(e.text, "No space left"));
}

static void half_a_file_never_has_its_name(void **state)
{
	struct output *o;
	struct err e;
	char part[128];

	(void)state;
	snprintf(part, sizeof(part), "%s.part", path);
	assert_int_equal(output_write(path, STR("first"), &e), 0);
	o = output_open(path, &e);
	assert_non_null(o);
	fputs("a second text", output_file(o));
	assert_int_equal(output_flush(o, &e), 0);
	assert_int_equal(size_of(), 5);
	assert_string_equal(output_place(o), part);
	output_drop(o);
	assert_int_equal(size_of(), 5);
	assert_int_equal(access(part, F_OK), -1);
	o = output_open(path, &e);
	fputs("a second text", output_file(o));
	assert_int_equal(output_keep(o, &e), 0);
	assert_int_equal(size_of(), 13);
	assert_int_equal(access(part, F_OK), -1);
}

static void two_do_not_write_one_file(void **state)
{
	struct err e;
	struct output *o = output_open(path, &e);

	(void)state;
	assert_int_equal(output_write(path, STR("of another"), &e), -1);
	assert_non_null(strstr(e.text, "another process"));
	fputs("whole", output_file(o));
	assert_int_equal(output_keep(o, &e), 0);
	assert_int_equal(size_of(), 5);
}

static void a_link_stays_one_and_a_file_its_mode(void **state)
{
	char link[128];
	struct stat st;
	struct err e;

	(void)state;
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(output_write(path, STR("first"), &e), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(symlink("out", link), 0);
	assert_int_equal(output_write(link, STR("second"), &e), 0);
	assert_int_equal(size_of(), 6);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		T(a_file_is_written_over),
		T(a_database_is_not_written_over),
		T(what_cannot_be_written_is_said_before_and_after),
		T(half_a_file_never_has_its_name),
		T(two_do_not_write_one_file),
		T(a_link_stays_one_and_a_file_its_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
