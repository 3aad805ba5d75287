#include "worker/engine/words.h"

#include <xxhash.h>

#include "worker/engine/text.h"

enum { KEY_BYTES = 64 };

uint64_t words_key(struct str lower)
{
	char low[KEY_BYTES];
	size_t n = lower.n < KEY_BYTES ? lower.n : KEY_BYTES;
	uint64_t h;

	for (size_t i = 0; i < n; i++)
		low[i] = (char)(lower.p[i] >= '0' && lower.p[i] <= '9' ? '0' : lower.p[i]);
	h = XXH3_64bits(low, n);
	return h ? h : 1;
}

static uint32_t row_of(const char *p, size_t n, uint32_t kind)
{
	return (uint32_t)(XXH3_64bits_withSeed(p, n, kind) >> 17) & ((1u << WORDS_LOG2_BAG) - 1);
}

/* "Xx", "X", "d-d": runs of capitals, small letters, digits and signs. */
static size_t shape_of(struct str form, char *out, size_t max)
{
	size_t n = 0;
	char last = 0;

	for (size_t i = 0; i < form.n && n < max; i++) {
		unsigned char c = (unsigned char)form.p[i];
		char k = (char)(c >= 'A' && c <= 'Z'   ? 'X'
				: c >= 'a' && c <= 'z' ? 'x'
				: c >= '0' && c <= '9' ? 'd'
				: c >= 0x80            ? 'u'
						       : c);

		if (k != last || (n < 2 && k == 'X'))
			out[n++] = k;
		last = k;
	}
	return n;
}

uint32_t words_bag(const struct token *t, uint32_t *rows)
{
	char s[26], shape[10];
	size_t n = t->lower.n < 20 ? t->lower.n : 20, len;
	uint32_t k = 0;
	uint32_t first = 0;

	/* ^word$ with a long word's middle left out */
	s[0] = '^';
	memcpy(s + 1, t->lower.p, n);
	if (t->lower.n > 20)
		memcpy(s + 11, t->lower.p + t->lower.n - 10, 10);
	s[n + 1] = '$';
	len = n + 2;
	for (size_t i = 1; i < len - 1; i++)
		s[i] = (char)(s[i] >= '0' && s[i] <= '9' ? '0' : s[i]);
	if (t->form.n)
		text_next(t->form.p, t->form.p + t->form.n, &first);
	rows[k++] = row_of(s, len, 1);
	rows[k++] = row_of(shape, shape_of(t->form, shape, sizeof(shape)), 2);
	rows[k++] = row_of(t->form.p, t->form.n < 40 ? t->form.n : 40, 3);
	for (size_t j = 2; j <= 6 && j < len; j++) {
		rows[k++] = row_of(s, j, 4);
		rows[k++] = row_of(s + len - j, j, 5);
	}
	if (text_is_upper(first))
		rows[k++] = row_of("U", 1, 6);
	for (size_t i = 0; i + 3 <= len && k < WORDS_BAG_MAX; i++)
		rows[k++] = row_of(s + i, 3, 8);
	return k;
}
