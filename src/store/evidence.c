/* Preserved evidence. A bundle is written once; what is no longer held can be erased, and nothing changes one. */
#include "store/tx.h"

enum frg_status store_evidence_insert(struct store_tx *tx, const struct store_evidence *e, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO evidence (id, site_id, comment_id, editor_id, editor_name, reason, bundle, signature,"
	              " created_at, hold_ended_at, hold_ended_by, hold_end_reason)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL, '')",
	              DB_INT(e->id), DB_INT(e->site), DB_INT(e->comment), DB_INT(e->editor), DB_TEXT(e->editor_name),
	              DB_TEXT(e->reason), DB_TEXT(e->bundle), DB_TEXT(e->signature), DB_INT(e->created));
}

static void read_head(struct arena *a, struct db_rows *r, struct store_evidence *e)
{
	*e = (struct store_evidence){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.comment = db_int(r, 2),
		.editor = db_int(r, 3),
		.editor_name = db_text(r, 4, a),
		.reason = db_text(r, 5, a),
		.created = db_int(r, 6),
		.ended = db_int(r, 7),
		.ended_by = db_int(r, 8),
		.end_reason = db_text(r, 9, a),
		.ended_name = db_text(r, 10, a),
		.name = db_text(r, 11, a),
		.title = db_text(r, 12, a),
		.section = db_text(r, 13, a),
	};
}

static void read_whole(struct arena *a, struct db_rows *r, struct store_evidence *e)
{
	read_head(a, r, e);
	e->bundle = db_text(r, 14, a);
	e->signature = db_text(r, 15, a);
}

#define HEAD                                                                                                           \
	"e.id, e.site_id, e.comment_id, e.editor_id, e.editor_name, e.reason, e.created_at, e.hold_ended_at,"              \
	" e.hold_ended_by, e.hold_end_reason, coalesce(b.name, ''), c.name, a.title, a.section"
#define FROM                                                                                                           \
	" FROM evidence e JOIN comment c ON c.id = e.comment_id JOIN article a ON a.id = c.article_id"                     \
	" LEFT JOIN editor b ON b.id = e.hold_ended_by "

enum frg_status store_evidence_get(struct store_tx *tx, id64 id, struct store_evidence *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " HEAD ", e.bundle, e.signature" FROM "WHERE e.id = $1",
	                              DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_whole, "evidence");
}

enum frg_status store_evidence_list(struct store_tx *tx, id64 site, id64 before, int64_t limit,
                                    struct store_evidences *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " HEAD FROM "WHERE e.site_id = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3",
	                              DB_INT(site), DB_INT(before ? before : INT64_MAX), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_head);
}

enum frg_status store_evidence_page(struct store_tx *tx, id64 after, int64_t limit, struct store_evidences *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT " HEAD ", e.bundle, e.signature" FROM "WHERE e.id > $1 ORDER BY e.id LIMIT $2",
		DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_whole);
}

enum frg_status store_evidence_holds(struct store_tx *tx, id64 comment, int64_t *count, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) FROM evidence WHERE comment_id = $1 AND hold_ended_at IS NULL",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	*count = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_evidence_end(struct store_tx *tx, const struct store_evidence *e, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE evidence SET hold_ended_at = $2, hold_ended_by = $3, hold_end_reason = $4"
	                                  " WHERE id = $1 AND hold_ended_at IS NULL",
	                                  DB_INT(e->id), DB_INT(e->ended), DB_INT(e->ended_by), DB_TEXT(e->end_reason));
	return st != FRG_OK || changed ? st : frg_fail(err, FRG_CONFLICT, "hold_ended", "the hold has ended");
}

enum frg_status store_evidence_ended(struct store_tx *tx, id64 comment, struct store_evidences *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " HEAD ", e.bundle, e.signature" FROM
	                              "WHERE e.comment_id = $1 AND e.hold_ended_at IS NOT NULL AND e.bundle <> ''"
	                              " ORDER BY e.id",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_whole);
}

enum frg_status store_evidence_erase(struct store_tx *tx, id64 id, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE evidence SET reason = '', bundle = '', signature = '',"
	                                  " hold_end_reason = '' WHERE id = $1 AND hold_ended_at IS NOT NULL",
	                                  DB_INT(id));
	return st != FRG_OK || changed ? st : frg_fail(err, FRG_CONFLICT, "conflict", "the hold lasts");
}

static void read_token(struct arena *a, struct db_rows *r, str *hash) { *hash = db_text(r, 0, a); }

enum frg_status store_author_token(struct store_tx *tx, id64 author, str *hash, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT token_hash FROM author WHERE id = $1", DB_INT(author));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, hash, read_token, "author");
}
