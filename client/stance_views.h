/* Stances counted: the matrix of holders and targets, the course of positions over time, and who
 * said the opposite later. The store counts (docs/protocol.md, QUERY); here the rows are laid out
 * as text, JSON lines or CSV. */
#ifndef DEMARCHE_CLIENT_STANCE_VIEWS_H
#define DEMARCHE_CLIENT_STANCE_VIEWS_H

#include "client/filters.h"

enum stance_format { STANCE_TABLE, STANCE_JSON, STANCE_CSV };

struct stance_view {
	const char *what; /* the question: "stance_pairs" … */
	enum stance_format format;
	uint64_t limit;
	const struct row_filter *filters;
	int (*print)(json_t *const *rows, uint32_t n); /* as text */
	const char *const *columns;                    /* of CSV, in their order */
	const char *none;
};
extern const struct stance_view STANCE_MATRIX, STANCE_TIMES, STANCE_CONTRADICTIONS;

/* Asks and prints; returns the exit status. */
int stance_view_print(const struct stance_view *v, const struct source_options *o);

#endif
