/* The newsroom's own settings at the desk: between JSON and the lines that the engine reads. Knows how they are
 * written (docs/tune.md), but not what they do. */
#include "api/inner.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>

/* Which part of the document a line was made from, to say where a problem is. */
struct made {
	struct buf text;
	json_t *origin; /* by line: a rule's id, or an entry's number */
	const char *wrong;
};

enum { LINES_MAX = 4000 };

/* ---- JSON → lines ---- */

static void put_field(struct made *m, str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ')
			m->wrong = "a tab or a line break";
	buf_add(&m->text, s);
}

static void put_share(struct made *m, const json_t *v)
{
	char text[24];
	snprintf(text, sizeof text, "%.3f", json_number_value(v));
	buf_add(&m->text, str_of(text));
	if (!json_is_number(v))
		m->wrong = "not a number";
}

/* Takes `origin` over. */
static void end_line(struct made *m, json_t *origin)
{
	buf_byte(&m->text, '\n');
	json_array_append_new(m->origin, origin);
	if (json_array_size(m->origin) > LINES_MAX)
		m->wrong = "too many lines";
}

static void put_threshold(struct made *m, enum frg_rule rule, bool reject, json_t *v)
{
	const char *id = frg_rule_id(rule);
	float usual = frg_threshold(NULL, rule, reject);
	bool never = json_is_null(v),
		 is_usual = never ? usual > 1 : json_number_value(v) == (double)(int)(usual * 1000) / 1000;
	if (!v || is_usual)
		return; /* stays the engine's, also when that changes */
	buf_add(&m->text, STR("threshold\t"));
	buf_add(&m->text, str_of(id));
	buf_add(&m->text, reject ? STR("\treject\t") : STR("\tlook\t"));
	if (never)
		buf_add(&m->text, STR("never"));
	else
		put_share(m, v);
	end_line(m, json_string(id));
}

static void put_thresholds(struct made *m, json_t *thresholds)
{
	if (thresholds && !json_is_object(thresholds))
		m->wrong = "thresholds is no object";
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		json_t *of = json_object_get(thresholds, frg_rule_id((enum frg_rule)r));
		put_threshold(m, (enum frg_rule)r, false, json_object_get(of, "look"));
		if (r != FRG_ENGAGING)
			put_threshold(m, (enum frg_rule)r, true, json_object_get(of, "reject"));
	}
}

static void put_entry(struct made *m, struct arena *a, json_t *e, size_t number)
{
	str kind = json_str(a, json_object_get(e, "kind")), text = json_str(a, json_object_get(e, "text"));
	str rule = json_str(a, json_object_get(e, "rule")), reason = json_str(a, json_object_get(e, "reason"));
	if (str_eq(kind, STR("remark"))) {
		buf_add(&m->text, STR("#"));
		put_field(m, text);
		end_line(m, json_integer((json_int_t)number));
		return;
	}
	bool except = str_eq(kind, STR("except"));
	if (!except && !str_eq(kind, STR("word")) && !str_eq(kind, STR("pattern")))
		m->wrong = "an entry's kind is word, except, pattern or remark";
	put_field(m, kind);
	buf_byte(&m->text, '\t');
	put_field(m, rule);
	buf_byte(&m->text, '\t');
	if (!except) {
		put_share(m, json_object_get(e, "weight"));
		buf_byte(&m->text, '\t');
	}
	put_field(m, text);
	if (reason.n && !except) {
		buf_byte(&m->text, '\t');
		put_field(m, reason);
	}
	end_line(m, json_integer((json_int_t)number));
}

/* The lines of a document; false (and *err) if it is none. `m` is to be released either way. */
static bool make_text(struct arena *a, json_t *body, struct made *m, struct frg_error *err)
{
	json_t *entries = json_object_get(body, "entries"), *e;
	size_t i;
	*m = (struct made){.text = BUF_INIT(FRG_POLICY_MAX), .origin = json_array()};
	put_thresholds(m, json_object_get(body, "thresholds"));
	if (entries && !json_is_array(entries))
		m->wrong = "entries is no array";
	json_array_foreach(entries, i, e)
	{
		if (!json_is_object(e))
			m->wrong = "an entry is no object";
		if (m->wrong || m->text.cut)
			break;
		put_entry(m, a, e, i);
	}
	if (m->text.cut)
		frg_fail(err, FRG_TOO_LARGE, "policy_too_large", "at most %d bytes", FRG_POLICY_MAX);
	else if (m->wrong)
		frg_fail(err, FRG_INVALID, "json_invalid", "%s", m->wrong);
	return !m->text.cut && !m->wrong;
}

