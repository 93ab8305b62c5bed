/* Counts: the chain of decisions, from where it was last left; what was received and forecast, day by day. The mark
 * that says how far moves in the transaction that writes the counts. What came or was forecast on a day is counted anew
 * as long as it can still change, and replaced, not added. */
#include "service/inner.h"

#include "service/calendar.h"
#include "service/figures/figures_inner.h"

#include <math.h>
#include <stdlib.h>

enum {
	PAGE = 1000,      /* decisions at once */
	SETTLED_HOURS = 2 /* after midnight: what was sent the day before has been committed */
};
static const int64_t forecast_days = 4; /* a forecast is not made for further ahead */
static const msec forecasts_every = 60 * 1000, purge_every = 3600 * 1000, day_ms = (msec)24 * 3600 * 1000;
static const str received_mark = STR_INIT("received"), stored_mark = STR_INIT("stored"),
				 forecast_mark = STR_INIT("forecast"), decided_mark = STR_INIT("decision");

/* ---- classes of waiting time ---- */

int wait_class(msec wait)
{
	double seconds = (double)wait / 1000;
	int cls = seconds <= 1 ? 0 : (int)(8 * log2(seconds));
	return cls < WAIT_CLASSES ? cls : WAIT_CLASSES - 1;
}

double wait_class_begin(double cls) { return cls <= 0 ? 0 : exp2(cls / 8); }

double wait_quantile(const int64_t counts[WAIT_CLASSES], double p)
{
	int64_t all = 0, below = 0;
	for (int i = 0; i < WAIT_CLASSES; i++)
		all += counts[i];
	if (all <= 0)
		return -1;
	double rank = p * (double)all;
	for (int i = 0; i < WAIT_CLASSES; i++) {
		if ((double)(below + counts[i]) >= rank && counts[i] > 0)
			return wait_class_begin(i + (rank - (double)below) / (double)counts[i]);
		below += counts[i];
	}
	return wait_class_begin(WAIT_CLASSES);
}

/* ---- a heap of counts, summed before they are written ---- */

struct heap {
	struct arena *a;
	struct count {
		id64 site;
		struct store_figure f;
	} * items;
	size_t count, room;
};

static void add(struct heap *h, id64 site, str scope, int64_t day, int64_t name, int64_t bin, int64_t value)
{
	if (h->count == h->room) {
		size_t more = h->room ? h->room * 2 : 4096;
		struct count *grown = ARENA_ARRAY(h->a, struct count, more);
		if (h->count)
			memcpy(grown, h->items, h->count * sizeof *grown);
		h->items = grown;
		h->room = more;
	}
	h->items[h->count++] = (struct count){site, {.scope = scope, .day = day, .name = name, .bin = bin, .value = value}};
}

static int by_key(const void *x, const void *y)
{
	const struct count *a = x, *b = y;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	int scope = str_cmp(a->f.scope, b->f.scope);
	if (scope)
		return scope;
	if (a->f.day != b->f.day)
		return a->f.day < b->f.day ? -1 : 1;
	int64_t name = a->f.name != b->f.name ? a->f.name - b->f.name : a->f.bin - b->f.bin;
	return (name > 0) - (name < 0);
}

static void sum_up(struct heap *h)
{
	size_t n = 0;
	if (h->count)
		qsort(h->items, h->count, sizeof *h->items, by_key);
	for (size_t i = 0; i < h->count; i++) {
		if (n && by_key(&h->items[n - 1], &h->items[i]) == 0)
			h->items[n - 1].f.value += h->items[i].f.value;
		else
			h->items[n++] = h->items[i];
	}
	h->count = n;
}

/* In one transaction: the counts, and how far they go. */
struct writing {
	struct heap heap;
	bool adds; /* to what is there; otherwise replaces it */
	id64 site;
	str mark;
	int64_t from, to;
};

static enum frg_status write_counts(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct writing *w = ctx;
	enum frg_status st = w->from == w->to ? FRG_OK : store_figure_mark_move(tx, w->site, w->mark, w->from, w->to, err);
	for (size_t i = 0; st == FRG_OK && i < w->heap.count; i++) {
		const struct count *c = &w->heap.items[i];
		const struct count *before = i ? c - 1 : NULL;
		if (!before || before->site != c->site || !str_eq(before->f.scope, c->f.scope))
			st = store_figure_scope_put(tx, c->site, c->f.scope, err);
		if (st == FRG_OK && w->adds && c->f.value)
			st = store_figure_add(tx, c->site, &c->f, err);
		else if (st == FRG_OK && !w->adds)
			st = store_figure_set(tx, c->site, &c->f, err);
	}
	return st;
}

