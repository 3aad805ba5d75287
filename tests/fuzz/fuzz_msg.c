/* Frames from peers. What can be read can be written and read again. */
#include "proto/msg.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = {0};
	struct buf out = {0};
	struct msg m, again;
	struct err e;

	if (msg_read((struct str){(const char *)p, n}, &a, &m, &e) == 0) {
		msg_write(&m, &out);
		CHECK(msg_read(buf_str(&out), &a, &again, &e) == 0);
		CHECK(again.kind == m.kind);
	}
	buf_free(&out);
	arena_free(&a);
	return 0;
}
