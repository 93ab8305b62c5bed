/* The forecast of the wait: the calendar, the rate, what is said without knowledge; and in a simulated newsroom of a
 * few weeks, whether it keeps its word. bench/forecast prints the whole of that. */
#include "../../bench/newsroom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct forecast_shift week[] = {{7 * NR_HOUR, 9 * NR_HOUR, 2},
                                             {9 * NR_HOUR, 18 * NR_HOUR, 3},
                                             {NR_DAY + 7 * NR_HOUR, NR_DAY + 22 * (msec)NR_HOUR, 2}};
static const struct forecast_calendar calendar = {week, 3};

static void work(void **state)
{
	(void)state;
	assert_float_equal(forecast_work(&calendar, 0, 8 * NR_HOUR), 2.0 * NR_HOUR, 1);
	assert_float_equal(forecast_work(&calendar, 8 * NR_HOUR, 10 * NR_HOUR), 5.0 * NR_HOUR, 1);
	assert_float_equal(forecast_work(&calendar, 18 * NR_HOUR, NR_DAY + 7 * NR_HOUR), 0, 0);
	assert_int_equal(forecast_when(&calendar, 8 * NR_HOUR, 5.0 * NR_HOUR), 10 * NR_HOUR);
	/* what does not fit into today is done tomorrow morning */
	assert_int_equal(forecast_when(&calendar, 17 * NR_HOUR, 5.0 * NR_HOUR), NR_DAY + 8 * NR_HOUR);
	assert_int_equal(forecast_when(&calendar, 0, 1e12), 0);
	assert_true(forecast_open(&calendar, 9 * NR_HOUR));
	assert_false(forecast_open(&calendar, 20 * NR_HOUR));
	for (msec from = 0; from < NR_DAY; from += 37 * 60000) /* one is the other's inverse */
		for (double w = 1000; w < 40.0 * NR_HOUR; w *= 3)
			assert_float_equal(forecast_work(&calendar, from, forecast_when(&calendar, from, w)), w, 4);
}

static void rate(void **state)
{
	(void)state;
	msec decided[400];
	for (int i = 0; i < 400; i++) /* from eight on one every 18 s, then one every five minutes */
		decided[i] = 8 * NR_HOUR + (i < 200 ? i * 18000 : NR_HOUR + (i - 200) * 300000);
	assert_float_equal(forecast_rate(&calendar, decided, 0, 0, NR_DAY, false), 0, 0);
	double usual = forecast_rate(&calendar, decided, 300, 7 * NR_HOUR, 12 * NR_HOUR, false);
	assert_float_equal(usual * NR_HOUR, 100, 0.01);
	/* while there is something to do, three slow hours are slow */
	assert_true(forecast_rate(&calendar, decided, 300, 7 * NR_HOUR, 12 * NR_HOUR, true) < 0.6 * usual);
}

/* Counted as it comes, it is the rate that the whole list gives, also hours later and after the clock was set back. */
static void counted_rate(void **state)
{
	(void)state;
	static struct forecast_tally t;
	static msec decided[20000];
	const msec first = (msec)1000 * NR_DAY;
	size_t n = 0, next = 0;
	struct forecast_shift shifts[20];
	struct forecast_calendar open = {shifts, COUNT_OF(shifts)};
	for (size_t i = 0; i < COUNT_OF(shifts); i++)
		shifts[i] = (struct forecast_shift){first + (msec)i * NR_DAY, first + (msec)i * NR_DAY + NR_DAY, 1};
	for (msec at = first; at < first + 12 * NR_DAY && n < COUNT_OF(decided); at += 30000 + (msec)(n % 97) * 2000)
		decided[n++] = at;
	msec counted = 0;
	for (msec now = first + NR_HOUR; now < first + 12 * NR_DAY; now += 100 * 60000) {
		counted = forecast_tally_move(&t, now, counted);
		for (; next < n && decided[next] < now; next++)
			if (decided[next] > counted)
				forecast_tally_add(&t, decided[next]);
		counted = now - 1;
		msec from = (now / NR_HOUR - FORECAST_WEEK) * NR_HOUR;
		for (int busy = 0; busy <= 1; busy++)
			assert_float_equal(forecast_tally_rate(&open, &t, now, busy),
			                   forecast_rate(&open, decided, next, from, now, busy), 1e-12);
	}
	msec back = first + 3 * NR_DAY;
	assert_int_equal(forecast_tally_move(&t, back, counted), (back / NR_HOUR - FORECAST_WEEK) * NR_HOUR - 1);
	assert_float_equal(forecast_tally_rate(&open, &t, back, false), 0, 0);
}

