/* Token buckets that processes share. Part of store/store.h. */
#ifndef STORE_LIMIT_H
#define STORE_LIMIT_H

#include "base/arena.h"
#include "base/clock.h"

struct store_tx;

struct store_bucket {
	uint64_t key;
	msec full_at;
};
struct store_buckets {
	struct store_bucket *items;
	size_t count;
};
/* Moves the time at which it is full by so much: from now, or from where others have moved it to; if there is no row
 * yet, from `from` if that is later. */
MUST_CHECK enum frg_status store_bucket_spend(struct store_tx *tx, uint64_t key, msec from, msec cost, msec now,
                                              struct frg_error *err);
/* Those that others or we have changed since, the latest first. */
MUST_CHECK enum frg_status store_bucket_changed(struct store_tx *tx, msec since, int64_t limit,
                                                struct store_buckets *out, struct frg_error *err);
/* Those that are not full. */
MUST_CHECK enum frg_status store_bucket_owing(struct store_tx *tx, msec now, int64_t limit, struct store_buckets *out,
                                              struct frg_error *err);
/* Those that are full again go, at most `limit`. */
MUST_CHECK enum frg_status store_bucket_end(struct store_tx *tx, msec now, int64_t limit, int64_t *count,
                                            struct frg_error *err);

/* FRG_FORBIDDEN work_used if it has been. */
MUST_CHECK enum frg_status store_proof_use(struct store_tx *tx, int64_t nonce, msec until, struct frg_error *err);
MUST_CHECK enum frg_status store_proof_was(struct store_tx *tx, int64_t nonce, bool *used, struct frg_error *err);
/* Those that are over go, at most `limit`. */
MUST_CHECK enum frg_status store_proof_end(struct store_tx *tx, msec now, int64_t limit, int64_t *count,
                                           struct frg_error *err);

#endif
