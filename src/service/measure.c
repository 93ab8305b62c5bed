/* The tables of what the service counts. */
#include "service/measure.h"

#include "base/log.h"
#include "service/service.h"

/* In the order of enum limit_kind. */
static const char *const limit_kinds[] = {"submit",  "check",   "login",  "login_address", "discover",
                                          "analyze", "suggest", "notice", "reader",        "article",
                                          "site",    "plain",   NULL};
_Static_assert(COUNT_OF(limit_kinds) == LIMIT_KINDS + 1, "a name for each kind");

static const char *const cache_results[] = {"hit", "miss", "older", NULL};
static const char *const wait_results[] = {"kept", "early", "late", NULL};
static const char *const suggestions[] = {"release", "look", "reject", NULL};
static const char *rules[FRG_RULE_COUNT + 1];

METRIC(
	cache_asked, COUNTER, "freigabe_cache_requests_total",
	"Pages that were asked of memory; older: after a miss one that lacks a new comment, as the database could not be "
	"asked.",
	.label = {{"result", cache_results}}, .cells = METRIC_CELLS(3));
METRIC(cache_bytes, GAUGE, "freigabe_cache_bytes", "What the pages in memory take.", .cells = METRIC_CELLS(1));
METRIC(cache_bytes_max, GAUGE, "freigabe_cache_bytes_max", "What they may take.", .cells = METRIC_CELLS(1));
METRIC(cache_pages, GAUGE, "freigabe_cache_pages", "Pages in memory.", .cells = METRIC_CELLS(1));
METRIC(limits_refused, COUNTER, "freigabe_limits_refused_total", "Acts that came too often, by kind of limit.",
       .label = {{"kind", limit_kinds}}, .cells = METRIC_CELLS(COUNT_OF(limit_kinds)));
METRIC(check_seconds, HISTOGRAM, "freigabe_check_seconds", "How long the engine took for a text.",
       .unit = METRIC_NANOSECONDS, .bounds = metric_times, .cells = METRIC_CELLS(METRIC_STRIDE));
METRIC(check_suggestions, COUNTER, "freigabe_check_suggestions_total", "What the engine suggested.",
       .label = {{"suggestion", suggestions}}, .cells = METRIC_CELLS(3));
METRIC(check_findings, COUNTER, "freigabe_check_findings_total", "Texts in which a rule reached its threshold.",
       .label = {{"rule", rules}}, .cells = METRIC_CELLS(FRG_RULE_COUNT));
METRIC(waits_known, COUNTER, "freigabe_waits_told_total",
       "Authors who were told when they would be reviewed, by how it turned out. Each node counts all.",
       .label = {{"result", wait_results}}, .cells = METRIC_CELLS(3));

void service_measure_open(void)
{
	static struct metric *const table[] = {
		&cache_asked,   &cache_bytes,       &cache_bytes_max, &cache_pages, &limits_refused,
		&check_seconds, &check_suggestions, &check_findings,  &waits_known,
	};
	if (!rules[0])
		for (int i = 0; i < FRG_RULE_COUNT; i++)
			rules[i] = frg_rule_id((enum frg_rule)i);
	log_measure_open();
	metrics_register(table, COUNT_OF(table));
}
