/* What those who run the program ask: does it live, may requests be sent to it, what has it counted. Answers hold no
 * personal data and nothing of single comments; still, counts are told only to whom the administrator lets have them.
 */
#include "api/inner.h"

#include "base/buf.h"
#include "base/metrics.h"
#include "service/health.h"

#include <sodium.h>

enum { METRICS_MAX = 4 << 20 };

/* ---- by which names requests are counted ---- */

enum group {
	GROUP_NONE,
	GROUP_PAGE,
	GROUP_THREAD,
	GROUP_SUBMIT,
	GROUP_READER,
	GROUP_STREAM,
	GROUP_ASSET,
	GROUP_DESK,
	GROUP_DECIDE,
	GROUP_SCORE,
	GROUP_OPERATION,
	GROUPS
};
const char *const api_groups[] = {
	[GROUP_NONE] = "none",     [GROUP_PAGE] = "page",     [GROUP_THREAD] = "thread",       [GROUP_SUBMIT] = "submit",
	[GROUP_READER] = "reader", [GROUP_STREAM] = "stream", [GROUP_ASSET] = "asset",         [GROUP_DESK] = "desk",
	[GROUP_DECIDE] = "decide", [GROUP_SCORE] = "score",   [GROUP_OPERATION] = "operation", [GROUPS] = NULL};

/* The first row that fits counts: a pattern that begins so, and one that ends so. */
static const struct {
	const char *begin, *end;
	bool writes; /* only what is not GET */
	enum group group;
} rows[] = {
	{"/v1/", "/stream", false, GROUP_STREAM},
	{"/v1/desk/revisions/", "", true, GROUP_DECIDE},
	{"/v1/desk/decisions/", "", true, GROUP_DECIDE},
	{"/v1/desk/", "", false, GROUP_DESK},
	{"/v1/articles/", "/comments", true, GROUP_SUBMIT},
	{"/v1/articles/", "/comments/{comment}", true, GROUP_SUBMIT},
	{"/v1/articles/{id}/comments", "", false, GROUP_THREAD},
	{"/v1/articles/{id}/thread", "", false, GROUP_THREAD},
	{"/v1/", "", false, GROUP_READER},
	{"/articles/", "/comments", true, GROUP_SUBMIT},
	{"/v1alpha1/", "", false, GROUP_SCORE},
	{"/$discovery/", "", false, GROUP_SCORE},
	{"/assets/", "", false, GROUP_ASSET},
	{"/media/", "", false, GROUP_ASSET},
	{"/embed.js", "", false, GROUP_ASSET},
	{"/favicon.svg", "", false, GROUP_ASSET},
	{"/healthz", "", false, GROUP_OPERATION},
	{"/readyz", "", false, GROUP_OPERATION},
	{"/metrics", "", false, GROUP_OPERATION},
	{"/", "", false, GROUP_PAGE},
};

unsigned api_group_of(const struct http_route *route)
{
	str pattern = str_of(route->pattern);
	bool writes = route->method != HTTP_GET && route->method != HTTP_OPTIONS;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if ((writes || !rows[i].writes) && str_starts(pattern, str_of(rows[i].begin)) &&
		    str_ends(pattern, str_of(rows[i].end)))
			return rows[i].group;
	BUG("route %s belongs to no group", route->pattern);
}

/* ---- alive, ready ---- */

static void no_store(struct http_request *req) { http_add_header(req, "Cache-Control", STR("no-store")); }

QUICK(healthz)
{
	(void)app;
	no_store(req);
	http_respond(req, 200, "text/plain; charset=utf-8", STR("ok\n"));
	return true;
}

QUICK(readyz)
{
	struct api *api = app;
	enum health_reason why[HEALTH_REASONS];
	size_t count = service_health(api->svc, why);
	json_t *reasons = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(reasons, json_string(service_health_word(why[i])));
	no_store(req);
	api_json(req, count ? 503 : 200, json_pack("{s:b, s:o}", "ready", count == 0, "reasons", reasons));
	return true;
}

/* ---- metrics ---- */

static void write_build(struct buf *out, bool open, const char *engine)
{
	metrics_head(out, open, "freigabe_build_info", METRIC_GAUGE, "1; which program, and which engine.");
	buf_printf(out, "freigabe_build_info{version=\"%s\",engine=\"%s\"} 1\n", FREIGABE_VERSION, engine);
}

/* Whoever gets here may read them. */
static bool answer_metrics(struct api *api, struct http_request *req)
{
	bool open = str_find(http_header(req, "Accept"), STR("application/openmetrics-text"), 0) != SIZE_MAX;
	struct http_server *server = atomic_load(&api->server);
	struct buf b = BUF_INIT(METRICS_MAX);
	if (server)
		http_server_measure(server);
	write_build(&b, open, service_engine_id(api->svc));
	service_health_write(api->svc, &b, open);
	metrics_write(&b, open);
	metrics_process(&b, open);
	metrics_end(&b, open);
	no_store(req);
	http_respond(req, 200,
	             open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
	                  : "text/plain; version=0.0.4; charset=utf-8",
	             buf_finish(&b, http_arena(req)));
	return true;
}

static bool has_token(const struct api *api, struct http_request *req)
{
	str given = http_header(req, "Authorization"), bearer = STR("Bearer ");
	if (!api->metrics_token.n || !str_starts(given, bearer))
		return false;
	given = str_sub(given, bearer.n, given.n);
	return given.n == api->metrics_token.n && sodium_memcmp(given.p, api->metrics_token.p, given.n) == 0;
}

/* For everybody else it is as if there were no such page. */
QUICK(metrics_get)
{
	struct api *api = app;
	if (has_token(api, req) || (api->metrics_local && http_is_local(req)))
		return answer_metrics(api, req);
	api_refuse(app, req, 404);
	return true;
}

static bool metrics_here(void *app, struct http_request *req)
{
	const struct api *api = app;
	if (!api->metrics_token.n || has_token(api, req))
		return answer_metrics(app, req);
	http_add_header(req, "WWW-Authenticate", STR("Bearer"));
	http_respond(req, 401, "text/plain; charset=utf-8", STR("a token is needed\n"));
	return true;
}

const struct http_route *api_operation_routes(size_t *count)
{
	static const struct http_route own[] = {{HTTP_GET, "/healthz", healthz, NULL, 0, 0},
	                                        {HTTP_GET, "/readyz", readyz, NULL, 0, 0},
	                                        {HTTP_GET, "/metrics", metrics_here, NULL, 0, 0}};
	*count = COUNT_OF(own);
	return own;
}
