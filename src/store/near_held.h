/* The keys of what waits, in the memory of the one thread that writes. The queue's rows hold them (`near`); this is a
 * picture of what a transaction sees of these. What other programs have put into the queue is read before the picture
 * is used: the outbox tells of it, in the same transaction. What has left the queue is found out when a search comes
 * across it. A key may also be another text's: whether two are alike is for the caller to find out. */
#ifndef STORE_NEAR_HELD_H
#define STORE_NEAR_HELD_H

#include "store/db.h"
#include "store/store.h"

/* More texts than that have their keys in rows instead (near.c). Some 150 bytes each, so 40 MB at most. */
enum { NEAR_HELD_MAX = 1 << 18, NEAR_HELD_BYTES = STORE_NEAR_KEYS * 8 };

struct near_held;

struct near_held *near_held_open(size_t most);
void near_held_close(struct near_held *h);

/* A transaction begins, by this connection (db_connection); keeps what a job did, who told so many events; takes it
 * back; fails. */
void near_held_begin(struct near_held *h, int64_t connection);
void near_held_keep(struct near_held *h, int64_t events);
void near_held_undo(struct near_held *h);
void near_held_failed(struct near_held *h);

/* Brings it to what this transaction sees: before any of those below. */
MUST_CHECK enum frg_status near_held_read(struct near_held *h, struct db *db, struct frg_error *err);
/* *added false: there is no room. */
MUST_CHECK enum frg_status near_held_add(struct near_held *h, struct db *db, id64 site, id64 revision,
                                         const uint64_t *keys, size_t count, bool *added, struct frg_error *err);
/* Does any of what waits have its keys in rows? */
bool near_held_has_rows(const struct near_held *h);
bool near_held_knows(const struct near_held *h, id64 site, const uint64_t *keys, size_t count);
/* Of each key the newest `limit` that wait, none twice, appended to `out`, which has room for them. */
MUST_CHECK enum frg_status near_held_find(struct near_held *h, struct db *db, id64 site, const uint64_t *keys,
                                          size_t count, int64_t limit, struct store_ids *out, struct frg_error *err);

/* A row's `near`: the keys, highest byte first. NULL: they are in rows of near_key. */
str near_held_bytes(const uint64_t *keys, size_t count, char out[NEAR_HELD_BYTES]);

#endif
