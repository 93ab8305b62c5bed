/* Statements of reasons one after the other, in the form of the DSA Transparency Database. First all are checked, then
 * they are written: what refuses one leaves no half of a file behind. */
#include "exchange/dsa_statement.h"
#include "exchange/exchange.h"

#include "base/csv.h"

struct writing {
	const struct report_order *order;
	report_sink *sink; /* NULL: only checks */
	void *sink_ctx;
	struct arena *a; /* one statement's */
	int64_t count;
};

enum { STATEMENT_BYTES = 1 << 20 };

static void csv_row(struct buf *b, struct arena *a, json_t *s)
{
	for (size_t i = 0; dsa_statement_fields[i]; i++) {
		json_t *value = json_object_get(s, dsa_statement_fields[i]);
		/* lists as JSON, as in the database's own downloads */
		csv_text(b, json_is_array(value) ? json_text(a, json_incref(value)) : json_str(a, value), i == 0);
	}
	csv_end_row(b);
}

static void csv_head(struct buf *b)
{
	for (size_t i = 0; dsa_statement_fields[i]; i++)
		csv_text(b, str_of(dsa_statement_fields[i]), i == 0);
	csv_end_row(b);
}

static void one(struct buf *b, const struct writing *w, json_t *s)
{
	if (w->order->format == REPORT_CSV) {
		csv_row(b, w->a, s);
		return;
	}
	if (w->order->format == REPORT_JSON)
		buf_add(b, w->count ? STR(",\n") : STR("\n"));
	buf_add(b, json_text(w->a, json_incref(s)));
	if (w->order->format == REPORT_JSONL)
		buf_byte(b, '\n');
}

static enum frg_status pour(const struct writing *w, struct buf *b, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	if (b->cut || !w->sink(w->sink_ctx, buf_str(b)))
		st = frg_fail(err, FRG_TOO_LARGE, "report_too_large", "there is no room for more");
	buf_free(b);
	return st;
}

static enum frg_status each(void *ctx, const struct report_statement *s, struct frg_error *err)
{
	struct writing *w = ctx;
	arena_reset(w->a);
	json_t *json = dsa_statement(w->a, s, w->order->lang, w->order->terms_url);
	enum frg_status st = dsa_statement_check(json, err);
	if (st == FRG_OK && w->sink) {
		struct buf b = BUF_INIT(STATEMENT_BYTES);
		one(&b, w, json);
		st = pour(w, &b, err);
	}
	w->count++;
	json_decref(json);
	return st;
}

static enum frg_status edge(const struct writing *w, bool end, struct frg_error *err)
{
	struct buf b = BUF_INIT(1 << 14);
	if (w->order->format == REPORT_CSV && !end)
		csv_head(&b);
	else if (w->order->format == REPORT_JSON) /* as POST /api/v1/statements takes them, a hundred at a time */
		buf_add(&b, end ? STR("\n]}\n") : STR("{\"statements\":["));
	return pour(w, &b, err);
}

enum frg_status statements_write(struct service *svc, const struct report_order *order, report_sink *sink,
                                 void *sink_ctx, struct frg_error *err)
{
	struct report_query q = {.site = order->site->id,
	                         .from = order->from,
	                         .to = order->to,
	                         .progress = order->progress,
	                         .progress_ctx = order->progress_ctx};
	struct writing w = {.order = order, .a = arena_open(STATEMENT_BYTES)};
	enum frg_status st = service_report_statements(svc, &q, each, &w, err);
	w.sink = sink;
	w.sink_ctx = sink_ctx;
	w.count = 0;
	if (st == FRG_OK)
		st = edge(&w, false, err);
	if (st == FRG_OK)
		st = service_report_statements(svc, &q, each, &w, err);
	if (st == FRG_OK)
		st = edge(&w, true, err);
	arena_close(w.a);
	return st;
}
