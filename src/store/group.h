/* Jobs that wait at the same time are one transaction: what group commit is made of. Part of store/store.h. */
#ifndef STORE_GROUP_H
#define STORE_GROUP_H

#include "store/history.h"
#include "store/tx.h"

#include <semaphore.h>
#include <stdatomic.h>

enum { GROUP_MAX = 256 };

struct job {
	store_work *work;                                                  /* NULL: in no group, but */
	enum frg_status (*alone)(struct db *, void *, struct frg_error *); /* this, with the writer's connection */
	store_questions *ask;                                              /* NULL: nothing is asked beforehand */
	void *ctx;
	struct arena *arena;
	struct frg_error err;
	enum frg_status status;
	bool plain;
	struct job *next;
	sem_t finished; /* of its own: who waits for it wakes without asking for the lock that all others ask for, too */
};

struct checkpoints;

/* What the one thread that writes has; none of it is the group's. */
struct group_writer {
	struct db *db;
	struct arena *kept; /* emptied with each group (tx.h) */
	struct near_held *held;
	struct checkpoints *checkpoints; /* NULL: the database has no log to care for */
	struct history *known;           /* where the last events are noted; NULL: nobody asks */
	atomic_int *by;                  /* db_number of the connection that commits, before it does */
};

/* Runs and commits 1 to GROUP_MAX jobs, in an order of its own; each gets its status. NULL, or the code of what went
 * wrong. */
const char *group_run(struct group_writer *w, struct job **jobs, size_t count);

/* The last event that a transaction sees: what it changes, a replica shows when it has that. ctx: */
struct last_event {
	int64_t seq, mark;
};
MUST_CHECK enum frg_status group_last_event(struct store_tx *tx, void *ctx, struct frg_error *err);

#endif
