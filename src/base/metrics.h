/* Counters, gauges and histograms, told in Prometheus' text format. Knows nothing of what is counted: each module has
 * a static table of its own and counts where things happen. A count is one relaxed atomic addition; no lock, no memory
 * is taken. Label values stand in the tables: nothing that comes with a request can become one. Thread-safe. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include "base/buf.h"

#include <stdatomic.h>

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* Each histogram has as many buckets, the last without end, and one cell more for the sum. */
enum { METRIC_BUCKETS = 17, METRIC_STRIDE = METRIC_BUCKETS + 1 };

struct metric_label {
	const char *name;
	const char *const *values; /* NULL-terminated */
	unsigned count;            /* of values; filled in by metrics_register */
};

struct metric {
	const char *name, *help;
	enum metric_kind kind;
	double unit;           /* what 1 is worth in what is shown: 1e-9 for nanoseconds told as seconds; 0: 1 */
	const int64_t *bounds; /* of a histogram: METRIC_BUCKETS, the last INT64_MAX */
	struct metric_label label[2];
	_Atomic(int64_t) *cells; /* as many as there are combinations of values, times METRIC_STRIDE for a histogram */
	bool registered;
	struct metric *next;
};
#define METRIC_CELLS(n) ((_Atomic(int64_t)[(n)]){0})
/* For the definition of one: METRIC(store_commit, COUNTER, "…", "…", …). The rest are members of the struct. */
#define METRIC(id, kind_, name_, help_, ...)                                                                           \
	struct metric id = {.name = (name_), .help = (help_), .kind = METRIC_##kind_, __VA_ARGS__}
#define METRIC_NANOSECONDS 1e-9
#define METRIC_MILLISECONDS 1e-3

extern const int64_t metric_times[METRIC_BUCKETS]; /* 10 µs … 5 s, in nanoseconds */
extern const int64_t metric_sizes[METRIC_BUCKETS]; /* 1, 2, 4 … 32768 */

static inline void metric_add(struct metric *m, size_t at, int64_t by)
{
	atomic_fetch_add_explicit(&m->cells[at], by, memory_order_relaxed);
}

static inline void metric_set(struct metric *m, size_t at, int64_t value)
{
	atomic_store_explicit(&m->cells[at], value, memory_order_relaxed);
}

static inline int64_t metric_get(const struct metric *m, size_t at)
{
	return atomic_load_explicit(&m->cells[at], memory_order_relaxed);
}

static inline void metric_observe(struct metric *m, size_t at, int64_t value)
{
	size_t bucket = 0, first = at * METRIC_STRIDE;
	while (value > m->bounds[bucket])
		bucket++;
	metric_add(m, first + bucket, 1);
	metric_add(m, first + METRIC_BUCKETS, value);
}

/* Those that are told from now on, in this order; what is registered already stays where it is. The tables must live as
 * long as the process. */
void metrics_register(struct metric *const *all, size_t count);
/* All that are registered. `open`: as OpenMetrics has it; end with metrics_end. */
void metrics_write(struct buf *out, bool open);
void metrics_end(struct buf *out, bool open);
/* The same lines for what is kept elsewhere, under a label whose values an administrator names. `label` NULL: none. */
void metrics_head(struct buf *out, bool open, const char *name, enum metric_kind kind, const char *help);
void metrics_sample(struct buf *out, const char *name, const char *label, str value, double number);

/* Memory, files, processor time and start of this process, under the names that Prometheus' own libraries use. */
void metrics_process(struct buf *out, bool open);

#endif
