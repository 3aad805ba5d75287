/* The examples in the frames (`example: SENTENCE => SOURCE TYPE TARGET`) are run: the event must
 * be found with its actors. How many may fail is a ratchet: it may only be lowered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/codebook/codebook.h"
#include "worker/codebook/example.h"
#include "worker/engine/engine.h"
#include "worker/engine/frame.h"
#include "tests/unit/engine_for_test.h"
#include "worker/training/conllu.h"

enum { FAILING_MAX = 6 };

static const char FOLDER[] = "worker/engine/codebook/events";

static int run_file(struct engine *en, const char *path, int *n)
{
	struct problems p = {0};
	struct buf b = {0};
	struct source s = {.path = str_of(path), .problems = &p};
	struct example x;
	struct err e;
	int failing = 0;

	if (file_read(&b, path, &e) < 0)
		fail_msg("%s", e.text);
	s.text = buf_str(&b);
	for (; example_next(&s, &x); ++*n) {
		struct engine_input in = {.text = x.sentence};

		if (example_holds(&x, engine_analyze(en, &in)))
			continue;
		failing++;
		print_message("%s:%u: %.*s => %.*s %s %.*s\n", path, x.line, STR_ARG(x.sentence),
			      STR_ARG(x.source), event_type_name(x.type), STR_ARG(x.target));
	}
	if (p.n)
		fail_msg("%.*s", STR_ARG(buf_str(&p.text)));
	problems_free(&p);
	buf_free(&b);
	return failing;
}

static void examples_in_the_frames_hold(void **state)
{
	struct images im;
	struct engine *en;
	struct dirent **list;
	int failing = 0, run = 0, n;

	(void)state;
	en = engine_for_test(&im);
	n = scandir(FOLDER, &list, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", FOLDER, list[i]->d_name);
		if (str_ends(str_of(path), STR(".txt")))
			failing += run_file(en, path, &run);
		free(list[i]);
	}
	free(list);
	engine_free(en);
	images_close(&im);
	print_message("examples: %d, failing: %d\n", run, failing);
	assert_true(run > 50);
	assert_true(failing <= FAILING_MAX);
}

/* The code of the first event of the type, "" where there is none. */
static struct str code_of(struct engine *en, const char *text, enum event_type type)
{
	struct engine_input in = {.text = str_of(text)};
	const struct result *r = engine_analyze(en, &in);

	for (uint32_t i = 0; i < r->n_events; i++)
		if (r->events[i].type == type)
			return r->events[i].cameo;
	return STR("");
}

/* What is asked, promised, refused, threatened or used makes the code narrower; what is only
 * planned has the code of the intention. */
static void matters_make_codes_narrower(void **state)
{
	static const struct {
		const char *text;
		enum event_type type;
		const char *code;
	} CASES[] = {
		{"Kenya asked Uganda for a loan.", EVENT_REQUEST, "0231"},
		{"Ghana demanded that Togo withdraw its troops.", EVENT_REQUEST, "1056"},
		{"Peru refused to release the prisoners of Chile.", EVENT_REJECT, "1243"},
		{"Jordan agreed to extradite the suspect to Egypt.", EVENT_AGREE, "0313"},
		{"Mali accused Niger of war crimes.", EVENT_ACCUSE, "1124"},
		{"Iran threatened Oman with a blockade.", EVENT_THREATEN, "1381"},
		{"Thousands protested in Hungary for press freedom.", EVENT_PROTEST, "1413"},
		{"The Polish president will visit Latvia in June.", EVENT_CONSULT, "036"},
		{"The Polish president visited Latvia in June.", EVENT_CONSULT, "042"},
		{"Farmers in France said that they would blockade Paris.", EVENT_COERCE, "1381"},
		{"Chile is about to restore diplomatic relations with Peru.", EVENT_SUPPORT, "054"},
	};
	struct images im;
	struct engine *en;
	int wrong = 0;

	(void)state;
	en = engine_for_test(&im);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct str code = code_of(en, CASES[i].text, CASES[i].type);

		if (str_eq(code, str_of(CASES[i].code)))
			continue;
		wrong++;
		print_message("%s: found \"%.*s\", expected %s\n", CASES[i].text, STR_ARG(code),
			      CASES[i].code);
	}
	assert_int_equal(wrong, 0);
	engine_free(en);
	images_close(&im);
}

