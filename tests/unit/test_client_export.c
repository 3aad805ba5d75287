/* Records as files that other tools load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "client/export.h"

static void has(struct buf *b, const char *line)
{
	if (!memmem(b->p, b->n, line, strlen(line)))
		fail_msg("no \"%s\" in:\n%.*s", line, STR_ARG(buf_str(b)));
}

/* brat refuses a file where they differ: what an actor is called stands in a note. */
static void words_in_brat_are_those_of_the_text(void **state)
{
	struct span madrid = {3, 9}, lisbon = {16, 22};
	struct result_entity entities[] = {
		{.id = 1,
		 .name = STR("Spain"),
		 .code = STR("ESP"),
		 .role = STR("GOV"),
		 .mentions = &madrid,
		 .n_mentions = 1},
		{.id = 2, .name = STR("Portugal"), .mentions = &lisbon, .n_mentions = 1}};
	uint32_t one = 1, two = 2;
	struct result_event event = {.type = EVENT_CONSULT,
				     .source = {&one, 1},
				     .target = {&two, 1},
				     .trigger = {10, 15},
				     .sentence = {0, 23}};
	struct result r = {.entities = entities, .n_entities = 2, .events = &event, .n_events = 1};
	struct buf b = {0};

	(void)state;
	export_brat(&r, STR("Là Madrid met\nà Lisbon."), &b);
	has(&b, "T1\tActor 3 9\tMadrid\n#1\tAnnotatorNotes T1\tSpain ESP GOV\n");
	has(&b, "T2\tActor 16 22\tLisbon\n#2\tAnnotatorNotes T2\tPortugal\n");
	has(&b, "T3\tCONSULT 10 15\tmet à\n");
	has(&b, "E1\tCONSULT:T3 Source:T1 Target:T2\n");
	buf_free(&b);
}

/* A record whose text was replaced must not be read beyond its end. */
static void spans_beyond_the_text_are_empty(void **state)
{
	struct result_event event = {.type = EVENT_CONSULT, .trigger = {10, 15}};
	struct result r = {.events = &event, .n_events = 1};
	struct buf b = {0};

	(void)state;
	export_brat(&r, STR("Short."), &b);
	has(&b, "T1\tCONSULT 6 6\t\n");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_in_brat_are_those_of_the_text),
		cmocka_unit_test(spans_beyond_the_text_are_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
