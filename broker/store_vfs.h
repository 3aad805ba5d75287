/* A file system layer for SQLite that joins writes to its log: SQLite writes that in two small
 * pieces a page; this gathers neighbouring pieces and hands them to the system in few large ones.
 * Nothing is delayed beyond a sync, and with synchronous=FULL every commit syncs the log before
 * anybody else is told of it. The file itself is not touched: a checkpoint that does not come to
 * the log's end tells other connections that its pages are in the file without any sync. Knows no
 * tables. */
#ifndef DEMARCHE_BROKER_STORE_VFS_H
#define DEMARCHE_BROKER_STORE_VFS_H

/* The name for sqlite3_open_v2; registers it over the default one at the first call. */
const char *store_vfs(void);

#endif
