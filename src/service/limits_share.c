/* What makes limits hold across processes and restarts: each second, what was taken here is added to the shared rows in
 * one transaction, and what all have taken comes back. No request waits for that. How far apart processes can be
 * meanwhile, and what that means, is said in docs/limits.md. */
#include "service/limits.h"

#include "base/log.h"
#include "store/limit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	BEAT_MS = 1000,
	TOLD_MAX = 1024,   /* rows that one transaction writes; the rest has its turn a second later */
	HEARD_MAX = 16384, /* rows that are read at once */
	HEARD_MS = 12000,  /* what has changed since: clocks may differ by some seconds */
	/* Rows that are over go with each transaction that brings some, and more of them than it can bring, so that no
	 * flood makes the tables grow; without any so often. Two thousand proofs a second are more than a writer takes. */
	ENDED_MAX = 2 * TOLD_MAX,
	ENDED_BEATS = 15,
	SITES_BEATS = 5, /* sites' own rates are read */
	MEMORY = 16 << 20
};
_Static_assert(ENDED_MAX > TOLD_MAX, "each transaction takes away more than it brings");
static const msec day_ms = (msec)24 * 3600 * 1000;

/* ---- the key of the day ---- */

struct day_key {
	int64_t day;
	str key, before; /* before: the day's before, if it is known */
};

static enum frg_status make_key(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct day_key *k = ctx;
	char fresh[SECRET_TEXT_SIZE];
	secret_new(fresh);
	enum frg_status st = store_address_key_make(tx, k->day, str_of(fresh), &k->key, err);
	sodium_memzero(fresh, sizeof fresh);
	struct store_address_keys all = {0};
	if (st == FRG_OK)
		st = store_address_keys(tx, &all, err);
	for (size_t i = 0; i < all.count; i++)
		if (all.items[i].day == k->day - 1)
			k->before = all.items[i].key;
	return st;
}

static void derive(str key, struct limit_keys *out)
{
	static const char purpose[] = "limits", proofs[] = "proofs";
	crypto_generichash(out->buckets, sizeof out->buckets, (const unsigned char *)purpose, sizeof purpose,
	                   (const unsigned char *)key.p, key.n);
	crypto_generichash(out->proofs, sizeof out->proofs, (const unsigned char *)proofs, sizeof proofs,
	                   (const unsigned char *)key.p, key.n);
}

/* Once a day, so that no row's key tells of an address for longer. */
static enum frg_status take_key(struct service *svc, struct arena *a, struct frg_error *err)
{
	struct limits *l = svc->limits;
	struct day_key k = {.day = clock_now() / day_ms};
	if (k.day == l->day)
		return FRG_OK;
	enum frg_status st = store_write(svc->store, a, make_key, &k, err);
	if (st != FRG_OK)
		return st;
	pthread_mutex_lock(&l->lock);
	if (l->day)
		l->before = l->keys; /* those that were in use here, however far the clock has moved */
	else if (k.before.n)
		derive(k.before, &l->before);
	derive(k.key, &l->keys);
	l->day = k.day;
	pthread_mutex_unlock(&l->lock);
	return FRG_OK;
}

/* ---- telling ---- */

struct told {
	msec now;
	struct told_bucket {
		uint64_t key;
		msec from, cost; /* from: where it stood without what is told */
	} items[TOLD_MAX];
	size_t count;
	int64_t gone;
};

/* Takes what is unsaved, from where the last look ended. */
static void collect(struct limits *l, struct told *told)
{
	enum { ALL = LIMIT_SETS * LIMIT_WAYS };
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < ALL && told->count < TOLD_MAX; i++, l->cursor = (l->cursor + 1) % ALL) {
		struct bucket *b = &l->buckets[l->cursor];
		double owed = b->full_at - (double)told->now;
		if (!b->worth || b->unsaved <= 0 || owed <= 0)
			continue;
		double cost = ceil(b->unsaved < owed ? b->unsaved : owed); /* what has come back is owed no more */
		told->items[told->count++] = (struct told_bucket){b->key, (msec)(b->full_at - b->unsaved), (msec)cost};
		b->unsaved = 0;
	}
	pthread_mutex_unlock(&l->lock);
}

static void put_back(struct limits *l, const struct told *told)
{
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < told->count; i++)
		limits_bucket(l, told->items[i].key, (double)told->now)->unsaved += (double)told->items[i].cost;
	pthread_mutex_unlock(&l->lock);
}

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct told *told = ctx;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < told->count; i++)
		st = store_bucket_spend(tx, told->items[i].key, told->items[i].from, told->items[i].cost, told->now, err);
	int64_t proofs = 0;
	if (st == FRG_OK)
		st = store_bucket_end(tx, told->now, ENDED_MAX, &told->gone, err);
	if (st == FRG_OK)
		st = store_proof_end(tx, told->now, ENDED_MAX, &proofs, err);
	if (proofs > told->gone)
		told->gone = proofs;
	return st;
}

