/* When the log has grown by some thousand pages they are moved into the file while the writer goes on. */
#include "store/checkpoints.h"

#include "store/measure.h"

#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

/* In pages. A round begins when the log has grown by as many as the file has, but LEAST to MOST: a page that changes
 * again and again is moved once in a round, and a page at random costs the disk more than one at the log's end.
 * LITTLE: so many the writer moves itself, and waits for the disk, without being missed. MUCH: from here on it does
 * even if there are more, so that the log grows no faster than the disk takes it. */
enum { LEAST = 4000, MOST = 16000, LITTLE = 500, MUCH = 24000, PAGE = 4096 };

struct checkpoints {
	const struct place *place;
	checkpoint_rest *rest;
	void *ctx;
	struct db *db; /* the thread's; NULL: not needed yet, or it failed */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work_there, at_rest;
	int64_t pages; /* in the log */
	int64_t seen;  /* of these, when the last round ended */
	int64_t every; /* so many more make a round; the thread's alone while it is at work */
	unsigned paused;
	bool at_work, stopping;
};

static int64_t pages_now(struct checkpoints *c)
{
	pthread_mutex_lock(&c->lock);
	int64_t pages = c->pages;
	pthread_mutex_unlock(&c->lock);
	return pages;
}

static enum frg_status move(struct checkpoints *c, struct db_log *log, struct frg_error *err)
{
	int64_t began = clock_steady_ns();
	enum frg_status st = c->db ? FRG_OK : place_open(c->place, DB_READ, &c->db, err);
	if (st == FRG_OK)
		st = db_log_move(c->db, log, err);
	if (st == FRG_OK)
		metric_observe(&store_checkpoints, 0, clock_steady_ns() - began);
	return st;
}

static enum frg_status find_every(struct checkpoints *c, struct frg_error *err)
{
	int64_t bytes = 0;
	enum frg_status st = db_size(c->db, &bytes, err);
	int64_t pages = bytes / PAGE;
	if (st == FRG_OK)
		c->every = pages < LEAST ? LEAST : pages > MOST ? MOST : pages;
	return st;
}

/* Again while the writer has added much meanwhile; not if somebody reads what was before, as then no more can be moved.
 */
static enum frg_status move_most(struct checkpoints *c, struct frg_error *err)
{
	for (;;) {
		struct db_log log;
		enum frg_status st = move(c, &log, err);
		if (st == FRG_OK)
			st = find_every(c, err);
		if (st != FRG_OK)
			return st;
		int64_t left = pages_now(c) - log.moved;
		if (left <= 0)
			return FRG_OK;
		if (left <= LITTLE || log.pages >= MUCH)
			return c->rest(c->ctx, err);
		if (log.moved < log.pages)
			return FRG_OK;
	}
}

static void round_of(struct checkpoints *c)
{
	struct frg_error err;
	if (move_most(c, &err) == FRG_OK)
		return;
	if (strcmp(err.code, "store_busy") != 0 && strcmp(err.code, "stopping") != 0)
		log_warn("checkpoint", "the log was not moved into the file: %s", err.msg);
	db_close(c->db); /* nothing is built upon what it remembers */
	c->db = NULL;
}

static void *loop(void *arg)
{
	struct checkpoints *c = arg;
	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (!c->stopping && (c->paused || c->pages - c->seen < c->every))
			pthread_cond_wait(&c->work_there, &c->lock);
		if (c->stopping)
			break;
		c->at_work = true;
		pthread_mutex_unlock(&c->lock);
		round_of(c);
		pthread_mutex_lock(&c->lock);
		c->seen = c->pages;
		c->at_work = false;
		pthread_cond_broadcast(&c->at_rest);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

enum frg_status checkpoints_open(const struct place *place, checkpoint_rest *rest, void *ctx, struct checkpoints **out,
                                 struct frg_error *err)
{
	struct checkpoints *c = calloc(1, sizeof *c);
	if (!c)
		BUG("out of memory");
	*c = (struct checkpoints){.place = place, .rest = rest, .ctx = ctx, .every = LEAST};
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work_there, NULL);
	pthread_cond_init(&c->at_rest, NULL);
	if (pthread_create(&c->thread, NULL, loop, c)) {
		free(c);
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	}
	*out = c;
	return FRG_OK;
}

void checkpoints_tell(struct checkpoints *c, int64_t pages)
{
	metric_set(&store_log_pages, 0, pages);
	pthread_mutex_lock(&c->lock);
	if (pages < c->pages) /* it has begun anew */
		c->seen = 0;
	c->pages = pages;
	bool due = !c->at_work && pages - c->seen >= c->every;
	pthread_mutex_unlock(&c->lock);
	if (due)
		pthread_cond_signal(&c->work_there);
}

void checkpoints_pause(struct checkpoints *c)
{
	pthread_mutex_lock(&c->lock);
	c->paused++;
	while (c->at_work)
		pthread_cond_wait(&c->at_rest, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

void checkpoints_resume(struct checkpoints *c)
{
	pthread_mutex_lock(&c->lock);
	c->paused--;
	pthread_mutex_unlock(&c->lock);
	pthread_cond_signal(&c->work_there);
}

void checkpoints_close(struct checkpoints *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_mutex_unlock(&c->lock);
	pthread_cond_signal(&c->work_there);
	pthread_join(c->thread, NULL);
	db_close(c->db);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->work_there);
	pthread_cond_destroy(&c->at_rest);
	free(c);
}