static void release(struct made *m)
{
	buf_free(&m->text);
	json_decref(m->origin);
}

/* ---- lines → JSON ---- */

static json_t *share_json(str s)
{
	char text[16] = "";
	if (str_eq(s, STR("never")) || s.n >= sizeof text)
		return json_null();
	memcpy(text, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (text[i] == ',')
			text[i] = '.';
	return json_real(strtod(text, NULL));
}

static json_t *threshold_json(enum frg_rule rule, bool reject)
{
	float v = frg_threshold(NULL, rule, reject);
	return v > 1 ? json_null() : json_real((double)(int)(v * 1000) / 1000);
}

static json_t *usual_thresholds(void)
{
	json_t *all = json_object();
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		json_t *of = json_pack("{s:o}", "look", threshold_json((enum frg_rule)r, false));
		if (r != FRG_ENGAGING)
			json_object_set_new(of, "reject", threshold_json((enum frg_rule)r, true));
		json_object_set_new(all, frg_rule_id((enum frg_rule)r), of);
	}
	return all;
}

static void read_line(str line, json_t *thresholds, json_t *entries)
{
	str field[5] = {{0}}, part, rest = line;
	size_t n = 0;
	while (n < COUNT_OF(field) && str_next(&rest, '\t', &part))
		field[n++] = str_trim(part);
	if (line.n && line.p[0] == '#') {
		json_array_append_new(entries,
		                      json_pack("{s:s, s:o}", "kind", "remark", "text", json_of(str_sub(line, 1, line.n))));
	} else if (str_eq(field[0], STR("threshold")) && n == 4) {
		char rule[32], which[16];
		snprintf(rule, sizeof rule, "%.*s", STR_ARG(field[1]));
		snprintf(which, sizeof which, "%.*s", STR_ARG(field[2]));
		json_object_set_new(json_object_get(thresholds, rule), which, share_json(field[3]));
	} else if (str_eq(field[0], STR("except")) && n >= 3) {
		json_array_append_new(entries, json_pack("{s:s, s:o, s:o}", "kind", "except", "rule", json_of(field[1]), "text",
		                                         json_of(field[2])));
	} else if (n >= 4) {
		json_array_append_new(entries, json_pack("{s:o, s:o, s:o, s:o, s:o}", "kind", json_of(field[0]), "rule",
		                                         json_of(field[1]), "weight", share_json(field[2]), "text",
		                                         json_of(field[3]), "reason", json_of(field[4])));
	}
}

static json_t *policy_json(const struct store_policy *p)
{
	json_t *thresholds = usual_thresholds(), *entries = json_array();
	str rest = p->text, line;
	while (str_next(&rest, '\n', &line))
		if (str_trim(line).n)
			read_line(line, thresholds, entries);
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "version", (json_int_t)p->version, "by",
	                 json_or_null(p->editor_name), "at", p->version ? json_integer(p->created) : json_null(),
	                 "thresholds", thresholds, "usual", usual_thresholds(), "entries", entries);
}

/* ---- problems ---- */

static json_t *problems_json(struct api *api, struct http_request *req, const struct made *m,
                             const struct policy_problem *p, size_t count)
{
	json_t *list = json_array();
	enum frg_lang lang = api_lang(req, api_find_site(api, req));
	for (size_t i = 0; i < count; i++) {
		json_t *origin = json_array_get(m->origin, p[i].line - 1);
		json_array_append_new(
			list, json_pack("{s:O, s:O, s:s, s:o, s:o, s:o}", "entry", json_is_integer(origin) ? origin : json_null(),
		                    "threshold", json_is_string(origin) ? origin : json_null(), "code", p[i].code, "message",
		                    json_of(i18n_find(lang, "error.", p[i].code, MSG_ERROR_POLICY_INVALID)), "column",
		                    p[i].column ? json_integer((json_int_t)p[i].column) : json_null(), "detail",
		                    json_of(p[i].detail)));
	}
	return list;
}

