/* The language analysis of a document, written out: CoNLL-U, JSON and brat stand-off. Reads
 * struct doc as engine_parse leaves it; owns the formats only. */
#ifndef DEMARCHE_CLIENT_PARSED_H
#define DEMARCHE_CLIENT_PARSED_H

#include "worker/engine/doc.h"

/* Every character of the text can be had back: SpaceAfter=No, and SpacesBefore and SpacesAfter
 * with escapes (\s \t \n \r \p \\) where something else than one space stands there. */
void parsed_conllu(const struct doc *d, struct buf *out);

/* One object on one line: sentences with tokens, mentions, entities, attributions, times. Spans
 * count characters; heads and tokens are indices into the document's tokens. */
void parsed_json(const struct doc *d, struct buf *out);

/* An .ann file for the document's text: actors as T with their code as a note, coreference as
 * equivalence (*), attributions and times. */
void parsed_brat(const struct doc *d, struct buf *out);

#endif
