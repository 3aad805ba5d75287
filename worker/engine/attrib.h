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

#endif
