/* The mark in a database into which another is being copied: while it is there, the database does not hold all yet,
 * and nothing but the copy may use it. Knows only that, and where the source's chains and outbox ended. */
#include "store/copy_mark.h"

enum frg_status copy_mark_read(struct store_tx *tx, str *source, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT source FROM copy_mark WHERE id = $1", DB_INT(1));
	if (st != FRG_OK)
		return st;
	*source = STR("");
	if (db_next(rows))
		*source = db_text(rows, 0, tx->arena);
	return db_end(rows, err);
}

enum frg_status copy_mark_set(struct store_tx *tx, str source, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "INSERT INTO copy_mark (id, source, begun_at) VALUES (1, $1, $2)", DB_TEXT(source),
	              DB_INT(clock_now()));
}

enum frg_status copy_mark_end(struct store_tx *tx, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM copy_mark WHERE id = $1", DB_INT(1));
}

enum frg_status store_copy_refuse(struct db *db, struct frg_error *err)
{
	struct store_tx tx = {.db = db, .arena = arena_open(1 << 16)};
	str source = STR("");
	enum frg_status st = copy_mark_read(&tx, &source, err);
	bool marked = source.n > 0;
	arena_close(tx.arena);
	if (st == FRG_OK && marked)
		return frg_fail(err, FRG_UNSUPPORTED, "copy_half",
		                "another database is being copied into this one, and not all of it is here: let freigabe"
		                " migrate-store go on");
	return st;
}

/* Every write of consequence moves one of these. */
enum frg_status copy_mark_of(struct store_tx *tx, str *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT c.value, d.seq, d.hash, e.seq, e.hash FROM counter c, chain_head d,"
	                              " erasure_head e WHERE c.name = $1 AND d.id = 1 AND e.id = 1",
	                              DB_TEXT(STR("event")));
	if (st != FRG_OK)
		return st;
	bool there = db_next(rows);
	if (there) {
		str decision = db_text(rows, 2, tx->arena), erasure = db_text(rows, 4, tx->arena);
		*out = arena_printf(tx->arena, "events %lld, decisions %lld %.*s, erasures %lld %.*s",
		                    (long long)db_int(rows, 0), (long long)db_int(rows, 1), STR_ARG(decision),
		                    (long long)db_int(rows, 3), STR_ARG(erasure));
	}
	st = db_end(rows, err);
	return st != FRG_OK || there ? st
	                             : frg_fail(err, FRG_CORRUPT, "store_corrupt", "the ends of its chains are missing");
}
