/* What the event models are shown of a word: when and how it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/unit/event_for_test.h"
#include "worker/engine/event_features.h"

/* The features of "arrested" alone that say whether it is told. */
static void told(struct event_fixture *x, const char *text, struct features *f)
{
	struct engine_input in = {.text = str_of(text)};
	struct event_ground g;

	in.meta.date = STR("2020-05-15");
	event_ground_init(&g, x->book, &x->clusters, engine_parse(x->en, &in));
	f->n = 0;
	event_told_features(&g, event_candidate_at(&g, "arrested"), f);
}

static uint32_t shared(const struct features *a, const struct features *b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t k = 0; k < b->n; k++)
			n += a->h[i] == b->h[k];
	return n;
}

static void expect_other(const char *one, const char *two)
{
	struct event_fixture x = {0};
	struct features a = {0}, b = {0};

	event_fixture_open(&x);
	told(&x, one, &a);
	told(&x, one, &b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.h, b.h, a.n * sizeof(*a.h));
	told(&x, two, &b);
	assert_true(shared(&a, &b) < a.n);
	features_free(&a);
	features_free(&b);
	event_fixture_close(&x);
}

static void a_date_long_past_is_seen(void **state)
{
	(void)state;
	expect_other("Police arrested ten men on Thursday.", "Police arrested ten men in 2003.");
}

static void a_past_before_the_past_is_seen(void **state)
{
	(void)state;
	expect_other("Police arrested ten men.", "Police had arrested ten men.");
}

static void a_clause_that_another_hangs_on_is_seen(void **state)
{
	(void)state;
	expect_other("Police arrested ten men and crowds gathered.",
		     "Crowds gathered after police arrested ten men.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_long_past_is_seen),
		cmocka_unit_test(a_past_before_the_past_is_seen),
		cmocka_unit_test(a_clause_that_another_hangs_on_is_seen),
	};

	return cmocka_run_group_tests_name("event_features", tests, NULL, NULL);
}
