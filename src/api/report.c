/* Reports for download: made on a worker, one at a time, within limits that an editor at the desk does not meet; for
 * more there is the command (freigabe report). */
#include "api/inner.h"

#include "base/buf.h"

enum { REPORT_BYTES_MAX = 24 << 20, PATIENCE_MS = 60000 };

static bool add_piece(void *ctx, str piece)
{
	struct buf *b = ctx;
	buf_add(b, piece);
	return !b->cut;
}

static bool in_time(void *ctx, int64_t rows)
{
	(void)rows;
	return clock_steady() < *(const msec *)ctx;
}

/* What is asked for; the site is the session's. */
static enum frg_status read_order(struct http_request *req, const struct store_site *site, struct report_order *out,
                                  struct frg_error *err)
{
	str kind = http_query(req, "kind"), lang = http_query(req, "lang"), profile = http_query(req, "profile");
	*out = (struct report_order){
		.site = site, .statements = str_eq(kind, STR("statements")), .lang = lang.n ? i18n_lang(lang) : site->lang};
	if (!out->statements && !str_eq(kind, STR("transparency")))
		return frg_fail(err, FRG_INVALID, "report_invalid", "kind is transparency or statements");
	if (out->lang == FRG_LANG_AUTO)
		return frg_fail(err, FRG_INVALID, "report_invalid", "lang is de or en");
	if (profile.n && !report_profile_of(profile, &out->profile))
		return frg_fail(err, FRG_INVALID, "report_invalid", "no such profile");
	if (!report_format_of(http_query(req, "format"), out->statements, &out->format))
		return frg_fail(err, FRG_INVALID, "report_invalid", "no such format");
	return service_report_period(http_query(req, "from"), http_query(req, "to"), &out->from, &out->to, err);
}

/* "transparency-2026-01-01-2026-12-31.html" */
static str file_name(struct arena *a, const struct report_order *order)
{
	char from[CLOCK_DAY_SIZE], to[CLOCK_DAY_SIZE];
	clock_day(order->from, from);
	clock_day(order->to - 1, to);
	return arena_printf(a, "attachment; filename=\"%s-%s-%s.%s\"", order->statements ? "statements" : "transparency",
	                    from, to, report_format_suffix(order->format));
}

static enum frg_status make(struct api *api, const struct report_order *asked, struct buf *b, struct frg_error *err)
{
	msec end = clock_steady() + PATIENCE_MS;
	struct report_order order = *asked;
	if (atomic_exchange(&api->reporting, true))
		return frg_fail(err, FRG_UNAVAILABLE, "report_busy", "another report is being made");
	order.progress = in_time;
	order.progress_ctx = &end;
	enum frg_status st = api->report(api->svc, &order, add_piece, b, err);
	atomic_store(&api->reporting, false);
	return st;
}

HANDLER(desk_report)
{
	struct api *api = app;
	struct editor_session session;
	struct report_order order;
	struct frg_error err;
	struct buf b = BUF_INIT(REPORT_BYTES_MAX);
	if (!api_editor(api, req, &session))
		return;
	enum frg_status st = read_order(req, service_site_by_id(api->svc, session.who.site), &order, &err);
	if (st == FRG_OK)
		st = make(api, &order, &b, &err);
	if (st != FRG_OK) {
		buf_free(&b);
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	http_add_header(req, "Content-Disposition", file_name(http_arena(req), &order));
	/* a file to keep, not a page of ours */
	http_add_header(req, "Content-Security-Policy", STR("default-src 'none'; sandbox"));
	http_respond(req, 200, report_format_type(order.format), buf_finish(&b, http_arena(req)));
}
