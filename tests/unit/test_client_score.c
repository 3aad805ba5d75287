#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/score.h"

static const char GOLD_EVENT[] =
	"{\"doc\":\"d1\",\"kind\":\"event\",\"sent\":\"Chad accused Niger of "
	"theft\",\"type\":\"ACCUSE\","
	"\"source\":[{\"code\":\"TCD\"}],\"target\":[{\"code\":\"NER\"}],\"status\":\"actual\"}";
static const char GOLD_STANCE[] = "{\"doc\":\"d1\",\"kind\":\"stance\",\"sent\":\"Chad accused "
				  "Niger of theft\",\"holder\":[{\"code\":"
				  "\"TCD\"}],\"target\":{\"text\":\"theft of the "
				  "camels\",\"code\":\"\"},\"polarity\":\"oppose\"}";

/* One event and one stance about the sentence; %s: type, source id, target id, status, holder id,
 * target text, polarity. Entity 1 is Chad, 2 Niger. */
static const char RESULT[] =
	"{\"doc\":{\"id\":\"news/"
	"d1_x.txt\"},\"entities\":[{\"id\":1,\"code\":\"TCD\"},{\"id\":2,\"code\":"
	"\"NER\"}],\"events\":[{\"type\":\"%s\",\"source\":[%d],\"target\":[%d],\"status\":\"%s\","
	"\"text\":\"Chad accused  Niger of "
	"theft.\"}],\"stances\":[{\"holder\":[%d],\"target\":{\"text\":"
	"\"%s\",\"entity\":null},\"polarity\":\"%s\",\"text\":\"Chad accused Niger of theft.\"}]}";

static json_t *json_of(const char *text)
{
	json_t *o = json_loads(text, 0, NULL);

	assert_non_null(o);
	return o;
}

static struct score *score_of(const char *type, int source, int target, const char *status,
			      int holder, const char *words, const char *polarity)
{
	struct score *s = score_new();
	json_t *gold[] = {json_of(GOLD_EVENT), json_of(GOLD_STANCE)}, *result;
	char text[2000];
	struct err e;

	snprintf(text, sizeof(text), RESULT, type, source, target, status, holder, words, polarity);
	result = json_of(text);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(score_add_gold(s, gold[i], &e), 0);
		json_decref(gold[i]);
	}
	assert_int_equal(score_add_result(s, result, &e), 0);
	json_decref(result);
	return s;
}

static void assert_right(struct score *s, const char *rights)
{
	for (int m = 0; m < N_MEASURES; m++) {
		struct tally t = score_total(s, (enum measure)m);

		if (t.gold != 1 || t.predicted != 1 || t.tp != (uint32_t)(rights[m] - '0'))
			fail_msg("%s: %u right of %u in gold, %u found",
				 measure_name((enum measure)m), t.tp, t.gold, t.predicted);
	}
	score_free(s);
}

static void each_measure_asks_for_more_than_the_one_before(void **state)
{
	(void)state;
	assert_right(score_of("ACCUSE", 1, 2, "actual", 1, "camels", "oppose"), "11111");
	assert_right(score_of("ACCUSE", 1, 2, "planned", 1, "the theft", "support"), "11010");
	assert_right(score_of("ACCUSE", 2, 1, "actual", 2, "theft", "oppose"), "10000");
	assert_right(score_of("REJECT", 1, 2, "actual", 1, "water", "oppose"), "00000");
}

static void one_prediction_answers_one_gold_record_only(void **state)
{
	struct score *s = score_new();
	json_t *gold = json_of(GOLD_EVENT), *result;
	char text[2000];
	struct err e;

	(void)state;
	snprintf(text, sizeof(text), RESULT, "ACCUSE", 1, 2, "actual", 1, "x", "oppose");
	result = json_of(text);
	assert_int_equal(score_add_gold(s, gold, &e), 0);
	assert_int_equal(score_add_gold(s, gold, &e), 0);
	assert_int_equal(score_add_result(s, result, &e), 0);
	assert_int_equal(score_total(s, EVENT_FULL).tp, 1);
	assert_int_equal(score_total(s, EVENT_FULL).gold, 2);
	assert_int_equal(score_label(s, EVENT_FULL, "REJECT").gold, 0);
	json_decref(gold);
	json_decref(result);
	score_free(s);
}

static void wrong_records_are_refused(void **state)
{
	struct score *s = score_new();
	json_t *o = json_of("{\"doc\":\"d\",\"kind\":\"thing\"}"), *r = json_of("{\"doc\":{}}");
	struct err e;

	(void)state;
	assert_int_equal(score_add_gold(s, o, &e), -1);
	assert_int_equal(score_add_result(s, r, &e), -1);
	json_decref(o);
	json_decref(r);
	score_free(s);
}

static void documents_without_a_result_are_counted(void **state)
{
	struct score *s = score_new();
	json_t *gold = json_of(GOLD_EVENT), *result;
	char text[2000];
	uint32_t n, with_result;
	struct err e;

	(void)state;
	assert_int_equal(score_add_gold(s, gold, &e), 0);
	score_documents(s, &n, &with_result);
	assert_int_equal(n, 1);
	assert_int_equal(with_result, 0);
	snprintf(text, sizeof(text), RESULT, "AID", 1, 2, "actual", 1, "theft", "oppose");
	result = json_of(text);
	assert_int_equal(score_add_result(s, result, &e), 0);
	score_documents(s, &n, &with_result);
	assert_int_equal(with_result, 1);
	json_decref(result);
	json_decref(gold);
	score_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_without_a_result_are_counted),
		cmocka_unit_test(each_measure_asks_for_more_than_the_one_before),
		cmocka_unit_test(one_prediction_answers_one_gold_record_only),
		cmocka_unit_test(wrong_records_are_refused),
	};

	return cmocka_run_group_tests_name("client_score", tests, NULL, NULL);
}
