/* A connection to PostgreSQL as the driver's files share it: what was sent, and what is not answered yet. Statements go
 * ahead in pipeline mode; whoever wants an answer waits for all that were sent before. */
#ifndef STORE_WIRE_POSTGRES_H
#define STORE_WIRE_POSTGRES_H

#include "store/postgres.h"

#include "base/buf.h"
#include "base/clock.h"

enum { WIRE_STATEMENTS = 1024, WIRE_AHEAD = 512, WIRE_ASKED = 256, WIRE_ARGS = 40 };
enum { WIRE_MARGIN = 256 }; /* beyond WIRE_AHEAD: all rows that are kept, each statement being prepared, and an end */
/* Statements whose rows are kept, and rows that are put by one: 1, 2, 4 … */
enum { WIRE_PUTS = 16, WIRE_PUT_SIZES = 5, WIRE_PUT_ROWS = 1 << (WIRE_PUT_SIZES - 1) };
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

struct postgres_rows {
	struct db_rows base;
	PGresult *result;
	int at, count;
};

struct cached {
	const char *sql;
	char *many[WIRE_PUT_SIZES]; /* the same for 1 (not used), 2, 4 … rows at once, made when first needed */
	struct postgres_rows rows;
	bool busy, prepared;
};

/* A question that was sent before its answer is wanted. */
struct asked {
	const char *sql; /* NULL: fetched, or not wanted any more */
	unsigned whose;
	struct buf args;
	PGresult *result;
};

/* What was sent and is not answered yet. */
struct awaited {
	enum { AWAIT_PREPARE, AWAIT_RESULT, AWAIT_ASKED, AWAIT_SYNC } kind;
	struct cached *prepares;
	struct asked *asked;
};

/* Rows that wait to be put together with others of their table. */
struct puts {
	const char *sql;
	size_t columns, count;
	const struct db_value *rows[WIRE_PUT_ROWS];
};

struct postgres {
	struct db base;
	char *url;
	enum db_mode mode;
	int64_t changes;     /* statements that may change something, and failures: nobody knows what those had done */
	int64_t connections; /* how many there were */
	PGconn *conn;        /* NULL: none at present */
	msec pause, not_before;
	bool open;    /* a transaction */
	bool useless; /* the connection, from now on */
	struct awaited awaited[WIRE_AHEAD + WIRE_MARGIN];
	size_t awaiting;
	struct asked asked[WIRE_ASKED];
	size_t asked_count;
	bool asking;
	unsigned whose;
	struct arena *kept; /* the rows of `puts` */
	struct puts puts[WIRE_PUTS];
	size_t put_count, put_bytes;
	size_t put_from;       /* where the next row of this job may go */
	enum frg_status first; /* what failed first in this job: PostgreSQL refuses all that follows */
	struct frg_error first_error;
	struct cached cache[WIRE_STATEMENTS];
};

/* ---- wire_postgres.c ---- */

/* A failed answer; its first one is what all that follow it failed of. */
enum frg_status wire_failed(struct postgres *pg, struct frg_error *err, const PGresult *result);
void wire_drop(struct postgres *pg);
enum frg_status wire_lost(struct postgres *pg, struct frg_error *err);
MUST_CHECK enum frg_status wire_connect(struct postgres *pg, struct frg_error *err);
/* A connection without anything under way. */
MUST_CHECK enum frg_status wire_ready(struct postgres *pg, struct frg_error *err);
void wire_await(struct postgres *pg, struct awaited what);
/* Reads all that is under way. *last: the answer to the statement that was sent last, the caller's to clear. */
MUST_CHECK enum frg_status wire_sync(struct postgres *pg, struct frg_error *err, PGresult **last);
/* A statement of the driver's own. */
MUST_CHECK enum frg_status wire_send_plain(struct postgres *pg, struct frg_error *err, const char *sql);
struct cached *wire_find(struct postgres *pg, const char *sql);
MUST_CHECK enum frg_status wire_send(struct postgres *pg, struct frg_error *err, struct cached *c,
                                     const struct db_value *args, size_t count, struct asked *asked);

/* ---- ask_postgres.c ---- */

/* Sent if there is room. What goes wrong with it, the next one that is read tells. */
void ask_send(struct postgres *pg, struct cached *c, const struct db_value *args, size_t count);
/* True: it was asked, and *result is its answer if st is FRG_OK. */
bool ask_fetch(struct postgres *pg, const char *sql, const struct db_value *args, size_t count, PGresult **result,
               enum frg_status *st, struct frg_error *err);
void ask_forget(struct postgres *pg);

/* ---- puts_postgres.c ---- */

/* Keeps a row until others of its table have come, too, or something else is asked or done. */
MUST_CHECK enum frg_status puts_add(struct postgres *pg, struct frg_error *err, const char *sql,
                                    const struct db_value *args, size_t count);
/* Sends all that are kept. */
MUST_CHECK enum frg_status puts_send(struct postgres *pg, struct frg_error *err);
/* Of a transaction that has ended. */
void puts_forget(struct postgres *pg);

#endif
