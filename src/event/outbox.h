/* The outbox, page by page, for those who follow it. */
#ifndef EVENT_OUTBOX_H
#define EVENT_OUTBOX_H

#include "service/service.h"
#include "store/store.h"

enum { OUTBOX_PAGE = 200 };

/* Events behind `seq`, in their order; fewer than OUTBOX_PAGE: there are no more. In the arena that is given. */
struct outbox_page {
	int64_t seq;
	struct store_events events;
};
MUST_CHECK enum frg_status outbox_read(struct service *svc, struct arena *a, struct outbox_page *page,
                                       struct frg_error *err);

#endif
