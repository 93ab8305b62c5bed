/* Follows the outbox and tells caches and live streams. Never in a request's path. */
#ifndef EVENT_TAIL_H
#define EVENT_TAIL_H

#include "service/service.h"

struct tail;
struct purger;
struct webhooks;

/* Starts the thread; events from now on are told. `purger` and `webhooks` (each may be NULL) must outlive it. */
MUST_CHECK enum frg_status tail_open(struct service *svc, struct purger *purger, struct webhooks *webhooks,
                                     struct tail **out, struct frg_error *err);
void tail_close(struct tail *tail);

#endif
