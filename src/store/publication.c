/* The one table that readers' pages are made from. */
#include "store/tx.h"

#define COLUMNS                                                                                                        \
	"comment_id, site_id, article_id, parent_id, root_id, depth, revision_id, text_hash,"                              \
	" decision_id, name, text, submitted_at, published_at, edited_at, removed_at, picked"

/* Places of an article: rows lie in their order, so that a page of a thread is read from few pages of the file. Ids
 * begin with the time: articles of the same millisecond share one range, which harms nobody. What comes when a range is
 * full gets places below zero, as it comes: found as well, only not side by side. */
enum { PLACES = 1 << 22 };
#define PLACES_FROM(article) DB_INT((article) / PLACES * PLACES)
#define PLACES_TO(article) DB_INT((article) / PLACES * PLACES + PLACES - 1)

/* How readers see a comment now. */
struct shown {
	bool there;
	id64 article; /* 0: they do not; what is there was removed */
};

/* Two statements rather than one with ON CONFLICT, for which SQLite keeps a copy of each page that it touches. */
static enum frg_status put(struct store_tx *tx, bool there, const struct store_publication *p, struct frg_error *err)
{
	if (there)
		return DB_RUN(tx->db, err,
		              "UPDATE publication SET revision_id = $2, text_hash = $3, decision_id = $4, name = $5, text = $6,"
		              " submitted_at = $7, edited_at = $8, picked = $9, removed_at = NULL WHERE comment_id = $1",
		              DB_INT(p->comment), DB_INT(p->revision), DB_TEXT(p->text_hash), DB_INT(p->decision),
		              DB_TEXT(p->name), DB_TEXT(p->text), DB_INT(p->submitted), DB_INT_OR_NULL(p->edited),
		              DB_INT(p->picked));
	return DB_RUN(
		tx->db, err,
		"INSERT INTO publication (place, comment_id, site_id, article_id, parent_id, root_id, depth,"
		" revision_id, text_hash, decision_id, action, name, text, submitted_at, published_at,"
		" edited_at, removed_at, picked)"
		" VALUES (coalesce((SELECT CASE WHEN last.place < $17 THEN last.place + 1 ELSE"
		" (SELECT CASE WHEN place < 0 THEN place ELSE 0 END - 1 FROM publication ORDER BY place LIMIT 1) END"
		" FROM publication last WHERE last.place BETWEEN $16 AND $17 ORDER BY last.place DESC LIMIT 1), $16 + 1),"
		" $1, $2, $3, $4, $5, $6, $7, $8, $9, 'release', $10, $11, $12, $13, $14, NULL, $15)",
		DB_INT(p->comment), DB_INT(p->site), DB_INT(p->article), DB_INT_OR_NULL(p->parent), DB_INT(p->root),
		DB_INT(p->depth), DB_INT(p->revision), DB_TEXT(p->text_hash), DB_INT(p->decision), DB_TEXT(p->name),
		DB_TEXT(p->text), DB_INT(p->submitted), DB_INT(p->published), DB_INT_OR_NULL(p->edited), DB_INT(p->picked),
		PLACES_FROM(p->article), PLACES_TO(p->article));
}

static enum frg_status change_row(struct store_tx *tx, enum store_publication_change change, bool there,
                                  const struct store_publication *p, struct frg_error *err)
{
	switch (change) {
	case PUBLICATION_PUT: return put(tx, there, p, err);
	case PUBLICATION_EMPTY:
		return DB_RUN(tx->db, err,
		              "UPDATE publication SET text = '', name = '', picked = 0, removed_at = $2 WHERE comment_id = $1",
		              DB_INT(p->comment), DB_INT(p->removed));
	case PUBLICATION_PICK:
		return DB_RUN(tx->db, err, "UPDATE publication SET picked = $2 WHERE comment_id = $1", DB_INT(p->comment),
		              DB_INT(p->picked));
	case PUBLICATION_DROP:
		return DB_RUN(tx->db, err, "DELETE FROM publication WHERE comment_id = $1", DB_INT(p->comment));
	}
	BUG("publication change %d", (int)change);
}

