/* Which events are known to be committed, and which ones they are: after a primary was lost with what it had not told,
 * another one gives the same numbers to other events. Thread-safe. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

enum { HISTORY_MARKS = 4096 }; /* so far back it is known which event a number is */

struct history {
	_Atomic(int64_t) seq; /* the newest */
	pthread_mutex_t lock;
	struct {
		int64_t seq, mark;
	} marks[HISTORY_MARKS];
};

void history_open(struct history *h);
void history_close(struct history *h);
/* mark 0: it is not known which. */
void history_add(struct history *h, int64_t seq, int64_t mark);
/* May `seq` with this mark (0: its row has gone, days later) be the event that is known? Not, if it is too long ago. */
bool history_is(struct history *h, int64_t seq, int64_t mark);

#endif
