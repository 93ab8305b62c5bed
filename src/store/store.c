/* Connections and transactions: one writer thread that commits all waiting work together
 * (group commit: one fsync for many), and connections that read beside it. */
#include "store/health.h"
#include "store/measure.h"
#include "store/person.h"
#include "store/postgres.h"
#include "store/tx.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
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
	bool plain;
	struct job *next;
	sem_t finished; /* of its own: who waits for it wakes without asking for the lock that all others ask for, too */
};

struct line {
	struct job *first, *last;
	unsigned count;
};

struct reader {
	struct db *db;
	struct reader *next;
};

/* Where the database is: a file's path, or what libpq takes. */
struct place {
	enum db_dialect dialect;
	char *at;
};

struct store {
	struct db *writer;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work_there, reader_there, event_there;
	struct line lines[2];                 /* those who can wait stand in the second */
	struct reader *readers, *all_readers; /* a reader's connection is opened when it is first needed */
	unsigned reader_count, reader_max;
	struct place place;
	enum db_mode read_mode;
	struct nodes *nodes; /* NULL: alone, or not followed */
	int64_t commits;     /* counts groups, so that waiting for events needs no polling */
	struct store_health health;
	bool stopping;
};

enum frg_status store_none(struct frg_error *err, const char *what)
{
	return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such %s", what);
}

struct arena *store_arena(struct store_tx *tx) { return tx->arena; }
int64_t store_changes(struct store_tx *tx) { return db_changes(tx->db); }

/* Refused or done, but nothing in between; *broken: it was. */
static void run_plain(struct db *db, struct job *job, struct search_entry **entries, bool *broken)
{
	struct store_tx tx = {.db = db, .arena = job->arena};
	int64_t before = db_changes(db);
	job->status = job->work(&tx, job->ctx, &job->err);
	*broken = job->status != FRG_OK && db_changes(db) != before;
	if (job->status == FRG_OK)
		*entries = store_search_join(*entries, tx.entries);
}

/* One job inside the open group, in a savepoint of its own; *broken: it failed, and what it did is still there. */
static void run_one(struct db *db, struct job *job, struct search_entry **entries, bool *broken)
{
	job->status = db_step(db, &job->err, DB_SAVE);
	if (job->status != FRG_OK)
		return;
	struct store_tx tx = {.db = db, .arena = job->arena};
	job->status = job->work(&tx, job->ctx, &job->err);
	if (!db_in_transaction(db)) /* a full disk ends the whole group */
		return;
	if (job->status == FRG_OK)
		job->status = db_step(db, &job->err, DB_KEEP);
	struct frg_error undo;
	if (job->status == FRG_OK)
		*entries = store_search_join(*entries, tx.entries);
	else if (db_in_transaction(db) && db_step(db, &undo, DB_UNDO) != FRG_OK) {
		log_error("store_undo", "%s", undo.msg);
		*broken = true;
	}
}

