/* Threads that may wait for a disk, and the queue before them. */
#include "http/inner.h"

#include "base/log.h"

#include <stdlib.h>

enum { STACK = 512 << 10 };

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t there;
	struct http_request *first, *last;
	unsigned waiting, waiting_max, count, busy;
	bool stopping;
	pthread_t threads[];
};

static struct http_request *take(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	while (!w->first && !w->stopping)
		pthread_cond_wait(&w->there, &w->lock);
	struct http_request *req = w->first;
	if (req) {
		w->first = req->next;
		w->waiting--;
		w->busy++;
		if (!w->first)
			w->last = NULL;
	}
	pthread_mutex_unlock(&w->lock);
	return req;
}

static void *loop(void *arg)
{
	struct workers *w = arg;
	struct http_request *req;
	while ((req = take(w))) {
		struct MHD_Connection *connection = req->connection;
		measure_worker_wait(clock_steady_ns() - req->queued);
		log_set_request(http_request_id(req).p);
		req->match.route->handle(req->server->config.app, req);
		BUG_IF(!req->status);
		req->stage = STAGE_ANSWERED;
		/* from here on the request belongs to its loop again */
		MHD_resume_connection(connection);
		log_set_request("");
		pthread_mutex_lock(&w->lock);
		w->busy--;
		pthread_mutex_unlock(&w->lock);
	}
	return NULL;
}

struct workers *workers_open(unsigned count, unsigned waiting_max)
{
	struct workers *w = calloc(1, sizeof *w + count * sizeof *w->threads);
	if (!w)
		BUG("out of memory");
	w->waiting_max = waiting_max;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->there, NULL);
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (; w->count < count; w->count++)
		if (pthread_create(&w->threads[w->count], &attr, loop, w))
			break;
	pthread_attr_destroy(&attr);
	if (w->count == 0)
		BUG("cannot start a thread");
	return w;
}

bool workers_give(struct workers *w, struct http_request *req)
{
	pthread_mutex_lock(&w->lock);
	bool room = w->waiting < w->waiting_max && !w->stopping;
	if (room) {
		/* before a worker can wake it, and only when one will */
		req->stage = STAGE_WORKER;
		req->queued = clock_steady_ns();
		MHD_suspend_connection(req->connection);
		req->next = NULL;
		if (w->last)
			w->last->next = req;
		else
			w->first = req;
		w->last = req;
		w->waiting++;
		pthread_cond_signal(&w->there);
	}
	pthread_mutex_unlock(&w->lock);
	return room;
}

void workers_count(struct workers *w, unsigned *count, unsigned *busy, unsigned *waiting)
{
	pthread_mutex_lock(&w->lock);
	*count = w->count;
	*busy = w->busy;
	*waiting = w->waiting;
	pthread_mutex_unlock(&w->lock);
}

void workers_stop(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->there);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->count; i++)
		pthread_join(w->threads[i], NULL);
}

void workers_close(struct workers *w)
{
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->there);
	free(w);
}
