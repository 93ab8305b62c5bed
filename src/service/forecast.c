#include "service/forecast.h"

#include <stdlib.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, ROUNDS = 6, ALL = FORECAST_BUCKETS };
/* How fast the level follows broken and kept words; it stays within these bounds. */
static const double step = 0.001, miss_least = 0.02, miss_most = 0.4;
/* Even an empty queue takes some looking: work for this many more is expected. */
static const double least_items = 3;
/* Further ahead nobody should be given a time. */
static const msec horizon = (msec)48 * HOUR_MS;

/* ---- the calendar ---- */

double forecast_work(const struct forecast_calendar *c, msec from, msec to)
{
	double work = 0;
	for (size_t i = 0; i < c->count && c->items[i].begin < to; i++) {
		msec begin = c->items[i].begin > from ? c->items[i].begin : from;
		msec end = c->items[i].end < to ? c->items[i].end : to;
		if (end > begin)
			work += (double)(end - begin) * c->items[i].editors;
	}
	return work;
}

msec forecast_when(const struct forecast_calendar *c, msec from, double work)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct forecast_shift *s = &c->items[i];
		if (s->end <= from || s->editors <= 0)
			continue;
		msec begin = s->begin > from ? s->begin : from;
		double here = (double)(s->end - begin) * s->editors;
		if (work <= here)
			return begin + (msec)(work / s->editors);
		work -= here;
	}
	return 0;
}

bool forecast_open(const struct forecast_calendar *c, msec at)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].begin <= at && at < c->items[i].end && c->items[i].editors > 0)
			return true;
	return false;
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

enum { RATE_HOURS = 24 * 15 };

/* `done`: by hours from `from` on. */
static double rate_of_hours(const struct forecast_calendar *c, const uint32_t *done, msec from, msec to, bool busy)
{
	enum { LAST_HOURS = 6 };
	double rates[RATE_HOURS];
	size_t n = 0, i = 0;
	for (msec h = from; h < to && i < RATE_HOURS; h += HOUR_MS, i++) {
		double work = forecast_work(c, h, h + HOUR_MS < to ? h + HOUR_MS : to);
		if (work >= HOUR_MS / 2.0 && done[i] > 0)
			rates[n++] = done[i] / work;
	}
	if (n == 0)
		return 0;
	double lately = 0;
	size_t last = n < LAST_HOURS ? n : LAST_HOURS;
	for (i = n - last; i < n; i++)
		lately += rates[i] / (double)last;
	qsort(rates, n, sizeof *rates, by_value);
	double usual = rates[n * 3 / 4];
	return busy ? (2 * lately + usual) / 3 : usual;
}

double forecast_rate(const struct forecast_calendar *c, const msec *decided, size_t count, msec from, msec to,
                     bool busy)
{
	uint32_t done[RATE_HOURS] = {0};
	for (size_t i = 0; i < count; i++)
		if (decided[i] >= from && decided[i] < to && (decided[i] - from) / HOUR_MS < RATE_HOURS)
			done[(decided[i] - from) / HOUR_MS]++;
	return rate_of_hours(c, done, from, to, busy);
}

msec forecast_tally_move(struct forecast_tally *t, msec now, msec upto)
{
	int64_t first = now / HOUR_MS - FORECAST_WEEK, by = first - t->hour;
	if (by < 0 || by > FORECAST_WEEK || upto > now) {
		*t = (struct forecast_tally){.hour = first};
		return first * HOUR_MS - 1;
	}
	memmove(t->done, t->done + by, (COUNT_OF(t->done) - (size_t)by) * sizeof *t->done);
	memset(t->done + COUNT_OF(t->done) - (size_t)by, 0, (size_t)by * sizeof *t->done);
	t->hour = first;
	return upto;
}

void forecast_tally_add(struct forecast_tally *t, msec decided)
{
	int64_t i = decided / HOUR_MS - t->hour;
	if (i >= 0 && i <= FORECAST_WEEK)
		t->done[i]++;
}

double forecast_tally_rate(const struct forecast_calendar *c, const struct forecast_tally *t, msec to, bool busy)
{
	return rate_of_hours(c, t->done, t->hour * HOUR_MS, to, busy);
}

/* ---- learning ---- */

void forecast_begin(struct forecast_model *m)
{
	*m = (struct forecast_model){0};
	for (int b = 0; b <= ALL; b++)
		m->bucket[b].miss = FORECAST_MISS;
	forecast_settle(m);
}

/* The level follows the share kept in each stretch of time, not each comment: neighbours share their luck. */
static void adapt(struct forecast_model *m, int b, msec known, bool kept)
{
	m->bucket[b].told++;
	m->bucket[b].kept += kept;
	m->bucket[b].slot_told++;
	m->bucket[b].slot_kept += kept;
	if (known - m->bucket[b].slot < FORECAST_APART)
		return;
	double missed = 1 - (double)m->bucket[b].slot_kept / (double)m->bucket[b].slot_told;
	double miss = m->bucket[b].miss + step * (FORECAST_MISS - missed);
	m->bucket[b].miss = miss < miss_least ? miss_least : miss > miss_most ? miss_most : miss;
	m->bucket[b].slot = known;
	m->bucket[b].slot_told = m->bucket[b].slot_kept = 0;
	m->bucket[b].changed = true;
}

