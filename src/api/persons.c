/* Readers as persons, at the desk: found, handed over, erased; comments by the same line; for how long things are kept.
 */
#include "api/inner.h"

#include "base/buf.h"
#include "render/person.h"
#include "service/person/person.h"

enum { PAGE_MAX = 64 << 20, RUNS = 50, LINE = 50 };

static json_t *texts_json(const struct store_texts *texts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(list, json_of(texts->items[i]));
	return list;
}

static json_t *time_json(msec t) { return t ? json_integer(t) : json_null(); }

/* ---- finding ---- */

static json_t *found_json(const struct person_found *f)
{
	static const char *const names[] = {"email", "name", "comment", "author"};
	const struct store_person *p = &f->person;
	json_t *links = json_array();
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (f->links & 1u << i)
			json_array_append_new(links, json_string(names[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "id", api_id_json(p->author), "links", links,
	                 "names", texts_json(&p->names), "emails", texts_json(&p->emails), "comments",
	                 (json_int_t)p->comments, "released", (json_int_t)p->released, "erased", (json_int_t)p->erased,
	                 "first_at", time_json(p->first), "last_at", time_json(p->last));
}

HANDLER(desk_persons)
{
	struct api *api = app;
	struct editor_session session;
	struct person_found *found;
	size_t count;
	struct frg_error err;
	json_t *body;
	str q;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "q", &q)) {
		if (service_persons(api->svc, http_arena(req), session.who.site, q, &found, &count, &err) == FRG_OK) {
			json_t *list = json_array();
			for (size_t i = 0; i < count; i++)
				json_array_append_new(list, found_json(&found[i]));
			api_no_store(req);
			api_json(req, 200, json_pack("{s:o, s:b}", "persons", list, "cut", count == PERSONS_MAX));
		} else {
			api_error(api, req, &err, NULL);
		}
	}
	json_decref(body);
}

/* ---- handing over ---- */

static bool read_scope(struct api *api, struct http_request *req, const struct staff *who, str comment,
                       struct person_scope *out)
{
	struct frg_error err;
	*out = (struct person_scope){.site = who->site,
	                             .lang = api_lang(req, service_site_by_id(api->svc, who->site)),
	                             .bytes_max = PERSON_BYTES_MAX};
	if (!api_path_id(api, req, "person", &out->author))
		return false;
	if (comment.n == 0 || id_parse(comment, &out->comment))
		return true;
	frg_fail(&err, FRG_NOT_FOUND, "person_unknown", "no such comment");
	api_error(api, req, &err, NULL);
	return false;
}

static void answer_readable(struct api *api, struct http_request *req, const struct person_scope *scope,
                            const json_t *data)
{
	const struct store_site *site = service_site_by_id(api->svc, scope->site);
	struct view_site view = {.slug = site->slug, .name = site->name, .base_url = site->base_url, .lang = site->lang};
	struct view_person_page page = {.site = &view, .lang = scope->lang, .data = data};
	struct buf b = BUF_INIT(PAGE_MAX);
	render_person_page(&b, service_assets(api->svc), &page);
	http_add_header(req, "Content-Security-Policy", str_of(&SERVICE_PAGE_CSP[strlen("Content-Security-Policy: ")]));
	http_respond(req, 200, "text/html; charset=utf-8", buf_finish(&b, http_arena(req)));
}

/* The file's name tells nothing of the person but the number. */
static void as_file(struct http_request *req, const char *ending)
{
	if (!str_eq(http_query(req, "download"), STR("1")))
		return;
	id64 id;
	char text[ID_TEXT_SIZE];
	if (id_parse(http_param(req, "person"), &id)) {
		id_text(id, text);
		http_add_header(req, "Content-Disposition",
		                arena_printf(http_arena(req), "attachment; filename=\"person-%s.%s\"", text, ending));
	}
}

HANDLER(desk_person)
{
	struct api *api = app;
	struct editor_session session;
	struct person_scope scope;
	struct frg_error err;
	json_t *data;
	if (!api_editor(api, req, &session) || !read_scope(api, req, &session.who, http_query(req, "comment"), &scope))
		return;
	if (service_person_hand_over(api->svc, &session.who, &scope, &data, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	if (str_eq(http_query(req, "format"), STR("html"))) {
		as_file(req, "html");
		answer_readable(api, req, &scope, data);
		json_decref(data);
	} else {
		as_file(req, "json");
		api_json(req, 200, data);
	}
}

/* ---- erasing ---- */

static json_t *holds_json(const struct person_hold *holds, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "comment", api_id_json(holds[i].comment), "kind",
		                                      json_of(holds[i].kind), "since", time_json(holds[i].since), "until",
		                                      time_json(holds[i].until)));
	return list;
}

static json_t *preview_json(const struct person_preview *p)
{
	return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "digest", json_of(p->digest), "comments",
	                 (json_int_t)p->comments, "published", (json_int_t)p->published, "waiting", (json_int_t)p->waiting,
	                 "letters", (json_int_t)p->letters, "mails", (json_int_t)p->mails, "held", (json_int_t)p->held,
	                 "holds", holds_json(p->holds, p->hold_count));
}

