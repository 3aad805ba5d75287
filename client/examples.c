#include "client/examples.h"

#include "client/record.h"
#include "worker/engine/engine.h"
#include "worker/images.h"

struct example {
	struct str sentence, source, type, target;
};

/* SENTENCE => SOURCE TYPE TARGET */
static bool read_example(struct str value, struct example *x)
{
	const char *arrow = memmem(value.p, value.n, " => ", 4);
	struct str rest;

	if (!arrow)
		return false;
	x->sentence = (struct str){value.p, (size_t)(arrow - value.p)};
	rest = (struct str){arrow + 4, value.n - x->sentence.n - 4};
	return source_part(&rest, ' ', &x->source) && source_part(&rest, ' ', &x->type) &&
	       source_part(&rest, ' ', &x->target) && event_type_of(x->type) != EVENT_NONE;
}

static bool is_named(const struct result *r, const struct id_list *l, struct str code)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (str_eq(record_entity(r, l->ids[i])->code, code))
			return true;
	return false;
}

/* Every code of "A+B"; "-" asks for nobody. */
static bool are_named(const struct result *r, const struct id_list *l, struct str codes)
{
	struct str one;

	if (str_is(codes, "-"))
		return true;
	while (source_part(&codes, '+', &one))
		if (!is_named(r, l, one))
			return false;
	return true;
}

static bool holds(const struct result *r, const struct example *x)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *v = &r->events[i];

		if (v->type == event_type_of(x->type) && are_named(r, &v->source, x->source) &&
		    are_named(r, &v->target, x->target))
			return true;
	}
	return false;
}

static void add_codes(struct buf *out, const struct result *r, const struct id_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		buf_printf(out, "%s%.*s", i ? "+" : "", STR_ARG(record_entity(r, l->ids[i])->code));
	if (!l->n)
		buf_add_str(out, STR("-"));
}

/* "NOR COERCE SWE; …": what is found instead, in the form of examples. */
static void describe(struct buf *out, const struct result *r)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		if (i)
			buf_add_str(out, STR("; "));
		add_codes(out, r, &r->events[i].source);
		buf_printf(out, " %s ", event_type_name(r->events[i].type));
		add_codes(out, r, &r->events[i].target);
	}
	if (!r->n_events)
		buf_add_str(out, STR("no event"));
}

static int run_file(struct engine *en, const struct codebook_file *f, struct problems *p)
{
	struct source s = {.path = f->path, .text = f->text, .problems = p};
	struct source_line l;
	int n = 0;

	while (source_next(&s, &l)) {
		struct engine_input in = {0};
		struct buf found = {0};
		const struct result *r;
		struct example x;

		if (!l.field || !str_is(l.key, "example"))
			continue;
		n++;
		if (!read_example(l.value, &x)) {
			source_problem(&s, l.line, l.value,
				       "SENTENCE => SOURCE TYPE TARGET, with codes of actors or -");
			continue;
		}
		in.text = x.sentence;
		r = engine_analyze(en, &in);
		if (!holds(r, &x)) {
			describe(&found, r);
			source_problem(&s, l.line, buf_str(&found), "the example's %.*s %.*s %.*s",
				       STR_ARG(x.source), STR_ARG(x.type), STR_ARG(x.target));
		}
		buf_free(&found);
	}
	return n;
}

int examples_run(const struct codebook_files *files, struct str image, struct problems *p,
		 struct err *e)
{
	struct engine *en = NULL;
	struct images im;
	int n = 0;

	if (images_open(&im, NULL, NULL, e) < 0)
		return -1;
	if (images_set_codebook(&im, image, e) == 0)
		en = engine_new(&im.model, &im.codebook, e);
	for (uint32_t i = 0; en && i < files->n; i++)
		if (files->list[i].layer > 0 && str_starts(files->list[i].path, STR("events/")))
			n += run_file(en, &files->list[i], p);
	if (!en)
		n = -1;
	engine_free(en);
	images_close(&im);
	return n;
}
