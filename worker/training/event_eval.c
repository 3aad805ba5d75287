/* demarche-train eval-events: how often the codes of sentences (../shared/data/events) are found.
 * Spans are ignored: a code counts as found where any event of the sentence has it. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/training/conllu.h"
#include "worker/training/event_silver.h"
#include "worker/training/train.h"

/* What is counted once a sentence: wanted, given, and both. */
struct share {
	uint32_t gold, predicted, right;
};

/* Statements (01), which PLOVER does not code, and codes that CAMEO does not know count nowhere.
 * Dyads are events between two parties of different codes or roles that are not negated: PETRARCH
 * and its like record no others. */
struct counts {
	uint32_t sentences, gold, type, root, full, predicted, right;
	struct share roots;      /* CAMEO roots of all events */
	struct share dyads;      /* types of dyads */
	struct share dyad_roots; /* CAMEO roots of dyads */
	struct share triples;    /* source, CAMEO root and target of dyads, by country */
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

static struct str role_of(const struct result *r, uint32_t id)
{
	for (uint32_t i = 0; i < r->n_entities; i++)
		if (r->entities[i].id == id)
			return r->entities[i].role;
	return STR("");
}

/* Two parties: of different codes, or of different roles in one country. */
static bool differ(const struct result *r, uint32_t x, uint32_t y)
{
	struct str a = code_of(r, x), b = code_of(r, y);

	return a.n && b.n && (!str_eq(a, b) || !str_eq(role_of(r, x), role_of(r, y)));
}

/* Whether something happens between two parties; "India and China met": all are sources. */
static bool is_dyad(const struct result *r, const struct result_event *e)
{
	if (e->status == STATUS_NEGATED)
		return false;
	for (uint32_t i = 0; i < e->source.n; i++) {
		for (uint32_t k = 0; k < e->target.n; k++)
			if (differ(r, e->source.ids[i], e->target.ids[k]))
				return true;
		if (!e->target.n && i && differ(r, e->source.ids[i], e->source.ids[0]))
			return true;
	}
	return false;
}

static void share_bits(struct share *n, uint32_t gold, uint32_t found)
{
	n->gold += (uint32_t)__builtin_popcount(gold);
	n->predicted += (uint32_t)__builtin_popcount(found);
	n->right += (uint32_t)__builtin_popcount(gold & found);
}

/* The sets of types and of roots, one bit each; bit 0 is never set. */
static void count_sets(struct counts *c, const struct silver_sentence *x, const struct result *r)
{
	uint32_t gold_types = 0, gold_roots = 0, types = 0, roots = 0, dyad_roots = 0;

	for (uint32_t i = 0; i < x->n; i++)
		if (x->types[i]) {
			gold_types |= 1u << x->types[i];
			gold_roots |= 1u << root_of(x->codes[i]);
		}
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];
		uint32_t root = 1u << root_of(e->cameo);

		roots |= root;
		if (is_dyad(r, e)) {
			types |= 1u << e->type;
			dyad_roots |= root;
		}
	}
	share_bits(&c->dyads, gold_types & ~1u, types & ~1u);
	share_bits(&c->roots, gold_roots & ~1u, roots & ~1u);
	share_bits(&c->dyad_roots, gold_roots & ~1u, dyad_roots & ~1u);
}

enum { TRIPLES_MAX = 256, COUNTRY = 3 };

struct triples {
	struct triple {
		char source[COUNTRY], target[COUNTRY];
		uint32_t root;
	} list[TRIPLES_MAX];
	uint32_t n;
};

static bool has_triple(const struct triples *t, const struct triple *x)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->list[i].root == x->root &&
		    memcmp(t->list[i].source, x->source, COUNTRY) == 0 &&
		    memcmp(t->list[i].target, x->target, COUNTRY) == 0)
			return true;
	return false;
}

/* Adds it where both parties are known by a code, differ, and the code is one of CAMEO. */
static void add_triple(struct triples *t, struct str source, struct str target, uint32_t root)
{
	struct triple x = {.root = root};

	if (!root || source.n < COUNTRY || target.n < COUNTRY || *source.p == '-' ||
	    *target.p == '-' || memcmp(source.p, target.p, COUNTRY) == 0)
		return;
	memcpy(x.source, source.p, COUNTRY);
	memcpy(x.target, target.p, COUNTRY);
	if (t->n < TRIPLES_MAX && !has_triple(t, &x))
		t->list[t->n++] = x;
}

