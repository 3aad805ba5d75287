/* What `events` and `stances` ask for alike: who, whom, when, which words, how sure; and how the
 * answer is printed. One table, included by both. */
#ifndef DEMARCHE_CLIENT_FILTERS_H
#define DEMARCHE_CLIENT_FILTERS_H

#include "client/source.h"

struct filter_options {
	const char *actor, *target, *since, *until, *text, *collection, *confidence;
	int64_t limit;
	bool json;
};
extern const struct option_row FILTER_ROWS[];

enum { FILTERS_MAX = 15 };

/* The filters of a question: those of the options, then `more` (NULL at the end). */
struct filters {
	struct row_filter list[FILTERS_MAX + 1];
};
/* ERR_INVALID where the options' values make no sense. Borrows all strings. */
int filters_fill(struct filters *f, const struct filter_options *o, const struct row_filter *more,
		 struct err *e);

#endif
