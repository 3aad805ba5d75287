/* Random numbers for trainers: seeded, the same everywhere. */
#ifndef DEMARCHE_TRAINING_RANDOM_H
#define DEMARCHE_TRAINING_RANDOM_H

#include <stdint.h>

static inline uint64_t random_next(uint64_t *s) /* splitmix64 */
{
	uint64_t z = *s += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static inline uint32_t random_below(uint64_t *s, uint32_t n)
{
	return (uint32_t)((random_next(s) >> 32) * n >> 32);
}

static inline float random_unit(uint64_t *s) /* [0, 1) */
{
	return (float)(random_next(s) >> 40) * (1.0f / 16777216.0f);
}

static inline void random_shuffle(uint32_t *order, uint32_t n, uint64_t *s)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = random_below(s, i), t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

#endif
