/* Who is waited for after he was answered, and who not any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "broker/server_state.h"

enum { N = 3 };

struct fixture {
	struct server s;
	struct server_peer peers[N], *by_number[N];
};

static int start(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	for (uint32_t i = 0; i < N; i++) {
		f->peers[i].number = i;
		f->by_number[i] = &f->peers[i];
	}
	f->s.by_number = f->by_number;
	f->s.cap_numbers = N;
	*state = f;
	return 0;
}

static int stop(void **state)
{
	struct fixture *f = *state;

	mem_free(f->s.gathering.peers);
	mem_free(f);
	return 0;
}

static void ask(struct fixture *f, int peer)
{
	server_gather_came(&f->s, &f->peers[peer]);
	server_gather_asked(&f->peers[peer]);
}

static void answer(struct fixture *f, int peer)
{
	server_gather_answered(&f->s, &f->peers[peer]);
}

static void the_answered_are_awaited_until_they_come(void **state)
{
	struct fixture *f = *state;

	ask(f, 0);
	ask(f, 1);
	server_gather_end(&f->s);
	answer(f, 0);
	answer(f, 1);
	assert_int_equal(f->s.gathering.n_awaited, 2);
	ask(f, 0);
	assert_int_equal(f->s.gathering.n_awaited, 1);
	ask(f, 1);
	assert_int_equal(f->s.gathering.n_awaited, 0);
}

static void who_has_more_under_way_is_not_awaited(void **state)
{
	struct fixture *f = *state;

	ask(f, 0);
	ask(f, 0);
	server_gather_end(&f->s);
	answer(f, 0);
	assert_int_equal(f->s.gathering.n_awaited, 0);
	answer(f, 0);
	assert_int_equal(f->s.gathering.n_awaited, 1);
}

static void who_did_not_come_must_be_quick_eight_times(void **state)
{
	struct fixture *f = *state;

	ask(f, 0);
	server_gather_end(&f->s);
	answer(f, 0);
	f->s.gathering.waited = true; /* others were kept waiting for it */
	server_gather_end(&f->s);
	for (int i = 0; i < 8; i++) {
		ask(f, 0);
		server_gather_end(&f->s);
		answer(f, 0);
		assert_int_equal(f->s.gathering.n_awaited, i == 7 ? 1 : 0);
		if (i == 3) { /* slow */
			server_gather_end(&f->s);
			server_gather_end(&f->s);
			ask(f, 0);
			server_gather_end(&f->s);
			answer(f, 0);
			assert_int_equal(f->s.gathering.n_awaited, 0);
		}
	}
}

static void who_was_waited_for_by_nobody_stays_awaited(void **state)
{
	struct fixture *f = *state;

	ask(f, 0);
	server_gather_end(&f->s);
	answer(f, 0);
	server_gather_end(&f->s);
	assert_int_equal(f->s.gathering.n_awaited, 0);
	ask(f, 0);
	server_gather_end(&f->s);
	answer(f, 0);
	assert_int_equal(f->s.gathering.n_awaited, 1);
}

static void a_turn_costs_no_more_than_two_milliseconds_here(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 200; i++)
		server_gather_cost(&f->s, 1000000);
	assert_in_range(f->s.gathering.cost_us, 1900, 2000);
	for (int i = 0; i < 200; i++)
		server_gather_cost(&f->s, 100);
	assert_in_range(f->s.gathering.cost_us, 93, 110);
}

static void nobody_is_waited_for_where_the_disk_is_quick(void **state)
{
	struct fixture *f = *state;
	struct err e;

	for (int i = 0; i < 100; i++)
		server_gather_cost(&f->s, 1500);
	assert_false(server_disk_is_quick(&f->s));
	for (int i = 0; i < 100; i++)
		server_gather_cost(&f->s, 200);
	assert_true(server_disk_is_quick(&f->s));
	ask(f, 0);
	server_gather_end(&f->s);
	answer(f, 0);
	assert_int_equal(f->s.gathering.n_awaited, 1);
	assert_int_equal(server_gather_wait(&f->s, &e), 0); /* there is no wire to wait at */
	assert_false(f->s.gathering.waited);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		T(the_answered_are_awaited_until_they_come),
		T(who_has_more_under_way_is_not_awaited),
		T(who_did_not_come_must_be_quick_eight_times),
		T(who_was_waited_for_by_nobody_stays_awaited),
		T(a_turn_costs_no_more_than_two_milliseconds_here),
		T(nobody_is_waited_for_where_the_disk_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
