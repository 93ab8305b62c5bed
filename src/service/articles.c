/* Articles: saved from documents, read from pages of other servers, looked up. */
#include "service/inner.h"

#include "article/article.h"
#include "http/fetch.h"

struct save {
	struct store_article row;
	bool created;
};

static enum frg_status save_in_tx(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct save *s = ctx;
	enum frg_status st = store_article_put(tx, &s->row, &s->created, err);
	if (st != FRG_OK)
		return st;
	return store_event_insert(
		tx, &(struct store_event){.kind = STR("article"), .site = s->row.site, .article = s->row.id}, err);
}

/* What the engine reads; a change of it makes a new analysis. */
static str content_hash(struct arena *a, const struct article *art)
{
	char *hash = arena_alloc(a, HASH_TEXT_SIZE);
	str all = arena_printf(a, "%zu %zu %.*s%.*s%.*s", art->title.n, art->lead.n, STR_ARG(art->title),
	                       STR_ARG(art->lead), STR_ARG(art->body_text));
	hash_text(all, hash);
	return str_of(hash);
}

static struct store_article to_row(struct arena *a, const struct store_site *site, const struct article *art,
                                   bool hosted)
{
	str url = art->url;
	if (hosted && url.n == 0)
		url = arena_printf(a, "%.*s/articles/%.*s", STR_ARG(site->base_url), STR_ARG(art->id));
	return (struct store_article){
		.site = site->id,
		.external_id = art->id,
		.lang = i18n_lang(art->lang) == FRG_LANG_AUTO ? site->lang : i18n_lang(art->lang),
		.url = url,
		.title = art->title,
		.kicker = art->kicker,
		.lead = art->lead,
		.section = art->section,
		.author = art->author,
		.source = art->source,
		.agency = art->agency,
		.body_html = art->body_html,
		.body_text = art->body_text,
		.image_url = art->image_url,
		.image_alt = art->image_alt,
		.image_caption = art->image_caption,
		.image_credit = art->image_credit,
		.image_width = art->image_width,
		.image_height = art->image_height,
		.published = art->published,
		.updated = art->updated,
		.hosted = hosted,
		.open = true,
		.content_hash = content_hash(a, art),
	};
}

static enum frg_status save(struct service *svc, struct arena *a, const struct store_site *site,
                            const struct article *art, bool hosted, struct save *s, struct frg_error *err)
{
	enum frg_status st = article_check(art, err);
	if (st != FRG_OK)
		return st;
	*s = (struct save){.row = to_row(a, site, art, hosted)};
	return store_write(svc->store, a, save_in_tx, s, err);
}

enum frg_status service_article_save(struct service *svc, struct arena *a, const struct store_site *site,
                                     const struct article *article, bool *created, struct frg_error *err)
{
	struct save s;
	enum frg_status st = save(svc, a, site, article, true, &s, err);
	*created = st == FRG_OK && s.created;
	return st;
}

struct media {
	char hash[HASH_TEXT_SIZE];
	str type, data;
};

static enum frg_status save_media(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct media *m = ctx;
	return store_media_put(tx, str_of(m->hash), m->type, m->data, err);
}

enum frg_status service_media_save(struct service *svc, struct arena *a, str type, str data, str *path,
                                   struct frg_error *err)
{
	static const struct {
		str type;
		const char *ending;
	} kinds[] = {{STR_INIT("image/jpeg"), "jpg"}, {STR_INIT("image/png"), "png"}, {STR_INIT("image/webp"), "webp"}};
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_eq(kinds[i].type, type))
			continue;
		struct media m = {.type = type, .data = data};
		hash_text(data, m.hash);
		*path = arena_printf(a, "/media/%s.%s", m.hash, kinds[i].ending);
		return store_write(svc->store, a, save_media, &m, err);
	}
	return frg_fail(err, FRG_UNSUPPORTED, "picture_type", "a picture is JPEG, PNG or WebP, not %.*s", STR_ARG(type));
}

static enum frg_status load_media(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct media *m = ctx;
	return store_media_get(tx, str_of(m->hash), &m->type, &m->data, err);
}

enum frg_status service_media_get(struct service *svc, struct arena *a, str hash, str *type, str *data,
                                  struct frg_error *err)
{
	struct media m = {0};
	if (hash.n != HASH_TEXT_SIZE - 1)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such picture");
	memcpy(m.hash, hash.p, hash.n);
	enum frg_status st = replica_read(svc, a, 0, load_media, &m, sizeof m, err);
	*type = m.type;
	*data = m.data;
	return st;
}

struct lookup {
	id64 site;
	str external_id;
	struct store_article *out;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct lookup *l = ctx;
	enum frg_status st = store_article_get(tx, l->site, l->external_id, l->out, err);
	return st == FRG_NOT_FOUND ? frg_fail(err, st, "article_unknown", "no such article") : st;
}

enum frg_status article_get(struct service *svc, struct arena *a, const struct store_site *site, str external_id,
                            id64 subject, struct store_article *out, struct frg_error *err)
{
	struct lookup l = {.site = site->id, .external_id = external_id, .out = out};
	enum frg_status st = replica_read(svc, a, subject, load, &l, sizeof l, err);
	if (st == FRG_OK)
		closing_apply(svc, a, out);
	return st;
}

enum frg_status service_article_get(struct service *svc, struct arena *a, const struct store_site *site,
                                    str external_id, struct store_article *out, struct frg_error *err)
{
	return article_get(svc, a, site, external_id, site->id, out, err);
}

enum frg_status service_article_discover(struct service *svc, struct arena *a, const struct store_site *site,
                                         str external_id, str url, bool allow_private, struct store_article *out,
                                         struct frg_error *err)
{
	enum frg_status st = service_article_get(svc, a, site, external_id, out, err);
	if (st != FRG_NOT_FOUND)
		return st; /* known already: a page cannot change an article that came as a document */
	struct fetch_rules rules = {.hosts = site->article_hosts, .allow_private = allow_private};
	struct fetch_result page;
	st = fetch_page(a, &rules, url, &page, err);
	if (st != FRG_OK)
		return st;
	struct article art = {0};
	st = article_from_page(a, page.body, page.url, &art, err);
	if (st != FRG_OK)
		return st;
	art.id = external_id;
	/* the canonical link is the page's own claim: only its own host may be believed */
	art.url = page.url;
	struct save s;
	st = save(svc, a, site, &art, false, &s, err);
	if (st == FRG_OK)
		*out = s.row;
	return st;
}