/* A user's own frame outvotes the model, and its code stays as it is written. */
static void ones_own_frame_decides(void **state)
{
	static const char OWN[] = "code 9041 | -3 | REJECT | - | - | snubs at dinner\n"
				  "frame own.snub\n\tcode: 9041\n\tverb: yawn at\n"
				  "frame own.loan\n\tcode: 070\n\tverb: lend\n";
	struct codebook_files f = {0};
	struct problems p = {0};
	struct images im;
	struct image codebook;
	struct engine *en;
	struct buf out = {0};
	struct err e;

	(void)state;
	if (images_open(&im, NULL, NULL, &e) < 0 ||
	    codebook_read_dir(&f, "worker/engine/codebook", &e) < 0)
		fail_msg("%s", e.text);
	codebook_files_add(&f, STR("events/own.txt"), str_of(OWN), 1);
	if (codebook_compile(&f, &out, &p, &e) < 0 || image_open(&codebook, out.p, out.n, &e) < 0)
		fail_msg("%s", e.text);
	en = engine_new(&im.model, &codebook, &e);
	assert_non_null(en);
	assert_true(
		str_is(code_of(en, "The Kenyan minister yawned at Chad.", EVENT_REJECT), "9041"));
	assert_true(
		str_is(code_of(en, "Qatar will lend Sudan a million dollars.", EVENT_AID), "070"));
	engine_free(en);
	images_close(&im);
	problems_free(&p);
	codebook_files_free(&f);
	buf_free(&out);
}

/* Compiles one text as events/x.txt and returns the first problem ("" where there is none). */
static void compile(const char *text, struct buf *out, char *problem, size_t size)
{
	struct codebook_files f = {0};
	struct problems p = {0};
	struct err e;

	codebook_files_add(&f, STR("events/x.txt"), str_of(text), 0);
	if (codebook_compile(&f, out, &p, &e) < 0)
		snprintf(problem, size, "%s", e.text);
	else
		problem[0] = 0;
	problems_free(&p);
	codebook_files_free(&f);
}

static void mistakes_are_told_with_file_and_line(void **state)
{
	struct buf out = {0};
	char problem[512];

	(void)state;
	compile("code 190 | -10 | ASSAULT | - | - | fight\n\nframe x\n\tcode: 191\n", &out, problem,
		sizeof(problem));
	assert_non_null(strstr(problem, "events/x.txt:4:"));
	compile("frame x\n\tverb: hit\n", &out, problem, sizeof(problem));
	assert_non_null(strstr(problem, "events/x.txt:1:"));
	compile("code 190 | -10 | FIGHTING | - | - | fight\n", &out, problem, sizeof(problem));
	assert_non_null(strstr(problem, "events/x.txt:1:"));
	compile("code 190 | -10 | ASSAULT | - | - | fight\nframe x\n\tcode: 190\n\ttarget: under\n",
		&out, problem, sizeof(problem));
	assert_non_null(strstr(problem, "events/x.txt:4:"));
	compile("code 190 | -10 | ASSAULT | - | - | fight\nframe x\n\tcode: 190\n\tverb: hit\n",
		&out, problem, sizeof(problem));
	assert_string_equal(problem, "");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_in_the_frames_hold),
		cmocka_unit_test(matters_make_codes_narrower),
		cmocka_unit_test(ones_own_frame_decides),
		cmocka_unit_test(mistakes_are_told_with_file_and_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
