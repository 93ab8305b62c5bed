/* The shift calendar of the desk's settings as intervals: who is there when. Knows no database and no clock. */
#ifndef SERVICE_CALENDAR_H
#define SERVICE_CALENDAR_H

#include "service/desk.h"
#include "service/forecast.h"

/* Intervals that a day can have at most. */
enum { CALENDAR_A_DAY = DESK_SHIFTS_MAX * 2 + 2 };
struct calendar_span {
	int64_t first; /* a day, as clock_local counts */
	int days;
	/* Times as they would be if every day had 24 hours, from 0 at the first day's midnight: for models that run over
	 * many weeks. Otherwise real ones. */
	bool nominal;
};
/* Sorted, without overlap; returns how many of `room`. Without shifts one person is always there. */
size_t calendar_make(const struct desk_settings *s, const struct calendar_span *span, struct forecast_shift *out,
                     size_t room);
/* Is this one of the closed days? */
bool calendar_closed(const struct desk_settings *s, int64_t day);

#endif
