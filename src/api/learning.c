/* Learning from the editors, as the desk sees it. Decides nothing and learns nothing. */
#include "api/inner.h"

#include "learn/house.h"
#include "service/automatic/automatic.h"

static json_t *time_or_null(msec t) { return t ? json_integer(t) : json_null(); }

static json_t *run_json(const struct learning_view *v)
{
	if (v->phase == LEARNING_IDLE)
		return json_null();
	return json_pack("{s:o, s:I, s:I, s:o, s:I, s:b}", "phase", json_of(learning_phase_name(v->phase)), "done",
	                 (json_int_t)v->done, "all", (json_int_t)v->all, "by", json_or_null(v->by), "began",
	                 (json_int_t)v->began, "stopping", (int)v->stopping);
}

static json_t *model_json(const struct store_house_model *m)
{
	json_t *report = json_loadb(m->report.p, m->report.n, 0, NULL);
	return json_pack("{s:I, s:o, s:b, s:b, s:I, s:o, s:o, s:I, s:o}", "version", (json_int_t)m->version, "name",
	                 json_or_null(m->name), "better", (int)m->better, "kept", (int)m->kept, "size", (json_int_t)m->size,
	                 "reason", json_of(m->reason), "by", json_or_null(m->editor_name), "at", (json_int_t)m->created,
	                 "report", report ? report : json_null());
}

static json_t *choice_json(const struct store_house_choice *c)
{
	return json_pack("{s:I, s:o, s:o, s:I}", "version", (json_int_t)c->version, "reason", json_of(c->reason), "by",
	                 json_or_null(c->editor_name), "at", (json_int_t)c->created);
}

static json_t *view_json(struct api *api, struct http_request *req, const struct learning_view *v, bool lane_open)
{
	json_t *models = json_array(), *choices = json_array();
	enum frg_lang lang = api_lang(req, api_find_site(api, req));
	for (size_t i = 0; i < v->models.count; i++)
		json_array_append_new(models, model_json(&v->models.items[i]));
	for (size_t i = 0; i < v->choices.count; i++)
		json_array_append_new(choices, choice_json(&v->choices.items[i]));
	struct frg_error failed = {.code = v->failed.n ? arena_cstr(http_arena(req), v->failed) : NULL};
	json_t *why = !v->failed.n ? json_null()
	                           : json_pack("{s:o, s:o, s:o}", "code", json_of(v->failed), "message",
	                                       json_of(api_message(http_arena(req), lang, &failed)), "at",
	                                       time_or_null(v->failed_at));
	return json_pack("{s:o, s:o, s:b, s:o, s:I, s:b, s:o, s:o, s:b}", "schedule",
	                 json_of(learning_schedule_name(v->schedule)), "run", run_json(v), "elsewhere", (int)v->elsewhere,
	                 "failed", why, "in_force", (json_int_t)v->in_force, "broken", (int)v->broken, "models", models,
	                 "choices", choices, "lane_open", (int)lane_open);
}

/* With whether a lane releases by itself: another model closes it. */
static void answer(struct api *api, struct http_request *req, const struct editor_session *session, unsigned status)
{
	struct learning_view view;
	struct frg_error err;
	bool lane_open;
	if (service_learning(api->svc, http_arena(req), session->who.site, &view, &err) != FRG_OK ||
	    service_automatic_any(api->svc, http_arena(req), session->who.site, &lane_open, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, status, view_json(api, req, &view, lane_open));
}

HANDLER(desk_learning)
{
	struct editor_session session;
	if (api_editor(app, req, &session))
		answer(app, req, &session, 200);
}

/* ---- what there is to learn from ---- */

HANDLER(desk_learning_stock)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct store_verdicts all;
	int64_t automatic = 0, by[HOUSE_HEADS] = {0};
	if (!api_editor(api, req, &session))
		return;
	struct arena *a = http_arena(req);
	id64 site = session.who.site;
	if (service_learning_verdicts(api->svc, a, site, HOUSE_DECISIONS_MAX, &all, &err) != FRG_OK ||
	    service_learning_automatic(api->svc, a, site, 0, HOUSE_DECISIONS_MAX, &automatic, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	for (size_t i = 0; i < all.count; i++) {
		uint8_t label[HOUSE_HEADS];
		house_labels(learning_rejected(&all.items[i]), service_rules_bits(all.items[i].rules), label);
		for (size_t k = 0; k < HOUSE_HEADS; k++)
			by[k] += label[k] == 1;
	}
	json_t *rules = json_object();
	for (size_t k = 1; k < HOUSE_HEADS; k++)
		json_object_set_new(rules, house_head_name(k), json_integer(by[k]));
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:b, s:I, s:o, s:I, s:o, s:{s:i, s:i, s:i}}", "decisions", (json_int_t)all.count, "cut",
	                   (int)(all.count == HOUSE_DECISIONS_MAX), "rejections", (json_int_t)by[0], "rules", rules,
	                   "automatic", (json_int_t)automatic, "oldest",
	                   time_or_null(all.count ? all.items[all.count - 1].decided : 0), "least", "decisions",
	                   HOUSE_DECISIONS_LEAST, "rejections", HOUSE_REJECTIONS_LEAST, "rule", HOUSE_RULE_LEAST));
}

/* ---- commands ---- */

HANDLER(desk_learning_start)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_learning_start(api->svc, &session.who, &err) != FRG_OK)
		api_error(api, req, &err, NULL);
	else
		answer(api, req, &session, 202);
}

HANDLER(desk_learning_stop)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_learning_stop(api->svc, &session.who, &err) != FRG_OK)
		api_error(api, req, &err, NULL);
	else
		answer(api, req, &session, 202);
}

HANDLER(desk_learning_schedule)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	enum learning_schedule schedule;
	json_t *body;
	str name;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	if (!api_member(api, req, body, "schedule", &name)) {
		json_decref(body);
		return;
	}
	enum frg_status st = learning_schedule_of(name, &schedule)
	                         ? service_learning_schedule(api->svc, http_arena(req), &session.who, schedule, &err)
	                         : frg_fail(&err, FRG_INVALID, "json_invalid", "schedule is off, nightly or weekly");
	json_decref(body);
	if (st != FRG_OK)
		api_error(api, req, &err, NULL);
	else
		answer(api, req, &session, 200);
}

HANDLER(desk_learning_choose)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	json_t *version = json_object_get(body, "version");
	enum frg_status st = json_is_integer(version) && json_integer_value(version) >= 0
	                         ? service_learning_choose(api->svc, http_arena(req), &session.who,
	                                                   json_integer_value(version), &err)
	                         : frg_fail(&err, FRG_INVALID, "version_missing", "version must be a model's, or 0");
	json_decref(body);
	if (st != FRG_OK)
		api_error(api, req, &err, NULL);
	else
		answer(api, req, &session, 200);
}
