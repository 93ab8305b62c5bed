/* The SQLite driver: prepared statements cached by the address of their text. */
#include "store/db.h"
#include "store/scrub_sqlite.h"
#include "store/search_sqlite.h"

#include "base/buf.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Another program may hold the database BUSY_MS before a write is refused; SCRUB_BUSY_MS: while it is cleared, nobody
 * writes. RESTART_MS: the writer stands still so long at most for those who read what was before. */
enum { CACHE_SLOTS = 1024, ARGS_MAX = 48, BUSY_MS = 5000, RESTART_MS = 20, SCRUB_BUSY_MS = 200, SCRIPT_MAX = 1 << 20 };

struct sqlite_rows {
	struct db_rows base;
	sqlite3_stmt *stmt;
	int last; /* result of the last step */
};

struct cached {
	const char *sql;
	struct sqlite_rows rows;
	unsigned char place[ARGS_MAX]; /* of $1, $2 … among SQLite's own numbers; 0: not in the statement */
	bool busy;
};

struct sqlite {
	struct db base;
	sqlite3 *handle;
	char *path;
	enum db_mode mode;
	int64_t log_pages;
	bool doubtful; /* its files failed it, or it took them for damaged: opened anew before its next transaction */
	struct cached cache[CACHE_SLOTS];
};

static const struct db_driver driver;

/* SQLite takes a page that the disk does not give (EIO) for a damaged one; its files know better. They never forget it,
 * so such a connection is opened anew before it could excuse real damage. */
bool db_sqlite_disk_failed(sqlite3 *handle)
{
	static const int files[] = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		sqlite3_file *f = NULL;
		int why = 0;
		if (sqlite3_file_control(handle, "main", files[i], &f) == SQLITE_OK && f && f->pMethods &&
		    f->pMethods->xFileControl(f, SQLITE_FCNTL_LAST_ERRNO, &why) == SQLITE_OK && (why == EIO || why == ENXIO))
			return true;
	}
	return false;
}