/* Somebody else counted it: as good. */
static enum frg_status keep(struct service *svc, struct writing *w, struct frg_error *err)
{
	sum_up(&w->heap);
	if (w->heap.count == 0 && w->from == w->to)
		return FRG_OK;
	enum frg_status st = store_write(svc->store, w->heap.a, write_counts, w, err);
	return st == FRG_CONFLICT ? FRG_OK : st;
}

static str scope_of(struct arena *a, str section) { return arena_printf(a, "/%.*s", STR_ARG(section)); }

/* ---- decisions ---- */

struct site_calendar {
	id64 site;
	struct desk_settings settings;
	struct forecast_shift *shifts; /* with one person each: the time for which somebody is there */
	struct forecast_calendar calendar;
};
enum { CALENDARS = 64 };

struct folding {
	struct service *svc;
	struct arena *a;
	int64_t seq;
	struct store_figure_decisions rows;
	msec first, last; /* of the page's times */
	struct site_calendar calendar[CALENDARS];
	size_t calendars;
	struct writing out;
};

static enum frg_status load_calendar(struct store_tx *tx, struct folding *f, id64 site, struct frg_error *err)
{
	for (size_t i = 0; i < f->calendars; i++)
		if (f->calendar[i].site == site)
			return FRG_OK;
	if (f->calendars == CALENDARS) /* a page of so many sites ends here */
		return FRG_CONFLICT;
	struct site_calendar *c = &f->calendar[f->calendars++];
	c->site = site;
	return settings_load(tx, site, &c->settings, err);
}

static enum frg_status load_page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct folding *f = ctx;
	enum frg_status st = store_figure_mark(tx, 0, decided_mark, &f->seq, err);
	if (st == FRG_OK)
		st = store_figure_decisions(tx, f->seq, PAGE, &f->rows, err);
	for (size_t i = 0; st == FRG_OK && i < f->rows.count; i++) {
		const struct store_figure_decision *d = &f->rows.items[i];
		st = load_calendar(tx, f, d->site, err);
		if (st == FRG_CONFLICT) {
			f->rows.count = i;
			return FRG_OK;
		}
		f->first = !f->first || d->submitted < f->first ? d->submitted : f->first;
		f->last = d->decided > f->last ? d->decided : f->last;
	}
	return st;
}

static void make_calendars(struct folding *f)
{
	msec earliest = f->last - FIGURES_KEPT_DAYS * day_ms;
	int64_t first = clock_local(f->first > earliest ? f->first : earliest).day, last = clock_local(f->last).day;
	struct calendar_span span = {.first = first, .days = (int)(last - first + 1)};
	for (size_t i = 0; i < f->calendars; i++) {
		struct site_calendar *c = &f->calendar[i];
		size_t room = (size_t)span.days * (c->settings.shift_count * 2 + 2);
		c->shifts = ARENA_ARRAY(f->a, struct forecast_shift, room);
		c->calendar = (struct forecast_calendar){c->shifts, calendar_make(&c->settings, &span, c->shifts, room)};
		for (size_t k = 0; k < c->calendar.count; k++)
			c->shifts[k].editors = 1;
	}
}

static const struct site_calendar *calendar_of(const struct folding *f, id64 site)
{
	for (size_t i = 0; i < f->calendars; i++)
		if (f->calendar[i].site == site)
			return &f->calendar[i];
	BUG("a site without its calendar");
}

/* Where one decision counts: in its section, and in the whole. */
struct into {
	struct heap *heap;
	id64 site;
	str scope;
	int64_t day, sign;
};

static void count(const struct into *to, int64_t name, int64_t bin, int64_t value)
{
	add(to->heap, to->site, to->scope, to->day, name, bin, to->sign * value);
	add(to->heap, to->site, STR(""), to->day, name, bin, to->sign * value);
}

