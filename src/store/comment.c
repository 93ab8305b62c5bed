/* Authors, comments, their revisions and what the engine said of these. */
#include "store/story.h"
#include "store/tx.h"

static const str state_names[] = {STR_INIT("held"),     STR_INIT("released"),   STR_INIT("rejected"),
                                  STR_INIT("returned"), STR_INIT("superseded"), STR_INIT("withdrawn")};

str store_state_name(enum store_state state) { return state_names[state]; }

static enum store_state state_of(str name)
{
	for (size_t i = 0; i < COUNT_OF(state_names); i++)
		if (str_eq(name, state_names[i]))
			return (enum store_state)i;
	BUG("state '%.*s'", STR_ARG(name)); /* the schema allows no other */
}

enum frg_status store_author_insert(struct store_tx *tx, id64 id, id64 site, str token_hash, struct frg_error *err)
{
	return DB_PUT(tx->db, err, "INSERT INTO author (id, site_id, token_hash, created_at) VALUES ($1, $2, $3, $4)",
	              DB_INT(id), DB_INT(site), DB_TEXT(token_hash), DB_INT(clock_now()));
}

enum frg_status store_author_find(struct store_tx *tx, str token_hash, id64 *id, id64 *site, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT id, site_id FROM author WHERE token_hash = $1",
	                              DB_TEXT(token_hash));
	if (st != FRG_OK)
		return st;
	bool there = db_next(rows);
	if (there) {
		*id = db_int(rows, 0);
		*site = db_int(rows, 1);
	}
	st = db_end(rows, err);
	return st != FRG_OK || there ? st : store_none(err, "author");
}

enum frg_status store_comment_insert(struct store_tx *tx, const struct store_comment *c, struct frg_error *err)
{
	return DB_PUT(tx->db, err,
	              "INSERT INTO comment (id, site_id, article_id, parent_id, author_id, name, email, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	              DB_INT(c->id), DB_INT(c->site), DB_INT(c->article), DB_INT_OR_NULL(c->parent), DB_INT(c->author),
	              DB_TEXT(c->name), DB_TEXT(c->email), DB_INT(c->created));
}

static void read_comment(struct arena *a, struct db_rows *r, struct store_comment *c)
{
	*c = (struct store_comment){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.article = db_int(r, 2),
		.parent = db_int(r, 3),
		.author = db_int(r, 4),
		.name = db_text(r, 5, a),
		.email = db_text(r, 6, a),
		.created = db_int(r, 7),
		.erased = db_int(r, 8),
	};
}

enum frg_status store_comment_get(struct store_tx *tx, id64 id, struct store_comment *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, site_id, article_id, parent_id, author_id, name, email, created_at,"
	                              " erased_at FROM comment WHERE id = $1",
	                              DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_comment, "comment");
}

#define REVISION                                                                                                       \
	"r.id, r.site_id, r.comment_id, r.author_id, r.ordinal, r.text, r.text_hash, r.state, r.version,"                  \
	" r.idempotency_key, r.created_at, r.moved_at, r.purged_at"

enum frg_status store_revision_insert(struct store_tx *tx, const struct store_revision *r, struct frg_error *err)
{
	return DB_PUT(tx->db, err,
	              "INSERT INTO revision (id, site_id, comment_id, author_id, ordinal, text, text_hash, state,"
	              " version, idempotency_key, created_at, moved_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
	              DB_INT(r->id), DB_INT(r->site), DB_INT(r->comment), DB_INT(r->author), DB_INT(r->ordinal),
	              DB_TEXT(r->text), DB_TEXT(r->text_hash), DB_TEXT(store_state_name(r->state)), DB_INT(r->version),
	              DB_TEXT(r->idempotency_key), DB_INT(r->created));
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
		.version = db_int(rows, 8),
		.idempotency_key = db_text(rows, 9, a),
		.created = db_int(rows, 10),
		.moved = db_int(rows, 11),
		.purged = db_int(rows, 12),
	};
}

enum frg_status store_revision_get(struct store_tx *tx, id64 id, struct store_revision *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " REVISION " FROM revision r WHERE r.id = $1",
	                              DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_revision, "revision");
}

