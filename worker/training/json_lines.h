/* Files with a JSON value a line, as corpora and coded records are. Knows nothing of what the
 * values mean. */
#ifndef DEMARCHE_TRAINING_JSON_LINES_H
#define DEMARCHE_TRAINING_JSON_LINES_H

#include <jansson.h>

#include "proto/err.h"

/* Calls take(to, value, e) for every line that is not empty; the value is borrowed. Ends at the
 * first line that is no JSON or that take refuses (< 0), with file and line in the error. */
int json_lines(const char *path, int (*take)(void *to, json_t *value, struct err *e), void *to,
	       struct err *e);

#endif
