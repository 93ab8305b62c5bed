/* Connections and transactions: one writer thread that commits all waiting work together
 * (group commit: one fsync for many), and connections that read beside it. */
#include "store/checkpoints.h"
#include "store/group.h"
#include "store/health.h"
#include "store/history.h"
#include "store/measure.h"
#include "store/near_held.h"
#include "store/person.h"
#include "store/postgres.h"
#include "store/readers.h"
#include "store/replicas.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>

enum { KEPT_MAX = 1 << 28, SCRUB_TRIES = 10 };

struct line {
	struct job *first, *last;
	unsigned count;
};

struct store {
	struct db *writer;
	struct arena *kept; /* of the group that is being written (tx.h) */
	struct near_held *held;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work_there, event_there;
	struct line lines[2]; /* those who can wait stand in the second */
	struct place place;
	struct readers *readers;
	struct checkpoints *checkpoints; /* NULL: the database has no log to care for */
	struct replicas *replicas;       /* NULL: none */
	struct history known;            /* counted where there are replicas */
	struct nodes *nodes;             /* NULL: alone, or not followed */
	int64_t commits;                 /* counts groups, so that waiting for events needs no polling */
	struct store_health health;
	bool stopping;
	atomic_int writes_by; /* the writer's connection among the server's (db_number) */
};

enum frg_status store_none(struct frg_error *err, const char *what)
{
	return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such %s", what);
}

struct arena *store_arena(struct store_tx *tx) { return tx->arena; }
bool store_ask(struct store_tx *tx) { return db_ask(tx->db); }
void store_asked(struct store_tx *tx) { db_asked(tx->db); }
int64_t store_changes(struct store_tx *tx) { return db_changes(tx->db); }

/* Of the first line, then of the second as far as there is room; who does not belong to a group goes alone. */
static size_t take(struct store *s, struct job **jobs)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(s->lines); i++) {
		struct line *line = &s->lines[i];
		while (line->first && n < GROUP_MAX && (n == 0 || (line->first->work && jobs[0]->work))) {
			jobs[n++] = line->first;
			line->first = line->first->next;
			line->count--;
		}
		if (!line->first)
			line->last = NULL;
	}
	return n;
}

/* In the lock: how a group came out. */
static void note(struct store *s, bool wrote, const char *problem)
{
	s->health.writing_since = 0;
	if (!wrote)
		return;
	s->health.problem = problem;
	if (!problem)
		s->health.committed = clock_steady();
}

void store_health(struct store *s, struct store_health *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->health;
	pthread_mutex_unlock(&s->lock);
}

bool store_disk(const struct store *s, struct store_disk *out)
{
	struct statvfs v;
	if (s->place.dialect != DB_SQLITE || statvfs(s->place.at, &v) != 0)
		return false;
	*out = (struct store_disk){.size = (uint64_t)v.f_blocks * v.f_frsize,
	                           .free = (uint64_t)v.f_bavail * v.f_frsize,
	                           .read_only = (v.f_flag & ST_RDONLY) != 0};
	return true;
}

static void *write_loop(void *arg)
{
	struct store *s = arg;
	struct job *jobs[GROUP_MAX];
	struct group_writer w = {.db = s->writer,
	                         .kept = s->kept,
	                         .held = s->held,
	                         .checkpoints = s->checkpoints,
	                         .known = s->replicas ? &s->known : NULL,
	                         .by = &s->writes_by};
	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->lines[0].first && !s->lines[1].first && !s->stopping)
			pthread_cond_wait(&s->work_there, &s->lock);
		size_t n = take(s, jobs);
		if (n == 0)
			break; /* stopping, and nothing left */
		metric_add(&store_writes_waiting, 0, -(int64_t)n);
		s->health.writing_since = clock_steady();
		pthread_mutex_unlock(&s->lock);
		const char *problem = NULL;
		if (jobs[0]->work)
			problem = group_run(&w, jobs, n);
		else
			jobs[0]->status = jobs[0]->alone(s->writer, jobs[0]->ctx, &jobs[0]->err);
		pthread_mutex_lock(&s->lock);
		note(s, jobs[0]->work != NULL, problem);
		s->commits++;
		pthread_mutex_unlock(&s->lock);
		pthread_cond_broadcast(&s->event_there);
		for (size_t i = 0; i < n; i++)
			sem_post(&jobs[i]->finished); /* from here on it is gone */
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void stand_in(struct line *line, struct job *job)
{
	if (line->last)
		line->last->next = job;
	else
		line->first = job;
	line->last = job;
	line->count++;
}

