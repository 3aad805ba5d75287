/* Products of quantised matrices: one exact integer result on every path. */
#include "worker/engine/model.h"
#include "worker/engine/net.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* One block of 64 columns of a few rows. */
struct block {
	const uint8_t *a;
	const int8_t *w;
	const int32_t *correction;
	const float *scale, *bias;
	float *out;
	size_t a_step, out_step;
	uint32_t k;
};

static void block_portable(const struct block *b, uint32_t rows)
{
	for (uint32_t r = 0; r < rows; r++) {
		const uint8_t *a = b->a + r * b->a_step;
		int32_t acc[NET_COLUMNS];

		for (uint32_t j = 0; j < NET_COLUMNS; j++)
			acc[j] = -b->correction[j];
		for (uint32_t k = 0; k < b->k; k += 4) {
			const int8_t *w = b->w + (size_t)k * NET_COLUMNS;

			for (uint32_t j = 0; j < NET_COLUMNS; j++)
				acc[j] += a[k] * w[4 * j] + a[k + 1] * w[4 * j + 1] +
					  a[k + 2] * w[4 * j + 2] + a[k + 3] * w[4 * j + 3];
		}
		for (uint32_t j = 0; j < NET_COLUMNS; j++)
			b->out[r * b->out_step + j] = (float)acc[j] * b->scale[j] + b->bias[j];
	}
}

#if defined(__x86_64__)
#define UNROLL NET_UNROLL

static inline int32_t four_bytes(const uint8_t *p)
{
	int32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* As _mm512_dpbusd_epi32, for which gcc 12 moves sums between registers and to the stack: half as
 * fast. */
static inline __attribute__((target("avx512f,avx512vnni"), always_inline)) void
add_products(__m512i *sums, __m512i a, __m512i w)
{
	__asm__("vpdpbusd %2, %1, %0" : "+v"(*sums) : "v"(a), "v"(w));
}

/* clang-format off */
#define BLOCK_512(R)                                                                               \
	__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void block_512_##R(          \
		const struct block *b)                                                             \
	{                                                                                          \
		__m512i acc[R][4];                                                                 \
		const int8_t *w = b->w;                                                            \
                                                                                                   \
		UNROLL for (int r = 0; r < R; r++)                                                 \
			UNROLL for (int c = 0; c < 4; c++)                                         \
				acc[r][c] = _mm512_sub_epi32(                                      \
					_mm512_setzero_si512(),                                    \
					_mm512_loadu_si512(b->correction + 16 * c));               \
		for (uint32_t k = 0; k < b->k; k += 4, w += 4 * NET_COLUMNS) {                     \
			__m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + 64);       \
			__m512i w2 = _mm512_loadu_si512(w + 128);                                  \
			__m512i w3 = _mm512_loadu_si512(w + 192);                                  \
                                                                                                   \
			UNROLL for (int r = 0; r < R; r++)                                         \
			{                                                                          \
				__m512i a = _mm512_set1_epi32(                                     \
					four_bytes(b->a + r * b->a_step + k));                     \
                                                                                                   \
				add_products(&acc[r][0], a, w0);                                   \
				add_products(&acc[r][1], a, w1);                                   \
				add_products(&acc[r][2], a, w2);                                   \
				add_products(&acc[r][3], a, w3);                                   \
			}                                                                          \
		}                                                                                  \
		UNROLL for (int r = 0; r < R; r++)                                                 \
			UNROLL for (int c = 0; c < 4; c++)                                         \
				_mm512_storeu_ps(                                                  \
					b->out + r * b->out_step + 16 * c,                         \
					_mm512_add_ps(                                             \
						_mm512_mul_ps(_mm512_cvtepi32_ps(acc[r][c]),       \
							      _mm512_loadu_ps(b->scale + 16 * c)), \
						_mm512_loadu_ps(b->bias + 16 * c)));               \
	}
BLOCK_512(1)
BLOCK_512(2)
BLOCK_512(3)
BLOCK_512(4)
BLOCK_512(5)
BLOCK_512(6)

/* clang-format on */
static void block_512(const struct block *b, uint32_t rows)
{
	static void (*const blocks[])(const struct block *) = {
		NULL, block_512_1, block_512_2, block_512_3, block_512_4, block_512_5, block_512_6};

	blocks[rows](b);
}

