/* Whatever the bytes, the string that is written is one that a JSON reader takes; and a double
 * reads back as the same number. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/err.h"
#include "proto/json.h"
#include "tests/fuzz/fuzz.h"

static void check_double(const uint8_t *data, size_t size)
{
	struct buf out = {0};
	double v;

	if (size < sizeof(v))
		return;
	memcpy(&v, data, sizeof(v));
	json_add_double(&out, v);
	buf_add(&out, "", 1);
	CHECK(isfinite(v) ? strtod(out.p, NULL) == v : strcmp(out.p, "null") == 0);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = {0};
	struct json j = {.out = &out};
	json_error_t error;
	json_t *v;

	json_open(&j, '[');
	json_str(&j, (struct str){(const char *)data, size});
	json_close(&j, ']');
	v = json_loadb(out.p, out.n, JSON_ALLOW_NUL, &error);
	CHECK(v);
	json_decref(v);
	buf_free(&out);
	check_double(data, size);
	return 0;
}
