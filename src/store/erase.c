/* Takes words away and leaves their hashes; says what may not go yet. Which and when is the service's business. */
#include "store/person.h"
#include "store/tx.h"

/* ---- a text ---- */

#define REVISION "id, site_id, comment_id, author_id, ordinal, text, text_hash, state, created_at, moved_at"

static enum store_state state_of(str name)
{
	for (int i = STATE_HELD; i <= STATE_WITHDRAWN; i++)
		if (str_eq(name, store_state_name((enum store_state)i)))
			return (enum store_state)i;
	BUG("state '%.*s'", STR_ARG(name)); /* the schema allows no other */
}

static void read_revision(struct arena *a, struct db_rows *rows, struct store_revision *r)
{
	*r = (struct store_revision){
		.id = db_int(rows, 0),
		.site = db_int(rows, 1),
		.comment = db_int(rows, 2),
		.author = db_int(rows, 3),
		.ordinal = db_int(rows, 4),
		.text = db_text(rows, 5, a),
		.text_hash = db_text(rows, 6, a),
		.state = state_of(db_text(rows, 7, a)),
		.created = db_int(rows, 8),
		.moved = db_int(rows, 9),
	};
}

enum frg_status store_revision_over(struct store_tx *tx, id64 site, msec before, struct store_over after, int64_t limit,
                                    struct store_revisions *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " REVISION " FROM revision WHERE site_id = $1 AND purged_at IS NULL"
	                              " AND state <> 'held' AND state <> 'released'"
	                              " AND moved_at < $2 AND (moved_at, id) > ($3, $4) ORDER BY moved_at, id LIMIT $5",
	                              DB_INT(site), DB_INT(before), DB_INT(after.moved), DB_INT(after.revision),
	                              DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_revision);
}

enum frg_status store_revision_purge(struct store_tx *tx, const struct store_revision *r, struct frg_error *err)
{
	int64_t changed = 0;
	/* the key of its request goes too; what stands instead must be as unique */
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE revision SET text = '', idempotency_key = 'purged ' || id, purged_at = $2"
	                                  " WHERE id = $1 AND purged_at IS NULL AND state NOT IN ('held', 'released')",
	                                  DB_INT(r->id), DB_INT(clock_now()));
	return st != FRG_OK || changed ? st : frg_fail(err, FRG_CONFLICT, "conflict", "the text is in use");
}

static enum frg_status forget_suggestions(struct store_tx *tx, const struct store_revision *r, struct frg_error *err)
{
	struct db_rows *rows;
	int64_t count;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "DELETE FROM suggestion WHERE site_id = $1 AND text_hash = $2 RETURNING text,"
	                              " attribute, community",
	                              DB_INT(r->site), DB_TEXT(r->text_hash));
	return st == FRG_OK ? store_suggestion_freed(tx, rows, &count, err) : st;
}

enum frg_status store_revision_forget(struct store_tx *tx, const struct store_revision *r, struct frg_error *err)
{
	const struct db_value id = DB_INT(r->id);
	enum frg_status st = DB_RUN(tx->db, err,
	                            "UPDATE statement SET subject = '', body = '' WHERE decision_id IN"
	                            " (SELECT id FROM decision WHERE revision_id = $1)",
	                            id);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err,
		            "UPDATE objection SET text = '', email = '', reasons = '' WHERE statement_id IN (SELECT s.id"
		            " FROM statement s JOIN decision d ON d.id = s.decision_id WHERE d.revision_id = $1)",
		            id);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "DELETE FROM mail WHERE about IN (SELECT id FROM decision WHERE revision_id = $1)",
		            id);
	if (st == FRG_OK)
		st = store_notice_forget_text(tx, r->id, err);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "DELETE FROM near_key WHERE revision_id = $1", id);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "DELETE FROM queue WHERE revision_id = $1", id);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "DELETE FROM claim WHERE revision_id = $1", id);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "DELETE FROM referral WHERE revision_id = $1", id);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "DELETE FROM forecast WHERE revision_id = $1", id);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err, "DELETE FROM address WHERE revision_id = $1", id);
	return st == FRG_OK ? forget_suggestions(tx, r, err) : st;
}

/* ---- what the engine said of it ---- */

static void read_review(struct arena *a, struct db_rows *rows, struct store_review *r)
{
	*r = (struct store_review){.id = db_int(rows, 0), .findings = db_text(rows, 1, a)};
}

enum frg_status store_review_all(struct store_tx *tx, id64 revision, struct store_reviews *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT id, findings FROM review WHERE revision_id = $1 ORDER BY id", DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_review);
}

enum frg_status store_review_replace(struct store_tx *tx, id64 id, str findings, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE review SET findings = $2 WHERE id = $1", DB_INT(id), DB_TEXT(findings));
}

/* ---- decisions ---- */

