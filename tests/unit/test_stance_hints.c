/* What networks said is read back for the documents it was said of, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/folder_for_test.h"
#include "worker/training/conllu.h"
#include "worker/training/stance_hints.h"

enum { FOLDS = 5 };

/* Reads `first` as the first fold's file, beside four empty ones, for a document of four tokens. */
static int read_as(struct doc *d, struct str first, struct err *e)
{
	struct doc *docs[1] = {d};
	char dir[64], path[96];
	int rc;

	folder_for_test(dir, "hints");
	for (int fold = 0; fold < FOLDS; fold++) {
		snprintf(path, sizeof(path), "%s/%d.hints", dir, fold);
		assert_int_equal(file_write(path, fold == 0 ? first : STR(""), e), 0);
	}
	rc = hints_read(docs, 1, dir, e);
	folder_remove(dir);
	return rc;
}

static void what_is_written_is_read(void **state)
{
	struct arena a = {0};
	struct doc d = {.arena = &a, .n_tokens = 4, .meta.id = STR("news/d07")};
	struct stance_hint h = {-2.5f, 1.25f, 3.0f};
	struct buf b = {0};
	struct err e = {0};

	(void)state;
	hints_add(&b, STR("d07"), 2, h);
	hints_add(&b, STR("another"), 900, h);
	assert_int_equal(read_as(&d, buf_str(&b), &e), 0);
	assert_true(d.hints[2].target == h.target);
	assert_true(d.hints[2].support == h.support);
	assert_true(d.hints[2].holder == h.holder);
	assert_true(d.hints[1].target == 0 && d.hints[3].holder == 0);
	buf_free(&b);
	arena_free(&a);
}

static void what_is_no_hint_is_refused(void **state)
{
	static const char *const bad[] = {"d07",
					  "d07\t2\t1.0\t1.0\n",
					  "d07\t2\t1.0\t1.0\t1.0\t1.0\n",
					  "d07\t2\tone\t1.0\t1.0\n",
					  "d07\t4\t1.0\t1.0\t1.0\n",
					  "d07\t-1\t1.0\t1.0\t1.0\n",
					  "\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct arena a = {0};
		struct doc d = {.arena = &a, .n_tokens = 4, .meta.id = STR("d07")};
		struct err e = {0};

		assert_int_equal(read_as(&d, str_of(bad[i]), &e), -1);
		assert_non_null(strstr(e.text, "0.hints:1: not what a network says"));
		arena_free(&a);
	}
}

static void a_missing_fold_is_told(void **state)
{
	struct arena a = {0};
	struct doc d = {.arena = &a, .n_tokens = 4, .meta.id = STR("d07")}, *docs[1] = {&d};
	struct err e = {0};

	(void)state;
	assert_int_equal(hints_read(docs, 1, "/no/such/folder", &e), -1);
	assert_non_null(strstr(e.text, "/no/such/folder/0.hints"));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_is_no_hint_is_refused),
		cmocka_unit_test(a_missing_fold_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
