/* The intake: small turns that bring new documents or results, written as records into a file
 * beside the store until their rows are in the tables. Included by the store alone; decides
 * nothing. */
#ifndef DEMARCHE_BROKER_STORE_INTAKE_H
#define DEMARCHE_BROKER_STORE_INTAKE_H

#include "broker/store_sql.h"

void store_intake_init(struct store *s);
/* Opens the file, puts what the tables lack into them. `roomy`: it may be given its length. */
int store_intake_start(struct store *s, bool roomy, struct err *e);
void store_intake_remove(struct store *s); /* the tables have everything, on the disk */
void store_intake_free(struct store *s);

/* Whether this document may wait in the open turn's record. */
bool store_intake_takes(const struct store *s, const struct store_document *d);
void store_intake_add(struct store *s, const struct store_document *d, const struct job_fact *f,
		      int64_t now_ms);
bool store_intake_takes_result(const struct store *s, const struct change *c);
void store_intake_add_result(struct store *s, const struct change *c, int64_t now_ms);
/* The first lease of a job that the open turn's record brings. */
bool store_intake_takes_lease(const struct store *s, uint64_t job);
void store_intake_add_lease(struct store *s, const struct job_fact *f);
/* A document of the open turn; its strings are valid until something is added. */
bool store_intake_find(struct store *s, uint64_t job, struct store_document *d);
/* Ends the turn with its record; *written is false where the file has no room. */
int store_intake_write(struct store *s, bool *written, struct err *e);
void store_intake_hint(struct store *s); /* the last record shall be on the disk soon */
void store_intake_drop_turn(struct store *s);
sqlite3_file *store_intake_file(struct store *s);

/* The rows of all earlier turns, committed: others can read them. */
int store_intake_commit(struct store *s, struct err *e);
/* The rows of the open turn, in its own transaction. */
int store_intake_take_turn(struct store *s, struct err *e);

#endif
