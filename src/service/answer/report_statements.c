/* Letters as what the law calls statements of reasons: restriction, grounds, times; no word of anybody's. */
#include "service/answer/report_inner.h"

#include <sodium.h>
#include <stdio.h>

struct reading {
	report_each *each;
	void *ctx;
	str key; /* the installation's; whoever has not got it cannot tell which decision a puid names */
};

static enum frg_status read_key(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct reading *r = ctx;
	return store_setting_get(tx, 0, STR("link_key"), &r->key, err);
}

static void make_puid(str key, id64 decision, char out[40])
{
	unsigned char mac[16];
	char id[ID_TEXT_SIZE], message[64], hex[33];
	id_text(decision, id);
	int n = snprintf(message, sizeof message, "statement of reasons %s", id);
	crypto_generichash(mac, sizeof mac, (const unsigned char *)message, (size_t)n, (const unsigned char *)key.p, key.n);
	sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
	snprintf(out, 40, "fg-%s", hex);
}

static enum letter_kind kind_of(str restriction)
{
	return str_eq(restriction, STR("removed"))     ? LETTER_REMOVED
	       : str_eq(restriction, STR("suspended")) ? LETTER_SUSPENDED
	                                               : LETTER_REJECTED;
}

static unsigned rules_of(struct arena *a, const json_t *list)
{
	unsigned bits = 0;
	size_t i;
	const json_t *item;
	enum frg_rule rule;
	json_array_foreach(list, i, item) if (frg_rule_from_id(json_str(a, item), &rule)) bits |= 1u << rule;
	return bits;
}

static void fill(struct arena *a, str key, const struct store_report_statement *row, const json_t *facts,
                 const json_t *detail, struct report_statement *s)
{
	*s = (struct report_statement){
		.kind = kind_of(json_str(a, json_object_get(facts, "restriction"))),
		.rules = rules_of(a, json_object_get(facts, "rules")),
		.law = json_str(a, json_object_get(facts, "law")),
		.notice = json_is_true(json_object_get(facts, "notice")),
		.automated_finding = json_is_true(json_object_get(facts, "automated_finding")),
		.automated_decision = json_is_true(json_object_get(facts, "automated_decision")),
		.until = json_integer_value(json_object_get(facts, "until")),
		.submitted = row->submitted,
		.decided = row->created,
		.lang = row->lang,
	};
	const json_t *blocks = json_object_get(detail, "blocks");
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		json_int_t block = json_integer_value(json_object_get(blocks, frg_rule_id((enum frg_rule)r)));
		s->block[r] = block > 0 && block < LETTER_BLOCKS ? (unsigned char)block : 0;
	}
	make_puid(key, row->decision, s->puid);
}

static enum frg_status give(struct arena *a, struct reading *r, const struct store_report_statement *row,
                            struct frg_error *err)
{
	struct report_statement s;
	json_t *facts = json_loadb(row->facts.p, row->facts.n, 0, NULL);
	json_t *detail = row->detail.n ? json_loadb(row->detail.p, row->detail.n, 0, NULL) : NULL;
	enum frg_status st = FRG_OK;
	if (!json_is_object(facts))
		st = frg_fail(err, FRG_CORRUPT, "store_corrupt", "a letter's facts cannot be read");
	if (st == FRG_OK) {
		fill(a, r->key, row, facts, detail, &s);
		st = r->each(r->ctx, &s, err);
	}
	json_decref(detail);
	json_decref(facts);
	return st;
}

static enum frg_status page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct report_walk *w = ctx;
	struct store_report_statements rows;
	enum frg_status st = store_report_statements(tx, w->q->site, w->after, REPORT_PAGE, &rows, err);
	for (size_t i = 0; st == FRG_OK && i < rows.count; i++)
		if (!rows.items[i].voided && report_within(w->q, rows.items[i].created))
			st = give(store_arena(tx), w->ctx, &rows.items[i], err);
	if (st != FRG_OK)
		return st;
	w->rows += (int64_t)rows.count;
	w->after = rows.count ? rows.items[rows.count - 1].id : w->after;
	w->at_end = rows.count < REPORT_PAGE;
	return FRG_OK;
}

enum frg_status service_report_statements(struct service *svc, const struct report_query *q, report_each *each,
                                          void *each_ctx, struct frg_error *err)
{
	struct reading r = {.each = each, .ctx = each_ctx};
	struct arena *a = arena_open(1 << 16);
	int64_t rows = 0;
	enum frg_status st = store_read(svc->store, a, read_key, &r, err);
	if (st == FRG_OK)
		st = report_walk(svc, q, page, &r, &rows, err);
	arena_close(a);
	return st;
}
