/* Notices, as reports read them: the one place that knows which columns they need. */
#include "store/report.h"

#include "store/tx.h"

static void read_notice(struct arena *a, struct db_rows *r, struct store_report_notice *n)
{
	*n = (struct store_report_notice){
		.id = db_int(r, 0),
		.kind = db_text(r, 1, a),
		.outcome = db_text(r, 2, a),
		.detail = db_text(r, 3, a),
		.created = db_int(r, 4),
		.decided = db_int(r, 5),
	};
}

enum frg_status store_report_notices(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                     struct store_report_notices *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT n.id, n.kind, n.outcome, d.detail, n.created_at, n.decided_at FROM notice n"
	                              " LEFT JOIN decision d ON d.id = n.decision_id"
	                              " WHERE +n.site_id = $1 AND n.id > $2 ORDER BY n.id LIMIT $3",
	                              DB_INT(site), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_notice);
}
