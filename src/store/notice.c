/* Notices of illegal content. */
#include "store/tx.h"

#define COLUMNS                                                                                                        \
	"id, site_id, comment_id, revision_id, text_hash, kind, lang, explanation, name, email, person, form_key, joins,"  \
	" created_at, decided_at, outcome, decision_id, answer"

enum frg_status store_notice_insert(struct store_tx *tx, const struct store_notice *n, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO notice (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
	              " $14, NULL, '', NULL, '')",
	              DB_INT(n->id), DB_INT(n->site), DB_INT(n->comment), DB_INT(n->revision), DB_TEXT(n->text_hash),
	              DB_TEXT(n->kind), DB_TEXT(lang_text(n->lang)), DB_TEXT(n->explanation), DB_TEXT(n->name),
	              DB_TEXT(n->email), DB_TEXT(n->person), DB_TEXT(n->form_key), DB_INT_OR_NULL(n->joins),
	              DB_INT(n->created));
}

static void read_notice(struct arena *a, struct db_rows *r, struct store_notice *n)
{
	*n = (struct store_notice){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.comment = db_int(r, 2),
		.revision = db_int(r, 3),
		.text_hash = db_text(r, 4, a),
		.kind = db_text(r, 5, a),
		.lang = lang_of(db_text(r, 6, a)),
		.explanation = db_text(r, 7, a),
		.name = db_text(r, 8, a),
		.email = db_text(r, 9, a),
		.person = db_text(r, 10, a),
		.form_key = db_text(r, 11, a),
		.joins = db_int(r, 12),
		.created = db_int(r, 13),
		.decided = db_int(r, 14),
		.outcome = db_text(r, 15, a),
		.decision = db_int(r, 16),
		.answer = db_text(r, 17, a),
	};
}

enum frg_status store_notice_get(struct store_tx *tx, id64 id, struct store_notice *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " COLUMNS " FROM notice WHERE id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_notice, "notice");
}

enum frg_status store_notice_by_key(struct store_tx *tx, id64 site, str form_key, struct store_notice *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM notice WHERE site_id = $1 AND form_key = $2", DB_INT(site),
	                              DB_TEXT(form_key));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_notice, "notice");
}

enum frg_status store_notice_by_person(struct store_tx *tx, id64 revision, str person, struct store_notice *out,
                                       struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM notice WHERE revision_id = $1 AND person = $2"
	                              " AND decided_at IS NULL AND joins IS NULL ORDER BY id LIMIT 1",
	                              DB_INT(revision), DB_TEXT(person));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_notice, "notice");
}

enum frg_status store_notice_on_revision(struct store_tx *tx, id64 revision, bool only_open, int64_t limit,
                                         struct store_notices *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM notice WHERE revision_id = $1"
	                              " AND ($2 = 0 OR decided_at IS NULL) ORDER BY id LIMIT $3",
	                              DB_INT(revision), DB_INT(only_open), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_notice);
}

enum frg_status store_notice_on_comment(struct store_tx *tx, id64 comment, msec since, int64_t limit,
                                        struct store_notices *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM notice WHERE comment_id = $1"
	                              " AND (decided_at IS NULL OR decided_at >= $2) ORDER BY id LIMIT $3",
	                              DB_INT(comment), DB_INT(since), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_notice);
}

enum frg_status store_notice_settled(struct store_tx *tx, id64 revision, msec decided, int64_t limit,
                                     struct store_notices *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM notice WHERE revision_id = $1 AND decided_at = $2"
	                              " ORDER BY id LIMIT $3",
	                              DB_INT(revision), DB_INT(decided), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_notice);
}

enum frg_status store_notice_tally(struct store_tx *tx, id64 revision, int64_t *open, int64_t *settled,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) - count(decided_at), count(decided_at) FROM notice"
	                              " WHERE revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	*open = *settled = 0;
	if (db_next(rows)) {
		*open = db_int(rows, 0);
		*settled = db_int(rows, 1);
	}
	return db_end(rows, err);
}

enum frg_status store_notice_of_decision(struct store_tx *tx, id64 decision, struct store_notices *out,
                                         struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT " COLUMNS " FROM notice WHERE decision_id = $1 ORDER BY id", DB_INT(decision));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_notice);
}

