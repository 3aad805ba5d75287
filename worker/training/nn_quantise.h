/* From floats to the small integers of a section (worker/engine/model.h): each piece is appended to
 * `b`, aligned, and its offset returned. */
#ifndef DEMARCHE_TRAINING_NN_QUANTISE_H
#define DEMARCHE_TRAINING_NN_QUANTISE_H

#include "proto/mem.h"

uint64_t quantise_align(struct buf *b);
/* To the nearest integer within +-limit. */
int8_t quantise_clipped(float v, int32_t limit);
/* The size that all but one in 2,000 values stay below. */
float quantise_usual_limit(const float *v, size_t n);
/* w[k][n], each row's input in units of unit[k]. Columns are padded to NET_COLUMNS. */
uint64_t quantise_matrix(struct buf *b, const float *w, const float *bias, const float *unit,
			 uint32_t k, uint32_t n);
/* A table of rows that are summed: n values; *scale turns their integers into units. */
uint64_t quantise_table(struct buf *b, const float *w, size_t n, float unit, float *scale);

#endif