/* ---- handlers ---- */

HANDLER(desk_policy)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct store_policy policy;
	int64_t version = 0;
	str asked = http_query(req, "version");
	if (!api_editor(api, req, &session))
		return;
	enum frg_status st = FRG_OK;
	if (asked.n && (!str_to_i64(asked, &version) || version < 1))
		st = frg_fail(&err, FRG_NOT_FOUND, "not_found", "no such version");
	if (st == FRG_OK)
		st = service_policy_get(api->svc, http_arena(req), session.who.site, version, &policy, &err);
	if (st != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200, policy_json(&policy));
}

HANDLER(desk_policy_versions)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct store_policies all = {0};
	if (!api_editor(api, req, &session))
		return;
	if (service_policy_versions(api->svc, http_arena(req), session.who.site, &all, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < all.count; i++)
		json_array_append_new(list, json_pack("{s:I, s:o, s:I}", "version", (json_int_t)all.items[i].version, "by",
		                                      json_or_null(all.items[i].editor_name), "at",
		                                      (json_int_t)all.items[i].created));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "versions", list));
}

HANDLER(desk_policy_save)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct policy_result result = {0};
	struct made made;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	json_t *version = json_object_get(body, "version"), *extra = NULL;
	bool good = make_text(http_arena(req), body, &made, &err);
	if (good && (!json_is_integer(version) || json_integer_value(version) < 0)) {
		frg_fail(&err, FRG_INVALID, "version_missing", "version must be the one that was changed");
		good = false;
	}
	struct policy_command cmd = {.site = session.who.site,
	                             .who = &session.who,
	                             .version = json_integer_value(version),
	                             .text = buf_str(&made.text)};
	enum frg_status st = good ? service_policy_save(api->svc, http_arena(req), &cmd, &result, &err) : err.status;
	if (st == FRG_INVALID && result.problem_count)
		extra = json_pack("{s:o}", "problems", problems_json(api, req, &made, result.problems, result.problem_count));
	if (st == FRG_CONFLICT)
		extra = json_pack("{s:{s:I, s:o, s:I}}", "conflict", "version", (json_int_t)result.policy.version, "by",
		                  json_or_null(result.policy.editor_name), "at", (json_int_t)result.policy.created);
	api_no_store(req);
	if (st == FRG_OK)
		api_json(req, 200, policy_json(&result.policy));
	else
		api_error(api, req, &err, extra);
	release(&made);
	json_decref(body);
}

/* What the settings as drafted say of a text, and what the engine alone does; or what is wrong with them, which in a
 * draft is no error. */
static void try_out(struct api *api, struct http_request *req, const struct editor_session *session, json_t *body,
                    struct made *made)
{
	struct frg_error err;
	struct frg_policy *policy = NULL;
	struct policy_problem *problems = NULL;
	size_t count = 0;
	struct service_review with, without;
	struct arena *a = http_arena(req);
	const struct store_site *site = service_site_by_id(api->svc, session->who.site);
	str text = json_str(a, json_object_get(body, "text")), article = json_str(a, json_object_get(body, "article"));
	enum frg_status st = service_policy_judge(api->svc, a, buf_str(&made->text), &problems, &count, &policy, &err);
	bool tried = st == FRG_OK && text.n;
	if (tried)
		st = service_policy_try(api->svc, a, site, article, text, policy, &with, &err);
	if (tried && st == FRG_OK)
		st = service_policy_try(api->svc, a, site, article, text, NULL, &without, &err);
	frg_policy_close(policy);
	if (st != FRG_OK && !count) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:o, s:o, s:o}", "problems", problems_json(api, req, made, problems, count), "review",
	                   tried ? api_review_json(&with, text) : json_null(), "engine",
	                   tried ? api_review_json(&without, text) : json_null()));
}

HANDLER(desk_policy_try)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct made made;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	if (make_text(http_arena(req), body, &made, &err))
		try_out(api, req, &session, body, &made);
	else
		api_error(api, req, &err, NULL);
	release(&made);
	json_decref(body);
}
