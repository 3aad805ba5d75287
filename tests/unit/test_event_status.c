/* Status of an event of a given type: by the rules alone, and by a model that says otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/event_status.h"
#include "worker/training/linear_train.h"
#include "tests/unit/event_for_test.h"

struct fixture {
	struct event_fixture ev;
	struct event_ground g;
	struct features features;
};

static int start(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	event_fixture_open(&f->ev);
	*state = f;
	return 0;
}

static int stop(void **state)
{
	struct fixture *f = *state;

	features_free(&f->features);
	event_fixture_close(&f->ev);
	mem_free(f);
	return 0;
}

/* The candidate of the text that is this word. */
static const struct event_candidate *read_text(struct fixture *f, const char *text,
					       const char *word)
{
	event_fixture_read(&f->ev, text, &f->g);
	return &f->g.candidates[event_candidate_at(&f->g, word)];
}

static enum event_status status_in(struct fixture *f, const struct linear *m, const char *text,
				   const char *word, enum event_type type)
{
	const struct event_candidate *c = read_text(f, text, word);

	return event_status_of(m, &f->g, c, type, &f->features);
}

static void what_is_said_is_done_by_saying_it(void **state)
{
	const struct linear none = {0};
	const char *said = "\"Chad must not attack Niger,\" the Kenyan president said.";

	assert_int_equal(status_in(*state, &none, said, "attack", EVENT_REQUEST), STATUS_ACTUAL);
	assert_int_equal(
		status_in(*state, &none, "Chad did not attack Niger.", "attack", EVENT_ASSAULT),
		STATUS_NEGATED);
}

static void a_negated_yes_is_a_refusal(void **state)
{
	const struct linear none = {0};

	assert_int_equal(
		status_in(*state, &none, "Chad cannot accept the plan.", "accept", EVENT_REJECT),
		STATUS_ACTUAL);
}

/* Visits of Poland's are plans, whatever the tree says. */
static void weights_have_the_last_word(void **state)
{
	struct fixture *f = *state;
	const char *visit = "The president of Poland visited Latvia.";
	const char *attack = "Poland attacked Latvia.";
	struct linear_set *s = linear_set_new();
	struct linear m = {0};
	struct buf b = {0};
	struct err e;

	for (int i = 0; i < 20; i++) {
		event_status_features(&f->g, read_text(f, visit, "visited"), EVENT_CONSULT,
				      &f->features);
		linear_set_add(s, &f->features, STATUS_PLANNED, 1);
		event_status_features(&f->g, read_text(f, attack, "attacked"), EVENT_ASSAULT,
				      &f->features);
		linear_set_add(s, &f->features, STATUS_ACTUAL, 1);
	}
	linear_train(s, &(struct linear_options){.n_classes = N_EVENT_STATUSES}, &b);
	assert_int_equal(linear_open(&m, buf_str(&b), &e), 0);
	assert_int_equal(status_in(f, &m, visit, "visited", EVENT_CONSULT), STATUS_PLANNED);
	assert_int_equal(status_in(f, &m, attack, "attacked", EVENT_ASSAULT), STATUS_ACTUAL);
	linear_set_free(s);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_done_by_saying_it),
		cmocka_unit_test(a_negated_yes_is_a_refusal),
		cmocka_unit_test(weights_have_the_last_word),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
