/* Letters on their way: written with what they tell of, in one transaction; event/mail.c hands them over. */
#include "store/tx.h"

enum frg_status store_mail_insert(struct store_tx *tx, const struct store_mail *m, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO mail (id, site_id, about, recipient, subject, body, send_at, tries, state, problem,"
	              " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'waiting', '', $8)",
	              DB_INT(m->id), DB_INT(m->site), DB_INT(m->about), DB_TEXT(m->recipient), DB_TEXT(m->subject),
	              DB_TEXT(m->body), DB_INT(m->send_at), DB_INT(m->created));
}

static void read_mail(struct arena *a, struct db_rows *r, struct store_mail *m)
{
	*m = (struct store_mail){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.about = db_int(r, 2),
		.recipient = db_text(r, 3, a),
		.subject = db_text(r, 4, a),
		.body = db_text(r, 5, a),
		.send_at = db_int(r, 6),
		.tries = db_int(r, 7),
		.problem = db_text(r, 8, a),
		.created = db_int(r, 9),
		.letter = db_int(r, 10),
	};
}

/* Of letters written together none goes before the last of them can no longer be taken back. */
static enum frg_status read_due(struct store_tx *tx, msec now, int64_t limit, struct store_mails *out,
                                struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT m.id, m.site_id, m.about, m.recipient, m.subject, m.body, m.send_at, m.tries,"
	                              " m.problem, m.created_at,"
	                              " CASE WHEN EXISTS (SELECT 1 FROM statement s WHERE s.decision_id = m.about)"
	                              " THEN 1 ELSE 0 END"
	                              " FROM mail m WHERE m.state = 'waiting' AND m.send_at <= $1 AND NOT EXISTS"
	                              " (SELECT 1 FROM mail o WHERE o.recipient = m.recipient AND o.state = 'waiting'"
	                              " AND o.created_at > m.created_at AND o.created_at <= m.created_at + $3"
	                              " AND o.site_id = m.site_id AND o.send_at > $1 AND o.tries = 0 AND m.tries = 0"
	                              " AND EXISTS (SELECT 1 FROM statement s WHERE s.decision_id = o.about)"
	                              " AND EXISTS (SELECT 1 FROM statement s WHERE s.decision_id = m.about))"
	                              " ORDER BY m.send_at, m.id LIMIT $2",
	                              DB_INT(now), DB_INT(limit), DB_INT(STORE_MAIL_TOGETHER_MS));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_mail);
}

enum frg_status store_mail_due(struct store_tx *tx, msec now, int64_t limit, struct store_mails *out, msec *next,
                               struct frg_error *err)
{
	struct db_rows *rows;
	*next = 0;
	enum frg_status st = read_due(tx, now, limit, out, err);
	if (st == FRG_OK)
		st = DB_QUERY(tx->db, err, &rows, "SELECT min(send_at) FROM mail WHERE state = 'waiting' AND send_at > $1",
		              DB_INT(now));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*next = db_int(rows, 0);
	return db_end(rows, err);
}

enum frg_status store_mail_claim(struct store_tx *tx, id64 id, msec send_at, msec until, bool *claimed,
                                 struct frg_error *err)
{
	int64_t changed = 0;
	enum frg_status st = DB_RUN_COUNT(
		tx->db, err, &changed, "UPDATE mail SET send_at = $3 WHERE id = $1 AND send_at = $2 AND state = 'waiting'",
		DB_INT(id), DB_INT(send_at), DB_INT(until));
	*claimed = changed > 0;
	return st;
}

enum frg_status store_mail_delete(struct store_tx *tx, id64 id, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM mail WHERE id = $1", DB_INT(id));
}

enum frg_status store_mail_retry(struct store_tx *tx, id64 id, msec send_at, str problem, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE mail SET tries = tries + 1, problem = $3, send_at = $2,"
	              " state = CASE WHEN $2 = 0 THEN 'failed' ELSE 'waiting' END WHERE id = $1",
	              DB_INT(id), DB_INT(send_at), DB_TEXT(problem));
}

enum frg_status store_mail_cancel(struct store_tx *tx, id64 about, int64_t *cancelled, struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, cancelled, "DELETE FROM mail WHERE about = $1 AND state = 'waiting'",
	                    DB_INT(about));
}
