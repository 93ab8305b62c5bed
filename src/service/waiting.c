/* How long a held comment will wait: the queue before it and the median of recent waits. */
#include "service/inner.h"

#include <stdlib.h>

enum { SAMPLE = 50, SAMPLE_LEAST = 5 };

static int by_value(const void *a, const void *b)
{
	msec x = *(const msec *)a, y = *(const msec *)b;
	return (x > y) - (x < y);
}

enum frg_status waiting_estimate(struct store_tx *tx, id64 site, id64 revision, int64_t *position, int64_t *minutes,
                                 struct frg_error *err)
{
	int64_t ahead = 0;
	enum frg_status st = store_queue_ahead(tx, site, revision, &ahead, err);
	if (st != FRG_OK)
		return st;
	*position = ahead + 1;
	msec waits[SAMPLE];
	size_t n;
	st = store_decision_waits(tx, site, clock_now() - (msec)7 * 24 * 3600 * 1000, SAMPLE, waits, &n, err);
	if (st != FRG_OK)
		return st;
	*minutes = -1;
	if (n < SAMPLE_LEAST)
		return FRG_OK; /* too few to promise anything */
	qsort(waits, n, sizeof *waits, by_value);
	msec median = n % 2 ? waits[n / 2] : (waits[n / 2 - 1] + waits[n / 2]) / 2;
	msec left = median - (clock_now() - id_time(revision)); /* part of it is over */
	*minutes = left > 60000 ? (left + 59999) / 60000 : 1;
	return FRG_OK;
}
