/* From the analysed document to the record that travels: entities with their mentions, events and
 * stances. Owns no decisions of its own. */
#ifndef DEMARCHE_ENGINE_RESULT_H
#define DEMARCHE_ENGINE_RESULT_H

#include "proto/result.h"
#include "worker/engine/doc.h"

/* Fills entities, events, stances, warnings and stats of r (but for us); everything is borrowed
 * from d->arena and valid as long as the document. An entity's id is its index in d->entities;
 * those that nothing mentions and nothing names are left out. */
void result_fill(struct doc *d, struct result *r);

#endif
