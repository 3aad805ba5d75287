/* Keeps an analysed document beyond its engine: a copy of what the stages found, without the
 * memory that they worked in (a hundredth of it). For trainers that hold whole corpora. */
#ifndef DEMARCHE_TRAINING_DOC_KEEP_H
#define DEMARCHE_TRAINING_DOC_KEEP_H

#include "worker/engine/doc.h"

/* A copy in memory of its own, never given back; model, codebook and actors are borrowed from the
 * engine. Events and stances are left out. */
struct doc *doc_keep(const struct doc *d);

#endif
