/* What readers see, rendered: kept in memory for all, made afresh for one. */
#include "service/thread_load.h"

#include "base/buf.h"
#include "base/json.h"
#include "render/markdown.h"

#include <stdlib.h>

enum { PAGE_MAX = 64 << 20, FEED_SIZE = 50, FRONT_SIZE = 40 };

#define COMMON_HEADERS                                                                                                 \
	"X-Content-Type-Options: nosniff", "Referrer-Policy: strict-origin-when-cross-origin",                             \
		"Cross-Origin-Resource-Policy: cross-origin"

/* ---- keys ---- */

/* Bytes, not text: it is made for each request. */
static str page_key(struct arena *a, const struct thread_query *q)
{
	const struct {
		int32_t form, lang;
		id64 site;
		uint64_t article, cursor;
	} head = {(int32_t)q->form, (int32_t)q->lang, q->site->id, q->article.n, q->cursor.n};
	const str parts[] = {{(const char *)&head, sizeof head}, q->article, q->cursor, q->origin};
	char *key = arena_alloc(a, sizeof head + q->article.n + q->cursor.n + q->origin.n);
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(parts); n += parts[i++].n)
		if (parts[i].n)
			memcpy(key + n, parts[i].p, parts[i].n);
	return (str){key, n};
}

struct http_page *service_thread_cached(struct service *svc, struct arena *a, const struct thread_query *q)
{
	return cache_get(svc->cache, page_key(a, q));
}

/* ---- views ---- */

static struct view_site site_view(const struct store_site *s)
{
	return (struct view_site){
		.slug = s->slug, .name = s->name, .base_url = s->base_url, .lang = s->lang, .slogan = s->slogan};
}

static struct view_article article_view(struct arena *a, const struct store_article *art, int64_t count)
{
	return (struct view_article){
		.id = art->external_id,
		.url = art->url,
		.path = arena_printf(a, "/articles/%.*s", STR_ARG(art->external_id)),
		.lang = art->lang,
		.title = art->title,
		.kicker = art->kicker,
		.lead = art->lead,
		.section = art->section,
		.author = art->author,
		.source = art->source,
		.agency = art->agency,
		.body = {art->body_html}, /* made by the sanitiser when it was saved */
		.image_url = art->image_url,
		.image_alt = art->image_alt,
		.image_caption = art->image_caption,
		.image_credit = art->image_credit,
		.image_width = (int)art->image_width,
		.image_height = (int)art->image_height,
		.published = art->published,
		.updated = art->updated,
		.comment_count = count,
		.open = art->open,
	};
}

static struct view_thread thread_view(struct service *svc, struct arena *a, const struct view_site *site,
                                      const struct thread_data *t, const struct view_form *form)
{
	enum frg_lang lang = t->query->lang == FRG_LANG_AUTO ? t->article.lang : t->query->lang;
	return (struct view_thread){
		.site = site,
		.article_id = t->article.external_id,
		.article_path = arena_printf(a, "/articles/%.*s", STR_ARG(t->article.external_id)),
		.lang = lang,
		.notice = sites_notice(svc, t->query->site->id, lang),
		.comments = t->views,
		.comment_count = t->view_count,
		.total = t->total,
		.next_cursor = t->next_cursor,
		.first_page = t->query->cursor.n == 0,
		.open = t->article.open,
		.closed_reason = t->article.closed_reason,
		.closed_until = t->article.closed_until,
		.closed_by = (enum view_closed)t->article.closed_by,
		.closed_days = t->article.closed_days,
		.form = form,
	};
}

/* ---- forms ---- */

static void render_html(struct service *svc, struct arena *a, struct buf *b, const struct thread_data *t,
                        const struct view_form *form, str sent)
{
	static const struct view_form empty_form;
	struct view_site site = site_view(t->query->site);
	struct view_thread thread = thread_view(svc, a, &site, t, form ? form : &empty_form);
	thread.sent_id = sent;
	if (form) { /* made for one reader, now */
		struct service_ahead ahead;
		service_delay_ahead(svc, t->query->site->id, &ahead);
		thread.ahead = (struct view_wait){clock_now(), ahead.from, ahead.until, ahead.none};
	}
	if (t->query->form == THREAD_FRAGMENT) {
		render_thread(b, &thread);
		return;
	}
	struct view_article article = article_view(a, &t->article, t->total);
	render_article_page(b, &svc->assets, &site, &article, &thread);
}

