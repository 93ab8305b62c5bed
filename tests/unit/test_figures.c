/* The figures' parts that need no server: the replayed queue against what queueing theory knows, classes of waiting
 * time, days on which the clocks are changed; and what is counted of a small newspaper whose every figure is known. */
#include "service_fixture.h"

#include "base/csv.h"
#include "service/calendar.h"
#include "service/figures/figures.h"
#include "service/figures/replay.h"

#include <math.h>
#include <stdlib.h>

enum { HOUR = 3600 * 1000 };
static const msec day_ms = 24 * (msec)HOUR;

/* ---- the replayed queue ---- */

static double at_random(uint64_t *x)
{
	*x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(*x >> 11) / 9007199254740992.0;
}

static int64_t poisson(uint64_t *x, double mean)
{
	int64_t k = 0;
	for (double least = exp(-mean), p = at_random(x); p > least; p *= at_random(x))
		k++;
	return k;
}

/* M/M/c in steady state: by Erlang's formula, how likely one has to wait; then the wait is exponential. */
static void against_erlang(int people, double load)
{
	enum { HOURS = 24 * 4000 };
	const double rate = 30.0 / HOUR, arrivals = load * people * rate;
	int64_t *came = calloc(HOURS, sizeof *came);
	uint64_t seed = 7;
	for (int h = 0; h < HOURS; h++)
		came[h] = poisson(&seed, arrivals * HOUR);
	const struct forecast_shift always = {0, (HOURS + 100) * (msec)HOUR, people};
	struct replay_question q = {
		.arrivals = came, .hours = HOURS, .calendar = {&always, 1}, .rate = rate, .within = HOUR, .rounds = 1};
	struct replay_answer got;
	replay_run(&q, &got);
	double a = load * people, sum = 0, term = 1;
	for (int k = 0; k < people; k++, term *= a / k)
		sum += term;
	double c = term / (1 - load) / (sum + term / (1 - load)); /* Erlang C */
	double drain = people * rate - arrivals;
	assert_float_equal(got.mean / (c / drain + 1 / rate), 1, 0.04);
	double waiting = c * load / (1 - load), seen = 0; /* Little: how many wait */
	for (int i = 0; i < REPLAY_WEEK; i++)
		seen += got.waiting[i] / REPLAY_WEEK;
	assert_float_equal(seen / waiting, 1, 0.08);
	assert_int_equal(got.left, 0);
	if (people == 1) { /* the whole time in the system is exponential */
		assert_float_equal((double)got.median * drain / log(2), 1, 0.04);
		assert_float_equal((double)got.p90 * drain / log(10), 1, 0.04);
		assert_float_equal(got.within, 1 - exp(-drain * HOUR), 0.01);
	}
	free(came);
}

static void known_queues(void **state)
{
	(void)state;
	against_erlang(1, 0.7);
	against_erlang(2, 0.8);
	against_erlang(3, 0.6);
	against_erlang(5, 0.85);
}

static void shifts_matter(void **state)
{
	(void)state;
	enum { DAYS = 70 };
	static int64_t came[DAYS * 24];
	static struct forecast_shift one[DAYS + 10], two[DAYS + 10];
	for (int d = 0; d < DAYS; d++)
		came[d * 24 + 20] = 60; /* in the evening, when nobody is there */
	for (int d = 0; d < DAYS + 10; d++) {
		one[d] = (struct forecast_shift){d * day_ms + 8 * HOUR, d * day_ms + 12 * HOUR, 1};
		two[d] = one[d];
		two[d].editors = 2;
	}
	struct replay_question q = {.arrivals = came,
	                            .hours = DAYS * 24,
	                            .calendar = {one, DAYS + 10},
	                            .rate = 60.0 / HOUR,
	                            .rounds = 3,
	                            .within = 12 * HOUR};
	struct replay_answer a, b;
	replay_run(&q, &a);
	q.calendar.items = two;
	replay_run(&q, &b);
	/* sent at half past eight, decided by nine the next morning, or by half past eight */
	assert_float_equal((double)a.median / HOUR, 12, 0.15);
	assert_float_equal((double)b.median / HOUR, 11.75, 0.15);
	assert_true(b.longest < a.longest && b.within > a.within);
	assert_float_equal(a.waiting[21], 60, 0.01); /* over the night all wait */
	assert_float_equal(a.waiting[7], 60 * (DAYS / 7 - 1) / (DAYS / 7.0), 0.01);
	assert_true(a.waiting[12] < 1 && a.waiting[8] < 10);
	q.calendar.count = 3; /* the third day nobody comes any more */
	replay_run(&q, &a);
	assert_int_equal(a.left, (DAYS - 2) * 60 * 3);
}

