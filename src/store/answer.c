/* What answering for decisions needs: settings, referrals, statements of reasons, objections, suspensions. */
#include "store/story.h"
#include "store/tx.h"

/* ---- settings ---- */

static void read_value(struct arena *a, struct db_rows *r, str *out) { *out = db_text(r, 0, a); }

enum frg_status store_setting_get(struct store_tx *tx, id64 site, str name, str *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT value FROM setting WHERE site_id = $1 AND name = $2",
	                              DB_INT(site), DB_TEXT(name));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_value, "setting");
}

enum frg_status store_setting_put(struct store_tx *tx, id64 site, str name, str value, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO setting (site_id, name, value) VALUES ($1, $2, $3)"
	              " ON CONFLICT (site_id, name) DO UPDATE SET value = excluded.value",
	              DB_INT(site), DB_TEXT(name), DB_TEXT(value));
}

/* ---- referrals ---- */

enum frg_status store_referral_put(struct store_tx *tx, const struct store_referral *r, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO referral (revision_id, site_id, kind, editor_id, decision_id, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (revision_id) DO UPDATE SET kind = excluded.kind,"
	              " editor_id = excluded.editor_id, decision_id = excluded.decision_id,"
	              " created_at = excluded.created_at",
	              DB_INT(r->revision), DB_INT(r->site), DB_TEXT(r->kind), DB_INT(r->editor), DB_INT(r->decision),
	              DB_INT(r->created));
}

static void read_referral(struct arena *a, struct db_rows *r, struct store_referral *out)
{
	*out = (struct store_referral){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.kind = db_text(r, 2, a),
		.editor = db_int(r, 3),
		.decision = db_int(r, 4),
		.created = db_int(r, 5),
	};
}

enum frg_status store_referral_get(struct store_tx *tx, id64 revision, struct store_referral *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id, site_id, kind, editor_id, decision_id, created_at"
	                              " FROM referral WHERE revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_referral, "referral");
}

enum frg_status store_referral_delete(struct store_tx *tx, id64 revision, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM referral WHERE revision_id = $1", DB_INT(revision));
}

/* ---- statements ---- */

#define STATEMENT                                                                                                      \
	"id, site_id, decision_id, comment_id, author_id, lang, subject, body, facts, objection_until, void_at, "          \
	"created_at"

enum frg_status store_statement_insert(struct store_tx *tx, const struct store_statement *s, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO statement (" STATEMENT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, $11)",
	              DB_INT(s->id), DB_INT(s->site), DB_INT(s->decision), DB_INT(s->comment), DB_INT(s->author),
	              DB_TEXT(lang_text(s->lang)), DB_TEXT(s->subject), DB_TEXT(s->body), DB_TEXT(s->facts),
	              DB_INT(s->objection_until), DB_INT(s->created));
}

static void read_statement(struct arena *a, struct db_rows *r, struct store_statement *s)
{
	*s = (struct store_statement){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.decision = db_int(r, 2),
		.comment = db_int(r, 3),
		.author = db_int(r, 4),
		.lang = lang_of(db_text(r, 5, a)),
		.subject = db_text(r, 6, a),
		.body = db_text(r, 7, a),
		.facts = db_text(r, 8, a),
		.objection_until = db_int(r, 9),
		.voided = db_int(r, 10),
		.created = db_int(r, 11),
	};
}

enum frg_status store_statement_get(struct store_tx *tx, id64 id, struct store_statement *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " STATEMENT " FROM statement WHERE id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_statement, "statement");
}

enum frg_status store_statement_on(struct store_tx *tx, id64 revision, struct store_statement *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT s.id, s.site_id, s.decision_id, s.comment_id, s.author_id, s.lang,"
	                              " s.subject, s.body, s.facts, s.objection_until, s.void_at, s.created_at"
	                              " FROM decision d JOIN statement s ON s.decision_id = d.id"
	                              " WHERE d.revision_id = $1 AND s.void_at IS NULL ORDER BY d.seq DESC LIMIT 1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_statement, "statement");
}

