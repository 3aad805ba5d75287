/* The compiler of the stance grammar, topics and keys, and what confidence is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "worker/codebook/stances.h"
#include "worker/engine/stance.h"
#include "worker/engine/topic.h"

static int compile(const char *text, struct buf *out, struct err *e)
{
	struct stances_text t = {"test.txt", str_of(text)};

	return stances_compile(&t, 1, out, e);
}

/* Sections are read in place: aligned as in an image. */
static int open_aligned(struct grammar *g, const struct buf *b, void **memory, struct err *e)
{
	*memory = aligned_alloc(64, (b->n + 63) / 64 * 64);
	memcpy(*memory, b->p, b->n);
	return grammar_open(g, (struct str){*memory, b->n}, e);
}

static void words_are_found_with_their_class(void **state)
{
	struct buf out = {0};
	struct grammar g;
	struct err e;
	uint32_t first;
	void *memory;

	(void)state;
	assert_int_equal(compile("class att.for verb + 2 subj obj,comp\n\tsupport call@on rule_out "
				 "pay:attention+to # why\ntopic trade\n\t!tariff import\nissue "
				 "agreement\n\taccord deal\n",
				 &out, &e),
			 0);
	assert_int_equal(open_aligned(&g, &out, &memory, &e), 0);
	assert_int_equal(g.n_items, 4);
	assert_int_equal(grammar_find(&g, STR("support"), &first), 1);
	assert_int_equal(g.classes[g.items[first].class_index].sign, 1);
	assert_int_equal(grammar_find(&g, STR("call"), &first), 1);
	assert_int_equal(g.items[first].flags, GRAMMAR_ADDRESSEE);
	assert_true(str_is(grammar_str(&g, g.items[first].prep), "on"));
	assert_int_equal(grammar_find(&g, STR("pay"), &first), 1);
	assert_true(str_is(grammar_str(&g, g.items[first].object), "attention"));
	assert_int_equal(grammar_find(&g, STR("oppose"), &first), 0);
	assert_int_equal(grammar_topics_of(&g, STR("tariff"), &first), 1);
	assert_int_equal(g.topic_words[first].weight, 2);
	assert_int_equal(grammar_topics_of(&g, STR("accord"), &first), 1);
	assert_true(str_is(grammar_str(&g, g.topics[g.topic_words[first].topic]), "=agreement"));
	free(memory);
	buf_free(&out);
}

static void mistakes_name_file_and_line(void **state)
{
	static const char *const wrong[] = {
		"\tsupport\n",
		"class odd.name verb + 2 subj obj\n",
		"class att.x verb * 2 subj obj\n",
		"class att.x verb + 4 subj obj\n",
		"class att.x thing + 2 subj obj\n",
		"class att.x verb + 2 subj nowhere\n",
		"class att.x verb + 2 subj\n",
		"class att.x verb + 2 subj obj more\n",
		"class att.x verb + 2 subj obj\n\t+to\n",
		"topic\n",
		"anything\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct buf out = {0};
		struct err e;

		assert_int_equal(compile(wrong[i], &out, &e), -1);
		assert_int_equal(e.code, ERR_INVALID);
		assert_non_null(strstr(e.text, "test.txt:"));
		buf_free(&out);
	}
}

static void damaged_sections_are_refused(void **state)
{
	struct buf out = {0};
	struct grammar g;
	struct err e;
	void *memory;

	(void)state;
	assert_int_equal(compile("class att.x verb + 2 subj obj\n\tlike\n", &out, &e), 0);
	for (size_t n = 0; n < out.n; n += 7) {
		struct buf cut = {out.p, n, 0};

		assert_int_equal(open_aligned(&g, &cut, &memory, &e), -1);
		free(memory);
	}
	memset(out.p + sizeof(struct grammar_header), 0xff, 8);
	assert_int_equal(open_aligned(&g, &out, &memory, &e), -1);
	free(memory);
	buf_free(&out);
}

static struct token word(const char *lemma, enum upos u)
{
	return (struct token){
		.lemma = str_of(lemma), .lower = str_of(lemma), .upos = (uint8_t)u, .mention = -1};
}

static struct str key_of(struct doc *d, const struct grammar *g, struct token *tokens, uint32_t n)
{
	d->tokens = tokens;
	d->n_tokens = n;
	return topic_key(d, g, 0, n);
}

static void the_same_issue_in_other_words_has_the_same_key(void **state)
{
	struct arena a = {0};
	struct token one[] = {word("economic", UPOS_ADJ), word("decoupling", UPOS_NOUN)};
	struct token two[] = {word("decoupling", UPOS_NOUN), word("of", UPOS_ADP),
			      word("the", UPOS_DET), word("economy", UPOS_NOUN)};
	struct token deal[] = {word("nuclear", UPOS_ADJ), word("deal", UPOS_NOUN)};
	struct token accord[] = {word("accord", UPOS_NOUN), word("nuclear", UPOS_ADJ)};
	struct token test[] = {word("test", UPOS_NOUN), word("nuclear", UPOS_ADJ)};
	struct doc d = {.arena = &a};
	struct buf out = {0};
	struct grammar g;
	struct err e;
	void *memory;

	(void)state;
	assert_int_equal(compile("topic trade\n\tdeal\nissue agreement\n\tagreement accord deal\n",
				 &out, &e),
			 0);
	assert_int_equal(open_aligned(&g, &out, &memory, &e), 0);
	assert_true(str_eq(key_of(&d, &g, one, 2), key_of(&d, &g, two, 4)));
	assert_true(str_eq(key_of(&d, &g, deal, 2), key_of(&d, &g, accord, 2)));
	assert_false(str_eq(key_of(&d, &g, deal, 2), key_of(&d, &g, test, 2)));
	key_of(&d, &g, deal, 2);
	assert_true(str_is(topic_of(&d, &g, 0, 2), "trade"));
	key_of(&d, &g, accord, 2);
	assert_true(str_is(topic_of(&d, &g, 0, 2), ""));
	free(memory);
	buf_free(&out);
	arena_free(&a);
}

static void confidence_rises_with_the_raw_score(void **state)
{
	struct stance_ranker r = {.threshold = 0};

	(void)state;
	assert_true(stance_confidence(&r, 0.3) == 0.3);
	for (int i = 0; i < STANCE_KNOTS; i++)
		r.worth[i] = i * 0.03;
	for (int i = 0; i < 100; i++)
		assert_true(stance_confidence(&r, i / 100.0) <=
			    stance_confidence(&r, (i + 1) / 100.0));
	assert_true(stance_confidence(&r, 1.0) == r.worth[STANCE_KNOTS - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_with_their_class),
		cmocka_unit_test(mistakes_name_file_and_line),
		cmocka_unit_test(damaged_sections_are_refused),
		cmocka_unit_test(the_same_issue_in_other_words_has_the_same_key),
		cmocka_unit_test(confidence_rises_with_the_raw_score),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
