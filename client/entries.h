/* The lines of the codebook behind an event or a stance: whose entry each actor is, with the office
 * that counts at the document's date, and where the rule stands. Owns the readable texts while it
 * is open; must never know how a row was made. */
#ifndef DEMARCHE_CLIENT_ENTRIES_H
#define DEMARCHE_CLIENT_ENTRIES_H

#include "client/source.h"
#include "worker/images.h"

struct entries;

/* The texts are the installed ones, and those of `dir` (NULL: none) above them. `images` must live
 * as long. */
struct entries *entries_open(const struct images *images, const char *dir, struct err *e);
void entries_close(struct entries *n);

/* [{of, file, line, office}] of a row of events or stances, yours to json_decref. Actors that are
 * in no line (words of the text: "Russian diplomats") are left out. */
json_t *entries_of(const struct entries *n, const json_t *row);
void entries_print(const json_t *list);

#endif