/* ---- classes of waiting time, days, texts ---- */

static void classes(void **state)
{
	(void)state;
	assert_int_equal(wait_class(0), 0);
	assert_true(wait_class(60 * day_ms) < WAIT_CLASSES);
	assert_int_equal(wait_class(INT64_MAX), WAIT_CLASSES - 1);
	for (msec w = 2000; w < 90 * day_ms; w += w / 3) {
		assert_true(wait_class_begin(wait_class(w)) * 1000 <= (double)w + 1);
		assert_true(wait_class_begin(wait_class(w) + 1) * 1000 > (double)w);
	}
	int64_t counts[WAIT_CLASSES] = {0};
	assert_float_equal(wait_quantile(counts, 0.5), -1, 0);
	for (int i = 1; i <= 10000; i++) /* ten seconds to a hundred thousand */
		counts[wait_class((msec)i * 10000)]++;
	assert_float_equal(wait_quantile(counts, 0.5) / 50000, 1, 0.05);
	assert_float_equal(wait_quantile(counts, 0.9) / 90000, 1, 0.05);
}

static void days(void **state)
{
	(void)state;
	char text[CLOCK_DAY_SIZE];
	int64_t spring = 20541, autumn = 20751; /* 29 March and 25 October 2026 in Berlin */
	clock_day_text(spring, text);
	assert_string_equal(text, "2026-03-29");
	clock_day_text(autumn, text);
	assert_string_equal(text, "2026-10-25");
	assert_int_equal((clock_of_day(spring + 1, 0) - clock_of_day(spring, 0)) / HOUR, 23);
	assert_int_equal((clock_of_day(autumn + 1, 0) - clock_of_day(autumn, 0)) / HOUR, 25);
	assert_int_equal(clock_local(clock_of_day(spring, 0)).day, spring);
	assert_int_equal(clock_local(clock_of_day(spring, 0) + 2 * HOUR).hour, 3);
	assert_int_equal(clock_local(clock_of_day(autumn, 0) + 3 * HOUR).hour, 2);
	struct desk_settings s = {.shift_count = 1, .shifts = {{.days = 64, .from = 0, .to = 1440, .editors = 2}}};
	struct forecast_shift out[4];
	struct calendar_span span = {.first = spring - 1, .days = 3};
	assert_int_equal(calendar_make(&s, &span, out, 4), 1); /* a Sunday of 23 hours */
	assert_int_equal(out[0].end - out[0].begin, 23 * HOUR);
	span.nominal = true;
	assert_int_equal(calendar_make(&s, &span, out, 4), 1);
	assert_int_equal(out[0].begin, day_ms);
	assert_int_equal(out[0].end, 2 * day_ms);
	str closed = STR("2026-03-29");
	s.closed_days = (struct store_texts){&closed, 1};
	assert_int_equal(calendar_make(&s, &span, out, 4), 0);
}

