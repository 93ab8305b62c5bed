/* A person's records: found by what was left, read out as they are. */
#include "store/person.h"
#include "store/tx.h"

enum { NAMES_MAX = 10 };

static void read_text(struct arena *a, struct db_rows *r, str *out) { *out = db_text(r, 0, a); }

static enum frg_status read_names(struct store_tx *tx, struct db_rows *rows, struct store_texts *out,
                                  struct frg_error *err)
{
	READ_ALL(tx, rows, err, out, read_text);
}

static enum frg_status names_of(struct store_tx *tx, id64 author, struct store_person *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT name FROM comment WHERE author_id = $1 AND name <> '' GROUP BY name"
	                              " ORDER BY max(id) DESC LIMIT $2",
	                              DB_INT(author), DB_INT(NAMES_MAX));
	if (st == FRG_OK)
		st = read_names(tx, rows, &out->names, err);
	if (st == FRG_OK)
		st = DB_QUERY(tx->db, err, &rows,
		              "SELECT e.email FROM (SELECT email FROM comment WHERE author_id = $1 UNION SELECT o.email"
		              " FROM objection o JOIN comment c ON c.id = o.comment_id WHERE c.author_id = $1) AS e"
		              " WHERE e.email <> '' ORDER BY e.email LIMIT $2",
		              DB_INT(author), DB_INT(NAMES_MAX));
	return st == FRG_OK ? read_names(tx, rows, &out->emails, err) : st;
}

enum frg_status store_person_get(struct store_tx *tx, id64 site, id64 author, struct store_person *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	*out = (struct store_person){.author = author};
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*), count(c.erased_at), min(c.created_at), max(c.created_at),"
	                              " (SELECT count(*) FROM publication p JOIN comment m ON m.id = p.comment_id"
	                              " WHERE m.author_id = $2 AND p.removed_at IS NULL)"
	                              " FROM author a LEFT JOIN comment c ON c.author_id = a.id WHERE a.id = $2"
	                              " AND a.site_id = $1 GROUP BY a.id",
	                              DB_INT(site), DB_INT(author));
	if (st != FRG_OK)
		return st;
	bool there = db_next(rows);
	if (there) {
		out->comments = db_int(rows, 0);
		out->erased = db_int(rows, 1);
		out->first = db_int(rows, 2);
		out->last = db_int(rows, 3);
		out->released = db_int(rows, 4);
	}
	st = db_end(rows, err);
	if (st == FRG_OK && !there)
		return store_none(err, "person");
	return st == FRG_OK ? names_of(tx, author, out, err) : st;
}

enum frg_status store_person_by_email(struct store_tx *tx, id64 site, str email, int64_t limit, struct store_ids *out,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT c.author_id FROM comment c WHERE c.site_id = $1 AND c.email <> ''"
	                              " AND lower(c.email) = lower($2) UNION SELECT c.author_id FROM objection o"
	                              " JOIN comment c ON c.id = o.comment_id WHERE o.site_id = $1 AND o.email <> ''"
	                              " AND lower(o.email) = lower($2) LIMIT $3",
	                              DB_INT(site), DB_TEXT(email), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, store_read_id);
}

/* ---- rows as JSON ----
 * A column's kind: i an id, n a number, t a time, s a text, j a text that is JSON, b yes or no. */

