/* The PostgreSQL driver (libpq). On one machine round trips are the cost, so statements whose result nobody reads are
 * sent ahead (pipeline mode) and answered with the next one that is read, at the latest with the end of the job: what
 * failed fails the job, under its own name. A connection that is lost ends its transaction and is made anew when the
 * next one begins. Statements are prepared once a connection, cached by the address of their text. */
#include "store/postgres.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { CACHE_SLOTS = 1024, AHEAD_MAX = 64, ARGS_MAX = 40, OLDEST_SERVER = 130000 };
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

/* What was sent and is not answered yet. */
struct awaited {
	enum { AWAIT_PREPARE, AWAIT_RESULT, AWAIT_SYNC } kind;
	struct cached *prepares;
};

struct postgres {
	struct db base;
	char *url;
	enum db_mode mode;
	int64_t changes; /* statements that may change something */
	PGconn *conn;    /* NULL: none at present */
	msec pause, not_before;
	bool open;    /* a transaction */
	bool useless; /* the connection, from now on */
	struct awaited awaited[AHEAD_MAX + 8];
	size_t awaiting;
	enum frg_status first; /* what failed first in this job: PostgreSQL refuses all that follows */
	struct frg_error first_error;
	struct cached cache[CACHE_SLOTS];
};

static const struct db_driver driver;

/* ---- failures ---- */

static bool starts(const char *state, const char *with) { return strncmp(state, with, strlen(with)) == 0; }

static enum frg_status failure(struct frg_error *err, const char *state, const char *text)
{
	if (starts(state, "23"))
		return frg_fail(err, FRG_CONFLICT, "store_constraint", "database: %s", text);
	if (starts(state, "53100"))
		return frg_fail(err, FRG_UNAVAILABLE, "store_full", "database: %s", text);
	if (starts(state, "40") || starts(state, "53") || starts(state, "55") || starts(state, "57014"))
		return frg_fail(err, FRG_UNAVAILABLE, "store_busy", "database: %s", text);
	if (starts(state, "54"))
		return frg_fail(err, FRG_TOO_LARGE, "store_too_large", "database: %s", text);
	if (starts(state, "XX00") && state[4] > '0')
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "database: %s", text);
	return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: %s", text);
}

/* After these the server, or this connection to it, takes no writes any more. */
static bool is_lost(const char *state)
{
	return !*state || starts(state, "08") || starts(state, "57P") || starts(state, "25006");
}

static enum frg_status failed(struct postgres *pg, struct frg_error *err, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY); /* no more of it: it may hold rows */
	if (state && starts(state, "25P02") && pg->first != FRG_OK) {
		*err = pg->first_error;
		return pg->first;
	}
	pg->useless = pg->useless || is_lost(state ? state : "");
	enum frg_status st = failure(err, state ? state : "", text ? text : "the connection was lost");
	if (pg->first == FRG_OK) {
		pg->first = st;
		pg->first_error = *err;
	}
	return st;
}

static void drop(struct postgres *pg)
{
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->open = pg->useless = false;
	pg->awaiting = 0;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		pg->cache[i].prepared = false;
}

static enum frg_status lost(struct postgres *pg, struct frg_error *err)
{
	drop(pg);
	return frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: the connection was lost");
}

/* ---- connecting ---- */

static void no_notice(void *ctx, const PGresult *result) { (void)ctx, (void)result; }

/* The statements are written to be run by their keys, as SQLite runs them: one loop within another, each over an index.
 * Planned once, so, they are the same whatever the database believes of its tables. A new one knows nothing, and took
 * the tables to be empty while they grew: a comment cost a walk through all that waited. */
#define PLANS                                                                                                          \
	"SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;"                   \
	"SET enable_mergejoin = off; SET enable_material = off; SET jit = off;"

/* No limit for the time of a writer's statement: a commit that waits for its standby would be called done by it. */
static const char set_up_writer[] =
	PLANS "SET lock_timeout = '8s'; SET idle_in_transaction_session_timeout = '10s';"
	"SELECT set_config('synchronous_commit', 'on', false)"
	" WHERE current_setting('synchronous_commit') IN ('off', 'local')";
static const char set_up_reader[] =
	PLANS "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s';"
		  "SET default_transaction_read_only = on";

static enum frg_status cannot_connect(struct postgres *pg, struct frg_error *err)
{
	const char *text = PQerrorMessage(pg->conn);
	enum frg_status st = frg_fail(err, FRG_UNAVAILABLE, "store_io", "database: %.*s", (int)strcspn(text, "\n"), text);
	drop(pg);
	return st;
}

static enum frg_status accept(struct postgres *pg, struct frg_error *err)
{
	const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
	if (PQserverVersion(pg->conn) < OLDEST_SERVER || !encoding || strcmp(encoding, "UTF8") != 0) {
		drop(pg);
		return frg_fail(err, FRG_UNSUPPORTED, "store_unsuitable",
		                "PostgreSQL 13 or newer and a database in UTF8 needed");
	}
	PGresult *set = PQexec(pg->conn, pg->mode == DB_WRITE ? set_up_writer : set_up_reader);
	ExecStatusType status = PQresultStatus(set);
	PQclear(set);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return cannot_connect(pg, err);
	return PQenterPipelineMode(pg->conn) ? FRG_OK : lost(pg, err);
}

