/* What a reader's own browser left here: handed over and erased, by whoever has its capability. Our own pages do it
 * without scripts; what embeds the comments asks by JSON. */
#include "api/inner.h"

#include "base/buf.h"
#include "render/person.h"
#include "service/person/person.h"

enum { PAGE_MAX = 64 << 20 };

/* Their data, the caller's to give back. FRG_NOT_FOUND person_unknown: this browser has left nothing. */
static enum frg_status own_data(struct api *api, struct http_request *req, const struct store_site *site,
                                enum frg_lang lang, json_t **out, struct frg_error *err)
{
	*out = NULL;
	struct person_scope scope = {.site = site->id, .own = true, .lang = lang, .bytes_max = PERSON_BYTES_MAX};
	enum frg_status st = service_person_of(api->svc, http_arena(req), site, api_reader(req, site), &scope.author, err);
	if (st == FRG_OK)
		st = service_person_export(api->svc, &scope, out, err);
	return st;
}

static enum frg_status erase_own(struct api *api, struct http_request *req, const struct store_site *site,
                                 struct erase_result *out, struct frg_error *err)
{
	struct erase_command cmd = {.scope = {.site = site->id}, .by_reader = true};
	enum frg_status st = service_person_of(api->svc, http_arena(req), site, api_reader(req, site), &cmd.scope.author,
	                                       err);
	if (st == FRG_OK)
		st = service_erase(api->svc, http_arena(req), &cmd, out, err);
	if (st == FRG_OK && out->done)
		api_forget_reader(req);
	return st;
}

/* What stays, by comments: not why, which may be nobody's business but the newsroom's. */
static int64_t held_comments(const struct erase_result *r)
{
	int64_t n = 0;
	id64 last = 0;
	for (size_t i = 0; i < r->hold_count; i++) {
		n += r->holds[i].comment != 0 && r->holds[i].comment != last;
		last = r->holds[i].comment;
	}
	return n;
}

/* ---- JSON ---- */

static const struct store_site *own_site(struct api *api, struct http_request *req)
{
	struct frg_error err;
	const struct store_site *site = api_site(api, req);
	if (!site)
		return NULL;
	api_cors(req, site);
	if (service_limit(api->svc, LIMIT_SUBMIT, api_client_key(req), &err) == FRG_OK)
		return site;
	api_error(api, req, &err, NULL);
	return NULL;
}

HANDLER(reader_data)
{
	struct api *api = app;
	struct frg_error err;
	const struct store_site *site = own_site(api, req);
	if (!site)
		return;
	json_t *data;
	if (own_data(api, req, site, api_lang(req, site), &data, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200, data);
}

HANDLER(reader_erase)
{
	struct api *api = app;
	struct frg_error err;
	struct erase_result result;
	json_t *body;
	const struct store_site *site = own_site(api, req);
	if (!site || !api_may_write(api, req, site, false) || !api_body(api, req, &body))
		return;
	bool confirmed = json_is_true(json_object_get(body, "confirm"));
	json_decref(body);
	enum frg_status st = confirmed ? erase_own(api, req, site, &result, &err)
	                               : frg_fail(&err, FRG_INVALID, "erase_unconfirmed", "confirm must be true");
	if (st != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:I, s:b}", "erased", (json_int_t)result.erased, "held",
	                   (json_int_t)held_comments(&result), "done", result.done));
}

/* ---- pages ---- */

static void answer_page(struct api *api, struct http_request *req, const struct store_site *site,
                        struct view_person_page *page, unsigned status)
{
	struct view_site *view = ARENA_NEW(http_arena(req), struct view_site); /* the page is the caller's */
	struct buf b = BUF_INIT(PAGE_MAX);
	*view = (struct view_site){.slug = site->slug, .name = site->name, .base_url = site->base_url, .lang = site->lang};
	page->site = view;
	page->lang = api_lang(req, site);
	page->own = true;
	render_person_page(&b, service_assets(api->svc), page);
	api_no_store(req);
	http_add_header(req, "Content-Security-Policy", str_of(&SERVICE_PAGE_CSP[strlen("Content-Security-Policy: ")]));
	http_respond(req, status, "text/html; charset=utf-8", buf_finish(&b, http_arena(req)));
}

static void show_own(struct api *api, struct http_request *req, const struct store_site *site,
                     const struct frg_error *wrong)
{
	struct frg_error err;
	struct view_person_page page = {0};
	json_t *data;
	enum frg_status st = own_data(api, req, site, api_lang(req, site), &data, &err);
	if (st != FRG_OK && st != FRG_NOT_FOUND) {
		api_error_page(api, req, &err);
		return;
	}
	page.data = data;
	if (wrong)
		page.error = api_message(http_arena(req), api_lang(req, site), wrong);
	answer_page(api, req, site, &page, wrong ? api_http_status(wrong->status) : 200);
	json_decref(data);
}

static const struct store_site *page_site(struct api *api, struct http_request *req)
{
	struct frg_error err;
	const struct store_site *site = api_find_site(api, req);
	enum frg_status st = site ? service_limit(api->svc, LIMIT_SUBMIT, api_client_key(req), &err)
	                          : frg_fail(&err, FRG_NOT_FOUND, "site_unknown", "no such site");
	if (st == FRG_OK)
		return site;
	api_error_page(api, req, &err);
	return NULL;
}

HANDLER(page_my_data)
{
	const struct store_site *site = page_site(app, req);
	if (site)
		show_own(app, req, site, NULL);
}

HANDLER(page_my_data_file)
{
	struct api *api = app;
	struct frg_error err;
	const struct store_site *site = page_site(api, req);
	if (!site)
		return;
	json_t *data;
	if (own_data(api, req, site, api_lang(req, site), &data, &err) != FRG_OK) {
		api_error_page(api, req, &err);
		return;
	}
	api_no_store(req);
	http_add_header(req, "Content-Disposition", STR("attachment; filename=\"freigabe-daten.json\""));
	api_json(req, 200, data);
}

HANDLER(page_my_data_erase)
{
	struct api *api = app;
	struct frg_error err;
	struct erase_result result;
	const struct store_site *site = page_site(api, req);
	if (!site || !api_may_write(api, req, site, true))
		return;
	if (!str_eq(http_form(req, "confirm"), STR("yes"))) {
		frg_fail(&err, FRG_INVALID, "erase_unconfirmed", "the box was not ticked");
		show_own(api, req, site, &err);
		return;
	}
	enum frg_status st = erase_own(api, req, site, &result, &err);
	if (st != FRG_OK && st != FRG_NOT_FOUND) {
		api_error_page(api, req, &err);
		return;
	}
	struct view_person_page page = {.erased = st == FRG_OK};
	if (st == FRG_OK) {
		page.erased_comments = result.erased;
		page.held = held_comments(&result);
	}
	answer_page(api, req, site, &page, 200);
}
