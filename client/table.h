/* Tables and styles for people. Rows are collected, widths computed in columns of the terminal
 * (wide characters count two), and cells are wrapped so that a line fits. Owns how
 * things look; must never know what they mean. */
#ifndef DEMARCHE_CLIENT_TABLE_H
#define DEMARCHE_CLIENT_TABLE_H

#include <stdio.h>

#include "proto/err.h"
#include "proto/mem.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table;

/* `heads` are the column titles, borrowed, NULL at the end; a title that starts with ">" makes a
 * column of numbers (right), one with "~" the flexible one (it gives room first), one with "!" one
 * whose cells stand on one line, to be copied. Where a line is too short, cells are wrapped. */
struct table *table_new(const char *const *heads);
void table_add(struct table *t, const struct str *cells); /* as many as columns; copied */
void table_print(struct table *t, FILE *f);
void table_free(struct table *t);

enum style { STYLE_NONE, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_BAD, STYLE_MARK };

/* Escape sequences, or "" where the output is no terminal or NO_COLOR is set. */
const char *style_on(FILE *f, enum style s);
const char *style_off(FILE *f);
int style_width(FILE *f); /* columns of the terminal; 100 where there is none */

/* As much of a text as fits into `columns`. */
struct str text_fit(struct str s, int columns);
/* Appends all of it, or as much as fits with "…" behind it. */
void text_add_short(struct buf *out, struct str s, int columns);

/* A text of a document as it may be shown: line ends, tabs and whatever a terminal would obey
 * become spaces; as many bytes as before. */
struct str text_one_line(struct arena *a, struct str s);

/* Prints a text in lines that fit behind an indent of so many columns. */
void text_wrap(struct str s, int indent, FILE *f);

/* Progress on standard error while it is a terminal, else nothing: a line that is overwritten. */
void progress_show(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void progress_clear(void);

#endif
