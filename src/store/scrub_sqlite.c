/* What SQLite leaves of deleted rows. It overwrites the cells that it deletes (secure_delete), but when it distributes
 * cells on other pages, copies stay in the gap of a page between the pointers to its cells and the cells themselves,
 * which it never reads. VACUUM writes the whole file anew, and nobody writes meanwhile: minutes, when it is large. This
 * one writes zeros into the gaps, some pages at a time.
 *
 * It does so in the file itself, beneath SQLite, and may: while the log is empty the file is all there is, while the
 * lock to write is held nobody fills the log, and zeros in a gap, or the half of them after a crash, change nothing for
 * whoever reads the page. Each step ends with a change of its own, so that no connection, in whichever program, keeps a
 * page as it was in memory, to write it back. */
#include "store/scrub_sqlite.h"

#include <stdbool.h>
#include <string.h>

enum {
	PAGES = 1024,
	PAGE_MAX = 65536,
	/* The first byte of a page with cells is 2, 5, 10 or 13. Others begin with a page's number, and that with 0 or 1.
	 */
	PAGES_MOST = 1 << 25,
	FIRST = 100, /* bytes before the cells of page 1 */
};

static unsigned two(const unsigned char *p) { return (unsigned)p[0] << 8 | p[1]; }

/* Where a page's gap is; false: it has no cells, or (*rc) is not as SQLite leaves it. */
static bool find_gap(const unsigned char *page, int size, bool first, int *from, int *to, int *rc)
{
	const unsigned char *head = page + (first ? FIRST : 0);
	bool leaf = head[0] == 10 || head[0] == 13;
	if (!leaf && head[0] != 2 && head[0] != 5)
		return false;
	*from = (int)(head - page) + (leaf ? 8 : 12) + 2 * (int)two(head + 3);
	*to = two(head + 5) ? (int)two(head + 5) : PAGE_MAX;
	if (*from <= *to && *to <= size)
		return *from < *to;
	*rc = SQLITE_CORRUPT;
	return false;
}

static int clear_page(sqlite3_file *file, int size, sqlite3_int64 number)
{
	static const unsigned char zeros[PAGE_MAX];
	unsigned char page[PAGE_MAX];
	int from, to, rc = file->pMethods->xRead(file, page, size, (number - 1) * size);
	if (rc != SQLITE_OK || !find_gap(page, size, number == 1, &from, &to, &rc) ||
	    memcmp(page + from, zeros, (size_t)(to - from)) == 0)
		return rc;
	return file->pMethods->xWrite(file, zeros, to - from, (number - 1) * size + from);
}

static int ask(sqlite3 *db, const char *sql, sqlite3_int64 *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		*out = sqlite3_column_int64(stmt, 0);
		rc = SQLITE_OK;
	}
	int end = sqlite3_finalize(stmt);
	return rc == SQLITE_OK ? end : rc;
}

/* In a transaction that may write: is the file all there is? */
static int must_be_all(sqlite3 *db, sqlite3_file **file)
{
	sqlite3_file *log = NULL;
	sqlite3_int64 bytes = 0;
	int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, file);
	if (rc == SQLITE_OK)
		rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (rc == SQLITE_OK && log->pMethods)
		rc = log->pMethods->xFileSize(log, &bytes);
	return rc == SQLITE_OK && bytes ? SQLITE_BUSY : rc; /* another program has written since the log was emptied */
}

static int clear_some(sqlite3 *db, sqlite3_int64 *page)
{
	sqlite3_file *file = NULL;
	sqlite3_int64 size = 0, count = 0, version = 0;
	int rc = must_be_all(db, &file);
	if (rc == SQLITE_OK)
		rc = ask(db, "PRAGMA page_size", &size);
	if (rc == SQLITE_OK)
		rc = ask(db, "PRAGMA page_count", &count);
	if (rc == SQLITE_OK)
		rc = ask(db, "PRAGMA user_version", &version);
	if (rc == SQLITE_OK && count >= PAGES_MOST)
		return SQLITE_TOOBIG;
	sqlite3_int64 end = *page + PAGES <= count ? *page + PAGES : count + 1;
	for (; rc == SQLITE_OK && *page < end; ++*page)
		rc = clear_page(file, (int)size, *page);
	if (rc == SQLITE_OK && *page > count) {
		*page = 0;
		rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
	}
	if (rc != SQLITE_OK)
		return rc;
	char changed[64];
	sqlite3_snprintf(sizeof changed, changed, "PRAGMA user_version=%d", (int)(version ? 0 : 1));
	return sqlite3_exec(db, changed, NULL, NULL, NULL);
}

int scrub_sqlite_some(sqlite3 *db, sqlite3_int64 *page)
{
	sqlite3_int64 busy = 0, at = *page;
	int rc = ask(db, "PRAGMA wal_checkpoint(TRUNCATE)", &busy);
	if (rc == SQLITE_OK)
		rc = busy ? SQLITE_BUSY : sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = clear_some(db, &at);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (!sqlite3_get_autocommit(db)) {
		int undone = sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		rc = rc == SQLITE_OK ? undone : rc;
	}
	if (rc == SQLITE_OK)
		*page = at;
	int freed = sqlite3_db_release_memory(db); /* its own pages in memory are as they were */
	return rc == SQLITE_OK ? freed : rc;
}
