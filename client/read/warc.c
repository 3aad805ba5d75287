/* WARC 1.0/1.1: records of a header block, a blank line, Content-Length bytes and two line ends.
 * Takes `response` records whose HTTP body is HTML or plain text, and `resource` and `conversion`
 * records of those types; everything else is passed over. */
#include "client/read/reader.h"

struct record {
	struct str type, uri, date, content_type;
	uint64_t length;
	bool has_length;
};

static struct str after_colon(struct str line)
{
	const char *c = memchr(line.p, ':', line.n);
	struct str v = {c + 1, line.n - (size_t)(c + 1 - line.p)};

	while (v.n && (*v.p == ' ' || *v.p == '\t'))
		v.p++, v.n--;
	return v;
}

static bool is_field(struct str line, const char *name)
{
	size_t n = strlen(name);

	return line.n > n && strncasecmp(line.p, name, n) == 0 && line.p[n] == ':';
}

/* 1 a header was read, 0 the end, -1 no WARC. */
static int read_header(struct stream *s, struct arena *a, struct record *r, struct err *e)
{
	struct str line;
	int got;

	do {
		got = stream_line(s, &line, e);
	} while (got == 1 && !line.n);
	if (got != 1)
		return got;
	if (!str_starts(line, STR("WARC/")))
		return err_set(e, ERR_CORRUPT, "no WARC record where one must start");
	while ((got = stream_line(s, &line, e)) == 1 && line.n) {
		if (is_field(line, "WARC-Type"))
			r->type = arena_str(a, after_colon(line));
		else if (is_field(line, "WARC-Target-URI"))
			r->uri = arena_str(a, after_colon(line));
		else if (is_field(line, "WARC-Date"))
			r->date = arena_str(a, after_colon(line));
		else if (is_field(line, "Content-Type"))
			r->content_type = arena_str(a, after_colon(line));
		else if (is_field(line, "Content-Length"))
			r->has_length =
				sscanf(arena_str(a, after_colon(line)).p, "%lu", &r->length) == 1;
	}
	if (got < 0)
		return -1;
	if (!r->has_length)
		return err_set(e, ERR_CORRUPT, "WARC record without Content-Length");
	return 1;
}

/* The body of an HTTP response and its type; false where it is no page. */
static bool http_body(struct arena *a, struct str all, struct str *body, struct str *type)
{
	const char *end = all.n > 4 ? memmem(all.p, all.n, "\r\n\r\n", 4) : NULL;
	struct str head = {all.p, end ? (size_t)(end - all.p) : 0};

	*type = STR("");
	if (!end || !str_starts(head, STR("HTTP/")) || !memmem(head.p, head.n, " 200", 4))
		return false;
	*body = (struct str){end + 4, all.n - head.n - 4};
	while (head.n) {
		const char *nl = memchr(head.p, '\n', head.n);
		struct str line = {head.p, nl ? (size_t)(nl - head.p) : head.n};

		head.n -= line.n + (nl ? 1 : 0);
		head.p += line.n + (nl ? 1 : 0);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (is_field(line, "Content-Type"))
			*type = arena_str(a, after_colon(line));
		if (is_field(line, "Content-Encoding") || is_field(line, "Transfer-Encoding"))
			return false; /* crawlers store bodies decoded; these are rare */
	}
	return true;
}

static int take_page(struct arena *a, const struct record *r, struct str bytes, struct document *d,
		     struct err *e)
{
	struct str body = bytes, type = r->content_type;

	if (str_is(r->type, "response") && !http_body(a, bytes, &body, &type))
		return 0;
	if (!str_starts(type, STR("text/")) && !str_starts(type, STR("application/xhtml")))
		return 0;
	if (!body.n)
		return 0;
	*d = (struct document){0};
	d->meta.id = r->uri;
	if (str_starts(type, STR("text/plain"))) {
		if (reader_text(a, arena_str(a, body), d, e) < 0)
			return -1;
	} else if (!str_starts(type, STR("text/html")) && !str_starts(type, STR("application/"))) {
		return 0;
	} else if (reader_html(a, body, d, e) < 0) {
		return -1;
	}
	return 1;
}

int reader_warc(struct stream *s, struct arena *a, struct document *d, struct err *e)
{
	for (;;) {
		struct record r = {0};
		struct str bytes;
		int got = read_header(s, a, &r, e);

		if (got != 1)
			return got;
		if (!str_is(r.type, "response") && !str_is(r.type, "resource") &&
		    !str_is(r.type, "conversion")) {
			if (stream_skip(s, r.length, e) < 0)
				return -1;
			continue;
		}
		if (r.length > READER_BYTES_MAX) {
			if (stream_skip(s, r.length, e) < 0)
				return -1;
			return err_set(e, ERR_TOO_BIG, "%.*s: record of %lu bytes", STR_ARG(r.uri),
				       r.length);
		}
		if (stream_bytes(s, (size_t)r.length, &bytes, e) < 0)
			return -1;
		got = take_page(a, &r, bytes, d, e);
		if (got)
			return got;
	}
}
