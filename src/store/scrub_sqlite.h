/* Clears a SQLite file of what was deleted, in steps (scrub_sqlite.c). */
#ifndef STORE_SCRUB_SQLITE_H
#define STORE_SCRUB_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>

/* Looks at some pages from *page on, the first is 1; *page: where to go on, 0: all has been looked at. The log is
 * emptied before. On the connection that writes, outside of any transaction; takes some milliseconds. Gives SQLite's
 * codes: SQLITE_BUSY if a reader or another program was in the way, and nothing is done. */
int scrub_sqlite_some(sqlite3 *db, sqlite3_int64 *page);

/* How a file's pages are laid out, as its first hundred bytes say; bytes of a page, and those of them that SQLite uses;
 * mapped: some pages only say where others belong. Most pages have cells, with a gap before them; false: this one has
 * none, whatever its first byte may be. */
struct scrub_layout {
	int size, used;
	bool mapped;
};
struct scrub_layout scrub_sqlite_layout(const unsigned char head[100]);
bool scrub_sqlite_may_have_cells(const struct scrub_layout *l, sqlite3_int64 page);

#endif
