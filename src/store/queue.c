/* The queue: held revisions with what they are sorted and filtered by; lanes; who looks at what. */
#include "store/tx.h"

#define ROW                                                                                                            \
	"q.revision_id, q.site_id, q.comment_id, q.article_id, q.author_id, q.section, q.lang, q.submitted_at, q.due_at,"  \
	" q.suggestion, q.profanity, q.aggression, q.insinuation, q.ad_link, q.off_topic, q.engaging, q.author_released,"  \
	" q.author_rejected, q.edit, q.returned, q.referral, q.referral_by, q.escalated_at, q.group_id, q.repost_of, "     \
	"q.blind_for"

enum frg_status store_queue_put(struct store_tx *tx, const struct store_queue_row *r, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM queue WHERE revision_id = $1", DB_INT(r->revision));
	if (st != FRG_OK)
		return st;
	return DB_RUN(tx->db, err,
	              "INSERT INTO queue (revision_id, site_id, comment_id, article_id, author_id, section, lang,"
	              " submitted_at, due_at, suggestion, profanity, aggression, insinuation, ad_link, off_topic,"
	              " engaging, author_released, author_rejected, edit, returned, referral, referral_by, escalated_at, "
	              "group_id, repost_of, blind_for)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
	              " $21, $22, $23, $24, $25, $26)",
	              DB_INT(r->revision), DB_INT(r->site), DB_INT(r->comment), DB_INT(r->article), DB_INT(r->author),
	              DB_TEXT(r->section), DB_TEXT(r->lang), DB_INT(r->submitted), DB_INT(r->due), DB_TEXT(r->suggestion),
	              DB_INT(r->score[0]), DB_INT(r->score[1]), DB_INT(r->score[2]), DB_INT(r->score[3]),
	              DB_INT(r->score[4]), DB_INT(r->score[5]), DB_INT(r->author_released), DB_INT(r->author_rejected),
	              DB_INT(r->edit), DB_INT(r->returned), DB_TEXT(r->referral), DB_INT(r->referral_by),
	              DB_INT_OR_NULL(r->escalated), DB_INT(r->group), DB_INT(r->repost_of), DB_INT(r->blind_for));
}

static void read_row(struct arena *a, struct db_rows *r, struct store_queue_row *q)
{
	*q = (struct store_queue_row){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.comment = db_int(r, 2),
		.article = db_int(r, 3),
		.author = db_int(r, 4),
		.section = db_text(r, 5, a),
		.lang = db_text(r, 6, a),
		.submitted = db_int(r, 7),
		.due = db_int(r, 8),
		.suggestion = db_text(r, 9, a),
		.author_released = db_int(r, 16),
		.author_rejected = db_int(r, 17),
		.edit = db_int(r, 18),
		.returned = db_int(r, 19),
		.referral = db_text(r, 20, a),
		.referral_by = db_int(r, 21),
		.escalated = db_int(r, 22),
		.group = db_int(r, 23),
		.repost_of = db_int(r, 24),
		.blind_for = db_int(r, 25),
	};
	for (int i = 0; i < FRG_RULE_COUNT; i++)
		q->score[i] = db_int(r, 10 + i);
}

enum frg_status store_queue_get(struct store_tx *tx, id64 revision, struct store_queue_row *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " ROW " FROM queue q WHERE q.revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_row, "place in the queue");
}

/* One text for every filter; what is not asked for is a constant that is always true. `replace` finds a name among
 * others on both databases. */
#define FILTER                                                                                                         \
	" q.site_id = $1"                                                                                                  \
	" AND ($2 = '' OR replace($2, '|' || q.section || '|', '') <> $2)"                                                 \
	" AND ($3 = '' OR replace($3, '|' || q.section || '|', '') <> $3)"                                                 \
	" AND ($4 = '' OR q.lang = $4)"                                                                                    \
	" AND ($5 = 0 OR (q.profanity BETWEEN $6 AND $7 AND q.aggression BETWEEN $8 AND $9"                                \
	" AND q.insinuation BETWEEN $10 AND $11 AND q.ad_link BETWEEN $12 AND $13"                                         \
	" AND q.off_topic BETWEEN $14 AND $15 AND q.engaging BETWEEN $16 AND $17))"                                        \
	" AND ($18 = 0 OR ($18 = 1 AND q.author_released + q.author_rejected = 0)"                                         \
	" OR ($18 = 2 AND q.author_released > 0) OR ($18 = 3 AND q.author_rejected > 0))"                                  \
	" AND ($19 = 0 OR q.edit = 1) AND ($20 = 0 OR q.returned = 1) AND ($21 = 0 OR q.escalated_at IS NOT NULL)"         \
	" AND ($22 = '' OR replace($22, '|' || q.referral || '|', '') <> $22) AND ($23 = 0 OR q.referral <> 'lawyer')"     \
	" AND ($24 = 0 OR q.referral_by <> $24 OR q.referral <> 'second')"                                                 \
	" AND ($25 = 0 OR ($25 & CASE q.suggestion WHEN 'release' THEN 1 WHEN 'look' THEN 2 ELSE 4 END) <> 0)"             \
	" AND ($26 = 0 OR q.article_id = $26) AND ($27 = 0 OR q.submitted_at <= $27)"                                      \
	" AND ($28 = 0 OR EXISTS (SELECT 1 FROM objection o WHERE o.comment_id = q.comment_id))"                           \
	" AND (q.blind_for = 0 OR ($29 <> 0 AND q.blind_for <> $29))"                                                      \
	" AND ($30 = 0 OR q.author_id IN (SELECT m.author_id FROM notice n JOIN comment m ON m.id = n.comment_id"          \
	" WHERE n.site_id = $1 AND n.decided_at IS NULL))"

