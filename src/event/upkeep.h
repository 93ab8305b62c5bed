/* What has an end comes to it: terms, requests to erase. Called by the outbox's tail, between its batches; one thread.
 */
#ifndef EVENT_UPKEEP_H
#define EVENT_UPKEEP_H

#include "service/person/person.h"
#include "service/service.h"

struct upkeep {
	msec asked, looked; /* for requests to erase, terms; by the steady clock; 0: never */
	size_t site;        /* whose terms are being looked at */
	struct purge_place place;
	bool erasing, purging; /* more at once */
	bool erase_failed;     /* not again before a minute has passed */
};
/* One batch at most, so that nobody waits for their live messages meanwhile. True: there is more to do at once. */
bool upkeep_some(struct upkeep *u, struct service *svc, struct arena *a);

#endif
