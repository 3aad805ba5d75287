#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/date.h"

static struct date at(const char *iso)
{
	struct date d;

	assert_true(date_parse(str_of(iso), &d));
	return d;
}

static void iso_dates_are_read_as_precise_as_they_are(void **state)
{
	struct date d;

	(void)state;
	d = at("2020");
	assert_int_equal(d.year, 2020);
	assert_int_equal(date_precision(d), PRECISION_YEAR);
	assert_int_equal(date_precision(at("2020-02")), PRECISION_MONTH);
	assert_int_equal(date_precision(at("2020-02-29T10:00")), PRECISION_DAY);
	assert_int_equal(date_precision((struct date){0}), PRECISION_NONE);
}

static void what_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = {"",           "20",          "0000",
					  "2020-13",    "2020-1-1",    "2021-02-29",
					  "2020/01/01", "2020-01-01x", "yesterday"};
	struct date d;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(date_parse(str_of(bad[i]), &d));
}

static void days_and_dates_are_inverse(void **state)
{
	(void)state;
	assert_int_equal(date_to_days(at("1970-01-01")), 0);
	assert_int_equal(date_to_days(at("2000-03-01")), 11017);
	for (int32_t day = -800000; day < 800000; day += 37)
		assert_int_equal(date_to_days(date_of_days(day)), day);
}

static void weekdays_and_weeks_follow_iso_8601(void **state)
{
	int year;

	(void)state;
	assert_int_equal(date_weekday(at("1970-01-01")), 3);
	assert_int_equal(date_weekday(at("2020-01-17")), 4);
	assert_int_equal(date_iso_week(at("2021-01-03"), &year), 53);
	assert_int_equal(year, 2020);
	assert_int_equal(date_iso_week(at("2020-12-28"), &year), 53);
	assert_int_equal(date_iso_week(at("2018-12-31"), &year), 1);
	assert_int_equal(year, 2019);
}

static void months_move_within_the_month(void **state)
{
	struct date d = date_add_months(at("2020-03-31"), -1);

	(void)state;
	assert_int_equal(d.month, 2);
	assert_int_equal(d.day, 29);
	d = date_add_months(at("2020-01-15"), -13);
	assert_int_equal(d.year, 2018);
	assert_int_equal(d.month, 12);
}

static void dates_compare_by_their_known_parts(void **state)
{
	(void)state;
	assert_int_equal(date_cmp(at("2020"), at("2020-05-01")), 0);
	assert_int_equal(date_cmp(at("2020-04"), at("2020-05-01")), -1);
	assert_int_equal(date_cmp(at("2021"), at("2020-05-01")), 1);
}

static void formatting_keeps_the_precision(void **state)
{
	struct arena a = {0};

	(void)state;
	assert_true(str_is(date_format(&a, at("2020")), "2020"));
	assert_true(str_is(date_format(&a, at("2020-07")), "2020-07"));
	assert_true(str_is(date_format(&a, at("2020-07-05")), "2020-07-05"));
	assert_true(str_is(date_format(&a, (struct date){0}), ""));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iso_dates_are_read_as_precise_as_they_are),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(days_and_dates_are_inverse),
		cmocka_unit_test(weekdays_and_weeks_follow_iso_8601),
		cmocka_unit_test(months_move_within_the_month),
		cmocka_unit_test(dates_compare_by_their_known_parts),
		cmocka_unit_test(formatting_keeps_the_precision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
