/* The desk's figures: counts by day, and what they are made from. */
#include "store/figures.h"

#include "store/tx.h"

#define KEY                                                                                                            \
	"INSERT INTO figure (site_id, scope, day, name, bin, value) VALUES ($1, $2, $3, $4, $5, $6)"                       \
	" ON CONFLICT (site_id, scope, day, name, bin) DO UPDATE SET value = "

enum frg_status store_figure_add(struct store_tx *tx, id64 site, const struct store_figure *f, struct frg_error *err)
{
	return DB_RUN(tx->db, err, KEY "figure.value + excluded.value", DB_INT(site), DB_TEXT(f->scope), DB_INT(f->day),
	              DB_INT(f->name), DB_INT(f->bin), DB_INT(f->value));
}

enum frg_status store_figure_set(struct store_tx *tx, id64 site, const struct store_figure *f, struct frg_error *err)
{
	return DB_RUN(tx->db, err, KEY "excluded.value WHERE figure.value <> excluded.value", DB_INT(site),
	              DB_TEXT(f->scope), DB_INT(f->day), DB_INT(f->name), DB_INT(f->bin), DB_INT(f->value));
}

enum frg_status store_figure_each(struct store_tx *tx, id64 site, str scope, int64_t from, int64_t to,
                                  enum store_figure_name last, store_figure_seen *seen, void *ctx,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT day, name, bin, value FROM figure WHERE site_id = $1 AND scope = $2"
	                              " AND day >= $3 AND day <= $4 AND name <= $5",
	                              DB_INT(site), DB_TEXT(scope), DB_INT(from), DB_INT(to), DB_INT(last));
	if (st != FRG_OK)
		return st;
	while (db_next(rows))
		seen(ctx,
		     &(struct store_figure){
				 .day = db_int(rows, 0), .name = db_int(rows, 1), .bin = db_int(rows, 2), .value = db_int(rows, 3)});
	return db_end(rows, err);
}

enum frg_status store_figure_purge(struct store_tx *tx, int64_t before, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM figure WHERE day < $1", DB_INT(before));
}

enum frg_status store_figure_scope_put(struct store_tx *tx, id64 site, str scope, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "INSERT INTO figure_scope (site_id, scope) VALUES ($1, $2) ON CONFLICT DO NOTHING",
	              DB_INT(site), DB_TEXT(scope));
}

static void read_scope(struct arena *a, struct db_rows *r, str *s) { *s = db_text(r, 0, a); }

enum frg_status store_figure_scopes(struct store_tx *tx, id64 site, int64_t limit, struct store_texts *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT scope FROM figure_scope WHERE site_id = $1 ORDER BY scope LIMIT $2",
	                              DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_scope);
}

/* ---- how far ---- */

enum frg_status store_figure_mark(struct store_tx *tx, id64 site, str name, int64_t *value, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT value FROM figure_mark WHERE site_id = $1 AND name = $2",
	                              DB_INT(site), DB_TEXT(name));
	if (st != FRG_OK)
		return st;
	*value = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_figure_mark_move(struct store_tx *tx, id64 site, str name, int64_t from, int64_t to,
                                       struct frg_error *err)
{
	int64_t changed = 0;
	enum frg_status st = DB_RUN(tx->db, err,
	                            "INSERT INTO figure_mark (site_id, name, value) VALUES ($1, $2, 0)"
	                            " ON CONFLICT DO NOTHING",
	                            DB_INT(site), DB_TEXT(name));
	if (st == FRG_OK)
		st = DB_RUN_COUNT(tx->db, err, &changed,
		                  "UPDATE figure_mark SET value = $4 WHERE site_id = $1 AND name = $2 AND value = $3",
		                  DB_INT(site), DB_TEXT(name), DB_INT(from), DB_INT(to));
	return st == FRG_OK && !changed ? frg_fail(err, FRG_CONFLICT, "conflict", "counted by another process") : st;
}

/* ---- what is counted ---- */

