/* One database connection, SQL in and rows out. Private to the store: nothing
 * above it sees SQL. A driver is one file (db_sqlite.c, db_postgres.c) filling db_driver; db.c calls it. One
 * connection is one thread's at a time. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"
#include "base/base.h"

struct db_driver;
/* What every driver's connection and query begin with. */
struct db {
	const struct db_driver *driver;
};
struct db_rows {
	struct db *db;
};

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
/* As DB_RUN, of "INSERT INTO … (…) VALUES (…)" with one row. Several jobs' rows may be put by one statement, later than
 * said here, but before anything else is asked or done: so a row looks at no other that is put (a counter it may read),
 * and refers to none but those that its own job has put before. */
#define DB_PUT(db, err, sql, ...) db_put((db), (err), "" sql, DB_ARGS(__VA_ARGS__))
MUST_CHECK enum frg_status db_put(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args,
                                  size_t count);
/* True: what is written without a count is sent ahead, and may fail with something that comes later, at the latest with
 * db_settle or the next step. */
bool db_sends_ahead(const struct db *db);
/* Waits for what was sent ahead. */
MUST_CHECK enum frg_status db_settle(struct db *db, struct frg_error *err);
/* On FRG_OK step with db_next until it returns false, then db_end. One open query per
 * statement text and connection. */
MUST_CHECK enum frg_status db_query(struct db *db, struct frg_error *err, const char *sql, const struct db_value *args,
                                    size_t count, struct db_rows **out);
/* From db_ask to db_asked queries are only sent, and have no rows. The same, with the same values, find their answers
 * afterwards without a round trip of their own; what is written in between does not show in them. False: answers cost
 * no trip here, and nothing is asked. What has not been fetched is forgotten with the next step. */
bool db_ask(struct db *db);
void db_asked(struct db *db);
/* Whose questions are asked and fetched, whose rows are put from now on, until the next step: a job of a group. Nobody
 * finds another's answers. 0 at first. */
void db_whose(struct db *db, unsigned who);
bool db_next(struct db_rows *rows);
/* Ends the query; the status of the whole, including of stepping. */
MUST_CHECK enum frg_status db_end(struct db_rows *rows, struct frg_error *err);
bool db_null(struct db_rows *rows, int column);
int64_t db_int(struct db_rows *rows, int column);               /* NULL reads as 0 */
str db_text(struct db_rows *rows, int column, struct arena *a); /* copied; NULL reads as "" */

/* Several statements without parameters, outside of a transaction or inside; for migrations. BLOB stands for the
 * database's type of bytes, BIGINT PRIMARY KEY for the way in which it finds a row by a number; what stands between the
 * comment marks with "sqlite" beside them is for SQLite alone. */
MUST_CHECK enum frg_status db_script(struct db *db, struct frg_error *err, const char *sql);

/* The steps of a transaction. A savepoint is kept or undone before the next begins. */
enum db_step {
	DB_BEGIN_READ,  /* one consistent state */
	DB_BEGIN_WRITE, /* alone among all programs that write to this database: until the end of the transaction */
	DB_SAVE,
	DB_KEEP,
	DB_UNDO,
	DB_COMMIT, /* after FRG_OK of a writing transaction: on the disk. After a failure nobody knows, but if it is still
	            * open: then nothing of it is done */
	DB_ROLLBACK
};
MUST_CHECK enum frg_status db_step(struct db *db, struct frg_error *err, enum db_step step);
/* True while a transaction is open: a failing disk or a lost connection may have ended it. */
bool db_in_transaction(struct db *db);
/* Grows with all that this connection changes (PostgreSQL: with every statement that may, and every failure): tells
 * whether something has been written meanwhile. */
int64_t db_changes(struct db *db);
/* Another number when the connection was made anew: it may lead to another server, which lacks what the former had not
 * told it. */
int64_t db_connection(struct db *db);

/* Which connection it is among all of the server's, at present; 0: none. */
int db_number(struct db *db);

void db_close(struct db *db);
/* What can be checked of the database itself; FRG_CORRUPT with what is wrong. SQLite: every page read and checked
 * against its links, indexes and constraints. PostgreSQL: its own word on indexes, constraints and page checksums. */
MUST_CHECK enum frg_status db_check_integrity(struct db *db, struct frg_error *err);
MUST_CHECK enum frg_status db_size(struct db *db, int64_t *bytes, struct frg_error *err);
/* Clears the files of what was deleted (PostgreSQL: tables and indexes; see docs/postgresql.md for its log), a step at
 * a time: *place begins with 0 and is 0 again when nothing is left. Outside of any transaction. */
