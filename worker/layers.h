/* `--codebook DIR`: one's own dictionaries and rules laid over the built-in ones, for every
 * program that analyses. Owns finding the built-in texts and compiling both into the image that
 * slots map. Knows nothing of what the texts mean. */
#ifndef DEMARCHE_WORKER_LAYERS_H
#define DEMARCHE_WORKER_LAYERS_H

#include "worker/images.h"

/* The option of every program that analyses. */
#define LAYERS_ROW(...)                                                                 \
	{                                                                               \
		.name = "codebook", .type = OPTION_STR, __VA_ARGS__, .arg = "DIR",      \
		.help = "one's own dictionaries and rules, laid over the built-in ones" \
	}

/* Replaces im->codebook. Every problem found in the texts (file, line, what was expected) is
 * written to standard error, one a line; the error is the first of them. */
int layers_apply(struct images *im, const char *dir, struct err *e);

#endif
