/* Preserved evidence: preserving a comment, the list, one bundle, the file to hand over, the end of a hold. */
#include "api/inner.h"

enum { LIST = 50 };

static json_t *head_json(const struct store_evidence *e)
{
	json_t *ended = json_null();
	if (e->ended)
		ended = json_pack("{s:I, s:o, s:o}", "at", (json_int_t)e->ended, "by", json_of(e->ended_name), "reason",
		                  json_of(e->end_reason));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "id", api_id_json(e->id), "comment",
	                 api_id_json(e->comment), "name", json_of(e->name), "article", json_of(e->title), "by",
	                 json_of(e->editor_name), "reason", json_of(e->reason), "at", (json_int_t)e->created, "ended",
	                 ended);
}

HANDLER(desk_evidence_list)
{
	struct api *api = app;
	struct editor_session session;
	struct store_evidences all;
	struct frg_error err;
	struct arena *a = http_arena(req);
	id64 before = 0, next = 0;
	str key;
	if (!api_editor(api, req, &session))
		return;
	enum frg_status st = FRG_OK;
	if (http_query(req, "before").n && !id_parse(http_query(req, "before"), &before))
		st = frg_fail(&err, FRG_INVALID, "cursor_invalid", "no such place");
	if (st == FRG_OK)
		st = service_evidence_list(api->svc, a, &session.who, before, LIST, &all, &next, &err);
	if (st == FRG_OK)
		st = service_evidence_key(service_store(api->svc), a, &key, &err);
	if (st != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < all.count; i++)
		json_array_append_new(list, head_json(&all.items[i]));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:o, s:o}", "key", json_of(key), "evidence", list, "next", api_id_json(next)));
}

HANDLER(desk_evidence)
{
	struct api *api = app;
	struct editor_session session;
	struct store_evidence e;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "evidence", &id))
		return;
	if (service_evidence_get(api->svc, http_arena(req), &session.who, id, &e, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *o = head_json(&e), *bundle = json_loadb(e.bundle.p, e.bundle.n, 0, NULL);
	json_object_set_new(o, "bundle", bundle ? bundle : json_null()); /* null: what stands there is no JSON any more */
	json_object_set_new(o, "signature", json_of(e.signature));
	api_no_store(req);
	api_json(req, 200, o);
}

HANDLER(desk_evidence_file)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	str file;
	id64 id;
	char name[ID_TEXT_SIZE];
	struct arena *a = http_arena(req);
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "evidence", &id))
		return;
	if (service_evidence_file(api->svc, a, &session.who, id, &file, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	id_text(id, name);
	api_no_store(req);
	http_add_header(req, "Content-Disposition",
	                arena_printf(a, "attachment; filename=\"freigabe-evidence-%s.json\"", name));
	http_respond(req, 200, "application/json", file);
}

HANDLER(desk_evidence_preserve)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	id64 revision, id;
	str reason;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &revision) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "reason", &reason)) {
		api_no_store(req);
		if (service_evidence_preserve(api->svc, http_arena(req), &session.who, revision, reason, &id, &err) == FRG_OK)
			api_json(req, 201, json_pack("{s:o}", "id", api_id_json(id)));
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}

HANDLER(desk_evidence_end)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	id64 id;
	str reason;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "evidence", &id) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "reason", &reason)) {
		if (service_evidence_end(api->svc, http_arena(req), &session.who, id, reason, &err) == FRG_OK)
			api_done(req);
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}