/* What the URL says wins over the first ones; a dead peer is noticed in seconds. Of several hosts, readers too take the
 * one that takes writes: another may lag, and what was removed would be there again. */
PGconn *postgres_connect(const char *url, enum db_mode mode)
{
	const char *kind = mode == DB_REPLICA ? "standby" : mode == DB_READ ? "primary" : "read-write";
	const char *const keys[] = {"fallback_application_name", "connect_timeout",
	                            "keepalives_idle",           "keepalives_interval",
	                            "keepalives_count",          "tcp_user_timeout",
	                            "target_session_attrs",      "dbname",
	                            "client_encoding",           NULL};
	const char *const values[] = {"freigabe", "3", "5", "2", "3", "10000", kind, url, "UTF8", NULL};
	PGconn *conn = PQconnectdbParams(keys, values, 1);
	if (!conn)
		BUG("out of memory");
	PQsetNoticeReceiver(conn, no_notice, NULL);
	return conn;
}

static enum frg_status connect_now(struct postgres *pg, struct frg_error *err)
{
	pg->conn = postgres_connect(pg->url, pg->mode);
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

static void await(struct postgres *pg, int kind, struct cached *prepares)
{
	BUG_IF(pg->awaiting == COUNT_OF(pg->awaited));
	pg->awaited[pg->awaiting++] = (struct awaited){.kind = kind, .prepares = prepares};
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
	await(pg, AWAIT_SYNC, NULL);
	return await_all(pg, err, last);
}

/* A statement of the driver's own. */
static enum frg_status send_plain(struct postgres *pg, struct frg_error *err, const char *sql)
{
	if (!pg->conn || !PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 0))
		return lost(pg, err);
	await(pg, AWAIT_RESULT, NULL);
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
	await(pg, AWAIT_PREPARE, c);
	c->prepared = true; /* unless the answer says otherwise */
	return true;
}

/* Numbers go as text, so that it does not matter which type PostgreSQL found for one that was NULL at first. */
static enum frg_status send(struct postgres *pg, struct frg_error *err, struct cached *c, const struct db_value *args,
                            size_t count)
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
	await(pg, AWAIT_RESULT, NULL);
	return FRG_OK;
}

/* ---- the driver's functions ---- */

static enum frg_status run(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                           size_t count, int64_t *changed)
{
	struct postgres *pg = (struct postgres *)base;
	PGresult *result = NULL;
	pg->changes++;
	enum frg_status st = send(pg, err, find(pg, sql), args, count);
	if (st != FRG_OK || (!changed && pg->mode == DB_WRITE && pg->open && pg->awaiting < AHEAD_MAX))
		return st;
	st = sync_all(pg, err, &result);
	if (st == FRG_OK && changed)
		*changed = strtoll(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return st;
}

static int64_t changes(struct db *base) { return ((struct postgres *)base)->changes; }

static enum frg_status query(struct db *base, struct frg_error *err, const char *sql, const struct db_value *args,
                             size_t count, struct db_rows **out)
{
	struct postgres *pg = (struct postgres *)base;
	struct cached *c = find(pg, sql);
	PGresult *result = NULL;
	enum frg_status st = send(pg, err, c, args, count);
	if (st == FRG_OK)
		st = sync_all(pg, err, &result);
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

/* The words that PostgreSQL calls otherwise. */
static void in_own_words(const char *sql, struct buf *out)
{
	static const struct {
		str word, own;
	} words[] = {{STR_INIT("BLOB"), STR_INIT("BYTEA")}, {STR_INIT("INTEGER"), STR_INIT("BIGINT")}};
	str rest = str_of(sql), word;
	while (rest.n && str_next(&rest, ' ', &word)) {
		for (size_t i = 0; i < COUNT_OF(words); i++)
			if (str_eq(word, words[i].word)) {
				word = words[i].own;
				break;
			}
		buf_add(out, word);
		buf_byte(out, ' ');
	}
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
		await(pg, AWAIT_SYNC, NULL);
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
	PQfinish(pg->conn);
	free(pg->url);
	free(pg);
}

/* Part of a password, perhaps, in which a sign was not written as %XX. */
static bool is_doubtful(const PQconninfoOption *o)
{
	return o->val && ((strcmp(o->keyword, "host") == 0 && strchr(o->val, '@')) ||
	                  (strcmp(o->keyword, "port") == 0 && o->val[strspn(o->val, "0123456789,")]));
}

/* What libpq says of an address that it does not understand repeats it, with the password. */
enum frg_status postgres_check_url(const char *url, struct frg_error *err)
{
	char *said = NULL;
	PQconninfoOption *options = PQconninfoParse(url, &said);
	bool good = options != NULL;
	for (const PQconninfoOption *o = options; good && o->keyword; o++)
		good = !is_doubtful(o);
	PQconninfoFree(options);
	PQfreemem(said);
	return good ? FRG_OK
	            : frg_fail(err, FRG_INVALID, "store_url",
	                       "the address of the PostgreSQL server cannot be understood: signs that mean something in"
	                       " an address are written as %%XX in a name or a password");
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
	.check_integrity = postgres_check_integrity,
	.size = postgres_size,
	.scrub = postgres_scrub,
};
