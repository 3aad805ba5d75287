/* Coreference: which mentions are the same actor. Makes doc->entities (the first is the author)
 * and sets mention.entity; precision first, since a wrong merge corrupts every event and stance
 * above it. Two steps, because sources of quotations are found between them (attrib.h):
 *
 *   coref_mentions  adds mentions that no name gives: pronouns, "the two countries", "the group"
 *   coref_run       names by sieves (codebook entry, full name, surname, acronym, nationality),
 *                   then descriptions and pronouns in the order of the text, then "we" and "I"
 *                   through attributions and voices
 *
 * Cost is linear: a pronoun looks back over a bounded number of mentions. Knows no codebook: the
 * mentions carry what it said. */
#ifndef DEMARCHE_ENGINE_COREF_H
#define DEMARCHE_ENGINE_COREF_H

#include "worker/engine/doc.h"

int coref_mentions(struct doc *doc, struct err *e);
int coref_run(struct doc *doc, struct err *e);

#endif
