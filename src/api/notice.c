/* Notices of illegal content at the desk: the texts that were reported, and the decision on one of them. */
#include "api/inner.h"

enum { LIST = 100 };

static json_t *notice_json(const struct store_notice *n)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:b}", "id", api_id_json(n->id), "kind", json_of(n->kind),
	                 "explanation", json_of(n->explanation), "name", json_of(n->name), "email", json_of(n->email), "at",
	                 (json_int_t)n->created, "again", n->joins != 0);
}

static json_t *decision_json(const struct notice_case *c, const struct staff *who, bool there,
                             const struct store_decision *d)
{
	(void)c;
	if (!there)
		return json_null();
	return json_pack("{s:o, s:o, s:I, s:b}", "action", json_of(d->action), "by", json_of(d->editor_name), "at",
	                 (json_int_t)d->decided, "mine", d->editor == who->id);
}

static json_t *case_json(struct arena *a, const struct notice_case *c, const struct staff *who, bool open)
{
	json_t *list = json_array();
	const struct store_notice *first = &c->notices.items[0];
	for (size_t i = 0; i < c->notices.count; i++)
		json_array_append_new(list, notice_json(&c->notices.items[i]));
	const struct store_article *art = &c->article;
	str path = art->hosted ? arena_printf(a, "/articles/%.*s", STR_ARG(art->external_id)) : art->url;
	json_t *o = json_pack("{s:o, s:o, s:I, s:o, s:I, s:b, s:o, s:o, s:I}", "id", api_id_json(first->id), "last",
	                      api_id_json(c->row.last), "persons", (json_int_t)c->row.persons, "notices", list, "at",
	                      (json_int_t)first->created, "public", c->is_public, "release",
	                      decision_json(c, who, c->has_release, &c->release), "decision",
	                      decision_json(c, who, c->has_decision, &c->decision), "before", (json_int_t)c->before);
	json_t *more = json_pack("{s:o, s:b, s:o, s:I, s:o, s:{s:o, s:o, s:o, s:s, s:o, s:I}, s:{s:o, s:o, s:o}}", "due_at",
	                         open ? json_integer(c->due) : json_null(), "overdue", open && clock_now() > c->due,
	                         "outcome", json_or_null(first->outcome), "decided_at", (json_int_t)first->decided,
	                         "answer", json_or_null(first->answer), "comment", "id", api_id_json(c->comment.id),
	                         "revision", api_id_json(c->revision.id), "name", json_of(c->comment.name), "lang",
	                         frg_lang_id(c->lang), "text", json_of(c->revision.text), "at",
	                         (json_int_t)c->revision.created, "article", "id", json_of(art->external_id), "title",
	                         json_of(art->title), "path", json_of(path));
	json_object_update(o, more);
	json_decref(more);
	return o;
}

HANDLER(desk_notices)
{
	struct api *api = app;
	struct editor_session session;
	struct notice_case *items;
	size_t count;
	int64_t open, overdue;
	struct frg_error err;
	struct arena *a = http_arena(req);
	if (!api_editor(api, req, &session))
		return;
	bool decided = str_eq(http_query(req, "state"), STR("decided"));
	if (service_notices(api->svc, a, &session.who, !decided, LIST, &items, &count, &err) != FRG_OK ||
	    service_notice_count(api->svc, a, session.who.site, &open, &overdue, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, case_json(a, &items[i], &session.who, !decided));
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:I, s:o}", "open", (json_int_t)open, "overdue", (json_int_t)overdue, "cases", list));
}

static enum frg_status read_decision(struct arena *a, json_t *body, struct notice_decision *cmd,
                                     struct decide_command *terms, struct frg_error *err)
{
	str outcome = json_str(a, json_object_get(body, "outcome"));
	cmd->remove = str_eq(outcome, STR("remove"));
	if (!cmd->remove && !str_eq(outcome, STR("keep")))
		return frg_fail(err, FRG_INVALID, "outcome_unknown", "remove or keep");
	if (!id_parse(json_str(a, json_object_get(body, "last")), &cmd->last))
		return frg_fail(err, FRG_INVALID, "version_missing", "last must be the case's");
	return api_read_terms(a, body, terms, err);
}

HANDLER(desk_notice_decide)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct decide_command terms = {.who = &session.who, .action = DECIDE_REJECT};
	struct decide_result result = {0};
	struct notice_decision cmd = {.who = &session.who, .terms = &terms};
	json_t *body;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "notice", &cmd.notice) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "reasons", &cmd.reasons)) {
		enum frg_status st = read_decision(http_arena(req), body, &cmd, &terms, &err);
		if (st == FRG_OK)
			st = service_notice_decide(api->svc, http_arena(req), &cmd, &result, &err);
		api_no_store(req);
		if (st == FRG_OK)
			api_json(req, 200,
			         json_pack("{s:o, s:I}", "decision", api_id_json(result.decision), "undo_until",
			                   (json_int_t)(result.decided + UNDO_MS)));
		else
			api_error(api, req, &err, st == FRG_CONFLICT ? api_conflict_json(&result) : NULL);
	}
	json_decref(body);
}
