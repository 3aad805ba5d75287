/* Who of a cue's sentence is its source: a linear model learned from coded news chooses among the
 * nouns, names and pronouns there, with what the tree says as one voice among others. Knows no
 * entities. */
#ifndef DEMARCHE_ENGINE_ATTRIB_PICK_H
#define DEMARCHE_ENGINE_ATTRIB_PICK_H

#include "worker/engine/doc.h"
#include "worker/engine/linear.h"

#define ATTRIB_SOURCES_SECTION "attribution.sources" /* of the model's image */

enum { ATTRIB_CANDIDATES = 64 };

/* The tokens that may be the source of an attribution with a cue; returns how many. */
uint32_t attrib_candidates(const struct doc *doc, const struct attribution *a,
			   int32_t tok[static ATTRIB_CANDIDATES]);

/* Features of one of them; replaces what is in `f`. a->source_tok is what the rules found. */
void attrib_candidate_features(const struct doc *doc, const struct attribution *a, int32_t tok,
			       struct features *f);

/* The likeliest source, or what the rules found where nothing is likely. */
int32_t attrib_pick(const struct linear *m, const struct doc *doc, const struct attribution *a,
		    struct features *f);

#endif
