/* Examples for the last choice of stances (stance_choice.h): watches the engine choose on a coded
 * document and says of each option whether it would be right beside what is chosen already. Knows
 * no weights. */
#ifndef DEMARCHE_TRAINING_STANCE_CHOOSE_H
#define DEMARCHE_TRAINING_STANCE_CHOOSE_H

#include "worker/engine/stance.h"
#include "worker/training/stance_gold.h"
#include "worker/training/trees_train.h"

/* The engine chooses by `r` on the document; what it weighs is added to the set. */
void choose_examples(const struct stance_ranker *r, struct doc *d, const struct gold_doc *g,
		     struct trees_set *set, uint8_t group, double weight);

#endif
