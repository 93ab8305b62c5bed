/* When comments close by themselves, purely: by the clock, by an article's age, by the measured load. Knows no
 * database. */
#include "service/inner.h"

#include <time.h>

enum { MINUTE_MS = 60 * 1000, SECTION_MAX = 100, STEPS = 64 };
/* The load must say so for a while, and comments that were closed stay so for a while: nobody likes a door that flaps.
 */
static const msec over_for = 10 * MINUTE_MS, ok_for = 5 * MINUTE_MS, closed_for = 30 * MINUTE_MS;
static const msec horizon = 14 * (msec)24 * 3600 * 1000;

/* ---- as JSON ---- */

static int small(const json_t *v)
{
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
	return n < 0 || n > 1000000 ? -1 : (int)n;
}

/* A day's bit, Monday the lowest; what is no day is the eighth. */
static unsigned day_bit(const json_t *v)
{
	int day = small(v);
	return day >= 1 && day <= 7 ? 1u << (day - 1) : 128u;
}

static bool read_hours(struct arena *a, const json_t *v, struct closing_hours *out)
{
	size_t i;
	json_t *one;
	const json_t *days = json_object_get(v, "days"), *sections = json_object_get(v, "sections");
	*out = (struct closing_hours){.from = small(json_object_get(v, "from")), .to = small(json_object_get(v, "to"))};
	json_array_foreach(days, i, one) out->days |= day_bit(one);
	if (!out->days || out->days > 127 || out->from < 0 || out->from >= 1440 || out->to < 0 || out->to > 1440)
		return false;
	if (json_array_size(sections) > STAFF_SECTIONS_MAX)
		return false;
	out->sections.items = ARENA_ARRAY(a, str, json_array_size(sections));
	json_array_foreach(sections, i, one)
	{
		str *section = &out->sections.items[out->sections.count++];
		if (clean_text(a, json_str(a, one), SECTION_MAX, true, "name", section, NULL) != FRG_OK || section->n == 0)
			return false;
	}
	return clean_text(a, json_str(a, json_object_get(v, "reason")), CLOSING_REASON_MAX, true, "word", &out->reason,
	                  NULL) == FRG_OK;
}

enum frg_status closing_rules_read(struct arena *a, const json_t *value, struct closing_rules *out,
                                   struct frg_error *err)
{
	size_t i;
	json_t *v;
	const json_t *hours = json_object_get(value, "hours"), *load = json_object_get(value, "overload");
	*out = (struct closing_rules){.overload_wait = (msec)CLOSING_WAIT_MINUTES * MINUTE_MS};
	if (!value)
		return FRG_OK;
	if (!json_is_object(value) || (hours && !json_is_array(hours)) || json_array_size(hours) > CLOSING_HOURS_MAX)
		return frg_fail(err, FRG_INVALID, "closing_invalid", "at most %d times", CLOSING_HOURS_MAX);
	json_array_foreach(hours, i, v) if (!read_hours(a, v, &out->hours[out->hours_count++])) return frg_fail(
		err, FRG_INVALID, "closing_invalid", "a time has days, a beginning and an end; a reason is short");
	json_t *after = json_object_get(value, "after_days"), *wait = json_object_get(load, "wait_minutes");
	out->after_days = after ? small(after) : 0;
	out->overload = json_is_true(json_object_get(load, "on"));
	if (wait)
		out->overload_wait = (msec)small(wait) * MINUTE_MS;
	if (out->after_days < 0 || out->after_days > CLOSING_DAYS_MAX || out->overload_wait < MINUTE_MS ||
	    out->overload_wait > (msec)CLOSING_WAIT_MAX * MINUTE_MS)
		return frg_fail(err, FRG_INVALID, "closing_invalid", "0 to %d days, 1 to %d minutes", CLOSING_DAYS_MAX,
		                CLOSING_WAIT_MAX);
	return FRG_OK;
}

