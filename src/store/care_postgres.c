/* Looking after a PostgreSQL database: what it knows of its own state, how large it is, that what has gone is gone. */
#include "store/postgres.h"

static enum frg_status one_number(struct db *base, struct frg_error *err, const char *sql, int64_t *out)
{
	struct db_rows *rows;
	enum frg_status st = db_query(base, err, sql, NULL, 0, &rows);
	if (st != FRG_OK)
		return st;
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status postgres_check_integrity(struct db *base, struct frg_error *err)
{
	int64_t bad = 0, pages = 0;
	enum frg_status st = one_number(base, err,
	                                "SELECT (SELECT count(*) FROM pg_index WHERE NOT indisvalid)"
	                                " + (SELECT count(*) FROM pg_constraint WHERE NOT convalidated)",
	                                &bad);
	if (st == FRG_OK)
		st = one_number(base, err,
		                "SELECT COALESCE(sum(checksum_failures), 0) FROM pg_stat_database"
		                " WHERE datname = current_database()",
		                &pages);
	if (st == FRG_OK && bad + pages)
		st = frg_fail(err, FRG_CORRUPT, "store_corrupt",
		              "database: %lld indexes or constraints not valid, %lld pages with a wrong checksum",
		              (long long)bad, (long long)pages);
	return st;
}

enum frg_status postgres_size(struct db *base, int64_t *bytes, struct frg_error *err)
{
	return one_number(base, err, "SELECT pg_database_size(current_database())", bytes);
}

/* Rows that have gone leave the pages of their tables and indexes, of all tables that hold words; all in one step. */
enum frg_status postgres_scrub(struct db *base, int64_t *place, struct frg_error *err)
{
	*place = 0;
	return db_script(base, err,
	                 "VACUUM address, author, automatic_case, comment, decision, erasure_run, event, evidence, mail,"
	                 " near_key, notice, objection, publication, queue, review, revision, search_text, statement,"
	                 " suggestion");
}
