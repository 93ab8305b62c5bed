/* The PostgreSQL driver (libpq). On one machine round trips are the cost, so statements whose result nobody reads are
 * sent ahead (pipeline mode) and answered with the next one that is read, at the latest with the end of the job: what
 * failed fails the job, under its own name. A connection that is lost ends its transaction and is made anew when the
 * next one begins. Statements are prepared once a connection, cached by the address of their text. */
#include "store/postgres.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { CACHE_SLOTS = 1024, AHEAD_MAX = 64, ASKED_MAX = 24, ARGS_MAX = 40 };
enum { PAUSE_MIN_MS = 100, PAUSE_MAX_MS = 2000 };
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

struct postgres_rows {
	struct db_rows base;
	PGresult *result;
	int at, count;
};

struct cached {
	const char *sql;
	struct postgres_rows rows;
	bool busy, prepared;
};

/* A question that was sent before its answer is wanted. */
struct asked {
	const char *sql; /* NULL: fetched, or not wanted any more */
	struct buf args;
	PGresult *result;
};

/* What was sent and is not answered yet. */
struct awaited {
	enum { AWAIT_PREPARE, AWAIT_RESULT, AWAIT_ASKED, AWAIT_SYNC } kind;
	struct cached *prepares;
	struct asked *asked;
};

struct postgres {
	struct db base;
	char *url;
	enum db_mode mode;
	int64_t changes; /* statements that may change something */
	int64_t number;  /* of the connection: how many there were */
	PGconn *conn;    /* NULL: none at present */
	msec pause, not_before;
	bool open;    /* a transaction */
	bool useless; /* the connection, from now on */
	struct awaited awaited[AHEAD_MAX + 8];
	size_t awaiting;
	struct asked asked[ASKED_MAX];
	size_t asked_count;
	bool asking;
	enum frg_status first; /* what failed first in this job: PostgreSQL refuses all that follows */
	struct frg_error first_error;
	struct cached cache[CACHE_SLOTS];
};

static const struct db_driver driver;

/* ---- failures ---- */

static enum frg_status failed(struct postgres *pg, struct frg_error *err, const PGresult *result)
{
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

/* Places are given anew only when no answer is on its way to one. */
static void forget_asked(struct postgres *pg)
{
	for (size_t i = 0; i < pg->asked_count; i++) {
		PQclear(pg->asked[i].result);
		buf_free(&pg->asked[i].args);
		pg->asked[i] = (struct asked){0};
	}
	if (pg->awaiting == 0)
		pg->asked_count = 0;
}

static void drop(struct postgres *pg)
{
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->open = pg->useless = false;
	pg->awaiting = 0;
	forget_asked(pg);
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		pg->cache[i].prepared = false;
}

static enum frg_status lost(struct postgres *pg, struct frg_error *err)
{
	drop(pg);
	return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the connection was lost");
}

/* ---- connecting ---- */

static enum frg_status cannot_connect(struct postgres *pg, struct frg_error *err)
{
	const char *text = PQerrorMessage(pg->conn);
	enum frg_status st = frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: %.*s", (int)strcspn(text, "\n"), text);
	drop(pg);
	return st;
}

static enum frg_status accept(struct postgres *pg, struct frg_error *err)
{
	enum frg_status st = postgres_suitable(pg->conn, err);
	if (st != FRG_OK) {
		drop(pg);
		return st;
	}
	if (!postgres_set_up(pg->conn, pg->mode == DB_WRITE))
		return cannot_connect(pg, err);
	return PQenterPipelineMode(pg->conn) ? FRG_OK : lost(pg, err);
}

static enum frg_status connect_now(struct postgres *pg, struct frg_error *err)
{
	pg->conn = postgres_connect(pg->url, pg->mode);
	pg->number++;
	enum frg_status st = PQstatus(pg->conn) == CONNECTION_OK ? accept(pg, err) : cannot_connect(pg, err);
	pg->pause = st == FRG_OK ? 0 : pg->pause ? pg->pause * 2 : PAUSE_MIN_MS;
	pg->pause = pg->pause > PAUSE_MAX_MS ? PAUSE_MAX_MS : pg->pause;
	pg->not_before = clock_steady() + pg->pause;
	return st;
}

static enum frg_status await_all(struct postgres *pg, struct frg_error *err, PGresult **last);

/* A connection without anything under way. The second look finds the end that comes behind a last word. */
static enum frg_status ready(struct postgres *pg, struct frg_error *err)
{
	if (pg->conn && pg->awaiting && await_all(pg, err, NULL) != FRG_OK && pg->conn &&
	    PQstatus(pg->conn) != CONNECTION_OK)
		drop(pg);
	if (pg->conn && (!PQconsumeInput(pg->conn) || !PQconsumeInput(pg->conn) || PQstatus(pg->conn) != CONNECTION_OK))
		drop(pg);
	pg->first = FRG_OK;
	if (pg->conn)
		return FRG_OK;
	if (clock_steady() < pg->not_before)
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: it could not be reached a moment ago");
	return connect_now(pg, err);
}

/* ---- sending ahead, reading answers ---- */

static void await(struct postgres *pg, struct awaited what)
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
		enum frg_status failed_as = failed(pg, *st == FRG_OK ? err : &later, result);
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

/* Reads all that is under way. *last: the answer to the statement that was sent last, the caller's to clear. */
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
		st = st == FRG_OK ? lost(pg, err) : (drop(pg), st);
	else if (pg->useless)
		drop(pg);
	if (st != FRG_OK && last) {
		PQclear(*last);
		*last = NULL;
	}
	return st;
}

