/* Measures temporal expressions on TimeML files: spans that overlap a coded one, and those whose
 * value is the coded one's, as TempEval-3 counts them, in five folds. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/train.h"

struct gold {
	uint32_t start, end; /* code points of the plain text */
	struct str value;
};

struct article {
	struct buf text;
	char date[24];
	struct gold *gold;
	uint32_t n_gold, cap;
};

static struct str attribute(struct str tag, const char *name)
{
	struct str key = str_of(name);

	for (size_t i = 0; i + key.n + 2 < tag.n; i++) {
		size_t from = i + key.n + 2, to;

		if (tag.p[i] != ' ' || memcmp(tag.p + i + 1, key.p, key.n) != 0 ||
		    tag.p[i + 1 + key.n] != '=')
			continue;
		from++;
		for (to = from; to < tag.n && tag.p[to] != '"'; to++)
			;
		return (struct str){tag.p + from, to - from};
	}
	return STR("");
}

static const struct {
	const char *name, *text;
} ENTITIES[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};

static size_t entity(struct str rest, const char **text)
{
	for (size_t i = 0; i < sizeof(ENTITIES) / sizeof(*ENTITIES); i++) {
		if (str_starts(rest, str_of(ENTITIES[i].name))) {
			*text = ENTITIES[i].text;
			return strlen(ENTITIES[i].name);
		}
	}
	return 0;
}

static const char *find(struct str s, const char *needle)
{
	return memmem(s.p, s.n, needle, strlen(needle));
}

/* Everything between <TEXT> and </TEXT>, tags out, entities read. */
static void read_body(struct article *x, struct str body)
{
	uint32_t chars = 0;
	struct gold open = {0};
	bool inside = false;

	for (size_t i = 0; i < body.n; i++) {
		struct str rest = {body.p + i, body.n - i};
		const char *text;
		size_t n;

		if (rest.p[0] == '<') {
			const char *close = memchr(rest.p, '>', rest.n);
			struct str tag = {rest.p, close ? (size_t)(close - rest.p) : rest.n};

			if (str_starts(tag, STR("<TIMEX3"))) {
				open = (struct gold){chars, chars, attribute(tag, "value")};
				inside = true;
			} else if (str_starts(tag, STR("</TIMEX3")) && inside) {
				open.end = chars;
				MEM_GROW(x->gold, x->n_gold, x->cap);
				x->gold[x->n_gold++] = open;
				inside = false;
			}
			i += tag.n;
			continue;
		}
		n = entity(rest, &text);
		if (n) {
			buf_add(&x->text, text, strlen(text));
			i += n - 1;
		} else {
			buf_add(&x->text, rest.p, 1);
		}
		chars += n || ((unsigned char)rest.p[0] & 0xC0) != 0x80;
	}
}

static int read_article(struct article *x, struct buf *file, const char *path, struct err *e)
{
	struct str all, dct;
	const char *p, *q;

	*x = (struct article){0};
	if (file_read(file, path, e) < 0)
		return -1;
	all = buf_str(file);
	p = find(all, "<DCT>");
	q = find(all, "</DCT>");
	if (p && q) {
		dct = attribute((struct str){p, (size_t)(q - p)}, "value");
		snprintf(x->date, sizeof(x->date), "%.*s", (int)(dct.n > 10 ? 10 : dct.n), dct.p);
	}
	p = find(all, "<TEXT>");
	q = find(all, "</TEXT>");
	if (!p || !q || q < p)
		return err_set(e, ERR_INVALID, "%s has no <TEXT>", path);
	read_body(x, (struct str){p + 6, (size_t)(q - p) - 6});
	return 0;
}

struct measure {
	struct prf span, value;
};

