/* Who asked too often (429) waits a moment for that answer. Whoever sends as fast as they are answered so gets slower
 * by themselves, before what they send takes the processor from others. A connection that waits costs nothing but its
 * place, and there are so many places: whom there is none for is answered at once. */
#include "http/inner.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct held {
	struct http_request *req;
	int64_t since; /* clock_steady_ns() */
};

struct hold {
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t thread;
	int64_t time; /* ns, the same for all: who came first goes first */
	size_t first, count;
	bool ended;
	struct held places[HELD_MAX];
};

bool hold_take(struct hold *h, struct http_request *req)
{
	pthread_mutex_lock(&h->lock);
	bool room = !h->ended && h->count < HELD_MAX;
	if (room) {
		/* before it can be woken */
		req->stage = STAGE_HELD;
		req->held = true;
		MHD_suspend_connection(req->connection);
		h->places[(h->first + h->count++) % HELD_MAX] = (struct held){req, clock_steady_ns()};
		if (h->count == 1)
			pthread_cond_signal(&h->news);
	}
	pthread_mutex_unlock(&h->lock);
	return room;
}

/* In the lock. False: it is ended, and nobody is left. */
static bool wait_for_first(struct hold *h)
{
	for (;;) {
		int64_t due = h->places[h->first].since + h->time;
		if (h->ended || (h->count && clock_steady_ns() >= due))
			return h->count > 0;
		const struct timespec until = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
		if (h->count)
			pthread_cond_timedwait(&h->news, &h->lock, &until);
		else
			pthread_cond_wait(&h->news, &h->lock);
	}
}

static void *let_go(void *arg)
{
	struct hold *h = arg;
	pthread_mutex_lock(&h->lock);
	while (wait_for_first(h)) {
		struct held one = h->places[h->first];
		h->first = (h->first + 1) % HELD_MAX;
		h->count--;
		pthread_mutex_unlock(&h->lock);
		struct MHD_Connection *connection = one.req->connection;
		one.req->began += clock_steady_ns() - one.since; /* what is measured is what it took us */
		one.req->stage = STAGE_ANSWERED;
		/* from here on the request belongs to its loop again */
		MHD_resume_connection(connection);
		pthread_mutex_lock(&h->lock);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

struct hold *hold_open(unsigned ms)
{
	struct hold *h = calloc(1, sizeof *h);
	pthread_condattr_t steady;
	if (!h)
		BUG("out of memory");
	h->time = (int64_t)ms * 1000000;
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&h->news, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&h->thread, NULL, let_go, h))
		BUG("cannot start a thread");
	return h;
}

void hold_end(struct hold *h)
{
	pthread_mutex_lock(&h->lock);
	h->ended = true;
	pthread_cond_signal(&h->news);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
}

void hold_close(struct hold *h)
{
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->news);
	free(h);
}
