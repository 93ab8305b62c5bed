/* The SQLite driver: prepared statements cached by the address of their text. */
#include "store/db.h"

#include <sqlite3.h>
#include <stdlib.h>

/* Another program may hold the database so long before a write is refused. */
enum { CACHE_SLOTS = 1024, BUSY_MS = 5000 };

struct db_rows {
	struct db *db;
	sqlite3_stmt *stmt;
	int last; /* result of the last step */
};

struct cached {
	const char *sql;
	struct db_rows rows;
	bool busy;
};

struct db {
	sqlite3 *handle;
	struct cached cache[CACHE_SLOTS];
};

static enum frg_status failed(struct db *db, struct frg_error *err, int rc)
{
	const char *text = sqlite3_errmsg(db->handle);
	switch (rc & 0xff) {
	case SQLITE_FULL: return frg_fail(err, FRG_UNAVAILABLE, "store_full", "database: %s", text);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* unlucky too often when it began to read */
	case SQLITE_SCHEMA:
	case SQLITE_ABORT: return frg_fail(err, FRG_UNAVAILABLE, "store_busy", "database: %s", text);
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_NOLFS:
	case SQLITE_CANTOPEN: return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: %s", text);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return frg_fail(err, FRG_CORRUPT, "store_corrupt", "database: %s", text);
	case SQLITE_CONSTRAINT: return frg_fail(err, FRG_CONFLICT, "store_constraint", "database: %s", text);
	case SQLITE_TOOBIG: return frg_fail(err, FRG_TOO_LARGE, "store_too_large", "database: %s", text);
	case SQLITE_NOMEM: BUG("out of memory");
	default: BUG("SQLite %d: %s", rc, text);
	}
}

enum frg_status db_script(struct db *db, struct frg_error *err, const char *sql)
{
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? FRG_OK : failed(db, err, rc);
}

bool db_in_transaction(struct db *db) { return !sqlite3_get_autocommit(db->handle); }

enum frg_status db_open_sqlite(const char *path, bool writer, struct db **out, struct frg_error *err)
{
	struct db *db = calloc(1, sizeof *db);
	if (!db)
		BUG("out of memory");
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE | (writer ? SQLITE_OPEN_CREATE : 0);
	int rc = sqlite3_open_v2(path, &db->handle, flags, NULL);
	enum frg_status st = FRG_OK;
	if (rc != SQLITE_OK) {
		st = frg_fail(err, FRG_IO, "store_open", "cannot open %s: %s", path,
		              db->handle ? sqlite3_errmsg(db->handle) : "no memory");
	} else {
		sqlite3_busy_timeout(db->handle, BUSY_MS);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		/* FULL: a commit in WAL mode is on the disk before it is acknowledged */
		st = db_script(db, err,
		               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		               "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
		               "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000;"
		               "PRAGMA secure_delete=ON;"); /* what is deleted is overwritten; db_scrub does the rest */
		if (st == FRG_OK && !writer)
			st = db_script(db, err, "PRAGMA query_only=ON;");
	}
	if (st != FRG_OK) {
		db_close(db);
		return st;
	}
	*out = db;
	return FRG_OK;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		sqlite3_finalize(db->cache[i].rows.stmt);
	sqlite3_close(db->handle);
	free(db);
}

/* Slot of this statement, prepared. The number of statements is fixed by the program's text. */
static enum frg_status find(struct db *db, struct frg_error *err, const char *sql, struct cached **out)
{
	size_t at = ((uintptr_t)sql >> 3) * 2654435761u % CACHE_SLOTS;
	for (size_t i = 0; i < CACHE_SLOTS; i++, at = (at + 1) % CACHE_SLOTS) {
		struct cached *c = &db->cache[at];
		if (c->sql == sql) {
			BUG_IF(c->busy);
			*out = c;
			return FRG_OK;
		}
		if (c->sql)
			continue;
		int rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &c->rows.stmt, NULL);
		if (rc != SQLITE_OK)
			return failed(db, err, rc);
		c->sql = sql;
		c->rows.db = db;
		*out = c;
		return FRG_OK;
	}
	BUG("more statements than slots");
}

static void bind(sqlite3_stmt *stmt, const struct db_value *args, size_t count)
{
	char name[12];
	for (size_t i = 0; i < count; i++) {
		sqlite3_snprintf(sizeof name, name, "$%d", (int)i + 1);
		int at = sqlite3_bind_parameter_index(stmt, name);
		if (at == 0)
			continue; /* an argument the statement does not use */
		int rc;
		switch (args[i].kind) {
		case DB_KIND_INT: rc = sqlite3_bind_int64(stmt, at, args[i].i); break;
		case DB_KIND_TEXT:
			rc = sqlite3_bind_text64(stmt, at, args[i].s.p ? args[i].s.p : "", args[i].s.n, SQLITE_STATIC, SQLITE_UTF8);
			break;
		case DB_KIND_BLOB:
			rc = sqlite3_bind_blob64(stmt, at, args[i].s.p ? args[i].s.p : "", args[i].s.n, SQLITE_STATIC);
			break;
		default: rc = sqlite3_bind_null(stmt, at);
		}
		BUG_IF(rc != SQLITE_OK);
	}
}

