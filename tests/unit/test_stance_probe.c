/* Composition of polarity over tests/golden/probe-stances.txt: each line's stance is found by the
 * grammar alone, with its holder and its sign. Needs the built images; skips where there are
 * none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/engine/stance.h"
#include "worker/images.h"

#define PROBE "tests/golden/probe-stances.txt"

static struct str field(struct str *line)
{
	const char *bar = line->n ? memchr(line->p, '|', line->n) : NULL;
	struct str f = {line->p, bar ? (size_t)(bar - line->p) : line->n};

	line->p += f.n + (bar ? 1 : 0);
	line->n -= f.n + (bar ? 1 : 0);
	while (f.n && f.p[0] == ' ')
		f.p++, f.n--;
	while (f.n && (f.p[f.n - 1] == ' ' || f.p[f.n - 1] == '\n'))
		f.n--;
	return f;
}

static bool is_it(const struct doc *d, const struct result_stance *s, struct str code,
		  struct str word, enum polarity polarity)
{
	bool holds = false;

	for (uint32_t i = 0; i < s->holder.n; i++)
		holds |= str_eq(d->entities[s->holder.ids[i]].code, code);
	if (!holds || s->polarity != polarity)
		return false;
	if (str_starts(word, STR("=")))
		return str_eq(s->target.text, (struct str){word.p + 1, word.n - 1});
	return memmem(s->target.text.p, s->target.text.n, word.p, word.n) != NULL;
}

static bool right(struct engine *en, const struct stance_ranker *r, struct str line)
{
	struct str what = field(&line), text = field(&line), code = field(&line);
	struct str word = field(&line), sign = field(&line);
	enum polarity polarity = str_is(sign, "+") ? POLARITY_SUPPORT : POLARITY_OPPOSE;
	struct engine_input in = {.text = text};
	struct doc *d = engine_parse(en, &in);

	stance_run(r, d);
	for (uint32_t i = 0; i < d->n_stances; i++)
		if (is_it(d, &d->stances[i], code, word, polarity))
			return true;
	printf("wrong: %.*s: %.*s\n", STR_ARG(what), STR_ARG(text));
	for (uint32_t i = 0; i < d->n_stances; i++)
		printf("       %.*s %s %.*s (%.*s)\n",
		       STR_ARG(d->entities[d->stances[i].holder.ids[0]].code),
		       polarity_name(d->stances[i].polarity), STR_ARG(d->stances[i].target.text),
		       STR_ARG(d->stances[i].rule));
	return false;
}

static void every_construction_gives_its_stance(void **state)
{
	struct images im;
	struct stance_ranker r = {.threshold = 0.05};
	struct engine *en;
	struct err e;
	FILE *f = fopen(PROBE, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	uint32_t n_lines = 0, n_right = 0;

	(void)state;
	if (!f || images_open(&im, NULL, NULL, &e) < 0) {
		puts("skipped: no " PROBE " or no built images");
		skip();
	}
	assert_int_equal(grammar_open(&r.grammar, image_section(&im.codebook, "stances"), &e), 0);
	en = engine_new(&im.model, &im.codebook, &e);
	assert_non_null(en);
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[0] == '#')
			continue;
		n_lines++;
		n_right += right(en, &r, (struct str){line, (size_t)n});
	}
	printf("%u of %u constructions right\n", n_right, n_lines);
	assert_true(n_lines >= 60);
	assert_int_equal(n_right, n_lines);
	free(line);
	fclose(f);
	engine_free(en);
	images_close(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_construction_gives_its_stance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
