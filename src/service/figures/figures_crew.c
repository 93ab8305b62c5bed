/* The measured rate, and the same comments once more with other people there. */
#include "service/inner.h"

#include "service/calendar.h"
#include "service/figures/figures_inner.h"

#include <stdlib.h>

enum {
	HOUR_MS = 3600 * 1000,
	RATE_DAYS = 14,      /* the rate is that of the last two weeks: people and ways of working change */
	PLAYED_MAX = 300000, /* comments in all rounds of a question */
	ROUNDS_MAX = 20,
	AFTERWARDS = 21 /* days without new comments in which what is left is decided */
};

static struct forecast_calendar nominal_calendar(const struct desk_settings *s, int64_t first, int days)
{
	size_t room = (size_t)days * (s->shift_count * 2 + 2);
	struct forecast_shift *shifts = calloc(room + 1, sizeof *shifts);
	if (!shifts)
		BUG("out of memory");
	struct calendar_span span = {.first = first, .days = days, .nominal = true};
	return (struct forecast_calendar){shifts, calendar_make(s, &span, shifts, room)};
}

/* As the forecast measures it (service/forecast.h), from the decisions of each hour. */
double figures_rate(const struct figures_asking *f)
{
	size_t days = f->now.count < RATE_DAYS ? f->now.count : RATE_DAYS, n = 0, all = 0;
	const struct figure_sums *day = f->now.day + f->now.count - days;
	if (f->settings.shift_count == 0)
		return 0;
	for (size_t d = 0; d < days; d++)
		for (int h = 0; h < 24; h++)
			all += day[d].decided[h] > 0 ? (size_t)day[d].decided[h] : 0;
	msec *decided = calloc(all + 1, sizeof *decided);
	if (!decided)
		BUG("out of memory");
	for (size_t d = 0; d < days; d++)
		for (int h = 0; h < 24; h++)
			for (int64_t i = 0; i < day[d].decided[h]; i++)
				decided[n++] = ((msec)d * 24 + h) * HOUR_MS + i * HOUR_MS / day[d].decided[h];
	struct forecast_calendar c = nominal_calendar(&f->settings, f->now.first + (int64_t)(f->now.count - days),
	                                              (int)days);
	double rate = forecast_rate(&c, decided, n, 0, (msec)days * 24 * HOUR_MS, false);
	free((void *)c.items);
	free(decided);
	return rate;
}

/* Whole days only, and as many of the latest as can be played. */
static size_t played_days(const struct figures_asking *f, int64_t *comments)
{
	size_t days = 0;
	*comments = 0;
	for (size_t d = f->now.count - 1; d-- > 0; days++) {
		int64_t came = 0;
		for (int h = 0; h < 24; h++)
			came += f->now.day[d].received[h] > 0 ? f->now.day[d].received[h] : 0;
		if (*comments + came > PLAYED_MAX)
			break;
		*comments += came;
	}
	return days;
}

static void play(const struct figures_asking *f, const struct desk_settings *s, size_t days, int64_t comments,
                 struct replay_answer *out)
{
	int64_t first = f->now.first + (int64_t)(f->now.count - 1 - days);
	int64_t *arrivals = calloc(days * 24 + 1, sizeof *arrivals), rounds = PLAYED_MAX / (comments + 1);
	if (!arrivals)
		BUG("out of memory");
	for (size_t h = 0; h < days * 24; h++) {
		int64_t came = f->now.day[f->now.count - 1 - days + h / 24].received[h % 24];
		arrivals[h] = came > 0 ? came : 0;
	}
	struct forecast_calendar calendar = nominal_calendar(s, first, (int)days + AFTERWARDS);
	struct replay_question q = {.arrivals = arrivals,
	                            .hours = days * 24,
	                            .first = (int)((first + 3) % 7) * 24,
	                            .calendar = calendar,
	                            .rate = f->rate,
	                            .within = s->longest_wait,
	                            .rounds = rounds < 1            ? 1
	                                      : rounds > ROUNDS_MAX ? ROUNDS_MAX
	                                                            : (int)rounds};
	replay_run(&q, out);
	free((void *)calendar.items);
	free(arrivals);
}