static void count(const struct doc *d, const struct article *x, struct measure *m, bool show)
{
	uint8_t *used = mem_alloc(d->n_timexes + 1);

	for (uint32_t g = 0; g < x->n_gold; g++) {
		const struct gold *want = &x->gold[g];
		bool hit = false, right = false;

		for (uint32_t k = 0; k < d->n_timexes && !hit; k++) {
			struct span s = doc_span(d, d->timexes[k].tok, d->timexes[k].n_tok);

			if (used[k] || s.start >= want->end || s.end <= want->start)
				continue;
			used[k] = 1;
			hit = true;
			right = str_eq(d->timexes[k].value, want->value);
			if (show && !right) {
				struct str t = doc_text(d, d->timexes[k].tok, d->timexes[k].n_tok);

				printf("value\t%.*s\t%.*s\twant %.*s\t%s\n", STR_ARG(t),
				       STR_ARG(d->timexes[k].value), STR_ARG(want->value), x->date);
			}
		}
		if (show && !hit)
			printf("missed\t%u\t%u\t%.*s\t%s\n", want->start, want->end,
			       STR_ARG(want->value), x->date);
		m->span.right_p += hit;
		m->span.right_r += hit;
		m->value.right_p += right;
		m->value.right_r += right;
	}
	for (uint32_t k = 0; k < d->n_timexes && show; k++) {
		struct str t = doc_text(d, d->timexes[k].tok, d->timexes[k].n_tok);

		if (!used[k])
			printf("extra\t%.*s\t%.*s\n", STR_ARG(t), STR_ARG(d->timexes[k].value));
	}
	m->span.n_p += d->n_timexes;
	m->value.n_p += d->n_timexes;
	m->span.n_r += x->n_gold;
	m->value.n_r += x->n_gold;
	mem_free(used);
}

static void print(const char *name, const struct measure *m)
{
	printf("%-8s spans P %.3f R %.3f F1 %.3f   values P %.3f R %.3f F1 %.3f\n", name,
	       prf_precision(&m->span), prf_recall(&m->span), prf_f1(&m->span),
	       prf_precision(&m->value), prf_recall(&m->value), prf_f1(&m->value));
}

static void merge(struct prf *a, const struct prf *b)
{
	a->right_p += b->right_p;
	a->right_r += b->right_r;
	a->n_p += b->n_p;
	a->n_r += b->n_r;
}

int timex_measure(int argc, char **argv)
{
	enum { FOLDS = 5 };
	struct measure fold[FOLDS] = {0}, all = {0};
	struct arena a = {0};
	struct bench b;
	struct err e;
	uint32_t seen = 0;
	bool show = argc > 3 && strcmp(argv[argc - 1], "-v") == 0;

	if (argc < 3) {
		fprintf(stderr, "usage: timex-measure MODEL FOLDER... [-v]\n");
		return 2;
	}
	if (bench_open(&b, argv[1], NULL, &e) < 0)
		goto bad;
	for (int i = 2; i < argc - show; i++) {
		struct str *paths;
		uint32_t n;

		if (bench_list(&a, argv[i], ".tml", &paths, &n, &e) < 0)
			goto bad;
		for (uint32_t k = 0; k < n; k++, seen++) {
			struct buf file = {0};
			struct article x;
			struct engine_input in = {0};

			if (read_article(&x, &file, paths[k].p, &e) < 0)
				goto bad;
			in.text = buf_str(&x.text);
			in.meta.date = str_of(x.date);
			if (show)
				printf("file\t%s\n", paths[k].p);
			count(engine_parse(b.engine, &in), &x, &fold[seen % FOLDS], show);
			buf_free(&x.text);
			mem_free(x.gold);
			buf_free(&file);
		}
	}
	for (int f = 0; f < FOLDS; f++) {
		char name[16];

		snprintf(name, sizeof(name), "fold %d", f + 1);
		print(name, &fold[f]);
		merge(&all.span, &fold[f].span);
		merge(&all.value, &fold[f].value);
	}
	print("all", &all);
	bench_close(&b);
	arena_free(&a);
	return 0;
bad:
	fprintf(stderr, "timex-measure: %s\n", e.text);
	return 1;
}
