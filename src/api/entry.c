/* Who comes in: by password, by passkey, by the house's own log-in. Nobody is logged in yet. */
#include "api/inner.h"

#include "base/buf.h"
#include "base/i18n.h"

static void fail(struct api *api, struct http_request *req, const struct frg_error *err)
{
	api_error(api, req, err, NULL);
}

/* A member that is an object, as the text that it was; "" if it is not there. */
static str object_text(struct arena *a, json_t *body, const char *name)
{
	json_t *v = json_object_get(body, name);
	return json_is_object(v) ? json_text(a, json_incref(v)) : STR("");
}

static json_t *options_json(str options) { return json_loadb(options.p, options.n, 0, NULL); }

/* ---- what there is ---- */

static json_t *failure_json(struct api *api, struct http_request *req)
{
	str code = http_query(req, "failed");
	if (!code.n)
		return json_null();
	struct frg_error err = {.code = arena_cstr(http_arena(req), code)};
	return json_of(api_message(http_arena(req), api_lang(req, api_find_site(api, req)), &err));
}

HANDLER(desk_ways)
{
	struct api *api = app;
	struct access_rules rules;
	struct frg_error err;
	const struct store_site *site = api_site(api, req);
	if (!site)
		return;
	if (service_access(api->svc, http_arena(req), site->id, &rules, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:b, s:b, s:o, s:o}", "passwords", !rules.no_passwords, "passkeys",
	                   service_passkeys_work(site), "house", json_or_null(service_house(api->svc)), "failed",
	                   failure_json(api, req)));
}

/* ---- by password ---- */

static void answer_login(struct api *api, struct http_request *req, const struct login_command *cmd)
{
	struct editor_session session;
	struct login_needs needs;
	struct frg_error err;
	if (service_login(api->svc, http_arena(req), cmd, &session, &needs, &err) == FRG_OK) {
		if (cmd->house.n)
			api_set_waiting(req, WAITING_HOUSE, STR(""));
		api_answer_session(api, req, &session);
		return;
	}
	if (needs.options.n)
		api_set_waiting(req, WAITING_PASSKEY, needs.browser);
	json_t *more = needs.browser.n ? json_pack("{s:b, s:o}", "code", needs.code, "options",
	                                           needs.options.n ? options_json(needs.options) : json_null())
	                               : NULL;
	api_error(api, req, &err, more ? json_pack("{s:o}", "factors", more) : NULL);
}

HANDLER(desk_login)
{
	struct api *api = app;
	json_t *body;
	const struct store_site *site = api_site(api, req);
	if (!site || !api_body(api, req, &body))
		return;
	struct login_command cmd = {.at = site,
	                            .client = api_client_key(req),
	                            .agent = http_header(req, "User-Agent"),
	                            .browser = api_waiting(req, WAITING_PASSKEY),
	                            .passkey = object_text(http_arena(req), body, "passkey")};
	if (json_is_true(json_object_get(body, "link")))
		cmd.house = api_waiting(req, WAITING_HOUSE);
	if (api_member(api, req, body, "user", &cmd.login) && api_member(api, req, body, "password", &cmd.password) &&
	    api_member(api, req, body, "code", &cmd.code))
		answer_login(api, req, &cmd);
	json_decref(body);
}

/* ---- by a passkey alone ---- */

HANDLER(desk_passkey_ask)
{
	struct api *api = app;
	struct frg_error err;
	str browser, options;
	if (!api_may_begin(api, req))
		return;
	if (service_passkey_ask(api->svc, http_arena(req), api_find_site(api, req), api_client_key(req), &browser, &options,
	                        &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	api_no_store(req);
	api_set_waiting(req, WAITING_PASSKEY, browser);
	api_json(req, 200, json_pack("{s:o}", "options", options_json(options)));
}

HANDLER(desk_passkey_login)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	if (!api_may_begin(api, req) || !api_body(api, req, &body))
		return;
	struct passkey_login cmd = {.at = api_find_site(api, req),
	                            .browser = api_waiting(req, WAITING_PASSKEY),
	                            .response = object_text(http_arena(req), body, "passkey"),
	                            .client = api_client_key(req),
	                            .agent = http_header(req, "User-Agent")};
	json_decref(body);
	if (service_passkey_login(api->svc, http_arena(req), &cmd, &session, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	api_set_waiting(req, WAITING_PASSKEY, STR(""));
	api_answer_session(api, req, &session);
}

/* ---- by the house's own log-in ---- */

HANDLER(desk_house_begin)
{
	struct api *api = app;
	struct frg_error err;
	json_t *body;
	str browser, url;
	if (!api_may_begin(api, req) || !api_body(api, req, &body))
		return;
	const struct store_site *site = api_find_site(api, req);
	struct provider_begin cmd = {.at = site, .client = api_client_key(req), .lang = api_lang(req, site)};
	if (api_member(api, req, body, "invitation", &cmd.invitation)) {
		api_no_store(req);
		if (service_house_begin(api->svc, http_arena(req), &cmd, &browser, &url, &err) == FRG_OK) {
			api_set_waiting(req, WAITING_HOUSE, browser);
			api_json(req, 200, json_pack("{s:o}", "url", json_of(url)));
		} else {
			fail(api, req, &err);
		}
	}
	json_decref(body);
}

/* Behind the #, so that it reaches no log. */
static str desk_with(struct arena *a, const char *what, str value)
{
	struct buf b = BUF_INIT(4000);
	buf_printf(&b, "/desk/#%s=", what);
	for (size_t i = 0; i < value.n; i++)
		buf_printf(&b, "%%%02X", (unsigned char)value.p[i]);
	return buf_finish(&b, a);
}

/* The provider's page leads back here. */
HANDLER(page_house)
{
	struct api *api = app;
	struct frg_error err;
	struct provider_answer out;
	struct arena *a = http_arena(req);
	const struct store_site *site = api_site(api, req);
	if (!site)
		return;
	struct house_return cmd = {.at = site,
	                           .browser = api_waiting(req, WAITING_HOUSE),
	                           .state = http_query(req, "state"),
	                           .code = http_query(req, "code"),
	                           .issuer = http_query(req, "iss"),
	                           .error = http_query(req, "error"),
	                           .client = api_client_key(req),
	                           .agent = http_header(req, "User-Agent")};
	enum frg_status st = service_house_return(api->svc, a, &cmd, &out, &err);
	api_set_waiting(req, WAITING_HOUSE, st == FRG_OK ? out.browser : STR(""));
	if (st == FRG_OK && out.session.token.n)
		api_set_desk_cookie(req, out.session.token, false);
	if (st != FRG_OK)
		api_log_error(req, &err);
	str to = st != FRG_OK          ? desk_with(a, "failed", str_of(err.code))
	         : out.session.token.n ? STR("/desk/")
	                               : desk_with(a, "confirm", out.email);
	api_redirect(req, to);
}
