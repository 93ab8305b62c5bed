/* Looks each second whether files are to be cleared; of several nodes, the one that works. */
#include "event/scrubber.h"

#include "base/log.h"
#include "service/person/person.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { LOOK_S = 1, FAILED_S = 60 };

struct scrubber {
	struct service *svc;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping;
};

/* False when the program stops. */
static bool wait_for_next(struct scrubber *s, int seconds)
{
	struct timespec until = clock_steady_after((msec)seconds * 1000);
	pthread_mutex_lock(&s->lock);
	while (!s->stopping && pthread_cond_timedwait(&s->stop, &s->lock, &until) != ETIMEDOUT)
		;
	bool go_on = !s->stopping;
	pthread_mutex_unlock(&s->lock);
	return go_on;
}

static bool scrub(struct scrubber *s, struct arena *a)
{
	struct frg_error err;
	bool done;
	arena_reset(a);
	if (!store_works(service_store(s->svc)))
		return true;
	enum frg_status st = service_scrub(s->svc, a, SCRUB_QUIET, &done, &err);
	if (st == FRG_UNAVAILABLE)
		log_warn("scrub", "later: %s", err.msg);
	else if (st != FRG_OK)
		log_error("scrub", "%s", err.msg);
	return st == FRG_OK;
}

static void *loop(void *arg)
{
	struct scrubber *s = arg;
	struct arena *a = arena_open(1 << 20);
	while (wait_for_next(s, scrub(s, a) ? LOOK_S : FAILED_S))
		;
	arena_close(a);
	return NULL;
}

enum frg_status scrubber_open(struct service *svc, struct scrubber **out, struct frg_error *err)
{
	struct scrubber *s = calloc(1, sizeof *s);
	pthread_condattr_t steady;
	if (!s)
		BUG("out of memory");
	s->svc = svc;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->stop, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&s->thread, NULL, loop, s)) {
		free(s);
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	}
	*out = s;
	return FRG_OK;
}

void scrubber_close(struct scrubber *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_signal(&s->stop);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->stop);
	free(s);
}
