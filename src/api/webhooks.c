/* Webhooks at the desk: named, tried out, paused, taken away, and what each was told. */
#include "api/inner.h"

#include "service/webhook/webhook.h"

static void fail(struct api *api, struct http_request *req, const struct frg_error *err)
{
	api_error(api, req, err, NULL);
}

static json_t *time_json(msec t) { return t ? json_integer(t) : json_null(); }

static json_t *webhook_json(const struct store_webhook *w, int64_t waiting)
{
	bool both = w->secret_before_until > clock_now();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:o, s:I, s:o}", "id", api_id_json(w->id), "url",
	                 json_of(w->url), "types", json_list(' ', w->types), "state", json_of(w->state), "off_reason",
	                 json_or_null(w->off_reason), "failing_since", time_json(w->failing_since), "waiting",
	                 (json_int_t)waiting, "secret_before_until", time_json(both ? w->secret_before_until : 0),
	                 "created_at", (json_int_t)w->created, "created_by", json_or_null(w->created_name), "changed_at",
	                 (json_int_t)w->changed, "changed_by", json_or_null(w->changed_name));
}

HANDLER(desk_webhooks)
{
	struct api *api = app;
	struct editor_session session;
	struct webhook_listed *items;
	struct frg_error err;
	size_t count;
	if (!api_editor(api, req, &session))
		return;
	if (service_webhooks(api->svc, http_arena(req), session.who.site, &items, &count, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *list = json_array(), *types = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, webhook_json(&items[i].is, items[i].waiting));
	for (size_t i = 0; webhook_types[i]; i++)
		json_array_append_new(types, json_string(webhook_types[i]));
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:o, s:o, s:b}", "webhooks", list, "types", types, "private", api->webhooks_private));
}

/* "url", "types" and "active" of a body. False: answered. */
static bool read_command(struct api *api, struct http_request *req, json_t *body, struct webhook_command *cmd)
{
	const json_t *list = json_object_get(body, "types"), *active = json_object_get(body, "active"), *v;
	struct arena *a = http_arena(req);
	struct frg_error err;
	size_t i;
	if (!api_member(api, req, body, "url", &cmd->url))
		return false;
	cmd->url = str_trim(cmd->url);
	cmd->active = !active || json_is_true(active);
	cmd->allow_private = api->webhooks_private;
	cmd->type_count = json_array_size(list);
	if ((list && !json_is_array(list)) || cmd->type_count > 100 || (active && !json_is_boolean(active))) {
		frg_fail(&err, FRG_INVALID, "json_invalid", "types is a short array, active true or false");
		fail(api, req, &err);
		return false;
	}
	str *types = ARENA_ARRAY(a, str, cmd->type_count);
	json_array_foreach(list, i, v) types[i] = json_str(a, v);
	cmd->types = types;
	return true;
}

HANDLER(desk_webhook_add)
{
	struct api *api = app;
	struct editor_session session;
	struct store_webhook made;
	struct frg_error err;
	char secret[WEBHOOK_SECRET_SIZE];
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	struct webhook_command cmd = {.who = &session.who, .site = session.who.site};
	if (read_command(api, req, body, &cmd)) {
		if (service_webhook_add(api->svc, http_arena(req), &cmd, &made, secret, &err) == FRG_OK) {
			made.created_name = made.changed_name = session.who.name;
			api_no_store(req);
			api_json(req, 201, json_pack("{s:o, s:s}", "webhook", webhook_json(&made, 0), "secret", secret));
		} else {
			fail(api, req, &err);
		}
	}
	json_decref(body);
}

HANDLER(desk_webhook_change)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	struct webhook_command cmd = {0};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "webhook", &cmd.id) || !api_body(api, req, &body))
		return;
	cmd.who = &session.who;
	cmd.site = session.who.site;
	if (read_command(api, req, body, &cmd)) {
		if (service_webhook_change(api->svc, http_arena(req), &cmd, &err) == FRG_OK)
			api_done(req);
		else
			fail(api, req, &err);
	}
	json_decref(body);
}

HANDLER(desk_webhook_remove)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "webhook", &id))
		return;
	if (service_webhook_remove(api->svc, http_arena(req), &session.who, session.who.site, id, &err) == FRG_OK)
		api_done(req);
	else
		fail(api, req, &err);
}

HANDLER(desk_webhook_secret)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	char secret[WEBHOOK_SECRET_SIZE];
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "webhook", &id))
		return;
	if (service_webhook_secret(api->svc, http_arena(req), &session.who, session.who.site, id, secret, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:s}", "secret", secret));
}

HANDLER(desk_webhook_test)
{
	struct api *api = app;
	struct editor_session session;
	struct webhook_result result;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "webhook", &id))
		return;
	if (service_webhook_test(api->svc, http_arena(req), session.who.site, id, api->webhooks_private, &result, &err) !=
	    FRG_OK) {
		fail(api, req, &err);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:o, s:o, s:I}", "status", time_json(result.status), "problem",
	                   json_or_null(str_of(result.problem)), "took_ms", (json_int_t)result.took));
}

/* ---- what it was told ---- */

static json_t *delivery_json(const struct store_delivery *d)
{
	bool waits = str_eq(d->state, STR("waiting"));
	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:I, s:o, s:o}", "id", api_id_json(d->id), "type",
	                 json_of(d->type), "comment", api_id_json(d->comment), "at", (json_int_t)d->happened, "state",
	                 json_of(d->state), "tries", (json_int_t)d->tries, "status", time_json(d->status), "problem",
	                 json_or_null(d->problem), "took_ms", (json_int_t)d->took, "tried_at", time_json(d->tried),
	                 "due_at", time_json(waits ? d->due : 0));
}

HANDLER(desk_webhook_deliveries)
{
	struct api *api = app;
	struct editor_session session;
	struct store_deliveries all;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "webhook", &id))
		return;
	if (service_webhook_deliveries(api->svc, http_arena(req), session.who.site, id, &all, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < all.count; i++)
		json_array_append_new(list, delivery_json(&all.items[i]));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "deliveries", list));
}

HANDLER(desk_webhook_again)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	id64 id, delivery;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "webhook", &id) ||
	    !api_path_id(api, req, "delivery", &delivery))
		return;
	if (service_webhook_again(api->svc, http_arena(req), &session.who, session.who.site, id, delivery, &err) == FRG_OK)
		api_done(req);
	else
		fail(api, req, &err);
}
