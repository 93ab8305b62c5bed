/* The desk's lanes and board, who looks at what, and how the team works. */
#include "api/inner.h"

enum { BOARD_MAX = 3000 };

static json_t *lane_json(const struct lane_view *v)
{
	json_t *filter = json_loadb(v->filter.p, v->filter.n, 0, NULL);
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o}", "id", json_of(v->id), "name", json_or_null(v->name), "filter",
	                 filter ? filter : json_object(), "count", (json_int_t)v->waiting.count, "escalated",
	                 (json_int_t)v->waiting.escalated, "oldest_at",
	                 v->waiting.oldest ? json_integer(v->waiting.oldest) : json_null());
}

static void answer_lanes(struct api *api, struct http_request *req, const struct staff *who)
{
	struct lane_view *lanes;
	size_t count;
	struct frg_error err;
	if (service_lanes(api->svc, http_arena(req), who, &lanes, &count, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, lane_json(&lanes[i]));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "lanes", list));
}

HANDLER(desk_lanes)
{
	struct editor_session session;
	if (api_editor(app, req, &session))
		answer_lanes(app, req, &session.who);
}

HANDLER(desk_lanes_save)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body, *v;
	size_t i;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	struct arena *a = http_arena(req);
	json_t *list = json_object_get(body, "lanes");
	size_t count = json_array_size(list);
	enum frg_status st = json_is_array(list) && count <= LANES_MAX
	                         ? FRG_OK
	                         : frg_fail(&err, FRG_INVALID, "lane_invalid", "lanes must be a short array");
	struct lane_view *lanes = st == FRG_OK ? ARENA_ARRAY(a, struct lane_view, count) : NULL;
	if (st == FRG_OK) {
		json_array_foreach(list, i, v)
		{
			json_t *filter = json_object_get(v, "filter");
			lanes[i] = (struct lane_view){.id = json_str(a, json_object_get(v, "id")),
			                              .name = json_str(a, json_object_get(v, "name")),
			                              .filter = json_text(a, filter ? json_incref(filter) : json_null())};
		}
		st = service_lanes_save(api->svc, a, &session.who, lanes, count, &err);
	}
	json_decref(body);
	if (st == FRG_OK)
		answer_lanes(api, req, &session.who);
	else
		api_error(api, req, &err, st == FRG_INVALID ? json_pack("{s:I}", "lane", (json_int_t)err.pos) : NULL);
}

HANDLER(desk_board)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct store_queue_rows rows;
	if (!api_editor(api, req, &session))
		return;
	if (service_board(api->svc, http_arena(req), &session.who, http_query(req, "lane"), BOARD_MAX, &rows, &err) !=
	    FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *dots = json_array();
	for (size_t i = 0; i < rows.count; i++) {
		const struct store_queue_row *r = &rows.items[i];
		json_t *scores = json_array();
		for (int k = 0; k < FRG_RULE_COUNT; k++)
			json_array_append_new(scores, r->score[k] < 0 ? json_null() : json_real((double)r->score[k] / 1000));
		json_array_append_new(dots, json_pack("{s:o, s:o, s:o, s:I, s:b}", "revision", api_id_json(r->revision),
		                                      "suggestion", json_of(r->suggestion), "scores", scores, "at",
		                                      (json_int_t)r->submitted, "escalated", r->escalated != 0));
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:b}", "dots", dots, "cut", rows.count == BOARD_MAX));
}

static json_t *claims_json(const struct store_claims *claims)
{
	json_t *list = json_array();
	for (size_t i = 0; i < claims->count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o, s:I}", "revision", api_id_json(claims->items[i].revision),
		                                      "by", json_of(claims->items[i].editor_name), "until",
		                                      (json_int_t)claims->items[i].until));
	return list;
}

HANDLER(desk_claim)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct store_claim claim;
	struct store_claims all;
	json_t *body;
	id64 id = 0;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	str text = json_str(http_arena(req), json_object_get(body, "revision"));
	json_decref(body);
	enum frg_status st = text.n && !id_parse(text, &id)
	                         ? frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such revision")
	                         : service_claim(api->svc, http_arena(req), &session.who, id, &claim, &err);
	if (st == FRG_OK)
		st = service_claims(api->svc, http_arena(req), session.who.site, &all, &err);
	if (st != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:b, s:o}", "mine", !id || claim.editor == session.who.id, "claims", claims_json(&all)));
}

/* ---- how a team works ---- */

static void answer_settings(struct http_request *req, const struct desk_settings *s)
{
	json_t *sections = json_array();
	for (size_t i = 0; i < s->four_eyes.count; i++)
		json_array_append_new(sections, json_of(s->four_eyes.items[i]));
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:I, s:o}", "version", (json_int_t)s->version, "longest_wait_minutes",
	                   (json_int_t)(s->longest_wait / 60000), "four_eyes", sections));
}

HANDLER(desk_settings)
{
	struct api *api = app;
	struct editor_session session;
	struct desk_settings settings;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_settings(api->svc, http_arena(req), &session.who, &settings, &err) == FRG_OK)
		answer_settings(req, &settings);
	else
		api_error(api, req, &err, NULL);
}

HANDLER(desk_settings_save)
{
	struct api *api = app;
	struct editor_session session;
	struct desk_settings settings;
	struct store_texts four_eyes = {0};
	struct frg_error err;
	json_t *body, *v;
	size_t i;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	json_t *list = json_object_get(body, "four_eyes");
	enum frg_status st = json_is_array(list) && json_array_size(list) <= STAFF_SECTIONS_MAX
	                         ? FRG_OK
	                         : frg_fail(&err, FRG_INVALID, "sections_invalid", "four_eyes must be a short array");
	if (st == FRG_OK) {
		four_eyes.items = ARENA_ARRAY(http_arena(req), str, json_array_size(list));
		json_array_foreach(list, i, v) four_eyes.items[four_eyes.count++] = json_str(http_arena(req), v);
		st = service_settings_save(
			api->svc, http_arena(req), &session.who, json_integer_value(json_object_get(body, "version")),
			json_integer_value(json_object_get(body, "longest_wait_minutes")), &four_eyes, &settings, &err);
	}
	json_decref(body);
	if (st == FRG_OK)
		answer_settings(req, &settings);
	else
		api_error(api, req, &err, NULL);
}

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
	cmd.open = json_is_true(json_object_get(body, "open"));
	cmd.hours = json_integer_value(json_object_get(body, "hours"));
	if (api_member(api, req, body, "reason", &cmd.reason)) {
		if (service_close_thread(api->svc, http_arena(req), &cmd, &article, &err) == FRG_OK) {
			api_no_store(req);
			api_json(req, 200, api_closure_json(&article));
		} else {
			api_error(api, req, &err, NULL);
		}
	}
	json_decref(body);
}
