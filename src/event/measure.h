/* What is counted of what the outbox tells, of jobs, of letters and of webhooks. */
#ifndef EVENT_MEASURE_H
#define EVENT_MEASURE_H

#include "base/metrics.h"
#include "store/store.h"

enum { MAIL_SENT, MAIL_RETRY, MAIL_GIVEN_UP };
extern struct metric mail_handed;
enum { WEBHOOK_SENT, WEBHOOK_RETRY, WEBHOOK_GIVEN_UP, WEBHOOK_SKIPPED };
enum { WEBHOOK_ACTIVE, WEBHOOK_PAUSED, WEBHOOK_OFF };
extern struct metric webhook_told, webhook_took, webhook_waiting, webhook_states;

void event_measure_open(void);
/* By what happened: held, release, reject … */
void event_count(const struct store_event *e);
/* In the order of event/jobs.c. */
void event_count_job(size_t job, int64_t took_ns, bool failed);

#endif
