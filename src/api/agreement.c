/* How far editors agree: figures, the share that is judged twice, pairs that differ, a table for spreadsheets. */
#include "api/inner.h"

#include "base/buf.h"
#include "service/automatic/agreement.h"

enum { CSV_MAX = 1 << 16 };

static json_t *kappa_json(const struct kappa *k)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o}", "pairs", (json_int_t)k->n, "agreed", (json_int_t)k->agreed, "kappa",
	                 k->known ? json_real(k->value) : json_null(), "low", k->known ? json_real(k->low) : json_null(),
	                 "high", k->known ? json_real(k->high) : json_null());
}

static void answer_view(struct api *api, struct http_request *req, const struct staff *who)
{
	struct agreement_view v;
	struct frg_error err;
	if (service_agreement(api->svc, http_arena(req), who, &v, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *rules = json_array(), *cells = json_array();
	for (int i = 0; i < AGREED_COUNT; i++)
		json_array_append_new(cells, json_pack("[I, I, I]", (json_int_t)v.cells[i][0], (json_int_t)v.cells[i][1],
		                                       (json_int_t)v.cells[i][2]));
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		if (r == FRG_ENGAGING)
			continue;
		json_t *rule = kappa_json(&v.rule[r]);
		json_object_set_new(rule, "rule", json_string(frg_rule_id((enum frg_rule)r)));
		json_object_set_new(rule, "both", json_integer(v.rule_cells[r][1][1]));
		json_object_set_new(rule, "one", json_integer(v.rule_cells[r][0][1] + v.rule_cells[r][1][0]));
		json_array_append_new(rules, rule);
	}
	api_no_store(req);
	api_json(req, 200,
	         json_pack("{s:I, s:f, s:i, s:o, s:o, s:o}", "version", (json_int_t)v.version, "share",
	                   (double)v.share / 1000, "days", AGREEMENT_DAYS, "overall", kappa_json(&v.action), "cells", cells,
	                   "rules", rules));
}

HANDLER(desk_agreement)
{
	struct api *api = app;
	struct editor_session session;
	if (api_editor(api, req, &session))
		answer_view(api, req, &session.who);
}

HANDLER(desk_agreement_share)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	json_t *body;
	if (!api_editor(api, req, &session) || !api_body(api, req, &body))
		return;
	json_t *share = json_object_get(body, "share");
	double x = json_is_number(share) ? json_number_value(share) : -1;
	int64_t permille = x >= 0 && x <= 1 ? (int64_t)(x * 1000 + 0.5) : -1;
	int64_t version = json_integer_value(json_object_get(body, "version"));
	json_decref(body);
	if (service_agreement_share(api->svc, http_arena(req), &session.who, version, permille, &err) == FRG_OK)
		answer_view(api, req, &session.who);
	else
		api_error(api, req, &err, NULL);
}

HANDLER(desk_agreement_pairs)
{
	struct api *api = app;
	struct editor_session session;
	struct frg_error err;
	struct store_doubles pairs;
	struct arena *a = http_arena(req);
	if (!api_editor(api, req, &session))
		return;
	if (service_agreement_pairs(api->svc, a, &session.who, &pairs, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < pairs.count; i++) {
		const struct store_double *d = &pairs.items[i];
		json_array_append_new(list,
		                      json_pack("{s:o, s:o, s:o, s:I, s:{s:o, s:o, s:o}, s:{s:o, s:o, s:o}}", "revision",
		                                api_id_json(d->revision), "section", json_of(d->section), "text",
		                                json_of(d->text), "at", (json_int_t)d->second_at, "first", "by",
		                                json_of(d->first_name), "action", json_of(d->first_action), "rules",
		                                json_list(',', d->first_rules), "second", "by", json_of(d->second_name),
		                                "action", json_of(d->second_action), "rules", json_list(',', d->second_rules)));
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "pairs", list));
}

static void csv_row(struct buf *b, const char *what, const struct kappa *k, int64_t both, int64_t one)
{
	buf_printf(b, "%s,%lld,%lld,%lld,%lld,", what, (long long)k->n, (long long)k->agreed, (long long)both,
	           (long long)one);
	if (k->known)
		buf_printf(b, "%.4f,%.4f,%.4f\r\n", k->value, k->low, k->high);
	else
		buf_printf(b, ",,\r\n");
}

HANDLER(desk_agreement_csv)
{
	struct api *api = app;
	struct editor_session session;
	struct agreement_view v;
	struct frg_error err;
	struct buf b = BUF_INIT(CSV_MAX);
	if (!api_editor(api, req, &session))
		return;
	if (service_agreement(api->svc, http_arena(req), &session.who, &v, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	BUF_LIT(&b, "what,pairs,agreed,both,one,kappa,low,high\r\n");
	csv_row(&b, "decision", &v.action, v.cells[AGREED_REJECT][AGREED_REJECT], v.action.n - v.action.agreed);
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (r != FRG_ENGAGING)
			csv_row(&b, frg_rule_id((enum frg_rule)r), &v.rule[r], v.rule_cells[r][1][1],
			        v.rule_cells[r][0][1] + v.rule_cells[r][1][0]);
	api_no_store(req);
	http_add_header(req, "Content-Disposition", STR("attachment; filename=\"agreement.csv\""));
	http_respond(req, 200, "text/csv; charset=utf-8", buf_finish(&b, http_arena(req)));
}
