/* Commands at the desk: decide what is held, withdraw and mark what is released, suspend, take back, see the letter. */
#include "api/inner.h"

static const char *const actions[] = {"release", "reject", "return", "refer"};

/* ---- reading a command ---- */

static enum frg_status read_action(str name, enum decide_action *out, struct frg_error *err)
{
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		if (str_eq(name, str_of(actions[i]))) {
			*out = (enum decide_action)i;
			return FRG_OK;
		}
	}
	return frg_fail(err, FRG_INVALID, "action_unknown", "action is release, reject, return or refer");
}

static enum frg_status read_rule(struct arena *a, const json_t *v, enum frg_rule *out, struct frg_error *err)
{
	if (!frg_rule_from_id(json_str(a, v), out) || *out == FRG_ENGAGING)
		return frg_fail(err, FRG_INVALID, "rule_unknown", "no such rule");
	return FRG_OK;
}

static enum frg_status read_rules(struct arena *a, const json_t *list, unsigned *bits, struct frg_error *err)
{
	size_t i;
	json_t *v;
	*bits = 0;
	if (list && !json_is_null(list) && !json_is_array(list))
		return frg_fail(err, FRG_INVALID, "json_invalid", "rules must be an array");
	json_array_foreach(list, i, v)
	{
		enum frg_rule rule;
		if (read_rule(a, v, &rule, err) != FRG_OK)
			return FRG_INVALID;
		*bits |= 1u << rule;
	}
	return FRG_OK;
}

static enum frg_status read_passages(struct arena *a, const json_t *list, struct decide_command *cmd,
                                     struct frg_error *err)
{
	size_t i;
	json_t *v;
	if (list && !json_is_null(list) && !json_is_array(list))
		return frg_fail(err, FRG_INVALID, "json_invalid", "passages must be an array");
	if (json_array_size(list) > DECIDE_PASSAGES_MAX)
		return frg_fail(err, FRG_INVALID, "passage_invalid", "at most %d passages", DECIDE_PASSAGES_MAX);
	struct decide_passage *out = ARENA_ARRAY(a, struct decide_passage, json_array_size(list));
	json_array_foreach(list, i, v)
	{
		json_t *begin = json_object_get(v, "begin"), *end = json_object_get(v, "end");
		if (!json_is_integer(begin) || !json_is_integer(end))
			return frg_fail(err, FRG_INVALID, "passage_invalid", "a passage has a rule, begin and end");
		out[i].begin = json_integer_value(begin);
		out[i].end = json_integer_value(end);
		if (read_rule(a, json_object_get(v, "rule"), &out[i].rule, err) != FRG_OK)
			return FRG_INVALID;
	}
	cmd->passages = out;
	cmd->passage_count = json_array_size(list);
	return FRG_OK;
}

static void read_blocks(const json_t *blocks, struct decide_command *cmd)
{
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		json_int_t which = json_integer_value(json_object_get(blocks, frg_rule_id((enum frg_rule)r)));
		cmd->block[r] = which > 0 && which < 10 ? (unsigned char)which : 0; /* one that is not there: the first */
	}
}

/* What all refusals may say. */
enum frg_status api_read_terms(struct arena *a, json_t *body, struct decide_command *cmd, struct frg_error *err)
{
	json_t *word = json_object_get(body, "word"), *law = json_object_get(body, "law");
	if (word && !json_is_string(word) && !json_is_null(word))
		return frg_fail(err, FRG_INVALID, "json_invalid", "word must be a string");
	if (law && !json_is_string(law) && !json_is_null(law))
		return frg_fail(err, FRG_INVALID, "json_invalid", "law must be a string");
	cmd->word = json_str(a, word);
	cmd->law = json_str(a, law);
	read_blocks(json_object_get(body, "blocks"), cmd);
	enum frg_status st = read_rules(a, json_object_get(body, "rules"), &cmd->rules, err);
	return st == FRG_OK ? read_passages(a, json_object_get(body, "passages"), cmd, err) : st;
}

