/* Runs independent jobs on all cores. Each job's result depends on its number alone. */
#include "learn/jobs.h"

#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS_MOST = 16 };

struct run {
	void (*job)(void *ctx, size_t number);
	void *ctx;
	size_t count;
	atomic_size_t next;
};

static void *work(void *arg)
{
	struct run *r = arg;
	for (size_t i; (i = atomic_fetch_add(&r->next, 1)) < r->count;)
		r->job(r->ctx, i);
	return NULL;
}

void jobs_run(void (*job)(void *ctx, size_t number), void *ctx, size_t count)
{
	struct run r = {.job = job, .ctx = ctx, .count = count};
	pthread_t thread[THREADS_MOST];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t threads = 0, most = cores < 2 ? 0 : cores > THREADS_MOST ? THREADS_MOST : (size_t)cores - 1;
	for (; threads < most && threads + 1 < count; threads++)
		if (pthread_create(&thread[threads], NULL, work, &r) != 0)
			break; /* fewer will do */
	work(&r);
	for (size_t i = 0; i < threads; i++)
		if (pthread_join(thread[i], NULL) != 0)
			BUG("a thread that cannot be joined");
}
