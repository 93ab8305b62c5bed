/* Shifts by local time → intervals. */
#include "service/calendar.h"

#include <stdlib.h>

struct edge {
	msec at;
	int editors; /* more, or fewer */
};

static int by_time(const void *x, const void *y)
{
	const struct edge *a = x, *b = y;
	return (a->at > b->at) - (a->at < b->at);
}

bool calendar_closed(const struct desk_settings *s, int64_t day)
{
	char iso[CLOCK_DAY_SIZE];
	clock_day_text(day, iso);
	for (size_t i = 0; i < s->closed_days.count; i++)
		if (str_eq(s->closed_days.items[i], str_of(iso)))
			return true;
	return false;
}

static msec at(const struct calendar_span *span, int k, int minute)
{
	return span->nominal ? ((msec)k * 24 * 60 + minute) * 60 * 1000 : clock_of_day(span->first + k, minute);
}

static size_t add_day(const struct desk_settings *s, const struct calendar_span *span, int k, struct edge *edges)
{
	size_t n = 0;
	int weekday = (int)((span->first + k + 3) % 7); /* 0 Monday: 1970 began on a Thursday */
	if (calendar_closed(s, span->first + k))
		return 0;
	if (s->shift_count == 0) {
		edges[n++] = (struct edge){at(span, k, 0), 1};
		edges[n++] = (struct edge){at(span, k, 24 * 60), -1};
	}
	for (size_t i = 0; i < s->shift_count; i++) {
		if (!(s->shifts[i].days & 1u << weekday))
			continue;
		edges[n++] = (struct edge){at(span, k, s->shifts[i].from), s->shifts[i].editors};
		edges[n++] = (struct edge){at(span, k, s->shifts[i].to), -s->shifts[i].editors};
	}
	return n;
}

size_t calendar_make(const struct desk_settings *s, const struct calendar_span *span, struct forecast_shift *out,
                     size_t room)
{
	struct edge *edges = calloc((size_t)span->days * CALENDAR_A_DAY + 1, sizeof *edges);
	if (!edges)
		BUG("out of memory");
	size_t n = 0, count = 0;
	for (int k = 0; k < span->days; k++)
		n += add_day(s, span, k, edges + n);
	qsort(edges, n, sizeof *edges, by_time);
	int there = 0;
	for (size_t i = 0; i + 1 < n && count < room; i++) {
		there += edges[i].editors;
		if (there > 0 && edges[i + 1].at > edges[i].at)
			out[count++] = (struct forecast_shift){edges[i].at, edges[i + 1].at, there};
	}
	free(edges);
	return count;
}
