#include "worker/training/stance_hints.h"

#include <stdio.h>
#include <stdlib.h>

#include "worker/training/conllu.h"
#include "worker/training/stance_gold.h"

enum { FOLDS = 5 };

struct by_id {
	struct str id;
	struct doc *d;
	struct stance_hint *hints;
};

static int cmp(const void *a, const void *b)
{
	return str_cmp(((const struct by_id *)a)->id, ((const struct by_id *)b)->id);
}

static bool read_line(struct by_id *list, uint32_t n, struct str line)
{
	const char *tab = memchr(line.p, '\t', line.n);
	struct by_id *x, key;
	struct stance_hint h;
	char *at;
	long tok;

	if (!tab)
		return false;
	key.id = gold_id((struct str){line.p, (size_t)(tab - line.p)});
	tok = strtol(tab + 1, &at, 10);
	h.target = strtof(at, &at);
	h.support = strtof(at, &at);
	h.holder = strtof(at, &at);
	if (at != line.p + line.n)
		return false;
	x = bsearch(&key, list, n, sizeof(*list), cmp);
	if (!x || !x->hints)
		return true;
	if (tok < 0 || tok >= (long)x->d->n_tokens)
		return false;
	x->hints[tok] = h;
	return true;
}

static int read_file(struct by_id *list, uint32_t n, const char *path, struct err *e)
{
	struct buf b = {0};
	int rc = file_read(&b, path, e);

	for (size_t at = 0; rc == 0 && at < b.n;) {
		const char *nl = memchr(b.p + at, '\n', b.n - at);
		size_t end = nl ? (size_t)(nl - b.p) : b.n;

		if (!read_line(list, n, (struct str){b.p + at, end - at}))
			rc = err_set(e, ERR_CORRUPT, "%s: no hint at byte %zu", path, at);
		at = end + 1;
	}
	buf_free(&b);
	return rc;
}

void hints_add(struct buf *out, struct str id, int32_t tok, struct stance_hint h)
{
	buf_add_str(out, id);
	buf_printf(out, "\t%d\t%.4f\t%.4f\t%.4f\n", tok, (double)h.target, (double)h.support,
		   (double)h.holder);
}

int hints_read(struct doc **docs, uint32_t n, const char *folder, struct err *e)
{
	struct by_id *list = mem_alloc(n * sizeof(*list));
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct doc *d = docs[i];

		list[i] = (struct by_id){gold_id(d->meta.id), d, NULL};
		d->hints = list[i].hints = ARENA_ARRAY(d->arena, struct stance_hint, d->n_tokens);
	}
	qsort(list, n, sizeof(*list), cmp);
	for (int fold = 0; fold < FOLDS && rc == 0; fold++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%d.hints", folder, fold);
		rc = read_file(list, n, path, e);
	}
	mem_free(list);
	return rc;
}
