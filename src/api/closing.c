/* Whether comments are taken: closed and opened by hand, and how the rules and the load stand. */
#include "api/inner.h"

/* ---- comments under an article ---- */

HANDLER(desk_close_thread)
{
	struct api *api = app;
	struct editor_session session;
	struct store_article article;
	struct frg_error err;
	json_t *body;
	struct closing_command cmd = {.who = &session.who, .article = http_param(req, "article")};
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	json_t *open = json_object_get(body, "open");
	cmd.open = json_is_true(open);
	cmd.hours = json_integer_value(json_object_get(body, "hours"));
	if (!json_is_boolean(open)) {
		frg_fail(&err, FRG_INVALID, "json_invalid", "open is true or false");
		api_error(api, req, &err, NULL);
	} else if (api_member(api, req, body, "reason", &cmd.reason)) {
		if (service_close_thread(api->svc, http_arena(req), &cmd, &article, &err) == FRG_OK) {
			api_no_store(req);
			api_json(req, 200, api_closure_json(&article));
		} else {
			api_error(api, req, &err, NULL);
		}
	}
	json_decref(body);
}

/* ---- of the whole site ---- */

static json_t *time_or_null(msec t) { return t ? json_integer(t) : json_null(); }

static void answer_state(struct http_request *req, const struct closing_state *s)
{
	json_t *load = json_pack("{s:b, s:b, s:o, s:o, s:o, s:I, s:o, s:b}", "on", s->by_load, "closed", s->closed, "since",
	                         time_or_null(s->since), "open_until", time_or_null(s->open_until), "by",
	                         json_or_null(s->open_until ? s->by : STR("")), "limit_minutes",
	                         (json_int_t)(s->limit / 60000), "wait_minutes",
	                         s->wait ? json_integer(s->wait / 60000) : json_null(), "no_time", s->no_time);
	json_t *hours = s->hours_closed ? json_pack("{s:o, s:o}", "until", time_or_null(s->hours_until), "reason",
	                                            json_or_null(s->hours_reason))
	                                : json_null();
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:o}", "overload", load, "hours", hours));
}

HANDLER(desk_closing)
{
	struct api *api = app;
	struct editor_session session;
	struct closing_state state;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_closing_state(api->svc, http_arena(req), &session.who, &state, &err) == FRG_OK)
		answer_state(req, &state);
	else
		api_error(api, req, &err, NULL);
}

HANDLER(desk_closing_keep_open)
{
	struct api *api = app;
	struct editor_session session;
	struct closing_state state;
	struct frg_error err;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	const json_t *hours = json_object_get(body, "keep_open_hours");
	int64_t n = json_is_integer(hours) ? json_integer_value(hours) : -1;
	json_decref(body);
	if (service_closing_keep_open(api->svc, http_arena(req), &session.who, n, &state, &err) == FRG_OK)
		answer_state(req, &state);
	else
		api_error(api, req, &err, NULL);
}
