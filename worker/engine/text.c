#include "worker/engine/text.h"

/* Length of the well-formed sequence at p, or 0; *bad says how many bytes to replace then (the
 * longest start of a well-formed sequence, at least one: the practice Unicode recommends). */
static unsigned valid_length(const unsigned char *p, const unsigned char *end, unsigned *bad)
{
	unsigned n, low = 0x80, high = 0xBF;

	*bad = 1;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (p[0] == 0xE0)
		low = 0xA0;
	if (p[0] == 0xED)
		high = 0x9F;
	if (p[0] == 0xF0)
		low = 0x90;
	if (p[0] == 0xF4)
		high = 0x8F;
	for (unsigned i = 1; i < n; i++) {
		if (p + i >= end || p[i] < low || p[i] > high)
			return 0;
		low = 0x80;
		high = 0xBF;
		*bad = i + 1;
	}
	return n;
}

void text_decode(struct doc *d, struct str raw)
{
	const unsigned char *p = (const unsigned char *)raw.p, *end = p + raw.n;
	char *out;
	size_t n = 0;
	unsigned bad;

	if (!d->goes_on && raw.n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	d->n_bad = 0;
	d->n_chars = 0;
	for (const unsigned char *q = p; q < end;) {
		unsigned len = valid_length(q, end, &bad);

		n += len ? len : 3;
		q += len ? len : bad;
	}
	out = arena_alloc(d->arena, n + 1);
	n = 0;
	while (p < end) {
		unsigned len = valid_length(p, end, &bad);

		if (len) {
			memcpy(out + n, p, len);
			n += len;
			p += len;
		} else {
			memcpy(out + n, "\xEF\xBF\xBD", 3);
			n += 3;
			p += bad;
			d->n_bad++;
		}
		d->n_chars++;
	}
	d->text = (struct str){out, n};
}

uint32_t text_count_raw(struct str raw)
{
	const unsigned char *p = (const unsigned char *)raw.p, *end = p + raw.n;
	uint32_t chars = 0;
	unsigned bad;

	while (p < end) {
		unsigned len = valid_length(p, end, &bad);

		p += len ? len : bad;
		chars++;
	}
	return chars;
}

unsigned text_next(const char *s, const char *end, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	ptrdiff_t left = end - s;

	if (p[0] < 0x80 || left < 2) {
		*cp = p[0];
		return 1;
	}
	if (p[0] < 0xE0 || left < 3) {
		*cp = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
		return 2;
	}
	if (p[0] < 0xF0 || left < 4) {
		*cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		return 3;
	}
	*cp = (p[0] & 7u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
	return 4;
}

unsigned text_put(char *p, uint32_t cp)
{
	if (cp < 0x80) {
		p[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		p[0] = (char)(0xC0 | cp >> 6);
		p[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		p[0] = (char)(0xE0 | cp >> 12);
		p[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		p[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	p[0] = (char)(0xF0 | cp >> 18);
	p[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	p[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	p[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

uint32_t text_count(struct str s)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

bool text_is_space(uint32_t cp)
{
	if (cp <= 0x20 || (cp >= 0x7F && cp <= 0xA0))
		return true;
	return (cp >= 0x2000 && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202F) || cp == 0x3000 ||
	       cp == 0xFEFF || cp == 0x1680 || (cp >= 0x205F && cp <= 0x206F) || cp == 0xAD;
}

bool text_is_digit(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 0x660 && cp <= 0x669) ||
	       (cp >= 0x966 && cp <= 0x96F) || (cp >= 0xFF10 && cp <= 0xFF19);
}

bool text_is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z';
	if (cp < 0xC0)
		return cp == 0xAA || cp == 0xB5 || cp == 0xBA;
	if (cp < 0x2000)
		return cp != 0xD7 && cp != 0xF7 && cp != 0x1680 && !text_is_digit(cp) &&
		       !(cp >= 0x589 && cp <= 0x58F) && cp != 0x60C && cp != 0x61B && cp != 0x61F &&
		       cp != 0x6D4 && cp != 0x964 && cp != 0x965;
	if (cp < 0x3040)
		return (cp >= 0x2C00 && cp < 0x2E00) || cp == 0x2071 || cp == 0x207F ||
		       (cp >= 0x2100 && cp < 0x2190 && cp != 0x2116 && cp != 0x2122) ||
		       (cp >= 0x3005 && cp <= 0x3007);
	if (cp < 0xE000)
		return true;
	return (cp >= 0xF900 && cp < 0xFE00) || (cp >= 0xFE70 && cp < 0xFF00) ||
	       (cp >= 0xFF21 && cp <= 0xFFDC) || (cp >= 0x10000 && cp < 0x1D000) ||
	       (cp >= 0x20000 && cp < 0xE0000);
}

uint32_t text_to_lower(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
	if ((cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) || (cp >= 0x391 && cp <= 0x3A9) ||
	    (cp >= 0x410 && cp <= 0x42F))
		return cp + 32;
	if (cp >= 0x100 && cp <= 0x137)
		return cp == 0x130 ? 'i' : cp | 1;
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
		return cp & 1 ? cp + 1 : cp;
	if (cp >= 0x14A && cp <= 0x177)
		return cp | 1;
	if (cp == 0x178)
		return 0xFF;
	if (cp >= 0x400 && cp <= 0x40F)
		return cp + 80;
	if ((cp >= 0x460 && cp <= 0x481) || (cp >= 0x1E00 && cp <= 0x1EFF) ||
	    (cp >= 0x1DE && cp <= 0x1EF) || (cp >= 0x1F8 && cp <= 0x21F))
		return cp | 1;
	return cp;
}

bool text_is_upper(uint32_t cp)
{
	return text_to_lower(cp) != cp;
}

struct str text_lower(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, 2 * s.n + 1);
	const char *end = s.p + s.n;
	size_t n = 0;
	uint32_t cp;

	for (const char *p = s.p; p < end;) {
		p += text_next(p, end, &cp);
		n += text_put(out + n, text_to_lower(cp));
	}
	return (struct str){out, n};
}
