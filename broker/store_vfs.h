/* A file system layer for SQLite that joins writes: SQLite writes its log in two small pieces a
 * page, and a checkpoint page by page; this gathers neighbouring pieces and hands them to the
 * system in few large ones. Nothing is delayed beyond a sync, so what SQLite orders by syncs stays
 * ordered; and whoever else has the file open looks at those bytes only after a sync. Knows no
 * tables. */
#ifndef DEMARCHE_BROKER_STORE_VFS_H
#define DEMARCHE_BROKER_STORE_VFS_H

/* The name for sqlite3_open_v2; registers it over the default one at the first call. */
const char *store_vfs(void);

#endif
