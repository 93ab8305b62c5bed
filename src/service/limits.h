/* Token buckets: so many acts at once per address, prefix, reader, article or site, and then so many a minute. What the
 * files of the limits share; callers use service.h. */
#ifndef SERVICE_LIMITS_H
#define SERVICE_LIMITS_H

#include "service/inner.h"

#include <sodium.h>

enum {
	LIMIT_SETS = 1 << 13, /* where a bucket may lie … */
	LIMIT_WAYS = 8,       /* … and beside how many others: 65,536 in 1.5 MiB, whatever comes */
	LIMIT_ASKS = 6,       /* buckets that one act takes from, at most */
	LIMIT_DEBT = 8,       /* full buckets that can be owed, at most */
	LIMIT_TOLD_PART = 4   /* who has taken less than this part of a bucket is nobody else's concern */
};

/* A bucket is one time: when it will be full again. Each act moves that by its cost, and what moves is simply added up,
 * whoever did it. So it is with the shared row, too (store/limit.h). */
struct bucket {
	uint64_t key;   /* 0: none */
	double full_at; /* clock_now() */
	double unsaved; /* of that, what only this process knows of, in ms */
	bool worth;     /* so much has been taken that others should know */
	bool hot;       /* a site's: nearly empty not long ago, proofs of work are asked for */
};

/* Made of the day's key. What was taken under the key before holds on (limit_key), so that midnight gives nobody a
 * second bucket. */
struct limit_keys {
	unsigned char buckets[crypto_shorthash_KEYBYTES], proofs[crypto_generichash_KEYBYTES];
};

/* A site's own rates. */
struct site_rates {
	id64 site;
	struct limit_rates rates;
};

struct limits {
	bool off;
	pthread_mutex_t lock; /* of all below; held for moments, by event loops too */
	struct limit_keys keys, before;
	enum challenge challenge;
	int64_t day; /* of the keys; 0: of this process alone */
	struct limit_rates rates;
	struct site_rates *sites;
	size_t site_count;
	size_t cursor; /* where the next look for what is unsaved begins */
	struct bucket buckets[LIMIT_SETS * LIMIT_WAYS];
	/* limits_share.c */
	pthread_t thread;
	pthread_cond_t stop;
	bool sharing, stopping;
	unsigned beats;
	bool more_ended; /* rows that are over were left by the last beat */
};

/* In the lock. The bucket of this key; a new one is full. Where there is no room the one nearest to full makes way. */
struct bucket *limits_bucket(struct limits *l, uint64_t key, double now);

/* In the lock: how much of its bucket a site owes, from 0 to 1, if proofs of work are asked for; otherwise negative. */
double limits_site_owed(struct limits *l, id64 site);
/* A text that came without a proof while one is asked for. */
MUST_CHECK enum frg_status limits_plain(struct service *svc, id64 site, struct frg_error *err);
/* IPv4: "192.0.2.", IPv6: the first 48 bits; empty if it is no address. */
enum { LIMIT_PREFIX_SIZE = 48 };
str limits_prefix(str address, char out[LIMIT_PREFIX_SIZE]);

/* limits_rates.c: what a site sets over `rates`. False: it is not understood. */
bool limits_read_site(str text, struct limit_rates *rates);

#endif