enum frg_status store_revision_by_key(struct store_tx *tx, id64 author, str key, struct store_revision *out,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT " REVISION " FROM revision r WHERE r.author_id = $1 AND r.idempotency_key = $2",
		DB_INT(author), DB_TEXT(key));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_revision, "revision");
}

enum frg_status store_revision_of_comment(struct store_tx *tx, id64 comment, struct store_revisions *out,
                                          struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " REVISION " FROM revision r WHERE r.comment_id = $1"
	                              " ORDER BY r.ordinal",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_revision);
}

enum frg_status store_revision_released(struct store_tx *tx, id64 comment, struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT id FROM revision WHERE comment_id = $1 AND state = 'released'", DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

enum frg_status store_revision_latest(struct store_tx *tx, id64 comment, struct store_revision *out,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " REVISION " FROM revision r WHERE r.comment_id = $1"
	                              " ORDER BY r.ordinal DESC LIMIT 1",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_revision, "revision");
}

/* A wait ends with a decision; one that was withdrawn or revised tells nothing of it. */
static enum frg_status end_forecast(struct store_tx *tx, id64 id, enum store_state to, struct frg_error *err)
{
	if (to == STATE_HELD)
		return FRG_OK;
	if (to == STATE_WITHDRAWN || to == STATE_SUPERSEDED)
		return DB_RUN(tx->db, err, "DELETE FROM forecast WHERE revision_id = $1 AND decided_at IS NULL", DB_INT(id));
	return DB_RUN(tx->db, err, "UPDATE forecast SET decided_at = $2 WHERE revision_id = $1 AND decided_at IS NULL",
	              DB_INT(id), DB_INT(clock_now()));
}

enum frg_status store_revision_move(struct store_tx *tx, id64 id, enum store_state from, int64_t version,
                                    enum store_state to, struct frg_error *err)
{
	int64_t changed = 0;
	enum frg_status st = DB_RUN_COUNT(tx->db, err, &changed,
	                                  "UPDATE revision SET state = $3, version = version + 1, moved_at = $5"
	                                  " WHERE id = $1 AND state = $2 AND ($4 = 0 OR version = $4)",
	                                  DB_INT(id), DB_TEXT(store_state_name(from)), DB_TEXT(store_state_name(to)),
	                                  DB_INT(version), DB_INT(clock_now()));
	if (st == FRG_OK && changed != 1)
		return frg_fail(err, FRG_CONFLICT, "conflict", "the revision is not as expected any more");
	if (st == FRG_OK && to != STATE_HELD) /* whoever decides: it leaves the queue with it */
		st = DB_RUN(tx->db, err, "DELETE FROM queue WHERE revision_id = $1", DB_INT(id));
	if (st == FRG_OK && from == STATE_HELD)
		st = end_forecast(tx, id, to, err);
	if (st == FRG_OK && to == STATE_REJECTED)
		return DB_RUN(tx->db, err, "UPDATE near_key SET refused = 1 WHERE revision_id = $1", DB_INT(id));
	bool later = from == STATE_HELD && to == STATE_RELEASED; /* store_near_forget */
	if (st == FRG_OK && to != STATE_HELD && !later)
		return DB_RUN(tx->db, err, "DELETE FROM near_key WHERE revision_id = $1", DB_INT(id));
	return st;
}

enum frg_status store_review_insert(struct store_tx *tx, const struct store_review *r, struct frg_error *err)
{
	return DB_PUT(tx->db, err,
	              "INSERT INTO review (id, revision_id, engine, suggestion, findings, article_hash, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7)",
	              DB_INT(r->id), DB_INT(r->revision), DB_TEXT(r->engine), DB_TEXT(r->suggestion), DB_TEXT(r->findings),
	              DB_TEXT(r->article_hash), DB_INT(r->created));
}

