/* Clears the database's files of what has gone from its tables (service/person/person.h), on a thread of its own: live
 * messages, releases and terms do not wait for that. */
#ifndef EVENT_SCRUBBER_H
#define EVENT_SCRUBBER_H

#include "service/service.h"

struct scrubber;
MUST_CHECK enum frg_status scrubber_open(struct service *svc, struct scrubber **out, struct frg_error *err);
/* Waits for what has begun. NULL: nothing. */
void scrubber_close(struct scrubber *scrubber);

#endif
