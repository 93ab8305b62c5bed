/* Connections for reading, and where a database is. Knows no writer and no replica: they are its users. */
#include "store/readers.h"

#include "store/measure.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct reader {
	struct db *db;
	struct reader *next;
};

struct readers {
	const struct place *place;
	enum db_mode mode;
	pthread_mutex_t lock;
	pthread_cond_t there;
	struct reader *idle, *all; /* a connection is opened when it is first needed */
	unsigned count, most;
	bool measured;
};

/* ---- places ---- */

/* The URL of a PostgreSQL server may hold a password: it is not repeated. */
enum frg_status place_find(str url, bool make, struct place *out, struct frg_error *err)
{
	str file = STR("sqlite:"), at = url;
	out->dialect = str_starts(at, STR("postgres://")) || str_starts(at, STR("postgresql://")) ? DB_POSTGRES : DB_SQLITE;
	if (out->dialect == DB_SQLITE) {
		if (!str_starts(at, file) || at.n == file.n)
			return frg_fail(err, FRG_INVALID, "store_url", "the database is named as sqlite:PATH or postgres://…");
		at = str_sub(at, file.n, at.n);
	}
	out->at = strndup(at.p, at.n);
	if (!out->at)
		BUG("out of memory");
	if (out->dialect == DB_SQLITE && !make && access(out->at, F_OK) != 0)
		return frg_fail(err, FRG_NOT_FOUND, "store_missing", "there is no database at %s", out->at);
	return FRG_OK;
}

enum frg_status place_open(const struct place *place, enum db_mode mode, struct db **out, struct frg_error *err)
{
	return place->dialect == DB_POSTGRES ? db_open_postgres(place->at, mode, out, err)
	                                     : db_open_sqlite(place->at, mode, out, err);
}

/* ---- the pool ---- */

struct readers *readers_open(const struct place *place, enum db_mode mode, unsigned most, bool measured)
{
	struct readers *p = calloc(1, sizeof *p);
	if (!p || !(p->all = calloc(most, sizeof *p->all)))
		BUG("out of memory");
	p->place = place;
	p->mode = mode;
	p->most = most;
	p->measured = measured;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->there, NULL);
	if (measured)
		metric_set(&store_readers, 0, most);
	return p;
}

void readers_close(struct readers *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->count; i++)
		db_close(p->all[i].db);
	free(p->all);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->there);
	free(p);
}

static void measure(const struct readers *p, struct metric *m, int64_t by)
{
	if (p->measured)
		metric_add(m, 0, by);
}

static struct reader *borrow(struct readers *p)
{
	pthread_mutex_lock(&p->lock);
	bool wait = !p->idle && p->count == p->most;
	if (wait) {
		measure(p, &store_read_waits, 1);
		measure(p, &store_reads_waiting, 1);
	}
	while (!p->idle && p->count == p->most)
		pthread_cond_wait(&p->there, &p->lock);
	if (wait)
		measure(p, &store_reads_waiting, -1);
	struct reader *r = p->idle;
	if (r)
		p->idle = r->next;
	else
		r = &p->all[p->count++];
	pthread_mutex_unlock(&p->lock);
	measure(p, &store_readers_busy, 1);
	return r;
}

static void give_back(struct readers *p, struct reader *r)
{
	measure(p, &store_readers_busy, -1);
	pthread_mutex_lock(&p->lock);
	r->next = p->idle;
	p->idle = r;
	pthread_cond_signal(&p->there);
	pthread_mutex_unlock(&p->lock);
}

/* A file that cannot be opened now, while the program runs, may be well again later. */
static enum frg_status open_reader(struct readers *p, struct reader *r, struct frg_error *err)
{
	struct frg_error why;
	enum frg_status st = place_open(p->place, p->mode, &r->db, &why);
	if (st == FRG_OK)
		return FRG_OK;
	return st == FRG_IO ? frg_fail(err, FRG_UNAVAILABLE, "store_io", "%s", why.msg)
	                    : frg_fail(err, st, why.code, "%s", why.msg);
}

enum frg_status readers_read(struct readers *p, struct arena *arena, store_work *work, void *ctx, struct frg_error *err)
{
	struct reader *r = borrow(p);
	enum frg_status st = r->db ? FRG_OK : open_reader(p, r, err);
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
	give_back(p, r);
	return st;
}
