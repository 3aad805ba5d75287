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

#endif
