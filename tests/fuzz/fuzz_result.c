/* A record that reads without an error packs again to one that reads the same, and prints. */
#include "proto/result.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf packed = {0}, again = {0}, json = {0};
	struct arena a = {0};
	struct result r;
	struct err e;

	if (result_unpack((struct str){(const char *)data, size}, &a, &r, &e) == 0) {
		result_pack(&r, &packed);
		CHECK(result_unpack(buf_str(&packed), &a, &r, &e) == 0);
		result_pack(&r, &again);
		CHECK(str_eq(buf_str(&packed), buf_str(&again)));
		result_json(&r, 1, &json);
	}
	buf_free(&packed);
	buf_free(&again);
	buf_free(&json);
	arena_free(&a);
	return 0;
}
