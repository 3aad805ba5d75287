/* What the product's slots do: the engine. A file of its own, so that a test can link another
 * program into the same slots. */
#include "worker/engine/engine.h"
#include "worker/slot.h"

static void *engine_start(const struct images *im, struct err *e)
{
	return engine_new(&im->model, &im->codebook, e);
}

static const struct result *engine_run(void *state, const struct slot_work *w)
{
	const struct engine_input in = {
		.text = w->text, .meta = w->meta, .stance_least = w->stance_least};

	return engine_analyze(state, &in);
}

const struct slot_program slot_engine = {.open = engine_start, .analyze = engine_run};
