/* Search over texts, names and headlines, by SQLite's full-text index FTS5. The index holds no copy of the texts, and
 * is no part of the schema that databases share: PostgreSQL brings its own (search_postgres.c).
 * To take a text out of such an index one must say what stands in it; a headline may have changed since, so the one
 * that was indexed is kept beside it.
 * A text costs a tenth of what it does alone when a thousand are put in together, so the index follows the outbox:
 * behind it by seconds, and brought up to it by whoever is about to search. */
#include "store/search_inner.h"

#include "base/buf.h"

/* On PostgreSQL each text costs the same, alone or with others, and all nodes' writers wait meanwhile. */
enum { POSTGRES_PAGE = 100 };
enum { MATCH_MAX = 1 << 16, MERGE_PAGES = 100, WALK_MAX = 1000 /* events that are looked through again and again */ };

/* Parts of the index are merged when there are eight of a size, not four: each comment is written, few are looked for.
 */
static enum frg_status set_merging(struct db *db, struct frg_error *err)
{
	struct db_rows *rows;
	enum { PARTS = 8 };
	enum frg_status st = DB_QUERY(db, err, &rows, "SELECT v FROM search_text_config WHERE k = $1",
	                              DB_TEXT(STR("automerge")));
	if (st != FRG_OK)
		return st;
	bool set = db_next(rows) && db_int(rows, 0) == PARTS;
	st = db_end(rows, err);
	if (st != FRG_OK || set)
		return st;
	return DB_RUN(db, err, "INSERT INTO search_text (search_text, rank) VALUES ('automerge', $1)", DB_INT(PARTS));
}

enum frg_status store_search_open(struct db *db, struct frg_error *err)
{
	if (db_dialect(db) == DB_POSTGRES)
		return search_postgres_open(db, err);
	enum frg_status st = db_script(db, err, STORE_SEARCH_TABLES);
	return st == FRG_OK ? set_merging(db, err) : st;
}

enum frg_status store_search_merge(struct store_tx *tx, bool first, bool *more, struct frg_error *err)
{
	*more = false;
	if (db_dialect(tx->db) == DB_POSTGRES)
		return FRG_OK;
	int64_t before = db_changes(tx->db);
	enum frg_status st = DB_RUN(tx->db, err, "INSERT INTO search_text (search_text, rank) VALUES ('merge', $1)",
	                            DB_INT(first ? -MERGE_PAGES : MERGE_PAGES));
	*more = db_changes(tx->db) - before >= 2; /* FTS5's own word for: there was something to do */
	return st;
}

enum frg_status store_search_reset(struct store_tx *tx, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM setting WHERE site_id = 0 AND name = $1", DB_TEXT(STR("search")));
}

enum frg_status store_search_add(struct store_tx *tx, id64 revision, str name, str title, str text,
                                 struct frg_error *err)
{
	if (db_dialect(tx->db) == DB_POSTGRES)
		return search_postgres_add(tx, revision, name, title, text, err);
	enum frg_status st = DB_RUN(tx->db, err,
	                            "INSERT INTO search_text (rowid, name, title, text) VALUES ($1, $2, $3, $4)",
	                            DB_INT(revision), DB_TEXT(name), DB_TEXT(title), DB_TEXT(text));
	return st == FRG_OK ? DB_RUN(tx->db, err, "INSERT INTO search_title (revision_id, title) VALUES ($1, $2)",
	                             DB_INT(revision), DB_TEXT(title))
	                    : st;
}

/* ---- following the outbox ---- */

static enum frg_status find_mark(struct store_tx *tx, int64_t *mark, struct frg_error *err)
{
	str text;
	*mark = 0;
	enum frg_status st = store_setting_get(tx, 0, STR("search_seq"), &text, err);
	if (st == FRG_OK && !str_to_i64(text, mark))
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "the mark of indexed texts is no number");
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

enum frg_status store_search_behind(struct store_tx *tx, bool *behind, struct frg_error *err)
{
	struct db_rows *rows;
	int64_t mark;
	enum frg_status st = find_mark(tx, &mark, err);
	if (st == FRG_OK)
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT 1 FROM event WHERE seq > $1 AND (kind = 'held' OR seq > $1 + $2) LIMIT 1", DB_INT(mark),
		              DB_INT(WALK_MAX));
	if (st != FRG_OK)
		return st;
	*behind = db_next(rows);
	return db_end(rows, err);
}

