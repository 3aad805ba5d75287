/* Long texts: where they are cut, and that the joined result is the whole text's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "worker/engine/gather.h"
#include "worker/engine/window.h"
#include "worker/training/bench.h"

static struct bench bench;

/* ---- windows ---- */

/* Cuts the text and checks what holds for every cut; returns how many windows there were. */
static uint32_t cut(struct str text, size_t size)
{
	struct window w = {0};
	uint32_t n = 0;
	size_t done = 0;

	while (window_next(text, size, &w)) {
		assert_int_equal(w.own, done);
		assert_true(w.end > w.own && w.end <= text.n && w.end - w.own <= size);
		assert_true(w.end == text.n || w.end - w.own > size / 2);
		assert_true(w.start <= w.own);
		assert_true(w.own - w.start <= 2 * WINDOW_CONTEXT);
		done = w.end;
		n++;
	}
	assert_int_equal(done, text.n);
	return n;
}

static void windows_follow_each_other_without_a_gap(void **state)
{
	static const char *const PIECES[] = {"A line of text. ", "word ", "x", "\n", "\n\n",
					     "\xe4\xb8\xad",     "\xff",  ""};
	(void)state;
	for (size_t k = 0; k < sizeof(PIECES) / sizeof(*PIECES); k++) {
		struct buf b = {0};

		for (int i = 0; i < 30000; i++)
			buf_add_str(&b, str_of(PIECES[k]));
		cut(buf_str(&b), 16384);
		buf_free(&b);
	}
}

static void a_window_ends_at_a_blank_line(void **state)
{
	struct buf b = {0};
	struct window w = {0};

	(void)state;
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "One line.\nAnother line of %d.%s", i, i % 7 ? "\n" : "\r\n \r\n");
	while (window_next(buf_str(&b), 16384, &w))
		if (w.end < b.n)
			assert_memory_equal(b.p + w.end - 3, " \r\n", 3);
	buf_free(&b);
}

static void a_character_is_not_cut(void **state)
{
	struct buf b = {0};
	struct window w = {0};

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_add(&b, "\xe4\xb8\xad", 3);
	while (window_next(buf_str(&b), 10000, &w)) {
		assert_int_equal(w.end % 3, 0);
		assert_int_equal(w.start % 3, 0);
	}
	buf_free(&b);
}

/* ---- joined results ---- */

static uint32_t one[] = {1}, two[] = {2};

static struct result_event event(uint32_t start, double confidence, uint32_t same)
{
	return (struct result_event){.type = EVENT_CONSULT,
				     .cameo = STR("036"),
				     .source = {one, 1},
				     .target = {two, 1},
				     .trigger = {start, start + 4},
				     .sentence = {start, start + 9},
				     .text = STR("They met."),
				     .confidence = confidence,
				     .rule = STR("meet"),
				     .same_as = same};
}

struct part {
	struct result r;
	struct result_event events[4];
	struct result_entity entities[2];
	struct span mentions[2];
	uint32_t known[3], ids[3];
};

