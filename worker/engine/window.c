#include "worker/engine/window.h"

static bool is_ascii(char c)
{
	return ((unsigned char)c & 0x80) == 0;
}

static bool is_line_end(struct str t, size_t i)
{
	return t.p[i] == '\n';
}

/* Kinds of borders, the best first: whether the text may be cut behind byte i. */
static bool ends_paragraph(struct str t, size_t i)
{
	enum { BLANKS = 16 }; /* looked through in an empty line */
	size_t k = i;

	if (!is_line_end(t, i))
		return false;
	while (k > 0 && i - k < BLANKS &&
	       (t.p[k - 1] == '\r' || t.p[k - 1] == ' ' || t.p[k - 1] == '\t'))
		k--;
	return k > 0 && is_line_end(t, k - 1);
}

static bool ends_sentence(struct str t, size_t i)
{
	return i > 0 && t.p[i] == ' ' &&
	       (t.p[i - 1] == '.' || t.p[i - 1] == '!' || t.p[i - 1] == '?');
}

static bool ends_word(struct str t, size_t i)
{
	return t.p[i] == ' ' || t.p[i] == '\t' || t.p[i] == '\n';
}

static bool ends_sign(struct str t, size_t i)
{
	return is_ascii(t.p[i]);
}

static bool ends_character(struct str t, size_t i)
{
	return i + 1 >= t.n || ((unsigned char)t.p[i + 1] & 0xC0) != 0x80;
}

/* The last border in [low, high), as the place behind it; `high` where there is none. */
static size_t border(struct str t, size_t low, size_t high)
{
	static bool (*const KINDS[])(struct str, size_t) = {
		ends_paragraph, is_line_end, ends_sentence, ends_word, ends_sign, ends_character};
	for (size_t k = 0; k < sizeof(KINDS) / sizeof(*KINDS); k++)
		for (size_t i = high; i-- > low;)
			if (KINDS[k](t, i))
				return i + 1;
	return high;
}

bool window_next(struct str text, size_t size, struct window *w)
{
	size_t from = w->end, left = text.n - from;

	if (left == 0)
		return false;
	w->own = from;
	w->end = left <= size ? text.n : border(text, from + size / 2, from + size);
	w->start = from < 2 * WINDOW_CONTEXT
			   ? 0
			   : border(text, from - 2 * WINDOW_CONTEXT, from - WINDOW_CONTEXT);
	return true;
}