enum frg_status store_statement_void(struct store_tx *tx, id64 decision, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE statement SET void_at = $2 WHERE decision_id = $1", DB_INT(decision),
	              DB_INT(clock_now()));
}

/* ---- objections ---- */

#define OBJECTION                                                                                                      \
	"id, site_id, statement_id, comment_id, text, email, state, decision_id, reasons, editor_id, created_at, "         \
	"decided_at"

enum frg_status store_objection_insert(struct store_tx *tx, const struct store_objection *o, struct frg_error *err)
{
	int64_t added;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &added,
	                                  "INSERT INTO objection (" OBJECTION
	                                  ") VALUES ($1, $2, $3, $4, $5, $6, 'open', NULL, '', NULL,"
	                                  " $7, NULL) ON CONFLICT (statement_id) DO NOTHING",
	                                  DB_INT(o->id), DB_INT(o->site), DB_INT(o->statement), DB_INT(o->comment),
	                                  DB_TEXT(o->text), DB_TEXT(o->email), DB_INT(o->created));
	return st != FRG_OK || added ? st : frg_fail(err, FRG_CONFLICT, "objection_made", "there is one already");
}

static void read_objection(struct arena *a, struct db_rows *r, struct store_objection *o)
{
	*o = (struct store_objection){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.statement = db_int(r, 2),
		.comment = db_int(r, 3),
		.text = db_text(r, 4, a),
		.email = db_text(r, 5, a),
		.state = db_text(r, 6, a),
		.decision = db_int(r, 7),
		.reasons = db_text(r, 8, a),
		.editor = db_int(r, 9),
		.created = db_int(r, 10),
		.decided = db_int(r, 11),
	};
}

enum frg_status store_objection_get(struct store_tx *tx, id64 id, struct store_objection *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " OBJECTION " FROM objection WHERE id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_objection, "objection");
}

enum frg_status store_objection_of(struct store_tx *tx, id64 statement, struct store_objection *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " OBJECTION " FROM objection WHERE statement_id = $1",
	                              DB_INT(statement));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_objection, "objection");
}

enum frg_status store_objection_list(struct store_tx *tx, id64 site, bool open, int64_t limit,
                                     struct store_objections *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = open ? DB_QUERY(tx->db, err, &rows,
	                                     "SELECT " OBJECTION
	                                     " FROM objection WHERE site_id = $1 AND state = 'open' ORDER BY id LIMIT $2",
	                                     DB_INT(site), DB_INT(limit))
	                          : DB_QUERY(tx->db, err, &rows,
	                                     "SELECT " OBJECTION " FROM objection WHERE site_id = $1 AND state <> 'open'"
	                                     " ORDER BY decided_at DESC, id DESC LIMIT $2",
	                                     DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_objection);
}

enum frg_status store_objection_count(struct store_tx *tx, id64 site, int64_t *open, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) FROM objection WHERE site_id = $1 AND state = 'open'", DB_INT(site));
	if (st != FRG_OK)
		return st;
	*open = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_objection_close(struct store_tx *tx, const struct store_objection *o, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE objection SET state = $2, decision_id = $3, reasons = $4,"
	                                  " editor_id = $5, decided_at = $6 WHERE id = $1 AND state IN ('open', 'settled')",
	                                  DB_INT(o->id), DB_TEXT(o->state), DB_INT_OR_NULL(o->decision),
	                                  DB_TEXT(o->reasons), DB_INT_OR_NULL(o->editor), DB_INT(o->decided));
	return st != FRG_OK || changed ? st : frg_fail(err, FRG_CONFLICT, "already_decided", "somebody decided first");
}

enum frg_status store_objection_settle(struct store_tx *tx, id64 comment, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE objection SET state = 'settled', decided_at = $2 WHERE comment_id = $1 AND state = 'open'",
	              DB_INT(comment), DB_INT(clock_now()));
}

/* ---- suspensions ---- */

