/* A workbook of spreadsheets (xlsx), by libxlsxwriter, which does not tell when the disk is full:
 * the file is read again when it is written. Owns what a spreadsheet has room for; must never know
 * where records come from, nor the file's name. */
#ifndef DEMARCHE_CLIENT_BOOK_H
#define DEMARCHE_CLIENT_BOOK_H

#include "client/export.h"
#include "proto/err.h"

enum { BOOK_SHEETS_MAX = 3 };

struct book;
struct sheet;

/* `path` is written when the book is closed, and must be a file then. Strings are borrowed until
 * then. */
struct book *book_new(const char *path);
struct sheet *book_sheet(struct book *b, const char *name, const struct export_layout *layout);
void book_row(struct sheet *s, const struct export_row *row);

/* Writes the file and frees the book. Says on standard error how many cells were cut; fails where
 * not all rows fit or not all bytes arrived. NULL: nothing. */
int book_close(struct book *b, struct err *e);

#endif