static enum frg_status find_shown(struct store_tx *tx, id64 comment, struct shown *out, struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct shown){0};
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT CASE WHEN removed_at IS NULL THEN article_id ELSE 0 END FROM publication"
	                              " WHERE comment_id = $1",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*out = (struct shown){.there = true, .article = db_int(rows, 0)};
	return db_end(rows, err);
}

static enum frg_status count_by(struct store_tx *tx, id64 article, int64_t by, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO publication_count (article_id, count) VALUES ($1, $2) ON CONFLICT (article_id)"
	              " DO UPDATE SET count = publication_count.count + excluded.count",
	              DB_INT(article), DB_INT(by));
}

enum frg_status store_publication_write(struct store_tx *tx, enum store_publication_change change,
                                        const struct store_publication *p, struct frg_error *err)
{
	struct shown before;
	bool put = change == PUBLICATION_PUT, gone = change == PUBLICATION_EMPTY || change == PUBLICATION_DROP;
	enum frg_status st = find_shown(tx, p->comment, &before, err);
	if (st == FRG_OK)
		st = change_row(tx, change, before.there, p, err);
	if (st == FRG_OK && before.article && gone)
		st = count_by(tx, before.article, -1, err);
	if (st == FRG_OK && !before.article && put)
		st = count_by(tx, p->article, 1, err);
	return st;
}

static void read_publication(struct arena *a, struct db_rows *r, struct store_publication *p)
{
	*p = (struct store_publication){
		.comment = db_int(r, 0),
		.site = db_int(r, 1),
		.article = db_int(r, 2),
		.parent = db_int(r, 3),
		.root = db_int(r, 4),
		.depth = db_int(r, 5),
		.revision = db_int(r, 6),
		.text_hash = db_text(r, 7, a),
		.decision = db_int(r, 8),
		.name = db_text(r, 9, a),
		.text = db_text(r, 10, a),
		.submitted = db_int(r, 11),
		.published = db_int(r, 12),
		.edited = db_int(r, 13),
		.removed = db_int(r, 14),
		.picked = db_int(r, 15),
	};
}

enum frg_status store_publication_get(struct store_tx *tx, id64 comment, struct store_publication *out,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " COLUMNS " FROM publication WHERE comment_id = $1",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_publication, "publication");
}

static enum frg_status read_count(struct db_rows *rows, int64_t *count, struct frg_error *err)
{
	*count = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_publication_answers(struct store_tx *tx, id64 comment, int64_t *count, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT count(*) FROM publication WHERE parent_id = $1",
	                              DB_INT(comment));
	return st != FRG_OK ? st : read_count(rows, count, err);
}

enum frg_status store_publication_count(struct store_tx *tx, id64 article, int64_t *count, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT count FROM publication_count WHERE article_id = $1",
	                              DB_INT(article));
	return st != FRG_OK ? st : read_count(rows, count, err);
}

enum frg_status store_publication_roots(struct store_tx *tx, id64 article, msec after_published, id64 after_comment,
                                        int64_t limit, struct store_publications *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM publication"
	                              " WHERE article_id = $1 AND parent_id IS NULL"
	                              " AND (published_at, comment_id) > ($2, $3)"
	                              " ORDER BY published_at, comment_id LIMIT $4",
	                              DB_INT(article), DB_INT(after_published), DB_INT(after_comment), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_publication);
}

enum frg_status store_publication_below(struct store_tx *tx, id64 article, id64 root, int64_t limit,
                                        struct store_publications *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM publication"
	                              " WHERE article_id = $1 AND root_id = $2 AND comment_id <> $2"
	                              " ORDER BY published_at, comment_id LIMIT $3",
	                              DB_INT(article), DB_INT(root), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_publication);
}

enum frg_status store_publication_latest(struct store_tx *tx, id64 article, int64_t limit,
                                         struct store_publications *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM publication"
	                              " WHERE article_id = $1 AND removed_at IS NULL"
	                              " ORDER BY published_at DESC, comment_id DESC LIMIT $2",
	                              DB_INT(article), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_publication);
}

enum frg_status store_publication_page(struct store_tx *tx, id64 after, int64_t limit, struct store_publications *out,
                                       struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM publication WHERE comment_id > $1"
	                              " ORDER BY comment_id LIMIT $2",
	                              DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_publication);
}