json_t *closing_rules_json(const struct closing_rules *rules)
{
	json_t *hours = json_array();
	for (size_t i = 0; i < rules->hours_count; i++) {
		const struct closing_hours *h = &rules->hours[i];
		json_t *days = json_array(), *sections = json_array();
		for (int d = 0; d < 7; d++)
			if (h->days & 1u << d)
				json_array_append_new(days, json_integer(d + 1));
		for (size_t k = 0; k < h->sections.count; k++)
			json_array_append_new(sections, json_of(h->sections.items[k]));
		json_array_append_new(hours, json_pack("{s:o, s:i, s:i, s:o, s:o}", "days", days, "from", h->from, "to", h->to,
		                                       "sections", sections, "reason", json_of(h->reason)));
	}
	return json_pack("{s:o, s:I, s:{s:b, s:I}}", "hours", hours, "after_days", (json_int_t)rules->after_days,
	                 "overload", "on", rules->overload, "wait_minutes", (json_int_t)(rules->overload_wait / MINUTE_MS));
}

/* ---- by the clock ---- */

/* When the rule that holds at this time ends; 0: it does not hold. */
static msec ends(const struct closing_hours *h, msec at)
{
	time_t s = (time_t)(at / 1000);
	struct tm tm;
	localtime_r(&s, &tm);
	int minute = tm.tm_hour * 60 + tm.tm_min, day = (tm.tm_wday + 6) % 7, before = (day + 6) % 7;
	bool over_night = h->to <= h->from;
	bool begun = h->days & 1u << day && minute >= h->from && (over_night || minute < h->to);
	bool from_yesterday = over_night && h->days & 1u << before && minute < h->to;
	if (!begun && !from_yesterday)
		return 0;
	struct tm end = {.tm_year = tm.tm_year,
	                 .tm_mon = tm.tm_mon,
	                 .tm_mday = tm.tm_mday + (begun && over_night),
	                 .tm_hour = h->to / 60,
	                 .tm_min = h->to % 60,
	                 .tm_isdst = -1};
	msec until = (msec)mktime(&end) * 1000;
	return until > at ? until : at + MINUTE_MS; /* the hour that comes twice in autumn */
}

static bool concerns(const struct closing_hours *h, str section)
{
	for (size_t i = 0; i < h->sections.count; i++)
		if (str_eq(h->sections.items[i], section))
			return true;
	return h->sections.count == 0;
}

bool closing_by_clock(const struct closing_rules *rules, str section, msec now, msec *until,
                      const struct closing_hours **which)
{
	msec at = now;
	*which = NULL;
	for (int step = 0; step < STEPS && at < now + horizon; step++) { /* one may follow on another */
		msec next = 0;
		for (size_t i = 0; i < rules->hours_count; i++) {
			msec end = concerns(&rules->hours[i], section) ? ends(&rules->hours[i], at) : 0;
			if (end && at == now && !*which)
				*which = &rules->hours[i];
			if (end > next)
				next = end;
		}
		if (!next) {
			*until = at;
			return at > now;
		}
		at = next;
	}
	*until = 0;
	return true;
}

unsigned closing_hours_now(const struct closing_rules *rules, msec now)
{
	unsigned bits = 0;
	for (size_t i = 0; i < rules->hours_count; i++)
		bits |= ends(&rules->hours[i], now) ? 1u << i : 0;
	return bits;
}

/* ---- by the load ---- */

enum closing_turn closing_turn(struct closing_load *load, const struct closing_rules *rules,
                               const struct service_ahead *ahead, msec now)
{
	msec limit = rules->overload_wait;
	bool over = ahead->at && (ahead->none || (ahead->until && ahead->staffed > limit));
	/* well below, lest it goes up and down at the limit */
	bool ok = ahead->at && !over && (!ahead->until || ahead->staffed * 10 <= limit * 7);
	load->over_since = !over ? 0 : load->over_since ? load->over_since : now;
	load->ok_since = !ok ? 0 : load->ok_since ? load->ok_since : now;
	if (!rules->overload || load->open_until > now)
		return load->closed ? CLOSING_OPEN : CLOSING_STAY;
	if (!load->closed)
		return over && now - load->over_since >= over_for ? CLOSING_CLOSE : CLOSING_STAY;
	bool long_enough = now - load->since >= closed_for;
	return ok && long_enough && now - load->ok_since >= ok_for ? CLOSING_OPEN : CLOSING_STAY;
}
