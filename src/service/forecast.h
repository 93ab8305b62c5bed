/* When will a comment be decided? A pure forecast: from what waits before it, the editors' measured rate and the shift
 * calendar comes an expected amount of work; from how recent forecasts turned out comes the interval around it. Knows
 * no database and no clock.
 *
 * Work is counted in editor-milliseconds: what one editor does in a millisecond of a shift. So a night closing is no
 * work at all, and an interval that reaches over it ends the next morning.
 *
 * The interval holds the ratios of actual to expected work that recent forecasts of the same kind (bucket) had, at a
 * level that adapts to how often their word was kept (Gibbs, Candès: Adaptive Conformal Inference under Distribution
 * Shift, 2021). What is late and still waits counts as a broken word at once, or the slow ones would come in last. */
#ifndef SERVICE_FORECAST_H
#define SERVICE_FORECAST_H

#include "base/base.h"
#include "base/clock.h"

enum {
	FORECAST_SIZES = 5, /* how much waits before it: 0–3, 4–15, 16–60, 61–240, more */
	FORECAST_TIMES = 3, /* made while closed, on a weekday, on a weekend */
	FORECAST_BUCKETS = FORECAST_SIZES * FORECAST_TIMES,
	FORECAST_RING = 2500, /* ratios that a bucket remembers */
	FORECAST_APART = 5 * 60 *
	                 1000, /* that far apart: neighbours share their luck, and the memory shall reach over days */
	FORECAST_FEW = 40      /* a bucket with fewer leans on all of them */
};
enum { FORECAST_WINDOWS = 9 };
#define FORECAST_MISS 0.10 /* the share of forecasts that may fail: a 90 % promise */

/* Sorted, without overlap. */
struct forecast_shift {
	msec begin, end;
	double editors;
};
struct forecast_calendar {
	const struct forecast_shift *items;
	size_t count;
};
/* Editor-milliseconds between two times. */
double forecast_work(const struct forecast_calendar *c, msec from, msec to);
/* When this much work has been done; 0: not within the calendar. */
msec forecast_when(const struct forecast_calendar *c, msec from, double work);
/* Is somebody there? */
bool forecast_open(const struct forecast_calendar *c, msec at);

/* Decisions per editor-millisecond, of the hours with a shift in [from, to): the upper quartile, so that idle hours do
 * not pass for slow ones; if there was something to do all the time (`busy`), what the last hours showed counts too.
 * `decided` sorted. 0: nothing is known. */
double forecast_rate(const struct forecast_calendar *c, const msec *decided, size_t count, msec from, msec to,
                     bool busy);

/* Decisions of the last week by the hours of the clock, for a rate that need not read them all again. */
enum { FORECAST_WEEK = 7 * 24 };
struct forecast_tally {
	int64_t hour; /* since 1970, of the first */
	uint32_t done[FORECAST_WEEK + 1];
};
/* Goes on to `now`; what is over is forgotten. Gives from when on decisions are still to be added: `upto`, up to when
 * they were, or if the clock was set back or nothing fits any more, the beginning of the week, counted anew. */
msec forecast_tally_move(struct forecast_tally *t, msec now, msec upto);
void forecast_tally_add(struct forecast_tally *t, msec decided);
/* forecast_rate of these. */
double forecast_tally_rate(const struct forecast_calendar *c, const struct forecast_tally *t, msec to, bool busy);

/* What an earlier forecast said and how it turned out. */
struct forecast_past {
	msec made, decided; /* decided 0: still waits */
	double expected;    /* editor-milliseconds */
	int bucket;
	msec from, until; /* until 0: no time was given */
	bool counted;     /* learned before, as late */
};

struct forecast_model {
	struct {
		double ratio[FORECAST_RING]; /* a ring in the order learned */
		size_t count, next;
		bool changed;
		msec last; /* decided, of the ratio learned last */
		msec slot; /* since when these are counted */
		size_t slot_kept, slot_told;
		double miss; /* the level in force */
		struct {
			double low, high;
		} window[FORECAST_WINDOWS]; /* intervals of ratios that follow: each holds as many */
		size_t kept, told;          /* since the model began */
	} bucket[FORECAST_BUCKETS + 1]; /* the last: all together */
};
void forecast_begin(struct forecast_model *m);
/* One that has been decided, or (decided 0) one that is late and still waits; in the order this became known. A late
 * one is told twice: when it becomes late, and when it is decided. */
void forecast_learn(struct forecast_model *m, const struct forecast_calendar *c, const struct forecast_past *p);
/* After learning, before forecasting. */
void forecast_settle(struct forecast_model *m);

struct forecast_question {
	msec now;
	int64_t ahead;         /* due before it */
	double rate;           /* forecast_rate */
	double arrivals;       /* per millisecond, lately */
	msec patience;         /* its time until due: who comes later may be due sooner */
	const msec *patiences; /* of those that came last, any order */
	size_t patience_count;
	bool weekend;
};
struct forecast {
	bool given;
	bool overload; /* not given, and not for want of knowledge: what was measured says that it takes too long */
	msec from, until;
	double expected;
	int bucket;
};
void forecast_make(const struct forecast_model *m, const struct forecast_calendar *c, const struct forecast_question *q,
                   struct forecast *out);

#endif
