/* Decisions as examples, and models with their history. */
#include "store/learning.h"
#include "store/tx.h"

/* ---- decisions that hold ---- */

/* Made by a person of a text that is still there, and still what holds of it. */
#define BY_A_PERSON " AND NOT" BY_A_LANE("d")
#define HOLDS                                                                                                          \
	" AND EXISTS (SELECT 1 FROM revision t WHERE t.id = d.revision_id AND t.purged_at IS NULL)"                        \
	" AND d.action IN ('release', 'reject', 'remove')"                                                                 \
	" AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)"                                                 \
	" AND NOT EXISTS (SELECT 1 FROM decision e WHERE e.revision_id = d.revision_id AND e.seq > d.seq"                  \
	" AND e.action IN ('release', 'reject', 'return', 'remove')"                                                       \
	" AND NOT EXISTS (SELECT 1 FROM decision v WHERE v.undoes = e.id))"
#define SPAN " AND d.seq >= $2 AND (d.seq < $3 OR $3 = 0)"
#define HEAD                                                                                                           \
	"SELECT d.seq, d.revision_id, d.comment_id, c.article_id, COALESCE(c.parent_id, 0), d.action, d.rules, "           \
	"d.decided_at"
#define FROM " FROM decision d JOIN comment c ON c.id = d.comment_id JOIN article a ON a.id = c.article_id"

static void read_labels(struct arena *a, struct db_rows *r, struct store_verdict *v)
{
	*v = (struct store_verdict){.seq = db_int(r, 0),
	                            .revision = db_int(r, 1),
	                            .comment = db_int(r, 2),
	                            .article = db_int(r, 3),
	                            .parent = db_int(r, 4),
	                            .action = db_text(r, 5, a),
	                            .rules = db_text(r, 6, a),
	                            .decided = db_int(r, 7)};
}

static void read_texts(struct arena *a, struct db_rows *r, struct store_verdict *v)
{
	read_labels(a, r, v);
	v->text = db_text(r, 8, a);
	v->parent_text = db_text(r, 9, a);
}

static void read_findings(struct arena *a, struct db_rows *r, struct store_verdict *v)
{
	read_labels(a, r, v);
	v->engine = db_text(r, 8, a);
	v->findings = db_text(r, 9, a);
}

static enum frg_status page_findings(struct store_tx *tx, id64 site, int64_t before, int64_t from, int64_t limit,
                                     struct store_verdicts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              HEAD ", d.engine, d.findings" FROM " WHERE d.site_id = $1" SPAN HOLDS BY_A_PERSON
	                                   " ORDER BY d.seq DESC LIMIT $4",
	                              DB_INT(site), DB_INT(from), DB_INT(before), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_findings);
}

static enum frg_status page_texts(struct store_tx *tx, id64 site, enum frg_lang lang, int64_t before, int64_t from,
                                  int64_t limit, struct store_verdicts *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              HEAD ", r.text, COALESCE(p.text, '')" FROM " JOIN revision r ON r.id = d.revision_id"
	                                   " LEFT JOIN publication p ON p.comment_id = c.parent_id"
	                                   " WHERE d.site_id = $1" SPAN " AND a.lang = $4" HOLDS BY_A_PERSON
	                                   " ORDER BY d.seq DESC LIMIT $5",
	                              DB_INT(site), DB_INT(from), DB_INT(before), DB_TEXT(lang_text(lang)), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_texts);
}

enum frg_status store_verdict_page(struct store_tx *tx, id64 site, enum frg_lang lang, enum store_verdict_part part,
                                   int64_t before, int64_t from, int64_t limit, struct store_verdicts *out,
                                   struct frg_error *err)
{
	if (part == VERDICT_FINDINGS)
		return page_findings(tx, site, before, from, limit, out, err);
	if (part == VERDICT_TEXTS)
		return page_texts(tx, site, lang, before, from, limit, out, err);
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              HEAD FROM " WHERE d.site_id = $1" SPAN " AND a.lang = $4" HOLDS BY_A_PERSON
	                                        " ORDER BY d.seq DESC LIMIT $5",
	                              DB_INT(site), DB_INT(from), DB_INT(before), DB_TEXT(lang_text(lang)), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_labels);
}

enum frg_status store_verdict_automatic(struct store_tx *tx, id64 site, msec since, int64_t among, int64_t *count,
                                        struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT COUNT(*) FROM (SELECT d.id, d.revision_id, d.detail, d.decided_at FROM decision d"
		" WHERE d.site_id = $1 AND d.action <> 'undo' ORDER BY d.seq DESC LIMIT $2) AS d"
		" WHERE d.decided_at >= $3 AND" BY_A_LANE("d"),
		DB_INT(site), DB_INT(among), DB_INT(since));
	if (st != FRG_OK)
		return st;
	*count = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

/* ---- models ---- */

#define MODEL_COLUMNS                                                                                                  \
	"site_id, version, lang, name, hash, size, LENGTH(data), learned_until, measured_until, better, report, reason,"   \
	" COALESCE(editor_id, 0), editor_name, created_at"

static void read_model(struct arena *a, struct db_rows *r, struct store_house_model *m)
{
	*m = (struct store_house_model){.site = db_int(r, 0),
	                                .version = db_int(r, 1),
	                                .lang = lang_of(db_text(r, 2, a)),
	                                .name = db_text(r, 3, a),
	                                .hash = db_text(r, 4, a),
	                                .size = db_int(r, 5),
	                                .kept = db_int(r, 6) > 0,
	                                .learned_until = db_int(r, 7),
	                                .measured_until = db_int(r, 8),
	                                .better = db_int(r, 9),
	                                .report = db_text(r, 10, a),
	                                .reason = db_text(r, 11, a),
	                                .editor = db_int(r, 12),
	                                .editor_name = db_text(r, 13, a),
	                                .created = db_int(r, 14)};
}

static void read_whole(struct arena *a, struct db_rows *r, struct store_house_model *m)
{
	read_model(a, r, m);
	m->data = db_text(r, 15, a);
}

enum frg_status store_house_get(struct store_tx *tx, id64 site, int64_t version, struct store_house_model *out,
                                struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " MODEL_COLUMNS ", data FROM house_model WHERE site_id = $1 AND version = $2",
	                              DB_INT(site), DB_INT(version));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_whole, "model");
}

