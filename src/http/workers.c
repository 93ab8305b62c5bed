/* Threads that may wait for a disk, and the queues before them: one a lane, so that what floods one lane holds up no
 * other. A lane may not have all threads: some are kept for those before it. */
#include "http/inner.h"

#include "base/log.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>

enum { STACK = 512 << 10, KEPT_PART = 6 /* this part of the threads is kept for each of the first lanes */ };

struct queue {
	struct http_request *first, *last;
	unsigned waiting, running;
};

/* Each waits for a semaphore of its own: who wakes from a condition has a lock to ask for, and to wake others for. */
struct worker {
	struct workers *all;
	struct worker *next; /* idle */
	sem_t woken;
	pthread_t thread;
};

struct workers {
	pthread_mutex_t lock;
	struct worker *idle; /* who has worked last is woken first: what it needs is in the caches */
	struct queue lanes[HTTP_LANES];
	unsigned most[HTTP_LANES]; /* so many run in this lane and those behind it together */
	unsigned waiting_max, count;
	bool stopping;
	struct worker worker[];
};

static void keep_some(struct workers *w, unsigned count)
{
	unsigned kept = count / KEPT_PART;
	w->most[HTTP_LANE_STAFF] = count;
	w->most[HTTP_LANE_READ] = count - kept;
	w->most[HTTP_LANE_WRITE] = count - 2 * kept;
	w->most[HTTP_LANE_DOOR] = kept ? kept : count;
}

/* In the lock. */
static bool may_run(const struct workers *w, size_t lane)
{
	unsigned running = 0;
	for (size_t i = HTTP_LANES; i-- > 0;) {
		running += w->lanes[i].running;
		if (i <= lane && running >= w->most[i])
			return false;
	}
	return true;
}

/* In the lock: the next one, of the first lane that may go on. */
static struct http_request *next(struct workers *w)
{
	for (size_t i = 0; i < HTTP_LANES; i++) {
		struct queue *q = &w->lanes[i];
		struct http_request *req = q->first;
		if (!req || !(w->stopping || may_run(w, i)))
			continue;
		q->first = req->next;
		if (!q->first)
			q->last = NULL;
		q->waiting--;
		q->running++;
		return req;
	}
	return NULL;
}

/* In the lock. NULL: all are at work. */
static struct worker *take_idle(struct workers *w)
{
	struct worker *first = w->idle;
	if (first)
		w->idle = first->next;
	return first;
}

static void wait_idle(struct worker *self)
{
	struct workers *w = self->all;
	self->next = w->idle;
	w->idle = self;
	pthread_mutex_unlock(&w->lock);
	while (sem_wait(&self->woken) != 0)
		BUG_IF(errno != EINTR);
	pthread_mutex_lock(&w->lock);
}

/* `done`: the lane that this thread has just worked for; NULL: it begins. */
static struct http_request *take(struct worker *self, const enum http_lane *done)
{
	struct workers *w = self->all;
	struct http_request *req;
	pthread_mutex_lock(&w->lock);
	if (done)
		w->lanes[*done].running--;
	while (!(req = next(w)) && !w->stopping)
		wait_idle(self);
	pthread_mutex_unlock(&w->lock);
	return req;
}

static void *loop(void *arg)
{
	struct worker *self = arg;
	enum http_lane lane;
	struct http_request *req = take(self, NULL);
	while (req) {
		struct MHD_Connection *connection = req->connection;
		lane = req->lane;
		measure_worker_wait(clock_steady_ns() - req->queued);
		log_set_request(http_request_id(req).p);
		req->match.route->handle(req->server->config.app, req);
		BUG_IF(!req->status);
		req->stage = STAGE_ANSWERED;
		struct http_page *hasty = page_hasty(req);
		/* from here on the request belongs to its loop again */
		MHD_resume_connection(connection);
		page_better(hasty);
		log_set_request("");
		req = take(self, &lane);
	}
	return NULL;
}

struct workers *workers_open(unsigned count, unsigned waiting_max)
{
	struct workers *w = calloc(1, sizeof *w + count * sizeof *w->worker);
	if (!w)
		BUG("out of memory");
	w->waiting_max = waiting_max;
	keep_some(w, count);
	pthread_mutex_init(&w->lock, NULL);
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (; w->count < count; w->count++) {
		struct worker *new = &w->worker[w->count];
		new->all = w;
		sem_init(&new->woken, 0, 0);
		if (pthread_create(&new->thread, &attr, loop, new))
			break;
	}
	pthread_attr_destroy(&attr);
	if (w->count == 0)
		BUG("cannot start a thread");
	return w;
}

bool workers_give(struct workers *w, struct http_request *req)
{
	pthread_mutex_lock(&w->lock);
	struct queue *q = &w->lanes[req->lane];
	struct worker *idle = NULL;
	bool room = q->waiting < w->waiting_max && !w->stopping;
	if (room) {
		/* before a worker can wake it, and only when one will */
		req->stage = STAGE_WORKER;
		req->queued = clock_steady_ns();
		MHD_suspend_connection(req->connection);
		req->next = NULL;
		if (q->last)
			q->last->next = req;
		else
			q->first = req;
		q->last = req;
		q->waiting++;
		idle = take_idle(w);
	}
	pthread_mutex_unlock(&w->lock);
	if (idle) /* outside: whoever wakes asks for the lock first */
		sem_post(&idle->woken);
	return room;
}

void workers_count(struct workers *w, unsigned *count, unsigned *busy, unsigned *waiting)
{
	pthread_mutex_lock(&w->lock);
	*count = w->count;
	*busy = *waiting = 0;
	for (size_t i = 0; i < HTTP_LANES; i++) {
		*busy += w->lanes[i].running;
		*waiting += w->lanes[i].waiting;
	}
	pthread_mutex_unlock(&w->lock);
}

void workers_stop(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	for (struct worker *idle; (idle = take_idle(w));)
		sem_post(&idle->woken);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->count; i++)
		pthread_join(w->worker[i].thread, NULL);
}

void workers_close(struct workers *w)
{
	pthread_mutex_destroy(&w->lock);
	for (unsigned i = 0; i < w->count; i++)
		sem_destroy(&w->worker[i].woken);
	free(w);
}
