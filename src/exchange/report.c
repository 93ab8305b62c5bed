/* A report as it was ordered: counted by the service, laid out, in the format asked for. */
#include "exchange/exchange.h"

enum { DOC_BYTES = 16 << 20, TEXT_MAX = 4 << 20 };

static enum frg_status transparency(struct service *svc, const struct report_order *order, report_sink *sink,
                                    void *sink_ctx, struct arena *a, struct frg_error *err)
{
	struct report_query q = {.site = order->site->id,
	                         .from = order->from,
	                         .to = order->to,
	                         .progress = order->progress,
	                         .progress_ctx = order->progress_ctx};
	struct report_figures *f = ARENA_NEW(a, struct report_figures);
	struct report_doc doc;
	struct buf b = BUF_INIT(TEXT_MAX);
	enum frg_status st = service_report(svc, a, &q, f, err);
	if (st != FRG_OK)
		return st;
	report_lay_out(a, f, order->profile, order->lang, &doc);
	switch (order->format) {
	case REPORT_HTML: report_html(&b, &doc); break;
	case REPORT_TEXT: report_text(&b, &doc); break;
	case REPORT_CSV: transparency_csv(&b, &doc); break;
	default: buf_add(&b, json_text(a, transparency_json(&doc))); buf_byte(&b, '\n');
	}
	if (b.cut || !sink(sink_ctx, buf_str(&b)))
		st = frg_fail(err, FRG_TOO_LARGE, "report_too_large", "the report is too large");
	buf_free(&b);
	return st;
}

enum frg_status exchange_report(struct service *svc, const struct report_order *order, report_sink *sink,
                                void *sink_ctx, struct frg_error *err)
{
	if (order->statements)
		return statements_write(svc, order, sink, sink_ctx, err);
	struct arena *a = arena_open(DOC_BYTES);
	enum frg_status st = transparency(svc, order, sink, sink_ctx, a, err);
	arena_close(a);
	return st;
}
