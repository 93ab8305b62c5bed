/* What authors were told of their wait, and how it turned out. It is told when a revision comes in, and ids are in the
 * order of their times (base/id.h): since when is asked by id. */
#include "store/tx.h"

#define ROW "f.revision_id, f.site_id, f.made_at, f.due_at, f.expected, f.bucket, f.from_at, f.until_at, f.decided_at"

static void read_forecast(struct arena *a, struct db_rows *r, struct store_forecast *f)
{
	(void)a;
	*f = (struct store_forecast){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.made = db_int(r, 2),
		.due = db_int(r, 3),
		.expected = db_int(r, 4),
		.bucket = db_int(r, 5),
		.from = db_int(r, 6),
		.until = db_int(r, 7),
		.decided = db_int(r, 8),
	};
}

enum frg_status store_forecast_put(struct store_tx *tx, const struct store_forecast *f, struct frg_error *err)
{
	return DB_PUT(tx->db, err,
	              "INSERT INTO forecast (revision_id, site_id, made_at, due_at, expected, bucket, from_at, until_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	              DB_INT(f->revision), DB_INT(f->site), DB_INT(f->made), DB_INT(f->due), DB_INT(f->expected),
	              DB_INT(f->bucket), DB_INT_OR_NULL(f->from), DB_INT_OR_NULL(f->until));
}

enum frg_status store_forecast_get(struct store_tx *tx, id64 revision, struct store_forecast *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " ROW " FROM forecast f WHERE f.revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_forecast, "forecast");
}

enum frg_status store_forecast_decided(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                       struct store_forecasts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW " FROM forecast f WHERE f.site_id = $1 AND f.decided_at > $2"
	                              " AND f.decided_at <= $3 ORDER BY f.decided_at LIMIT $4",
	                              DB_INT(site), DB_INT(after), DB_INT(upto), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_forecast);
}

enum frg_status store_forecast_times(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                     struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT f.decided_at FROM forecast f WHERE f.site_id = $1 AND f.decided_at > $2"
	                              " AND f.decided_at <= $3 ORDER BY f.decided_at LIMIT $4",
	                              DB_INT(site), DB_INT(after), DB_INT(upto), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

enum frg_status store_forecast_late(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                    struct store_forecasts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW " FROM forecast f WHERE f.site_id = $1 AND f.until_at > $2"
	                              " AND f.until_at <= $3 AND (f.decided_at IS NULL OR f.decided_at > f.until_at)"
	                              " ORDER BY f.until_at LIMIT $4",
	                              DB_INT(site), DB_INT(after), DB_INT(upto), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_forecast);
}

enum frg_status store_forecast_latest(struct store_tx *tx, id64 site, msec since, int64_t limit,
                                      struct store_forecasts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW " FROM forecast f WHERE f.site_id = $1 AND f.revision_id >= $2"
	                              " ORDER BY f.revision_id DESC LIMIT $3",
	                              DB_INT(site), DB_INT(id_at(since)), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_forecast);
}

enum frg_status store_forecast_kept(struct store_tx *tx, id64 site, msec since, struct store_forecast_record *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct store_forecast_record){0};
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT sum(CASE WHEN f.until_at IS NULL THEN 1 ELSE 0 END),"
	                              " sum(CASE WHEN f.until_at IS NULL THEN 0 ELSE 1 END),"
	                              " sum(CASE WHEN f.decided_at BETWEEN f.from_at AND f.until_at THEN 1 ELSE 0 END)"
	                              " FROM forecast f WHERE f.site_id = $1 AND f.revision_id >= $2"
	                              " AND (f.decided_at IS NOT NULL OR f.until_at < $3)",
	                              DB_INT(site), DB_INT(id_at(since)), DB_INT(clock_now()));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*out = (struct store_forecast_record){
			.none = db_int(rows, 0), .given = db_int(rows, 1), .kept = db_int(rows, 2)};
	return db_end(rows, err);
}

enum frg_status store_forecast_forget(struct store_tx *tx, id64 revision, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM forecast WHERE revision_id = $1", DB_INT(revision));
}

enum frg_status store_forecast_purge(struct store_tx *tx, id64 site, msec before, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM forecast WHERE site_id = $1 AND revision_id < $2", DB_INT(site),
	              DB_INT(id_at(before)));
}