static void csv(void **state)
{
	(void)state;
	struct buf b = BUF_INIT(1000);
	const char *texts[] = {"Politik", "a,b", "er sagte \"ja\"", "=1+1", "-2", "@x", " +3", "zwei\nZeilen", "", "\tx"};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		csv_text(&b, str_of(texts[i]), i == 0);
	csv_plain(&b, STR("-2"), false);
	csv_end_row(&b);
	str got = buf_finish(&b, t.a);
	assert_string_equal(arena_cstr(t.a, got),
	                    "Politik,\"a,b\",\"er sagte \"\"ja\"\"\",'=1+1,'-2,'@x,' +3,\"zwei\nZeilen\",,\"'\tx\",-2\r\n");
}

/* ---- a small newspaper ---- */

static struct figures ask(int64_t days_asked)
{
	struct figures f;
	struct figures_query q = {.who = &t.ada, .days = days_asked};
	OK(service_figures(t.svc, t.a, &q, &f, &err));
	return f;
}

static void count_all(void)
{
	static struct figures_progress p;
	bool more = true;
	p = (struct figures_progress){0};
	while (more)
		OK(service_figures_refresh(t.svc, t.a, &p, &more, &err));
}

/* By the names of the columns; absent: -1. */
static double cell(const struct figures *f, enum figure_table_name table, size_t row, const char *column)
{
	const struct figure_table *tab = &f->table[table];
	assert_true(row < tab->row_count);
	for (size_t k = 0; k < tab->column_count; k++)
		if (strcmp(tab->columns[k], column) == 0) {
			const struct figure_cell *c = &tab->cells[row * tab->column_count + k];
			return c->kind == CELL_NUMBER ? (double)c->number : c->kind == CELL_SHARE ? c->share : -1;
		}
	fail_msg("no column %s", column);
	return 0;
}

static void at_hour(int64_t days_ago, int hour)
{
	clock_shift(0);
	int64_t day = clock_local(clock_now()).day - days_ago;
	clock_shift(clock_of_day(day, hour * 60) + 1000 - clock_now());
}

static void reject(id64 revision) { OK(decide_as(&t.ben, revision, 1, DECIDE_REJECT)); }

