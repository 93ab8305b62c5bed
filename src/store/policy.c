/* A newsroom's own settings, version by version. Knows nothing of what they mean. */
#include "store/tx.h"

static void read_head(struct arena *a, struct db_rows *r, struct store_policy *p)
{
	*p = (struct store_policy){.site = db_int(r, 0),
	                           .version = db_int(r, 1),
	                           .editor = db_int(r, 2),
	                           .editor_name = db_text(r, 3, a),
	                           .created = db_int(r, 4)};
}

static void read_policy(struct arena *a, struct db_rows *r, struct store_policy *p)
{
	read_head(a, r, p);
	p->text = db_text(r, 5, a);
}

enum frg_status store_policy_get(struct store_tx *tx, id64 site, int64_t version, struct store_policy *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct store_policy){.site = site};
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT site_id, version, COALESCE(editor_id, 0), editor_name, created_at, text"
	                              " FROM policy WHERE site_id = $1 AND (version <= $2 OR $2 = 0)"
	                              " ORDER BY version DESC LIMIT 1",
	                              DB_INT(site), DB_INT(version));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		read_policy(tx->arena, rows, out);
	return db_end(rows, err);
}

enum frg_status store_policy_versions(struct store_tx *tx, id64 site, int64_t limit, struct store_policies *out,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT site_id, version, COALESCE(editor_id, 0), editor_name, created_at"
	                              " FROM policy WHERE site_id = $1 ORDER BY version DESC LIMIT $2",
	                              DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_head);
}

enum frg_status store_policy_all(struct store_tx *tx, struct store_policies *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT site_id, version, COALESCE(editor_id, 0), editor_name, created_at"
	                              " FROM policy AS p WHERE version ="
	                              " (SELECT MAX(version) FROM policy AS q WHERE q.site_id = p.site_id)"
	                              " ORDER BY site_id LIMIT $1",
	                              DB_INT(1000));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_head);
}

enum frg_status store_policy_insert(struct store_tx *tx, const struct store_policy *p, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err,
	                            "INSERT INTO policy (site_id, version, text, editor_id, editor_name, created_at)"
	                            " VALUES ($1, $2, $3, $4, $5, $6)",
	                            DB_INT(p->site), DB_INT(p->version), DB_TEXT(p->text), DB_INT_OR_NULL(p->editor),
	                            DB_TEXT(p->editor_name), DB_INT(p->created));
	if (st != FRG_OK)
		return st;
	return DB_RUN(tx->db, err, "DELETE FROM policy WHERE site_id = $1 AND version <= $2", DB_INT(p->site),
	              DB_INT(p->version - STORE_POLICY_VERSIONS));
}
