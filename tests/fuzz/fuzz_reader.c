/* Readers of documents: the first byte chooses the format, the rest is the file. */
#include <jansson.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/read/reader.h"
#include "tests/fuzz/fuzz.h"

enum { FIRST_OF_MANY = 0xf0 }; /* from here on: files of many documents */

static void read_table(struct arena *a, struct str raw)
{
	int fd = memfd_create("table", 0);
	uint64_t lines = 0;
	struct stream *s;
	struct csv *c;
	struct err e;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, raw.p, raw.n) != (ssize_t)raw.n || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	s = stream_open(path, &e);
	c = s ? csv_open(s, &lines, &e) : NULL;
	for (int got = 1, i = 0; c && got && i < 1000; i++) {
		struct document d = {0};

		got = reader_csv(c, s, a, &d, &lines, &e);
		if (got == 1)
			reader_finish(a, &d, &e);
		else if (got < 0 && e.code == ERR_CORRUPT)
			break;
	}
	csv_close(c);
	stream_close(s);
	close(fd);
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

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static reader_fn *const READERS[] = {reader_text, reader_json, reader_html, reader_docx};
	struct arena a = {0};
	struct document d = {0};
	struct err e;

	if (n < 1)
		return 0;
	if (p[0] >= FIRST_OF_MANY) {
		(p[0] % 2 ? read_table : read_list)(&a, (struct str){(const char *)p + 1, n - 1});
		arena_free(&a);
		return 0;
	}
	if (READERS[p[0] % 4](&a, arena_str(&a, (struct str){(const char *)p + 1, n - 1}), &d,
			      &e) == 0)
		reader_finish(&a, &d, &e);
	arena_free(&a);
	return 0;
}
