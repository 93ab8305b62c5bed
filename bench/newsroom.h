/* A simulated newsroom: comments come by the hour of the day, in bursts and with breaking news; two or three editors
 * in shifts take breaks, are of different speed, and decide what is due first with some disorder. It is what the
 * forecast (service/forecast.h) is measured on, by bench/forecast.c and tests/unit/test_forecast.c. Made to be like an
 * editorial day, not measured on one: see docs/delay.md. */
#ifndef BENCH_NEWSROOM_H
#define BENCH_NEWSROOM_H

#include "service/forecast.h"

#include <math.h>
#include <stdlib.h>

enum { NR_HOUR = 3600 * 1000, NR_DAY = 24 * NR_HOUR, NR_STEP = 5 * 1000, NR_EDITORS = 3, NR_LOOK = 4, NR_CLASSES = 4 };

struct newsroom_item {
	msec sent, due, decided;
	struct forecast said;
	int64_t ahead;
	msec simple; /* what queue ÷ rate would have said */
	bool late_told;
};

struct newsroom {
	uint64_t random;
	double per_day;
	int days;
	struct newsroom_item *items;
	size_t count, room;
	size_t *waiting; /* a heap by due */
	size_t waiting_count;
	msec free_at[NR_EDITORS];
	double speed[NR_EDITORS];
	size_t in_hand[NR_EDITORS];
	msec break_at[NR_EDITORS];
	double burst; /* times the usual */
	struct forecast_shift *shifts;
	struct forecast_calendar calendar;
	msec *decided;
	size_t decided_count;
	struct forecast_model model;
	double rate, busy_rate, simple_rate;
};

/* What came of it, by kind of forecast: day, night, overload, all. */
struct newsroom_result {
	struct {
		size_t asked, given, kept;
		double minutes;        /* mean length of the interval */
		double open_minutes;   /* of that, with somebody there: readers are told of the pieces */
		double simple_minutes; /* of queue ÷ rate ± a margin chosen afterwards for the same share kept */
		double simple_open_minutes;
	} kind[NR_CLASSES];
	double worst_hour, best_hour; /* share kept, by the hour of the day, of hours with 200 forecasts */
};
static const char *const newsroom_kinds[NR_CLASSES] = {"day", "night", "overload", "all"};

static inline double nr_random(struct newsroom *n) /* splitmix64 */
{
	uint64_t x = n->random += UINT64_C(0x9E3779B97F4A7C15);
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}
static inline double nr_normal(struct newsroom *n)
{
	return sqrt(-2 * log(1 - nr_random(n))) * cos(6.283185307179586 * nr_random(n));
}

/* ---- shifts: day 0 is a Monday, and days begin at midnight UTC ---- */

static inline bool nr_weekend(msec t) { return t / NR_DAY % 7 >= 5; }

static inline void nr_add_shift(struct newsroom *n, msec day, double begin, double end, double editors)
{
	n->shifts[n->calendar.count++] = (struct forecast_shift){day + (msec)(begin * NR_HOUR), day + (msec)(end * NR_HOUR),
	                                                         editors};
}

static inline void nr_make_shifts(struct newsroom *n)
{
	n->shifts = calloc((size_t)(n->days + 15) * 3, sizeof *n->shifts);
	n->calendar = (struct forecast_calendar){n->shifts, 0};
	for (int d = 0; d < n->days + 15; d++) {
		msec day = (msec)d * NR_DAY;
		if (d % 7 >= 5) {
			nr_add_shift(n, day, 9, 20, 2);
			continue;
		}
		nr_add_shift(n, day, 7, 9, 2);
		nr_add_shift(n, day, 9, 18, 3);
		nr_add_shift(n, day, 18, 22, 2);
	}
}

static inline double nr_editors(const struct newsroom *n, msec t)
{
	for (size_t i = 0; i < n->calendar.count; i++)
		if (n->shifts[i].begin <= t && t < n->shifts[i].end)
			return n->shifts[i].editors;
	return 0;
}

/* ---- what comes ---- */

