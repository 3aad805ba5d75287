/* Result records out of a source, one after the other, in the order of their sequence. */
#ifndef DEMARCHE_CLIENT_RECORD_H
#define DEMARCHE_CLIENT_RECORD_H

#include "client/source.h"
#include "proto/result.h"

/* A row {seq, job, record} of the question "results". *r is valid as long as `packed` and `a`. */
int record_row(struct str packed, struct arena *a, struct result *r, uint64_t *seq, struct err *e);

/* Calls back for each stored record (of one collection, or of all for NULL); -1 from it ends the
 * walk. The record is valid during the call. */
typedef int record_fn(void *arg, struct result *r, uint64_t seq, struct err *e);
int records_each(struct source *s, const char *collection, record_fn *fn, void *arg, struct err *e);

/* The entity with this id; never NULL for ids of a record that was read. */
const struct result_entity *record_entity(const struct result *r, uint32_t id);

#endif
