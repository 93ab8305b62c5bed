/* What the outbox's tail and its jobs tell live streams. */
#ifndef EVENT_TELL_H
#define EVENT_TELL_H

#include "base/json.h"
#include "service/service.h"

/* Takes `data`. */
void tell(struct service *svc, struct arena *a, id64 subject, id64 topic, const char *event, json_t *data);
void tell_notices(struct service *svc, struct arena *a, id64 site);
/* Comments have closed or opened everywhere: no page is as it was, and who has one open shall see. */
void tell_site_turned(struct service *svc, id64 site);

#endif
