/* One database connection, SQL in and rows out. Private to the store: nothing
 * above it sees SQL. A driver is one file (db_sqlite.c) filling db_driver. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"
#include "base/base.h"

struct db;
struct db_rows;

struct db_value {
	enum { DB_KIND_NULL, DB_KIND_INT, DB_KIND_TEXT, DB_KIND_BLOB } kind;
	int64_t i;
	str s;
};
#define DB_INT(x) ((struct db_value){.kind = DB_KIND_INT, .i = (x)})
#define DB_TEXT(x) ((struct db_value){.kind = DB_KIND_TEXT, .s = (x)})
#define DB_BLOB(x) ((struct db_value){.kind = DB_KIND_BLOB, .s = (x)})
#define DB_NULL ((struct db_value){.kind = DB_KIND_NULL})
/* 0 stands for NULL: no id and no time of ours is 0. */
#define DB_INT_OR_NULL(x) ((x) ? DB_INT(x) : DB_NULL)

/* Runs a statement with $1 … bound; `sql` must be a literal (statements are cached by address).
 * Usage: DB_RUN(db, err, "UPDATE … $1", DB_INT(id)) */
#define DB_ARGS(...)                                                                                                   \
	(const struct db_value[]){__VA_ARGS__}, sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_RUN(db, err, sql, ...) db_run((db), (err), "" sql, DB_ARGS(__VA_ARGS__), NULL)
#define DB_RUN_COUNT(db, err, changed, sql, ...) db_run((db), (err), "" sql, DB_ARGS(__VA_ARGS__), (changed))
#define DB_QUERY(db, err, rows, sql, ...) db_query((db), (err), "" sql, DB_ARGS(__VA_ARGS__), (rows))

MUST_CHECK enum frg_status db_run(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args,
                                  size_t count, int64_t *changed);
/* On FRG_OK step with db_next until it returns false, then db_end. One open query per
 * statement text and connection. */
MUST_CHECK enum frg_status db_query(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args,
                                    size_t count, struct db_rows **out);
bool db_next(struct db_rows *rows);
/* Ends the query; the status of the whole, including of stepping. */
MUST_CHECK enum frg_status db_end(struct db_rows *rows, struct frg_error *err);
bool db_null(struct db_rows *rows, int column);
int64_t db_int(struct db_rows *rows, int column);               /* NULL reads as 0 */
str db_text(struct db_rows *rows, int column, struct arena *a); /* copied; NULL reads as "" */

/* Several statements without parameters; for migrations and BEGIN/COMMIT. */
MUST_CHECK enum frg_status db_script(struct db *db, struct frg_error *err, const char *sql);
/* True while a transaction is open: a failing disk may have ended it. */
bool db_in_transaction(struct db *db);

/* ---- SQLite ---- */
enum db_mode {
	DB_READ,
	DB_WRITE,
	DB_ALONE, /* writes, and nobody else has the file open until db_close: FRG_UNAVAILABLE if somebody has */
	DB_FROZEN /* reads a file that nobody writes, as it lies: no log, no lock, nothing beside it is made */
};
MUST_CHECK enum frg_status db_open_sqlite(const char *path, enum db_mode mode, struct db **out, struct frg_error *err);
void db_close(struct db *db);
/* A file's name as SQLite's own URI, whatever stands in it; `frozen`: nobody writes it. */
enum { DB_URI_MAX = 3 * 4096 + 32 };
void db_sqlite_uri(const char *path, bool frozen, char out[DB_URI_MAX]);
/* Every page read and checked against its links, indexes and constraints; FRG_CORRUPT with what is wrong. */
MUST_CHECK enum frg_status db_check_integrity(struct db *db, struct frg_error *err);
MUST_CHECK enum frg_status db_size(struct db *db, int64_t *bytes, struct frg_error *err);
/* Nothing of what was deleted is left in the files. Outside of any transaction. */
MUST_CHECK enum frg_status db_scrub(struct db *db, struct frg_error *err);

#endif
