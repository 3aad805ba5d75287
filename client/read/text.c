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

/* Bytes of one character that is well formed, 0 where it is not. */
static size_t good_bytes(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (len > n || p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static bool is_single_bytes(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	bool high = false;

	for (size_t i = 0; i < s.n; i++) {
		high |= p[i] >= 0x80;
		if (good_bytes(p + i, s.n - i) > 1)
			return false;
	}
	return high;
}

struct str reader_utf8(struct arena *a, struct str raw)
{
	/* What Windows-1252 has at 0x80 to 0x9f; 0 where it has nothing. */
	static const uint16_t MIDDLE[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
					    0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
					    0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d,
					    0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
					    0x0153, 0,      0x017e, 0x0178};
	unsigned char *out;
	size_t n = 0;

	if (!is_single_bytes(raw))
		return raw;
	out = arena_alloc(a, 3 * raw.n);
	for (size_t i = 0; i < raw.n; i++) {
		unsigned c = (unsigned char)raw.p[i];

		if (c >= 0x80 && c < 0xa0)
			c = MIDDLE[c - 0x80] ? MIDDLE[c - 0x80] : 0xfffd;
		if (c < 0x80) {
			out[n++] = (unsigned char)c;
		} else if (c < 0x800) {
			out[n++] = (unsigned char)(0xc0 | c >> 6);
			out[n++] = (unsigned char)(0x80 | (c & 0x3f));
		} else {
			out[n++] = (unsigned char)(0xe0 | c >> 12);
			out[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
			out[n++] = (unsigned char)(0x80 | (c & 0x3f));
		}
	}
	return (struct str){(const char *)out, n};
}

/* "11/22/26, 12:06 PM" at the head of a printed page is no title: there must be a word. */
static bool has_word(struct str s)
{
	size_t run = 0;

	for (size_t i = 0; i < s.n && run < 3; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool letter = c >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		run = letter ? run + 1 : 0;
	}
	return run >= 3;
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
	d->text = reader_utf8(a, d->text);
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
		if (seen == 1 && !date.n && has_word(line))
			first = line;
		if (seen == 2 && rest.n && first.n && !d->meta.title.n &&
		    looks_like_title(first, line, date.n > 0))
			d->meta.title = arena_str(a, first);
	}
	return 0;
}
