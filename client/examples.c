#include "client/examples.h"

#include "client/record.h"
#include "worker/codebook/example.h"
#include "worker/engine/engine.h"
#include "worker/images.h"

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
	struct example x;
	int n = 0;

	for (; example_next(&s, &x); n++) {
		struct engine_input in = {.text = x.sentence};
		const struct result *r = engine_analyze(en, &in);
		struct buf found = {0};

		if (example_holds(&x, r))
			continue;
		describe(&found, r);
		source_problem(&s, x.line, buf_str(&found), "the example's %.*s %s %.*s",
			       STR_ARG(x.source), event_type_name(x.type), STR_ARG(x.target));
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
