/* Plain text. Nothing is taken out of it: a title or date line stays where it is, since every
 * span of the result counts characters of the text as it came. */
#include "client/read/reader.h"

#include <errno.h>
#include <iconv.h>

enum { TITLE_MAX = 200, HEAD_LINES = 8 };

/* UTF-16 with a byte order mark becomes UTF-8; a UTF-8 mark is dropped. */
static int decode_marks(struct arena *a, struct str raw, struct str *text, struct err *e)
{
	char *in = (char *)(uintptr_t)raw.p, *out;
	size_t n_in = raw.n, n_out = 2 * raw.n + 16, room = n_out;
	iconv_t cd;

	*text = raw;
	if (raw.n >= 3 && memcmp(raw.p, "\xef\xbb\xbf", 3) == 0) {
		*text = (struct str){raw.p + 3, raw.n - 3};
		return 0;
	}
	if (raw.n < 2 || (memcmp(raw.p, "\xff\xfe", 2) != 0 && memcmp(raw.p, "\xfe\xff", 2) != 0))
		return 0;
	cd = iconv_open("UTF-8", "UTF-16");
	if (cd == (iconv_t)-1)
		return err_errno(e, errno, "convert UTF-16");
	text->p = out = arena_alloc(a, n_out);
	if (iconv(cd, &in, &n_in, &out, &room) == (size_t)-1) {
		iconv_close(cd);
		return err_set(e, ERR_INVALID, "not UTF-16 at byte %zu, in spite of its mark",
			       raw.n - n_in);
	}
	iconv_close(cd);
	text->n = n_out - room;
	return 0;
}

static struct str trim(struct str s)
{
	while (s.n && strchr(" \t\r", s.p[0]))
		s.p++, s.n--;
	while (s.n && strchr(" \t\r", s.p[s.n - 1]))
		s.n--;
	return s;
}

static struct str take_line(struct str *rest)
{
	const char *nl = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct str line = {rest->p, nl ? (size_t)(nl - rest->p) : rest->n};
	size_t used = line.n + (nl ? 1 : 0);

	*rest = (struct str){rest->p + used, rest->n - used};
	return trim(line);
}

/* A title is short, ends like no sentence, and a blank line or a date follows it. */
static bool looks_like_title(struct str line, struct str next, bool next_is_date)
{
	if (!line.n || line.n > TITLE_MAX || line.p[line.n - 1] == '.' ||
	    line.p[line.n - 1] == ':' || line.p[line.n - 1] == ',')
		return false;
	return !next.n || next_is_date;
}

int reader_text(struct arena *a, struct str raw, struct document *d, struct err *e)
{
	struct str rest, first = {0};
	int seen = 0;

	if (decode_marks(a, raw, &d->text, e) < 0)
		return -1;
	rest = d->text;
	while (rest.n && seen < HEAD_LINES) {
		struct str line = take_line(&rest);
		struct str date;

		if (!line.n && !seen)
			continue;
		seen++;
		date = reader_date_line(a, line);
		if (date.n && !d->meta.date.n) {
			d->meta.date = date;
			d->meta.date_source = STR("text");
		}
		if (seen == 1 && !date.n)
			first = line;
		if (seen == 2 && rest.n && first.n && !d->meta.title.n &&
		    looks_like_title(first, line, date.n > 0))
			d->meta.title = arena_str(a, first);
	}
	return 0;
}
