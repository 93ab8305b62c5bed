/* The desk's people: sessions, one's own account, and what administrators do with others'. Logging in is entry.c's,
 * second factors are access.c's. */
#include "api/inner.h"

#include "base/i18n.h"

enum { LOG_PAGE = 100 };

static void fail(struct api *api, struct http_request *req, const struct frg_error *err)
{
	api_error(api, req, err, NULL);
}

json_t *api_texts_json(const struct store_texts *texts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(list, json_of(texts->items[i]));
	return list;
}

static json_t *rights_json(unsigned rights)
{
	static const char *const names[] = {"self",    "read",     "decide",  "answer",   "thread",
	                                    "suspend", "settings", "change",  "evidence", "legal",
	                                    "log",     "staff",    "persons", "sign",     "webhooks"};
	json_t *list = json_array();
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (rights & 1u << i)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

/* Other sites where this person may work, for a switch. */
static json_t *sites_json(struct api *api, struct arena *a, const struct staff *who)
{
	struct store_memberships all;
	struct frg_error err;
	json_t *list = json_array();
	if (service_staff_sites(api->svc, a, who->id, &all, &err) != FRG_OK)
		return list; /* the switch is missing, the desk works */
	for (size_t i = 0; i < all.count; i++) {
		const struct store_site *site = service_site_by_id(api->svc, all.items[i].site);
		if (site)
			json_array_append_new(list,
			                      json_pack("{s:o, s:o}", "id", json_of(site->slug), "name", json_of(site->name)));
	}
	return list;
}

json_t *api_session_json(struct api *api, struct arena *a, const struct editor_session *s)
{
	const struct store_site *site = service_site_by_id(api->svc, s->who.site);
	return json_pack("{s:{s:o, s:o, s:o}, s:o, s:o, s:b, s:o, s:o, s:{s:o, s:o, s:s}, s:o}", "user", "login",
	                 json_of(s->who.login), "name", json_of(s->who.name), "role", json_of(staff_role_name(s->who.role)),
	                 "rights", rights_json(s->who.rights), "method", json_of(s->method), "setup", s->setup, "sections",
	                 api_texts_json(&s->who.sections), "csrf", json_of(s->csrf), "site", "id",
	                 json_of(site ? site->slug : STR("")), "name", json_of(site ? site->name : STR("")), "lang",
	                 frg_lang_id(site ? site->lang : FRG_LANG_DE), "sites", sites_json(api, a, &s->who));
}

void api_answer_session(struct api *api, struct http_request *req, const struct editor_session *s)
{
	api_no_store(req);
	if (s->token.n)
		api_set_desk_cookie(req, s->token, false);
	api_json(req, 200, api_session_json(api, http_arena(req), s));
}

HANDLER(desk_session)
{
	struct editor_session session;
	if (api_editor(app, req, &session))
		api_answer_session(app, req, &session);
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
	api_set_desk_cookie(req, STR(""), true);
	api_done(req);
}

/* ---- one's own account ---- */

HANDLER(desk_sessions)
{
	struct api *api = app;
	struct editor_session session;
	struct store_sessions all;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_session_list(api->svc, http_arena(req), &session.who, &all, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < all.count; i++)
		json_array_append_new(list,
		                      json_pack("{s:o, s:o, s:o, s:I, s:I, s:b}", "id", api_id_json(all.items[i].id), "agent",
		                                json_of(all.items[i].agent), "method", json_of(all.items[i].method), "at",
		                                (json_int_t)all.items[i].created, "expires_at",
		                                (json_int_t)all.items[i].expires, "this", all.items[i].id == session.id));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "sessions", list));
}

HANDLER(desk_session_end)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "session", &id))
		return;
	if (service_session_end(api->svc, http_arena(req), &session.who, id, &err) == FRG_OK)
		api_done(req);
	else
		fail(api, req, &err);
}

