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

static json_t *texts_json(const struct store_texts *texts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(list, json_of(texts->items[i]));
	return list;
}

json_t *api_shifts_json(const struct desk_shift *shifts, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *days = json_array();
		for (int d = 0; d < 7; d++)
			if (shifts[i].days & 1u << d)
				json_array_append_new(days, json_integer(d + 1));
		json_array_append_new(list, json_pack("{s:o, s:i, s:i, s:i}", "days", days, "from", shifts[i].from, "to",
		                                      shifts[i].to, "editors", shifts[i].editors));
	}
	return list;
}

static void answer_settings(struct api *api, struct http_request *req, const struct staff *who,
                            const struct desk_settings *s)
{
	struct store_forecast_record kept;
	struct frg_error err;
	if (service_delay_record(api->svc, http_arena(req), who, &kept, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:{s:I, s:I, s:I}}", "version", (json_int_t)s->version,
	                   "longest_wait_minutes", (json_int_t)(s->longest_wait / 60000), "notice_hours",
	                   (json_int_t)(s->notice_time / 3600000), "four_eyes", texts_json(&s->four_eyes), "shifts",
	                   api_shifts_json(s->shifts, s->shift_count), "closed_days", texts_json(&s->closed_days),
	                   "closing", closing_rules_json(&s->closing), "forecasts", "given", (json_int_t)kept.given, "kept",
	                   (json_int_t)kept.kept, "none", (json_int_t)kept.none));
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
		answer_settings(api, req, &session.who, &settings);
	else
		api_error(api, req, &err, NULL);
}

static enum frg_status read_texts(struct arena *a, const json_t *list, size_t max, const char *code,
                                  struct store_texts *out, struct frg_error *err)
{
	size_t i;
	json_t *v;
	if (!json_is_array(list) || json_array_size(list) > max)
		return frg_fail(err, FRG_INVALID, code, "a short array is expected");
	out->items = ARENA_ARRAY(a, str, json_array_size(list));
	json_array_foreach(list, i, v) out->items[out->count++] = json_str(a, v);
	return FRG_OK;
}

/* A number that is not one becomes what the service refuses. */
static int small(const json_t *v)
{
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
	return n < -1 || n > 1000000 ? -1 : (int)n;
}

static enum frg_status read_shifts(const json_t *list, struct desk_settings *out, struct frg_error *err)
{
	size_t i, k;
	json_t *v, *day;
	if (!json_is_array(list) || json_array_size(list) > DESK_SHIFTS_MAX)
		return frg_fail(err, FRG_INVALID, "shift_invalid", "at most %d shifts", DESK_SHIFTS_MAX);
	json_array_foreach(list, i, v)
	{
		struct desk_shift *s = &out->shifts[out->shift_count++];
		*s = (struct desk_shift){.from = small(json_object_get(v, "from")),
		                         .to = small(json_object_get(v, "to")),
		                         .editors = small(json_object_get(v, "editors"))};
		json_array_foreach(json_object_get(v, "days"), k, day)
		{
			int d = small(day);
			s->days |= d >= 1 && d <= 7 ? 1u << (d - 1) : 128u;
		}
	}
	return FRG_OK;
}

HANDLER(desk_settings_save)
{
	struct api *api = app;
	struct editor_session session;
	struct desk_settings wanted = {0}, settings;
	struct frg_error err;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	struct arena *a = http_arena(req);
	wanted.version = json_integer_value(json_object_get(body, "version"));
	wanted.longest_wait = (msec)small(json_object_get(body, "longest_wait_minutes")) * 60000;
	json_t *notice = json_object_get(body,
	                                 "notice_hours"); /* a desk from before there were notices leaves it as it is */
	wanted.notice_time = notice ? (msec)small(notice) * 3600000 : 0;
	if (notice && !wanted.notice_time)
		wanted.notice_time = -1;
	enum frg_status st = read_texts(a, json_object_get(body, "four_eyes"), STAFF_SECTIONS_MAX, "sections_invalid",
	                                &wanted.four_eyes, &err);
	if (st == FRG_OK)
		st = read_texts(a, json_object_get(body, "closed_days"), DESK_CLOSED_MAX, "shift_invalid", &wanted.closed_days,
		                &err);
	if (st == FRG_OK)
		st = read_shifts(json_object_get(body, "shifts"), &wanted, &err);
	wanted.keep_closing = !json_object_get(body, "closing");
	if (st == FRG_OK)
		st = closing_rules_read(a, json_object_get(body, "closing"), &wanted.closing, &err);
	if (st == FRG_OK)
		st = service_settings_save(api->svc, a, &session.who, &wanted, &settings, &err);
	json_decref(body);
	if (st == FRG_OK)
		answer_settings(api, req, &session.who, &settings);
	else
		api_error(api, req, &err, NULL);
}
