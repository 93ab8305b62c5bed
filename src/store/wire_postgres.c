/* The connection of the PostgreSQL driver: made, lost, made anew; statements sent ahead in pipeline mode, and their
 * answers. What failed fails the job, under its own name. Statements are prepared once a connection, cached by the
 * address of their text. Knows no transactions. */
#include "store/wire_postgres.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAUSE_MIN_MS = 100, PAUSE_MAX_MS = 2000 };
enum { ARGS_AT_ONCE = WIRE_ARGS * WIRE_PUT_ROWS };

/* ---- failures ---- */

enum frg_status wire_failed(struct postgres *pg, struct frg_error *err, const PGresult *result)
{
	pg->changes++;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY); /* no more of it: it may hold rows */
	if (state && strcmp(state, "25P02") == 0 && pg->first != FRG_OK) {
		*err = pg->first_error;
		return pg->first;
	}
	pg->useless = pg->useless || postgres_is_lost(state ? state : "");
	enum frg_status st = postgres_failure(err, state ? state : "", text ? text : "the connection was lost");
	if (pg->first == FRG_OK) {
		pg->first = st;
		pg->first_error = *err;
	}
	return st;
}

void wire_drop(struct postgres *pg)
{
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->open = pg->useless = false;
	pg->awaiting = 0;
	ask_forget(pg);
	puts_forget(pg);
	for (size_t i = 0; i < WIRE_STATEMENTS; i++)
		pg->cache[i].prepared = false;
}

enum frg_status wire_lost(struct postgres *pg, struct frg_error *err)
{
	wire_drop(pg);
	return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the connection was lost");
}

/* ---- connecting ---- */

static enum frg_status cannot_connect(struct postgres *pg, struct frg_error *err)
{
	const char *text = PQerrorMessage(pg->conn);
	enum frg_status st = frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: %.*s", (int)strcspn(text, "\n"), text);
	wire_drop(pg);
	return st;
}

static enum frg_status accept(struct postgres *pg, struct frg_error *err)
{
	enum frg_status st = postgres_suitable(pg->conn, err);
	if (st != FRG_OK) {
		wire_drop(pg);
		return st;
	}
	if (!postgres_set_up(pg->conn, pg->mode == DB_WRITE))
		return cannot_connect(pg, err);
	return PQenterPipelineMode(pg->conn) ? FRG_OK : wire_lost(pg, err);
}

enum frg_status wire_connect(struct postgres *pg, struct frg_error *err)
{
	pg->conn = postgres_connect(pg->url, pg->mode);
	pg->connections++;
	enum frg_status st = PQstatus(pg->conn) == CONNECTION_OK ? accept(pg, err) : cannot_connect(pg, err);
	pg->pause = st == FRG_OK ? 0 : pg->pause ? pg->pause * 2 : PAUSE_MIN_MS;
	pg->pause = pg->pause > PAUSE_MAX_MS ? PAUSE_MAX_MS : pg->pause;
	pg->not_before = clock_steady() + pg->pause;
	return st;
}

static enum frg_status await_all(struct postgres *pg, struct frg_error *err, PGresult **last);

/* The second look finds the end that comes behind a last word. */
enum frg_status wire_ready(struct postgres *pg, struct frg_error *err)
{
	if (pg->conn && pg->awaiting && await_all(pg, err, NULL) != FRG_OK && pg->conn &&
	    PQstatus(pg->conn) != CONNECTION_OK)
		wire_drop(pg);
	if (pg->conn && !pg->open && PQtransactionStatus(pg->conn) == PQTRANS_INERROR) /* a reader's end had failed */
		wire_drop(pg);
	if (pg->conn && (!PQconsumeInput(pg->conn) || !PQconsumeInput(pg->conn) || PQstatus(pg->conn) != CONNECTION_OK))
		wire_drop(pg);
	pg->first = FRG_OK;
	if (pg->conn)
		return FRG_OK;
	if (clock_steady() < pg->not_before)
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: it could not be reached a moment ago");
	return wire_connect(pg, err);
}

/* ---- sending ahead, reading answers ---- */

void wire_await(struct postgres *pg, struct awaited what)
{
	BUG_IF(pg->awaiting == COUNT_OF(pg->awaited));
	pg->awaited[pg->awaiting++] = what;
}

