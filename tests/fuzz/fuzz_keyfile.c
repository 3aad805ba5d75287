/* Key files of peers. */
#include "proto/keyfile.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keyfile k;
	struct err e;

	if (keyfile_parse((struct str){(const char *)data, size}, "key", &k, &e) == 0)
		CHECK(strlen(k.secret) == KEYFILE_Z85 - 1 && strlen(k.server) == KEYFILE_Z85 - 1);
	return 0;
}
