/* Rows for reports. Each query reads a bounded range of an index, so that its page is never long in coming. */
#include "store/report.h"

#include "store/tx.h"

static void read_text(struct arena *a, struct db_rows *r, struct store_report_text *t)
{
	*t = (struct store_report_text){
		.id = db_int(r, 0), .first = db_int(r, 1) == 1, .lang = lang_of(db_text(r, 2, a)), .created = db_int(r, 3)};
}

enum frg_status store_report_texts(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                   struct store_report_texts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT r.id, r.ordinal, a.lang, r.created_at FROM revision r"
	                              " JOIN comment c ON c.id = r.comment_id JOIN article a ON a.id = c.article_id"
	                              " WHERE +r.site_id = $1 AND r.id > $2 ORDER BY r.id LIMIT $3",
	                              DB_INT(site), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_text);
}

static void read_decision(struct arena *a, struct db_rows *r, struct store_report_decision *d)
{
	*d = (struct store_report_decision){
		.seq = db_int(r, 0),
		.action = db_text(r, 1, a),
		.rules = db_text(r, 2, a),
		.detail = db_text(r, 3, a),
		.findings = db_text(r, 4, a),
		.submitted = db_int(r, 5),
		.decided = db_int(r, 6),
		.undone = db_int(r, 7),
		.automatic = db_int(r, 8),
	};
}

enum frg_status store_report_decisions(struct store_tx *tx, id64 site, int64_t after, int64_t upto, msec from, msec to,
                                       struct store_report_decisions *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT d.seq, d.action, d.rules, d.detail, d.findings, d.submitted_at, d.decided_at,"
		" CASE WHEN EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id) THEN 1 ELSE 0 END,"
		" CASE WHEN" BY_A_LANE("d") " THEN 1 ELSE 0 END FROM decision d"
									" WHERE d.site_id = $1 AND d.seq > $2 AND d.seq <= $3"
									" AND d.decided_at >= $4 AND d.decided_at < $5 ORDER BY d.seq",
		DB_INT(site), DB_INT(after), DB_INT(upto), DB_INT(from), DB_INT(to));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_decision);
}

static void read_objection(struct arena *a, struct db_rows *r, struct store_report_objection *o)
{
	*o = (struct store_report_objection){
		.id = db_int(r, 0), .state = db_text(r, 1, a), .created = db_int(r, 2), .decided = db_int(r, 3)};
}

enum frg_status store_report_objections(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                        struct store_report_objections *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, state, created_at, decided_at FROM objection"
	                              " WHERE site_id = $1 AND id > $2 ORDER BY id LIMIT $3",
	                              DB_INT(site), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_objection);
}

static void read_statement(struct arena *a, struct db_rows *r, struct store_report_statement *s)
{
	*s = (struct store_report_statement){
		.id = db_int(r, 0),
		.decision = db_int(r, 1),
		.lang = lang_of(db_text(r, 2, a)),
		.facts = db_text(r, 3, a),
		.detail = db_text(r, 4, a),
		.voided = db_int(r, 5) != 0,
		.created = db_int(r, 6),
		.submitted = db_int(r, 7),
	};
}

enum frg_status store_report_statements(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                        struct store_report_statements *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT s.id, s.decision_id, s.lang, s.facts, d.detail, s.void_at, s.created_at,"
	                              " d.submitted_at FROM statement s JOIN decision d ON d.id = s.decision_id"
	                              " WHERE s.site_id = $1 AND s.id > $2 ORDER BY s.id LIMIT $3",
	                              DB_INT(site), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_statement);
}
