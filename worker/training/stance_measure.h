/* How well given stances meet the coded ones, at which threshold, and what their scores are worth.
 * Knows neither models nor how stances are found. */
#ifndef DEMARCHE_TRAINING_STANCE_MEASURE_H
#define DEMARCHE_TRAINING_STANCE_MEASURE_H

#include "worker/training/stance_label.h"

/* What stance_judge said of the documents used[n_used] of docs. */
struct stance_measure {
	struct arena arena;
	const struct gold_doc *docs;
	struct judged *list;
	uint32_t n, cap, *used, n_used;
};

/* Prints a table of thresholds; returns the one with the best F1, pair and full together. */
double stance_measure_sweep(struct stance_measure *m);

/* Keeps the stances from the threshold on and fits what their raw scores are worth; prints the
 * error on documents that were not fitted. */
void stance_measure_calibrate(struct stance_measure *m, double threshold,
			      double worth[STANCE_KNOTS]);

#endif
