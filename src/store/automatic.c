/* What is released by itself: policies, their ends, cases. */
#include "store/automatic.h"

#include "store/tx.h"

#define POLICY                                                                                                         \
	"p.site_id, p.section, p.version, p.limit_permille, p.confidence_permille, p.threshold, p.draw_permille,"          \
	" p.first_comments, p.delay_ms, p.engine, p.used, p.refused, p.signed_by, p.signed_name, p.signed_at,"             \
	" c.closed_at, c.why, c.word, c.editor_name, c.checked, c.refused, c.removed"                                      \
	" FROM automatic_policy p LEFT JOIN automatic_closing c"                                                           \
	" ON c.site_id = p.site_id AND c.section = p.section AND c.version = p.version"

static void read_policy(struct arena *a, struct db_rows *r, struct store_automatic_policy *p)
{
	*p = (struct store_automatic_policy){
		.site = db_int(r, 0),
		.section = db_text(r, 1, a),
		.version = db_int(r, 2),
		.limit = db_int(r, 3),
		.confidence = db_int(r, 4),
		.threshold = db_int(r, 5),
		.draw = db_int(r, 6),
		.first = db_int(r, 7),
		.delay = db_int(r, 8),
		.engine = db_text(r, 9, a),
		.used = db_int(r, 10),
		.refused = db_int(r, 11),
		.signed_by = db_int(r, 12),
		.signed_name = db_text(r, 13, a),
		.signed_at = db_int(r, 14),
		.closed = db_int(r, 15),
		.why = db_text(r, 16, a),
		.word = db_text(r, 17, a),
		.closed_name = db_text(r, 18, a),
		.end_checked = db_int(r, 19),
		.end_refused = db_int(r, 20),
		.end_removed = db_int(r, 21),
	};
}

/* One number, or 0. */
static enum frg_status read_number(struct db_rows *rows, int64_t *out, struct frg_error *err)
{
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_automatic_sign(struct store_tx *tx, struct store_automatic_policy *p, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT max(version) FROM automatic_policy WHERE site_id = $1",
	                              DB_INT(p->site));
	if (st == FRG_OK)
		st = read_number(rows, &p->version, err);
	if (st != FRG_OK)
		return st;
	p->version++;
	return DB_RUN(tx->db, err,
	              "INSERT INTO automatic_policy (site_id, section, version, limit_permille, confidence_permille,"
	              " threshold, draw_permille, first_comments, delay_ms, engine, used, refused, signed_by, signed_name,"
	              " signed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
	              DB_INT(p->site), DB_TEXT(p->section), DB_INT(p->version), DB_INT(p->limit), DB_INT(p->confidence),
	              DB_INT(p->threshold), DB_INT(p->draw), DB_INT(p->first), DB_INT(p->delay), DB_TEXT(p->engine),
	              DB_INT(p->used), DB_INT(p->refused), DB_INT(p->signed_by), DB_TEXT(p->signed_name),
	              DB_INT(p->signed_at));
}

enum frg_status store_automatic_open(struct store_tx *tx, id64 site, str section, struct store_automatic_policy *out,
                                     struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " POLICY " WHERE p.site_id = $1 AND p.section = $2 AND c.closed_at IS NULL"
	                              " ORDER BY p.version DESC LIMIT 1",
	                              DB_INT(site), DB_TEXT(section));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_policy, "open policy");
}

enum frg_status store_automatic_open_all(struct store_tx *tx, id64 site, struct store_automatic_policies *out,
                                         struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " POLICY " WHERE ($1 = 0 OR p.site_id = $1) AND c.closed_at IS NULL"
	                              " ORDER BY p.site_id, p.section",
	                              DB_INT(site));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_policy);
}

enum frg_status store_automatic_list(struct store_tx *tx, id64 site, int64_t limit,
                                     struct store_automatic_policies *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " POLICY " WHERE p.site_id = $1 ORDER BY p.version DESC LIMIT $2",
	                              DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_policy);
}

enum frg_status store_automatic_close(struct store_tx *tx, const struct store_automatic_closing *c, bool *first,
                                      struct frg_error *err)
{
	int64_t added = 0;
	enum frg_status st = DB_RUN_COUNT(
		tx->db, err, &added,
		"INSERT INTO automatic_closing (site_id, section, version, why, word, checked, refused, removed, editor_id,"
		" editor_name, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
		" ON CONFLICT (site_id, section, version) DO NOTHING",
		DB_INT(c->site), DB_TEXT(c->section), DB_INT(c->version), DB_TEXT(c->why), DB_TEXT(c->word), DB_INT(c->checked),
		DB_INT(c->refused), DB_INT(c->removed), DB_INT_OR_NULL(c->editor), DB_TEXT(c->editor_name),
		DB_INT(clock_now()));
	*first = added != 0;
	return st;
}

/* ---- cases ---- */

#define CASE                                                                                                           \
	"k.revision_id, k.site_id, k.section, k.engine, k.score, k.barred, k.policy, k.drawn, k.due_at, k.decision_id,"    \
	" k.outcome, k.decided_at, k.created_at"