static void a_known_week(void **state)
{
	(void)state;
	struct desk_settings wanted = {.longest_wait = 2 * (msec)HOUR,
	                               .shift_count = 1,
	                               .shifts = {{.days = 127, .from = 9 * 60, .to = 17 * 60, .editors = 2}}},
						 saved;
	at_hour(5, 8);
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &saved, &err));
	/* five days ago: one at eight, before anybody is there; two at ten */
	id64 early = submit("", "Die Brücke ist eine gute Idee, weil sie Wege spart.", 0).revision;
	at_hour(5, 10);
	id64 a = submit("", "Wann wird die Brücke wieder geöffnet?", 0).revision;
	id64 b = submit("", "Du bist ein Arschloch.", 0).revision;
	at_hour(5, 11);
	release(early); /* 3 hours, 2 of them staffed */
	release(a);     /* 1 hour */
	reject(b);
	/* three days ago: a release that is taken back, then a rejection */
	at_hour(3, 10);
	id64 c = submit("", "Die Fähre fährt auch nicht mehr.", 0).revision;
	at_hour(3, 14);
	release(c); /* 4 hours: too long */
	OK(undo(&t.ada, decided.decision));
	OK(decide_as(&t.ben, c, 3, DECIDE_REJECT));
	at_hour(0, 0);
	clock_shift(0);
	count_all();
	count_all(); /* nothing is counted twice */
	struct figures f = ask(7);
	assert_int_equal(f.behind, 0);
	assert_true(f.whole);
	assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "received"), 4);
	assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "decided"), 4);
	assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "released"), 2);
	assert_float_equal(cell(&f, FIGURES_TOTALS, 0, "released_share"), 0.5, 1e-9);
	assert_int_equal(cell(&f, FIGURES_TOTALS, 1, "received"), 0);
	assert_float_equal(cell(&f, FIGURES_TOTALS, 1, "released_share"), -1, 0); /* nothing, not zero */
	const size_t five = 1, three = 3;                                         /* rows of days */
	assert_int_equal(cell(&f, FIGURES_WAITS, five, "decided"), 3);
	assert_int_equal(cell(&f, FIGURES_WAITS, five, "open_decided"), 2);
	assert_int_equal(cell(&f, FIGURES_WAITS, five, "closed_decided"), 1);
	assert_float_equal(cell(&f, FIGURES_WAITS, five, "closed_median_s") / (3 * 3600), 1, 0.09);
	assert_float_equal(cell(&f, FIGURES_WAITS, five, "staffed_p90_s") / (2 * 3600), 1, 0.09);
	assert_float_equal(cell(&f, FIGURES_WAITS, five, "within_share"), 2 / 3.0, 1e-6);
	assert_int_equal(cell(&f, FIGURES_WAITS, three, "decided"), 1); /* what was taken back does not count */
	assert_float_equal(cell(&f, FIGURES_WAITS, three, "within_share"), 0, 0);
	assert_float_equal(cell(&f, FIGURES_WAITS, 0, "median_s"), -1, 0);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, five, "released"), 2);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, five, "rejected_profanity"), 1);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, three, "released"), 0);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, three, "rejected"), 1);
	/* profanity: the engine saw b, not c */
	assert_int_equal(cell(&f, FIGURES_ENGINE, 0, "both"), 1);
	assert_int_equal(cell(&f, FIGURES_ENGINE, 0, "editors_only"), 1);
	assert_int_equal(cell(&f, FIGURES_ENGINE, 0, "engine_only"), 0);
	assert_int_equal(cell(&f, FIGURES_ENGINE, 0, "neither"), 2);
	assert_float_equal(cell(&f, FIGURES_ENGINE, 0, "recall"), 0.5, 1e-9);
	assert_float_equal(cell(&f, FIGURES_ENGINE, 0, "recall_low"), 0.0945, 0.001); /* Wilson, 1 of 2 */
	assert_float_equal(cell(&f, FIGURES_ENGINE, 0, "recall_high"), 0.9055, 0.001);
	int64_t came = 0, weekday = (clock_local(clock_now()).day - 5 + 3) % 7;
	for (size_t i = 0; i < 168; i++)
		if (cell(&f, FIGURES_LOAD, i, "days") > 0) /* hours of today that are not over are not there */
			came += (int64_t)cell(&f, FIGURES_LOAD, i, "received_per_hour");
	assert_int_equal(came, 4);
	assert_int_equal(cell(&f, FIGURES_LOAD, (size_t)weekday * 24 + 10, "received_per_hour"), 2);
	assert_int_equal(cell(&f, FIGURES_LOAD, (size_t)weekday * 24 + 10, "editors"), 2);
	assert_int_equal(cell(&f, FIGURES_LOAD, (size_t)weekday * 24 + 8, "editors"), 0);
}

/* What went by itself is a kind of its own, and so is what becomes of it. */
static void what_a_lane_released(void **state)
{
	(void)state;
	at_hour(3, 10);
	id64 a = submit("", "Wann wird die Brücke wieder geöffnet?", 0).revision;
	id64 b = submit("", "Die Fähre fährt auch nicht mehr.", 0).revision;
	id64 c = submit("", "Der Umweg dauert eine halbe Stunde.", 0).revision;
	release(a);
	release(b);
	tamper("UPDATE decision SET detail = '{\"automatic\":{\"version\":1}}'");
	OK(undo(&t.ada, decided.decision));
	release(c);
	struct decide_command cmd = {.who = &t.ben, .revision = a, .rules = 1u << FRG_OFF_TOPIC};
	struct decide_result out;
	OK(service_remove(t.svc, t.a, &cmd, &out, &err));
	clock_shift(0);
	count_all();
	struct figures f = ask(7);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, 3, "automatic"), 1);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, 3, "released"), 1);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, 3, "removed"), 1);
	assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "decided"), 1);
	assert_int_equal(cell(&f, FIGURES_WAITS, 3, "decided"), 1);
	assert_int_equal(cell(&f, FIGURES_ENGINE, 0, "neither"), 1);
}

