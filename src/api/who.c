/* Who asks, from where: site, origin, a reader's capability, an editor's session. */
#include "api/inner.h"

#include <arpa/inet.h>

static const char reader_cookie[] = "freigabe_reader", desk_cookie[] = "freigabe_desk";

const struct store_site *api_find_site(struct api *api, struct http_request *req)
{
	str slug = http_query(req, "site"), host = http_header(req, "Host");
	if (slug.n)
		return service_site(api->svc, slug);
	const struct store_site *site = host.n ? service_site_by_host(api->svc, host) : NULL;
	return site ? site : service_site(api->svc, STR(""));
}

const struct store_site *api_site(struct api *api, struct http_request *req)
{
	const struct store_site *site = api_find_site(api, req);
	if (site)
		return site;
	struct frg_error err;
	frg_fail(&err, FRG_NOT_FOUND, "site_unknown", "no such site");
	api_error(api, req, &err, NULL);
	return NULL;
}

/* "https://HOST" or "http://HOST" of the very request. */
static bool is_same_host(struct http_request *req, str origin)
{
	str host = http_header(req, "Host");
	size_t scheme = str_starts(origin, STR("https://")) ? 8 : str_starts(origin, STR("http://")) ? 7 : 0;
	return scheme && host.n && str_eq_nocase(str_sub(origin, scheme, origin.n), host);
}

enum api_origin api_origin(struct http_request *req, const struct store_site *site)
{
	str origin = http_header(req, "Origin");
	if (origin.n == 0)
		return ORIGIN_NONE;
	if (service_origin_is_own(site, origin) || is_same_host(req, origin))
		return ORIGIN_OWN;
	return service_origin_allowed(site, origin) ? ORIGIN_FOREIGN : ORIGIN_REFUSED;
}

void api_cors(struct http_request *req, const struct store_site *site)
{
	http_add_header(req, "Vary", STR("Origin"));
	if (api_origin(req, site) != ORIGIN_FOREIGN)
		return;
	http_add_header(req, "Access-Control-Allow-Origin", http_header(req, "Origin"));
	http_add_header(req, "Access-Control-Expose-Headers", STR("Retry-After"));
}

bool api_may_write(struct api *api, struct http_request *req, const struct store_site *site, bool page)
{
	enum api_origin origin = api_origin(req, site);
	str fetch = http_header(req, "Sec-Fetch-Site");
	bool cross = origin == ORIGIN_NONE && fetch.n && !str_eq(fetch, STR("same-origin")) && !str_eq(fetch, STR("none"));
	if (origin != ORIGIN_REFUSED && !cross && !(page && origin == ORIGIN_FOREIGN))
		return true;
	struct frg_error err;
	frg_fail(&err, FRG_FORBIDDEN, "origin_not_allowed", "this origin may not write");
	if (page)
		api_error_page(api, req, &err);
	else
		api_error(api, req, &err, NULL);
	return false;
}

/* A cookie counts only on pages of our own: a foreign page carries the capability in a header. */
str api_reader(struct http_request *req, const struct store_site *site)
{
	enum api_origin origin = api_origin(req, site);
	str header = http_header(req, "Freigabe-Reader");
	if (header.n)
		return header;
	return origin == ORIGIN_FOREIGN || origin == ORIGIN_REFUSED ? STR("") : http_cookie(req, reader_cookie);
}

void api_set_reader(struct http_request *req, str reader)
{
	http_add_header(req, "Set-Cookie",
	                arena_printf(http_arena(req), "%s=%.*s; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax%s",
	                             reader_cookie, STR_ARG(reader), http_is_secure(req) ? "; Secure" : ""));
}

void api_forget_reader(struct http_request *req)
{
	http_add_header(req, "Set-Cookie",
	                arena_printf(http_arena(req), "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s", reader_cookie,
	                             http_is_secure(req) ? "; Secure" : ""));
}

void api_set_desk_cookie(struct http_request *req, str token, bool end)
{
	http_add_header(req, "Set-Cookie",
	                arena_printf(http_arena(req), "%s=%.*s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
	                             desk_cookie, STR_ARG(token), end ? 0 : 12 * 3600,
	                             http_is_secure(req) ? "; Secure" : ""));
}