enum frg_status store_suspension_insert(struct store_tx *tx, const struct store_suspension *s, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO suspension (id, site_id, author_id, decision_id, until_at, ended_at, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, NULL, $6)",
	              DB_INT(s->id), DB_INT(s->site), DB_INT(s->author), DB_INT(s->decision), DB_INT(s->until),
	              DB_INT(s->created));
}

static void read_suspension(struct arena *a, struct db_rows *r, struct store_suspension *s)
{
	*s = (struct store_suspension){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.author = db_int(r, 2),
		.decision = db_int(r, 3),
		.until = db_int(r, 4),
		.ended = db_int(r, 5),
		.created = db_int(r, 6),
	};
}

enum frg_status store_suspension_now(struct store_tx *tx, id64 author, msec now, struct store_suspension *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, site_id, author_id, decision_id, until_at, ended_at, created_at"
	                              " FROM suspension WHERE author_id = $1 AND until_at > $2 AND ended_at IS NULL"
	                              " ORDER BY until_at DESC LIMIT 1",
	                              DB_INT(author), DB_INT(now));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_suspension, "suspension");
}

enum frg_status store_suspension_end(struct store_tx *tx, id64 author, msec now, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE suspension SET ended_at = $2 WHERE author_id = $1 AND until_at > $2 AND ended_at IS NULL",
	              DB_INT(author), DB_INT(now));
}

/* ---- of one comment ---- */

enum frg_status store_statement_of_comment(struct store_tx *tx, id64 comment, struct store_statements *out,
                                           struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " STATEMENT " FROM statement WHERE comment_id = $1 ORDER BY id LIMIT $2",
	                              DB_INT(comment), DB_INT(STORE_STORY_MAX));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_statement);
}

enum frg_status store_objection_of_comment(struct store_tx *tx, id64 comment, struct store_objections *out,
                                           struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " OBJECTION " FROM objection WHERE comment_id = $1 ORDER BY id LIMIT $2",
	                              DB_INT(comment), DB_INT(STORE_STORY_MAX));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_objection);
}

/* What undoing this suspension brings back: those that it ended when it began. */
enum frg_status store_suspension_undo(struct store_tx *tx, id64 decision, msec now, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err,
	                            "UPDATE suspension SET ended_at = NULL WHERE id IN (SELECT o.id FROM suspension s"
	                            " JOIN suspension o ON o.author_id = s.author_id AND o.ended_at = s.created_at"
	                            " AND o.id <> s.id WHERE s.decision_id = $1 AND s.ended_at IS NULL)",
	                            DB_INT(decision));
	return st == FRG_OK
	           ? DB_RUN(tx->db, err, "UPDATE suspension SET ended_at = $2 WHERE decision_id = $1 AND ended_at IS NULL",
	                    DB_INT(decision), DB_INT(now))
	           : st;
}

static void read_like(struct arena *a, struct db_rows *r, struct store_suspended_like *out)
{
	*out = (struct store_suspended_like){
		.until = db_int(r, 0), .name = db_text(r, 1, a), .comment = db_int(r, 2), .by_email = db_int(r, 3)};
}

enum frg_status store_suspension_like(struct store_tx *tx, const struct store_comment *c, msec now,
                                      struct store_suspended_like *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT s.until_at, c.name, c.id, CASE WHEN $4 <> '' AND lower(c.email) = lower($4) THEN 1 ELSE 0 END AS mail"
		" FROM suspension s JOIN comment c ON c.author_id = s.author_id"
		" WHERE s.site_id = $1 AND s.ended_at IS NULL AND s.until_at > $2 AND s.author_id <> $3"
		" AND (($4 <> '' AND lower(c.email) = lower($4)) OR lower(c.name) = lower($5))"
		" ORDER BY mail DESC, s.until_at DESC, c.id DESC LIMIT 1",
		DB_INT(c->site), DB_INT(now), DB_INT(c->author), DB_TEXT(c->email), DB_TEXT(c->name));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_like, "suspension");
}
