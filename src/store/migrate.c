/* Schema migrations: append-only, known by number, name and hash. A database whose history is
 * not a beginning of this program's is refused, never repaired. */
#include "store/tx.h"

#include "base/embedded.h"
#include "base/log.h"

struct applied {
	int64_t version;
	str hash;
};
struct applied_list {
	struct applied *items;
	size_t count;
};

static void read_applied(struct arena *a, struct db_rows *r, struct applied *out)
{
	*out = (struct applied){.version = db_int(r, 0), .hash = db_text(r, 1, a)};
}

static enum frg_status load_applied(struct store_tx *tx, struct applied_list *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT version, hash FROM schema_migration WHERE version > $1"
	                              " ORDER BY version",
	                              DB_INT(0));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_applied);
}

/* 0029 names indexes that SQLite numbers itself. In files that earlier versions made a key that is a number has one,
 * too (store/db_sqlite.c), and those of the constraints after it come one later. */
static enum frg_status own_numbers(struct store_tx *tx, str sql, const char **out, struct frg_error *err)
{
	static const str name = STR_INIT("sqlite_autoindex_decision_");
	struct db_rows *rows;
	char *own = arena_alloc(tx->arena, sql.n + 1);
	memcpy(own, sql.p, sql.n);
	*out = own;
	if (db_dialect(tx->db) != DB_SQLITE || str_find(sql, name, 0) == SIZE_MAX)
		return FRG_OK;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT 1 FROM pragma_index_list($1) WHERE origin = 'pk'",
	                              DB_TEXT(STR("decision")));
	if (st != FRG_OK)
		return st;
	bool later = db_next(rows);
	for (size_t at = 0; later && (at = str_find(sql, name, at)) != SIZE_MAX;)
		own[at += name.n]++;
	return db_end(rows, err);
}

static enum frg_status apply(struct store_tx *tx, size_t version, const struct embedded_file *file, str hash,
                             struct frg_error *err)
{
	const char *sql = NULL;
	enum frg_status st = own_numbers(tx, embedded_content(file), &sql, err);
	if (st == FRG_OK)
		st = db_script(tx->db, err, sql);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err,
		            "INSERT INTO schema_migration (version, name, hash, applied_at) VALUES ($1, $2, $3, $4)",
		            DB_INT((int64_t)version), DB_TEXT(str_of(file->name)), DB_TEXT(hash), DB_INT(clock_now()));
	if (st == FRG_OK)
		log_info("migration", "applied %s", file->name);
	return st;
}

/* What has run must be a beginning of what this program knows. */
static enum frg_status check_applied(struct store_tx *tx, struct applied_list *applied, struct frg_error *err)
{
	enum frg_status st = load_applied(tx, applied, err);
	if (st != FRG_OK)
		return st;
	if (applied->count > embedded_migrations_count)
		return frg_fail(err, FRG_UNSUPPORTED, "schema_newer",
		                "the database was written by a newer freigabe (schema %zu, this one knows %zu)", applied->count,
		                embedded_migrations_count);
	for (size_t i = 0; i < applied->count; i++) {
		char hash[HASH_TEXT_SIZE];
		hash_text(embedded_content(&embedded_migrations[i]), hash);
		if (applied->items[i].version != (int64_t)i + 1 || !str_eq(applied->items[i].hash, str_of(hash)))
			return frg_fail(err, FRG_UNSUPPORTED, "schema_changed",
			                "migration %s of the database is not the one of this freigabe",
			                embedded_migrations[i].name);
	}
	return FRG_OK;
}

static enum frg_status bring_up(struct store_tx *tx, struct frg_error *err)
{
	enum frg_status st = db_script(tx->db, err, STORE_MIGRATION_TABLE);
	struct applied_list applied;
	if (st == FRG_OK)
		st = check_applied(tx, &applied, err);
	for (size_t i = st == FRG_OK ? applied.count : 0; st == FRG_OK && i < embedded_migrations_count; i++) {
		char hash[HASH_TEXT_SIZE];
		hash_text(embedded_content(&embedded_migrations[i]), hash);
		st = apply(tx, i + 1, &embedded_migrations[i], str_of(hash), err);
	}
	return st;
}

enum frg_status store_schema_check(struct db *db, struct frg_error *err)
{
	struct store_tx tx = {.db = db, .arena = arena_open(1 << 20)};
	struct applied_list applied = {0};
	enum frg_status st = check_applied(&tx, &applied, err);
	arena_close(tx.arena);
	if (st == FRG_OK && applied.count < embedded_migrations_count)
		return frg_fail(err, FRG_UNSUPPORTED, "schema_older",
		                "the database was written by an older freigabe (schema %zu, this one's is %zu)", applied.count,
		                embedded_migrations_count);
	return st;
}

enum frg_status store_migrate(struct db *db, struct frg_error *err)
{
	enum frg_status st = db_step(db, err, DB_BEGIN_WRITE); /* two programs may start at once */
	if (st != FRG_OK)
		return st;
	struct store_tx tx = {.db = db, .arena = arena_open(16 << 20)};
	st = bring_up(&tx, err);
	arena_close(tx.arena);
	struct frg_error end;
	if (st != FRG_OK) {
		if (db_in_transaction(db) && db_step(db, &end, DB_ROLLBACK) != FRG_OK)
			log_error("migration", "%s", end.msg);
		return st;
	}
	return db_step(db, err, DB_COMMIT);
}

enum frg_status store_migrated_still(struct db *db, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(db, err, &rows, "SELECT max(version) FROM schema_migration WHERE version > $1",
	                              DB_INT(0));
	if (st != FRG_OK)
		return st;
	int64_t version = db_next(rows) ? db_int(rows, 0) : 0;
	st = db_end(rows, err);
	if (st != FRG_OK || version == (int64_t)embedded_migrations_count)
		return st;
	return frg_fail(err, FRG_UNAVAILABLE, "schema_newer",
	                "the database has been upgraded to schema %lld, this freigabe knows %zu: it takes no more writes",
	                (long long)version, embedded_migrations_count);
}