enum frg_status store_notice_reported(struct store_tx *tx, id64 comment, int64_t *persons, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) FROM notice WHERE comment_id = $1 AND decided_at IS NULL"
	                              " AND joins IS NULL",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	*persons = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_notice_close(struct store_tx *tx, const struct store_notice *n, struct frg_error *err)
{
	/* a name without an address serves nobody any more; the others are forgotten later (store_notice_forget) */
	return DB_RUN(tx->db, err,
	              "UPDATE notice SET decided_at = $2, outcome = $3, decision_id = $4, answer = $5,"
	              " name = CASE WHEN email = '' THEN '' ELSE name END"
	              " WHERE id = $1 AND decided_at IS NULL",
	              DB_INT(n->id), DB_INT(n->decided), DB_TEXT(n->outcome), DB_INT_OR_NULL(n->decision),
	              DB_TEXT(n->answer));
}

enum frg_status store_notice_reopen(struct store_tx *tx, id64 id, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE notice SET decided_at = NULL, outcome = '', decision_id = NULL, answer = '' WHERE id = $1",
	              DB_INT(id));
}

/* ---- cases ---- */

static void read_case(struct arena *a, struct db_rows *r, struct store_notice_case *c)
{
	(void)a;
	*c = (struct store_notice_case){
		.revision = db_int(r, 0), .first = db_int(r, 1), .last = db_int(r, 2), .persons = db_int(r, 3)};
}

enum frg_status store_notice_cases(struct store_tx *tx, id64 site, bool open, int64_t limit,
                                   struct store_notice_cases *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st =
		open ? DB_QUERY(tx->db, err, &rows,
	                    "SELECT revision_id, min(created_at), max(id), count(*) - count(joins) FROM notice"
	                    " WHERE site_id = $1 AND decided_at IS NULL GROUP BY revision_id"
	                    " ORDER BY min(created_at), revision_id LIMIT $2",
	                    DB_INT(site), DB_INT(limit))
			 : DB_QUERY(tx->db, err, &rows,
	                    "SELECT revision_id, decided_at, max(id), count(*) - count(joins) FROM notice"
	                    " WHERE site_id = $1 AND decided_at IS NOT NULL GROUP BY decided_at, revision_id"
	                    " ORDER BY decided_at DESC, revision_id DESC LIMIT $2",
	                    DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_case);
}

enum frg_status store_notice_count(struct store_tx *tx, id64 site, msec late, int64_t *open, int64_t *overdue,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(DISTINCT revision_id),"
	                              " count(DISTINCT CASE WHEN created_at < $2 THEN revision_id END)"
	                              " FROM notice WHERE site_id = $1 AND decided_at IS NULL",
	                              DB_INT(site), DB_INT(late));
	if (st != FRG_OK)
		return st;
	*open = *overdue = 0;
	if (db_next(rows)) {
		*open = db_int(rows, 0);
		*overdue = db_int(rows, 1);
	}
	return db_end(rows, err);
}

enum frg_status store_notice_forget(struct store_tx *tx, msec before, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE notice SET name = '', email = '', person = '' WHERE email <> '' AND decided_at < $1",
	              DB_INT(before));
}

enum frg_status store_notice_forget_text(struct store_tx *tx, id64 revision, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err,
	                            "DELETE FROM mail WHERE state = 'failed' AND (about = $1 OR about IN"
	                            " (SELECT id FROM notice WHERE revision_id = $1))",
	                            DB_INT(revision));
	return st == FRG_OK ? DB_RUN(tx->db, err,
	                             "UPDATE notice SET explanation = '', answer = '' WHERE revision_id = $1"
	                             " AND decided_at IS NOT NULL",
	                             DB_INT(revision))
	                    : st;
}

enum frg_status store_notice_by_email(struct store_tx *tx, id64 site, str email, id64 after, int64_t limit,
                                      struct store_notices *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM notice WHERE site_id = $1 AND email <> ''"
	                              " AND lower(email) = lower($2) AND id > $3 ORDER BY id LIMIT $4",
	                              DB_INT(site), DB_TEXT(email), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_notice);
}

enum frg_status store_notice_erase(struct store_tx *tx, id64 id, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM mail WHERE about = $1", DB_INT(id));
	return st == FRG_OK ? DB_RUN(tx->db, err,
	                             "UPDATE notice SET name = '', email = '', person = '', explanation = '', answer = ''"
	                             " WHERE id = $1 AND decided_at IS NOT NULL",
	                             DB_INT(id))
	                    : st;
}