json_t *thread_comment_json(const struct view_comment *v, const struct store_publication *p)
{
	json_t *parent = json_or_null(v->parent_id);
	json_t *edited = v->edited ? json_integer(v->edited) : json_null();
	return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:I, s:o, s:b}", "id", json_of(v->id), "parent", parent, "depth",
	                 (json_int_t)p->depth, "name", json_of(v->name), "text", json_of(p->removed ? STR("") : p->text),
	                 "html", json_of(v->body.safe), "published_at", (json_int_t)v->published, "edited_at", edited,
	                 "removed", p->removed != 0);
}

static void render_json(struct arena *a, struct buf *b, const struct thread_data *t)
{
	json_t *list = json_array();
	for (size_t i = 0; i < t->view_count; i++)
		if (t->publications[i])
			json_array_append_new(list, thread_comment_json(&t->views[i], t->publications[i]));
	buf_add(b, json_text(a, json_pack("{s:I, s:o, s:o}", "count", (json_int_t)t->total, "next",
	                                  json_or_null(t->next_cursor), "comments", list)));
}

static enum frg_status load_feed(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct thread_data *t = ctx;
	struct store_publications latest;
	enum frg_status st = store_article_get(tx, t->query->site->id, t->query->article, &t->article, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, st, "article_unknown", "no such article");
	if (st == FRG_OK)
		st = store_publication_latest(tx, t->article.id, FEED_SIZE, &latest, err);
	if (st != FRG_OK)
		return st;
	t->views = ARENA_ARRAY(store_arena(tx), struct view_comment, latest.count);
	for (size_t i = 0; i < latest.count; i++)
		t->views[t->view_count++] = thread_released_view(store_arena(tx), &latest.items[i], STR(""));
	return FRG_OK;
}

static void render_atom(struct arena *a, struct buf *b, const struct thread_data *t)
{
	struct view_site site = site_view(t->query->site);
	struct view_article article = article_view(a, &t->article, 0);
	msec updated = t->article.published;
	for (size_t i = 0; i < t->view_count; i++) {
		msec at = t->views[i].edited ? t->views[i].edited : t->views[i].published;
		if (at > updated)
			updated = at;
	}
	render_feed(b, &site, &article, t->views, t->view_count, updated);
}

static const char *const types[] = {"text/html; charset=utf-8", "text/html; charset=utf-8", "application/json",
                                    "application/atom+xml; charset=utf-8"};

static struct http_page *make_page(struct arena *a, const struct thread_query *q, str body)
{
	const char *headers[8] = {COMMON_HEADERS};
	size_t n = 3;
	if (q->form == THREAD_PAGE)
		headers[n++] = SERVICE_PAGE_CSP;
	else
		headers[n++] = "Content-Security-Policy: default-src 'none'; sandbox";
	headers[n++] = "Vary: Cookie, Origin, Freigabe-Reader";
	if (q->origin.n)
		headers[n++] = arena_printf(a, "Access-Control-Allow-Origin: %.*s", STR_ARG(q->origin)).p;
	/* must-revalidate: a withdrawn comment is gone from every cache at its next question */
	struct http_page_spec spec = {.content_type = types[q->form],
	                              .body = body,
	                              .cache_control = "public, no-cache",
	                              .headers = headers,
	                              .compress = true};
	return http_page_new(&spec);
}

/* It may have changed since the request came: what is kept must not be made from what was before the generation. */
static const struct store_site *site_as_it_is(struct service *svc, const struct store_site *site)
{
	const struct store_site *now = service_site_by_id(svc, site->id);
	return now ? now : site;
}

static enum frg_status newest_page(struct service *svc, struct arena *a, const struct thread_query *q,
                                   struct http_page **out, struct frg_error *err)
{
	struct store_article article;
	if ((*out = service_thread_cached(svc, a, q)) != NULL) /* made while this request waited, or lacks a form */
		return FRG_OK;
	enum frg_status st = article_get(svc, a, q->site, q->article, 0, &article, err); /* its id never changes */
	if (st != FRG_OK)
		return st;
	struct cache_state state = cache_state(svc->cache, article.id); /* before the reading */
	struct thread_query fresh = *q;
	fresh.site = site_as_it_is(svc, q->site);
	q = &fresh;
	struct thread_data t = {.svc = svc, .query = q};
	st = replica_read(svc, a, article.id, q->form == THREAD_FEED ? load_feed : thread_load, &t, sizeof t, err);
	if (st != FRG_OK)
		return st;
	struct buf b = BUF_INIT(PAGE_MAX);
	if (q->form == THREAD_JSON)
		render_json(a, &b, &t);
	else if (q->form == THREAD_FEED)
		render_atom(a, &b, &t);
	else
		render_html(svc, a, &b, &t, NULL, STR(""));
	if (b.cut) {
		buf_free(&b);
		return frg_fail(err, FRG_TOO_LARGE, "page_too_large", "the page is over %d bytes", PAGE_MAX);
	}
	*out = make_page(a, q, buf_str(&b));
	cache_put(svc->cache, page_key(a, q), article.id, state, *out, b.n * 2);
	buf_free(&b);
	return FRG_OK;
}

