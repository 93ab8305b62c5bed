/* What SQLite leaves of deleted rows. It overwrites the cells that it deletes (secure_delete), but when it distributes
 * cells on other pages, copies stay in the gap of a page between the pointers to its cells and the cells themselves,
 * which it never reads. VACUUM writes the whole file anew, and nobody writes meanwhile: minutes, when it is large. This
 * one writes zeros into the gaps, some pages at a time.
 *
 * It does so in the file itself, beneath SQLite, and may: while the log is empty the file is all there is, while the
 * lock to write is held nobody fills the log, and zeros in a gap, or the half of them after a crash, change nothing for
 * whoever reads the page. (That a write cut off by a power failure leaves the bytes beside it alone, SQLite supposes,
 * too.) Each step ends with a change of its own, so that no connection, in whichever program, keeps a page as it was in
 * memory, to write it back. */
#include "store/scrub_sqlite.h"

#include <stdbool.h>
#include <string.h>

enum {
	PAGES = 1024,
	PAGE_MIN = 512,
	PAGE_MAX = 65536,
	/* The first byte of a page with cells is 2, 5, 10 or 13. Others begin with a page's number, and that with 0 or 1.
	 */
	PAGES_MOST = 1 << 25,
	FIRST = 100,         /* bytes before the cells of page 1 */
	LOCK_BYTE = 1 << 30, /* what programs lock: SQLite uses no page there */
	POINTER = 5,         /* bytes of a page's entry in a pointer map */
};

static unsigned two(const unsigned char *p) { return (unsigned)p[0] << 8 | p[1]; }

struct scrub_layout scrub_sqlite_layout(const unsigned char head[FIRST])
{
	int size = two(head + 16) == 1 ? PAGE_MAX : (int)two(head + 16);
	return (struct scrub_layout){
		.size = size, .used = size - head[20], .mapped = two(head + 52) != 0 || two(head + 54) != 0};
}

/* The pages of a pointer map (auto_vacuum) begin with what kind of page the next one is, which may be 2 or 5. */
bool scrub_sqlite_may_have_cells(const struct scrub_layout *l, sqlite3_int64 page)
{
	sqlite3_int64 lock = LOCK_BYTE / l->size + 1, every = l->used / POINTER + 1;
	if (page == lock)
		return false;
	if (!l->mapped || page < 2)
		return true;
	sqlite3_int64 map = (page - 2) / every * every + 2;
	return page != (map == lock ? map + 1 : map);
}

/* Where a page's gap is; false: it has no cells, or (*rc) is not as SQLite leaves it. */
static bool find_gap(const unsigned char *page, int used, bool first, int *from, int *to, int *rc)
{
	const unsigned char *head = page + (first ? FIRST : 0);
	bool leaf = head[0] == 10 || head[0] == 13;
	if (!leaf && head[0] != 2 && head[0] != 5)
		return false;
	*from = (int)(head - page) + (leaf ? 8 : 12) + 2 * (int)two(head + 3);
	*to = two(head + 5) ? (int)two(head + 5) : PAGE_MAX;
	if (*from <= *to && *to <= used)
		return *from < *to;
	*rc = SQLITE_CORRUPT;
	return false;
}

static int clear_page(sqlite3_file *file, const struct scrub_layout *l, sqlite3_int64 number)
{
	static const unsigned char zeros[PAGE_MAX];
	unsigned char page[PAGE_MAX];
	sqlite3_int64 at = (number - 1) * l->size;
	int from, to, rc = file->pMethods->xRead(file, page, l->size, at);
	if (rc != SQLITE_OK || !find_gap(page, l->used, number == 1, &from, &to, &rc) ||
	    memcmp(page + from, zeros, (size_t)(to - from)) == 0)
		return rc;
	return file->pMethods->xWrite(file, zeros, to - from, at + from);
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

/* Page 1 is written again as it is, for others a change like any. */
static int change_nothing(sqlite3 *db)
{
	sqlite3_int64 version = 0;
	char same[64];
	int rc = ask(db, "PRAGMA user_version", &version);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_snprintf(sizeof same, same, "PRAGMA user_version=%d", (int)version);
	return sqlite3_exec(db, same, NULL, NULL, NULL);
}

static int clear_some(sqlite3 *db, sqlite3_int64 *page)
{
	sqlite3_file *file = NULL;
	sqlite3_int64 count = 0;
	unsigned char head[FIRST];
	int rc = must_be_all(db, &file);
	if (rc == SQLITE_OK)
		rc = ask(db, "PRAGMA page_count", &count);
	if (rc == SQLITE_OK && count >= PAGES_MOST)
		return SQLITE_TOOBIG;
	if (rc == SQLITE_OK)
		rc = file->pMethods->xRead(file, head, FIRST, 0);
	if (rc != SQLITE_OK)
		return rc;
	struct scrub_layout l = scrub_sqlite_layout(head);
	if (l.size < PAGE_MIN)
		return SQLITE_CORRUPT;
	sqlite3_int64 end = *page + PAGES <= count ? *page + PAGES : count + 1;
	for (; rc == SQLITE_OK && *page < end; ++*page)
		if (scrub_sqlite_may_have_cells(&l, *page))
			rc = clear_page(file, &l, *page);
	if (rc == SQLITE_OK && *page > count) {
		*page = 0;
		rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
	}
	return rc == SQLITE_OK ? change_nothing(db) : rc;
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
