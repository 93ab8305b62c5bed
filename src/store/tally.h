/* How much came from how many. Part of store/store.h. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "base/arena.h"
#include "base/id.h"

struct store_tx;

/* How much came, from how many, and when the first and the last. */
struct store_tally {
	int64_t texts, names, authors;
	int64_t lines; /* by which they came, as far as known */
	msec since, until;
};
/* Of what has this key and came since; only the latest `limit` are looked at. */
MUST_CHECK enum frg_status store_near_tally(struct store_tx *tx, id64 site, uint64_t key, msec since, int64_t limit,
                                            struct store_tally *out, struct frg_error *err);
/* Of a group in the queue. */
MUST_CHECK enum frg_status store_queue_tally(struct store_tx *tx, id64 group, int64_t limit, struct store_tally *out,
                                             struct frg_error *err);

#endif
