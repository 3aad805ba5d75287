/* The network's opinion of words that may be events: what it refuses, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/event_for_test.h"
#include "worker/engine/engine.h"
#include "worker/engine/event_net.h"

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

static void open_shipped(struct event_fixture *f, struct event_net *n)
{
	struct err e;

	if (event_net_open(n, image_section(&f->im.model, "event.net"), &e) < 0)
		fail_msg("%s", e.text);
	assert_non_null(n->bag);
}

static uint32_t likeliest(const float *p)
{
	uint32_t best = 0;

	for (uint32_t t = 1; t < N_EVENT_TYPES; t++)
		best = p[t] > p[best] ? t : best;
	return best;
}

static void no_section_is_no_net(void **state)
{
	struct event_fixture *f = *state;
	struct event_ground g;
	struct event_net n;
	struct err e;

	assert_int_equal(event_net_open(&n, STR(""), &e), 0);
	event_fixture_read(f, "Rebels attacked the town.", &g);
	assert_null(event_net_run(&n, &g).events);
	assert_null(event_net_run(&n, &g).hints);
}

static void refused(struct str section)
{
	struct event_net n;
	struct err e;

	assert_int_equal(event_net_open(&n, section, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_null(n.bag);
}

static void damage_is_refused(void **state)
{
	struct event_fixture *f = *state;
	struct str s = image_section(&f->im.model, "event.net");
	static const size_t shorter[] = {1, sizeof(struct event_net_header) - 1,
					 sizeof(struct event_net_header), 100000};
	uint64_t *copy = mem_alloc(s.n + 8);
	struct event_net_header *h = (void *)copy;

	for (size_t i = 0; i < sizeof(shorter) / sizeof(*shorter); i++)
		refused((struct str){s.p, shorter[i]});
	for (int what = 0; what < 5; what++) {
		memcpy(copy, s.p, s.n);
		if (what == 0)
			h->magic[0]++;
		else if (what == 1)
			h->n_classes++;
		else if (what == 2)
			h->bag = s.n - 64;
		else if (what == 3)
			h->layer[NET_LAYERS - 1] = UINT64_MAX - 63;
		else
			h->state = 2;
		refused((struct str){(char *)copy, s.n});
	}
	mem_free(copy);
}

static void a_deed_has_its_type(void **state)
{
	struct event_fixture *f = *state;
	static const struct {
		const char *text, *word;
		enum event_type type;
	} cases[] = {
		{"Rebels attacked an army base on Tuesday and killed six soldiers.", "attacked",
		 EVENT_ASSAULT},
		{"France condemned the coup on Monday.", "condemned", EVENT_ACCUSE},
		{"Turkey agreed on Sunday to resume talks with Egypt.", "agreed", EVENT_AGREE},
		{"Germany's foreign minister met her Polish counterpart in Warsaw.", "met",
		 EVENT_CONSULT},
	};
	struct event_net n;

	open_shipped(f, &n);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct event_ground g;
		event_net_chances *p;
		float sum = 0;
		uint32_t c;

		event_fixture_read(f, cases[i].text, &g);
		c = event_candidate_at(&g, cases[i].word);
		p = event_net_run(&n, &g).events;
		for (uint32_t t = 0; t < N_EVENT_TYPES; t++)
			sum += p[c][t];
		assert_true(sum > 0.9999f && sum < 1.0001f);
		assert_int_equal(likeliest(p[c]), cases[i].type);
	}
}

/* What it says of a sentence does not depend on how many others are read with it. */
static void sentences_stand_by_themselves(void **state)
{
	struct event_fixture *f = *state;
	static const char one[] = "Rebels attacked the town, and France condemned the attack. ";
	struct buf text = {0};
	struct event_ground g;
	struct event_net_said x;
	struct event_net n;
	uint32_t each;

	open_shipped(f, &n);
	for (int i = 0; i < 120; i++)
		buf_add_str(&text, str_of(one));
	buf_add(&text, "", 1);
	event_fixture_read(f, text.p, &g);
	x = event_net_run(&n, &g);
	each = g.d->sentences[0].n_tok;
	for (uint32_t t = 12 * each; t < 112 * each; t++) {
		assert_true(x.hints[t].target == x.hints[t - each].target);
		assert_true(x.hints[t].holder == x.hints[t - each].holder);
	}
	buf_free(&text);
}