/* Counted from nothing, it is the same: the counts hold nothing that the chain does not. */
static void counted_anew(void **state)
{
	(void)state;
	a_known_week(state);
	int64_t sum = number("SELECT sum(value * (name * 31 + bin)) FROM figure"),
			rows = number("SELECT count(*) FROM figure WHERE value <> 0");
	tamper("DELETE FROM figure; DELETE FROM figure_mark; DELETE FROM figure_scope");
	service_close(t.svc);
	open_service(false);
	t.site = service_site(t.svc, STR("bote"));
	count_all();
	assert_int_equal(number("SELECT sum(value * (name * 31 + bin)) FROM figure"), sum);
	assert_int_equal(number("SELECT count(*) FROM figure WHERE value <> 0"), rows);
}

static void set_clock(msec at)
{
	clock_shift(0);
	clock_shift(at - clock_now());
}

/* The day that has two o'clock twice, and 25 hours; the night before it is a Saturday's. */
static void the_long_day(void **state)
{
	(void)state;
	const int64_t sunday = 20751;
	const int hours[] = {-1, 0, 2, 3, 4, 24}; /* after its midnight: 23, 0, 2, 2 again, 3, 23 o'clock */
	for (size_t i = 0; i < COUNT_OF(hours); i++) {
		set_clock(clock_of_day(sunday, 0) + hours[i] * HOUR + 60000);
		id64 r = submit("", arena_printf(t.a, "Frage %zu zur Brücke und ihrem Preis.", i).p, 0).revision;
		if (i == 2) /* held over the hour that comes twice: an hour is an hour */
			set_clock(clock_of_day(sunday, 0) + 3 * HOUR + 60000);
		release(r);
	}
	set_clock(clock_of_day(sunday + 2, 12 * 60));
	count_all();
	struct figures f = ask(7);
	const size_t row = 4; /* Sunday, of the week that ends on Tuesday */
	assert_int_equal(cell(&f, FIGURES_DECISIONS, row, "received"), 5);
	assert_int_equal(cell(&f, FIGURES_DECISIONS, row - 1, "received"), 1);
	assert_int_equal(cell(&f, FIGURES_LOAD, 6 * 24 + 2, "received_per_hour"), 2);
	assert_int_equal(cell(&f, FIGURES_LOAD, 6 * 24 + 2, "decided_per_hour"), 2);
	assert_int_equal(cell(&f, FIGURES_LOAD, 6 * 24 + 3, "received_per_hour"), 1);
	assert_int_equal(cell(&f, FIGURES_LOAD, 6 * 24 + 23, "received_per_hour"), 1);
	assert_int_equal(cell(&f, FIGURES_LOAD, 5 * 24 + 23, "received_per_hour"), 1);
	assert_float_equal(cell(&f, FIGURES_WAITS, row, "p90_s") / 3600, 1, 0.09);
}

/* An archive is imported: sent on days that have been counted long since. */
static void an_archive(void **state)
{
	(void)state;
	/* Far from the end of a day, and to come: an id is never older than the one before, whatever the clock says. */
	const msec noon = clock_of_day(clock_local(clock_now()).day + 1, 12 * 60);
	set_clock(noon);
	submit("", "Die Brücke ist eine gute Idee, weil sie Wege spart.", 0);
	count_all();
	id64 old = submit("", "Wann wird die Brücke wieder geöffnet?", 0).revision;
	tamper(
		arena_printf(t.a, "UPDATE revision SET created_at = created_at - 20 * 86400000 WHERE id = %lld", (long long)old)
			.p);
	count_all();
	struct figures f = ask(30);
	assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "received"), 1);
	for (int i = 0; i < 3; i++) {
		set_clock(noon + (12 + 2 * i) * 60 * 1000);
		count_all();
		f = ask(30);
		assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "received"), 2);
	}
	assert_int_equal(cell(&f, FIGURES_DECISIONS, 9, "received"), 1);
}

