/* At least once, in the order of commits for each webhook as far as tries allow. What is to be told stands in the
 * database before it is tried, and what came of it afterwards; a try that a stop, a crash or another node has cut off
 * is made again under the same id. Of several nodes one does this: which, is asked before each try. */
#include "event/webhooks.h"

#include "base/log.h"
#include "event/measure.h"
#include "service/webhook/webhook.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
	SENDERS = 4,
	LOOK_MS = 30000, /* a failure of the database is over, another program has changed something */
	CARE_MS = 60000,
	PAUSE_MS = 2000,  /* after a failure of the database */
	TOTAL_MS = 10000, /* for one try */
	IN_A_ROW = 100    /* then others have a turn */
};

struct sender {
	struct webhooks *all;
	pthread_t thread;
	id64 webhook; /* 0: has nothing to do */
};

struct webhooks {
	struct service *svc;
	bool allow_private;
	atomic_bool stopping;
	pthread_mutex_t lock;
	pthread_cond_t there, work; /* for the one that sees what is due; for senders */
	pthread_t thread;
	struct sender senders[SENDERS];
	size_t started; /* senders: most houses have no webhooks, and need none */
	bool looked_at; /* all that is known of was looked at; under the lock, as `reached` and the senders' webhooks */
	int64_t reached;
	bool idle;     /* there is none to be told, and nothing is read */
	bool may_work; /* this node does what is to be done once, as the tail saw it */
	/* only the thread's: */
	bool works;
	struct webhook_progress progress;
	msec cared; /* by the steady clock */
	id64 last;  /* whose turn it was */
};

static void wake(struct webhooks *w)
{
	w->looked_at = false;
	pthread_cond_signal(&w->there);
}

void webhooks_until(struct webhooks *w, int64_t seq)
{
	if (!w)
		return;
	bool works = store_works(service_store(w->svc));
	pthread_mutex_lock(&w->lock);
	if ((w->reached != seq && !w->idle) || w->may_work != works)
		wake(w);
	w->reached = seq;
	w->may_work = works;
	pthread_mutex_unlock(&w->lock);
}

void webhooks_changed(struct webhooks *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->idle = false;
	wake(w);
	pthread_mutex_unlock(&w->lock);
}

/* ---- senders ---- */

static bool is_called_off(void *ctx)
{
	struct webhooks *w = ctx;
	return atomic_load(&w->stopping);
}

static void send_task(struct webhooks *w, struct arena *a, const struct webhook_task *task, struct webhook_try *out)
{
	struct frg_error err;
	str body;
	*out = task->attempt;
	out->result.problem = "";
	if (webhook_body(w->svc, a, &task->webhook, &task->delivery, &body, &err) != FRG_OK) {
		log_error("webhook", "%s", err.msg);
		out->result.stopped = true;
		return;
	}
	out->skipped = body.n == 0;
	struct webhook_post post = webhook_post_to(&task->webhook);
	post.id = task->delivery.id;
	post.body = body;
	post.allow_private = w->allow_private;
	post.total = TOTAL_MS;
	post.stop = is_called_off;
	post.ctx = w;
	if (!out->skipped)
		webhook_post(a, &post, &out->result);
}

static void count(struct arena *a, const struct webhook_task *task, const struct webhook_try *t)
{
	bool failed = *t->result.problem && !t->skipped && !t->result.stopped;
	if (t->result.stopped)
		return;
	bool last = failed && t->tries + 1 >= WEBHOOK_TRIES_MAX;
	size_t what = t->skipped ? WEBHOOK_SKIPPED : !failed ? WEBHOOK_SENT : last ? WEBHOOK_GIVEN_UP : WEBHOOK_RETRY;
	metric_add(&webhook_told, what, 1);
	metric_add(&webhook_took, 0, t->result.took);
	if (!failed)
		return;
	str where = webhook_where(a, task->webhook.url);
	log_warn("webhook", "%.*s: %s%s (status %ld, try %lld)", STR_ARG(where), t->result.problem,
	         last ? ", given up" : "", t->result.status, (long long)t->tries + 1);
}

