/* What thresholds would have meant, in a form that a slider can count with. */
#include "api/inner.h"

/* Columns side by side, only scores that there were: some kilobytes a rule. */
static json_t *counts_json(const struct outcome_counts *c)
{
	json_t *at = json_array(), *released = json_array(), *rejected = json_array(), *other = json_array();
	for (size_t i = 0; i < OUTCOME_SCORES; i++) {
		if (!c->released[i] && !c->rejected[i] && !c->other[i])
			continue;
		json_array_append_new(at, json_integer((json_int_t)i));
		json_array_append_new(released, json_integer(c->released[i]));
		json_array_append_new(rejected, json_integer(c->rejected[i]));
		json_array_append_new(other, json_integer(c->other[i]));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "at", at, "released", released, "rejected", rejected, "other", other);
}

HANDLER(desk_outcomes)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct outcomes *o;
	if (!api_editor(api, req, &session))
		return;
	if (service_outcomes(api->svc, http_arena(req), session.who.site, &o, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *rules = json_object();
	for (int r = 0; r <= FRG_OFF_TOPIC; r++)
		json_object_set_new(rules, frg_rule_id((enum frg_rule)r), counts_json(&o->rule[r]));
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:I, s:b, s:I, s:I, s:o}", "decisions", (json_int_t)o->decisions, "since",
	                   (json_int_t)o->since, "cut", (int)o->cut, "automatic", (json_int_t)o->automatic, "other_engine",
	                   (json_int_t)o->other_engine, "rules", rules));
}

HANDLER(desk_outcome_list)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err = {0};
	struct outcome_item *items;
	size_t count;
	if (!api_editor(api, req, &session))
		return;
	struct outcome_query q = {.who = &session.who, .above = str_eq(http_query(req, "which"), STR("released"))};
	bool good = frg_rule_from_id(http_query(req, "rule"), &q.rule) && q.rule != FRG_ENGAGING &&
	            (q.above || str_eq(http_query(req, "which"), STR("rejected"))) &&
	            str_to_i64(http_query(req, "score"), &q.score) && q.score >= 0;
	enum frg_status st = good ? service_outcome_list(api->svc, http_arena(req), &q, &items, &count, &err)
	                          : frg_fail(&err, FRG_INVALID, "query_invalid",
	                                     "rule, which (released, rejected) and score (0 to 1000) are wanted");
	if (st != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
		                      json_pack("{s:o, s:I, s:o, s:o, s:I}", "revision", api_id_json(items[i].verdict.revision),
		                                "score", (json_int_t)items[i].score, "text", json_of(items[i].text), "article",
		                                json_of(items[i].article_title), "at", (json_int_t)items[i].verdict.decided));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "comments", list));
}
