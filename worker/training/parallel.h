/* Runs the jobs of a trainer on all cores: independent ones, so that what they give does not depend
 * on which ran when. Knows nothing of what they do. */
#ifndef DEMARCHE_TRAINING_PARALLEL_H
#define DEMARCHE_TRAINING_PARALLEL_H

#include <stdint.h>

/* Calls job(context, i) for every i below n, each once, several at a time; returns when all are
 * done. */
void parallel_run(void (*job)(void *context, uint32_t i), void *context, uint32_t n);

#endif