/* The event that ends a page of them; `mark`: there are no more. */
static enum frg_status find_end(struct store_tx *tx, int64_t mark, int64_t limit, int64_t *end, bool *more,
                                struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*), max(e.seq) FROM (SELECT seq FROM event WHERE seq > $1 ORDER BY seq"
	                              " LIMIT $2) AS e",
	                              DB_INT(mark), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	*end = mark;
	*more = false;
	if (db_next(rows) && db_int(rows, 0) > 0) {
		*end = db_int(rows, 1);
		*more = db_int(rows, 0) == limit;
	}
	return db_end(rows, err);
}

/* Each text has one such event. What is in the index already came there by store_search_add. */
#define NEW_TEXTS                                                                                                      \
	" FROM event e CROSS JOIN revision r JOIN comment c ON c.id = r.comment_id JOIN article a ON a.id = c.article_id"  \
	" WHERE r.id = e.revision_id AND e.seq > $1 AND e.seq <= $2 AND e.kind = 'held' AND r.purged_at IS NULL"           \
	" AND NOT EXISTS (SELECT 1 FROM search_title s WHERE s.revision_id = r.id)"

static enum frg_status add_page(struct store_tx *tx, int64_t after, int64_t upto, struct frg_error *err)
{
	if (db_dialect(tx->db) == DB_POSTGRES)
		return search_postgres_add_page(tx, after, upto, err);
	enum frg_status st = DB_RUN(tx->db, err,
	                            "INSERT INTO search_text (rowid, name, title, text)"
	                            " SELECT r.id, c.name, a.title, r.text" NEW_TEXTS " ORDER BY e.seq",
	                            DB_INT(after), DB_INT(upto));
	return st == FRG_OK
	           ? DB_RUN(tx->db, err, "INSERT INTO search_title (revision_id, title) SELECT r.id, a.title" NEW_TEXTS,
	                    DB_INT(after), DB_INT(upto))
	           : st;
}

enum frg_status store_search_follow(struct store_tx *tx, int64_t limit, bool *more, struct frg_error *err)
{
	int64_t mark, end;
	if (db_dialect(tx->db) == DB_POSTGRES && limit > POSTGRES_PAGE)
		limit = POSTGRES_PAGE;
	enum frg_status st = find_mark(tx, &mark, err);
	if (st == FRG_OK)
		st = find_end(tx, mark, limit, &end, more, err);
	if (st != FRG_OK || end == mark)
		return st;
	st = add_page(tx, mark, end, err);
	return st == FRG_OK
	           ? store_setting_put(tx, 0, STR("search_seq"), arena_printf(tx->arena, "%lld", (long long)end), err)
	           : st;
}