static enum frg_status sync_all(struct postgres *pg, struct frg_error *err, PGresult **last)
{
	if (!PQpipelineSync(pg->conn))
		return lost(pg, err);
	await(pg, (struct awaited){AWAIT_SYNC});
	return await_all(pg, err, last);
}

/* A statement of the driver's own. */
static enum frg_status send_plain(struct postgres *pg, struct frg_error *err, const char *sql)
{
	if (!pg->conn || !PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 0))
		return lost(pg, err);
	await(pg, (struct awaited){AWAIT_RESULT});
	return FRG_OK;
}

/* The number of statements is fixed by the program's text. */
static struct cached *find(struct postgres *pg, const char *sql)
{
	size_t at = ((uintptr_t)sql >> 3) * 2654435761u % CACHE_SLOTS;
	for (size_t i = 0; i < CACHE_SLOTS; i++, at = (at + 1) % CACHE_SLOTS) {
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
	Oid of[ARGS_MAX];
	for (size_t i = 0; i < count; i++)
		of[i] = types[args[i].kind];
	if (!PQsendPrepare(pg->conn, name, c->sql, (int)count, of))
		return false;
	await(pg, (struct awaited){AWAIT_PREPARE, .prepares = c});
	c->prepared = true; /* unless the answer says otherwise */
	return true;
}

/* Numbers go as text, so that it does not matter which type PostgreSQL found for one that was NULL at first. */
static enum frg_status send(struct postgres *pg, struct frg_error *err, struct cached *c, const struct db_value *args,
                            size_t count, struct asked *asked)
{
	char name[16], digits[ARGS_MAX][24];
	const char *values[ARGS_MAX];
	int lengths[ARGS_MAX], formats[ARGS_MAX];
	BUG_IF(count > ARGS_MAX);
	if (!pg->conn)
		return lost(pg, err);
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
		return lost(pg, err);
	await(pg, (struct awaited){asked ? AWAIT_ASKED : AWAIT_RESULT, .asked = asked});
	return FRG_OK;
}

/* ---- asking ahead ---- */

static void ask(struct db *base, bool begin) { ((struct postgres *)base)->asking = begin; }

static struct buf args_text(const struct db_value *args, size_t count)
{
	struct buf out = BUF_INIT(1 << 20);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&out, "%d %lld %zu ", (int)args[i].kind, (long long)args[i].i, args[i].s.n);
		buf_add(&out, args[i].s);
	}
	return out;
}