/* One webhook's, until nothing is due, one is not taken, or others have waited for long. False: the database cannot
 * keep up with it. */
static bool send_for(struct webhooks *w, struct arena *a, id64 webhook)
{
	struct webhook_try done = {0};
	struct webhook_task task;
	struct frg_error err;
	bool there = true;
	for (int i = 0; there; i++) {
		bool go_on = i < IN_A_ROW && !done.result.stopped && !atomic_load(&w->stopping) &&
		             store_works(service_store(w->svc));
		arena_reset(a);
		if (service_webhook_step(w->svc, a, webhook, i ? &done : NULL, go_on, &task, &there, &err) != FRG_OK) {
			log_error("webhook", "%s", err.msg);
			return false; /* what was claimed is due again later */
		}
		if (!there)
			break;
		send_task(w, a, &task, &done);
		count(a, &task, &done);
	}
	return !done.result.stopped;
}

static void *send_loop(void *arg)
{
	struct sender *s = arg;
	struct webhooks *w = s->all;
	struct arena *a = arena_open((size_t)64 << 20);
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!s->webhook && !atomic_load(&w->stopping))
			pthread_cond_wait(&w->work, &w->lock);
		if (!s->webhook)
			break;
		id64 webhook = s->webhook;
		pthread_mutex_unlock(&w->lock);
		struct timespec until = clock_steady_after(send_for(w, a, webhook) ? 0 : PAUSE_MS);
		int rc = 0;
		pthread_mutex_lock(&w->lock);
		while (!atomic_load(&w->stopping) && rc != ETIMEDOUT)
			rc = pthread_cond_timedwait(&w->work, &w->lock, &until);
		s->webhook = 0;
		wake(w);
	}
	pthread_mutex_unlock(&w->lock);
	arena_close(a);
	return NULL;
}

/* ---- who has something to send ---- */

/* In the lock. NULL: there are as many as there may be. */
static struct sender *one_more(struct webhooks *w)
{
	if (w->started == SENDERS)
		return NULL;
	struct sender *s = &w->senders[w->started];
	s->all = w;
	if (pthread_create(&s->thread, NULL, send_loop, s)) {
		log_error("webhook", "cannot start a thread");
		return NULL;
	}
	w->started++;
	return s;
}

/* A webhook is one sender's at a time: that is what keeps its order. False: all are busy. */
static bool hand_to(struct webhooks *w, id64 webhook)
{
	struct sender *is_free = NULL;
	pthread_mutex_lock(&w->lock);
	bool busy = false;
	for (size_t i = 0; i < w->started; i++) {
		busy = busy || w->senders[i].webhook == webhook;
		if (!w->senders[i].webhook)
			is_free = &w->senders[i];
	}
	if (!busy && !is_free)
		is_free = one_more(w);
	if (!busy && is_free) {
		is_free->webhook = webhook;
		pthread_cond_broadcast(&w->work);
	}
	pthread_mutex_unlock(&w->lock);
	return busy || is_free;
}

/* From the one after the last on, so that each has its turn. */
static void hand_out(struct webhooks *w, const struct store_ids *due)
{
	size_t first = 0;
	while (first < due->count && due->items[first] <= w->last)
		first++;
	for (size_t i = 0; i < due->count; i++) {
		id64 webhook = due->items[(first + i) % due->count];
		if (!hand_to(w, webhook))
			return;
		w->last = webhook;
	}
}

static void care(struct webhooks *w, struct arena *a)
{
	struct webhook_counts counts;
	struct frg_error err;
	msec now = clock_steady();
	if (w->cared && now - w->cared < CARE_MS)
		return;
	w->cared = now;
	arena_reset(a);
	if (service_webhook_care(w->svc, a, &w->progress, &counts, &err) != FRG_OK) {
		log_error("webhook", "%s", err.msg);
		return;
	}
	metric_set(&webhook_waiting, 0, counts.waiting);
	metric_set(&webhook_states, WEBHOOK_ACTIVE, counts.active);
	metric_set(&webhook_states, WEBHOOK_PAUSED, counts.paused);
	metric_set(&webhook_states, WEBHOOK_OFF, counts.off);
}

