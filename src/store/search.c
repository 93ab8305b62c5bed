/* Search over texts, names and headlines, by SQLite's full-text index FTS5. The index holds no copy of the texts, and
 * is no part of the schema that databases share: another database brings its own (this file, and search_open).
 * To take a text out of such an index one must say what stands in it; a headline may have changed since, so the one
 * that was indexed is kept beside it. */
#include "store/tx.h"

enum frg_status store_search_open(struct db *db, struct frg_error *err)
{
	return db_script(db, err, STORE_SEARCH_TABLES);
}

enum frg_status store_search_reset(struct store_tx *tx, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM setting WHERE site_id = 0 AND name = $1", DB_TEXT(STR("search")));
}

enum frg_status store_search_add(struct store_tx *tx, id64 revision, str name, str title, str text,
                                 struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err,
	                            "INSERT INTO search_text (rowid, name, title, text) VALUES ($1, $2, $3, $4)",
	                            DB_INT(revision), DB_TEXT(name), DB_TEXT(title), DB_TEXT(text));
	return st == FRG_OK ? DB_RUN(tx->db, err, "INSERT INTO search_title (revision_id, title) VALUES ($1, $2)",
	                             DB_INT(revision), DB_TEXT(title))
	                    : st;
}

enum frg_status store_search_remove(struct store_tx *tx, id64 revision, str name, str title, str text,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT title FROM search_title WHERE revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		title = db_text(rows, 0, tx->arena);
	st = db_end(rows, err);
	if (st == FRG_OK)
		st = DB_RUN(tx->db, err,
		            "INSERT INTO search_text (search_text, rowid, name, title, text) SELECT 'delete', $1, $2, $3, $4"
		            " WHERE EXISTS (SELECT 1 FROM search_text s WHERE s.rowid = $1)",
		            DB_INT(revision), DB_TEXT(name), DB_TEXT(title), DB_TEXT(text));
	return st == FRG_OK ? DB_RUN(tx->db, err, "DELETE FROM search_title WHERE revision_id = $1", DB_INT(revision)) : st;
}

static void read_id(struct arena *a, struct db_rows *r, id64 *id)
{
	(void)a;
	*id = db_int(r, 0);
}

/* The signs keep SQLite from walking through the times of all texts: ids are in their order, and the words are fewer.
 */
#define CONDITIONS                                                                                                     \
	" +r.site_id = $1 AND r.id < $2 AND +r.created_at >= $3 AND +r.created_at < $4 AND ($5 = '' OR r.state = $5)"      \
	" AND ($6 = '' OR replace($6, '|' || a.section || '|', '') <> $6)"                                                 \
	" AND ($7 = '' OR EXISTS (SELECT 1 FROM decision d WHERE d.revision_id = r.id"                                     \
	" AND replace(',' || d.rules || ',', ',' || $7 || ',', '') <> ',' || d.rules || ','))"

#define ARGS(q)                                                                                                        \
	DB_INT((q)->site), DB_INT((q)->before), DB_INT((q)->from), DB_INT((q)->to), DB_TEXT((q)->state),                   \
		DB_TEXT((q)->own_sections), DB_TEXT((q)->rule)

enum frg_status store_search_find(struct store_tx *tx, const struct store_search *q, int64_t limit,
                                  struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st;
	if (q->match.n) /* ids grow with time, so the index is walked from the newest on */
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT r.id FROM search_text s JOIN revision r ON r.id = s.rowid JOIN comment c ON"
		              " c.id = r.comment_id JOIN article a ON a.id = c.article_id WHERE search_text MATCH $8"
		              " AND s.rowid < $2 AND" CONDITIONS " ORDER BY s.rowid DESC LIMIT $9",
		              ARGS(q), DB_TEXT(q->match), DB_INT(limit));
	else
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT r.id FROM revision r JOIN comment c ON c.id = r.comment_id JOIN article a ON"
		              " a.id = c.article_id WHERE" CONDITIONS " ORDER BY r.id DESC LIMIT $8",
		              ARGS(q), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_id);
}

enum frg_status store_search_missing(struct store_tx *tx, id64 after, int64_t limit, struct store_ids *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT r.id FROM revision r WHERE r.id > $1 AND r.purged_at IS NULL"
		" AND NOT EXISTS (SELECT 1 FROM search_text s WHERE s.rowid = r.id) ORDER BY r.id LIMIT $2",
		DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_id);
}