static enum frg_status write_in(struct store *s, struct line *line, struct job *job, struct frg_error *err)
{
	int64_t asked = clock_steady_ns();
	pthread_mutex_lock(&s->lock);
	if (s->stopping) {
		pthread_mutex_unlock(&s->lock);
		return frg_fail(err, FRG_UNAVAILABLE, "stopping", "the server is stopping");
	}
	sem_init(&job->finished, 0, 0);
	stand_in(line, job);
	metric_add(&store_writes_waiting, 0, 1);
	pthread_mutex_unlock(&s->lock);
	pthread_cond_signal(&s->work_there);
	while (sem_wait(&job->finished) != 0)
		BUG_IF(errno != EINTR);
	sem_destroy(&job->finished);
	if (job->work)
		metric_observe(&store_writes, 0, clock_steady_ns() - asked);
	if (job->status != FRG_OK && err)
		*err = job->err;
	return job->status;
}

enum frg_status store_write_asking(struct store *s, unsigned ways, struct arena *arena, store_questions *ask,
                                   store_work *work, void *ctx, struct frg_error *err)
{
	struct job job = {.work = work, .ask = ask, .ctx = ctx, .arena = arena, .plain = ways & STORE_PLAIN};
	return write_in(s, &s->lines[ways & STORE_PATIENT ? 1 : 0], &job, err);
}

enum frg_status store_write_as(struct store *s, unsigned ways, struct arena *arena, store_work *work, void *ctx,
                               struct frg_error *err)
{
	return store_write_asking(s, ways, arena, NULL, work, ctx, err);
}

enum frg_status store_write(struct store *s, struct arena *arena, store_work *work, void *ctx, struct frg_error *err)
{
	return store_write_as(s, 0, arena, work, ctx, err);
}

unsigned store_waiting(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	unsigned n = s->lines[0].count + s->lines[1].count;
	pthread_mutex_unlock(&s->lock);
	return n;
}

enum frg_status store_read(struct store *s, struct arena *arena, store_work *work, void *ctx, struct frg_error *err)
{
	return readers_read(s->readers, arena, work, ctx, err);
}

bool store_has_replicas(const struct store *s) { return s->replicas != NULL; }

enum frg_status store_read_replica(struct store *s, struct arena *arena, int64_t least, id64 subject, store_work *work,
                                   void *ctx, struct frg_error *err)
{
	return s->replicas ? replicas_read(s->replicas, arena, least, subject, work, ctx, err)
	                   : frg_fail(err, FRG_UNAVAILABLE, "store_io", "there is no replica");
}

int64_t store_known(struct store *s) { return atomic_load(&s->known.seq); }
void store_know(struct store *s, int64_t seq, int64_t mark) { history_add(&s->known, seq, mark); }

void store_wait_commit(struct store *s, int64_t *seen, msec timeout)
{
	struct timespec until = clock_steady_after(timeout);
	pthread_mutex_lock(&s->lock);
	while (s->commits == *seen && pthread_cond_timedwait(&s->event_there, &s->lock, &until) != ETIMEDOUT)
		;
	*seen = s->commits;
	pthread_mutex_unlock(&s->lock);
}

void store_wake(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	s->commits++; /* for all who wait */
	pthread_cond_broadcast(&s->event_there);
	pthread_mutex_unlock(&s->lock);
}

/* Who waits here has been woken when the writer's commit was done. */
static void wake_from_nodes(void *store, int by)
{
	struct store *s = store;
	if (by == 0 || by != atomic_load(&s->writes_by))
		store_wake(s);
}

enum frg_status store_follow(struct store *s, struct frg_error *err)
{
	return s->place.dialect == DB_POSTGRES ? nodes_open(s->place.at, wake_from_nodes, s, &s->nodes, err) : FRG_OK;
}

bool store_works(const struct store *s) { return !s->nodes || nodes_works(s->nodes); }

static enum frg_status open_writer(struct store *s, struct frg_error *err)
{
	enum frg_status st = place_open(&s->place, DB_WRITE, &s->writer, err);
	if (st == FRG_OK)
		st = store_migrate(s->writer, err);
	if (st == FRG_OK)
		st = store_copy_refuse(s->writer, err);
	return st == FRG_OK ? store_search_open(s->writer, err) : st;
}

static enum frg_status restart_log(struct db *db, void *ctx, struct frg_error *err)
{
	(void)ctx;
	return db_log_restart(db, err);
}

static enum frg_status rest_of_log(void *store, struct frg_error *err)
{
	struct store *s = store;
	return write_in(s, &s->lines[0], &(struct job){.alone = restart_log}, err);
}

static enum frg_status open_checkpoints(struct store *s, struct frg_error *err)
{
	return s->writer && s->place.dialect == DB_SQLITE
	           ? checkpoints_open(&s->place, rest_of_log, s, &s->checkpoints, err)
	           : FRG_OK;
}

static void free_all(struct store *s)
{
	checkpoints_close(s->checkpoints);
	replicas_close(s->replicas);
	readers_close(s->readers);
	free(s->place.at);
	db_close(s->writer);
	arena_close(s->kept);
	near_held_close(s->held);
	history_close(&s->known);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->work_there);
	pthread_cond_destroy(&s->event_there);
	free(s);
}

