/* Sites, their notices and keys, pictures. */
#include "store/tx.h"

enum frg_status store_site_put(struct store_tx *tx, const struct store_site *s, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO site (id, slug, name, slogan, lang, base_url, origins, article_hosts, created_at)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	              " ON CONFLICT (slug) DO UPDATE SET name = excluded.name, slogan = excluded.slogan,"
	              " lang = excluded.lang, base_url = excluded.base_url, origins = excluded.origins,"
	              " article_hosts = excluded.article_hosts",
	              DB_INT(s->id), DB_TEXT(s->slug), DB_TEXT(s->name), DB_TEXT(s->slogan), DB_TEXT(lang_text(s->lang)),
	              DB_TEXT(s->base_url), DB_TEXT(s->origins), DB_TEXT(s->article_hosts), DB_INT(clock_now()));
}

static void read_site(struct arena *a, struct db_rows *rows, struct store_site *s)
{
	*s = (struct store_site){
		.id = db_int(rows, 0),
		.slug = db_text(rows, 1, a),
		.name = db_text(rows, 2, a),
		.slogan = db_text(rows, 3, a),
		.lang = lang_of(db_text(rows, 4, a)),
		.base_url = db_text(rows, 5, a),
		.origins = db_text(rows, 6, a),
		.article_hosts = db_text(rows, 7, a),
	};
}

enum frg_status store_site_all(struct store_tx *tx, struct store_sites *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT id, slug, name, slogan, lang, base_url, origins, article_hosts"
	                              " FROM site ORDER BY id LIMIT $1",
	                              DB_INT(1000));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_site);
}

enum frg_status store_site_notice_put(struct store_tx *tx, id64 site, enum frg_lang lang, str markdown,
                                      struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO site_notice (site_id, lang, markdown) VALUES ($1, $2, $3)"
	              " ON CONFLICT (site_id, lang) DO UPDATE SET markdown = excluded.markdown",
	              DB_INT(site), DB_TEXT(lang_text(lang)), DB_TEXT(markdown));
}

static void read_text(struct arena *a, struct db_rows *rows, str *out) { *out = db_text(rows, 0, a); }

enum frg_status store_site_notice_get(struct store_tx *tx, id64 site, enum frg_lang lang, str *markdown,
                                      struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT markdown FROM site_notice WHERE site_id = $1 AND lang = $2", DB_INT(site),
	                              DB_TEXT(lang_text(lang)));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, markdown, read_text, "notice");
}

enum frg_status store_key_put(struct store_tx *tx, str key_hash, id64 site, str name, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "INSERT INTO api_key (key_hash, site_id, name, created_at) VALUES ($1, $2, $3, $4)",
	              DB_TEXT(key_hash), DB_INT(site), DB_TEXT(name), DB_INT(clock_now()));
}

enum frg_status store_key_site(struct store_tx *tx, str key_hash, id64 *site, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT site_id FROM api_key WHERE key_hash = $1",
	                              DB_TEXT(key_hash));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, site, store_read_id, "key");
}

enum frg_status store_media_put(struct store_tx *tx, str hash, str type, str data, struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "INSERT INTO media (hash, content_type, data, created_at) VALUES ($1, $2, $3, $4)"
	              " ON CONFLICT (hash) DO NOTHING",
	              DB_TEXT(hash), DB_TEXT(type), DB_BLOB(data), DB_INT(clock_now()));
}

struct media {
	str type, data;
};

static void read_media(struct arena *a, struct db_rows *rows, struct media *out)
{
	*out = (struct media){.type = db_text(rows, 0, a), .data = db_text(rows, 1, a)};
}

enum frg_status store_media_get(struct store_tx *tx, str hash, str *type, str *data, struct frg_error *err)
{
	struct db_rows *rows;
	struct media media = {0};
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT content_type, data FROM media WHERE hash = $1",
	                              DB_TEXT(hash));
	if (st != FRG_OK)
		return st;
	bool there = db_next(rows);
	if (there)
		read_media(tx->arena, rows, &media);
	*type = media.type;
	*data = media.data;
	st = db_end(rows, err);
	return st != FRG_OK || there ? st : store_none(err, "picture");
}