MUST_CHECK enum frg_status db_scrub(struct db *db, int64_t *place, struct frg_error *err);

/* SQLite's log: a commit writes pages to its end, and somebody has to move them into the file (store/checkpoints.h). A
 * server sees to that itself: its log has no pages. */
struct db_log {
	int64_t pages; /* in it, moved or not; it begins anew when all are moved and nobody reads them there */
	int64_t moved; /* of these, those that the file has, too */
};
/* Pages of the log when this connection committed last. */
int64_t db_log_pages(struct db *db);
/* Moves what can be moved without holding up anybody, and to the disk. FRG_UNAVAILABLE also if somebody else is at it.
 */
MUST_CHECK enum frg_status db_log_move(struct db *db, struct db_log *out, struct frg_error *err);
/* Moves the rest, so that the log begins anew with this connection's next commit. Waits some milliseconds for those who
 * read what was before; if they read on, the log grows on, which is no failure. */
MUST_CHECK enum frg_status db_log_restart(struct db *db, struct frg_error *err);

/* Where one SQL text does not serve both: search.c, migrate.c. SQLite's connections have search_holds besides
 * (search_sqlite.h). */
enum db_dialect { DB_SQLITE, DB_POSTGRES };
enum db_dialect db_dialect(const struct db *db);

struct db_driver {
	enum db_dialect dialect;
	enum frg_status (*run)(struct db *, struct frg_error *, const char *sql, const struct db_value *, size_t,
	                       int64_t *changed);
	/* NULL: as run; NULL: nothing is sent ahead */
	enum frg_status (*put)(struct db *, struct frg_error *, const char *sql, const struct db_value *, size_t);
	enum frg_status (*settle)(struct db *, struct frg_error *);
	enum frg_status (*query)(struct db *, struct frg_error *, const char *sql, const struct db_value *, size_t,
	                         struct db_rows **);
	void (*ask)(struct db *, bool begin); /* NULL: nothing to gain */
	void (*whose)(struct db *, unsigned);
	bool (*next)(struct db_rows *);
	bool (*null)(struct db_rows *, int column);
	enum frg_status (*end)(struct db_rows *, struct frg_error *);
	int64_t (*integer)(struct db_rows *, int column);
	str (*text)(struct db_rows *, int column, struct arena *);
	enum frg_status (*script)(struct db *, struct frg_error *, const char *sql);
	enum frg_status (*step)(struct db *, struct frg_error *, enum db_step);
	bool (*in_transaction)(struct db *);
	int64_t (*changes)(struct db *);
	int (*number)(struct db *);         /* NULL: 0 */
	int64_t (*connection)(struct db *); /* NULL: always the same */
	void (*close)(struct db *);
	enum frg_status (*check_integrity)(struct db *, struct frg_error *);
	enum frg_status (*size)(struct db *, int64_t *, struct frg_error *);
	enum frg_status (*scrub)(struct db *, int64_t *, struct frg_error *);
	/* NULL: there is no log to care for */
	int64_t (*log_pages)(struct db *);
	enum frg_status (*log_move)(struct db *, struct db_log *, struct frg_error *);
	enum frg_status (*log_restart)(struct db *, struct frg_error *);
};

/* ---- SQLite ---- */
enum db_mode {
	DB_READ, /* PostgreSQL: from the server that takes writes */
	DB_WRITE,
	DB_ALONE,   /* SQLite: writes, and nobody else has the file open until db_close: FRG_UNAVAILABLE if somebody has */
	DB_REPLICA, /* PostgreSQL: from one that only follows another */
	DB_FROZEN   /* SQLite: reads a file that nobody writes, as it lies: no log, no lock, nothing beside it is made */
};
MUST_CHECK enum frg_status db_open_sqlite(const char *path, enum db_mode mode, struct db **out, struct frg_error *err);
/* The text of a script as SQLite is to read it. */
struct buf;
void db_sqlite_words(const char *sql, struct buf *out);
/* Has the disk not given this connection a page? Then it may have been taken for a damaged one. */
struct sqlite3;
bool db_sqlite_disk_failed(struct sqlite3 *handle);
/* A file's name as SQLite's own URI, whatever stands in it; `frozen`: nobody writes it. */
enum { DB_URI_MAX = 3 * 4096 + 32 };
void db_sqlite_uri(const char *path, bool frozen, char out[DB_URI_MAX]);

/* ---- PostgreSQL ---- */
MUST_CHECK enum frg_status db_open_postgres(const char *url, enum db_mode mode, struct db **out, struct frg_error *err);

#endif
