/* What a record of the intake says, as bytes: new jobs, their first leases, results. Included by
 * store_intake.c alone; knows no file and no table. */
#ifndef DEMARCHE_BROKER_STORE_ENTRIES_H
#define DEMARCHE_BROKER_STORE_ENTRIES_H

#include "broker/store.h"
#include "proto/pack.h"

enum store_entry_kind {
	ENTRY_JOB,    /* a new document with its job */
	ENTRY_NUMBER, /* of the record; stands first in it */
	ENTRY_LEASE,  /* of a job of the same record */
	ENTRY_RESULT,
	N_ENTRY_KINDS
};

struct store_entry {
	enum store_entry_kind kind;
	uint64_t number;         /* ENTRY_NUMBER */
	struct store_document d; /* ENTRY_JOB */
	struct change c; /* of a result without `result`, which is in the record; else the job */
	bool has_rows;   /* ENTRY_RESULT: events and so on */
	int64_t now_ms;
};

/* So many bytes are enough for it. */
size_t store_entry_job_size(const struct store_document *d);
size_t store_entry_result_size(const struct change *c);

void store_entry_put_job(struct buf *b, const struct store_document *d, const struct job_fact *f,
			 int64_t now_ms);
void store_entry_put_number(struct buf *b, uint64_t number);
void store_entry_put_lease(struct buf *b, const struct job_fact *f);
void store_entry_put_result(struct buf *b, const struct change *c, int64_t now_ms);

/* The strings point into what is read. */
bool store_entry_get(struct unpack *u, struct store_entry *x);

#endif