HANDLER(desk_session_site)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	str slug = STR("");
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "site", &slug)) {
		str token = http_cookie(req, "freigabe_desk");
		const struct store_site *site = slug.n ? service_site(api->svc, slug) : NULL;
		enum frg_status st = site ? service_session_site(api->svc, http_arena(req), token, &session.who, site->id, &err)
		                          : frg_fail(&err, FRG_NOT_FOUND, "site_unknown", "no such site");
		if (st == FRG_OK)
			st = service_session(api->svc, http_arena(req), token, &session, &err);
		if (st == FRG_OK)
			api_answer_session(api, req, &session);
		else
			fail(api, req, &err);
	}
	json_decref(body);
}

HANDLER(desk_password)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	str before, after;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "before", &before) && api_member(api, req, body, "after", &after)) {
		if (service_password_change(api->svc, http_arena(req), &session, before, after, &err) == FRG_OK)
			api_done(req);
		else
			fail(api, req, &err);
	}
	json_decref(body);
}

/* ---- invitations, from the invited side: nobody is logged in yet ---- */

HANDLER(desk_invitation)
{
	struct api *api = app;
	struct frg_error err;
	struct invitation_view v;
	json_t *body;
	str token;
	if (!api_may_begin(api, req) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "token", &token)) {
		enum frg_status st = service_limit(api->svc, LIMIT_LOGIN_ADDRESS, api_client_key(req), &err);
		if (st == FRG_OK)
			st = service_invitation_get(api->svc, http_arena(req), token, &v, &err);
		api_no_store(req);
		if (st == FRG_OK)
			api_json(req, 200,
			         json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:I}", "site", json_of(v.site_name), "name",
			                   json_of(v.invitation.name), "role", json_of(v.invitation.role), "lang",
			                   json_of(v.invitation.lang), "login", json_of(v.login), "reset", v.invitation.resets != 0,
			                   "expires_at", (json_int_t)v.invitation.expires));
		else
			fail(api, req, &err);
	}
	json_decref(body);
}

HANDLER(desk_invitation_accept)
{
	struct api *api = app;
	struct frg_error err;
	struct editor_session session;
	json_t *body;
	struct invitation_accept cmd = {.agent = http_header(req, "User-Agent"), .client = api_client_key(req)};
	if (!api_may_begin(api, req) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "token", &cmd.token) && api_member(api, req, body, "login", &cmd.login) &&
	    api_member(api, req, body, "name", &cmd.name) && api_member(api, req, body, "password", &cmd.password)) {
		if (service_invitation_accept(api->svc, http_arena(req), &cmd, &session, &err) != FRG_OK)
			fail(api, req, &err);
		else if (session.token.n)
			api_answer_session(api, req, &session);
		else
			api_done(req);
	}
	json_decref(body);
}

/* ---- administrators ---- */

static json_t *member_json(const struct store_membership *m)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "id", api_id_json(m->editor), "login",
	                 json_of(m->login), "name", json_of(m->name), "email", json_of(m->email), "role", json_of(m->role),
	                 "sections", api_texts_json(&m->sections), "open", m->open, "last_login_at",
	                 m->last_login ? json_integer(m->last_login) : json_null());
}

static json_t *invitation_json(const struct store_invitation *i)
{
	json_t *sections = json_loadb(i->sections.p, i->sections.n, 0, NULL);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:I}", "id", api_id_json(i->id), "name", json_of(i->name),
	                 "email", json_of(i->email), "role", json_of(i->role), "sections",
	                 sections ? sections : json_array(), "reset", i->resets != 0, "at", (json_int_t)i->created,
	                 "expires_at", (json_int_t)i->expires);
}

HANDLER(desk_staff)
{
	struct api *api = app;
	struct editor_session session;
	struct store_memberships members;
	struct store_invitations invitations;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_staff_list(api->svc, http_arena(req), session.who.site, &members, &invitations, &err) != FRG_OK) {
		fail(api, req, &err);
		return;
	}
	json_t *people = json_array(), *open = json_array();
	for (size_t i = 0; i < members.count; i++)
		json_array_append_new(people, member_json(&members.items[i]));
	for (size_t i = 0; i < invitations.count; i++)
		json_array_append_new(open, invitation_json(&invitations.items[i]));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:o}", "members", people, "invitations", open));
}