/* Half a block (32 columns) of R rows. */
/* clang-format off */
#define HALF_256(R)                                                                                \
	__attribute__((target("avx2"))) static void half_256_##R(const struct block *b, int half)  \
	{                                                                                          \
		__m256i acc[R][4], ones = _mm256_set1_epi16(1);                                    \
		const int8_t *w = b->w + 128 * half;                                               \
		size_t at = 32 * (size_t)half;                                                     \
                                                                                                   \
		UNROLL for (int r = 0; r < R; r++)                                                 \
			UNROLL for (int c = 0; c < 4; c++)                                         \
				acc[r][c] = _mm256_sub_epi32(                                      \
					_mm256_setzero_si256(),                                    \
					_mm256_loadu_si256((const void *)(b->correction + at +     \
									  8 * c)));                \
		for (uint32_t k = 0; k < b->k; k += 4, w += 4 * NET_COLUMNS)                       \
			UNROLL for (int r = 0; r < R; r++)                                         \
			{                                                                          \
				__m256i a = _mm256_set1_epi32(                                     \
					four_bytes(b->a + r * b->a_step + k));                     \
                                                                                                   \
				UNROLL for (int c = 0; c < 4; c++)                                 \
					acc[r][c] = _mm256_add_epi32(                              \
						acc[r][c],                                         \
						_mm256_madd_epi16(                                 \
							_mm256_maddubs_epi16(                      \
								a, _mm256_loadu_si256(             \
									   (const void *)(w +      \
											  32 * c))), \
							ones));                                    \
			}                                                                          \
		UNROLL for (int r = 0; r < R; r++)                                                 \
			UNROLL for (int c = 0; c < 4; c++)                                         \
				_mm256_storeu_ps(                                                  \
					b->out + r * b->out_step + at + 8 * c,                     \
					_mm256_add_ps(                                             \
						_mm256_mul_ps(                                     \
							_mm256_cvtepi32_ps(acc[r][c]),             \
							_mm256_loadu_ps(b->scale + at + 8 * c)),   \
						_mm256_loadu_ps(b->bias + at + 8 * c)));           \
	}
HALF_256(1)
HALF_256(2)
/* clang-format on */

static void block_256(const struct block *b, uint32_t rows)
{
	for (int half = 0; half < 2; half++) {
		struct block one = *b;
		uint32_t r = 0;

		for (; r + 2 <= rows; r += 2) {
			half_256_2(&one, half);
			one.a += 2 * b->a_step;
			one.out += 2 * b->out_step;
		}
		if (r < rows)
			half_256_1(&one, half);
	}
}
#endif

bool net_path_works(enum net_path path)
{
#if defined(__x86_64__)
	if (path == NET_AVX2)
		return __builtin_cpu_supports("avx2");
	if (path == NET_AVX512)
		return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw");
#endif
	return path == NET_PORTABLE || path == NET_BEST;
}

static enum net_path best_path(void)
{
	if (net_path_works(NET_AVX512))
		return NET_AVX512;
	return net_path_works(NET_AVX2) ? NET_AVX2 : NET_PORTABLE;
}

void net_product(enum net_path path, const struct net_matrix *m, const uint8_t *a, size_t a_step,
		 uint32_t rows, float *out)
{
	enum { ROWS = 6 };
	void (*run)(const struct block *, uint32_t) = block_portable;

	if (path == NET_BEST)
		path = best_path();
#if defined(__x86_64__)
	if (path == NET_AVX512)
		run = block_512;
	if (path == NET_AVX2)
		run = block_256;
#endif
	for (uint32_t j = 0; j < m->n; j += NET_COLUMNS)
		for (uint32_t r = 0; r < rows; r += ROWS)
			run(&(struct block){.a = a + r * a_step,
					    .w = m->w + (size_t)j * m->k,
					    .correction = m->correction + j,
					    .scale = m->scale + j,
					    .bias = m->bias + j,
					    .out = out + (size_t)r * m->n + j,
					    .a_step = a_step,
					    .out_step = m->n,
					    .k = m->k},
			    rows - r < ROWS ? rows - r : ROWS);
}