#define FILTER_ARGS(f)                                                                                                 \
	DB_INT((f)->site), DB_TEXT((f)->own_sections), DB_TEXT((f)->sections), DB_TEXT((f)->lang), DB_INT((f)->by_score),  \
		DB_INT((f)->min[0]), DB_INT((f)->max[0]), DB_INT((f)->min[1]), DB_INT((f)->max[1]), DB_INT((f)->min[2]),       \
		DB_INT((f)->max[2]), DB_INT((f)->min[3]), DB_INT((f)->max[3]), DB_INT((f)->min[4]), DB_INT((f)->max[4]),       \
		DB_INT((f)->min[5]), DB_INT((f)->max[5]), DB_INT((f)->author), DB_INT((f)->only_edits),                        \
		DB_INT((f)->only_returned), DB_INT((f)->only_escalated), DB_TEXT((f)->referral), DB_INT((f)->without_lawyer),  \
		DB_INT((f)->but_referred_by), DB_INT((f)->suggestions), DB_INT((f)->article), DB_INT((f)->before),             \
		DB_INT((f)->only_appealed), DB_INT((f)->asked), DB_INT((f)->only_reported)

#define LATE "CASE WHEN q.escalated_at IS NULL THEN 1 ELSE 0 END"

enum frg_status store_queue_page(struct store_tx *tx, const struct store_queue_filter *f,
                                 const struct store_queue_place *after, int64_t limit, struct store_queue_rows *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT " ROW " FROM queue q WHERE" FILTER " AND (" LATE ", q.due_at, q.revision_id) > ($31, $32, $33)"
		" ORDER BY " LATE ", q.due_at, q.revision_id LIMIT $34",
		FILTER_ARGS(f), DB_INT(after->late), DB_INT(after->due), DB_INT(after->revision), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_row);
}

enum frg_status store_queue_copies(struct store_tx *tx, id64 group, id64 but, str own_sections, int64_t limit,
                                   struct store_queue_rows *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT " ROW " FROM queue q WHERE q.group_id = $1 AND q.revision_id <> $2"
		" AND ($3 = '' OR replace($3, '|' || q.section || '|', '') <> $3) ORDER BY q.revision_id LIMIT $4",
		DB_INT(group), DB_INT(but), DB_TEXT(own_sections), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_row);
}

enum frg_status store_queue_repost(struct store_tx *tx, id64 revision, id64 decision, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE queue SET repost_of = $2 WHERE revision_id = $1", DB_INT(revision),
	              DB_INT(decision));
}

enum frg_status store_queue_count(struct store_tx *tx, const struct store_queue_filter *f,
                                  struct store_queue_count *out, struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct store_queue_count){0};
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*), count(q.escalated_at), min(q.submitted_at) FROM queue q"
	                              " WHERE" FILTER,
	                              FILTER_ARGS(f));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*out = (struct store_queue_count){
			.count = db_int(rows, 0), .escalated = db_int(rows, 1), .oldest = db_int(rows, 2)};
	return db_end(rows, err);
}

enum frg_status store_queue_waiting(struct store_tx *tx, const struct store_queue_filter *f, int64_t *count,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	*count = 0;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) FROM queue q WHERE q.site_id = $1"
	                              " AND ($2 = '' OR replace($2, '|' || q.section || '|', '') <> $2)"
	                              " AND ($3 = 0 OR q.referral <> 'lawyer')"
	                              " AND (q.blind_for = 0 OR ($4 <> 0 AND q.blind_for <> $4))",
	                              DB_INT(f->site), DB_TEXT(f->own_sections), DB_INT(f->without_lawyer),
	                              DB_INT(f->asked));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*count = db_int(rows, 0);
	return db_end(rows, err);
}

enum frg_status store_queue_ahead(struct store_tx *tx, id64 site, id64 revision, int64_t *ahead, struct frg_error *err)
{
	struct db_rows *rows;
	*ahead = 0;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT count(*) FROM (SELECT 1 FROM queue q WHERE q.site_id = $1 AND q.blind_for = 0"
		" AND (q.due_at, q.revision_id) < ((SELECT me.due_at FROM queue me WHERE me.revision_id = $2), $2)"
		" LIMIT $3) AS before",
		DB_INT(site), DB_INT(revision), DB_INT(STORE_AHEAD_MAX));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*ahead = db_int(rows, 0);
	return db_end(rows, err);
}

static void read_due(struct arena *a, struct db_rows *r, id64 *due)
{
	(void)a;
	*due = db_int(r, 0);
}

