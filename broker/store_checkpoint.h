/* Writes SQLite's log back into the file, in a thread with a connection of its own, so that no turn
 * waits for it. Knows no tables. */
#ifndef DEMARCHE_BROKER_STORE_CHECKPOINT_H
#define DEMARCHE_BROKER_STORE_CHECKPOINT_H

#include <sqlite3.h>
#include <stdbool.h>

#include "proto/err.h"

struct store_checkpointer;

int store_checkpointer_start(struct store_checkpointer **out, const char *path, struct err *e);
void store_checkpointer_stop(struct store_checkpointer *c); /* NULL is fine */

enum store_checkpoint { CHECKPOINT_NONE, CHECKPOINT_HELP, CHECKPOINT_FORCE };

/* After a commit that left the log with so many pages: wakes the thread where that is much, and
 * waits for it where that is too much. When it has written nearly everything, the turn must help
 * with store_checkpoint_finish. */
enum store_checkpoint store_checkpoint_due(struct store_checkpointer *c, int pages);

/* Writes back the little that the thread has not, so that the log starts from its beginning: a
 * log that is always written to would never come to that by itself. FORCE waits for readers. */
void store_checkpoint_finish(sqlite3 *db, enum store_checkpoint how);

#endif
