/* Compiles the stance grammar (worker/engine/codebook/stances/, format in its README) into the
 * section "stances" of the codebook image, whose layout stance_grammar.h owns. Knows no files:
 * takes texts with names, names the line of every mistake. */
#ifndef DEMARCHE_CODEBOOK_STANCES_H
#define DEMARCHE_CODEBOOK_STANCES_H

#include "proto/err.h"
#include "proto/mem.h"

struct stances_text {
	const char *name; /* "attitudes.txt" */
	struct str text;
};

/* Appends the section to `out`. Fails with ERR_INVALID at the first mistake: "name:line: …". */
int stances_compile(const struct stances_text *texts, uint32_t n_texts, struct buf *out,
		    struct err *e);

#endif
