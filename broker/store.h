/* The store: everything that must outlive the broker. One interface; the implementation behind it
 * is chosen by the URL (store_sqlite.c). Knows jobs, results and cursors as rows; decides nothing
 * and knows no peers, sockets or clocks: time is an argument.
 *
 * All writing happens between store_begin and store_commit, and what was written can be read at
 * once by the functions here. Only after store_commit returned 0 is it on the disk; after any -1
 * of a writing function the broker must end: start-up reads what was committed.
 *
 * A commit in two steps lets the next turn begin meanwhile: after store_write the turn can be read,
 * by others after store_publish, but it is on the disk only after store_sync, which comes before
 * the next store_write. Of several such turns the first ones survive a loss of power, or none. */
#ifndef DEMARCHE_BROKER_STORE_H
#define DEMARCHE_BROKER_STORE_H

#include "broker/update.h"

struct store;

/* `url`: "sqlite:PATH", or a path. Creates what is missing. ERR_CORRUPT where the file is
 * damaged, ERR_VERSION where it was made by a newer version, ERR_CONFLICT where another broker has
 * it open. */
int store_open(struct store **out, const char *url, struct err *e);
void store_close(struct store *s);             /* ends an open turn without committing */
const char *store_id(const struct store *s);   /* made once, stays; valid until closed */
const char *store_path(const struct store *s); /* of the file; valid until closed */

int store_begin(struct store *s, struct err *e);  /* nothing if a turn is open */
int store_commit(struct store *s, struct err *e); /* write and sync */
int store_write(struct store *s, struct err *e);  /* nothing if no turn is open */
void store_sync_begin(struct store *s);           /* in a thread; nothing if nothing is to do */
void store_sync_soon(struct store *s);            /* store_sync will follow: the disk may begin */
bool store_sync_ended(struct store *s);           /* store_sync will not wait */
int store_sync(struct store *s, struct err *e);   /* of everything that was written */
bool store_in_turn(const struct store *s);

/* After store_write the rows of new documents may be missing yet in the tables that others read
 * (store_intake.c). Does a small part of that; *more: there is more to do at once. */
int store_catch_up(struct store *s, int64_t now_ms, bool *more, struct err *e);
bool store_lags(const struct store *s);            /* it is to be called within STORE_LAG_MS */
int store_publish(struct store *s, struct err *e); /* all of it: others see every written turn */
enum { STORE_LAG_MS = 10 };

/* A collection's or batch's number, made where it is new. */
int store_collection(struct store *s, struct str name, uint32_t *number, struct err *e);
int store_batch(struct store *s, struct str name, uint32_t *number, struct err *e);
/* 0 where it is new. */
int store_collection_known(struct store *s, struct str name, uint32_t *number, struct err *e);

enum { STORE_IDENTITY = 16 };
struct store_document {
	uint8_t identity[STORE_IDENTITY]; /* of key or bytes within its collection; by store_find */
	bool again;                       /* a further job of a document that may be known */
	uint32_t collection, batch;       /* batch 0: none */
	struct str key, id, title, date, date_source, source, lang, body;
};

/* The newest job of the same document: with the same key, or else the same bytes, in its
 * collection; 0 if there is none. Sets d->identity. */
int store_find(struct store *s, struct store_document *d, uint64_t *job, struct err *e);
/* Reads a little of what the store must remember to find documents quickly. *more: it is to be
 * called again. Until then everything is found, only more slowly. */
int store_learn(struct store *s, bool *more, struct err *e);
/* Adds the job of `c`, a change by JOB_SUBMIT or JOB_POSTPONE, with its document. */
int store_insert(struct store *s, const struct store_document *d, const struct change *c,
		 int64_t now_ms, struct err *e);
/* Writes any other change, with its row of the log, which bears the lease that it ended. A grant
 * is only noted for the next start: in the store a leased job is a queued one. A result needs no
 * row of the log; it is written with its own rows. */
int store_apply(struct store *s, const struct change *c, int64_t now_ms, struct err *e);

