/* Articles. */
#include "store/tx.h"

#define COLUMNS                                                                                                        \
	"a.id, a.site_id, a.external_id, a.lang, a.url, a.title, a.kicker, a.lead, a.section, a.author, a.source,"         \
	" a.agency, a.image_url, a.image_alt, a.image_caption, a.image_credit, a.image_width, a.image_height,"             \
	" a.published_at, a.updated_at, a.hosted, a.open, a.content_hash,"                                                 \
	" c.created_at, c.until_at, c.reason, c.kept_open"
#define ARTICLE " FROM article a LEFT JOIN closure c ON c.article_id = a.id"

enum frg_status store_article_put(struct store_tx *tx, struct store_article *a, bool *created, struct frg_error *err)
{
	struct store_article old = {0};
	enum frg_status st = store_article_get(tx, a->site, a->external_id, &old, NULL);
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return frg_fail(err, st, "store_io", "cannot read the article");
	*created = st == FRG_NOT_FOUND;
	a->id = *created ? id_new() : old.id;
	return DB_RUN(tx->db, err,
	              "INSERT INTO article (id, site_id, external_id, lang, url, title, kicker, lead, section, author,"
	              " source, agency, body_html, body_text, image_url, image_alt, image_caption, image_credit,"
	              " image_width, image_height, published_at, updated_at, hosted, open, content_hash, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,"
	              " $20, $21, $22, $23, $24, $25, $26)"
	              " ON CONFLICT (site_id, external_id) DO UPDATE SET lang = excluded.lang, url = excluded.url,"
	              " title = excluded.title, kicker = excluded.kicker, lead = excluded.lead,"
	              " section = excluded.section, author = excluded.author, source = excluded.source,"
	              " agency = excluded.agency, body_html = excluded.body_html, body_text = excluded.body_text,"
	              " image_url = excluded.image_url, image_alt = excluded.image_alt,"
	              " image_caption = excluded.image_caption, image_credit = excluded.image_credit,"
	              " image_width = excluded.image_width, image_height = excluded.image_height,"
	              " published_at = excluded.published_at, updated_at = excluded.updated_at,"
	              " hosted = excluded.hosted, open = excluded.open, content_hash = excluded.content_hash",
	              DB_INT(a->id), DB_INT(a->site), DB_TEXT(a->external_id), DB_TEXT(lang_text(a->lang)), DB_TEXT(a->url),
	              DB_TEXT(a->title), DB_TEXT(a->kicker), DB_TEXT(a->lead), DB_TEXT(a->section), DB_TEXT(a->author),
	              DB_TEXT(a->source), DB_TEXT(a->agency), DB_TEXT(a->body_html), DB_TEXT(a->body_text),
	              DB_TEXT(a->image_url), DB_TEXT(a->image_alt), DB_TEXT(a->image_caption), DB_TEXT(a->image_credit),
	              DB_INT(a->image_width), DB_INT(a->image_height), DB_INT(a->published), DB_INT(a->updated),
	              DB_INT(a->hosted), DB_INT(a->open), DB_TEXT(a->content_hash), DB_INT(clock_now()));
}

static void read_article(struct arena *a, struct db_rows *r, struct store_article *out)
{
	*out = (struct store_article){
		.id = db_int(r, 0),
		.site = db_int(r, 1),
		.external_id = db_text(r, 2, a),
		.lang = lang_of(db_text(r, 3, a)),
		.url = db_text(r, 4, a),
		.title = db_text(r, 5, a),
		.kicker = db_text(r, 6, a),
		.lead = db_text(r, 7, a),
		.section = db_text(r, 8, a),
		.author = db_text(r, 9, a),
		.source = db_text(r, 10, a),
		.agency = db_text(r, 11, a),
		.image_url = db_text(r, 12, a),
		.image_alt = db_text(r, 13, a),
		.image_caption = db_text(r, 14, a),
		.image_credit = db_text(r, 15, a),
		.image_width = db_int(r, 16),
		.image_height = db_int(r, 17),
		.published = db_int(r, 18),
		.updated = db_int(r, 19),
		.hosted = db_int(r, 20),
		.open = db_int(r, 21) && (!db_int(r, 23) || db_int(r, 26)),
		.content_hash = db_text(r, 22, a),
		.closed = db_int(r, 26) ? 0 : db_int(r, 23),
		.closed_until = db_int(r, 24),
		.closed_reason = db_text(r, 25, a),
		.kept_open = db_int(r, 26),
		.bare = true,
	};
}