static void part_init(struct part *p)
{
	static const char *const NAMES[] = {"Norway", "Sweden"};

	*p = (struct part){.known = {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
	for (uint32_t i = 0; i < 2; i++) {
		p->mentions[i] = (struct span){10 * i, 10 * i + 6};
		p->entities[i] = (struct result_entity){.id = i + 1,
							.name = str_of(NAMES[i]),
							.kind = ENTITY_COUNTRY,
							.mentions = &p->mentions[i],
							.n_mentions = 1};
	}
	p->r.entities = p->entities;
	p->r.n_entities = 2;
	p->r.events = p->events;
	p->r.stats.chars = 1000;
}

static void part_add(struct gather *g, struct part *p, uint32_t base, uint32_t context)
{
	struct gather_part x = {&p->r, base, context, p->known, 3};

	gather_add(g, &x, p->ids);
}

static void spans_and_ids_are_those_of_the_whole_text(void **state)
{
	struct gather *g = gather_new(1 << 20);
	struct result out = {0};
	struct part p;

	(void)state;
	part_init(&p);
	p.events[p.r.n_events++] = event(100, 0.5, 0);
	part_add(g, &p, 0, 0);
	p.known[1] = p.ids[1]; /* Norway is remembered, Sweden is not */
	part_add(g, &p, 900, 5);
	gather_finish(g, &out);
	assert_int_equal(out.n_entities, 3);
	assert_int_equal(out.entities[p.ids[1]].n_mentions, 1); /* the other is the context's */
	assert_int_equal(out.entities[p.ids[2]].mentions[0].start, 910);
	assert_int_equal(out.n_events, 2);
	assert_int_equal(out.events[1].trigger.start, 1000);
	assert_int_equal(out.events[1].source.ids[0], out.events[0].source.ids[0]);
	assert_int_equal(out.events[1].target.ids[0], p.ids[2]);
	assert_int_equal(out.stats.chars, 1995);
	assert_int_equal(out.n_warnings, 0);
	gather_free(g);
}

static void what_stands_in_the_context_is_not_told_twice(void **state)
{
	struct gather *g = gather_new(1 << 20);
	struct result out = {0};
	struct part p;

	(void)state;
	part_init(&p);
	p.events[p.r.n_events++] = event(10, 0.5, 0);
	p.events[p.r.n_events++] = event(100, 0.5, 1);
	p.events[p.r.n_events++] = event(200, 0.5, 1);
	part_add(g, &p, 0, 50);
	gather_finish(g, &out);
	assert_int_equal(out.n_events, 2);
	assert_int_equal(out.events[0].same_as, 0); /* the first that is left */
	assert_int_equal(out.events[1].same_as, 1);
	gather_free(g);
}

static void a_full_record_keeps_the_likeliest_and_says_so(void **state)
{
	enum { LIMIT = 100000 };
	struct gather *g = gather_new(LIMIT);
	struct result out = {0};
	struct buf packed = {0};
	double least = 1;
	struct part p;

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		part_init(&p);
		p.events[p.r.n_events++] = event(100, 0.001 * (i * 37 % 300), 0);
		p.events[p.r.n_events++] = event(200, 0.001 * (i * 37 % 300) + 0.5, 1);
		part_add(g, &p, 1000 * i, 0);
	}
	gather_finish(g, &out);
	assert_true(out.n_events > 100 && out.n_events < 600);
	for (uint32_t i = 0; i < out.n_events; i++) {
		least = out.events[i].confidence < least ? out.events[i].confidence : least;
		assert_true(out.events[i].same_as <= i);
		for (uint32_t k = 0; k < out.n_entities; k++)
			if (out.entities[k].id == out.events[i].source.ids[0])
				break;
			else
				assert_true(k + 1 < out.n_entities);
	}
	assert_true(least > 0.3);
	result_pack(&out, &packed);
	assert_in_range(packed.n, LIMIT / 3, LIMIT);
	assert_int_equal(out.n_warnings, 1);
	assert_non_null(strstr(out.warnings[0].p, "the record is full"));
	buf_free(&packed);
	gather_free(g);
}

static void of_what_is_equally_certain_the_first_stay(void **state)
{
	enum { LIMIT = 100000, N = 600 };
	struct gather *g = gather_new(LIMIT);
	struct result out = {0};
	struct buf packed = {0};
	uint32_t ids[3];
	struct part p;

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		part_init(&p);
		p.events[p.r.n_events++] = event(100, 0.5, 0);
		if (i > N / 2)
			p.events[p.r.n_events++] = event(200, 0.9, 1);
		if (i)
			memcpy(p.known, ids, sizeof(ids));
		part_add(g, &p, 1000 * i, 0);
		memcpy(ids, p.ids, sizeof(ids));
	}
	gather_finish(g, &out);
	assert_in_range(out.n_events, 100, N);
	assert_int_equal(out.events[0].trigger.start, 1000 * (N / 2 + 1) + 200);
	for (uint32_t i = 1; i < out.n_events; i++)
		assert_true(out.events[i].trigger.start > out.events[i - 1].trigger.start);
	result_pack(&out, &packed);
	assert_in_range(packed.n, LIMIT / 3, LIMIT);
	buf_free(&packed);
	gather_free(g);
}

