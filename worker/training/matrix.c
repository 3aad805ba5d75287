#include "worker/training/matrix.h"

#include <math.h>
#include <string.h>

#include "proto/mem.h"
#include "worker/engine/net.h"
#include "worker/engine/clones.h"

enum { ROWS = 12, COLUMNS = 32 };

/* One tile: up to ROWS x COLUMNS of C over all k; b is packed [k][COLUMNS]. */
struct tile {
	const float *a, *b;
	float *c;
	size_t a_row, a_col, ldc;
	uint32_t m, n, k;
	bool add;
};

static void tile_portable(const struct tile *t)
{
	for (uint32_t i = 0; i < t->m; i++) {
		float acc[COLUMNS];

		for (uint32_t j = 0; j < COLUMNS; j++)
			acc[j] = t->add && j < t->n ? t->c[i * t->ldc + j] : 0;
		for (uint32_t k = 0; k < t->k; k++) {
			float a = t->a[i * t->a_row + k * t->a_col];

			for (uint32_t j = 0; j < COLUMNS; j++)
				acc[j] = fmaf(a, t->b[k * COLUMNS + j], acc[j]);
		}
		memcpy(t->c + i * t->ldc, acc, t->n * sizeof(float));
	}
}

#if defined(__x86_64__)
#include <immintrin.h>

/* clang-format off */
#define TILE_512(R)                                                                                \
	__attribute__((target("avx512f"))) static void tile_512_##R(const struct tile *t)          \
	{                                                                                          \
		__m512 x[R], y[R];                                                                 \
		const float *b = t->b, *a = t->a;                                                  \
		bool wide = t->n > 16;                                                             \
                                                                                                   \
		NET_UNROLL for (int i = 0; i < R; i++)                               \
		{                                                                                  \
			x[i] = t->add ? _mm512_loadu_ps(t->c + i * t->ldc) : _mm512_setzero_ps();  \
			y[i] = t->add && wide ? _mm512_loadu_ps(t->c + i * t->ldc + 16)            \
					      : _mm512_setzero_ps();                               \
		}                                                                                  \
		for (uint32_t k = 0; k < t->k; k++, b += COLUMNS, a += t->a_col) {                 \
			__m512 b0 = _mm512_loadu_ps(b), b1 = _mm512_loadu_ps(b + 16);              \
                                                                                                   \
			NET_UNROLL for (int i = 0; i < R; i++)                       \
			{                                                                          \
				__m512 v = _mm512_set1_ps(a[i * t->a_row]);                        \
                                                                                                   \
				x[i] = _mm512_fmadd_ps(v, b0, x[i]);                               \
				y[i] = _mm512_fmadd_ps(v, b1, y[i]);                               \
			}                                                                          \
		}                                                                                  \
		NET_UNROLL for (int i = 0; i < R; i++)                               \
		{                                                                                  \
			_mm512_storeu_ps(t->c + i * t->ldc, x[i]);                                 \
			if (wide)                                                                  \
				_mm512_storeu_ps(t->c + i * t->ldc + 16, y[i]);                    \
		}                                                                                  \
	}
TILE_512(1)
TILE_512(2)
TILE_512(3)
TILE_512(4)
TILE_512(5)
TILE_512(6)
TILE_512(7)
TILE_512(8)
TILE_512(9)
TILE_512(10)
TILE_512(11)
TILE_512(12)
/* clang-format on */

static void (*const tiles_512[ROWS + 1])(const struct tile *) = {
	NULL,       tile_512_1, tile_512_2, tile_512_3,  tile_512_4,  tile_512_5, tile_512_6,
	tile_512_7, tile_512_8, tile_512_9, tile_512_10, tile_512_11, tile_512_12};

static void tile_run(const struct tile *t)
{
	if (__builtin_cpu_supports("avx512f"))
		tiles_512[t->m](t);
	else
		tile_portable(t);
}
#else
static void tile_run(const struct tile *t)
{
	tile_portable(t);
}
#endif

static void pack(float *to, const float *b, size_t ldb, uint32_t k, uint32_t n)
{
	for (uint32_t i = 0; i < k; i++) {
		memcpy(to + i * COLUMNS, b + i * ldb, n * sizeof(float));
		if (n < COLUMNS)
			memset(to + i * COLUMNS + n, 0, (COLUMNS - n) * sizeof(float));
	}
}