/* Only to be read, as it lies: it is the program's, and it is whole. */
static enum frg_status check_frozen(struct store *s, struct frg_error *err)
{
	struct db *db = NULL;
	enum frg_status st = place_open(&s->place, DB_FROZEN, &db, err);
	if (st == FRG_OK)
		st = store_schema_check(db, err);
	if (st == FRG_OK)
		st = store_copy_refuse(db, err);
	db_close(db);
	return st;
}

/* What has happened until now, replicas must have replayed, whoever has told of it. */
static enum frg_status open_replicas(struct store *s, const struct store_config *config, unsigned readers,
                                     struct frg_error *err)
{
	struct last_event last = {0};
	if (config->replicas.n == 0)
		return FRG_OK;
	if (s->place.dialect != DB_POSTGRES)
		return frg_fail(err, FRG_INVALID, "store_url", "only a PostgreSQL database has replicas");
	struct arena *a = arena_open(1 << 16);
	enum frg_status st = store_read(s, a, group_last_event, &last, err);
	arena_close(a);
	history_add(&s->known, last.seq, last.mark);
	return st == FRG_OK ? replicas_open(config->replicas, readers, &s->known, &s->replicas, err) : st;
}

enum frg_status store_open(const struct store_config *config, struct store **out, struct frg_error *err)
{
	struct store *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	store_measure_open();
	history_open(&s->known);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work_there, NULL);
	pthread_condattr_t steady;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->event_there, &steady);
	pthread_condattr_destroy(&steady);
	s->kept = arena_open(KEPT_MAX);
	s->held = near_held_open(NEAR_HELD_MAX);
	unsigned readers = config->readers ? config->readers : 4;
	enum frg_status st = place_find(config->url, config->create, &s->place, err);
	if (st == FRG_OK)
		st = config->frozen ? check_frozen(s, err) : open_writer(s, err);
	if (st == FRG_OK) {
		s->readers = readers_open(&s->place, config->frozen ? DB_FROZEN : DB_READ, readers, true);
		st = open_replicas(s, config, readers, err);
	}
	if (st == FRG_OK)
		st = open_checkpoints(s, err);
	if (st == FRG_OK && s->writer && pthread_create(&s->thread, NULL, write_loop, s))
		st = frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	if (st != FRG_OK) {
		free_all(s);
		return st;
	}
	*out = s;
	return FRG_OK;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	nodes_close(s->nodes);
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_broadcast(&s->work_there);
	pthread_mutex_unlock(&s->lock);
	if (s->writer)
		pthread_join(s->thread, NULL);
	free_all(s);
}

enum frg_status store_check_integrity(struct store_tx *tx, struct frg_error *err)
{
	return db_check_integrity(tx->db, err);
}

struct merging {
	bool first, more;
};

static enum frg_status merge_some(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct merging *m = ctx;
	return store_search_merge(tx, m->first, &m->more, err);
}

static enum frg_status scrub_some(struct db *db, void *ctx, struct frg_error *err) { return db_scrub(db, ctx, err); }

/* Somebody reads what was before: most are done in a second. Nobody writes while a step waits, so it waits elsewhere.
 */
static enum frg_status scrub_step(struct store *s, int64_t *at, struct frg_error *err)
{
	for (int tries = 1;; tries++) {
		enum frg_status st = write_in(s, &s->lines[1], &(struct job){.alone = scrub_some, .ctx = at}, err);
		if (st != FRG_UNAVAILABLE || strcmp(err->code, "store_busy") != 0 || tries == SCRUB_TRIES)
			return st;
		nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	}
}

/* PostgreSQL does it beside all others, so it gets a connection of its own. With SQLite it goes in steps, between the
 * groups of others. */
enum frg_status store_scrub(struct store *s, struct frg_error *err)
{
	int64_t at = 0;
	if (s->place.dialect == DB_POSTGRES) {
		struct db *own;
		enum frg_status st = place_open(&s->place, DB_WRITE, &own, err);
		if (st != FRG_OK)
			return st;
		st = db_scrub(own, &at, err);
		db_close(own);
		return st;
	}
	enum frg_status st = FRG_OK;
	for (struct merging m = {.first = true, .more = true}; st == FRG_OK && m.more; m.first = false)
		st = store_write_as(s, STORE_PATIENT, NULL, merge_some, &m, err);
	checkpoints_pause(s->checkpoints); /* each step empties the log, and who moves it would be in its way */
	do
		if (st == FRG_OK)
			st = scrub_step(s, &at, err);
	while (st == FRG_OK && at);
	checkpoints_resume(s->checkpoints);
	return st;
}

enum frg_status store_size(struct store_tx *tx, int64_t *bytes, struct frg_error *err)
{
	return db_size(tx->db, bytes, err);
}
