/* Sentences in which the words behind an event are marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/marks.h"

static const struct span SENTENCE = {100, 139}, MET = {113, 116};

static void shows(const struct marks *m, const char *expected)
{
	struct buf b = {0};

	marks_render(m, SENTENCE, STR("Él de México met Kim in Ottawa on Monday"), "<", ">", &b);
	if (!str_is(buf_str(&b), expected))
		fail_msg("\"%.*s\" where \"%s\" was expected", STR_ARG(buf_str(&b)), expected);
	buf_free(&b);
}

static void words_are_marked_in_the_order_of_the_sentence(void **state)
{
	struct marks m = {0};

	(void)state;
	shows(&m, "Él de México met Kim in Ottawa on Monday");
	marks_add(&m, SENTENCE, (struct span){113, 116}, "");
	shows(&m, "Él de México <[met]> Kim in Ottawa on Monday");
	marks_add(&m, SENTENCE, (struct span){117, 120}, "whom");
	marks_add(&m, SENTENCE, (struct span){100, 112}, "who");
	shows(&m, "[who: Él de México] <[met]> [whom: Kim] in Ottawa on Monday");
}

static void what_overlaps_or_lies_elsewhere_is_not_marked(void **state)
{
	struct marks m = {0};

	(void)state;
	marks_add(&m, SENTENCE, (struct span){113, 116}, "");
	marks_add(&m, SENTENCE, (struct span){106, 114}, "who");
	marks_add(&m, SENTENCE, (struct span){90, 102}, "who");
	marks_add(&m, SENTENCE, (struct span){130, 141}, "who");
	marks_add(&m, SENTENCE, (struct span){120, 120}, "who");
	shows(&m, "Él de México <[met]> Kim in Ottawa on Monday");
}

static void of_an_actor_the_nearest_mention_is_marked(void **state)
{
	struct span mentions[] = {{10, 14}, {124, 130}, {117, 120}};
	struct result_entity kim = {.id = 7, .mentions = mentions, .n_mentions = 3};
	struct result r = {.entities = &kim, .n_entities = 1};
	uint32_t id = 7;
	struct marks m = {0};

	(void)state;
	marks_add_entities(&m, &r, &(struct id_list){&id, 1}, SENTENCE, MET, "who");
	shows(&m, "Él de México met [who: Kim] in Ottawa on Monday");
	/* on both sides: the next mention */
	marks_add_entities(&m, &r, &(struct id_list){&id, 1}, SENTENCE, MET, "whom");
	shows(&m, "Él de México met [who: Kim] in [whom: Ottawa] on Monday");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_marked_in_the_order_of_the_sentence),
		cmocka_unit_test(what_overlaps_or_lies_elsewhere_is_not_marked),
		cmocka_unit_test(of_an_actor_the_nearest_mention_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
