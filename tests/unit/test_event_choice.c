/* Which of the likely events are given: by made-up chances, without weights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/engine.h"
#include "worker/engine/event_choice.h"
#include "tests/unit/event_for_test.h"

static const char TEXT[] = "France condemned the attack and expelled two diplomats. "
			   "Germany welcomed the decision.";

static int start(void **state)
{
	struct event_fixture *f = mem_alloc(sizeof(*f));

	event_fixture_open(f);
	*state = f;
	return 0;
}

static int stop(void **state)
{
	struct event_fixture *f = *state;

	event_fixture_close(f);
	mem_free(f);
	return 0;
}

/* The text's candidates, none of them likely. */
struct made {
	struct event_ground g;
	struct event_scores s;
	float (*p)[N_EVENT_TYPES];
};

static void make(struct event_fixture *f, struct made *m)
{
	event_fixture_read(f, TEXT, &m->g);
	m->p = arena_alloc(m->g.d->arena, m->g.n_candidates * sizeof(*m->p));
	for (uint32_t c = 0; c < m->g.n_candidates; c++) {
		memset(m->p[c], 0, sizeof(*m->p));
		m->p[c][0] = 1;
	}
	m->s = (struct event_scores){.p = (const float(*)[N_EVENT_TYPES])m->p};
}

static uint32_t candidate(const struct made *m, const char *word)
{
	return event_candidate_at(&m->g, word);
}

static void say(struct made *m, const char *word, enum event_type type, float p)
{
	uint32_t c = candidate(m, word);

	m->p[c][type] = p;
	m->p[c][0] -= p;
}

static void likely_ones_are_given_in_the_order_of_the_text(void **state)
{
	struct event_chosen *list;
	struct trees none = {0};
	struct made m;

	make(*state, &m);
	say(&m, "condemned", EVENT_ACCUSE, 0.4f);
	say(&m, "expelled", EVENT_SANCTION, 0.9f);
	say(&m, "welcomed", EVENT_SUPPORT, 0.6f);
	say(&m, "attack", EVENT_ASSAULT, 0.1f);
	assert_int_equal(event_choose(&m.g, &m.s, &none, 0.3, NULL, &list), 3);
	assert_int_equal(list[0].candidate, candidate(&m, "condemned"));
	assert_int_equal(list[1].candidate, candidate(&m, "expelled"));
	assert_int_equal(list[1].type, EVENT_SANCTION);
	assert_int_equal(list[2].candidate, candidate(&m, "welcomed"));
}

static void a_word_gives_one_event_of_its_likeliest_type(void **state)
{
	struct event_chosen *list;
	struct trees none = {0};
	struct made m;

	make(*state, &m);
	say(&m, "condemned", EVENT_REJECT, 0.4f);
	say(&m, "condemned", EVENT_ACCUSE, 0.5f);
	assert_int_equal(event_choose(&m.g, &m.s, &none, 0.3, NULL, &list), 1);
	assert_int_equal(list[0].type, EVENT_ACCUSE);
}

struct counter {
	struct event_watcher base;
	uint32_t steps, options;
};

static void count(struct event_watcher *w, const struct event_ground *g,
		  const struct event_option *list, uint32_t n, const struct event_option *best)
{
	struct counter *c = (struct counter *)w;

	(void)g;
	c->steps++;
	c->options = n;
	for (uint32_t i = 0; i < n; i++)
		assert_true(list[i].out || list[i].chance <= best->chance);
}

static void a_watcher_sees_every_step(void **state)
{
	struct counter c = {.base = {count}};
	struct event_chosen *list;
	struct trees none = {0};
	struct made m;

	make(*state, &m);
	say(&m, "condemned", EVENT_ACCUSE, 0.4f);
	say(&m, "expelled", EVENT_SANCTION, 0.8f);
	assert_int_equal(event_choose(&m.g, &m.s, &none, 0.3, &c.base, &list), 2);
	assert_int_equal(c.steps, 2);
	assert_int_equal(c.options, 2);
}

static void nothing_likely_gives_nothing(void **state)
{
	struct event_chosen *list;
	struct trees none = {0};
	struct made m;

	make(*state, &m);
	assert_int_equal(event_choose(&m.g, &m.s, &none, 0.3, NULL, &list), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(likely_ones_are_given_in_the_order_of_the_text),
		cmocka_unit_test(a_word_gives_one_event_of_its_likeliest_type),
		cmocka_unit_test(a_watcher_sees_every_step),
		cmocka_unit_test(nothing_likely_gives_nothing),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
