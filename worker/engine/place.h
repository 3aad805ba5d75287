/* Where something happens: the place that a sentence gives an event, by the codebook's gazetteer.
 * Owns the reading of the image's place sections. Reads tokens, trees, names and mentions and
 * writes nothing into the document.
 *
 * A place is a name after a word of location ("in Kabul", "near the port of Aden"). What hangs on
 * the event in the tree comes before what merely stands in its sentence, a point before a country,
 * and among places of one name the one whose country the document names. */
#ifndef DEMARCHE_ENGINE_PLACE_H
#define DEMARCHE_ENGINE_PLACE_H

#include "worker/engine/doc.h"

/* The place of the event whose trigger is this token. False, and an empty place, where the
 * sentence names none or the codebook has no places. Strings live as long as the codebook. */
bool place_of(const struct doc *d, int32_t tok, struct result_place *place);

/* The countries of a codebook with their middles, each as often as it has names; at most `most`.
 * Strings live as long as the codebook. */
uint32_t place_countries(const struct image *codebook, struct result_place *out, uint32_t most);

#endif
