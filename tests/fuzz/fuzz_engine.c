/* Any bytes as a document: the engine neither crashes nor says anything that cannot be read back,
 * and says the same twice. */
#include <stdio.h>

#include "tests/fuzz/fuzz.h"
#include "worker/engine/engine.h"
#include "worker/images.h"

enum { FUZZ_TEXT_MAX = 20000 };

static struct images images;

static struct engine *open_engine(void)
{
	static struct engine *en;
	struct err e;

	if (en)
		return en;
	if (images_open(&images, FUZZ_SHARE "/" IMAGES_MODEL_NAME,
			FUZZ_SHARE "/" IMAGES_CODEBOOK_NAME, &e) == 0)
		en = engine_new(&images.model, &images.codebook, &e);
	if (!en)
		fprintf(stderr, "fuzz_engine: %s\n", e.text);
	CHECK(en);
	return en;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_input in = {.text = {(const char *)data, size},
				  .meta = {.id = STR("f"), .date = STR("2022-03-01")}};
	struct buf first = {0}, second = {0};
	struct arena a = {0};
	struct result r;
	struct err e;

	if (size > FUZZ_TEXT_MAX)
		return 0;
	result_pack(engine_analyze(open_engine(), &in), &first);
	result_pack(engine_analyze(open_engine(), &in), &second);
	CHECK(str_eq(buf_str(&first), buf_str(&second)));
	if (result_unpack(buf_str(&first), &a, &r, &e) < 0)
		fprintf(stderr, "fuzz_engine: %s\n", e.text);
	else
		in.text.n = 0;
	CHECK(in.text.n == 0);
	buf_free(&first);
	buf_free(&second);
	arena_free(&a);
	return 0;
}
