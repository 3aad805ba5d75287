/* A file system layer for SQLite that joins writes to its log: SQLite writes that in two small
 * pieces a page; this gathers neighbouring pieces and hands them to the system in few large ones.
 * Nothing is delayed beyond a sync, and with synchronous=FULL every commit syncs the log before
 * anybody else is told of it. The file itself is not touched: a checkpoint that does not come to
 * the log's end tells other connections that its pages are in the file without any sync. Knows no
 * tables. */
#ifndef DEMARCHE_BROKER_STORE_VFS_H
#define DEMARCHE_BROKER_STORE_VFS_H

#include <sqlite3.h>
#include <stdbool.h>

/* The name for sqlite3_open_v2; registers it over the default one at the first call. */
const char *store_vfs(void);

/* While this is set on a connection's log, a commit ends when its bytes are with the system, and it
 * is on the disk only after store_vfs_sync. That is safe, since a log is read as far as its chained
 * checksums hold: of several such commits the first ones survive or none. What is not put off: the
 * sync of the log's header, when it is written from its beginning again; and the syncs of a
 * checkpoint, which must be made with this unset or over another connection. */
void store_vfs_put_off(sqlite3_file *log, bool on);
/* Makes the log's file so long at least: syncing bytes that are written over costs half as much as
 * syncing a file that grows. Zeros are no commits. Does nothing where that fails. */
void store_vfs_lengthen(sqlite3_file *log, sqlite3_int64 bytes);
int store_vfs_sync(sqlite3_file *log); /* any thread, while the connection goes on; SQLite's code */

#endif
