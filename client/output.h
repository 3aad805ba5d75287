/* Files that a person asked for with --out and the like. Refuses to write over a database, which
 * would be gone with all that is in it. Must never know what is written. */
#ifndef DEMARCHE_CLIENT_OUTPUT_H
#define DEMARCHE_CLIENT_OUTPUT_H

#include <stdio.h>

#include "proto/err.h"
#include "proto/mem.h"

/* Whether the file can be written, as far as can be told before; nothing is opened or changed. For
 * what is written only after long work. */
int output_check(const char *path, struct err *e);

/* An open file, what was in it gone; "-" is standard output. NULL where it cannot be. Give it back
 * with output_close, which fails where anything did not arrive. */
FILE *output_open(const char *path, struct err *e);
int output_close(FILE *f, const char *path, struct err *e); /* NULL: nothing */

/* A whole file at once. */
int output_write(const char *path, struct str bytes, struct err *e);

/* Makes the folder unless it is there. */
int output_folder(const char *path, struct err *e);

#endif