enum frg_status store_house_list(struct store_tx *tx, id64 site, struct store_house_models *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " MODEL_COLUMNS " FROM house_model WHERE site_id = $1 ORDER BY version DESC"
	                              " LIMIT $2",
	                              DB_INT(site), DB_INT(STORE_HOUSE_RECORDS + STORE_HOUSE_MODELS + 1));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_model);
}

/* What holds now. */
#define IN_FORCE "(SELECT version FROM house_choice WHERE site_id = $1 ORDER BY seq DESC LIMIT 1)"

/* The one in force stays, and as many of the others as there is room. */
static enum frg_status prune(struct store_tx *tx, id64 site, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err,
	                            "UPDATE house_model SET data = $3 WHERE site_id = $1 AND LENGTH(data) > 0"
	                            " AND version <> COALESCE(" IN_FORCE
	                            ", 0) AND version NOT IN (SELECT version FROM house_model"
	                            " WHERE site_id = $1 AND better = 1 ORDER BY version DESC LIMIT $2)",
	                            DB_INT(site), DB_INT(STORE_HOUSE_MODELS), DB_BLOB(STR("")));
	if (st != FRG_OK)
		return st;
	return DB_RUN(tx->db, err,
	              "DELETE FROM house_model WHERE site_id = $1 AND LENGTH(data) = 0 AND version NOT IN"
	              " (SELECT version FROM house_model WHERE site_id = $1 ORDER BY version DESC LIMIT $2)",
	              DB_INT(site), DB_INT(STORE_HOUSE_RECORDS));
}

static enum frg_status next_of(struct db_rows *rows, int64_t *out, struct frg_error *err)
{
	*out = db_next(rows) ? db_int(rows, 0) + 1 : 1;
	return db_end(rows, err);
}

enum frg_status store_house_insert(struct store_tx *tx, struct store_house_model *m, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT COALESCE(MAX(version), 0) FROM house_model WHERE site_id = $1", DB_INT(m->site));
	if (st == FRG_OK)
		st = next_of(rows, &m->version, err);
	if (st != FRG_OK)
		return st;
	st = DB_RUN(tx->db, err,
	            "INSERT INTO house_model (site_id, version, lang, name, hash, data, size, learned_until,"
	            " measured_until, better, report, reason, editor_id, editor_name, created_at)"
	            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
	            DB_INT(m->site), DB_INT(m->version), DB_TEXT(lang_text(m->lang)), DB_TEXT(m->name), DB_TEXT(m->hash),
	            DB_BLOB(m->data), DB_INT(m->size), DB_INT(m->learned_until), DB_INT(m->measured_until),
	            DB_INT(m->better), DB_TEXT(m->report), DB_TEXT(m->reason), DB_INT_OR_NULL(m->editor),
	            DB_TEXT(m->editor_name), DB_INT(m->created));
	return st == FRG_OK ? prune(tx, m->site, err) : st;
}

/* ---- which holds ---- */

static void read_choice(struct arena *a, struct db_rows *r, struct store_house_choice *c)
{
	*c = (struct store_house_choice){.site = db_int(r, 0),
	                                 .seq = db_int(r, 1),
	                                 .version = db_int(r, 2),
	                                 .reason = db_text(r, 3, a),
	                                 .editor = db_int(r, 4),
	                                 .editor_name = db_text(r, 5, a),
	                                 .created = db_int(r, 6)};
}

enum frg_status store_house_choices(struct store_tx *tx, id64 site, int64_t limit, struct store_house_choices *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT site_id, seq, version, reason, COALESCE(editor_id, 0), editor_name,"
	                              " created_at FROM house_choice WHERE site_id = $1 ORDER BY seq DESC LIMIT $2",
	                              DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_choice);
}

enum frg_status store_house_choose(struct store_tx *tx, struct store_house_choice *c, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT COALESCE(MAX(seq), 0) FROM house_choice WHERE site_id = $1", DB_INT(c->site));
	if (st == FRG_OK)
		st = next_of(rows, &c->seq, err);
	if (st != FRG_OK)
		return st;
	st = DB_RUN(tx->db, err,
	            "INSERT INTO house_choice (site_id, seq, version, reason, editor_id, editor_name, created_at)"
	            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
	            DB_INT(c->site), DB_INT(c->seq), DB_INT(c->version), DB_TEXT(c->reason), DB_INT_OR_NULL(c->editor),
	            DB_TEXT(c->editor_name), DB_INT(c->created));
	if (st != FRG_OK)
		return st;
	return DB_RUN(tx->db, err, "DELETE FROM house_choice WHERE site_id = $1 AND seq <= $2", DB_INT(c->site),
	              DB_INT(c->seq - STORE_HOUSE_CHOICES));
}
