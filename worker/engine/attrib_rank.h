/* Attributions that no list of words can hold ("eviscerated the plan", "upset about", "X's
 * opposition to"): every verb, noun and adjective with somebody and something beside it is
 * proposed, and a linear model learned from coded news says which of them speak, think or want.
 * Knows no entities and nothing of quotations. */
#ifndef DEMARCHE_ENGINE_ATTRIB_RANK_H
#define DEMARCHE_ENGINE_ATTRIB_RANK_H

#include "worker/engine/doc.h"
#include "worker/engine/linear.h"

#define ATTRIB_SECTION "attributions" /* of the model's image */

enum { ATTRIB_PROPOSALS = 8 };

struct attrib_proposal {
	int32_t cue, source; /* source -1: nobody, in a passive */
	int32_t head;        /* of the content */
	uint32_t first, end; /* tokens of the content */
	uint8_t kind;        /* enum attribution_kind, should it be one */
};

/* What stands beside the word; returns how many. Reads tokens, trees and the mentions that are
 * there before attribution. */
uint32_t attrib_propose(const struct doc *doc, int32_t cue,
			struct attrib_proposal p[static ATTRIB_PROPOSALS]);

/* The proposal as an attribution that is not yet in the list. */
struct attribution attrib_of_proposal(const struct attrib_proposal *p);

/* Features of one proposal; replaces what is in `f`. */
void attrib_features(const struct doc *doc, const struct attrib_proposal *p, struct features *f);

/* The best proposal of the word if it is likely enough, or false. */
bool attrib_likely(const struct linear *m, const struct doc *doc, int32_t cue, struct features *f,
		   struct attrib_proposal *best);

#endif
