/* Passkeys, what browsers were asked, and who somebody is to the house's own log-in. */
#include "store/tx.h"

/* ---- passkeys ---- */

#define PASSKEY                                                                                                        \
	"id, editor_id, rp_id, credential_id, public_key, transports, name, sign_count, backup_eligible, backed_up,"       \
	" created_at, used_at"

enum frg_status store_passkey_insert(struct store_tx *tx, const struct store_passkey *p, struct frg_error *err)
{
	int64_t made;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &made,
	                                  "INSERT INTO passkey (" PASSKEY
	                                  ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)"
	                                  " ON CONFLICT (rp_id, credential_id) DO NOTHING",
	                                  DB_INT(p->id), DB_INT(p->editor), DB_TEXT(p->rp_id), DB_TEXT(p->credential),
	                                  DB_TEXT(p->key), DB_TEXT(p->transports), DB_TEXT(p->name), DB_INT(p->sign_count),
	                                  DB_INT(p->backup_eligible), DB_INT(p->backed_up), DB_INT(clock_now()));
	if (st == FRG_OK && !made)
		return frg_fail(err, FRG_CONFLICT, "passkey_there", "this passkey is known already");
	return st;
}

static void read_passkey(struct arena *a, struct db_rows *r, struct store_passkey *p)
{
	*p = (struct store_passkey){
		.id = db_int(r, 0),
		.editor = db_int(r, 1),
		.rp_id = db_text(r, 2, a),
		.credential = db_text(r, 3, a),
		.key = db_text(r, 4, a),
		.transports = db_text(r, 5, a),
		.name = db_text(r, 6, a),
		.sign_count = db_int(r, 7),
		.backup_eligible = db_int(r, 8),
		.backed_up = db_int(r, 9),
		.created = db_int(r, 10),
		.used = db_int(r, 11),
	};
}

enum frg_status store_passkey_by_credential(struct store_tx *tx, str rp_id, str credential, struct store_passkey *out,
                                            struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " PASSKEY " FROM passkey WHERE rp_id = $1 AND credential_id = $2",
	                              DB_TEXT(rp_id), DB_TEXT(credential));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_passkey, "passkey");
}

enum frg_status store_passkey_list(struct store_tx *tx, id64 editor, struct store_passkeys *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " PASSKEY " FROM passkey WHERE editor_id = $1 ORDER BY id", DB_INT(editor));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_passkey);
}

enum frg_status store_passkey_rename(struct store_tx *tx, id64 editor, id64 id, str name, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE passkey SET name = $3 WHERE editor_id = $1 AND id = $2", DB_INT(editor),
	                                  DB_INT(id), DB_TEXT(name));
	return st != FRG_OK || changed ? st : store_none(err, "passkey");
}

enum frg_status store_passkey_delete(struct store_tx *tx, id64 editor, id64 id, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed, "DELETE FROM passkey WHERE editor_id = $1 AND id = $2",
	                                  DB_INT(editor), DB_INT(id));
	return st != FRG_OK || changed ? st : store_none(err, "passkey");
}

enum frg_status store_passkey_clear(struct store_tx *tx, id64 editor, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM passkey WHERE editor_id = $1", DB_INT(editor));
}

enum frg_status store_passkey_use(struct store_tx *tx, const struct store_passkey *as_judged, int64_t sign_count,
                                  bool backed_up, bool *first, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE passkey SET sign_count = $3, backed_up = $4, used_at = $5"
	                                  " WHERE id = $1 AND sign_count = $2",
	                                  DB_INT(as_judged->id), DB_INT(as_judged->sign_count), DB_INT(sign_count),
	                                  DB_INT(backed_up), DB_INT(clock_now()));
	*first = changed > 0;
	return st;
}

static enum frg_status read_count(struct db_rows *rows, int64_t *out, struct frg_error *err)
{
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_factor_there(struct store_tx *tx, id64 editor, bool *there, struct frg_error *err)
{
	struct db_rows *rows;
	int64_t count = 0;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT (SELECT count(*) FROM passkey WHERE editor_id = $1)"
	                              " + (SELECT count(*) FROM factor_totp WHERE editor_id = $1 AND confirmed = 1)",
	                              DB_INT(editor));
	if (st == FRG_OK)
		st = read_count(rows, &count, err);
	*there = count > 0;
	return st;
}

