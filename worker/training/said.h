/* What a network said of tokens, kept in a text file: a line for each token, tabs between the
 * document's id, the token's place and the numbers. Knows nothing of what they mean. */
#ifndef DEMARCHE_TRAINING_SAID_H
#define DEMARCHE_TRAINING_SAID_H

#include "proto/err.h"
#include "proto/mem.h"

enum { SAID_MAX = 32 }; /* numbers of a line */

/* Appends a line of x[n]. */
void said_add(struct buf *out, struct str id, int32_t tok, const float *x, int n);

/* Gives every line of n numbers to `take`, which returns false for what cannot be. Fails with the
 * line's number where it does, or where the line is another. */
typedef bool said_take(void *context, struct str id, int32_t tok, const float *x);
int said_read(const char *path, int n, said_take *take, void *context, struct err *e);

#endif
