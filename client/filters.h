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
	char codes[2][4]; /* of actor and target, where they came in lower case */
};
/* ERR_INVALID where the options' values make no sense. Borrows all strings. */
int filters_fill(struct filters *f, const struct filter_options *o, const struct row_filter *more,
		 struct err *e);

/* A value from a fixed list of words (type, status, polarity, state) gets its usual case, a date is
 * looked at; ERR_INVALID says what is expected. Other filters take anything. */
int filter_check(struct row_filter *f, struct err *e);

#endif