/* How many are there, on average over an hour of the week, by the shifts alone. */
static double there(const struct desk_settings *s, int weekday, int hour)
{
	double sum = 0;
	for (size_t i = 0; i < s->shift_count; i++) {
		int from = s->shifts[i].from > hour * 60 ? s->shifts[i].from : hour * 60;
		int to = s->shifts[i].to < hour * 60 + 60 ? s->shifts[i].to : hour * 60 + 60;
		if (s->shifts[i].days & 1u << weekday && to > from)
			sum += s->shifts[i].editors * (to - from) / 60.0;
	}
	return sum;
}

static void crew_row(struct arena *a, struct figure_table *t, const char *name, const struct replay_answer *r)
{
	const struct figure_cell cells[] = {CELL_STR(str_of(name)),  CELL(r->median / 1000), CELL(r->p90 / 1000),
	                                    CELL(r->longest / 1000), CELL_OF(r->within),     CELL((int64_t)r->left)};
	figure_row(a, t, cells);
}

/* As it was, as it would be today, and with the changed shift: the first is measured, so that the model can be judged.
 */
static void measured_row(struct arena *a, const struct figures_asking *f, struct figure_table *t)
{
	struct figure_sums *sum = calloc(1, sizeof *sum);
	if (!sum)
		BUG("out of memory");
	int64_t all = 0;
	for (size_t d = 0; d < f->now.count; d++) {
		for (int c = 0; c < WAIT_CLASSES; c++)
			sum->wait[0][c] += f->now.day[d].wait[0][c] + f->now.day[d].wait[1][c];
		sum->within += f->now.day[d].within;
	}
	for (int c = 0; c < WAIT_CLASSES; c++)
		all += sum->wait[0][c];
	if (all > 0) {
		const struct figure_cell cells[] = {CELL_STR(STR("measured")),
		                                    CELL((int64_t)wait_quantile(sum->wait[0], 0.5)),
		                                    CELL((int64_t)wait_quantile(sum->wait[0], 0.9)),
		                                    CELL((int64_t)wait_quantile(sum->wait[0], 1)),
		                                    CELL_OF(share_of(sum->within, all)),
		                                    CELL(f->queue.count)};
		figure_row(a, t, cells);
	}
	free(sum);
}

void figures_crew(struct arena *a, struct figures_asking *f)
{
	static const char *const crew_columns[] = {"crew", "median_s", "p90_s", "longest_s", "within_share", "left"};
	static const char *const backlog_columns[] = {"weekday",         "hour",           "editors_now", "waiting_now",
	                                              "editors_changed", "waiting_changed"};
	struct figure_table *crew = &f->out->table[FIGURES_CREW], *backlog = &f->out->table[FIGURES_BACKLOG];
	crew->columns = crew_columns;
	crew->column_count = COUNT_OF(crew_columns);
	backlog->columns = backlog_columns;
	backlog->column_count = COUNT_OF(backlog_columns);
	int64_t comments;
	size_t days = played_days(f, &comments);
	f->out->replayed_days = (int64_t)days;
	if (f->rate <= 0 || !comments) /* nothing is known: no rows */
		return;
	struct desk_settings changed = f->settings;
	changed.shifts[f->q->shift].editors += (int)f->q->change;
	struct replay_answer *now = ARENA_NEW(a, struct replay_answer), *then = ARENA_NEW(a, struct replay_answer);
	play(f, &f->settings, days, comments, now);
	play(f, &changed, days, comments, then);
	measured_row(a, f, crew);
	crew_row(a, crew, "now", now);
	crew_row(a, crew, "changed", then);
	for (int i = 0; i < REPLAY_WEEK; i++) {
		const struct figure_cell cells[] = {CELL(i / 24 + 1),
		                                    CELL(i % 24),
		                                    CELL_OF(there(&f->settings, i / 24, i % 24)),
		                                    CELL_OF(now->waiting[i]),
		                                    CELL_OF(there(&changed, i / 24, i % 24)),
		                                    CELL_OF(then->waiting[i])};
		figure_row(a, backlog, cells);
	}
}
