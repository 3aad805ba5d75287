/* Word classes from word vectors; see word_cluster.c. */
#ifndef DEMARCHE_TRAINING_WORD_CLUSTER_H
#define DEMARCHE_TRAINING_WORD_CLUSTER_H

#include "worker/engine/image.h"

/* Appends the section of worker/engine/word_clusters.h; words come from SHARED/data/text
 * (needs the program xz). */
int word_cluster_train(const struct image *model, const char *shared, struct buf *out,
		       struct err *e);

#endif
