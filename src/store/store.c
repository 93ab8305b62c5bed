/* Connections and transactions: one writer thread that commits all waiting work together
 * (group commit: one fsync for many), and connections that read beside it. */
#include "store/person.h"
#include "store/postgres.h"
#include "store/tx.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
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
	struct db *writer;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work_there, reader_there, event_there;
	struct job *first, *last;
	struct reader *readers, *all_readers;
	char *url;           /* of a PostgreSQL server; NULL: a file */
	struct nodes *nodes; /* NULL: alone, or not followed */
	unsigned reader_count;
	int64_t commits; /* counts groups, so that waiting for events needs no polling */
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
	if (job->status != FRG_OK && db_in_transaction(db) && db_step(db, &undo, DB_UNDO) != FRG_OK)
		log_error("store_undo", "%s", undo.msg);
}

static void run_group(struct db *db, struct job **jobs, size_t count)
{
	struct frg_error err = {0};
	enum frg_status st = db_step(db, &err, DB_BEGIN_WRITE);
	size_t ran = 0;
	if (st == FRG_OK)
		st = store_migrated_still(db, &err);
	while (st == FRG_OK && ran < count) {
		run_one(db, jobs[ran++]);
		if (!db_in_transaction(db))
			st = frg_fail(&err, FRG_UNAVAILABLE, "store_io", "the transaction was given up: %s",
			              jobs[ran - 1]->err.msg);
	}
	if (st == FRG_OK)
		st = db_step(db, &err, DB_COMMIT);
	if (st == FRG_OK)
		return;
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
		pthread_mutex_unlock(&s->lock);
		if (jobs[0]->work)
			run_group(s->writer, jobs, n);
		else
			jobs[0]->status = db_scrub(s->writer, &jobs[0]->err);
		pthread_mutex_lock(&s->lock);
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
	pthread_cond_signal(&s->work_there);
	while (!job.done)
		pthread_cond_wait(&job.finished, &s->lock);
	pthread_mutex_unlock(&s->lock);
	pthread_cond_destroy(&job.finished);
	if (job.status != FRG_OK && err)
		*err = job.err;
	return job.status;
}

static struct reader *borrow(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	while (!s->readers)
		pthread_cond_wait(&s->reader_there, &s->lock);
	struct reader *r = s->readers;
	s->readers = r->next;
	pthread_mutex_unlock(&s->lock);
	return r;
}

static void give_back(struct store *s, struct reader *r)
{
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
	enum frg_status st = db_step(r->db, err, DB_BEGIN_READ);
	if (st == FRG_OK) {
		st = work(&tx, ctx, err);
		struct frg_error end;
		if (db_in_transaction(r->db) && db_step(r->db, &end, DB_COMMIT) != FRG_OK)
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
	return s->url ? nodes_open(s->url, wake_from_nodes, s, &s->nodes, err) : FRG_OK;
}

bool store_works(const struct store *s) { return !s->nodes || nodes_works(s->nodes); }

/* Where the database is: a file's path, or what libpq takes. */
struct place {
	enum db_dialect dialect;
	const char *at;
};

static enum frg_status place_open(const struct place *place, bool writer, struct db **out, struct frg_error *err)
{
	return place->dialect == DB_POSTGRES ? db_open_postgres(place->at, writer, out, err)
	                                     : db_open_sqlite(place->at, writer, out, err);
}

static enum frg_status open_readers(struct store *s, const struct place *place, unsigned count, struct frg_error *err)
{
	s->all_readers = calloc(count, sizeof *s->all_readers);
	if (!s->all_readers)
		BUG("out of memory");
	for (; s->reader_count < count; s->reader_count++) {
		struct reader *r = &s->all_readers[s->reader_count];
		enum frg_status st = place_open(place, false, &r->db, err);
		if (st != FRG_OK)
			return st;
		r->next = s->readers;
		s->readers = r;
	}
	return FRG_OK;
}

static void free_all(struct store *s)
{
	for (unsigned i = 0; i < s->reader_count; i++)
		db_close(s->all_readers[i].db);
	free(s->all_readers);
	free(s->url);
	db_close(s->writer);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->work_there);
	pthread_cond_destroy(&s->reader_there);
	pthread_cond_destroy(&s->event_there);
	free(s);
}

/* The URL of a PostgreSQL server may hold a password: it is not repeated. */
static enum frg_status place_of(const struct store_config *config, struct arena *a, struct place *out,
                                struct frg_error *err)
{
	str file = STR("sqlite:");
	if (str_starts(config->url, STR("postgres://")) || str_starts(config->url, STR("postgresql://"))) {
		*out = (struct place){DB_POSTGRES, arena_cstr(a, config->url)};
		return FRG_OK;
	}
	if (!str_starts(config->url, file) || config->url.n == file.n)
		return frg_fail(err, FRG_INVALID, "store_url", "the database is named as sqlite:PATH or postgres://…");
	*out = (struct place){DB_SQLITE, arena_cstr(a, str_sub(config->url, file.n, config->url.n))};
	if (!config->create && access(out->at, F_OK) != 0)
		return frg_fail(err, FRG_NOT_FOUND, "store_missing", "there is no database at %s", out->at);
	return FRG_OK;
}

static enum frg_status open_place(const struct store_config *config, const struct place *place, struct store **out,
                                  struct frg_error *err)
{
	struct store *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work_there, NULL);
	pthread_cond_init(&s->reader_there, NULL);
	pthread_condattr_t steady;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->event_there, &steady);
	pthread_condattr_destroy(&steady);
	if (place->dialect == DB_POSTGRES && !(s->url = strdup(place->at)))
		BUG("out of memory");
	enum frg_status st = place_open(place, true, &s->writer, err);
	if (st == FRG_OK)
		st = store_migrate(s->writer, err);
	if (st == FRG_OK)
		st = store_search_open(s->writer, err);
	if (st == FRG_OK)
		st = open_readers(s, place, config->readers ? config->readers : 4, err);
	if (st == FRG_OK && pthread_create(&s->thread, NULL, write_loop, s))
		st = frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	if (st != FRG_OK) {
		free_all(s);
		return st;
	}
	*out = s;
	return FRG_OK;
}

enum frg_status store_open(const struct store_config *config, struct store **out, struct frg_error *err)
{
	struct place place = {0};
	struct arena *a = arena_open(1 << 16);
	enum frg_status st = place_of(config, a, &place, err);
	if (st == FRG_OK)
		st = open_place(config, &place, out, err);
	arena_close(a);
	return st;
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
