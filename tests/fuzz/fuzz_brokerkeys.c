/* The broker's file of keys: whatever it holds, it is read or refused with the line's number. */
#include "broker/keys.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keys *k = keys_new();
	struct err e;

	if (keys_parse(k, (struct str){(const char *)data, size}, &e) == 0)
		CHECK(strlen(keys_server_secret(k)) == KEYS_Z85 - 1);
	keys_close(k);
	return 0;
}
