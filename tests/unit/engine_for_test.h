/* An engine over the images of the build that a test belongs to. */
#ifndef DEMARCHE_TESTS_ENGINE_FOR_TEST_H
#define DEMARCHE_TESTS_ENGINE_FOR_TEST_H

#include "worker/engine/engine.h"
#include "worker/images.h"

/* Opens both; the test fails with the reason where it cannot. Close with engine_free and
 * images_close. */
static inline struct engine *engine_for_test(struct images *im)
{
	struct engine *en = NULL;
	struct err e;

	if (images_open(im, NULL, NULL, &e) < 0 ||
	    !(en = engine_new(&im->model, &im->codebook, &e)))
		fail_msg("%s", e.text);
	return en;
}

/* The state of a test that has an engine of its own. */
struct engine_fixture {
	struct images im;
	struct engine *en;
};

static inline int engine_setup(void **state)
{
	struct engine_fixture *f = mem_alloc(sizeof(*f));

	f->en = engine_for_test(&f->im);
	*state = f;
	return 0;
}

static inline int engine_teardown(void **state)
{
	struct engine_fixture *f = *state;

	engine_free(f->en);
	images_close(&f->im);
	mem_free(f);
	return 0;
}

#endif
