#include "worker/training/stance_hints.h"

#include <stdio.h>
#include <stdlib.h>

#include "worker/training/said.h"
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

/* In the order of a line's numbers. */
enum { TARGET, SUPPORT, HOLDER, NUMBERS };

void hints_add(struct buf *out, struct str id, int32_t tok, struct stance_hint h)
{
	const float x[NUMBERS] = {[TARGET] = h.target, [SUPPORT] = h.support, [HOLDER] = h.holder};

	said_add(out, id, tok, x, NUMBERS);
}

struct asked {
	struct by_id *list; /* sorted */
	uint32_t n;
};

/* False where the document has no such token; documents that are not asked about are passed by. */
static bool take(void *context, struct str id, int32_t tok, const float *x)
{
	const struct asked *a = context;
	struct by_id key = {.id = gold_id(id)}, *of;

	of = bsearch(&key, a->list, a->n, sizeof(key), cmp);
	if (!of)
		return true;
	if ((uint32_t)tok >= of->d->n_tokens)
		return false;
	of->hints[tok] = (struct stance_hint){
		.target = x[TARGET], .support = x[SUPPORT], .holder = x[HOLDER]};
	return true;
}

int hints_read(struct doc **docs, uint32_t n, const char *folder, struct err *e)
{
	struct by_id *list = mem_alloc(n * sizeof(*list));
	struct asked asked = {list, n};
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
		rc = said_read(path, NUMBERS, take, &asked, e);
	}
	mem_free(list);
	return rc;
}
