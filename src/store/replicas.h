/* Copies of a PostgreSQL database that follow it (streaming replication), read in its stead. A copy lags behind:
 * whoever reads says how much of the outbox it must have, and is refused if none has that much. Thread-safe. */
#ifndef STORE_REPLICAS_H
#define STORE_REPLICAS_H

#include "store/history.h"
#include "store/readers.h"

struct replicas;
/* `urls`: postgres://… addresses, separated by blanks, with `readers` connections each. One that cannot be reached is
 * asked again and again. `known`: the events that are known to be committed; it must live as long. FRG_INVALID
 * (store_url). */
MUST_CHECK enum frg_status replicas_open(str urls, unsigned readers, struct history *known, struct replicas **out,
                                         struct frg_error *err);
void replicas_close(struct replicas *all); /* NULL: nothing */
/* As store_read_replica. */
MUST_CHECK enum frg_status replicas_read(struct replicas *all, struct arena *arena, int64_t least, id64 subject,
                                         store_work *work, void *ctx, struct frg_error *err);

#endif
