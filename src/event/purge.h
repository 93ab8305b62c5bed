/* Tells caches in front of the program which pages are not what they were: an HTTP request PURGE for each address of an
 * article's first page, as nginx's cache-purge module, Varnish and others take it. Never in a request's path. */
#ifndef EVENT_PURGE_H
#define EVENT_PURGE_H

#include "service/service.h"

struct purger;

/* `caches`: addresses separated by blanks ("http://127.0.0.1:8089"); none: *out is NULL and the rest does nothing.
 * Errors: FRG_INVALID (code "purge_invalid"), FRG_UNAVAILABLE. */
MUST_CHECK enum frg_status purger_open(struct service *svc, const char *caches, struct purger **out,
                                       struct frg_error *err);
void purger_close(struct purger *purger);
/* The tail has come to event `seq`: what the program itself kept of the articles concerned is gone, and caches may be
 * told. The first call says from where on the purger is to follow. Does not wait. Only the tail's thread. */
void purge_until(struct purger *purger, int64_t seq);
/* Does this event change what readers see of its article? */
bool purge_concerns(const struct store_event *e);

#endif
