/* Files that a person asked for with --out and the like. Until all is written it stands in a file
 * beside, PATH.part: whoever reads PATH finds the file that was there before or the whole new one,
 * also when the disk is full or the program is killed. Refuses to write over a database, which
 * would be gone with all that is in it. Must never know what is written. */
#ifndef DEMARCHE_CLIENT_OUTPUT_H
#define DEMARCHE_CLIENT_OUTPUT_H

#include <stdio.h>

#include "proto/err.h"
#include "proto/mem.h"

/* Whether the file can be written, as far as can be told before; nothing is opened or changed. For
 * what is written only after long work. */
int output_check(const char *path, struct err *e);

/* A file being written; "-" is standard output. NULL where it cannot be, or where another process
 * is writing it. Ends in output_keep or output_drop. What is no file (a pipe, a device) and what
 * stands in a folder where nothing may be made is written in place. */
struct output;
struct output *output_open(const char *path, struct err *e);
FILE *output_file(struct output *o);              /* to write to, valid until the end */
const char *output_place(const struct output *o); /* where the bytes are meanwhile */

/* Fails where anything did not arrive. Of files that belong together all are asked before the first
 * is kept. */
int output_flush(struct output *o, struct err *e);

/* The file takes its name, unless anything did not arrive; it ends either way. NULL: nothing. */
int output_keep(struct output *o, struct err *e);
void output_drop(struct output *o); /* what was there before stays */

bool output_is_database(const char *path);

/* A whole file at once. */
int output_write(const char *path, struct str bytes, struct err *e);

/* Makes the folder unless it is there. */
int output_folder(const char *path, struct err *e);

#endif
