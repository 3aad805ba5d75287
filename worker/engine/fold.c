#include "worker/engine/fold.h"

#include "worker/engine/fold_table.h"

_Static_assert(sizeof(FOLD_LATIN) == 2 * (0x250 - 0xC0) + 1, "two bytes a letter");
_Static_assert(sizeof(FOLD_LATIN_MORE) == 2 * 0x100 + 1, "two bytes a letter");

/* One code point of UTF-8; bad bytes count as themselves. */
static uint32_t decode(struct str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t left = s.n - *at, n = 1;
	uint32_t c = p[0];

	if (c >= 0xf0 && left >= 4)
		c = (c & 7) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u), n = 4;
	else if (c >= 0xe0 && left >= 3)
		c = (c & 15) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u), n = 3;
	else if (c >= 0xc0 && left >= 2)
		c = (c & 31) << 6 | (p[1] & 63u), n = 2;
	*at += n;
	return c;
}

/* What a code point does to a piece: joins it (letters in to[0..2)), ends it, or vanishes. */
enum action { JOIN, BREAK, VANISH };

static enum action classify(uint32_t c, char to[2])
{
	const char *pair = NULL;

	to[0] = to[1] = 0;
	if (c < 0x80) {
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		to[0] = (char)c;
		if (letter || (c >= '0' && c <= '9'))
			return JOIN;
		return c == '.' ? VANISH : BREAK;
	}
	if (c >= 0xC0 && c < 0x250)
		pair = FOLD_LATIN + 2 * (c - 0xC0);
	else if (c >= 0x1E00 && c < 0x1F00)
		pair = FOLD_LATIN_MORE + 2 * (c - 0x1E00);
	if (pair && pair[0] != ' ') {
		to[0] = pair[0];
		to[1] = pair[1] == ' ' ? 0 : pair[1];
		return JOIN;
	}
	if ((c >= 0x300 && c < 0x370) || c == 0xAD || c == 0x2BC || c == 0x2BB || c == 0x200B)
		return VANISH;
	if (c < 0xC0 || (c >= 0x2000 && c < 0x2070) || (c >= 0x3000 && c < 0x3004))
		return BREAK;
	return JOIN; /* another script: kept byte for byte */
}

static uint64_t hash_bytes(const char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

static void piece_add(struct fold_piece *p, char c)
{
	bool small = c >= 'a' && c <= 'z';

	if (p->n == 0)
		p->upper = !small;
	if (small)
		p->all_upper = false;
	if (p->n < FOLD_PIECE_MAX)
		p->text[p->n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

uint32_t fold_pieces(struct str s, struct fold_piece *out, uint32_t max)
{
	uint32_t n = 0;
	bool open = false;

	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		char to[2];
		enum action a = classify(decode(s, &at), to);

		if (a == VANISH)
			continue;
		if (a == BREAK) {
			open = false;
			continue;
		}
		if (!open) {
			if (n == max)
				break;
			out[n] = (struct fold_piece){.all_upper = true};
			n++;
			open = true;
		}
		if (to[0]) {
			piece_add(&out[n - 1], to[0]);
			if (to[1])
				piece_add(&out[n - 1], to[1]);
		} else {
			for (; from < at; from++)
				piece_add(&out[n - 1], s.p[from]);
		}
	}
	for (uint32_t i = 0; i < n; i++)
		out[i].hash = hash_bytes(out[i].text, out[i].n);
	return n;
}

uint64_t fold_key(struct str phrase)
{
	struct fold_piece pieces[32];
	uint32_t n = fold_pieces(phrase, pieces, 32);
	uint64_t key = FOLD_START;

	for (uint32_t i = 0; i < n; i++)
		key = fold_join(key, pieces[i].hash);
	return key;
}
