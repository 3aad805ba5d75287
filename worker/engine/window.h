/* Where a long text is cut into windows: at blank lines, else at line breaks, ends of sentences,
 * blanks. Each window after the first brings some text before it as context, so that pronouns,
 * quotations that go on and years find what they look back to. Knows bytes only. */
#ifndef DEMARCHE_ENGINE_WINDOW_H
#define DEMARCHE_ENGINE_WINDOW_H

#include "proto/mem.h"

enum { WINDOW_CONTEXT = 2048 }; /* bytes wished for; at most the double */

struct window {
	size_t start;    /* of the context */
	size_t own, end; /* [own, end) is the window's own text */
};

/* The first window for {0}, then the next one; false after the last. Each is at most `size` bytes
 * of its own, at least half of that but for the last one. */
bool window_next(struct str text, size_t size, struct window *w);

#endif