enum frg_status service_thread_page(struct service *svc, struct arena *a, const struct thread_query *q,
                                    struct http_page **out, bool *older, struct frg_error *err)
{
	enum frg_status st = newest_page(svc, a, q, out, err);
	*older = st == FRG_UNAVAILABLE && (*out = cache_get_older(svc->cache, page_key(a, q))) != NULL;
	return *older ? FRG_OK : st;
}

/* ---- for one reader ---- */

static const struct view_comment *find_view(const struct thread_data *t, struct arena *a, id64 id)
{
	str text = thread_id_text(a, id);
	for (size_t i = 0; i < t->view_count; i++)
		if (id && str_eq(t->views[i].id, text))
			return &t->views[i];
	return NULL;
}

static void prepare_form(struct arena *a, const struct thread_data *t, const struct thread_personal *who,
                         struct view_form *form)
{
	const struct view_comment *answered = find_view(t, a, who->reply_to);
	if (answered && form->reply_to.n == 0)
		form->reply_to = answered->id;
	for (size_t i = 0; i < t->view_count && form->reply_to.n; i++)
		if (str_eq(t->views[i].id, form->reply_to))
			form->reply_to_name = t->views[i].name;
	for (size_t i = 0; i < t->own_count; i++) {
		const struct thread_own *o = &t->own[i];
		if (form->name.n == 0) {
			form->name = o->comment.name;
			form->email = o->comment.email;
		}
		if (o->comment.id == who->edit_of && o->revision.state != STATE_WITHDRAWN) {
			form->edit_of = thread_id_text(a, o->comment.id);
			if (form->text.n == 0)
				form->text = o->revision.text;
		}
	}
	char *key = arena_alloc(a, SECRET_TEXT_SIZE);
	secret_new(key);
	if (form->idempotency_key.n == 0)
		form->idempotency_key = str_of(key);
}

enum frg_status service_thread_personal(struct service *svc, struct arena *a, const struct thread_query *q,
                                        const struct thread_personal *who, str *html, struct frg_error *err)
{
	struct thread_data t = {.svc = svc, .query = q, .reader = who->reader};
	enum frg_status st = replica_read_own(svc, a, q->site->id, thread_load, &t, sizeof t, err);
	if (st != FRG_OK)
		return st;
	struct view_form form = {0};
	if (who->form)
		form = *who->form;
	prepare_form(a, &t, who, &form);
	const struct view_comment *sent = find_view(&t, a, who->sent);
	struct buf b = BUF_INIT(PAGE_MAX);
	render_html(svc, a, &b, &t, &form, sent && sent->mine ? sent->id : STR(""));
	if (b.cut) {
		buf_free(&b);
		return frg_fail(err, FRG_TOO_LARGE, "page_too_large", "the page is over %d bytes", PAGE_MAX);
	}
	*html = buf_finish(&b, a);
	return FRG_OK;
}

static str comment_html(struct arena *a, enum frg_lang lang, const struct view_comment *v)
{
	struct buf b = BUF_INIT(1 << 20);
	render_comment(&b, lang, v);
	return buf_finish(&b, a);
}

enum frg_status service_own_comments(struct service *svc, struct arena *a, const struct thread_query *q, str reader,
                                     id64 only, struct own_comment **out, size_t *count, struct frg_error *err)
{
	struct thread_data t = {.svc = svc, .query = q, .reader = reader, .own_only = only};
	if (q->known)
		t.article = *q->known;
	enum frg_status st = q->fresh && thread_own_fresh(&t, a)
	                         ? FRG_OK
	                         : replica_read_own(svc, a, q->site->id, thread_load_own, &t, sizeof t, err);
	if (st != FRG_OK)
		return st;
	enum frg_lang lang = q->lang == FRG_LANG_AUTO ? t.article.lang : q->lang;
	*out = ARENA_ARRAY(a, struct own_comment, t.own_count);
	*count = 0;
	for (size_t i = 0; i < t.own_count; i++) {
		const struct thread_own *o = &t.own[i];
		struct own_comment *c = &(*out)[(*count)++];
		c->view = thread_own_view(a, o);
		c->state = store_state_name(o->revision.state);
		c->html = comment_html(a, lang, &c->view);
		c->position = o->delay.position;
		c->review_from = o->delay.from;
		c->review_until = o->delay.until;
	}
	return FRG_OK;
}

