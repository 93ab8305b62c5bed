/* The walk through all that a report counts, page by page: each page is a short read of its own, so that nobody waits
 * for a report, and memory is one page's. */
#include "service/answer/report_inner.h"

enum { PAGE_BYTES = 512 << 20 };

/* ---- the period ---- */

enum frg_status service_report_period(str from, str to, msec *first, msec *upto, struct frg_error *err)
{
	msec last = clock_now();
	if (to.n && !clock_parse_day(to, &last))
		return frg_fail(err, FRG_INVALID, "report_period", "not a day: '%.*s' (say 2026-12-31)", STR_ARG(to));
	*upto = clock_next_day(last);
	*first = clock_year_start(last);
	if (from.n && !clock_parse_day(from, first))
		return frg_fail(err, FRG_INVALID, "report_period", "not a day: '%.*s' (say 2026-01-01)", STR_ARG(from));
	if (*first >= *upto)
		return frg_fail(err, FRG_INVALID, "report_period", "the period ends before it begins");
	if (*upto - *first > (msec)REPORT_DAYS_MAX * 24 * 3600 * 1000)
		return frg_fail(err, FRG_INVALID, "report_period", "more than %d days", REPORT_DAYS_MAX);
	return FRG_OK;
}

bool report_within(const struct report_query *q, msec at) { return at >= q->from && at < q->to; }

/* ---- walking ---- */

enum frg_status report_walk(struct service *svc, const struct report_query *q, store_work *page, void *ctx,
                            int64_t *rows, struct frg_error *err)
{
	struct report_walk w = {.q = q, .rows = *rows, .ctx = ctx};
	struct arena *a = arena_open(PAGE_BYTES);
	enum frg_status st = FRG_OK;
	while (st == FRG_OK && !w.at_end) {
		arena_reset(a);
		st = store_read(svc->store, a, page, &w, err);
		if (st == FRG_OK && q->progress && !q->progress(q->progress_ctx, w.rows))
			st = frg_fail(err, FRG_UNAVAILABLE, "report_too_long", "stopped after %lld rows", (long long)w.rows);
	}
	arena_close(a);
	*rows = w.rows;
	return st;
}

/* After a page of rows in the order of their ids. */
static void turn(struct report_walk *w, size_t count, int64_t last)
{
	w->rows += (int64_t)count;
	w->after = count ? last : w->after;
	w->at_end = count < REPORT_PAGE;
}

struct counting {
	struct report_figures *f;
	struct report_tallies t;
};

static enum frg_status texts(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct report_walk *w = ctx;
	struct report_figures *f = ((struct counting *)w->ctx)->f;
	struct store_report_texts page;
	enum frg_status st = store_report_texts(tx, w->q->site, w->after, REPORT_PAGE, &page, err);
	if (st != FRG_OK)
		return st;
	for (size_t i = 0; i < page.count; i++) {
		if (!report_within(w->q, page.items[i].created))
			continue;
		if (page.items[i].first)
			f->comments[page.items[i].lang == FRG_LANG_EN]++;
		else
			f->later_texts++;
	}
	turn(w, page.count, page.count ? page.items[page.count - 1].id : 0);
	return FRG_OK;
}

/* By ranges of the chain: a page without a row of this site or period is not the last one. */
static enum frg_status decisions(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct report_walk *w = ctx;
	struct counting *c = w->ctx;
	struct store_report_decisions page;
	int64_t end;
	str hash;
	enum frg_status st = store_chain_head(tx, &end, &hash, err);
	int64_t upto = w->after + REPORT_PAGE;
	if (st == FRG_OK)
		st = store_report_decisions(tx, w->q->site, w->after, upto, w->q->from, w->q->to, &page, err);
	if (st != FRG_OK)
		return st;
	for (size_t i = 0; i < page.count; i++)
		report_count_decision(store_arena(tx), &page.items[i], c->f, &c->t);
	w->rows += (upto < end ? upto : end) - w->after;
	w->after = upto;
	w->at_end = upto >= end;
	return FRG_OK;
}

static enum frg_status notices(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct report_walk *w = ctx;
	struct counting *c = w->ctx;
	struct store_report_notices page;
	enum frg_status st = store_report_notices(tx, w->q->site, w->after, REPORT_PAGE, &page, err);
	if (st != FRG_OK)
		return st;
	for (size_t i = 0; i < page.count; i++)
		report_count_notice(store_arena(tx), w->q, &page.items[i], c->f, &c->t);
	turn(w, page.count, page.count ? page.items[page.count - 1].id : 0);
	return FRG_OK;
}