static enum frg_status commit(struct db *db, size_t count, struct frg_error *err)
{
	int64_t began = clock_steady_ns();
	enum frg_status st = db_step(db, err, DB_COMMIT);
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
	struct search_entry *entries = NULL;
	enum frg_status st = db_step(db, &err, DB_BEGIN_WRITE);
	size_t ran = 0;
	if (st == FRG_OK)
		st = store_migrated_still(db, &err);
	while (st == FRG_OK && ran < count) {
		struct job *job = jobs[ran++];
		bool broken = false;
		if (job->plain && db_dialect(db) == DB_SQLITE)
			run_plain(db, job, &entries, &broken);
		else
			run_one(db, job, &entries, &broken);
		if (broken || !db_in_transaction(db))
			st = frg_fail(&err, FRG_UNAVAILABLE, job->err.code ? job->err.code : "store_io",
			              "the transaction was given up: %s", job->err.msg);
	}
	if (st == FRG_OK)
		st = store_search_write(db, entries, &err);
	if (st == FRG_OK)
		st = commit(db, count, &err);
	if (st == FRG_OK)
		return NULL;
	metric_add(&store_failures, 0, 1);
	if (db_in_transaction(db)) {
		struct frg_error undo;
		if (db_step(db, &undo, DB_ROLLBACK) != FRG_OK)
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

/* Of the first line, then of the second as far as there is room; one that scrubs goes by itself. */
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
	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->lines[0].first && !s->lines[1].first && !s->stopping)
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

enum frg_status store_write_as(struct store *s, unsigned ways, struct arena *arena, store_work *work, void *ctx,
                               struct frg_error *err)
{
	struct job job = {.work = work, .ctx = ctx, .arena = arena, .plain = ways & STORE_PLAIN};
	return write_in(s, &s->lines[ways & STORE_PATIENT ? 1 : 0], &job, err);
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

static enum frg_status place_open(const struct place *place, enum db_mode mode, struct db **out, struct frg_error *err)
{
	return place->dialect == DB_POSTGRES ? db_open_postgres(place->at, mode == DB_WRITE, out, err)
	                                     : db_open_sqlite(place->at, mode, out, err);
}

static struct reader *borrow(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	bool wait = !s->readers && s->reader_count == s->reader_max;
	if (wait) {
		metric_add(&store_read_waits, 0, 1);
		metric_add(&store_reads_waiting, 0, 1);
	}
	while (!s->readers && s->reader_count == s->reader_max)
		pthread_cond_wait(&s->reader_there, &s->lock);
	if (wait)
		metric_add(&store_reads_waiting, 0, -1);
	struct reader *r = s->readers;
	if (r)
		s->readers = r->next;
	else
		r = &s->all_readers[s->reader_count++];
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

/* A file that cannot be opened now, while the program runs, may be well again later. */
static enum frg_status open_reader(struct store *s, struct reader *r, struct frg_error *err)
{
	struct frg_error why;
	enum frg_status st = place_open(&s->place, s->read_mode, &r->db, &why);
	if (st == FRG_OK)
		return FRG_OK;
	return st == FRG_IO ? frg_fail(err, FRG_UNAVAILABLE, "store_io", "%s", why.msg)
	                    : frg_fail(err, st, why.code, "%s", why.msg);
}

enum frg_status store_read(struct store *s, struct arena *arena, store_work *work, void *ctx, struct frg_error *err)
{
	struct reader *r = borrow(s);
	enum frg_status st = r->db ? FRG_OK : open_reader(s, r, err);
	struct store_tx tx = {.db = r->db, .arena = arena};
	if (st == FRG_OK && db_in_transaction(r->db)) /* could not be ended before: it would show what was then */
		st = db_step(r->db, err, DB_ROLLBACK);
	if (st == FRG_OK)
		st = db_step(r->db, err, DB_BEGIN_READ);
	if (st == FRG_OK) {
		st = work(&tx, ctx, err);
		struct frg_error end;
		if (db_in_transaction(r->db) && db_step(r->db, &end, DB_COMMIT) != FRG_OK && db_in_transaction(r->db) &&
		    db_step(r->db, &end, DB_ROLLBACK) != FRG_OK)
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

static void wake_from_nodes(void *store) { store_wake(store); }

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

static void free_all(struct store *s)
{
	for (unsigned i = 0; i < s->reader_count; i++)
		db_close(s->all_readers[i].db);
	free(s->all_readers);
	free(s->place.at);
	db_close(s->writer);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->work_there);
	pthread_cond_destroy(&s->reader_there);
	pthread_cond_destroy(&s->event_there);
	free(s);
}

/* The URL of a PostgreSQL server may hold a password: it is not repeated. */
static enum frg_status find_place(const struct store_config *config, struct place *out, struct frg_error *err)
{
	str file = STR("sqlite:"), at = config->url;
	out->dialect = str_starts(at, STR("postgres://")) || str_starts(at, STR("postgresql://")) ? DB_POSTGRES : DB_SQLITE;
	if (out->dialect == DB_SQLITE) {
		if (!str_starts(at, file) || at.n == file.n)
			return frg_fail(err, FRG_INVALID, "store_url", "the database is named as sqlite:PATH or postgres://…");
		at = str_sub(at, file.n, at.n);
	}
	out->at = strndup(at.p, at.n);
	if (!out->at)
		BUG("out of memory");
	if (out->dialect == DB_SQLITE && !config->create && access(out->at, F_OK) != 0)
		return frg_fail(err, FRG_NOT_FOUND, "store_missing", "there is no database at %s", out->at);
	return FRG_OK;
}

/* Only to be read, as it lies: it is the program's, and it is whole. */
static enum frg_status check_frozen(struct store *s, struct frg_error *err)
{
	struct reader *r = borrow(s);
	enum frg_status st = place_open(&s->place, s->read_mode, &r->db, err);
	if (st == FRG_OK)
		st = store_schema_check(r->db, err);
	if (st == FRG_OK)
		st = store_copy_refuse(r->db, err);
	give_back(s, r);
	return st;
}

enum frg_status store_open(const struct store_config *config, struct store **out, struct frg_error *err)
{
	struct store *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	store_measure_open();
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work_there, NULL);
	pthread_cond_init(&s->reader_there, NULL);
	pthread_condattr_t steady;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->event_there, &steady);
	pthread_condattr_destroy(&steady);
	s->read_mode = config->frozen ? DB_FROZEN : DB_READ;
	s->reader_max = config->readers ? config->readers : 4;
	s->all_readers = calloc(s->reader_max, sizeof *s->all_readers);
	if (!s->all_readers)
		BUG("out of memory");
	metric_set(&store_readers, 0, s->reader_max);
	enum frg_status st = find_place(config, &s->place, err);
	if (st == FRG_OK)
		st = config->frozen ? check_frozen(s, err) : open_writer(s, err);
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

enum frg_status store_scrub(struct store *store, struct frg_error *err)
{
	return store_write(store, NULL, NULL, NULL, err);
}

enum frg_status store_size(struct store_tx *tx, int64_t *bytes, struct frg_error *err)
{
	return db_size(tx->db, bytes, err);
}
