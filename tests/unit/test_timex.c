/* Temporal expressions of our own sentences, on a document of Wednesday 2020-03-18. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/timex.h"
#include "worker/training/bench.h"

static struct bench bench;

static struct doc *parse(const char *text, const char *date)
{
	struct engine_input in = {.text = str_of(text)};

	in.meta.date = str_of(date);
	return engine_parse(bench.engine, &in);
}

static bool has_value(const struct doc *d, const char *value)
{
	for (uint32_t i = 0; i < d->n_timexes; i++)
		if (str_is(d->timexes[i].value, value))
			return true;
	for (uint32_t i = 0; i < d->n_timexes; i++)
		printf("  found %.*s\n", STR_ARG(d->timexes[i].value));
	return false;
}

static const struct {
	const char *text, *value;
} CASES[] = {
	{"The envoys met on January 17, 2019.", "2019-01-17"},
	{"The envoys met on 17 January 2019.", "2019-01-17"},
	{"The treaty was signed in May 1997.", "1997-05"},
	{"The war ended in 1953.", "1953"},
	{"The minister visited Oslo on February 3.", "2020-02-03"},
	{"The minister arrived on Monday.", "2020-03-16"},
	{"The minister will arrive on Monday.", "2020-03-23"},
	{"The minister arrived yesterday.", "2020-03-17"},
	{"The talks resume tomorrow.", "2020-03-19"},
	{"The talks failed last year.", "2019"},
	{"The talks failed last month.", "2020-02"},
	{"The talks failed last week.", "2020-W11"},
	{"The vote is due next month.", "2020-04"},
	{"The embassy was closed three days ago.", "2020-03-15"},
	{"The embassy was closed two years ago.", "2018"},
	{"The truce lasted three weeks.", "P3W"},
	{"It was the first summit in the 1990s.", "199"},
	{"Trade fell in the third quarter of 2019.", "2019-Q3"},
	{"The council meets every week.", "P1W"},
	{"The council now agrees.", "PRESENT_REF"},
	{"The plan was ready in late October.", "2019-10"},
	{"The raid began at 7:15 a.m. on Monday.", "2020-03-16T07:15"},
	{"Nothing happened in the 19th century.", "18"},
};

static void values_are_read_against_the_date_and_the_tense(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		if (has_value(parse(CASES[i].text, "2020-03-18"), CASES[i].value))
			continue;
		printf("wanted %s in: %s\n", CASES[i].value, CASES[i].text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_person_is_no_month(void **state)
{
	const struct doc *d = parse("Theresa May met Angela Merkel on May 12.", "2020-03-18");

	(void)state;
	assert_int_equal(d->n_timexes, 1);
	assert_true(has_value(d, "2019-05-12"));
}

static void a_range_of_days_has_a_start_and_an_end(void **state)
{
	const struct doc *d = parse("The summit took place on January 17-18, 2019.", "2020-03-18");

	(void)state;
	assert_int_equal(d->n_timexes, 1);
	assert_int_equal(d->timexes[0].start.day, 17);
	assert_int_equal(d->timexes[0].end.day, 18);
	assert_int_equal(d->timexes[0].end.year, 2019);
}

static void numbers_and_modals_are_no_dates(void **state)
{
	static const char *const NONE[] = {
		"The aid cost 1999 dollars.", "They may march to the palace.",
		"He is a 50-year-old farmer.", "The party holds 12 seats."};

	(void)state;
	for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++)
		assert_int_equal(parse(NONE[i], "2020-03-18")->n_timexes, 0);
}

static void a_document_without_a_date_takes_it_from_its_head(void **state)
{
	const struct doc *d = parse("Published: 4 June 2018\nThe envoys met on Friday.", "");

	(void)state;
	assert_int_equal(d->date.year, 2018);
	assert_int_equal(d->date.month, 6);
	assert_true(str_is(d->meta.date_source, "text"));
	assert_true(has_value(d, "2018-06-01"));
}

static int32_t token(const struct doc *d, const char *form)
{
	for (uint32_t i = 0; i < d->n_tokens; i++)
		if (str_is(d->tokens[i].form, form))
			return (int32_t)i;
	fail_msg("no token %s", form);
	return -1;
}

static void an_event_gets_the_date_of_its_own_clause(void **state)
{
	const struct doc *d =
		parse("Poland recalled its envoy on Monday after Latvia had closed the "
		      "border in February.",
		      "2020-03-18");
	int32_t recalled = timex_of(d, token(d, "recalled"));
	int32_t closed = timex_of(d, token(d, "closed"));

	(void)state;
	assert_true(recalled >= 0 && closed >= 0);
	assert_true(str_is(d->timexes[recalled].value, "2020-03-16"));
	assert_true(str_is(d->timexes[closed].value, "2020-02"));
}

static void lengths_of_time_date_nothing(void **state)
{
	const struct doc *d = parse("The siege lasted three weeks.", "2020-03-18");

	(void)state;
	assert_int_equal(timex_of(d, token(d, "lasted")), -1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_against_the_date_and_the_tense),
		cmocka_unit_test(a_person_is_no_month),
		cmocka_unit_test(a_range_of_days_has_a_start_and_an_end),
		cmocka_unit_test(numbers_and_modals_are_no_dates),
		cmocka_unit_test(a_document_without_a_date_takes_it_from_its_head),
		cmocka_unit_test(an_event_gets_the_date_of_its_own_clause),
		cmocka_unit_test(lengths_of_time_date_nothing),
	};
	int failed;

	(void)argc;
	if (bench_beside(&bench, argv[0]) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_close(&bench);
	return failed;
}