/* ---- what browsers were asked ---- */

#define CHALLENGE "token_hash, kind, site_id, editor_id, data, created_at, expires_at"

enum frg_status store_challenge_put(struct store_tx *tx, const struct store_challenge *c, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM challenge WHERE expires_at <= $1 OR token_hash = $2",
	                            DB_INT(c->created), DB_TEXT(c->token_hash));
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err,
		            "DELETE FROM challenge WHERE token_hash IN (SELECT token_hash FROM challenge WHERE kind = $1"
		            " ORDER BY created_at DESC, token_hash LIMIT 1000 OFFSET $2)",
		            DB_TEXT(c->kind), DB_INT(STORE_CHALLENGES - 1));
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "INSERT INTO challenge (" CHALLENGE ") VALUES ($1, $2, $3, $4, $5, $6, $7)",
		            DB_TEXT(c->token_hash), DB_TEXT(c->kind), DB_INT(c->site), DB_INT_OR_NULL(c->editor),
		            DB_TEXT(c->data), DB_INT(c->created), DB_INT(c->expires));
	return st;
}

static void read_challenge(struct arena *a, struct db_rows *r, struct store_challenge *c)
{
	*c = (struct store_challenge){
		.token_hash = db_text(r, 0, a),
		.kind = db_text(r, 1, a),
		.site = db_int(r, 2),
		.editor = db_int(r, 3),
		.data = db_text(r, 4, a),
		.created = db_int(r, 5),
		.expires = db_int(r, 6),
	};
}

enum frg_status store_challenge_take(struct store_tx *tx, str token_hash, str kind, struct store_challenge *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "DELETE FROM challenge WHERE token_hash = $1 AND kind = $2 AND expires_at > $3"
	                              " RETURNING " CHALLENGE,
	                              DB_TEXT(token_hash), DB_TEXT(kind), DB_INT(clock_now()));
	if (st != FRG_OK)
		return st;
	bool there = db_next(rows);
	if (there)
		read_challenge(tx->arena, rows, out);
	while (there && db_next(rows)) /* to its end, or it is not done */
		;
	st = db_end(rows, err);
	return st != FRG_OK || there ? st : store_none(err, "challenge");
}

/* ---- the house's own log-in ---- */

#define IDENTITY "issuer, subject, editor_id, email, created_at, used_at"

enum frg_status store_identity_put(struct store_tx *tx, const struct store_identity *i, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO identity (" IDENTITY ") VALUES ($1, $2, $3, $4, $5, $5)"
	              " ON CONFLICT (issuer, subject) DO UPDATE SET email = excluded.email, used_at = excluded.used_at",
	              DB_TEXT(i->issuer), DB_TEXT(i->subject), DB_INT(i->editor), DB_TEXT(i->email), DB_INT(clock_now()));
}

static void read_identity(struct arena *a, struct db_rows *r, struct store_identity *i)
{
	*i = (struct store_identity){
		.issuer = db_text(r, 0, a),
		.subject = db_text(r, 1, a),
		.editor = db_int(r, 2),
		.email = db_text(r, 3, a),
		.created = db_int(r, 4),
		.used = db_int(r, 5),
	};
}

enum frg_status store_identity_get(struct store_tx *tx, str issuer, str subject, struct store_identity *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " IDENTITY " FROM identity WHERE issuer = $1 AND subject = $2",
	                              DB_TEXT(issuer), DB_TEXT(subject));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_identity, "identity");
}

enum frg_status store_identity_list(struct store_tx *tx, id64 editor, struct store_identities *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " IDENTITY " FROM identity WHERE editor_id = $1 ORDER BY created_at",
	                              DB_INT(editor));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_identity);
}

enum frg_status store_identity_clear(struct store_tx *tx, id64 editor, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM identity WHERE editor_id = $1", DB_INT(editor));
}

enum frg_status store_editor_by_email(struct store_tx *tx, str email, id64 *editor, int64_t *count,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*), min(id) FROM editor WHERE lower(email) = lower($1) AND email <> ''",
	                              DB_TEXT(email));
	if (st != FRG_OK)
		return st;
	*count = db_next(rows) ? db_int(rows, 0) : 0;
	*editor = *count ? db_int(rows, 1) : 0;
	return db_end(rows, err);
}
