/* What events of a text are found with, over the images of the build. Include after cmocka.h. */
#ifndef DEMARCHE_TESTS_EVENT_FOR_TEST_H
#define DEMARCHE_TESTS_EVENT_FOR_TEST_H

#include "tests/unit/engine_for_test.h"
#include "worker/engine/event_ground.h"

struct event_fixture {
	struct images im;
	struct engine *en;
	struct frame_book *book;
	struct word_clusters clusters;
};

static inline void event_fixture_open(struct event_fixture *f)
{
	struct err e;

	f->en = engine_for_test(&f->im);
	if (!(f->book = frame_book_new(&f->im.codebook, &e)) ||
	    word_clusters_open(&f->clusters, image_section(&f->im.model, "stance.clusters"), &e) <
		    0)
		fail_msg("%s", e.text);
}

static inline void event_fixture_close(struct event_fixture *f)
{
	frame_book_free(f->book);
	engine_free(f->en);
	images_close(&f->im);
}

/* Valid until the engine's next text. */
static inline void event_fixture_read(struct event_fixture *f, const char *text,
				      struct event_ground *g)
{
	event_ground_init(g, f->book, &f->clusters,
			  engine_parse(f->en, &(struct engine_input){.text = str_of(text)}));
}

/* The number of the candidate that is this word. */
static inline uint32_t event_candidate_at(const struct event_ground *g, const char *word)
{
	for (uint32_t c = 0; c < g->n_candidates; c++)
		if (str_is(g->d->tokens[g->candidates[c].tok].lower, word))
			return c;
	fail_msg("%s is no candidate", word);
	return 0;
}

#endif
