/* What may be read from copies of the database, and which of them are there. All writers follow one another, and each
 * event is numbered in its transaction: so the number that a copy's snapshot holds tells exactly what that snapshot
 * shows, if the event is the one that is known by this number (store/history.h). It may show too little, when it lags,
 * and too much: a copy replays what the primary has not acknowledged yet, and may never; when that primary is lost and
 * another follows, such a copy has numbers of events that never were. Knows nothing of what is read. */
#include "store/replicas.h"

#include "store/measure.h"
#include "store/postgres.h"

#include "base/embedded.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

enum { LOOK_MS = 250 };

struct replica {
	struct replicas *all;
	size_t number; /* for the log, from 1: an address may hold a password */
	struct place place;
	struct readers *readers, *watcher;
	atomic_bool up;
	_Atomic(int64_t) at; /* the event it had replayed when it was last looked at */
	pthread_t thread;
	bool started;
};

struct replicas {
	struct history *known;
	struct replica *items;
	size_t count;
	atomic_size_t next;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping;
};

/* ---- how far a copy has come ---- */

struct state {
	int64_t known;        /* asked: what is known to be committed, */
	id64 subject;         /* an article or a site; 0: nothing that changes */
	int64_t seq;          /* found: the last event, */
	int64_t common, mark; /* which event it has at the last number that both know, */
	int64_t schema;       /* the schema, */
	int64_t
		unknown; /* and how many events that are not known may concern the subject; none does while a text is held */
};

/* The first statement of a transaction, and so of its snapshot. */
static enum frg_status load_state(struct store_tx *tx, struct state *s, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT c.value, (SELECT max(version) FROM schema_migration),"
	                              " (SELECT count(*) FROM event e WHERE e.seq > $2 AND e.kind <> 'held' AND $3 <> 0"
	                              " AND (e.article_id = $3 OR e.site_id = $3 OR e.article_id = 0)),"
	                              " m.seq, m.site_id, m.article_id, m.comment_id, m.revision_id, m.created_at"
	                              " FROM counter c LEFT JOIN event m ON m.seq = CASE WHEN c.value < $2 THEN c.value "
	                              "ELSE $2 END WHERE c.name = $1",
	                              DB_TEXT(STR("event")), DB_INT(s->known), DB_INT(s->subject));
	if (st != FRG_OK)
		return st;
	if (db_next(rows)) {
		s->seq = db_int(rows, 0);
		s->schema = db_int(rows, 1);
		s->unknown = db_int(rows, 2);
		s->common = s->seq < s->known ? s->seq : s->known;
		struct store_event at = {.site = db_int(rows, 4),
		                         .article = db_int(rows, 5),
		                         .comment = db_int(rows, 6),
		                         .revision = db_int(rows, 7),
		                         .created = db_int(rows, 8)};
		s->mark = db_null(rows, 3) ? 0 : store_event_mark(&at);
	}
	return db_end(rows, err);
}

/* May it be read? *why: what a reader is counted under. */
static enum frg_status judge(const struct state *is, struct history *known, int64_t least, enum replica_answer *why,
                             struct frg_error *err)
{
	*why = REPLICA_BEHIND;
	if (is->schema != (int64_t)embedded_migrations_count)
		return frg_fail(err, FRG_UNAVAILABLE, "store_busy", "it has schema %lld, this freigabe's is %zu",
		                (long long)is->schema, embedded_migrations_count);
	if (is->seq < least)
		return frg_fail(err, FRG_UNAVAILABLE, "store_busy", "it has replayed event %lld, %lld is needed",
		                (long long)is->seq, (long long)least);
	bool other = !history_is(known, is->common, is->mark);
	*why = is->unknown || other ? REPLICA_AHEAD : REPLICA_READ;
	return is->unknown || other
	           ? frg_fail(err, FRG_UNAVAILABLE, "store_busy", "it shows what is not known to be committed")
	           : FRG_OK;
}

/* ---- reading ---- */

struct guarded {
	int64_t least;
	struct history *known;
	id64 subject;
	store_work *work;
	void *ctx;
	bool began; /* `ctx` may not be as it was */
	enum replica_answer answer;
};

static enum frg_status read_guarded(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct guarded *g = ctx;
	struct state is = {.known = atomic_load(&g->known->seq), .subject = g->subject};
	enum frg_status st = load_state(tx, &is, err);
	if (st == FRG_OK)
		st = judge(&is, g->known, g->least, &g->answer, err);
	if (st != FRG_OK)
		return st;
	g->began = true;
	st = g->work(tx, g->ctx, err);
	g->answer = st == FRG_OK ? REPLICA_READ : REPLICA_FAILED;
	return st;
}

static void set_up(struct replica *r, bool up, const struct frg_error *why)
{
	if (atomic_exchange(&r->up, up) == up)
		return;
	metric_add(&store_replicas_up, 0, up ? 1 : -1);
	if (up)
		log_info("replica", "replica %zu is there: readers' pages are read from it", r->number);
	else
		log_warn("replica", "replica %zu is not used: %s", r->number, why->msg);
}

