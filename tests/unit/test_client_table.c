/* Texts as they are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/table.h"

static void short_is(const char *text, int columns, const char *expected)
{
	struct buf b = {0};

	text_add_short(&b, str_of(text), columns);
	if (!str_is(buf_str(&b), expected))
		fail_msg("\"%.*s\" where \"%s\" was expected", STR_ARG(buf_str(&b)), expected);
	buf_free(&b);
}

static void what_does_not_fit_says_so(void **state)
{
	(void)state;
	short_is("African members", 15, "African members");
	short_is("African members", 14, "African membe…");
	short_is("African members", 9, "African…");
	short_is("Sauli Niinistö", 14, "Sauli Niinistö");
	short_is("中国外交部", 10, "中国外交部");
	short_is("中国外交部", 9, "中国外交…");
	short_is("", 5, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
