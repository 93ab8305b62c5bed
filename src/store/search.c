/* Search over texts, names and headlines, by SQLite's full-text index FTS5. The index holds no copy of the texts, and
 * is no part of the schema that databases share: another database brings its own (this file, and search_open).
 * To take a text out of such an index one must say what stands in it; a headline may have changed since, so the one
 * that was indexed is kept beside it. */
#include "store/tx.h"

enum frg_status store_search_open(struct db *db, struct frg_error *err)
{
	return db_script(db, err,
	                 "CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING"
	                 " fts5(name, title, text, content='', tokenize='unicode61 remove_diacritics 2');"
	                 "CREATE TABLE IF NOT EXISTS search_title (revision_id BIGINT PRIMARY KEY, title TEXT NOT NULL)");
}

struct search_entry {
	id64 revision;
	str name, title, text;
	struct search_entry *next;
};

enum frg_status store_search_add(struct store_tx *tx, id64 revision, str name, str title, str text,
                                 struct frg_error *err)
{
	(void)err;
	struct search_entry *e = ARENA_NEW(tx->arena, struct search_entry);
	*e = (struct search_entry){revision, arena_str(tx->arena, name), arena_str(tx->arena, title),
	                           arena_str(tx->arena, text), tx->entries};
	tx->entries = e;
	return FRG_OK;
}

struct search_entry *store_search_join(struct search_entry *list, struct search_entry *more)
{
	struct search_entry **end = &more;
	while (*end)
		end = &(*end)->next;
	*end = list;
	return more;
}

/* It may have been erased meanwhile, by another job of the same group. */
static enum frg_status still_there(struct db *db, id64 revision, bool *there, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(db, err, &rows, "SELECT 1 FROM revision WHERE id = $1 AND purged_at IS NULL",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	*there = db_next(rows);
	return db_end(rows, err);
}

enum frg_status store_search_write(struct db *db, const struct search_entry *list, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	for (const struct search_entry *e = list; st == FRG_OK && e; e = e->next) {
		bool there;
		st = still_there(db, e->revision, &there, err);
		if (st != FRG_OK || !there)
			continue;
		st = DB_RUN(db, err, "INSERT INTO search_text (rowid, name, title, text) VALUES ($1, $2, $3, $4)",
		            DB_INT(e->revision), DB_TEXT(e->name), DB_TEXT(e->title), DB_TEXT(e->text));
		if (st == FRG_OK)
			st = DB_RUN(db, err, "INSERT INTO search_title (revision_id, title) VALUES ($1, $2)", DB_INT(e->revision),
			            DB_TEXT(e->title));
	}
	return st;
}

/* Added by the same job: then it is in no index yet. */
static bool forget_entry(struct store_tx *tx, id64 revision)
{
	for (struct search_entry **at = &tx->entries; *at; at = &(*at)->next)
		if ((*at)->revision == revision) {
			*at = (*at)->next;
			return true;
		}
	return false;
}

enum frg_status store_search_remove(struct store_tx *tx, id64 revision, str name, str title, str text,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	if (forget_entry(tx, revision))
		return FRG_OK;
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
