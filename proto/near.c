#include "proto/near.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Edits and swaps of neighbours, each letter touched once (optimal string alignment). */
static uint32_t distance(struct str a, struct str b)
{
	uint32_t rows[3][NEAR_MAX + 1];
	uint32_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (uint32_t k = 0; k <= b.n; k++)
		last[k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		uint32_t *free_row = before;

		now[0] = (uint32_t)i;
		for (size_t k = 1; k <= b.n; k++) {
			bool same = lower(a.p[i - 1]) == lower(b.p[k - 1]);

			now[k] = least(least(last[k], now[k - 1]) + 1, last[k - 1] + !same);
			if (i > 1 && k > 1 && lower(a.p[i - 1]) == lower(b.p[k - 2]) &&
			    lower(a.p[i - 2]) == lower(b.p[k - 1]))
				now[k] = least(now[k], before[k - 2] + 1);
		}
		before = last, last = now, now = free_row;
	}
	return last[b.n];
}

void near_start(struct near *n, struct str word)
{
	/* One letter in three may be wrong, and one always, but not the only one. */
	uint32_t most = word.n < 3 ? 0 : word.n < 6 ? 1 : (uint32_t)word.n / 3;

	*n = (struct near){.word = word, .best = STR(""), .distance = most + 1};
}

void near_try(struct near *n, struct str candidate)
{
	size_t apart = n->word.n > candidate.n ? n->word.n - candidate.n : candidate.n - n->word.n;
	uint32_t d;

	if (n->word.n > NEAR_MAX || candidate.n > NEAR_MAX || !candidate.n || apart >= n->distance)
		return;
	d = distance(n->word, candidate);
	if (d >= n->distance)
		return;
	n->distance = d;
	n->best = candidate;
}