static void nothing_known(void **state)
{
	(void)state;
	static struct forecast_model m;
	struct forecast f;
	struct forecast_question q = {.now = 10 * NR_HOUR, .ahead = 5};
	forecast_begin(&m);
	forecast_make(&m, &calendar, &q, &f);
	assert_false(f.given);
	q.rate = 1.0 / 36000; /* known, but not how forecasts turn out: wide */
	forecast_make(&m, &calendar, &q, &f);
	assert_true(f.given && f.from <= q.now && f.until > q.now + 5 * 12000);
	q.now = 20 * NR_HOUR; /* after hours: tomorrow */
	forecast_make(&m, &calendar, &q, &f);
	assert_true(f.given && f.until > NR_DAY + 7 * NR_HOUR);
	q.ahead = 1000000;
	forecast_make(&m, &calendar, &q, &f);
	assert_false(f.given || f.overload); /* nothing is known of how it turns out */
	forecast_learn(&m, &calendar, &(struct forecast_past){.bucket = 99, .expected = 1});
	forecast_learn(&m, &calendar, &(struct forecast_past){.bucket = -1, .expected = 1});
}

/* One who breaks their word must become more careful, and one who always keeps it less so. */
static void learns(void **state)
{
	(void)state;
	static struct forecast_model m;
	forecast_begin(&m);
	double before = m.bucket[6].miss;
	for (int i = 0; i < 200; i++)
		forecast_learn(
			&m, &calendar,
			&(struct forecast_past){.made = i * 600000, .expected = 1e6, .bucket = 6, .until = i * 600000 + 1});
	assert_true(m.bucket[6].miss < before);
	assert_int_equal(m.bucket[6].told, 200);
	assert_int_equal(m.bucket[6].kept, 0);
	forecast_begin(&m);
	for (int i = 0; i < 100; i++) {
		struct forecast_past p = {.made = 9 * NR_HOUR, .expected = 3e6, .bucket = 6};
		p.decided = p.made + 1000000 + i * 300000;
		p.from = 1;
		p.until = p.decided;
		forecast_learn(&m, &calendar, &p);
	}
	forecast_settle(&m);
	assert_true(m.bucket[6].miss > before);
	assert_true(m.bucket[6].window[0].low > 0.9); /* what took a third as long as thought is expected by now */
}

static void keeps_its_word(void **state)
{
	(void)state;
	struct newsroom n;
	struct newsroom_result r;
	newsroom_open(&n, 1850, 40, 7);
	newsroom_run(&n);
	newsroom_result(&n, 14 * (msec)NR_DAY, &r);
	for (int k = 0; k < NR_CLASSES; k++) {
		double kept = (double)r.kind[k].kept / (double)r.kind[k].given;
		printf("# %s: %zu, kept %.3f, %.0f minutes, as queue / rate %.0f\n", newsroom_kinds[k], r.kind[k].asked, kept,
		       r.kind[k].minutes, r.kind[k].simple_minutes);
	}
	double all = (double)r.kind[3].kept / (double)r.kind[3].given,
		   day = (double)r.kind[0].kept / (double)r.kind[0].given;
	newsroom_close(&n);
	assert_true(all > 0.85 && all < 0.95);
	assert_true(day > 0.85 && day < 0.95);
	assert_true(r.kind[3].minutes < r.kind[3].simple_minutes);
	assert_true((double)r.kind[3].given > 0.98 * (double)r.kind[3].asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(work),         cmocka_unit_test(rate),
	                                   cmocka_unit_test(counted_rate), cmocka_unit_test(nothing_known),
	                                   cmocka_unit_test(learns),       cmocka_unit_test(keeps_its_word)};
	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
