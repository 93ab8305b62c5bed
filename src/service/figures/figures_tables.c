/* From counts to tables: quantiles, shares, intervals. */
#include "service/inner.h"

#include "service/calendar.h"
#include "service/figures/figures_inner.h"

#include <math.h>
#include <stdlib.h>

enum { BY_WEEK = 90 }; /* longer periods are told by weeks or months */

void figure_row(struct arena *a, struct figure_table *t, const struct figure_cell *cells)
{
	if (t->row_count == t->room) {
		size_t room = t->room ? t->room * 2 : 32;
		struct figure_cell *grown = ARENA_ARRAY(a, struct figure_cell, room * t->column_count);
		if (t->row_count)
			memcpy(grown, t->cells, t->row_count * t->column_count * sizeof *grown);
		t->cells = grown;
		t->room = room;
	}
	memcpy(t->cells + t->row_count++ * t->column_count, cells, t->column_count * sizeof *cells);
}

#define ROW(a, t, ...) figure_row((a), (t), (const struct figure_cell[]){__VA_ARGS__})
#define COLUMNS(t, ...)                                                                                                \
	do {                                                                                                               \
		static const char *const names_[] = {__VA_ARGS__};                                                             \
		(t)->columns = names_;                                                                                         \
		(t)->column_count = COUNT_OF(names_);                                                                          \
	} while (0)

static struct figure_cell cell_day(struct arena *a, int64_t day)
{
	char text[CLOCK_DAY_SIZE];
	clock_day_text(day, text);
	return CELL_STR(arena_str(a, str_of(text)));
}

/* Nothing counted: no number, rather than a wrong one. */
static struct figure_cell cell_wait(const int64_t counts[WAIT_CLASSES], double p)
{
	double seconds = wait_quantile(counts, p);
	return seconds < 0 ? CELL_NOT : CELL((int64_t)llround(seconds));
}

static struct figure_cell cell_share(int64_t part, int64_t all)
{
	return all > 0 ? CELL_OF(share_of(part, all)) : CELL_NOT;
}

/* Of a share, where it lies with 95 % confidence (Wilson 1927). */
static struct figure_cell cell_bound(int64_t part, int64_t all, bool upper)
{
	const double z = 1.959964;
	if (all <= 0)
		return CELL_NOT;
	double n = (double)all, p = share_of(part, all), half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	double bound = (p + z * z / (2 * n) + (upper ? half : -half)) / (1 + z * z / n);
	return CELL_OF(bound < 0 ? 0 : bound > 1 ? 1 : bound);
}

static int64_t sum_of(const int64_t *values, size_t n)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return sum;
}

/* All of it is numbers: added one by one. */
static void add_sums(struct figure_sums *to, const struct figure_sums *s)
{
	_Static_assert(sizeof *to % sizeof(int64_t) == 0, "only numbers");
	int64_t *into = (int64_t *)to;
	const int64_t *from = (const int64_t *)s;
	for (size_t i = 0; i < sizeof *to / sizeof *into; i++)
		into[i] += from[i];
}

static struct figure_sums *sums_of(struct arena *a, const struct figure_days *days, size_t from, size_t to)
{
	struct figure_sums *sum = ARENA_NEW(a, struct figure_sums);
	for (size_t d = from; d < to; d++)
		add_sums(sum, &days->day[d]);
	return sum;
}

static void all_waits(const struct figure_sums *s, int64_t out[WAIT_CLASSES])
{
	for (int c = 0; c < WAIT_CLASSES; c++)
		out[c] = s->wait[0][c] + s->wait[1][c];
}

static int64_t decided_of(const struct figure_sums *s)
{
	return s->kind[KIND_RELEASED] + s->kind[KIND_REJECTED] + s->kind[KIND_RETURNED];
}

/* ---- at a glance ---- */

