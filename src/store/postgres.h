/* What the files that speak to PostgreSQL share. */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include "store/db.h"

#include <libpq-fe.h>

/* Numbers among all advisory locks of the database: whoever writes; the node that does what is to be done once; whoever
 * copies another database into it. */
#define POSTGRES_LOCK_WRITERS "7382635177"
#define POSTGRES_LOCK_WORK "7382635178"
#define POSTGRES_LOCK_COPY "7382635179"
#define POSTGRES_CHANNEL "freigabe"

/* DB_WRITE, DB_READ or DB_REPLICA. Never NULL; PQstatus tells. */
PGconn *postgres_connect(const char *url, enum db_mode mode);
/* FRG_INVALID (store_url) if libpq cannot understand it; never repeats it. */
MUST_CHECK enum frg_status postgres_check_url(const char *url, struct frg_error *err);

/* care_postgres.c; as db.h says. */
MUST_CHECK enum frg_status postgres_check_integrity(struct db *db, struct frg_error *err);
MUST_CHECK enum frg_status postgres_size(struct db *db, int64_t *bytes, struct frg_error *err);
MUST_CHECK enum frg_status postgres_scrub(struct db *db, struct frg_error *err);

/* ---- nodes_postgres.c: a node among others on one database ---- */

struct nodes;
/* Starts a thread with a connection of its own. `wake` is called whenever a program has committed, and after the
 * connection was lost, for then commits may have been missed. */
MUST_CHECK enum frg_status nodes_open(const char *url, void (*wake)(void *), void *ctx, struct nodes **out,
                                      struct frg_error *err);
void nodes_close(struct nodes *n); /* NULL: nothing */
/* Does this one do what is to be done once? */
bool nodes_works(const struct nodes *n);

#endif