static void read_case(struct arena *a, struct db_rows *r, struct store_automatic_case *k)
{
	*k = (struct store_automatic_case){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.section = db_text(r, 2, a),
		.engine = db_text(r, 3, a),
		.score = db_int(r, 4),
		.excluded = db_text(r, 5, a),
		.policy = db_int(r, 6),
		.drawn = db_int(r, 7),
		.due = db_int(r, 8),
		.decision = db_int(r, 9),
		.outcome = db_text(r, 10, a),
		.decided = db_int(r, 11),
		.created = db_int(r, 12),
	};
}

enum frg_status store_automatic_put(struct store_tx *tx, const struct store_automatic_case *k, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO automatic_case (revision_id, site_id, section, engine, score, barred, policy, drawn,"
	              " due_at, decision_id, outcome, decided_at, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
	              " ON CONFLICT (revision_id) DO UPDATE SET section = excluded.section, engine = excluded.engine,"
	              " score = excluded.score, barred = excluded.barred, policy = excluded.policy,"
	              " drawn = excluded.drawn, due_at = excluded.due_at, decision_id = excluded.decision_id,"
	              " outcome = excluded.outcome, decided_at = excluded.decided_at",
	              DB_INT(k->revision), DB_INT(k->site), DB_TEXT(k->section), DB_TEXT(k->engine), DB_INT(k->score),
	              DB_TEXT(k->excluded), DB_INT(k->policy), DB_INT(k->drawn), DB_INT_OR_NULL(k->due),
	              DB_INT_OR_NULL(k->decision), DB_TEXT(k->outcome), DB_INT_OR_NULL(k->decided), DB_INT(k->created));
}

enum frg_status store_automatic_get(struct store_tx *tx, id64 revision, struct store_automatic_case *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " CASE " FROM automatic_case k WHERE k.revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_case, "case");
}

enum frg_status store_automatic_due(struct store_tx *tx, msec now, int64_t limit, struct store_automatic_cases *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT " CASE " FROM automatic_case k WHERE k.due_at <= $1 ORDER BY k.due_at LIMIT $2",
		DB_INT(now), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_case);
}

enum frg_status store_automatic_decided(struct store_tx *tx, id64 site, str section, str engine, msec since,
                                        int64_t limit, struct store_automatic_cases *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " CASE " FROM automatic_case k WHERE k.site_id = $1 AND k.section = $2"
	                              " AND k.decided_at >= $4 AND k.engine = $3 AND k.barred = '' AND k.outcome <> ''"
	                              " AND k.decision_id IS NULL ORDER BY k.decided_at DESC, k.revision_id DESC LIMIT $5",
	                              DB_INT(site), DB_TEXT(section), DB_TEXT(engine), DB_INT(since), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_case);
}

enum frg_status store_automatic_checks(struct store_tx *tx, id64 site, str section, int64_t policy, int64_t limit,
                                       struct store_automatic_cases *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " CASE " FROM automatic_case k WHERE k.site_id = $1 AND k.section = $2"
	                              " AND k.policy = $3 AND k.barred = '' AND k.outcome <> ''"
	                              " AND (k.drawn = 1 OR (k.decision_id IS NOT NULL AND k.outcome <> 'release'))"
	                              " ORDER BY k.decided_at DESC, k.revision_id DESC LIMIT $4",
	                              DB_INT(site), DB_TEXT(section), DB_INT(policy), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_case);
}

enum frg_status store_automatic_count(struct store_tx *tx, id64 site, str section, int64_t policy,
                                      struct store_automatic_count *out, struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct store_automatic_count){0};
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT count(decision_id),"
		" sum(CASE WHEN decision_id IS NOT NULL AND outcome NOT IN ('', 'release') THEN 1 ELSE 0 END),"
		" CAST(sum(drawn) AS BIGINT),"
		" sum(CASE WHEN drawn = 1 AND outcome <> '' THEN 1 ELSE 0 END),"
		" sum(CASE WHEN drawn = 1 AND outcome NOT IN ('', 'release') THEN 1 ELSE 0 END)"
		" FROM automatic_case WHERE site_id = $1 AND section = $2 AND policy = $3 AND barred = ''",
		DB_INT(site), DB_TEXT(section), DB_INT(policy));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*out = (struct store_automatic_count){.released = db_int(rows, 0),
		                                      .removed = db_int(rows, 1),
		                                      .drawn = db_int(rows, 2),
		                                      .checked = db_int(rows, 3),
		                                      .refused = db_int(rows, 4)};
	return db_end(rows, err);
}

static void read_section(struct arena *a, struct db_rows *r, struct store_automatic_section *s)
{
	*s = (struct store_automatic_section){.section = db_text(r, 0, a), .cases = db_int(r, 1), .eligible = db_int(r, 2)};
}

enum frg_status store_automatic_section_list(struct store_tx *tx, id64 site, msec since, int64_t limit,
                                             struct store_automatic_sections *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT section, count(*), sum(CASE WHEN barred = '' THEN 1 ELSE 0 END)"
	                              " FROM automatic_case WHERE site_id = $1 AND created_at >= $2 GROUP BY section"
	                              " ORDER BY count(*) DESC, section LIMIT $3",
	                              DB_INT(site), DB_INT(since), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_section);
}

