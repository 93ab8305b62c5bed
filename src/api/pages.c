/* Pages for people: front page, articles, and the comment form as it works without scripts. */
#include "api/inner.h"

#include "base/buf.h"
#include "base/i18n.h"

enum { CONTEXT = 60, HINTS = 20 };

static void page_error(struct api *api, struct http_request *req, enum frg_status status, const char *code)
{
	struct frg_error err;
	frg_fail(&err, status, code, "%s", code);
	api_error_page(api, req, &err);
}

/* ---- what all see ---- */

QUICK(page_front_quick)
{
	struct api *api = app;
	const struct store_site *site = api_find_site(api, req);
	return site && api_page_quick(req, service_front_cached(api->svc, site));
}

HANDLER(page_front)
{
	struct api *api = app;
	struct frg_error err;
	struct http_page *page;
	const struct store_site *site = api_find_site(api, req);
	if (!site) {
		page_error(api, req, FRG_NOT_FOUND, "site_unknown");
		return;
	}
	if (service_front_page(api->svc, http_arena(req), site, &page, &err) != FRG_OK) {
		api_error_page(api, req, &err);
		return;
	}
	http_respond_page(req, page);
	http_page_unref(page);
}

/* A page must be made for one reader if that reader has a capability or asked for a form. */
static bool is_personal(struct api *api, struct http_request *req)
{
	const struct store_site *site = api_find_site(api, req);
	return site && (api_reader(req, site).n || http_query(req, "reply").n || http_query(req, "edit").n ||
	                http_query(req, "sent").n || http_query(req, "write").n);
}

QUICK(page_article_quick) { return !is_personal(app, req) && api_thread_cached(app, req, THREAD_PAGE); }

static void personal_headers(struct http_request *req)
{
	api_no_store(req);
	http_add_header(req, "Content-Security-Policy", str_of(&SERVICE_PAGE_CSP[strlen("Content-Security-Policy: ")]));
}

static id64 query_id(struct http_request *req, const char *name)
{
	id64 id;
	return id_parse(http_query(req, name), &id) ? id : 0;
}

static void personal_page(struct api *api, struct http_request *req, const struct thread_query *q,
                          const struct thread_personal *who, unsigned status)
{
	struct frg_error err;
	str html;
	if (service_thread_personal(api->svc, http_arena(req), q, who, &html, &err) != FRG_OK) {
		api_error_page(api, req, &err);
		return;
	}
	personal_headers(req);
	http_respond(req, status, "text/html; charset=utf-8", html);
}

static void shared_page(struct api *api, struct http_request *req, enum thread_form form)
{
	struct thread_query q;
	struct http_page *page;
	struct frg_error err;
	bool older;
	if (!api_thread_query(api, req, form, &q))
		page_error(api, req, FRG_NOT_FOUND, "article_unknown");
	else if (service_thread_page(api->svc, http_arena(req), &q, &page, &older, &err) != FRG_OK)
		api_error_page(api, req, &err);
	else
		api_page(req, page, older);
}

HANDLER(page_article)
{
	struct api *api = app;
	struct thread_query q;
	if (!is_personal(api, req) || !api_thread_query(api, req, THREAD_PAGE, &q)) {
		shared_page(api, req, THREAD_PAGE);
		return;
	}
	struct thread_personal who = {.reader = api_reader(req, q.site),
	                              .reply_to = query_id(req, "reply"),
	                              .edit_of = query_id(req, "edit"),
	                              .sent = query_id(req, "sent")};
	personal_page(api, req, &q, &who, 200);
}

QUICK(page_feed_quick) { return api_thread_cached(app, req, THREAD_FEED); }
HANDLER(page_feed) { shared_page(app, req, THREAD_FEED); }

HANDLER(page_media)
{
	struct api *api = app;
	struct frg_error err;
	str name = http_param(req, "name"), type, data;
	size_t dot = str_find(name, STR("."), 0);
	str hash = str_sub(name, 0, dot == SIZE_MAX ? name.n : dot);
	if (service_media_get(api->svc, http_arena(req), hash, &type, &data, &err) != FRG_OK) {
		api_error_page(api, req, &err);
		return;
	}
	http_add_header(req, "Cache-Control", STR("public, max-age=31536000, immutable"));
	http_respond(req, 200, arena_cstr(http_arena(req), type), data);
}