/* Who stands for or against what: phrase, sign and holder. */
static void a_stance_is_seen(void **state)
{
	struct event_fixture *f = *state;
	static const struct {
		const char *text;
		int sign;
	} cases[] = {{"France supports the plan of the commission.", 1},
		     {"France rejected the plan of the commission.", -1}};
	struct event_net n;

	open_shipped(f, &n);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct event_ground g;
		const struct stance_hint *x;

		event_fixture_read(f, cases[i].text, &g);
		x = event_net_run(&n, &g).hints;
		assert_true(x[0].holder > 0);
		assert_true(x[3].target > 0);
		assert_true(x[3].target > x[6].target);
		assert_true(x[3].support * (float)cases[i].sign > 1);
	}
}

/* It reads the sentence, not the word. */
static void the_sentence_counts(void **state)
{
	struct event_fixture *f = *state;
	struct event_ground g;
	struct event_net n;
	float politics, sport;

	open_shipped(f, &n);
	event_fixture_read(f, "The army attacked the rebels near the border on Tuesday.", &g);
	politics = event_net_run(&n, &g).events[event_candidate_at(&g, "attacked")][EVENT_ASSAULT];
	event_fixture_read(f, "The striker attacked the goal in the second half of the match.", &g);
	sport = event_net_run(&n, &g).events[event_candidate_at(&g, "attacked")][EVENT_ASSAULT];
	assert_true(politics > 2 * sport);
}

static bool say_attack(const struct event_net_held *h, const struct doc *d, int32_t tok,
		       float p[static N_EVENT_TYPES])
{
	(void)h;
	if (!str_is(d->tokens[tok].lower, "met"))
		return false;
	p[EVENT_ASSAULT] = 1;
	return true;
}

static void what_is_held_speaks_in_its_place(void **state)
{
	static const struct event_net_held held = {say_attack};
	struct event_net n = {.held = &held};
	struct event_ground g;
	event_net_chances *p;

	event_fixture_read(*state, "They met in Cairo and talked.", &g);
	p = event_net_run(&n, &g).events;
	assert_int_equal(likeliest(p[event_candidate_at(&g, "met")]), EVENT_ASSAULT);
	assert_int_equal(likeliest(p[event_candidate_at(&g, "talked")]), 0);
}

/* A word with hundreds below it has no more rows than there is room for. */
static void many_parts_have_room(void **state)
{
	struct buf text = {0};
	struct event_ground g;
	uint32_t rows[EVENT_NET_ROWS_MAX];

	buf_add_str(&text, STR("Iran attacked"));
	for (int i = 0; i < 120; i++)
		buf_add_str(&text, STR(" France,"));
	buf_add_str(&text, STR(" and Spain."));
	buf_add(&text, "", 1);
	event_fixture_read(*state, text.p, &g);
	for (uint32_t t = 0; t < g.d->n_tokens; t++) {
		uint32_t n = event_net_rows(&g, t, false, rows);

		assert_true(n > 0 && n <= EVENT_NET_ROWS_MAX);
		for (uint32_t i = 0; i < n; i++)
			assert_true(rows[i] < 1u << EVENT_NET_LOG2_ROWS);
	}
	buf_free(&text);
}

/* Whose coding a text is counts for candidates alone. */
static void coders_are_told_apart(void **state)
{
	struct event_ground g;
	uint32_t ours[EVENT_NET_ROWS_MAX], others[EVENT_NET_ROWS_MAX];

	event_fixture_read(*state, "France condemned the coup.", &g);
	for (uint32_t t = 0; t < g.d->n_tokens; t++) {
		uint32_t n = event_net_rows(&g, t, false, ours), differ = 0;

		assert_int_equal(event_net_rows(&g, t, true, others), n);
		for (uint32_t i = 0; i < n; i++)
			differ += ours[i] != others[i];
		assert_int_equal(differ, g.tokens[t].candidate >= 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_section_is_no_net),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(a_deed_has_its_type),
		cmocka_unit_test(sentences_stand_by_themselves),
		cmocka_unit_test(a_stance_is_seen),
		cmocka_unit_test(the_sentence_counts),
		cmocka_unit_test(what_is_held_speaks_in_its_place),
		cmocka_unit_test(many_parts_have_room),
		cmocka_unit_test(coders_are_told_apart),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
