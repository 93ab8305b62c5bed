/* The PostgreSQL driver (libpq): statements and transactions. On one machine round trips are the cost, so statements
 * whose result nobody reads are sent ahead and answered with the next one that is read, at the latest with the end of
 * the job; rows that are put go together with others of their table. A connection that is lost ends its transaction and
 * is made anew when the next one begins. */
#include "store/wire_postgres.h"

#include <stdio.h>
#include <stdlib.h>

static const struct db_driver driver;

/* ---- the driver's functions ---- */

/* A statement whose answer nobody reads is not waited for; a job's end is. */
static enum frg_status run(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                           size_t count, int64_t *changed)
{
	struct postgres *pg = (struct postgres *)base;
	PGresult *result = NULL;
	pg->changes++;
	enum frg_status st = puts_send(pg, err);
	if (st == FRG_OK)
		st = wire_send(pg, err, wire_find(pg, sql), args, count, NULL);
	if (st != FRG_OK || (!changed && pg->mode == DB_WRITE && pg->open && pg->awaiting < WIRE_AHEAD))
		return st;
	st = wire_sync(pg, err, &result);
	if (st == FRG_OK && changed)
		*changed = strtoll(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return st;
}

static enum frg_status put(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                           size_t count)
{
	struct postgres *pg = (struct postgres *)base;
	if (pg->mode != DB_WRITE || !pg->open)
		return run(base, err, sql, args, count, NULL);
	pg->changes++;
	return puts_add(pg, err, sql, args, count);
}

static enum frg_status settle(struct db *base, struct frg_error *err)
{
	struct postgres *pg = (struct postgres *)base;
	enum frg_status st = puts_send(pg, err);
	if (st == FRG_OK && pg->awaiting)
		st = wire_sync(pg, err, NULL);
	if (st == FRG_OK && pg->first != FRG_OK) { /* whoever heard of it has not listened */
		*err = pg->first_error;
		st = pg->first;
	}
	return st;
}

static int64_t changes(struct db *base) { return ((struct postgres *)base)->changes; }
static int64_t connection(struct db *base) { return ((struct postgres *)base)->connections; }

static int number(struct db *base)
{
	const struct postgres *pg = (struct postgres *)base;
	return pg->conn ? PQbackendPID(pg->conn) : 0;
}

static void ask(struct db *base, bool begin) { ((struct postgres *)base)->asking = begin; }

static void whose(struct db *base, unsigned who)
{
	((struct postgres *)base)->whose = who;
	((struct postgres *)base)->put_from = 0;
}

/* The answer to a question that was asked, or is asked now. */
static enum frg_status answer(struct postgres *pg, struct frg_error *err, struct cached *c, const struct db_value *args,
                              size_t count, PGresult **result)
{
	enum frg_status st = FRG_OK;
	if (!pg->asking && ask_fetch(pg, c->sql, args, count, result, &st, err))
		return st;
	st = puts_send(pg, err);
	if (st == FRG_OK && pg->asking) {
		ask_send(pg, c, args, count);
		return FRG_OK;
	}
	if (st == FRG_OK)
		st = wire_send(pg, err, c, args, count, NULL);
	if (st == FRG_OK)
		st = wire_sync(pg, err, result);
	pg->changes += st == FRG_OK && strncmp(PQcmdStatus(*result), "SELECT", 6) != 0;
	return st;
}

static enum frg_status query(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                             size_t count, struct db_rows **out)
{
	struct postgres *pg = (struct postgres *)base;
	struct cached *c = wire_find(pg, sql);
	PGresult *result = NULL;
	enum frg_status st = answer(pg, err, c, args, count, &result);
	if (st != FRG_OK)
		return st;
	c->busy = true;
	c->rows.result = result;
	c->rows.at = -1;
	c->rows.count = PQntuples(result);
	*out = &c->rows.base;
	return FRG_OK;
}

static bool next(struct db_rows *base)
{
	struct postgres_rows *rows = (struct postgres_rows *)base;
	if (rows->at < rows->count)
		rows->at++;
	return rows->at < rows->count;
}

static enum frg_status end(struct db_rows *base, struct frg_error *err)
{
	struct postgres_rows *rows = (struct postgres_rows *)base;
	(void)err; /* the answer was whole when the query began */
	PQclear(rows->result);
	rows->result = NULL;
	((struct cached *)((char *)rows - offsetof(struct cached, rows)))->busy = false;
	return FRG_OK;
}

static bool null(struct db_rows *base, int column)
{
	struct postgres_rows *rows = (struct postgres_rows *)base;
	return PQgetisnull(rows->result, rows->at, column);
}

static int64_t integer(struct db_rows *base, int column)
{
	struct postgres_rows *rows = (struct postgres_rows *)base;
	const char *value = PQgetvalue(rows->result, rows->at, column);
	return PQftype(rows->result, column) == OID_BOOL ? *value == 't' : strtoll(value, NULL, 10);
}

static str text(struct db_rows *base, int column, struct arena *a)
{
	struct postgres_rows *rows = (struct postgres_rows *)base;
	str value = {PQgetvalue(rows->result, rows->at, column), (size_t)PQgetlength(rows->result, rows->at, column)};
	if (value.n == 0)
		return (str){"", 0};
	if (PQftype(rows->result, column) != OID_BYTEA)
		return arena_str(a, value);
	unsigned char *bytes = PQunescapeBytea((const unsigned char *)value.p, &value.n);
	if (!bytes)
		BUG("out of memory");
	str copy = arena_str(a, (str){(const char *)bytes, value.n});
	PQfreemem(bytes);
	return copy;
}

/* The one word that PostgreSQL calls otherwise. */
static void in_own_words(const char *sql, struct buf *out)
{
	str rest = str_of(sql), blob = STR(" BLOB ");
	for (size_t at; (at = str_find(rest, blob, 0)) != SIZE_MAX; rest = str_sub(rest, at + blob.n, rest.n)) {
		buf_add(out, str_sub(rest, 0, at));
		BUF_LIT(out, " BYTEA ");
	}
	buf_add(out, rest);
	buf_byte(out, 0);
	BUG_IF(out->cut);
}

/* By the protocol that takes several statements. */
static enum frg_status script(struct db *base, struct frg_error *err, const char *sql)
{
	struct postgres *pg = (struct postgres *)base;
	enum frg_status st = pg->open ? puts_send(pg, err) : wire_ready(pg, err);
	if (st == FRG_OK && pg->open)
		st = wire_sync(pg, err, NULL);
	if (st != FRG_OK)
		return st;
	if (!PQexitPipelineMode(pg->conn))
		return wire_lost(pg, err);
	struct buf own = BUF_INIT(1 << 24);
	in_own_words(sql, &own);
	PGresult *result = PQexec(pg->conn, own.p);
	buf_free(&own);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		st = wire_failed(pg, err, result);
	PQclear(result);
	if (pg->useless || !PQenterPipelineMode(pg->conn))
		wire_drop(pg);
	return st;
}

static bool in_transaction(struct db *base) { return ((struct postgres *)base)->open; }

/* ---- transactions ---- */

/* One lock for all writers of this database, of all programs: what one job reads, no other changes before it has
 * committed, and the order of events is the order of commits. */
static const char writers_lock[] = "SELECT pg_advisory_xact_lock(" POSTGRES_LOCK_WRITERS ")";

static enum frg_status begin_once(struct postgres *pg, struct frg_error *err, bool writing)
{
	enum frg_status st = wire_ready(pg, err);
	if (st != FRG_OK)
		return st;
	st = wire_send_plain(pg, err, writing ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	pg->open = st == FRG_OK;
	if (st != FRG_OK || !writing)
		return st;
	st = wire_send_plain(pg, err, writers_lock);
	if (st == FRG_OK)
		st = wire_sync(pg, err, NULL);
	if (st != FRG_OK && pg->conn) /* the lock was not to be had */
		wire_drop(pg);
	return st;
}

static enum frg_status begin(struct postgres *pg, struct frg_error *err, bool writing)
{
	bool was_there = pg->conn != NULL;
	enum frg_status st = begin_once(pg, err, writing);
	if (st != FRG_OK && was_there && !pg->conn && str_eq(str_of(err->code), STR("store_io")))
		st = begin_once(pg, err, writing); /* it was lost while nothing was done: no reason to trouble anybody */
	return st;
}

/* What was sent ahead may fail with it: then the transaction has failed, and is there to be rolled back; nothing of it
 * is done. If COMMIT itself failed, nobody knows. */
static enum frg_status commit_write(struct postgres *pg, struct frg_error *err)
{
	PGresult *result = NULL;
	if (pg->conn && pg->first != FRG_OK) {
		*err = pg->first_error;
		return pg->first;
	}
	enum frg_status st = puts_send(pg, err);
	if (st == FRG_OK)
		st = wire_send_plain(pg, err, "NOTIFY " POSTGRES_CHANNEL);
	if (st == FRG_OK)
		st = wire_send_plain(pg, err, "COMMIT");
	if (st == FRG_OK)
		st = wire_sync(pg, err, &result);
	if (st == FRG_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		st = frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the transaction had failed");
	PQclear(result);
	if (st == FRG_OK)
		pg->open = false;
	else if (pg->conn && PQtransactionStatus(pg->conn) != PQTRANS_INERROR)
		wire_drop(pg);
	return st;
}

/* A reader need not wait for its end; the answer is taken before the next beginning. */
static enum frg_status commit_read(struct postgres *pg, struct frg_error *err)
{
	enum frg_status st = wire_send_plain(pg, err, "COMMIT");
	if (st == FRG_OK && !PQpipelineSync(pg->conn))
		st = wire_lost(pg, err);
	if (st == FRG_OK)
		wire_await(pg, (struct awaited){AWAIT_SYNC});
	pg->open = false;
	return st;
}

static enum frg_status plain_and_wait(struct postgres *pg, struct frg_error *err, const char *first, const char *second)
{
	enum frg_status st = wire_send_plain(pg, err, first);
	if (st == FRG_OK && second)
		st = wire_send_plain(pg, err, second);
	return st == FRG_OK ? wire_sync(pg, err, NULL) : st;
}

static enum frg_status save(struct postgres *pg, struct frg_error *err)
{
	enum frg_status st = puts_send(pg, err);
	return st == FRG_OK ? wire_send_plain(pg, err, "SAVEPOINT job") : st;
}

static enum frg_status keep(struct postgres *pg, struct frg_error *err)
{
	enum frg_status st = puts_send(pg, err);
	return st == FRG_OK ? plain_and_wait(pg, err, "RELEASE job", NULL) : st;
}

static enum frg_status undo(struct postgres *pg, struct frg_error *err)
{
	puts_forget(pg);
	if (pg->conn && pg->awaiting && wire_sync(pg, err, NULL) != FRG_OK && !pg->conn)
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the connection was lost");
	pg->first = FRG_OK;
	return plain_and_wait(pg, err, "ROLLBACK TO job", "RELEASE job");
}

static enum frg_status rollback(struct postgres *pg, struct frg_error *err)
{
	puts_forget(pg);
	if (pg->conn && pg->awaiting && wire_sync(pg, err, NULL) != FRG_OK && !pg->conn)
		return FRG_OK; /* the server has rolled back what it lost */
	enum frg_status st = plain_and_wait(pg, err, "ROLLBACK", NULL);
	if (st != FRG_OK && pg->conn) /* it would keep the writers' lock */
		wire_drop(pg);
	pg->open = false;
	return st;
}

static enum frg_status step(struct db *base, struct frg_error *err, enum db_step which)
{
	struct postgres *pg = (struct postgres *)base;
	ask_forget(pg);
	pg->whose = 0;
	switch (which) {
	case DB_BEGIN_READ: return begin(pg, err, false);
	case DB_BEGIN_WRITE: return begin(pg, err, true);
	case DB_SAVE: return save(pg, err);
	case DB_KEEP: return keep(pg, err);
	case DB_UNDO: return undo(pg, err);
	case DB_COMMIT: return pg->mode == DB_WRITE ? commit_write(pg, err) : commit_read(pg, err);
	case DB_ROLLBACK: return rollback(pg, err);
	}
	BUG("no such step");
}

/* ---- opening ---- */

static void close_db(struct db *base)
{
	struct postgres *pg = (struct postgres *)base;
	wire_drop(pg);
	for (size_t i = 0; i < WIRE_STATEMENTS; i++)
		for (size_t size = 0; size < WIRE_PUT_SIZES; size++)
			free(pg->cache[i].many[size]);
	arena_close(pg->kept);
	free(pg->url);
	free(pg);
}

enum frg_status db_open_postgres(const char *url, enum db_mode mode, struct db **out, struct frg_error *err)
{
	enum frg_status st = postgres_check_url(url, err);
	if (st != FRG_OK)
		return st;
	struct postgres *pg = calloc(1, sizeof *pg);
	if (!pg || !(pg->url = strdup(url)))
		BUG("out of memory");
	pg->base.driver = &driver;
	pg->mode = mode;
	st = wire_connect(pg, err);
	if (st != FRG_OK) {
		close_db(&pg->base);
		return st;
	}
	*out = &pg->base;
	return FRG_OK;
}

static const struct db_driver driver = {
	.dialect = DB_POSTGRES,
	.run = run,
	.put = put,
	.settle = settle,
	.query = query,
	.ask = ask,
	.whose = whose,
	.next = next,
	.null = null,
	.end = end,
	.integer = integer,
	.text = text,
	.script = script,
	.step = step,
	.in_transaction = in_transaction,
	.changes = changes,
	.number = number,
	.connection = connection,
	.close = close_db,
	.check_integrity = postgres_check_integrity,
	.size = postgres_size,
	.scrub = postgres_scrub,
};
