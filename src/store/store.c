/* Connections and transactions: one writer thread that commits all waiting work together
 * (group commit: one fsync for many), and connections that read beside it. */
#include "store/health.h"
#include "store/measure.h"
#include "store/person.h"
#include "store/tx.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { GROUP_MAX = 256 };

struct job {
	store_work *work; /* NULL: scrubs, by itself */
	void *ctx;
	struct arena *arena;
	struct frg_error err;
	enum frg_status status;
	bool done;
	struct job *next;
	pthread_cond_t finished;
};

struct reader {
	struct db *db;
	struct reader *next;
};

struct store {
	char path[4096];
	struct db *writer;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work_there, reader_there, event_there;
	struct job *first, *last;
	struct reader *readers, *all_readers;
	unsigned reader_count;
	int64_t commits; /* counts groups, so that waiting for events needs no polling */
	struct store_health health;
	bool stopping;
};

enum frg_status store_none(struct frg_error *err, const char *what)
{
	return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such %s", what);
}

struct arena *store_arena(struct store_tx *tx) { return tx->arena; }

/* One job inside the open group, in a savepoint of its own. */
static void run_one(struct db *db, struct job *job)
{
	job->status = db_script(db, &job->err, "SAVEPOINT job");
	if (job->status != FRG_OK)
		return;
	struct store_tx tx = {.db = db, .arena = job->arena};
	job->status = job->work(&tx, job->ctx, &job->err);
	if (!db_in_transaction(db)) /* a full disk ends the whole group */
		return;
	struct frg_error err;
	enum frg_status st = db_script(db, &err, job->status == FRG_OK ? "RELEASE job" : "ROLLBACK TO job; RELEASE job");
	if (st != FRG_OK && job->status == FRG_OK) {
		job->status = st;
		job->err = err;
	}
}

static enum frg_status commit(struct db *db, size_t count, struct frg_error *err)
{
	int64_t began = clock_steady_ns();
	enum frg_status st = db_script(db, err, "COMMIT");
	if (st == FRG_OK) {
		metric_observe(&store_commits, 0, clock_steady_ns() - began);
		metric_observe(&store_group, 0, (int64_t)count);
	}
	return st;
}

/* NULL, or the code of what went wrong. */
static const char *run_group(struct db *db, struct job **jobs, size_t count)
{
	struct frg_error err = {0};
	enum frg_status st = db_script(db, &err, "BEGIN IMMEDIATE");
	size_t ran = 0;
	while (st == FRG_OK && ran < count) {
		run_one(db, jobs[ran++]);
		if (!db_in_transaction(db))
			st = frg_fail(&err, FRG_UNAVAILABLE, jobs[ran - 1]->err.code ? jobs[ran - 1]->err.code : "store_io",
			              "the transaction was given up: %s", jobs[ran - 1]->err.msg);
	}
	if (st == FRG_OK)
		st = commit(db, count, &err);
	if (st == FRG_OK)
		return NULL;
	metric_add(&store_failures, 0, 1);
	if (db_in_transaction(db)) {
		struct frg_error undo;
		if (db_script(db, &undo, "ROLLBACK") != FRG_OK)
			log_error("store_rollback", "%s", undo.msg);
	}
	log_error("store_commit", "%zu writes not done: %s", count, err.msg);
	for (size_t i = 0; i < count; i++) { /* nothing of the group is on the disk: say so to all */
		if (i < ran && jobs[i]->status != FRG_OK)
			continue;
		jobs[i]->status = st;
		jobs[i]->err = err;
	}
	return err.code;
}

static size_t take(struct store *s, struct job **jobs)
{
	size_t n = 0;
	while (s->first && n < GROUP_MAX && (n == 0 || s->first->work)) {
		jobs[n++] = s->first;
		s->first = s->first->next;
		if (!jobs[n - 1]->work)
			break;
	}
	if (!s->first)
		s->last = NULL;
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
	if (statvfs(s->path, &v) != 0)
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
	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->first && !s->stopping)
			pthread_cond_wait(&s->work_there, &s->lock);
		size_t n = take(s, jobs);
		if (n == 0)
			break; /* stopping, and nothing left */
		metric_add(&store_writes_waiting, 0, -(int64_t)n);
		if (jobs[0]->work) /* scrubbing takes its time */
			s->health.writing_since = clock_steady();
		pthread_mutex_unlock(&s->lock);
		const char *problem = NULL;
		if (jobs[0]->work)
			problem = run_group(s->writer, jobs, n);
		else
			jobs[0]->status = db_scrub(s->writer, &jobs[0]->err);
		pthread_mutex_lock(&s->lock);
		note(s, jobs[0]->work != NULL, problem);
		s->commits++;
		pthread_cond_broadcast(&s->event_there);
		for (size_t i = 0; i < n; i++) {
			jobs[i]->done = true;
			pthread_cond_signal(&jobs[i]->finished);
		}
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

