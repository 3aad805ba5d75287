/* The word that was meant where one is mistyped: among candidates the one with the fewest letters
 * wrong, missing, too many or swapped, if few enough for "did you mean". Knows words alone; case
 * does not matter (ASCII). */
#ifndef DEMARCHE_PROTO_NEAR_H
#define DEMARCHE_PROTO_NEAR_H

#include "proto/mem.h"

enum { NEAR_MAX = 48 }; /* bytes of a word; a longer one is near to none */

struct near {
	struct str word, best; /* best: "" as long as none is near */
	uint32_t distance;
};

/* Both borrow the strings. */
void near_start(struct near *n, struct str word);
void near_try(struct near *n, struct str candidate); /* of equals the first stays */

#endif
