/* Bounds on a share of errors: against known values, by simulation, and the watch over an open lane. */
#include "unit.h"

#include "service/automatic/risk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state_of_chance;

static double chance(void) /* splitmix64 */
{
	uint64_t x = state_of_chance += UINT64_C(0x9E3779B97F4A7C15);
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9 * (1 + fabs(b)))

/* Clopper and Pearson's bounds; the reference was computed with exact binomial coefficients. */
static void bounds_are_those_of_clopper_and_pearson(void **state)
{
	static const struct {
		int64_t n, bad;
		double confidence, upper;
	} upper[] = {
		{10, 0, 0.95, 0.2588655508930523},     {20, 0, 0.95, 0.13910834066826525},
		{20, 1, 0.975, 0.2487327627720278},    {100, 5, 0.975, 0.1128349111054628},
		{100, 5, 0.95, 0.10225337764327452},   {300, 1, 0.95, 0.015714554891583965},
		{1000, 3, 0.95, 0.007735244718479473}, {50, 49, 0.95, 0.998974660132768},
	};
	static const struct {
		int64_t n, bad;
		double confidence, lower;
	} lower[] = {
		{20, 1, 0.975, 0.0012650894979498453},  {100, 5, 0.975, 0.016431879182052193},
		{100, 5, 0.95, 0.019905563662171832},   {10, 10, 0.975, 0.6915028921812393},
		{1000, 3, 0.95, 0.0008181753982217655},
	};
	for (size_t i = 0; i < COUNT_OF(upper); i++)
		NEAR(risk_upper(upper[i].n, upper[i].bad, upper[i].confidence), upper[i].upper);
	for (size_t i = 0; i < COUNT_OF(lower); i++)
		NEAR(risk_lower(lower[i].n, lower[i].bad, lower[i].confidence), lower[i].lower);
	assert_true(risk_upper(0, 0, 0.95) == 1 && risk_upper(50, 50, 0.95) == 1);
	assert_true(risk_lower(0, 0, 0.95) == 0 && risk_lower(50, 0, 0.95) == 0);
	double many = risk_upper(1000000, 10000, 0.95); /* nothing underflows */
	assert_true(many > 0.01 && many < 0.0102);
}

static struct risk_threshold find(const struct risk_case *cases, size_t count, double limit)
{
	struct risk_search search;
	struct risk_threshold found;
	risk_begin(&search, cases, count, 0.95);
	risk_find(&search, limit, &found);
	return found;
}

static void too_few_decisions_are_said_to_be_too_few(void **state)
{
	enum { MANY = 1000 };
	struct risk_case *cases = calloc(MANY, sizeof *cases);
	struct risk_threshold found = find(cases, 0, 0.01);
	assert_int_equal(found.answer, RISK_FEW);
	assert_int_equal(found.needed, 2 * 299); /* ln 0.05 / ln 0.99 = 298.07 */
	found = find(cases, 500, 0.01);
	assert_int_equal(found.answer, RISK_FEW);
	assert_int_equal(found.needed, 98);
	found = find(cases, 598, 0.01);
	assert_int_equal(found.answer, RISK_FOUND);
	assert_int_equal(found.threshold, RISK_SCALE); /* all scores are 0, and none was bad */
	for (size_t i = 0; i < MANY; i++)
		cases[i].bad = i % 10 == 0;
	found = find(cases, MANY, 0.01);
	assert_int_equal(found.answer, RISK_HIGH);
	assert_true(found.bound > 0.1);
	free(cases);
}

/* Only what scores low is good here: the threshold stays below. */
static void a_threshold_parts_good_from_bad(void **state)
{
	enum { MANY = 4000 };
	struct risk_case *cases = calloc(MANY, sizeof *cases);
	state_of_chance = 7;
	for (size_t i = 0; i < MANY; i++) {
		cases[i].score = (int)(chance() * RISK_SCALE);
		cases[i].bad = cases[i].score > 3000;
	}
	struct risk_threshold found = find(cases, MANY, 0.02);
	assert_int_equal(found.answer, RISK_FOUND);
	assert_true(found.threshold >= 2800 && found.threshold <= 3100);
	assert_true(found.bound <= 0.02);
	/* the older half only says where to begin: were all of it bad, the newer still has to pass by itself */
	for (size_t i = MANY / 2; i < MANY; i++)
		cases[i].bad = true;
	assert_int_equal(find(cases, MANY, 0.02).answer, RISK_HIGH);
	free(cases);
}

/* The share is known exactly here: a false threshold may be found in at most 5 of 100 runs. */
static void the_limit_holds_in_95_of_100_runs(void **state)
{
	enum { RUNS = 300, CASES = 6000 };
	static struct risk_case cases[CASES];
	size_t found = 0, wrong = 0;
	state_of_chance = 11;
	for (int run = 0; run < RUNS; run++) {
		for (size_t i = 0; i < CASES; i++) {
			double score = chance();
			cases[i] = (struct risk_case){(int)(score * RISK_SCALE), chance() < 0.08 * score};
		}
		struct risk_threshold t = find(cases, CASES, 0.02);
		double true_share = 0.04 * t.threshold / RISK_SCALE; /* the mean of 0.08 s over 0 … threshold */
		found += t.answer == RISK_FOUND;
		wrong += t.answer == RISK_FOUND && true_share > 0.02;
	}
	printf("# found in %zu of %d runs, wrong in %zu\n", found, RUNS, wrong);
	assert_true(found > RUNS / 2);
	assert_true(wrong * 20 <= RUNS);
}

/* How many checks until it alarms; `most` if it does not. */
static int64_t checks_until_alarm(double limit, double share, int64_t most)
{
	struct risk_watch w;
	risk_watch_begin(&w, limit);
	while (!w.alarmed && w.n < most)
		risk_watch_add(&w, chance() < share);
	return w.n;
}

static void the_watch_alarms_soon_and_seldom_for_nothing(void **state)
{
	enum { RUNS = 200, MOST = 10000 };
	double at_limit = 0, half = 0, six_times = 0;
	state_of_chance = 13;
	for (int run = 0; run < RUNS; run++) {
		at_limit += (double)checks_until_alarm(0.02, 0.02, MOST) / RUNS;
		half += (double)checks_until_alarm(0.02, 0.01, MOST) / RUNS;
		six_times += (double)checks_until_alarm(0.02, 0.12, MOST) / RUNS;
	}
	printf("# checks until an alarm: %.0f at the limit, %.0f at half of it, %.0f at six times\n", at_limit, half,
	       six_times);
	assert_true(at_limit >= RISK_ALARM); /* the promise */
	assert_true(half > 3 * at_limit);
	assert_true(six_times < 60);
	struct risk_watch w;
	risk_watch_begin(&w, 0.02);
	for (int i = 0; i < 5000; i++)
		risk_watch_add(&w, false); /* a good past does not excuse what comes now */
	for (int i = 0; i < 3; i++)
		risk_watch_add(&w, true);
	assert_true(w.alarmed);
	risk_watch_add(&w, false);
	assert_true(w.alarmed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_are_those_of_clopper_and_pearson),
		cmocka_unit_test(too_few_decisions_are_said_to_be_too_few),
		cmocka_unit_test(a_threshold_parts_good_from_bad),
		cmocka_unit_test(the_limit_holds_in_95_of_100_runs),
		cmocka_unit_test(the_watch_alarms_soon_and_seldom_for_nothing),
	};
	return cmocka_run_group_tests_name("risk", tests, NULL, NULL);
}