enum frg_status store_queue_due(struct store_tx *tx, id64 site, struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT due_at FROM queue WHERE site_id = $1 AND blind_for = 0 ORDER BY due_at LIMIT $2",
		DB_INT(site), DB_INT(STORE_DUE_MAX));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_due);
}

enum frg_status store_queue_author(struct store_tx *tx, id64 author, int64_t released, int64_t rejected,
                                   struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE queue SET author_released = author_released + $2, author_rejected = author_rejected + $3"
	              " WHERE author_id = $1",
	              DB_INT(author), DB_INT(released), DB_INT(rejected));
}

enum frg_status store_queue_escalate(struct store_tx *tx, id64 site, msec before, int64_t *count, struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, count,
	                    "UPDATE queue SET escalated_at = $3 WHERE site_id = $1 AND submitted_at <= $2"
	                    " AND escalated_at IS NULL AND blind_for = 0",
	                    DB_INT(site), DB_INT(before), DB_INT(clock_now()));
}

enum frg_status store_queue_stretch(struct store_tx *tx, id64 site, msec before, msec now, msec late,
                                    struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE queue SET due_at = submitted_at + (due_at - submitted_at) * $3 / $2,"
	              " escalated_at = CASE WHEN submitted_at <= $4 THEN coalesce(escalated_at, $5) ELSE NULL END"
	              " WHERE site_id = $1",
	              DB_INT(site), DB_INT(before), DB_INT(now), DB_INT(late), DB_INT(clock_now()));
}

/* ---- lanes ---- */

static void read_lane(struct arena *a, struct db_rows *r, struct store_lane *l)
{
	*l = (struct store_lane){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.position = db_int(r, 2),
		.name = db_text(r, 3, a),
		.filter = db_text(r, 4, a),
	};
}

enum frg_status store_lane_list(struct store_tx *tx, id64 site, struct store_lanes *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, site_id, position, name, filter FROM lane WHERE site_id = $1"
	                              " ORDER BY position, id",
	                              DB_INT(site));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_lane);
}

enum frg_status store_lane_replace(struct store_tx *tx, id64 site, const struct store_lanes *lanes,
                                   struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM lane WHERE site_id = $1", DB_INT(site));
	for (size_t i = 0; st == FRG_OK && i < lanes->count; i++)
		st = DB_RUN(
			tx->db, err,
			"INSERT INTO lane (id, site_id, position, name, filter, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			DB_INT(lanes->items[i].id), DB_INT(site), DB_INT((int64_t)i), DB_TEXT(lanes->items[i].name),
			DB_TEXT(lanes->items[i].filter), DB_INT(clock_now()));
	return st;
}

/* ---- claims ---- */

static void read_claim(struct arena *a, struct db_rows *r, struct store_claim *c)
{
	*c = (struct store_claim){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.editor = db_int(r, 2),
		.editor_name = db_text(r, 3, a),
		.until = db_int(r, 4),
	};
}

static enum frg_status get_claim(struct store_tx *tx, id64 revision, struct store_claim *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id, site_id, editor_id, editor_name, until_at FROM claim"
	                              " WHERE revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_claim, "claim");
}

enum frg_status store_claim_take(struct store_tx *tx, const struct store_claim *c, msec now, bool *renewed,
                                 struct store_claim *out, struct frg_error *err)
{
	int64_t changed;
	enum frg_status st = get_claim(tx, c->revision, out, NULL);
	*renewed = st == FRG_OK && out->editor == c->editor && out->until > now;
	st = DB_RUN_COUNT(
		tx->db, err, &changed,
		"INSERT INTO claim (revision_id, site_id, editor_id, editor_name, until_at)"
		" VALUES ($1, $2, $3, $4, $5) ON CONFLICT (revision_id) DO UPDATE SET"
		" editor_id = excluded.editor_id, editor_name = excluded.editor_name,"
		" until_at = excluded.until_at"
		" WHERE claim.editor_id = excluded.editor_id OR claim.until_at <= $6 OR claim.until_at > $5 + 60000",
		DB_INT(c->revision), DB_INT(c->site), DB_INT(c->editor), DB_TEXT(c->editor_name), DB_INT(c->until),
		DB_INT(now));
	return st == FRG_OK ? get_claim(tx, c->revision, out, err) : st;
}

enum frg_status store_claim_drop(struct store_tx *tx, id64 site, id64 editor, id64 but, int64_t *dropped,
                                 struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, dropped,
	                    "DELETE FROM claim WHERE site_id = $1 AND editor_id = $2 AND revision_id <> $3", DB_INT(site),
	                    DB_INT(editor), DB_INT(but));
}

enum frg_status store_claim_list(struct store_tx *tx, id64 site, msec now, msec latest, struct store_claims *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT revision_id, site_id, editor_id, editor_name, until_at FROM claim"
	                              " WHERE site_id = $1 AND until_at > $2 AND until_at <= $3 ORDER BY revision_id",
	                              DB_INT(site), DB_INT(now), DB_INT(latest));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_claim);
}
