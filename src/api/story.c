/* One comment as the desk looks back on it, as JSON. */
#include "api/inner.h"

static json_t *time_or_null(msec t) { return t ? json_integer(t) : json_null(); }

/* ---- the story ---- */

static const struct store_revision *revision_of(const struct story *s, id64 id)
{
	for (size_t i = 0; i < s->revisions.count; i++)
		if (s->revisions.items[i].id == id)
			return &s->revisions.items[i];
	BUG("a row of this comment names a revision of another");
}

/* When its author took it back; 0: not, or from before this was kept. */
static msec withdrawn_at(const struct store_revision *r)
{
	return r->state == STATE_WITHDRAWN && r->moved > r->created ? r->moved : 0;
}

static json_t *revisions_json(const struct story *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->revisions.count; i++) {
		const struct store_revision *r = &s->revisions.items[i];
		json_array_append_new(list, json_pack("{s:o, s:I, s:o, s:o, s:o, s:I, s:o}", "id", api_id_json(r->id),
		                                      "ordinal", (json_int_t)r->ordinal, "text", json_of(r->text), "text_hash",
		                                      json_of(r->text_hash), "state", json_of(store_state_name(r->state)), "at",
		                                      (json_int_t)r->created, "withdrawn_at", time_or_null(withdrawn_at(r))));
	}
	return list;
}

static json_t *reviews_json(const struct story *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->reviews.count; i++) {
		const struct store_review *v = &s->reviews.items[i];
		struct service_review review = {.engine = v->engine, .suggestion = v->suggestion, .findings = v->findings};
		json_array_append_new(list, json_pack("{s:o, s:I, s:o}", "revision", api_id_json(v->revision), "at",
		                                      (json_int_t)v->created, "review",
		                                      api_review_json(&review, revision_of(s, v->revision)->text)));
	}
	return list;
}

/* The passages that a decision names, in their own words. */
static json_t *passages_json(const json_t *detail, str text)
{
	size_t i;
	json_t *p, *list = json_array();
	json_array_foreach(json_object_get(detail, "passages"), i, p)
	{
		size_t begin = (size_t)json_integer_value(json_object_get(p, "begin"));
		size_t end = (size_t)json_integer_value(json_object_get(p, "end"));
		json_t *rule = json_object_get(p, "rule");
		if (json_is_string(rule) && begin < end && end <= text.n)
			json_array_append_new(list,
			                      json_pack("{s:O, s:o}", "rule", rule, "quote", json_of(str_sub(text, begin, end))));
	}
	return list;
}

static json_t *decision_json(struct arena *a, const struct story *s, const struct store_decision *d)
{
	json_t *detail = d->detail.n ? json_loadb(d->detail.p, d->detail.n, 0, NULL) : NULL;
	json_t *out = json_pack(
		"{s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:b, s:o}", "id",
		api_id_json(d->id), "number", (json_int_t)d->seq, "revision", api_id_json(d->revision), "action",
		json_of(d->action), "to", json_or_null(json_str(a, json_object_get(detail, "to"))), "proposed",
		json_or_null(json_str(a, json_object_get(detail, "action"))), "rules", json_list(',', d->rules), "law",
		json_or_null(json_str(a, json_object_get(detail, "law"))), "passages",
		passages_json(detail, revision_of(s, d->revision)->text), "until",
		time_or_null(json_integer_value(json_object_get(detail, "until"))), "word", json_of(d->word), "by",
		json_of(d->editor_name), "at", (json_int_t)d->decided, "engine", json_of(d->engine), "undoes",
		api_id_json(d->undoes), "undone", d->undone, "hash", json_of(d->hash));
	json_decref(detail);
	return out;
}

static json_t *letters_json(const struct story *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->letters.count; i++) {
		const struct store_statement *l = &s->letters.items[i];
		json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:o}", "id", api_id_json(l->id),
		                                      "decision", api_id_json(l->decision), "lang", frg_lang_id(l->lang),
		                                      "subject", json_of(l->subject), "body", json_of(l->body), "at",
		                                      (json_int_t)l->created, "objection_until", (json_int_t)l->objection_until,
		                                      "voided_at", time_or_null(l->voided)));
	}
	return list;
}

