/* Quotation marks: pairs them, typographic and plain, nested, left open at the end of a paragraph
 * and opened again at the start of the next. Fills doc->quotes in the order of their opening.
 * Reads tokens, spacing and paragraphs only; who speaks is for attrib.c to say. */
#ifndef DEMARCHE_ENGINE_QUOTE_H
#define DEMARCHE_ENGINE_QUOTE_H

#include "worker/engine/doc.h"

void quote_run(struct doc *doc);

#endif
