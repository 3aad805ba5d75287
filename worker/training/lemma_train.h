#ifndef DEMARCHE_TRAINING_LEMMA_TRAIN_H
#define DEMARCHE_TRAINING_LEMMA_TRAIN_H

#include "worker/training/conllu.h"

/* Learns the section "lemmas" from gold lemmas and appends it to out. */
void lemma_train(const struct treebank *tb, struct buf *out);

#endif
