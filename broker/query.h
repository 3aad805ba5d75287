/* Questions: reads the store, never writes, and decides nothing. Works on the file alone, so that
 * it can be asked without a broker too. One question takes a bounded time and gives a bounded
 * number of rows; the next page starts after the last. */
#ifndef DEMARCHE_BROKER_QUERY_H
#define DEMARCHE_BROKER_QUERY_H

#include "proto/err.h"
#include "proto/mem.h"
#include "proto/msg.h"

struct query;

enum { QUERY_ROWS = 100, QUERY_BYTES_MAX = 16 << 20 };

/* `url` as for the store; the file must be there. One thread uses a query. */
int query_open(struct query **out, const char *url, struct err *e);
void query_close(struct query *q);
/* From now on a question may take as long as it needs: for those who ask for themselves alone. */
void query_patient(struct query *q);

/* The leases of now, which the store does not hold: to be given before a question that needs them.
 * Without them leased jobs are told as queued. */
struct query_lease {
	uint64_t job;
	uint32_t attempt;
	int64_t ms;
	struct str worker;
};
bool query_needs_leases(struct str what);
int query_leases(struct query *q, const struct query_lease *leases, uint32_t n, struct err *e);

/* Answers: docs/protocol.md says what can be asked and what the rows hold. Rows are made in `a`.
 * ERR_UNSUPPORTED for an unknown question, ERR_INVALID for a wrong argument, ERR_TIMEOUT where it
 * took too long. */
int query_run(struct query *q, const struct msg_query *m, struct arena *a, struct msg_rows *rows,
	      struct err *e);

#endif
