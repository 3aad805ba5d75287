/* Attribution: who says, thinks or wants what. Quotations (quote.h) and cues over the trees ("X
 * said that", "according to X", "X's claim that", ", X told Y") become doc->attributions: source,
 * cue, content; contents nest. Knows no events and no stances.
 *
 * Two steps, since sources need entities and the "we" of a quotation needs its source:
 * attrib_run before coreference finds them, attrib_resolve after it names the sources. */
#ifndef DEMARCHE_ENGINE_ATTRIB_H
#define DEMARCHE_ENGINE_ATTRIB_H

#include "worker/engine/doc.h"

/* Reads tokens, trees, mentions. Appends mentions for sources that have none. */
int attrib_run(struct doc *doc, struct err *e);

/* Sets source_entity of all attributions from their mentions. */
int attrib_resolve(struct doc *doc, struct err *e);

/* The innermost attribution whose content holds the token (its cue and source stand outside), or
 * -1: the sentence's voice (doc->sentences[].voice, or else the author) says it. */
int32_t attrib_of(const struct doc *doc, int32_t tok);

/* Entities on whose word the token stands, innermost first, without repetition and without the
 * author; only what was said, unless `thoughts` is set. At most `max`; returns how many. */
uint32_t attrib_chain(const struct doc *doc, int32_t tok, bool thoughts, uint32_t *entities,
		      uint32_t max);

/* The entities of an attribution's source: "X and Y said" has two. */
uint32_t attrib_sources(const struct doc *doc, int32_t attribution, uint32_t *entities,
			uint32_t max);

#endif
