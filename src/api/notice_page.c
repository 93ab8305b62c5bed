/* Reporting a comment: the form and the private page of what became of it, for anybody, without an account. */
#include "api/inner.h"

#include "base/buf.h"
#include "render/markdown.h"
#include "render/notice.h"

static struct view_site site_view(const struct store_site *site)
{
	return (struct view_site){.slug = site->slug, .name = site->name, .base_url = site->base_url, .lang = site->lang};
}

static void page_headers(struct http_request *req)
{
	api_no_store(req);
	http_add_header(req, "Content-Security-Policy", str_of(&SERVICE_PAGE_CSP[strlen("Content-Security-Policy: ")]));
}

static void not_there(struct api *api, struct http_request *req)
{
	struct frg_error err;
	frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such comment");
	api_error_page(api, req, &err);
}

/* ---- the form ---- */

static str new_key(struct http_request *req)
{
	char *key = arena_alloc(http_arena(req), SECRET_TEXT_SIZE);
	secret_new(key);
	return str_of(key);
}

static str comment_markup(struct arena *a, str text)
{
	struct buf b = BUF_INIT(1 << 20);
	render_comment_html(&b, text);
	return buf_finish(&b, a);
}

/* What stands on it beside what was typed. */
static void fill_form(struct http_request *req, id64 comment, const struct notice_target *target,
                      struct view_notice_form *form)
{
	struct arena *a = http_arena(req);
	char *revision = arena_alloc(a, ID_TEXT_SIZE), *id = arena_alloc(a, ID_TEXT_SIZE);
	id_text(target->publication.revision, revision);
	id_text(comment, id);
	form->path = arena_printf(a, "/comments/%s/notice", id);
	form->comment_link = target->link;
	form->author_name = target->publication.name;
	form->article_title = target->article.title;
	form->revision_id = str_of(revision);
	form->body = (struct html){comment_markup(a, target->publication.text)};
	form->published = target->publication.published;
	if (form->form_key.n == 0)
		form->form_key = new_key(req);
	if (form->lang == FRG_LANG_AUTO)
		form->lang = target->article.lang;
}

/* The form, empty or with what was typed and what is wrong with it. */
static void form_page(struct api *api, struct http_request *req, id64 comment, const struct view_notice_form *typed,
                      const struct frg_error *err)
{
	struct arena *a = http_arena(req);
	struct notice_target target;
	struct frg_error failed;
	if (service_notice_target(api->svc, a, comment, &target, &failed) != FRG_OK) {
		api_error_page(api, req, &failed);
		return;
	}
	struct view_site site = site_view(target.site);
	struct view_notice_form form = *typed;
	form.site = &site;
	fill_form(req, comment, &target, &form);
	if (err) {
		form.error = api_message(a, form.lang, err);
		form.error_code = err->code;
	}
	struct buf page = BUF_INIT(2 << 20);
	render_notice_form(&page, service_assets(api->svc), &form);
	page_headers(req);
	http_respond(req, err ? api_http_status(err->status) : 200, "text/html; charset=utf-8", buf_finish(&page, a));
}

HANDLER(page_notice)
{
	id64 comment;
	struct view_notice_form form = {.lang = i18n_lang(http_query(req, "lang"))};
	if (id_parse(http_param(req, "comment"), &comment))
		form_page(app, req, comment, &form, NULL);
	else
		not_there(app, req);
}

/* ---- sending it ---- */

static enum frg_status give(struct api *api, struct http_request *req, id64 comment, struct view_notice_form *form,
                            str *token, struct frg_error *err)
{
	struct notice_command cmd = {.comment = comment,
	                             .kind = form->kind,
	                             .explanation = form->explanation,
	                             .name = form->name,
	                             .email = form->email,
	                             .good_faith = form->good_faith,
	                             .form_key = form->form_key,
	                             .lang = form->lang == FRG_LANG_EN ? FRG_LANG_EN : FRG_LANG_DE};
	if (!id_parse(http_form(req, "revision"), &cmd.revision))
		cmd.revision = 0;
	return service_notice_give(api->svc, http_arena(req), &cmd, token, err);
}

HANDLER(page_notice_give)
{
	struct api *api = app;
	struct frg_error err;
	id64 comment;
	str token;
	const struct store_site *site = api_find_site(api, req);
	if (!site || !api_may_write(api, req, site, true))
		return;
	if (!id_parse(http_param(req, "comment"), &comment)) {
		not_there(api, req);
		return;
	}
	struct view_notice_form form = {.lang = i18n_lang(http_form(req, "lang")),
	                                .kind = http_form(req, "kind"),
	                                .explanation = http_form(req, "explanation"),
	                                .name = http_form(req, "name"),
	                                .email = http_form(req, "email"),
	                                .form_key = http_form(req, "form_key"),
	                                .good_faith = http_form(req, "good_faith").n > 0};
	enum frg_status st = http_form_broken(req) ? frg_fail(&err, FRG_INVALID, "request_malformed", "a broken form")
	                                           : service_limit(api->svc, LIMIT_NOTICE, api_client_key(req), &err);
	if (st != FRG_OK) {
		api_error_page(api, req, &err);
		return;
	}
	st = give(api, req, comment, &form, &token, &err);
	if (st == FRG_OK)
		api_redirect(req, arena_printf(http_arena(req), "/notice/%.*s?sent=1", STR_ARG(token)));
	else if (st == FRG_INVALID || st == FRG_TOO_LARGE || st == FRG_CONFLICT)
		form_page(api, req, comment, &form, &err);
	else
		api_error_page(api, req, &err);
}

/* ---- what became of it ---- */

HANDLER(page_notice_state)
{
	struct api *api = app;
	struct notice_state s;
	struct frg_error err;
	struct arena *a = http_arena(req);
	str token = http_param(req, "token");
	if (service_notice_state(api->svc, a, token, &s, &err) != FRG_OK) {
		api_error_page(api, req, &err);
		return;
	}
	struct view_site site = site_view(s.site);
	char *reference = arena_alloc(a, ID_TEXT_SIZE);
	id_text(s.notice.id, reference);
	struct view_notice_page page = {.site = &site,
	                                .lang = s.notice.lang,
	                                .reference = str_of(reference),
	                                .link = arena_printf(a, "%.*s/notice/%.*s", STR_ARG(site.base_url), STR_ARG(token)),
	                                .comment_link = s.comment_link,
	                                .article_title = s.article_title,
	                                .kind = s.notice.kind,
	                                .explanation = s.notice.explanation,
	                                .answer = s.notice.answer,
	                                .received = s.notice.created,
	                                .due = s.due,
	                                .decided = s.notice.decided,
	                                .by_mail = s.notice.email.n > 0,
	                                .fresh = http_query(req, "sent").n > 0};
	struct buf b = BUF_INIT(1 << 20);
	render_notice_page(&b, service_assets(api->svc), &page);
	page_headers(req);
	http_respond(req, 200, "text/html; charset=utf-8", buf_finish(&b, a));
}
