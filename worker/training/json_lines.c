#include "worker/training/json_lines.h"

#include "worker/training/conllu.h"

static int take_line(struct str line, int (*take)(void *to, json_t *value, struct err *e), void *to,
		     struct err *e)
{
	json_error_t je;
	json_t *o = json_loadb(line.p, line.n, 0, &je);
	int rc = o ? take(to, o, e) : err_set(e, ERR_INVALID, "%s", je.text);

	json_decref(o);
	return rc;
}

int json_lines(const char *path, int (*take)(void *to, json_t *value, struct err *e), void *to,
	       struct err *e)
{
	struct buf b = {0};
	int rc = 0, no = 0;

	if (file_read(&b, path, e) < 0)
		return -1;
	for (size_t at = 0; rc == 0 && at < b.n;) {
		const char *end = memchr(b.p + at, '\n', b.n - at);
		size_t n = end ? (size_t)(end - b.p) - at : b.n - at;

		no++;
		if (n && take_line((struct str){b.p + at, n}, take, to, e) < 0)
			rc = err_wrap(e, "%s:%d", path, no);
		at += n + 1;
	}
	buf_free(&b);
	return rc;
}