static void read_decision(struct arena *a, struct db_rows *r, struct store_figure_decision *d)
{
	*d = (struct store_figure_decision){
		.seq = db_int(r, 0),
		.sign = db_int(r, 1),
		.site = db_int(r, 2),
		.section = db_text(r, 3, a),
		.action = db_text(r, 4, a),
		.rules = db_text(r, 5, a),
		.detail = db_text(r, 6, a),
		.findings = db_text(r, 7, a),
		.submitted = db_int(r, 8),
		.decided = db_int(r, 9),
		.automatic = db_int(r, 10),
	};
}

enum frg_status store_figure_decisions(struct store_tx *tx, int64_t after, int64_t limit,
                                       struct store_figure_decisions *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT d.seq, CASE WHEN d.undoes IS NULL THEN 1 ELSE -1 END, e.site_id, a.section,"
		" e.action, e.rules, e.detail, e.findings, e.submitted_at, e.decided_at,"
		" CASE WHEN" BY_A_LANE(
			"e") " THEN 1 ELSE 0 END FROM decision d JOIN decision e ON e.id = COALESCE(d.undoes, d.id)"
				 " JOIN comment c ON c.id = e.comment_id JOIN article a ON a.id = c.article_id"
				 " WHERE d.seq > $1 ORDER BY d.seq LIMIT $2",
		DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_decision);
}

enum frg_status store_figure_behind(struct store_tx *tx, int64_t seq, int64_t *out, struct frg_error *err)
{
	str hash;
	enum frg_status st = store_chain_head(tx, out, &hash, err);
	*out -= seq;
	return st;
}

static void read_count(struct arena *a, struct db_rows *r, struct store_figure_count *c)
{
	*c = (struct store_figure_count){.section = db_text(r, 0, a), .hour = db_int(r, 1), .count = db_int(r, 2)};
}

enum frg_status store_figure_received(struct store_tx *tx, id64 site, msec from, msec to,
                                      struct store_figure_counts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT a.section, (r.created_at - $2) / 3600000 AS hour, count(*) FROM revision r"
	                              " JOIN comment c ON c.id = r.comment_id JOIN article a ON a.id = c.article_id"
	                              " WHERE r.site_id = $1 AND r.created_at >= $2 AND r.created_at < $3"
	                              " GROUP BY a.section, hour",
	                              DB_INT(site), DB_INT(from), DB_INT(to));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_count);
}

enum frg_status store_figure_first(struct store_tx *tx, id64 site, msec from, msec *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT min(created_at) FROM revision WHERE site_id = $1 AND created_at >= $2",
	                              DB_INT(site), DB_INT(from));
	if (st != FRG_OK)
		return st;
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_figure_stored(struct store_tx *tx, id64 site, id64 after, id64 upto, msec *first,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT min(created_at) FROM revision WHERE id > $2 AND id <= $3 AND +site_id = $1",
	                              DB_INT(site), DB_INT(after), DB_INT(upto));
	if (st != FRG_OK)
		return st;
	*first = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

static void read_forecast(struct arena *a, struct db_rows *r, struct store_figure_forecast *f)
{
	*f = (struct store_figure_forecast){
		.section = db_text(r, 0, a), .none = db_int(r, 1), .given = db_int(r, 2), .kept = db_int(r, 3)};
}

enum frg_status store_figure_forecasts(struct store_tx *tx, id64 site, msec from, msec to, msec now,
                                       struct store_figure_forecasts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT a.section,"
		" sum(CASE WHEN f.until_at IS NULL AND f.decided_at IS NOT NULL THEN 1 ELSE 0 END),"
		" sum(CASE WHEN f.until_at IS NOT NULL AND (f.decided_at IS NOT NULL OR f.until_at < $4) THEN 1 ELSE 0 END),"
		" sum(CASE WHEN f.decided_at BETWEEN f.from_at AND f.until_at THEN 1 ELSE 0 END)"
		" FROM forecast f JOIN revision r ON r.id = f.revision_id JOIN comment c ON c.id = r.comment_id"
		" JOIN article a ON a.id = c.article_id"
		" WHERE f.site_id = $1 AND f.made_at >= $2 AND f.made_at < $3"
		" AND f.revision_id >= $5 AND f.revision_id < $6 GROUP BY a.section",
		DB_INT(site), DB_INT(from), DB_INT(to), DB_INT(now), DB_INT(id_at(from - ID_SET_BACK_MS)),
		DB_INT(id_at(to + ID_SET_BACK_MS)));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_forecast);
}
