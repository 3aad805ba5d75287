/* Examples for the tone model from marked sentences. Knows no weights. */
#ifndef DEMARCHE_TRAINING_TONE_EXAMPLES_H
#define DEMARCHE_TRAINING_TONE_EXAMPLES_H

#include "worker/training/stance_extra.h"
#include "worker/training/tone_net.h"

/* TONE_ASIDE marks, in a group, examples that are learned from but not measured on. */
enum { TONE_FOLDS = 5, TONE_ASIDE = 0x80 };

/* What the marked characters mean in the parsed sentence; false where there is no such word. A
 * holder in another sentence than the target counts as none. */
bool tone_question_of(const struct doc *d, const struct extra *x, struct tone_question *q);

/* All of a file, in blocks of sentences that follow each other as groups; `both`: the other way
 * round nobody takes sides, which is an example too. */
void tone_examples_add(struct tone_set *set, struct engine *en, const struct grammar *g,
		       const struct extras *x, float weight, bool both);

#endif
