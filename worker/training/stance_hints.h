/* What networks said for the stances of words of documents that they had not learned from (said.h):
 * FOLDER/0.hints to 4.hints, log odds. */
#ifndef DEMARCHE_TRAINING_STANCE_HINTS_H
#define DEMARCHE_TRAINING_STANCE_HINTS_H

#include "proto/err.h"
#include "worker/engine/doc.h"

/* Appends a line. */
void hints_add(struct buf *out, struct str id, int32_t tok, struct stance_hint h);
/* Gives docs[n] (sorted or not, found by id) their hints, in their arenas. */
int hints_read(struct doc **docs, uint32_t n, const char *folder, struct err *e);

#endif
