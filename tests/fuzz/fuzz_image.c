/* Images are ours, but a damaged one must be an error: sections never lie outside the bytes. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "worker/engine/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct image im;
	struct err e;
	unsigned char *p = arena_alloc(&a, size + 1);

	memcpy(p, data, size);
	if (image_open(&im, p, size, &e) == 0) {
		struct str s = image_section(&im, "a");

		CHECK(!s.p || ((const unsigned char *)s.p >= p && s.n <= size));
	}
	arena_free(&a);
	return 0;
}
