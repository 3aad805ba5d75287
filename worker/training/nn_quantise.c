#include "worker/training/nn_quantise.h"

#include <stdlib.h>

#include "worker/engine/image.h"
#include "worker/engine/model.h"

uint64_t quantise_align(struct buf *b)
{
	static const char zeros[IMAGE_ALIGN];

	buf_add(b, zeros, (IMAGE_ALIGN - b->n % IMAGE_ALIGN) % IMAGE_ALIGN);
	return b->n;
}

static int32_t rounded(float v)
{
	return (int32_t)(v < 0 ? v - 0.5f : v + 0.5f);
}

int8_t quantise_clipped(float v, int32_t limit)
{
	int32_t q = rounded(v);

	return (int8_t)(q > limit ? limit : q < -limit ? -limit : q);
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

float quantise_usual_limit(const float *v, size_t n)
{
	float *copy = mem_alloc(n * sizeof(float)), limit;

	for (size_t i = 0; i < n; i++)
		copy[i] = v[i] < 0 ? -v[i] : v[i];
	qsort(copy, n, sizeof(float), by_size);
	limit = copy[n - 1 - n / 2000];
	mem_free(copy);
	return limit;
}

static float largest(const float *v, size_t n)
{
	float max = 0;

	for (size_t i = 0; i < n; i++) {
		float a = v[i] < 0 ? -v[i] : v[i];

		max = a > max ? a : max;
	}
	return max;
}

uint64_t quantise_matrix(struct buf *b, const float *w, const float *bias, const float *unit,
			 uint32_t k, uint32_t n)
{
	uint32_t wide = (n + NET_COLUMNS - 1) / NET_COLUMNS * NET_COLUMNS;
	uint64_t at = quantise_align(b);
	int8_t *q = mem_alloc((size_t)k * wide);
	int32_t *correction = mem_alloc(wide * sizeof(*correction));
	float *scale = mem_alloc(wide * sizeof(*scale)), *out = mem_alloc(wide * sizeof(*out));

	for (uint32_t j = 0; j < n; j++) {
		float max = 0;

		for (uint32_t i = 0; i < k; i++) {
			float v = w[(size_t)i * n + j] * unit[i];

			max = v > max ? v : -v > max ? -v : max;
		}
		scale[j] = max > 0 ? max / 127.0f : 1.0f;
		out[j] = bias ? bias[j] : 0;
		for (uint32_t i = 0; i < k; i++) {
			int8_t v = quantise_clipped(w[(size_t)i * n + j] * unit[i] / scale[j], 127);
			size_t block = (size_t)(j / NET_COLUMNS) * k * NET_COLUMNS;

			q[block + (size_t)(i / 4) * 4 * NET_COLUMNS + (j % NET_COLUMNS) * 4 +
			  i % 4] = v;
			correction[j] += NET_ZERO * v;
		}
	}
	buf_add(b, q, (size_t)k * wide);
	buf_add(b, correction, wide * sizeof(*correction));
	buf_add(b, scale, wide * sizeof(*scale));
	buf_add(b, out, wide * sizeof(*out));
	mem_free(q);
	mem_free(correction);
	mem_free(scale);
	mem_free(out);
	return at;
}

uint64_t quantise_table(struct buf *b, const float *w, size_t n, float unit, float *scale)
{
	float step = largest(w, n) / 127.0f;
	uint64_t at = quantise_align(b);

	for (size_t i = 0; i < n; i++) {
		int8_t q = quantise_clipped(w[i] / step, 127);

		buf_add(b, &q, 1);
	}
	*scale = step / unit;
	return at;
}
