/* demarche-train eval-events: how often the codes of sentences (../shared/data/events) are found.
 * Spans are ignored: a code counts as found where any event of the sentence has it. */
#include <stdio.h>

#include "worker/engine/engine.h"
#include "worker/training/conllu.h"
#include "worker/training/event_silver.h"
#include "worker/training/train.h"

struct counts {
	uint32_t sentences, gold, type, root, full, predicted, right;
};

static bool has_type(const struct result *r, uint32_t type, bool yield)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		uint32_t t = r->events[i].type;

		if (t == type || (yield && (t == EVENT_CONCEDE || t == EVENT_RETREAT)))
			return true;
	}
	return false;
}

static bool has_code(const struct result *r, struct str code, size_t n)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		struct str c = r->events[i].cameo;

		if (c.n >= n && code.n >= n && memcmp(c.p, code.p, n) == 0 &&
		    (n == 2 || c.n == code.n))
			return true;
	}
	return false;
}

static void count(struct counts *c, const struct silver_sentence *x, const struct result *r)
{
	bool cameo = false;

	c->sentences++;
	for (uint32_t i = 0; i < x->n; i++) {
		cameo = x->codes[i].p[0] >= '0' && x->codes[i].p[0] <= '9';
		c->gold++;
		c->type += has_type(r, x->types[i], x->yield);
		c->root += cameo && has_code(r, x->codes[i], 2);
		c->full += cameo && has_code(r, x->codes[i], x->codes[i].n);
	}
	/* distinct types for precision */
	for (uint32_t i = 0; i < r->n_events; i++) {
		bool again = false, right = false;

		for (uint32_t k = 0; k < i; k++)
			again |= r->events[k].type == r->events[i].type;
		for (uint32_t k = 0; k < x->n; k++)
			right |= x->types[k] == r->events[i].type;
		c->predicted += !again;
		c->right += !again && right;
	}
}

static void print(const char *path, const struct counts *c)
{
	double p = c->predicted ? (double)c->right / c->predicted : 0;
	double r = c->gold ? (double)c->type / c->gold : 0;

	printf("%s: sentences=%u codes=%u type=%.3f root=%.3f full=%.3f precision=%.3f F1=%.3f\n",
	       path, c->sentences, c->gold, r, c->gold ? (double)c->root / c->gold : 0,
	       c->gold ? (double)c->full / c->gold : 0, p, p + r > 0 ? 2 * p * r / (p + r) : 0);
}

/* One line a sentence: what was wanted, what was found and by which rule; for reading errors. */
static void list(const struct silver_sentence *x, const struct result *r)
{
	for (uint32_t i = 0; i < x->n; i++)
		printf("%s%.*s", i ? "," : "", (int)x->codes[i].n, x->codes[i].p);
	printf("\t");
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		printf("%s%s/%.*s/%.*s", i ? " " : "", event_type_name(e->type), (int)e->cameo.n,
		       e->cameo.p, (int)e->rule.n, e->rule.p);
	}
	printf("\t%.*s\n", (int)x->text.n, x->text.p);
}

static int open_image(struct image *im, struct buf *bytes, const char *path, struct err *e)
{
	struct buf raw = {0};
	size_t pad, n;

	if (file_read(&raw, path, e) < 0)
		return -1;
	n = raw.n;
	buf_reserve(bytes, n + IMAGE_ALIGN);
	pad = (IMAGE_ALIGN - (uintptr_t)bytes->p % IMAGE_ALIGN) % IMAGE_ALIGN;
	memcpy(bytes->p + pad, raw.p, n);
	buf_free(&raw);
	return image_open(im, bytes->p + pad, n, e);
}

static int eval_file(struct engine *en, const struct frame_book *book, const char *path,
		     bool verbose, struct err *e)
{
	struct silver s = {0};
	struct counts c = {0};

	if (silver_read(&s, book, path, e) < 0)
		return -1;
	for (uint32_t i = 0; i < s.n; i++) {
		struct engine_input in = {.text = s.list[i].text};
		const struct result *r;

		in.meta.date = s.list[i].date;
		r = engine_analyze(en, &in);
		count(&c, &s.list[i], r);
		if (verbose)
			list(&s.list[i], r);
	}
	print(path, &c);
	silver_free(&s);
	return 0;
}

int train_eval_events(int argc, char **argv)
{
	struct image model, codebook;
	struct buf a = {0}, b = {0};
	struct engine *en = NULL;
	struct frame_book *book = NULL;
	struct err e;
	bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	int rc;

	argc -= verbose;
	argv += verbose;
	if (argc < 4) {
		fprintf(stderr, "usage: eval-events [-v] MODEL CODEBOOK SENTENCES...\n");
		return 2;
	}
	rc = open_image(&model, &a, argv[1], &e) < 0 || open_image(&codebook, &b, argv[2], &e) < 0;
	if (!rc)
		rc = !(en = engine_new(&model, &codebook, &e)) ||
		     !(book = frame_book_new(&codebook, &e));
	for (int i = 3; !rc && i < argc; i++)
		rc = eval_file(en, book, argv[i], verbose, &e) < 0;
	if (rc)
		fprintf(stderr, "eval-events: %s\n", e.text);
	frame_book_free(book);
	engine_free(en);
	buf_free(&a);
	buf_free(&b);
	return rc;
}