enum frg_status db_query(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args,
                         size_t count, struct db_rows **out)
{
	struct cached *c = NULL;
	enum frg_status st = find(db, err, sql, &c);
	if (st != FRG_OK)
		return st;
	BUG_IF(!c);
	c->busy = true;
	bind(c->rows.stmt, args, count);
	c->rows.last = SQLITE_ROW;
	*out = &c->rows;
	return FRG_OK;
}

bool db_next(struct db_rows *rows)
{
	if (rows->last == SQLITE_ROW)
		rows->last = sqlite3_step(rows->stmt);
	return rows->last == SQLITE_ROW;
}

enum frg_status db_end(struct db_rows *rows, struct frg_error *err)
{
	int rc = rows->last;
	enum frg_status st = rc == SQLITE_ROW || rc == SQLITE_DONE ? FRG_OK : failed(rows->db, err, rc);
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
	((struct cached *)((char *)rows - offsetof(struct cached, rows)))->busy = false;
	return st;
}

enum frg_status db_run(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args, size_t count,
                       int64_t *changed)
{
	struct db_rows *rows;
	enum frg_status st = db_query(db, err, sql, args, count, &rows);
	if (st != FRG_OK)
		return st;
	while (db_next(rows))
		;
	if (changed)
		*changed = rows->last == SQLITE_DONE ? sqlite3_changes64(db->handle) : 0;
	return db_end(rows, err);
}

int64_t db_int(struct db_rows *rows, int column) { return sqlite3_column_int64(rows->stmt, column); }

str db_text(struct db_rows *rows, int column, struct arena *a)
{
	const void *p = sqlite3_column_blob(rows->stmt, column);
	int n = sqlite3_column_bytes(rows->stmt, column);
	return p ? arena_str(a, (str){p, (size_t)n}) : (str){"", 0};
}

enum frg_status db_check_integrity(struct db *db, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = db_query(db, err, "PRAGMA integrity_check(1)", NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	char first[120] = "";
	if (db_next(rows)) {
		const unsigned char *text = sqlite3_column_text(rows->stmt, 0);
		sqlite3_snprintf(sizeof first, first, "%s", text ? (const char *)text : "?");
	}
	st = db_end(rows, err);
	if (st == FRG_OK && strcmp(first, "ok") != 0)
		st = frg_fail(err, FRG_CORRUPT, "store_corrupt", "database: %s", first);
	if (st != FRG_OK)
		return st;
	bool dangling = false;
	st = db_query(db, err, "PRAGMA foreign_key_check", NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	if (db_next(rows)) {
		dangling = true;
		sqlite3_snprintf(sizeof first, first, "%s row %lld", sqlite3_column_text(rows->stmt, 0),
		                 sqlite3_column_int64(rows->stmt, 1));
	}
	st = db_end(rows, err);
	if (st == FRG_OK && dangling)
		st = frg_fail(err, FRG_CORRUPT, "store_corrupt", "%s points to something that is not there", first);
	return st;
}

/* Overwriting deleted cells is not all: when SQLite moves cells between pages, copies stay in the gaps, and the
 * full-text index keeps words until its parts are merged. So the index is merged, the file written anew, and the log
 * emptied. */
enum frg_status db_scrub(struct db *db, struct frg_error *err)
{
	enum frg_status st = db_script(db, err, "INSERT INTO search_text (search_text) VALUES ('optimize')");
	if (st == FRG_OK)
		st = db_script(db, err, "VACUUM");
	int busy = 0, in_log = 0, moved = 0;
	if (st != FRG_OK)
		return st;
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db->handle, "PRAGMA wal_checkpoint(TRUNCATE)", -1, &stmt, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		busy = sqlite3_column_int(stmt, 0);
		in_log = sqlite3_column_int(stmt, 1);
		moved = sqlite3_column_int(stmt, 2);
	}
	sqlite3_finalize(stmt);
	if (rc != SQLITE_ROW)
		return failed(db, err, rc);
	return busy ? frg_fail(err, FRG_UNAVAILABLE, "store_busy", "the log is in use: %d of %d pages moved", moved, in_log)
	            : FRG_OK;
}

static enum frg_status pragma_int(struct db *db, const char *sql, int64_t *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = db_query(db, err, sql, NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status db_size(struct db *db, int64_t *bytes, struct frg_error *err)
{
	int64_t pages = 0, size = 0;
	enum frg_status st = pragma_int(db, "PRAGMA page_count", &pages, err);
	if (st == FRG_OK)
		st = pragma_int(db, "PRAGMA page_size", &size, err);
	*bytes = pages * size;
	return st;
}