/* Sent if there is room. What goes wrong with it, the next one that is read tells. */
static void ask_one(struct postgres *pg, struct cached *c, const struct db_value *args, size_t count)
{
	struct frg_error later;
	if (pg->asked_count == ASKED_MAX || pg->awaiting >= AHEAD_MAX)
		return;
	struct asked *a = &pg->asked[pg->asked_count];
	*a = (struct asked){.sql = c->sql, .args = args_text(args, count)};
	if (a->args.cut || send(pg, &later, c, args, count, a) != FRG_OK) {
		buf_free(&a->args);
		*a = (struct asked){0};
		return;
	}
	pg->asked_count++;
}

/* True: it was asked, and *result is its answer if st is FRG_OK. */
static bool fetch_asked(struct postgres *pg, const char *sql, const struct db_value *args, size_t count,
                        PGresult **result, enum frg_status *st, struct frg_error *err)
{
	size_t i = 0;
	if (!pg->asked_count)
		return false;
	struct buf text = args_text(args, count);
	while (i < pg->asked_count && (pg->asked[i].sql != sql || pg->asked[i].args.n != text.n ||
	                               memcmp(pg->asked[i].args.p, text.p, text.n) != 0))
		i++;
	buf_free(&text);
	if (i == pg->asked_count)
		return false;
	*st = pg->awaiting ? sync_all(pg, err, NULL) : FRG_OK;
	if (*st != FRG_OK)
		return true;
	struct asked *a = &pg->asked[i];
	*result = a->result;
	buf_free(&a->args);
	*a = (struct asked){0};
	return *result != NULL;
}

/* ---- the driver's functions ---- */