/* ---- the engine ---- */

static const char FIRST[] = "Chancellor Henrike Adenbrock met the president of France in Oslo on "
			    "17 January 2020.\n\n";
static const char FILLER[] = "The weather in the mountains was mild, and the farmers of the valley "
			     "mended their fences. Nobody spoke of anything but sheep.\n\n";
static const char LAST[] = "Adenbrock criticised Norway on Friday.\n\n";

static void long_text(struct buf *b, size_t n)
{
	buf_add_str(b, str_of(FIRST));
	while (b->n < n)
		buf_add_str(b, str_of(FILLER));
	buf_add_str(b, str_of(LAST));
}

static void a_name_is_known_in_later_windows(void **state)
{
	struct buf b = {0};
	struct engine_input in = {0};
	const struct result *r;
	const struct result_entity *she = NULL;
	uint32_t last;

	(void)state;
	long_text(&b, 3 * ENGINE_WINDOW);
	last = (uint32_t)b.n - (uint32_t)strlen(LAST);
	in.text = buf_str(&b);
	r = engine_analyze(bench.engine, &in);
	assert_int_equal(r->stats.chars, b.n);
	assert_string_equal(r->doc.date.p, "2020-01-17");
	assert_string_equal(r->doc.date_source.p, "text");
	for (uint32_t i = 0; i < r->n_entities; i++)
		for (uint32_t k = 0; k < r->entities[i].n_mentions; k++)
			if (r->entities[i].mentions[k].start == last)
				she = &r->entities[i];
	assert_non_null(she);
	assert_true(she->n_mentions >= 2 && she->mentions[0].start < 30);
	assert_true(str_starts(she->name, STR("Henrike")) ||
		    str_starts(she->name, STR("Chancellor Henrike")));
	buf_free(&b);
}

static void the_same_text_gives_the_same_result_again(void **state)
{
	struct buf b = {0}, x = {0}, y = {0};
	struct engine_input in = {0};

	(void)state;
	long_text(&b, 2 * ENGINE_WINDOW);
	in.text = buf_str(&b);
	result_pack(engine_analyze(bench.engine, &in), &x);
	in.text = STR("Norway criticised Sweden.");
	engine_analyze(bench.engine, &in);
	in.text = buf_str(&b);
	result_pack(engine_analyze(bench.engine, &in), &y);
	assert_int_equal(x.n, y.n);
	assert_memory_equal(x.p, y.p, x.n);
	buf_free(&b);
	buf_free(&x);
	buf_free(&y);
}

static void a_text_above_the_limit_is_refused_not_cut(void **state)
{
	struct buf b = {0};
	struct engine_input in = {0};
	const struct result *r;

	(void)state;
	long_text(&b, ENGINE_TEXT_MAX);
	in.text = buf_str(&b);
	r = engine_analyze(bench.engine, &in);
	assert_int_equal(r->n_events, 0);
	assert_int_equal(r->stats.chars, 0);
	assert_int_equal(r->n_warnings, 1);
	assert_non_null(strstr(r->warnings[0].p, "not analysed"));
	buf_free(&b);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_follow_each_other_without_a_gap),
		cmocka_unit_test(a_window_ends_at_a_blank_line),
		cmocka_unit_test(a_character_is_not_cut),
		cmocka_unit_test(spans_and_ids_are_those_of_the_whole_text),
		cmocka_unit_test(what_stands_in_the_context_is_not_told_twice),
		cmocka_unit_test(a_full_record_keeps_the_likeliest_and_says_so),
		cmocka_unit_test(of_what_is_equally_certain_the_first_stay),
		cmocka_unit_test(a_name_is_known_in_later_windows),
		cmocka_unit_test(the_same_text_gives_the_same_result_again),
		cmocka_unit_test(a_text_above_the_limit_is_refused_not_cut),
	};
	int failed;

	(void)argc;
	if (bench_beside(&bench, argv[0]) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_close(&bench);
	return failed;
}
