/* demarche-train eval-events: how often the codes of sentences (../shared/data/events) are found.
 * Spans are ignored: a code counts as found where any event of the sentence has it. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/training/conllu.h"
#include "worker/training/event_silver.h"
#include "worker/training/train.h"

struct counts {
	uint32_t sentences, gold, type, root, full, predicted, right;
	/* distinct ones a sentence, without statements, which PLOVER does not code: CAMEO roots;
	 * types of dyads, events between two countries or the like, which is all that PETRARCH and
	 * its like record */
	struct roots {
		uint32_t gold, predicted, right;
	} roots, dyads;
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

/* The number of a code's root, 0 where there is none. */
static uint32_t root_of(struct str code)
{
	if (code.n < 2 || code.p[0] < '0' || code.p[0] > '2' || code.p[1] < '0' || code.p[1] > '9')
		return 0;
	return (uint32_t)(code.p[0] - '0') * 10 + (uint32_t)(code.p[1] - '0');
}

static struct str code_of(const struct result *r, uint32_t id)
{
	for (uint32_t i = 0; i < r->n_entities; i++)
		if (r->entities[i].id == id)
			return r->entities[i].code;
	return STR("");
}

/* Somebody on both sides, and not both of one country. */
static bool is_dyad(const struct result *r, const struct result_event *e)
{
	for (uint32_t i = 0; i < e->source.n; i++)
		for (uint32_t k = 0; k < e->target.n; k++) {
			struct str a = code_of(r, e->source.ids[i]),
				   b = code_of(r, e->target.ids[k]);

			if (a.n && b.n && !str_eq(a, b))
				return true;
		}
	/* "India and China met": the parties are all sources. */
	return e->source.n > 1 &&
	       !str_eq(code_of(r, e->source.ids[0]), code_of(r, e->source.ids[1]));
}

static void count_roots(struct roots *n, const struct silver_sentence *x, const struct result *r,
			bool dyads)
{
	uint32_t gold = 0, found = 0;

	for (uint32_t i = 0; i < x->n; i++)
		if (x->types[i])
			gold |= 1u << (dyads ? x->types[i] : root_of(x->codes[i]));
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		if (!dyads || is_dyad(r, e))
			found |= 1u << (dyads ? e->type : root_of(e->cameo));
	}
	n->gold += (uint32_t)__builtin_popcount(gold & ~1u);
	n->predicted += (uint32_t)__builtin_popcount(found & ~1u);
	n->right += (uint32_t)__builtin_popcount(gold & found & ~1u);
}

static void count(struct counts *c, const struct silver_sentence *x, const struct result *r)
{
	bool cameo = false;

	c->sentences++;
	count_roots(&c->roots, x, r, false);
	count_roots(&c->dyads, x, r, true);
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

static void print_roots(const char *name, const struct roots *n)
{
	double p = n->predicted ? (double)n->right / n->predicted : 0;
	double r = n->gold ? (double)n->right / n->gold : 0;

	printf(" %s=%.3f/%.3f/%.3f", name, p, r, p + r > 0 ? 2 * p * r / (p + r) : 0);
}

static void print(const char *path, const struct counts *c)
{
	double p = c->predicted ? (double)c->right / c->predicted : 0;
	double r = c->gold ? (double)c->type / c->gold : 0;

	printf("%s: sentences=%u codes=%u type=%.3f root=%.3f full=%.3f precision=%.3f F1=%.3f",
	       path, c->sentences, c->gold, r, c->gold ? (double)c->root / c->gold : 0,
	       c->gold ? (double)c->full / c->gold : 0, p, p + r > 0 ? 2 * p * r / (p + r) : 0);
	print_roots("roots", &c->roots);
	print_roots("dyads", &c->dyads);
	printf("\n");
}

/* One line a sentence: what was wanted, what was found and by which rule; for reading errors. */
static void list(const struct silver_sentence *x, const struct result *r)
{
	for (uint32_t i = 0; i < x->n; i++)
		printf("%s%.*s", i ? "," : "", (int)x->codes[i].n, x->codes[i].p);
	printf("\t");
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		printf("%s%s/%.*s/%.*s/%s%s", i ? " " : "", event_type_name(e->type),
		       (int)e->cameo.n, e->cameo.p, (int)e->rule.n, e->rule.p,
		       e->source.n ? "s" : "-", e->target.n ? "t" : "-");
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

struct options {
	bool verbose;
	double least; /* events of less confidence do not count */
};

/* A copy of the result's list of events without those that are too unsure. */
static struct result sure_of(const struct result *all, double least, struct result_event *list,
			     uint32_t cap)
{
	struct result r = *all;

	r.events = list;
	r.n_events = 0;
	for (uint32_t i = 0; i < all->n_events && r.n_events < cap; i++)
		if (all->events[i].confidence >= least)
			list[r.n_events++] = all->events[i];
	return r;
}

static int eval_file(struct engine *en, const struct frame_book *book, const char *path,
		     const struct options *o, struct err *e)
{
	struct result_event sure[64];
	struct silver s = {0};
	struct counts c = {0};

	if (silver_read(&s, book, path, e) < 0)
		return -1;
	for (uint32_t i = 0; i < s.n; i++) {
		struct engine_input in = {.text = s.list[i].text};
		struct result r;

		in.meta.date = s.list[i].date;
		r = sure_of(engine_analyze(en, &in), o->least, sure, 64);
		count(&c, &s.list[i], &r);
		if (o->verbose)
			list(&s.list[i], &r);
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
	struct options o = {0};
	int rc;

	if (argc > 1 && strcmp(argv[1], "-v") == 0)
		o.verbose = true, argc--, argv++;
	if (argc > 2 && strcmp(argv[1], "-c") == 0)
		o.least = strtod(argv[2], NULL), argc -= 2, argv += 2;
	if (argc < 4) {
		fprintf(stderr, "usage: eval-events [-v] [-c LEAST] MODEL CODEBOOK SENTENCES...\n");
		return 2;
	}
	rc = open_image(&model, &a, argv[1], &e) < 0 || open_image(&codebook, &b, argv[2], &e) < 0;
	if (!rc)
		rc = !(en = engine_new(&model, &codebook, &e)) ||
		     !(book = frame_book_new(&codebook, &e));
	for (int i = 3; !rc && i < argc; i++)
		rc = eval_file(en, book, argv[i], &o, &e) < 0;
	if (rc)
		fprintf(stderr, "eval-events: %s\n", e.text);
	frame_book_free(book);
	engine_free(en);
	buf_free(&a);
	buf_free(&b);
	return rc;
}