/* ---- the front page ---- */

struct front {
	id64 site;
	struct store_articles articles;
	int64_t *counts;
};

static enum frg_status load_front(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct front *f = ctx;
	enum frg_status st = store_article_front(tx, f->site, FRONT_SIZE, &f->articles, err);
	f->counts = ARENA_ARRAY(store_arena(tx), int64_t, f->articles.count);
	for (size_t i = 0; st == FRG_OK && i < f->articles.count; i++)
		st = store_publication_count(tx, f->articles.items[i].id, &f->counts[i], err);
	return st;
}

static str front_key(struct arena *a, const struct store_site *site)
{
	return arena_printf(a, "front %lld", (long long)site->id);
}

struct http_page *service_front_cached(struct service *svc, const struct store_site *site)
{
	struct arena *a = arena_open(1 << 16);
	struct http_page *page = cache_get(svc->cache, front_key(a, site));
	arena_close(a);
	return page;
}

enum frg_status service_front_page(struct service *svc, struct arena *a, const struct store_site *site,
                                   struct http_page **out, struct frg_error *err)
{
	if ((*out = service_front_cached(svc, site)) != NULL)
		return FRG_OK;
	struct cache_state state = cache_state(svc->cache, site->id);
	site = site_as_it_is(svc, site);
	struct front f = {.site = site->id};
	enum frg_status st = replica_read(svc, a, site->id, load_front, &f, sizeof f, err);
	if (st != FRG_OK)
		return st;
	struct view_site view = site_view(site);
	struct view_article *articles = ARENA_ARRAY(a, struct view_article, f.articles.count);
	for (size_t i = 0; i < f.articles.count; i++) {
		closing_apply(svc, a, &f.articles.items[i]);
		articles[i] = article_view(a, &f.articles.items[i], f.counts[i]);
	}
	struct buf b = BUF_INIT(PAGE_MAX);
	render_front_page(&b, &svc->assets, &view, articles, f.articles.count);
	const char *headers[] = {COMMON_HEADERS, SERVICE_PAGE_CSP, NULL};
	struct http_page_spec spec = {.content_type = types[THREAD_PAGE],
	                              .body = buf_str(&b),
	                              .cache_control = "public, no-cache",
	                              .headers = headers,
	                              .compress = true};
	*out = http_page_new(&spec);
	cache_put(svc->cache, front_key(a, site), site->id, state, *out, b.n * 2);
	buf_free(&b);
	return FRG_OK;
}

/* ---- counts and live comments ---- */

struct count {
	id64 article;
	int64_t count;
};

static enum frg_status load_count(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct count *c = ctx;
	return store_publication_count(tx, c->article, &c->count, err);
}

enum frg_status service_article_count(struct service *svc, struct arena *a, id64 article, int64_t *count,
                                      struct frg_error *err)
{
	struct count c = {.article = article};
	enum frg_status st = replica_read(svc, a, article, load_count, &c, sizeof c, err);
	*count = c.count;
	return st;
}

struct live_query {
	id64 article, comment;
	struct store_article row;
	struct store_publication publication;
	str answers_name;
	int64_t count;
};

static enum frg_status load_live(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct live_query *q = ctx;
	enum frg_status st = store_publication_count(tx, q->article, &q->count, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, q->article, &q->row, err);
	if (st == FRG_OK)
		st = store_publication_get(tx, q->comment, &q->publication, err);
	struct store_publication parent;
	if (st == FRG_OK && q->publication.parent &&
	    store_publication_get(tx, q->publication.parent, &parent, NULL) == FRG_OK)
		q->answers_name = parent.name;
	return st;
}

enum frg_status service_live_comment(struct service *svc, struct arena *a, id64 article, id64 comment,
                                     struct live_comment *out, struct frg_error *err)
{
	struct live_query q = {.article = article, .comment = comment};
	enum frg_status st = store_read(svc->store, a, load_live, &q, err);
	*out = (struct live_comment){.id = thread_id_text(a, comment), .count = q.count};
	if (st != FRG_OK)
		return st;
	struct view_comment v = thread_released_view(a, &q.publication, q.answers_name);
	out->parent = v.parent_id;
	out->depth = v.depth;
	out->removed = q.publication.removed != 0;
	out->edited = q.publication.edited != 0;
	out->html = comment_html(a, q.row.lang, &v);
	return FRG_OK;
}
