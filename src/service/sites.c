/* Sites and their notices, kept in memory and replaced as a whole when they change. */
#include "service/inner.h"

#include "base/i18n.h"
#include "render/markdown.h"
#include "store/automatic.h"

#include <stdlib.h>

struct sites {
	struct sites *before; /* kept: requests may still hold what they were given */
	struct arena *arena;
	struct store_sites list;
	struct html (*notices)[2]; /* by site, then German, English */
};

static const char *const default_notice[2] = {
	"Bitte verzichten Sie auf Unterstellungen, Schimpfworte, aggressive Formulierungen und Werbe-Links. "
	"Solche Kommentare und Abschweifungen ohne konkreten Bezug zum Artikel veröffentlichen wir nicht. "
	"Da die Redaktion für jeden veröffentlichten Kommentar verantwortlich ist, schalten wir Kommentare erst "
	"nach einer Prüfung frei. Je nach Aufkommen kann das dauern.\n\n*Ihre Redaktion*",
	"Please refrain from insinuations, swear words, aggressive wording and advertising links. Such comments, and "
	"digressions with no concrete relation to the article, are not published. As the editors are responsible "
	"for every published comment, comments are released only after a check. Depending on the volume this may "
	"take a while.\n\n*The editors*"};

static size_t column(enum frg_lang lang) { return lang == FRG_LANG_EN; }

static enum frg_status load_notice(struct store_tx *tx, struct sites *sites, size_t at, enum frg_lang lang,
                                   struct frg_error *err)
{
	str markdown;
	enum frg_status st = store_site_notice_get(tx, sites->list.items[at].id, lang, &markdown, err);
	if (st == FRG_NOT_FOUND)
		markdown = str_of(default_notice[column(lang)]);
	else if (st != FRG_OK)
		return st;
	/* readers are told if a program releases, and how */
	struct store_automatic_policies open;
	st = store_automatic_open_all(tx, sites->list.items[at].id, &open, err);
	if (st != FRG_OK)
		return st;
	if (open.count)
		markdown = arena_printf(store_arena(tx), "%.*s\n\n%.*s", STR_ARG(markdown),
		                        STR_ARG(i18n(lang, MSG_READER_NOTICE_AUTOMATIC)));
	struct buf html = BUF_INIT(1 << 18);
	render_comment_html(&html, markdown);
	sites->notices[at][column(lang)].safe = buf_finish(&html, sites->arena);
	return FRG_OK;
}

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct sites *sites = ctx;
	enum frg_status st = store_site_all(tx, &sites->list, err);
	if (st != FRG_OK)
		return st;
	sites->notices = arena_array(sites->arena, sites->list.count + 1, sizeof *sites->notices);
	for (size_t i = 0; i < sites->list.count && st == FRG_OK; i++) {
		st = load_notice(tx, sites, i, FRG_LANG_DE, err);
		if (st == FRG_OK)
			st = load_notice(tx, sites, i, FRG_LANG_EN, err);
	}
	return st;
}

enum frg_status service_sites_reload(struct service *svc, struct frg_error *err)
{
	struct sites *sites = calloc(1, sizeof *sites);
	if (!sites)
		BUG("out of memory");
	sites->arena = arena_open(64 << 20);
	pthread_mutex_lock(&svc->reload_lock);
	enum frg_status st = store_read(svc->store, sites->arena, load, sites, err);
	if (st == FRG_OK) {
		sites->before = atomic_load(&svc->sites);
		atomic_store(&svc->sites, sites);
	}
	pthread_mutex_unlock(&svc->reload_lock);
	if (st != FRG_OK) {
		arena_close(sites->arena);
		free(sites);
	}
	return st;
}

void sites_free(struct sites *sites)
{
	while (sites) {
		struct sites *before = sites->before;
		arena_close(sites->arena);
		free(sites);
		sites = before;
	}
}

const struct store_site *service_site(struct service *svc, str slug)
{
	struct sites *sites = atomic_load(&svc->sites);
	for (size_t i = 0; i < sites->list.count; i++)
		if (slug.n == 0 || str_eq(sites->list.items[i].slug, slug))
			return &sites->list.items[i];
	return NULL;
}

size_t service_site_count(struct service *svc) { return atomic_load(&svc->sites)->list.count; }

const struct store_site *service_site_by_id(struct service *svc, id64 id)
{
	struct sites *sites = atomic_load(&svc->sites);
	for (size_t i = 0; i < sites->list.count; i++)
		if (sites->list.items[i].id == id)
			return &sites->list.items[i];
	return NULL;
}

const struct store_site *service_site_by_host(struct service *svc, str host)
{
	struct sites *sites = atomic_load(&svc->sites);
	for (size_t i = 0; i < sites->list.count; i++) {
		str url = sites->list.items[i].base_url;
		size_t scheme = str_starts(url, STR("https://")) ? 8 : 7;
		if (str_eq_nocase(str_sub(url, scheme, url.n), host))
			return &sites->list.items[i];
	}
	return NULL;
}

