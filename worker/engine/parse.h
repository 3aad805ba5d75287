/* Dependency trees. Reads tokens, sentences and tags; writes head, rel, child, next and the roots
 * of sentences. Every sentence gets exactly one root. */
#ifndef DEMARCHE_ENGINE_PARSE_H
#define DEMARCHE_ENGINE_PARSE_H

#include "worker/engine/doc.h"
#include "worker/engine/image.h"

/* Fails with ERR_CORRUPT where the model has no parser. */
int parse_run(struct doc *d, struct err *e);

#endif