enum frg_status store_search_remove(struct store_tx *tx, id64 revision, str name, str title, str text,
                                    struct frg_error *err)
{
	if (db_dialect(tx->db) == DB_POSTGRES)
		return search_postgres_remove(tx, revision, err);
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

/* ---- finding ---- */

/* Each word quoted, so that nothing in it is taken for FTS5's own language. */
static str match_of(struct arena *a, const struct store_search *q)
{
	static const char *const column[] = {
		[SEARCH_ANYWHERE] = "", [SEARCH_NAME] = "name : ", [SEARCH_TITLE] = "title : "};
	struct buf match = BUF_INIT(MATCH_MAX);
	for (size_t i = 0; i < q->word_count; i++)
		buf_printf(&match, "%s%s\"%.*s\"*", i ? " AND " : "", column[q->words[i].in], STR_ARG(q->words[i].begin));
	return buf_finish(&match, a);
}

str search_terms(struct arena *a, const struct store_search *q)
{
	static const char place[] = {[SEARCH_ANYWHERE] = ' ', [SEARCH_NAME] = 'A', [SEARCH_TITLE] = 'B'};
	struct buf terms = BUF_INIT(MATCH_MAX);
	for (size_t i = 0; i < q->word_count; i++)
		buf_printf(&terms, "%s%c%.*s", i ? "\n" : "", place[q->words[i].in], STR_ARG(q->words[i].begin));
	return buf_finish(&terms, a);
}

/* Where the walk ends; 0: there are no older texts. */
static enum frg_status find_floor(struct store_tx *tx, const struct store_search *q, id64 *floor, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st;
	if (db_dialect(tx->db) == DB_POSTGRES)
		st = search_postgres_floor(tx, q, &rows, err);
	else
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT s.revision_id FROM search_title s WHERE s.revision_id < $1 ORDER BY s.revision_id DESC"
		              " LIMIT 1 OFFSET $2",
		              DB_INT(q->before), DB_INT(q->walk - 1));
	if (st != FRG_OK)
		return st;
	*floor = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

/* Text by text, from the newest on. */
static enum frg_status walk(struct store_tx *tx, const struct store_search *q, id64 floor, int64_t limit,
                            struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st;
	if (db_dialect(tx->db) == DB_POSTGRES)
		st = search_postgres_walk(tx, q, floor, limit, &rows, err);
	else
		st = DB_QUERY(
			tx->db, err, &rows,
			"SELECT r.id FROM search_title s CROSS JOIN revision r ON r.id = s.revision_id CROSS JOIN comment c"
			" ON c.id = r.comment_id CROSS JOIN article a ON a.id = c.article_id WHERE s.revision_id < $2"
			" AND s.revision_id >= $10 AND" SEARCH_CONDITIONS " AND search_holds($8, c.name, s.title, r.text)"
			" ORDER BY s.revision_id DESC LIMIT $9",
			SEARCH_ARGS(q), DB_TEXT(search_terms(tx->arena, q)), DB_INT(limit), DB_INT(floor));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

static enum frg_status ask_index(struct store_tx *tx, const struct store_search *q, int64_t limit,
                                 struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st;
	if (db_dialect(tx->db) == DB_POSTGRES)
		st = search_postgres_query(tx, q, limit, &rows, err);
	else /* ids grow with time, so the index is walked from the newest on */
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT r.id FROM search_text s JOIN revision r ON r.id = s.rowid JOIN comment c ON"
		              " c.id = r.comment_id JOIN article a ON a.id = c.article_id WHERE search_text MATCH $8"
		              " AND s.rowid < $2 AND" SEARCH_CONDITIONS " ORDER BY s.rowid DESC LIMIT $9",
		              SEARCH_ARGS(q), DB_TEXT(match_of(tx->arena, q)), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

static void append(struct arena *a, struct store_ids *to, const struct store_ids *more)
{
	id64 *items = ARENA_ARRAY(a, id64, to->count + more->count);
	for (size_t i = 0; i < to->count + more->count; i++)
		items[i] = i < to->count ? to->items[i] : more->items[i - to->count];
	*to = (struct store_ids){.items = items, .count = to->count + more->count};
}

/* The walk goes on for as long as it finds enough that WALKS of them fill the page. */
static enum frg_status by_words(struct store_tx *tx, const struct store_search *q, int64_t limit, struct store_ids *out,
                                struct frg_error *err)
{
	enum { WALKS = 8 };
	struct store_search rest = *q;
	struct store_ids some;
	enum frg_status st = FRG_OK;
	*out = (struct store_ids){0};
	for (int64_t i = 0; q->walk && st == FRG_OK && (int64_t)out->count * WALKS >= limit * i; i++) {
		id64 floor = 0;
		st = find_floor(tx, &rest, &floor, err);
		if (st == FRG_OK)
			st = walk(tx, &rest, floor, limit - (int64_t)out->count, &some, err);
		if (st == FRG_OK)
			append(tx->arena, out, &some);
		if (st != FRG_OK || (int64_t)out->count == limit || floor == 0)
			return st;
		rest.before = floor;
	}
	if (st == FRG_OK)
		st = ask_index(tx, &rest, limit - (int64_t)out->count, &some, err);
	if (st == FRG_OK)
		append(tx->arena, out, &some);
	return st;
}

enum frg_status store_search_find(struct store_tx *tx, const struct store_search *q, int64_t limit,
                                  struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	if (q->word_count)
		return by_words(tx, q, limit, out, err);
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT r.id FROM revision r JOIN comment c ON c.id = r.comment_id JOIN article a ON"
	                              " a.id = c.article_id WHERE" SEARCH_CONDITIONS " ORDER BY r.id DESC LIMIT $8",
	                              SEARCH_ARGS(q), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

enum frg_status store_search_missing(struct store_tx *tx, id64 after, int64_t limit, struct store_ids *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st;
	if (db_dialect(tx->db) == DB_POSTGRES)
		st = search_postgres_missing(tx, after, limit, &rows, err);
	else
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT r.id FROM revision r WHERE r.id > $1 AND r.purged_at IS NULL"
		              " AND NOT EXISTS (SELECT 1 FROM search_text s WHERE s.rowid = r.id) ORDER BY r.id LIMIT $2",
		              DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}
