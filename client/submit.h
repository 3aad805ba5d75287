/* Documents to the broker in batches, and waiting for them: what `submit` and `run` share. */
#ifndef DEMARCHE_CLIENT_SUBMIT_H
#define DEMARCHE_CLIENT_SUBMIT_H

#include "client/link.h"
#include "client/read/reader.h"

/* What commands that take documents in have in common; include it with OPTION_INCLUDE. */
struct document_options {
	const char *collection, *date;
	bool again;
};
extern const struct option_row DOCUMENT_ROWS[];
/* ERR_INVALID where a value can be none; the date, if one is given, is written into iso and then
 * points there. */
int document_options_check(struct document_options *o, char iso[static READER_DATE], struct err *e);

struct submit_options {
	const char *collection, *key, *date;
	uint64_t priority, delay_ms, deadline_ms;
	bool again;
	/* Told for every document, in order; `arg` is passed on. `accepted` may be NULL. */
	void (*accepted)(void *arg, const char *document, uint64_t job, bool duplicate);
	void (*failed)(void *arg, const char *sentence);
	void *arg;
};

struct submit_totals {
	uint64_t submitted, duplicates, failed; /* documents */
	uint64_t done, dead;                    /* after submit_wait */
	char batch[64];
};

/* Reads the documents of `paths` and submits them. -1 only where the broker is lost: documents
 * that cannot be read or are refused are told to `failed` and counted. */
int submit_all(struct link *l, char *const *paths, int n, const struct submit_options *o,
	       struct submit_totals *t, struct err *e);

/* Waits until no job of the batch is waiting or under way; shows progress on a terminal. */
int submit_wait(struct link *l, struct submit_totals *t, struct err *e);

/* Waits until no job at all is queued, under way or waiting for a further try, of whatever batch.
 */
int submit_wait_all(struct link *l, struct err *e);

#endif
