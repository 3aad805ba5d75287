/* Reading a codebook's text: lines with their number, blocks, and the list of problems found.
 * Knows nothing of what the lines mean.
 *
 *   # a comment                          blank lines and comments are skipped; " #" starts one
 *   country CHN China                    a head: starts in the first column
 *   	alias: PRC | Red China            a field: indented, `key: value`                     */
#ifndef DEMARCHE_CODEBOOK_SOURCE_H
#define DEMARCHE_CODEBOOK_SOURCE_H

#include "proto/err.h"
#include "proto/mem.h"

enum { SOURCE_LINE_MAX = 8192, SOURCE_PROBLEMS_MAX = 100, SOURCE_FILE_MAX = 64 * 1024 * 1024 };

/* What is wrong, one line each: "actors/x.txt:12: found "…", expected …". {0} is empty. */
struct problems {
	struct buf text;
	uint32_t n; /* counts on beyond SOURCE_PROBLEMS_MAX, but keeps no more texts */
};
void problems_free(struct problems *p);

/* One file. path and text are borrowed. */
struct source {
	struct str path, text;
	size_t at;
	uint32_t line; /* of the line last returned, from 1 */
	struct problems *problems;
};

struct source_line {
	bool field;     /* indented `key: value`; else a head */
	struct str key; /* fields: before the colon; heads: the first word */
	struct str
		value; /* fields: after the colon; heads: the rest. Trimmed, never with a comment */
	uint32_t line;
};

/* The next line that says something; false at the end. Lines that are too long, not UTF-8, or
 * fields without a colon become problems and are skipped. */
bool source_next(struct source *s, struct source_line *l);

/* Notes a problem at a line: what was found, and what was expected (formatted). */
void source_problem(struct source *s, uint32_t line, struct str found, const char *expected, ...)
	__attribute__((format(printf, 4, 5)));

/* Cuts the next part before `separator` off *rest, trimmed; false when nothing is left. */
bool source_part(struct str *rest, char separator, struct str *part);
struct str source_trim(struct str s);

#endif
