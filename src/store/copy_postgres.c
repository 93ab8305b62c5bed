/* What a copy asks of a PostgreSQL server alone: what stands there, whether others use it, and not to lose patience. */
#include "store/copy_inner.h"

#include "base/id.h"
#include "store/postgres.h"

static enum frg_status number(struct db *db, const char *sql, int64_t *out, struct frg_error *err)
{
	struct db_rows *rows;
	*out = 0;
	enum frg_status st = db_query(db, err, sql, NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*out = db_int(rows, 0);
	return db_end(rows, err);
}

static enum frg_status is_ours(struct db *db, bool *out, struct frg_error *err)
{
	int64_t there;
	enum frg_status st = number(db, "SELECT count(*) WHERE to_regclass('schema_migration') IS NOT NULL", &there, err);
	*out = there;
	return st;
}

/* Between two pages of one side the other may take minutes. */
static enum frg_status be_patient(struct db *db, struct frg_error *err)
{
	return db_script(db, err, "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0");
}

/* Of a copy that was cut off the server may still be committing the last page: where it ends is seen when that is over.
 * Two copies into one database wait for each other, too. */
static enum frg_status be_the_only_copy(struct db *db, struct frg_error *err)
{
	return db_script(db, err, "SELECT pg_advisory_lock(" POSTGRES_LOCK_COPY ")");
}

static enum frg_status refuse_others(struct db *db, struct frg_error *err)
{
	int64_t others;
	enum frg_status st = number(db,
	                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
	                            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
	                            &others, err);
	if (st == FRG_OK && others)
		return frg_fail(err, FRG_UNAVAILABLE, "store_in_use",
		                "%lld other connections use the source: stop the servers first", (long long)others);
	return st;
}

enum frg_status copy_postgres_open(const char *url, bool writer, bool alone, struct db **out, struct frg_error *err)
{
	struct db *db;
	bool ours;
	enum frg_status st = db_open_postgres(url, writer ? DB_WRITE : DB_READ, &db, err);
	if (st != FRG_OK)
		return st;
	st = be_patient(db, err);
	if (st == FRG_OK && writer)
		st = be_the_only_copy(db, err);
	if (st == FRG_OK)
		st = is_ours(db, &ours, err);
	if (st == FRG_OK && !writer && !ours)
		st = frg_fail(err, FRG_NOT_FOUND, "store_missing", "there is no database of Freigabe's on that server");
	if (st == FRG_OK && alone)
		st = refuse_others(db, err);
	if (st != FRG_OK) {
		db_close(db);
		return st;
	}
	*out = db;
	return FRG_OK;
}

enum frg_status store_server_look(str url, bool *there, struct store_file_facts *out, struct frg_error *err)
{
	int64_t last = 0;
	struct db *db;
	struct arena *a = arena_open(1 << 16);
	*out = (struct store_file_facts){0};
	*there = false;
	enum frg_status st = db_open_postgres(arena_cstr(a, url), DB_READ, &db, err);
	arena_close(a);
	if (st != FRG_OK)
		return st;
	st = is_ours(db, there, err);
	const struct {
		const char *sql;
		int64_t *to;
	} wanted[] = {
		{"SELECT count(*) FROM schema_migration", &out->schema},
		{"SELECT count(*) FROM comment", &out->comments},
		{"SELECT count(*) FROM decision", &out->decisions},
		{"SELECT count(*) FROM publication WHERE removed_at IS NULL", &out->publications},
		{"SELECT coalesce(max(id), 0) FROM comment", &last},
		{"SELECT pg_database_size(current_database())", &out->bytes},
	};
	for (size_t i = 0; st == FRG_OK && *there && i < COUNT_OF(wanted); i++)
		st = number(db, wanted[i].sql, wanted[i].to, err);
	out->newest = last ? id_time(last) : 0;
	db_close(db);
	return st;
}
