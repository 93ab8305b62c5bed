#include "event/outbox.h"

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct outbox_page *page = ctx;
	return store_event_after(tx, page->seq, OUTBOX_PAGE, &page->events, err);
}

enum frg_status outbox_read(struct service *svc, struct arena *a, struct outbox_page *page, struct frg_error *err)
{
	return store_read(service_store(svc), a, load, page, err);
}
