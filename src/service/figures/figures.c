/* Questions for the desk's figures: who may ask, what of the counts is read, and the tables made from it. */
#include "service/inner.h"

#include "service/figures/figures_inner.h"

#include <stdlib.h>

enum { SECTIONS_LISTED = 200, SECTION_ROOM = 100 };

const str figure_table_names[FIGURES_TABLES] = {
	[FIGURES_TOTALS] = STR_INIT("totals"),
	[FIGURES_LOAD] = STR_INIT("load"),
	[FIGURES_WAITS] = STR_INIT("waits"),
	[FIGURES_DISTRIBUTION] = STR_INIT("distribution"),
	[FIGURES_DECISIONS] = STR_INIT("decisions"),
	[FIGURES_ENGINE] = STR_INIT("engine"),
	[FIGURES_CALIBRATION] = STR_INIT("calibration"),
	[FIGURES_FORECAST] = STR_INIT("forecast"),
	[FIGURES_CREW] = STR_INIT("crew"),
	[FIGURES_BACKLOG] = STR_INIT("backlog"),
};

static void add_wait(struct figure_sums *s, const struct store_figure *f)
{
	if (f->bin >= 0 && f->bin < WAIT_CLASSES)
		s->wait[f->name - FIGURE_WAIT_OPEN][f->bin] += f->value;
}

static void add_judged(struct figure_sums *s, const struct store_figure *f)
{
	int64_t rule = f->name == FIGURE_JUDGED ? f->bin / 4 : f->name == FIGURE_TENTH ? f->bin / 32 : f->bin / 16;
	if (f->bin < 0 || rule >= FRG_RULE_COUNT)
		return;
	if (f->name == FIGURE_JUDGED)
		s->judged[rule][f->bin % 4 / 2][f->bin % 2] += f->value;
	else if (f->name == FIGURE_TENTH && f->bin % 32 / 2 < TENTHS)
		s->tenth[rule][f->bin % 32 / 2][f->bin % 2] += f->value;
	else if (f->name == FIGURE_TENTH_SUM && f->bin % 16 < TENTHS)
		s->tenth_sum[rule][f->bin % 16] += f->value;
}

static void add_figure(struct figure_sums *s, const struct store_figure *f)
{
	const struct {
		int64_t *bins;
		int64_t count;
	} plain[] = {[FIGURE_RECEIVED] = {s->received, 24}, [FIGURE_DECIDED] = {s->decided, 24},
	             [FIGURE_KIND] = {s->kind, KIND_COUNT}, [FIGURE_RULE] = {s->rule, FRG_RULE_COUNT},
	             [FIGURE_WITHIN] = {&s->within, 1},     [FIGURE_FORECAST] = {s->forecast, 3}};
	if (f->value <
	    0) /* shifts were changed between a decision and its undo: it went from a class that it never was in */
		return;
	if (f->name >= FIGURE_WAIT_OPEN && f->name <= FIGURE_WAIT_STAFFED)
		add_wait(s, f);
	else if (f->name >= FIGURE_JUDGED && f->name <= FIGURE_TENTH_SUM)
		add_judged(s, f);
	else if (f->name > 0 && f->name < (int64_t)COUNT_OF(plain) && f->bin >= 0 && f->bin < plain[f->name].count)
		plain[f->name].bins[f->bin] += f->value;
}

static void add_to_day(void *ctx, const struct store_figure *f)
{
	struct figure_days *days = ctx;
	add_figure(&days->day[f->day - days->first], f);
}

static enum frg_status load_days(struct store_tx *tx, id64 site, str scope, struct figure_days *days,
                                 enum store_figure_name last, struct frg_error *err)
{
	int64_t to = days->first + (int64_t)days->count - 1;
	return store_figure_each(tx, site, scope, days->first, to, last, add_to_day, days, err);
}

/* What one may ask for: the whole, one section, or each of those that one works for. */
static void scopes_of(struct arena *a, const struct figures_query *q, struct store_texts *out)
{
	size_t own = q->section.n ? 0 : q->who->sections.count;
	out->items = ARENA_ARRAY(a, str, own + 1);
	out->count = 0;
	if (q->section.n)
		out->items[out->count++] = arena_printf(a, "/%.*s", STR_ARG(q->section));
	for (size_t i = 0; i < own; i++)
		out->items[out->count++] = arena_printf(a, "/%.*s", STR_ARG(q->who->sections.items[i]));
	if (!out->count)
		out->items[out->count++] = STR("");
}

