/* The frames between pool and slot, in both directions. */
#include "tests/fuzz/fuzz.h"
#include "worker/slot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = {(const char *)data, size};
	struct buf out = {0};
	struct slot_work w, again;
	struct err said, e;

	if (slot_work_read(bytes, &w, &e) == 0) {
		slot_work_write(&w, &out);
		CHECK(slot_work_read(buf_str(&out), &again, &e) == 0);
		CHECK(str_eq(w.text, again.text) && str_eq(w.meta.sha256, again.meta.sha256));
	}
	if (slot_error_read(bytes, &said, &e) == 0)
		CHECK(memchr(said.text, 0, sizeof(said.text)));
	buf_free(&out);
	return 0;
}
