/* Syncs SQLite's log, in a thread of its own, while the next turn is already at work. Knows no
 * tables and no turns. One sync is under way at a time. */
#ifndef DEMARCHE_BROKER_STORE_SYNC_H
#define DEMARCHE_BROKER_STORE_SYNC_H

#include <sqlite3.h>
#include <stdbool.h>

#include "proto/err.h"

struct store_syncer;

int store_syncer_start(struct store_syncer **out, struct err *e);
void store_syncer_stop(struct store_syncer *y); /* waits for what is under way; NULL is fine */

/* Begins a sync of a log whose syncs are put off (store_vfs.h). None may be under way. */
void store_syncer_begin(struct store_syncer *y, sqlite3_file *log);
bool store_syncer_busy(struct store_syncer *y); /* begun, and not ended yet */
int store_syncer_wait(struct store_syncer *y);  /* SQLite's code of the last one */

#endif
