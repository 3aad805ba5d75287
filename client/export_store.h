/* What files tell beside the records: how often each event was reported, the documents' texts, and
 * where countries lie.
 * Owns a second conversation with the store, since the first one is busy with the records. */
#ifndef DEMARCHE_CLIENT_EXPORT_STORE_H
#define DEMARCHE_CLIENT_EXPORT_STORE_H

#include "client/export.h"
#include "client/source.h"

struct export_store;

struct export_store *export_store_open(const struct source_options *o, const char *collection,
				       struct err *e);
void export_store_close(struct export_store *s);

/* Reports of the events of one record; records are asked for in the order of their sequence. *out
 * has r->n_events entries, valid until the next call. */
int export_store_reports(struct export_store *s, const struct result *r, uint64_t seq,
			 const struct export_report **out, struct err *e);

/* The text that a record's spans are counted in. Valid until the next call. */
int export_store_text(struct export_store *s, uint64_t seq, struct str *out, struct err *e);

/* Of the installed codebook; NULL where there is none. */
struct export_places *export_places_open(void);
void export_places_close(struct export_places *p);

#endif
