/* What the files of the service share. */
#ifndef SERVICE_INNER_H
#define SERVICE_INNER_H

#include "service/service.h"

#include <pthread.h>
#include <stdatomic.h>

struct sites;
struct checker;
struct thread_cache;
struct live;
struct limits;
struct policies;
struct lent_policy;

struct service {
	struct store *store;
	struct frg_engine *engine;
	struct checker *checker;       /* check.c: workspaces and analysed articles */
	_Atomic(struct sites *) sites; /* sites.c: replaced as a whole */
	struct thread_cache *cache;    /* cache.c */
	struct live *live;             /* live.c; NULL until the server runs */
	struct limits *limits;         /* limits.c */
	struct policies *policies;     /* policy.c */
	struct view_assets assets;
	pthread_mutex_t login_lock; /* editors.c: argon2id takes 64 MiB, so one at a time */
	pthread_mutex_t reload_lock;
};

/* sites.c */
void sites_free(struct sites *sites);
/* The notice of a site, rendered; falls back to the other language, then to the built-in one. */
struct html sites_notice(struct service *svc, id64 site, enum frg_lang lang);

/* policy.c: the settings in force at a site, to be given back; NULL and a policy of NULL: none. */
struct policies *policies_open(void);
void policies_close(struct policies *policies);
MUST_CHECK enum frg_status policies_load(struct service *svc, struct frg_error *err);
struct lent_policy *policy_borrow(struct service *svc, id64 site);
void policy_return(struct service *svc, struct lent_policy *lent);
const struct frg_policy *policy_lent(const struct lent_policy *lent);

/* check.c */
MUST_CHECK enum frg_status checker_open(struct service *svc, struct frg_error *err);
void checker_close(struct checker *checker);

/* cache.c: rendered pages by key, with a generation per article so that a page made from an older
 * state is never kept. */
struct thread_cache *cache_open(size_t bytes_max);
void cache_close(struct thread_cache *cache);
uint64_t cache_generation(struct thread_cache *cache, id64 subject);
void cache_drop(struct thread_cache *cache, id64 subject);
void cache_drop_all(struct thread_cache *cache);
/* A reference, or NULL. */
struct http_page *cache_get(struct thread_cache *cache, str key);
/* Keeps `page` unless the subject's generation is no longer `generation`. */
void cache_put(struct thread_cache *cache, str key, id64 subject, uint64_t generation, struct http_page *page,
               size_t bytes);

/* limits.c */
struct limits *limits_open(bool off);
void limits_close(struct limits *limits);

/* live.c */
void live_close(struct live *live);

/* capability.c */
bool capability_is_url_safe(str s);
/* Does it look like one of ours? */
bool capability_is(str s);
/* The author whom it names; FRG_NOT_FOUND if none. */
MUST_CHECK enum frg_status capability_author(struct store_tx *tx, const struct store_site *site, str reader,
                                             id64 *author, struct frg_error *err);
/* For a reader who has none yet. It follows from the idempotency key, which only that reader knows, so
 * that a repeated request whose first answer was lost finds its comment; random without a key. */
str capability_first(struct arena *a, str key);

/* A text as it is kept: valid UTF-8, line ends as \n, no control characters, trimmed. */
MUST_CHECK enum frg_status clean_text(struct arena *a, str in, size_t max_chars, bool one_line, const char *code_prefix,
                                      str *out, struct frg_error *err);

#endif
