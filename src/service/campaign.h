/* What comes from many at once. Part of service/desk.h. */
#ifndef SERVICE_CAMPAIGN_H
#define SERVICE_CAMPAIGN_H

#include "store/store.h"
#include "store/tally.h"

enum {
	CAMPAIGN_TEXTS = 5, /* so many … */
	CAMPAIGN_NAMES = 3, /* … under so many names are told of */
	CAMPAIGN_HOURS = 72,
	CAMPAIGN_LINKS = 4 /* of a text that count */
};

struct campaign {
	struct store_tally alike; /* what waits with nearly the same text; texts 0: no campaign */
	str link;                 /* host and path; empty: none */
	uint64_t link_key;
	struct store_tally with_link; /* what waits or was refused, of the last CAMPAIGN_HOURS */
};
MUST_CHECK enum frg_status campaign_of(struct store_tx *tx, const struct store_revision *revision, id64 group,
                                       struct campaign *out, struct frg_error *err);

struct campaign_link {
	str address;
	uint64_t key; /* stands among the text's keys (store_near_put); the same on every machine */
};
size_t campaign_links(struct arena *a, str text, struct campaign_link out[CAMPAIGN_LINKS]);

#endif
