/* What a queue would have been with other people there: the comments that came, hour by hour, once more, decided in the
 * order in which they came by as many as the shifts name. A simulation: within an hour comments come at random, and a
 * decision takes at random, by the measured rate on average. Knows no database and no clock; the same question has the
 * same answer.
 *
 * Times are those of calendar.h's nominal days: the first hour begins at 0, and every day has 24. */
#ifndef SERVICE_REPLAY_H
#define SERVICE_REPLAY_H

#include "service/forecast.h"

enum { REPLAY_WEEK = 7 * 24 };

struct replay_question {
	const int64_t *arrivals; /* one number an hour */
	size_t hours;
	int first;                         /* which hour of the week the first is; 0: Monday, midnight */
	struct forecast_calendar calendar; /* should reach beyond the last hour, or what waits then is not decided */
	double rate;                       /* decisions per editor-millisecond, > 0 */
	msec within;                       /* the longest wait allowed */
	int rounds;                        /* played so often, each time otherwise */
};
struct replay_answer {
	size_t decided, left; /* left: never decided; their wait is at least what it says */
	msec mean, median, p90, longest;
	double within;               /* share */
	double waiting[REPLAY_WEEK]; /* how many wait at the end of an hour of the week, on average */
};
/* Takes memory for all arrivals at once; costs about a tenth of a microsecond for each and round. */
void replay_run(const struct replay_question *q, struct replay_answer *out);

#endif