static void read_whole(struct arena *a, struct db_rows *r, struct store_article *out)
{
	read_article(a, r, out);
	out->body_html = db_text(r, 27, a);
	out->body_text = db_text(r, 28, a);
	out->bare = false;
}

enum frg_status store_article_get(struct store_tx *tx, id64 site, str external_id, struct store_article *out,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS ", a.body_html, a.body_text" ARTICLE
	                              " WHERE a.site_id = $1 AND a.external_id = $2",
	                              DB_INT(site), DB_TEXT(external_id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_whole, "article");
}

enum frg_status store_article_by_id(struct store_tx *tx, id64 id, struct store_article *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows, "SELECT " COLUMNS ", a.body_html, a.body_text" ARTICLE " WHERE a.id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_whole, "article");
}

enum frg_status store_article_find(struct store_tx *tx, id64 site, str external_id, struct store_article *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS ARTICLE " WHERE a.site_id = $1 AND a.external_id = $2",
	                              DB_INT(site), DB_TEXT(external_id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_article, "article");
}

enum frg_status store_article_heading(struct store_tx *tx, id64 id, struct store_article *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " COLUMNS ARTICLE " WHERE a.id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_article, "article");
}

enum frg_status store_article_front(struct store_tx *tx, id64 site, int64_t limit, struct store_articles *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS ARTICLE " WHERE a.site_id = $1 AND a.hosted = 1"
	                              " ORDER BY a.published_at DESC, a.id DESC LIMIT $2",
	                              DB_INT(site), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_article);
}

/* ---- closing ---- */

enum frg_status store_closure_put(struct store_tx *tx, const struct store_closure *c, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO closure (article_id, site_id, until_at, reason, editor_id, created_at, kept_open)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (article_id) DO UPDATE SET"
	              " until_at = excluded.until_at, reason = excluded.reason, editor_id = excluded.editor_id,"
	              " created_at = excluded.created_at, kept_open = excluded.kept_open",
	              DB_INT(c->article), DB_INT(c->site), DB_INT_OR_NULL(c->until), DB_TEXT(c->reason), DB_INT(c->editor),
	              DB_INT(clock_now()), DB_INT(c->kept_open));
}

enum frg_status store_closure_delete(struct store_tx *tx, id64 article, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "DELETE FROM closure WHERE article_id = $1", DB_INT(article));
}

static void read_closure(struct arena *a, struct db_rows *r, struct store_closure *c)
{
	*c = (struct store_closure){.article = db_int(r, 0), .site = db_int(r, 1), .until = db_int(r, 2)};
	(void)a;
}

enum frg_status store_closure_over(struct store_tx *tx, msec now, int64_t limit, struct store_closures *out,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT article_id, site_id, until_at FROM closure WHERE until_at <= $1"
	                              " ORDER BY until_at LIMIT $2",
	                              DB_INT(now), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_closure);
}

static void read_aged(struct arena *a, struct db_rows *r, id64 *out)
{
	(void)a;
	*out = db_int(r, 0);
}

enum frg_status store_article_published(struct store_tx *tx, id64 site, msec after, msec upto, int64_t limit,
                                        struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id FROM article WHERE site_id = $1 AND published_at > $2"
	                              " AND published_at <= $3 ORDER BY published_at, id LIMIT $4",
	                              DB_INT(site), DB_INT(after), DB_INT(upto), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_aged);
}
