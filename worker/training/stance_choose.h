/* Examples for the last word on signs (stance_sign.h) and the last choice of stances
 * (stance_choice.h): watches the engine weigh and choose on a coded document and says of each
 * option whether it would be right beside what is chosen already. Knows no weights. */
#ifndef DEMARCHE_TRAINING_STANCE_CHOOSE_H
#define DEMARCHE_TRAINING_STANCE_CHOOSE_H

#include "worker/engine/stance_sign.h"
#include "worker/training/stance_label.h"
#include "worker/training/trees_train.h"

struct choice_examples {
	struct trees_set side, choice;
};

/* The engine chooses by `r` on the document; what it weighs is added. */
void choose_examples(const struct stance_ranker *r, struct doc *d, const struct gold_doc *g,
		     uint8_t group, double weight, bool others, struct choice_examples *out);

#endif
