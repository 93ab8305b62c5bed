/* Whether this process can do its work, and how much waits: what proxies and those who watch are told. Asking costs
 * nothing but a lock; what has to be looked up is looked up every few seconds by event/watch.c. */
#ifndef SERVICE_HEALTH_H
#define SERVICE_HEALTH_H

#include "base/buf.h"
#include "service/service.h"

struct health;
struct health *health_open(void);
void health_close(struct health *h); /* NULL: nothing */

/* Why no requests should be sent to this process. */
enum health_reason {
	HEALTH_STARTING,      /* nothing has been looked at yet */
	HEALTH_DRAINING,      /* it is about to stop */
	HEALTH_FULL,          /* the database found no room, or the disk has hardly any */
	HEALTH_READ_ONLY,     /* the file system takes no writes */
	HEALTH_BUSY,          /* another program holds the database, or writing takes very long */
	HEALTH_FAILED,        /* the last write failed for another reason */
	HEALTH_CORRUPT,       /* the database is damaged */
	HEALTH_SCHEMA,        /* the database has been brought up to date by another version */
	HEALTH_OUTBOX_BEHIND, /* releases are not told to readers */
	HEALTH_UNWATCHED,     /* nothing has been looked at for long */
	HEALTH_REASONS
};
/* By reason; a short fixed word. */
const char *service_health_word(enum health_reason reason);
/* Fills `why` and returns how many there are; 0: ready. Thread-safe, never waits for the database. */
size_t service_health(struct service *svc, enum health_reason why[HEALTH_REASONS]);
/* From now on it is about to stop. */
void service_health_drain(struct service *svc);
/* The outbox has been read to its end. */
void service_health_caught_up(struct service *svc);

/* Looks: writes a page if nothing was written lately, reads what waits. */
MUST_CHECK enum frg_status service_health_look(struct service *svc, struct arena *a, struct frg_error *err);
/* What was seen then and what is now, for metrics_write's reader. */
void service_health_write(struct service *svc, struct buf *out, bool open);

#endif
