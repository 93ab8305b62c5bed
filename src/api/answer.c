/* Answers: JSON, errors in the client's language, the one table from status to HTTP. */
#include "api/inner.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/log.h"

#include <stdio.h>

unsigned api_http_status(enum frg_status status)
{
	static const unsigned table[] = {
		[FRG_OK] = 200,          [FRG_INVALID] = 400,         [FRG_TOO_LARGE] = 413, [FRG_NOT_FOUND] = 404,
		[FRG_CONFLICT] = 409,    [FRG_UNAUTHENTICATED] = 401, [FRG_FORBIDDEN] = 403, [FRG_THROTTLED] = 429,
		[FRG_UNAVAILABLE] = 503, [FRG_UNSUPPORTED] = 415,     [FRG_CORRUPT] = 500,   [FRG_IO] = 502,
		[FRG_NO_MEMORY] = 503,
	};
	return table[status];
}

enum frg_lang api_lang(struct http_request *req, const struct store_site *site)
{
	enum frg_lang lang = i18n_lang(http_query(req, "lang"));
	if (lang == FRG_LANG_AUTO)
		lang = i18n_lang(http_header(req, "Accept-Language"));
	return lang == FRG_LANG_AUTO && site ? site->lang : lang;
}

void api_no_store(struct http_request *req) { http_add_header(req, "Cache-Control", STR("private, no-store")); }

void api_done(struct http_request *req)
{
	api_no_store(req);
	http_respond(req, 204, NULL, STR_NONE);
}

void api_json(struct http_request *req, unsigned status, json_t *body)
{
	http_respond(req, status, "application/json", json_text(http_arena(req), body));
}

str api_message(struct arena *a, enum frg_lang lang, const struct frg_error *err)
{
	enum msg msg = i18n_find_msg("error.", err->code ? err->code : "generic", MSG_ERROR_GENERIC);
	if (msg != MSG_ERROR_AUTHOR_SUSPENDED)
		return i18n(lang, msg);
	char until[CLOCK_WORDS_SIZE];
	struct buf b = BUF_INIT(1 << 12);
	clock_words((msec)err->pos * 1000, lang, until);
	i18n_format(&b, lang, msg, &(str){until, strlen(until)}, 1);
	return buf_finish(&b, a);
}

void api_log_error(struct http_request *req, const struct frg_error *err)
{
	if (api_http_status(err->status) >= 500)
		log_about(http_request_id(req).p, LOG_ERROR, "request", "%s: %s", err->code ? err->code : "-", err->msg);
}

static void common(struct http_request *req, const struct frg_error *err)
{
	api_no_store(req);
	api_log_error(req, err);
	char seconds[24];
	snprintf(seconds, sizeof seconds, "%zu", err->pos);
	if (err->status == FRG_THROTTLED)
		http_add_header(req, "Retry-After", str_of(seconds));
	if (api_http_status(err->status) == 503)
		http_add_header(req, "Retry-After", STR("5"));
}

static json_t *error_json(struct api *api, struct http_request *req, const struct frg_error *err)
{
	const struct store_site *site = api_find_site(api, req);
	return json_pack("{s:{s:s, s:o, s:o}}", "error", "code", err->code ? err->code : "generic", "message",
	                 json_of(api_message(http_arena(req), api_lang(req, site), err)), "request",
	                 json_of(http_request_id(req)));
}

void api_error(struct api *api, struct http_request *req, const struct frg_error *err, json_t *extra)
{
	common(req, err);
	json_t *body = error_json(api, req, err), *error = json_object_get(body, "error");
	if (err->status == FRG_THROTTLED)
		json_object_set_new(error, "retry_after", json_integer((json_int_t)err->pos));
	if (extra)
		json_object_update(error, extra);
	json_decref(extra);
	api_json(req, api_http_status(err->status), body);
}