static void count_wait(const struct into *to, const struct site_calendar *c, const struct store_figure_decision *d)
{
	msec wait = d->decided > d->submitted ? d->decided - d->submitted : 0;
	msec staffed = (msec)forecast_work(&c->calendar, d->submitted, d->decided);
	bool open = forecast_open(&c->calendar, d->submitted);
	count(to, open ? FIGURE_WAIT_OPEN : FIGURE_WAIT_CLOSED, wait_class(wait), 1);
	count(to, FIGURE_WAIT_STAFFED, wait_class(staffed), 1);
	if (wait <= c->settings.longest_wait)
		count(to, FIGURE_WITHIN, 0, 1);
}

static bool is_over(const json_t *findings, const char *rule, double score)
{
	const json_t *over = json_object_get(findings, "over");
	if (!json_is_array(over)) /* from before there were thresholds */
		return score >= 0.5;
	for (size_t i = 0; i < json_array_size(over); i++) {
		const char *id = json_string_value(json_array_get(over, i));
		if (id && strcmp(id, rule) == 0)
			return true;
	}
	return false;
}

/* What the engine had said of each rule, beside what the editors said. */
static void count_engine(const struct into *to, const struct store_figure_decision *d)
{
	json_t *findings = json_loadb(d->findings.p, d->findings.n, 0, NULL);
	unsigned named = service_rules_bits(d->rules);
	for (int r = 0; findings && r < FRG_RULE_COUNT; r++) {
		const char *id = frg_rule_id((enum frg_rule)r);
		const json_t *score = json_object_get(json_object_get(findings, "scores"), id);
		if (r == FRG_ENGAGING || !json_is_number(score)) /* no breach; or nothing was said of it */
			continue;
		double p = json_number_value(score);
		p = p < 0 ? 0 : p > 1 ? 1 : p;
		int tenth = p >= 1 ? TENTHS - 1 : (int)(p * TENTHS);
		bool broken = named & 1u << r;
		count(to, FIGURE_JUDGED, judged_bin(r, is_over(findings, id, p), broken), 1);
		count(to, FIGURE_TENTH, tenth_bin(r, tenth, broken), 1);
		count(to, FIGURE_TENTH_SUM, tenth_sum_bin(r, tenth), llround(p * 1000));
	}
	json_decref(findings);
}

/* Objections are answered by decisions that name them. */
static bool answers_objection(const struct store_figure_decision *d)
{
	if (d->detail.n == 0)
		return false;
	json_t *detail = json_loadb(d->detail.p, d->detail.n, 0, NULL);
	bool yes = json_object_get(detail, "objection") != NULL;
	json_decref(detail);
	return yes;
}

static void count_answer(const struct into *to, str action)
{
	if (str_eq(action, STR("release")) || str_eq(action, STR("restore")))
		count(to, FIGURE_KIND, KIND_UPHELD, 1);
	else if (str_eq(action, STR("uphold")))
		count(to, FIGURE_KIND, KIND_REFUSED, 1);
	else
		count(to, FIGURE_KIND, KIND_CHANGED, 1);
}

static void fold(struct folding *f, const struct store_figure_decision *d)
{
	static const str settles[] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return")};
	struct clock_local at = clock_local(d->decided);
	struct into to = {&f->out.heap, d->site, scope_of(f->a, d->section), at.day, d->sign};
	if (at.day < clock_local(clock_now()).day - FIGURES_KEPT_DAYS)
		return;
	if (d->automatic) { /* it tells nothing of how long people take, nor of what they think of the engine */
		count(&to, FIGURE_KIND, KIND_AUTOMATIC, 1);
		return;
	}
	if (answers_objection(d)) {
		count_answer(&to, d->action);
		return;
	}
	if (str_eq(d->action, STR("remove")))
		count(&to, FIGURE_KIND, KIND_REMOVED, 1);
	int kind = 0;
	while (kind < (int)COUNT_OF(settles) && !str_eq(d->action, settles[kind]))
		kind++;
	if (kind == (int)COUNT_OF(settles))
		return;
	count(&to, FIGURE_KIND, KIND_RELEASED + kind, 1);
	count(&to, FIGURE_DECIDED, at.hour, 1);
	unsigned named = service_rules_bits(d->rules);
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (kind == KIND_REJECTED && named & 1u << r)
			count(&to, FIGURE_RULE, r, 1);
	count_wait(&to, calendar_of(f, d->site), d);
	if (kind == KIND_RELEASED || named) /* what was returned with a word, or refused by a law, says nothing of rules */
		count_engine(&to, d);
}

