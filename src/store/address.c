/* By which line comments came: rows with an end, and the keys that their hashes were made with. */
#include "store/person.h"
#include "store/tx.h"

static void read_key(struct arena *a, struct db_rows *r, struct store_address_key *k)
{
	*k = (struct store_address_key){.day = db_int(r, 0), .key = db_text(r, 1, a)};
}

enum frg_status store_address_keys(struct store_tx *tx, struct store_address_keys *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT day, key FROM address_key WHERE day > $1 ORDER BY day DESC", DB_INT(0));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_key);
}

static void read_text(struct arena *a, struct db_rows *r, str *out) { *out = db_text(r, 0, a); }

enum frg_status store_address_key_make(struct store_tx *tx, int64_t day, str fresh, str *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_RUN(tx->db, err,
	                            "INSERT INTO address_key (day, key) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING",
	                            DB_INT(day), DB_TEXT(fresh));
	if (st == FRG_OK)
		st = DB_QUERY(tx->db, err, &rows, "SELECT key FROM address_key WHERE day = $1", DB_INT(day));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_text, "key");
}

enum frg_status store_address_find(struct store_tx *tx, id64 site, str hash, msec since, id64 *line,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	*line = 0;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT line FROM address WHERE site_id = $1 AND hash = $2 AND created_at >= $3 LIMIT 1",
		DB_INT(site), DB_TEXT(hash), DB_INT(since));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*line = db_int(rows, 0);
	return db_end(rows, err);
}

enum frg_status store_address_insert(struct store_tx *tx, const struct store_address *a, struct frg_error *err)
{
	return DB_PUT(tx->db, err,
	              "INSERT INTO address (revision_id, site_id, author_id, comment_id, day, hash, line, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	              DB_INT(a->revision), DB_INT(a->site), DB_INT(a->author), DB_INT(a->comment), DB_INT(a->day),
	              DB_TEXT(a->hash), DB_INT(a->line), DB_INT(a->created));
}

static void read_address(struct arena *a, struct db_rows *r, struct store_address *out)
{
	*out = (struct store_address){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.author = db_int(r, 2),
		.comment = db_int(r, 3),
		.day = db_int(r, 4),
		.hash = db_text(r, 5, a),
		.line = db_int(r, 6),
		.created = db_int(r, 7),
	};
}

enum frg_status store_address_get(struct store_tx *tx, id64 revision, struct store_address *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id, site_id, author_id, comment_id, day, hash, line, created_at"
	                              " FROM address WHERE revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_address, "address");
}

enum frg_status store_address_of_comment(struct store_tx *tx, id64 comment, struct store_addresses *out,
                                         struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id, site_id, author_id, comment_id, day, hash, line, created_at"
	                              " FROM address WHERE revision_id IN (SELECT id FROM revision WHERE comment_id = $1)"
	                              " ORDER BY revision_id",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_address);
}

enum frg_status store_address_count(struct store_tx *tx, const struct store_address *but, msec since, int64_t *comments,
                                    int64_t *authors, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(DISTINCT s.comment_id), count(DISTINCT s.author_id) FROM"
	                              " (SELECT comment_id, author_id FROM address WHERE site_id = $1 AND line = $2"
	                              " AND created_at >= $3 AND comment_id <> $4 LIMIT $5) AS s",
	                              DB_INT(but->site), DB_INT(but->line), DB_INT(since), DB_INT(but->comment),
	                              DB_INT(STORE_LINE_MAX));
	if (st != FRG_OK)
		return st;
	*comments = *authors = 0;
	if (db_next(rows)) {
		*comments = db_int(rows, 0);
		*authors = db_int(rows, 1);
	}
	return db_end(rows, err);
}

enum frg_status store_address_others(struct store_tx *tx, const struct store_address *but, msec since, int64_t limit,
                                     struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id FROM address WHERE site_id = $1 AND line = $2"
	                              " AND created_at >= $3 AND comment_id <> $4 ORDER BY created_at DESC LIMIT $5",
	                              DB_INT(but->site), DB_INT(but->line), DB_INT(since), DB_INT(but->comment),
	                              DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

enum frg_status store_address_end(struct store_tx *tx, id64 site, msec before, int64_t limit, int64_t *count,
                                  struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, count,
	                    "DELETE FROM address WHERE revision_id IN (SELECT revision_id FROM address WHERE site_id = $1"
	                    " AND created_at < $2 ORDER BY created_at LIMIT $3)",
	                    DB_INT(site), DB_INT(before), DB_INT(limit));
}

enum frg_status store_address_keys_end(struct store_tx *tx, int64_t day, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "DELETE FROM address_key WHERE day < $1 AND NOT EXISTS (SELECT 1 FROM site s WHERE EXISTS"
	              " (SELECT 1 FROM address a WHERE a.site_id = s.id AND a.created_at >= address_key.day * 86400000"
	              " AND a.created_at < (address_key.day + 1) * 86400000))",
	              DB_INT(day));
}
