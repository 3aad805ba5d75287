/* Rows of answers, as a broker sends them: what can be read is an object, printed without an error.
 */
#include <stdlib.h>

#include "client/source.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct buf b = {0};
	struct err e;
	json_t *row = source_row((struct str){(const char *)data, size}, &e);
	char *text;

	if (row) {
		CHECK(json_is_object(row));
		row_actors(row, "a", false, &b);
		row_actors(row, "a", true, &b);
		row_time(&a, row, "t");
		row_str(row, "t");
		text = json_dumps(row, JSON_COMPACT | JSON_REAL_PRECISION(6));
		CHECK(text);
		free(text);
		json_decref(row);
	}
	buf_free(&b);
	arena_free(&a);
	return 0;
}