static enum frg_status read_decision(struct arena *a, json_t *body, struct decide_command *cmd, struct frg_error *err)
{
	json_t *version = json_object_get(body, "version");
	enum frg_status st = read_action(json_str(a, json_object_get(body, "action")), &cmd->action, err);
	if (st != FRG_OK)
		return st;
	if (!json_is_integer(version) || json_integer_value(version) < 1)
		return frg_fail(err, FRG_INVALID, "version_missing", "version must be the item's");
	cmd->version = json_integer_value(version);
	cmd->pick = json_is_true(json_object_get(body, "pick"));
	cmd->refer = str_eq(json_str(a, json_object_get(body, "to")), STR("lawyer")) ? REFER_LAWYER : REFER_SECOND;
	return api_read_terms(a, body, cmd, err);
}

/* ---- answering ---- */

json_t *api_conflict_json(const struct decide_result *r)
{
	json_t *c = json_object();
	if (r->by.n) {
		json_object_set_new(c, "by", json_of(r->by));
		json_object_set_new(c, "action", json_of(r->action));
		json_object_set_new(c, "at", json_integer(r->at));
	}
	if (r->newer_revision)
		json_object_set_new(c, "revision", api_id_json(r->newer_revision));
	return json_pack("{s:o}", "conflict", c);
}

static void answer(struct api *api, struct http_request *req, enum frg_status st, const struct frg_error *err,
                   const char *action, const struct decide_result *r)
{
	if (st != FRG_OK) {
		api_error(api, req, err, st == FRG_CONFLICT ? api_conflict_json(r) : NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:o, s:s, s:I, s:I, s:b}", "decision", api_id_json(r->decision), "action", action,
	                   "undo_until", (json_int_t)(r->decided + UNDO_MS), "count", (json_int_t)r->waiting, "proposed",
	                   r->proposed));
}

/* ---- the commands ---- */

HANDLER(desk_decide)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	json_t *body;
	struct decide_command cmd = {.who = &session.who};
	struct decide_result result = {0};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &cmd.revision) ||
	    !api_body(api, req, &body))
		return;
	enum frg_status st = read_decision(http_arena(req), body, &cmd, &err);
	if (st == FRG_OK)
		st = service_decide(api->svc, http_arena(req), &cmd, &result, &err);
	json_decref(body);
	answer(api, req, st, &err, actions[cmd.action], &result);
}

static void read_item(struct arena *a, json_t *body, struct decide_item *item)
{
	if (!id_parse(json_str(a, json_object_get(body, "revision")), &item->cmd.revision))
		item->status = frg_fail(&item->err, FRG_NOT_FOUND, "not_found", "no such revision");
	else
		item->status = read_decision(a, body, &item->cmd, &item->err);
}

static json_t *item_json(struct arena *a, enum frg_lang lang, const json_t *body, const struct decide_item *item)
{
	json_t *out = json_object();
	json_object_set_new(out, "revision", json_of(json_str(a, json_object_get(body, "revision"))));
	if (item->status == FRG_OK) {
		json_object_set_new(out, "decision", api_id_json(item->result.decision));
		json_object_set_new(out, "undo_until", json_integer(item->result.decided + UNDO_MS));
		json_object_set_new(out, "proposed", json_boolean(item->result.proposed));
		return out;
	}
	json_t *error = json_pack("{s:s, s:o}", "code", item->err.code, "message",
	                          json_of(api_message(a, lang, &item->err)));
	if (item->status == FRG_CONFLICT) {
		json_t *more = api_conflict_json(&item->result);
		json_object_update(error, more);
		json_decref(more);
	}
	json_object_set_new(out, "error", error);
	return out;
}