static inline double nr_arrivals(struct newsroom *n, msec t)
{
	static const double by_hour[24] = {.5,  .3,  .2,  .15, .15, .3,  .7,  1.1, 1.3, 1.3, 1.3, 1.3,
	                                   1.3, 1.2, 1.1, 1.1, 1.2, 1.3, 1.5, 1.7, 1.8, 1.6, 1.2, .8};
	static double sum;
	if (sum == 0)
		for (int i = 0; i < 24; i++)
			sum += by_hour[i];
	if (nr_random(n) < (double)NR_STEP / (3.5 * NR_DAY)) /* breaking news, twice a week */
		n->burst += 2 + 4 * nr_random(n);
	n->burst *= exp(-(double)NR_STEP / (2.0 * NR_HOUR));
	double usual = n->per_day / NR_DAY * by_hour[t / NR_HOUR % 24] * 24 / sum * (nr_weekend(t) ? 0.8 : 1.08);
	return usual * (1 + n->burst) / 1.095; /* the bursts are part of the day's number */
}

static inline void nr_swap(struct newsroom *n, size_t i, size_t j)
{
	size_t x = n->waiting[i];
	n->waiting[i] = n->waiting[j];
	n->waiting[j] = x;
}
static inline bool nr_before(const struct newsroom *n, size_t i, size_t j)
{
	return n->items[n->waiting[i]].due < n->items[n->waiting[j]].due;
}
static inline void nr_push(struct newsroom *n, size_t item)
{
	size_t i = n->waiting_count++;
	for (n->waiting[i] = item; i && nr_before(n, i, (i - 1) / 2); i = (i - 1) / 2)
		nr_swap(n, i, (i - 1) / 2);
}
static inline size_t nr_pop(struct newsroom *n)
{
	size_t top = n->waiting[0], i = 0;
	n->waiting[0] = n->waiting[--n->waiting_count];
	for (;;) {
		size_t l = 2 * i + 1, least = i;
		for (size_t k = l; k < l + 2 && k < n->waiting_count; k++)
			if (nr_before(n, k, least))
				least = k;
		if (least == i)
			return top;
		nr_swap(n, i, least);
		i = least;
	}
}

/* ---- asking the forecast ---- */

enum { NR_LONGEST = 4 * NR_HOUR };

static inline void nr_ask(struct newsroom *n, struct newsroom_item *it)
{
	size_t lately = 0, known = 0;
	msec patiences[64];
	for (size_t i = 0; i < n->waiting_count; i++)
		it->ahead += n->items[n->waiting[i]].due < it->due;
	for (size_t i = n->count - 1; i-- > 0 && n->items[i].sent > it->sent - 2 * NR_HOUR;)
		lately++;
	for (size_t i = n->count - 1; i-- > 0 && known < 64;)
		patiences[known++] = n->items[i].due - n->items[i].sent;
	struct forecast_question q = {.now = it->sent,
	                              .ahead = it->ahead,
	                              .rate = it->ahead > 30 ? n->busy_rate : n->rate,
	                              .arrivals = (double)lately / (2 * NR_HOUR),
	                              .patience = it->due - it->sent,
	                              .patiences = patiences,
	                              .patience_count = known,
	                              .weekend = nr_weekend(it->sent)};
	forecast_make(&n->model, &n->calendar, &q, &it->said);
	it->simple = n->simple_rate > 0 ? forecast_when(&n->calendar, it->sent, ((double)it->ahead + 1) / n->simple_rate)
	                                : 0;
}

static inline void nr_arrive(struct newsroom *n, msec t)
{
	struct newsroom_item *it = &n->items[n->count];
	double risk = nr_random(n) * nr_random(n); /* most are harmless */
	*it = (struct newsroom_item){.sent = t + (msec)(nr_random(n) * NR_STEP)};
	it->due = it->sent + (msec)(NR_LONGEST * (0.1 + 0.9 * risk));
	n->count++;
	nr_ask(n, it);
	nr_push(n, n->count - 1);
}

static inline void nr_learn(struct newsroom *n, struct newsroom_item *it, bool late)
{
	struct forecast_past p = {.made = it->sent,
	                          .decided = late ? 0 : it->decided,
	                          .expected = it->said.expected,
	                          .bucket = it->said.bucket,
	                          .from = it->said.from,
	                          .until = it->said.given ? it->said.until : 0,
	                          .counted = !late && it->late_told};
	forecast_learn(&n->model, &n->calendar, &p);
}

/* ---- the work ---- */

