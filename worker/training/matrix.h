/* Dense arithmetic for the trainers. Every sum runs in one fixed order with fused
 * multiply-adds, so that the same seed gives the same weights on every machine: with AVX-512
 * quickly, elsewhere by fmaf. Knows nothing of networks. */
#ifndef DEMARCHE_TRAINING_MATRIX_H
#define DEMARCHE_TRAINING_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* C[m][n] (+)= sum over k of A(m, k) B[k][n]; A(m, k) = a[m * a_row + k * a_col], B and C row
 * major with row lengths ldb and ldc. n is a multiple of 16. */
struct gemm {
	const float *a, *b;
	float *c;
	size_t a_row, a_col, ldb, ldc;
	uint32_t m, n, k;
	bool add;
};
void gemm_run(const struct gemm *g);

/* The three shapes of a layer y = x W: forward, gradient of W (added), gradient of x. */
void gemm_forward(const float *x, size_t ldx, const float *w, float *y, size_t ldy, uint32_t rows,
		  uint32_t in, uint32_t out);
void gemm_weights(const float *x, size_t ldx, const float *dy, size_t ldy, float *dw, uint32_t rows,
		  uint32_t in, uint32_t out);
void gemm_input(const float *dy, size_t ldy, const float *w, float *dx, size_t ldx, uint32_t rows,
		uint32_t in, uint32_t out, bool add);

/* y[rows][n] += b[n]; db[n] += column sums of dy. */
void matrix_add_bias(float *y, size_t ldy, const float *b, uint32_t rows, uint32_t n);
void matrix_sum_rows(const float *dy, size_t ldy, float *db, uint32_t rows, uint32_t n);
void matrix_tanh(float *y, size_t n);
void matrix_tanh_back(const float *y, float *dy, size_t n); /* dy *= 1 - y^2 */

/* In place softmax of one row; returns the log of the sum, for the loss. */
float matrix_softmax(float *x, uint32_t n);

#endif
