/* Characters: UTF-8 in, code points and their classes out. Owns what counts as a letter, a blank
 * or a capital, by fixed tables (no locale), so that every machine agrees. Knows no tokens. */
#ifndef DEMARCHE_ENGINE_TEXT_H
#define DEMARCHE_ENGINE_TEXT_H

#include "worker/engine/doc.h"

/* Copies raw bytes into d->text as valid UTF-8: each malformed sequence becomes one U+FFFD and is
 * counted in d->n_bad; d->n_chars counts code points. A byte order mark at the start is dropped. */
void text_decode(struct doc *d, struct str raw);

/* How many code points raw bytes that are no document's start become. */
uint32_t text_count_raw(struct str raw);

/* Reads one code point of valid UTF-8 at p < end; returns its length in bytes. */
unsigned text_next(const char *p, const char *end, uint32_t *cp);
unsigned text_put(char *p, uint32_t cp); /* writes up to 4 bytes, returns how many */
uint32_t text_count(struct str s);       /* code points */

bool text_is_space(uint32_t cp); /* blanks, line breaks, zero-width and control characters */
bool text_is_digit(uint32_t cp);
bool text_is_letter(uint32_t cp); /* of any script; marks belong to letters */
bool text_is_upper(uint32_t cp);
uint32_t text_to_lower(uint32_t cp);

/* Lower-case copy in the arena. */
struct str text_lower(struct arena *a, struct str s);

#endif