static enum frg_status count_decisions(struct service *svc, struct arena *a, bool *more, struct frg_error *err)
{
	struct folding *f = ARENA_NEW(a, struct folding);
	f->svc = svc;
	f->a = f->out.heap.a = a;
	enum frg_status st = store_read(svc->store, a, load_page, f, err);
	if (st != FRG_OK || f->rows.count == 0)
		return st;
	make_calendars(f);
	for (size_t i = 0; i < f->rows.count; i++)
		fold(f, &f->rows.items[i]);
	f->out.adds = true;
	f->out.mark = decided_mark;
	f->out.from = f->seq;
	f->out.to = f->rows.items[f->rows.count - 1].seq;
	*more = *more || f->rows.count == PAGE;
	return keep(svc, &f->out, err);
}

/* ---- what was received and forecast: one day of one site ---- */

struct a_day {
	id64 site;
	bool forecast;
	int64_t mark, day, today; /* the mark: the first day that can still change */
	struct store_figure_counts received;
	struct store_figure_forecasts forecasts;
};

/* Not before there was anything, nor further back than anybody asks. */
static enum frg_status first_day(struct store_tx *tx, struct a_day *d, struct frg_error *err)
{
	int64_t oldest = d->today - (d->forecast ? 60 : FIGURES_KEPT_DAYS); /* forecasts are not kept longer */
	msec first = 0;
	d->day = d->mark > oldest ? d->mark : oldest;
	enum frg_status st = store_figure_first(tx, d->site, clock_of_day(d->day, 0), &first, err);
	if (st == FRG_OK && first && clock_local(first).day > d->day)
		d->day = clock_local(first).day;
	if (st == FRG_OK && !first)
		d->day = d->today;
	return st;
}

static enum frg_status load_day(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct a_day *d = ctx;
	enum frg_status st = FRG_OK;
	if (!d->day) {
		st = store_figure_mark(tx, d->site, d->forecast ? forecast_mark : received_mark, &d->mark, err);
		if (st == FRG_OK)
			st = first_day(tx, d, err);
	}
	msec from = clock_of_day(d->day, 0), to = clock_of_day(d->day + 1, 0);
	if (st == FRG_OK && d->forecast)
		return store_figure_forecasts(tx, d->site, from, to, clock_now(), &d->forecasts, err);
	return st == FRG_OK ? store_figure_received(tx, d->site, from, to, &d->received, err) : st;
}

static void heap_day(struct heap *h, const struct a_day *d)
{
	for (size_t i = 0; i < d->received.count; i++) {
		const struct store_figure_count *c = &d->received.items[i];
		int hour = clock_local(clock_of_day(d->day, 0) + c->hour * 3600 * 1000).hour;
		add(h, d->site, scope_of(h->a, c->section), d->day, FIGURE_RECEIVED, hour, c->count);
		add(h, d->site, STR(""), d->day, FIGURE_RECEIVED, hour, c->count);
	}
	for (size_t i = 0; i < d->forecasts.count; i++) {
		const struct store_figure_forecast *c = &d->forecasts.items[i];
		const int64_t values[] = {c->none, c->given, c->kept};
		for (int bin = 0; bin < 3; bin++) {
			add(h, d->site, scope_of(h->a, c->section), d->day, FIGURE_FORECAST, bin, values[bin]);
			add(h, d->site, STR(""), d->day, FIGURE_FORECAST, bin, values[bin]);
		}
	}
}

/* The first day that can still change; the mark never goes back. */
static int64_t settled(const struct a_day *d)
{
	int64_t open = clock_local(clock_now() - SETTLED_HOURS * 3600 * 1000).day;
	if (d->forecast)
		open -= forecast_days;
	return d->mark > open ? d->mark : open < d->day + 1 ? open : d->day + 1;
}

static enum frg_status count_day(struct service *svc, struct arena *a, struct a_day *d, struct frg_error *err)
{
	enum frg_status st = store_read(svc->store, a, load_day, d, err);
	if (st != FRG_OK)
		return st;
	struct writing w = {.heap = {.a = a},
	                    .site = d->site,
	                    .mark = d->forecast ? forecast_mark : received_mark,
	                    .from = d->mark,
	                    .to = settled(d)};
	heap_day(&w.heap, d);
	st = keep(svc, &w, err);
	d->mark = w.to;
	return st;
}

