/* Looks every few seconds whether writing works and how much waits (service/health.h), on a thread of its own: a
 * database that hangs must not hold up the outbox, and the outbox that hangs must be seen. */
#ifndef EVENT_WATCH_H
#define EVENT_WATCH_H

#include "service/service.h"

struct watch;
MUST_CHECK enum frg_status watch_open(struct service *svc, struct watch **out, struct frg_error *err);
void watch_close(struct watch *w); /* NULL: nothing */

#endif
