/* Formats that go out (and, one day, in): one file each. Takes what the service gives and writes it to a sink; knows no
 * database and no HTTP. */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "base/buf.h"
#include "base/json.h"
#include "service/answer/report.h"

/* report.c: a `report_maker`. Nothing has gone to the sink when it refuses a statement. FRG_TOO_LARGE
 * report_too_large: the sink took no more. FRG_UNAVAILABLE report_too_long: progress said stop. */
MUST_CHECK enum frg_status exchange_report(struct service *svc, const struct report_order *order, report_sink *sink,
                                           void *sink_ctx, struct frg_error *err);

/* transparency_data.c: the transparency report's figures for programs. */
json_t *transparency_json(const struct report_doc *doc);
void transparency_csv(struct buf *b, const struct report_doc *doc);

/* statements.c: statements of reasons, one after the other. */
MUST_CHECK enum frg_status statements_write(struct service *svc, const struct report_order *order, report_sink *sink,
                                            void *sink_ctx, struct frg_error *err);

#endif