/* Only Strict cookies stay at home when another site's page leads to ours; the house's own log-in does. */
static const struct {
	const char *name, *same_site;
} waiting[] = {[WAITING_PASSKEY] = {"freigabe_passkey", "Strict"}, [WAITING_HOUSE] = {"freigabe_house", "Lax"}};

str api_waiting(struct http_request *req, enum api_waiting which) { return http_cookie(req, waiting[which].name); }

void api_set_waiting(struct http_request *req, enum api_waiting which, str token)
{
	http_add_header(req, "Set-Cookie",
	                arena_printf(http_arena(req), "%s=%.*s; Path=/; Max-Age=%d; HttpOnly; SameSite=%s%s",
	                             waiting[which].name, STR_ARG(token), token.n ? 300 : 0, waiting[which].same_site,
	                             http_is_secure(req) ? "; Secure" : ""));
}

bool api_may_begin(struct api *api, struct http_request *req)
{
	const struct store_site *site = api_site(api, req);
	return site && api_may_write(api, req, site, false);
}

bool api_editor(struct api *api, struct http_request *req, struct editor_session *out)
{
	struct frg_error err;
	enum frg_status st = service_session(api->svc, http_arena(req), http_cookie(req, desk_cookie), out, &err);
	if (st == FRG_OK && http_method(req) != HTTP_GET && !secret_equal(http_header(req, "X-CSRF-Token"), out->csrf))
		st = frg_fail(&err, FRG_FORBIDDEN, "csrf", "the request does not carry the session's token");
	BUG_IF(!http_tag(req)); /* a desk route without a right is a row forgotten */
	if (st == FRG_OK && out->setup && !(out->who.rights & http_tag(req)) && staff_rights(out->who.role) & http_tag(req))
		st = frg_fail(&err, FRG_FORBIDDEN, "factor_needed", "the site demands a second factor first");
	if (st == FRG_OK)
		st = staff_may(&out->who, http_tag(req), &err);
	if (st != FRG_OK)
		api_error(api, req, &err, NULL);
	return st == FRG_OK;
}

str api_client_key(struct http_request *req)
{
	str client = http_client(req);
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];
	if (inet_pton(AF_INET6, arena_cstr(http_arena(req), client), &six) != 1 || IN6_IS_ADDR_V4MAPPED(&six))
		return client;
	memset(six.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &six, text, sizeof text) ? arena_str(http_arena(req), str_of(text)) : client;
}

/* Whoever has a cookie that is not known here comes by the door, once: it may be made up. */
enum http_lane api_lane(void *app, struct http_request *req)
{
	struct api *api = app;
	bool of_desk = str_starts(http_path(req), STR("/v1/desk/")) || str_starts(http_path(req), STR("/desk/"));
	if (of_desk)
		return http_tag(req) && service_session_known(api->svc, http_cookie(req, desk_cookie)) ? HTTP_LANE_STAFF
		                                                                                       : HTTP_LANE_DOOR;
	bool articles = http_method(req) == HTTP_PUT && str_starts(http_header(req, "Authorization"), STR("Bearer "));
	return http_method(req) == HTTP_GET || articles ? HTTP_LANE_READ : HTTP_LANE_WRITE;
}

struct limit_post api_post(struct http_request *req, const struct store_site *site)
{
	return (struct limit_post){.site = site,
	                           .address = api_client_key(req),
	                           .reader = api_reader(req, site),
	                           .article = http_param(req, "id")};
}

enum frg_status api_limit_post(struct api *api, struct http_request *req, const struct store_site *site, bool take,
                               struct frg_error *err)
{
	const struct limit_post post = api_post(req, site);
	return take ? service_limit_post(api->svc, &post, err) : service_limit_ahead(api->svc, &post, err);
}

bool api_path_id(struct api *api, struct http_request *req, const char *name, id64 *out)
{
	struct frg_error err;
	if (id_parse(http_param(req, name), out))
		return true;
	frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such %s", name);
	api_error(api, req, &err, NULL);
	return false;
}
