/* Questions and streams of results, as readers see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/server_for_test.h"

static void questions_find_events_and_stances(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t job = submit_text(f, w, "China visited Japan.");
	struct msg_rows rows;

	want(f, w, 1);
	granted(f, w);
	finish(f, w, job, 1);
	rows = ask(f, w, "events", "actor", "CHN");
	assert_int_equal(rows.n_rows, 1);
	assert_string_equal(row_value(f, rows.rows[0], "type"), "CONSULT");
	assert_string_equal(row_value(f, rows.rows[0], "document"), "doc");
	assert_int_equal(ask(f, w, "events", "target", "JPN").n_rows, 1);
	assert_int_equal(ask(f, w, "events", "actor", "JPN").n_rows, 0);
	assert_int_equal(ask(f, w, "events", "since", "2020-01-18").n_rows, 0);
	assert_int_equal(ask(f, w, "events", "until", "2020-01").n_rows, 1);
	assert_int_equal(ask(f, w, "events", "text", "visited").n_rows, 1);
	assert_int_equal(ask(f, w, "stances", "actor", "China").n_rows, 1);
	assert_int_equal(ask(f, w, "stances", "target", "JPN").n_rows, 1);
	assert_int_equal(ask(f, w, "stances", "polarity", "oppose").n_rows, 0);
	rows = ask(f, w, "status", "", "");
	assert_string_equal(row_value(f, rows.rows[0], "done"), "1");
	assert_string_equal(row_value(f, rows.rows[0], "workers"), "1");
	assert_int_equal(ask(f, w, "workers", "", "").n_rows, 1);
	assert_int_equal(ask(f, w, "results", "", "").n_rows, 1);
	rows = ask(f, w, "collections", "", "");
	for (uint32_t i = 0; i < rows.n_rows; i++)
		assert_string_not_equal(row_value(f, rows.rows[i], "collection"), "b");
	assert_true(rows.n_rows);
	rows = ask(f, w, "show", "job", "1");
	assert_int_equal(rows.n_rows, 1);
	rows = ask(f, w, "text", "job", "1");
	assert_string_equal(row_value(f, rows.rows[0], "body"), "22 bytes");
	wire_close(w, 0);
}

static void readers_of_one_cursor_share_and_nothing_is_lost_when_one_leaves(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w"), *a = join(f, "a"), *b = join(f, "b");
	struct msg subscribe = {.kind = MSG_SUBSCRIBE}, bye = {.kind = MSG_BYE}, m;
	struct msg credit = {.kind = MSG_CREDIT};
	char text[2] = "a";

	want(f, w, 4);
	for (int i = 0; i < 4; i++, text[0]++) {
		uint64_t job = submit_text(f, w, text);

		assert_int_equal(granted(f, w).job, job);
		finish(f, w, job, 1);
	}
	subscribe.subscribe = (struct msg_subscribe){
		.tag = 1, .start = START_NAME, .name = STR("group"), .credit = 2};
	say(f, a, &subscribe);
	m = hear_a(f, a, MSG_RESULTS);
	assert_int_equal(m.results.n_items, 2);
	assert_int_equal(m.results.items[0].seq, 1);
	subscribe.subscribe.credit = 10;
	say(f, b, &subscribe);
	m = hear_a(f, b, MSG_RESULTS);
	assert_int_equal(m.results.n_items, 2);
	assert_int_equal(m.results.items[0].seq, 3);
	/* a acknowledges 1 and leaves: 2 goes to b */
	credit.credit = (struct msg_credit){.tag = 1, .ack = 1};
	say(f, a, &credit);
	say(f, a, &bye);
	do {
		m = hear_a(f, b, MSG_RESULTS);
	} while (!m.results.n_items);
	assert_int_equal(m.results.n_items, 1);
	assert_int_equal(m.results.items[0].seq, 2);
	credit.credit = (struct msg_credit){.tag = 1, .ack = 4};
	say(f, b, &credit);
	say(f, b, &bye);
	turns(f, 20);
	/* The broker keeps the place. */
	subscribe.subscribe.credit = 10;
	wire_close(a, 0);
	a = join(f, "a2");
	say(f, a, &subscribe);
	m = hear_a(f, a, MSG_RESULTS);
	assert_int_equal(m.results.n_items, 0);
	assert_int_equal(m.results.last_seq, 4);
	wire_close(w, 0);
	wire_close(a, 0);
	wire_close(b, 0);
}

static void streams_are_filtered(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	struct msg m = {.kind = MSG_SUBSCRIBE};
	uint64_t job = submit_text(f, w, "x");

	want(f, w, 1);
	granted(f, w);
	finish(f, w, job, 1);
	m.subscribe = (struct msg_subscribe){
		.tag = 1, .start = START_BEGINNING, .credit = 5, .actor = STR("FRA")};
	say(f, w, &m);
	m = hear_a(f, w, MSG_RESULTS);
	assert_int_equal(m.results.n_items, 0);
	assert_true(m.results.caught_up);
	m = (struct msg){.kind = MSG_SUBSCRIBE};
	m.subscribe = (struct msg_subscribe){.tag = 2,
					     .start = START_BEGINNING,
					     .credit = 5,
					     .actor = STR("CHN"),
					     .type = STR("CONSULT"),
					     .polarity = STR("support")};
	say(f, w, &m);
	m = hear_a(f, w, MSG_RESULTS);
	assert_int_equal(m.results.n_items, 1);
	wire_close(w, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		T(questions_find_events_and_stances),
		T(readers_of_one_cursor_share_and_nothing_is_lost_when_one_leaves),
		T(streams_are_filtered),
	};

	return cmocka_run_group_tests_name("server_stream", tests, NULL, NULL);
}
