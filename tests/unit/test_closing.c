/* Comments that close by themselves: by the clock, by age, by the measured load; with a moved clock. And what those are
 * told who have not written yet. */
#include "service/inner.h"
#include "service_fixture.h"

#include <time.h>

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

/* A time of the week that begins on Monday, 7 December 2026. */
static msec at(int day, int hour, int minute)
{
	struct tm tm = {
		.tm_year = 126, .tm_mon = 11, .tm_mday = 7 + day, .tm_hour = hour, .tm_min = minute, .tm_isdst = -1};
	return (msec)mktime(&tm) * 1000;
}

static msec closed_until(const struct closing_rules *r, const char *section, msec now)
{
	msec until;
	const struct closing_hours *which;
	return closing_by_clock(r, str_of(section), now, &until, &which) ? until : -1;
}

static void by_the_clock(void **state)
{
	struct closing_rules r = {.hours_count = 2};
	r.hours[0] = (struct closing_hours){.days = 31, .from = 22 * 60, .to = 6 * 60}; /* nights that begin on a weekday */
	r.hours[1] = (struct closing_hours){.days = 96, .from = 0, .to = 24 * 60};      /* weekends */
	assert_int_equal(closed_until(&r, "Lokales", at(0, 21, 59)), -1);
	assert_int_equal(closed_until(&r, "Lokales", at(0, 22, 0)), at(1, 6, 0));
	assert_int_equal(closed_until(&r, "Lokales", at(1, 5, 59)), at(1, 6, 0));
	assert_int_equal(closed_until(&r, "Lokales", at(1, 6, 0)), -1);
	assert_int_equal(closed_until(&r, "", at(0, 3, 0)), -1);           /* the night before begins on a Sunday */
	assert_int_equal(closed_until(&r, "", at(4, 23, 0)), at(7, 0, 0)); /* one follows on the other */
	assert_int_equal(closed_until(&r, "", at(5, 12, 0)), at(7, 0, 0));
	str sport[] = {STR("Sport")};
	r.hours[1].sections = (struct store_texts){sport, 1};
	assert_int_equal(closed_until(&r, "Lokales", at(5, 12, 0)), -1);
	assert_int_equal(closed_until(&r, "", at(5, 12, 0)), -1);
	assert_int_equal(closed_until(&r, "Sport", at(5, 12, 0)), at(7, 0, 0));
	assert_int_equal(closing_hours_now(&r, at(5, 12, 0)), 2);
	r.hours[0] = (struct closing_hours){.days = 127, .from = 8 * 60, .to = 8 * 60}; /* always */
	assert_int_equal(closed_until(&r, "", at(2, 12, 0)), 0);
}

static void the_hour_that_comes_twice(void **state)
{
	struct closing_rules r = {.hours_count = 1};
	r.hours[0] = (struct closing_hours){.days = 127, .from = 2 * 60, .to = 2 * 60 + 30};
	msec first = (msec)INT64_C(1792888200) * 1000; /* 25 October 2026, 2:30 summer time, in Berlin */
	for (msec now = first - HOUR; now < first + 3 * HOUR; now += MINUTE) {
		msec until = closed_until(&r, "", now);
		assert_true(until == -1 || until > now);
	}
}

/* ---- by the load ---- */

struct run {
	struct closing_load load;
	struct closing_rules rules;
	msec now;
	int turns;
};

/* So many minutes of the same load, looked at every five seconds, as the server does. */
static void minutes(struct run *r, int n, struct service_ahead ahead)
{
	for (msec end = r->now + n * (msec)MINUTE; r->now < end; r->now += 5000) {
		ahead.at = r->now;
		enum closing_turn turn = closing_turn(&r->load, &r->rules, &ahead, r->now);
		if (turn == CLOSING_STAY)
			continue;
		assert_int_equal(r->load.closed, turn == CLOSING_OPEN);
		r->load.closed = turn == CLOSING_CLOSE;
		r->load.since = r->now;
		r->turns++;
	}
}

static struct service_ahead waits(int hours)
{
	return (struct service_ahead){.until = 1, .staffed = hours * (msec)HOUR};
}

static void only_if_the_measured_load_says_so(void **state)
{
	struct run r = {.rules = {.overload_wait = 8 * HOUR}, .now = at(0, 10, 0)};
	minutes(&r, 60, waits(20));
	assert_int_equal(r.turns, 0); /* off by default */
	r.rules.overload = true;
	r.load.over_since = 0;
	minutes(&r, 9, waits(9));
	minutes(&r, 1, waits(7)); /* a peak that passes closes nothing */
	minutes(&r, 9, waits(9));
	assert_false(r.load.closed);
	minutes(&r, 2, waits(9));
	assert_true(r.load.closed);
	minutes(&r, 15, waits(1)); /* not at once */
	assert_true(r.load.closed);
	minutes(&r, 30, waits(7)); /* below the limit, but not well below */
	assert_true(r.load.closed);
	minutes(&r, 4, waits(5));
	assert_true(r.load.closed);
	minutes(&r, 2, waits(5));
	assert_false(r.load.closed);
	assert_int_equal(r.turns, 2);
	minutes(&r, 11, (struct service_ahead){.none = true}); /* no time can be given */
	assert_true(r.load.closed);
	r.load.open_until = r.now + 20 * MINUTE; /* somebody keeps it open */
	minutes(&r, 19, (struct service_ahead){.none = true});
	assert_false(r.load.closed);
	minutes(&r, 3, (struct service_ahead){.none = true});
	assert_true(r.load.closed);
	r.rules.overload = false;
	minutes(&r, 1, (struct service_ahead){.none = true});
	assert_false(r.load.closed);
	/* up and down around the limit: it does not flap */
	r.rules.overload = true;
	r.turns = 0;
	r.load.over_since = 0;
	for (int i = 0; i < 48; i++) {
		minutes(&r, 5, waits(9));
		minutes(&r, 5, waits(7));
	}
	assert_int_equal(r.turns, 0);
}

