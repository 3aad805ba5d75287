/* Who does it to whom, in all constructions that news has: exactly the codes of event_actors.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "worker/engine/engine.h"
#include "tests/unit/engine_for_test.h"
#include "tests/unit/event_actors.h"

/* How many are known to be wrong with the weights of today. Their sum may only fall. */
enum { READ_WRONG_MAX = 10, LATER_WRONG_MAX = 10, APART_WRONG_MAX = 7 };

static struct str code_of(const struct result *r, uint32_t id)
{
	for (uint32_t k = 0; k < r->n_entities; k++)
		if (r->entities[k].id == id)
			return r->entities[k].code;
	return STR("");
}

static bool has_code(const struct result *r, const struct id_list *l, struct str code)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (str_eq(code_of(r, l->ids[i]), code))
			return true;
	return false;
}

/* Whether the actors are those of the codes, with spaces between, and no others. */
static bool are(const struct result *r, const struct id_list *l, const char *codes)
{
	const char *all = codes;

	if (!codes)
		return true;
	while (*codes) {
		size_t n = strcspn(codes, " ");

		if (!has_code(r, l, (struct str){codes, n}))
			return false;
		codes += n + (codes[n] == ' ');
	}
	for (uint32_t i = 0; i < l->n; i++) {
		struct str c = code_of(r, l->ids[i]);

		if (!c.n || !memmem(all, strlen(all), c.p, c.n))
			return false;
	}
	return true;
}

static bool is_found(const struct result *r, const struct coded *c)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		if (strcmp(event_type_name(e->type), c->type) == 0 &&
		    strcmp(event_status_name(e->status), c->status) == 0 &&
		    are(r, &e->source, c->source) && are(r, &e->target, c->target))
			return true;
	}
	return false;
}

static void show_side(const struct result *r, const struct id_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		print_message(" %.*s", STR_ARG(code_of(r, l->ids[i])));
}

static void show(const struct result *r, const struct coded *c)
{
	print_message("%s: %s -> %s (%s): %s\n", c->type, c->source, c->target ? c->target : "any",
		      c->status, c->text);
	for (uint32_t i = 0; i < r->n_events; i++) {
		print_message("   %s:", event_type_name(r->events[i].type));
		show_side(r, &r->events[i].source);
		print_message(" ->");
		show_side(r, &r->events[i].target);
		print_message(" (%s)\n", event_status_name(r->events[i].status));
	}
}

static int count_wrong(const struct coded *list, size_t n, bool shown)
{
	struct images im;
	struct engine *en = engine_for_test(&im);
	int wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct engine_input in = {.text = str_of(list[i].text)};
		const struct result *r;

		in.meta.date = STR("2023-06-15");
		r = engine_analyze(en, &in);
		if (!is_found(r, &list[i])) {
			wrong++;
			if (shown)
				show(r, &list[i]);
		}
	}
	print_message("%d of %zu wrong\n", wrong, n);
	engine_free(en);
	images_close(&im);
	return wrong;
}

static void sentences_that_were_mended_have_their_actors(void **state)
{
	(void)state;
	assert_true(count_wrong(READ, sizeof(READ) / sizeof(*READ), true) <= READ_WRONG_MAX);
}

static void sentences_read_later_have_their_actors(void **state)
{
	(void)state;
	assert_true(count_wrong(LATER, sizeof(LATER) / sizeof(*LATER), true) <= LATER_WRONG_MAX);
}

static void sentences_kept_apart_have_their_actors(void **state)
{
	(void)state;
	assert_true(count_wrong(APART, sizeof(APART) / sizeof(*APART), false) <= APART_WRONG_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_that_were_mended_have_their_actors),
		cmocka_unit_test(sentences_read_later_have_their_actors),
		cmocka_unit_test(sentences_kept_apart_have_their_actors),
	};

	return cmocka_run_group_tests_name("event_actors", tests, NULL, NULL);
}
