/* How the store fares, from what it has just done: no query, no waiting. Thread-safe. */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "store/store.h"

struct store_health {
	const char *problem; /* the code of what the last group of writes failed with; NULL: it was committed */
	msec committed;      /* clock_steady() of the last commit; 0: none yet */
	msec writing_since;  /* of the group that is being written; 0: none is */
};
void store_health(struct store *store, struct store_health *out);

struct store_disk {
	uint64_t size, free; /* bytes; what this user may still fill */
	bool read_only;
};
/* The file system on which the database lies. False: it is on none of this machine. */
bool store_disk(const struct store *store, struct store_disk *out);

/* ---- watch.c: on a transaction; each reads little, however much there is ---- */

/* Writes one page, and so shows whether writing works. */
MUST_CHECK enum frg_status store_probe(struct store_tx *tx, struct frg_error *err);
/* How many migrations the database has had, and this program has. */
MUST_CHECK enum frg_status store_schema(struct store_tx *tx, int64_t *applied, int64_t *known, struct frg_error *err);

struct store_backlog {
	int64_t letters;    /* that are due and not sent */
	msec letters_since; /* when the oldest was due; 0: none is */
	int64_t decisions;  /* length of the chain */
	int64_t last_event;
};
MUST_CHECK enum frg_status store_backlog(struct store_tx *tx, msec now, struct store_backlog *out,
                                         struct frg_error *err);

enum { STORE_LATE_MAX = 2000 }; /* so many of the oldest are looked at */
struct store_site_state {
	int64_t length;
	msec oldest;  /* when it was sent; 0: none waits */
	int64_t late; /* wait longer than their authors were told */
	msec late_since;
	int64_t letters_failed; /* given up; counted up to STORE_LATE_MAX */
};
MUST_CHECK enum frg_status store_site_state(struct store_tx *tx, id64 site, msec now, struct store_site_state *out,
                                            struct frg_error *err);

#endif