static enum frg_status follow(struct webhooks *w, struct arena *a, struct frg_error *err)
{
	bool more = true;
	enum frg_status st = FRG_OK;
	while (st == FRG_OK && more && !atomic_load(&w->stopping)) {
		arena_reset(a);
		st = service_webhook_collect(w->svc, a, &w->progress, &more, err);
	}
	return st;
}

/* Another node's now: what it counts is told there. */
static void let_go(struct webhooks *w)
{
	w->works = false;
	w->progress = (struct webhook_progress){0};
	metric_set(&webhook_waiting, 0, 0);
	for (size_t i = 0; i <= WEBHOOK_OFF; i++)
		metric_set(&webhook_states, i, 0);
}

/* *next: how long until there is something to do by time alone. */
static enum frg_status look(struct webhooks *w, struct arena *a, msec *next, struct frg_error *err)
{
	struct store_ids due = {0};
	msec at = 0;
	enum frg_status st = FRG_OK;
	*next = LOOK_MS;
	if (!store_works(service_store(w->svc))) {
		let_go(w);
		return FRG_OK;
	}
	arena_reset(a);
	if (!w->works)
		st = service_webhook_take_over(w->svc, a, err);
	w->works = st == FRG_OK;
	if (st == FRG_OK)
		st = follow(w, a, err);
	pthread_mutex_lock(&w->lock);
	w->idle = st == FRG_OK && !w->progress.any && w->looked_at;
	pthread_mutex_unlock(&w->lock);
	arena_reset(a);
	if (st == FRG_OK && w->progress.any)
		st = service_webhook_due(w->svc, a, &due, &at, err);
	if (st != FRG_OK)
		return st;
	hand_out(w, &due);
	msec until = at ? at - clock_now() : LOOK_MS;
	if (due.count == 0 && until < LOOK_MS) /* where something is due, the end of a sender's turn wakes */
		*next = until < 50 ? 50 : until;
	care(w, a);
	return FRG_OK;
}

static void wait_for(struct webhooks *w, msec wait)
{
	struct timespec until = clock_steady_after(wait);
	int rc = 0;
	pthread_mutex_lock(&w->lock);
	while (w->looked_at && !atomic_load(&w->stopping) && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&w->there, &w->lock, &until);
	w->looked_at = true; /* what comes from now on wakes again */
	pthread_mutex_unlock(&w->lock);
}

static void *loop(void *arg)
{
	struct webhooks *w = arg;
	struct arena *a = arena_open((size_t)64 << 20);
	struct frg_error err;
	msec next = LOOK_MS;
	for (wait_for(w, next); !atomic_load(&w->stopping); wait_for(w, next))
		if (look(w, a, &next, &err) != FRG_OK)
			log_error("webhook", "%s", err.msg);
	arena_close(a);
	return NULL;
}

/* ---- beginning and end ---- */

static void end(struct webhooks *w)
{
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->there);
	pthread_cond_destroy(&w->work);
	free(w);
}

enum frg_status webhooks_open(struct service *svc, bool allow_private, struct webhooks **out, struct frg_error *err)
{
	struct webhooks *w = calloc(1, sizeof *w);
	pthread_condattr_t steady;
	if (!w)
		BUG("out of memory");
	*out = NULL;
	w->svc = svc;
	w->allow_private = allow_private;
	w->looked_at = true; /* until the tail says from where on */
	w->reached = -1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&w->there, &steady);
	pthread_cond_init(&w->work, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&w->thread, NULL, loop, w)) {
		end(w);
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	}
	*out = w;
	return FRG_OK;
}

void webhooks_close(struct webhooks *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	atomic_store(&w->stopping, true);
	pthread_cond_broadcast(&w->there);
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL); /* who starts senders */
	for (size_t i = 0; i < w->started; i++)
		pthread_join(w->senders[i].thread, NULL);
	end(w);
}
