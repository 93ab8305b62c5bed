/* Follows the outbox and tells caches and live streams. Never in a request's path. */
#ifndef EVENT_TAIL_H
#define EVENT_TAIL_H

#include "service/service.h"

struct tail;
struct purger;

/* Starts the thread; events from now on are told. `purger` (may be NULL) must outlive it. */
MUST_CHECK enum frg_status tail_open(struct service *svc, struct purger *purger, struct tail **out,
                                     struct frg_error *err);
void tail_close(struct tail *tail);

#endif
