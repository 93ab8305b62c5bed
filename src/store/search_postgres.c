/* Search on PostgreSQL: a tsvector for each revision, of words folded as SQLite's FTS5 folds them (small letters, no
 * marks; letters and digits are words, all else stands between them), so that both find the same. The index is no part
 * of the schema that databases share; what it needs is made when the database is opened. */
#include "store/search_inner.h"

enum frg_status search_postgres_open(struct db *db, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(db, err, &rows, "SELECT 1 WHERE to_regclass('search_text') IS NOT NULL AND $1 = 0",
	                              DB_INT(0));
	if (st != FRG_OK)
		return st;
	bool there = db_next(rows);
	st = db_end(rows, err);
	if (st != FRG_OK || there)
		return st;
	st = db_step(db, err, DB_BEGIN_WRITE);
	if (st == FRG_OK)
		st = db_script(
			db, err,
			"CREATE OR REPLACE FUNCTION search_fold(words TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE"
			" AS $$ SELECT regexp_replace(regexp_replace(normalize(lower(words COLLATE \"und-x-icu\"), NFD),"
			" '[\\u0300-\\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g') $$;"
			"CREATE OR REPLACE FUNCTION search_terms(terms TEXT) RETURNS TSQUERY LANGUAGE sql IMMUTABLE PARALLEL SAFE"
			" AS $$ SELECT to_tsquery('simple', string_agg('(' || replace(t.word, ' ', ' <-> ') || ':*' || t.place || "
			"')',"
			" ' & ')) FROM (SELECT trim(search_fold(substr(line, 2))) AS word, trim(left(line, 1)) AS place"
			" FROM regexp_split_to_table(terms, E'\n') AS line) AS t WHERE t.word <> '' $$;"
			"CREATE TABLE IF NOT EXISTS search_text (revision_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);"
			"CREATE INDEX IF NOT EXISTS search_words ON search_text USING gin (words)");
	if (st == FRG_OK)
		return db_step(db, err, DB_COMMIT);
	struct frg_error undo;
	if (db_in_transaction(db) && db_step(db, &undo, DB_ROLLBACK) != FRG_OK)
		return st;
	return st;
}

#define WORDS(name, title, text)                                                                                       \
	" setweight(to_tsvector('simple', search_fold(" name ")), 'A') ||"                                                 \
	" setweight(to_tsvector('simple', search_fold(" title ")), 'B') || to_tsvector('simple', search_fold(" text "))"

enum frg_status search_postgres_add(struct store_tx *tx, id64 revision, str name, str title, str text,
                                    struct frg_error *err)
{
	return DB_RUN(tx->db, err, "INSERT INTO search_text (revision_id, words) VALUES ($1," WORDS("$2", "$3", "$4") ")",
	              DB_INT(revision), DB_TEXT(name), DB_TEXT(title), DB_TEXT(text));
}

enum frg_status search_postgres_add_page(struct store_tx *tx, int64_t after, int64_t upto, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO search_text (revision_id, words) SELECT r.id," WORDS(
					  "c.name", "a.title",
					  "r.text") " FROM event e JOIN revision r ON r.id = e.revision_id"
	                            " JOIN comment c ON c.id = r.comment_id JOIN article a ON a.id = c.article_id"
	                            " WHERE e.seq > $1 AND e.seq <= $2 AND e.kind = 'held' AND r.purged_at IS NULL"
	                            " AND NOT EXISTS (SELECT 1 FROM search_text s WHERE s.revision_id = r.id)",
	              DB_INT(after), DB_INT(upto));
}

enum frg_status search_postgres_remove(struct store_tx *tx, id64 revision, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM search_text WHERE revision_id = $1", DB_INT(revision));
}

enum frg_status search_postgres_query(struct store_tx *tx, const struct store_search *q, int64_t limit,
                                      struct db_rows **out, struct frg_error *err)
{
	return DB_QUERY(tx->db, err, out,
	                "SELECT r.id FROM search_text s JOIN revision r ON r.id = s.revision_id JOIN comment c ON"
	                " c.id = r.comment_id JOIN article a ON a.id = c.article_id WHERE s.words @@ search_terms($8)"
	                " AND" SEARCH_CONDITIONS " ORDER BY r.id DESC LIMIT $9",
	                SEARCH_ARGS(q), DB_TEXT(search_terms(tx->arena, q)), DB_INT(limit));
}

enum frg_status search_postgres_floor(struct store_tx *tx, const struct store_search *q, struct db_rows **out,
                                      struct frg_error *err)
{
	return DB_QUERY(
		tx->db, err, out,
		"SELECT s.revision_id FROM search_text s WHERE s.revision_id < $1 ORDER BY s.revision_id DESC LIMIT 1"
		" OFFSET $2",
		DB_INT(q->before), DB_INT(q->walk - 1));
}

/* OFFSET 0 keeps the words out of the inner query, where the index of all words would be asked. */
enum frg_status search_postgres_walk(struct store_tx *tx, const struct store_search *q, id64 floor, int64_t limit,
                                     struct db_rows **out, struct frg_error *err)
{
	return DB_QUERY(tx->db, err, out,
	                "SELECT r.id FROM (SELECT t.revision_id, t.words FROM search_text t WHERE t.revision_id < $2 AND"
	                " t.revision_id >= $10 ORDER BY t.revision_id DESC OFFSET 0) AS s JOIN revision r ON"
	                " r.id = s.revision_id JOIN comment c ON c.id = r.comment_id JOIN article a ON a.id = c.article_id"
	                " WHERE s.words @@ search_terms($8) AND" SEARCH_CONDITIONS " ORDER BY r.id DESC LIMIT $9",
	                SEARCH_ARGS(q), DB_TEXT(search_terms(tx->arena, q)), DB_INT(limit), DB_INT(floor));
}

enum frg_status search_postgres_missing(struct store_tx *tx, id64 after, int64_t limit, struct db_rows **out,
                                        struct frg_error *err)
{
	return DB_QUERY(tx->db, err, out,
	                "SELECT r.id FROM revision r WHERE r.id > $1 AND r.purged_at IS NULL AND NOT EXISTS"
	                " (SELECT 1 FROM search_text s WHERE s.revision_id = r.id) ORDER BY r.id LIMIT $2",
	                DB_INT(after), DB_INT(limit));
}
