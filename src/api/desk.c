/* The desk: what waits, and what was decided. */
#include "api/inner.h"

enum { PAGE_MAX = 50 };

static void fail(struct api *api, struct http_request *req, const struct frg_error *err)
{
	api_error(api, req, err, NULL);
}

static int64_t limit_within(struct http_request *req, int64_t otherwise, int64_t most)
{
	int64_t limit;
	if (!str_to_i64(http_query(req, "limit"), &limit) || limit < 1)
		return otherwise;
	return limit > most ? most : limit;
}

static int64_t limit_of(struct http_request *req, int64_t otherwise) { return limit_within(req, otherwise, PAGE_MAX); }

static bool query_good(struct api *api, struct http_request *req, bool numbers)
{
	struct frg_error err;
	if (numbers && !http_query_broken(req))
		return true;
	frg_fail(&err, FRG_INVALID, "request_malformed", "the query is not well-formed");
	fail(api, req, &err);
	return false;
}

/* Absent or empty: 0. */
static bool time_of(struct http_request *req, const char *name, msec *out)
{
	str said = http_query(req, name);
	*out = 0;
	return said.n == 0 || str_to_i64(said, out);
}

HANDLER(desk_queue)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct queue_page page;
	if (!api_editor(api, req, &session))
		return;
	struct arena *a = http_arena(req);
	struct queue_query query = {.who = &session.who,
	                            .lane = http_query(req, "lane"),
	                            .cursor = http_query(req, "after"),
	                            .limit = limit_of(req, 10),
	                            .once = str_eq(http_query(req, "once"), STR("1"))};
	if (service_queue(api->svc, a, &query, &page, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *items = json_array();
	for (size_t i = 0; i < page.count; i++)
		json_array_append_new(items, api_item_json(a, &page.items[i]));
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:I, s:o, s:o, s:o}", "count", (json_int_t)page.waiting.count, "escalated",
	                   (json_int_t)page.waiting.escalated, "oldest_at",
	                   page.waiting.oldest ? json_integer(page.waiting.oldest) : json_null(), "next",
	                   json_or_null(page.next), "items", items));
}

HANDLER(desk_revision)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct queue_item item;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &id))
		return;
	if (service_queue_item(api->svc, http_arena(req), &session.who, id, &item, &err) == FRG_OK) {
		api_no_store(req);
		api_json(req, 200, api_item_json(http_arena(req), &item));
		return;
	}
	fail(api, req, &err);
}

HANDLER(desk_group)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct group_page page;
	struct group_query query = {0};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &query.revision) ||
	    !query_good(api, req, true))
		return;
	query.who = &session.who;
	query.link = http_query(req, "link");
	query.cursor = http_query(req, "after");
	query.limit = limit_within(req, 50, GROUP_PAGE_MAX);
	if (service_group(api->svc, http_arena(req), &query, &page, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	api_no_store(req);
	api_json(
		req, 200,
		json_pack("{s:o, s:o}", "items", api_copies_json(page.items, page.count), "next", json_or_null(page.next)));
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
	enum decided_by by = str_eq(http_query(req, "by"), STR("people"))      ? DECIDED_BY_PEOPLE
	                     : str_eq(http_query(req, "by"), STR("automatic")) ? DECIDED_BY_ITSELF
	                                                                       : DECIDED_BY_ANY;
	if (service_recent_decisions(api->svc, a, &session.who, by, limit_of(req, 20), &items, &count, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct store_decision *d = &items[i].decision;
		json_t *detail = d->detail.n ? json_loadb(d->detail.p, d->detail.n, 0, NULL) : NULL;
		str to = json_str(a, json_object_get(detail, "to"));
		json_t *automatic = json_object_get(detail, "automatic");
		automatic = automatic ? json_incref(automatic) : json_null();
		bool notice = json_object_get(detail, "notice") != NULL;
		json_decref(detail);
		json_array_append_new(
			list,
			json_pack(
				"{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:I, s:o, s:{s:o, s:o}, s:b, s:b, s:I}",
				"notice", notice, "id", api_id_json(d->id), "comment", api_id_json(d->comment), "revision",
				api_id_json(d->revision), "action", json_of(d->action), "to", json_or_null(to), "automatic", automatic,
				"public", items[i].is_public, "picked", items[i].picked, "rules", json_list(',', d->rules), "word",
				json_of(d->word), "by", json_of(d->editor_name), "at", (json_int_t)d->decided, "text",
				json_of(items[i].text), "article", "id", json_of(items[i].article_id), "title",
				json_of(items[i].article_title), "undone", d->undone, "mine", d->editor == session.who.id, "undo_until",
				(json_int_t)(d->decided + UNDO_MS)));
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "decisions", list));
}

static json_t *hit_json(struct arena *a, const struct search_hit *h)
{
	json_t *decision = json_null();
	if (h->decided)
		decision = json_pack("{s:o, s:o, s:o, s:I}", "action", json_of(h->decision.action), "by",
		                     json_of(h->decision.editor_name), "rules", json_list(',', h->decision.rules), "at",
		                     (json_int_t)h->decision.decided);
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:{s:o, s:o, s:o}, s:o}", "reported", (json_int_t)h->reported,
	                 "revision", api_id_json(h->revision.id), "comment", api_id_json(h->comment.id), "state",
	                 json_of(store_state_name(h->revision.state)), "name", json_of(h->comment.name), "text",
	                 json_of(h->revision.text), "submitted_at", (json_int_t)h->revision.created, "article", "id",
	                 json_of(h->article.external_id), "title", json_of(h->article.title), "section",
	                 json_of(h->article.section), "decision", decision);
}

HANDLER(desk_search)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct search_hit *hits;
	size_t count;
	str next;
	if (!api_editor(api, req, &session))
		return;
	struct arena *a = http_arena(req);
	msec from, to;
	bool numbers = time_of(req, "from", &from) && time_of(req, "to", &to);
	if (!query_good(api, req, numbers))
		return;
	struct search_query q = {.who = &session.who,
	                         .words = http_query(req, "q"),
	                         .author = http_query(req, "author"),
	                         .article = http_query(req, "article"),
	                         .state = http_query(req, "state"),
	                         .rule = http_query(req, "rule"),
	                         .from = from,
	                         .to = to,
	                         .cursor = http_query(req, "after"),
	                         .limit = limit_of(req, 20)};
	if (service_search(api->svc, a, &q, &hits, &count, &next, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, hit_json(a, &hits[i]));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:o}", "hits", list, "next", json_or_null(next)));
}

HANDLER(desk_stream)
{
	struct api *api = app;
	struct editor_session session;
	struct http_listener who = {.known = clock_steady()};
	if (!api_editor(api, req, &session))
		return;
	who.person = (uint64_t)session.who.id;
	who.until = session.expires;
	struct http_channel *channel = service_channel(api->svc, session.who.site, session.who.site);
	http_respond_stream_to(req, channel, &who);
	http_channel_unref(channel);
}