/* Notes about leases pile up. Where they are many more than there are leases, those that last shall
 * be written anew: job, attempts and leased_ms of each. */
bool store_leases_grown(const struct store *s, uint64_t n_leased);
int store_leases_set(struct store *s, const struct job_fact *leased, uint32_t n, struct err *e);

/* f->state is JOB_NONE where there is no such job. */
int store_job(struct store *s, uint64_t job, struct job_fact *f, struct err *e);

struct store_facts {
	struct job_fact *facts; /* in the arena given */
	uint32_t n;
};
int store_refill(struct store *s, const struct refill *r, struct arena *a, struct store_facts *out,
		 struct err *e);
/* At most n delayed jobs due at now_ms; *next is when the next one is, where there are less. */
int store_due(struct store *s, int64_t now_ms, uint32_t n, struct arena *a, struct store_facts *out,
	      int64_t *next, struct err *e);
int store_overdue(struct store *s, int64_t now_ms, uint32_t n, struct arena *a,
		  struct store_facts *out, int64_t *next, struct err *e);

/* A worker may be told of so many jobs whose numbers are not on the disk yet. After a store was not
 * closed in order, numbers go on so much further: none means two jobs, whatever was lost. */
enum { STORE_TOLD_AHEAD = 64 };

/* For the start: what the core must know. The callbacks' context is `to`. */
struct store_start {
	uint64_t last_number, last_seq;
	int64_t next_due_ms, next_deadline_ms, last_ms;
	uint64_t counts[N_JOB_STATES]; /* without queued and leased ones */
	struct store_lane {
		uint32_t collection;
		uint8_t priority;
		uint64_t n;
	} * lanes;
	uint32_t n_lanes;
	struct store_facts leased; /* not counted in the lanes */
};
int store_start(struct store *s, struct arena *a, struct store_start *out, struct err *e);

/* A lease's document. Strings are valid until the next call of store_lease_document. */
struct store_lease {
	struct str collection, id, title, date, date_source, source, lang, body;
};
int store_lease_document(struct store *s, uint64_t job, struct store_lease *out, struct err *e);

void store_lease_done(struct store *s); /* no lent document is needed any more */

/* Results after a sequence number, oldest first. Stops after n results, after about max_bytes, or
 * when it has looked at `look` of them. */
struct store_filter {
	struct str collection, actor, type, polarity; /* "" all */
};
struct store_result {
	uint64_t seq, job;
	struct str record;
};
struct store_page {
	const struct store_filter *filter;
	uint64_t after, up_to; /* looks at after < seq <= up_to */
	uint32_t n;
	size_t max_bytes;
};
struct store_results {
	struct store_result *items; /* in the arena given, with their records */
	uint32_t n;
	uint64_t last_seq; /* everything up to it was looked at */
};
int store_results(struct store *s, const struct store_page *p, struct arena *a,
		  struct store_results *out, struct err *e);

/* Named cursors: everything up to seq is done with. *seq is 0 for a new one. */
int store_cursor(struct store *s, struct str name, uint64_t *seq, struct err *e); /* 0: none */
int store_n_cursors(struct store *s, int64_t *n, struct err *e);
int store_cursor_set(struct store *s, struct str name, uint64_t seq, int64_t now_ms, struct err *e);

/* Removes the records and rows of results, at most n of the oldest: those made before before_ms
 * and those that are not among the last `keep` (0: no such bound). *removed counts them. */
int store_retain(struct store *s, int64_t before_ms, uint64_t keep, uint32_t n, uint32_t *removed,
		 struct err *e);
/* Results up to this one have no record any more; 0: all have theirs. */
uint64_t store_retired(const struct store *s);

int64_t store_bytes(const struct store *s); /* on disk, with its log */
/* Of a store that was closed and that nobody has open: one file that needs no other beside it, for
 * who only reads. It is opened as any store. */
int store_settle(const char *url, struct err *e);
int store_check(const char *url, struct err *e); /* integrity of a store that nobody has open */
int store_backup(const char *url, const char *to, struct err *e); /* live, into a new file */

#endif
