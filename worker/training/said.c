#include "worker/training/said.h"

#include <stdlib.h>

#include "worker/training/conllu.h"

void said_add(struct buf *out, struct str id, int32_t tok, const float *x, int n)
{
	buf_add_str(out, id);
	buf_printf(out, "\t%d", tok);
	for (int k = 0; k < n; k++)
		buf_printf(out, "\t%.5f", (double)x[k]);
	buf_add(out, "\n", 1);
}

/* `line` ends with its line feed. */
static bool read_line(struct str line, int n, said_take *take, void *context)
{
	const char *tab = memchr(line.p, '\t', line.n);
	float x[SAID_MAX];
	char *at;
	long tok;

	if (!tab)
		return false;
	tok = strtol(tab + 1, &at, 10);
	for (int k = 0; k < n; k++) {
		const char *from = at + 1;

		if (*at != '\t')
			return false;
		x[k] = strtof(from, &at);
		if (at == from)
			return false;
	}
	return *at == '\n' && tok >= 0 && tok <= INT32_MAX &&
	       take(context, (struct str){line.p, (size_t)(tab - line.p)}, (int32_t)tok, x);
}

int said_read(const char *path, int n, said_take *take, void *context, struct err *e)
{
	struct buf b = {0};
	uint32_t count = 0;
	int rc = file_read(&b, path, e);

	CHECK(n <= SAID_MAX);
	for (size_t at = 0, end; rc == 0 && at < b.n; at = end) {
		const char *nl = memchr(b.p + at, '\n', b.n - at);

		end = nl ? (size_t)(nl - b.p) + 1 : b.n;
		count++;
		if (!nl || !read_line((struct str){b.p + at, end - at}, n, take, context))
			rc = err_set(e, ERR_CORRUPT, "%s:%u: not what a network says of a token",
				     path, count);
	}
	buf_free(&b);
	return rc;
}
