/* What a collection of results says at a glance: counts, who acts on whom, who stands where, and
 * the clearest sentences. */
#ifndef DEMARCHE_CLIENT_SUMMARY_H
#define DEMARCHE_CLIENT_SUMMARY_H

#include <stdio.h>

#include "client/source.h"

struct summary_counts {
	uint64_t documents, events, stances;
};

/* Reads all events and stances of the source and prints tables of at most `rows` rows each. */
int summary_print(struct source *s, int rows, FILE *f, struct summary_counts *counts,
		  struct err *e);

#endif
