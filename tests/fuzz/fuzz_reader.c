/* Readers of documents: the first byte chooses the format, the rest is the file. */
#include <jansson.h>

#include "client/read/reader.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static reader_fn *const READERS[] = {reader_text, reader_json, reader_html, reader_docx};
	struct arena a = {0};
	struct document d = {0};
	struct err e;

	if (n < 1)
		return 0;
	if (READERS[p[0] % 4](&a, arena_str(&a, (struct str){(const char *)p + 1, n - 1}), &d,
			      &e) == 0)
		reader_finish(&a, &d, &e);
	arena_free(&a);
	return 0;
}