/* ---- the whole way ---- */

static bool tick(void)
{
	bool changed;
	struct store_ids aged;
	OK(service_closing_tick(t.svc, t.a, t.site->id, &changed, &aged, &err));
	return changed;
}

static void set(const struct closing_rules *rules)
{
	struct desk_settings now, wanted;
	OK(service_settings(t.svc, t.a, &t.ada, &now, &err));
	wanted = now;
	wanted.closing = *rules;
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &now, &err));
}

static enum frg_status try_to_write(void)
{
	struct submit_result out = {0};
	struct submit_command cmd = {
		.site = t.site, .article = STR("bruecke"), .name = STR("Ines"), .text = STR("Noch etwas.")};
	err = (struct frg_error){0};
	return service_submit(t.svc, t.a, &cmd, &out, &err);
}

static void refresh(void)
{
	bool more;
	OK(service_delay_refresh(t.svc, t.a, t.site->id, &more, &err));
}

/* Somebody decides one comment every 20 minutes for two days, then three hundred come at once. */
static void flood(void)
{
	for (int i = 0; i < 144; i++) {
		clock_shift((i - 144) * 20 * (msec)MINUTE);
		id64 revision = submit("", "Ein Beitrag.", 0).revision;
		clock_shift((i - 144) * 20 * (msec)MINUTE + 5 * MINUTE);
		release(revision);
		refresh();
	}
	clock_shift(0);
	for (int i = 0; i < 300; i++)
		submit("", "Alle auf einmal.", 0);
	clock_shift(3000);
	refresh();
}

static void a_flood_closes_and_its_end_opens(void **state)
{
	struct service_ahead ahead;
	service_delay_ahead(t.svc, t.site->id, &ahead);
	assert_int_equal(ahead.at, 0);
	flood();
	service_delay_ahead(t.svc, t.site->id, &ahead);
	assert_int_equal(ahead.waiting, 300);
	assert_true(ahead.none || ahead.staffed > 4 * HOUR);
	struct closing_rules rules = {.overload = true, .overload_wait = 4 * HOUR};
	set(&rules);
	assert_false(tick());
	OK(try_to_write());
	clock_shift(11 * MINUTE);
	refresh();
	assert_true(tick());
	FAILS(try_to_write(), FRG_FORBIDDEN, "article_closed_overload");
	assert_int_equal(number("SELECT count(*) FROM staff_log WHERE kind = 'load_closed' AND actor_id IS NULL"), 1);
	/* another process, started later, finds it closed */
	service_close(t.svc);
	open_service(false);
	t.site = service_site(t.svc, STR("bote"));
	FAILS(try_to_write(), FRG_FORBIDDEN, "article_closed_overload");
	/* an editor keeps it open */
	struct closing_state s;
	OK(service_closing_keep_open(t.svc, t.a, &t.ada, 1, &s, &err));
	assert_true(!s.closed && s.open_until > clock_now());
	OK(try_to_write());
	OK(service_closing_keep_open(t.svc, t.a, &t.ada, 0, &s, &err));
	refresh();
	tick();
	clock_shift(25 * MINUTE);
	refresh();
	assert_true(tick());
	FAILS(try_to_write(), FRG_FORBIDDEN, "article_closed_overload");
	/* all is decided: it opens by itself, once it has been closed for half an hour */
	tamper("DELETE FROM queue");
	refresh();
	assert_false(tick());
	clock_shift(50 * MINUTE);
	refresh();
	assert_false(tick());
	clock_shift(60 * MINUTE);
	refresh();
	assert_true(tick());
	OK(try_to_write());
	assert_int_equal(number("SELECT count(*) FROM staff_log WHERE kind = 'load_opened'"), 1);
}

/* The article's own age counts, and the tick tells whose pages change. */
static void an_article_grows_too_old(void **state)
{
	struct article art = {.id = STR("bruecke"),
	                      .title = STR("Brücke gesperrt"),
	                      .lang = STR("de"),
	                      .published = clock_now(),
	                      .body_text = STR("Die Brücke bleibt gesperrt."),
	                      .body_html = STR("<p>Die Brücke bleibt gesperrt.</p>")};
	bool created, changed;
	struct store_ids aged;
	OK(service_article_save(t.svc, t.a, t.site, &art, &created, &err));
	struct closing_rules rules = {.after_days = 2, .overload_wait = HOUR};
	set(&rules);
	OK(try_to_write());
	clock_shift(47 * (msec)HOUR);
	OK(service_closing_tick(t.svc, t.a, t.site->id, &changed, &aged, &err));
	assert_int_equal(aged.count, 0);
	OK(try_to_write());
	clock_shift(49 * (msec)HOUR);
	OK(service_closing_tick(t.svc, t.a, t.site->id, &changed, &aged, &err));
	assert_int_equal(aged.count, 1);
	FAILS(try_to_write(), FRG_FORBIDDEN, "article_closed_age");
	OK(service_closing_tick(t.svc, t.a, t.site->id, &changed, &aged, &err));
	assert_int_equal(aged.count, 0); /* once */
	clock_shift(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_clock),
		cmocka_unit_test(the_hour_that_comes_twice),
		cmocka_unit_test(only_if_the_measured_load_says_so),
		cmocka_unit_test_setup_teardown(a_flood_closes_and_its_end_opens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_article_grows_too_old, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
