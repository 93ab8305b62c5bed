/* Connections that read one database, opened when they are first needed and lent to one thread at a time. Thread-safe.
 */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include "store/tx.h"

/* Where a database is: a file's path, or what libpq takes. */
struct place {
	enum db_dialect dialect;
	char *at; /* the holder's to free */
};
/* Of an address as store_config has it; `make`: it need not be there. FRG_INVALID, FRG_NOT_FOUND. */
MUST_CHECK enum frg_status place_find(str url, bool make, struct place *out, struct frg_error *err);
MUST_CHECK enum frg_status place_open(const struct place *place, enum db_mode mode, struct db **out,
                                      struct frg_error *err);

struct readers;
/* `place` must live as long as the pool. `measured`: it is the one that measure.c's figures on readers tell of. */
struct readers *readers_open(const struct place *place, enum db_mode mode, unsigned most, bool measured);
void readers_close(struct readers *all); /* NULL: nothing */
/* As store_read. */
MUST_CHECK enum frg_status readers_read(struct readers *all, struct arena *arena, store_work *work, void *ctx,
                                        struct frg_error *err);

#endif
