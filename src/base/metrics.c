/* Telling what was counted. The list of tables is the only thing here that changes, and only while the program
 * starts: a table is made known by the module whose it is, when that is opened. */
#include "base/metrics.h"

#include <pthread.h>
#include <stdio.h>

const int64_t metric_times[METRIC_BUCKETS] = {10000,     50000,     100000,     250000,     500000,   1000000,
                                              2500000,   5000000,   10000000,   25000000,   50000000, 100000000,
                                              250000000, 500000000, 1000000000, 5000000000, INT64_MAX};
const int64_t metric_sizes[METRIC_BUCKETS] = {1,   2,    4,    8,    16,   32,    64,    128,      256,
                                              512, 1024, 2048, 4096, 8192, 16384, 32768, INT64_MAX};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *first, **end = &first;

static void count_values(struct metric_label *l)
{
	while (l->values && l->values[l->count])
		l->count++;
}

void metrics_register(struct metric *const *all, size_t count)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count; i++) {
		struct metric *m = all[i];
		if (m->registered)
			continue;
		BUG_IF((m->kind == METRIC_HISTOGRAM) != (m->bounds != NULL));
		m->registered = true;
		count_values(&m->label[0]);
		count_values(&m->label[1]);
		*end = m;
		end = &m->next;
	}
	pthread_mutex_unlock(&lock);
}

/* ---- lines ---- */

void metrics_head(struct buf *out, bool open, const char *name, enum metric_kind kind, const char *help)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};
	size_t n = strlen(name);
	/* OpenMetrics names a counter without what its lines end with */
	if (open && kind == METRIC_COUNTER && n > 6 && strcmp(name + n - 6, "_total") == 0)
		n -= 6;
	buf_printf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", (int)n, name, help, (int)n, name, kinds[kind]);
}

static void write_number(struct buf *out, double number) { buf_printf(out, " %.15g\n", number); }

void metrics_sample(struct buf *out, const char *name, const char *label, str value, double number)
{
	buf_add(out, str_of(name));
	if (label) {
		buf_printf(out, "{%s=\"", label);
		for (size_t i = 0; i < value.n; i++) {
			if (value.p[i] == '"' || value.p[i] == '\\')
				buf_byte(out, '\\');
			buf_byte(out, value.p[i] == '\n' ? ' ' : value.p[i]);
		}
		BUF_LIT(out, "\"}");
	}
	write_number(out, number);
}

/* The values of the combination `at`, and `le` if it is given. */
static void write_labels(struct buf *out, const struct metric *m, size_t at, const char *le)
{
	size_t second = m->label[1].count ? m->label[1].count : 1;
	const char *const values[] = {m->label[0].count ? m->label[0].values[at / second] : NULL,
	                              m->label[1].count ? m->label[1].values[at % second] : NULL, le};
	const char *const names[] = {m->label[0].name, m->label[1].name, "le"};
	char before = '{';
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		if (!values[i])
			continue;
		buf_printf(out, "%c%s=\"%s\"", before, names[i], values[i]);
		before = ',';
	}
	if (before == ',')
		buf_byte(out, '}');
}

static double shown(const struct metric *m, int64_t value) { return (double)value * (m->unit > 0 ? m->unit : 1); }

/* Bucket by bucket, so that what is added meanwhile cannot make the total smaller than its parts. */
static void write_histogram(struct buf *out, const struct metric *m, size_t at)
{
	size_t base = at * METRIC_STRIDE;
	int64_t so_far = 0, sum = metric_get(m, base + METRIC_BUCKETS);
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		char le[32] = "+Inf";
		if (m->bounds[i] != INT64_MAX)
			snprintf(le, sizeof le, "%.9g", shown(m, m->bounds[i]));
		so_far += metric_get(m, base + i);
		buf_printf(out, "%s_bucket", m->name);
		write_labels(out, m, at, le);
		write_number(out, (double)so_far);
	}
	buf_printf(out, "%s_sum", m->name);
	write_labels(out, m, at, NULL);
	write_number(out, shown(m, sum));
	buf_printf(out, "%s_count", m->name);
	write_labels(out, m, at, NULL);
	write_number(out, (double)so_far);
}

static bool is_empty(const struct metric *m, size_t at)
{
	for (size_t i = 0; i < METRIC_BUCKETS; i++)
		if (metric_get(m, at * METRIC_STRIDE + i))
			return false;
	return true;
}

static void write_one(struct buf *out, const struct metric *m, bool open)
{
	size_t outer = m->label[0].count ? m->label[0].count : 1, inner = m->label[1].count ? m->label[1].count : 1;
	metrics_head(out, open, m->name, m->kind, m->help);
	for (size_t at = 0; at < outer * inner; at++) {
		if (m->kind != METRIC_HISTOGRAM) {
			buf_add(out, str_of(m->name));
			write_labels(out, m, at, NULL);
			write_number(out, shown(m, metric_get(m, at)));
		} else if (outer * inner == 1 || !is_empty(m, at)) { /* what never happens needs no twenty lines */
			write_histogram(out, m, at);
		}
	}
}

void metrics_write(struct buf *out, bool open)
{
	pthread_mutex_lock(&lock);
	const struct metric *m = first;
	pthread_mutex_unlock(&lock);
	for (; m; m = m->next)
		write_one(out, m, open);
}

void metrics_end(struct buf *out, bool open)
{
	if (open)
		BUF_LIT(out, "# EOF\n");
}
