/* The lane that releases by itself: what it would do, signing it, closing it. */
#include "api/inner.h"

#include "service/automatic/automatic.h"

static json_t *share(int64_t part, double of) { return json_real((double)part / of); }

static json_t *choice_json(const struct automatic_choice *c)
{
	static const char *const answers[] = {"found", "few", "high"};
	bool found = c->found.answer == RISK_FOUND;
	json_t *month = json_null();
	if (found)
		month = json_pack("{s:I, s:I, s:f, s:f, s:f}", "cases", (json_int_t)c->month, "refused",
		                  (json_int_t)c->month_bad, "low", c->low, "high", c->high, "per_day", c->per_day);
	return json_pack("{s:o, s:s, s:o, s:I, s:I, s:f, s:I, s:o}", "limit", share(c->limit, 1000), "answer",
	                 answers[c->found.answer], "threshold", found ? share(c->found.threshold, RISK_SCALE) : json_null(),
	                 "cases", (json_int_t)c->found.n, "refused", (json_int_t)c->found.bad, "bound", c->found.bound,
	                 "needed", (json_int_t)c->found.needed, "month", month);
}

static json_t *policy_json(const struct store_automatic_policy *p, const struct store_automatic_count *n, double low,
                           double high)
{
	json_t *closed = json_null();
	if (p->closed)
		closed = json_pack("{s:I, s:o, s:o, s:o}", "at", (json_int_t)p->closed, "why", json_of(p->why), "by",
		                   json_or_null(p->closed_name), "word", json_or_null(p->word));
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:I, s:o, s:{s:I, s:I, s:I, s:I, s:I, "
	                 "s:f, s:f}}",
	                 "version", (json_int_t)p->version, "section", json_of(p->section), "limit", share(p->limit, 1000),
	                 "confidence", share(p->confidence, 1000), "threshold", share(p->threshold, RISK_SCALE), "draw",
	                 share(p->draw, 1000), "first", (json_int_t)p->first, "delay_seconds",
	                 (json_int_t)(p->delay / 1000), "used", (json_int_t)p->used, "refused", (json_int_t)p->refused,
	                 "by", json_of(p->signed_name), "at", (json_int_t)p->signed_at, "closed", closed, "measured",
	                 "released", (json_int_t)n->released, "removed", (json_int_t)n->removed, "drawn",
	                 (json_int_t)n->drawn, "checked", (json_int_t)n->checked, "refused", (json_int_t)n->refused, "low",
	                 low, "high", high);
}

static json_t *section_json(const struct automatic_section *s)
{
	json_t *choices = json_array(), *excluded = json_array();
	for (int i = 0; i < AUTOMATIC_LIMITS; i++)
		json_array_append_new(choices, choice_json(&s->choices[i]));
	for (size_t i = 0; i < s->excluded.count; i++)
		json_array_append_new(excluded, json_pack("{s:o, s:I}", "why", json_of(s->excluded.items[i].excluded), "cases",
		                                          (json_int_t)s->excluded.items[i].cases));
	return json_pack("{s:o, s:I, s:I, s:o, s:b, s:o, s:o}", "section", json_of(s->section), "decided",
	                 (json_int_t)s->decided, "eligible", (json_int_t)s->eligible, "excluded", excluded, "four_eyes",
	                 s->four_eyes, "choices", choices, "open",
	                 s->is_open ? policy_json(&s->policy, &s->count, s->low, s->high) : json_null());
}

static void answer_view(struct api *api, struct http_request *req, const struct staff *who)
{
	struct automatic_view view;
	struct frg_error err;
	if (service_automatic_view(api->svc, http_arena(req), who, &view, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *sections = json_array(), *history = json_array();
	for (size_t i = 0; i < view.section_count; i++)
		json_array_append_new(sections, section_json(&view.sections[i]));
	for (size_t i = 0; i < view.history_count; i++) {
		const struct automatic_past *p = &view.history[i];
		json_array_append_new(history, policy_json(&p->policy, &p->count, p->low, p->high));
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:o, s:f, s:f, s:i, s:i, s:o, s:o}", "engine", json_of(view.engine), "confidence",
	                   AUTOMATIC_CONFIDENCE / 1000.0, "draw_least", AUTOMATIC_DRAW_MIN / 1000.0, "first_least",
	                   AUTOMATIC_FIRST_MIN, "delay_seconds", AUTOMATIC_DELAY, "sections", sections, "history",
	                   history));
}

HANDLER(desk_automatic)
{
	struct api *api = app;
	struct editor_session session;
	if (api_editor(api, req, &session))
		answer_view(api, req, &session.who);
}

/* A share as so many of `scale`; one that is none becomes what the service refuses. */
static int64_t of_share(const json_t *v, double scale)
{
	double x = json_is_number(v) ? json_number_value(v) : -1;
	return x >= 0 && x <= 1 ? (int64_t)(x * scale + 0.5) : -1;
}

static int64_t whole(const json_t *v) { return json_is_integer(v) ? json_integer_value(v) : -1; }

HANDLER(desk_automatic_sign)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	struct automatic_sign cmd = {.who = &session.who};
	int64_t version;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	cmd.limit = of_share(json_object_get(body, "limit"), 1000);
	cmd.threshold = of_share(json_object_get(body, "threshold"), RISK_SCALE);
	cmd.draw = of_share(json_object_get(body, "draw"), 1000);
	cmd.first = whole(json_object_get(body, "first"));
	cmd.delay = whole(json_object_get(body, "delay_seconds"));
	if (api_member(api, req, body, "section", &cmd.section) && api_member(api, req, body, "password", &cmd.password)) {
		if (service_automatic_sign(api->svc, http_arena(req), &cmd, &version, &err) == FRG_OK)
			answer_view(api, req, &session.who);
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}

HANDLER(desk_automatic_close)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	str section, word;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	int64_t version = whole(json_object_get(body, "version"));
	if (api_member(api, req, body, "section", &section) && api_member(api, req, body, "word", &word)) {
		if (service_automatic_close(api->svc, http_arena(req), &session.who, section, version, word, &err) == FRG_OK)
			answer_view(api, req, &session.who);
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}
