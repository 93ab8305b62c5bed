/* Token buckets in memory: may this act be done, and what does it take. Asks nobody and never blocks, so that event
 * loops may call it; what other processes have seen comes by limits_share.c. */
#include "service/limits.h"
#include "service/measure.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

/* By prefix: /24 of IPv4, /48 of IPv6 (the address is a /64 already). */
static const bool by_prefix[LIMIT_KINDS] = {[LIMIT_SUBMIT] = true,
                                            [LIMIT_CHECK] = true,
                                            [LIMIT_DISCOVER] = true,
                                            [LIMIT_NOTICE] = true,
                                            [LIMIT_LOGIN_ADDRESS] = true};
enum { PREFIX = LIMIT_KINDS }; /* is added to the kind in a prefix's key */

struct limit_key {
	uint64_t now, before;
};
struct ask {
	enum limit_kind kind;
	struct limit_key key;
	struct limit_rate rate;
	const char *code;
};
struct asks {
	struct ask items[LIMIT_ASKS];
	size_t count;
};

struct limits *limits_open(bool off, const struct limit_rates *rates, enum challenge challenge)
{
	struct limits *l = calloc(1, sizeof *l);
	if (!l)
		BUG("out of memory");
	pthread_condattr_t steady;
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&l->stop, &steady);
	pthread_condattr_destroy(&steady);
	l->off = off;
	l->challenge = challenge;
	if (rates)
		l->rates = *rates;
	else
		limit_rates_default(&l->rates);
	randombytes_buf(&l->keys, sizeof l->keys);
	randombytes_buf(&l->before, sizeof l->before);
	return l;
}

void limits_close(struct limits *l)
{
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->stop);
	free(l->sites);
	free(l);
}

struct bucket *limits_bucket(struct limits *l, uint64_t key, double now)
{
	struct bucket *set = &l->buckets[key % LIMIT_SETS * LIMIT_WAYS], *worst = set;
	for (size_t i = 0; i < LIMIT_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].full_at < worst->full_at)
			worst = &set[i];
	}
	*worst = (struct bucket){.key = key, .full_at = now};
	return worst;
}

/* The time at which it is full, in ms; 0: there is none. */
static double full_at(const struct limits *l, uint64_t key)
{
	const struct bucket *set = &l->buckets[key % LIMIT_SETS * LIMIT_WAYS];
	for (size_t i = 0; i < LIMIT_WAYS; i++)
		if (set[i].key == key)
			return set[i].full_at;
	return 0;
}

/* What was owed when the key changed is owed still. */
static struct bucket *bucket_of(struct limits *l, struct limit_key key, double now)
{
	double owed = full_at(l, key.before);
	struct bucket *b = limits_bucket(l, key.now, now);
	if (b->full_at < owed)
		b->full_at = owed;
	return b;
}

/* ---- what is asked ---- */

/* In the lock: keys and rates change. */
static const struct limit_rates *rates_of(const struct limits *l, id64 site)
{
	for (size_t i = 0; site && i < l->site_count; i++)
		if (l->sites[i].site == site)
			return &l->sites[i].rates;
	return &l->rates;
}

static uint64_t hash_of(const struct limit_keys *keys, unsigned kind, id64 site, str text)
{
	uint64_t parts[3] = {kind, (uint64_t)site}, key;
	_Static_assert(sizeof key == crypto_shorthash_BYTES, "a key is a hash");
	crypto_shorthash((unsigned char *)&parts[2], (const unsigned char *)(text.p ? text.p : ""), text.n, keys->buckets);
	crypto_shorthash((unsigned char *)&key, (const unsigned char *)parts, sizeof parts, keys->buckets);
	return key ? key : 1;
}

static struct limit_key key_of(const struct limits *l, unsigned kind, id64 site, str text)
{
	return (struct limit_key){hash_of(&l->keys, kind, site, text), hash_of(&l->before, kind, site, text)};
}

static void add(struct asks *asks, enum limit_kind kind, struct limit_key key, struct limit_rate rate, const char *code)
{
	BUG_IF(asks->count == LIMIT_ASKS);
	if (rate.burst > 0)
		asks->items[asks->count++] = (struct ask){kind, key, rate, code};
}

str limits_prefix(str address, char out[LIMIT_PREFIX_SIZE])
{
	unsigned char raw[16];
	char text[48];
	if (address.n >= sizeof text)
		return STR("");
	memcpy(text, address.p, address.n);
	text[address.n] = 0;
	if (inet_pton(AF_INET, text, raw) == 1)
		snprintf(out, 48, "%u.%u.%u.", raw[0], raw[1], raw[2]);
	else if (inet_pton(AF_INET6, text, raw) == 1)
		snprintf(out, 48, "%02x%02x:%02x%02x:%02x%02x:", raw[0], raw[1], raw[2], raw[3], raw[4], raw[5]);
	else
		return STR("");
	return str_of(out);
}

static void add_address(const struct limits *l, enum limit_kind kind, id64 site, str address, const char *code,
                        struct asks *asks)
{
	char text[LIMIT_PREFIX_SIZE];
	struct limit_rate rate = rates_of(l, site)->kinds[kind];
	add(asks, kind, key_of(l, kind, 0, address), rate, code);
	str prefix = by_prefix[kind] ? limits_prefix(address, text) : STR("");
	rate.burst *= l->rates.prefix;
	rate.per_minute *= l->rates.prefix;
	if (prefix.n)
		add(asks, kind, key_of(l, PREFIX + kind, 0, prefix), rate, code);
}