void api_error_page(struct api *api, struct http_request *req, const struct frg_error *err)
{
	const struct store_site *site = api_find_site(api, req);
	enum frg_lang lang = api_lang(req, site);
	struct buf b = BUF_INIT(1 << 20);
	common(req, err);
	http_add_header(req, "Content-Security-Policy", str_of(&SERVICE_PAGE_CSP[strlen("Content-Security-Policy: ")]));
	render_error_page(&b, service_assets(api->svc), lang, api_http_status(err->status),
	                  api_message(http_arena(req), lang, err), http_request_id(req));
	http_respond(req, api_http_status(err->status), "text/html; charset=utf-8", buf_finish(&b, http_arena(req)));
}

static bool wants_page(struct http_request *req)
{
	return !str_starts(http_path(req), STR("/v1/")) &&
	       str_find(http_header(req, "Accept"), STR("text/html"), 0) != SIZE_MAX;
}

/* Until a page of the same address may have been closed. */
enum { STREAM_WAIT_S = 60 };

void api_refuse(void *app, struct http_request *req, unsigned status)
{
	static const struct {
		unsigned http;
		enum frg_status status;
		const char *code;
	} table[] = {{400, FRG_INVALID, "request_malformed"}, {404, FRG_NOT_FOUND, "not_found"},
	             {413, FRG_TOO_LARGE, "body_too_large"},  {415, FRG_UNSUPPORTED, "body_encoded"},
	             {429, FRG_THROTTLED, "streams_many"},    {431, FRG_TOO_LARGE, "header_too_large"},
	             {503, FRG_UNAVAILABLE, "overloaded"}};
	struct frg_error err = {.status = FRG_INVALID, .code = "request_malformed"};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].http == status)
			err = (struct frg_error){.status = table[i].status, .code = table[i].code};
	if (status == 429)
		err.pos = STREAM_WAIT_S;
	if (status == 405) { /* the only status that stands for no status of ours */
		err = (struct frg_error){.status = FRG_INVALID, .code = "method_not_allowed"};
		api_no_store(req);
		api_json(req, 405, error_json(app, req, &err));
	} else if (wants_page(req)) {
		api_error_page(app, req, &err);
	} else {
		api_error(app, req, &err, NULL);
	}
}

void api_finish(void *app, struct http_request *req)
{
	(void)app;
	http_add_header(req, "X-Content-Type-Options", STR("nosniff"));
	/* a letter's address is its key: nobody else learns it; but the form's own origin must come along */
	bool secret = str_starts(http_path(req), STR("/objection/")) || str_starts(http_path(req), STR("/notice/"));
	http_add_header(req, "Referrer-Policy", secret ? STR("same-origin") : STR("strict-origin-when-cross-origin"));
}

void api_redirect(struct http_request *req, str location)
{
	api_no_store(req);
	http_add_header(req, "Location", location);
	http_respond(req, 303, NULL, STR_NONE);
}

bool api_body(struct api *api, struct http_request *req, json_t **out)
{
	struct frg_error err;
	json_error_t why;
	str body = http_body(req);
	str type = http_header(req, "Content-Type");
	if (!str_starts(type, STR("application/json"))) {
		frg_fail(&err, FRG_UNSUPPORTED, "json_expected", "send application/json");
		api_error(api, req, &err, NULL);
		return false;
	}
	/* jansson limits the depth by itself; duplicate keys are a sign of a trick */
	*out = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &why);
	if (*out && json_is_object(*out))
		return true;
	frg_fail(&err, FRG_INVALID, "json_invalid", "%s", *out ? "not an object" : why.text);
	json_decref(*out);
	api_error(api, req, &err, NULL);
	return false;
}

bool api_member(struct api *api, struct http_request *req, json_t *body, const char *name, str *out)
{
	json_t *v = json_object_get(body, name);
	*out = json_str(http_arena(req), v);
	if (!v || json_is_string(v) || json_is_null(v))
		return true;
	struct frg_error err;
	frg_fail(&err, FRG_INVALID, "json_invalid", "%s must be a string", name);
	api_error(api, req, &err, NULL);
	return false;
}