/* Sections by name that this person may see; the one without a name cannot be asked for. */
static enum frg_status load_sections(struct store_tx *tx, struct figures_asking *f, struct frg_error *err)
{
	struct store_texts scopes;
	const struct staff *who = f->q->who;
	enum frg_status st = store_figure_scopes(tx, who->site, SECTIONS_LISTED, &scopes, err);
	if (st != FRG_OK)
		return st;
	f->out->sections.items = ARENA_ARRAY(store_arena(tx), str, scopes.count + 1);
	for (size_t i = 0; i < scopes.count; i++) {
		str name = scopes.items[i].n > 1 ? str_sub(scopes.items[i], 1, scopes.items[i].n) : STR("");
		if (name.n && staff_has_section(who, name))
			f->out->sections.items[f->out->sections.count++] = name;
	}
	return FRG_OK;
}

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct figures_asking *f = ctx;
	struct store_texts scopes;
	const struct staff *who = f->q->who;
	int64_t seq = 0;
	scopes_of(store_arena(tx), f->q, &scopes);
	enum frg_status st = settings_load(tx, who->site, &f->settings, err);
	for (size_t i = 0; st == FRG_OK && i < scopes.count; i++) {
		st = load_days(tx, who->site, scopes.items[i], &f->now, FIGURE_FORECAST, err);
		if (st == FRG_OK)
			st = load_days(tx, who->site, scopes.items[i], &f->before, FIGURE_WAIT_CLOSED, err);
	}
	if (st == FRG_OK)
		st = load_sections(tx, f, err);
	if (st == FRG_OK)
		st = store_figure_mark(tx, 0, STR("decision"), &seq, err);
	if (st == FRG_OK)
		st = store_figure_behind(tx, seq, &f->out->behind, err);
	struct store_queue_filter waits = queue_filter_of(store_arena(tx), who);
	if (f->q->section.n)
		waits.sections = arena_printf(store_arena(tx), "|%.*s|", STR_ARG(f->q->section));
	return st == FRG_OK ? store_queue_count(tx, &waits, INT64_MAX, &f->queue, err) : st;
}

static enum frg_status check(const struct figures_query *q, struct frg_error *err)
{
	static const int64_t periods[] = {7, 30, 90, 365};
	bool known = false;
	for (size_t i = 0; i < COUNT_OF(periods); i++)
		known = known || q->days == periods[i];
	if (!known)
		return frg_fail(err, FRG_INVALID, "figures_invalid", "7, 30, 90 or 365 days");
	if (q->section.n > SECTION_ROOM * 4)
		return frg_fail(err, FRG_INVALID, "figures_invalid", "no such section");
	if (q->crew && (q->change < -1 || q->change > 1 || q->shift < 0 || q->shift >= DESK_SHIFTS_MAX))
		return frg_fail(err, FRG_INVALID, "figures_invalid", "one person more or fewer, on a shift that there is");
	if (q->section.n && !staff_has_section(q->who, q->section))
		return frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "not a section of theirs");
	return FRG_OK;
}

static struct figure_sums *some_days(size_t count)
{
	struct figure_sums *days = calloc(count, sizeof *days);
	if (!days)
		BUG("out of memory");
	return days;
}

static void describe(struct figures_asking *f)
{
	struct figures *out = f->out;
	out->whole = f->q->section.n == 0 && f->q->who->sections.count == 0;
	f->rate = out->whole ? figures_rate(f) : 0;
	out->section = f->q->section;
	out->longest_wait = f->settings.longest_wait;
	out->rate = f->rate * 3600 * 1000;
	out->shift_count = f->settings.shift_count;
	memcpy(out->shifts, f->settings.shifts, sizeof out->shifts);
}

enum frg_status service_figures(struct service *svc, struct arena *a, const struct figures_query *q,
                                struct figures *out, struct frg_error *err)
{
	struct figures_asking *f = ARENA_NEW(a, struct figures_asking);
	*out = (struct figures){0};
	enum frg_status st = check(q, err);
	if (st != FRG_OK)
		return st;
	f->q = q;
	f->out = out;
	f->at = clock_now();
	out->to = clock_local(f->at).day;
	out->from = out->to - q->days + 1;
	f->now = (struct figure_days){out->from, (size_t)q->days, some_days((size_t)q->days)};
	f->before = (struct figure_days){out->from - q->days, (size_t)q->days, some_days((size_t)q->days)};
	st = store_read(svc->store, a, load, f, err);
	if (st == FRG_OK && q->crew && (size_t)q->shift >= f->settings.shift_count && q->change)
		st = frg_fail(err, FRG_INVALID, "figures_invalid", "no such shift");
	if (st == FRG_OK) {
		describe(f);
		if (q->crew)
			figures_crew(a, f);
		else
			figures_tables(a, f);
	}
	free(f->now.day);
	free(f->before.day);
	return st;
}
