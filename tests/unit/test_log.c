#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/log.h"

static int64_t fixed_time(void)
{
	return 1600000000042;
}

static void expect(const struct log_setup *s, enum log_level level, const struct log_pair *pairs,
		   const char *line)
{
	struct buf out = {0};

	log_render(s, level, "lease", pairs, &out);
	buf_add(&out, "", 1);
	assert_string_equal(out.p, line);
	buf_free(&out);
}

static void pairs_become_one_line(void **state)
{
	const struct log_pair pairs[] = {
		LOG_UINT("job", 17),      LOG_INT("delta", -3),
		LOG_CSTR("worker", "w9"), LOG_CSTR("why", "it \"broke\"\n"),
		LOG_BOOL("last", true),   {.kind = LOG_KIND_END}};
	struct log_setup s = {.format = LOG_FORMAT_TEXT};

	(void)state;
	expect(&s, LOG_LEVEL_INFO, pairs,
	       "lease job=17 delta=-3 worker=w9 why=\"it \\\"broke\\\"\\n\" last=true\n");
	expect(&s, LOG_LEVEL_WARN, pairs,
	       "lease level=warn job=17 delta=-3 worker=w9 why=\"it \\\"broke\\\"\\n\" "
	       "last=true\n");
	s.format = LOG_FORMAT_JSON;
	expect(&s, LOG_LEVEL_INFO, pairs,
	       "{\"event\":\"lease\",\"level\":\"info\",\"job\":17,\"delta\":-3,\"worker\":\"w9\","
	       "\"why\":\"it \\\"broke\\\"\\n\",\"last\":true}\n");
}

static void time_comes_from_the_given_clock(void **state)
{
	const struct log_pair pairs[] = {LOG_CSTR("a", ""), {.kind = LOG_KIND_END}};
	const struct log_setup s = {.wall_ms = fixed_time};

	(void)state;
	expect(&s, LOG_LEVEL_INFO, pairs, "lease a=\"\" t=2020-09-13T12:26:40.042Z\n");
}

static void line_stays_bounded(void **state)
{
	static char big[100000];
	struct log_pair pairs[40];
	const struct log_setup s = {.format = LOG_FORMAT_JSON};
	struct buf out = {0};

	(void)state;
	memset(big, 1, sizeof(big));
	for (int i = 0; i < 39; i++)
		pairs[i] = LOG_TEXT("k", ((struct str){big, sizeof(big)}));
	pairs[39] = (struct log_pair){.kind = LOG_KIND_END};
	log_render(&s, LOG_LEVEL_ERROR, "x", pairs, &out);
	assert_true(out.n < 2 * LOG_LINE_MAX);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_become_one_line),
		cmocka_unit_test(time_comes_from_the_given_clock),
		cmocka_unit_test(line_stays_bounded),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
