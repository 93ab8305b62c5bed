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
/* This article's pages changed, and what the program itself kept of them is gone. Does not wait. Only the tail's
 * thread. */
void purge_article(struct purger *purger, id64 article);

#endif