QUICK(page_desk)
{
	struct api *api = app;
	struct buf b = BUF_INIT(1 << 20);
	render_desk_page(&b, service_assets(api->svc), api_lang(req, api_find_site(api, req)));
	personal_headers(req);
	http_respond(req, 200, "text/html; charset=utf-8", buf_finish(&b, http_arena(req)));
	return true;
}

/* ---- the form without scripts ---- */

static size_t back(str s, size_t at, size_t by)
{
	size_t to = at > by ? at - by : 0;
	while (to < at && ((unsigned char)s.p[to] & 0xc0) == 0x80)
		to++;
	return to;
}

static size_t forth(str s, size_t at, size_t by)
{
	size_t to = at + by < s.n ? at + by : s.n;
	while (to < s.n && ((unsigned char)s.p[to] & 0xc0) == 0x80)
		to--;
	return to > at ? to : at;
}

static void add_hints(struct arena *a, str text, const struct service_review *r, struct view_form *form)
{
	struct view_hint *hints = ARENA_ARRAY(a, struct view_hint, HINTS + 1);
	size_t n = 0;
	for (size_t i = 0; i < r->review.evidence_count && n < HINTS; i++) {
		const struct frg_evidence *e = &r->review.evidence[i];
		if (!service_hint_worthy(&r->review, e))
			continue;
		hints[n++] = (struct view_hint){.rule = e->rule,
		                                .before = str_sub(text, back(text, e->begin, CONTEXT), e->begin),
		                                .passage = str_sub(text, e->begin, e->end),
		                                .after = str_sub(text, e->end, forth(text, e->end, CONTEXT)),
		                                .reason = e->reason};
	}
	if (service_off_topic(&r->review))
		hints[n++] = (struct view_hint){.rule = FRG_OFF_TOPIC, .reason = i18n(r->lang, MSG_HINT_OFF_TOPIC)};
	form->hints = hints;
	form->hint_count = n;
	form->checked = true;
}

struct posted {
	struct view_form form;
	id64 parent, edit;
};

static struct posted read_form(struct http_request *req)
{
	struct posted p = {.form = {.name = http_form(req, "name"),
	                            .email = http_form(req, "email"),
	                            .text = http_form(req, "text"),
	                            .reply_to = http_form(req, "parent"),
	                            .edit_of = http_form(req, "edit"),
	                            .idempotency_key = http_form(req, "idempotency_key")}};
	if (!id_parse(p.form.reply_to, &p.parent))
		p.form.reply_to = STR("");
	if (!id_parse(p.form.edit_of, &p.edit))
		p.form.edit_of = STR("");
	return p;
}

/* The page again, with what was typed and what is wrong with it. */
static void page_again(struct api *api, struct http_request *req, const struct thread_query *q, struct posted *p,
                       const struct frg_error *err)
{
	struct thread_personal who = {
		.reader = api_reader(req, q->site), .form = &p->form, .reply_to = p->parent, .edit_of = p->edit};
	if (err)
		p->form.error = api_message(http_arena(req), api_lang(req, q->site), err);
	personal_page(api, req, q, &who, err ? api_http_status(err->status) : 200);
}

static enum frg_status send_form(struct api *api, struct http_request *req, const struct thread_query *q,
                                 const struct posted *p, struct submit_result *result, struct frg_error *err)
{
	struct arena *a = http_arena(req);
	if (p->edit) {
		struct revise_command cmd = {.site = q->site,
		                             .article = q->article,
		                             .reader = api_reader(req, q->site),
		                             .comment = p->edit,
		                             .text = p->form.text,
		                             .idempotency_key = p->form.idempotency_key,
		                             .address = api_client_key(req)};
		return service_revise(api->svc, a, &cmd, result, err);
	}
	struct submit_command cmd = {.site = q->site,
	                             .article = q->article,
	                             .reader = api_reader(req, q->site),
	                             .name = p->form.name,
	                             .email = p->form.email,
	                             .text = p->form.text,
	                             .parent = p->parent,
	                             .idempotency_key = p->form.idempotency_key,
	                             .address = api_client_key(req)};
	return service_submit(api->svc, a, &cmd, result, err);
}

