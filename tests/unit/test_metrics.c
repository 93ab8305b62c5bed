/* Counting and telling, also while others count. */
#include "unit.h"

#include "base/metrics.h"

#include <pthread.h>

static const char *const colours[] = {"red", "green", NULL};
static const char *const sizes[] = {"s", "m", "l", NULL};
static METRIC(plain, COUNTER, "test_plain_total", "Plain.", .cells = METRIC_CELLS(1));
static METRIC(both, GAUGE, "test_both_seconds", "Both.", .label = {{"colour", colours}, {"size", sizes}},
              .unit = METRIC_MILLISECONDS, .cells = METRIC_CELLS(6));
static METRIC(times, HISTOGRAM, "test_times_seconds", "Times.", .label = {{"colour", colours}},
              .unit = METRIC_NANOSECONDS, .bounds = metric_times, .cells = METRIC_CELLS(2 * METRIC_STRIDE));
static struct metric *const table[] = {&plain, &both, &times};

static bool tells(bool open, const char *line)
{
	struct buf b = BUF_INIT(1 << 20);
	metrics_write(&b, open);
	metrics_end(&b, open);
	bool found = str_find(buf_str(&b), str_of(line), 0) != SIZE_MAX;
	buf_free(&b);
	return found;
}

static void test_values(void **state)
{
	(void)state;
	metrics_register(table, COUNT_OF(table));
	metrics_register(table, COUNT_OF(table)); /* twice is once */
	metric_add(&plain, 0, 3);
	metric_set(&both, 1 * 3 + 2, 1500);
	assert_true(tells(false, "# HELP test_plain_total Plain.\n# TYPE test_plain_total counter\ntest_plain_total 3\n"));
	assert_true(tells(true, "# TYPE test_plain counter\ntest_plain_total 3\n"));
	assert_true(tells(false, "test_both_seconds{colour=\"green\",size=\"l\"} 1.5\n"));
	assert_true(tells(false, "test_both_seconds{colour=\"red\",size=\"s\"} 0\n"));
	assert_true(tells(true, "# EOF\n"));
	assert_false(tells(false, "# EOF\n"));
}

static void test_histogram(void **state)
{
	(void)state;
	assert_false(tells(false, "test_times_seconds_count{colour=\"red\"}")); /* nothing has happened */
	const int64_t took[] = {0, 10000, 10001, 999999, 1000000, 5000000001};
	for (size_t i = 0; i < COUNT_OF(took); i++)
		metric_observe(&times, 1, took[i]);
	assert_true(tells(false, "test_times_seconds_bucket{colour=\"green\",le=\"1e-05\"} 2\n"));
	assert_true(tells(false, "test_times_seconds_bucket{colour=\"green\",le=\"5e-05\"} 3\n"));
	assert_true(tells(false, "test_times_seconds_bucket{colour=\"green\",le=\"0.001\"} 5\n"));
	assert_true(tells(false, "test_times_seconds_bucket{colour=\"green\",le=\"5\"} 5\n"));
	assert_true(tells(false, "test_times_seconds_bucket{colour=\"green\",le=\"+Inf\"} 6\n"));
	assert_true(tells(false, "test_times_seconds_sum{colour=\"green\"} 5.002020001\n"));
	assert_true(tells(false, "test_times_seconds_count{colour=\"green\"} 6\n"));
	assert_false(tells(false, "test_times_seconds_count{colour=\"red\"}"));
}

static void test_label_is_escaped(void **state)
{
	(void)state;
	struct buf b = BUF_INIT(1000);
	metrics_sample(&b, "x", "site", STR("a\"b\\c\nd"), 2);
	assert_true(str_eq(buf_str(&b), STR("x{site=\"a\\\"b\\\\c d\"} 2\n")));
	buf_free(&b);
}

enum { THREADS = 4, ROUNDS = 20000 };

static void *count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++)
		metric_add(arg, 0, 1);
	return NULL;
}

static void test_none_is_lost(void **state)
{
	(void)state;
	pthread_t threads[THREADS];
	int64_t before = metric_get(&plain, 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count, &plain), 0);
	for (int i = 0; i < 20; i++)
		assert_true(tells(false, "test_plain_total "));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(metric_get(&plain, 0) - before, THREADS * ROUNDS);
}

static void test_process(void **state)
{
	(void)state;
	struct buf b = BUF_INIT(1 << 16);
	metrics_process(&b, false);
	static const char *const names[] = {"\nprocess_resident_memory_bytes ", "\nprocess_cpu_seconds_total ",
	                                    "\nprocess_start_time_seconds ", "\nprocess_open_fds ", "\nprocess_max_fds "};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_true(str_find(buf_str(&b), str_of(names[i]), 0) != SIZE_MAX);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),       cmocka_unit_test(test_histogram), cmocka_unit_test(test_label_is_escaped),
		cmocka_unit_test(test_none_is_lost), cmocka_unit_test(test_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
