/* The tone toward an actor: what the model looks at, what it refuses, what it says, and when it
 * becomes a stance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/stance_tone.h"
#include "worker/training/bench.h"
#include "worker/training/seesaw.h"
#include "worker/training/tone_examples.h"

static struct bench bench;
static struct grammar grammar;

/* The chances for the first place where `target` stands. */
static void ask(const char *text, const char *target, double *p)
{
	static const struct word_clusters none;
	const char *at = strstr(text, target);
	struct extra x = {.text = str_of(text),
			  .target = (uint32_t)(at - text),
			  .target_end = (uint32_t)(at - text + (long)strlen(target))};
	struct engine_input in = {.text = x.text};
	struct stance_ground s;
	struct tone_question q;
	struct tone_sentence t;
	struct tone_model m;
	struct err e;

	assert_int_equal(tone_open(&m, &bench.model, &grammar, &e), 0);
	assert_true(m.n > 0);
	stance_ground_make(&s, engine_parse(bench.engine, &in), &grammar, &none);
	assert_true(tone_question_of(s.d, &x, &q));
	tone_begin(&t, &m, &s, s.d->tokens[q.target].sent);
	tone_ask(&t, &q, p);
}

static void chances_add_up_to_one(void **state)
{
	double p[N_POLARITIES];

	(void)state;
	ask("Mayor Lindqvist met reporters on Tuesday.", "Mayor Lindqvist", p);
	assert_true(p[0] + p[1] + p[2] > 0.999999 && p[0] + p[1] + p[2] < 1.000001);
	assert_true(p[0] >= 0 && p[1] >= 0 && p[2] >= 0);
}

static void praise_and_blame_are_told_apart(void **state)
{
	static const struct {
		const char *text, *target;
		enum polarity polarity;
	} cases[] = {
		{"Critics slammed Senator Halvorsen for his corrupt and dishonest campaign.",
		 "Senator Halvorsen", POLARITY_OPPOSE},
		{"Voters praised Senator Halvorsen as an honest and courageous leader.",
		 "Senator Halvorsen", POLARITY_SUPPORT},
		{"Senator Halvorsen will speak at the conference on Tuesday.", "Senator Halvorsen",
		 POLARITY_NEUTRAL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double p[N_POLARITIES];

		ask(cases[i].text, cases[i].target, p);
		for (int k = 0; k < N_POLARITIES; k++)
			assert_true(p[cases[i].polarity] >= p[k]);
	}
}

/* Nobody is liked or disliked for the name: another proper noun gives the same to the last bit. */
static void a_name_says_nothing(void **state)
{
	double a[N_POLARITIES], b[N_POLARITIES];

	(void)state;
	ask("Reporters asked Jan Kowal about the failed talks.", "Jan Kowal", a);
	ask("Reporters asked Ann Smith about the failed talks.", "Ann Smith", b);
	assert_memory_equal(a, b, sizeof(a));
}

static void a_long_sentence_is_seen_around_its_target(void **state)
{
	static const struct word_clusters none;
	struct buf text = {0};
	struct engine_input in;
	struct stance_ground s;
	struct tone_view v;

	(void)state;
	for (int i = 0; i < 60; i++)
		buf_add_str(&text, STR("and the minister "));
	buf_add_str(&text, STR("spoke."));
	in = (struct engine_input){.text = buf_str(&text)};
	stance_ground_make(&s, engine_parse(bench.engine, &in), &grammar, &none);
	assert_true(s.d->sentences[0].n_tok > TONE_TOKENS);
	for (uint32_t i = 0; i < s.d->sentences[0].n_tok; i++) {
		struct tone_question q = {
			.target = (int32_t)i, .tok = i, .n_tok = 1, .entity = -1, .holder = -1};

		tone_look(&v, &s, &q);
		assert_int_equal(v.n, TONE_TOKENS);
		assert_true(v.first <= i && i < v.first + v.n);
		assert_true(v.first + v.n <= s.d->sentences[0].n_tok);
	}
	buf_free(&text);
}

static void a_damaged_model_is_refused(void **state)
{
	struct str section = image_section(&bench.model, "tone.1");
	static const size_t cuts[] = {0, 8, 64, 4096};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]) + 1; i++) {
		struct image_writer *w = image_writer_new();
		struct buf out = {0};
		struct image im;
		struct tone_model m;
		void *aligned;

		image_writer_add(w, "tone.1", section.p,
				 i ? section.n - cuts[i - 1] - 1 : section.n);
		image_writer_finish(w, &out);
		aligned = aligned_alloc(64, (out.n + 63) / 64 * 64);
		memcpy(aligned, out.p, out.n);
		assert_int_equal(image_open(&im, aligned, out.n, &e), 0);
		assert_int_equal(tone_open(&m, &im, &grammar, &e), i ? -1 : 0);
		free(aligned);
		buf_free(&out);
		image_writer_free(w);
	}
}

static uint32_t n_tones(const struct result *r, double least)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n_stances; i++) {
		assert_true(r->stances[i].confidence >= least);
		n += str_starts(r->stances[i].rule, STR("tone"));
	}
	return n;
}

static void who_asks_for_unsure_stances_gets_the_tone(void **state)
{
	struct engine_input in = {
		.text = STR(
			"Germany was again shamed by the disastrous failure of its talks with "
			"France. Critics of France called the French plan a dangerous fraud.\n"),
		.stance_least = 0.01};
	char model[32];
	const struct result *r = engine_analyze(bench.engine, &in);

	(void)state;
	assert_true(n_tones(r, 0.01) > 0);
	snprintf(model, sizeof(model), "%.*s", STR_ARG(r->engine.model));
	in.stance_least = 0.99;
	assert_int_equal(n_tones(engine_analyze(bench.engine, &in), 0.99), 0);
	in.stance_least = 0;
	r = engine_analyze(bench.engine, &in);
	/* what gives other stances is another engine */
	assert_false(str_is(r->engine.model, model));
}

static void listed_names_are_found_in_a_text(void **state)
{
	(void)state;
	assert_int_equal(seesaw_same_name(STR("Jan Kowal"), STR("Jan Kowal")), 4);
	assert_true(seesaw_same_name(STR("Jan Kowal"), STR("Kowal's")) > 0);
	assert_true(seesaw_same_name(STR("Jan Kowal"), STR("President Jan Kowal")) >= 3);
	assert_true(seesaw_same_name(STR("Green Party"), STR("Greens")) > 0);
	assert_true(seesaw_same_name(STR("Jan P. Kowal"), STR("Jan Kowal")) > 0);
	assert_int_equal(seesaw_same_name(STR("Green Party"), STR("Labour Party")), 0);
	assert_int_equal(seesaw_same_name(STR("Jan Kowal"), STR("Eva Kowal")), 0);
	assert_int_equal(seesaw_same_name(STR("Jan Kowal"), STR("the president")), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chances_add_up_to_one),
		cmocka_unit_test(praise_and_blame_are_told_apart),
		cmocka_unit_test(a_name_says_nothing),
		cmocka_unit_test(a_long_sentence_is_seen_around_its_target),
		cmocka_unit_test(a_damaged_model_is_refused),
		cmocka_unit_test(who_asks_for_unsure_stances_gets_the_tone),
		cmocka_unit_test(listed_names_are_found_in_a_text),
	};

	struct err e;
	int failed;

	(void)argc;
	if (bench_beside(&bench, argv[0]) < 0 ||
	    grammar_open(&grammar, image_section(&bench.codebook, "stances"), &e) < 0)
		return 1;
	failed = cmocka_run_group_tests_name("tone", tests, NULL, NULL);
	bench_close(&bench);
	return failed;
}
