/* The last events' marks, in a ring by their numbers. */
#include "store/history.h"

void history_open(struct history *h) { pthread_mutex_init(&h->lock, NULL); }
void history_close(struct history *h) { pthread_mutex_destroy(&h->lock); }

void history_add(struct history *h, int64_t seq, int64_t mark)
{
	size_t at = (size_t)seq % HISTORY_MARKS;
	pthread_mutex_lock(&h->lock);
	if (h->marks[at].seq < seq || (h->marks[at].seq == seq && mark)) {
		h->marks[at].seq = seq;
		h->marks[at].mark = mark;
	}
	pthread_mutex_unlock(&h->lock);
	int64_t newest = atomic_load(&h->seq);
	while (newest < seq && !atomic_compare_exchange_weak(&h->seq, &newest, seq))
		;
}

bool history_is(struct history *h, int64_t seq, int64_t mark)
{
	size_t at = (size_t)seq % HISTORY_MARKS;
	if (seq == 0 || mark == 0)
		return true;
	pthread_mutex_lock(&h->lock);
	bool is = h->marks[at].seq == seq && (h->marks[at].mark == mark || h->marks[at].mark == 0);
	pthread_mutex_unlock(&h->lock);
	return is;
}
