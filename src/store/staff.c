/* Where editors work and in which role, invitations, and the log of what was done to accounts. */
#include "store/tx.h"

/* ---- membership ---- */

static enum frg_status put_sections(struct store_tx *tx, const struct store_membership *m, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM membership_section WHERE editor_id = $1 AND site_id = $2",
	                            DB_INT(m->editor), DB_INT(m->site));
	for (size_t i = 0; st == FRG_OK && i < m->sections.count; i++)
		st = DB_RUN(tx->db, err,
		            "INSERT INTO membership_section (editor_id, site_id, section) VALUES ($1, $2, $3)"
		            " ON CONFLICT DO NOTHING",
		            DB_INT(m->editor), DB_INT(m->site), DB_TEXT(m->sections.items[i]));
	return st;
}

enum frg_status store_membership_put(struct store_tx *tx, const struct store_membership *m, struct frg_error *err)
{
	enum frg_status st = DB_RUN(
		tx->db, err,
		"INSERT INTO membership (editor_id, site_id, role, open, created_at) VALUES ($1, $2, $3, $4, $5)"
		" ON CONFLICT (editor_id, site_id) DO UPDATE SET role = excluded.role, open = excluded.open",
		DB_INT(m->editor), DB_INT(m->site), DB_TEXT(m->role), DB_INT(m->open), DB_INT(clock_now()));
	return st == FRG_OK ? put_sections(tx, m, err) : st;
}

static void read_text(struct arena *a, struct db_rows *r, str *out) { *out = db_text(r, 0, a); }

static enum frg_status get_sections(struct store_tx *tx, id64 editor, id64 site, struct store_texts *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT section FROM membership_section WHERE editor_id = $1 AND site_id = $2"
	                              " ORDER BY section",
	                              DB_INT(editor), DB_INT(site));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_text);
}

static void read_membership(struct arena *a, struct db_rows *r, struct store_membership *m)
{
	*m = (struct store_membership){
		.editor = db_int(r, 0),
		.site = db_int(r, 1),
		.role = db_text(r, 2, a),
		.open = db_int(r, 3),
		.created = db_int(r, 4),
		.login = db_text(r, 5, a),
		.name = db_text(r, 6, a),
		.email = db_text(r, 7, a),
		.last_login = db_int(r, 8),
	};
}

#define MEMBERSHIP                                                                                                     \
	"SELECT m.editor_id, m.site_id, m.role, m.open, m.created_at, e.login, e.name, e.email,"                           \
	" (SELECT max(l.created_at) FROM staff_log l WHERE l.site_id = m.site_id AND l.actor_id = m.editor_id"             \
	" AND l.kind = 'login') FROM membership m JOIN editor e ON e.id = m.editor_id"

static enum frg_status read_rows(struct store_tx *tx, struct db_rows *rows, struct store_memberships *out,
                                 struct frg_error *err)
{
	READ_ALL(tx, rows, err, out, read_membership);
}

static enum frg_status with_sections(struct store_tx *tx, struct store_memberships *out, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < out->count; i++)
		st = get_sections(tx, out->items[i].editor, out->items[i].site, &out->items[i].sections, err);
	return st;
}

enum frg_status store_membership_get(struct store_tx *tx, id64 editor, id64 site, struct store_membership *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	struct store_memberships all;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, MEMBERSHIP " WHERE m.editor_id = $1 AND m.site_id = $2",
	                              DB_INT(editor), DB_INT(site));
	if (st == FRG_OK)
		st = read_rows(tx, rows, &all, err);
	if (st == FRG_OK && all.count == 0)
		return store_none(err, "membership");
	if (st == FRG_OK)
		st = with_sections(tx, &all, err);
	if (st == FRG_OK)
		*out = all.items[0];
	return st;
}

enum frg_status store_membership_list(struct store_tx *tx, id64 site, id64 editor, struct store_memberships *out,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = site ? DB_QUERY(tx->db, err, &rows, MEMBERSHIP " WHERE m.site_id = $1 ORDER BY e.login",
	                                     DB_INT(site))
	                          : DB_QUERY(tx->db, err, &rows, MEMBERSHIP " WHERE m.editor_id = $1 ORDER BY m.site_id",
	                                     DB_INT(editor));
	if (st == FRG_OK)
		st = read_rows(tx, rows, out, err);
	return st == FRG_OK ? with_sections(tx, out, err) : st;
}

