/* What the service counts: pages in memory, limits, checks, and how often authors were told rightly when they would be
 * reviewed. */
#ifndef SERVICE_MEASURE_H
#define SERVICE_MEASURE_H

#include "base/metrics.h"

enum { CACHE_HIT, CACHE_MISS, CACHE_OLDER };
enum { WAIT_KEPT, WAIT_EARLY, WAIT_LATE };

extern struct metric cache_asked, cache_bytes, cache_bytes_max, cache_pages, limits_refused, check_seconds,
	check_suggestions, check_findings, waits_known;
void service_measure_open(void);

#endif
