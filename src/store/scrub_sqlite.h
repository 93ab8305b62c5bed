/* Clears a SQLite file of what was deleted, in steps (scrub_sqlite.c). */
#ifndef STORE_SCRUB_SQLITE_H
#define STORE_SCRUB_SQLITE_H

#include <sqlite3.h>

/* Looks at some pages from *page on, the first is 1; *page: where to go on, 0: all has been looked at. The log is
 * emptied before. On the connection that writes, outside of any transaction; takes some milliseconds. Gives SQLite's
 * codes: SQLITE_BUSY if a reader or another program was in the way, and nothing is done. */
int scrub_sqlite_some(sqlite3 *db, sqlite3_int64 *page);

#endif
