/* The thread that looks. What it finds wrong is logged once, and once more when it is well again. */
#include "event/watch.h"

#include "base/log.h"
#include "service/health.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* However much there is to look at: at most a fiftieth of a processor. */
enum { LOOK_MS = 2000, SHARE = 50, SLOW_MS = 5000 };

struct watch {
	struct service *svc;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping;
	unsigned wrong; /* reasons when last looked, a bit each */
};

/* False when the program stops. */
static bool wait_for_next(struct watch *w, msec took)
{
	struct timespec until = clock_steady_after(LOOK_MS > took * SHARE ? LOOK_MS : took * SHARE);
	pthread_mutex_lock(&w->lock);
	while (!w->stopping && pthread_cond_timedwait(&w->stop, &w->lock, &until) != ETIMEDOUT)
		;
	bool go_on = !w->stopping;
	pthread_mutex_unlock(&w->lock);
	return go_on;
}

static void tell_changes(struct watch *w)
{
	enum health_reason why[HEALTH_REASONS];
	unsigned wrong = 0;
	size_t count = service_health(w->svc, why);
	for (size_t i = 0; i < count; i++) {
		wrong |= 1u << why[i];
		if (!(w->wrong & 1u << why[i]))
			log_warn("ready", "not ready: %s", service_health_word(why[i]));
	}
	if (w->wrong && !wrong)
		log_info("ready", "ready again");
	w->wrong = wrong;
}

static void *loop(void *arg)
{
	struct watch *w = arg;
	struct arena *a = arena_open((size_t)4 << 20);
	msec took;
	do {
		struct frg_error err;
		msec began = clock_steady();
		arena_reset(a);
		bool good = service_health_look(w->svc, a, &err) == FRG_OK;
		if (!good)
			log_at(LOG_DEBUG, "ready", "%s: %s", err.code ? err.code : "-", err.msg);
		if (clock_steady() - began > SLOW_MS) /* meanwhile nobody could say so here */
			log_warn("ready", "the database kept us waiting for %lld ms", (long long)(clock_steady() - began));
		took = good ? clock_steady() - began : 0; /* what failed is to be tried again soon */
		tell_changes(w);
		log_repeats();
	} while (wait_for_next(w, took));
	arena_close(a);
	return NULL;
}

enum frg_status watch_open(struct service *svc, struct watch **out, struct frg_error *err)
{
	struct watch *w = calloc(1, sizeof *w);
	pthread_condattr_t steady;
	if (!w)
		BUG("out of memory");
	w->svc = svc;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&w->stop, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&w->thread, NULL, loop, w)) {
		free(w);
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	}
	*out = w;
	return FRG_OK;
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->stop);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->stop);
	free(w);
}
