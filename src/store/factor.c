/* One-time codes and recovery codes of staff accounts. */
#include "store/tx.h"

enum frg_status store_totp_put(struct store_tx *tx, const struct store_totp *t, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO factor_totp (editor_id, secret, last_step, confirmed, created_at)"
	              " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (editor_id) DO UPDATE SET secret = excluded.secret,"
	              " last_step = excluded.last_step, confirmed = excluded.confirmed",
	              DB_INT(t->editor), DB_TEXT(t->secret), DB_INT(t->last_step), DB_INT(t->confirmed),
	              DB_INT(clock_now()));
}

static void read_totp(struct arena *a, struct db_rows *r, struct store_totp *t)
{
	*t = (struct store_totp){
		.editor = db_int(r, 0), .secret = db_text(r, 1, a), .last_step = db_int(r, 2), .confirmed = db_int(r, 3)};
}

enum frg_status store_totp_get(struct store_tx *tx, id64 editor, struct store_totp *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT editor_id, secret, last_step, confirmed FROM factor_totp"
	                              " WHERE editor_id = $1",
	                              DB_INT(editor));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_totp, "one-time code");
}

enum frg_status store_totp_step(struct store_tx *tx, id64 editor, int64_t step, bool *first, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE factor_totp SET last_step = $2 WHERE editor_id = $1 AND last_step < $2",
	                                  DB_INT(editor), DB_INT(step));
	*first = changed > 0;
	return st;
}

enum frg_status store_totp_delete(struct store_tx *tx, id64 editor, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM factor_totp WHERE editor_id = $1", DB_INT(editor));
}

enum frg_status store_recovery_insert(struct store_tx *tx, id64 editor, str hash, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "INSERT INTO recovery_code (editor_id, hash) VALUES ($1, $2)", DB_INT(editor),
	              DB_TEXT(hash));
}

enum frg_status store_recovery_use(struct store_tx *tx, id64 editor, str hash, bool *there, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "DELETE FROM recovery_code WHERE editor_id = $1 AND hash = $2", DB_INT(editor),
	                                  DB_TEXT(hash));
	*there = changed > 0;
	return st;
}

enum frg_status store_recovery_count(struct store_tx *tx, id64 editor, int64_t *count, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT count(*) FROM recovery_code WHERE editor_id = $1",
	                              DB_INT(editor));
	if (st != FRG_OK)
		return st;
	*count = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_recovery_clear(struct store_tx *tx, id64 editor, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM recovery_code WHERE editor_id = $1", DB_INT(editor));
}