enum frg_status replicas_read(struct replicas *all, struct arena *arena, int64_t least, id64 subject, store_work *work,
                              void *ctx, struct frg_error *err)
{
	struct guarded g = {
		.least = least, .known = all->known, .subject = subject, .work = work, .ctx = ctx, .answer = REPLICA_DOWN};
	size_t first = atomic_fetch_add(&all->next, 1);
	enum frg_status st = frg_fail(err, FRG_UNAVAILABLE, "store_io", "no replica is there");
	for (size_t i = 0; i < all->count && st == FRG_UNAVAILABLE && !g.began; i++) {
		struct replica *r = &all->items[(first + i) % all->count];
		if (!atomic_load(&r->up))
			continue;
		g.answer = REPLICA_FAILED;
		st = readers_read(r->readers, arena, read_guarded, &g, err);
		if (st == FRG_UNAVAILABLE && str_eq(str_of(err->code), STR("store_io")))
			set_up(r, false, err); /* nobody else need find out; it is looked at all the time */
	}
	metric_add(&store_replica_reads, g.answer, 1);
	return st;
}

/* ---- watching ---- */

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *err) { return load_state(tx, ctx, err); }

/* Waits; true: to stop. */
static bool rest(struct replicas *all)
{
	struct timespec until = clock_steady_after(LOOK_MS);
	pthread_mutex_lock(&all->lock);
	if (!all->stopping)
		(void)pthread_cond_timedwait(&all->stop, &all->lock, &until);
	bool stop = all->stopping;
	pthread_mutex_unlock(&all->lock);
	return stop;
}

/* The most that one of those in use lags. */
static void tell_lag(const struct replicas *all)
{
	int64_t least = INT64_MAX, known = atomic_load(&all->known->seq);
	for (size_t i = 0; i < all->count; i++)
		if (atomic_load(&all->items[i].up) && atomic_load(&all->items[i].at) < least)
			least = atomic_load(&all->items[i].at);
	metric_set(&store_replica_behind, 0, least < known ? known - least : 0);
}

static void *watch(void *arg)
{
	struct replica *r = arg;
	struct arena *a = arena_open(1 << 20);
	bool said = false; /* also of one that was not there at the start */
	do {
		struct state is = {0};
		struct frg_error err;
		enum replica_answer why;
		arena_reset(a);
		enum frg_status st = readers_read(r->watcher, a, look, &is, &err);
		if (st == FRG_OK)
			st = judge(&is, r->all->known, 0, &why, &err);
		atomic_store(&r->at, is.seq);
		if (st != FRG_OK && !said && !atomic_load(&r->up))
			log_warn("replica", "replica %zu cannot be read yet: %s", r->number, err.msg);
		said = true;
		set_up(r, st == FRG_OK, &err);
		tell_lag(r->all);
	} while (!rest(r->all));
	arena_close(a);
	return NULL;
}

/* ---- opening ---- */

static enum frg_status add(struct replicas *all, str url, unsigned readers, struct frg_error *err)
{
	struct replica *r = &all->items[all->count++];
	*r = (struct replica){.all = all, .number = all->count};
	enum frg_status st = place_find(url, true, &r->place, err);
	if (st == FRG_OK && r->place.dialect != DB_POSTGRES)
		st = frg_fail(err, FRG_INVALID, "store_url", "a replica is named as postgres://…");
	if (st == FRG_OK)
		st = postgres_check_url(r->place.at, err);
	if (st != FRG_OK)
		return st;
	r->readers = readers_open(&r->place, DB_REPLICA, readers, false);
	r->watcher = readers_open(&r->place, DB_REPLICA, 1, false);
	return FRG_OK;
}

enum frg_status replicas_open(str urls, unsigned readers, struct history *known, struct replicas **out,
                              struct frg_error *err)
{
	size_t most = 0;
	str rest_of = urls, url;
	while (str_next(&rest_of, ' ', &url))
		most++;
	struct replicas *all = calloc(1, sizeof *all);
	if (!all || !(all->items = calloc(most + 1, sizeof *all->items)))
		BUG("out of memory");
	all->known = known;
	pthread_mutex_init(&all->lock, NULL);
	pthread_condattr_t steady;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&all->stop, &steady);
	pthread_condattr_destroy(&steady);
	enum frg_status st = FRG_OK;
	for (rest_of = urls; st == FRG_OK && str_next(&rest_of, ' ', &url);)
		if (url.n)
			st = add(all, url, readers, err);
	metric_set(&store_replicas, 0, (int64_t)all->count);
	for (size_t i = 0; st == FRG_OK && i < all->count; i++) {
		struct replica *r = &all->items[i];
		r->started = pthread_create(&r->thread, NULL, watch, r) == 0;
		if (!r->started)
			st = frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	}
	if (st == FRG_OK)
		*out = all;
	else
		replicas_close(all);
	return st;
}

void replicas_close(struct replicas *all)
{
	if (!all)
		return;
	pthread_mutex_lock(&all->lock);
	all->stopping = true;
	pthread_cond_broadcast(&all->stop);
	pthread_mutex_unlock(&all->lock);
	for (size_t i = 0; i < all->count; i++) {
		struct replica *r = &all->items[i];
		if (r->started)
			pthread_join(r->thread, NULL);
		readers_close(r->readers);
		readers_close(r->watcher);
		free(r->place.at);
	}
	pthread_cond_destroy(&all->stop);
	pthread_mutex_destroy(&all->lock);
	free(all->items);
	free(all);
}
