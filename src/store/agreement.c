/* Second judgements of decided comments. */
#include "store/agreement.h"

#include "store/tx.h"

#define ROW                                                                                                            \
	"x.id, x.revision_id, x.site_id, x.section, x.decision_id, x.first_editor, x.first_action, x.first_rules,"         \
	" x.second_editor, x.second_action, x.second_rules, x.made_at, x.second_at"

static void read_double(struct arena *a, struct db_rows *r, struct store_double *d)
{
	*d = (struct store_double){
		.id = db_int(r, 0),
		.revision = db_int(r, 1),
		.site = db_int(r, 2),
		.section = db_text(r, 3, a),
		.decision = db_int(r, 4),
		.first_editor = db_int(r, 5),
		.first_action = db_text(r, 6, a),
		.first_rules = db_text(r, 7, a),
		.second_editor = db_int(r, 8),
		.second_action = db_text(r, 9, a),
		.second_rules = db_text(r, 10, a),
		.made = db_int(r, 11),
		.second_at = db_int(r, 12),
	};
}

static void read_pair(struct arena *a, struct db_rows *r, struct store_double *d)
{
	read_double(a, r, d);
	d->first_name = db_text(r, 13, a);
	d->second_name = db_text(r, 14, a);
	d->text = db_text(r, 15, a);
}

enum frg_status store_double_insert(struct store_tx *tx, const struct store_double *d, bool *first,
                                    struct frg_error *err)
{
	int64_t added = 0;
	enum frg_status st = DB_RUN_COUNT(
		tx->db, err, &added,
		"INSERT INTO double_check (id, revision_id, site_id, section, decision_id, first_editor, first_action,"
		" first_rules, second_editor, second_action, second_rules, made_at, second_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, '', '', $9, NULL) ON CONFLICT (revision_id) DO NOTHING",
		DB_INT(d->id), DB_INT(d->revision), DB_INT(d->site), DB_TEXT(d->section), DB_INT(d->decision),
		DB_INT(d->first_editor), DB_TEXT(d->first_action), DB_TEXT(d->first_rules), DB_INT(d->made));
	*first = added != 0;
	return st;
}

enum frg_status store_double_get(struct store_tx *tx, id64 id, struct store_double *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " ROW " FROM double_check x WHERE x.id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_double, "second judgement");
}

enum frg_status store_double_open(struct store_tx *tx, id64 revision, struct store_double *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW " FROM double_check x JOIN queue q ON q.revision_id = x.revision_id"
	                              " WHERE x.revision_id = $1 AND x.second_action = '' AND q.blind_for <> 0",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_double, "second judgement");
}

enum frg_status store_double_judge(struct store_tx *tx, const struct store_double *d, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE double_check SET second_editor = $2, second_action = $3, second_rules = $4, second_at = $5"
	              " WHERE id = $1",
	              DB_INT(d->id), DB_INT_OR_NULL(d->second_editor), DB_TEXT(d->second_action), DB_TEXT(d->second_rules),
	              DB_INT_OR_NULL(d->second_at));
}

enum frg_status store_double_list(struct store_tx *tx, id64 site, msec since, int64_t limit, struct store_doubles *out,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW " FROM double_check x WHERE x.site_id = $1 AND x.second_at >= $2"
	                              " ORDER BY x.second_at DESC, x.id DESC LIMIT $3",
	                              DB_INT(site), DB_INT(since), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_double);
}

enum frg_status store_double_pairs(struct store_tx *tx, id64 site, msec since, str own_sections, int64_t limit,
                                   struct store_doubles *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW
	                              ", f.name, s.name, r.text FROM double_check x JOIN editor f ON f.id = x.first_editor"
	                              " JOIN editor s ON s.id = x.second_editor JOIN revision r ON r.id = x.revision_id"
	                              " WHERE x.site_id = $1 AND x.second_at >= $2 AND x.first_action <> x.second_action"
	                              " AND ($3 = '' OR replace($3, '\n' || x.section || '\n', '') <> $3)"
	                              " ORDER BY x.second_at DESC, x.id DESC LIMIT $4",
	                              DB_INT(site), DB_INT(since), DB_TEXT(own_sections), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_pair);
}

enum frg_status store_double_leave(struct store_tx *tx, id64 revision, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM queue WHERE revision_id = $1 AND blind_for <> 0", DB_INT(revision));
}

enum frg_status store_double_forget(struct store_tx *tx, msec before, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err,
	                            "DELETE FROM queue WHERE blind_for <> 0 AND revision_id IN (SELECT revision_id"
	                            " FROM double_check WHERE second_action = '' AND made_at < $1)",
	                            DB_INT(before));
	return st == FRG_OK ? DB_RUN(tx->db, err, "DELETE FROM double_check WHERE second_action = '' AND made_at < $1",
	                             DB_INT(before))
	                    : st;
}
