/* Suggested scores: an archive to learn from, with a ceiling. Knows no attribute by name. */
#include "store/tx.h"

/* Takes `bytes` of the archive's room; FRG_TOO_LARGE if there is not so much left. */
static enum frg_status take_room(struct store_tx *tx, int64_t bytes, struct frg_error *err)
{
	int64_t changed = 0;
	enum frg_status st = DB_RUN_COUNT(
		tx->db, err, &changed, "UPDATE counter SET value = value + $1 WHERE name = $2 AND value + $1 <= $3",
		DB_INT(bytes), DB_TEXT(STR("suggestion_bytes")), DB_INT(STORE_SUGGESTION_BYTES_MAX));
	if (st == FRG_OK && changed == 0)
		return frg_fail(err, FRG_TOO_LARGE, "store_too_large", "the archive of suggested scores is full");
	return st;
}

enum frg_status store_suggestion_insert(struct store_tx *tx, const struct store_suggestion *s, struct frg_error *err)
{
	enum frg_status st = take_room(tx, (int64_t)(s->text.n + s->attribute.n + s->community.n), err);
	if (st != FRG_OK)
		return st;
	char hash[HASH_TEXT_SIZE];
	hash_text(s->text, hash);
	return DB_RUN(tx->db, err,
	              "INSERT INTO suggestion (id, site_id, text, lang, attribute, score_permille, community, created_at,"
	              " text_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	              DB_INT(s->id), DB_INT(s->site), DB_TEXT(s->text), DB_TEXT(lang_text(s->lang)), DB_TEXT(s->attribute),
	              DB_INT(s->score_permille), DB_TEXT(s->community), DB_INT(s->created), DB_TEXT(str_of(hash)));
}

enum frg_status store_suggestion_freed(struct store_tx *tx, struct db_rows *rows, int64_t *count, struct frg_error *err)
{
	size_t bytes = 0;
	for (*count = 0; db_next(rows); ++*count)
		for (int column = 0; column < 3; column++)
			bytes += db_text(rows, column, tx->arena).n;
	enum frg_status st = db_end(rows, err);
	return st == FRG_OK && bytes ? DB_RUN(tx->db, err, "UPDATE counter SET value = value - $1 WHERE name = $2",
	                                      DB_INT((int64_t)bytes), DB_TEXT(STR("suggestion_bytes")))
	                             : st;
}

static void read_suggestion(struct arena *a, struct db_rows *r, struct store_suggestion *s)
{
	*s = (struct store_suggestion){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.text = db_text(r, 2, a),
		.lang = lang_of(db_text(r, 3, a)),
		.attribute = db_text(r, 4, a),
		.score_permille = db_int(r, 5),
		.community = db_text(r, 6, a),
		.created = db_int(r, 7),
	};
}

enum frg_status store_suggestion_page(struct store_tx *tx, id64 site, id64 after, int64_t limit,
                                      struct store_suggestions *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, site_id, text, lang, attribute, score_permille, community, created_at"
	                              " FROM suggestion WHERE site_id = $1 AND id > $2 ORDER BY id LIMIT $3",
	                              DB_INT(site), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_suggestion);
}
