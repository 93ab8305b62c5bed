/* How the program's connections to PostgreSQL are made: the address, what libpq is told, what the server is set to.
 * Knows no statements of the store. */
#include "store/postgres.h"

#include <stdlib.h>

enum { OLDEST_SERVER = 130000 };

static bool starts(const char *state, const char *with) { return strncmp(state, with, strlen(with)) == 0; }

enum frg_status postgres_failure(struct frg_error *err, const char *state, const char *text)
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

bool postgres_is_lost(const char *state)
{
	return !*state || starts(state, "08") || starts(state, "57P") || starts(state, "25006");
}

/* The statements are written to be run by their keys, as SQLite runs them: one loop within another, each over an index.
 * Planned once, so, they are the same whatever the database believes of its tables. A new one knows nothing, and took
 * the tables to be empty while they grew: a comment cost a walk through all that waited. */
#define PLANS                                                                                                          \
	"SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;"                   \
	"SET enable_mergejoin = off; SET enable_material = off; SET jit = off;"

/* No limit for the time of a writer's statement: a commit that waits for its standby would be called done by it. */
static const char set_up_writer[] = PLANS "SET lock_timeout = '8s'; SET idle_in_transaction_session_timeout = '10s';"
										  "SELECT set_config('synchronous_commit', 'on', false)"
										  " WHERE current_setting('synchronous_commit') IN ('off', 'local')";
static const char set_up_reader[] = PLANS
	"SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s';"
	"SET default_transaction_read_only = on";

static void no_notice(void *ctx, const PGresult *result) { (void)ctx, (void)result; }

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

enum frg_status postgres_suitable(PGconn *conn, struct frg_error *err)
{
	const char *encoding = PQparameterStatus(conn, "server_encoding");
	return PQserverVersion(conn) >= OLDEST_SERVER && encoding && strcmp(encoding, "UTF8") == 0
	           ? FRG_OK
	           : frg_fail(err, FRG_UNSUPPORTED, "store_unsuitable",
	                      "PostgreSQL 13 or newer and a database in UTF8 needed");
}

bool postgres_set_up(PGconn *conn, bool writer)
{
	PGresult *set = PQexec(conn, writer ? set_up_writer : set_up_reader);
	ExecStatusType status = PQresultStatus(set);
	PQclear(set);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
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
