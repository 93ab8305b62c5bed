/* Time as the program keeps it: milliseconds since 1970, UTC. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/base.h"

#include <time.h>

typedef int64_t msec;

enum { CLOCK_ISO_SIZE = 25 };

/* Wall clock. */
msec clock_now(void);
/* Moves the wall clock of this process by so much: for demo content with a past, and for tests. */
void clock_shift(msec by);
/* Never goes back; for durations. */
msec clock_steady(void);
/* The same clock in nanoseconds. */
int64_t clock_steady_ns(void);
/* When by this clock so much has passed, as pthread_cond_timedwait takes it of a condition with CLOCK_MONOTONIC. */
struct timespec clock_steady_after(msec wait);
/* "2026-11-23T22:31:07.123Z" and a NUL. */
void clock_iso(msec t, char out[CLOCK_ISO_SIZE]);
/* The same instant in the server's time zone: "2026-11-23T23:31:07.123+01:00" and a NUL. */
enum { CLOCK_ZONE_SIZE = 30 };
void clock_iso_zone(msec t, char out[CLOCK_ZONE_SIZE]);
/* RFC 3339 with zone, or a bare date (midnight UTC). False if it is neither. */
bool clock_parse_iso(str s, msec *out);

/* A time in a reader's words, in the server's time zone:
 * "23. November 2026, 22:31 Uhr" / "23 November 2026, 10:31 pm". */
enum { CLOCK_WORDS_SIZE = 64 };
void clock_words(msec t, enum frg_lang lang, char out[CLOCK_WORDS_SIZE]);

/* Only the time of the day: "22:31" / "10:31 pm". */
enum { CLOCK_TIME_SIZE = 16 };
void clock_time(msec t, enum frg_lang lang, char out[CLOCK_TIME_SIZE]);
/* Days as the server's time zone counts them: two times of one day have the same `day`. */
struct clock_local {
	int64_t day; /* since 1970 */
	int weekday; /* 0 Sunday */
	int hour;
};
struct clock_local clock_local(msec t);
/* When such a day begins, or a minute of it: on the day the clocks are put forward, 2:30 is 3:30. */
msec clock_of_day(int64_t day, int minute);
/* Such a day as "2026-11-23" and a NUL; the day of a time; and from that text its first moment, false if it is no day.
 */
enum { CLOCK_DAY_SIZE = 11 };
void clock_day_text(int64_t day, char out[CLOCK_DAY_SIZE]);
void clock_day(msec t, char out[CLOCK_DAY_SIZE]);
bool clock_parse_day(str s, msec *out);
/* The same in words: "23. November 2026" / "23 November 2026". */
void clock_day_words(msec t, enum frg_lang lang, char out[CLOCK_WORDS_SIZE]);
/* The first moment of the day after, or of 1 January of its year. */
msec clock_next_day(msec t);
msec clock_year_start(msec t);

#endif
