/* What has an end by itself: logs, invitations, letters that could not be delivered, suggested scores, suspensions. */
#include "store/person.h"
#include "store/tx.h"

enum frg_status store_term_end(struct store_tx *tx, enum store_term what, id64 site, msec before, int64_t limit,
                               int64_t *count, struct frg_error *err)
{
	const struct db_value s = DB_INT(site), b = DB_INT(before), n = DB_INT(limit);
	*count = 0;
	switch (what) {
	case TERM_STAFF_LOG:
		return DB_RUN_COUNT(tx->db, err, count,
		                    "DELETE FROM staff_log WHERE id IN (SELECT id FROM staff_log WHERE site_id = $1"
		                    " AND created_at < $2 ORDER BY created_at LIMIT $3)",
		                    s, b, n);
	case TERM_INVITATION:
		return DB_RUN_COUNT(tx->db, err, count,
		                    "DELETE FROM invitation WHERE id IN (SELECT id FROM invitation WHERE site_id = $1"
		                    " AND expires_at < $2 ORDER BY expires_at LIMIT $3)",
		                    s, b, n);
	case TERM_MAIL_FAILED:
		return DB_RUN_COUNT(tx->db, err, count,
		                    "DELETE FROM mail WHERE id IN (SELECT id FROM mail WHERE site_id = $1 AND state = 'failed'"
		                    " AND created_at < $2 ORDER BY created_at LIMIT $3)",
		                    s, b, n);
	case TERM_SUGGESTION: break;
	case TERM_SUSPENSION:
		return DB_RUN_COUNT(tx->db, err, count,
		                    "DELETE FROM suspension WHERE id IN (SELECT id FROM suspension WHERE site_id = $1"
		                    " AND until_at < $2 ORDER BY until_at LIMIT $3)",
		                    s, b, n);
	}
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "DELETE FROM suggestion WHERE id IN (SELECT id FROM suggestion WHERE site_id = $1"
	                              " AND created_at < $2 ORDER BY created_at LIMIT $3) RETURNING text, attribute,"
	                              " community",
	                              s, b, n);
	return st == FRG_OK ? store_suggestion_freed(tx, rows, count, err) : st;
}

struct unhashed {
	id64 id;
	str text;
};
struct unhashed_list {
	struct unhashed *items;
	size_t count;
};

static void read_unhashed(struct arena *a, struct db_rows *r, struct unhashed *u)
{
	*u = (struct unhashed){.id = db_int(r, 0), .text = db_text(r, 1, a)};
}

static enum frg_status find_unhashed(struct store_tx *tx, id64 site, int64_t limit, struct unhashed_list *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, text FROM suggestion WHERE site_id = $1 AND text_hash = '' LIMIT $2",
	                              DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_unhashed);
}

enum frg_status store_suggestion_hash(struct store_tx *tx, id64 site, int64_t limit, bool *more, struct frg_error *err)
{
	struct unhashed_list list;
	enum frg_status st = find_unhashed(tx, site, limit, &list, err);
	for (size_t i = 0; st == FRG_OK && i < list.count; i++) {
		char hash[HASH_TEXT_SIZE];
		hash_text(list.items[i].text, hash);
		st = DB_RUN(tx->db, err, "UPDATE suggestion SET text_hash = $2 WHERE id = $1", DB_INT(list.items[i].id),
		            DB_TEXT(str_of(hash)));
	}
	*more = st == FRG_OK && (int64_t)list.count == limit;
	return st;
}
