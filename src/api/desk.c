/* The desk: what waits, and what was decided. */
#include "api/inner.h"

enum { PAGE_MAX = 50 };

static void fail(struct api *api, struct http_request *req, const struct frg_error *err)
{
	api_error(api, req, err, NULL);
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
	if (service_queue(api->svc, a, session.who.site, after, limit_of(req, 10), &page, &err) != FRG_OK) {
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
	else if (service_queue_item(api->svc, http_arena(req), session.who.site, id, &item, &err) == FRG_OK) {
		api_no_store(req);
		api_json(req, 200, api_item_json(http_arena(req), &item));
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
	if (service_recent_decisions(api->svc, a, session.who.site, limit_of(req, 20), &items, &count, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct store_decision *d = &items[i].decision;
		json_array_append_new(
			list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:{s:o, s:o}, s:b, s:b, s:I}", "id",
		                    api_id_json(d->id), "revision", api_id_json(d->revision), "action", json_of(d->action), "rules",
		                    api_rules_json(a, d->rules), "word", json_of(d->word), "by", json_of(d->editor_name), "at",
		                    (json_int_t)d->decided, "text", json_of(items[i].text), "article", "id",
		                    json_of(items[i].article_id), "title", json_of(items[i].article_title), "undone", d->undone,
		                    "mine", d->editor == session.who.id, "undo_until", (json_int_t)(d->decided + UNDO_MS)));
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
	struct http_channel *channel = service_channel(api->svc, session.who.site);
	http_respond_stream(req, channel);
	http_channel_unref(channel);
}