static json_t *objections_json(const struct story *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->objections.count; i++) {
		const struct store_objection *o = &s->objections.items[i];
		str by = STR("");
		for (size_t k = 0; k < s->decisions.count; k++)
			if (o->decision && s->decisions.items[k].id == o->decision)
				by = s->decisions.items[k].editor_name;
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "id", api_id_json(o->id),
		                                      "letter", api_id_json(o->statement), "text", json_of(o->text), "state",
		                                      json_of(o->state), "at", (json_int_t)o->created, "reasons",
		                                      json_of(o->reasons), "by", json_or_null(by), "decided_at",
		                                      time_or_null(o->decided), "decision", api_id_json(o->decision)));
	}
	return list;
}

static json_t *public_json(const struct story *s)
{
	const struct store_publication *p = &s->publication;
	if (!s->published)
		return json_null();
	return json_pack("{s:o, s:I, s:o, s:o, s:b}", "revision", api_id_json(p->revision), "published_at",
	                 (json_int_t)p->published, "edited_at", time_or_null(p->edited), "removed_at",
	                 time_or_null(p->removed), "picked", p->picked);
}

static json_t *story_json(struct arena *a, const struct story *s)
{
	const struct store_article *art = &s->article;
	json_t *decisions = json_array(), *parent = json_null();
	for (size_t i = 0; i < s->decisions.count; i++)
		json_array_append_new(decisions, decision_json(a, s, &s->decisions.items[i]));
	if (s->comment.parent)
		parent = json_pack("{s:o, s:o}", "id", api_id_json(s->comment.parent), "name", json_of(s->parent_name));
	str path = art->hosted ? arena_printf(a, "/articles/%.*s", STR_ARG(art->external_id)) : art->url;
	return json_pack("{s:o, s:I, s:{s:o, s:o, s:o, s:o}, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	                 "comment", api_id_json(s->comment.id), "at", (json_int_t)s->comment.created, "article", "id",
	                 json_of(art->external_id), "title", json_of(art->title), "section", json_of(art->section), "path",
	                 json_of(path), "author", "name", json_of(s->comment.name), "email", json_of(s->comment.email),
	                 "suspended_until", time_or_null(s->suspended_until), "parent", parent, "public", public_json(s),
	                 "revisions", revisions_json(s), "reviews", reviews_json(s), "decisions", decisions, "letters",
	                 letters_json(s), "objections", objections_json(s));
}

HANDLER(desk_story)
{
	struct api *api = app;
	struct editor_session session;
	struct story story;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "comment", &id))
		return;
	if (service_story(api->svc, http_arena(req), &session.who, id, &story, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200, story_json(http_arena(req), &story));
}

/* ---- what stands around it ---- */

HANDLER(desk_around)
{
	static const char *const kinds[] = {"above", "beside", "this", "below"};
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	id64 id;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "comment", &id))
		return;
	struct around *around = ARENA_NEW(http_arena(req), struct around);
	if (service_around(api->svc, http_arena(req), &session.who, id, around, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < around->count; i++) {
		const struct store_publication *p = &around->items[i].publication;
		json_array_append_new(list,
		                      json_pack("{s:o, s:s, s:I, s:o, s:o, s:I, s:o, s:b, s:b}", "id", api_id_json(p->comment),
		                                "kind", kinds[around->items[i].kind], "depth", (json_int_t)p->depth, "name",
		                                json_of(p->removed ? STR("") : p->name), "html", json_of(around->items[i].html),
		                                "at", (json_int_t)p->published, "edited_at", time_or_null(p->edited), "removed",
		                                p->removed != 0, "picked", p->picked));
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:o, s:I, s:I, s:b}", "comments", list, "place", (json_int_t)around->place, "depth",
	                   (json_int_t)around->depth, "cut", around->cut));
}