/* All days that can still change; of a longer past one at a time. */
static enum frg_status count_days(struct service *svc, struct arena *a, id64 site, bool forecast, bool *more,
                                  struct frg_error *err)
{
	struct a_day d = {.site = site, .forecast = forecast, .today = clock_local(clock_now()).day};
	enum frg_status st = count_day(svc, a, &d, err);
	for (int i = 0; st == FRG_OK && d.day < d.today && i <= forecast_days; i++) {
		d.day++;
		st = count_day(svc, a, &d, err);
	}
	*more = *more || d.day < d.today;
	return st;
}

/* An archive that is imported was sent on days that have been counted: back to the first of them. Each stored text is
 * looked at once, when it must have been committed. */
struct looking_back {
	id64 site, seen, upto;
	int64_t mark, to;
};
enum { COMMITTED_MS = 10 * 60 * 1000, LOOK_BACK_MS = 60 * 1000 };

static enum frg_status look_back(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct looking_back *l = ctx;
	msec first = 0;
	int64_t oldest = clock_local(clock_now()).day - FIGURES_KEPT_DAYS;
	enum frg_status st = store_figure_mark(tx, l->site, stored_mark, &l->seen, err);
	if (st == FRG_OK)
		st = store_figure_mark(tx, l->site, received_mark, &l->mark, err);
	if (st == FRG_OK && l->seen && id_time(l->upto) - id_time(l->seen) >= LOOK_BACK_MS)
		st = store_figure_stored(tx, l->site, l->seen, l->upto, &first, err);
	l->to = first ? clock_local(first).day : l->mark;
	l->to = l->to < oldest && l->mark > oldest ? oldest : l->to;
	return st;
}

static enum frg_status go_back(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct looking_back *l = ctx;
	enum frg_status st = store_figure_mark_move(tx, l->site, stored_mark, l->seen, l->upto, err);
	return st == FRG_OK && l->to < l->mark ? store_figure_mark_move(tx, l->site, received_mark, l->mark, l->to, err)
	                                       : st;
}

static enum frg_status count_received(struct service *svc, struct arena *a, id64 site, bool *more,
                                      struct frg_error *err)
{
	struct looking_back l = {.site = site, .upto = id_at(clock_now() - COMMITTED_MS)};
	enum frg_status st = store_read(svc->store, a, look_back, &l, err);
	if (st == FRG_OK && id_time(l.upto) - id_time(l.seen) >= LOOK_BACK_MS)
		st = store_write(svc->store, a, go_back, &l, err);
	if (st != FRG_OK && st != FRG_CONFLICT)
		return st;
	return count_days(svc, a, site, false, more, err);
}

static enum frg_status purge(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	(void)ctx;
	return store_figure_purge(tx, clock_local(clock_now()).day - FIGURES_KEPT_DAYS, err);
}

/* Now and then; a costly look is taken less often. */
static bool is_time(msec *last, msec every)
{
	msec now = clock_steady();
	if (*last && now - *last < every)
		return false;
	*last = now;
	return true;
}

enum frg_status service_figures_refresh(struct service *svc, struct arena *a, struct figures_progress *p, bool *more,
                                        struct frg_error *err)
{
	*more = false;
	bool received = clock_steady() >= p->received, forecasts = received && is_time(&p->forecasts, forecasts_every),
		 again = false;
	enum frg_status st = count_decisions(svc, a, more, err);
	const struct store_site *sites = service_site(svc, STR(""));
	msec begun = clock_steady();
	for (size_t i = 0; st == FRG_OK && received && i < service_site_count(svc); i++) {
		st = count_received(svc, a, sites[i].id, more, err);
		if (st == FRG_OK && forecasts)
			st = count_days(svc, a, sites[i].id, true, &again, err);
	}
	if (again) {
		p->forecasts = 0;
		*more = true;
	}
	if (received) /* takes a fiftieth of the time at most */
		p->received = *more ? 0 : clock_steady() + 50 * (clock_steady() - begun);
	if (st == FRG_OK && is_time(&p->purged, purge_every))
		st = store_write(svc->store, a, purge, NULL, err);
	return st;
}
