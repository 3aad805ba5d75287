/* Readers of documents: the first byte chooses the format, the rest is the file. What pdftotext
 * gives is read here without it. */
#include <jansson.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/read/reader.h"
#include "tests/fuzz/fuzz.h"

enum {
	FIRST_OF_PDF = 0xe0,
	FIRST_OF_MANY = 0xf0
}; /* from the latter on: files of many documents */

enum { RECORDS_MAX = 1000, STREAM_MAX = 8 << 20 };

static struct stream *open_bytes(struct str raw)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct stream *s;
	char path[64];
	struct err e;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(fd >= 0 && write(fd, raw.p, raw.n) == (ssize_t)raw.n);
	s = stream_open(path, &e);
	close(fd);
	return s;
}

static void read_table(struct arena *a, struct str raw)
{
	struct stream *s = open_bytes(raw);
	uint64_t lines = 0;
	struct csv *c;
	struct err e;

	c = s ? csv_open(s, &lines, &e) : NULL;
	for (int got = 1, i = 0; c && got && i < RECORDS_MAX; i++) {
		struct document d = {0};

		got = reader_csv(c, s, a, &d, &lines, &e);
		if (got == 1)
			reader_finish(a, &d, &e);
		else if (got < 0 && e.code == ERR_CORRUPT)
			break;
	}
	csv_close(c);
	stream_close(s);
}

static void read_warc(struct arena *a, struct str raw)
{
	struct stream *s = open_bytes(raw);
	struct document d;
	struct err e;

	for (int got = 1, i = 0; s && got && i < RECORDS_MAX; i++) {
		got = reader_warc(s, a, &d, &e);
		if (got == 1)
			reader_finish(a, &d, &e);
		else if (got < 0 && (e.code == ERR_CORRUPT || e.code == ERR_IO))
			break;
	}
	stream_close(s);
}

/* Packed or not: lines, and a look ahead. */
static void read_lines(struct arena *a, struct str raw)
{
	struct stream *s = open_bytes(raw);
	struct str line = {0};
	struct err e;
	size_t n = 0;

	if (s && stream_peek(s, 512, &line, &e) == 0)
		reader_unknown(line);
	for (int got = 1; s && got && n < STREAM_MAX; n += line.n + 1) {
		struct document d = {0};

		got = stream_line(s, &line, &e);
		if (got == 1)
			reader_json(a, line, &d, &e);
		arena_reset(a, 1 << 16);
	}
	stream_close(s);
}

static void read_list(struct arena *a, struct str raw)
{
	struct err e;
	struct json_list *l = json_list_open(raw, &e);

	for (int got = 1; l && got;) {
		struct document d = {0};

		got = reader_json_list(l, a, &d, &e);
		if (got == 1)
			reader_finish(a, &d, &e);
	}
	json_list_close(l);
}

static void read_pdf(struct arena *a, struct str raw)
{
	struct document d = {0};
	struct err e;

	if (reader_pdf_text(a, raw, &d, &e) == 0)
		reader_finish(a, &d, &e);
}

static void read_one(struct arena *a, reader_fn *read, struct str raw)
{
	struct document d = {0};
	struct err e;

	if (read(a, arena_str(a, raw), &d, &e) == 0)
		reader_finish(a, &d, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static reader_fn *const READERS[] = {reader_text, reader_json, reader_html, reader_docx};
	static void (*const MANY[])(struct arena *, struct str) = {read_list, read_table, read_warc,
								   read_lines};
	struct arena a = {0};
	struct str raw = {(const char *)p + 1, n - 1};

	if (n < 1)
		return 0;
	if (p[0] >= FIRST_OF_MANY)
		MANY[p[0] % 4](&a, raw);
	else if (p[0] >= FIRST_OF_PDF)
		read_pdf(&a, raw);
	else
		read_one(&a, READERS[p[0] % 4], raw);
	arena_free(&a);
	return 0;
}
