/* Ways to look at the queue that a team has named, and who looks at what. */
#include "store/tx.h"

/* ---- lanes ---- */

static void read_lane(struct arena *a, struct db_rows *r, struct store_lane *l)
{
	*l = (struct store_lane){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.position = db_int(r, 2),
		.name = db_text(r, 3, a),
		.filter = db_text(r, 4, a),
	};
}

enum frg_status store_lane_list(struct store_tx *tx, id64 site, struct store_lanes *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, site_id, position, name, filter FROM lane WHERE site_id = $1"
	                              " ORDER BY position, id",
	                              DB_INT(site));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_lane);
}

enum frg_status store_lane_replace(struct store_tx *tx, id64 site, const struct store_lanes *lanes,
                                   struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM lane WHERE site_id = $1", DB_INT(site));
	for (size_t i = 0; st == FRG_OK && i < lanes->count; i++)
		st = DB_RUN(
			tx->db, err,
			"INSERT INTO lane (id, site_id, position, name, filter, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			DB_INT(lanes->items[i].id), DB_INT(site), DB_INT((int64_t)i), DB_TEXT(lanes->items[i].name),
			DB_TEXT(lanes->items[i].filter), DB_INT(clock_now()));
	return st;
}

/* ---- claims ---- */

static void read_claim(struct arena *a, struct db_rows *r, struct store_claim *c)
{
	*c = (struct store_claim){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.editor = db_int(r, 2),
		.editor_name = db_text(r, 3, a),
		.until = db_int(r, 4),
	};
}

static enum frg_status get_claim(struct store_tx *tx, id64 revision, struct store_claim *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id, site_id, editor_id, editor_name, until_at FROM claim"
	                              " WHERE revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_claim, "claim");
}

enum frg_status store_claim_take(struct store_tx *tx, const struct store_claim *c, msec now, bool *renewed,
                                 struct store_claim *out, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = get_claim(tx, c->revision, out, NULL);
	*renewed = st == FRG_OK && out->editor == c->editor && out->until > now;
	st = DB_RUN_COUNT(
		tx->db, err, &changed,
		"INSERT INTO claim (revision_id, site_id, editor_id, editor_name, until_at)"
		" VALUES ($1, $2, $3, $4, $5) ON CONFLICT (revision_id) DO UPDATE SET"
		" editor_id = excluded.editor_id, editor_name = excluded.editor_name,"
		" until_at = excluded.until_at"
		" WHERE claim.editor_id = excluded.editor_id OR claim.until_at <= $6 OR claim.until_at > $5 + 60000",
		DB_INT(c->revision), DB_INT(c->site), DB_INT(c->editor), DB_TEXT(c->editor_name), DB_INT(c->until),
		DB_INT(now));
	return st == FRG_OK ? get_claim(tx, c->revision, out, err) : st;
}

enum frg_status store_claim_drop(struct store_tx *tx, id64 site, id64 editor, id64 but, int64_t *dropped,
                                 struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, dropped,
	                    "DELETE FROM claim WHERE site_id = $1 AND editor_id = $2 AND revision_id <> $3", DB_INT(site),
	                    DB_INT(editor), DB_INT(but));
}

enum frg_status store_claim_list(struct store_tx *tx, id64 site, msec now, msec latest, struct store_claims *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id, site_id, editor_id, editor_name, until_at FROM claim"
	                              " WHERE site_id = $1 AND until_at > $2 AND until_at <= $3 ORDER BY revision_id",
	                              DB_INT(site), DB_INT(now), DB_INT(latest));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_claim);
}
