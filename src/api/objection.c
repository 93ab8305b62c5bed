/* Objections: the letter's page for its author, the list and the answer for the desk. */
#include "api/inner.h"

#include "base/buf.h"

enum { LIST = 100 };

/* ---- the author's page ---- */

static void letter_page(struct api *api, struct http_request *req, const struct frg_error *err, str text, str email)
{
	struct objection_case c;
	struct frg_error failed;
	str token = http_param(req, "token");
	if (service_objection_case(api->svc, http_arena(req), token, &c, &failed) != FRG_OK) {
		api_error_page(api, req, &failed);
		return;
	}
	const struct store_site *site = service_site_by_id(api->svc, c.statement.site);
	struct view_site view = {.slug = site->slug, .name = site->name, .base_url = site->base_url, .lang = site->lang};
	struct view_letter_page page = {
		.site = &view,
		.lang = c.statement.lang,
		.letter = {.subject = c.statement.subject,
	               .body = c.statement.body,
	               .until = c.statement.objection_until,
	               .late = clock_now() > c.statement.objection_until,
	               .objection = service_objection_state(&c),
	               .reasons = c.objected ? c.objection.reasons : STR("")},
		.path = arena_printf(http_arena(req), "/objection/%.*s", STR_ARG(token)),
		.text = text,
		.email = email,
		.error = err ? api_message(http_arena(req), c.statement.lang, err) : STR(""),
	};
	struct buf b = BUF_INIT(1 << 20);
	render_letter_page(&b, service_assets(api->svc), &page);
	api_no_store(req);
	http_add_header(req, "Content-Security-Policy", str_of(&SERVICE_PAGE_CSP[strlen("Content-Security-Policy: ")]));
	http_respond(req, err ? api_http_status(err->status) : 200, "text/html; charset=utf-8",
	             buf_finish(&b, http_arena(req)));
}

HANDLER(page_objection) { letter_page(app, req, NULL, STR(""), STR("")); }

HANDLER(page_object)
{
	struct api *api = app;
	struct frg_error err;
	const struct store_site *site = api_find_site(api, req);
	if (!site || !api_may_write(api, req, site, true))
		return;
	str text = http_form(req, "text"), email = http_form(req, "email");
	enum frg_status st = http_form_broken(req) ? frg_fail(&err, FRG_INVALID, "request_malformed", "a broken form")
	                                           : service_limit(api->svc, LIMIT_SUBMIT, api_client_key(req), &err);
	if (st == FRG_OK)
		st = service_object(api->svc, http_arena(req), http_param(req, "token"), text, email, &err);
	if (st == FRG_OK)
		api_redirect(req, arena_printf(http_arena(req), "/objection/%.*s", STR_ARG(http_param(req, "token"))));
	else if (st == FRG_NOT_FOUND || st == FRG_THROTTLED)
		api_error_page(api, req, &err);
	else
		letter_page(api, req, &err, text, email);
}

/* ---- the desk ---- */

static json_t *case_json(struct arena *a, const struct objection_case *c, const struct staff *who)
{
	const struct store_objection *o = &c->objection;
	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:I, s:{s:o, s:o, s:o, s:o, s:I, s:b}, s:{s:o, s:o}, s:{s:o, "
	                 "s:o, s:o, s:I},"
	                 " s:{s:o, s:o}}",
	                 "id", api_id_json(o->id), "text", json_of(o->text), "state", json_of(o->state), "at",
	                 (json_int_t)o->created, "reasons", json_of(o->reasons), "by", json_or_null(c->answered_by),
	                 "email", json_of(o->email), "decided_at", (json_int_t)o->decided, "decision", "id",
	                 api_id_json(c->decision.id), "action", json_of(c->decision.action), "rules",
	                 json_list(',', c->decision.rules), "by", json_of(c->decision.editor_name), "at",
	                 (json_int_t)c->decision.decided, "mine", c->decision.editor == who->id, "letter", "subject",
	                 json_of(c->statement.subject), "body", json_of(c->statement.body), "comment", "revision",
	                 api_id_json(c->revision.id), "name", json_of(c->comment.name), "text", json_of(c->revision.text),
	                 "at", (json_int_t)c->revision.created, "article", "id", json_of(c->article.external_id), "title",
	                 json_of(c->article.title));
}

HANDLER(desk_objections)
{
	struct api *api = app;
	struct editor_session session;
	struct objection_case *items;
	size_t count;
	int64_t open;
	struct frg_error err;
	struct arena *a = http_arena(req);
	if (!api_editor(api, req, &session))
		return;
	bool decided = str_eq(http_query(req, "state"), STR("decided"));
	if (service_objections(api->svc, a, &session.who, !decided, LIST, &items, &count, &err) != FRG_OK ||
	    service_objection_count(api->svc, a, session.who.site, &open, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, case_json(a, &items[i], &session.who));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:I, s:o}", "open", (json_int_t)open, "objections", list));
}

static enum frg_status read_outcome(str name, enum objection_outcome *out, struct frg_error *err)
{
	static const str names[] = {STR_INIT("uphold"), STR_INIT("change"), STR_INIT("reject")};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (str_eq(name, names[i])) {
			*out = (enum objection_outcome)i;
			return FRG_OK;
		}
	}
	return frg_fail(err, FRG_INVALID, "outcome_unknown", "uphold, change or reject");
}

HANDLER(desk_objection_decide)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct decide_command terms = {0};
	struct objection_command cmd = {.who = &session.who, .terms = &terms};
	json_t *body;
	str outcome;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "objection", &cmd.objection) ||
	    !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "outcome", &outcome) && api_member(api, req, body, "reasons", &cmd.reasons)) {
		enum frg_status st = read_outcome(outcome, &cmd.outcome, &err);
		if (st == FRG_OK)
			st = api_read_terms(http_arena(req), body, &terms, &err);
		if (st == FRG_OK)
			st = service_objection_decide(api->svc, http_arena(req), &cmd, &err);
		if (st == FRG_OK)
			api_done(req);
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}