void gemm_run(const struct gemm *g)
{
	static float *panel; /* trainers have one thread */
	static size_t cap;
	size_t need = (size_t)g->k * COLUMNS;

	if (cap < need) {
		cap = need;
		panel = mem_resize(panel, cap * sizeof(float));
	}
	for (uint32_t j = 0; j < g->n; j += COLUMNS) {
		uint32_t n = g->n - j < COLUMNS ? g->n - j : COLUMNS;

		pack(panel, g->b + j, g->ldb, g->k, n);
		for (uint32_t i = 0; i < g->m; i += ROWS)
			tile_run(&(struct tile){.a = g->a + i * g->a_row,
						.b = panel,
						.c = g->c + i * g->ldc + j,
						.a_row = g->a_row,
						.a_col = g->a_col,
						.ldc = g->ldc,
						.m = g->m - i < ROWS ? g->m - i : ROWS,
						.n = n,
						.k = g->k,
						.add = g->add});
	}
}

void gemm_forward(const float *x, size_t ldx, const float *w, float *y, size_t ldy, uint32_t rows,
		  uint32_t in, uint32_t out)
{
	gemm_run(&(struct gemm){.a = x,
				.b = w,
				.c = y,
				.a_row = ldx,
				.a_col = 1,
				.ldb = out,
				.ldc = ldy,
				.m = rows,
				.n = out,
				.k = in});
}

void gemm_weights(const float *x, size_t ldx, const float *dy, size_t ldy, float *dw, uint32_t rows,
		  uint32_t in, uint32_t out)
{
	gemm_run(&(struct gemm){.a = x,
				.b = dy,
				.c = dw,
				.a_row = 1,
				.a_col = ldx,
				.ldb = ldy,
				.ldc = out,
				.m = in,
				.n = out,
				.k = rows,
				.add = true});
}

void gemm_input(const float *dy, size_t ldy, const float *w, float *dx, size_t ldx, uint32_t rows,
		uint32_t in, uint32_t out, bool add)
{
	static float *flipped;
	static size_t cap;

	if (cap < (size_t)in * out) {
		cap = (size_t)in * out;
		flipped = mem_resize(flipped, cap * sizeof(float));
	}
	for (uint32_t i = 0; i < in; i += 16)
		for (uint32_t j = 0; j < out; j++)
			for (uint32_t k = i; k < i + 16 && k < in; k++)
				flipped[(size_t)j * in + k] = w[(size_t)k * out + j];
	gemm_run(&(struct gemm){.a = dy,
				.b = flipped,
				.c = dx,
				.a_row = ldy,
				.a_col = 1,
				.ldb = in,
				.ldc = ldx,
				.m = rows,
				.n = in,
				.k = out,
				.add = add});
}

CLONES void matrix_add_bias(float *y, size_t ldy, const float *b, uint32_t rows, uint32_t n)
{
	for (uint32_t i = 0; i < rows; i++)
		for (uint32_t j = 0; j < n; j++)
			y[i * ldy + j] += b[j];
}

CLONES void matrix_sum_rows(const float *dy, size_t ldy, float *db, uint32_t rows, uint32_t n)
{
	for (uint32_t i = 0; i < rows; i++)
		for (uint32_t j = 0; j < n; j++)
			db[j] += dy[i * ldy + j];
}

CLONES void matrix_tanh(float *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = net_tanh(y[i]);
}

CLONES void matrix_tanh_back(const float *y, float *dy, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dy[i] *= 1.0f - y[i] * y[i];
}

/* 2^k times a polynomial on [-ln2/2, ln2/2]. */
static inline float exp_of(float x)
{
	float k, r, p;
	uint32_t bits;
	float two;

	x = x > 80 ? 80 : x < -80 ? -80 : x;
	k = (float)(int32_t)(x * 1.44269504f + (x < 0 ? -0.5f : 0.5f));
	r = x - k * 0.693359375f;
	r = r + k * 2.12194440e-4f;
	p = r * 1.9875691500e-4f + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * r * r + r + 1.0f;
	bits = (uint32_t)((int32_t)k + 127) << 23;
	memcpy(&two, &bits, sizeof(two));
	return p * two;
}

CLONES float matrix_softmax(float *x, uint32_t n)
{
	float max = x[0], sum = 0;

	for (uint32_t i = 1; i < n; i++)
		max = x[i] > max ? x[i] : max;
	for (uint32_t i = 0; i < n; i++)
		x[i] = exp_of(x[i] - max);
	for (uint32_t i = 0; i < n; i++)
		sum += x[i];
	for (uint32_t i = 0; i < n; i++)
		x[i] /= sum;
	return logf(sum) + max;
}
