/* Threads that may wait for a disk, and the queue before them. */
#include "http/inner.h"

#include <stdlib.h>

enum { WAITING_MAX = 4096, STACK = 512 << 10 };

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t there;
	struct http_request *first, *last;
	unsigned waiting, running, count;
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
		w->running++;
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
		req->match.route->handle(req->server->config.app, req);
		BUG_IF(!req->status);
		req->stage = STAGE_ANSWERED;
		/* from here on the request belongs to its loop again */
		MHD_resume_connection(connection);
		pthread_mutex_lock(&w->lock);
		w->running--;
		pthread_mutex_unlock(&w->lock);
	}
	return NULL;
}

struct workers *workers_open(unsigned count)
{
	struct workers *w = calloc(1, sizeof *w + count * sizeof *w->threads);
	if (!w)
		BUG("out of memory");
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->there, NULL);
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (; w->count < count; w->count++)
		if (pthread_create(&w->threads[w->count], &attr, loop, w))
			break;
	pthread_attr_destroy(&attr);
	if (w->count == 0) {
		workers_close(w);
		return NULL;
	}
	return w;
}

bool workers_give(struct workers *w, struct http_request *req)
{
	pthread_mutex_lock(&w->lock);
	bool room = w->waiting < WAITING_MAX && !w->stopping;
	if (room) {
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

bool workers_busy(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	bool busy = w->waiting + w->running > 0;
	pthread_mutex_unlock(&w->lock);
	return busy;
}

void workers_close(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->there);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->count; i++)
		pthread_join(w->threads[i], NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->there);
	free(w);
}