static void decide_list(struct api *api, struct http_request *req, const struct staff *who, const json_t *list)
{
	struct arena *a = http_arena(req);
	struct frg_error err = {0};
	size_t count = json_array_size(list);
	int64_t waiting;
	if (!json_is_array(list) || count < 1 || count > DECIDE_BATCH_MAX) {
		frg_fail(&err, FRG_INVALID, "json_invalid", "decisions must be an array of 1 to %d", DECIDE_BATCH_MAX);
		api_error(api, req, &err, NULL);
		return;
	}
	struct decide_item *items = ARENA_ARRAY(a, struct decide_item, count);
	for (size_t i = 0; i < count; i++) {
		items[i] = (struct decide_item){.cmd = {.who = who}};
		read_item(a, json_array_get(list, i), &items[i]);
	}
	if (service_decide_batch(api->svc, a, who, items, count, &waiting, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	enum frg_lang lang = api_lang(req, service_site_by_id(api->svc, who->site));
	json_t *out = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(out, item_json(a, lang, json_array_get(list, i), &items[i]));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:I}", "decisions", out, "count", (json_int_t)waiting));
}

HANDLER(desk_decide_batch)
{
	struct api *api = app;
	struct editor_session session;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	decide_list(api, req, &session.who, json_object_get(body, "decisions"));
	json_decref(body);
}

HANDLER(desk_undo)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	id64 decision, revision;
	int64_t waiting;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "decision", &decision))
		return;
	if (service_undo(api->svc, http_arena(req), &session.who, decision, &revision, &waiting, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:I}", "revision", api_id_json(revision), "count", (json_int_t)waiting));
}

HANDLER(desk_remove)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	json_t *body;
	struct decide_command cmd = {.who = &session.who, .action = DECIDE_REJECT};
	struct decide_result result = {0};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &cmd.revision) ||
	    !api_body(api, req, &body))
		return;
	enum frg_status st = api_read_terms(http_arena(req), body, &cmd, &err);
	if (st == FRG_OK)
		st = service_remove(api->svc, http_arena(req), &cmd, &result, &err);
	json_decref(body);
	answer(api, req, st, &err, "remove", &result);
}

HANDLER(desk_pick)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	json_t *body;
	id64 revision;
	struct decide_result result = {0};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &revision) || !api_body(api, req, &body))
		return;
	bool picked = json_is_true(json_object_get(body, "picked"));
	json_decref(body);
	enum frg_status st = service_pick(api->svc, http_arena(req), &session.who, revision, picked, &result, &err);
	answer(api, req, st, &err, picked ? "pick" : "unpick", &result);
}

HANDLER(desk_suspend)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	json_t *body;
	struct decide_command terms = {0};
	struct suspend_command cmd = {.who = &session.who};
	struct decide_result result = {0};
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &cmd.revision) ||
	    !api_body(api, req, &body))
		return;
	json_t *days = json_object_get(body, "days");
	enum frg_status st = json_is_integer(days) ? api_read_terms(http_arena(req), body, &terms, &err)
	                                           : frg_fail(&err, FRG_INVALID, "days_invalid", "days must be a number");
	cmd.days = json_integer_value(days);
	cmd.rules = terms.rules;
	cmd.word = terms.word;
	if (st == FRG_OK)
		st = service_suspend(api->svc, http_arena(req), &cmd, &result, &err);
	json_decref(body);
	answer(api, req, st, &err, cmd.days ? "suspend" : "restore", &result);
}

HANDLER(desk_letter)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	json_t *body;
	struct decide_command cmd = {.who = &session.who};
	struct service_letter letter;
	if (!api_editor(api, req, &session) || !api_path_id(api, req, "revision", &cmd.revision) ||
	    !api_body(api, req, &body))
		return;
	str kind = json_str(http_arena(req), json_object_get(body, "action"));
	int64_t days = json_integer_value(json_object_get(body, "days"));
	cmd.noticed = json_is_true(json_object_get(body, "notice"));
	enum frg_status st = api_read_terms(http_arena(req), body, &cmd, &err);
	if (st == FRG_OK)
		st = service_letter(api->svc, http_arena(req), &cmd, kind, days, &letter, &err);
	json_decref(body);
	if (st != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:s, s:o, s:o, s:b}", "lang", frg_lang_id(letter.lang), "subject", json_of(letter.subject),
	                   "body", json_of(letter.body), "by_mail", letter.by_mail));
}
