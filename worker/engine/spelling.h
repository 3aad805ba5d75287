/* One spelling for the words that British and American English write differently, so that word
 * lists, frames and weights know them however a text is written: the American one, in which most
 * of what they were made from is written. Lists and rules are our own, from common knowledge of
 * both spellings. Names keep theirs. */
#ifndef DEMARCHE_ENGINE_SPELLING_H
#define DEMARCHE_ENGINE_SPELLING_H

#include "worker/engine/doc.h"

enum { SPELLING_LONGEST = 36, SPELLING_MAX = SPELLING_LONGEST + 4 };

/* A word in lower case in American spelling, in `out` where that differs, else the word itself;
 * one of more than SPELLING_LONGEST bytes stays as it is. */
struct str spelling_american(struct str lemma, char out[static SPELLING_MAX]);

/* The stage: lower-case forms, and lemmas that are no names'. Never fails. */
int spelling_run(struct doc *d, struct err *e);

#endif