static enum frg_status failed(struct sqlite *db, struct frg_error *err, int rc)
{
	const char *text = sqlite3_errmsg(db->handle);
	int kind = rc & 0xff;
	bool damaged = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
	db->doubtful = db->doubtful || damaged || kind == SQLITE_IOERR;
	if (damaged && db_sqlite_disk_failed(db->handle))
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the disk did not give a page: %s", text);
	switch (kind) {
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

/* Of a table whose key is an INTEGER the rows lie in its order, in one tree; a BIGINT's would be a second one beside
 * it, of which every row by its number would be found in both. */
void db_sqlite_words(const char *sql, struct buf *out)
{
	static const struct {
		str from, to;
	} words[] = {{STR_INIT(" BIGINT PRIMARY KEY"), STR_INIT(" INTEGER PRIMARY KEY")},
	             {STR_INIT("/*sqlite"), STR_INIT("")},
	             {STR_INIT("sqlite*/"), STR_INIT("")}};
	for (str rest = str_of(sql); rest.n;) {
		size_t at = rest.n, which = 0;
		for (size_t i = 0; i < COUNT_OF(words); i++) {
			size_t found = str_find(rest, words[i].from, 0);
			if (found < at) {
				at = found;
				which = i;
			}
		}
		buf_add(out, str_sub(rest, 0, at));
		if (at == rest.n)
			break;
		buf_add(out, words[which].to);
		rest = str_sub(rest, at + words[which].from.n, rest.n);
	}
	buf_byte(out, 0);
	BUG_IF(out->cut);
}

/* Only here the schema itself may be written: a migration's words are the program's own. */
static enum frg_status script(struct db *base, struct frg_error *err, const char *sql)
{
	struct sqlite *db = (struct sqlite *)base;
	struct buf own = BUF_INIT(SCRIPT_MAX);
	db_sqlite_words(sql, &own);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	int rc = sqlite3_exec(db->handle, own.p, NULL, NULL, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	buf_free(&own);
	return rc == SQLITE_OK ? FRG_OK : failed(db, err, rc);
}

static int64_t changes(struct db *base) { return sqlite3_total_changes64(((struct sqlite *)base)->handle); }

static bool in_transaction(struct db *base) { return !sqlite3_get_autocommit(((struct sqlite *)base)->handle); }

static void forget_statements(struct sqlite *db)
{
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		sqlite3_finalize(db->cache[i].rows.stmt);
	memset(db->cache, 0, sizeof db->cache);
}

static void close_db(struct db *base)
{
	struct sqlite *db = (struct sqlite *)base;
	forget_statements(db);
	sqlite3_close(db->handle);
	free(db->path);
	free(db);
}

/* Nobody asks SQLite how much memory it has; counting it takes a lock at each allocation of each thread. */
static void set_up(void) { (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

void db_sqlite_uri(const char *path, bool frozen, char out[DB_URI_MAX])
{
	size_t n = (size_t)snprintf(out, DB_URI_MAX, "file:");
	for (; *path && n + 16 < DB_URI_MAX; path++)
		n += (size_t)snprintf(out + n, DB_URI_MAX - n, strchr("%?#", *path) ? "%%%02x" : "%c", *path);
	snprintf(out + n, DB_URI_MAX - n, "%s", frozen ? "?immutable=1" : "");
}

static int open_handle(const char *path, enum db_mode mode, sqlite3 **out)
{
	char uri[DB_URI_MAX];
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (mode == DB_FROZEN) {
		db_sqlite_uri(path, true, uri);
		path = uri;
		flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
	} else {
		flags |= SQLITE_OPEN_READWRITE | (mode == DB_READ ? 0 : SQLITE_OPEN_CREATE);
	}
	int rc = sqlite3_open_v2(path, out, flags, NULL);
	return rc == SQLITE_OK ? search_sqlite_open(*out) : rc;
}

/* FULL: a commit in WAL mode is on the disk before it is acknowledged. What is deleted is overwritten; db_scrub does
 * the rest. What a savepoint may have to bring back needs no file. Who has the file alone moves its log within a
 * commit, as nobody else can. */
#define SETTINGS                                                                                                       \
	"PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON; PRAGMA wal_autocheckpoint=4000;"      \
	"PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"

static const char *const settings[] = {
	[DB_READ] = "PRAGMA journal_mode=WAL;" SETTINGS "PRAGMA query_only=ON;",
	[DB_WRITE] = "PRAGMA journal_mode=WAL;" SETTINGS,
	/* before the log is first looked at, so that its index is not shared */
	[DB_ALONE] = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; BEGIN EXCLUSIVE; COMMIT;" SETTINGS,
	[DB_FROZEN] = SETTINGS "PRAGMA query_only=ON;",
};

/* Called with each commit; in place of SQLite's own, which moves the log within it. */
static int note_log(void *ctx, sqlite3 *handle, const char *name, int pages)
{
	struct sqlite *db = ctx;
	(void)handle;
	(void)name;
	db->log_pages = pages;
	return SQLITE_OK;
}

static void watch_log(struct sqlite *db)
{
	if (db->mode == DB_WRITE)
		sqlite3_wal_hook(db->handle, note_log, db);
}

/* SQLite says "unable to open database file", and its last error is often that of its second attempt. 0: unknown. */
static int why_not(const char *path)
{
	char folder[4096];
	if (access(path, F_OK) == 0)
		return access(path, R_OK | W_OK) == 0 ? 0 : errno;
	const char *name = strrchr(path, '/');
	snprintf(folder, sizeof folder, "%.*s", name ? (int)(name - path + 1) : 1, name ? path : ".");
	return access(folder, W_OK | X_OK) == 0 ? 0 : errno;
}

enum frg_status db_open_sqlite(const char *path, enum db_mode mode, struct db **out, struct frg_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, set_up);
	struct sqlite *db = calloc(1, sizeof *db);
	if (!db || !(db->path = strdup(path)))
		BUG("out of memory");
	db->base.driver = &driver;
	db->mode = mode;
	int rc = open_handle(path, mode, &db->handle);
	enum frg_status st = FRG_OK;
	if (rc != SQLITE_OK) {
		int why = why_not(path);
		st = frg_fail(err, FRG_IO, "store_open", "cannot open %s: %s", path, why ? strerror(why) : sqlite3_errstr(rc));
	} else {
		sqlite3_busy_timeout(db->handle, mode == DB_ALONE ? 100 : BUSY_MS);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		st = script(&db->base, err, settings[mode]);
		if (st != FRG_OK && mode == DB_ALONE && (sqlite3_errcode(db->handle) & 0xff) == SQLITE_BUSY)
			st = frg_fail(err, FRG_UNAVAILABLE, "store_in_use", "%s is in use: stop what uses it first", path);
	}
	if (st != FRG_OK) {
		close_db(&db->base);
		return st;
	}
	watch_log(db);
	*out = &db->base;
	return FRG_OK;
}

/* Nothing that the old connection remembers is built upon. One that has the file for itself would give it up, and stays
 * as it is. */
static enum frg_status open_anew(struct sqlite *db, struct frg_error *err)
{
	struct frg_error why;
	struct db *opened = NULL;
	if (db->mode == DB_ALONE)
		return FRG_OK;
	enum frg_status st = db_open_sqlite(db->path, db->mode, &opened, &why);
	if (st == FRG_IO) /* not for ever, as at the start */
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "%s", why.msg);
	if (st != FRG_OK)
		return frg_fail(err, st, why.code, "%s", why.msg);
	struct sqlite *fresh = (struct sqlite *)opened;
	sqlite3 *old = db->handle;
	forget_statements(db);
	db->handle = fresh->handle;
	db->doubtful = false;
	fresh->handle = old;
	watch_log(db);
	close_db(opened);
	return FRG_OK;
}

/* SQLite numbers parameters as they come, whatever their names say: found once, not at each binding. */
static void note_places(struct cached *c)
{
	int count = sqlite3_bind_parameter_count(c->rows.stmt);
	for (int at = 1; at <= count; at++) {
		const char *name = sqlite3_bind_parameter_name(c->rows.stmt, at);
		int number = name ? atoi(name + 1) : 0;
		BUG_IF(number < 1 || number > ARGS_MAX);
		c->place[number - 1] = (unsigned char)at;
	}
}

/* Slot of this statement, prepared. The number of statements is fixed by the program's text. */
static enum frg_status find(struct sqlite *db, struct frg_error *err, const char *sql, struct cached **out)
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
		c->rows.base.db = &db->base;
		note_places(c);
		*out = c;
		return FRG_OK;
	}
	BUG("more statements than slots");
}

static void bind(struct cached *c, const struct db_value *args, size_t count)
{
	sqlite3_stmt *stmt = c->rows.stmt;
	BUG_IF(count > ARGS_MAX);
	for (size_t i = 0; i < count; i++) {
		int at = c->place[i];
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

static enum frg_status query(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                             size_t count, struct db_rows **out)
{
	struct cached *c = NULL;
	enum frg_status st = find((struct sqlite *)base, err, sql, &c);
	if (st != FRG_OK)
		return st;
	BUG_IF(!c);
	c->busy = true;
	bind(c, args, count);
	c->rows.last = SQLITE_ROW;
	*out = &c->rows.base;
	return FRG_OK;
}

static bool next(struct db_rows *base)
{
	struct sqlite_rows *rows = (struct sqlite_rows *)base;
	if (rows->last == SQLITE_ROW)
		rows->last = sqlite3_step(rows->stmt);
	return rows->last == SQLITE_ROW;
}

static enum frg_status end(struct db_rows *base, struct frg_error *err)
{
	struct sqlite_rows *rows = (struct sqlite_rows *)base;
	int rc = rows->last;
	enum frg_status st = rc == SQLITE_ROW || rc == SQLITE_DONE ? FRG_OK : failed((struct sqlite *)base->db, err, rc);
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
	((struct cached *)((char *)rows - offsetof(struct cached, rows)))->busy = false;
	return st;
}

static enum frg_status run(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                           size_t count, int64_t *changed)
{
	struct db_rows *rows;
	enum frg_status st = query(base, err, sql, args, count, &rows);
	if (st != FRG_OK)
		return st;
	while (next(rows))
		;
	if (changed)
		*changed = ((struct sqlite_rows *)rows)->last == SQLITE_DONE
		               ? sqlite3_changes64(((struct sqlite *)base)->handle)
		               : 0;
	return end(rows, err);
}

/* Prepared once, as all statements: parsing these took as long as a small one. */
static enum frg_status step(struct db *base, struct frg_error *err, enum db_step which)
{
	static const char *const sql[] = {
		[DB_BEGIN_READ] = "BEGIN", [DB_BEGIN_WRITE] = "BEGIN IMMEDIATE", [DB_SAVE] = "SAVEPOINT job",
		[DB_KEEP] = "RELEASE job", [DB_UNDO] = "ROLLBACK TO job",        [DB_COMMIT] = "COMMIT",
		[DB_ROLLBACK] = "ROLLBACK"};
	struct sqlite *db = (struct sqlite *)base;
	enum frg_status st = FRG_OK;
	if (db->doubtful && (which == DB_BEGIN_READ || which == DB_BEGIN_WRITE))
		st = open_anew(db, err);
	if (st == FRG_OK)
		st = run(base, err, sql[which], NULL, 0, NULL);
	return st == FRG_OK && which == DB_UNDO ? run(base, err, sql[DB_KEEP], NULL, 0, NULL) : st;
}

static bool null(struct db_rows *rows, int column)
{
	return sqlite3_column_type(((struct sqlite_rows *)rows)->stmt, column) == SQLITE_NULL;
}

static int64_t integer(struct db_rows *rows, int column)
{
	return sqlite3_column_int64(((struct sqlite_rows *)rows)->stmt, column);
}

static str text(struct db_rows *rows, int column, struct arena *a)
{
	sqlite3_stmt *stmt = ((struct sqlite_rows *)rows)->stmt;
	const void *p = sqlite3_column_blob(stmt, column);
	int n = sqlite3_column_bytes(stmt, column);
	return p ? arena_str(a, (str){p, (size_t)n}) : (str){"", 0};
}

/* What the check says of a page that the disk did not give is not said of the page. */
static enum frg_status unsound(struct db *db, struct frg_error *err, const char *found)
{
	if (db_sqlite_disk_failed(((struct sqlite *)db)->handle))
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the disk did not give a page: %s", found);
	return frg_fail(err, FRG_CORRUPT, "store_corrupt", "%s", found);
}

static enum frg_status check_integrity(struct db *db, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = query(db, err, "PRAGMA integrity_check(1)", NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	char first[160] = "";
	if (next(rows)) {
		const unsigned char *found = sqlite3_column_text(((struct sqlite_rows *)rows)->stmt, 0);
		sqlite3_snprintf(sizeof first, first, "%s", found ? (const char *)found : "?");
	}
	st = end(rows, err);
	if (st == FRG_OK && strcmp(first, "ok") != 0)
		st = unsound(db, err, first);
	if (st != FRG_OK)
		return st;
	bool dangling = false;
	st = query(db, err, "PRAGMA foreign_key_check", NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	if (next(rows)) {
		dangling = true;
		sqlite3_snprintf(sizeof first, first, "%s row %lld points to something that is not there",
		                 sqlite3_column_text(((struct sqlite_rows *)rows)->stmt, 0), (long long)integer(rows, 1));
	}
	st = end(rows, err);
	if (st == FRG_OK && dangling)
		st = unsound(db, err, first);
	return st;
}

static int64_t log_pages(struct db *base) { return ((struct sqlite *)base)->log_pages; }

static int checkpoint(struct sqlite *db, int how, struct db_log *out)
{
	int pages = 0, moved = 0;
	int rc = sqlite3_wal_checkpoint_v2(db->handle, "main", how, &pages, &moved);
	*out = (struct db_log){pages, moved};
	return rc;
}

/* SQLite does so itself only when nothing has been added to the log meanwhile; and whoever moves the last of it would
 * have to wait for all. */
static int bring_to_disk(struct sqlite *db)
{
	sqlite3_file *file = NULL;
	int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	return rc == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : rc;
}

static enum frg_status log_move(struct db *base, struct db_log *out, struct frg_error *err)
{
	struct sqlite *db = (struct sqlite *)base;
	int rc = checkpoint(db, SQLITE_CHECKPOINT_PASSIVE, out);
	if (rc == SQLITE_OK)
		rc = bring_to_disk(db);
	return rc == SQLITE_OK ? FRG_OK : failed(db, err, rc);
}

static enum frg_status log_restart(struct db *base, struct frg_error *err)
{
	struct sqlite *db = (struct sqlite *)base;
	struct db_log log;
	sqlite3_busy_timeout(db->handle, RESTART_MS);
	int rc = checkpoint(db, SQLITE_CHECKPOINT_RESTART, &log);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY ? FRG_OK : failed(db, err, rc);
}

/* Waits but a moment for readers: nobody writes meanwhile. */
static enum frg_status scrub(struct db *base, int64_t *place, struct frg_error *err)
{
	struct sqlite *db = (struct sqlite *)base;
	sqlite3_int64 page = *place ? *place : 1;
	sqlite3_busy_timeout(db->handle, SCRUB_BUSY_MS);
	int rc = scrub_sqlite_some(db->handle, &page);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	*place = page;
	return rc == SQLITE_OK ? FRG_OK : failed(db, err, rc);
}

static enum frg_status pragma_int(struct db *db, const char *sql, int64_t *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = query(db, err, sql, NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	*out = next(rows) ? integer(rows, 0) : 0;
	return end(rows, err);
}

static enum frg_status size_of(struct db *db, int64_t *bytes, struct frg_error *err)
{
	int64_t pages = 0, size = 0;
	enum frg_status st = pragma_int(db, "PRAGMA page_count", &pages, err);
	if (st == FRG_OK)
		st = pragma_int(db, "PRAGMA page_size", &size, err);
	*bytes = pages * size;
	return st;
}

static const struct db_driver driver = {
	.dialect = DB_SQLITE,
	.run = run,
	.query = query,
	.next = next,
	.null = null,
	.end = end,
	.integer = integer,
	.text = text,
	.script = script,
	.step = step,
	.in_transaction = in_transaction,
	.changes = changes,
	.close = close_db,
	.check_integrity = check_integrity,
	.size = size_of,
	.scrub = scrub,
	.log_pages = log_pages,
	.log_move = log_move,
	.log_restart = log_restart,
};
