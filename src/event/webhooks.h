/* Tells programs of others what happens (docs/webhooks.md): one thread follows the outbox and sees what is due, some
 * send, each for one webhook at a time. Never in a request's path. */
#ifndef EVENT_WEBHOOKS_H
#define EVENT_WEBHOOKS_H

#include "service/service.h"

struct webhooks;

/* `allow_private`: also to private addresses, and without TLS. */
MUST_CHECK enum frg_status webhooks_open(struct service *svc, bool allow_private, struct webhooks **out,
                                         struct frg_error *err);
void webhooks_close(struct webhooks *webhooks);
/* The tail has come to event `seq`. Does not wait. */
void webhooks_until(struct webhooks *webhooks, int64_t seq);
/* The outbox says that one was added, changed, removed. Does not wait. */
void webhooks_changed(struct webhooks *webhooks);

#endif