static const struct {
	const char *sql, *columns;
} records[] = {
	[RECORD_AUTHOR] = {"SELECT id, created_at FROM author WHERE id = $1", "i:id t:since"},
	[RECORD_SUSPENSION] = {"SELECT s.id, s.created_at, s.until_at, s.ended_at, d.comment_id FROM suspension s"
                           " JOIN decision d ON d.id = s.decision_id WHERE s.author_id = $1 ORDER BY s.id",
                           "i:id t:suspended_at t:until t:ended_at i:comment"},
	[RECORD_RUN] = {"SELECT id, cause, state, erased, created_at, done_at FROM erasure_run WHERE author_id = $1"
                    " ORDER BY id",
                    "i:id s:cause s:state n:erased t:asked_at t:done_at"},
	[RECORD_COMMENT] = {"SELECT c.id, c.parent_id, c.name, c.email, c.created_at, c.erased_at, a.external_id, a.title,"
                        " a.url FROM comment c JOIN article a ON a.id = c.article_id WHERE c.id = $1",
                        "i:id i:answers s:name s:email t:sent_at t:erased_at s:article s:article_title s:article_url"},
	[RECORD_PUBLICATION] = {"SELECT revision_id, name, text, published_at, edited_at, removed_at, picked"
                            " FROM publication WHERE comment_id = $1",
                            "i:revision s:name s:text t:published_at t:edited_at t:removed_at b:picked"},
	[RECORD_REVISION] = {"SELECT id, ordinal, text, text_hash, state, created_at, moved_at, purged_at FROM revision"
                         " WHERE comment_id = $1 ORDER BY ordinal",
                         "i:id n:number s:text s:text_hash s:state t:sent_at t:state_since t:purged_at"},
	[RECORD_DECISION] = {"SELECT d.id, d.revision_id, d.action, d.author_name, d.rules, d.word, d.detail, d.engine,"
                         " d.findings, d.decided_at, u.id FROM decision d LEFT JOIN decision u ON u.undoes = d.id"
                         " WHERE d.comment_id = $1 ORDER BY d.seq",
                         "i:id i:revision s:action s:name s:rules s:word j:detail s:engine j:findings t:decided_at"
                         " i:undone_by"},
	[RECORD_STATEMENT] = {"SELECT id, decision_id, lang, subject, body, facts, objection_until, void_at, created_at"
                          " FROM statement WHERE comment_id = $1 ORDER BY id",
                          "i:id i:decision s:lang s:subject s:body j:facts t:objection_until t:void_at t:written_at"},
	[RECORD_OBJECTION] = {"SELECT id, statement_id, text, email, state, reasons, created_at, decided_at FROM objection"
                          " WHERE comment_id = $1 ORDER BY id",
                          "i:id i:letter s:text s:email s:state s:reasons t:made_at t:decided_at"},
	[RECORD_MAIL] = {"SELECT m.id, m.recipient, m.subject, m.body, m.state, m.problem, m.created_at, m.send_at"
                     " FROM decision d JOIN mail m ON m.about = d.id WHERE d.comment_id = $1 ORDER BY m.id",
                     "i:id s:recipient s:subject s:body s:state s:problem t:written_at t:send_at"},
	[RECORD_ADDRESS] = {"SELECT revision_id, hash, line, created_at FROM address"
                        " WHERE revision_id IN (SELECT id FROM revision WHERE comment_id = $1)"
                        " ORDER BY revision_id",
                        "i:revision s:hash i:line t:stored_at"},
	[RECORD_EVIDENCE] = {"SELECT id, reason, bundle, created_at, hold_ended_at FROM evidence WHERE comment_id = $1"
                         " AND hold_ended_at IS NOT NULL ORDER BY id",
                         "i:id s:reason j:bundle t:preserved_at t:hold_ended_at"},
	[RECORD_NOTICE] = {"SELECT revision_id, kind, outcome, decided_at FROM notice WHERE comment_id = $1"
                       " AND decided_at IS NOT NULL AND joins IS NULL ORDER BY decided_at, id",
                       "i:text s:kind s:outcome t:decided_at"},
	[RECORD_REVIEW] = {"SELECT id, engine, suggestion, findings, created_at FROM review WHERE revision_id = $1"
                       " ORDER BY id",
                       "i:id s:engine s:suggestion j:findings t:checked_at"},
	[RECORD_FORECAST] = {"SELECT made_at, from_at, until_at, decided_at FROM forecast WHERE revision_id = $1",
                         "t:made_at t:from t:until t:decided_at"},
	[RECORD_SUGGESTION] = {"SELECT g.id, g.attribute, g.score_permille, g.community, g.created_at FROM revision r"
                           " JOIN suggestion g ON g.site_id = r.site_id AND g.text_hash = r.text_hash WHERE r.id = $1",
                           "i:id s:attribute n:score_permille s:community t:suggested_at"},
};

static json_t *value_of(char kind, struct db_rows *rows, int column, struct arena *a)
{
	char id[ID_TEXT_SIZE], iso[CLOCK_ISO_SIZE];
	int64_t n = db_int(rows, column);
	switch (kind) {
	case 'n': return json_integer(n);
	case 'b': return json_boolean(n);
	case 'i':
		if (!n)
			return json_null();
		id_text(n, id);
		return json_string(id);
	case 't':
		if (!n)
			return json_null();
		clock_iso(n, iso);
		return json_string(iso);
	case 'j': {
		str s = db_text(rows, column, a);
		json_t *v = s.n ? json_loadb(s.p, s.n, 0, NULL) : NULL;
		return v ? v : json_null();
	}
	default: return json_of(db_text(rows, column, a));
	}
}

static json_t *row_of(const char *columns, struct db_rows *rows, struct arena *a)
{
	json_t *row = json_object();
	str rest = str_of(columns), column;
	for (int i = 0; str_next(&rest, ' ', &column); i++)
		json_object_set_new(row, arena_cstr(a, str_sub(column, 2, column.n)), value_of(column.p[0], rows, i, a));
	return row;
}

enum frg_status store_person_rows(struct store_tx *tx, enum store_record what, id64 of, json_t *out,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = db_query(tx->db, err, records[what].sql, DB_ARGS(DB_INT(of)), &rows);
	if (st != FRG_OK)
		return st;
	while (db_next(rows))
		json_array_append_new(out, row_of(records[what].columns, rows, tx->arena));
	return db_end(rows, err);
}