static inline size_t nr_take(struct newsroom *n)
{
	size_t some[NR_LOOK], count = 0, chosen;
	while (count < NR_LOOK && n->waiting_count)
		some[count++] = nr_pop(n);
	chosen = (size_t)(nr_random(n) * nr_random(n) * (double)count);
	for (size_t i = 0; i < count; i++)
		if (i != chosen)
			nr_push(n, some[i]);
	return some[chosen];
}

static inline void nr_work(struct newsroom *n, msec t)
{
	double there = nr_editors(n, t);
	for (int e = 0; e < NR_EDITORS; e++) {
		if (n->in_hand[e] != SIZE_MAX && n->free_at[e] <= t) {
			struct newsroom_item *it = &n->items[n->in_hand[e]];
			it->decided = n->free_at[e];
			n->decided[n->decided_count++] = it->decided;
			if (it->said.expected > 0)
				nr_learn(n, it, false);
			n->in_hand[e] = SIZE_MAX;
		}
		if (n->in_hand[e] != SIZE_MAX || e >= there || n->free_at[e] > t)
			continue;
		if (n->break_at[e] <= t) { /* every ninety minutes or so, and now and then a long one */
			n->free_at[e] = t + (msec)((nr_random(n) < 0.2 ? 40 : 8) * 60000 * (0.5 + nr_random(n)));
			n->break_at[e] = n->free_at[e] + (msec)((60 + 60 * nr_random(n)) * 60000);
			continue;
		}
		if (!n->waiting_count)
			continue;
		n->in_hand[e] = nr_take(n);
		double risk = (double)(n->items[n->in_hand[e]].due - n->items[n->in_hand[e]].sent) / NR_LONGEST;
		double seconds = 25 * (0.7 + risk) * exp(0.7 * nr_normal(n) - 0.245) / n->speed[e];
		n->free_at[e] = t + (msec)(seconds * 1000);
	}
}

static inline void nr_every_quarter(struct newsroom *n, msec t)
{
	for (size_t i = 0; i < n->waiting_count; i++) {
		struct newsroom_item *it = &n->items[n->waiting[i]];
		if (it->said.given && it->said.until < t && !it->late_told) {
			it->late_told = true;
			nr_learn(n, it, true);
		}
	}
	forecast_settle(&n->model);
}

static inline void nr_measure(struct newsroom *n, msec t)
{
	msec week = t > 7 * (msec)NR_DAY ? t - 7 * (msec)NR_DAY : 0, day = t > NR_DAY ? t - NR_DAY : 0;
	size_t first = n->decided_count, today;
	while (first && n->decided[first - 1] >= week)
		first--;
	today = n->decided_count;
	while (today && n->decided[today - 1] >= day)
		today--;
	n->rate = forecast_rate(&n->calendar, n->decided + first, n->decided_count - first, week, t, false);
	n->busy_rate = forecast_rate(&n->calendar, n->decided + first, n->decided_count - first, week, t, true);
	double work = forecast_work(&n->calendar, day, t);
	n->simple_rate = work > 0 ? (double)(n->decided_count - today) / work : 0;
}

static inline void newsroom_open(struct newsroom *n, double per_day, int days, uint64_t seed)
{
	*n = (struct newsroom){.random = seed, .per_day = per_day, .days = days};
	n->room = (size_t)(per_day * days * 2.5) + 10000;
	n->items = calloc(n->room, sizeof *n->items);
	n->waiting = calloc(n->room, sizeof *n->waiting);
	n->decided = calloc(n->room, sizeof *n->decided);
	nr_make_shifts(n);
	forecast_begin(&n->model);
	for (int e = 0; e < NR_EDITORS; e++) {
		n->in_hand[e] = SIZE_MAX;
		n->speed[e] = 0.8 + 0.4 * nr_random(n);
	}
}
static inline void newsroom_close(struct newsroom *n)
{
	free(n->items);
	free(n->waiting);
	free(n->decided);
	free(n->shifts);
}

static inline int nr_poisson(struct newsroom *n, double mean)
{
	int k = 0;
	for (double least = exp(-mean), p = nr_random(n); p > least; p *= nr_random(n))
		k++;
	return k;
}

