/* Editors and their sessions. */
#include "store/tx.h"

enum frg_status store_editor_put(struct store_tx *tx, const struct store_editor *e, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO editor (id, site_id, login, name, password_hash, email, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7)"
	              " ON CONFLICT (login) DO UPDATE SET name = excluded.name, email = excluded.email,"
	              " password_hash = excluded.password_hash",
	              DB_INT(e->id), DB_INT(e->site), DB_TEXT(e->login), DB_TEXT(e->name), DB_TEXT(e->password_hash),
	              DB_TEXT(e->email), DB_INT(clock_now()));
}

static void read_editor(struct arena *a, struct db_rows *r, struct store_editor *e)
{
	*e = (struct store_editor){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.login = db_text(r, 2, a),
		.name = db_text(r, 3, a),
		.password_hash = db_text(r, 4, a),
		.email = db_text(r, 5, a),
	};
}

enum frg_status store_editor_by_login(struct store_tx *tx, str login, struct store_editor *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, site_id, login, name, password_hash, email FROM editor WHERE login = $1",
	                              DB_TEXT(login));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_editor, "editor");
}

enum frg_status store_editor_by_id(struct store_tx *tx, id64 id, struct store_editor *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, site_id, login, name, password_hash, email FROM editor WHERE id = $1",
	                              DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_editor, "editor");
}

#define SESSION "token_hash, id, editor_id, site_id, csrf, agent, created_at, expires_at, method"

enum frg_status store_session_insert(struct store_tx *tx, const struct store_session *s, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "INSERT INTO session (" SESSION ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	              DB_TEXT(s->token_hash), DB_INT(s->id), DB_INT(s->editor), DB_INT(s->site), DB_TEXT(s->csrf),
	              DB_TEXT(s->agent), DB_INT(s->created), DB_INT(s->expires), DB_TEXT(s->method));
}

enum frg_status store_session_cap(struct store_tx *tx, id64 editor, int64_t most, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "DELETE FROM session WHERE editor_id = $1 AND id < (SELECT min(id) FROM (SELECT id FROM session"
	              " WHERE editor_id = $1 ORDER BY id DESC LIMIT $2) AS kept)",
	              DB_INT(editor), DB_INT(most));
}

static void read_session(struct arena *a, struct db_rows *r, struct store_session *s)
{
	*s = (struct store_session){
		.token_hash = db_text(r, 0, a),
		.id = db_int(r, 1),
		.editor = db_int(r, 2),
		.site = db_int(r, 3),
		.csrf = db_text(r, 4, a),
		.agent = db_text(r, 5, a),
		.created = db_int(r, 6),
		.expires = db_int(r, 7),
		.method = db_text(r, 8, a),
	};
}

enum frg_status store_session_get(struct store_tx *tx, str token_hash, struct store_session *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " SESSION " FROM session WHERE token_hash = $1",
	                              DB_TEXT(token_hash));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_session, "session");
}

enum frg_status store_session_list(struct store_tx *tx, id64 editor, msec now, struct store_sessions *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " SESSION " FROM session WHERE editor_id = $1 AND expires_at > $2"
	                              " ORDER BY created_at DESC, id DESC",
	                              DB_INT(editor), DB_INT(now));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_session);
}

enum frg_status store_session_delete(struct store_tx *tx, str token_hash, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM session WHERE token_hash = $1", DB_TEXT(token_hash));
}

enum frg_status store_session_revoke(struct store_tx *tx, id64 editor, id64 id, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed, "DELETE FROM session WHERE editor_id = $1 AND id = $2",
	                                  DB_INT(editor), DB_INT(id));
	return st != FRG_OK || changed ? st : store_none(err, "session");
}

enum frg_status store_session_purge(struct store_tx *tx, msec now, id64 editor, str but_token_hash,
                                    struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM session WHERE expires_at <= $1 OR (editor_id = $2 AND token_hash <> $3)",
	              DB_INT(now), DB_INT(editor), DB_TEXT(but_token_hash));
}

enum frg_status store_session_set_site(struct store_tx *tx, str token_hash, id64 site, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE session SET site_id = $2 WHERE token_hash = $1", DB_TEXT(token_hash),
	              DB_INT(site));
}