static void read_review(struct arena *a, struct db_rows *rows, struct store_review *r)
{
	*r = (struct store_review){
		.id = db_int(rows, 0),
		.revision = db_int(rows, 1),
		.engine = db_text(rows, 2, a),
		.suggestion = db_text(rows, 3, a),
		.findings = db_text(rows, 4, a),
		.article_hash = db_text(rows, 5, a),
		.created = db_int(rows, 6),
	};
}

enum frg_status store_review_latest(struct store_tx *tx, id64 revision, struct store_review *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, revision_id, engine, suggestion, findings, article_hash, created_at"
	                              " FROM review WHERE revision_id = $1 ORDER BY id DESC LIMIT 1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_review, "review");
}

enum frg_status store_held_page(struct store_tx *tx, id64 site, id64 after, int64_t limit, struct store_revisions *out,
                                struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " REVISION " FROM queue q JOIN revision r ON r.id = q.revision_id"
	                              " WHERE +q.site_id = $1 AND q.blind_for = 0 AND q.revision_id > $2"
	                              " ORDER BY q.revision_id LIMIT $3",
	                              DB_INT(site), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_revision);
}

enum frg_status store_held_unqueued(struct store_tx *tx, id64 after, int64_t limit, struct store_revisions *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " REVISION
	                              " FROM revision r WHERE r.id > $1 AND r.state = 'held' AND NOT EXISTS"
	                              " (SELECT 1 FROM queue q WHERE q.revision_id = r.id) ORDER BY r.id LIMIT $2",
	                              DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_revision);
}

enum frg_status store_near_missing(struct store_tx *tx, id64 after, int64_t limit, struct store_revisions *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " REVISION
	                              " FROM revision r WHERE r.id > $1 AND r.state = 'rejected' AND r.purged_at IS NULL"
	                              " AND NOT EXISTS"
	                              " (SELECT 1 FROM near_key n WHERE n.revision_id = r.id) ORDER BY r.id LIMIT $2",
	                              DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_revision);
}

enum frg_status store_own_revisions(struct store_tx *tx, id64 author, id64 article, id64 only,
                                    struct store_revisions *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT " REVISION " FROM comment c JOIN revision r ON r.comment_id = c.id"
		" WHERE c.author_id = $1 AND c.article_id = $2 AND r.purged_at IS NULL AND (c.id = $3 OR $3 = 0 AND c.id >="
		" (SELECT min(n.id) FROM (SELECT m.id FROM comment m"
		" WHERE m.author_id = $1 AND m.article_id = $2 ORDER BY m.id DESC LIMIT $4) AS n))"
		" AND r.ordinal = (SELECT max(l.ordinal) FROM revision l WHERE l.comment_id = c.id)"
		" ORDER BY c.id",
		DB_INT(author), DB_INT(article), DB_INT(only), DB_INT(STORE_OWN_MAX));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_revision);
}

enum frg_status store_author_record(struct store_tx *tx, id64 author, int64_t by_state[6], struct frg_error *err)
{
	struct db_rows *rows;
	memset(by_state, 0, 6 * sizeof *by_state);
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT state, count(*) FROM revision WHERE author_id = $1 GROUP BY state", DB_INT(author));
	if (st != FRG_OK)
		return st;
	while (db_next(rows))
		by_state[state_of(db_text(rows, 0, tx->arena))] = db_int(rows, 1);
	return db_end(rows, err);
}

enum frg_status store_author_recent(struct store_tx *tx, id64 author, id64 but_comment, int64_t limit,
                                    struct store_revisions *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " REVISION " FROM revision r WHERE r.author_id = $1"
	                              " AND r.comment_id <> $2 ORDER BY r.id DESC LIMIT $3",
	                              DB_INT(author), DB_INT(but_comment), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_revision);
}

enum frg_status store_review_of_comment(struct store_tx *tx, id64 comment, struct store_reviews *out,
                                        struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT v.id, v.revision_id, v.engine, v.suggestion, v.findings, v.article_hash,"
	                              " v.created_at FROM revision r JOIN review v ON v.revision_id = r.id"
	                              " WHERE r.comment_id = $1 ORDER BY v.id LIMIT $2",
	                              DB_INT(comment), DB_INT(STORE_STORY_MAX));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_review);
}