static void read_reason(struct arena *a, struct db_rows *r, struct store_automatic_reason *out)
{
	*out = (struct store_automatic_reason){.excluded = db_text(r, 0, a), .cases = db_int(r, 1)};
}

enum frg_status store_automatic_reason_list(struct store_tx *tx, id64 site, str section, str engine, msec since,
                                            struct store_automatic_reasons *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT barred, count(*) FROM automatic_case WHERE site_id = $1 AND section = $2"
	                              " AND engine = $3 AND decided_at >= $4 AND barred <> '' GROUP BY barred"
	                              " ORDER BY count(*) DESC, barred",
	                              DB_INT(site), DB_TEXT(section), DB_TEXT(engine), DB_INT(since));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_reason);
}

enum frg_status store_automatic_purge(struct store_tx *tx, id64 site, msec before, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM automatic_case WHERE site_id = $1 AND created_at < $2", DB_INT(site),
	              DB_INT(before));
}

/* ---- an author ---- */

/* Ids are ordered by time: the earliest that was made then. */
static id64 id_from(msec t) { return t > 0 ? (id64)((uint64_t)t << 22) : 0; }

#define NOT_UNDONE " AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)"

enum frg_status store_automatic_author(struct store_tx *tx, id64 author, id64 but_comment, msec before, int64_t enough,
                                       int64_t *released, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT count(*) FROM (SELECT 1 FROM comment c WHERE c.author_id = $1 AND c.id <> $2 AND EXISTS (SELECT 1"
		" FROM decision d WHERE d.comment_id = c.id AND d.action = 'release' AND d.decided_at < $3"
		" AND NOT" BY_A_LANE("d") NOT_UNDONE ") LIMIT $4) AS few",
		DB_INT(author), DB_INT(but_comment), DB_INT(before), DB_INT(enough));
	return st == FRG_OK ? read_number(rows, released, err) : st;
}

enum frg_status store_automatic_refused(struct store_tx *tx, id64 author, msec since, msec before, bool *refused,
                                        struct frg_error *err)
{
	/* what was sent long before may have been refused lately */
	enum { WAITED_MS = 30 * 24 * 3600 };
	struct db_rows *rows;
	int64_t some = 0;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT 1 FROM comment c JOIN decision d ON d.comment_id = c.id"
	                              " WHERE c.author_id = $1 AND c.id >= $2 AND d.decided_at >= $3 AND d.decided_at < $4"
	                              " AND d.action IN ('reject', 'remove', 'suspend')" NOT_UNDONE " LIMIT 1",
	                              DB_INT(author), DB_INT(id_from(since - WAITED_MS * INT64_C(1000))), DB_INT(since),
	                              DB_INT(before));
	if (st == FRG_OK)
		st = read_number(rows, &some, err);
	*refused = some != 0;
	return st;
}

enum frg_status store_automatic_reported(struct store_tx *tx, id64 site, id64 author, msec since, msec at,
                                         bool *reported, struct frg_error *err)
{
	struct db_rows *rows;
	int64_t some = 0;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT 1 FROM notice n JOIN comment c ON c.id = n.comment_id WHERE n.site_id = $1 AND c.author_id = $2"
		" AND n.decided_at IS NULL AND n.created_at <= $4 UNION ALL"
		" SELECT 1 FROM notice n JOIN comment c ON c.id = n.comment_id WHERE n.site_id = $1 AND c.author_id = $2"
		" AND n.decided_at IS NOT NULL AND n.decided_at >= $3 AND n.created_at <= $4"
		" AND (n.outcome = 'removed' OR n.decided_at > $4) LIMIT 1",
		DB_INT(site), DB_INT(author), DB_INT(since), DB_INT(at));
	if (st == FRG_OK)
		st = read_number(rows, &some, err);
	*reported = some != 0;
	return st;
}

enum frg_status store_automatic_took_back(struct store_tx *tx, id64 author, id64 but_comment, msec since, msec before,
                                          bool *took_back, struct frg_error *err)
{
	struct db_rows *rows;
	int64_t some = 0;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT 1 FROM revision WHERE author_id = $1 AND id >= $3 AND id < $4"
	                              " AND comment_id <> $2 AND state = 'withdrawn' LIMIT 1",
	                              DB_INT(author), DB_INT(but_comment), DB_INT(id_from(since)), DB_INT(id_from(before)));
	if (st == FRG_OK)
		st = read_number(rows, &some, err);
	*took_back = some != 0;
	return st;
}

enum frg_status store_automatic_seq(struct store_tx *tx, msec since, int64_t *seq, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT seq FROM decision WHERE id >= $1 ORDER BY id LIMIT 1",
	                              DB_INT(id_from(since)));
	if (st == FRG_OK)
		st = read_number(rows, seq, err);
	*seq = *seq > 0 ? *seq - 1 : 0;
	return st;
}
