/* Examples in one's own frames (`example: SENTENCE => SOURCE TYPE TARGET`), run with the engine as
 * it would code them. Owns the comparison; must never know where the files come from. */
#ifndef DEMARCHE_CLIENT_EXAMPLES_H
#define DEMARCHE_CLIENT_EXAMPLES_H

#include "worker/codebook/codebook.h"

/* Runs those of the layers above the built-in one against the compiled image. What fails goes into
 * p with file and line. Returns how many were run, or -1 where the engine cannot be started. */
int examples_run(const struct codebook_files *files, struct str image, struct problems *p,
		 struct err *e);

#endif
