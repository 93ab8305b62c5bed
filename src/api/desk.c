/* The desk: log-in, queue, decisions. */
#include "api/inner.h"

enum { PAGE_MAX = 50 };

static void fail(struct api *api, struct http_request *req, const struct frg_error *err)
{
	api_error(api, req, err, NULL);
}

static json_t *id_json(id64 id)
{
	char text[ID_TEXT_SIZE];
	id_text(id, text);
	return json_string(text);
}

static json_t *session_json(struct api *api, const struct editor_session *s)
{
	const struct store_site *site = service_site_by_id(api->svc, s->editor.site);
	return json_pack("{s:{s:o, s:o}, s:o, s:{s:o, s:s}}", "user", "login", json_of(s->editor.login), "name",
	                 json_of(s->editor.name), "csrf", json_of(s->csrf), "site", "name",
	                 json_of(site ? site->name : STR("")), "lang", frg_lang_id(site ? site->lang : FRG_LANG_DE));
}

HANDLER(desk_login)
{
	struct api *api = app;
	struct frg_error err;
	json_t *body;
	str user, password;
	if (!api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "user", &user) && api_member(api, req, body, "password", &password)) {
		struct editor_session session;
		if (service_login(api->svc, http_arena(req), user, password, api_client_key(req), &session, &err) == FRG_OK) {
			api_no_store(req);
			api_set_desk_cookie(req, session.token, false);
			api_json(req, 200, session_json(api, &session));
		} else {
			fail(api, req, &err);
		}
	}
	json_decref(body);
}

HANDLER(desk_session)
{
	struct editor_session session;
	if (!api_editor(app, req, &session))
		return;
	api_no_store(req);
	api_json(req, 200, session_json(app, &session));
}

HANDLER(desk_logout)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_logout(api->svc, http_arena(req), http_cookie(req, "freigabe_desk"), &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	api_no_store(req);
	api_set_desk_cookie(req, STR(""), true);
	http_respond(req, 204, NULL, STR_NONE);
}

static int64_t limit_of(struct http_request *req, int64_t otherwise)
{
	int64_t limit;
	if (!str_to_i64(http_query(req, "limit"), &limit) || limit < 1)
		return otherwise;
	return limit > PAGE_MAX ? PAGE_MAX : limit;
}

HANDLER(desk_queue)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct queue_page page;
	id64 after = 0;
	if (!api_editor(api, req, &session))
		return;
	str cursor = http_query(req, "after");
	if (cursor.n && !id_parse(cursor, &after)) {
		frg_fail(&err, FRG_INVALID, "cursor_invalid", "after must be a revision");
		fail(api, req, &err);
		return;
	}
	struct arena *a = http_arena(req);
	if (service_queue(api->svc, a, session.editor.site, after, limit_of(req, 10), &page, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *items = json_array();
	for (size_t i = 0; i < page.count; i++)
		json_array_append_new(items, api_item_json(a, &page.items[i]));
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:o, s:o}", "count", (json_int_t)page.waiting, "oldest_at",
	                   page.oldest ? json_integer(page.oldest) : json_null(), "items", items));
}

HANDLER(desk_revision)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct queue_item item;
	id64 id;
	if (!api_editor(api, req, &session))
		return;
	if (!id_parse(http_param(req, "revision"), &id))
		frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such revision");
	else if (service_queue_item(api->svc, http_arena(req), session.editor.site, id, &item, &err) == FRG_OK) {
		api_no_store(req);
		api_json(req, 200, api_item_json(http_arena(req), &item));
		return;
	}
	fail(api, req, &err);
}

/* ---- deciding ---- */

static bool parse_action(str name, enum decide_action *out)
{
	static const str names[] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return")};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (str_eq(name, names[i])) {
			*out = (enum decide_action)i;
			return true;
		}
	}
	return false;
}

static enum frg_status parse_rules(struct arena *a, json_t *list, unsigned *bits, struct frg_error *err)
{
	size_t i;
	json_t *v;
	*bits = 0;
	if (list && !json_is_null(list) && !json_is_array(list))
		return frg_fail(err, FRG_INVALID, "json_invalid", "rules must be an array");
	json_array_foreach(list, i, v)
	{
		enum frg_rule rule;
		if (!frg_rule_from_id(json_str(a, v), &rule) || rule == FRG_ENGAGING)
			return frg_fail(err, FRG_INVALID, "rule_unknown", "no such rule");
		*bits |= 1u << rule;
	}
	return FRG_OK;
}