static void totals_row(struct arena *a, struct figures_asking *f, const char *name, const struct figure_days *days,
                       const struct figure_sums *s)
{
	int64_t waits[WAIT_CLASSES];
	bool now = days == &f->now;
	all_waits(s, waits);
	ROW(a, &f->out->table[FIGURES_TOTALS], CELL_STR(str_of(name)), cell_day(a, days->first),
	    cell_day(a, days->first + (int64_t)days->count - 1), CELL(sum_of(s->received, 24)), CELL(decided_of(s)),
	    CELL(s->kind[KIND_RELEASED]), cell_share(s->kind[KIND_RELEASED], decided_of(s)), cell_wait(waits, 0.5),
	    cell_wait(waits, 0.9), cell_wait(s->wait[0], 0.5), cell_wait(s->wait[1], 0.5),
	    cell_share(s->within, decided_of(s)), now ? CELL(f->queue.count) : CELL_NOT,
	    now && f->queue.oldest ? CELL((f->at - f->queue.oldest) / 1000) : CELL_NOT);
}

/* Today is not over; so the last day of the period before counts only up to this hour, as far as hours are known. */
static void totals(struct arena *a, struct figures_asking *f)
{
	COLUMNS(&f->out->table[FIGURES_TOTALS], "period", "from", "to", "received", "decided", "released", "released_share",
	        "median_wait_s", "p90_wait_s", "open_median_s", "closed_median_s", "within_share", "waiting",
	        "oldest_waiting_s");
	struct figure_sums *before = sums_of(a, &f->before, 0, f->before.count);
	for (int h = clock_local(f->at).hour; h < 24; h++)
		before->received[h] -= f->before.day[f->before.count - 1].received[h];
	totals_row(a, f, "now", &f->now, sums_of(a, &f->now, 0, f->now.count));
	totals_row(a, f, "before", &f->before, before);
}

/* ---- load against staffing ---- */

static void load(struct arena *a, struct figures_asking *f)
{
	struct figure_table *t = &f->out->table[FIGURES_LOAD];
	COLUMNS(t, "weekday", "hour", "days", "received_per_hour", "decided_per_hour", "editors", "capacity_per_hour");
	struct calendar_span span = {.first = f->now.first, .days = (int)f->now.count, .nominal = true};
	size_t room = f->now.count * (f->settings.shift_count * 2 + 2);
	struct forecast_shift *shifts = ARENA_ARRAY(a, struct forecast_shift, room);
	struct forecast_calendar c = {shifts,
	                              f->settings.shift_count ? calendar_make(&f->settings, &span, shifts, room) : 0};
	const double hour = 3600 * 1000;
	double there[7][24] = {0};
	int64_t came[7][24] = {0}, done[7][24] = {0}, count[7][24] = {0};
	int now = clock_local(f->at).hour;
	for (size_t d = 0; d < f->now.count; d++)
		for (int h = 0; h < 24 && (d + 1 < f->now.count || h < now); h++) { /* only hours that are over */
			int w = (int)((f->now.first + (int64_t)d + 3) % 7);
			msec at = ((msec)d * 24 + h) * (msec)hour;
			came[w][h] += f->now.day[d].received[h];
			done[w][h] += f->now.day[d].decided[h];
			there[w][h] += forecast_work(&c, at, at + (msec)hour) / hour;
			count[w][h]++;
		}
	for (int w = 0; w < 7; w++)
		for (int h = 0; h < 24; h++) {
			double editors = count[w][h] ? there[w][h] / (double)count[w][h] : 0;
			bool known = f->out->whole && f->settings.shift_count && count[w][h];
			ROW(a, t, CELL(w + 1), CELL(h), CELL(count[w][h]), cell_share(came[w][h], count[w][h]),
			    cell_share(done[w][h], count[w][h]), known ? CELL_OF(editors) : CELL_NOT,
			    known && f->rate > 0 ? CELL_OF(editors * f->rate * hour) : CELL_NOT);
		}
}

/* ---- waiting ---- */

