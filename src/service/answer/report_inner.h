/* What the files of the reports share. */
#ifndef SERVICE_REPORT_INNER_H
#define SERVICE_REPORT_INNER_H

#include "service/inner.h"
#include "service/answer/report.h"
#include "service/answer/tally.h"
#include "store/report.h"

enum { REPORT_PAGE = 500 };

struct report_walk {
	const struct report_query *q;
	int64_t after, rows;
	bool at_end;
	void *ctx; /* of the page's work */
};
/* Calls `page` on pages of their own, with a `struct report_walk *`, until it sets at_end. */
MUST_CHECK enum frg_status report_walk(struct service *svc, const struct report_query *q, store_work *page, void *ctx,
                                       int64_t *rows, struct frg_error *err);
bool report_within(const struct report_query *q, msec at);

struct report_tallies {
	struct tally *wait, *wait_of[REPORT_RETURN + 1], *notices, *objections;
};
/* report_count.c: adds one decision that was taken in the period. */
void report_count_decision(struct arena *a, const struct store_report_decision *d, struct report_figures *f,
                           struct report_tallies *t);
void report_count_notice(struct arena *a, const struct report_query *q, const struct store_report_notice *n,
                         struct report_figures *f, struct report_tallies *t);
void report_count_objection(const struct report_query *q, const struct store_report_objection *o,
                            struct report_figures *f, struct report_tallies *t);

#endif