enum frg_status store_decision_erase(struct store_tx *tx, int64_t seq, struct frg_error *err)
{
	return DB_RUN(
		tx->db, err,
		"UPDATE decision SET author_name = '', word = '', detail = '', findings = '', salt = '' WHERE seq = $1",
		DB_INT(seq));
}

/* ---- comments and authors ---- */

enum frg_status store_comment_erase(struct store_tx *tx, id64 id, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE comment SET name = '', email = '', erased_at = $2 WHERE id = $1", DB_INT(id),
	              DB_INT(clock_now()));
}

enum frg_status store_comment_forget(struct store_tx *tx, id64 id, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err,
	                            "UPDATE statement SET void_at = $2 WHERE comment_id = $1 AND void_at IS NULL",
	                            DB_INT(id), DB_INT(clock_now()));
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err,
		            "DELETE FROM address WHERE revision_id IN (SELECT id FROM revision WHERE comment_id = $1)",
		            DB_INT(id));
	return st;
}

enum frg_status store_author_erase(struct store_tx *tx, id64 id, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE author SET token_hash = 'erased ' || id WHERE id = $1", DB_INT(id));
}

enum frg_status store_author_left(struct store_tx *tx, id64 author, bool *left, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT 1 FROM comment WHERE author_id = $1 AND erased_at IS NULL LIMIT 1", DB_INT(author));
	if (st != FRG_OK)
		return st;
	*left = db_next(rows);
	return db_end(rows, err);
}

enum frg_status store_author_comments(struct store_tx *tx, id64 author, id64 after, int64_t limit,
                                      struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id FROM comment WHERE author_id = $1 AND id > $2 AND erased_at IS NULL"
	                              " ORDER BY id LIMIT $3",
	                              DB_INT(author), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

enum frg_status store_person_comments(struct store_tx *tx, id64 author, id64 after, int64_t limit,
                                      struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id FROM comment WHERE author_id = $1 AND id > $2 ORDER BY id LIMIT $3",
	                              DB_INT(author), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

enum frg_status store_comment_extent(struct store_tx *tx, id64 comment, struct store_comment_extent *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct store_comment_extent){0};
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT (SELECT count(*) FROM revision WHERE comment_id = $1),"
		" (SELECT CAST(sum(version) AS BIGINT) FROM revision WHERE comment_id = $1),"
		" (SELECT count(*) FROM revision WHERE comment_id = $1 AND state = 'held'),"
		" (SELECT count(*) FROM publication WHERE comment_id = $1 AND removed_at IS NULL),"
		" (SELECT count(*) FROM statement WHERE comment_id = $1 AND body <> ''),"
		" (SELECT count(*) FROM decision d JOIN mail m ON m.about = d.id WHERE d.comment_id = $1)",
		DB_INT(comment));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*out = (struct store_comment_extent){.texts = db_int(rows, 0),
		                                     .changes = db_int(rows, 1),
		                                     .waiting = db_int(rows, 2),
		                                     .published = db_int(rows, 3),
		                                     .letters = db_int(rows, 4),
		                                     .mails = db_int(rows, 5)};
	return db_end(rows, err);
}

/* ---- what may not go ---- */

static void read_hold(struct arena *a, struct db_rows *r, struct store_hold *h)
{
	*h = (struct store_hold){
		.comment = db_int(r, 0), .kind = db_text(r, 1, a), .since = db_int(r, 2), .until = db_int(r, 3)};
}

enum frg_status store_comment_holds(struct store_tx *tx, id64 comment, struct store_holds *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT comment_id, 'evidence', created_at, 0 FROM evidence WHERE comment_id = $1"
	                              " AND hold_ended_at IS NULL UNION ALL"
	                              " SELECT comment_id, 'objection', created_at, 0 FROM objection WHERE comment_id = $1"
	                              " AND state = 'open' UNION ALL"
	                              " SELECT comment_id, 'notice', min(created_at), 0 FROM notice WHERE comment_id = $1"
	                              " AND decided_at IS NULL GROUP BY comment_id",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_hold);
}

enum frg_status store_revision_objectable(struct store_tx *tx, id64 revision, msec *until, struct frg_error *err)
{
	struct db_rows *rows;
	*until = 0;
	/* a suspension on account of this text lasts as long as it does, letter or not */
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT max(t.until_at) FROM (SELECT s.objection_until AS until_at FROM decision d"
	                              " JOIN statement s ON s.decision_id = d.id WHERE d.revision_id = $1"
	                              " AND s.void_at IS NULL UNION ALL SELECT p.until_at FROM decision d"
	                              " JOIN suspension p ON p.decision_id = d.id AND p.ended_at IS NULL"
	                              " WHERE d.revision_id = $1) AS t",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*until = db_int(rows, 0);
	return db_end(rows, err);
}
