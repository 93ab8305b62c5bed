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

/* ---- connect_postgres.c ---- */

/* FRG_INVALID store_url: what libpq does not understand, or understands otherwise than it was meant. Does not repeat
 * the address: it may hold a password. */
MUST_CHECK enum frg_status postgres_check_url(const char *url, struct frg_error *err);
/* DB_WRITE, DB_READ or DB_REPLICA. Never NULL; PQstatus tells. */
PGconn *postgres_connect(const char *url, enum db_mode mode);
/* FRG_UNSUPPORTED store_unsuitable: too old a server, or a database that is not in UTF8. */
MUST_CHECK enum frg_status postgres_suitable(PGconn *conn, struct frg_error *err);
/* What a failure is called, by its SQLSTATE and its text. */
enum frg_status postgres_failure(struct frg_error *err, const char *state, const char *text);
/* After these the server, or this connection to it, takes no writes any more. */
bool postgres_is_lost(const char *state);
/* False: PQerrorMessage tells why not. */
bool postgres_set_up(PGconn *conn, bool writer);

/* care_postgres.c; as db.h says. */
MUST_CHECK enum frg_status postgres_check_integrity(struct db *db, struct frg_error *err);
MUST_CHECK enum frg_status postgres_size(struct db *db, int64_t *bytes, struct frg_error *err);
MUST_CHECK enum frg_status postgres_scrub(struct db *db, int64_t *place, struct frg_error *err);

/* ---- nodes_postgres.c: a node among others on one database ---- */

struct nodes;
/* Starts a thread with a connection of its own. `wake` is called whenever a program has committed, by which connection
 * (db_number), and after its own was lost, by 0, for then commits may have been missed. */
MUST_CHECK enum frg_status nodes_open(const char *url, void (*wake)(void *, int by), void *ctx, struct nodes **out,
                                      struct frg_error *err);
void nodes_close(struct nodes *n); /* NULL: nothing */
/* Does this one do what is to be done once? */
bool nodes_works(const struct nodes *n);

#endif
