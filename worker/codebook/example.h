/* Examples in the frames of events/: `example: SENTENCE => SOURCE TYPE TARGET`, where SOURCE and
 * TARGET are codes of actors joined by '+', or "-" for nobody. Reads them and tells whether a
 * result says the same. Knows nothing of files and runs no engine. */
#ifndef DEMARCHE_CODEBOOK_EXAMPLE_H
#define DEMARCHE_CODEBOOK_EXAMPLE_H

#include "proto/result.h"
#include "worker/codebook/source.h"

/* Points into the source's text. */
struct example {
	struct str sentence, source, target;
	enum event_type type;
	uint32_t line;
};

/* The next example of a file of frames; false at its end. One that does not read as above becomes a
 * problem of the source and is passed over. */
bool example_next(struct source *s, struct example *x);

/* Whether one of the result's events has the example's type, and among its sources and targets all
 * that the example names. */
bool example_holds(const struct example *x, const struct result *r);

#endif