static enum frg_status erase(struct api *api, struct http_request *req, const struct erase_command *cmd, bool confirm,
                             json_t **out, struct frg_error *err)
{
	struct person_preview preview;
	struct erase_result r;
	enum frg_status st;
	*out = NULL;
	if (confirm && cmd->digest.n == 0)
		return frg_fail(err, FRG_INVALID, "erase_unconfirmed", "a confirmation names the preview's digest");
	if (!confirm) {
		st = service_erase_preview(api->svc, http_arena(req), &cmd->scope, &preview, err);
		if (st == FRG_OK)
			*out = json_pack("{s:o, s:n}", "preview", preview_json(&preview), "result");
		return st;
	}
	st = service_erase(api->svc, http_arena(req), cmd, &r, err);
	if (st == FRG_OK)
		*out = json_pack("{s:n, s:{s:o, s:I, s:b, s:o}}", "preview", "result", "run", api_id_json(r.run), "erased",
		                 (json_int_t)r.erased, "done", r.done, "holds", holds_json(r.holds, r.hold_count));
	return st;
}

HANDLER(desk_person_erase)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body, *out;
	str comment;
	struct erase_command cmd = {.who = &session.who};
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "comment", &comment) && api_member(api, req, body, "digest", &cmd.digest) &&
	    read_scope(api, req, &session.who, comment, &cmd.scope)) {
		if (erase(api, req, &cmd, json_is_true(json_object_get(body, "confirm")), &out, &err) == FRG_OK) {
			api_no_store(req);
			api_json(req, 200, out);
		} else {
			api_error(api, req, &err, NULL);
		}
	}
	json_decref(body);
}

HANDLER(desk_erasures)
{
	struct api *api = app;
	struct editor_session session;
	struct store_runs runs;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_erase_runs(api->svc, http_arena(req), session.who.site, RUNS, &runs, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < runs.count; i++) {
		const struct store_run *r = &runs.items[i];
		json_t *holds = json_loadb(r->holds.p, r->holds.n, 0, NULL);
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:o}", "run",
		                                      api_id_json(r->id), "person", api_id_json(r->author), "comment",
		                                      api_id_json(r->comment), "cause", json_of(r->cause), "by",
		                                      json_or_null(r->editor_name), "state", json_of(r->state), "erased",
		                                      (json_int_t)r->erased, "holds", holds ? holds : json_array(), "at",
		                                      (json_int_t)r->created, "done_at", time_json(r->done)));
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "erasures", list));
}

/* ---- for how long ---- */

static void answer_privacy(struct http_request *req, const struct privacy_settings *s)
{
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:I, s:I, s:I, s:I}", "version", (json_int_t)s->version, "address_days",
	                   (json_int_t)s->address_days, "purge_days", (json_int_t)s->purge_days, "log_days",
	                   (json_int_t)s->log_days, "suggestion_days", (json_int_t)s->suggestion_days));
}

HANDLER(desk_privacy)
{
	struct api *api = app;
	struct editor_session session;
	struct privacy_settings settings;
	struct frg_error err;
	if (!api_editor(api, req, &session))
		return;
	if (service_privacy(api->svc, http_arena(req), &session.who, &settings, &err) == FRG_OK)
		answer_privacy(req, &settings);
	else
		api_error(api, req, &err, NULL);
}

/* What is no number is out of bounds. */
static int64_t days(const json_t *body, const char *name)
{
	const json_t *v = json_object_get(body, name);
	return json_is_integer(v) ? json_integer_value(v) : -1;
}

HANDLER(desk_privacy_save)
{
	struct api *api = app;
	struct editor_session session;
	struct privacy_settings settings;
	struct frg_error err;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	struct privacy_settings wanted = {.version = json_integer_value(json_object_get(body, "version")),
	                                  .address_days = days(body, "address_days"),
	                                  .purge_days = days(body, "purge_days"),
	                                  .log_days = days(body, "log_days"),
	                                  .suggestion_days = days(body, "suggestion_days")};
	json_decref(body);
	if (service_privacy_save(api->svc, http_arena(req), &session.who, &wanted, &settings, &err) == FRG_OK)
		answer_privacy(req, &settings);
	else
		api_error(api, req, &err, NULL);
}

/* ---- by the same line ---- */

json_t *api_line_json(const struct address_view *view)
{
	return view->known ? json_pack("{s:I, s:I, s:I}", "days", (json_int_t)view->days, "comments",
	                               (json_int_t)view->comments, "authors", (json_int_t)view->authors)
	                   : json_null();
}

HANDLER(desk_line)
{
	struct api *api = app;
	struct editor_session session;
	struct address_view view;
	struct search_hit *hits;
	struct frg_error err;
	size_t count;
	id64 revision;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &revision))
		return;
	if (service_address_others(api->svc, http_arena(req), &session.who, revision, LINE, &view, &hits, &count, &err) !=
	    FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			list, json_pack("{s:o, s:o, s:o, s:o, s:I, s:o}", "revision", api_id_json(hits[i].revision.id), "name",
		                    json_of(hits[i].comment.name), "text", json_of(hits[i].revision.text), "state",
		                    json_of(store_state_name(hits[i].revision.state)), "at",
		                    (json_int_t)hits[i].revision.created, "article", json_of(hits[i].article.title)));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:o}", "line", api_line_json(&view), "comments", list));
}