/* Of a year the weeks: medians of days cannot be joined afterwards. */
static void waits(struct arena *a, struct figures_asking *f)
{
	struct figure_table *t = &f->out->table[FIGURES_WAITS];
	COLUMNS(t, "day", "to", "decided", "median_s", "p90_s", "within_share", "open_decided", "open_median_s",
	        "open_p90_s", "closed_decided", "closed_median_s", "closed_p90_s", "staffed_median_s", "staffed_p90_s");
	for (size_t from = 0, d = 0; d < f->now.count; d++) {
		bool sunday = (f->now.first + (int64_t)d + 4) % 7 == 0;
		if (f->now.count > BY_WEEK && !sunday && d + 1 < f->now.count)
			continue;
		const struct figure_sums *s = sums_of(a, &f->now, from, d + 1);
		int64_t all[WAIT_CLASSES];
		all_waits(s, all);
		ROW(a, t, cell_day(a, f->now.first + (int64_t)from), cell_day(a, f->now.first + (int64_t)d),
		    CELL(sum_of(all, WAIT_CLASSES)), cell_wait(all, 0.5), cell_wait(all, 0.9),
		    cell_share(s->within, sum_of(all, WAIT_CLASSES)), CELL(sum_of(s->wait[0], WAIT_CLASSES)),
		    cell_wait(s->wait[0], 0.5), cell_wait(s->wait[0], 0.9), CELL(sum_of(s->wait[1], WAIT_CLASSES)),
		    cell_wait(s->wait[1], 0.5), cell_wait(s->wait[1], 0.9), cell_wait(s->wait[2], 0.5),
		    cell_wait(s->wait[2], 0.9));
		from = d + 1;
	}
}

/* Two classes to a doubling are enough for the eye. */
static void distribution(struct arena *a, struct figures_asking *f)
{
	enum { TOGETHER = 4 };
	struct figure_table *t = &f->out->table[FIGURES_DISTRIBUTION];
	COLUMNS(t, "from_s", "to_s", "open", "closed", "staffed");
	const struct figure_sums *s = sums_of(a, &f->now, 0, f->now.count);
	for (int c = 0; c < WAIT_CLASSES; c += TOGETHER) {
		int64_t n[3];
		for (int k = 0; k < 3; k++)
			n[k] = sum_of(&s->wait[k][c], TOGETHER);
		if (n[0] || n[1] || n[2])
			ROW(a, t, CELL_OF(wait_class_begin(c)), CELL_OF(wait_class_begin(c + TOGETHER)), CELL(n[0]), CELL(n[1]),
			    CELL(n[2]));
	}
}

/* ---- what was decided ---- */

static void decisions(struct arena *a, struct figures_asking *f)
{
	struct figure_table *t = &f->out->table[FIGURES_DECISIONS];
	COLUMNS(t, "day", "received", "released", "automatic", "rejected", "returned", "removed", "objections_upheld",
	        "objections_changed", "objections_rejected", "rejected_profanity", "rejected_aggression",
	        "rejected_insinuation", "rejected_ad_link", "rejected_off_topic");
	for (size_t d = 0; d < f->now.count; d++) {
		const struct figure_sums *s = &f->now.day[d];
		ROW(a, t, cell_day(a, f->now.first + (int64_t)d), CELL(sum_of(s->received, 24)), CELL(s->kind[KIND_RELEASED]),
		    CELL(s->kind[KIND_AUTOMATIC]), CELL(s->kind[KIND_REJECTED]), CELL(s->kind[KIND_RETURNED]),
		    CELL(s->kind[KIND_REMOVED]), CELL(s->kind[KIND_UPHELD]), CELL(s->kind[KIND_CHANGED]),
		    CELL(s->kind[KIND_REFUSED]), CELL(s->rule[FRG_PROFANITY]), CELL(s->rule[FRG_AGGRESSION]),
		    CELL(s->rule[FRG_INSINUATION]), CELL(s->rule[FRG_AD_LINK]), CELL(s->rule[FRG_OFF_TOPIC]));
	}
}

/* ---- the engine against the editors ---- */