/* The parties of a reciprocal event stand on both sides, as PETRARCH records them. */
static void add_dyads(struct triples *t, const struct result *r, const struct result_event *e)
{
	const struct id_list *other = e->target.n ? &e->target : &e->source;

	for (uint32_t i = 0; i < e->source.n; i++)
		for (uint32_t k = 0; k < other->n; k++)
			add_triple(t, code_of(r, e->source.ids[i]), code_of(r, other->ids[k]),
				   root_of(e->cameo));
}

static void count_triples(struct counts *c, const struct silver_sentence *x, const struct result *r)
{
	struct triples gold = {.n = 0}, found = {.n = 0};

	for (uint32_t i = 0; i < x->n; i++)
		if (x->types[i])
			add_triple(&gold, x->doers[i], x->others[i], root_of(x->codes[i]));
	for (uint32_t i = 0; i < r->n_events; i++)
		if (is_dyad(r, &r->events[i]))
			add_dyads(&found, r, &r->events[i]);
	c->triples.gold += gold.n;
	c->triples.predicted += found.n;
	for (uint32_t i = 0; i < gold.n; i++)
		c->triples.right += has_triple(&found, &gold.list[i]);
}

static void count(struct counts *c, const struct silver_sentence *x, const struct result *r)
{
	bool cameo = false;

	c->sentences++;
	count_sets(c, x, r);
	count_triples(c, x, r);
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

static void print_share(const char *name, const struct share *n)
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
	print_share("roots", &c->roots);
	print_share("dyads", &c->dyads);
	print_share("dyad-roots", &c->dyad_roots);
	print_share("triples", &c->triples);
	printf("\n");
}

static void list_codes(const struct result *r, const struct id_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		printf("%s%.*s", i ? "+" : "", STR_ARG(code_of(r, l->ids[i])));
}

/* One line a sentence: what was wanted, what was found and by which rule; for reading errors. */
static void list(const struct silver_sentence *x, const struct result *r)
{
	for (uint32_t i = 0; i < x->n; i++)
		printf("%s%.*s>%.*s:%.*s", i ? "," : "", STR_ARG(x->doers[i]),
		       STR_ARG(x->others[i]), STR_ARG(x->codes[i]));
	printf("\t");
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *e = &r->events[i];

		printf("%s%s/%.*s/%.*s/", i ? " " : "", event_type_name(e->type), STR_ARG(e->cameo),
		       STR_ARG(e->rule));
		list_codes(r, &e->source);
		printf(">");
		list_codes(r, &e->target);
		if (e->status == STATUS_NEGATED)
			printf("/negated");
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
	double least;      /* events of less confidence do not count */
	const char *rules; /* ... nor those of rules whose names start otherwise */
};

/* A copy of the result's list of events without those that do not count. */
static struct result counted(const struct result *all, const struct options *o,
			     struct result_event *list, uint32_t cap)
{
	struct result r = *all;

	r.events = list;
	r.n_events = 0;
	for (uint32_t i = 0; i < all->n_events && r.n_events < cap; i++)
		if (all->events[i].confidence >= o->least &&
		    str_starts(all->events[i].rule, str_of(o->rules)))
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
		r = counted(engine_analyze(en, &in), o, sure, 64);
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
	struct options o = {.rules = ""};
	int rc;

	if (argc > 1 && strcmp(argv[1], "-v") == 0)
		o.verbose = true, argc--, argv++;
	if (argc > 2 && strcmp(argv[1], "-c") == 0)
		o.least = strtod(argv[2], NULL), argc -= 2, argv += 2;
	if (argc > 2 && strcmp(argv[1], "-r") == 0)
		o.rules = argv[2], argc -= 2, argv += 2;
	if (argc < 4) {
		fprintf(stderr, "usage: eval-events [-v] [-c LEAST] [-r RULES] MODEL CODEBOOK "
				"SENTENCES...\n");
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