struct html sites_notice(struct service *svc, id64 site, enum frg_lang lang)
{
	struct sites *sites = atomic_load(&svc->sites);
	for (size_t i = 0; i < sites->list.count; i++)
		if (sites->list.items[i].id == site)
			return sites->notices[i][column(lang)];
	return (struct html){STR_NONE};
}

bool service_origin_is_own(const struct store_site *site, str origin)
{
	return origin.n > 0 && str_eq(origin, site->base_url);
}

bool service_origin_allowed(const struct store_site *site, str origin)
{
	str rest = site->origins, one;
	while (str_next(&rest, ' ', &one))
		if (one.n > 0 && str_eq(one, origin))
			return true;
	return service_origin_is_own(site, origin);
}

/* ---- changes ---- */

static enum frg_status tell_site(struct store_tx *tx, id64 site, struct frg_error *err)
{
	return store_event_insert(tx, &(struct store_event){.kind = STR("site"), .site = site}, err);
}

static bool http_url(str s)
{
	return (str_starts(s, STR("http://")) && s.n > 7) || (str_starts(s, STR("https://")) && s.n > 8);
}

static enum frg_status check_site(const struct store_site *s, struct frg_error *err)
{
	if (s->slug.n == 0 || s->slug.n > 40)
		return frg_fail(err, FRG_INVALID, "site_invalid", "a site's short name has 1 to 40 characters");
	for (size_t i = 0; i < s->slug.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", s->slug.p[i]) || !s->slug.p[i])
			return frg_fail(err, FRG_INVALID, "site_invalid", "a site's short name has only a-z, 0-9 and -");
	if (s->name.n == 0 || s->name.n > 200)
		return frg_fail(err, FRG_INVALID, "site_invalid", "a site needs a name");
	if (!http_url(s->base_url) || str_find(s->base_url, STR("/"), 8) != SIZE_MAX)
		return frg_fail(err, FRG_INVALID, "site_invalid",
		                "the address must be like https://paper.example, without a path");
	str rest = s->origins, one;
	while (str_next(&rest, ' ', &one))
		if (one.n > 0 && (!http_url(one) || str_find(one, STR("/"), 8) != SIZE_MAX))
			return frg_fail(err, FRG_INVALID, "site_invalid",
			                "an origin must be like https://paper.example, not '%.*s'", STR_ARG(one));
	return FRG_OK;
}

static enum frg_status save_site(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	enum frg_status st = store_site_put(tx, ctx, err);
	return st == FRG_OK ? tell_site(tx, ((struct store_site *)ctx)->id, err) : st;
}

enum frg_status service_site_save(struct service *svc, struct store_site *site, struct frg_error *err)
{
	enum frg_status st = check_site(site, err);
	if (st != FRG_OK)
		return st;
	const struct store_site *old = service_site(svc, site->slug);
	site->id = old ? old->id : id_new();
	struct arena *a = arena_open(1 << 20);
	st = store_write(svc->store, a, save_site, site, err);
	arena_close(a);
	return st == FRG_OK ? service_sites_reload(svc, err) : st;
}

struct notice {
	id64 site;
	enum frg_lang lang;
	str markdown;
};

static enum frg_status save_notice(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct notice *n = ctx;
	enum frg_status st = store_site_notice_put(tx, n->site, n->lang, n->markdown, err);
	return st == FRG_OK ? tell_site(tx, n->site, err) : st;
}

enum frg_status service_site_notice_save(struct service *svc, id64 site, enum frg_lang lang, str markdown,
                                         struct frg_error *err)
{
	struct arena *a = arena_open(1 << 20);
	struct notice n = {.site = site, .lang = lang};
	enum frg_status st = clean_text(a, markdown, 10000, false, "text", &n.markdown, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, save_notice, &n, err);
	arena_close(a);
	return st == FRG_OK ? service_sites_reload(svc, err) : st;
}

struct key {
	char hash[HASH_TEXT_SIZE];
	id64 site;
	str name;
};

static enum frg_status save_key(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct key *k = ctx;
	return store_key_put(tx, str_of(k->hash), k->site, k->name, err);
}

enum frg_status service_key_new(struct service *svc, id64 site, str name, char out[SECRET_TEXT_SIZE],
                                struct frg_error *err)
{
	struct key k = {.site = site, .name = name};
	secret_new(out);
	hash_text(str_of(out), k.hash);
	struct arena *a = arena_open(1 << 20);
	enum frg_status st = store_write(svc->store, a, save_key, &k, err);
	arena_close(a);
	return st;
}

static enum frg_status find_key(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct key *k = ctx;
	return store_key_site(tx, str_of(k->hash), &k->site, err);
}

enum frg_status service_key_check(struct service *svc, struct arena *a, str key, const struct store_site **site,
                                  struct frg_error *err)
{
	struct key k;
	hash_text(key, k.hash);
	enum frg_status st = store_read(svc->store, a, find_key, &k, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_UNAUTHENTICATED, "key_unknown", "no such key");
	*site = st == FRG_OK ? service_site_by_id(svc, k.site) : NULL;
	if (st == FRG_OK && !*site)
		return frg_fail(err, FRG_UNAUTHENTICATED, "key_unknown", "the key's site is not known yet");
	return st;
}