static enum frg_status objections(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct report_walk *w = ctx;
	struct counting *c = w->ctx;
	struct store_report_objections page;
	enum frg_status st = store_report_objections(tx, w->q->site, w->after, REPORT_PAGE, &page, err);
	if (st != FRG_OK)
		return st;
	for (size_t i = 0; i < page.count; i++)
		report_count_objection(w->q, &page.items[i], c->f, &c->t);
	turn(w, page.count, page.count ? page.items[page.count - 1].id : 0);
	return FRG_OK;
}

static enum frg_status statements(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct report_walk *w = ctx;
	struct counting *c = w->ctx;
	struct store_report_statements page;
	enum frg_status st = store_report_statements(tx, w->q->site, w->after, REPORT_PAGE, &page, err);
	if (st != FRG_OK)
		return st;
	for (size_t i = 0; i < page.count; i++)
		c->f->statements += !page.items[i].voided && report_within(w->q, page.items[i].created);
	turn(w, page.count, page.count ? page.items[page.count - 1].id : 0);
	return FRG_OK;
}

static enum frg_status members(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct report_walk *w = ctx;
	struct counting *c = w->ctx;
	struct store_memberships all;
	enum staff_role role;
	enum frg_status st = store_membership_list(tx, w->q->site, 0, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		if (all.items[i].open && staff_role_of(all.items[i].role, &role))
			c->f->members[role]++;
	w->at_end = true;
	return st;
}

/* ---- putting it together ---- */

static void sum_up(const struct tally *t, struct report_times *out)
{
	out->count = tally_count(t);
	if (out->count == 0)
		return;
	out->median = tally_median(t);
	out->p90 = tally_p90(t);
}

static void open_tallies(struct report_tallies *t)
{
	t->wait = tally_open();
	for (size_t i = 0; i < COUNT_OF(t->wait_of); i++)
		t->wait_of[i] = tally_open();
	t->notices = tally_open();
	t->objections = tally_open();
}

static void close_tallies(struct report_tallies *t, struct report_figures *f)
{
	sum_up(t->wait, &f->wait);
	tally_close(t->wait);
	for (size_t i = 0; i < COUNT_OF(t->wait_of); i++) {
		sum_up(t->wait_of[i], &f->wait_of[i]);
		tally_close(t->wait_of[i]);
	}
	sum_up(t->notices, &f->notice_times);
	tally_close(t->notices);
	sum_up(t->objections, &f->objection_times);
	tally_close(t->objections);
}

enum frg_status service_report(struct service *svc, struct arena *a, const struct report_query *q,
                               struct report_figures *out, struct frg_error *err)
{
	static store_work *const all[] = {texts, decisions, notices, objections, statements, members};
	const struct store_site *site = service_site_by_id(svc, q->site);
	_Static_assert((int)REPORT_ROLES == (int)ROLE_COUNT, "a role that the report does not know");
	BUG_IF(!site);
	*out = (struct report_figures){.site = arena_str(a, site->name),
	                               .engine = service_check_id(svc, a, q->site),
	                               .from = q->from,
	                               .to = q->to,
	                               .made = clock_now()};
	struct counting c = {.f = out};
	int64_t rows = 0;
	enum frg_status st = FRG_OK;
	open_tallies(&c.t);
	for (size_t i = 0; st == FRG_OK && i < COUNT_OF(all); i++)
		st = report_walk(svc, q, all[i], &c, &rows, err);
	close_tallies(&c.t, out);
	return st;
}

/* ---- names ---- */

bool report_profile_of(str name, enum report_profile *out)
{
	for (int p = 0; p < REPORT_PROFILES; p++)
		if (str_eq(name, report_profile_name((enum report_profile)p))) {
			*out = (enum report_profile)p;
			return true;
		}
	return false;
}

static const struct {
	const char *name, *type;
	bool report, statements;
} formats[] = {
	[REPORT_HTML] = {"html", "text/html; charset=utf-8", true, false},
	[REPORT_JSON] = {"json", "application/json", true, true},
	[REPORT_JSONL] = {"jsonl", "application/x-ndjson", false, true},
	[REPORT_CSV] = {"csv", "text/csv; charset=utf-8", true, true},
	[REPORT_TEXT] = {"text", "text/plain; charset=utf-8", true, false},
};

bool report_format_of(str name, bool statements, enum report_format *out)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (str_eq(name, str_of(formats[i].name)) && (statements ? formats[i].statements : formats[i].report)) {
			*out = (enum report_format)i;
			return true;
		}
	return false;
}

const char *report_format_type(enum report_format format) { return formats[format].type; }
const char *report_format_suffix(enum report_format format)
{
	return format == REPORT_TEXT ? "txt" : formats[format].name;
}