enum frg_status store_write(struct store *s, struct arena *arena, store_work *work, void *ctx, struct frg_error *err)
{
	struct job job = {.work = work, .ctx = ctx, .arena = arena};
	int64_t asked = clock_steady_ns();
	pthread_cond_init(&job.finished, NULL);
	pthread_mutex_lock(&s->lock);
	if (s->stopping) {
		pthread_mutex_unlock(&s->lock);
		pthread_cond_destroy(&job.finished);
		return frg_fail(err, FRG_UNAVAILABLE, "stopping", "the server is stopping");
	}
	if (s->last)
		s->last->next = &job;
	else
		s->first = &job;
	s->last = &job;
	metric_add(&store_writes_waiting, 0, 1);
	pthread_cond_signal(&s->work_there);
	while (!job.done)
		pthread_cond_wait(&job.finished, &s->lock);
	pthread_mutex_unlock(&s->lock);
	pthread_cond_destroy(&job.finished);
	if (work)
		metric_observe(&store_writes, 0, clock_steady_ns() - asked);
	if (job.status != FRG_OK && err)
		*err = job.err;
	return job.status;
}

static struct reader *borrow(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	bool wait = !s->readers;
	if (wait) {
		metric_add(&store_read_waits, 0, 1);
		metric_add(&store_reads_waiting, 0, 1);
	}
	while (!s->readers)
		pthread_cond_wait(&s->reader_there, &s->lock);
	if (wait)
		metric_add(&store_reads_waiting, 0, -1);
	struct reader *r = s->readers;
	s->readers = r->next;
	pthread_mutex_unlock(&s->lock);
	metric_add(&store_readers_busy, 0, 1);
	return r;
}

static void give_back(struct store *s, struct reader *r)
{
	metric_add(&store_readers_busy, 0, -1);
	pthread_mutex_lock(&s->lock);
	r->next = s->readers;
	s->readers = r;
	pthread_cond_signal(&s->reader_there);
	pthread_mutex_unlock(&s->lock);
}

enum frg_status store_read(struct store *s, struct arena *arena, store_work *work, void *ctx, struct frg_error *err)
{
	struct reader *r = borrow(s);
	struct store_tx tx = {.db = r->db, .arena = arena};
	enum frg_status st = db_script(r->db, err, "BEGIN");
	if (st == FRG_OK) {
		st = work(&tx, ctx, err);
		struct frg_error end;
		if (db_in_transaction(r->db) && db_script(r->db, &end, "COMMIT") != FRG_OK)
			log_error("store_read", "%s", end.msg);
	}
	give_back(s, r);
	return st;
}

void store_wait_commit(struct store *s, int64_t *seen, msec timeout)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout / 1000;
	until.tv_nsec += timeout % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
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

static enum frg_status open_readers(struct store *s, const char *path, unsigned count, struct frg_error *err)
{
	s->all_readers = calloc(count, sizeof *s->all_readers);
	if (!s->all_readers)
		BUG("out of memory");
	for (; s->reader_count < count; s->reader_count++) {
		struct reader *r = &s->all_readers[s->reader_count];
		enum frg_status st = db_open_sqlite(path, false, &r->db, err);
		if (st != FRG_OK)
			return st;
		r->next = s->readers;
		s->readers = r;
	}
	metric_set(&store_readers, 0, count);
	return FRG_OK;
}

static void free_all(struct store *s)
{
	for (unsigned i = 0; i < s->reader_count; i++)
		db_close(s->all_readers[i].db);
	free(s->all_readers);
	db_close(s->writer);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->work_there);
	pthread_cond_destroy(&s->reader_there);
	pthread_cond_destroy(&s->event_there);
	free(s);
}

static enum frg_status sqlite_path(const struct store_config *config, char path[4096], struct frg_error *err)
{
	str prefix = STR("sqlite:");
	if (!str_starts(config->url, prefix) || config->url.n == prefix.n || config->url.n - prefix.n > 4095)
		return frg_fail(err, FRG_INVALID, "store_url", "the database is named as sqlite:PATH, not as '%.*s'",
		                STR_ARG(config->url));
	memcpy(path, config->url.p + prefix.n, config->url.n - prefix.n);
	path[config->url.n - prefix.n] = 0;
	if (!config->create && access(path, F_OK) != 0)
		return frg_fail(err, FRG_NOT_FOUND, "store_missing", "there is no database at %s", path);
	return FRG_OK;
}

enum frg_status store_open(const struct store_config *config, struct store **out, struct frg_error *err)
{
	struct store *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	enum frg_status st = sqlite_path(config, s->path, err);
	if (st != FRG_OK) {
		free(s);
		return st;
	}
	store_measure_open();
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work_there, NULL);
	pthread_cond_init(&s->reader_there, NULL);
	pthread_condattr_t steady;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->event_there, &steady);
	pthread_condattr_destroy(&steady);
	st = db_open_sqlite(s->path, true, &s->writer, err);
	if (st == FRG_OK)
		st = store_migrate(s->writer, err);
	if (st == FRG_OK)
		st = store_search_open(s->writer, err);
	if (st == FRG_OK)
		st = open_readers(s, s->path, config->readers ? config->readers : 4, err);
	if (st == FRG_OK && pthread_create(&s->thread, NULL, write_loop, s))
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
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_broadcast(&s->work_there);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	free_all(s);
}

enum frg_status store_check_integrity(struct store_tx *tx, struct frg_error *err)
{
	return db_check_integrity(tx->db, err);
}

enum frg_status store_scrub(struct store *store, struct frg_error *err)
{
	return store_write(store, NULL, NULL, NULL, err);
}

enum frg_status store_size(struct store_tx *tx, int64_t *bytes, struct frg_error *err)
{
	return db_size(tx->db, bytes, err);
}