/* The article's id for an address: whatever came in a path must not break out of it. */
static const char *article_part(struct http_request *req, const struct thread_query *q)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc(http_arena(req), q->article.n * 3 + 1), *to = out;
	for (size_t i = 0; i < q->article.n; i++) {
		unsigned char c = (unsigned char)q->article.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
		             c == '_' || c == '.';
		if (plain) {
			*to++ = (char)c;
		} else {
			*to++ = '%';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	return out;
}

static void redirect_to_article(struct http_request *req, const struct thread_query *q, id64 sent)
{
	char id[ID_TEXT_SIZE];
	id_text(sent, id);
	const char *site = http_query(req, "site").n ? arena_printf(http_arena(req), "site=%.*s&", STR_ARG(q->site->slug)).p
	                                             : "";
	api_redirect(
		req, arena_printf(http_arena(req), "/articles/%s?%ssent=%s#comment-%s", article_part(req, q), site, id, id));
}

/* The right to write, the limit and the query. False: answered. */
static bool may_post(struct api *api, struct http_request *req, bool sends, struct thread_query *q)
{
	struct frg_error err;
	if (!api_thread_query(api, req, THREAD_PAGE, q)) {
		page_error(api, req, FRG_NOT_FOUND, "article_unknown");
		return false;
	}
	if (!api_may_write(api, req, q->site, true))
		return false;
	enum frg_status st = sends ? api_limit_post(api, req, q->site, true, &err)
	                           : service_limit(api->svc, LIMIT_SUBMIT, api_client_key(req), &err);
	if (st != FRG_OK)
		api_error_page(api, req, &err);
	return st == FRG_OK;
}

QUICK(page_submit_quick)
{
	struct frg_error err;
	const struct store_site *site = api_find_site(app, req);
	if (!site || api_limit_post(app, req, site, false, &err) == FRG_OK)
		return false;
	api_error_page(app, req, &err);
	return true;
}

HANDLER(page_submit)
{
	struct api *api = app;
	struct thread_query q;
	struct frg_error err;
	if (!may_post(api, req, true, &q))
		return;
	if (http_form_broken(req)) {
		page_error(api, req, FRG_INVALID, "request_malformed");
		return;
	}
	struct posted p = read_form(req);
	if (str_eq(http_form(req, "action"), STR("check"))) {
		struct service_review review;
		enum frg_status st = service_check_draft(api->svc, http_arena(req), q.site, q.article, p.form.text, p.parent,
		                                         &review, &err);
		if (st == FRG_OK)
			add_hints(http_arena(req), p.form.text, &review, &p.form);
		page_again(api, req, &q, &p, st == FRG_OK ? NULL : &err);
		return;
	}
	const struct limit_post post = api_post(req, q.site);
	if (service_proof_plain(api->svc, &post, &err) != FRG_OK) {
		http_add_header(req, "Retry-After", arena_printf(http_arena(req), "%zu", err.pos));
		page_again(api, req, &q, &p, &err);
		return;
	}
	struct submit_result result;
	if (send_form(api, req, &q, &p, &result, &err) != FRG_OK) {
		if (err.status == FRG_NOT_FOUND && p.edit == 0)
			api_error_page(api, req, &err);
		else
			page_again(api, req, &q, &p, &err);
		return;
	}
	api_set_reader(req, result.reader);
	redirect_to_article(req, &q, result.comment);
}

HANDLER(page_withdraw)
{
	struct api *api = app;
	struct thread_query q;
	struct frg_error err;
	id64 comment;
	if (!may_post(api, req, false, &q))
		return;
	if (!id_parse(http_param(req, "comment"), &comment)) {
		page_error(api, req, FRG_NOT_FOUND, "comment_unknown");
		return;
	}
	struct withdraw_command cmd = {
		.site = q.site, .article = q.article, .reader = api_reader(req, q.site), .comment = comment};
	if (service_withdraw(api->svc, http_arena(req), &cmd, &err) != FRG_OK) {
		api_error_page(api, req, &err);
		return;
	}
	api_redirect(req, arena_printf(http_arena(req), "/articles/%s#comments", article_part(req, &q)));
}