/* One answer. False: there was none. */
static bool take_answer(struct postgres *pg, const struct awaited *what, PGresult **last, enum frg_status *st,
                        struct frg_error *err)
{
	struct frg_error later;
	PGresult *result = PQgetResult(pg->conn);
	if (!result)
		return false;
	ExecStatusType status = PQresultStatus(result);
	if (what->kind == AWAIT_SYNC) {
		PQclear(result);
		return status == PGRES_PIPELINE_SYNC;
	}
	bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	if (what->kind == AWAIT_PREPARE)
		what->prepares->prepared = good;
	if (!good && status != PGRES_PIPELINE_ABORTED) {
		enum frg_status failed_as = wire_failed(pg, *st == FRG_OK ? err : &later, result);
		*st = *st == FRG_OK ? failed_as : *st;
	}
	if (last && good && what->kind == AWAIT_RESULT) {
		PQclear(*last);
		*last = result;
	} else if (good && what->kind == AWAIT_ASKED && what->asked->sql) {
		what->asked->result = result;
	} else {
		PQclear(result);
	}
	result = PQgetResult(pg->conn); /* the end of this statement's answer */
	PQclear(result);
	return !result;
}

static enum frg_status await_all(struct postgres *pg, struct frg_error *err, PGresult **last)
{
	struct frg_error unread;
	enum frg_status st = FRG_OK;
	err = err ? err : &unread;
	bool whole = true;
	for (size_t i = 0; i < pg->awaiting && whole; i++)
		whole = take_answer(pg, &pg->awaited[i], last, &st, err);
	pg->awaiting = 0;
	if (!whole || PQstatus(pg->conn) != CONNECTION_OK)
		st = st == FRG_OK ? wire_lost(pg, err) : (wire_drop(pg), st);
	else if (pg->useless)
		wire_drop(pg);
	if (st != FRG_OK && last) {
		PQclear(*last);
		*last = NULL;
	}
	return st;
}

enum frg_status wire_sync(struct postgres *pg, struct frg_error *err, PGresult **last)
{
	if (!PQpipelineSync(pg->conn))
		return wire_lost(pg, err);
	wire_await(pg, (struct awaited){AWAIT_SYNC});
	return await_all(pg, err, last);
}

enum frg_status wire_send_plain(struct postgres *pg, struct frg_error *err, const char *sql)
{
	return wire_send(pg, err, wire_find(pg, sql), NULL, 0, NULL);
}

/* The number of statements is fixed by the program's text. */
struct cached *wire_find(struct postgres *pg, const char *sql)
{
	size_t at = ((uintptr_t)sql >> 3) * 2654435761u % WIRE_STATEMENTS;
	for (size_t i = 0; i < WIRE_STATEMENTS; i++, at = (at + 1) % WIRE_STATEMENTS) {
		struct cached *c = &pg->cache[at];
		if (c->sql && c->sql != sql)
			continue;
		BUG_IF(c->busy);
		c->sql = sql;
		c->rows.base.db = &pg->base;
		return c;
	}
	BUG("more statements than slots");
}

static bool prepare(struct postgres *pg, struct cached *c, const char *name, const struct db_value *args, size_t count)
{
	static const Oid types[] = {
		[DB_KIND_NULL] = 0, [DB_KIND_INT] = OID_INT8, [DB_KIND_TEXT] = OID_TEXT, [DB_KIND_BLOB] = OID_BYTEA};
	Oid of[ARGS_AT_ONCE];
	for (size_t i = 0; i < count; i++)
		of[i] = types[args[i].kind];
	if (!PQsendPrepare(pg->conn, name, c->sql, (int)count, of))
		return false;
	wire_await(pg, (struct awaited){AWAIT_PREPARE, .prepares = c});
	c->prepared = true; /* unless the answer says otherwise */
	return true;
}

/* Numbers go as text, so that it does not matter which type PostgreSQL found for one that was NULL at first. */
enum frg_status wire_send(struct postgres *pg, struct frg_error *err, struct cached *c, const struct db_value *args,
                          size_t count, struct asked *asked)
{
	char name[16], digits[ARGS_AT_ONCE][24];
	const char *values[ARGS_AT_ONCE];
	int lengths[ARGS_AT_ONCE], formats[ARGS_AT_ONCE];
	BUG_IF(count > ARGS_AT_ONCE);
	if (!pg->conn)
		return wire_lost(pg, err);
	snprintf(name, sizeof name, "s%zu", (size_t)(c - pg->cache));
	for (size_t i = 0; i < count; i++) {
		bool number = args[i].kind == DB_KIND_INT;
		if (number)
			snprintf(digits[i], sizeof digits[i], "%lld", (long long)args[i].i);
		formats[i] = !number;
		lengths[i] = (int)args[i].s.n;
		values[i] = number ? digits[i] : args[i].kind == DB_KIND_NULL ? NULL : args[i].s.p ? args[i].s.p : "";
	}
	if ((!c->prepared && !prepare(pg, c, name, args, count)) ||
	    !PQsendQueryPrepared(pg->conn, name, (int)count, values, lengths, formats, 0))
		return wire_lost(pg, err);
	wire_await(pg, (struct awaited){asked ? AWAIT_ASKED : AWAIT_RESULT, .asked = asked});
	return FRG_OK;
}
