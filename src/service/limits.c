/* Token buckets: so many acts per address or key, and then a wait. In memory, with a fixed number of
 * buckets: under a flood of addresses those that fall on one slot start anew. */
#include "service/inner.h"
#include "service/measure.h"

#include <stdlib.h>

enum { SLOTS = 1 << 14 };

static const struct rate {
	double burst, per_minute;
} rates[] = {
	[LIMIT_SUBMIT] = {20, 10},   [LIMIT_CHECK] = {60, 120},
	[LIMIT_LOGIN] = {8, 2},      [LIMIT_LOGIN_ADDRESS] = {40, 10}, /* a whole newsroom may come from one address */
	[LIMIT_DISCOVER] = {10, 5},  [LIMIT_ANALYZE] = {300, 1200},    /* twenty a second, from a program with a key */
	[LIMIT_SUGGEST] = {60, 120}, [LIMIT_NOTICE] = {10, 2},
};

struct bucket {
	uint64_t key;
	double tokens;
	msec at;
};

struct limits {
	bool off;
	pthread_mutex_t lock;
	uint64_t seed;
	struct bucket buckets[SLOTS];
};

struct limits *limits_open(bool off)
{
	struct limits *l = calloc(1, sizeof *l);
	if (!l)
		BUG("out of memory");
	pthread_mutex_init(&l->lock, NULL);
	l->off = off;
	l->seed = (uint64_t)id_new();
	return l;
}

void limits_close(struct limits *l)
{
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static uint64_t hash(const struct limits *l, enum limit_kind kind, str key)
{
	uint64_t h = l->seed ^ ((uint64_t)kind + 1) * 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

enum frg_status service_limit(struct service *svc, enum limit_kind kind, str key, struct frg_error *err)
{
	struct limits *l = svc->limits;
	const struct rate *rate = &rates[kind];
	if (l->off)
		return FRG_OK;
	uint64_t h = hash(l, kind, key);
	msec now = clock_steady();
	pthread_mutex_lock(&l->lock);
	struct bucket *b = &l->buckets[h % SLOTS];
	if (b->key != h) /* whoever shares the slot starts anew: never refuses the innocent */
		*b = (struct bucket){.key = h, .tokens = rate->burst, .at = now};
	b->tokens += (double)(now - b->at) * rate->per_minute / 60000;
	if (b->tokens > rate->burst)
		b->tokens = rate->burst;
	b->at = now;
	bool allowed = b->tokens >= 1;
	double missing = 1 - b->tokens;
	if (allowed)
		b->tokens -= 1;
	pthread_mutex_unlock(&l->lock);
	if (allowed)
		return FRG_OK;
	metric_add(&limits_refused, kind, 1);
	enum frg_status st = frg_fail(err, FRG_THROTTLED,
	                              kind == LIMIT_LOGIN || kind == LIMIT_LOGIN_ADDRESS ? "login_throttled" : "throttled",
	                              "too many in a short time");
	if (err)
		err->pos = (size_t)(missing * 60 / rate->per_minute) + 1;
	return st;
}