static enum frg_status parse_decision(struct arena *a, json_t *body, struct decide_command *cmd, struct frg_error *err)
{
	json_t *version = json_object_get(body, "version"), *word = json_object_get(body, "word");
	if (!parse_action(json_str(a, json_object_get(body, "action")), &cmd->action))
		return frg_fail(err, FRG_INVALID, "action_unknown", "action is release, reject or return");
	if (!json_is_integer(version) || json_integer_value(version) < 1)
		return frg_fail(err, FRG_INVALID, "version_missing", "version must be the item's");
	if (word && !json_is_string(word) && !json_is_null(word))
		return frg_fail(err, FRG_INVALID, "json_invalid", "word must be a string");
	cmd->version = json_integer_value(version);
	cmd->word = json_str(a, word);
	return parse_rules(a, json_object_get(body, "rules"), &cmd->rules, err);
}

static json_t *conflict_json(const struct decide_result *r)
{
	json_t *c = json_object();
	if (r->by.n) {
		json_object_set_new(c, "by", json_of(r->by));
		json_object_set_new(c, "action", json_of(r->action));
		json_object_set_new(c, "at", json_integer(r->at));
	}
	if (r->newer_revision)
		json_object_set_new(c, "revision", id_json(r->newer_revision));
	return json_pack("{s:o}", "conflict", c);
}

HANDLER(desk_decide)
{
	static const char *const actions[] = {"release", "reject", "return"};
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	struct decide_command cmd = {.editor = &session.editor};
	struct decide_result result = {0};
	enum frg_status st = FRG_OK;
	if (!id_parse(http_param(req, "revision"), &cmd.revision))
		st = frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = parse_decision(http_arena(req), body, &cmd, &err);
	if (st == FRG_OK)
		st = service_decide(api->svc, http_arena(req), &cmd, &result, &err);
	json_decref(body);
	if (st != FRG_OK) {
		api_error(api, req, &err, st == FRG_CONFLICT ? conflict_json(&result) : NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:o, s:s, s:I, s:I}", "decision", id_json(result.decision), "action", actions[cmd.action],
	                   "undo_until", (json_int_t)(result.decided + UNDO_MS), "count", (json_int_t)result.waiting));
}

HANDLER(desk_undo)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	id64 decision, revision;
	int64_t waiting;
	if (!api_editor(api, req, &session))
		return;
	if (!id_parse(http_param(req, "decision"), &decision))
		frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such decision");
	else if (service_undo(api->svc, http_arena(req), &session.editor, decision, &revision, &waiting, &err) == FRG_OK) {
		api_no_store(req);
		api_json(req, 200, json_pack("{s:o, s:I}", "revision", id_json(revision), "count", (json_int_t)waiting));
		return;
	}
	fail(api, req, &err);
}

HANDLER(desk_decisions)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct recent_decision *items;
	size_t count;
	struct arena *a = http_arena(req);
	if (!api_editor(api, req, &session))
		return;
	if (service_recent_decisions(api->svc, a, session.editor.site, limit_of(req, 20), &items, &count, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct store_decision *d = &items[i].decision;
		json_array_append_new(
			list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:{s:o, s:o}, s:b, s:b, s:I}", "id",
		                    id_json(d->id), "revision", id_json(d->revision), "action", json_of(d->action), "rules",
		                    api_rules_json(a, d->rules), "word", json_of(d->word), "by", json_of(d->editor_name), "at",
		                    (json_int_t)d->decided, "text", json_of(items[i].text), "article", "id",
		                    json_of(items[i].article_id), "title", json_of(items[i].article_title), "undone", d->undone,
		                    "mine", d->editor == session.editor.id, "undo_until", (json_int_t)(d->decided + UNDO_MS)));
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "decisions", list));
}

HANDLER(desk_stream)
{
	struct api *api = app;
	struct editor_session session;
	if (!api_editor(api, req, &session))
		return;
	struct http_channel *channel = service_channel(api->svc, session.editor.site);
	http_respond_stream(req, channel);
	http_channel_unref(channel);
}
