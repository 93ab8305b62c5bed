/* Token buckets that processes share: one time each, to which everybody's acts are added. */
#include "store/limit.h"
#include "store/tx.h"

enum frg_status store_bucket_spend(struct store_tx *tx, uint64_t key, msec from, msec cost, msec now,
                                   struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO bucket (key, full_at, changed_at) VALUES ($1, $2, $3)"
	              " ON CONFLICT (key) DO UPDATE SET changed_at = $3,"
	              " full_at = CASE WHEN bucket.full_at > $3 THEN bucket.full_at ELSE $3 END + $4",
	              DB_INT((int64_t)key), DB_INT((from > now ? from : now) + cost), DB_INT(now), DB_INT(cost));
}

static void read_bucket(struct arena *a, struct db_rows *r, struct store_bucket *b)
{
	(void)a;
	*b = (struct store_bucket){.key = (uint64_t)db_int(r, 0), .full_at = db_int(r, 1)};
}

enum frg_status store_bucket_changed(struct store_tx *tx, msec since, int64_t limit, struct store_buckets *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT key, full_at FROM bucket WHERE changed_at >= $1 ORDER BY changed_at DESC LIMIT $2",
		DB_INT(since), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_bucket);
}

enum frg_status store_bucket_owing(struct store_tx *tx, msec now, int64_t limit, struct store_buckets *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT key, full_at FROM bucket WHERE full_at > $1 ORDER BY full_at DESC LIMIT $2",
	                              DB_INT(now), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_bucket);
}

enum frg_status store_bucket_end(struct store_tx *tx, msec now, int64_t limit, int64_t *count, struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, count,
	                    "DELETE FROM bucket WHERE key IN (SELECT key FROM bucket WHERE full_at <= $1"
	                    " ORDER BY full_at LIMIT $2)",
	                    DB_INT(now), DB_INT(limit));
}

enum frg_status store_proof_use(struct store_tx *tx, int64_t nonce, msec until, struct frg_error *err)
{
	bool used = false;
	enum frg_status st = store_proof_was(tx, nonce, &used, err);
	if (st == FRG_OK && used)
		return frg_fail(err, FRG_FORBIDDEN, "work_used", "the proof has been used");
	return st == FRG_OK ? DB_PUT(tx->db, err, "INSERT INTO proof (nonce, until_at) VALUES ($1, $2)", DB_INT(nonce),
	                             DB_INT(until))
	                    : st;
}

enum frg_status store_proof_end(struct store_tx *tx, msec now, int64_t limit, int64_t *count, struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, count,
	                    "DELETE FROM proof WHERE nonce IN (SELECT nonce FROM proof WHERE until_at < $1"
	                    " ORDER BY until_at LIMIT $2)",
	                    DB_INT(now), DB_INT(limit));
}

enum frg_status store_proof_was(struct store_tx *tx, int64_t nonce, bool *used, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT 1 FROM proof WHERE nonce = $1", DB_INT(nonce));
	if (st != FRG_OK)
		return st;
	*used = db_next(rows);
	return db_end(rows, err);
}
