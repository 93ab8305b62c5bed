/* Time. Calendar names are our own so that no locale is needed. */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static msec read_clock(clockid_t id)
{
	struct timespec ts;
	if (clock_gettime(id, &ts))
		BUG("clock_gettime");
	return (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static _Atomic msec shift;

msec clock_now(void) { return read_clock(CLOCK_REALTIME) + atomic_load_explicit(&shift, memory_order_relaxed); }
void clock_shift(msec by) { atomic_store(&shift, by); }
msec clock_steady(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t clock_steady_ns(void)
{
	struct timespec ts;
	if (clock_gettime(CLOCK_MONOTONIC, &ts))
		BUG("clock_gettime");
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

struct timespec clock_steady_after(msec wait)
{
	int64_t at = clock_steady_ns() + wait * 1000000;
	return (struct timespec){.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
}

static msec floor_div(msec a, msec b) { return a / b - (a % b < 0); }

void clock_iso(msec t, char out[CLOCK_ISO_SIZE])
{
	time_t s = (time_t)floor_div(t, 1000);
	struct tm tm;
	if (!gmtime_r(&s, &tm) || tm.tm_year > 8099 || tm.tm_year < -1900) {
		memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_ISO_SIZE);
		return;
	}
	snprintf(out, CLOCK_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)(tm.tm_year + 1900) % 10000u,
	         (unsigned)(tm.tm_mon + 1) % 100u, (unsigned)tm.tm_mday % 100u, (unsigned)tm.tm_hour % 100u,
	         (unsigned)tm.tm_min % 100u, (unsigned)tm.tm_sec % 100u, (unsigned)(t - (msec)s * 1000) % 1000u);
}

void clock_iso_zone(msec t, char out[CLOCK_ZONE_SIZE])
{
	time_t s = (time_t)floor_div(t, 1000);
	struct tm tm;
	char iso[CLOCK_ISO_SIZE];
	if (!localtime_r(&s, &tm)) {
		memcpy(out, "0000-00-00T00:00:00.000+00:00", CLOCK_ZONE_SIZE);
		return;
	}
	long offset = tm.tm_gmtoff / 60, minutes = offset < 0 ? -offset : offset;
	clock_iso(t + (msec)tm.tm_gmtoff * 1000, iso); /* the wall clock there, written as if it were UTC */
	snprintf(out, CLOCK_ZONE_SIZE, "%.23s%c%02u:%02u", iso, offset < 0 ? '-' : '+', (unsigned)(minutes / 60) % 100u,
	         (unsigned)(minutes % 60));
}

static bool digits(str s, size_t at, size_t n, int *out)
{
	if (at + n > s.n)
		return false;
	*out = 0;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	return true;
}

static bool parse_zone(str s, size_t at, int *minutes)
{
	*minutes = 0;
	if (at + 1 == s.n && (s.p[at] == 'Z' || s.p[at] == 'z'))
		return true;
	int h, m;
	if (at + 6 != s.n || (s.p[at] != '+' && s.p[at] != '-') || s.p[at + 3] != ':' || !digits(s, at + 1, 2, &h) ||
	    !digits(s, at + 4, 2, &m) || h > 14 || m > 59)
		return false;
	*minutes = (s.p[at] == '-' ? -1 : 1) * (h * 60 + m);
	return true;
}

bool clock_parse_iso(str s, msec *out)
{
	int year, month, day, hour = 0, minute = 0, second = 0, thousandths = 0, zone = 0;
	if (!digits(s, 0, 4, &year) || s.n < 10 || s.p[4] != '-' || !digits(s, 5, 2, &month) || s.p[7] != '-' ||
	    !digits(s, 8, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (s.n > 10) {
		if ((s.p[10] != 'T' && s.p[10] != ' ') || !digits(s, 11, 2, &hour) || s.n < 17 || s.p[13] != ':' ||
		    !digits(s, 14, 2, &minute))
			return false;
		size_t at = 16;
		if (s.p[at] == ':') {
			if (!digits(s, 17, 2, &second))
				return false;
			at = 19;
			if (at < s.n && s.p[at] == '.') {
				int digit, weight = 100;
				if (!digits(s, ++at, 1, &digit))
					return false;
				for (; digits(s, at, 1, &digit); at++, weight /= 10)
					thousandths += digit * weight;
			}
		}
		if (hour > 23 || minute > 59 || second > 60 || !parse_zone(s, at, &zone))
			return false;
	}
	struct tm tm = {.tm_year = year - 1900,
	                .tm_mon = month - 1,
	                .tm_mday = day,
	                .tm_hour = hour,
	                .tm_min = minute,
	                .tm_sec = second};
	time_t t = timegm(&tm);
	if (tm.tm_mday != day) /* 31 February and the like */
		return false;
	*out = ((msec)t - zone * 60) * 1000 + thousandths;
	return true;
}

static const char *const de[] = {"Januar", "Februar", "März",      "April",   "Mai",      "Juni",
                                 "Juli",   "August",  "September", "Oktober", "November", "Dezember"};
static const char *const en[] = {"January", "February", "March",     "April",   "May",      "June",
                                 "July",    "August",   "September", "October", "November", "December"};

void clock_words(msec t, enum frg_lang lang, char out[CLOCK_WORDS_SIZE])
{
	time_t s = (time_t)floor_div(t, 1000);
	struct tm tm;
	if (!localtime_r(&s, &tm)) {
		out[0] = 0;
		return;
	}
	if (lang == FRG_LANG_EN) {
		int hour = tm.tm_hour % 12 ? tm.tm_hour % 12 : 12;
		snprintf(out, CLOCK_WORDS_SIZE, "%d %s %d, %d:%02d %s", tm.tm_mday, en[tm.tm_mon], tm.tm_year + 1900, hour,
		         tm.tm_min, tm.tm_hour < 12 ? "am" : "pm");
	} else {
		snprintf(out, CLOCK_WORDS_SIZE, "%d. %s %d, %d:%02d Uhr", tm.tm_mday, de[tm.tm_mon], tm.tm_year + 1900,
		         tm.tm_hour, tm.tm_min);
	}
}

void clock_time(msec t, enum frg_lang lang, char out[CLOCK_TIME_SIZE])
{
	time_t s = (time_t)floor_div(t, 1000);
	struct tm tm;
	out[0] = 0;
	if (!localtime_r(&s, &tm))
		return;
	if (lang == FRG_LANG_EN)
		snprintf(out, CLOCK_TIME_SIZE, "%d:%02d %s", tm.tm_hour % 12 ? tm.tm_hour % 12 : 12, tm.tm_min,
		         tm.tm_hour < 12 ? "am" : "pm");
	else
		snprintf(out, CLOCK_TIME_SIZE, "%d:%02d", tm.tm_hour, tm.tm_min);
}

struct clock_local clock_local(msec t)
{
	time_t s = (time_t)floor_div(t, 1000);
	struct tm tm = {0};
	localtime_r(&s, &tm);
	struct clock_local out = {.weekday = tm.tm_wday, .hour = tm.tm_hour};
	tm = (struct tm){.tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday};
	out.day = (int64_t)timegm(&tm) / 86400;
	return out;
}

static struct tm date_of(int64_t day)
{
	time_t s = (time_t)(day * 86400);
	struct tm tm = {0};
	gmtime_r(&s, &tm);
	return tm;
}

msec clock_of_day(int64_t day, int minute)
{
	struct tm date = date_of(day);
	struct tm tm = {.tm_year = date.tm_year,
	                .tm_mon = date.tm_mon,
	                .tm_mday = date.tm_mday,
	                .tm_hour = minute / 60,
	                .tm_min = minute % 60,
	                .tm_isdst = -1};
	return (msec)mktime(&tm) * 1000;
}

void clock_day_text(int64_t day, char out[CLOCK_DAY_SIZE])
{
	struct tm tm = date_of(day);
	snprintf(out, CLOCK_DAY_SIZE, "%04u-%02u-%02u", (unsigned)(tm.tm_year + 1900) % 10000u,
	         (unsigned)(tm.tm_mon + 1) % 100u, (unsigned)tm.tm_mday % 100u);
}

/* ---- whole days ---- */

static struct tm local_time(msec t)
{
	time_t s = (time_t)floor_div(t, 1000);
	struct tm tm = {0};
	localtime_r(&s, &tm);
	return tm;
}

/* The day's first moment; where clocks are changed at midnight, the first that there is. */
static msec midnight(int year, int month, int day)
{
	struct tm tm = {.tm_year = year, .tm_mon = month, .tm_mday = day, .tm_isdst = -1};
	return (msec)mktime(&tm) * 1000;
}

void clock_day(msec t, char out[CLOCK_DAY_SIZE]) { clock_day_text(clock_local(t).day, out); }

bool clock_parse_day(str s, msec *out)
{
	msec utc;
	int year, month, day;
	if (s.n != 10 || !clock_parse_iso(s, &utc) || !digits(s, 0, 4, &year) || !digits(s, 5, 2, &month) ||
	    !digits(s, 8, 2, &day) || year < 1970)
		return false;
	*out = midnight(year - 1900, month - 1, day);
	return true;
}

void clock_day_words(msec t, enum frg_lang lang, char out[CLOCK_WORDS_SIZE])
{
	struct tm tm = local_time(t);
	if (lang == FRG_LANG_EN)
		snprintf(out, CLOCK_WORDS_SIZE, "%d %s %d", tm.tm_mday, en[tm.tm_mon], tm.tm_year + 1900);
	else
		snprintf(out, CLOCK_WORDS_SIZE, "%d. %s %d", tm.tm_mday, de[tm.tm_mon], tm.tm_year + 1900);
}

msec clock_next_day(msec t)
{
	struct tm tm = local_time(t);
	return midnight(tm.tm_year, tm.tm_mon, tm.tm_mday + 1);
}

msec clock_year_start(msec t) { return midnight(local_time(t).tm_year, 0, 1); }