enum frg_status store_membership_count(struct store_tx *tx, id64 site, str role, int64_t *count, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) FROM membership WHERE site_id = $1 AND role = $2 AND open = 1",
	                              DB_INT(site), DB_TEXT(role));
	if (st != FRG_OK)
		return st;
	*count = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

/* ---- invitations ---- */

#define INVITATION                                                                                                     \
	"id, token_hash, site_id, email, name, role, sections, lang, invited_by, created_at, expires_at,"                  \
	" ended_at, resets"

enum frg_status store_invitation_insert(struct store_tx *tx, const struct store_invitation *i, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO invitation (" INVITATION ")"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12)",
	              DB_INT(i->id), DB_TEXT(i->token_hash), DB_INT(i->site), DB_TEXT(i->email), DB_TEXT(i->name),
	              DB_TEXT(i->role), DB_TEXT(i->sections), DB_TEXT(i->lang), DB_INT(i->invited_by), DB_INT(i->created),
	              DB_INT(i->expires), DB_INT_OR_NULL(i->resets));
}

static void read_invitation(struct arena *a, struct db_rows *r, struct store_invitation *i)
{
	*i = (struct store_invitation){
		.id = db_int(r, 0),
		.token_hash = db_text(r, 1, a),
		.site = db_int(r, 2),
		.email = db_text(r, 3, a),
		.name = db_text(r, 4, a),
		.role = db_text(r, 5, a),
		.sections = db_text(r, 6, a),
		.lang = db_text(r, 7, a),
		.invited_by = db_int(r, 8),
		.created = db_int(r, 9),
		.expires = db_int(r, 10),
		.ended = db_int(r, 11),
		.resets = db_int(r, 12),
	};
}

enum frg_status store_invitation_by_token(struct store_tx *tx, str token_hash, struct store_invitation *out,
                                          struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " INVITATION " FROM invitation WHERE token_hash = $1",
	                              DB_TEXT(token_hash));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_invitation, "invitation");
}

enum frg_status store_invitation_open(struct store_tx *tx, id64 site, struct store_invitations *out,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " INVITATION " FROM invitation WHERE site_id = $1 AND ended_at IS NULL"
	                              " ORDER BY id DESC",
	                              DB_INT(site));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_invitation);
}

enum frg_status store_invitation_end(struct store_tx *tx, id64 site, id64 id, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE invitation SET ended_at = $3"
	                                  " WHERE site_id = $1 AND id = $2 AND ended_at IS NULL",
	                                  DB_INT(site), DB_INT(id), DB_INT(clock_now()));
	return st != FRG_OK || changed ? st : store_none(err, "invitation");
}

/* ---- the log ---- */

enum frg_status store_staff_log(struct store_tx *tx, const struct store_staff_event *e, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO staff_log (id, site_id, actor_id, subject_id, kind, detail, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7)",
	              DB_INT(id_new()), DB_INT(e->site), DB_INT_OR_NULL(e->actor), DB_INT_OR_NULL(e->subject),
	              DB_TEXT(e->kind), DB_TEXT(e->detail), DB_INT(clock_now()));
}

static void read_event(struct arena *a, struct db_rows *r, struct store_staff_event *e)
{
	*e = (struct store_staff_event){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.actor = db_int(r, 2),
		.subject = db_int(r, 3),
		.kind = db_text(r, 4, a),
		.detail = db_text(r, 5, a),
		.created = db_int(r, 6),
		.actor_name = db_text(r, 7, a),
		.subject_name = db_text(r, 8, a),
	};
}

enum frg_status store_staff_log_page(struct store_tx *tx, id64 site, id64 before, int64_t limit,
                                     struct store_staff_events *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT l.id, l.site_id, l.actor_id, l.subject_id, l.kind, l.detail, l.created_at,"
	                              " a.name, s.name FROM staff_log l LEFT JOIN editor a ON a.id = l.actor_id"
	                              " LEFT JOIN editor s ON s.id = l.subject_id"
	                              " WHERE l.site_id = $1 AND (l.id < $2 OR $2 = 0) ORDER BY l.id DESC LIMIT $3",
	                              DB_INT(site), DB_INT(before), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_event);
}