/* ---- taking ---- */

static double cost_of(const struct limit_rate *rate) { return 60000 / rate->per_minute; }

/* How long until this bucket gives a token, in ms; 0: now. A clock that was put back does not make it long: more than
 * LIMIT_DEBT full buckets are never owed. */
static double wait_for(struct bucket *b, const struct limit_rate *rate, double now)
{
	double cost = cost_of(rate), whole = rate->burst * cost;
	if (b->full_at > now + LIMIT_DEBT * whole)
		b->full_at = now + LIMIT_DEBT * whole;
	double owed = b->full_at > now ? b->full_at - now : 0;
	return owed + cost > whole + 0.001 ? owed + cost - whole : 0;
}

static void spend(struct bucket *b, const struct limit_rate *rate, double now)
{
	double cost = cost_of(rate);
	if (b->full_at < now) {
		b->full_at = now;
		b->unsaved = 0;
	}
	b->full_at += cost;
	b->unsaved += cost;
	b->worth = (b->full_at - now) * LIMIT_TOLD_PART > rate->burst * cost;
}

/* From all buckets or from none. */
static enum frg_status take(struct limits *l, const struct asks *asks, bool really, struct frg_error *err)
{
	double now = (double)clock_now(), longest = 0;
	const struct ask *refusing = NULL;
	for (size_t i = 0; i < asks->count; i++) {
		const struct ask *ask = &asks->items[i];
		double wait = wait_for(bucket_of(l, ask->key, now), &ask->rate, now);
		if (wait > longest) {
			longest = wait;
			refusing = ask;
		}
	}
	if (refusing) {
		metric_add(&limits_refused, refusing->kind, 1);
		enum frg_status st = frg_fail(err, FRG_THROTTLED, refusing->code, "too many in a short time");
		if (err)
			err->pos = (size_t)(longest / 1000) + 1;
		return st;
	}
	for (size_t i = 0; really && i < asks->count; i++)
		spend(bucket_of(l, asks->items[i].key, now), &asks->items[i].rate, now);
	return FRG_OK;
}

enum frg_status service_limit(struct service *svc, enum limit_kind kind, str key, struct frg_error *err)
{
	struct limits *l = svc->limits;
	struct asks asks = {0};
	if (l->off)
		return FRG_OK;
	pthread_mutex_lock(&l->lock);
	add_address(l, kind, 0, key, kind == LIMIT_LOGIN || kind == LIMIT_LOGIN_ADDRESS ? "login_throttled" : "throttled",
	            &asks);
	enum frg_status st = take(l, &asks, true, err);
	pthread_mutex_unlock(&l->lock);
	return st;
}

static enum frg_status limit_post(struct service *svc, const struct limit_post *post, bool really,
                                  struct frg_error *err)
{
	struct limits *l = svc->limits;
	struct asks asks = {0};
	id64 site = post->site->id;
	if (l->off)
		return FRG_OK;
	pthread_mutex_lock(&l->lock);
	const struct limit_rates *rates = rates_of(l, site);
	add_address(l, LIMIT_SUBMIT, site, post->address, "throttled", &asks);
	if (capability_is(post->reader))
		add(&asks, LIMIT_READER, key_of(l, LIMIT_READER, site, post->reader), rates->kinds[LIMIT_READER], "throttled");
	add(&asks, LIMIT_ARTICLE, key_of(l, LIMIT_ARTICLE, site, post->article), rates->kinds[LIMIT_ARTICLE],
	    "throttled_article");
	add(&asks, LIMIT_SITE, key_of(l, LIMIT_SITE, site, STR("")), rates->kinds[LIMIT_SITE], "throttled_site");
	enum frg_status st = take(l, &asks, really, err);
	pthread_mutex_unlock(&l->lock);
	return st;
}

enum frg_status service_limit_post(struct service *svc, const struct limit_post *post, struct frg_error *err)
{
	return limit_post(svc, post, true, err);
}

enum frg_status service_limit_ahead(struct service *svc, const struct limit_post *post, struct frg_error *err)
{
	return limit_post(svc, post, false, err);
}

/* ---- proofs of work ---- */

double limits_site_owed(struct limits *l, id64 site)
{
	double now = (double)clock_now(), owed = 0;
	struct limit_rate rate = rates_of(l, site)->kinds[LIMIT_SITE];
	bool hot = false;
	if (rate.burst > 0) {
		struct bucket *b = bucket_of(l, key_of(l, LIMIT_SITE, site, STR("")), now);
		owed = (b->full_at - now) / (rate.burst * cost_of(&rate));
		owed = owed < 0 ? 0 : owed > 1 ? 1 : owed;
		/* on from three quarters, off below one: it does not come and go with each comment */
		hot = b->hot = owed > 0.75 || (b->hot && owed > 0.25);
	}
	return hot || l->challenge == CHALLENGE_ALWAYS ? owed : -1;
}

enum frg_status limits_plain(struct service *svc, id64 site, struct frg_error *err)
{
	struct limits *l = svc->limits;
	struct asks asks = {0};
	pthread_mutex_lock(&l->lock);
	add(&asks, LIMIT_PLAIN, key_of(l, LIMIT_PLAIN, site, STR("")), rates_of(l, site)->kinds[LIMIT_PLAIN],
	    "throttled_plain");
	enum frg_status st = take(l, &asks, true, err);
	pthread_mutex_unlock(&l->lock);
	return st;
}