static inline void newsroom_run(struct newsroom *n)
{
	for (msec t = 0; t < (msec)n->days * NR_DAY; t += NR_STEP) {
		if (t % NR_DAY == 0) /* some days everybody is slower */
			for (int e = 0; e < NR_EDITORS; e++)
				n->speed[e] = 0.3 * n->speed[e] + 0.7 * (0.8 + 0.4 * nr_random(n));
		int coming = nr_poisson(n, nr_arrivals(n, t) * NR_STEP);
		for (int i = 0; i < coming && n->count < n->room; i++)
			nr_arrive(n, t);
		nr_work(n, t);
		if (t % (15 * 60000) == 0)
			nr_every_quarter(n, t);
		if (t % (30 * 60000) == 0)
			nr_measure(n, t);
	}
}

/* ---- what came of it ---- */

static inline int nr_kind(const struct newsroom *n, const struct newsroom_item *it)
{
	return it->ahead > 240 ? 2 : forecast_open(&n->calendar, it->sent) ? 0 : 1;
}

static inline int nr_by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static inline double nr_open_minutes(const struct newsroom *n, msec from, msec to)
{
	double sum = 0;
	for (size_t i = 0; i < n->calendar.count && n->shifts[i].begin < to; i++) {
		msec begin = n->shifts[i].begin > from ? n->shifts[i].begin : from,
			 end = n->shifts[i].end < to ? n->shifts[i].end : to;
		sum += end > begin ? (double)(end - begin) / 60000 : 0;
	}
	return sum;
}

/* Forecasts made from `from` on whose comment was decided, or was late, by the end. `kind` NR_CLASSES - 1: all. */
static inline void nr_result_of(const struct newsroom *n, msec from, int kind, struct newsroom_result *r)
{
	double *off = calloc(n->count + 1, sizeof *off), sum = 0, open = 0, simple_open = 0;
	size_t offs = 0, given = 0, kept = 0, asked = 0;
	for (size_t i = 0; i < n->count; i++) {
		const struct newsroom_item *it = &n->items[i];
		if (it->sent < from || (kind < NR_CLASSES - 1 && nr_kind(n, it) != kind))
			continue;
		asked++;
		if (!it->said.given || (!it->decided && it->said.until > (msec)n->days * NR_DAY))
			continue;
		given++;
		kept += it->decided && it->decided >= it->said.from && it->decided <= it->said.until;
		sum += (double)(it->said.until - it->said.from);
		open += nr_open_minutes(n, it->said.from, it->said.until);
		if (it->simple && it->decided)
			off[offs++] = fabs((double)(it->decided - it->simple));
	}
	qsort(off, offs, sizeof *off, nr_by_value);
	r->kind[kind].asked = asked;
	r->kind[kind].given = given;
	r->kind[kind].kept = kept;
	if (given && offs) {
		size_t at = (size_t)((double)kept / (double)given * (double)offs);
		r->kind[kind].minutes = sum / (double)given / 60000;
		double margin = off[at < offs ? at : offs - 1];
		for (size_t i = 0; i < n->count; i++) {
			const struct newsroom_item *it = &n->items[i];
			if (it->sent >= from && (kind == NR_CLASSES - 1 || nr_kind(n, it) == kind) && it->said.given &&
			    it->simple && it->decided)
				simple_open += nr_open_minutes(n, it->simple - (msec)margin, it->simple + (msec)margin);
		}
		r->kind[kind].open_minutes = open / (double)given;
		r->kind[kind].simple_minutes = 2 * margin / 60000;
		r->kind[kind].simple_open_minutes = simple_open / (double)offs;
	}
	free(off);
}

static inline void newsroom_result(const struct newsroom *n, msec from, struct newsroom_result *r)
{
	size_t given[24] = {0}, kept[24] = {0};
	*r = (struct newsroom_result){.worst_hour = 1};
	for (int k = 0; k < NR_CLASSES; k++)
		nr_result_of(n, from, k, r);
	for (size_t i = 0; i < n->count; i++) {
		const struct newsroom_item *it = &n->items[i];
		if (it->sent < from || !it->said.given || !it->decided)
			continue;
		given[it->sent / NR_HOUR % 24]++;
		kept[it->sent / NR_HOUR % 24] += it->decided >= it->said.from && it->decided <= it->said.until;
	}
	for (int h = 0; h < 24; h++) {
		double share = given[h] ? (double)kept[h] / (double)given[h] : 0;
		if (given[h] >= 200) {
			r->worst_hour = share < r->worst_hour ? share : r->worst_hour;
			r->best_hour = share > r->best_hour ? share : r->best_hour;
		}
	}
}
#endif