static enum frg_status run(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                           size_t count, int64_t *changed)
{
	struct postgres *pg = (struct postgres *)base;
	PGresult *result = NULL;
	pg->changes++;
	enum frg_status st = send(pg, err, find(pg, sql), args, count, NULL);
	if (st != FRG_OK || (!changed && pg->mode == DB_WRITE && pg->open && pg->awaiting < AHEAD_MAX))
		return st;
	st = sync_all(pg, err, &result);
	if (st == FRG_OK && changed)
		*changed = strtoll(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return st;
}

static int64_t changes(struct db *base) { return ((struct postgres *)base)->changes; }
static int64_t connection(struct db *base) { return ((struct postgres *)base)->number; }

static enum frg_status query(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                             size_t count, struct db_rows **out)
{
	struct postgres *pg = (struct postgres *)base;
	struct cached *c = find(pg, sql);
	PGresult *result = NULL;
	enum frg_status st = FRG_OK;
	if (pg->asking)
		ask_one(pg, c, args, count);
	else if (!fetch_asked(pg, sql, args, count, &result, &st, err)) {
		st = send(pg, err, c, args, count, NULL);
		if (st == FRG_OK)
			st = sync_all(pg, err, &result);
	}
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
	enum frg_status st = pg->open ? sync_all(pg, err, NULL) : ready(pg, err);
	if (st != FRG_OK)
		return st;
	if (!PQexitPipelineMode(pg->conn))
		return lost(pg, err);
	struct buf own = BUF_INIT(1 << 24);
	in_own_words(sql, &own);
	PGresult *result = PQexec(pg->conn, own.p);
	buf_free(&own);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		st = failed(pg, err, result);
	PQclear(result);
	if (pg->useless || !PQenterPipelineMode(pg->conn))
		drop(pg);
	return st;
}

static bool in_transaction(struct db *base) { return ((struct postgres *)base)->open; }

/* ---- transactions ---- */

/* One lock for all writers of this database, of all programs: what one job reads, no other changes before it has
 * committed, and the order of events is the order of commits. */
static const char writers_lock[] = "SELECT pg_advisory_xact_lock(" POSTGRES_LOCK_WRITERS ")";

static enum frg_status begin_once(struct postgres *pg, struct frg_error *err, bool writing)
{
	enum frg_status st = ready(pg, err);
	if (st != FRG_OK)
		return st;
	st = send_plain(pg, err, writing ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	pg->open = st == FRG_OK;
	if (st != FRG_OK || !writing)
		return st;
	st = send_plain(pg, err, writers_lock);
	if (st == FRG_OK)
		st = sync_all(pg, err, NULL);
	if (st != FRG_OK && pg->conn) /* the lock was not to be had */
		drop(pg);
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

/* `COMMIT` of a transaction in which something has failed is answered, as done, by ROLLBACK. */
static enum frg_status commit_write(struct postgres *pg, struct frg_error *err)
{
	PGresult *result = NULL;
	enum frg_status st = send_plain(pg, err, "NOTIFY " POSTGRES_CHANNEL);
	if (st == FRG_OK)
		st = send_plain(pg, err, "COMMIT");
	if (st == FRG_OK)
		st = sync_all(pg, err, &result);
	if (st == FRG_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		st = frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the transaction had failed");
	PQclear(result);
	if (st == FRG_OK)
		pg->open = false;
	else if (pg->conn)
		drop(pg);
	return st;
}

/* A reader need not wait for its end; the answer is taken before the next beginning. */
static enum frg_status commit_read(struct postgres *pg, struct frg_error *err)
{
	enum frg_status st = send_plain(pg, err, "COMMIT");
	if (st == FRG_OK && !PQpipelineSync(pg->conn))
		st = lost(pg, err);
	if (st == FRG_OK)
		await(pg, (struct awaited){AWAIT_SYNC});
	pg->open = false;
	return st;
}

static enum frg_status plain_and_wait(struct postgres *pg, struct frg_error *err, const char *first, const char *second)
{
	enum frg_status st = send_plain(pg, err, first);
	if (st == FRG_OK && second)
		st = send_plain(pg, err, second);
	return st == FRG_OK ? sync_all(pg, err, NULL) : st;
}

static enum frg_status undo(struct postgres *pg, struct frg_error *err)
{
	if (pg->conn && pg->awaiting && sync_all(pg, err, NULL) != FRG_OK && !pg->conn)
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the connection was lost");
	pg->first = FRG_OK;
	return plain_and_wait(pg, err, "ROLLBACK TO job", "RELEASE job");
}

static enum frg_status rollback(struct postgres *pg, struct frg_error *err)
{
	if (pg->conn && pg->awaiting && sync_all(pg, err, NULL) != FRG_OK && !pg->conn)
		return FRG_OK; /* the server has rolled back what it lost */
	enum frg_status st = plain_and_wait(pg, err, "ROLLBACK", NULL);
	pg->open = false;
	return st;
}

static enum frg_status step(struct db *base, struct frg_error *err, enum db_step which)
{
	struct postgres *pg = (struct postgres *)base;
	forget_asked(pg);
	switch (which) {
	case DB_BEGIN_READ: return begin(pg, err, false);
	case DB_BEGIN_WRITE: return begin(pg, err, true);
	case DB_SAVE: return send_plain(pg, err, "SAVEPOINT job");
	case DB_KEEP: return plain_and_wait(pg, err, "RELEASE job", NULL);
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
	drop(pg);
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
	st = connect_now(pg, err);
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
	.query = query,
	.ask = ask,
	.next = next,
	.null = null,
	.end = end,
	.integer = integer,
	.text = text,
	.script = script,
	.step = step,
	.in_transaction = in_transaction,
	.changes = changes,
	.connection = connection,
	.close = close_db,
	.check_integrity = postgres_check_integrity,
	.size = postgres_size,
	.scrub = postgres_scrub,
};