static void learn_in(struct forecast_model *m, int b, const struct forecast_past *p, double ratio, bool kept, bool told)
{
	if (told)
		adapt(m, b, p->decided ? p->decided : p->until, kept);
	if (!p->decided || p->decided - m->bucket[b].last < FORECAST_APART)
		return;
	m->bucket[b].last = p->decided;
	m->bucket[b].changed = true;
	m->bucket[b].ratio[m->bucket[b].next] = ratio;
	m->bucket[b].next = (m->bucket[b].next + 1) % FORECAST_RING;
	if (m->bucket[b].count < FORECAST_RING)
		m->bucket[b].count++;
}

void forecast_learn(struct forecast_model *m, const struct forecast_calendar *c, const struct forecast_past *p)
{
	if (p->bucket < 0 || p->bucket >= FORECAST_BUCKETS || p->expected <= 0)
		return;
	bool kept = p->decided && p->until && p->decided >= p->from && p->decided <= p->until;
	bool told = p->until && !p->counted;
	double ratio = p->decided ? forecast_work(c, p->made, p->decided) / p->expected : 0;
	learn_in(m, p->bucket, p, ratio, kept, told);
	learn_in(m, ALL, p, ratio, kept, told);
}

static double quantile(const double *sorted, size_t n, double p)
{
	double at = p * (double)(n + 1) - 1;
	size_t i = at <= 0 ? 0 : (size_t)at;
	if (i + 1 >= n)
		return sorted[n - 1];
	return sorted[i] + (sorted[i + 1] - sorted[i]) * (at > (double)i ? at - (double)i : 0);
}

/* What may be missed lies below in the first window, above in the last. */
static void settle(struct forecast_model *m, int b)
{
	static _Thread_local double sorted[FORECAST_RING];
	size_t n = m->bucket[b].count;
	memcpy(sorted, m->bucket[b].ratio, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_value);
	for (int w = 0; w < FORECAST_WINDOWS; w++) {
		double below = m->bucket[b].miss * w / (FORECAST_WINDOWS - 1);
		m->bucket[b].window[w].low = quantile(sorted, n, below);
		m->bucket[b].window[w].high = quantile(sorted, n, 1 - m->bucket[b].miss + below);
	}
}

void forecast_settle(struct forecast_model *m)
{
	for (int b = ALL; b >= 0; b--) { /* all together first: the others lean on it */
		if (m->bucket[b].count >= FORECAST_FEW) {
			if (m->bucket[b].changed)
				settle(m, b);
			m->bucket[b].changed = false;
			continue;
		}
		for (int w = 0; w < FORECAST_WINDOWS; w++) { /* nothing to go by: wide */
			m->bucket[b].window[w].low = b == ALL ? 0 : m->bucket[ALL].window[w].low;
			m->bucket[b].window[w].high = b == ALL ? 4 : m->bucket[ALL].window[w].high;
		}
	}
}

/* ---- forecasting ---- */

static int bucket_of(const struct forecast_calendar *c, const struct forecast_question *q)
{
	static const int64_t sizes[FORECAST_SIZES - 1] = {3, 15, 60, 240};
	int size = 0, time = !forecast_open(c, q->now) ? 0 : q->weekend ? 2 : 1;
	while (size < FORECAST_SIZES - 1 && q->ahead > sizes[size])
		size++;
	return time * FORECAST_SIZES + size;
}

/* How many of those who come in the next `wait` will be due before it: one with less patience is, if it comes within
 * the difference. */
static double overtakers(const struct forecast_question *q, double wait)
{
	double sum = 0;
	for (size_t i = 0; i < q->patience_count; i++) {
		double lead = (double)(q->patience - q->patiences[i]);
		sum += lead <= 0 ? 0 : lead < wait ? lead : wait;
	}
	return q->patience_count ? q->arrivals * sum / (double)q->patience_count : 0;
}

static double expected_work(const struct forecast_calendar *c, const struct forecast_question *q)
{
	double base = ((double)q->ahead + 1 + least_items) / q->rate, work = base;
	for (int i = 0; i < ROUNDS; i++) {
		msec when = forecast_when(c, q->now, work);
		double wait = when ? (double)(when - q->now) : (double)horizon;
		work = base + overtakers(q, wait) / q->rate;
	}
	return work;
}

void forecast_make(const struct forecast_model *m, const struct forecast_calendar *c, const struct forecast_question *q,
                   struct forecast *out)
{
	*out = (struct forecast){.bucket = bucket_of(c, q)};
	if (q->rate <= 0)
		return;
	out->expected = expected_work(c, q);
	/* of the windows, the one that is shortest by the clock: one that spares readers a night if it can */
	msec from = 0, until = 0;
	for (int w = 0; w < FORECAST_WINDOWS; w++) {
		msec begin = forecast_when(c, q->now, out->expected * m->bucket[out->bucket].window[w].low);
		msec end = forecast_when(c, q->now, out->expected * m->bucket[out->bucket].window[w].high);
		if (begin && end && (!until || end - begin < until - from)) {
			from = begin;
			until = end;
		}
	}
	out->overload = m->bucket[ALL].count >= FORECAST_FEW && (!until || until - q->now > horizon);
	if (!until || until - q->now > horizon)
		return;
	msec wide = until - from, grid = wide < HOUR_MS / 4   ? MINUTE_MS
	                                 : wide < 2 * HOUR_MS ? 5 * MINUTE_MS
	                                                      : 15 * MINUTE_MS;
	out->given = true;
	out->from = from / grid * grid;
	out->until = (until + grid / 2) / grid * grid;
	if (out->until < q->now + grid / 2 || out->until == out->from)
		out->until += grid;
}