/* "role" and "sections" of a body. False: answered. */
static bool read_role(struct api *api, struct http_request *req, json_t *body, enum staff_role *role,
                      struct store_texts *sections)
{
	struct arena *a = http_arena(req);
	struct frg_error err;
	json_t *list = json_object_get(body, "sections"), *v;
	size_t i;
	if (!staff_role_of(json_str(a, json_object_get(body, "role")), role))
		frg_fail(&err, FRG_INVALID, "role_unknown", "no such role");
	else if ((list && !json_is_array(list)) || json_array_size(list) > STAFF_SECTIONS_MAX)
		frg_fail(&err, FRG_INVALID, "sections_invalid", "sections must be a short array of strings");
	else {
		sections->items = ARENA_ARRAY(a, str, json_array_size(list));
		sections->count = 0;
		json_array_foreach(list, i, v) sections->items[sections->count++] = json_str(a, v);
		return true;
	}
	fail(api, req, &err);
	return false;
}

HANDLER(desk_staff_change)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	struct staff_change change = {.who = &session.who};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "member", &change.editor) ||
	    !api_body(api, req, &body))
		return;
	json_t *open = json_object_get(body, "open");
	change.open = !open || json_is_true(open);
	if (read_role(api, req, body, &change.role, &change.sections)) {
		if (service_staff_change(api->svc, http_arena(req), &change, &err) == FRG_OK)
			api_done(req);
		else
			fail(api, req, &err);
	}
	json_decref(body);
}

static void answer_invitation(struct api *api, struct http_request *req, const struct staff_invitation *i)
{
	struct frg_error err;
	id64 id;
	str link;
	api_no_store(req);
	if (service_invite(api->svc, http_arena(req), i, &id, &link, &err) == FRG_OK)
		api_json(req, 201, json_pack("{s:o, s:o}", "id", api_id_json(id), "link", json_of(link)));
	else
		fail(api, req, &err);
}

HANDLER(desk_invite)
{
	struct api *api = app;
	struct editor_session session;
	json_t *body;
	str lang = STR("");
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	struct staff_invitation i = {.who = &session.who};
	if (api_member(api, req, body, "name", &i.name) && api_member(api, req, body, "email", &i.email) &&
	    api_member(api, req, body, "lang", &lang) && read_role(api, req, body, &i.role, &i.sections)) {
		i.lang = str_eq(lang, STR("en")) ? FRG_LANG_EN : FRG_LANG_DE;
		answer_invitation(api, req, &i);
	}
	json_decref(body);
}

HANDLER(desk_staff_reset)
{
	struct api *api = app;
	struct editor_session session;
	struct staff_invitation i = {.who = &session.who};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "member", &i.resets))
		return;
	i.lang = api_lang(req, service_site_by_id(api->svc, session.who.site));
	answer_invitation(api, req, &i);
}

HANDLER(desk_invitation_end)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "invitation", &id))
		return;
	if (service_invitation_end(api->svc, http_arena(req), &session.who, id, &err) == FRG_OK)
		api_done(req);
	else
		fail(api, req, &err);
}

HANDLER(desk_staff_log)
{
	struct api *api = app;
	struct editor_session session;
	struct store_staff_events events;
	struct frg_error err = {0};
	id64 before = 0;
	if (!api_editor(api, req, &session))
		return;
	str cursor = http_query(req, "before");
	if (cursor.n && !id_parse(cursor, &before))
		frg_fail(&err, FRG_INVALID, "cursor_invalid", "before must be an entry");
	else if (service_staff_log(api->svc, http_arena(req), session.who.site, before, LOG_PAGE, &events, &err) ==
	         FRG_OK) {
		json_t *list = json_array();
		for (size_t i = 0; i < events.count; i++) {
			const struct store_staff_event *e = &events.items[i];
			json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:I}", "id", api_id_json(e->id), "kind",
			                                      json_of(e->kind), "by", json_or_null(e->actor_name), "to",
			                                      json_or_null(e->subject_name), "detail", json_of(e->detail), "at",
			                                      (json_int_t)e->created));
		}
		api_no_store(req);
		api_json(req, 200, json_pack("{s:o}", "entries", list));
		return;
	}
	fail(api, req, &err);
}