static enum frg_status tell(struct service *svc, struct arena *a, struct frg_error *err)
{
	struct limits *l = svc->limits;
	struct told *told = ARENA_NEW(a, struct told);
	told->now = clock_now();
	collect(l, told);
	if (!told->count && !l->more_ended && l->beats % ENDED_BEATS != 0)
		return FRG_OK;
	enum frg_status st = store_write(svc->store, a, save, told, err);
	if (st != FRG_OK)
		put_back(l, told);
	l->more_ended = st == FRG_OK && told->gone == ENDED_MAX;
	return st;
}

/* ---- hearing ---- */

struct heard {
	struct service *svc;
	struct store_buckets rows;
	struct site_rates *sites; /* NULL: not read this time */
	size_t site_count;
};

static enum frg_status load_sites(struct store_tx *tx, struct heard *h, struct frg_error *err)
{
	size_t count = service_site_count(h->svc); /* before the sites: they are read anew meanwhile, and only grow */
	const struct store_site *sites = service_site(h->svc, STR(""));
	h->sites = calloc(count + 1, sizeof *h->sites);
	if (!h->sites)
		BUG("out of memory");
	for (size_t i = 0; sites && i < count; i++) {
		struct site_rates *own = &h->sites[h->site_count];
		str text;
		enum frg_status st = store_setting_get(tx, sites[i].id, STR("limits"), &text, err);
		if (st == FRG_NOT_FOUND)
			continue;
		if (st != FRG_OK)
			return st;
		*own = (struct site_rates){sites[i].id, h->svc->limits->rates};
		h->site_count += limits_read_site(text, &own->rates);
	}
	return FRG_OK;
}

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct heard *h = ctx;
	unsigned beats = h->svc->limits->beats;
	msec now = clock_now();
	enum frg_status st = beats ? store_bucket_changed(tx, now - HEARD_MS, HEARD_MAX, &h->rows, err)
	                           : store_bucket_owing(tx, now, HEARD_MAX, &h->rows, err);
	return st == FRG_OK && beats % SITES_BEATS == 0 ? load_sites(tx, h, err) : st;
}

static enum frg_status hear(struct service *svc, struct arena *a, struct frg_error *err)
{
	struct limits *l = svc->limits;
	struct heard h = {.svc = svc};
	enum frg_status st = store_read(svc->store, a, load, &h, err);
	if (st != FRG_OK) {
		free(h.sites);
		return st;
	}
	double now = (double)clock_now();
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < h.rows.count; i++) {
		double full_at = (double)h.rows.items[i].full_at;
		if (full_at <= now)
			continue;
		struct bucket *b = limits_bucket(l, h.rows.items[i].key, now);
		b->full_at = full_at + b->unsaved;
		b->worth = true; /* it has a row: all that is taken is told */
	}
	if (h.sites) {
		free(l->sites);
		l->sites = h.sites;
		l->site_count = h.site_count;
	}
	pthread_mutex_unlock(&l->lock);
	return FRG_OK;
}

/* ---- each second ---- */

static enum frg_status beat(struct service *svc, struct frg_error *err)
{
	struct arena *a = arena_open(MEMORY);
	enum frg_status st = take_key(svc, a, err);
	if (st == FRG_OK)
		st = tell(svc, a, err);
	if (st == FRG_OK)
		st = hear(svc, a, err);
	svc->limits->beats++;
	arena_close(a);
	return st;
}

static bool wait_a_beat(struct limits *l)
{
	struct timespec until = clock_steady_after(BEAT_MS);
	pthread_mutex_lock(&l->lock);
	while (!l->stopping && pthread_cond_timedwait(&l->stop, &l->lock, &until) != ETIMEDOUT)
		;
	bool go_on = !l->stopping;
	pthread_mutex_unlock(&l->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct service *svc = arg;
	struct frg_error err;
	while (wait_a_beat(svc->limits))
		if (beat(svc, &err) != FRG_OK)
			log_error("limits", "%s", err.msg);
	if (beat(svc, &err) != FRG_OK)
		log_error("limits", "%s", err.msg);
	return NULL;
}

enum frg_status service_limits_start(struct service *svc, struct frg_error *err)
{
	struct limits *l = svc->limits;
	if (l->off && l->challenge == CHALLENGE_OFF)
		return FRG_OK;
	enum frg_status st = beat(svc, err);
	if (st == FRG_OK && pthread_create(&l->thread, NULL, run, svc))
		st = frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	l->sharing = st == FRG_OK;
	return st;
}

void service_limits_stop(struct service *svc)
{
	struct limits *l = svc->limits;
	if (!l->sharing)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_signal(&l->stop);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	l->sharing = false;
}