static void engine_row(struct arena *a, struct figure_table *t, const char *span, int64_t from, int64_t to, int rule,
                       const struct figure_sums *s)
{
	int64_t both = s->judged[rule][1][1], engine = s->judged[rule][1][0], editors = s->judged[rule][0][1];
	ROW(a, t, CELL_STR(str_of(frg_rule_id((enum frg_rule)rule))), CELL_STR(str_of(span)), cell_day(a, from),
	    cell_day(a, to), CELL(both), CELL(engine), CELL(editors), CELL(s->judged[rule][0][0]),
	    cell_share(both, both + engine), cell_bound(both, both + engine, false), cell_bound(both, both + engine, true),
	    cell_share(both, both + editors), cell_bound(both, both + editors, false),
	    cell_bound(both, both + editors, true));
}

/* Days, weeks from Monday on, or months, by how long the period is. */
static bool ends_span(const struct figures_asking *f, size_t d)
{
	int64_t next = f->now.first + (int64_t)d + 1;
	char text[CLOCK_DAY_SIZE];
	clock_day_text(next, text);
	if (d + 1 == f->now.count || f->now.count <= 7)
		return true;
	return f->now.count <= BY_WEEK ? (next + 3) % 7 == 0 : strcmp(text + 8, "01") == 0;
}

static void engine(struct arena *a, struct figures_asking *f)
{
	struct figure_table *t = &f->out->table[FIGURES_ENGINE];
	COLUMNS(t, "rule", "span", "from", "to", "both", "engine_only", "editors_only", "neither", "precision",
	        "precision_low", "precision_high", "recall", "recall_low", "recall_high");
	const struct figure_sums *all = sums_of(a, &f->now, 0, f->now.count);
	for (int r = 0; r < FRG_ENGAGING; r++) {
		engine_row(a, t, "period", f->out->from, f->out->to, r, all);
		for (size_t from = 0, d = 0; d < f->now.count; d++) {
			if (!ends_span(f, d))
				continue;
			const struct figure_sums *s = sums_of(a, &f->now, from, d + 1);
			engine_row(a, t,
			           f->now.count <= 7         ? "day"
			           : f->now.count <= BY_WEEK ? "week"
			                                     : "month",
			           f->now.first + (int64_t)from, f->now.first + (int64_t)d, r, s);
			from = d + 1;
		}
	}
}

static void calibration(struct arena *a, struct figures_asking *f)
{
	struct figure_table *t = &f->out->table[FIGURES_CALIBRATION];
	COLUMNS(t, "rule", "score_from", "score_to", "count", "broken", "predicted", "actual", "actual_low", "actual_high");
	const struct figure_sums *s = sums_of(a, &f->now, 0, f->now.count);
	for (int r = 0; r < FRG_ENGAGING; r++)
		for (int k = 0; k < TENTHS; k++) {
			int64_t broken = s->tenth[r][k][1], n = s->tenth[r][k][0] + broken;
			if (n > 0)
				ROW(a, t, CELL_STR(str_of(frg_rule_id((enum frg_rule)r))), CELL_OF(k / (double)TENTHS),
				    CELL_OF((k + 1) / (double)TENTHS), CELL(n), CELL(broken),
				    CELL_OF((double)s->tenth_sum[r][k] / 1000 / (double)n), cell_share(broken, n),
				    cell_bound(broken, n, false), cell_bound(broken, n, true));
		}
}

/* ---- the word that authors were given ---- */

static void forecast(struct arena *a, struct figures_asking *f)
{
	struct figure_table *t = &f->out->table[FIGURES_FORECAST];
	COLUMNS(t, "day", "given", "kept", "kept_share", "kept_low", "kept_high", "none");
	for (size_t d = 0; d < f->now.count; d++) {
		const int64_t *n = f->now.day[d].forecast;
		ROW(a, t, cell_day(a, f->now.first + (int64_t)d), CELL(n[1]), CELL(n[2]), cell_share(n[2], n[1]),
		    cell_bound(n[2], n[1], false), cell_bound(n[2], n[1], true), CELL(n[0]));
	}
}

void figures_tables(struct arena *a, struct figures_asking *f)
{
	totals(a, f);
	load(a, f);
	waits(a, f);
	distribution(a, f);
	decisions(a, f);
	engine(a, f);
	calibration(a, f);
	forecast(a, f);
}