static void questions(void **state)
{
	(void)state;
	struct figures f;
	struct figures_query q = {.who = &t.ada, .days = 8};
	FAILS(service_figures(t.svc, t.a, &q, &f, &err), FRG_INVALID, "figures_invalid");
	q = (struct figures_query){.who = &t.ada, .days = 7, .crew = true, .change = 2};
	FAILS(service_figures(t.svc, t.a, &q, &f, &err), FRG_INVALID, "figures_invalid");
	q.change = 1; /* no shifts are set */
	FAILS(service_figures(t.svc, t.a, &q, &f, &err), FRG_INVALID, "figures_invalid");
	str own = STR("Sport");
	t.ben.sections = (struct store_texts){&own, 1};
	q = (struct figures_query){.who = &t.ben, .days = 7, .section = STR("Politik")};
	FAILS(service_figures(t.svc, t.a, &q, &f, &err), FRG_FORBIDDEN, "section_forbidden");
	id64 a = submit("", "Wann wird die Brücke wieder geöffnet?", 0).revision;
	release(a);
	count_all();
	q.section = STR("");
	OK(service_figures(t.svc, t.a, &q, &f, &err));
	assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "received"), 0); /* the article is in no section of theirs */
	assert_false(f.whole);
	f = ask(7);
	assert_int_equal(cell(&f, FIGURES_TOTALS, 0, "received"), 1);
}

static void a_replayed_desk(void **state)
{
	(void)state;
	struct desk_settings wanted = {.longest_wait = 2 * (msec)HOUR,
	                               .shift_count = 1,
	                               .shifts = {{.days = 127, .from = 9 * 60, .to = 17 * 60, .editors = 1}}},
						 saved;
	OK(service_settings_save(t.svc, t.a, &t.ada, &wanted, &saved, &err));
	for (int d = 6; d > 0; d--) {
		id64 some[6];
		at_hour(d, 7);
		for (int i = 0; i < 6; i++)
			some[i] = submit("", arena_printf(t.a, "Frage %d vom Tag %d zur Brücke.", i, d).p, 0).revision;
		at_hour(d, 9);
		for (int i = 0; i < 6; i++)
			release(some[i]);
	}
	clock_shift(0);
	count_all();
	struct figures f;
	struct figures_query q = {.who = &t.ada, .days = 7, .crew = true, .change = 1};
	OK(service_figures(t.svc, t.a, &q, &f, &err));
	assert_float_equal(f.rate, 6, 0.01); /* an hour and person */
	assert_int_equal(f.replayed_days, 6);
	assert_int_equal(f.table[FIGURES_CREW].row_count, 3);
	assert_float_equal(cell(&f, FIGURES_CREW, 0, "median_s") / 7200, 1, 0.09);
	assert_true(cell(&f, FIGURES_CREW, 2, "median_s") < cell(&f, FIGURES_CREW, 1, "median_s"));
	assert_int_equal(f.table[FIGURES_BACKLOG].row_count, 168);
	assert_int_equal(cell(&f, FIGURES_BACKLOG, 12, "editors_now"), 1);
	assert_int_equal(cell(&f, FIGURES_BACKLOG, 12, "editors_changed"), 2);
	q.change = -1;
	OK(service_figures(t.svc, t.a, &q, &f, &err));
	assert_int_equal(cell(&f, FIGURES_CREW, 2, "left"), 36 * 20); /* nobody is there at all */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_queues),
		cmocka_unit_test(shifts_matter),
		cmocka_unit_test(classes),
		cmocka_unit_test(days),
		cmocka_unit_test_setup_teardown(csv, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_known_week, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counted_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_lane_released, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_long_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_archive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(questions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_replayed_desk, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
