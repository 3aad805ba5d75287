/* WARC 1.0/1.1: records of a header block, a blank line, Content-Length bytes and two line ends.
 * Takes `response` records whose HTTP body is HTML or plain text, and `resource` and `conversion`
 * records of those types; everything else is passed over, and costs no memory: millions of others
 * may stand before the first page. */
#include "client/read/reader.h"

enum { FIELDS_MAX = 1000, URI_MAX = 1000 };

struct record {
	char type[32], uri[URI_MAX + 1], content_type[128];
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

/* What is too long is cut: an address names the page all the same, other words are none of ours. */
#define KEEP(to, line) keep(to, sizeof(to), after_colon(line))
static void keep(char *to, size_t room, struct str v)
{
	size_t n = v.n < room ? v.n : room - 1;

	if (n)
		memcpy(to, v.p, n);
	to[n] = '\0';
}

static bool is_field(struct str line, const char *name)
{
	size_t n = strlen(name);

	return line.n > n && strncasecmp(line.p, name, n) == 0 && line.p[n] == ':';
}

/* 1 a header was read, 0 the end, -1 no WARC. */
static int read_header(struct stream *s, struct record *r, struct err *e)
{
	struct str line;
	int got, n = 0;

	do {
		got = stream_line(s, &line, e);
	} while (got == 1 && !line.n);
	if (got != 1)
		return got;
	if (!str_starts(line, STR("WARC/")))
		return err_set(e, ERR_CORRUPT, "no WARC record where one must start");
	while ((got = stream_line(s, &line, e)) == 1 && line.n) {
		char length[24];

		if (++n > FIELDS_MAX)
			return err_set(e, ERR_CORRUPT, "WARC record with more than %d fields",
				       FIELDS_MAX);
		if (is_field(line, "WARC-Type"))
			KEEP(r->type, line);
		else if (is_field(line, "WARC-Target-URI"))
			KEEP(r->uri, line);
		else if (is_field(line, "Content-Type"))
			KEEP(r->content_type, line);
		else if (is_field(line, "Content-Length")) {
			KEEP(length, line);
			r->has_length = sscanf(length, "%lu", &r->length) == 1;
		}
	}
	if (got < 0)
		return -1;
	if (!r->has_length)
		return err_set(e, ERR_CORRUPT, "WARC record without Content-Length");
	return 1;
}

/* The body of an HTTP response and its type; false where it is no page. */
static bool http_body(struct str all, struct str *body, struct str *type)
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
			*type = after_colon(line);
		if (is_field(line, "Content-Encoding") || is_field(line, "Transfer-Encoding"))
			return false; /* crawlers store bodies decoded; these are rare */
	}
	return true;
}

static int take_page(struct arena *a, const struct record *r, struct str bytes, struct document *d,
		     struct err *e)
{
	struct str body = bytes, type = str_of(r->content_type);

	if (strcmp(r->type, "response") == 0 && !http_body(bytes, &body, &type))
		return 0;
	if (!str_starts(type, STR("text/")) && !str_starts(type, STR("application/xhtml")))
		return 0;
	if (!body.n)
		return 0;
	*d = (struct document){0};
	d->meta.id = arena_str(a, str_of(r->uri));
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

static bool may_be_page(const struct record *r)
{
	return strcmp(r->type, "response") == 0 || strcmp(r->type, "resource") == 0 ||
	       strcmp(r->type, "conversion") == 0;
}

int reader_warc(struct stream *s, struct arena *a, struct document *d, struct err *e)
{
	for (;;) {
		struct record r = {0};
		struct str bytes;
		int got = read_header(s, &r, e);

		if (got != 1)
			return got;
		if (!may_be_page(&r)) {
			if (stream_skip(s, r.length, e) < 0)
				return -1;
			continue;
		}
		if (r.length > READER_BYTES_MAX) {
			if (stream_skip(s, r.length, e) < 0)
				return -1;
			return err_set(e, ERR_TOO_BIG, "%s: record of %lu bytes", r.uri, r.length);
		}
		if (stream_bytes(s, (size_t)r.length, &bytes, e) < 0)
			return -1;
		got = take_page(a, &r, bytes, d, e);
		if (got)
			return got;
	}
}
